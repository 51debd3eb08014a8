#include "heed/framework/autograd/backward.h"

#include <unordered_map>
#include <utility>

#include "heed/framework/autograd/anomaly.h"
#include "heed/framework/autograd/finite.h"
#include "heed/framework/autograd/frontier.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/elementwise.h"

namespace heed {
namespace {

/// No other tensor shares these elements, and none overlap: they may be written to or stored.
bool is_exclusive(const Tensor& tensor) {
  return tensor.impl()->references.load(std::memory_order_acquire) == 1 &&
         tensor.storage().is_unique() && tensor.is_contiguous();
}

Tensor sum_of(const Tensor& a, const Tensor& b) {
  return record("add", kernels::arithmetic(kernels::Arithmetic::add, a, b),
                {{a, [](const Tensor& g) { return g; }}, {b, [](const Tensor& g) { return g; }}});
}

/// `gradient` in memory that no other tensor shares: what may be stored or given to a caller.
Tensor exclusive(Tensor gradient) {
  if (is_exclusive(gradient)) return gradient;
  return record("clone", kernels::contiguous_copy(gradient), gradient,
                [](const Tensor& g) { return g; });
}

class Sweep {
 public:
  explicit Sweep(const SweepOptions& options)
      : create_graph_(options.create_graph),
        retain_graph_(options.retain_graph.value_or(options.create_graph)),
        outer_(std::exchange(current, this)),
        outer_op_(running_op) {}
  ~Sweep() {
    current = outer_;
    running_op = outer_op_;
  }
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;

  /// Adds to the gradient of a node that has not been processed yet.
  void add(const Ref<Node>& node, Tensor gradient) {
    Tensor& sum = waiting_.gradient_of(rank(*node), node);
    if (!sum.defined()) {
      sum = std::move(gradient);
    } else if (!create_graph_ && is_exclusive(sum)) {
      kernels::add_(sum, gradient, 1);
    } else {
      sum = sum_of(sum, gradient);
    }
  }

  void count_splice() { ++splices_; }

  /// Processes nodes, newest first, until none waits. Every node is newer than its inputs, so when
  /// it is the newest its gradient is complete. `visit(node, gradient)` sees each once.
  template <class Visit>
  void run(const Visit& visit) {
    const GradMode mode(create_graph_);
    const AnomalyMode quiet(false);  // intermediate values of a pullback may be masked later
    while (!waiting_.empty()) {
      Frontier::Waiting now = waiting_.take_newest();
      if (now.node->hooks != nullptr) call_hooks(*now.node, now.gradient);
      visit(now.node, now.gradient);
      if (now.node->is_leaf() || now.rank <= stop_at_) continue;
      running_op = now.node->op;
      pull_back(*now.node, now.gradient);
      running_ = nullptr;
      if (!retain_graph_) now.node->release_pullbacks();
    }
  }

  /// Only nodes newer than `oldest` are processed, unless it is a leaf, which any node may lead to.
  void stop_at(const Node& oldest) { stop_at_ = oldest.is_leaf() ? 0 : rank(oldest); }

  /// The position of a node in the sweep. Leaves come last: one that began to require grad after an
  /// op captured it is newer than that op, which may yet splice a gradient to it.
  static uint64_t rank(const Node& node) {
    return node.is_leaf() ? node.order : node.order | uint64_t{1} << 63;
  }

  /// True while this thread runs a pullback of the node: it must neither be released then nor wait
  /// for a gradient again.
  static bool is_running(const Node& node) {
    const Sweep* sweep = current;
    while (sweep != nullptr && sweep->running_ != &node) sweep = sweep->outer_;
    return sweep != nullptr;
  }

  static thread_local constinit Sweep* current;

 private:
  static void call_hooks(Node& node, Tensor& gradient) {
    node.hooks->for_each([&](const auto& hook) {
      Tensor changed = hook(gradient);
      if (!changed.defined()) return;
      if (changed.shape() != node.shape || changed.dtype() != node.dtype) {
        throw GradientError("hook on the result of ", node.op, ": it gave ", changed.dtype(), " ",
                            changed.shape(), " for a gradient that is ", node.dtype, " ",
                            node.shape);
      }
      gradient = std::move(changed);
    });
  }

