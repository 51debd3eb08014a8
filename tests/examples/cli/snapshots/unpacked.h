// Packed numbers, read back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace heed::testing {

/// As report/page/head_data.js does it.
inline std::vector<int32_t> unpacked(const std::string& text) {
  const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::vector<int32_t> numbers;
  size_t i = 0;
  const auto next = [&] {
    uint32_t value = 0;
    for (unsigned shift = 0;; shift += 5) {
      const auto digit = static_cast<uint32_t>(letters.find(text.at(i++)));
      value |= (digit & 31) << shift;
      if (digit < 32) return value;
    }
  };
  while (i < text.size()) {
    if (text[i] == '.') {
      ++i;
      numbers.resize(numbers.size() + next());
      continue;
    }
    const uint32_t value = next();
    const auto size = static_cast<int32_t>(value >> 1);
    numbers.push_back((value & 1) != 0 ? -size : size);
  }
  return numbers;
}

}  // namespace heed::testing
