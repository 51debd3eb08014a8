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

/// One input as both forms of record have it.
struct InputEdge {
  const Tensor& input;
  const PullbackType& type;
  void* closure;
  bool is_live;    // the input requires grad
  bool is_placed;  // the node gets the closure for this edge, if it is made
};

/// Gives `output` a node if one of the inputs requires grad; `edge_at(i)` is input i.
template <class EdgeAt>
void join(const char* op, Tensor& output, size_t count, const EdgeAt& edge_at) {
  Layout sizes = layout_behind(count);
  bool live = false;
  bool keep_output = false;
  for (size_t i = 0; i < count; ++i) {
    const InputEdge edge = edge_at(i);
    live = live || edge.is_live;
    if (!edge.is_placed) continue;
    keep_output = keep_output || edge.type.takes_output;
    sizes.place(edge.type);
  }
  if (!live) return;
  make_recordable(op, output);
  Ref<Node> node = new_node(op, output, count, sizes.end, keep_output);
  Layout places = layout_behind(count);
  NodeEdge* to = node->edges().data();
  for (size_t i = 0; i < count; ++i, ++to) {
    const InputEdge edge = edge_at(i);
    if (edge.is_live) to->target = edge.input.impl()->node;
    if (!edge.is_placed) continue;
    to->closure = reinterpret_cast<std::byte*>(node.get()) + places.place(edge.type);
    edge.type.relocate(to->closure, edge.closure);
    to->type = &edge.type;
  }
  output.impl()->node = std::move(node);
}

template <class EdgeAt>
std::vector<const Tensor*> inputs_of(size_t count, const EdgeAt& edge_at) {
  std::vector<const Tensor*> inputs;
  for (size_t i = 0; i < count; ++i) inputs.push_back(&edge_at(i).input);
  return inputs;
}

/// What both forms of record do.
template <class EdgeAt>
Tensor record_edges(const char* op, Tensor&& output, size_t count, const EdgeAt& edge_at) {
  if (!output.defined()) {
    throw GradientError(op, ": its output is undefined; give record() a tensor");
  }
  if (is_anomaly_mode()) check_made_finite(op, output, inputs_of(count, edge_at));
  if (is_grad_enabled()) join(op, output, count, edge_at);
  if (OpObserver* const observer = TraceScope::observer()) {
    const TraceScope unobserved(nullptr);
    observer->on_op({op, inputs_of(count, edge_at), output});
  }
  return std::move(output);
}

}  // namespace

Tensor record(const char* op, Tensor output, std::initializer_list<Edge> edges) {
  return record_edges(op, std::move(output), edges.size(), [&](size_t i) {
    const Edge& edge = edges.begin()[i];
    const bool is_live = needs_gradient(edge.input_);
    return InputEdge{edge.input_, edge.type_, edge.closure_, is_live, is_live};
  });
}

Tensor detail::record_joint(const char* op, Tensor output, std::span<const Tensor> inputs,
                            const PullbackType& type, void* closure) {
  return record_edges(op, std::move(output), inputs.size(), [&](size_t i) {
    return InputEdge{inputs[i], type, closure, needs_gradient(inputs[i]), i == 0};
  });
}

}  // namespace heed
