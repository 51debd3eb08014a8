#include "heed/framework/kernels/attention/head.h"

#include "heed/framework/kernels/simd/dispatch-inl.h"

#include "heed/framework/kernels/attention/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {

/// Hands out pieces of the scratch memory, each aligned to a line of the cache; without memory it
/// only counts.
template <class T>
struct Scratch {
  T* memory;
  int64_t used = 0;
  T* take(int64_t size) {
    T* const piece = memory == nullptr ? nullptr : memory + used;
    used += static_cast<int64_t>(hwy::RoundUpTo(static_cast<size_t>(size), 64 / sizeof(T)));
    return piece;
  }
};

/// What both directions keep while they go over the tiles of a head.
template <class T>
struct Buffers {
  int64_t width, most_keys;
  T *query_t, *scores, *value_tile, *maximum, *sum, *keys, *values, *factors, *dropout_rows;

  Buffers(const AttentionHead<T>& head, Scratch<T>& from)
      : width(padded<T>(std::min(head.tile, head.L_1))), most_keys(std::min(key_tile, head.L_2)) {
    query_t = from.take(head.D_qk * width);
    scores = from.take(most_keys * width);
    value_tile = from.take(most_keys * padded<T>(head.D_v));
    maximum = from.take(width);
    sum = from.take(width);
    keys = copies(head, head.key, head.D_qk) ? from.take(head.L_2 * padded<T>(head.D_qk)) : nullptr;
    values =
        copies(head, head.value, head.D_v) ? from.take(head.L_2 * padded<T>(head.D_v)) : nullptr;
    factors = from.take(head.dropout.p > 0 ? most_keys * width : 0);
    dropout_rows = from.take(head.dropout.p > 0 ? most_keys * width : 0);
  }

  /// Whether keys or values are copied once for all tiles: their rows must be whole vectors, and
  /// rows that lie far apart are slow to read repeatedly.
  static bool copies(const AttentionHead<T>& head, const Strided<const T>& x, int64_t D) {
    return D % lanes_of<T>() != 0 || (x.row_stride > D && head.L_1 > query_tile);
  }

  /// The head with its keys and values where they are read best.
  AttentionHead<T> gathered(const AttentionHead<T>& head) const {
    AttentionHead<T> own = head;
    const auto copy = [&](Strided<const T>& x, int64_t D, T* to) HWY_ATTR {
      if (!copies(head, x, D)) return;
      copy_rows(x, 0, head.L_2, D, to);
      x = {to, padded<T>(D)};
    };
    copy(own.key, head.D_qk, keys);
    copy(own.value, head.D_v, values);
    return own;
  }
};

template <class T>
void forward_tile(const AttentionHead<T>& head, const Buffers<T>& own, int64_t begin, int64_t end,
                  T* shrink) {
  const int64_t queries = end - begin, width = padded<T>(queries);
  const Strided<T> output = head.output.from(begin);
  transposed_rows(head.query, begin, queries, head.D_qk, head.scale, own.query_t, width);
  std::fill_n(own.maximum, width, -std::numeric_limits<T>::infinity());
  std::fill_n(own.sum, width, T{0});
  const int64_t first = head.first_key(begin), last = head.end_key(end - 1);
  bool fresh = true;
  for (int64_t key = first; key < last; key += key_tile, fresh = false) {
    const int64_t keys = std::min(key_tile, last - key);
    const Scores<T> tile{head, begin, end, key, keys, width, own.scores};
    const bool masked = compute_scores(tile, own.query_t);
    Strided<const T> values = head.value.from(key);
    if (masked && head.blocked.data != nullptr) {
      values = copy_rows(head.value, key, keys, head.D_v, own.value_tile);
      tile.clear_unseen(values, own.value_tile, head.D_v);
    }
    online_softmax(tile, own.maximum, own.sum, shrink);
    if (head.dropout.p > 0) {
      dropout_factors(tile, own.dropout_rows, own.factors);
      apply_factors(tile, own.factors, own.scores);
    }
    if (!fresh) scale_rows(output, queries, head.D_v, shrink);
    multiply<T>({.m = queries,
                 .n = head.D_v,
                 .k = keys,
                 .a = {own.scores, 1, width},
                 .b = values,
                 .c = output,
                 .add_to_c = !fresh});
  }
  for (int64_t i = 0; i < queries; ++i) {
    // Seen nothing: a sum of 0. A sum of NaN stays NaN, and so do scores that are all −∞.
    constexpr T nan = std::numeric_limits<T>::quiet_NaN();
    const bool blind = own.sum[i] == 0 && head.is_blind(begin + i);
    own.sum[i] = blind ? T{0} : own.sum[i] == 0 ? nan : 1 / own.sum[i];
    head.maximum[begin + i] = blind ? T{0} : own.maximum[i];
    head.reciprocal[begin + i] = own.sum[i];
    if (fresh) std::fill_n(output.at(i), head.D_v, T{0});
  }
  scale_rows(output, queries, head.D_v, own.sum);
}

