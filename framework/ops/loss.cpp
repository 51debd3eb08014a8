#include "heed/framework/ops/loss.h"

#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/kernels/gather.h"
#include "heed/framework/ops/check.h"
#include "heed/framework/ops/elementwise.h"
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
  check_same_dtype("mse_loss", input, target);
  check_floating("mse_loss", input.dtype());
  broadcast_shapes("mse_loss", input.shape(), target.shape());  // or the message would name sub
  const Tensor squares = square(input - target);
  switch (reduction) {
    case Reduction::none:
      return squares;
    case Reduction::sum:
      return sum(squares);
    case Reduction::mean:
      break;
  }
  return mean(squares);
}

}  // namespace heed
