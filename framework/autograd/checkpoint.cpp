#include "heed/framework/autograd/checkpoint.h"

#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <string_view>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/autograd/record.h"
#include "heed/framework/autograd/trace.h"
#include "heed/framework/base/random_scope.h"
#include "heed/framework/base/text.h"
#include "heed/framework/kernels/copy.h"
#include "heed/framework/tensor/factories.h"
#include "heed/framework/tensor/index.h"

namespace heed {
namespace {

using Function = std::function<Tensor(const std::vector<Tensor>&)>;

constexpr int64_t most_samples = 16;

/// Every step is a bijection of the sum, so no single difference is lost; the rotation keeps pairs
/// of them, such as two changed signs, from cancelling.
uint64_t mix(uint64_t sum, uint64_t word) {
  return std::rotl(sum ^ word, 29) * 0x9E3779B97F4A7C15;
}

/// A checksum of all elements, in row-major order.
uint64_t checksum(const Tensor& x) {
  const Tensor dense = kernels::contiguous(x);
  const int64_t bytes = dense.numel() * itemsize(dense.dtype());
  const std::byte* data = dense.storage().data() + dense.offset() * itemsize(dense.dtype());
  std::array<uint64_t, 4> sums = {1, 2, 3, 4};  // they do not wait for each other
  std::array<uint64_t, 4> words;
  constexpr auto width = static_cast<int64_t>(sizeof(words));
  int64_t at = 0;
  for (; at + width <= bytes; at += width) {
    std::memcpy(words.data(), data + at, sizeof(words));
    for (size_t i = 0; i < sums.size(); ++i) sums[i] = mix(sums[i], words[i]);
  }
  words = {};
  if (at < bytes) std::memcpy(words.data(), data + at, static_cast<size_t>(bytes - at));
  uint64_t total = 0;
  for (size_t i = 0; i < sums.size(); ++i) total = mix(total, mix(sums[i], words[i]));
  return total;
}

/// A sum of what a tensor is and of a few of its elements: what it costs does not depend on its
/// size.
uint64_t sample(uint64_t sum, const Tensor& x) {
  const int64_t count = std::min(x.numel(), most_samples);
  sum = mix(mix(sum, static_cast<uint64_t>(x.dtype())), x.storage().version());
  for (const int64_t size : x.shape()) sum = mix(sum, static_cast<uint64_t>(size));
  const int64_t width = itemsize(x.dtype());
  for (int64_t i = 0; i < count; ++i) {
    const int64_t number = i == count - 1 ? x.numel() - 1 : i * (x.numel() / count);
    const int64_t away =
        x.is_contiguous() ? number : offset_of(index_of(number, x.shape()), x.strides());
    uint64_t word = 0;
    std::memcpy(&word, x.storage().data() + (x.offset() + away) * width,
                static_cast<size_t>(width));
    sum = mix(sum, word);
  }
  return sum;
}

template <class... Parts>
[[noreturn]] void fail_changed(const Parts&... parts) {
  throw GradientError("checkpoint: its function did not do the same again in backward: ", parts...,
                      "; until then nothing that it reads may change: parameters, buffers, gates, "
                      "train() or eval(), requires_grad_, a captured Rng");
}

/// What the function did, op by op, from which leaves.
struct Account {
  struct Step {
    const char* op;
    uint64_t sum;
  };
  std::vector<Step, BlockAllocator<Step>> steps;
  std::vector<Saved, BlockAllocator<Saved>> leaves;
  Shape shape;
  DType dtype = DType::f32;
  uint64_t result = 0;
  uint64_t end = 0;  // nodes of this number and later ones did not exist
};

/// Watches a run of the function, beside whoever watches already: writes the account, or compares
/// the run with one.
class Witness : public OpObserver {
 public:
  /// `account` is written.
  explicit Witness(Account& account) : writes_(&account), account_(account) {}
  /// The run must be the one that `account` tells of.
  explicit Witness(const Account& account) : account_(account) {
    for (const Saved& leaf : account.leaves) {
      if (!leaf.get().impl()->node->frozen) continue;
      throw GradientError("checkpoint: a leaf of shape ", leaf->shape(),
                          " that its function reads stopped requiring grad after the forward; call "
                          "requires_grad_(false) before the forward or after the backward");
    }
  }

  void on_op(const TracedOp& op) override {
    uint64_t sum = sample(0, op.output);
    for (const Tensor* const input : op.inputs) {
      if (!input->defined()) continue;
      sum = sample(mix(sum, origin_of(*input)), *input);
    }
    if (writes_ != nullptr) {
      writes_->steps.push_back({op.op, sum});
    } else {
      compare({op.op, sum});
    }
    if (outer_ != nullptr) outer_->on_op(op);
  }

