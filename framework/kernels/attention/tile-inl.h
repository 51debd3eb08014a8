// One tile of attention: scores, their rule, softmax and its gradient. Included once for each SIMD
// target.
//
// Scores are transposed, [key][query]: a vector holds one key's scores for as many queries as it
// has lanes, so maxima and sums over keys need nothing across lanes, and every product finds its
// operands as it needs them; only query and g are transposed.
#include <hwy/highway.h>

#include <algorithm>
#include <limits>

#include "heed/framework/kernels/attention/head.h"

#if defined(HEED_FRAMEWORK_KERNELS_ATTENTION_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_FRAMEWORK_KERNELS_ATTENTION_TILE_INL_H_
#undef HEED_FRAMEWORK_KERNELS_ATTENTION_TILE_INL_H_
#else
#define HEED_FRAMEWORK_KERNELS_ATTENTION_TILE_INL_H_
#endif

#include "heed/framework/kernels/gemm/tile-inl.h"
#include "heed/framework/kernels/simd/philox-inl.h"
#include "heed/framework/kernels/simd/transpose-inl.h"
#include "heed/framework/kernels/simd/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {

template <class T>
int64_t padded(int64_t size) {
  return (size + lanes_of<T>() - 1) / lanes_of<T>() * lanes_of<T>();
}

/// `count` rows one behind another in `to`, with zeros up to whole vectors.
template <class T>
Strided<const T> copy_rows(const Strided<const T>& from, int64_t count, int64_t D, T* to) {
  const VectorTag<T> d;
  const int64_t width = padded<T>(D), lanes = lanes_of<T>();
  for (int64_t i = 0; i < count; ++i) {
    const T* const row = from.at(i);
    T* const copy = to + i * width;
    int64_t k = 0;
    for (; k + lanes <= D; k += lanes) hn::Store(hn::LoadU(d, row + k), d, copy + k);
    if (k < D) hn::Store(load_part(row + k, D - k), d, copy + k);
  }
  return {to, width};
}

/// to [D][width] = the transpose of `count` rows, with zeros behind them.
template <class T>
void transposed_rows(const Strided<const T>& from, int64_t count, int64_t D, const Strided<T>& to) {
  transpose_into<T>({.from = from, .to = to, .rows = count, .cols = D});
  for (int64_t k = 0; k < D; ++k) std::fill(to.at(k, count), to.at(k + 1), T{0});
}

/// x = factor · x, for whole vectors.
template <class T>
void scale_vectors(T* x, int64_t size, T factor) {
  const VectorTag<T> d;
  if (factor == 1) return;
  for (int64_t i = 0; i < size; i += lanes_of<T>()) {
    hn::Store(hn::Mul(hn::Load(d, x + i), hn::Set(d, factor)), d, x + i);
  }
}

/// A tile of scores: keys [key, key + keys) and queries [begin, end) of a head.
template <class T>
struct Scores {
  const AttentionHead<T>& head;
  int64_t begin, end, key, keys, width;
  T* data;
  bool masked = false;  // a place is −∞, as a query may not see a key

  /// Adds the bias, and −∞ where a query may not see a key.
  void apply_rule() {
    if (head.bias.data != nullptr) add_bias();
    // Keys [seen, hidden) are seen by all queries, as far as position decides.
    const int64_t seen = std::clamp<int64_t>(end - 1 + head.first - key, 0, keys);
    const int64_t hidden = std::clamp<int64_t>(begin + head.last + 1 - key, seen, keys);
    for (int64_t j = 0; j < seen; ++j) limit(j);
    for (int64_t j = hidden; j < keys; ++j) limit(j);
    const bool blocked = head.blocked.data != nullptr;
    for (int64_t j = 0; blocked && j < keys; ++j) block(j, data + j * width);
    masked = blocked || seen > 0 || hidden < keys;
  }

  /// Query i sees key j if i + first ≤ j ≤ i + last.
  void limit(int64_t j) const {
    constexpr T minus_infinity = -std::numeric_limits<T>::infinity();
    T* const row = data + j * width;
    const int64_t from = std::clamp(key + j - head.last, begin, end) - begin;
    const int64_t to = std::clamp(key + j - head.first + 1, begin, end) - begin;
    std::fill(row, row + from, minus_infinity);
    std::fill(row + to, row + (end - begin), minus_infinity);
  }

