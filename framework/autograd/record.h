// record: how every op joins the graph. Check, compute, record:
//
//   Tensor exp(const Tensor& x) {
//     return record("exp", kernels::exp(x), x,
//                   [](const Tensor& g, const Tensor& y) { return g * y; });
//   }
//   Tensor mul(const Tensor& a, const Tensor& b) {
//     return record("mul", kernels::arithmetic(kernels::Arithmetic::mul, a, b), {
//         {a, [b = Saved(b)](const Tensor& g) { return g * b; }},
//         {b, [a = Saved(a)](const Tensor& g) { return g * a; }}});
//   }
//
// A pullback gets the gradient g of the output and returns the gradient of its input, computed by
// public ops: under backward(create_graph) they are recorded in turn, which is how every op has a
// second derivative. It may take the output too, `(const Tensor& g, const Tensor& y)`, and must
// then not capture it. It captures tensors only as `Saved`.
//
// Where one computation yields several gradients, the joint form takes the inputs and one pullback
// that receives which are wanted: `(g, wanted)` or `(g, y, wanted)`, returning `Gradients`.
//
// Where a kernel computes the gradient faster than public ops do, the pullback has two forms, and
// the sweep chooses: the kernel, or under create_graph the ops, since a kernel is not recorded.
//
//   Tensor sigmoid(const Tensor& x) {
//     constexpr auto composed = [](const Tensor& g, const Tensor& y) { return g * (y * (1 - y)); };
//     return record("sigmoid", kernels::sigmoid(x), x,
//                   fused<kernels::sigmoid_backward, composed>());
//   }
#pragma once

#include <initializer_list>
#include <span>
#include <type_traits>
#include <utility>

#include "heed/framework/autograd/pullback.h"

namespace heed {

namespace detail {
Tensor record_joint(const char* op, Tensor output, std::span<const Tensor> inputs,
                    const PullbackType& type, void* closure);

}  // namespace detail

/// One input of an op and the pullback that leads to it. It borrows both: write it only inside the
/// braces of `record`, which moves the closure into the graph if this input requires grad.
class Edge {
 public:
  /// An input and what carries the gradient to it, a lambda written in the call of record().
  template <class Pullback>
  Edge(const Tensor& input, Pullback&& pullback)
      : input_(input), type_(detail::pullback_type<Pullback>), closure_(&pullback) {
    static_assert(!std::is_reference_v<Pullback>, "write the lambda inside the call of record()");
    static_assert(detail::pullback_type<Pullback>.single != nullptr,
                  "the pullback of one input returns one Tensor; the joint form of record() takes "
                  "the inputs and one pullback for all");
  }
  Edge(const Edge&) = delete;
  Edge& operator=(const Edge&) = delete;

 private:
  friend Tensor record(const char* op, Tensor output, std::initializer_list<Edge> edges);
  const Tensor& input_;
  const PullbackType& type_;
  void* closure_;
};

/// Attaches `output` (new, or a new alias) to the graph as the result of `op` on the edges' inputs,
/// if recording is on and one of them requires grad. Undefined inputs need no gradient.
/// `op` is a string literal: it names the op in messages, traces and the tests' op table.
Tensor record(const char* op, Tensor output, std::initializer_list<Edge> edges);

/// The same for an op of one input.
template <class Pullback>
Tensor record(const char* op, Tensor output, const Tensor& input, Pullback&& pullback) {
  return record(op, std::move(output), {Edge(input, std::forward<Pullback>(pullback))});
}

/// The joint form: one pullback gives the gradients of all `inputs`.
template <class Pullback>
Tensor record(const char* op, Tensor output, std::span<const Tensor> inputs, Pullback&& pullback) {
  static_assert(!std::is_reference_v<Pullback>, "write the lambda inside the call of record()");
  static_assert(detail::pullback_type<Pullback>.joint != nullptr,
                "a joint pullback receives what is wanted and returns Gradients");
  return detail::record_joint(op, std::move(output), inputs, detail::pullback_type<Pullback>,
                              &pullback);
}
template <class Pullback>
Tensor record(const char* op, Tensor output, std::initializer_list<Tensor> inputs,
              Pullback&& pullback) {
  return record(op, std::move(output), std::span<const Tensor>(inputs.begin(), inputs.size()),
                std::forward<Pullback>(pullback));
}

}  // namespace heed
