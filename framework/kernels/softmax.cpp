#include "heed/framework/kernels/softmax.h"

#include <cmath>
#include <limits>

#include "heed/framework/kernels/rows.h"

#include "heed/framework/kernels/simd/dispatch-inl.h"

#include "heed/framework/kernels/simd/rows-inl.h"
#include "heed/framework/kernels/simd/vector_math-inl.h"

#ifndef HEED_FRAMEWORK_KERNELS_SOFTMAX_ONCE
#define HEED_FRAMEWORK_KERNELS_SOFTMAX_ONCE
namespace heed::kernels {
namespace {

enum class Kind { softmax, masked, log };

constexpr int64_t kept_length = 2048;  // of rows that are kept aside until their sum is known

/// `count` rows of `length` elements, written to a dense tensor.
template <class T>
struct SoftmaxRun {
  Kind kind;
  int64_t count, length;
  Strided<const T> x;  ///< backward: the result of softmax
  Strided<const T> g;  ///< only backward: the gradient of the result
  Strided<const bool> blocked;
  T* to;
  bool streams;  ///< writes past the caches
};

}  // namespace
}  // namespace heed::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {

/// A row of a forward run. It refers to its operands: as its own they would stay in memory.
template <Kind kind, class T>
struct SoftmaxRow {
  using D = hn::ScalableTag<T>;
  const Row<D>& x;
  const MaskRow<D>& blocked;
  T* to;
  bool streams;

  template <class Some>
  HWY_INLINE hn::Vec<D> read(D d, int64_t i, Some some) const {
    constexpr T lowest = -std::numeric_limits<T>::infinity();
    const auto v = x.at(d, i, some, lowest);
    if constexpr (kind != Kind::masked) return v;
    return hn::IfThenElse(blocked.at(d, i, some), hn::Set(d, lowest), v);
  }
  template <class Some>
  HWY_INLINE void write(D d, int64_t i, Some some, hn::Vec<D> v) const {
    if constexpr (kind == Kind::masked) v = hn::IfThenZeroElse(blocked.at(d, i, some), v);
    put(d, v, to + i, some, streams);
  }
};

/// A row that one register holds.
template <Kind kind, class T, class Some>
HWY_INLINE void softmax_short_row(const SoftmaxRow<kind, T>& row, Some all) {
  const hn::ScalableTag<T> d;
  const auto v = row.read(d, 0, all);
  const auto shifted = hn::Sub(v, hn::MaxOfLanes(d, v));
  const auto e = ExpNonPositive(d, shifted);
  const T total = hn::GetLane(hn::SumOfLanes(d, e));
  row.write(d, 0, all,
            kind == Kind::log ? hn::Sub(shifted, hn::Set(d, std::log(total)))
                              : hn::Mul(e, hn::Set(d, 1 / total)));
}

/// A longer one. A row that is written past the caches is kept in `kept` until its sum is known.
template <Kind kind, class T>
HWY_INLINE void softmax_long_row(const SoftmaxRow<kind, T>& row, int64_t length, T* kept) {
  const hn::ScalableTag<T> d;
  const auto read = [&](int64_t i, auto some) HWY_ATTR { return row.read(d, i, some); };
  const auto max = max_of_row(d, length, read);
  T* const powers = row.streams ? kept : row.to;
  auto total = hn::Zero(d);
  for_each_vector(d, length, [&](int64_t i, auto some) HWY_ATTR {
    row.x.prefetch_next(i);
    const auto e = ExpNonPositive(d, hn::Sub(read(i, some), max));
    if constexpr (kind != Kind::log) store(d, e, powers + i, some);
    total = hn::Add(total, e);
  });
  total = hn::SumOfLanes(d, total);
  if constexpr (kind == Kind::log) {
    const auto log_total = hn::Set(d, std::log(hn::GetLane(total)));
    for_each_vector(d, length, [&](int64_t i, auto some) HWY_ATTR {
      row.write(d, i, some, hn::Sub(hn::Sub(read(i, some), max), log_total));
    });
  } else {
    const auto scale = hn::Set(d, 1 / hn::GetLane(total));
    for_each_vector(d, length, [&](int64_t i, auto some) HWY_ATTR {
      row.write(d, i, some, hn::Mul(load(d, powers + i, some, T{0}), scale));
    });
  }
}

// A NaN makes the sum of its row NaN, whatever the maximum is then, and so all of the row.
template <Kind kind, class T>
void softmax_rows(const SoftmaxRun<T>& run) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  HWY_ALIGN T kept[kept_length];
  for (int64_t r = 0; r < run.count; ++r) {
    const Row x(d, run.x, r, run.count);
    const MaskRow<hn::ScalableTag<T>> blocked(
        kind == Kind::masked ? run.blocked : Strided<const bool>{}, r);
    const SoftmaxRow<kind, T> row{x, blocked, run.to + r * run.length, run.streams};
    if (run.length > lanes) {
      softmax_long_row(row, run.length, kept);
    } else if (run.length == lanes) {
      softmax_short_row(row, Whole{});
    } else {
      softmax_short_row(row, Part{run.length});
    }
  }
}