  void add_bias() const {
    for (int64_t j = 0; j < keys; ++j) {
      for (int64_t i = begin; i < end; ++i) {
        data[j * width + i - begin] += *head.bias.at(i, key + j);
      }
    }
  }

  void block(int64_t j, T* row) const {
    constexpr T minus_infinity = -std::numeric_limits<T>::infinity();
    const Strided<const bool>& blocked = head.blocked;
    if (blocked.row_stride == 0) {
      if (*blocked.at(0, key + j)) std::fill(row, row + (end - begin), minus_infinity);
      return;
    }
    for (int64_t i = begin; i < end; ++i) {
      if (*blocked.at(i, key + j)) row[i - begin] = minus_infinity;
    }
  }

  /// The rows of `x`, keys or values, of this tile. If keys are blocked, they are in `copy`, with
  /// zeros for those that no query of this tile sees: 0 · NaN would be NaN.
  Strided<const T> seen_rows(const Strided<const T>& x, int64_t D, T* copy) const {
    if (head.blocked.data == nullptr) return x.from(key);
    constexpr T minus_infinity = -std::numeric_limits<T>::infinity();
    const Strided<const T> rows = copy_rows(x.from(key), keys, D, copy);
    for (int64_t j = 0; j < keys; ++j) {
      const T* const row = data + j * width;
      bool seen = false;
      for (int64_t i = 0; i < end - begin && !seen; ++i) seen = !(row[i] == minus_infinity);
      if (!seen) std::fill_n(copy + j * rows.row_stride, D, T{0});
    }
    return rows;
  }
};

/// The scores of a tile: scaled query · keyᵀ under the rule.
template <class T>
void compute_scores(Scores<T>& s, const T* query_t) {
  const AttentionHead<T>& head = s.head;
  multiply<T>({.m = s.keys,
               .n = s.width,
               .k = head.D_qk,
               .a = head.key.from(s.key),
               .b = {query_t, s.width},
               .c = {s.data, s.width}});
  s.apply_rule();
}

/// Joins a tile to the running maximum and sum of its queries, and turns its scores s into
/// exp(s − maximum); `shrink` [width] gets the factor for what was summed before.
template <class T>
void online_softmax(const Scores<T>& s, T* maximum, T* sum, T* shrink) {
  const VectorTag<T> d;
  const Vector<T> lowest = hn::Set(d, -std::numeric_limits<T>::infinity());
  for (int64_t i = 0; i < s.width; i += lanes_of<T>()) {
    T* const column = s.data + i;
    const Vector<T> before = hn::Load(d, maximum + i);
    Vector<T> best = before, best2 = before, best3 = before, best4 = before;
    int64_t j = 0;
    for (; j + 4 <= s.keys; j += 4) {
      best = hn::Max(best, hn::Load(d, column + j * s.width));
      best2 = hn::Max(best2, hn::Load(d, column + (j + 1) * s.width));
      best3 = hn::Max(best3, hn::Load(d, column + (j + 2) * s.width));
      best4 = hn::Max(best4, hn::Load(d, column + (j + 3) * s.width));
    }
    for (; j < s.keys; ++j) best = hn::Max(best, hn::Load(d, column + j * s.width));
    best = hn::Max(hn::Max(best, best2), hn::Max(best3, best4));
    // With nothing seen yet −∞ − −∞ would be NaN.
    const Vector<T> shift = hn::IfThenZeroElse(hn::Eq(best, lowest), best);
    Vector<T> total = hn::Zero(d), total2 = hn::Zero(d);
    const auto advance = [&](int64_t at, Vector<T>& to) HWY_ATTR {
      T* const place = column + at * s.width;
      const Vector<T> p = ExpNonPositive(d, hn::Sub(hn::Load(d, place), shift));
      hn::Store(p, d, place);
      to = hn::Add(to, p);
    };
    for (j = 0; j + 2 <= s.keys; j += 2) {
      advance(j, total);
      advance(j + 1, total2);
    }
    if (j < s.keys) advance(j, total);
    const Vector<T> factor = ExpNonPositive(d, hn::Sub(before, shift));
    hn::Store(hn::MulAdd(hn::Load(d, sum + i), factor, hn::Add(total, total2)), d, sum + i);
    hn::Store(best, d, maximum + i);
    hn::Store(factor, d, shrink + i);
  }
}

