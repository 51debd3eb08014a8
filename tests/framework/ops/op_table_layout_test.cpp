// That the ops of the table do not care how memory is laid out, how often they run, or on how many
// threads.
#include "heed/framework/base/parallel.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/framework/ops/case/op_properties.h"
#include "heed/tests/support/sanitized.h"

namespace heed::testing::op_table_layout_test {
namespace {

/// Layouts only change the order of sums.
auto close(const OpCase& op, DType floating) {
  const bool single = floating == DType::f32;
  return [=, output = single ? op.tolerance.f32 : op.tolerance.f64,
          gradient = single ? op.tolerance.gradient_f32 : 1e-12](
             const Tensor& got, const Tensor& want, bool is_gradient) {
    return difference(got, want, is_gradient ? gradient : output);
  };
}

std::string same_bits(const Tensor& got, const Tensor& want, bool) {
  return bit_difference(got, want);
}

/// Large samples are there for the threads; one dtype of them is enough.
std::vector<DType> dtypes_for(const Sample& sample) {
  return sample.is_large() ? std::vector{DType::f32} : std::vector{DType::f64, DType::f32};
}

void check_input_layouts(const OpCase& op, const Sample& sample, DType floating,
                         const std::string& where, const std::function<Layout(size_t)>& layout) {
  const Tensors odd = leaves_of(op, sample, floating, layout);
  const Tensors plain = leaves_of(op, sample, floating, layout, /*in_layout=*/false);
  Run got;
  try {
    got = run(op, sample, odd);
  } catch (const ShapeError&) {
    if (op.fits_any_layout) throw;
    return;
  }
  expect_same_run(got, run(op, sample, plain), where, close(op, floating));
}

}  // namespace

TEST_CASE("Permuted, sliced and expanded inputs give what their contiguous copies give",
          "[op_table]") {
  for_each_sample([](const OpCase& op, const Sample& sample, const std::string& where) {
    for (const DType floating : dtypes_for(sample)) {
      for (const Layout all : all_layouts) {
        check_input_layouts(op, sample, floating, where + ", inputs " + name_of(all),
                            [all](size_t) { return all; });
      }
      if (sample.inputs.size() < 2 || sample.is_large()) continue;
      const size_t mixtures = address_sanitized ? 1 : all_layouts.size();
      for (size_t shift = 0; shift < mixtures; ++shift) {
        check_input_layouts(op, sample, floating, where + ", inputs of mixed layouts",
                            [shift](size_t i) { return all_layouts[(i + shift) % 4]; });
      }
    }
  });
}

TEST_CASE("Permuted, sliced and expanded incoming gradients give what contiguous ones give",
          "[op_table]") {
  for_each_sample([](const OpCase& op, const Sample& sample, const std::string& where) {
    if (!op.differentiable) return;
    for (const DType floating : dtypes_for(sample)) {
      const Tensors inputs = leaves_of(op, sample, floating);
      for (const Layout layout : {Layout::permuted, Layout::sliced, Layout::expanded}) {
        expect_same_run(run(op, sample, inputs, layout),
                        run_with_values_of(op, sample, inputs, layout),
                        where + ", incoming gradient " + name_of(layout), close(op, floating));
      }
    }
  });
}

TEST_CASE("Every op gives the same bits when it runs again, on one thread and on two",
          "[op_table]") {
  for_each_sample([](const OpCase& op, const Sample& sample, const std::string& where) {
    for (const DType floating : {DType::f64, DType::f32}) {
      const Tensors inputs = leaves_of(op, sample, floating);
      const auto run_on = [&](int threads) {
        const Threads guard(threads);
        return run(op, sample, inputs);
      };
      const Run one = run_on(1);
      const Run two = run_on(2);
      expect_same_run(two, one, where + ", 2 threads against 1", same_bits);
      expect_same_run(run_on(2), two, where + ", again", same_bits);
    }
  });
}

TEST_CASE("Every op of the table has a sample that is large enough to be split between threads",
          "[op_table]") {
  for (const OpCase& op : op_table()) {
    bool any = false;
    for (const Sample& sample : op.samples) any = any || sample.is_large();
    expect(any, op.name + " has a large sample");
  }
}

}  // namespace heed::testing::op_table_layout_test
