#include "heed/framework/kernels/copy.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <type_traits>
#include <utility>

#include "heed/framework/kernels/map.h"

#include "heed/framework/kernels/simd/dispatch-inl.h"

#include "heed/framework/kernels/simd/vector_map-inl.h"

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {

template <class T>
void copy_run(const MapRun<T, 1>& run) {
  map_vectors(run, [](auto, auto x) HWY_ATTR { return x; });
}

template <class T>
void fill_run(const MapRun<T, 0>& run, T value) {
  map_vectors(run, [value](auto d) HWY_ATTR { return hn::Set(d, value); });
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::kernels {
namespace {

/// NaN and what i64 cannot hold become its smallest number, as x86 does it, instead of anything.
template <class To, class From>
To converted(From value) {
  if constexpr (std::is_same_v<To, int64_t> && std::is_floating_point_v<From>) {
    const bool fits = value >= From{-0x1p63} && value < From{0x1p63};
    return fits ? static_cast<To>(value) : std::numeric_limits<To>::min();
  } else {
    return static_cast<To>(value);
  }
}

constexpr int64_t tile = 32;

/// to[i·to_step + j] = from[i + j·from_step], i < rows, j < columns, both at most `tile`: by way of
/// a buffer, so that both sides are walked along whole cache lines.
template <class T>
void transpose_tile(T* to, int64_t to_step, const T* from, int64_t from_step, int64_t rows,
                    int64_t columns) {
  T buffer[tile][tile];
  if (rows == tile && columns == tile) {
    for (int64_t j = 0; j < tile; ++j) {
      for (int64_t i = 0; i < tile; ++i) buffer[i][j] = from[i + j * from_step];
    }
    for (int64_t i = 0; i < tile; ++i) std::copy_n(buffer[i], tile, to + i * to_step);
    return;
  }
  for (int64_t j = 0; j < columns; ++j) {
    for (int64_t i = 0; i < rows; ++i) buffer[i][j] = from[i + j * from_step];
  }
  for (int64_t i = 0; i < rows; ++i) std::copy_n(buffer[i], columns, to + i * to_step);
}

/// Copies where the innermost dimension is dense in `to` and `dense` is the one dense in `from`.
template <class T>
void copy_transposed(T* to, const T* from, const StridedLoop<2>& loop, int64_t dense) {
  const int64_t inner = loop.rank - 1;
  const auto at = [](const auto& array, int64_t i) { return array[static_cast<size_t>(i)]; };
  const auto tiles_along = [&](int64_t d) {
    return d == dense || d == inner ? (at(loop.sizes, d) + tile - 1) / tile : at(loop.sizes, d);
  };
  int64_t tiles = 1;
  for (int64_t d = 0; d < loop.rank; ++d) tiles *= tiles_along(d);
  parallel_for(tiles, elements_per_chunk / (tile * tile), [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      int64_t rest = t, to_at = 0, from_at = 0, rows = tile, columns = tile;
      for (int64_t d = loop.rank - 1; d >= 0; --d) {
        int64_t index = rest % tiles_along(d);
        rest /= tiles_along(d);
        if (d == dense || d == inner) {
          index *= tile;
          (d == dense ? rows : columns) = std::min(tile, at(loop.sizes, d) - index);
        }
        to_at += index * at(loop.steps, d)[0];
        from_at += index * at(loop.steps, d)[1];
      }
      transpose_tile(to + to_at, at(loop.steps, dense)[0], from + from_at, at(loop.steps, inner)[1],
                     rows, columns);
    }
  });
}

/// The same copy in the order in which the rows lie in `from`: those that are written past the
/// caches may go anywhere, but what is read is prefetched only where it is in sequence.
std::pair<Tensor, Tensor> in_order_of_source(const StridedLoop<2>& loop, const Tensor& to,
                                             const Tensor& from) {
  const auto steps = [&](int64_t d) { return loop.steps[static_cast<size_t>(d)]; };
  std::array<int64_t, max_rank> order{};
  const auto end = order.begin() + loop.rank;
  std::iota(order.begin(), end, 0);
  std::stable_sort(order.begin(), end - 1,
                   [&](int64_t a, int64_t b) { return steps(a)[1] > steps(b)[1]; });
  Shape shape;
  Strides of_to, of_from;
  for (auto d = order.begin(); d != end; ++d) {
    shape.push_back(loop.sizes[static_cast<size_t>(*d)]);
    of_to.push_back(steps(*d)[0]);
    of_from.push_back(steps(*d)[1]);
  }
  return {to.alias(shape, of_to, to.offset()), from.alias(shape, of_from, from.offset())};
}

template <class T>
void copy_elements(const Tensor& to, const Tensor& from) {
  const StridedLoop<2> loop(to.shape(), {&to.strides(), &from.strides()});
  const auto steps = [&](int64_t d) { return loop.steps[static_cast<size_t>(d)]; };
  const int64_t inner = loop.rank - 1;
  if (steps(inner)[0] == 1 && steps(inner)[1] != 1 && steps(inner)[1] != 0) {
    for (int64_t d = 0; d < inner; ++d) {
      const bool worthwhile =
          loop.sizes[static_cast<size_t>(d)] >= 4 && loop.sizes[static_cast<size_t>(inner)] >= 4;
      if (steps(d)[1] == 1 && worthwhile) {
        return copy_transposed(to.mutable_data<T>(), from.data<T>(), loop, d);
      }
    }
  }
  if constexpr (std::is_floating_point_v<T>) {
    const auto run = HEED_DISPATCH(copy_run<T>);
    constexpr int64_t whole_lines = 64 / static_cast<int64_t>(sizeof(T));
    if (steps(inner) == std::array<int64_t, 2>{1, 1} &&
        loop.sizes[static_cast<size_t>(inner)] % whole_lines == 0 &&
        streams(to.mutable_data<T>(), to.numel())) {
      const auto [sorted_to, sorted_from] = in_order_of_source(loop, to, from);
      return map_runs_into<T>(sorted_to, run, sorted_from);
    }
    map_runs_into<T>(to, run, from);
  } else {
    map_into<T, T>(
        to, [](T value) { return value; }, from);
  }
}

}  // namespace

Tensor contiguous_copy(const Tensor& x) {
  Tensor out = Tensor::empty(x.shape(), x.dtype());
  copy_(out, x);
  return out;
}

Tensor contiguous(const Tensor& x) {
  return x.is_contiguous() ? x : contiguous_copy(x);
}

Tensor cast(const Tensor& x, DType dtype) {
  Tensor out = Tensor::empty(x.shape(), dtype);
  visit(x.dtype(), [&]<class From>() {
    visit(dtype, [&]<class To>() {
      map_into<To, From>(
          out, [](From value) { return converted<To>(value); }, x);
    });
  });
  return out;
}

void copy_(const Tensor& to, const Tensor& from) {
  visit(to.dtype(), [&]<class T>() { copy_elements<T>(to, from); });
}

void fill_(const Tensor& x, double value) {
  visit(x.dtype(), [&]<class T>() {
    const T element = static_cast<T>(value);
    if constexpr (std::is_floating_point_v<T>) {
      const auto run = HEED_DISPATCH(fill_run<T>);
      map_runs_into<T>(x, [&](const auto& part) { run(part, element); });
    } else {
      map_into<T>(x, [element]() { return element; });
    }
  });
}

}  // namespace heed::kernels
#endif
