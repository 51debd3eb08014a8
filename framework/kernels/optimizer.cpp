#include "heed/framework/kernels/optimizer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/optimizer_precision.h"
#include "heed/framework/kernels/strided_loop.h"

#include "heed/framework/kernels/simd/dispatch-inl.h"

#include "heed/framework/kernels/simd/quotient-inl.h"
#include "heed/framework/kernels/simd/vector_map-inl.h"

#ifndef HEED_FRAMEWORK_KERNELS_OPTIMIZER_ONCE
#define HEED_FRAMEWORK_KERNELS_OPTIMIZER_ONCE
namespace heed::kernels {
namespace {

template <class T>
struct SgdFactors {
  T lr, momentum, keep, decay;
  bool nesterov, first;
};
template <class T>
struct AdamFactors {
  T beta1, rest1, beta2, rest2, eps, size, scale, shrink, joined;
};
template <class T>
struct RmspropFactors {
  T alpha, rest, eps, momentum, lr, decay;
};
template <class T>
struct AdagradFactors {
  T eps, lr, decay;
};
template <class T>
struct LionFactors {
  T beta1, rest1, beta2, rest2, lr, shrink;
};

/// What a kernel gets of one parameter.
template <class T, class Factors>
struct Update {
  T* parameter;
  const T* gradient;
  std::array<T*, 3> state;  ///< nullptr: this optimizer has no such part
  Factors factors;
  int64_t first = 0, end = 0;  ///< its elements, counted through all updates
};

}  // namespace
}  // namespace heed::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {

/// Elements [i, i + length) of a parameter.
template <class T>
void sgd_run(const Update<T, SgdFactors<T>>& u, int64_t i, int64_t length) {
  const SgdFactors<T>& c = u.factors;
  T* const p = u.parameter + i;
  const T* const g = u.gradient + i;
  const auto joined = [&](auto d, auto gradient, auto parameter)
                          HWY_ATTR { return hn::MulAdd(hn::Set(d, c.decay), parameter, gradient); };
  if (u.state[0] == nullptr) {
    return update_run<T, 1>({p}, g, length, [&](auto d, auto gradient, auto& parameter) HWY_ATTR {
      parameter = hn::NegMulAdd(hn::Set(d, c.lr), joined(d, gradient, parameter), parameter);
    });
  }
  const auto update = [&](auto d, auto gradient, auto& parameter, auto& velocity) HWY_ATTR {
    const auto momentum = hn::Set(d, c.momentum);
    auto change = joined(d, gradient, parameter);
    velocity =
        c.first ? change : hn::MulAdd(momentum, velocity, hn::Mul(hn::Set(d, c.keep), change));
    change = c.nesterov ? hn::MulAdd(momentum, velocity, change) : velocity;
    parameter = hn::NegMulAdd(hn::Set(d, c.lr), change, parameter);
  };
  update_run<T, 2>({p, u.state[0] + i}, g, length, update);
}

template <class T>
void adam_run(const Update<T, AdamFactors<T>>& u, int64_t i, int64_t length) {
  const AdamFactors<T>& c = u.factors;
  T* const p = u.parameter + i;
  T* const m = u.state[0] + i;
  T* const v = u.state[1] + i;
  const T* const g = u.gradient + i;
  const auto moments = [&](auto d, auto gradient, auto parameter, auto& first,
                           auto& second) HWY_ATTR {
    const auto change = hn::MulAdd(hn::Set(d, c.joined), parameter, gradient);
    first = hn::MulAdd(hn::Set(d, c.beta1), first, hn::Mul(hn::Set(d, c.rest1), change));
    second = hn::MulAdd(hn::Set(d, c.beta2), second,
                        hn::Mul(hn::Mul(hn::Set(d, c.rest2), change), change));
  };
  const auto moved = [&](auto d, auto parameter, auto first, auto second) HWY_ATTR {
    const auto root = hn::MulAdd(hn::Sqrt(second), hn::Set(d, c.scale), hn::Set(d, c.eps));
    const auto move = quotient(hn::Mul(hn::Set(d, c.size), first), root);
    return hn::MulSub(hn::Set(d, c.shrink), parameter, move);
  };
  if (u.state[2] == nullptr) {
    const auto update = [&](auto d, auto gradient, auto& parameter, auto& first, auto& second)
                            HWY_ATTR {
                              moments(d, gradient, parameter, first, second);
                              parameter = moved(d, parameter, first, second);
                            };
    return update_run<T, 3>({p, m, v}, g, length, update);
  }
  const auto update = [&](auto d, auto gradient, auto& parameter, auto& first, auto& second,
                          auto& largest) HWY_ATTR {
    moments(d, gradient, parameter, first, second);
    largest = hn::IfThenElse(hn::Lt(largest, second), second, largest);
    parameter = moved(d, parameter, first, largest);
  };
  update_run<T, 4>({p, m, v, u.state[2] + i}, g, length, update);
}

