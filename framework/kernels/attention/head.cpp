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
  T *query_t, *scores, *value_tile, *maximum, *sum, *shrink, *keys, *values, *factors,
      *dropout_rows;

  Buffers(const AttentionHead<T>& head, Scratch<T>& from)
      : width(padded<T>(std::min(head.tile, head.L_1))), most_keys(std::min(key_tile, head.L_2)) {
    query_t = from.take(head.D_qk * width);
    scores = from.take(most_keys * width);
    value_tile = from.take(most_keys * padded<T>(head.D_v));
    maximum = from.take(width);
    sum = from.take(width);
    shrink = from.take(width);
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
      copy_rows(x, head.L_2, D, to);
      x = {to, padded<T>(D)};
    };
    copy(own.key, head.D_qk, keys);
    copy(own.value, head.D_v, values);
    return own;
  }
};

/// Queries [begin, end) of a head, at most its `tile`, and the buffers for them.
template <class T>
struct QueryTile {
  const AttentionHead<T>& head;
  const Buffers<T>& own;
  int64_t begin, end;
  int64_t queries = end - begin, width = padded<T>(queries);

  /// Transposes the queries, scaled, from `rows`.
  void load_queries(const Strided<const T>& rows) const {
    transposed_rows<T>(rows, queries, head.D_qk, {own.query_t, width});
    scale_vectors(own.query_t, head.D_qk * width, head.scale);
  }

  /// Calls each(scores, whether it is the first call) for each tile of the keys in reach of these
  /// queries. False if there is none.
  template <class Each>
  bool for_each_scores(const Each& each) const {
    const int64_t first = head.first_key(begin), last = head.end_key(end - 1);
    for (int64_t key = first; key < last; key += key_tile) {
      const int64_t keys = std::min(key_tile, last - key);
      Scores<T> scores{head, begin, end, key, keys, width, own.scores};
      compute_scores(scores, own.query_t);
      each(scores, key == first);
    }
    return first < last;
  }

  bool has_dropout() const { return head.dropout.p > 0; }
};

/// The sums of a tile as its reciprocals; outputs are divided by them.
template <class T>
void finish_tile(const QueryTile<T>& tile, bool sees_keys) {
  const AttentionHead<T>& head = tile.head;
  const Strided<T> output = head.output.from(tile.begin);
  T* const sum = tile.own.sum;
  for (int64_t i = 0; i < tile.queries; ++i) {
    // Seen nothing: a sum of 0. A sum of NaN stays NaN, and so do scores that are all −∞.
    constexpr T nan = std::numeric_limits<T>::quiet_NaN();
    const bool blind = sum[i] == 0 && head.is_blind(tile.begin + i);
    sum[i] = blind ? T{0} : sum[i] == 0 ? nan : 1 / sum[i];
    head.maximum[tile.begin + i] = blind ? T{0} : tile.own.maximum[i];
    head.reciprocal[tile.begin + i] = sum[i];
    if (!sees_keys) std::fill_n(output.at(i), head.D_v, T{0});
  }
  scale_rows(output, tile.queries, head.D_v, sum);
}

template <class T>
void forward_tile(const QueryTile<T>& tile) {
  const AttentionHead<T>& head = tile.head;
  const Buffers<T>& own = tile.own;
  const Strided<T> output = head.output.from(tile.begin);
  tile.load_queries(head.query.from(tile.begin));
  std::fill_n(own.maximum, tile.width, -std::numeric_limits<T>::infinity());
  std::fill_n(own.sum, tile.width, T{0});
  const auto add_keys = [&](const Scores<T>& scores, bool fresh) HWY_ATTR {
    const Strided<const T> values = scores.seen_rows(head.value, head.D_v, own.value_tile);
    online_softmax(scores, own.maximum, own.sum, own.shrink);
    if (tile.has_dropout()) {
      dropout_factors(scores, own.dropout_rows, own.factors);
      apply_factors(scores, own.factors, own.scores);
    }
    if (!fresh) scale_rows(output, tile.queries, head.D_v, own.shrink);
    multiply<T>({.m = tile.queries,
                 .n = head.D_v,
                 .k = scores.keys,
                 .a = {own.scores, 1, tile.width},
                 .b = values,
                 .c = output,
                 .add_to_c = !fresh});
  };
  finish_tile(tile, tile.for_each_scores(add_keys));
}

template <class T>
void forward(const AttentionHead<T>& head, const QueryRange& queries, T* memory) {
  Scratch<T> from{memory};
  const Buffers<T> own(head, from);
  const AttentionHead<T> gathered = own.gathered(head);
  for (int64_t i = queries.begin; i < queries.end; i += head.tile) {
    forward_tile(QueryTile<T>{gathered, own, i, std::min(queries.end, i + head.tile)});
  }
}

