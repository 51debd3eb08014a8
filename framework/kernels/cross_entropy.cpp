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
      loss = -(x - run.max[r] - log_total) * *run.weight.at(0, target) * run.hard;
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
    const bool counts = target != run.ignored;
    const T g = counts ? *run.g.at(r) / run.divisor : T{0};
    const T sharp = counts ? g * run.hard * *run.weight.at(0, target) : T{0};
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
    if (counts) dx[target] -= sharp;
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
