#include "heed/framework/ops/attention.h"

#include <array>
#include <cmath>

#include "heed/framework/ops/check.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/random.h"
#include "heed/framework/ops/rearrange.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/softmax.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

constexpr const char* attention = "scaled_dot_product_attention";

void check_inputs(const Tensor& query, const Tensor& key, const Tensor& value) {
  check_floating(attention, query.dtype());
  check_same_dtype(attention, query, key);
  check_same_dtype(attention, query, value);
  if (query.dim() < 2 || key.dim() < 2 || value.dim() < 2 || query.size(-1) != key.size(-1) ||
      key.size(-2) != value.size(-2)) {
    throw ShapeError(attention,
                     ": needs query [..., L_1, D_qk], key [..., L_2, D_qk] and value "
                     "[..., L_2, D_v], got ",
                     query.shape(), ", ", key.shape(), " and ", value.shape());
  }
}

/// Each head of `x` [..., H_kv, L, D] as often as there are query heads for it.
Tensor spread_heads(const Tensor& query, const Tensor& x) {
  if (query.dim() < 3 || x.dim() < 3 || x.size(-3) < 1 || query.size(-3) % x.size(-3) != 0) {
    throw ShapeError(attention,
                     ": enable_gqa needs [..., heads, L, D] with a number of heads that ",
                     "divides query's: query ", query.shape(), ", got ", x.shape());
  }
  return repeat_interleave(x, query.size(-3) / x.size(-3), -3);
}

/// Zeros in some rows of `x` [..., L, D]: NaN · 0 is NaN, also in gradients. `rows` is [..., L or
/// 1, 1].
Tensor without_rows(const Tensor& x, const Tensor& rows) {
  return masked_fill(expand(x, broadcast_shapes(attention, rows.shape(), x.shape())), rows, 0);
}

void check_pairs(const Tensor& x, const Tensor& cos, const Tensor& sin) {
  constexpr const char* op = "rotary_embedding";
  check_floating(op, x.dtype());
  check_same_dtype(op, x, cos);
  check_same_dtype(op, x, sin);
  Shape half = x.shape();
  if (x.dim() > 0) half[x.dim() - 1] /= 2;
  if (x.dim() < 2 || x.size(-1) % 2 != 0 || cos.shape() != sin.shape() ||
      broadcast_shapes(op, cos.shape(), half) != half) {
    throw ShapeError(op, ": needs x [..., L, D] with even D, and cos and sin that broadcast to ",
                     "[..., L, D/2]: x ", x.shape(), ", cos ", cos.shape(), ", sin ", sin.shape());
  }
}

}  // namespace

AttentionResult attention_with_weights(const Tensor& all_queries, const Tensor& all_keys,
                                       const Tensor& all_values, const AttentionOptions& options) {
  check_inputs(all_queries, all_keys, all_values);
  Tensor query = all_queries;
  Tensor key = options.enable_gqa ? spread_heads(query, all_keys) : all_keys;
  Tensor value = options.enable_gqa ? spread_heads(query, all_values) : all_values;
  const double scale = options.scale.value_or(1 / std::sqrt(static_cast<double>(query.size(-1))));

  Shape shape = broadcast_shapes(attention,
                                 IntList(std::span(query.shape().begin(), query.shape().end() - 2)),
                                 IntList(std::span(key.shape().begin(), key.shape().end() - 2)));
  shape.push_back(query.size(-2));
  shape.push_back(key.size(-2));
  const Mask mask = options.is_causal ? options.mask & Mask::causal() : options.mask;
  const auto [blocked, bias] = mask.resolve(shape, query.dtype());
  if (blocked.defined()) {
    Tensor rows = blocked;
    while (rows.dim() < 2) rows = rows.unsqueeze(0);
    const Tensor unseen = all(rows, {-2}, true).transpose(-2, -1);  // keys that no query sees
    query = without_rows(query, all(rows, {-1}, true));             // and queries that see none
    key = without_rows(key, unseen);
    value = without_rows(value, unseen);
  }
  Tensor scores = matmul(query, key.transpose(-2, -1)) * scale;
  if (bias.defined()) scores = scores + bias;
  const Tensor weights =
      blocked.defined() ? masked_softmax(scores, blocked, -1) : softmax(scores, -1);
  const Tensor thinned =
      options.dropout ? dropout(weights, options.dropout->p, options.dropout->stream) : weights;
  return {matmul(thinned, value), weights};
}

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const AttentionOptions& options) {
  return attention_with_weights(query, key, value, options).output;
}

Tensor rotary_embedding(const Tensor& x, const Tensor& cos, const Tensor& sin, RotaryPairs pairs) {
  check_pairs(x, cos, sin);
  const int64_t half = x.size(-1) / 2;
  const bool halves = pairs == RotaryPairs::halves;
  const Tensor a = halves ? x.slice(-1, 0, half) : x.slice(-1, 0, 2 * half, 2);
  const Tensor b = halves ? x.slice(-1, half, 2 * half) : x.slice(-1, 1, 2 * half, 2);
  const std::array turned{a * cos - b * sin, b * cos + a * sin};
  return halves ? cat(turned, -1) : reshape(stack(turned, -1), x.shape());
}

RotaryAngles rotary_angles(const Tensor& positions, int64_t D, double base, DType dtype) {
  check_dtype("rotary_angles", "positions", positions, DType::i64);
  if (positions.dim() != 1 || D < 2 || D % 2 != 0 || !(base > 0)) {
    throw ValueError("rotary_angles: needs positions [L], even D >= 2 and base > 0, got ",
                     positions.shape(), ", ", D, " and ", base);
  }
  // In f64 first: f32 angles of far positions would be off by whole turns.
  const Tensor exponents =
      arange(0, static_cast<double>(D / 2), 1, DType::f64) * (-2.0 / static_cast<double>(D));
  const Tensor angles = unsqueeze(positions.to(DType::f64), 1) * pow(base, exponents);
  return {heed::cos(angles).to(dtype), heed::sin(angles).to(dtype)};
}

}  // namespace heed
