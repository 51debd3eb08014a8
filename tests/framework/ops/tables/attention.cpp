// Rows of framework/ops/attention.h.
#include "heed/framework/ops/attention.h"

#include <cmath>

#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/mask.h"
#include "heed/tests/support/case/not_finite.h"

namespace heed::testing {
namespace {

using reference::broadcast_at;
using reference::for_each_index;
using reference::Index;
using reference::NdArray;

AttentionOptions options_of(const Tensors& in, const Attributes& with) {
  AttentionOptions options{.is_causal = with.flag("is_causal"),
                           .enable_gqa = with.flag("enable_gqa")};
  if (with.has("scale")) options.scale = with.number("scale");
  if (with.number("dropout_p") > 0) {
    const auto seed = static_cast<uint64_t>(with.integer("seed"));
    options.dropout = AttentionDropout{with.number("dropout_p"), RandomStream{seed, 0}};
  }
  if (in[3].defined() && is_floating(in[0].dtype())) {  // else the op itself shall refuse
    options.mask = in[3].dtype() == boolean ? Mask::keep(in[3]) : Mask::additive(in[3]);
  }
  return options;
}

/// Σ_j softmax_j(q_i·k_j·scale + mask_ij) v_j by loops. Leading dims of q, k, v and mask broadcast;
/// with grouped heads, query head h reads head h / (H / H_kv).
NdArray naive_attention(const Arrays& in, const Attributes& with, bool mask_is_bool) {
  const NdArray &q = in[0], &k = in[1], &v = in[2];
  const size_t rank = q.shape.size();
  const int64_t L_2 = k.shape[k.shape.size() - 2], D = q.shape.back();
  const int64_t D_v = v.shape.back();
  const double scale = with.has("scale") ? with.number("scale") : 1 / std::sqrt(double(D));
  std::vector<int64_t> lead(q.shape.begin(), q.shape.end() - 2);
  const std::vector<int64_t> k_lead(k.shape.begin(), k.shape.end() - 2);
  if (!with.flag("enable_gqa")) lead = reference::broadcast_shapes(lead, k_lead);
  std::vector<int64_t> shape = lead;
  shape.push_back(q.shape[rank - 2]);
  std::vector<int64_t> out = shape;
  out.push_back(D_v);
  const auto read = [&](const NdArray& x, const Index& row, int64_t last, int64_t column) {
    Index at(row.begin(), row.end() - 1);
    if (with.flag("enable_gqa")) at.back() /= lead.back() / x.shape[x.shape.size() - 3];
    at.push_back(last);
    at.push_back(column);
    return broadcast_at(x, at);
  };
  NdArray y = reference::filled(out, 0.0);
  for_each_index(shape, [&](const Index& row) {
    std::vector<double> scores;
    for (int64_t j = 0; j < L_2; ++j) {
      double dot = 0;
      for (int64_t d = 0; d < D; ++d) dot += read(q, row, row.back(), d) * read(k, row, j, d);
      dot *= scale;
      Index at = row;
      at.push_back(j);
      if (const auto mask = in.maybe(3)) {
        const double m = broadcast_at(*mask, at);
        dot = mask_is_bool ? (m != 0 ? dot : -infinity) : dot + m;
      }
      if (with.flag("is_causal") && j > row.back()) dot = -infinity;
      scores.push_back(dot);
    }
    const auto count = static_cast<int64_t>(scores.size());
    const NdArray weights = reference::masked_softmax({{count}, scores}, reference::scalar(0), 0);
    for (int64_t j = 0; j < L_2; ++j) {
      for (int64_t d = 0; d < D_v; ++d) {
        Index at = row;
        at.push_back(d);
        y.at(at) += weights.data[static_cast<size_t>(j)] * read(v, row, j, d);
      }
    }
  });
  return y;
}

OpCase attention_row() {
  const std::string name = "scaled_dot_product_attention";
  const Input q = any({2, 2, 3, 4}), k = any({2, 2, 5, 4}), v = any({2, 2, 5, 2});
  // The rule of the mask's polarity is its dtype; references see numbers alone, so a bool mask is
  // told by its values.
  const auto is_bool = [](const Arrays& in) {
    const auto mask = in.maybe(3);
    if (!mask) return true;
    for (const double m : mask->data) {
      if (m != 0 && m != 1) return false;
    }
    return true;
  };
  return {
      .name = name,
      .inputs = {"query", "key", "value", "attn_mask?"},
      .attributes = {number("dropout_p", 0.0), flag("is_causal", false), number("scale", left_out),
                     flag("enable_gqa", false), integer("seed", 0)},
      .call =
          [](auto& in, auto& with) {
            return scaled_dot_product_attention(in[0], in[1], in[2], options_of(in, with));
          },
      .reference = [is_bool](auto& in,
                             auto& with) { return naive_attention(in, with, is_bool(in)); },
      .samples = {{{q, k, v}},
                  {{q, k, v}, {{"is_causal", true}}},
                  {{q, k, v}, {{"scale", 0.25}}},
                  {{q, k, v, bools({3, 5})}},
                  {{q, k, v, bools({2, 1, 3, 5})}, {{"is_causal", true}}},
                  {{q, k, v, bools_of({0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0}, {3, 5})}},
                  {{q, k, v, any({3, 5})}},
                  {{q, k, v, any({2, 2, 3, 5})}, {{"is_causal", true}}},
                  {{any({2, 4, 3, 2}), any({2, 2, 4, 2}), any({2, 2, 4, 3})},
                   {{"enable_gqa", true}}},
                  {{any({4, 3, 2}), any({2, 4, 2}), any({2, 4, 3})}, {{"enable_gqa", true}}},
                  {{any({1, 3, 2, 2}), any({1, 1, 3, 2}), any({1, 1, 3, 2}), bools({3, 2, 3})},
                   {{"enable_gqa", true}}},
                  {{any({3, 4}), any({5, 4}), any({5, 2})}},
                  {{any({2, 1, 3, 4}), any({2, 5, 4}), any({2, 5, 3})}},
                  {{any({2, 3, 4}), any({2, 0, 4}), any({2, 0, 2})}},
                  {{any({0, 3, 4}), any({0, 5, 4}), any({0, 5, 2})}},
                  {{any({2, 4, 60, 16}), any({2, 4, 70, 16}), any({2, 4, 70, 8})},
                   {{"is_causal", true}}}},
      .errors = {{{of_type(f32, {2, 3, 4}), of_type(f32, {2, 5, 3}), of_type(f32, {2, 5, 4})},
                  {},
                  name + ": needs query [..., L_1, D_qk], key [..., L_2, D_qk] and value "
                         "[..., L_2, D_v], got [2, 3, 4], [2, 5, 3] and [2, 5, 4]"},
                 {{of_type(f32, {2, 3, 4}), of_type(f32, {2, 5, 4}), of_type(f32, {2, 6, 4})},
                  {},
                  name + ": needs query [..., L_1, D_qk], key [..., L_2, D_qk] and value "
                         "[..., L_2, D_v], got [2, 3, 4], [2, 5, 4] and [2, 6, 4]"},
                 {{of_type(f32, {3, 4}), of_type(f32, {4}), of_type(f32, {5, 4})},
                  {},
                  name + ": needs query [..., L_1, D_qk], key [..., L_2, D_qk] and value "
                         "[..., L_2, D_v], got [3, 4], [4] and [5, 4]"},
                 {{of_type(f32, {3, 4}), of_type(f32, {5, 4}), of_type(f32, {4})},
                  {},
                  name + ": needs query [..., L_1, D_qk], key [..., L_2, D_qk] and value "
                         "[..., L_2, D_v], got [3, 4], [5, 4] and [4]"},
                 {{of_type(f32, {3, 2, 4}), of_type(f32, {2, 4}), of_type(f32, {2, 4})},
                  {{"enable_gqa", true}},
                  name + ": enable_gqa needs [..., heads, L, D] with a number of heads that "
                         "divides query's: query [3, 2, 4], got [2, 4]"},
                 {{of_type(f32, {3, 2, 4}), of_type(f32, {2, 2, 4}), of_type(f32, {2, 2, 4})},
                  {{"enable_gqa", true}},
                  name + ": enable_gqa needs [..., heads, L, D] with a number of heads that "
                         "divides query's: query [3, 2, 4], got [2, 2, 4]"},
                 {{of_type(f32, {3, 2, 4}), of_type(f32, {2, 2, 4}), of_type(f32, {2, 2, 4})},
                  {},
                  name + ": shapes do not broadcast: [3] and [2] (3 != 2 at dim -1)"},
                 {{of_type(f32, {3, 4}), of_type(f32, {5, 4}), of_type(f32, {5, 4}), bools({4, 5})},
                  {},
                  "Mask::keep: shapes do not broadcast: [4, 5] and [3, 5] (4 != 3 at dim -2)"}},
  };
}

NdArray naive_rotary(const NdArray& x, const NdArray& cos, const NdArray& sin, bool neighbours) {
  NdArray y = x;
  const int64_t half = x.shape.back() / 2;
  std::vector<int64_t> pairs = x.shape;
  pairs.back() = half;
  for_each_index(pairs, [&](const Index& at) {
    Index a = at, b = at;
    a.back() = neighbours ? 2 * at.back() : at.back();
    b.back() = neighbours ? 2 * at.back() + 1 : at.back() + half;
    const double c = broadcast_at(cos, at), s = broadcast_at(sin, at);
    y.at(a) = x.at(a) * c - x.at(b) * s;
    y.at(b) = x.at(a) * s + x.at(b) * c;
  });
  return y;
}

OpCase rotary_row() {
  return {
      .name = "rotary_embedding",
      .inputs = {"x", "cos", "sin"},
      .attributes = {flag("interleaved", false)},
      .call =
          [](auto& in, auto& with) {
            return rotary_embedding(
                in[0], in[1], in[2],
                with.flag("interleaved") ? RotaryPairs::neighbours : RotaryPairs::halves);
          },
      .reference =
          [](auto& in, auto& with) {
            return naive_rotary(in[0], in[1], in[2], with.flag("interleaved"));
          },
      .samples = {{{any({2, 3, 4}), any({3, 2}), any({3, 2})}},
                  {{any({2, 3, 4}), any({3, 2}), any({3, 2})}, {{"interleaved", true}}},
                  {{any({2, 2, 3, 2}), any({2, 1, 3, 1}), any({2, 1, 3, 1})}},
                  {{any({0, 4}), any({0, 2}), any({0, 2})}},
                  {{any({8, 90, 64}), any({90, 32}), any({90, 32})}}},
      .errors = {{{of_type(f32, {2, 3}), of_type(f32, {2, 1}), of_type(f32, {2, 1})},
                  {},
                  "rotary_embedding: needs x [..., L, D] with even D, and cos and sin that "
                  "broadcast to [..., L, D/2]: x [2, 3], cos [2, 1], sin [2, 1]"},
                 {{of_type(f32, {2, 4}), of_type(f32, {2, 2}), of_type(f32, {2, 1})},
                  {},
                  "rotary_embedding: needs x [..., L, D] with even D, and cos and sin that "
                  "broadcast to [..., L, D/2]: x [2, 4], cos [2, 2], sin [2, 1]"}},
      .no_golden_case = "PyTorch has no such op",
  };
}

}  // namespace

OpTable attention_ops() {
  return {attention_row(), rotary_row()};
}

}  // namespace heed::testing
