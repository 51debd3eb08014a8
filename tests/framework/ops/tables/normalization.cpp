// Rows of framework/ops/normalization.h.
#include "heed/framework/ops/normalization.h"
#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/normalization.h"

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

}  // namespace

OpTable normalization_ops() {
  return {layer_norm_op(), rms_norm_op()};
}

}  // namespace heed::testing
