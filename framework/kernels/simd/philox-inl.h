// Words of a random stream (base/random.h) by vectors, for code inside HWY_NAMESPACE.

#include <hwy/highway.h>

#include <cstdint>
#include <cstring>

#include "heed/framework/base/random.h"

#if defined(HEED_FRAMEWORK_KERNELS_PHILOX_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_FRAMEWORK_KERNELS_PHILOX_INL_H_
#undef HEED_FRAMEWORK_KERNELS_PHILOX_INL_H_
#else
#define HEED_FRAMEWORK_KERNELS_PHILOX_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The products of the lower halves of the lanes.
template <class V>
HWY_INLINE V product_of_lower(V a, V b) {
#if HWY_TARGET == HWY_SCALAR
  return V((a.raw & 0xFFFFFFFF) * (b.raw & 0xFFFFFFFF));
#else
  const hn::Repartition<uint32_t, hn::DFromV<V> > d32;
  return hn::MulEven(hn::BitCast(d32, a), hn::BitCast(d32, b));
#endif
}

/// The upper halves of the lanes in their lower halves; what is above them is ignored.
template <class V>
HWY_INLINE V upper_half(V a) {
#if HWY_TARGET == HWY_SCALAR
  return hn::ShiftRight<32>(a);
#else  // a shuffle runs beside the multiplications, a shift would take their place
  const hn::DFromV<V> d;
  const hn::Repartition<uint32_t, decltype(d)> d32;
  return hn::BitCast(d, hn::Shuffle2301(hn::BitCast(d32, a)));
#endif
}

/// philox_words writes this many blocks at a time.
HWY_INLINE int64_t philox_blocks() {
  return static_cast<int64_t>(hn::Lanes(hn::ScalableTag<uint64_t>()));
}

/// The stream's keys of each round, spread over vectors: made once for many words.
struct PhiloxKeys {
  RandomStream stream;
  HWY_ALIGN uint64_t rounds[10][2][HWY_LANES(uint64_t)];
};
HWY_INLINE void philox_keys(RandomStream stream, PhiloxKeys& keys) {
  const hn::ScalableTag<uint64_t> d;
  keys.stream = stream;
  auto key0 = static_cast<uint32_t>(stream.seed), key1 = static_cast<uint32_t>(stream.seed >> 32);
  for (auto& round : keys.rounds) {
    hn::Store(hn::Set(d, uint64_t{key0}), d, round[0]);
    hn::Store(hn::Set(d, uint64_t{key1}), d, round[1]);
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
}

/// Blocks first, first + 1, … of the stream, 4 words each: `blocks` of them, rounded up to a
/// multiple of philox_blocks(). A lane of 64 bits works on one block, one word in its lower half.
HWY_INLINE void philox_words(const PhiloxKeys& keys, uint64_t first, int64_t blocks,
                             uint32_t* HWY_RESTRICT words) {
  const hn::ScalableTag<uint64_t> d;
  const auto factor0 = hn::Set(d, uint64_t{0xD2511F53});
  const auto factor2 = hn::Set(d, uint64_t{0xCD9E8D57});
  for (int64_t block = 0; block < blocks; block += philox_blocks()) {
    const auto counter =
        hn::Add(hn::Iota(d, uint64_t{0}), hn::Set(d, first + static_cast<uint64_t>(block)));
    auto c0 = counter, c1 = hn::ShiftRight<32>(counter);
    auto c2 = hn::Set(d, keys.stream.stream), c3 = hn::Set(d, keys.stream.stream >> 32);
    for (const auto& key : keys.rounds) {
      const auto p0 = product_of_lower(c0, factor0), p2 = product_of_lower(c2, factor2);
      c0 = hn::Xor(hn::Xor(upper_half(p2), c1), hn::Load(d, key[0]));
      c1 = p2;
      c2 = hn::Xor(hn::Xor(upper_half(p0), c3), hn::Load(d, key[1]));
      c3 = p0;
    }
    const auto lower = hn::Set(d, uint64_t{0xFFFFFFFF});
    const auto first_pair = hn::Or(hn::And(c0, lower), hn::ShiftLeft<32>(c1));
    const auto second_pair = hn::Or(hn::And(c2, lower), hn::ShiftLeft<32>(c3));
    HWY_ALIGN uint64_t pairs[2 * HWY_LANES(uint64_t)];
    hn::StoreInterleaved2(first_pair, second_pair, d, pairs);
    std::memcpy(words + 4 * block, pairs, sizeof(pairs));
  }
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
