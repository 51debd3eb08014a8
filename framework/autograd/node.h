// Node: one vertex of the graph. A leaf, or a recorded op with an edge to each of its inputs and
// the pullbacks that carry a gradient along them. A node and everything it keeps is one block of
// memory.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "heed/framework/base/hooks.h"
#include "heed/framework/base/scope.h"
#include "heed/framework/tensor/tensor.h"

namespace heed {

/// A tensor as a pullback captures it: the handle and the version of its elements. Reading it
/// throws GradientError, naming both ops, if the elements were changed in place since.
class Saved {
 public:
  Saved() = default;
  /// A leaf is saved through an alias, so that no graph owns the handle that owns the gradient. So
  /// is a constant: it may become a leaf later, or be the output that is about to be recorded.
  explicit Saved(const Tensor& tensor);

  /// Throws GradientError if the elements were overwritten since it was saved.
  const Tensor& get() const {
    if (tensor_.defined() && tensor_.storage().version() != version_) fail();
    return tensor_;
  }
  /// As `get`.
  operator const Tensor&() const { return get(); }
  /// As `get`.
  const Tensor* operator->() const { return &get(); }

 private:
  [[noreturn]] void fail() const;
  Tensor tensor_;
  uint32_t version_ = 0;
};

/// Which inputs of a joint pullback need a gradient; the others may stay undefined.
class Wanted {
 public:
  /// `node` outlives it.
  explicit Wanted(const Node& node) : node_(node) {}
  /// Whether this input needs one.
  bool operator[](int64_t input) const;

 private:
  const Node& node_;
};

/// What a joint pullback returns: one gradient per input, in order.
using Gradients = std::vector<Tensor>;

/// What a sweep hands to a pullback, which takes of it what it needs.
struct Incoming {
  const Tensor& g;       ///< the gradient of the output
  const Tensor& y;       ///< the output; undefined if no pullback of the node takes it
  const Wanted& wanted;  ///< which inputs need one
  bool create_graph;     ///< the gradient must be differentiable: no fused form
};

/// How closures of one type are moved into a node, called and destroyed.
struct PullbackType {
  size_t size;          ///< of the closure, in bytes
  size_t alignment;     ///< of the closure, in bytes
  bool takes_output;    ///< whether it reads `y`, which the node keeps then
  bool has_fused_form;  ///< whether it is a FusedPullback
  void (*relocate)(void* to, void* from) noexcept;  ///< moves a closure to other memory
  void (*destroy)(void* closure) noexcept;          ///< ends the life of a closure
  /// Exactly one of the two is set: the pullback of one input, or of all at once.
  Tensor (*single)(void* closure, const Incoming& incoming);
  /// The pullback of all inputs at once.
  Gradients (*joint)(void* closure, const Incoming& incoming);
};

/// The closure of a joint pullback belongs to the first edge, whether or not that input needs a
/// gradient.
struct NodeEdge {
  Ref<Node> target;                    ///< none: that input needs no gradient
  const PullbackType* type = nullptr;  ///< how to call it
  void* closure = nullptr;             ///< behind the edges in the node's block
};

/// A vertex of the graph, followed in its block by its edges and their closures.
struct Node {
  std::atomic<uint32_t> references{1};  ///< handles on it
  uint32_t edge_count = 0;              ///< inputs, as `record` had them
  const char* op = "leaf";              ///< which made the output; a string literal
  uint64_t order = 0;  ///< of creation: inputs have smaller numbers, which is all a sweep needs
  Shape shape;         ///< of the output, and so of its gradient
  DType dtype = DType::f32;     ///< of the output
  bool released = false;        ///< its pullbacks are gone: an earlier backward() used them up
  bool frozen = false;          ///< a leaf that has stopped requiring grad since
  TensorImpl* owner = nullptr;  ///< of a leaf: where its gradient goes, while that tensor lives
  Saved output;                 ///< kept only if a live pullback takes it
  Place place = nullptr;        ///< the module in which it was recorded
  /// Called with the gradient of the output when that is complete; none: there are none.
  std::unique_ptr<Hooks<Tensor(const Tensor&)>> hooks;
  size_t bytes = sizeof(Node);  ///< of its block
  /// Links nodes that are about to be freed, so that freeing does not recurse.
  Node* next_dead = nullptr;

  /// Whether no op made it.
  bool is_leaf() const { return edge_count == 0 && !released; }
  /// The edges follow the node in its block; the closures follow the edges.
  std::span<NodeEdge> edges() {
    return {reinterpret_cast<NodeEdge*>(reinterpret_cast<std::byte*>(this) + sizeof(Node)),
            edge_count};
  }
  std::span<const NodeEdge> edges() const { return const_cast<Node*>(this)->edges(); }
  /// Destroys the pullbacks and lets go of the inputs.
  void release_pullbacks() noexcept;
};
static_assert(sizeof(Node) % alignof(NodeEdge) == 0);

/// The number that the next node gets.
uint64_t next_node_order();

/// A new leaf node whose gradient belongs to `owner`.
Ref<Node> new_leaf(TensorImpl& owner);

/// The op whose pullback this thread is running, for messages; nullptr outside a sweep.
extern thread_local constinit const char* running_op;

inline bool Wanted::operator[](int64_t input) const {
  return static_cast<bool>(node_.edges()[static_cast<size_t>(input)].target);
}

}  // namespace heed
