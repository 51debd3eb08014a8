#include "heed/framework/base/random.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "heed/framework/base/error.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::random_test {
namespace {

using Block = std::array<uint32_t, 4>;

constexpr uint32_t ones = 0xFFFFFFFF;

/// A stream for one statistical test; the fixed seed makes its result the same on every run.
RandomStream sample(int test) {
  return heed::stream(20240501, Purpose::user, test);
}

/// Sum of (observed - expected)^2 / expected for equally likely bins.
double chi_square(std::span<const int> observed) {
  double total = 0;
  for (const int count : observed) total += count;
  const double expected = total / static_cast<double>(observed.size());
  double sum = 0;
  for (const int count : observed) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

/// True when chi_square lies within 4 standard deviations of its mean: neither too uneven nor too
/// even to be random.
bool looks_uniform(std::span<const int> observed) {
  const double freedom = static_cast<double>(observed.size() - 1);
  return std::abs(chi_square(observed) - freedom) < 4 * std::sqrt(2 * freedom);
}

}  // namespace

TEST_CASE("philox4x32_10 gives the known answers of Random123") {
  CHECK(heed::philox4x32_10({0, 0, 0, 0}, {0, 0}) ==
        Block{0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8});
  CHECK(heed::philox4x32_10({ones, ones, ones, ones}, {ones, ones}) ==
        Block{0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD});
  CHECK(heed::philox4x32_10({0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344},
                            {0xA4093822, 0x299F31D0}) ==
        Block{0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1});
}

TEST_CASE("a stream keeps its seed and derives its number from purpose and coordinates") {
  const uint64_t path = heed::text_coordinate("encoder.0.attention");
  CHECK(path == 0x32EA249B78F0DB40);
  CHECK(heed::text_coordinate("") == 0xC3817C016BA4FF30);
  CHECK(heed::stream(0, Purpose::initialisation) == RandomStream{0, 0x910A2DEC89025CC1});
  CHECK(heed::stream(7, Purpose::dropout, 3) == RandomStream{7, 0xCF3E81E5B5A2FD28});
  CHECK(heed::stream(9, Purpose::dropout, -1, 2U, path) == RandomStream{9, 0x238AE34E604F9436});
}

TEST_CASE("streams differ when the purpose, a coordinate, their order or their number differs") {
  std::set<uint64_t> seen;
  size_t made = 0;
  const auto add = [&](RandomStream stream) {
    seen.insert(stream.stream);
    ++made;
  };
  for (const Purpose purpose : {Purpose::initialisation, Purpose::data, Purpose::evaluation,
                                Purpose::dropout, Purpose::shuffle, Purpose::user}) {
    add(heed::stream(1, purpose));
    for (int a = -20; a < 20; ++a) {
      add(heed::stream(1, purpose, a));
      for (int b = -20; b < 20; ++b) add(heed::stream(1, purpose, a, b));
    }
  }
  CHECK(seen.size() == made);
}

TEST_CASE("the type of a coordinate does not matter") {
  CHECK(heed::stream(1, Purpose::user, int8_t{-5}, uint8_t{7}) ==
        heed::stream(1, Purpose::user, int64_t{-5}, uint64_t{7}));
}

TEST_CASE("random access gives the known words of a stream") {
  const RandomStream stream = heed::stream(42, Purpose::data, 1, 2);
  const std::array<uint32_t, 6> words = {0xE7119EAC, 0x27ADAB77, 0xAD202D92,
                                         0xEEAF223E, 0xCF011684, 0xC2C6DB75};
  for (size_t i = 0; i < words.size(); ++i) CHECK(heed::bits_at(stream, i) == words[i]);
  CHECK(heed::block_at(stream, uint64_t{1} << 40) ==
        Block{0xE9BE720C, 0x46DBE5EF, 0xCCAA3C39, 0x4AE38876});
  CHECK(heed::bits_at(stream, (uint64_t{1} << 42) + 3) == 0x4AE38876);
}

TEST_CASE("all 64 bits of the seed, the stream and the block count") {
  const RandomStream base{3, 5};
  const Block block = heed::block_at(base, 7);
  for (int bit = 0; bit < 64; ++bit) {
    const uint64_t flip = uint64_t{1} << bit;
    CHECK(heed::block_at({3 ^ flip, 5}, 7) != block);
    CHECK(heed::block_at({3, 5 ^ flip}, 7) != block);
    CHECK(heed::block_at(base, 7 ^ flip) != block);
  }
}

TEST_CASE("uniform numbers made from bits lie in [0, 1)") {
  CHECK(heed::uniform_float(0) == 0.0F);
  CHECK(heed::uniform_float(0x80000000) == 0.5F);
  CHECK(heed::uniform_float(ones) == 1.0F - 0x1p-24F);
  CHECK(heed::uniform_float(0x100) == 0x1p-24F);
  CHECK(heed::uniform_double(0, 0) == 0.0);
  CHECK(heed::uniform_double(0x80000000, 0) == 0.5);
  CHECK(heed::uniform_double(ones, ones) == 1.0 - 0x1p-53);
  CHECK(heed::uniform_double(0, 0x800) == 0x1p-53);
}

TEST_CASE("a normal number is finite for any bits") {
  const std::array<uint32_t, 6> extremes = {0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFF800, ones};
  double largest = 0;
  for (const uint32_t a : extremes) {
    for (const uint32_t b : extremes) {
      for (const uint32_t c : extremes) {
        for (const uint32_t d : extremes) {
          const double value = heed::normal_double({a, b, c, d});
          REQUIRE(std::isfinite(value));
          largest = std::max(largest, std::abs(value));
        }
      }
    }
  }
  CHECK(largest > 8.5);
  CHECK(largest < 8.6);
}

TEST_CASE("Rng draws the words of its stream in order") {
  const RandomStream stream = heed::stream(42, Purpose::data, 1, 2);
  Rng rng(stream);
  for (uint64_t i = 0; i < 11; ++i) CHECK(rng.bits() == heed::bits_at(stream, i));
  CHECK(rng.position() == 11);
  CHECK(rng.stream() == stream);
}

TEST_CASE("Rng gives known numbers") {
  const RandomStream stream = heed::stream(42, Purpose::data, 1, 2);
  Rng rng(stream);
  CHECK(rng.uniform() == 0.902612607030895);
  CHECK(rng.uniform(-2, 3) == 1.3813612383468539);
  CHECK(std::abs(rng.normal() - -1.4071912590498907) < 1e-14);
  CHECK(rng.integer(-10, 1'000'000) == 212111);
  CHECK(rng.position() == 10);
  std::array<int, 8> values = {0, 1, 2, 3, 4, 5, 6, 7};
  Rng(stream).shuffle(std::span(values));
  CHECK(values == std::array{2, 3, 4, 5, 6, 1, 0, 7});
}

TEST_CASE("an Rng made from stream and position continues with the same bits") {
  const RandomStream stream = sample(1);
  Rng rng(stream);
  std::array<int, 5> deck{};
  for (int i = 0; i < 200; ++i) {
    switch (i * 7 % 6) {
      case 0:
        rng.bits();
        break;
      case 1:
        rng.uniform();
        break;
      case 2:
        rng.normal();
        break;
      case 3:
        rng.uniform(-1, 1);
        break;
      case 4:
        rng.integer(0, (int64_t{1} << 62) + 1);
        break;
      default:
        rng.shuffle(std::span(deck));
        break;
    }
    if (i % 3 == 0) rng.bits();
    Rng original = rng;
    Rng restored(stream, rng.position());
    CHECK(restored.normal() == original.normal());
    CHECK(restored.uniform() == original.uniform());
    CHECK(restored.integer(0, 1000) == original.integer(0, 1000));
    CHECK(restored.bits() == original.bits());
    CHECK(restored.normal() == original.normal());
    CHECK(restored.position() == original.position());
  }
}

TEST_CASE("each bit of the words is set half of the time") {
  constexpr int draws = 20'000;
  std::array<int, 32> set{};
  Rng rng(sample(2));
  for (int i = 0; i < draws; ++i) {
    const uint32_t bits = rng.bits();
    for (size_t bit = 0; bit < 32; ++bit) set[bit] += static_cast<int>(bits >> bit & 1);
  }
  const double deviation = std::sqrt(draws * 0.25);
  for (const int count : set) CHECK(std::abs(count - draws / 2) < 4 * deviation);
}

TEST_CASE("uniform numbers have the mean, variance and spread of their distribution") {
  constexpr int draws = 100'000;
  std::array<int, 64> bins{};
  Rng rng(sample(3));
  double sum = 0, squares = 0;
  for (int i = 0; i < draws; ++i) {
    const double value = rng.uniform();
    REQUIRE((value >= 0 && value < 1));
    ++bins[static_cast<size_t>(value * 64)];
    sum += value;
    squares += (value - 0.5) * (value - 0.5);
  }
  CHECK(std::abs(sum / draws - 0.5) < 4 * std::sqrt(1.0 / 12 / draws));
  CHECK(std::abs(squares / draws - 1.0 / 12) < 4 * std::sqrt(1.0 / 180 / draws));
  CHECK(looks_uniform(bins));
}

TEST_CASE("neighbouring words and neighbouring streams are not correlated") {
  constexpr uint64_t draws = 100'000;
  const RandomStream stream = sample(4);
  double words = 0, streams = 0, blocks = 0;
  const auto centred = [](uint32_t bits) { return double{heed::uniform_float(bits)} - 0.5; };
  for (uint64_t i = 0; i < draws; ++i) {
    const double value = centred(heed::bits_at(stream, i));
    words += value * centred(heed::bits_at(stream, i + 1));
    blocks += value * centred(heed::bits_at(stream, i + 4));
    streams += value * centred(heed::bits_at({stream.seed, stream.stream + 1}, i));
  }
  const double limit = 4 * std::sqrt(static_cast<double>(draws)) / 12;
  CHECK(std::abs(words) < limit);
  CHECK(std::abs(blocks) < limit);
  CHECK(std::abs(streams) < limit);
}

TEST_CASE("normal numbers have the moments and quantiles of the standard normal distribution") {
  constexpr int draws = 100'000;
  Rng rng(sample(5));
  std::array<double, 5> moments{};
  // Bins of equal probability between the octiles.
  const std::array<double, 7> octiles = {
      -1.1503493803760079, -0.6744897501960817, -0.3186393639643752, 0,
      0.3186393639643752,  0.6744897501960817,  1.1503493803760079};
  std::array<int, 8> bins{};
  int beyond_3 = 0;
  for (int i = 0; i < draws; ++i) {
    const double value = rng.normal();
    for (size_t power = 1; power < 5; ++power) {
      moments[power] += std::pow(value, static_cast<double>(power)) / draws;
    }
    ++bins[static_cast<size_t>(std::upper_bound(octiles.begin(), octiles.end(), value) -
                               octiles.begin())];
    beyond_3 += std::abs(value) > 3 ? 1 : 0;
  }
  // Variances of x, x^2, x^3, x^4: 1, 2, 15, 96.
  CHECK(std::abs(moments[1]) < 4 * std::sqrt(1.0 / draws));
  CHECK(std::abs(moments[2] - 1) < 4 * std::sqrt(2.0 / draws));
  CHECK(std::abs(moments[3]) < 4 * std::sqrt(15.0 / draws));
  CHECK(std::abs(moments[4] - 3) < 4 * std::sqrt(96.0 / draws));
  CHECK(looks_uniform(bins));
  const double tail = 0.002699796063260207 * draws;
  CHECK(std::abs(beyond_3 - tail) < 4 * std::sqrt(tail));
}

TEST_CASE("uniform with bounds stays inside them") {
  Rng rng(sample(6));
  const double next = std::nextafter(1.0, 2.0);
  double sum = 0;
  for (int i = 0; i < 1000; ++i) {
    CHECK(rng.uniform(1.0, next) == 1.0);
    const double value = rng.uniform(-3, 5);
    CHECK((value >= -3 && value < 5));
    sum += value;
  }
  CHECK(std::abs(sum / 1000 - 1) < 4 * std::sqrt(64.0 / 12 / 1000));
  CHECK(rng.uniform(2.5, 2.5) == 2.5);
  CHECK(message_of([&] { rng.uniform(2, 1); }) ==
        "uniform: bounds must be in order and a finite distance apart: [2, 1)");
  CHECK(message_of([&] { rng.uniform(0, std::numeric_limits<double>::quiet_NaN()); }) ==
        "uniform: bounds must be in order and a finite distance apart: [0, nan)");
  CHECK(message_of([&] { rng.uniform(-1.5e308, 1.5e308); }) ==
        "uniform: bounds must be in order and a finite distance apart: [-1.5e+308, 1.5e+308)");
}

TEST_CASE("integers are uniform over small ranges") {
  const int64_t size = GENERATE(2, 3, 7, 100);
  std::vector<int> counts(static_cast<size_t>(size), 0);
  Rng rng(sample(100 + static_cast<int>(size)));
  for (int64_t i = 0; i < 500 * size; ++i) {
    const int64_t value = rng.integer(-5, size - 5);
    REQUIRE((value >= -5 && value < size - 5));
    ++counts[static_cast<size_t>(value + 5)];
  }
  CHECK(looks_uniform(counts));
}

TEST_CASE("integers are unbiased over a range that does not divide 2^64") {
  // Without rejection the lowest third would be drawn half of the time.
  constexpr int64_t low = std::numeric_limits<int64_t>::min();
  constexpr int64_t third = int64_t{1} << 62;
  std::array<int, 3> counts{};
  Rng rng(sample(7));
  for (int i = 0; i < 3000; ++i) {
    const int64_t value = rng.integer(low, third);
    ++counts[value < -third ? 0 : value < 0 ? 1 : 2];
  }
  CHECK(looks_uniform(counts));
  CHECK(rng.position() > 6000);
}

TEST_CASE("integers take ranges at the edges of int64") {
  constexpr int64_t low = std::numeric_limits<int64_t>::min();
  constexpr int64_t high = std::numeric_limits<int64_t>::max();
  Rng rng(sample(8));
  CHECK(rng.integer(low, low + 1) == low);
  CHECK(rng.integer(high - 1, high) == high - 1);
  CHECK(rng.integer(0, 1) == 0);
  int negative = 0;
  for (int i = 0; i < 1000; ++i) {
    const int64_t value = rng.integer(low, high);
    CHECK(value < high);
    negative += value < 0 ? 1 : 0;
  }
  CHECK(std::abs(negative - 500) < 4 * std::sqrt(250));
}

TEST_CASE("an empty integer range is an error") {
  Rng rng(sample(9));
  CHECK(message_of([&] { rng.integer(3, 3); }) == "integer: range must not be empty: [3, 3)");
  CHECK(message_of([&] { rng.integer(4, -3); }) == "integer: range must not be empty: [4, -3)");
  CHECK(rng.position() == 0);
}

TEST_CASE("shuffle permutes its values") {
  Rng rng(sample(10));
  std::vector<int> values(1000);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<int>(i);
  const std::vector<int> before = values;
  rng.shuffle(std::span(values));
  CHECK(values != before);
  std::sort(values.begin(), values.end());
  CHECK(values == before);
}

TEST_CASE("shuffle takes no and one value without drawing") {
  Rng rng(sample(11));
  std::vector<std::string> words;
  rng.shuffle(std::span(words));
  words.push_back("one");
  rng.shuffle(std::span(words));
  CHECK(words == std::vector<std::string>{"one"});
  CHECK(rng.position() == 0);
}

TEST_CASE("shuffle gives the 24 orders of 4 values equally often") {
  std::map<std::array<int, 4>, int> orders;
  Rng rng(sample(12));
  for (int i = 0; i < 24'000; ++i) {
    std::array<int, 4> values = {0, 1, 2, 3};
    rng.shuffle(std::span(values));
    ++orders[values];
  }
  REQUIRE(orders.size() == 24);
  std::vector<int> counts;
  for (const auto& [order, count] : orders) counts.push_back(count);
  CHECK(looks_uniform(counts));
}

}  // namespace heed::testing::random_test
