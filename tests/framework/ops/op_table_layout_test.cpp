// That the ops of the table do not care how memory is laid out, how often they run, or on how many
// threads.
#include <algorithm>

#include "heed/tests/framework/ops/case/op_properties.h"

namespace heed::testing::op_table_layout_test {
namespace {

/// Large samples are there for the threads; one dtype of them is enough.
std::vector<DType> dtypes_for(const Sample& sample) {
  return sample.is_large() ? std::vector{DType::f32} : std::vector{DType::f64, DType::f32};
}

}  // namespace

TEST_CASE("Permuted, sliced and expanded inputs give what their contiguous copies give",
          "[op_table]") {
  for_each_sample([](const OpCase& op, const Sample& sample, const std::string& where) {
    for (const DType dtype : dtypes_for(sample)) {
      expect(input_layout_problem(subject_of(op, sample), dtype), where);
    }
  });
}

TEST_CASE("Permuted, sliced and expanded incoming gradients give what contiguous ones give",
          "[op_table]") {
  for_each_sample([](const OpCase& op, const Sample& sample, const std::string& where) {
    if (!op.differentiable) return;
    for (const DType dtype : dtypes_for(sample)) {
      expect(gradient_layout_problem(subject_of(op, sample), dtype), where);
    }
  });
}

TEST_CASE("Every op gives the same bits when it runs again, on one thread and on two",
          "[op_table]") {
  for_each_sample([](const OpCase& op, const Sample& sample, const std::string& where) {
    expect(repetition_problem(subject_of(op, sample)), where);
  });
}

TEST_CASE("Every op of the table has a sample that is large enough to be split between threads",
          "[op_table]") {
  for (const OpCase& op : op_table()) {
    expect(std::any_of(op.samples.begin(), op.samples.end(),
                       [](const Sample& sample) { return sample.is_large(); }),
           op.name + " has a large sample");
  }
}

}  // namespace heed::testing::op_table_layout_test
