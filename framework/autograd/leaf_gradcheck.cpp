#include "heed/framework/autograd/leaf_gradcheck.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/base/random.h"
#include "heed/framework/base/text.h"
#include "heed/framework/tensor/factories.h"
#include "heed/framework/tensor/index.h"

namespace heed {

std::vector<Tensor> detail::random_cotangents(const std::vector<Tensor>& outputs, uint64_t seed) {
  Rng rng(stream(seed, Purpose::user));
  std::vector<Tensor> cotangents;
  for (const Tensor& output : outputs) {
    cotangents.push_back(is_floating(output.dtype()) ? randn(output.shape(), rng, DType::f64)
                                                     : Tensor());
  }
  return cotangents;
}

std::vector<Tensor> detail::gradients_of(const std::vector<Tensor>& outputs,
                                         const std::vector<Tensor>& cotangents,
                                         const std::vector<Tensor>& inputs,
                                         const SweepOptions& options) {
  std::vector<Tensor> roots, weights;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!cotangents[i].defined() || !outputs[i].requires_grad()) continue;
    roots.push_back(outputs[i]);
    weights.push_back(cotangents[i]);
  }
  if (roots.empty()) return std::vector<Tensor>(inputs.size());
  return grad(roots, inputs, weights, options, /*allow_unused=*/true);
}

namespace {

/// Gives an element its value back, even when the function throws.
struct PutBack {
  double* element;
  double value;
  ~PutBack() { *element = value; }
};

using NamedLeaves = std::vector<std::pair<std::string, Tensor>>;

constexpr double step_ratio = 10;
constexpr int most_retries = 2;  // the shortest step is then a thousandth of the longest
constexpr int64_t elements_for_one_kink = 1000;
constexpr size_t most_kinks_in_text = 10;

/// Differences of the weighted outputs to both sides of an element.
struct Sides {
  double step;
  double right;  ///< (f(x + h) − f(x)) / h
  double left;   ///< (f(x) − f(x − h)) / h
  double central() const { return (right + left) / 2; }
  double gap() const { return right - left; }
};

/// What was found at one element.
struct Finding {
  bool is_kink = false;
  Disagreement disagreement = Disagreement::none;
  double numeric = 0;
  double ratio = 0;
};

std::vector<Tensor> tensors_of(const NamedLeaves& leaves) {
  std::vector<Tensor> tensors;
  for (const auto& [path, tensor] : leaves) tensors.push_back(tensor);
  return tensors;
}

int64_t count_elements(const NamedLeaves& leaves) {
  int64_t count = 0;
  for (const auto& [path, tensor] : leaves) count += tensor.numel();
  return count;
}

/// What is checked, and how it changes when an element does.
class Examined {
 public:
  Examined(const Computation& computation, const NamedLeaves& leaves,
           const GradcheckOptions& options)
      : computation_(computation),
        leaves_(tensors_of(leaves)),
        options_(options),
        first_cotangents_(first_cotangents()) {
    const std::vector<Tensor> outputs = recorded();
    // In second order these are the random directions, which must not be the cotangents again.
    cotangents_ = detail::random_cotangents(outputs, options.seed + (options.second_order ? 1 : 0));
    gradients_ = detail::gradients_of(outputs, cotangents_, leaves_);
    here_ = values();
    if (!std::ranges::all_of(here_, [](double value) { return std::isfinite(value); })) {
      throw GradientError("gradcheck: ", options.second_order ? "a gradient" : "an output",
                          " is not finite; AnomalyMode names the op that made it so");
    }
    if (values() != here_) {
      throw GradientError(
          "gradcheck: the function gives different values when it is called again; let it draw the "
          "same random numbers each time, for dropout with a RandomScope inside it");
    }
    noise_ = noise_of_outputs();
  }

  /// The analytic gradient of one leaf.
  std::vector<double> gradient(size_t leaf) const {
    const Tensor& found = gradients_[leaf];
    return found.defined() ? found.to_vector<double>()
                           : std::vector<double>(static_cast<size_t>(leaves_[leaf].numel()));
  }

  Finding examine(double* element, double analytic) const;

 private:
  std::vector<Tensor> first_cotangents() const {
    if (!options_.second_order) return {};
    const NoGrad guard;
    return detail::random_cotangents(computation_(), options_.seed);
  }

  std::vector<Tensor> first_gradients(const SweepOptions& sweep) const {
    const GradMode guard(true);
    return detail::gradients_of(computation_(), first_cotangents_, leaves_, sweep);
  }

  /// The function that is checked, as a graph: the outputs, or their gradients.
  std::vector<Tensor> recorded() const {
    const GradMode guard(true);
    if (!options_.second_order) return computation_();
    std::vector<Tensor> found = first_gradients({.retain_graph = true, .create_graph = true});
    std::erase_if(found, [](const Tensor& gradient) { return !gradient.defined(); });
    return found;
  }

