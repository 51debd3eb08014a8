#include "heed/framework/autograd/differences.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/base/memory.h"
#include "heed/framework/base/random.h"
#include "heed/framework/tensor/factories.h"

namespace heed {

std::vector<Tensor> detail::random_cotangents(const std::vector<Tensor>& outputs, uint64_t seed) {
  Rng rng(stream(seed, Purpose::user));
  std::vector<Tensor> cotangents;
  for (const Tensor& output : outputs) {
    if (!output.defined()) {
      throw GradientError("gradcheck: output ", cotangents.size(), " is undefined");
    }
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

constexpr double step_ratio = 10;
constexpr int most_retries = 2;             // the shortest step is then a thousandth of the longest
constexpr int most_retries_at_an_edge = 8;  // of the domain
constexpr double cancelled = 1e-15;         // what rounding may leave where terms of size 1 cancel
constexpr double epsilon = std::numeric_limits<double>::epsilon();

int64_t floating_elements(const std::vector<Tensor>& cotangents) {
  int64_t count = 0;
  for (const Tensor& cotangent : cotangents) count += cotangent.defined() ? cotangent.numel() : 0;
  return count;
}

/// Σ c·(a − b): subtracted before they are summed, so that what does not change adds no round-off.
double weighted_difference(const std::vector<Tensor>& cotangents, const std::vector<double>& a,
                           const std::vector<double>& b) {
  double total = 0;
  size_t at = 0;
  for (const Tensor& cotangent : cotangents) {
    if (!cotangent.defined()) continue;
    const double* weights = cotangent.data<double>();
    for (int64_t i = 0; i < cotangent.numel(); ++i, ++at) total += weights[i] * (a[at] - b[at]);
  }
  return total;
}

/// The values where an element is, and with it moved to both sides.
struct Values {
  const std::vector<double>&here, &right, &left;
  bool changed(size_t i) const { return here[i] != right[i] || here[i] != left[i]; }
};

/// The round-off in a difference of weighted outputs. Each output ends a chain of roundings that
/// are as large as unit round-off times the largest outputs; they add up as a random walk does, and
/// 16 is the root of 256 in a row. The errors of different outputs are independent, so their
/// weighted squares add up. Outputs that do not change at all have none, unless all are such: then
/// round-off may be why.
double noise_of(const std::vector<Tensor>& cotangents, const Values& values) {
  constexpr double chain = 16;
  bool any = false;
  for (size_t i = 0; i < values.here.size() && !any; ++i) any = values.changed(i);
  double norm = 0;
  size_t at = 0;
  for (const Tensor& cotangent : cotangents) {
    if (!cotangent.defined()) continue;
    double largest = 0;
    double weight_squares = 0;
    const double* weights = cotangent.data<double>();
    for (int64_t i = 0; i < cotangent.numel(); ++i, ++at) {
      if (any && !values.changed(at)) continue;
      largest = std::max({largest, std::abs(values.here[at]), std::abs(values.right[at]),
                          std::abs(values.left[at])});
      weight_squares += weights[i] * weights[i];
    }
    norm = std::hypot(norm, std::sqrt(weight_squares) * largest);
  }
  return chain * epsilon / 2 * norm;
}

/// Two pairs of sides, one with a step of a tenth, and what they say of an analytic derivative.
struct Comparison {
  const GradcheckOptions& options;
  double analytic;
  double scale;    // the largest gradient of the leaf
  double largest;  // and of all leaves
  Sides large, small;

  double allowed(const Sides& sides, double atol) const {
    return atol + options.rtol * std::abs(sides.central()) + sides.noise;
  }

  double ratio(const Sides& sides, double atol) const {
    const double difference = std::abs(analytic - sides.central());
    if (difference == 0) return 0;
    const double ratio = difference / allowed(sides, atol);
    return std::isnan(ratio) ? std::numeric_limits<double>::infinity() : ratio;
  }

  double large_ratio() const { return ratio(large, options.atol); }
  double small_ratio() const { return ratio(small, options.atol); }

  bool is_finite() const {
    return std::isfinite(large.central()) && std::isfinite(small.central());
  }

  /// Whether left and right differ as those of a smooth function do, in proportion to the step.
  /// Twice as much is allowed as for central differences: at a kink whose analytic derivative is
  /// that of one side, they are off by half of the gap.
  bool is_smooth() const {
    return std::abs(small.gap() - large.gap() * (small.step / large.step)) <=
           2 * allowed(small, options.atol);
  }

  bool is_steady(double atol) const {
    return std::abs(large.central() - small.central()) <=
           allowed(large, atol) + allowed(small, atol);
  }

  /// A kink is as large from afar; shorter steps would only see more of what is not there.
  bool is_noise() const {
    return std::abs(small.gap()) > std::abs(large.gap()) + allowed(large, options.atol);
  }

  /// Where gradients are small beside `atol`, it would let all of them pass. What both steps
  /// measure alike is not truncation or round-off: it must agree in proportion.
  double scaled_ratio() const {
    const double share = largest < cancelled ? 0.4 : options.atol;
    const double atol = std::min(options.atol, share * largest);
    if (!is_steady(atol)) return 0;
    return std::min(ratio(large, atol), ratio(small, atol));
  }

  /// Whether a wrong derivative of the usual size could pass: what is allowed for round-off or by a
  /// large `atol` exceeds it.
  bool hides() const {
    constexpr double negligible = 1e3;  // times `atol`: of no interest in a derivative of 0
    return (!is_seen() && large.noise > negligible * options.atol) ||
           (options.atol > size() && size() >= 1);
  }

  /// The usual size of a derivative here.
  double size() const { return std::max({std::abs(analytic), std::abs(large.central()), scale}); }

  /// Whether a derivative of that size is more than round-off.
  bool is_seen() const { return large.noise <= size() / 2; }

  Finding finding() const {
    Finding found{.ratio = std::max(large_ratio(), small_ratio()), .is_seen = is_seen()};
    found.numeric = small_ratio() >= large_ratio() ? small.central() : large.central();
    if (found.ratio <= 1 && is_finite() && scaled_ratio() > 1) found.ratio = scaled_ratio();
    if (found.ratio > 1) {
      found.disagreement = !is_finite()         ? Disagreement::unseen
                           : scaled_ratio() > 1 ? Disagreement::gradient
                           : small_ratio() <= 1 ? Disagreement::truncation
                           : large_ratio() <= 1 ? Disagreement::round_off
                                                : Disagreement::gradient;
    } else if (hides()) {
      found.disagreement = Disagreement::unseen;
    }
    return found;
  }
};

}  // namespace

Examined::Examined(const Computation& computation, std::vector<Tensor> leaves,
                   const GradcheckOptions& options)
    : computation_(computation),
      leaves_(std::move(leaves)),
      options_(options),
      first_cotangents_(first_cotangents()) {
  const std::vector<Tensor> outputs = recorded();
  // In second order these are the random directions, which must not be the cotangents again.
  cotangents_ = detail::random_cotangents(outputs, options.seed + (options.second_order ? 1 : 0));
  if (floating_elements(cotangents_) == 0) {
    throw GradientError("gradcheck: ",
                        options.second_order
                            ? "no gradient reaches a leaf"
                            : "the function has no output that is floating and has elements",
                        ", nothing to check");
  }
  gradients_ = detail::gradients_of(outputs, cotangents_, leaves_);
  for (size_t leaf = 0; leaf < leaves_.size(); ++leaf) {
    for (const double value : gradient(leaf)) largest_ = std::max(largest_, std::abs(value));
  }
  here_ = values();
  if (!std::all_of(here_.begin(), here_.end(), [](double value) { return std::isfinite(value); })) {
    throw GradientError("gradcheck: ", options.second_order ? "a gradient" : "an output",
                        " is not finite; AnomalyMode names the op that made it so");
  }
  if (values() != here_) {
    throw GradientError(
        "gradcheck: the function gives different values when it is called again; let it draw the "
        "same random numbers each time, for dropout with a RandomScope inside it");
  }
}

std::vector<double> Examined::gradient(size_t leaf) const {
  const Tensor& found = gradients_[leaf];
  return found.defined() ? found.to_vector<double>()
                         : std::vector<double>(memory_size(leaves_[leaf].numel()));
}

std::vector<Tensor> Examined::first_cotangents() const {
  if (!options_.second_order) return {};
  const NoGrad guard;
  return detail::random_cotangents(computation_(), options_.seed);
}

std::vector<Tensor> Examined::first_gradients(const SweepOptions& sweep) const {
  const GradMode guard(true);
  return detail::gradients_of(computation_(), first_cotangents_, leaves_, sweep);
}

/// The function that is checked, as a graph: the outputs, or their gradients.
std::vector<Tensor> Examined::recorded() const {
  const GradMode guard(true);
  if (!options_.second_order) return computation_();
  std::vector<Tensor> found = first_gradients({.retain_graph = true, .create_graph = true});
  std::erase_if(found, [](const Tensor& gradient) { return !gradient.defined(); });
  return found;
}

/// Its floating values, one after the other.
std::vector<double> Examined::values() const {
  const NoGrad guard;
  std::vector<double> all;
  for (const Tensor& output : options_.second_order ? first_gradients({}) : computation_()) {
    if (!output.defined() || !is_floating(output.dtype())) continue;
    const std::vector<double> part = output.to(DType::f64).to_vector<double>();
    all.insert(all.end(), part.begin(), part.end());
  }
  const int64_t count = floating_elements(cotangents_);
  if (static_cast<int64_t>(all.size()) != count) {
    throw GradientError("gradcheck: the function gives outputs of ", all.size(),
                        " elements, which had ", count, "; their number must not change");
  }
  return all;
}

Sides Examined::sides_of(double* element, double step) const {
  const double before = *element;
  const auto values_at = [&](double value) {
    const PutBack guard{element, before};
    *element = value;
    return values();
  };
  // The steps that were made: beside a large number they are rounded.
  const double above = before + step;
  const double below = before - step;
  const std::vector<double> right = values_at(above);
  const std::vector<double> left = values_at(below);
  return {.step = step,
          .right = weighted_difference(cotangents_, right, here_) / (above - before),
          .left = weighted_difference(cotangents_, here_, left) / (before - below),
          .noise = noise_of(cotangents_, {here_, right, left}) / step};
}

/// Tries a step and the tenth of it, then shorter ones as long as these may tell more.
Finding Examined::descend(double* element, double analytic, double scale, double step) const {
  Comparison compared{options_, analytic, scale, largest_, sides_of(element, step), {}};
  int retries = 0;
  for (int tries = 0;; ++tries) {
    compared.small = sides_of(element, compared.large.step / step_ratio);
    Finding finding = compared.finding();
    const bool is_finite = compared.is_finite();
    const bool is_smooth = !is_finite || compared.is_smooth();
    if (is_finite && is_smooth && finding.ratio <= 1) return finding;
    const bool is_truncated = finding.disagreement == Disagreement::truncation;
    if (is_finite && is_smooth && !is_truncated && compared.is_steady(options_.atol)) {
      return finding;
    }
    if (finding.disagreement == Disagreement::round_off && compared.is_noise()) return finding;
    const bool is_last = is_finite ? retries++ == most_retries : tries >= most_retries_at_an_edge;
    const double next = compared.small.step / step_ratio;
    if (is_last || next < 4 * epsilon * std::abs(*element)) {
      finding.is_kink = !is_smooth;
      finding.is_settled = false;
      return finding;
    }
    compared.large = compared.small;
  }
}

Finding Examined::examine(double* element, double analytic, double scale) const {
  const double size = std::abs(*element);
  const double step = options_.step * std::max(1.0, size);
  const Finding finding = descend(element, analytic, scale, step);
  if (finding.is_settled && finding.is_seen) return finding;
  // The function changes faster than this step, or is lost in it. It may follow |x|, as 1/x does
  // near 0, or 1, as a sine of a large number does.
  const double other_step = options_.step * std::min(1.0, size);
  const bool was_tried = other_step > step / (step_ratio * step_ratio);
  if (was_tried || other_step / step_ratio < 4 * epsilon * size || size == 0) return finding;
  const Finding other = descend(element, analytic, scale, other_step);
  if (finding.is_settled && !other.is_seen) return finding;
  const bool is_kink_after_all =
      finding.is_kink && other.disagreement != Disagreement::none &&
      !(other.is_settled && other.disagreement == Disagreement::gradient);
  return is_kink_after_all ? finding : other;
}

}  // namespace heed