template <class T>
void forward(const AttentionHead<T>& head, int64_t begin, int64_t end, T* memory) {
  Scratch<T> from{memory};
  const Buffers<T> own(head, from);
  T* const shrink = from.take(own.width);
  const AttentionHead<T> gathered = own.gathered(head);
  for (int64_t i = begin; i < end; i += head.tile) {
    forward_tile(gathered, own, i, std::min(end, i + head.tile), shrink);
  }
}

/// What backward needs beside.
template <class T>
struct BackwardBuffers {
  T *g_t, *query, *g, *d_scores, *key_tile_copy, *delta;

  BackwardBuffers(const AttentionHead<T>& head, const Buffers<T>& both, Scratch<T>& from) {
    g_t = from.take(head.D_v * both.width);
    query = from.take(both.width * padded<T>(head.D_qk));
    g = from.take(both.width * padded<T>(head.D_v));
    d_scores = from.take(both.most_keys * both.width);
    key_tile_copy = from.take(both.most_keys * padded<T>(head.D_qk));
    delta = from.take(both.width);
  }
};

/// The queries of a tile and their g, as right operands; from copies if they need to be whole
/// vectors, are used again and again, or hold queries that see nothing, of which there must be
/// zeros.
template <class T>
struct QueryRows {
  Strided<const T> query, g;

  QueryRows(const AttentionHead<T>& head, const Strided<const T>& all_g, int64_t begin,
            int64_t count, const BackwardBuffers<T>& to)
      : query(head.query.from(begin)), g(all_g.from(begin)) {
    const bool again = head.L_1 > query_tile || head.may_see_nothing();
    if (again || head.D_qk % lanes_of<T>() != 0) {
      query = copy_rows(head.query, begin, count, head.D_qk, to.query);
    }
    if (again || head.D_v % lanes_of<T>() != 0) {
      g = copy_rows(all_g, begin, count, head.D_v, to.g);
    }
    for (int64_t i = 0; head.may_see_nothing() && i < count; ++i) {
      if (head.reciprocal[begin + i] != 0) continue;
      std::fill_n(to.query + i * query.row_stride, head.D_qk, T{0});
      std::fill_n(to.g + i * g.row_stride, head.D_v, T{0});
    }
  }
};

/// delta_i = Σ_d g·output.
template <class T>
void compute_delta(const Strided<const T>& g, const Strided<T>& output, int64_t count, int64_t D,
                   T* delta) {
  const VectorTag<T> d;
  const int64_t lanes = lanes_of<T>();
  for (int64_t i = 0; i < count; ++i) {
    const T *const g_row = g.at(i), *const y = output.at(i);
    Vector<T> total = hn::Zero(d);
    int64_t k = 0;
    for (; k + lanes <= D; k += lanes) {
      total = hn::MulAdd(hn::LoadU(d, g_row + k), hn::LoadU(d, y + k), total);
    }
    T rest = hn::GetLane(hn::SumOfLanes(d, total));
    for (; k < D; ++k) rest += g_row[k] * y[k];
    delta[i] = rest;
  }
}

