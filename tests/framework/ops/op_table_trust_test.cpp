// That the ops of the table hide nothing: unwritten elements, lost memory, changed inputs, NaN.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <new>
#include <set>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/framework/ops/case/op_properties.h"
#include "heed/tests/support/sanitized.h"

namespace heed::testing::op_table_trust_test {
namespace {

/// While it lives, new memory is full of NaN.
struct Poison {
  Poison() { poison_blocks(true); }
  ~Poison() { poison_blocks(false); }
  Poison(const Poison&) = delete;
  Poison& operator=(const Poison&) = delete;
};

/// Whether what follows the elements of a new tensor in its block is as the poison left it.
bool is_clean_behind(const Tensor& x) {
  if (!x.defined() || address_sanitized) return true;
  const auto bytes = static_cast<size_t>(x.storage().bytes());
  const size_t end = (bytes + block_alignment - 1) / block_alignment * block_alignment;
  return std::all_of(x.storage().data() + bytes, x.storage().data() + end,
                     [](std::byte byte) { return byte == std::byte{0xFF}; });
}

/// Another content, in place, that stays in the domain of the op.
void change(const Tensor& x) {
  const NoGrad guard;
  if (is_floating(x.dtype())) {
    mul_(x, 1.5);
  } else {
    fill_(x, 0);
  }
}

/// The gradients of outputs that were computed before: one number for each output.
Tensors sweep(const Tensors& outputs, const Tensors& inputs) {
  Tensors weights;
  for (const Tensor& output : outputs) {
    weights.push_back(is_floating(output.dtype()) ? full(output.shape(), 0.75, output.dtype())
                                                  : Tensor());
  }
  return gradients_of(outputs, inputs, weights);
}

Run run_once(const Subject& subject, const Tensors& inputs) {
  return run(subject.row, subject.in_dtype(DType::f64), inputs);
}

bool any_nan(const Tensors& tensors) {
  for (const Tensor& tensor : tensors) {
    for (const double value : array_of(tensor).data) {
      if (std::isnan(value)) return true;
    }
  }
  return false;
}

bool any_is_empty(const Tensors& tensors) {
  return std::any_of(tensors.begin(), tensors.end(),
                     [](const Tensor& tensor) { return tensor.defined() && tensor.numel() == 0; });
}

/// Ops whose outputs need not show a NaN that all of a floating input is, and why.
const std::map<std::string, std::string>& nan_is_hidden() {
  static const std::string choice = "chooses other elements";
  static const std::map<std::string, std::string> reasons = {
      {"sign", "the sign of NaN is 0, as in PyTorch"},
      {"nan_to_num", "replaces NaN, which is what it is for"},
      {"where", choice},
      {"masked_fill", choice},
      {"scatter", choice},
      {"scatter_reduce", choice},
      {"index_copy", choice},
      {"index_fill", choice},
      {"index_put", choice},
      {"pad", choice},
      {"dropout", "may drop every element"},
      {"tril", choice},
      {"triu", choice},
      {"masked_softmax", "blocked elements have no influence"},
      {"cross_entropy", "targets may all be ignored"},
      {"nll_loss", "targets may all be ignored"},
      {"norm", "p = 0 counts what is not 0"},
      {"pow", "x to the power of 0 is 1, even for NaN"},
  };
  return reasons;
}

}  // namespace

TEST_CASE("Every op writes every element of what it gives, and nothing behind the last",
          "[op_table]") {
  for_each_sample([](const OpCase& op, const Sample& sample, const std::string& where) {
    const Subject subject = subject_of(op, sample);
    const Run want = run_once(subject, leaves_of(subject, DType::f64));
    const Poison poison;
    const Tensors inputs = leaves_of(subject, DType::f64);
    const Run got = run_once(subject, inputs);
    expect(run_difference(got, want, same_bits), where + ", in memory full of NaN");
    for (const Tensors* tensors : {&inputs, &got.outputs, &got.gradients}) {
      for (const Tensor& x : *tensors) {
        expect(is_clean_behind(x), where + ": nothing is written behind the last element");
      }
    }
  });
}

TEST_CASE("Every op gives back all memory and its inputs as they were when memory runs out",
          "[op_table]") {
  for_each_sample([](const OpCase& op, const Sample& sample, const std::string& where) {
    if (sample.is_large()) return;
    const Subject subject = subject_of(op, sample);
    const Tensors inputs = leaves_of(subject, DType::f64), before = leaves_of(subject, DType::f64);
    const Run want = run_once(subject, inputs);
    for (int64_t n = 1; n < 5000; ++n) {
      bool failed = false;
      const MemoryStats held = memory_stats();
      fail_allocation(n);
      try {
        const Run got = run_once(subject, inputs);
        fail_allocation(0);
        expect(run_difference(got, want, same_bits), where + ", after failures");
      } catch (const std::bad_alloc&) {
        failed = true;
      }
      fail_allocation(0);
      if (!failed) break;
      expect(memory_stats().live_blocks == held.live_blocks,
             where + ": all is given back when allocation " + std::to_string(n) + " fails");
    }
    for (size_t i = 0; i < inputs.size(); ++i) {
      expect(bit_difference(inputs[i], before[i]), where + ", input " + std::to_string(i));
    }
  });
}

TEST_CASE("An input changed in place is an error in backward, or makes no difference to it",
          "[op_table]") {
  for_each_sample([](const OpCase& op, const Sample& sample, const std::string& where) {
    if (!op.differentiable || sample.is_large()) return;
    const Subject subject = subject_of(op, sample);
    const Callable callable = subject.in_dtype(DType::f64);
    const Tensors plain = leaves_of(subject, DType::f64);
    const Tensors want = sweep(callable.call(plain), plain);
    for (size_t i = 0; i < plain.size(); ++i) {
      const std::string here = where + ", input " + std::to_string(i) + " changed";
      const Tensors inputs = leaves_of(subject, DType::f64);
      if (!inputs[i].defined()) continue;
      const Tensors outputs = callable.call(inputs);
      change(inputs[i]);
      try {
        const Tensors got = sweep(outputs, inputs);
        for (size_t k = 0; k < want.size(); ++k) expect(bit_difference(got[k], want[k]), here);
      } catch (const GradientError& error) {
        const std::string message = error.what();
        expect(message.find("saved for backward was changed in place by ") != std::string::npos,
               here + ": " + message);
      }
    }
  });
}

TEST_CASE("NaN in all of an input is seen in the outputs of every op, or there is a reason",
          "[op_table]") {
  std::set<std::string> seen, hiding;
  for_each_sample([&](const OpCase& op, const Sample& sample, const std::string& where) {
    seen.insert(op.name);
    for (size_t i = 0; i < sample.inputs.size(); ++i) {
      if (!sample.inputs[i].is_floating() || op.is_constant(i)) continue;
      const NoGrad guard;
      const Subject subject = subject_of(op, sample);
      const Tensors inputs = leaves_of(subject, DType::f64);
      if (any_is_empty(inputs)) continue;
      fill_(inputs[i], std::numeric_limits<double>::quiet_NaN());
      Tensors outputs;
      try {
        outputs = subject.in_dtype(DType::f64).call(inputs);
      } catch (const ValueError&) {
        continue;  // seen and refused
      }
      if (any_is_empty(outputs) || !is_floating(outputs.front().dtype()) || any_nan(outputs)) {
        continue;
      }
      hiding.insert(op.name);
      expect(nan_is_hidden().contains(op.name), where + ": NaN in input " + std::to_string(i));
    }
  });
  for (const auto& [op, reason] : nan_is_hidden()) {
    if (seen.contains(op)) expect(hiding.contains(op), op + " never hides NaN, yet " + reason);
  }
}

}  // namespace heed::testing::op_table_trust_test
