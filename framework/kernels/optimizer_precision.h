// Optimizer steps of f32 parameters whose factors f32 cannot hold: an eps of 1e-50 would be 0
// there, a learning rate of 1e-50 nothing. They are computed in f64 and rounded once.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <span>
#include <vector>

#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/optimizer.h"

namespace heed::kernels {

/// Whether f32 holds each factor with all its digits in the exponent's range.
inline bool fit_f32(std::initializer_list<double> factors) {
  using Limits = std::numeric_limits<float>;
  return std::all_of(factors.begin(), factors.end(), [](double factor) {
    const double size = std::abs(factor);
    return size == 0 || (size >= double{Limits::min()} && size <= double{Limits::max()});
  });
}

/// Whether eps hides that f32 squares vanish below 1e-38; a smaller one must not divide by them.
inline bool hides_lost_squares(double eps) {
  return eps >= 0x1p-50;
}

/// eps as T, at least the root of its smallest normal number: where squares have vanished, nothing
/// moves, as 0 / 0 would.
template <class T>
T divisible_eps(double eps) {
  return static_cast<T>(std::max(eps, std::sqrt(double{std::numeric_limits<T>::min()})));
}

// The tensors of an item: the parameter, the gradient, then the state, which may be undefined.
inline auto tensors_of(SgdItem& item) {
  return std::array{&item.parameter, &item.gradient, &item.buffer};
}
inline auto tensors_of(AdamItem& item) {
  return std::array{&item.parameter, &item.gradient, &item.m, &item.v, &item.v_max};
}
inline auto tensors_of(RmspropItem& item) {
  return std::array{&item.parameter, &item.gradient, &item.square, &item.mean, &item.buffer};
}
inline auto tensors_of(AdagradItem& item) {
  return std::array{&item.parameter, &item.gradient, &item.sum};
}
inline auto tensors_of(LionItem& item) {
  return std::array{&item.parameter, &item.gradient, &item.m};
}

/// step(items), for which f32 items that do not fit(item) are f64 copies, written back after.
template <class Item, class Fits, class Step>
void step_where_it_fits(std::span<const Item> items, const Fits& fits, const Step& step) {
  const auto stays = [&](const Item& item) {
    return item.parameter.dtype() != DType::f32 || fits(item);
  };
  if (std::all_of(items.begin(), items.end(), stays)) return step(items);
  std::vector<Item> all(items.begin(), items.end());
  for (Item& item : all) {
    if (stays(item)) continue;
    for (Tensor* const tensor : tensors_of(item)) {
      if (tensor->defined()) *tensor = cast(*tensor, DType::f64);
    }
  }
  step(std::span<const Item>(all));
  for (size_t i = 0; i < all.size(); ++i) {
    Item narrow = items[i];
    if (stays(narrow)) continue;
    const auto to = tensors_of(narrow), from = tensors_of(all[i]);
    for (size_t k = 0; k < to.size(); ++k) {
      const bool is_written = k != 1 && to[k]->defined();  // not the gradient
      if (is_written) copy_(*to[k], cast(*from[k], DType::f32));
    }
  }
}

}  // namespace heed::kernels
