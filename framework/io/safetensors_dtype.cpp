#include "heed/framework/io/safetensors_dtype.h"

#include <algorithm>
#include <array>

#include "heed/framework/base/bits.h"

namespace heed {
namespace {

constexpr FileDType readable[] = {
    {"F64", 8, DType::f64},  {"F32", 4, DType::f32}, {"F16", 2, DType::f32},
    {"BF16", 2, DType::f32}, {"I64", 8, DType::i64}, {"BOOL", 1, DType::boolean},
};

constexpr std::string_view others[] = {
    "U8", "I8",      "I16",     "U16",     "I32",         "U32",         "U64",     "C64",
    "F4", "F8_E8M0", "F8_E5M2", "F8_E4M3", "F8_E5M2FNUZ", "F8_E4M3FNUZ", "F6_E2M3", "F6_E3M2",
};

/// IEEE binary16: a sign, 5 bits of exponent, 10 of fraction.
float of_half(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t exponent = half >> 10 & 0x1Fu;
  const uint32_t fraction = half & 0x3FFu;
  if (exponent == 0x1F) return bits_as<float>(sign | 0x7F800000u | fraction << 13);
  if (exponent != 0) return bits_as<float>(sign | (exponent + 112) << 23 | fraction << 13);
  const float size = static_cast<float>(fraction) * 0x1p-24f;  // subnormal there, normal here
  return bits_as<float>(sign | bits_as<uint32_t>(size));
}

/// The upper half of an f32.
float of_bfloat(uint16_t bfloat) {
  return bits_as<float>(static_cast<uint32_t>(bfloat) << 16);
}

}  // namespace

const FileDType* find_file_dtype(std::string_view name) {
  const auto found = std::find_if(std::begin(readable), std::end(readable),
                                  [&](const FileDType& dtype) { return name == dtype.name; });
  return found == std::end(readable) ? nullptr : found;
}

bool is_file_dtype(std::string_view name) {
  return find_file_dtype(name) != nullptr ||
         std::find(std::begin(others), std::end(others), name) != std::end(others);
}

std::string readable_dtypes() {
  std::string names;
  for (const FileDType& dtype : readable) names.append(names.empty() ? "" : " ") += dtype.name;
  return names;
}

const char* file_name_of(DType dtype) {
  return std::find_if(std::begin(readable), std::end(readable),
                      [&](const FileDType& known) { return known.held == dtype; })
      ->name;
}

void widen(const FileDType& from, std::span<const uint16_t> halves, float* to) {
  const bool brain = std::string_view(from.name) == "BF16";
  std::transform(halves.begin(), halves.end(), to, brain ? of_bfloat : of_half);
}

}  // namespace heed