  /// Its floating values, one after the other.
  std::vector<double> values() const {
    const NoGrad guard;
    std::vector<double> all;
    for (const Tensor& output : options_.second_order ? first_gradients({}) : computation_()) {
      if (!output.defined() || !is_floating(output.dtype())) continue;
      const std::vector<double> part = output.to(DType::f64).to_vector<double>();
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }

  /// Σ c·(a − b): subtracted before they are summed, so that what does not change adds no
  /// round-off.
  double weighted_difference(const std::vector<double>& a, const std::vector<double>& b) const {
    double total = 0;
    size_t at = 0;
    for (const Tensor& cotangent : cotangents_) {
      if (!cotangent.defined()) continue;
      const double* weights = cotangent.data<double>();
      for (int64_t i = 0; i < cotangent.numel(); ++i, ++at) total += weights[i] * (a[at] - b[at]);
    }
    return total;
  }

  /// The round-off in a difference of weighted outputs. Each output ends a chain of roundings that
  /// are as large as unit round-off times the largest outputs; they add up as a random walk does,
  /// and 16 is the root of 256 in a row. The errors of different outputs are independent, so their
  /// weighted squares add up.
  double noise_of_outputs() const {
    constexpr double chain = 16;
    double squares = 0;
    size_t at = 0;
    for (const Tensor& cotangent : cotangents_) {
      if (!cotangent.defined()) continue;
      double largest = 0;
      double weight_squares = 0;
      const double* weights = cotangent.data<double>();
      for (int64_t i = 0; i < cotangent.numel(); ++i, ++at) {
        largest = std::max(largest, std::abs(here_[at]));
        weight_squares += weights[i] * weights[i];
      }
      squares += weight_squares * largest * largest;
    }
    return chain * std::numeric_limits<double>::epsilon() / 2 * std::sqrt(squares);
  }

  Sides sides_of(double* element, double step) const {
    const double before = *element;
    const auto values_at = [&](double value) {
      const PutBack guard{element, before};
      *element = value;
      return values();
    };
    return {.step = step,
            .right = weighted_difference(values_at(before + step), here_) / step,
            .left = weighted_difference(here_, values_at(before - step)) / step};
  }

  double allowed(const Sides& sides) const {
    return options_.atol + options_.rtol * std::abs(sides.central()) + noise_ / sides.step;
  }

  double ratio_of(double analytic, const Sides& sides) const {
    const double ratio = std::abs(analytic - sides.central()) / allowed(sides);
    return std::isnan(ratio) ? std::numeric_limits<double>::infinity() : ratio;
  }

  /// Whether left and right differ as those of a smooth function do, in proportion to the step.
  /// Twice as much is allowed as for central differences: at a kink whose analytic derivative is
  /// that of one side, they are off by half of the gap.
  bool sides_agree(const Sides& large, const Sides& small) const {
    return std::abs(small.gap() - large.gap() * (small.step / large.step)) <= 2 * allowed(small);
  }

  const Computation& computation_;
  std::vector<Tensor> leaves_;
  const GradcheckOptions& options_;
  std::vector<Tensor> first_cotangents_;
  std::vector<Tensor> cotangents_, gradients_;
  std::vector<double> here_;  ///< the values where the leaves are
  double noise_ = 0;
};

Finding Examined::examine(double* element, double analytic) const {
  Sides large = sides_of(element, options_.step * std::max(1.0, std::abs(*element)));
  for (int retries = 0;; ++retries) {
    const Sides small = sides_of(element, large.step / step_ratio);
    const double large_ratio = ratio_of(analytic, large);
    const double small_ratio = ratio_of(analytic, small);
    Finding finding{.ratio = std::max(large_ratio, small_ratio)};
    finding.numeric = small_ratio >= large_ratio ? small.central() : large.central();
    const bool is_finite = std::isfinite(large.central()) && std::isfinite(small.central());
    const bool is_smooth = !is_finite || sides_agree(large, small);
    if (is_smooth && finding.ratio <= 1) return finding;
    finding.disagreement = small_ratio <= 1   ? Disagreement::truncation
                           : large_ratio <= 1 ? Disagreement::round_off
                                              : Disagreement::gradient;
    const bool is_steady = !is_finite || std::abs(large.central() - small.central()) <=
                                             allowed(large) + allowed(small);
    if (is_smooth && is_steady) return finding;
    // A kink is as large from afar; shorter steps would only see more of what is not there.
    const bool is_noise = std::abs(small.gap()) > std::abs(large.gap()) + allowed(large);
    if (finding.disagreement == Disagreement::round_off && is_noise) return finding;
    if (retries == most_retries) {
      finding.is_kink = !is_smooth;
      return finding;
    }
    large = small;
  }
}

void check_leaves(const NamedLeaves& leaves, const GradcheckOptions& options) {
  if (count_elements(leaves) == 0) throw GradientError("gradcheck: the leaves have no elements");
  if (options.sample && *options.sample < 1) {
    throw ValueError("gradcheck: a sample must have at least 1 element, got ", *options.sample);
  }
  for (const auto& [path, tensor] : leaves) {
    if (tensor.requires_grad() && tensor.dtype() == DType::f64 && tensor.is_leaf() &&
        is_non_overlapping(tensor.shape(), tensor.strides())) {
      continue;
    }
    throw GradientError("gradcheck: ", path,
                        " must be an f64 leaf that requires grad and does not overlap itself, got ",
                        tensor.dtype(), " ", tensor.shape(), " with strides ", tensor.strides());
  }
}

/// The row-major numbers of the elements to check, for each leaf: one at random of each, the rest
/// at random from all.
std::vector<std::set<int64_t>> choose_elements(const NamedLeaves& leaves, int64_t wanted,
                                               uint64_t seed) {
  Rng rng(stream(seed, Purpose::user, text_coordinate("gradcheck sample")));
  std::vector<std::set<int64_t>> chosen(leaves.size());
  std::vector<int64_t> ends;
  int64_t end = 0;
  int64_t count = 0;
  for (size_t i = 0; i < leaves.size(); ++i) {
    const int64_t size = leaves[i].second.numel();
    ends.push_back(end += size);
    if (size > 0) count += chosen[i].insert(rng.integer(0, size)).second;
  }
  while (count < wanted) {
    const int64_t number = rng.integer(0, end);
    const auto leaf =
        static_cast<size_t>(std::upper_bound(ends.begin(), ends.end(), number) - ends.begin());
    count += chosen[leaf].insert(number - (ends[leaf] - leaves[leaf].second.numel())).second;
  }
  return chosen;
}

/// Calls each(leaf, row-major number) for what is to be checked.
template <class Each>
void for_each_chosen(const NamedLeaves& leaves, const GradcheckOptions& options, const Each& each) {
  if (options.sample && *options.sample < count_elements(leaves)) {
    const auto chosen = choose_elements(leaves, *options.sample, options.seed);
    for (size_t i = 0; i < leaves.size(); ++i) {
      for (const int64_t number : chosen[i]) each(i, number);
    }
    return;
  }
  for (size_t i = 0; i < leaves.size(); ++i) {
    for (int64_t number = 0; number < leaves[i].second.numel(); ++number) each(i, number);
  }
}

const char* explanation(Disagreement disagreement) {
  switch (disagreement) {
    case Disagreement::truncation:
      return " (the shorter step agrees: truncation dominates, not the gradient)";
    case Disagreement::round_off:
      return " (the longer step agrees: round-off dominates, not the gradient)";
    default:
      return "";
  }
}

}  // namespace

std::string CheckedElement::text() const {
  return fmt::format("{} at {}: analytic {:.10g}, numeric {:.10g}, ratio {:.3g}", path,
                     text_of(index), analytic, numeric, ratio);
}

std::string GradcheckReport::text() const {
  std::string text = fmt::format("gradcheck: {}: {} of {}, ", passed ? "passed" : "failed",
                                 elements, counted(total, "element"));
  if (wrong > 0) text += fmt::format("{} wrong, ", wrong);
  text += counted(static_cast<int64_t>(kinks.size()), "kink");
  if (static_cast<int64_t>(kinks.size()) * elements_for_one_kink > elements) {
    text += ", which is more than 0.1 %";
  }
  if (worst.ratio >= 0) text += "; worst is " + worst.text() + explanation(disagreement);
  for (size_t i = 0; i < std::min(kinks.size(), most_kinks_in_text); ++i) {
    text += "\n  kink: " + kinks[i].text();
  }
  if (kinks.size() > most_kinks_in_text) {
    text += fmt::format("\n  and {} more kinks", kinks.size() - most_kinks_in_text);
  }
  return text;
}

GradcheckReport leaf_gradcheck(const Computation& computation, const NamedLeaves& leaves,
                               const GradcheckOptions& options) {
  check_leaves(leaves, options);
  const Examined examined(computation, leaves, options);
  GradcheckReport report;
  report.total = count_elements(leaves);
  size_t current = leaves.size();
  std::vector<double> gradient;
  for_each_chosen(leaves, options, [&](size_t leaf, int64_t number) {
    if (options.before_each) options.before_each();
    if (leaf != current) gradient = examined.gradient(current = leaf);
    const auto& [path, tensor] = leaves[leaf];
    const IntList index = index_of(number, tensor.shape());
    const double analytic = gradient[static_cast<size_t>(number)];
    double* const element = tensor.mutable_data<double>() + offset_of(index, tensor.strides());
    const Finding finding = examined.examine(element, analytic);
    const CheckedElement checked{path, index, analytic, finding.numeric, finding.ratio};
    ++report.elements;
    if (finding.is_kink) {
      report.kinks.push_back(checked);
      return;
    }
    if (finding.ratio > 1) ++report.wrong;
    if (finding.ratio > report.worst.ratio) {
      report.worst = checked;
      report.disagreement = finding.disagreement;
    }
  });
  report.passed =
      report.wrong == 0 &&
      static_cast<int64_t>(report.kinks.size()) * elements_for_one_kink <= report.elements;
  return report;
}

}  // namespace heed
