// Numbers as text and back: the same with the C++ library's functions and with our own.
#include "heed/framework/base/numbers.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "heed/framework/base/bits.h"
#include "heed/framework/base/random.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::numbers_test {
namespace {

std::string shown(double value) {
  std::string text = "x = ";
  append_number(text, value);
  return text.substr(4);
}

}  // namespace

TEST_CASE("numbers are written as briefly as they read back") {
  using Limits = std::numeric_limits<double>;
  const std::vector<std::pair<double, std::string>> cases{
      {0, "0"},
      {-0.0, "-0"},
      {1, "1"},
      {-2.5, "-2.5"},
      {0.1, "0.1"},
      {1.0 / 3, "0.3333333333333333"},
      {0.0001, "1e-04"},
      {0.00001, "1e-05"},
      {123456, "123456"},
      {100000, "1e+05"},
      {1e6, "1e+06"},
      {1234567, "1234567"},
      {1.5e-7, "1.5e-07"},
      {9007199254740993, "9007199254740992"},
      {1e22, "1e+22"},
      {0x1p70, "1180591620717411303424"},
      {1e100, "1e+100"},
      {Limits::max(), "1.7976931348623157e+308"},
      {Limits::min(), "2.2250738585072014e-308"},
      {Limits::denorm_min(), "5e-324"},
      {Limits::infinity(), "inf"},
      {-Limits::infinity(), "-inf"},
      {Limits::quiet_NaN(), "nan"},
  };
  for (const auto& [value, text] : cases) CHECK(shown(value) == text);
}

TEST_CASE("every number that is written is read back, with all its bits") {
  Rng rng(stream(1, Purpose::user));
  for (int i = 0; i < 20'000; ++i) {
    const uint64_t bits = uint64_t{rng.bits()} << 32 | rng.bits();
    const auto value = bits_as<double>(bits);
    if (std::isnan(value)) continue;
    const std::optional<double> back = read_number(shown(value));
    REQUIRE(back.has_value());
    REQUIRE(bits_as<uint64_t>(*back) == bits);
  }
}

TEST_CASE("a number is read as a whole or not at all") {
  const std::vector<std::pair<std::string, double>> good{
      {"0", 0},
      {"-0", -0.0},
      {"1", 1},
      {"-1.5", -1.5},
      {".5", 0.5},
      {"5.", 5},
      {"1e3", 1e3},
      {"1E+3", 1e3},
      {"25e-2", 0.25},
      {"007", 7},
      {"1e-320", 1e-320},
      {"0e999", 0},
      {"123456789012345678901234567890", 123456789012345678901234567890.0}};
  for (const auto& [text, value] : good) {
    CAPTURE(text);
    const std::optional<double> found = read_number(text);
    REQUIRE(found.has_value());
    CHECK(bits_as<uint64_t>(*found) == bits_as<uint64_t>(value));
  }
  for (const char* text : {"", "-", ".", "+1", " 1", "1 ", "1e", "1e+", "e5", "0x10", "1,5",
                           "1.2.3", "--1", "1f", "1e999", "-1e999", "1e-999", "one"}) {
    CAPTURE(text);
    CHECK_FALSE(read_number(text).has_value());
  }
}

}  // namespace heed::testing::numbers_test
