#include "heed/framework/kernels/normalize.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "heed/framework/kernels/reduce.h"
#include "heed/framework/kernels/rows.h"

#include "heed/framework/kernels/simd/dispatch-inl.h"

#include "heed/framework/kernels/simd/quotient-inl.h"
#include "heed/framework/kernels/simd/rows-inl.h"

#ifndef HEED_FRAMEWORK_KERNELS_NORMALIZE_ONCE
#define HEED_FRAMEWORK_KERNELS_NORMALIZE_ONCE
namespace heed::kernels {
namespace {

/// 1 / √(mean of (x − mean)² + eps) of a row whose squares are too large or too small for a double.
double scaled_rstd(const double* x, int64_t length, double mean, double eps) {
  double largest = 0;
  for (int64_t i = 0; i < length; ++i) largest = std::max(largest, std::abs(x[i] - mean));
  const bool scales = largest > 0 && std::isfinite(largest);
  const double factor = scales ? std::exp2(std::min(1000.0, -std::floor(std::log2(largest)))) : 1.0;
  double squares = 0;
  for (int64_t i = 0; i < length; ++i) {
    const double v = (x[i] - mean) * factor;
    squares += v * v;
  }
  return factor / std::sqrt(squares / static_cast<double>(length) + eps * factor * factor);
}

/// `count` dense rows of `length` elements. Weight and bias are the same in all of them.
template <class T>
struct NormRun {
  Norm norm;
  int64_t count, length;
  double eps;
  const T* x;
  Strided<const T> weight, bias;
  T *y, *centre, *scale;
  bool streams;  ///< writes past the caches
};

template <class T>
struct NormBackwardRun {
  Norm norm;
  int64_t count, length;
  Strided<const T> g;
  const T* x;
  Strided<const T> weight;
  const T *centre, *scale;
  T* dx;
  T *d_weight, *d_bias;  ///< of these rows alone; nullptr: not wanted
  bool streams;
};

}  // namespace
}  // namespace heed::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {

/// Elements as f64, as many as there are lanes of f64.
template <class D, class Some>
HWY_INLINE hn::Vec<D> load_f64(D d, const float* from, Some some) {
  const hn::Rebind<float, D> narrow;
  return hn::PromoteTo(d, load(narrow, from, some, 0.0F));
}
template <class D, class Some>
HWY_INLINE hn::Vec<D> load_f64(D d, const double* from, Some some) {
  return load(d, from, some, 0.0);
}

/// Σ term(i, Whole or Part) over a row.
template <class D, class Term>
HWY_INLINE double sum_of_row(D d, int64_t length, const Term& term) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  auto even = hn::Zero(d), odd = hn::Zero(d);
  int64_t i = 0;
  for (; i + 2 * lanes <= length; i += 2 * lanes) {
    even = hn::Add(even, term(i, Whole{}));
    odd = hn::Add(odd, term(i + lanes, Whole{}));
  }
  for_each_vector(d, length - i, [&](int64_t k, auto some) HWY_ATTR {
    even = hn::Add(even, within(d, term(i + k, some), some));
  });
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(even, odd)));
}

