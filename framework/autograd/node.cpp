#include "heed/framework/autograd/node.h"

#include <new>
#include <utility>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/autograd/hooks.h"

namespace heed {

thread_local constinit const char* running_op = nullptr;

namespace {

// Nodes without references, waiting to be destroyed. Destroying one lets go of its inputs,
// which may be the last reference to them: a list instead of recursion frees graphs of any depth.
thread_local constinit Node* dead_nodes = nullptr;
thread_local constinit bool burying = false;

void bury_all() noexcept {
  burying = true;
  while (dead_nodes != nullptr) {
    Node* node = dead_nodes;
    dead_nodes = node->next_dead;
    node->release_pullbacks();
    const size_t bytes = node->bytes;
    node->~Node();
    free_block(node, bytes);
  }
  burying = false;
}

}  // namespace

void retain(Node* node) noexcept {
  node->references.fetch_add(1, std::memory_order_relaxed);
}

void release(Node* node) noexcept {
  if (!drop_reference(node->references)) return;
  node->next_dead = dead_nodes;
  dead_nodes = node;
  if (!burying) bury_all();
}

void Node::release_pullbacks() noexcept {
  for (NodeEdge& edge : edges()) {
    if (edge.type != nullptr) edge.type->destroy(edge.closure);
    edge.~NodeEdge();
  }
  output = Saved();
  released = released || edge_count > 0;
  edge_count = 0;
}

uint64_t next_node_order() {
  static std::atomic<uint64_t> counter{1};  // 0 means no node
  return counter.fetch_add(1, std::memory_order_relaxed);
}

Ref<Node> new_leaf(TensorImpl& owner) {
  auto leaf = Ref<Node>::adopt(::new (allocate_block(sizeof(Node))) Node);
  leaf->order = next_node_order();
  leaf->shape = owner.shape;
  leaf->dtype = owner.dtype;
  leaf->owner = &owner;
  return leaf;
}

HookHandle register_hook(const Tensor& x, std::function<Tensor(const Tensor&)> hook) {
  if (!x.requires_grad()) {
    throw GradientError("register_hook: a tensor of shape ", x.shape(),
                        " that does not require grad has no gradient");
  }
  Node& node = *x.impl()->node;
  if (node.hooks == nullptr) node.hooks = std::make_unique<Hooks<Tensor(const Tensor&)>>();
  return node.hooks->add(std::move(hook));
}

TensorImpl::~TensorImpl() {
  if (node && node->owner == this) node->owner = nullptr;
}

Saved::Saved(const Tensor& tensor) {
  if (!tensor.defined()) return;
  version_ = tensor.storage().version();
  if (is_grad_enabled() && tensor.is_leaf()) {
    tensor_ = tensor.detach();
    tensor_.impl()->node = tensor.impl()->node;
  } else {
    tensor_ = tensor;
  }
}

void Saved::fail() const {
  const char* writer = tensor_.storage().writer();
  throw GradientError(running_op == nullptr ? "backward" : running_op, ": a tensor of shape ",
                      tensor_.shape(), " saved for backward was changed in place by ",
                      writer == nullptr ? "an unnamed writer" : writer, " (version ", version_,
                      " then, ", tensor_.storage().version(),
                      " now); change a copy, x.clone(), or call backward() first");
}

bool Tensor::is_leaf() const {
  return !known().node || impl_->node->is_leaf();
}

Tensor& Tensor::requires_grad_(bool on) {
  if (!is_leaf()) {
    throw GradientError("requires_grad_: only a leaf can be changed, this tensor is the result of ",
                        impl_->node->op, "; write .detach() first");
  }
  if (on == requires_grad()) return *this;
  if (on) {
    check_floating("requires_grad_", dtype());
    impl_->node = new_leaf(*impl_);
  } else {
    impl_->node->frozen = true;
    impl_->node->owner = nullptr;
    impl_->node = Ref<Node>();
    impl_->grad = Tensor();
  }
  return *this;
}

Tensor Tensor::grad() const {
  if (!known().node || impl_->node->owner == nullptr) return Tensor();
  return impl_->node->owner->grad;
}

void Tensor::set_grad(const Tensor& grad) const {
  if (!requires_grad() || !is_leaf()) {
    throw GradientError("set_grad: only a leaf that requires grad has a gradient; shape ", shape());
  }
  if (grad.defined() && (grad.shape() != shape() || grad.dtype() != dtype())) {
    throw GradientError("set_grad: the gradient must be ", dtype(), " ", shape(),
                        " like its tensor, got ", grad.dtype(), " ", grad.shape());
  }
  if (grad.defined() && grad.impl()->node && grad.is_leaf()) {
    throw GradientError("set_grad: a leaf that requires grad cannot be a gradient, shape ", shape(),
                        "; write .detach()");
  }
  if (impl_->node->owner != nullptr) impl_->node->owner->grad = grad;
}

}  // namespace heed
