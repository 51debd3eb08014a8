#include "heed/examples/cli/snapshots/packed_weights.h"

#include <cmath>
#include <string_view>

namespace heed {
namespace {

constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr int bits = 5;
constexpr uint32_t more = 1U << bits;
constexpr size_t least_run = 3;  // fewer zeros are shorter one by one

void add_number(std::string& text, uint32_t number) {
  for (; number >= more; number >>= bits) text += letters[(number % more) | more];
  text += letters[number];
}

}  // namespace

std::string packed_numbers(const std::vector<int32_t>& numbers) {
  std::string text;
  for (size_t i = 0; i < numbers.size();) {
    size_t end = i;
    while (end < numbers.size() && numbers[end] == 0) ++end;
    if (end - i >= least_run) {
      text += '.';
      add_number(text, static_cast<uint32_t>(end - i));
      i = end;
      continue;
    }
    const auto size = static_cast<uint32_t>(std::abs(numbers[i]));
    add_number(text, size << 1 | (numbers[i] < 0 ? 1U : 0U));
    ++i;
  }
  return text;
}

std::string packed_weights(const WeightsOfSnapshots& weights, int64_t scale) {
  std::vector<int32_t> changes, before;
  for (const std::vector<float>& now : weights) {
    before.resize(now.size());
    for (size_t i = 0; i < now.size(); ++i) {
      const auto rounded = static_cast<int32_t>(
          std::lround(static_cast<double>(now[i]) * static_cast<double>(scale)));
      changes.push_back(rounded - before[i]);
      before[i] = rounded;
    }
  }
  return packed_numbers(changes);
}

}  // namespace heed
