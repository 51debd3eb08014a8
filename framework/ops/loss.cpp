#include "heed/framework/ops/loss.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/cross_entropy.h"
#include "heed/framework/kernels/gather.h"
#include "heed/framework/kernels/softmax.h"
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

/// share · x, in which a share of 0 of an infinite x is 0, as nothing of it counts.
Tensor share_of(const Tensor& share, const Tensor& x) {
  const double most = largest_of(x.dtype());
  return share * where(eq(share, 0), clamp(x, -most, most), x);
}

int64_t class_dim(const Tensor& input) {
  return input.dim() == 1 ? 0 : 1;
}

/// The target, decoded: which positions count, and with which weight. All constants.
struct Targets {
  Tensor index;    // target with 0 in place of ignored ones
  Tensor ignored;  // bool
  Tensor weight;   // of each position, 0 where ignored
};

void check_classes(const char* op, const Tensor& input, const Tensor& target) {
  check_floating(op, input.dtype());
  check_dtype(op, "target", target, DType::i64);
  Shape expected = input.shape();
  if (!expected.empty()) expected.erase(class_dim(input));
  if (input.dim() == 0 || target.shape() != expected) {
    throw ShapeError(op, ": input [N, C, ...] and target [N, ...] do not fit: ", input.shape(),
                     " and ", target.shape());
  }
  if (input.size(class_dim(input)) == 0 && target.numel() > 0) {
    throw ShapeError(op, ": no classes in ", input.shape());
  }
}

void check_class_weight(const char* op, const Tensor& input, const Tensor& weight) {
  if (!weight.defined()) return;
  check_same_dtype(op, input, weight);
  const int64_t classes = input.size(class_dim(input));
  if (weight.shape() == Shape{classes}) return;
  throw ShapeError(op, ": weight must be [C] = [", classes, "], got ", weight.shape());
}

