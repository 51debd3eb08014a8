#include "heed/tests/framework/ops/reference/loss.h"

#include <stdexcept>

#include "heed/tests/framework/ops/reference/softmax.h"

namespace heed::reference {
namespace {

size_t class_axis_of(const NdArray& input) {
  return input.rank() == 1 ? 0 : 1;
}

/// Index of class `which` in the input for the target at `position`.
Index class_index(const NdArray& input, const Index& position, int64_t which) {
  Index index = position;
  index.insert(index.begin() + static_cast<std::ptrdiff_t>(class_axis_of(input)), which);
  return index;
}

void check_classification(const NdArray& input, const NdArray& target) {
  if (input.shape.empty()) throw std::invalid_argument("loss: input is 0-d");
  std::vector<int64_t> wanted = input.shape;
  wanted.erase(wanted.begin() + static_cast<std::ptrdiff_t>(class_axis_of(input)));
  if (target.shape != wanted) throw std::invalid_argument("loss: target has a wrong shape");
}

double weight_of(const std::optional<NdArray>& weight, int64_t which) {
  return weight ? weight->at({which}) : 1.0;
}

/// What a mean divides by.
double total_target_weight(const NdArray& target, const std::optional<NdArray>& weight,
                           int64_t ignore_index) {
  double total = 0.0;
  for (const double label : target.data) {
    const int64_t which = static_cast<int64_t>(label);
    if (which != ignore_index) total += weight_of(weight, which);
  }
  return total;
}

}  // namespace

NdArray reduced(const NdArray& losses, Reduction reduction, double divisor) {
  if (reduction == Reduction::none) return losses;
  double total = 0.0;
  for (const double loss : losses.data) total += loss;
  return scalar(reduction == Reduction::mean ? total / divisor : total);
}

NdArray nll_loss(const NdArray& input, const NdArray& target, const std::optional<NdArray>& weight,
                 int64_t ignore_index, Reduction reduction) {
  check_classification(input, target);
  NdArray losses = filled(target.shape, 0.0);
  for_each_index(target.shape, [&](const Index& position) {
    const int64_t label = static_cast<int64_t>(target.at(position));
    if (label == ignore_index) return;
    losses.at(position) = -weight_of(weight, label) * input.at(class_index(input, position, label));
  });
  return reduced(losses, reduction, total_target_weight(target, weight, ignore_index));
}

NdArray cross_entropy(const NdArray& input, const NdArray& target,
                      const std::optional<NdArray>& weight, int64_t ignore_index,
                      Reduction reduction, double label_smoothing) {
  check_classification(input, target);
  const size_t class_axis = class_axis_of(input);
  const int64_t classes = input.shape[class_axis];
  const NdArray log_probability = log_softmax(input, static_cast<int64_t>(class_axis));
  NdArray losses = filled(target.shape, 0.0);
  for_each_index(target.shape, [&](const Index& position) {
    const int64_t label = static_cast<int64_t>(target.at(position));
    if (label == ignore_index) return;
    const double hard =
        -weight_of(weight, label) * log_probability.at(class_index(input, position, label));
    if (label_smoothing == 0.0) {
      // Multiplying by zero would make NaN of a class that is impossible but not the target.
      losses.at(position) = hard;
      return;
    }
    double smooth = 0.0;
    for (int64_t which = 0; which < classes; ++which) {
      smooth -= weight_of(weight, which) * log_probability.at(class_index(input, position, which));
    }
    losses.at(position) =
        (1.0 - label_smoothing) * hard + label_smoothing / static_cast<double>(classes) * smooth;
  });
  return reduced(losses, reduction, total_target_weight(target, weight, ignore_index));
}

NdArray soft_cross_entropy(const NdArray& input, const NdArray& target,
                           const std::optional<NdArray>& weight, Reduction reduction,
                           double label_smoothing) {
  const size_t class_axis = class_axis_of(input);
  const int64_t classes = input.shape[class_axis];
  const NdArray log_probability = log_softmax(input, static_cast<int64_t>(class_axis));
  std::vector<int64_t> positions = input.shape;
  positions.erase(positions.begin() + static_cast<std::ptrdiff_t>(class_axis));
  NdArray losses = filled(positions, 0.0);
  for_each_index(positions, [&](const Index& position) {
    for (int64_t which = 0; which < classes; ++which) {
      const Index at = class_index(input, position, which);
      const double mass =
          (1.0 - label_smoothing) * target.at(at) + label_smoothing / static_cast<double>(classes);
      losses.at(position) -= weight_of(weight, which) * mass * log_probability.at(at);
    }
  });
  return reduced(losses, reduction, static_cast<double>(losses.numel()));
}

NdArray mse_loss(const NdArray& input, const NdArray& target, Reduction reduction) {
  NdArray losses = filled(broadcast_shapes(input.shape, target.shape), 0.0);
  for_each_index(losses.shape, [&](const Index& index) {
    const double difference = broadcast_at(input, index) - broadcast_at(target, index);
    losses.at(index) = difference * difference;
  });
  return reduced(losses, reduction, static_cast<double>(losses.numel()));
}

}  // namespace heed::reference
