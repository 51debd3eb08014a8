#include "heed/framework/kernels/dropout.h"

#include <algorithm>
#include <cmath>

#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/map.h"

#include "heed/framework/kernels/simd/dispatch-inl.h"

#include "heed/framework/kernels/simd/philox-inl.h"

#ifndef HEED_FRAMEWORK_KERNELS_DROPOUT_ONCE
#define HEED_FRAMEWORK_KERNELS_DROPOUT_ONCE
namespace heed::kernels {
namespace {

template <class T>
struct DropoutRun {
  const T* from;
  T* to;
  int64_t begin, end;  // `begin` is a multiple of 4: words come in fours
  RandomStream words;
  int32_t limit;  // elements whose word >> 8 is below are dropped
  T scale;
  bool stream;
};

}  // namespace
}  // namespace heed::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {

/// x · scale, or 0 where the word is below the limit.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V dropped_out(D d, V scaled, const uint32_t* words, int32_t limit) {
  using Lane = hwy::MakeSigned<hn::TFromD<D>>;
  const hn::Rebind<Lane, D> integers;
  const hn::Rebind<uint32_t, D> d32;
  const auto drawn = hn::ShiftRight<8>(hn::LoadU(d32, words));
  const auto wide = [&]() HWY_ATTR {
    if constexpr (sizeof(Lane) == 4) {
      return hn::BitCast(integers, drawn);
    } else {
      const hn::Rebind<uint64_t, D> unsigned_integers;
      return hn::BitCast(integers, hn::PromoteTo(unsigned_integers, drawn));
    }
  }();
  const auto dropped = hn::Lt(wide, hn::Set(integers, Lane{limit}));
  return hn::IfThenZeroElse(hn::RebindMask(d, dropped), scaled);
}

template <class T>
void dropout_run(const DropoutRun<T>& run) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  constexpr int64_t block = 128;
  HWY_ALIGN uint32_t words[block];
  PhiloxKeys keys;
  philox_keys(run.words, keys);
  const auto scale = hn::Set(d, run.scale);
  for (int64_t begin = run.begin; begin < run.end; begin += block) {
    const int64_t length = std::min(block, run.end - begin);
    philox_words(keys, static_cast<uint64_t>(begin) / 4, (length + 3) / 4, words);
    const T* const from = run.from + begin;
    T* const to = run.to + begin;
    int64_t i = 0;
    for (; i + lanes <= length; i += lanes) {
      const auto scaled = hn::Mul(hn::LoadU(d, from + i), scale);
      const auto result = dropped_out(d, scaled, words + i, run.limit);
      if (run.stream) {
        hn::Stream(result, d, to + i);
      } else {
        hn::StoreU(result, d, to + i);
      }
    }
    for (; i < length; ++i) {
      to[i] = static_cast<int32_t>(words[i] >> 8) < run.limit ? T{0} : from[i] * run.scale;
    }
  }
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::kernels {

Tensor dropout(const Tensor& input, double p, RandomStream stream) {
  const Tensor x = contiguous(input);
  Tensor out = Tensor::empty(x.shape(), x.dtype());
  visit_floating("dropout", x.dtype(), [&]<class T>() {
    const auto run = HEED_DISPATCH(dropout_run<T>);
    DropoutRun<T> all{x.data<T>(), out.mutable_data<T>(), 0, x.numel(), stream, 0, 0, false};
    all.scale = p < 1 ? static_cast<T>(1 / (1 - p)) : T{0};
    // uniform_float(word) < p, in integers
    all.limit = static_cast<int32_t>(std::ceil(static_cast<float>(p) * 0x1p24F));
    all.stream = streams(all.to, x.numel());
    parallel_for(x.numel(), elements_per_chunk, [&](int64_t begin, int64_t end) {
      static_assert(elements_per_chunk % 4 == 0);  // so that a chunk begins with a block
      DropoutRun<T> part = all;
      part.begin = begin;
      part.end = end;
      run(part);
      if (part.stream) finish_streaming();
    });
  });
  return out;
}

}  // namespace heed::kernels
#endif