template <Kind kind, class T>
void softmax_rows_backward(const SoftmaxRun<T>& run) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  const int64_t length = run.length;
  for (int64_t r = 0; r < run.count; ++r) {
    const Row y(d, run.x, r, run.count), g(d, run.g, r, run.count);
    const MaskRow<hn::ScalableTag<T>> blocked(
        kind == Kind::masked ? run.blocked : Strided<const bool>{}, r);
    T* const to = run.to + r * length;
    const auto gradient = [&](int64_t i, auto some) HWY_ATTR {
      const V v = g.at(d, i, some, T{0});
      if constexpr (kind != Kind::masked) return v;
      return hn::IfThenZeroElse(blocked.at(d, i, some), v);
    };
    V total = hn::Zero(d);
    for_each_vector(d, length, [&](int64_t i, auto some) HWY_ATTR {
      const V v = gradient(i, some);
      total = kind == Kind::log ? hn::Add(total, v) : hn::MulAdd(v, y.at(d, i, some, T{0}), total);
    });
    total = hn::SumOfLanes(d, total);
    for_each_vector(d, length, [&](int64_t i, auto some) HWY_ATTR {
      g.prefetch_next(i);
      y.prefetch_next(i);
      const V v = gradient(i, some), value = y.at(d, i, some, T{0});
      put(d,
          kind == Kind::log ? hn::NegMulAdd(ExpNonPositive(d, value), total, v)
                            : hn::Mul(value, hn::Sub(v, total)),
          to + i, some, run.streams);
    });
  }
}

template <class T>
void softmax_run(const SoftmaxRun<T>& run) {
  if (run.kind == Kind::softmax) return softmax_rows<Kind::softmax>(run);
  if (run.kind == Kind::masked) return softmax_rows<Kind::masked>(run);
  softmax_rows<Kind::log>(run);
}
template <class T>
void softmax_backward_run(const SoftmaxRun<T>& run) {
  if (run.kind == Kind::softmax) return softmax_rows_backward<Kind::softmax>(run);
  if (run.kind == Kind::masked) return softmax_rows_backward<Kind::masked>(run);
  softmax_rows_backward<Kind::log>(run);
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::kernels {
namespace {

/// The rows of x along `dim`; backward, from the result x, if there is a gradient.
Tensor softmax_of(const char* op, Kind kind, int64_t dim, const Tensor& input,
                  const Tensor& gradient, const Tensor& mask) {
  const bool forward = !gradient.defined();
  const RowsAlong x(input, dim), g(forward ? input : gradient, dim);
  const RowsAlong blocked(mask.defined() ? mask : input, dim);
  const Tensor out = empty_rows(input.shape(), dim, input.dtype());
  const bool streaming = streams_rows(out, x.length) && (!forward || x.length <= kept_length);
  visit_floating(op, input.dtype(), [&]<class T>() {
    const auto kernel =
        forward ? HEED_DISPATCH(softmax_run<T>) : HEED_DISPATCH(softmax_backward_run<T>);
    const auto run = [&](int64_t first, int64_t count, const auto& offsets, const auto& strides) {
      SoftmaxRun<T> part{.kind = kind,
                         .count = count,
                         .length = x.length,
                         .x = x.rows<T>(offsets[0], strides[0]),
                         .g = g.rows<T>(offsets[1], strides[1]),
                         .blocked = {},
                         .to = out.mutable_data<T>() + first * x.length,
                         .streams = streaming};
      if (mask.defined()) part.blocked = blocked.rows<bool>(offsets[2], strides[2]);
      kernel(part);
    };
    for_each_rows<3>(x.outer, x.length, {&x.strides, &g.strides, &blocked.strides}, run);
  });
  return dim_put_back(out, dim);
}

}  // namespace

Tensor softmax(const Tensor& x, int64_t dim) {
  return softmax_of("softmax", Kind::softmax, dim, x, {}, {});
}
Tensor masked_softmax(const Tensor& x, const Tensor& blocked, int64_t dim) {
  return softmax_of("masked_softmax", Kind::masked, dim, x, {}, blocked);
}
Tensor log_softmax(const Tensor& x, int64_t dim) {
  return softmax_of("log_softmax", Kind::log, dim, x, {}, {});
}

Tensor softmax_backward(const Tensor& g, const Tensor& y, int64_t dim) {
  return softmax_of("softmax", Kind::softmax, dim, y, g, {});
}
Tensor masked_softmax_backward(const Tensor& g, const Tensor& y, const Tensor& blocked,
                               int64_t dim) {
  return softmax_of("masked_softmax", Kind::masked, dim, y, g, blocked);
}
Tensor log_softmax_backward(const Tensor& g, const Tensor& y, int64_t dim) {
  return softmax_of("log_softmax", Kind::log, dim, y, g, {});
}

}  // namespace heed::kernels
#endif
