#include "heed/framework/kernels/normalize.h"

#include <algorithm>
#include <cmath>

#include "heed/framework/base/parallel.h"
#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/reduce.h"

namespace heed::kernels {
namespace {

constexpr int64_t rows_per_chunk = 64;

template <class T>
const T* data_or_null(const Tensor& x) {
  return x.defined() ? x.data<T>() : nullptr;
}

}  // namespace

Normalized layer_norm(const Tensor& input, int64_t length, const Tensor& weight, const Tensor& bias,
                      double eps) {
  const Tensor x = contiguous(input);
  const int64_t rows = length == 0 ? 0 : x.numel() / length;
  Normalized out{Tensor::empty(x.shape(), x.dtype()), Tensor::empty({rows}, x.dtype()),
                 Tensor::empty({rows}, x.dtype())};
  visit_floating("layer_norm", x.dtype(), [&]<class T>() {
    const T* w = data_or_null<T>(weight);
    const T* b = data_or_null<T>(bias);
    parallel_for(rows, rows_per_chunk, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const T* from = x.data<T>() + row * length;
        T* to = out.y.mutable_data<T>() + row * length;
        double sum = 0;
        for (int64_t i = 0; i < length; ++i) sum += static_cast<double>(from[i]);
        const double mean = sum / static_cast<double>(length);
        double squares = 0;
        for (int64_t i = 0; i < length; ++i) {
          const double centred = static_cast<double>(from[i]) - mean;
          squares += centred * centred;
        }
        const double rstd = 1 / std::sqrt(squares / static_cast<double>(length) + eps);
        out.mean.mutable_data<T>()[row] = static_cast<T>(mean);
        out.rstd.mutable_data<T>()[row] = static_cast<T>(rstd);
        for (int64_t i = 0; i < length; ++i) {
          const T normal = static_cast<T>((static_cast<double>(from[i]) - mean) * rstd);
          to[i] = normal * (w != nullptr ? w[i] : T{1}) + (b != nullptr ? b[i] : T{0});
        }
      }
    });
  });
  return out;
}

NormalizedGradients layer_norm_backward(const Tensor& gradient, const Tensor& input, int64_t length,
                                        const Tensor& weight, const Tensor& mean,
                                        const Tensor& rstd) {
  const Tensor g = contiguous(gradient);
  const Tensor x = contiguous(input);
  const int64_t rows = mean.numel();
  // Gradients of weight and bias: each chunk of rows has its own sums, joined in order after.
  const int64_t chunks = (rows + rows_per_chunk - 1) / rows_per_chunk;
  const Tensor parts = Tensor::empty({chunks, 2, length}, x.dtype());
  NormalizedGradients out;
  out.x = Tensor::empty(x.shape(), x.dtype());
  visit_floating("layer_norm", x.dtype(), [&]<class T>() {
    const T* w = data_or_null<T>(weight);
    parallel_for(rows, rows_per_chunk, [&](int64_t begin, int64_t end) {
      T* d_weight = parts.mutable_data<T>() + begin / rows_per_chunk * 2 * length;
      T* d_bias = d_weight + length;
      std::fill_n(d_weight, 2 * length, T{0});
      for (int64_t row = begin; row < end; ++row) {
        const T* from = x.data<T>() + row * length;
        const T* g_row = g.data<T>() + row * length;
        T* to = out.x.mutable_data<T>() + row * length;
        const T centre = mean.data<T>()[row];
        const T scale = rstd.data<T>()[row];
        double sum = 0, product = 0;
        for (int64_t i = 0; i < length; ++i) {
          const T normal = (from[i] - centre) * scale;
          const T weighted = g_row[i] * (w != nullptr ? w[i] : T{1});
          d_weight[i] += g_row[i] * normal;
          d_bias[i] += g_row[i];
          sum += static_cast<double>(weighted);
          product += static_cast<double>(weighted * normal);
        }
        const T mean_g = static_cast<T>(sum / static_cast<double>(length));
        const T mean_product = static_cast<T>(product / static_cast<double>(length));
        for (int64_t i = 0; i < length; ++i) {
          const T normal = (from[i] - centre) * scale;
          const T weighted = g_row[i] * (w != nullptr ? w[i] : T{1});
          to[i] = scale * (weighted - mean_g - normal * mean_product);
        }
      }
    });
  });
  const Tensor both = sum(parts, {0});  // [1, 2, length]
  out.weight = both.alias({length}, {1}, both.offset());
  out.bias = both.alias({length}, {1}, both.offset() + length);
  return out;
}

}  // namespace heed::kernels
