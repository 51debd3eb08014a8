#include "heed/framework/kernels/attention/attention.h"

#include <algorithm>
#include <type_traits>
#include <vector>

#include "heed/framework/base/parallel.h"
#include "heed/framework/kernels/attention/head.h"
#include "heed/framework/kernels/batch.h"
#include "heed/framework/kernels/copy.h"
#include "heed/framework/kernels/elementwise.h"

namespace heed::kernels {
namespace {

constexpr int64_t work_per_chunk = 1 << 18;  // products of two numbers
constexpr int64_t queries_per_item = 1024;   // of a forward: keys and values are gathered once
constexpr int64_t least_parts = 4;           // of a backward that has fewer heads than that

int64_t batch_of(const Tensor& x) {
  int64_t count = 1;
  for (int64_t d = 0; d + 2 < x.dim(); ++d) count *= x.shape()[d];
  return count;
}

/// x if its rows are dense, else a copy.
Tensor with_dense_rows(const Tensor& x) {
  return x.size(-1) <= 1 || x.strides()[x.dim() - 1] == 1 ? x : contiguous_copy(x);
}

QueryKeyValue with_dense_rows(const QueryKeyValue& x) {
  return {with_dense_rows(x.query), with_dense_rows(x.key), with_dense_rows(x.value)};
}

/// A new dense tensor of `shape` whose dimensions lie in memory in the order of `like`'s (but D
/// last), so that heads which were split from a projection can be joined again without a copy.
Tensor empty_like_order(const Shape& shape, const Tensor& like) {
  IntList order;
  for (int64_t d = 0; d + 1 < shape.size(); ++d) order.push_back(d);
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return like.strides()[a] > like.strides()[b]; });
  Strides strides = contiguous_strides(shape);
  int64_t step = shape[shape.size() - 1];
  strides[shape.size() - 1] = 1;
  for (int64_t i = order.size() - 1; i >= 0; --i) {
    strides[order[i]] = step;
    step *= std::max<int64_t>(1, shape[order[i]]);
  }
  return Tensor::empty({numel_of(shape)}, like.dtype()).alias(shape, strides, 0);
}

/// The matrices of a batch of heads; none if the tensor is undefined.
template <class X>
struct Heads {
  Strided<X> first = {};
  std::vector<int64_t> offsets = {};

  explicit Heads(const Tensor& x) {
    if (!x.defined()) return;
    // The stride along a dimension of size 1 is never used.
    first = {elements(x), x.strides()[x.dim() - 2], x.size(-1) == 1 ? 1 : x.strides()[x.dim() - 1]};
    offsets = batch_offsets(x);
  }
  Strided<X> at(int64_t head) const {
    if (first.data == nullptr) return {};
    return {first.data + offsets[static_cast<size_t>(head)], first.row_stride, first.col_stride};
  }

 private:
  static X* elements(const Tensor& x) {
    if constexpr (std::is_const_v<X>) {
      return x.data<std::remove_const_t<X>>();
    } else {
      return x.mutable_data<X>();
    }
  }
};

/// The operands of one call and how its heads are found.
template <class T>
struct Call {
  const AttentionRule& rule;
  int64_t L_1, L_2, D_qk, D_v, heads, group;
  T* statistics;
  Heads<const T> query, key, value;
  Heads<const bool> blocked;
  Heads<const T> bias;
  Heads<T> output;

  /// The rows of `x` are dense.
  Call(const QueryKeyValue& x, const AttentionRule& given, const Attended& result)
      : rule(given),
        L_1(x.query.size(-2)),
        L_2(x.key.size(-2)),
        D_qk(x.query.size(-1)),
        D_v(x.value.size(-1)),
        heads(batch_of(x.query)),
        group(heads / std::max<int64_t>(1, batch_of(x.key))),
        statistics(result.statistics.mutable_data<T>()),
        query(x.query),
        key(x.key),
        value(x.value),
        blocked(given.blocked),
        bias(given.bias),
        output(result.output) {}

  AttentionHead<T> head(int64_t index) const {
    T* const maximum = statistics + index * L_1;
    return {.L_1 = L_1,
            .L_2 = L_2,
            .D_qk = D_qk,
            .D_v = D_v,
            .tile = tile(),
            .scale = static_cast<T>(rule.scale),
            .first = rule.first,
            .last = rule.last,
            .query = query.at(index),
            .key = key.at(index / group),
            .value = value.at(index / group),
            .blocked = blocked.at(index),
            .bias = bias.at(index),
            .dropout = {rule.dropout_p, rule.dropout, index * L_1 * L_2},
            .output = output.at(index),
            .maximum = maximum,
            .reciprocal = maximum + heads * L_1};
  }

  int64_t tile() const { return query_tile_of(L_1, is_limited()); }
  int64_t tiles() const { return (L_1 + tile() - 1) / tile(); }
  int64_t work_of(int64_t queries) const { return queries * L_2 * (D_qk + D_v) + 1; }
  /// Whether some query is kept from some key by its place.
  bool is_limited() const { return L_1 - 1 + rule.first > 0 || rule.last < L_2 - 1; }
  bool last_tile_sees_all() const {
    const AttentionHead<T> any = head(0);
    return L_1 > 0 && any.first_key((tiles() - 1) * tile()) == 0 && any.end_key(L_1 - 1) == L_2;
  }
};