  void on_axes(const Tensor& x, std::string_view axes) override {
    if (outer_ != nullptr) outer_->on_axes(x, axes);
  }

  /// The function gave `result`.
  void finish(const Tensor& result) {
    if (!result.defined()) throw GradientError("checkpoint: its function gave an undefined tensor");
    if (writes_ != nullptr) {
      writes_->shape = result.shape();
      writes_->dtype = result.dtype();
      writes_->result = checksum(result);
      writes_->end = next_node_order();
      return;
    }
    if (count_ < account_.steps.size()) {
      fail_changed("it recorded ", counted(static_cast<int64_t>(account_.steps.size()), "op"),
                   " then and ", count_, " now");
    }
    if (result.shape() != account_.shape || result.dtype() != account_.dtype) {
      fail_changed("its result was ", account_.dtype, " ", account_.shape, " and is ",
                   result.dtype(), " ", result.shape());
    }
    if (checksum(result) != account_.result) fail_changed("its result has other elements");
  }

 private:
  /// Names the place in the graph of what the function did not make itself.
  uint64_t origin_of(const Tensor& input) {
    const Ref<Node>& node = input.impl()->node;
    if (!node || node->order >= start_) return 0;
    if (writes_ != nullptr) {
      if (node->is_leaf()) note(input);
    } else if (node->is_leaf() && node->order >= account_.end) {
      fail_changed("it reads a leaf of shape ", input.shape(), " that began to require grad since");
    }
    return node->order;
  }

  void note(const Tensor& leaf) {
    for (const Saved& noted : writes_->leaves) {
      if (noted.get().impl()->node == leaf.impl()->node) return;
    }
    const GradMode as_recorded(true);
    writes_->leaves.emplace_back(leaf);
  }

  void compare(const Account::Step& now) {
    const size_t at = count_++;
    if (at >= account_.steps.size()) {
      fail_changed("it recorded ", counted(static_cast<int64_t>(at), "op"), " then and ", now.op,
                   " after them now");
    }
    const Account::Step& then = account_.steps[at];
    if (std::string_view(then.op) != now.op) {
      fail_changed("op ", at, " was ", then.op, " and is ", now.op);
    }
    if (then.sum != now.sum) fail_changed("op ", at, ", ", now.op, ", has other inputs");
  }

  Account* const writes_ = nullptr;
  const Account& account_;
  size_t count_ = 0;
  const uint64_t start_ = next_node_order();
  OpObserver* const outer_ = TraceScope::observer();
};

/// What backward needs to recompute it. Behind a pointer, because a pullback must move
/// without throwing.
struct Again {
  Function function;
  std::vector<Saved> inputs;
  RandomScope::State random;
  Account account = {};
};

/// The function's result under `witness`, as a graph.
Tensor witnessed(Witness&& witness, const Function& function, const std::vector<Tensor>& inputs) {
  const GradMode recording(true);
  Tensor result;
  {
    const TraceScope watched(&witness);
    result = function(inputs);
  }
  witness.finish(result);
  return result;
}

}  // namespace

Tensor detail::checkpoint_all(Function function, std::vector<Tensor> inputs) {
  if (!is_grad_enabled()) {
    Tensor output = function(inputs);
    if (output.defined()) return output;
    throw GradientError("checkpoint: its function gave an undefined tensor");
  }
  auto again = std::make_shared<Again>(Again{function, {}, RandomScope::state()});
  for (const Tensor& input : inputs) again->inputs.emplace_back(input);
  // Recorded like the run in backward, and dropped at once: some ops choose their kernel by what
  // requires grad, and both runs must have the same bits.
  Tensor output = witnessed(Witness(again->account), function, inputs).detach();
  // An input, a parameter or a view of one must not become the result of this op.
  if (!output.storage().is_unique()) output = kernels::contiguous_copy(output);
  // The function may use parameters that are not inputs. A leaf of our own keeps the node alive
  // for them when no input requires grad.
  inputs.push_back(zeros({}, output.dtype()).requires_grad_());
  return record("checkpoint", output, inputs, [again](const Tensor& g, const Wanted&) {
    const RandomScope scope(again->random);
    const Tensor recomputed = witnessed(Witness(std::as_const(again->account)), again->function,
                                        {again->inputs.begin(), again->inputs.end()});
    if (recomputed.requires_grad()) {
      splice(recomputed, g);
    } else {  // no gradient is needed: a throw-away leaf takes it
      splice(zeros_like(g).requires_grad_(), g);
    }
    return Gradients();
  });
}

}  // namespace heed
