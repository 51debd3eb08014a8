#include "heed/framework/kernels/cross_entropy.h"

#include <cmath>
#include <limits>

#include "heed/framework/base/error.h"
#include "heed/framework/kernels/reduce.h"
#include "heed/framework/kernels/rows.h"

#include "heed/framework/kernels/simd/dispatch-inl.h"

#include "heed/framework/kernels/simd/rows-inl.h"
#include "heed/framework/kernels/simd/vector_math-inl.h"

#ifndef HEED_FRAMEWORK_KERNELS_CROSS_ENTROPY_ONCE
#define HEED_FRAMEWORK_KERNELS_CROSS_ENTROPY_ONCE
namespace heed::kernels {
namespace {

/// `count` rows of `classes` elements. The target of a row is hard · weight of its class there, and
/// soft · weight everywhere.
template <class T>
struct LossRun {
  int64_t count, classes;
  Strided<const T> x;
  const int64_t* target;
  int64_t ignored;
  Strided<const T> weight;
  T hard, soft;
  T total_weight;  ///< of all classes
  T* losses;
  T *max, *total;      ///< of each row: written by forward, read by backward
  Strided<const T> g;  ///< of the losses, to be divided by `divisor`; only backward
  T divisor;
  T* dx;
  bool streams;  ///< writes dx past the caches
};

}  // namespace
}  // namespace heed::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {

/// x − max, where the largest one itself may be infinite.
template <class T>
T from_max(T x, T max) {
  return x == max ? T{0} : x - max;
}

/// factor · x, in which a factor of 0 of an infinite x is 0.
template <class T>
T part_of(T factor, T x) {
  return factor == 0 && std::isinf(x) ? T{0} : factor * x;
}

/// What loss_rows has computed of a row with an infinite logit or weights of 0 for infinite ones.
/// One +∞ has all probability; of several, none has a limit.
template <class T>
HWY_NOINLINE void repair_row(const LossRun<T>& run, int64_t r) {
  constexpr T infinity = std::numeric_limits<T>::infinity();
  const T max = run.max[r];
  int64_t tops = 0;
  bool has_nan = false;
  T spread = 0;
  for (int64_t c = 0; c < run.classes; ++c) {
    const T x = *run.x.at(r, c);
    tops += x == infinity ? 1 : 0;
    has_nan |= std::isnan(x);
    spread += part_of(*run.weight.at(0, c), from_max(x, max));
  }
  if (tops == 1 && !has_nan) run.total[r] = 1;
  if (run.soft != 0) run.losses[r] = spread;
}

/// Losses from what loss_rows left: apart, since the call of log empties all registers.
template <class T>
void finish_losses(const LossRun<T>& run) {
  const bool smooth = run.soft != 0;
  for (int64_t r = 0; r < run.count; ++r) {
    const int64_t target = run.target[r];
    T loss = 0;
    if (target != run.ignored) {
      const T log_total = std::log(run.total[r]);
      const T x = *run.x.at(r, target);
      const T sharp = -(from_max(x, run.max[r]) - log_total);
      loss = part_of(run.hard, part_of(*run.weight.at(0, target), sharp));
      if (smooth) loss -= (run.losses[r] - log_total * run.total_weight) * run.soft;
    }
    run.losses[r] = loss;
  }
}