/// Calls each(item, scratch) for all items in parallel, several to a chunk if they are small.
template <class T, class Each>
void for_each_item(int64_t items, int64_t work, int64_t scratch_size, const Each& each) {
  parallel_for(items, std::max<int64_t>(1, work_per_chunk / work), [&](int64_t begin, int64_t end) {
    const Tensor scratch = Tensor::empty({scratch_size}, dtype_of<T>);
    for (int64_t i = begin; i < end; ++i) each(i, scratch.mutable_data<T>());
  });
}

template <class T>
void run_forward(const Call<T>& call) {
  const AttentionKernels<T> kernels = attention_kernels<T>();
  const int64_t spans = (call.L_1 + queries_per_item - 1) / queries_per_item;
  for_each_item<T>(call.heads * spans, call.work_of(std::min(call.L_1, queries_per_item)),
                   kernels.scratch_size(call.head(0)), [&](int64_t i, T* scratch) {
                     const int64_t begin = i % spans * queries_per_item;
                     const int64_t end = std::min(call.L_1, begin + queries_per_item);
                     kernels.forward(call.head(i / spans), {begin, end}, scratch);
                   });
}

/// A gradient of keys or values in parts, each with heads of its own; the first is the gradient.
template <class T>
struct GradientParts {
  std::vector<Tensor> tensors = {};
  std::vector<Heads<T>> heads = {};

  GradientParts(const Tensor& gradient, int64_t count, bool zeroed) {
    for (int64_t part = 0; part < count; ++part) {
      tensors.push_back(part == 0 ? gradient : empty_like_order(gradient.shape(), gradient));
      if (zeroed) fill_(tensors.back(), 0);
      heads.emplace_back(tensors.back());
    }
  }
  Strided<T> at(int64_t part, int64_t head) const {
    return heads[static_cast<size_t>(part)].at(head);
  }
  /// Adds all others to the first, in order.
  void join() const {
    for (size_t part = 1; part < tensors.size(); ++part) add_(tensors[0], tensors[part], 1);
  }
};

/// The gradients of one key head are sums over the query heads that share it and over their tiles.
/// Few heads are done in parts, each with sums of its own that are joined in order.
template <class T>
void run_backward(const Call<T>& call, const Tensor& g, const QueryKeyValue& gradients) {
  const AttentionKernels<T> kernels = attention_kernels<T>();
  const int64_t key_heads = call.heads / call.group, tiles = call.tiles();
  const int64_t all_tiles = call.group * tiles;  // of one key head
  const int64_t parts =
      key_heads >= least_parts ? 1 : std::clamp<int64_t>(all_tiles, 1, least_parts);
  // The tile that comes first, the last one of a head, overwrites what it sees.
  const bool zeroed = parts > 1 ? call.is_limited() : !call.last_tile_sees_all();
  const Heads<const T> from(g);
  const Heads<T> d_query(gradients.query);
  const GradientParts<T> d_key(gradients.key, parts, zeroed);
  const GradientParts<T> d_value(gradients.value, parts, zeroed);
  const auto run_part = [&](int64_t i, T* scratch) {
    const int64_t key_head = i / parts, part = i % parts;
    const int64_t first = all_tiles * part / parts, end = all_tiles * (part + 1) / parts;
    for (int64_t tile = first, last = 0; tile < end; tile = last) {
      const int64_t head = tile / tiles;
      last = std::min(end, (head + 1) * tiles);
      const int64_t index = key_head * call.group + head;
      const HeadGradients<T> to{from.at(index), d_query.at(index), d_key.at(part, key_head),
                                d_value.at(part, key_head), zeroed || tile > first};
      const QueryRange queries{(tile - head * tiles) * call.tile(),
                               std::min(call.L_1, (last - head * tiles) * call.tile())};
      kernels.backward(call.head(index), to, queries, scratch);
    }
  };
  for_each_item<T>(key_heads * parts, call.work_of(call.group * call.L_1) / parts + 1,
                   kernels.scratch_size(call.head(0)), run_part);
  d_key.join();
  d_value.join();
}

}  // namespace

Attended attention(const QueryKeyValue& x, const AttentionRule& rule) {
  return visit_floating("attention", x.query.dtype(), [&]<class T>() {
    Shape shape = x.query.shape();
    shape[x.query.dim() - 1] = x.value.size(-1);
    const Attended result{empty_like_order(shape, x.query),
                          Tensor::empty({2, batch_of(x.query), x.query.size(-2)}, x.query.dtype())};
    if (result.statistics.numel() > 0) {
      const QueryKeyValue dense = with_dense_rows(x);
      run_forward(Call<T>(dense, rule, result));
    }
    return result;
  });
}

QueryKeyValue attention_backward(const Tensor& g, const QueryKeyValue& x, const Attended& forward,
                                 const AttentionRule& rule) {
  return visit_floating("attention", x.query.dtype(), [&]<class T>() {
    const QueryKeyValue gradients{empty_like_order(x.query.shape(), x.query),
                                  empty_like_order(x.key.shape(), x.key),
                                  empty_like_order(x.value.shape(), x.value)};
    if (batch_of(x.query) > 0) {
      const QueryKeyValue dense = with_dense_rows(x);
      run_backward(Call<T>(dense, rule, forward), with_dense_rows(g), gradients);
    }
    return gradients;
  });
}

}  // namespace heed::kernels
