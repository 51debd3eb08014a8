#include "heed/framework/ops/attention.h"

#include <array>
#include <cmath>

#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/attention/attention.h"
#include "heed/framework/ops/broadcast.h"
#include "heed/framework/ops/check.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/random.h"
#include "heed/framework/ops/rearrange.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/softmax.h"
#include "heed/framework/ops/trigonometry.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"

namespace heed {
namespace {

constexpr const char* attention = "scaled_dot_product_attention";

struct Inputs {
  const Tensor& query;
  const Tensor& key;
  const Tensor& value;
};

void check_inputs(const Inputs& inputs, const AttentionOptions& options) {
  const auto& [query, key, value] = inputs;
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
  if (options.dropout) check_probability(attention, "dropout p", options.dropout->p);
}

/// How many query heads each head of `x` [..., H_kv, L, D] serves.
int64_t group_size(const Tensor& query, const Tensor& x) {
  if (query.dim() < 3 || x.dim() < 3 || x.size(-3) < 1 || query.size(-3) % x.size(-3) != 0) {
    throw ShapeError(attention,
                     ": enable_gqa needs [..., heads, L, D] with a number of heads that ",
                     "divides query's: query ", query.shape(), ", got ", x.shape());
  }
  return query.size(-3) / x.size(-3);
}

/// Each head of `x` [..., H_kv, L, D] as often as there are query heads for it.
Tensor spread_heads(const Tensor& query, const Tensor& x) {
  return repeat_interleave(x, group_size(query, x), -3);
}

/// Zeros in some rows of `x` [..., L, D]: NaN · 0 is NaN, also in gradients. `rows` is [..., L or
/// 1, 1].
Tensor without_rows(const Tensor& x, const Tensor& rows) {
  return masked_fill(expand(x, broadcast_shapes(attention, rows.shape(), x.shape())), rows, 0);
}

Shape scores_shape(const Tensor& query, const Tensor& key) {
  Shape shape = broadcast_shapes(attention, batch_shape(query, 2), batch_shape(key, 2));
  shape.push_back(query.size(-2));
  shape.push_back(key.size(-2));
  return shape;
}

double scale_of(const Tensor& query, const AttentionOptions& options) {
  return options.scale.value_or(1 / std::sqrt(static_cast<double>(query.size(-1))));
}

Mask mask_of(const AttentionOptions& options) {
  return options.is_causal ? options.mask & Mask::causal() : options.mask;
}

/// What the products take: heads side by side, and zeros in rows that must have no influence.
struct Composed {
  Tensor query, key, value, weights;
};

Composed compose(const Inputs& inputs, const AttentionOptions& options) {
  Composed c{inputs.query, inputs.key, inputs.value, {}};
  if (options.enable_gqa) {
    c.key = spread_heads(c.query, inputs.key);
    c.value = spread_heads(c.query, inputs.value);
  }
  const Shape shape = scores_shape(c.query, c.key);
  const auto [blocked, bias] = mask_of(options).resolve(shape, c.query.dtype());
  if (blocked.defined()) {
    Tensor rows = blocked;
    while (rows.dim() < 2) rows = rows.unsqueeze(0);
    const Tensor unseen = all(rows, {-2}, true).transpose(-2, -1);  // keys that no query sees
    c.query = without_rows(c.query, all(rows, {-1}, true));         // and queries that see none
    c.key = without_rows(c.key, unseen);
    c.value = without_rows(c.value, unseen);
  }
  Tensor scores = matmul(c.query, c.key.transpose(-2, -1)) * scale_of(c.query, options);
  if (bias.defined()) scores = scores + bias;
  c.weights = blocked.defined() ? masked_softmax(scores, blocked, -1) : softmax(scores, -1);
  return c;
}

/// Weights or their gradient after dropout, which is linear.
Tensor thinned(const Tensor& weights, const AttentionOptions& options) {
  if (!options.dropout) return weights;
  return dropout(weights, options.dropout->p, options.dropout->stream);
}

/// The gradient of one head for all the query heads it served.
Tensor sum_of_groups(const Tensor& g, const Tensor& x) {
  if (g.shape() == x.shape()) return g;
  Shape grouped = x.shape();
  grouped.insert(x.dim() - 2, group_size(g, x));
  return sum(reshape(g, grouped), {x.dim() - 2});
}

/// What the gradients of the fused form are computed from.
struct SavedAttention {
  Saved query, key, value, statistics;
  kernels::AttentionRule rule;
  AttentionOptions options;
};

Gradients fused_gradients(const Tensor& g, const Tensor& output, const Wanted&,
                          const SavedAttention& saved) {
  auto d = kernels::attention_backward(g, {saved.query, saved.key, saved.value},
                                       {output, saved.statistics}, saved.rule);
  return {d.query, d.key, d.value};
}

/// The formulas of kernels::attention_backward.
Gradients composed_gradients(const Tensor& g, const Wanted&, const SavedAttention& saved) {
  const AttentionOptions& options = saved.options;
  const Composed c = compose({saved.query, saved.key, saved.value}, options);
  const Tensor d_weights = thinned(matmul(g, c.value.transpose(-2, -1)), options);
  const Tensor mean = sum(d_weights * c.weights, {-1}, true);
  const Tensor d_scores = c.weights * (d_weights - mean) * scale_of(saved.query, options);
  const Tensor d_key = matmul(d_scores.transpose(-2, -1), c.query);
  const Tensor d_value = matmul(thinned(c.weights, options).transpose(-2, -1), g);
  return {matmul(d_scores, c.key), sum_of_groups(d_key, saved.key),
          sum_of_groups(d_value, saved.value)};
}

/// Whether the fused kernel supports it: it has no gradient for a bias.
bool is_fusible(const Inputs& inputs, const AttentionOptions& options, const Tensor& bias) {
  const auto& [query, key, value] = inputs;
  const int64_t own = options.enable_gqa ? 3 : 2;
  const Shape shared = broadcast_shapes(attention, batch_shape(query, own), batch_shape(key, own));
  return !(bias.defined() && bias.requires_grad()) &&
         broadcast_shapes(attention, shared, batch_shape(value, own)) == shared &&
         (!options.enable_gqa || key.size(-3) == value.size(-3));
}

/// Attention by one kernel in which the weights never exist as a whole.
Tensor attend(const Inputs& inputs, const AttentionOptions& options, const Mask::Apart& mask,
              const Shape& scores) {
  const auto& [query, key, value] = inputs;
  kernels::AttentionRule rule{
      .scale = scale_of(query, options), .first = mask.band.first, .last = mask.band.last};
  if (mask.rest.blocked.defined()) rule.blocked = expand(mask.rest.blocked, scores);
  if (mask.rest.bias.defined()) rule.bias = expand(mask.rest.bias.detach(), scores);
  if (options.dropout) {
    rule.dropout_p = options.dropout->p;
    rule.dropout = options.dropout->stream;
  }
  const kernels::Attended y = kernels::attention({query, key, value}, rule);
  return record(attention, y.output, {query, key, value},
                fused<fused_gradients, composed_gradients>(SavedAttention{
                    Saved(query), Saved(key), Saved(value), Saved(y.statistics), rule, options}));
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

AttentionResult attention_with_weights(const Tensor& query, const Tensor& key, const Tensor& value,
                                       const AttentionOptions& options) {
  check_inputs({query, key, value}, options);
  const Composed c = compose({query, key, value}, options);
  return {matmul(thinned(c.weights, options), c.value), c.weights};
}

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const AttentionOptions& options) {
  check_inputs({query, key, value}, options);
  const int64_t own = options.enable_gqa ? 3 : 2;
  if (options.enable_gqa) static_cast<void>(group_size(query, key) * group_size(query, value));
  Shape scores = broadcast_shapes(attention, batch_shape(query, own), batch_shape(key, own));
  const Shape batch = scores;
  if (own == 3) scores.push_back(query.size(-3));
  scores.push_back(query.size(-2));
  scores.push_back(key.size(-2));
  const Mask::Apart mask = mask_of(options).resolve_apart(scores, query.dtype());
  if (!is_fusible({query, key, value}, options, mask.rest.bias)) {
    return attention_with_weights(query, key, value, options).output;
  }
  return attend({expand_batch(query, batch, own), expand_batch(key, batch, own),
                 expand_batch(value, batch, own)},
                options, mask, scores);
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