Targets read_targets(const char* op, const Tensor& input, const Tensor& target,
                     const ClassLossOptions& options) {
  const NoGrad guard;
  check_classes(op, input, target);
  Targets result;
  result.ignored = eq(target, static_cast<double>(options.ignore_index));
  result.index = masked_fill(target, result.ignored, 0);
  kernels::check_indices(op, result.index, input.size(class_dim(input)));
  check_class_weight(op, input, options.weight);
  if (options.weight.defined()) {
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
/// infinity has its gradient, unless nothing is beyond the bend.
Tensor bent_square(const Tensor& d, double bend, double unit) {
  if (bend > largest_of(d.dtype())) return 0.5 / unit * square(d);
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
  return masked_fill(-share_of(targets.weight, picked), targets.ignored, 0);  // though it be NaN
}

/// What the gradient of cross_entropy is computed from.
struct SavedEntropy {
  Saved input, target, weight, max, total;
  int64_t ignored;
  double smoothing, divisor;
};

kernels::ClassTargets class_targets(const Tensor& target, const Tensor& weight, int64_t ignored,
                                    double smoothing) {
  return {kernels::contiguous(target), ignored,
          weight.defined() ? kernels::contiguous(weight) : Tensor(), smoothing};
}

/// log_softmax at the limit of one logit that grows to infinity: 0 there and −∞ elsewhere. Where
/// several do, there is none, and all is NaN.
Tensor limit_log_softmax(const Tensor& input, int64_t dim) {
  const Tensor x = input.detach();
  const Tensor tops = eq(x, INFINITY);
  const Tensor count = sum(tops.to(x.dtype()), {dim}, true);
  const Tensor decided = masked_fill(masked_fill(x, gt(count, 0), -INFINITY), tops, 0);
  const Tensor logits = masked_fill(decided, gt(count, 1), std::nan(""));
  return record(
      "log_softmax", kernels::log_softmax(logits, dim), input,
      [dim](const Tensor& g, const Tensor& y) { return g - exp(y) * sum(g, {dim}, true); });
}

Tensor log_probabilities(const Tensor& input, int64_t dim) {
  const bool has_top = input.numel() > 0 && max(input.detach()).item() == double{INFINITY};
  return has_top ? limit_log_softmax(input, dim) : log_softmax(input, dim);
}

Tensor fused_entropy_gradient(const Tensor& g, const SavedEntropy& saved) {
  const auto targets = class_targets(saved.target, saved.weight, saved.ignored, saved.smoothing);
  return kernels::cross_entropy_backward(g, saved.divisor, saved.input, class_dim(saved.input),
                                         targets, saved.max, saved.total);
}

/// The formula of kernels::cross_entropy_backward.
Tensor composed_entropy_gradient(const Tensor& g, const SavedEntropy& saved) {
  const Tensor &input = saved.input, &target = saved.target, &weight = saved.weight;
  const int64_t dim = class_dim(input);
  const Targets targets = read_targets("cross_entropy", input, target,
                                       {.weight = weight, .ignore_index = saved.ignored});
  const Tensor open = masked_fill(ones(target.shape(), input.dtype()), targets.ignored, 0);
  Shape along = IntList::filled(input.dim(), 1);
  along[dim] = input.size(dim);
  const Tensor each =
      weight.defined() ? reshape(weight.detach(), along) : ones(along, input.dtype());
  const Tensor spread =
      unsqueeze(open, dim) * each * (saved.smoothing / static_cast<double>(input.size(dim)));
  const Tensor wanted = scatter_add(spread, dim, unsqueeze(targets.index, dim),
                                    unsqueeze(targets.weight * (1 - saved.smoothing), dim));
  const Tensor mass = sum(wanted, {dim}, true);
  const Tensor g_each = expand(g / saved.divisor, target.shape());
  const Tensor counted = masked_fill(g_each, targets.ignored, 0);
  return (exp(log_probabilities(input, dim)) * mass - wanted) * unsqueeze(counted, dim);
}

/// cross_entropy with a probability for each class as target.
Tensor soft_entropy(const Tensor& input, const Tensor& target, const ClassLossOptions& options) {
  constexpr const char* op = "cross_entropy";
  check_same_dtype(op, input, target);
  check_floating(op, input.dtype());
  if (input.dim() == 0 || target.shape() != input.shape()) {
    throw ShapeError(op, ": probabilities as target need the shape of the input, got ",
                     input.shape(), " and ", target.shape());
  }
  if (options.ignore_index >= 0) {
    throw ValueError(op, ": ignore_index ", options.ignore_index,
                     " needs class indices as target, but the target holds probabilities");
  }
  check_class_weight(op, input, options.weight);
  check_probability(op, "label_smoothing", options.label_smoothing);
  const int64_t dim = class_dim(input), classes = input.size(dim);
  Tensor wanted = target;
  if (options.label_smoothing > 0) {
    const double least = input.dtype() == DType::f32
                             ? double{std::numeric_limits<float>::denorm_min()}
                             : std::numeric_limits<double>::denorm_min();
    const double share = options.label_smoothing / static_cast<double>(classes);
    // Too little, but not nothing of infinity.
    wanted = target * (1 - options.label_smoothing) + std::max(share, least);
  }
  if (options.weight.defined()) {
    Shape along = IntList::filled(input.dim(), 1);
    along[dim] = classes;
    wanted = wanted * reshape(options.weight.detach(), along);
  }
  const Tensor losses = -sum(share_of(wanted, log_probabilities(input, dim)), {dim});
  return reduce(losses, options.reduction);
}

}  // namespace

Tensor nll_loss(const Tensor& input, const Tensor& target, const ClassLossOptions& options) {
  const Targets targets = read_targets("nll_loss", input, target, options);
  return reduce(nll_each(input, targets), sum(targets.weight), options.reduction);
}

Tensor cross_entropy(const Tensor& input, const Tensor& target, const ClassLossOptions& options) {
  constexpr const char* op = "cross_entropy";
  if (is_floating(target.dtype())) return soft_entropy(input, target, options);
  check_classes(op, input, target);
  const int64_t dim = class_dim(input);
  const kernels::ClassTargets targets =
      class_targets(target, options.weight, options.ignore_index, options.label_smoothing);
  auto divisor = static_cast<double>(
      kernels::count_targets(op, targets.index, targets.ignored, input.size(dim)));
  check_class_weight(op, input, options.weight);
  check_probability(op, "label_smoothing", targets.smoothing);
  if (options.weight.defined()) divisor = kernels::sum_weights(targets);
  if (options.reduction != Reduction::mean) divisor = 1;
  const auto [losses, max, total] = kernels::cross_entropy(input, dim, targets);
  const bool joined = options.reduction != Reduction::none;
  Tensor y =
      joined ? kernels::join_losses(losses, divisor)
             : losses.alias(target.shape(), contiguous_strides(target.shape()), losses.offset());
  return record(op, std::move(y), input,
                fused<fused_entropy_gradient, composed_entropy_gradient>(
                    SavedEntropy{Saved(input), Saved(target), Saved(options.weight), Saved(max),
                                 Saved(total), targets.ignored, targets.smoothing, divisor}));
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
  if (beta < smallest_normal_of(d.dtype()))
    return reduce(d, reduction);  // no number lies below the bend
  return reduce(bent_square(d, beta, beta), reduction);
}

Tensor kl_div(const Tensor& input, const Tensor& target, Reduction reduction, bool log_target) {
  check_pair("kl_div", input, target);
  const Tensor zero = eq(target, log_target ? -INFINITY : 0);  // 0·log 0 is 0, and so is 0·∞
  const Tensor counted = masked_fill(input, zero, 0);
  if (log_target) {
    return reduce(share_of(exp(target), masked_fill(target, zero, 0) - counted), reduction);
  }
  return reduce(target * log(masked_fill(target, zero, 1)) - target * counted, reduction);
}

Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const BinaryLossOptions& options) {
  constexpr const char* op = "binary_cross_entropy_with_logits";
  check_pair(op, input, target);
  if (input.shape() != target.shape()) {
    throw ShapeError(op, ": input and target must have the same shape, got ", input.shape(),
                     " and ", target.shape());
  }
  const auto factor = [&](const char* what, const Tensor& of) {
    check_same_dtype(op, input, of);
    if (broadcast_shapes(op, target.shape(), of.shape()) == target.shape()) return;
    throw ShapeError(op, ": ", what, " ", of.shape(), " does not broadcast to the target's ",
                     target.shape());
  };
  Tensor positive = share_of(target, log_sigmoid(input));
  if (options.pos_weight.defined()) {
    factor("pos_weight", options.pos_weight);
    positive = share_of(options.pos_weight, positive);
  }
  Tensor losses = -(positive + share_of(1 - target, log_sigmoid(-input)));
  if (options.weight.defined()) {
    factor("weight", options.weight);
    losses = share_of(options.weight, losses);
  }
  return reduce(losses, options.reduction);
}

}  // namespace heed