/// What else backward needs.
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

  QueryRows(const QueryTile<T>& tile, const Strided<const T>& all_g, const BackwardBuffers<T>& to)
      : query(tile.head.query.from(tile.begin)), g(all_g.from(tile.begin)) {
    const AttentionHead<T>& head = tile.head;
    const bool again = head.L_1 > query_tile || head.may_see_nothing();
    if (again || head.D_qk % lanes_of<T>() != 0) {
      query = copy_rows(query, tile.queries, head.D_qk, to.query);
    }
    if (again || head.D_v % lanes_of<T>() != 0) {
      g = copy_rows(g, tile.queries, head.D_v, to.g);
    }
    for (int64_t i = 0; head.may_see_nothing() && i < tile.queries; ++i) {
      if (head.reciprocal[tile.begin + i] != 0) continue;
      std::fill_n(to.query + i * query.row_stride, head.D_qk, T{0});
      std::fill_n(to.g + i * g.row_stride, head.D_v, T{0});
    }
  }
};

/// delta_i = Σ_d g·output.
template <class T>
void compute_delta(const QueryTile<T>& tile, const Strided<const T>& g, T* delta) {
  const VectorTag<T> d;
  const int64_t lanes = lanes_of<T>(), D = tile.head.D_v;
  for (int64_t i = 0; i < tile.queries; ++i) {
    const T *const g_row = g.at(i), *const y = tile.head.output.at(tile.begin + i);
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

/// Fills the buffers with what belongs to the queries, whatever the keys.
template <class T>
void load_tile(const QueryTile<T>& tile, const QueryRows<T>& rows, const BackwardBuffers<T>& more) {
  const AttentionHead<T>& head = tile.head;
  const Buffers<T>& own = tile.own;
  for (T* const row : {more.delta, own.maximum, own.sum}) std::fill_n(row, tile.width, T{0});
  std::copy_n(head.maximum + tile.begin, tile.queries, own.maximum);
  std::copy_n(head.reciprocal + tile.begin, tile.queries, own.sum);
  compute_delta(tile, rows.g, more.delta);
  tile.load_queries(rows.query);
  transposed_rows<T>(rows.g, tile.queries, head.D_v, {more.g_t, tile.width});
}

/// The weights of a tile in `own.scores` and the gradients of its scores in `more.d_scores`.
template <class T>
void compute_weights(const QueryTile<T>& tile, const BackwardBuffers<T>& more,
                     const Scores<T>& scores) {
  const AttentionHead<T>& head = tile.head;
  const Buffers<T>& own = tile.own;
  multiply<T>({.m = scores.keys,
               .n = tile.width,
               .k = head.D_v,
               .a = scores.seen_rows(head.value, head.D_v, own.value_tile),
               .b = {more.g_t, tile.width},
               .c = {more.d_scores, tile.width}});
  if (tile.has_dropout()) {
    dropout_factors(scores, own.dropout_rows, own.factors);
    apply_factors(scores, own.factors, more.d_scores);
  }
  (scores.masked ? weights_and_gradients<T, true>
                 : weights_and_gradients<T, false>)(scores, more.d_scores,
                                                    {own.maximum, own.sum, more.delta});
  if (tile.has_dropout()) apply_factors(scores, own.factors, own.scores);
}

template <class T>
void backward_tile(const QueryTile<T>& tile, const HeadGradients<T>& gradients,
                   const BackwardBuffers<T>& more) {
  const AttentionHead<T>& head = tile.head;
  const QueryRows<T> rows(tile, gradients.g, more);
  load_tile(tile, rows, more);
  const Strided<T> d_query = gradients.query.from(tile.begin);
  const auto add_keys = [&](const Scores<T>& scores, bool fresh) HWY_ATTR {
    const Strided<const T> keys = scores.seen_rows(head.key, head.D_qk, more.key_tile_copy);
    compute_weights(tile, more, scores);
    const auto add_rows = [&](const T* factors, const Strided<const T>& from, int64_t D,
                              const Strided<T>& to) HWY_ATTR {
      multiply<T>({.m = scores.keys,
                   .n = D,
                   .k = tile.queries,
                   .a = {factors, tile.width},
                   .b = from,
                   .c = to.from(scores.key),
                   .add_to_c = gradients.add});
    };
    add_rows(tile.own.scores, rows.g, head.D_v, gradients.value);
    add_rows(more.d_scores, rows.query, head.D_qk, gradients.key);
    multiply<T>({.m = tile.queries,
                 .n = head.D_qk,
                 .k = scores.keys,
                 .a = {more.d_scores, 1, tile.width},
                 .b = keys,
                 .c = d_query,
                 .add_to_c = !fresh});
  };
  const bool sees_keys = tile.for_each_scores(add_keys);
  for (int64_t i = 0; !sees_keys && i < tile.queries; ++i) {
    std::fill_n(d_query.at(i), head.D_qk, T{0});
  }
}

template <class T>
void backward(const AttentionHead<T>& head, const HeadGradients<T>& gradients,
              const QueryRange& queries, T* memory) {
  Scratch<T> from{memory};
  const Buffers<T> own(head, from);
  const BackwardBuffers<T> more(head, own, from);
  const AttentionHead<T> gathered = own.gathered(head);
  // The last tile sees the most keys where they are limited by the order of places.
  HeadGradients<T> to = gradients;
  const int64_t tiles = (queries.end - queries.begin + head.tile - 1) / head.tile;
  for (int64_t tile = tiles - 1; tile >= 0; --tile, to.add = true) {
    const int64_t i = queries.begin + tile * head.tile;
    const int64_t end = std::min(queries.end, i + head.tile);
    backward_tile(QueryTile<T>{gathered, own, i, end}, to, more);
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