  void pull_back(Node& node, const Tensor& g) {
    const Scope scope(node.place);  // errors say in which module the op was recorded
    if (is_running(node)) {
      throw GradientError(node.op,
                          ": its pullback is running already; a pullback cannot call backward() on "
                          "a graph that it is part of");
    }
    running_ = &node;
    if (node.released) {
      throw GradientError(node.op,
                          ": its graph was freed by an earlier backward(); pass "
                          "retain_graph = true to that one");
    }
    const Tensor& output = node.output.get();
    Tensor placed;  // the value with its place in the graph, so that its gradient flows on
    if (create_graph_ && output.defined()) {
      placed = output.detach();
      placed.impl()->node = Ref<Node>::share(&node);
    }
    const Wanted wanted(node);
    const Incoming incoming{g, placed.defined() ? placed : output, wanted, create_graph_};
    if (const PullbackType* type = node.edges()[0].type;
        type != nullptr && type->joint != nullptr) {
      pull_back_jointly(node, incoming);
      return;
    }
    for (size_t i = 0; i < node.edge_count; ++i) {
      const NodeEdge& edge = node.edges()[i];
      if (edge.target) deliver(node, i, edge.type->single(edge.closure, incoming), g);
    }
  }

  void pull_back_jointly(Node& node, const Incoming& incoming) {
    const uint64_t splices = splices_;
    const NodeEdge& first = node.edges()[0];
    Gradients gradients = first.type->joint(first.closure, incoming);
    if (gradients.empty() && splices != splices_) return;  // they are in the graph it spliced
    if (gradients.size() != node.edge_count) {
      throw GradientError(node.op, ": its pullback returned ", gradients.size(), " gradients for ",
                          node.edge_count, " inputs");
    }
    for (size_t i = 0; i < gradients.size(); ++i) {
      deliver(node, i, std::move(gradients[i]), incoming.g);
    }
  }

  void deliver(Node& node, size_t input, Tensor gradient, const Tensor& g) {
    const Ref<Node>& target = node.edges()[input].target;
    if (!target) return;
    if (!gradient.defined()) {
      throw GradientError(node.op, ": its pullback returned no gradient for input ", input);
    }
    if (gradient.shape() != target->shape || gradient.dtype() != target->dtype) {
      throw GradientError(node.op, ": its pullback returned ", gradient.dtype(), " ",
                          gradient.shape(), " for input ", input, ", which is ", target->dtype, " ",
                          target->shape,
                          target->is_leaf() && gradient.dtype() != target->dtype
                              ? "; if Module::to changed it since, call it before the forward"
                              : "");
    }
    if (anomaly_) check_pulled_finite(node.op, input, gradient, g);
    add(target, std::move(gradient));
  }

