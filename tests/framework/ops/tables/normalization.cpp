// Rows of framework/ops/normalization.h.
#include "heed/framework/ops/normalization.h"

#include <algorithm>
#include <cmath>
#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/normalization.h"
#include "heed/tests/framework/ops/reference/reduce.h"

namespace heed::testing {
namespace {

OpCase rms_norm_op() {
  const Json last = {{"normalized_shape", Json::array({4})}};
  const Json last_two = {{"normalized_shape", {2, 3}}, {"eps", 0.125}};
  return {
      .name = "rms_norm",
      .inputs = {"x", "weight?"},
      .attributes = {integers("normalized_shape"), number("eps", left_out)},
      .call =
          [](auto& in, auto& with) {
            const auto eps =
                with.has("eps") ? std::optional(with.number("eps")) : std::optional<double>();
            return rms_norm(in[0], with.shape("normalized_shape"), in[1], eps);
          },
      .reference =
          [](auto& in, auto& with) {
            // f32's own epsilon is beyond what the values here can show.
            const double eps = with.has("eps") ? with.number("eps") : 0x1p-52;
            return reference::rms_norm(in[0], with.integers("normalized_shape"), in.maybe(1), eps);
          },
      .samples = {{{nonzero({2, 2, 4})}, last},
                  {{nonzero({2, 2, 4}), any({4})}, last},
                  {{nonzero({4}), any({4})}, last},
                  {{nonzero({2, 2, 3}), any({2, 3})}, last_two},
                  {{listed({0, 0, 0, 0}, {1, 4})},
                   {{"normalized_shape", Json::array({4})}, {"eps", 0.125}}},
                  {{nonzero({0, 4}), any({4})}, last},
                  {{nonzero({9000, 4}), any({4})}, last},
                  {{nonzero({70, 600}), any({600})}, {{"normalized_shape", Json::array({600})}}}},
      .errors = {{{of_type(f32, {2, 3})},
                  last,
                  "rms_norm: normalized_shape [4] is not the tail of x's shape [2, 3]"},
                 {{of_type(f32, {2, 4}), of_type(f32, {3})},
                  last,
                  "rms_norm: weight must have normalized_shape [4], got [3]"},
                 {{of_type(f32, {2, 4}), of_type(f64, {4})},
                  last,
                  "rms_norm: dtypes differ: f32 [2, 4] and f64 [4]; write .to(DType::f32) on the "
                  "second or .to(DType::f64) on the first"}},
  };
}

OpCase layer_norm_op() {
  const Json last = {{"normalized_shape", Json::array({4})}};
  const Json last_two = {{"normalized_shape", {2, 3}}, {"eps", 0.125}};
  return {
      .name = "layer_norm",
      .inputs = {"x", "weight?", "bias?"},
      .attributes = {integers("normalized_shape"), number("eps", 1e-5)},
      .call =
          [](auto& in, auto& with) {
            return layer_norm(in[0], with.shape("normalized_shape"), in[1], in[2],
                              with.number("eps"));
          },
      .reference =
          [](auto& in, auto& with) {
            return reference::layer_norm(in[0], with.integers("normalized_shape"), in.maybe(1),
                                         in.maybe(2), with.number("eps"));
          },
      .samples = {{{distinct({2, 2, 4})}, last},
                  {{distinct({2, 2, 4}), any({4}), any({4})}, last},
                  {{distinct({2, 4}), any({4})}, last},
                  {{distinct({2, 4}), absent(), any({4})}, last},
                  {{distinct({4})}, last},
                  {{distinct({2, 2, 3}), any({2, 3}), any({2, 3})}, last_two},
                  {{listed({2, 2, 2, 2, 1, 2, 4, 3}, {2, 4})},
                   {{"normalized_shape", Json::array({4})}, {"eps", 0.125}}},
                  {{distinct({0, 4}), any({4}), any({4})}, last},
                  {{distinct({2, 0}), any({0}), any({0})},
                   {{"normalized_shape", Json::array({0})}}},
                  {{any({9000, 4}), any({4}), any({4})},
                   {{"normalized_shape", Json::array({4})}, {"eps", 0.125}}},
                  {{any({70, 600}), any({600}), any({600})},
                   {{"normalized_shape", Json::array({600})}}}},
      .errors = {{{of_type(f32, {2, 3})},
                  {{"normalized_shape", {4}}},
                  "layer_norm: normalized_shape [4] is not the tail of x's shape [2, 3]"},
                 {{of_type(f32, {2, 3})},
                  {{"normalized_shape", Json::array()}},
                  "layer_norm: normalized_shape [] is not the tail of x's shape [2, 3]"},
                 {{of_type(f32, {2, 4}), of_type(f32, {3})},
                  last,
                  "layer_norm: weight must have normalized_shape [4], got [3]"},
                 {{of_type(f32, {2, 4}), absent(), of_type(f64, {4})},
                  last,
                  "layer_norm: dtypes differ: f32 [2, 4] and f64 [4]; write .to(DType::f32) on the "
                  "second or .to(DType::f64) on the first"}},
  };
}

reference::NdArray naive_cosine(const reference::NdArray& a, const reference::NdArray& b,
                                int64_t dim, double eps) {
  const auto times = [](double v, double w) { return v * w; };
  const auto along = [&](const reference::NdArray& v, const reference::NdArray& w) {
    const reference::NdArray products = reference::each_pair(v, w, times);
    if (products.shape.empty()) return products;
    return reference::sum(products, {dim});
  };
  const auto both = reference::filled(reference::broadcast_shapes(a.shape, b.shape), 1.0);
  const reference::NdArray x = reference::each_pair(a, both, times),
                           y = reference::each_pair(b, both, times);
  const auto length = [eps](double squares) { return std::max(std::sqrt(squares), eps); };
  const auto lengths = reference::each_pair(reference::each(along(x, x), length),
                                            reference::each(along(y, y), length), times);
  return reference::each_pair(along(x, y), lengths, [](double v, double w) { return v / w; });
}

OpCase cosine_similarity_row() {
  return {
      .name = "cosine_similarity",
      .inputs = {"x1", "x2"},
      .attributes = {integer("dim", 1), number("eps", 1e-8)},
      .call =
          [](auto& in, auto& with) {
            return cosine_similarity(in[0], in[1], with.integer("dim"), with.number("eps"));
          },
      .reference =
          [](auto& in, auto& with) {
            return naive_cosine(in[0], in[1], with.integer("dim"), with.number("eps"));
          },
      .samples = {{{nonzero({2, 3}), nonzero({2, 3})}},
                  {{nonzero({4}), nonzero({4})}, {{"dim", 0}}},
                  {{nonzero({2, 1, 4}), nonzero({3, 4})}, {{"dim", -1}}},
                  {{nonzero({2, 3}), nonzero({3})}, {{"dim", 0}}},
                  {{nonzero({2, 3}), nonzero({2, 3})}, {{"eps", 64}}},
                  {{nonzero({}), nonzero({})}, {{"dim", 0}}},
                  {{nonzero({0, 3}), nonzero({0, 3})}},
                  {{nonzero({3, 0}), nonzero({3, 0})}},
                  {{nonzero({40, 600}), nonzero({40, 600})}}},
      .errors = {shapes_that_do_not_broadcast("cosine_similarity"),
                 dtypes_that_differ("cosine_similarity"),
                 {{of_type(f32, {3}), of_type(f32, {3})},
                  {},
                  "cosine_similarity: dim 1 is out of range for a 1-d tensor; it goes from -1 to "
                  "0"}},
  };
}

}  // namespace

OpTable normalization_ops() {
  return {layer_norm_op(), rms_norm_op(), cosine_similarity_row()};
}

}  // namespace heed::testing
