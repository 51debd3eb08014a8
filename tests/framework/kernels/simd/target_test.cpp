// Which vector instructions the kernels use: the choice in a program, and by the environment.
#include "heed/framework/kernels/simd/target.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "heed/framework/ops/elementwise.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/framework/simd_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::target_test {

TEST_CASE("the SIMD targets are named best first, and the last runs on every processor") {
  const std::vector<std::string> targets = kernels::simd_targets();
  REQUIRE_FALSE(targets.empty());
  size_t known = 0;
  for (const char* name : {"AVX3", "AVX2", "SCALAR", "EMU128", "NEON"}) {
    const auto found = std::find(targets.begin(), targets.end(), name);
    if (found == targets.end()) continue;
    CHECK(static_cast<size_t>(found - targets.begin()) == known);
    ++known;
  }
  CHECK(known == targets.size());
  const std::vector<std::string> last{"SCALAR", "EMU128", "NEON"};
  CHECK(std::find(last.begin(), last.end(), targets.back()) != last.end());
#if defined(__aarch64__)  // which always has it
  CHECK(targets == std::vector<std::string>{"NEON"});
#endif
}

TEST_CASE("use_simd_target takes the targets that are here and refuses others") {
  const SimdTarget restore;
  const std::vector<std::string> targets = kernels::simd_targets();
  const Tensor x = normal({100}, 1);
  std::string list;
  for (const std::string& target : targets) {
    kernels::use_simd_target(target);
    CHECK(kernels::simd_target() == target);
    CHECK(values(x * 2) == values(x + x));
    list += (list.empty() ? "" : ", ") + target;
  }
  for (const char* name : {"foo", "", "avx2", "AVX"}) {
    CHECK(message_of([&] { kernels::use_simd_target(name); }) ==
          std::string("use_simd_target: no SIMD target ") + name + " here; there is " + list);
    CHECK(kernels::simd_target() == targets.back());
  }
  kernels::use_simd_target(targets.front());
  CHECK(kernels::simd_target() == targets.front());
}

TEST_CASE("the best SIMD target is in use unless HEED_SIMD names one") {
  const char* name = std::getenv("HEED_SIMD");
  CHECK(kernels::simd_target() == (name == nullptr ? kernels::simd_targets().front() : name));
}

}  // namespace heed::testing::target_test