template <class T>
void backward_tile(const AttentionHead<T>& head, const HeadGradients<T>& gradients,
                   const Buffers<T>& own, const BackwardBuffers<T>& more, int64_t begin,
                   int64_t end, bool add) {
  const int64_t queries = end - begin, width = padded<T>(queries);
  for (T* const row : {more.delta, own.maximum, own.sum}) std::fill_n(row, width, T{0});
  std::copy_n(head.maximum + begin, queries, own.maximum);
  std::copy_n(head.reciprocal + begin, queries, own.sum);
  const QueryRows<T> rows(head, gradients.g, begin, queries, more);
  const Strided<T> output = head.output.from(begin);
  compute_delta(rows.g, output, queries, head.D_v, more.delta);
  transposed_rows<T>(rows.query, 0, queries, head.D_qk, head.scale, own.query_t, width);
  transposed_rows<T>(rows.g, 0, queries, head.D_v, T{1}, more.g_t, width);
  const Strided<T> d_query = gradients.query.from(begin);
  const int64_t first = head.first_key(begin), last = head.end_key(end - 1);
  bool fresh = true;
  for (int64_t key = first; key < last; key += key_tile, fresh = false) {
    const int64_t keys = std::min(key_tile, last - key);
    const Scores<T> tile{head, begin, end, key, keys, width, own.scores};
    const bool masked = compute_scores(tile, own.query_t);
    Strided<const T> key_rows = head.key.from(key), value_rows = head.value.from(key);
    if (masked && head.blocked.data != nullptr) {
      key_rows = copy_rows(head.key, key, keys, head.D_qk, more.key_tile_copy);
      tile.clear_unseen(key_rows, more.key_tile_copy, head.D_qk);
      value_rows = copy_rows(head.value, key, keys, head.D_v, own.value_tile);
      tile.clear_unseen(value_rows, own.value_tile, head.D_v);
    }
    multiply<T>({.m = keys,
                 .n = width,
                 .k = head.D_v,
                 .a = value_rows,
                 .b = {more.g_t, width},
                 .c = {more.d_scores, width}});
    if (head.dropout.p > 0) {
      dropout_factors(tile, own.dropout_rows, own.factors);
      apply_factors(tile, own.factors, more.d_scores);
    }
    (masked
         ? weights_and_gradients<T, true>
         : weights_and_gradients<T, false>)(tile, more.d_scores, own.maximum, own.sum, more.delta);
    if (head.dropout.p > 0) apply_factors(tile, own.factors, own.scores);
    multiply<T>({.m = keys,
                 .n = head.D_v,
                 .k = queries,
                 .a = {own.scores, width},
                 .b = rows.g,
                 .c = gradients.value.from(key),
                 .add_to_c = add});
    multiply<T>({.m = keys,
                 .n = head.D_qk,
                 .k = queries,
                 .a = {more.d_scores, width},
                 .b = rows.query,
                 .c = gradients.key.from(key),
                 .add_to_c = add});
    multiply<T>({.m = queries,
                 .n = head.D_qk,
                 .k = keys,
                 .a = {more.d_scores, 1, width},
                 .b = key_rows,
                 .c = d_query,
                 .add_to_c = !fresh});
  }
  for (int64_t i = 0; fresh && i < queries; ++i) std::fill_n(d_query.at(i), head.D_qk, T{0});
}

template <class T>
void backward(const AttentionHead<T>& head, const HeadGradients<T>& gradients, int64_t begin,
              int64_t end, bool add, T* memory) {
  Scratch<T> from{memory};
  const Buffers<T> own(head, from);
  const BackwardBuffers<T> more(head, own, from);
  const AttentionHead<T> gathered = own.gathered(head);
  // The last tile sees the most keys where they are limited by the order of places.
  const int64_t tiles = (end - begin + head.tile - 1) / head.tile;
  for (int64_t tile = tiles - 1; tile >= 0; --tile) {
    const int64_t i = begin + tile * head.tile;
    backward_tile(gathered, gradients, own, more, i, std::min(end, i + head.tile),
                  add || tile + 1 < tiles);
  }
}

template <class T>
int64_t scratch_size(const AttentionHead<T>& head) {
  Scratch<T> counted{nullptr};
  const Buffers<T> own(head, counted);
  static_cast<void>(BackwardBuffers<T>(head, own, counted));
  return counted.used;
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::kernels {

template <class T>
AttentionKernels<T> attention_kernels() {
  return {HEED_DISPATCH(scratch_size<T>), HEED_DISPATCH(forward<T>), HEED_DISPATCH(backward<T>)};
}
template AttentionKernels<float> attention_kernels();
template AttentionKernels<double> attention_kernels();

}  // namespace heed::kernels
#endif