template <class T>
void rmsprop_run(const Update<T, RmspropFactors<T>>& u, int64_t i, int64_t length) {
  const RmspropFactors<T>& c = u.factors;
  T* const p = u.parameter + i;
  T* const square = u.state[0] + i;
  const T* const g = u.gradient + i;
  const auto averaged = [&](auto d, auto average, auto value) HWY_ATTR {
    return hn::MulAdd(hn::Set(d, c.alpha), average, hn::Mul(hn::Set(d, c.rest), value));
  };
  // Rounding may leave a variance just below 0.
  const auto scaled = [&](auto d, auto change, auto variance) HWY_ATTR {
    const auto zero = hn::Zero(d);
    variance = hn::IfThenElse(hn::Lt(variance, zero), zero, variance);
    return quotient(change, hn::Add(hn::Sqrt(variance), hn::Set(d, c.eps)));
  };
  const auto moved = [&](auto d, auto parameter, auto move)
                         HWY_ATTR { return hn::NegMulAdd(hn::Set(d, c.lr), move, parameter); };
  const auto joined = [&](auto d, auto gradient, auto parameter)
                          HWY_ATTR { return hn::MulAdd(hn::Set(d, c.decay), parameter, gradient); };
  const auto plain = [&](auto d, auto gradient, auto& parameter, auto& squares) HWY_ATTR {
    const auto change = joined(d, gradient, parameter);
    squares = averaged(d, squares, hn::Mul(change, change));
    return scaled(d, change, squares);
  };
  const auto centered = [&](auto d, auto gradient, auto& parameter, auto& squares, auto& mean)
                            HWY_ATTR {
                              const auto change = joined(d, gradient, parameter);
                              squares = averaged(d, squares, hn::Mul(change, change));
                              mean = averaged(d, mean, change);
                              return scaled(d, change, hn::NegMulAdd(mean, mean, squares));
                            };
  const auto kept = [&](auto d, auto& buffer, auto move) HWY_ATTR {
    return buffer = hn::MulAdd(hn::Set(d, c.momentum), buffer, move);
  };
  const bool has_mean = u.state[1] != nullptr, has_buffer = u.state[2] != nullptr;
  if (!has_mean && !has_buffer) {
    update_run<T, 2>({p, square}, g, length, [&](auto d, auto x, auto& y, auto& s) HWY_ATTR {
      y = moved(d, y, plain(d, x, y, s));
    });
  } else if (!has_mean) {
    update_run<T, 3>({p, square, u.state[2] + i}, g, length,
                     [&](auto d, auto x, auto& y, auto& s, auto& b)
                         HWY_ATTR { y = moved(d, y, kept(d, b, plain(d, x, y, s))); });
  } else if (!has_buffer) {
    update_run<T, 3>({p, square, u.state[1] + i}, g, length,
                     [&](auto d, auto x, auto& y, auto& s, auto& a)
                         HWY_ATTR { y = moved(d, y, centered(d, x, y, s, a)); });
  } else {
    update_run<T, 4>({p, square, u.state[1] + i, u.state[2] + i}, g, length,
                     [&](auto d, auto x, auto& y, auto& s, auto& a, auto& b)
                         HWY_ATTR { y = moved(d, y, kept(d, b, centered(d, x, y, s, a))); });
  }
}

template <class T>
void adagrad_run(const Update<T, AdagradFactors<T>>& u, int64_t i, int64_t length) {
  const AdagradFactors<T>& c = u.factors;
  const auto update = [&](auto d, auto gradient, auto& parameter, auto& sum) HWY_ATTR {
    const auto change = hn::MulAdd(hn::Set(d, c.decay), parameter, gradient);
    sum = hn::MulAdd(change, change, sum);
    const auto move = quotient(change, hn::Add(hn::Sqrt(sum), hn::Set(d, c.eps)));
    parameter = hn::NegMulAdd(hn::Set(d, c.lr), move, parameter);
  };
  update_run<T, 2>({u.parameter + i, u.state[0] + i}, u.gradient + i, length, update);
}