template <class T>
void loss_rows(const LossRun<T>& run) {
  const hn::ScalableTag<T> d;
  constexpr T lowest = -std::numeric_limits<T>::infinity();
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const bool smooth = run.soft != 0;
  const Row weight(d, run.weight, 0, 1);
  for (int64_t r = 0; r < run.count; ++r) {
    const Row x(d, run.x, r, run.count);
    const auto at = [&](int64_t i, auto some) HWY_ATTR { return x.at(d, i, some, lowest); };
    auto total = hn::Zero(d), spread = hn::Zero(d);
    const auto add = [&](int64_t i, auto some, hn::Vec<decltype(d)> shifted) HWY_ATTR {
      total = hn::Add(total, ExpNonPositive(d, shifted));
      if (!smooth) return;
      const auto weighted = hn::Mul(shifted, weight.at(d, i, some, T{0}));
      spread = hn::Add(spread, within(d, weighted, some));
    };
    auto max = hn::Zero(d);
    if (run.classes <= lanes) {  // all stays in one register
      const Part all{run.classes};
      const auto v = at(0, all);
      max = hn::MaxOfLanes(d, v);
      add(0, all, hn::Sub(v, max));
    } else {
      max = max_of_row(d, run.classes, at);
      for_each_vector(d, run.classes, [&](int64_t i, auto some) HWY_ATTR {
        x.prefetch_next(i);
        add(i, some, hn::Sub(at(i, some), max));
      });
    }
    run.max[r] = hn::GetLane(max);
    run.total[r] = hn::GetLane(hn::SumOfLanes(d, total));
    if (smooth) run.losses[r] = hn::GetLane(hn::SumOfLanes(d, spread));  // Σ weight · (x − max)
    if (std::isnan(run.total[r]) || (smooth && std::isnan(run.losses[r]))) repair_row(run, r);
  }
  finish_losses(run);
}

