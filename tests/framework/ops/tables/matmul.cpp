// Rows of matrix products.
#include "heed/framework/ops/matmul.h"
#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/matmul.h"

namespace heed::testing {
namespace {

OpCase matmul_row() {
  return {
      .name = "matmul",
      .inputs = {"input", "other"},
      .call = [](auto& in, auto&) { return matmul(in[0], in[1]); },
      .reference = [](auto& in, auto&) { return reference::matmul(in[0], in[1]); },
      .samples = {{{any({4}), any({4})}},
                  {{any({3}), any({3, 2})}},
                  {{any({2, 3}), any({3})}},
                  {{any({2, 3}), any({3, 4})}},
                  {{any({3}), any({2, 3, 2})}},
                  {{any({2, 2, 3}), any({3})}},
                  {{any({2, 2, 3}), any({3, 2})}},
                  {{any({2, 3}), any({2, 3, 2})}},
                  {{any({2, 2, 3}), any({2, 3, 2})}},
                  {{any({2, 1, 2, 3}), any({3, 3, 2})}},
                  {{any({1, 2, 2, 1}), any({2, 1, 1, 3})}},
                  {{any({2, 2, 2, 3}), any({2, 2, 3, 2})}},
                  {{any({1, 1}), any({1, 1})}},
                  {{any({2, 0}), any({0, 3})}},
                  {{any({0, 2}), any({2, 3})}},
                  {{any({0, 2, 2}), any({2, 3})}},
                  {{any({2, 0, 2}), any({2, 2, 3})}},
                  {{any({0}), any({0})}},
                  {{any({600, 70}), any({70, 60})}},
                  {{any({20, 30, 70}), any({20, 70, 5})}},
                  {{any({8, 4200}), any({4200, 3})}}},
      .errors = {{{of_type(f32, {8, 16, 32}), of_type(f32, {8, 64, 16})},
                  {},
                  "matmul: inner dimensions differ: [8, 16, 32] @ [8, 64, 16] (32 != 64)"},
                 {{of_type(f32, {}), of_type(f32, {2})},
                  {},
                  "matmul: a 0-d tensor is no matrix: [] @ [2]; use mul"},
                 {{of_type(f32, {2, 2}), of_type(f64, {2, 2})},
                  {},
                  "matmul: dtypes differ: f32 [2, 2] and f64 [2, 2]; write .to(DType::f32) on the "
                  "second or .to(DType::f64) on the first"},
                 {{of_type(f32, {2, 2, 3}), of_type(f32, {3, 3, 2})},
                  {},
                  "matmul: shapes do not broadcast: [2] and [3] (2 != 3 at dim -1)"}},
  };
}

OpCase linear_op() {
  return {
      .name = "linear",
      .inputs = {"input", "weight", "bias?"},
      .call = [](auto& in, auto&) { return linear(in[0], in[1], in[2]); },
      .reference = [](auto& in, auto&) { return reference::linear(in[0], in[1], in.maybe(2)); },
      .samples = {{{any({2, 2, 3}), any({4, 3})}},
                  {{any({2, 3}), any({4, 3}), any({4})}},
                  {{any({2, 2, 3}), any({4, 3}), any({4})}},
                  {{any({3}), any({2, 3}), any({2})}},
                  {{any({0, 3}), any({2, 3}), any({2})}},
                  {{any({2, 0}), any({3, 0}), any({3})}},
                  {{any({2, 3}), any({0, 3}), any({0})}},
                  {{any({600, 70}), any({60, 70}), any({60})}},
                  {{any({2, 2100, 9}), any({5, 9}), any({5})}}},
      .errors = {{{of_type(f32, {2, 3}), of_type(f32, {4, 2})},
                  {},
                  "linear: needs x [..., in] and weight [out, in]: x [2, 3], weight [4, 2]"},
                 {{of_type(f32, {2, 3}), of_type(f32, {4, 3}), of_type(f32, {3})},
                  {},
                  "linear: bias must be [out] = [4], got [3]"},
                 {{of_type(f32, {2, 3}), of_type(f64, {4, 3})},
                  {},
                  "linear: dtypes differ: f32 [2, 3] and f64 [4, 3]; write .to(DType::f32) on the "
                  "second or .to(DType::f64) on the first"},
                 {{of_type(f32, {2, 3})}, {}, "linear: missing input 1, \"weight\""}},
  };
}

}  // namespace

OpTable matmul_ops() {
  return {matmul_row(), linear_op()};
}

}  // namespace heed::testing
