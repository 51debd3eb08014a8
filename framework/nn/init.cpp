#include "heed/framework/nn/init.h"

#include <cmath>

#include "heed/framework/ops/cast.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/tensor/factories.h"

namespace heed::init {
namespace {

struct Fans {
  double in, out;
};

Fans fans_of(const Tensor& parameter) {
  if (parameter.dim() < 2) {
    throw ShapeError("init: fan_in and fan_out need a weight of at least 2 dimensions, got ",
                     parameter.shape());
  }
  const auto rest = static_cast<double>(parameter.numel()) /
                    static_cast<double>(parameter.size(0) * parameter.size(1));
  return {static_cast<double>(parameter.size(1)) * rest,
          static_cast<double>(parameter.size(0)) * rest};
}

void fill_uniform(const Tensor& parameter, Rng& rng, double bound) {
  // Drawn in f64 whatever the dtype, so that f32 and f64 models start from the same weights.
  const Tensor unit = rand(parameter.shape(), rng, DType::f64);
  mul_(unit, 2 * bound);
  add_(unit, full(unit.shape(), bound, DType::f64), -1);
  copy_(parameter, to(unit, parameter.dtype()));
}

void fill_normal(const Tensor& parameter, Rng& rng, double deviation) {
  const Tensor unit = randn(parameter.shape(), rng, DType::f64);
  mul_(unit, deviation);
  copy_(parameter, to(unit, parameter.dtype()));
}

/// Makes the rows of a dense [rows, columns] matrix orthonormal, rows ≤ columns: Gram–Schmidt, done
/// twice, which leaves errors of the size of rounding.
void orthonormalize(double* matrix, int64_t rows, int64_t columns) {
  for (int64_t i = 0; i < rows; ++i) {
    double* row = matrix + i * columns;
    for (int pass = 0; pass < 2; ++pass) {
      for (int64_t j = 0; j < i; ++j) {
        const double* other = matrix + j * columns;
        double product = 0;
        for (int64_t k = 0; k < columns; ++k) product += row[k] * other[k];
        for (int64_t k = 0; k < columns; ++k) row[k] -= product * other[k];
      }
    }
    double square = 0;
    for (int64_t k = 0; k < columns; ++k) square += row[k] * row[k];
    const double scale = 1 / std::sqrt(square);
    for (int64_t k = 0; k < columns; ++k) row[k] *= scale;
  }
}

}  // namespace

Initializer zeros() {
  return constant(0);
}

Initializer ones() {
  return constant(1);
}

Initializer constant(double value) {
  return [value](const Tensor& parameter, Rng&) { fill_(parameter, value); };
}

Initializer uniform(double bound) {
  return [bound](const Tensor& parameter, Rng& rng) { fill_uniform(parameter, rng, bound); };
}

Initializer normal(double standard_deviation) {
  return [standard_deviation](const Tensor& parameter, Rng& rng) {
    fill_normal(parameter, rng, standard_deviation);
  };
}

Initializer xavier_uniform(double gain) {
  return [gain](const Tensor& parameter, Rng& rng) {
    const Fans fans = fans_of(parameter);
    fill_uniform(parameter, rng, gain * std::sqrt(6 / (fans.in + fans.out)));
  };
}

Initializer xavier_normal(double gain) {
  return [gain](const Tensor& parameter, Rng& rng) {
    const Fans fans = fans_of(parameter);
    fill_normal(parameter, rng, gain * std::sqrt(2 / (fans.in + fans.out)));
  };
}

Initializer kaiming_uniform(double gain) {
  return [gain](const Tensor& parameter, Rng& rng) {
    fill_uniform(parameter, rng, gain * std::sqrt(3 / fans_of(parameter).in));
  };
}

Initializer kaiming_normal(double gain) {
  return [gain](const Tensor& parameter, Rng& rng) {
    fill_normal(parameter, rng, gain / std::sqrt(fans_of(parameter).in));
  };
}

Initializer orthogonal(double gain) {
  return [gain](const Tensor& parameter, Rng& rng) {
    fans_of(parameter);  // refuses fewer than 2 dimensions
    const int64_t rows = parameter.size(0);
    const int64_t columns = rows == 0 ? 0 : parameter.numel() / rows;
    const bool wide = rows <= columns;
    const Tensor matrix = randn({wide ? rows : columns, wide ? columns : rows}, rng, DType::f64);
    orthonormalize(matrix.mutable_data<double>(), matrix.size(0), matrix.size(1));
    mul_(matrix, gain);
    const Tensor oriented = wide ? matrix : clone(matrix.transpose(0, 1));
    copy_(parameter, to(oriented.view(parameter.shape()), parameter.dtype()));
  };
}

}  // namespace heed::init
