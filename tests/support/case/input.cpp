#include "heed/tests/support/case/input.h"

#include <cmath>
#include <numeric>

#include "heed/framework/base/random.h"

namespace heed::testing {
namespace {

using Kind = Input::Kind;

std::vector<double> shuffled_steps(size_t count, Rng& rng) {
  std::vector<double> values(count);
  std::iota(values.begin(), values.end(), -static_cast<double>(count / 2));
  for (double& value : values) value /= 8;
  rng.shuffle(std::span(values));
  return values;
}

double draw(const Input& input, Rng& rng) {
  constexpr double step = 1.0 / 256;
  const auto between = [&](int64_t low, int64_t high) {
    return static_cast<double>(rng.integer(low, high + 1));
  };
  switch (input.kind) {
    case Kind::any:
      return between(-512, 512) * step;
    case Kind::shifted:
      return (between(-512, 511) + 0.5) * step;
    case Kind::positive:
      return between(64, 576) * step;
    case Kind::nonzero:
      return between(64, 576) * step * (between(0, 1) == 0 ? -1 : 1);
    case Kind::unit:
      return between(-240, 240) * step;
    case Kind::above_one:
      return between(320, 832) * step;
    case Kind::indices:
      return between(0, input.limit - 1);
    case Kind::boolean:
      return between(0, 1);
    default:
      return input.dtype == DType::boolean ? between(0, 1) : between(1, 2);
  }
}

/// Integers that keep what the domain promises: positive stays positive, distinct distinct.
double rounded(const Input& input, double value) {
  switch (input.kind) {
    case Kind::distinct:
      return value * 8;
    case Kind::positive:
      return std::ceil(value);
    case Kind::nonzero:
      return value < 0 ? std::floor(value) : std::ceil(value);
    default:
      return std::round(value);
  }
}

}  // namespace

bool Input::is_floating() const {
  return kind == Kind::any || kind == Kind::shifted || kind == Kind::positive ||
         kind == Kind::nonzero || kind == Kind::unit || kind == Kind::above_one ||
         kind == Kind::distinct || (kind == Kind::listed && dtype == DType::f64);
}

Input any(Sizes shape) {
  return {Kind::any, std::move(shape)};
}
Input shifted(Sizes shape) {
  return {Kind::shifted, std::move(shape)};
}
Input positive(Sizes shape) {
  return {Kind::positive, std::move(shape)};
}
Input nonzero(Sizes shape) {
  return {Kind::nonzero, std::move(shape)};
}
Input unit(Sizes shape) {
  return {Kind::unit, std::move(shape)};
}
Input above_one(Sizes shape) {
  return {Kind::above_one, std::move(shape)};
}
Input distinct(Sizes shape) {
  return {Kind::distinct, std::move(shape)};
}
Input bools(Sizes shape) {
  return {Kind::boolean, std::move(shape)};
}
Input indices(int64_t limit, Sizes shape) {
  return {Kind::indices, std::move(shape), limit};
}
Input listed(std::vector<double> values, Sizes shape) {
  return {Kind::listed, std::move(shape), 0, std::move(values)};
}
Input integers_of(std::vector<double> values, Sizes shape) {
  return {Kind::listed, std::move(shape), 0, std::move(values), DType::i64};
}
Input bools_of(std::vector<double> values, Sizes shape) {
  return {Kind::listed, std::move(shape), 0, std::move(values), DType::boolean};
}
Input absent() {
  return {};
}
Input of_type(DType dtype, Sizes shape) {
  return {Kind::typed, std::move(shape), 0, {}, dtype};
}

std::optional<reference::NdArray> array_of(const Input& input, uint64_t seed, bool whole) {
  if (input.kind == Kind::absent) return std::nullopt;
  Rng rng(stream(seed, Purpose::user));
  reference::NdArray array = reference::filled(input.shape, 0);
  if (input.kind == Kind::listed) {
    array.data = input.values;
  } else if (input.kind == Kind::distinct) {
    array.data = shuffled_steps(array.data.size(), rng);
  } else {
    for (double& value : array.data) value = draw(input, rng);
  }
  if (whole && input.is_floating()) {
    for (double& value : array.data) value = rounded(input, value);
  }
  return array;
}

Tensor tensor_of(const std::optional<reference::NdArray>& array, DType dtype) {
  if (!array) return Tensor();
  Tensor tensor = Tensor::empty(Shape(std::span(array->shape)), dtype);
  visit(dtype, [&]<class T>() {
    T* to = tensor.mutable_data<T>();
    for (const double value : array->data) *to++ = static_cast<T>(value);
  });
  return tensor;
}

DType dtype_of_input(const Input& input, DType floating) {
  if (input.is_floating()) return floating;
  if (input.kind == Kind::indices) return DType::i64;
  return input.kind == Kind::boolean ? DType::boolean : input.dtype;
}

reference::NdArray array_of(const Tensor& tensor) {
  reference::NdArray array{{tensor.shape().begin(), tensor.shape().end()}, {}};
  visit(tensor.dtype(), [&]<class T>() {
    for (const T value : tensor.to_vector<T>()) array.data.push_back(static_cast<double>(value));
  });
  return array;
}

}  // namespace heed::testing
