#include "heed/framework/kernels/simd/target.h"

#include <hwy/highway.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "heed/framework/base/error.h"
#include "heed/framework/kernels/simd/targets-inl.h"

namespace heed::kernels {
namespace {

/// The bits of Highway's targets that can run here, best first: a lower bit is a better target.
std::vector<int64_t> target_bits() {
  std::vector<int64_t> bits;
  int64_t rest = HWY_TARGETS;
  if constexpr (!has_one_target) rest &= hwy::SupportedTargets();
  for (; rest != 0; rest &= rest - 1) bits.push_back(rest & -rest);
  return bits;
}

/// What HEED_SIMD asked for and is not here; nullptr if all is well.
constinit const char* refused = nullptr;
constinit const char* in_use = nullptr;

[[noreturn]] void refuse(const char* who, const std::string& name) {
  std::string known;
  for (const std::string& target : simd_targets()) known += known.empty() ? target : ", " + target;
  throw ValueError(who, ": no SIMD target ", name, " here; there is ", known);
}

}  // namespace

std::vector<std::string> simd_targets() {
  std::vector<std::string> names;
  for (const int64_t bit : target_bits()) names.emplace_back(hwy::TargetName(bit));
  return names;
}

std::string simd_target() {
  if (refused != nullptr) refuse("HEED_SIMD", refused);
  return in_use == nullptr ? simd_targets().front() : in_use;
}

void use_simd_target(const std::string& name) {
  int64_t allowed = 0;
  for (const int64_t bit : target_bits()) {
    if (allowed == 0 && hwy::TargetName(bit) == name) in_use = hwy::TargetName(bit);
    if (allowed != 0 || hwy::TargetName(bit) == name) allowed |= bit;
  }
  if (allowed == 0) refuse("use_simd_target", name);
  if constexpr (!has_one_target) hwy::GetChosenTarget().Update(allowed);
  refused = nullptr;
}

bool detail::choose_simd_target() {
  const char* name = std::getenv("HEED_SIMD");
  if (name == nullptr) return true;
  const std::vector<std::string> names = simd_targets();
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    refused = name;
  } else {
    use_simd_target(name);
  }
  return refused == nullptr;
}

}  // namespace heed::kernels