template <class T>
void lion_run(const Update<T, LionFactors<T>>& u, int64_t i, int64_t length) {
  const LionFactors<T>& c = u.factors;
  const auto update = [&](auto d, auto gradient, auto& parameter, auto& m) HWY_ATTR {
    const auto mixed = hn::MulAdd(hn::Set(d, c.beta1), m, hn::Mul(hn::Set(d, c.rest1), gradient));
    const auto size = hn::Set(d, c.lr), zero = hn::Zero(d);
    // 0 stays 0, and a NaN stays one, to be noticed.
    const auto move =
        hn::IfThenElse(hn::Gt(mixed, zero), size,
                       hn::IfThenElse(hn::Lt(mixed, zero), hn::Neg(size), hn::Mul(mixed, size)));
    m = hn::MulAdd(hn::Set(d, c.beta2), m, hn::Mul(hn::Set(d, c.rest2), gradient));
    parameter = hn::MulSub(hn::Set(d, c.shrink), parameter, move);
  };
  update_run<T, 2>({u.parameter + i, u.state[0] + i}, u.gradient + i, length, update);
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::kernels {

namespace {

constexpr int64_t elements_per_update = 4096;  // a chunk reads and writes four tensors

/// The items of type T as update(item, dense gradient) describes them, and run(update, first,
/// length) for all elements, as one loop: small parameters share a chunk, large ones have several.
template <class T, class U, class Item, class Describe, class Run>
void step_items(std::span<const Item> items, const Describe& describe, const Run& run) {
  std::vector<Tensor> dense;  // keeps them
  std::vector<U> updates;
  int64_t total = 0;
  for (const Item& item : items) {
    if (item.parameter.dtype() != dtype_of<T>) continue;
    // A gradient that sees the parameter's memory must not change while that is written.
    const bool is_shared = item.gradient.storage() == item.parameter.storage();
    dense.push_back(is_shared ? contiguous_copy(item.gradient) : contiguous(item.gradient));
    U& update = updates.emplace_back(describe(item, dense.back()));
    update.first = total;
    update.end = total += item.parameter.numel();
  }
  parallel_for(total, elements_per_update, [&](int64_t begin, int64_t end) {
    auto at = std::upper_bound(updates.begin(), updates.end(), begin,
                               [](int64_t place, const U& update) { return place < update.end; });
    for (; begin < end; ++at) {
      const int64_t stop = std::min(end, at->end);
      run(*at, begin - at->first, stop - begin);
      begin = stop;
    }
  });
}

/// The elements of a part of the state that may be missing.
template <class T>
T* state_of(const Tensor& part) {
  return part.defined() ? part.mutable_data<T>() : nullptr;
}

template <class T>
void sgd_items(std::span<const SgdItem> items, const SgdStep& step) {
  using One = Update<T, SgdFactors<T>>;
  const auto describe = [&](const SgdItem& item, const Tensor& gradient) {
    T* const buffer = state_of<T>(item.buffer);
    return One{
        item.parameter.mutable_data<T>(),
        gradient.data<T>(),
        {buffer, nullptr, nullptr},
        {static_cast<T>(item.lr), static_cast<T>(step.momentum), static_cast<T>(1 - step.dampening),
         static_cast<T>(item.weight_decay), step.nesterov, item.first}};
  };
  step_items<T, One>(items, describe, HEED_DISPATCH(sgd_run<T>));
}

template <class T>
void adam_items(std::span<const AdamItem> items, const AdamStep& step) {
  using One = Update<T, AdamFactors<T>>;
  const auto describe = [&](const AdamItem& item, const Tensor& gradient) {
    const auto t = static_cast<double>(item.t);
    AdamFactors<T> f{};
    f.beta1 = static_cast<T>(step.beta1);
    f.rest1 = static_cast<T>(1 - step.beta1);
    f.beta2 = static_cast<T>(step.beta2);
    f.rest2 = static_cast<T>(1 - step.beta2);
    f.eps = divisible_eps<T>(step.eps);
    f.size = static_cast<T>(item.lr / (1 - std::pow(step.beta1, t)));
    f.scale = static_cast<T>(1 / std::sqrt(1 - std::pow(step.beta2, t)));
    f.shrink = static_cast<T>(step.decoupled ? 1 - item.lr * item.weight_decay : 1);
    f.joined = static_cast<T>(step.decoupled ? 0 : item.weight_decay);
    return One{item.parameter.mutable_data<T>(),
               gradient.data<T>(),
               {state_of<T>(item.m), state_of<T>(item.v), state_of<T>(item.v_max)},
               f};
  };
  step_items<T, One>(items, describe, HEED_DISPATCH(adam_run<T>));
}

template <class T>
void rmsprop_items(std::span<const RmspropItem> items, const RmspropStep& step) {
  using One = Update<T, RmspropFactors<T>>;
  const auto describe = [&](const RmspropItem& item, const Tensor& gradient) {
    return One{item.parameter.mutable_data<T>(),
               gradient.data<T>(),
               {state_of<T>(item.square), state_of<T>(item.mean), state_of<T>(item.buffer)},
               {static_cast<T>(step.alpha), static_cast<T>(1 - step.alpha),
                divisible_eps<T>(step.eps), static_cast<T>(step.momentum), static_cast<T>(item.lr),
                static_cast<T>(item.weight_decay)}};
  };
  step_items<T, One>(items, describe, HEED_DISPATCH(rmsprop_run<T>));
}

template <class T>
void adagrad_items(std::span<const AdagradItem> items, double eps) {
  using One = Update<T, AdagradFactors<T>>;
  const auto describe = [&](const AdagradItem& item, const Tensor& gradient) {
    return One{item.parameter.mutable_data<T>(),
               gradient.data<T>(),
               {state_of<T>(item.sum), nullptr, nullptr},
               {divisible_eps<T>(eps), static_cast<T>(item.lr), static_cast<T>(item.weight_decay)}};
  };
  step_items<T, One>(items, describe, HEED_DISPATCH(adagrad_run<T>));
}

template <class T>
void lion_items(std::span<const LionItem> items, const LionStep& step) {
  using One = Update<T, LionFactors<T>>;
  const auto describe = [&](const LionItem& item, const Tensor& gradient) {
    return One{item.parameter.mutable_data<T>(),
               gradient.data<T>(),
               {state_of<T>(item.m), nullptr, nullptr},
               {static_cast<T>(step.beta1), static_cast<T>(1 - step.beta1),
                static_cast<T>(step.beta2), static_cast<T>(1 - step.beta2), static_cast<T>(item.lr),
                static_cast<T>(1 - item.lr * item.weight_decay)}};
  };
  step_items<T, One>(items, describe, HEED_DISPATCH(lion_run<T>));
}

}  // namespace

void sgd_step_(std::span<const SgdItem> items, const SgdStep& step) {
  const auto fits = [&](const SgdItem& item) {
    return fit_f32({step.momentum, 1 - step.dampening, item.lr, item.weight_decay});
  };
  step_where_it_fits(items, fits, [&](std::span<const SgdItem> all) {
    sgd_items<float>(all, step);
    sgd_items<double>(all, step);
  });
}

void adam_step_(std::span<const AdamItem> items, const AdamStep& step) {
  const auto fits = [&](const AdamItem& item) {
    return hides_lost_squares(step.eps) &&
           fit_f32({step.beta1, step.beta2, item.lr, item.weight_decay});
  };
  step_where_it_fits(items, fits, [&](std::span<const AdamItem> all) {
    adam_items<float>(all, step);
    adam_items<double>(all, step);
  });
}

void rmsprop_step_(std::span<const RmspropItem> items, const RmspropStep& step) {
  const auto fits = [&](const RmspropItem& item) {
    return hides_lost_squares(step.eps) &&
           fit_f32({step.alpha, step.momentum, item.lr, item.weight_decay});
  };
  step_where_it_fits(items, fits, [&](std::span<const RmspropItem> all) {
    rmsprop_items<float>(all, step);
    rmsprop_items<double>(all, step);
  });
}

void adagrad_step_(std::span<const AdagradItem> items, double eps) {
  const auto fits = [&](const AdagradItem& item) {
    return hides_lost_squares(eps) && fit_f32({item.lr, item.weight_decay});
  };
  step_where_it_fits(items, fits, [&](std::span<const AdagradItem> all) {
    adagrad_items<float>(all, eps);
    adagrad_items<double>(all, eps);
  });
}

void lion_step_(std::span<const LionItem> items, const LionStep& step) {
  const auto fits = [&](const LionItem& item) {
    return fit_f32({step.beta1, step.beta2, item.lr, item.weight_decay});
  };
  step_where_it_fits(items, fits, [&](std::span<const LionItem> all) {
    lion_items<float>(all, step);
    lion_items<double>(all, step);
  });
}

}  // namespace heed::kernels
#endif