template <class T>
void normalize_rows(const NormRun<T>& run) {
  const hn::ScalableTag<T> d;
  const hn::ScalableTag<double> wide;
  const int64_t length = run.length;
  const auto size = static_cast<double>(length);
  const Row weight(d, run.weight, 0, 1), bias(d, run.bias, 0, 1);
  const Strided<const T> rows{run.x, length, 1};
  for (int64_t r = 0; r < run.count; ++r) {
    const T* const x = run.x + r * length;
    const Row row(d, rows, r, run.count);
    T* const y = run.y + r * length;
    double mean = 0;
    if (run.norm == Norm::layer) {
      const auto element = [&](int64_t i, auto some)
                               HWY_ATTR { return load_f64(wide, x + i, some); };
      mean = sum_of_row(wide, length, element) / size;
      if (!std::isfinite(mean)) {  // the sum of doubles may be too large where the mean is not
        mean = sum_of_row(wide, length, [&](int64_t i, auto some) HWY_ATTR {
          return quotient(element(i, some), hn::Set(wide, size));
        });
      }
    }
    const double squares = sum_of_row(wide, length, [&](int64_t i, auto some) HWY_ATTR {
      const auto v = hn::Sub(load_f64(wide, x + i, some), hn::Set(wide, mean));
      return hn::Mul(v, v);
    });
    // At most the largest number, so that a row of zeros times it is zeros for any eps.
    double rstd = 1 / std::sqrt(squares / size + run.eps);
    if constexpr (std::is_same_v<T, double>) {
      if (!(squares < 1e300 && squares / size + run.eps > 1e-280)) {
        rstd = scaled_rstd(x, length, mean, run.eps);
      }
    }
    const auto scale = static_cast<T>(std::min<double>(rstd, std::numeric_limits<T>::max()));
    // The mean in two parts: in one, it would be off by as much as the row's numbers are large.
    const auto high = static_cast<T>(mean);
    const auto low = static_cast<T>(mean - static_cast<double>(high));
    run.centre[r] = high;
    run.scale[r] = scale;
    for_each_vector(d, length, [&](int64_t i, auto some) HWY_ATTR {
      row.prefetch_next(i);
      const auto v = hn::Sub(row.at(d, i, some, T{0}), hn::Set(d, high));
      const auto normal = hn::Mul(hn::Sub(v, hn::Set(d, low)), hn::Set(d, scale));
      const auto affine =
          hn::MulAdd(normal, weight.at(d, i, some, T{0}), bias.at(d, i, some, T{0}));
      put(d, affine, y + i, some, run.streams);
    });
  }
}

template <bool affine, class T>
void normalize_rows_backward(const NormBackwardRun<T>& run) {
  const hn::ScalableTag<T> d;
  const int64_t length = run.length;
  const Row weight(d, run.weight, 0, 1);
  const Strided<const T> rows{run.x, length, 1};
  for (int64_t r = 0; r < run.count; ++r) {
    const Row g(d, run.g, r, run.count), x(d, rows, r, run.count);
    T* const dx = run.dx + r * length;
    const auto centre = hn::Set(d, run.centre[r]), scale = hn::Set(d, run.scale[r]);
    const auto normal_at = [&](int64_t i, auto some) HWY_ATTR {
      return hn::Mul(hn::Sub(x.at(d, i, some, T{0}), centre), scale);
    };
    auto sum = hn::Zero(d), product = hn::Zero(d);
    for_each_vector(d, length, [&](int64_t i, auto some) HWY_ATTR {
      const auto gradient = g.at(d, i, some, T{0}), normal = normal_at(i, some);
      if constexpr (affine) {
        const auto d_weight = load(d, run.d_weight + i, some, T{0});
        const auto d_bias = load(d, run.d_bias + i, some, T{0});
        store(d, hn::MulAdd(gradient, normal, d_weight), run.d_weight + i, some);
        store(d, hn::Add(gradient, d_bias), run.d_bias + i, some);
      }
      const auto weighted = hn::Mul(gradient, within(d, weight.at(d, i, some, T{0}), some));
      sum = hn::Add(sum, weighted);
      product = hn::MulAdd(weighted, normal, product);
    });
    const T total = run.norm == Norm::layer ? hn::GetLane(hn::SumOfLanes(d, sum)) : T{0};
    const auto size = static_cast<T>(length);
    const auto mean = hn::Set(d, total / size);
    const auto mean_product = hn::Set(d, hn::GetLane(hn::SumOfLanes(d, product)) / size);
    for_each_vector(d, length, [&](int64_t i, auto some) HWY_ATTR {
      g.prefetch_next(i);
      x.prefetch_next(i);
      const auto weighted = hn::Mul(g.at(d, i, some, T{0}), weight.at(d, i, some, T{0}));
      const auto rest = hn::NegMulAdd(normal_at(i, some), mean_product, hn::Sub(weighted, mean));
      put(d, hn::Mul(scale, rest), dx + i, some, run.streams);
    });
  }
}