template <class T>
void loss_rows_backward(const LossRun<T>& run) {
  const hn::ScalableTag<T> d;
  constexpr T lowest = -std::numeric_limits<T>::infinity();
  const bool smooth = run.soft != 0;
  const Row weight(d, run.weight, 0, 1);
  for (int64_t r = 0; r < run.count; ++r) {
    const Row x(d, run.x, r, run.count);
    T* const dx = run.dx + r * run.classes;
    const int64_t target = run.target[r];
    if (target == run.ignored) {  // whatever its logits are
      for_each_vector(d, run.classes, [&](int64_t i, auto some) HWY_ATTR {
        put(d, hn::Zero(d), dx + i, some, run.streams);
      });
      continue;
    }
    const T g = *run.g.at(r) / run.divisor;
    const T sharp = g * run.hard * *run.weight.at(0, target);
    const T mass = sharp + g * run.soft * run.total_weight;
    const auto max = hn::Set(d, run.max[r]), share = hn::Set(d, g * run.soft);
    const auto scale = hn::Set(d, mass / run.total[r]);
    for_each_vector(d, run.classes, [&](int64_t i, auto some) HWY_ATTR {
      x.prefetch_next(i);
      const auto e = ExpNonPositive(d, hn::Sub(x.at(d, i, some, lowest), max));
      auto gradient = hn::Mul(e, scale);
      if (smooth) {
        gradient = hn::NegMulAdd(share, weight.at(d, i, some, T{0}), gradient);
      }
      put(d, gradient, dx + i, some, run.streams);
    });
    if (run.max[r] == -lowest) {  // e is NaN where a logit is as large
      for (int64_t c = 0; c < run.classes; ++c) {
        if (*run.x.at(r, c) != -lowest) continue;
        dx[c] = mass / run.total[r] - g * run.soft * *run.weight.at(0, c);
      }
    }
    dx[target] -= sharp;
  }
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::kernels {
namespace {

/// Calls kernel(run) in parallel for all rows of x; add_results(run, first row) completes the run
/// by what the kernel reads and writes beside the logits and targets.
template <class T, class AddResults>
void for_each_run(void (*kernel)(const LossRun<T>&), const RowsAlong& x,
                  const ClassTargets& targets, const AddResults& add_results) {
  const T one = 1;
  LossRun<T> common{};
  common.classes = x.length;
  common.ignored = targets.ignored;
  common.weight = {&one, 0, 0};
  if (targets.weight.defined()) common.weight = {targets.weight.data<T>(), 0, 1};
  common.hard = static_cast<T>(1 - targets.smoothing);
  common.soft = static_cast<T>(targets.smoothing / static_cast<double>(x.length));
  if (targets.smoothing > 0 && common.soft == 0) {
    common.soft = std::numeric_limits<T>::denorm_min();  // too little, but not nothing of infinity
  }
  for (int64_t c = 0; c < x.length; ++c) common.total_weight += *common.weight.at(0, c);
  for_each_rows<1>(x.outer, x.length, {&x.strides},
                   [&](int64_t first, int64_t count, const auto& offsets, const auto& steps) {
                     LossRun<T> run = common;
                     run.count = count;
                     run.x = x.rows<T>(offsets[0], steps[0]);
                     run.target = targets.index.data<int64_t>() + first;
                     add_results(run, first);
                     kernel(run);
                   });
}

}  // namespace

int64_t count_targets(const char* op, const Tensor& index, int64_t ignored, int64_t classes) {
  const int64_t* const targets = index.data<int64_t>();
  int64_t counted = 0;
  bool fits = true;
  for (int64_t i = 0; i < index.numel(); ++i) {
    const bool counts = targets[i] != ignored;
    counted += counts ? 1 : 0;
    fits &= !counts || static_cast<uint64_t>(targets[i]) < static_cast<uint64_t>(classes);
  }
  for (int64_t i = 0; !fits && i < index.numel(); ++i) {
    if (targets[i] == ignored || (targets[i] >= 0 && targets[i] < classes)) continue;
    throw IndexError(op, ": index ", targets[i], " is out of range for a dimension of size ",
                     classes);
  }
  return counted;
}

double sum_weights(const ClassTargets& targets) {
  const int64_t* const index = targets.index.data<int64_t>();
  double total = 0;
  visit_floating("cross_entropy", targets.weight.dtype(), [&]<class T>() {
    const T* const weight = targets.weight.data<T>();
    for (int64_t i = 0; i < targets.index.numel(); ++i) {
      if (index[i] != targets.ignored) total += static_cast<double>(weight[index[i]]);
    }
  });
  return total;
}

RowLosses cross_entropy(const Tensor& input, int64_t dim, const ClassTargets& targets) {
  const RowsAlong x(input, dim);
  const Shape rows = {targets.index.numel()};
  const RowLosses out{Tensor::empty(rows, input.dtype()), Tensor::empty(rows, input.dtype()),
                      Tensor::empty(rows, input.dtype())};
  visit_floating("cross_entropy", input.dtype(), [&]<class T>() {
    const auto add_results = [&](LossRun<T>& run, int64_t first) {
      run.losses = out.losses.mutable_data<T>() + first;
      run.max = out.max.mutable_data<T>() + first;
      run.total = out.total.mutable_data<T>() + first;
    };
    for_each_run<T>(HEED_DISPATCH(loss_rows<T>), x, targets, add_results);
  });
  return out;
}

Tensor join_losses(const Tensor& losses, double divisor) {
  const Tensor total = sum(losses, {0});
  visit_floating("cross_entropy", losses.dtype(),
                 [&]<class T>() { *total.mutable_data<T>() /= static_cast<T>(divisor); });
  return total.alias({}, {}, total.offset());
}

Tensor cross_entropy_backward(const Tensor& gradient, double divisor, const Tensor& input,
                              int64_t dim, const ClassTargets& targets, const Tensor& max,
                              const Tensor& total) {
  const RowsAlong x(input, dim);
  const bool same = gradient.dim() == 0;
  const Tensor g = contiguous(gradient);
  const Tensor out = empty_rows(input.shape(), dim, input.dtype());
  visit_floating("cross_entropy", input.dtype(), [&]<class T>() {
    const auto add_results = [&](LossRun<T>& run, int64_t first) {
      run.max = max.mutable_data<T>() + first;
      run.total = total.mutable_data<T>() + first;
      run.g = {g.data<T>() + (same ? 0 : first), same ? 0 : 1};
      run.divisor = static_cast<T>(divisor);
      run.dx = out.mutable_data<T>() + first * x.length;
      run.streams = streams_rows(out, x.length);
    };
    for_each_run<T>(HEED_DISPATCH(loss_rows_backward<T>), x, targets, add_results);
  });
  return dim_put_back(out, dim);
}

}  // namespace heed::kernels
#endif
