#include "heed/framework/autograd/record.h"

#include "heed/framework/autograd/anomaly.h"
#include "heed/framework/autograd/finite.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/autograd/trace.h"

namespace heed {
namespace {

bool needs_gradient(const Tensor& input) {
  return input.defined() && input.requires_grad();
}

size_t align_up(size_t offset, size_t alignment) {  // a power of two
  return (offset + alignment - 1) & ~(alignment - 1);
}

/// Where closures go behind the edges of a node: sizes first, then addresses.
struct Layout {
  size_t end;
  size_t place(const PullbackType& type) {
    const size_t offset = align_up(end, type.alignment);
    end = offset + type.size;
    return offset;
  }
};

Layout layout_behind(size_t edge_count) {
  return {sizeof(Node) + edge_count * sizeof(NodeEdge)};
}

/// The output as what the graph may hold: floating, not in the graph yet, and seen by no one else,
/// since a constant that the caller holds must not start to require grad.
void make_recordable(const char* op, Tensor& output) {
  if (output.impl()->node) {
    throw GradientError(op, ": its output is in the graph already, recorded by ",
                        output.impl()->node->op, "; record a new tensor or an alias");
  }
  check_floating(op, output.dtype());
  if (output.impl()->references.load(std::memory_order_acquire) > 1) output = output.detach();
}

/// A node in a block of `bytes`, with dead edges. Nothing after this can throw.
Ref<Node> new_node(const char* op, const Tensor& output, size_t edge_count, size_t bytes,
                   bool keep_output) {
  Saved kept;  // through an alias outside the graph, since the output is no result yet
  if (keep_output) kept = Saved(output);
  auto node = Ref<Node>::adopt(::new (allocate_block(bytes)) Node);
  node->bytes = bytes;
  node->op = op;
  node->order = next_node_order();
  node->place = Scope::place();
  node->shape = output.shape();
  node->dtype = output.dtype();
  node->output = std::move(kept);
  node->edge_count = static_cast<uint32_t>(edge_count);
  for (NodeEdge& edge : node->edges()) ::new (&edge) NodeEdge;
  return node;
}

void* move_closure(Node& node, Layout& layout, const PullbackType& type, void* closure) {
  void* place = reinterpret_cast<std::byte*>(&node) + layout.place(type);
  type.relocate(place, closure);
  return place;
}

}  // namespace

Tensor record(const char* op, Tensor output, std::initializer_list<Edge> edges) {
  if (OpObserver* const observer = TraceScope::observer()) {
    const TraceScope unobserved(nullptr);
    std::vector<const Tensor*> inputs;
    for (const Edge& edge : edges) inputs.push_back(&edge.input_);
    Tensor recorded = record(op, std::move(output), edges);
    observer->on_op({op, inputs, recorded});
    return recorded;
  }
  if (is_anomaly_mode()) {
    std::vector<const Tensor*> inputs;
    for (const Edge& edge : edges) inputs.push_back(&edge.input_);
    check_made_finite(op, output, inputs);
  }
  if (!is_grad_enabled()) return output;
  Layout sizes = layout_behind(edges.size());
  bool live = false;
  bool keep_output = false;
  for (const Edge& edge : edges) {
    if (!needs_gradient(edge.input_)) continue;
    live = true;
    keep_output = keep_output || edge.type_.takes_output;
    sizes.place(edge.type_);
  }
  if (!live) return output;
  make_recordable(op, output);
  Ref<Node> node = new_node(op, output, edges.size(), sizes.end, keep_output);
  Layout places = layout_behind(edges.size());
  NodeEdge* to = node->edges().data();
  for (const Edge& edge : edges) {
    if (needs_gradient(edge.input_)) {
      to->target = edge.input_.impl()->node;
      to->closure = move_closure(*node, places, edge.type_, edge.closure_);
      to->type = &edge.type_;
    }
    ++to;
  }
  output.impl()->node = std::move(node);
  return output;
}

Tensor detail::record_joint(const char* op, Tensor output, std::span<const Tensor> inputs,
                            const PullbackType& type, void* closure) {
  if (OpObserver* const observer = TraceScope::observer()) {
    const TraceScope unobserved(nullptr);
    std::vector<const Tensor*> traced;
    for (const Tensor& input : inputs) traced.push_back(&input);
    Tensor recorded = record_joint(op, std::move(output), inputs, type, closure);
    observer->on_op({op, traced, recorded});
    return recorded;
  }
  if (is_anomaly_mode()) {
    std::vector<const Tensor*> looked_at;
    for (const Tensor& input : inputs) looked_at.push_back(&input);
    check_made_finite(op, output, looked_at);
  }
  if (!is_grad_enabled()) return output;
  bool live = false;
  for (const Tensor& input : inputs) live = live || needs_gradient(input);
  if (!live) return output;
  make_recordable(op, output);
  Layout sizes = layout_behind(inputs.size());
  sizes.place(type);
  Ref<Node> node = new_node(op, output, inputs.size(), sizes.end, type.takes_output);
  NodeEdge* to = node->edges().data();
  for (const Tensor& input : inputs) {
    if (needs_gradient(input)) to->target = input.impl()->node;
    ++to;
  }
  Layout places = layout_behind(inputs.size());
  node->joint_closure = move_closure(*node, places, type, closure);
  node->joint_type = &type;
  output.impl()->node = std::move(node);
  return output;
}

}  // namespace heed
