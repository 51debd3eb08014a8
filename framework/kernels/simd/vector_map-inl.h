// to[i] = f(from[0][i], …) on one run of elements by vectors, for code inside HWY_NAMESPACE.

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "heed/framework/kernels/map.h"

#if defined(HEED_FRAMEWORK_KERNELS_VECTOR_MAP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_FRAMEWORK_KERNELS_VECTOR_MAP_INL_H_
#undef HEED_FRAMEWORK_KERNELS_VECTOR_MAP_INL_H_
#else
#define HEED_FRAMEWORK_KERNELS_VECTOR_MAP_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Operand k of a dense loop: element i is at from[k][i], or at from[k][0] of stride 0, where a
/// whole vector of equal elements is.
template <class T, size_t count>
struct DenseRun {
  T* to;
  std::array<const T*, count> from;
  std::array<int64_t, count> stride;
  int64_t length;
  bool stream;
};

/// Fills a dense run with f, an F: all that is instantiated for each function.
template <class F, class T, size_t count>
void apply_dense(const DenseRun<T, count>& run, const void* function) {
  const F& f = *static_cast<const F*>(function);
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto each = [&]<size_t... k>(std::index_sequence<k...>) HWY_ATTR {
    int64_t i = 0;
    if (run.stream && reinterpret_cast<uintptr_t>(run.to) % (HWY_LANES(T) * sizeof(T)) == 0) {
      for (; i + lanes <= run.length; i += lanes) {
        hn::Stream(f(d, hn::LoadU(d, run.from[k] + i * run.stride[k])...), d, run.to + i);
      }
    } else {
      for (; i + lanes <= run.length; i += lanes) {
        hn::StoreU(f(d, hn::LoadU(d, run.from[k] + i * run.stride[k])...), d, run.to + i);
      }
    }
    if (i == run.length) return;
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX2  // masked lanes touch no memory
    const auto rest = hn::FirstN(d, static_cast<size_t>(run.length - i));
    const auto result = f(d, hn::MaskedLoad(rest, d, run.from[k] + i * run.stride[k])...);
    hn::BlendedStore(result, rest, d, run.to + i);
#else
    HWY_ALIGN T buffers[count + 1][HWY_LANES(T)] = {};
    [[maybe_unused]] const auto fill = [&](size_t at) HWY_ATTR {
      std::copy_n(run.from[at] + i * run.stride[at], run.length - i, buffers[at]);
    };
    (fill(k), ...);
    hn::Store(f(d, hn::Load(d, buffers[k])...), d, buffers[count]);
    std::copy_n(buffers[count], run.length - i, run.to + i);
#endif
  };
  each(std::make_index_sequence<count>());
}

template <class T, size_t count>
struct DenseFunction {
  void (*dense)(const DenseRun<T, count>&, const void*);
  const void* function;
  void operator()(const DenseRun<T, count>& run) const { dense(run, function); }
};

/// A row that is not dense, by way of buffers.
template <class T, size_t count>
HWY_NOINLINE void apply_strided(const MapRun<T, count>& run, const DenseFunction<T, count>& f) {
  constexpr int64_t block = std::max<int64_t>(HWY_LANES(T), 1024 / sizeof(T));
  HWY_ALIGN T buffers[count + 1][block];
  DenseRun<T, count> dense{};
  for (int64_t begin = 0; begin < run.length; begin += block) {
    dense.length = std::min(block, run.length - begin);
    dense.to = run.to_step == 1 ? run.to + begin : buffers[count];
    for (size_t k = 0; k < count; ++k) {
      const int64_t step = run.steps[k];
      const T* const source = run.from[k] + begin * step;
      dense.stride[k] = 1;
      dense.from[k] = step == 1 ? source : buffers[k];
      for (int64_t i = 0; step != 1 && i < dense.length; ++i) buffers[k][i] = source[i * step];
    }
    f(dense);
    if (run.to_step == 1) continue;
    T* const target = run.to + begin * run.to_step;
    for (int64_t i = 0; i < dense.length; ++i) target[i * run.to_step] = buffers[count][i];
  }
}

template <class T, size_t count>
HWY_NOINLINE void apply_rows(const MapRun<T, count>& run, const DenseFunction<T, count>& f) {
  bool dense = run.to_step == 1;
  for (size_t k = 0; k < count; ++k) dense = dense && (run.steps[k] == 1 || run.steps[k] == 0);
  HWY_ALIGN T equal[count + 1][HWY_LANES(T)];
  MapRun<T, count> row = run;
  for (int64_t r = 0; r < run.rows; ++r) {
    if (dense) {
      DenseRun<T, count> part{row.to, row.from, run.steps, run.length, run.stream};
      for (size_t k = 0; k < count; ++k) {
        if (run.steps[k] == 1) continue;
        std::fill_n(equal[k], HWY_LANES(T), *row.from[k]);
        part.from[k] = equal[k];
      }
      f(part);
    } else {
      apply_strided(row, f);
    }
    row.to += run.to_row_step;
    for (size_t k = 0; k < count; ++k) row.from[k] += run.row_steps[k];
  }
}

/// Fills rows with f(d, vectors of the operands). Every element goes through a vector, so its bits
/// do not depend on where it lies.
template <class T, size_t count, class F>
void map_vectors(const MapRun<T, count>& run, const F& f) {
  apply_rows(run, DenseFunction<T, count>{&apply_dense<F, T, count>, &f});
}

/// A function of one number as one of vectors, for what only the C++ library computes.
template <class F>
auto by_lanes(const F& f) {
  return [f](auto d, auto x) HWY_ATTR {
    HWY_ALIGN hn::TFromD<decltype(d)> lanes[HWY_LANES(hn::TFromD<decltype(d)>)];
    hn::Store(x, d, lanes);
    for (size_t i = 0; i < hn::Lanes(d); ++i) lanes[i] = f(lanes[i]);
    return hn::Load(d, lanes);
  };
}

/// The same in double, so that f32 results are rounded once: the library's float functions may be
/// off by 2 ulp.
template <class F>
auto by_doubles(const F& f) {
  return by_lanes([f](auto x) HWY_ATTR { return static_cast<decltype(x)>(f(x)); });
}

/// Calls f(d, input, state…) with vectors, the state's by reference: they are stored back.
template <class T, size_t count, class F>
void update_run(const std::array<T*, count>& state, const T* input, int64_t length, const F& f) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto each = [&]<size_t... k>(std::index_sequence<k...>) HWY_ATTR {
    const auto update = [&](const T* at_input, auto*... at) HWY_ATTR {
      const auto stored = [&](auto... vector) HWY_ATTR {
        f(d, hn::LoadU(d, at_input), vector...);
        (hn::StoreU(vector, d, at), ...);
      };
      stored(hn::LoadU(d, at)...);
    };
    int64_t i = 0;
    for (; i + lanes <= length; i += lanes) update(input + i, (state[k] + i)...);
    if (i == length) return;
    HWY_ALIGN T buffers[count + 1][HWY_LANES(T)] = {};
    const auto rest = static_cast<size_t>(length - i);
    (std::copy_n(state[k] + i, rest, buffers[k]), ...);
    std::copy_n(input + i, rest, buffers[count]);
    update(buffers[count], buffers[k]...);
    (std::copy_n(buffers[k], rest, state[k] + i), ...);
  };
  each(std::make_index_sequence<count>());
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