  uint64_t splices_ = 0;
  uint64_t stop_at_ = 0;
  const Node* running_ = nullptr;
  const bool anomaly_ = is_anomaly_mode();
  const bool create_graph_;
  const bool retain_graph_;
  Frontier waiting_;  // before `outer_`: what throws must not leave this sweep the current one
  Sweep* const outer_;
  const char* const outer_op_;
};

thread_local constinit Sweep* Sweep::current = nullptr;

/// Outputs and gradients as the user gave them; gradients that require grad are constants unless
/// the sweep creates a graph.
void start(Sweep& sweep, std::span<const Tensor> outputs, std::span<const Tensor> gradients,
           bool create_graph) {
  const GradMode mode(create_graph);
  if (!gradients.empty() && gradients.size() != outputs.size()) {
    throw GradientError("backward: ", gradients.size(), " gradients for ", outputs.size(),
                        " outputs");
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Tensor& output = outputs[i];
    Tensor gradient = gradients.empty() ? Tensor() : gradients[i];
    if (!output.defined() || !output.requires_grad()) {
      throw GradientError("backward: output ", i,
                          " does not require grad, so nothing depends on it");
    }
    if (!gradient.defined()) {
      if (output.numel() != 1) {
        throw GradientError("backward: an output of shape ", output.shape(),
                            " needs a gradient of that shape; only a single element may omit it");
      }
      gradient = Tensor::empty(output.shape(), output.dtype());
      kernels::fill_(gradient, 1);
    }
    if (gradient.shape() != output.shape() || gradient.dtype() != output.dtype()) {
      throw GradientError("backward: the gradient must be ", output.dtype(), " ", output.shape(),
                          " like its output, got ", gradient.dtype(), " ", gradient.shape());
    }
    sweep.add(output.impl()->node, std::move(gradient));
  }
}

}  // namespace

void backward(std::span<const Tensor> outputs, std::span<const Tensor> gradients,
              const SweepOptions& options) {
  struct LeafGradient {
    Ref<TensorImpl> leaf;
    Tensor gradient;
    bool in_place = false;
  };
  std::vector<LeafGradient, BlockAllocator<LeafGradient>> leaves;
  {
    Sweep sweep(options);
    start(sweep, outputs, gradients, options.create_graph);
    sweep.run([&](const Ref<Node>& node, const Tensor& gradient) {
      if (node->frozen) {
        throw GradientError("backward: a leaf of shape ", node->shape,
                            " stopped requiring grad after the graph was made; call "
                            "requires_grad_(false) before the forward or after the backward");
      }
      if (!node->is_leaf() || node->owner == nullptr) return;
      leaves.push_back({Ref<TensorImpl>::share(node->owner), gradient});
    });
  }
  const GradMode mode(options.create_graph);
  for (LeafGradient& item : leaves) {
    const Tensor& before = item.leaf->grad;
    item.in_place = !options.create_graph && before.defined() && !before.requires_grad() &&
                    is_exclusive(before);
    if (item.in_place) continue;
    item.gradient =
        before.defined() ? sum_of(before, item.gradient) : exclusive(std::move(item.gradient));
  }
  // Everything that can fail is done: from here on handles are swapped and numbers added.
  for (LeafGradient& item : leaves) {
    if (item.in_place) {
      kernels::add_(item.leaf->grad, item.gradient, 1);
    } else {
      std::swap(item.leaf->grad, item.gradient);
    }
  }
}

std::vector<Tensor> grad(std::span<const Tensor> outputs, std::span<const Tensor> inputs,
                         std::span<const Tensor> gradients, const SweepOptions& options,
                         bool allow_unused) {
  std::vector<Tensor> result(inputs.size());
  std::unordered_multimap<const Node*, size_t> sought;
  const Node* oldest = nullptr;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].defined() || !inputs[i].requires_grad()) {
      throw GradientError("grad: input ", i, " does not require grad");
    }
    sought.emplace(inputs[i].impl()->node.get(), i);
    if (i == 0 || Sweep::rank(*inputs[i].impl()->node) < Sweep::rank(*oldest)) {
      oldest = inputs[i].impl()->node.get();
    }
  }
  {
    Sweep sweep(options);
    if (oldest != nullptr) sweep.stop_at(*oldest);
    start(sweep, outputs, gradients, options.create_graph);
    sweep.run([&](const Ref<Node>& node, const Tensor& gradient) {
      const auto [first, last] = sought.equal_range(node.get());
      for (auto found = first; found != last; ++found) result[found->second] = gradient;
    });
  }
  const GradMode mode(options.create_graph);
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (result[i].defined()) {
      result[i] = exclusive(std::move(result[i]));
    } else if (!allow_unused) {
      throw GradientError("grad: the outputs do not depend on input ", i, " of shape ",
                          inputs[i].shape(), "; pass allow_unused to get an undefined tensor");
    }
  }
  return result;
}

Tensor grad(const Tensor& output, const Tensor& input, const Tensor& gradient,
            const SweepOptions& options) {
  return grad(std::span(&output, 1), std::span(&input, 1), std::span(&gradient, 1), options)[0];
}

void splice(const Tensor& output, const Tensor& gradient) {
  if (Sweep::current == nullptr) {
    throw GradientError("splice: no backward() is running; it is for pullbacks");
  }
  if (output.defined() && output.requires_grad() && Sweep::is_running(*output.impl()->node)) {
    throw GradientError("splice: onto the result of ", output.impl()->node->op,
                        " from within its own pullback");
  }
  start(*Sweep::current, std::span(&output, 1), std::span(&gradient, 1), is_grad_enabled());
  Sweep::current->count_splice();
}

void Tensor::backward(const Tensor& gradient, const SweepOptions& options) const {
  heed::backward(std::span(this, 1), std::span(&gradient, 1), options);
}

}  // namespace heed