template <class T>
void normalize_backward_run(const NormBackwardRun<T>& run) {
  if (run.d_weight != nullptr) return normalize_rows_backward<true>(run);
  normalize_rows_backward<false>(run);
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::kernels {
namespace {

constexpr int64_t norm_rows_per_chunk = 64;

/// A parameter as a row that does not move; `missing` in place of one that is not there.
template <class T>
Strided<const T> parameter(const Tensor& x, const T& missing) {
  if (!x.defined()) return {&missing, 0, 0};
  return {x.data<T>(), 0, 1};
}

/// A gradient as rows: as it is if it is dense or the same everywhere, as that of a sum is.
template <class T>
Strided<const T> gradient_rows(const Tensor& g, int64_t length) {
  if (!g.is_contiguous()) return {g.data<T>(), 0, 0};
  return {g.data<T>(), length, 1};
}

bool is_one_element(const Tensor& x) {
  for (int64_t d = 0; d < x.dim(); ++d) {
    if (x.strides()[d] != 0 && x.shape()[d] != 1) return false;
  }
  return true;
}

const char* name_of(Norm norm) {
  return norm == Norm::layer ? "layer_norm" : "rms_norm";
}

}  // namespace

Normalized normalize(const NormOperands& of, const Tensor& bias, double eps) {
  const Tensor x = contiguous(of.x);
  const int64_t length = of.length;
  const int64_t rows = length == 0 ? 0 : x.numel() / length;
  Normalized out{Tensor::empty(x.shape(), x.dtype()),
                 {Tensor::empty({rows}, x.dtype()), Tensor::empty({rows}, x.dtype())}};
  visit_floating(name_of(of.norm), x.dtype(), [&]<class T>() {
    constexpr T zero = 0, one = 1;
    const auto kernel = HEED_DISPATCH(normalize_rows<T>);
    parallel_for(rows, norm_rows_per_chunk, [&](int64_t begin, int64_t end) {
      kernel(NormRun<T>{.norm = of.norm,
                        .count = end - begin,
                        .length = length,
                        .eps = eps,
                        .x = x.data<T>() + begin * length,
                        .weight = parameter<T>(of.weight, one),
                        .bias = parameter<T>(bias, zero),
                        .y = out.y.mutable_data<T>() + begin * length,
                        .centre = out.statistics.centre.mutable_data<T>() + begin,
                        .scale = out.statistics.scale.mutable_data<T>() + begin,
                        .streams = streams_rows(out.y, length)});
    });
  });
  return out;
}

NormalizedGradients normalize_backward(const Tensor& gradient, const NormOperands& of,
                                       const NormStatistics& statistics, bool affine) {
  const Tensor g = is_one_element(gradient) ? gradient : contiguous(gradient);
  const Tensor x = contiguous(of.x);
  const int64_t length = of.length, rows = statistics.scale.numel();
  // Gradients of weight and bias: each chunk of rows has its own sums, joined in order after.
  const int64_t chunks = affine ? (rows + norm_rows_per_chunk - 1) / norm_rows_per_chunk : 0;
  const Tensor parts = Tensor::empty({chunks, 2, length}, x.dtype());
  NormalizedGradients out;
  out.x = Tensor::empty(x.shape(), x.dtype());
  visit_floating(name_of(of.norm), x.dtype(), [&]<class T>() {
    constexpr T one = 1;
    const auto kernel = HEED_DISPATCH(normalize_backward_run<T>);
    parallel_for(rows, norm_rows_per_chunk, [&](int64_t begin, int64_t end) {
      T* const d_weight =
          affine ? parts.mutable_data<T>() + begin / norm_rows_per_chunk * 2 * length : nullptr;
      if (affine) std::fill_n(d_weight, 2 * length, T{0});
      kernel(NormBackwardRun<T>{.norm = of.norm,
                                .count = end - begin,
                                .length = length,
                                .g = gradient_rows<T>(g, length).from(begin),
                                .x = x.data<T>() + begin * length,
                                .weight = parameter<T>(of.weight, one),
                                .centre = statistics.centre.data<T>() + begin,
                                .scale = statistics.scale.data<T>() + begin,
                                .dx = out.x.mutable_data<T>() + begin * length,
                                .d_weight = d_weight,
                                .d_bias = affine ? d_weight + length : nullptr,
                                .streams = streams_rows(out.x, length)});
    });
  });
  if (!affine) return out;
  const Tensor both = sum(parts, {0});  // [1, 2, length]
  out.weight = both.alias({length}, {1}, both.offset());
  out.bias = both.alias({length}, {1}, both.offset() + length);
  return out;
}

}  // namespace heed::kernels
#endif
