#include "heed/framework/base/random.h"

#include <cmath>
#include <numbers>

#include "heed/framework/base/error.h"

namespace heed {

double normal_double(std::array<uint32_t, 4> bits) {
  // In (0, 1], so the logarithm is finite.
  const double radius_uniform = 1.0 - uniform_double(bits[0], bits[1]);
  const double angle_uniform = uniform_double(bits[2], bits[3]);
  return std::sqrt(-2.0 * std::log(radius_uniform)) *
         std::cos(2.0 * std::numbers::pi * angle_uniform);
}

template <size_t count>
std::array<uint32_t, count> Rng::take() {
  std::array<uint32_t, count> words;
  std::array<uint32_t, 4> block{};
  for (size_t i = 0; i < count; ++i, ++position_) {
    if (i == 0 || position_ % 4 == 0) block = block_at(stream_, position_ / 4);
    words[i] = block[position_ % 4];
  }
  return words;
}

uint32_t Rng::bits() {
  return take<1>()[0];
}

double Rng::uniform() {
  const auto words = take<2>();
  return uniform_double(words[0], words[1]);
}

double Rng::uniform(double low, double high) {
  const double width = high - low;
  if (!(width >= 0.0) || std::isinf(width)) {
    throw ValueError("uniform: bounds must be in order and a finite distance apart: [", low, ", ",
                     high, ")");
  }
  const double value = low + width * uniform();
  // Rounding can reach the excluded bound.
  return value < high || low == high ? value : std::nextafter(high, low);
}

double Rng::normal() {
  return normal_double(take<4>());
}

int64_t Rng::integer(int64_t low, int64_t high_exclusive) {
  if (low >= high_exclusive) {
    throw ValueError("integer: range must not be empty: [", low, ", ", high_exclusive, ")");
  }
  const uint64_t range = static_cast<uint64_t>(high_exclusive) - static_cast<uint64_t>(low);
  // The values from here on, 2^64 - rejected in number, are a multiple of the range.
  const uint64_t rejected = (0 - range) % range;
  uint64_t value;
  do {
    const auto words = take<2>();
    value = uint64_t{words[0]} << 32 | words[1];
  } while (value < rejected);
  return static_cast<int64_t>(static_cast<uint64_t>(low) + value % range);
}

}  // namespace heed
