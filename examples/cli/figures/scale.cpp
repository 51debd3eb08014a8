#include "heed/examples/cli/figures/scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace heed {
namespace {

/// A step of 1, 2 or 5 times a power of ten.
struct Step {
  int digit;
  int exponent;

  double size() const { return digit * std::pow(10.0, exponent); }
  /// `count` steps, rounded once where that can be done.
  double times(double count) const {
    const double digits = count * digit;
    return exponent < 0 && exponent > -300 ? digits / std::pow(10.0, -exponent)
                                           : digits * std::pow(10.0, exponent);
  }
};

/// The smallest step of which at most `count` fit into a length.
Step step_for(double length, int count) {
  const double least = length / count;
  int exponent = static_cast<int>(std::floor(std::log10(least)));
  for (const int digit : {1, 2, 5}) {
    const Step step{digit, exponent};
    if (step.size() >= least * (1 - 1e-9)) return step;
  }
  return {1, exponent + 1};
}

/// "2.5e-7": without the zeros and the plus of printf.
std::string scientific(double value, int digits) {
  std::string text = fmt::format("{:.{}e}", value, digits);
  const size_t e = text.find('e');
  std::string mantissa = text.substr(0, e);
  if (mantissa.find('.') != std::string::npos) {
    mantissa.erase(mantissa.find_last_not_of('0') + 1);
    if (mantissa.ends_with('.')) mantissa.pop_back();
  }
  return fmt::format("{}e{}", mantissa, std::stoi(text.substr(e + 1)));
}

/// A tick's value with the digits that tell it from its neighbours; `largest` of the whole axis.
std::string tick_label(double value, int step_exponent, double largest) {
  if (value == 0) return "0";
  if (largest >= 1e6 || largest < 1e-3) {
    const int exponent = static_cast<int>(std::floor(std::log10(std::fabs(value))));
    return scientific(value, std::clamp(exponent - step_exponent, 0, 15));
  }
  return fmt::format("{:.{}f}", value, std::max(0, -step_exponent));
}

std::string power_label(double value, int exponent) {
  if (exponent < -4 || exponent > 5) return scientific(value, 0);
  return fmt::format("{:.{}f}", value, std::max(0, -exponent));
}

}  // namespace

void ValueRange::include(double value, bool is_log) {
  if (!std::isfinite(value) || (is_log && value <= 0)) return;
  const bool was_empty = is_empty();
  low = was_empty ? value : std::min(low, value);
  high = was_empty ? value : std::max(high, value);
}

ValueRange ValueRange::widened(double share, bool is_log) const {
  constexpr double most = std::numeric_limits<double>::max();
  constexpr double least = std::numeric_limits<double>::min();
  if (is_empty()) return is_log ? ValueRange{0.1, 1} : ValueRange{0, 1};
  if (is_log) {
    const double bottom = std::max(low, least), top = std::max(high, least);
    const double factor = top / bottom < 1 + 1e-9
                              ? 2
                              : std::pow(10.0, share * (std::log10(top) - std::log10(bottom)));
    return {std::max(bottom / factor, least), std::min(top * factor, most)};
  }
  const double middle = low / 2 + high / 2, half = high / 2 - low / 2;
  const double largest = std::max(std::fabs(low), std::fabs(high));
  if (half <= 1e-12 * largest || half < 1e-290) {  // no ticks could tell them apart
    const double around = largest < 1e-280 ? 1 : largest * 0.1;
    return {std::max(middle - around, -most), std::min(middle + around, most)};
  }
  return {std::max(low - 2 * share * half, -most), std::min(high + 2 * share * half, most)};
}

bool Scale::shows(double value) const {
  return std::isfinite(value) && !(is_log_ && value <= 0);
}

double Scale::position(double value) const {
  double share = 0;
  if (is_log_) {
    const double low = std::log10(values_.low);
    share = (std::log10(value) - low) / (std::log10(values_.high) - low);
  } else {  // halves: the length of the range may be more than the largest number
    share = (value / 2 - values_.low / 2) / (values_.high / 2 - values_.low / 2);
  }
  return start_ + std::clamp(share, 0.0, 1.0) * (end_ - start_);
}

std::vector<Tick> Scale::ticks(int count) const {
  return is_log_ ? log_ticks(count) : linear_ticks(count);
}

std::vector<Tick> Scale::linear_ticks(int count) const {
  const double half = values_.high / 2 - values_.low / 2;
  if (half > 1e307) {  // nobody plots that, but it must not overflow
    const ValueRange tenth{values_.low / 100, values_.high / 100};
    std::vector<Tick> all = Scale(tenth, false, start_, end_).linear_ticks(count);
    for (Tick& tick : all) {
      tick.value *= 100;
      tick.label = tick.value == 0 ? "0" : scientific(tick.value, 1);
    }
    return all;
  }
  const Step step = step_for(2 * half, count);
  const double slack = 1e-9, first = std::ceil(values_.low / step.size() - slack);
  const double last = std::floor(values_.high / step.size() + slack);
  const double largest = std::max(std::fabs(values_.low), std::fabs(values_.high));
  std::vector<Tick> all;
  for (double i = first; i <= last; ++i) {
    const double value = step.times(i);
    all.push_back({value, tick_label(value, step.exponent, largest)});
  }
  return all;
}

std::vector<Tick> Scale::log_ticks(int count) const {
  const int first = static_cast<int>(std::floor(std::log10(values_.low)));
  const int last = static_cast<int>(std::floor(std::log10(values_.high)));
  const int every = std::max(1, (last - first + count - 1) / count);  // decades from label to label
  const auto lies_inside = [&](double value) {
    return std::isfinite(value) && value >= values_.low * (1 - 1e-9) &&
           value <= values_.high * (1 + 1e-9);
  };
  for (const std::vector<int>& digits : {std::vector{1}, {1, 2, 5}, {1, 2, 3, 4, 5, 6, 7, 8, 9}}) {
    std::vector<Tick> all;
    int labels = 0;
    for (int exponent = first; exponent <= last; ++exponent) {
      for (int digit = 1; digit <= 9; ++digit) {
        const double value = Step{digit, exponent}.times(1);
        const bool has_label =
            std::find(digits.begin(), digits.end(), digit) != digits.end() && exponent % every == 0;
        if (!lies_inside(value) || (!has_label && (every > 1 || last - first > 6))) continue;
        all.push_back({value, has_label ? power_label(value, exponent) : ""});
        labels += has_label;
      }
    }
    if (labels >= 3 || (labels == 2 && digits.size() == 1 && last - first > 2)) return all;
  }
  return linear_ticks(count);
}

}  // namespace heed
