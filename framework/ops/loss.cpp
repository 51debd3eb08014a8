#include "heed/framework/ops/loss.h"

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/kernels/gather.h"
#include "heed/framework/ops/activation.h"
#include "heed/framework/ops/check.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/indexing.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/softmax.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

int64_t class_dim(const Tensor& input) {
  return input.dim() == 1 ? 0 : 1;
}

/// What the target says, once: which positions count, and with which weight. Constants, all.
struct Targets {
  Tensor index;    // target with 0 in place of ignored ones
  Tensor ignored;  // bool
  Tensor weight;   // of each position, 0 where ignored
};

Targets read_targets(const char* op, const Tensor& input, const Tensor& target,
                     const ClassLossOptions& options) {
  const NoGrad guard;
  check_floating(op, input.dtype());
  check_dtype(op, "target", target, DType::i64);
  Shape expected = input.shape();
  if (!expected.empty()) expected.erase(class_dim(input));
  if (input.dim() == 0 || target.shape() != expected) {
    throw ShapeError(op, ": input [N, C, ...] and target [N, ...] do not fit: ", input.shape(),
                     " and ", target.shape());
  }
  const int64_t classes = input.size(class_dim(input));
  Targets result;
  result.ignored = eq(target, static_cast<double>(options.ignore_index));
  result.index = masked_fill(target, result.ignored, 0);
  if (classes == 0 && target.numel() > 0) throw ShapeError(op, ": no classes in ", input.shape());
  kernels::check_indices(op, result.index, classes);
  if (options.weight.defined()) {
    check_same_dtype(op, input, options.weight);
    if (options.weight.shape() != Shape{classes}) {
      throw ShapeError(op, ": weight must be [C] = [", classes, "], got ", options.weight.shape());
    }
    const Tensor flat = reshape(result.index, {target.numel()});
    result.weight = reshape(index_select(options.weight, 0, flat), target.shape());
  } else {
    result.weight = ones(target.shape(), input.dtype());
  }
  result.weight = masked_fill(result.weight, result.ignored, 0);
  return result;
}

Tensor reduce(const Tensor& losses, const Tensor& total_weight, Reduction reduction) {
  if (reduction == Reduction::none) return losses;
  const Tensor total = sum(losses);
  return reduction == Reduction::sum ? total : total / total_weight;
}

Tensor reduce(const Tensor& losses, Reduction reduction) {
  if (reduction == Reduction::none) return losses;
  return reduction == Reduction::sum ? sum(losses) : mean(losses);
}

/// ½d² where d ≤ bend, else bend·(d − ½bend); divided by `unit`. No branch squares a large d, so
/// infinity has its gradient.
Tensor bent_square(const Tensor& d, double bend, double unit) {
  const Tensor low = clamp(d, {}, bend);
  return (unit == 1 ? low : low / unit) * (d - 0.5 * low);
}

/// Refuses under the loss's own name what the ops inside it would refuse under theirs.
void check_pair(const char* op, const Tensor& input, const Tensor& target) {
  check_same_dtype(op, input, target);
  check_floating(op, input.dtype());
  broadcast_shapes(op, input.shape(), target.shape());
}

Tensor difference(const char* op, const Tensor& input, const Tensor& target) {
  check_pair(op, input, target);
  return input - target;
}

Tensor nll_each(const Tensor& input, const Targets& targets) {
  const int64_t dim = class_dim(input);
  const Tensor picked = squeeze(gather(input, dim, unsqueeze(targets.index, dim)), dim);
  return masked_fill(-(picked * targets.weight), targets.ignored, 0);  // 0 even for −Inf · 0
}

}  // namespace

Tensor nll_loss(const Tensor& input, const Tensor& target, const ClassLossOptions& options) {
  const Targets targets = read_targets("nll_loss", input, target, options);
  return reduce(nll_each(input, targets), sum(targets.weight), options.reduction);
}

Tensor cross_entropy(const Tensor& input, const Tensor& target, const ClassLossOptions& options) {
  const Targets targets = read_targets("cross_entropy", input, target, options);
  const double smoothing = options.label_smoothing;
  if (!(smoothing >= 0 && smoothing <= 1)) {
    throw ValueError("cross_entropy: label_smoothing must be in [0, 1], got ", smoothing);
  }
  const int64_t dim = class_dim(input);
  const Tensor log_p = log_softmax(input, dim);
  Tensor losses = nll_each(log_p, targets);
  if (smoothing > 0) {
    // The smoothed target puts (1 − s) on its class and s/C on every class.
    Tensor each = log_p;
    if (options.weight.defined()) {
      Shape along = IntList::filled(input.dim(), 1);
      along[dim] = input.size(dim);
      each = each * reshape(options.weight.detach(), along);
    }
    const Tensor spread = masked_fill(-sum(each, {dim}), targets.ignored, 0);
    losses = losses * (1 - smoothing) + spread * (smoothing / static_cast<double>(input.size(dim)));
  }
  return reduce(losses, sum(targets.weight), options.reduction);
}

Tensor mse_loss(const Tensor& input, const Tensor& target, Reduction reduction) {
  return reduce(square(difference("mse_loss", input, target)), reduction);
}

Tensor l1_loss(const Tensor& input, const Tensor& target, Reduction reduction) {
  return reduce(abs(difference("l1_loss", input, target)), reduction);
}

Tensor huber_loss(const Tensor& input, const Tensor& target, Reduction reduction, double delta) {
  if (!(delta > 0)) throw ValueError("huber_loss: delta must be positive, got ", delta);
  const Tensor d = abs(difference("huber_loss", input, target));
  return reduce(bent_square(d, delta, 1), reduction);
}

Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, Reduction reduction, double beta) {
  if (!(beta >= 0)) throw ValueError("smooth_l1_loss: beta must not be negative, got ", beta);
  const Tensor d = abs(difference("smooth_l1_loss", input, target));
  if (beta == 0) return reduce(d, reduction);
  return reduce(bent_square(d, beta, beta), reduction);
}

Tensor kl_div(const Tensor& input, const Tensor& target, Reduction reduction, bool log_target) {
  check_pair("kl_div", input, target);
  if (log_target) return reduce(exp(target) * (target - input), reduction);
  const Tensor zero = eq(target, 0);
  const Tensor entropy = target * log(masked_fill(target, zero, 1));  // 0·log 0 is 0
  return reduce(entropy - masked_fill(target * input, zero, 0), reduction);
}

Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const BinaryLossOptions& options) {
  constexpr const char* op = "binary_cross_entropy_with_logits";
  check_pair(op, input, target);
  if (input.shape() != target.shape()) {
    throw ShapeError(op, ": input and target must have one shape, got ", input.shape(), " and ",
                     target.shape());
  }
  const auto factor = [&](const char* what, const Tensor& of) {
    check_same_dtype(op, input, of);
    if (broadcast_shapes(op, target.shape(), of.shape()) == target.shape()) return;
    throw ShapeError(op, ": ", what, " ", of.shape(), " does not broadcast to the target's ",
                     target.shape());
  };
  Tensor positive = target * log_sigmoid(input);
  if (options.pos_weight.defined()) {
    factor("pos_weight", options.pos_weight);
    positive = positive * options.pos_weight;
  }
  Tensor losses = -(positive + (1 - target) * log_sigmoid(-input));
  if (options.weight.defined()) {
    factor("weight", options.weight);
    losses = losses * options.weight;
  }
  return reduce(losses, options.reduction);
}

}  // namespace heed