/// Row i times factors[i], for all of `count` rows.
template <class T>
void scale_rows(const Strided<T>& x, int64_t count, int64_t D, const T* factors) {
  const VectorTag<T> d;
  const int64_t lanes = lanes_of<T>();
  for (int64_t i = 0; i < count; ++i) {
    T* const row = x.at(i);
    const Vector<T> factor = hn::Set(d, factors[i]);
    int64_t k = 0;
    for (; k + lanes <= D; k += lanes)
      hn::StoreU(hn::Mul(hn::LoadU(d, row + k), factor), d, row + k);
    for (; k < D; ++k) row[k] *= factors[i];
  }
}

/// What the gradients of a tile need of each query.
template <class T>
struct RowStatistics {
  const T *maximum, *reciprocal, *delta;
};

/// Scores s into weights p = exp(s − maximum) · reciprocal, and dP into dS = p∘(dP − delta)·scale.
template <class T, bool masked>
void weights_and_gradients(const Scores<T>& s, T* d_scores, const RowStatistics<T>& of) {
  const VectorTag<T> d;
  const Vector<T> scale = hn::Set(d, s.head.scale);
  for (int64_t i = 0; i < s.width; i += lanes_of<T>()) {
    const Vector<T> shift = hn::Load(d, of.maximum + i), factor = hn::Load(d, of.reciprocal + i);
    const Vector<T> offset = hn::Load(d, of.delta + i), scaled = hn::Mul(factor, scale);
    for (int64_t j = 0; j < s.keys; ++j) {
      T* const place = s.data + j * s.width + i;
      T* const gradient = d_scores + j * s.width + i;
      const Vector<T> score = hn::Load(d, place);
      Vector<T> e = ExpNonPositive(d, hn::Sub(score, shift));
      Vector<T> ds = hn::Mul(hn::Mul(e, scaled), hn::Sub(hn::Load(d, gradient), offset));
      if (masked) {  // what is hidden has no weight and no gradient, even beside NaN
        const auto hidden = hn::Eq(score, hn::Set(d, -std::numeric_limits<T>::infinity()));
        e = hn::IfThenZeroElse(hidden, e);
        ds = hn::IfThenZeroElse(hidden, ds);
      }
      hn::Store(hn::Mul(e, factor), d, place);
      hn::Store(ds, d, gradient);
    }
  }
}

/// The factors of dropout, 0 or 1 / (1 − p), of a tile: [key][query] into `to`, by way of `rows`
/// [query][key]. Word n of the stream decides about weight n of [batch·H, L_1, L_2].
template <class T>
void dropout_factors(const Scores<T>& s, T* rows, T* to) {
  const HeadDropout& dropout = s.head.dropout;
  const T kept = dropout.p < 1 ? static_cast<T>(1 / (1 - dropout.p)) : T{0};
  const float limit = static_cast<float>(dropout.p);
  PhiloxKeys keys;
  philox_keys(dropout.stream, keys);
  HWY_ALIGN uint32_t words[key_tile + 64];
  for (int64_t i = s.begin; i < s.end; ++i) {
    const auto first = static_cast<uint64_t>(dropout.first + i * s.head.L_2 + s.key);
    philox_words(keys, first / 4, (s.keys + 3) / 4 + 1, words);
    const uint32_t* const word = words + first % 4;
    T* const row = rows + (i - s.begin) * s.keys;
    for (int64_t j = 0; j < s.keys; ++j) {
      row[j] = static_cast<float>(word[j] >> 8) * 0x1p-24F < limit ? T{0} : kept;
    }
  }
  transpose_into<T>(
      {.from = {rows, s.keys}, .to = {to, s.width}, .rows = s.end - s.begin, .cols = s.keys});
}

/// x ∘ factors over a tile.
template <class T>
void apply_factors(const Scores<T>& s, const T* factors, T* x) {
  const VectorTag<T> d;
  for (int64_t i = 0; i < s.keys * s.width; i += lanes_of<T>()) {
    hn::Store(hn::Mul(hn::Load(d, x + i), hn::Load(d, factors + i)), d, x + i);
  }
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard toggle
