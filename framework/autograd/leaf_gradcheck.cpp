#include "heed/framework/autograd/leaf_gradcheck.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "heed/framework/autograd/differences.h"
#include "heed/framework/base/random.h"
#include "heed/framework/base/text.h"
#include "heed/framework/tensor/index.h"

namespace heed {

namespace {

using NamedLeaves = std::vector<std::pair<std::string, Tensor>>;

constexpr int64_t elements_for_one_kink = 1000;
constexpr size_t most_kinks_in_text = 10;

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

void check_options(const GradcheckOptions& options) {
  constexpr double least_step = 1e-13;  // a tenth of it is hundreds of roundings of 1
  if (!(options.atol >= 0 && std::isfinite(options.atol))) {
    throw ValueError("gradcheck: atol must be a finite number of at least 0, got ", options.atol);
  }
  if (!(options.rtol >= 0 && options.rtol < 1)) {
    throw ValueError(
        "gradcheck: rtol must be at least 0 and below 1, from where on a gradient of 0 always "
        "passes, got ",
        options.rtol);
  }
  if (!(options.step >= least_step && std::isfinite(options.step))) {
    throw ValueError("gradcheck: step must be finite and at least ", least_step,
                     ", below which differences are round-off, got ", options.step);
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

double largest_of(const std::vector<double>& gradient) {
  double largest = 0;
  for (const double value : gradient) largest = std::max(largest, std::abs(value));
  return largest;
}

/// What is wrong is worse than what is not seen, and that worse than what is right.
int badness_of(const Finding& finding) {
  if (finding.ratio > 1) return 2;
  return finding.disagreement == Disagreement::unseen ? 1 : 0;
}

const char* explanation(Disagreement disagreement) {
  switch (disagreement) {
    case Disagreement::truncation:
      return " (the shorter step agrees: truncation dominates, not the gradient)";
    case Disagreement::round_off:
      return " (the longer step agrees: round-off dominates, not the gradient)";
    case Disagreement::unseen:
      return " (a wrong gradient would not be seen: round-off or numbers that are not finite hide "
             "it; rescale the function or move the element)";
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
  check_options(options);
  check_leaves(leaves, options);
  const Examined examined(computation, tensors_of(leaves), options);
  GradcheckReport report;
  report.total = count_elements(leaves);
  size_t current = leaves.size();
  std::vector<double> gradient;
  double scale = 0;
  std::pair<int, double> worst = {0, -1.0};
  for_each_chosen(leaves, options, [&](size_t leaf, int64_t number) {
    if (options.before_each) options.before_each();
    if (leaf != current) {
      gradient = examined.gradient(current = leaf);
      scale = largest_of(gradient);
    }
    const auto& [path, tensor] = leaves[leaf];
    const IntList index = index_of(number, tensor.shape());
    const double analytic = gradient[static_cast<size_t>(number)];
    double* const element = tensor.mutable_data<double>() + offset_of(index, tensor.strides());
    const Finding finding = examined.examine(element, analytic, scale);
    const CheckedElement checked{path, index, analytic, finding.numeric, finding.ratio};
    ++report.elements;
    if (finding.is_kink) {
      report.kinks.push_back(checked);
      return;
    }
    const auto badness = std::pair(badness_of(finding), finding.ratio);
    if (badness.first > 0) ++report.wrong;
    if (badness > worst) {
      worst = badness;
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
