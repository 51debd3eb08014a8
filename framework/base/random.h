// Counter-based random numbers: word n of a stream is a pure function of (seed, stream, n), so any
// part can be drawn again, in any order and on any thread. Generator: Philox4x32-10 of Salmon et
// al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace heed {

/// Philox4x32 with 10 rounds: 128 random bits for each (counter, key).
constexpr std::array<uint32_t, 4> philox4x32_10(std::array<uint32_t, 4> counter,
                                                std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t first = uint64_t{0xD2511F53} * counter[0];
    const uint64_t second = uint64_t{0xCD9E8D57} * counter[2];
    counter = {
        static_cast<uint32_t>(second >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(second),
        static_cast<uint32_t>(first >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(first)};
    key = {key[0] + uint32_t{0x9E3779B9}, key[1] + uint32_t{0xBB67AE85}};
  }
  return counter;
}

/// What random numbers are for. The values are part of what fixes the numbers: never change them.
enum class Purpose : uint64_t {
  initialisation = 1,  ///< parameters
  data = 2,            ///< training batches
  evaluation = 3,      ///< held-out sequences
  dropout = 4,         ///< which elements become 0
  shuffle = 5,         ///< the order of examples
  user = 6,            ///< yours; of heed only gradcheck draws these
};

/// Names one of 2^64 sequences of 2^66 words that belong to a seed.
struct RandomStream {
  uint64_t seed = 0;    ///< of the run
  uint64_t stream = 0;  ///< one of the 2^64 that belong to the seed
  friend bool operator==(const RandomStream&, const RandomStream&) = default;
};

namespace detail {
/// The SplitMix64 step (Steele, Lea, Flood, OOPSLA 2014): a bijection that mixes all bits.
constexpr uint64_t splitmix64(uint64_t value) {
  value += 0x9E3779B97F4A7C15;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
  return value ^ (value >> 31);
}
}  // namespace detail

/// The stream of a purpose at integer coordinates (step, site, …). With mix = SplitMix64 and
/// M = 0xD1342543DE82EF95: h = mix(purpose), then h = mix(M·h + c) for each coordinate c in order.
/// The multiplication keeps h and c from changing places. Signed coordinates are sign-extended, so
/// their type does not matter. Streams that differ only in the last coordinate are never the same;
/// others agree by chance only (2^-64).
template <std::integral... Coordinates>
constexpr RandomStream stream(uint64_t seed, Purpose purpose, Coordinates... coordinates) {
  uint64_t hash = detail::splitmix64(static_cast<uint64_t>(purpose));
  ((hash = detail::splitmix64(hash * 0xD1342543DE82EF95 + static_cast<uint64_t>(coordinates))),
   ...);
  return {seed, hash};
}

/// A text (a module path, say) as a coordinate of `stream`: SplitMix64 of the 64-bit FNV-1a hash.
constexpr uint64_t text_coordinate(std::string_view text) {
  uint64_t hash = 0xCBF29CE484222325;
  for (const char letter : text) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001B3;
  }
  return detail::splitmix64(hash);
}

/// Words 4·block … 4·block + 3 of the stream.
constexpr std::array<uint32_t, 4> block_at(RandomStream stream, uint64_t block) {
  return philox4x32_10(
      {static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32),
       static_cast<uint32_t>(stream.stream), static_cast<uint32_t>(stream.stream >> 32)},
      {static_cast<uint32_t>(stream.seed), static_cast<uint32_t>(stream.seed >> 32)});
}

/// Word `index` of the stream.
constexpr uint32_t bits_at(RandomStream stream, uint64_t index) {
  return block_at(stream, index / 4)[index % 4];
}

/// Uniform in [0, 1): the upper 24 bits of a word, so every result is exact.
constexpr float uniform_float(uint32_t bits) {
  return static_cast<float>(bits >> 8) * 0x1p-24F;
}

/// Uniform in [0, 1): the upper 53 of 64 bits, so every result is exact.
constexpr double uniform_double(uint32_t high, uint32_t low) {
  return static_cast<double>((uint64_t{high} << 32 | low) >> 11) * 0x1p-53;
}

/// Standard normal from four words (Box–Muller); finite for any bits, at most 8.6 in magnitude.
double normal_double(std::array<uint32_t, 4> bits);

/// Draws from a stream in order. Its whole state is (stream, position): an Rng made from the two
/// continues with the same bits.
class Rng {
 public:
  /// Starts at word `position` of the stream.
  explicit Rng(RandomStream stream, uint64_t position = 0) : stream_(stream), position_(position) {}

  /// 32 random bits; one word.
  uint32_t bits();
  /// Uniform in [0, 1); two words.
  double uniform();
  /// Uniform in [low, high), or low when they are equal; two words. ValueError when low > high,
  /// when a bound is NaN, or when high - low is not finite.
  double uniform(double low, double high);
  /// Standard normal; four words.
  double normal();
  /// Uniform in [low, high_exclusive), without bias; two words, two more for each rejection (less
  /// than one on average). ValueError when the range is empty.
  int64_t integer(int64_t low, int64_t high_exclusive);

  /// Puts the values in a uniformly random order (Fisher–Yates).
  template <class T, size_t extent>
  void shuffle(std::span<T, extent> values) {
    using std::swap;
    for (size_t count = values.size(); count > 1; --count) {
      swap(values[count - 1], values[static_cast<size_t>(integer(0, static_cast<int64_t>(count)))]);
    }
  }

  /// The stream drawn from.
  RandomStream stream() const { return stream_; }
  /// Number of the word that is drawn next.
  uint64_t position() const { return position_; }

 private:
  template <size_t count>
  std::array<uint32_t, count> take();

  RandomStream stream_;
  uint64_t position_;
};

}  // namespace heed
