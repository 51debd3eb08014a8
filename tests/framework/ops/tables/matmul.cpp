// Rows of framework/ops/matmul.h.
#include "heed/framework/ops/matmul.h"

#include <functional>

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
                  "matmul: 0-d operands are not supported: [] @ [2]; use mul"},
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

OpCase bmm_row() {
  return {
      .name = "bmm",
      .inputs = {"input", "mat2"},
      .call = [](auto& in, auto&) { return bmm(in[0], in[1]); },
      .reference = [](auto& in, auto&) { return reference::matmul(in[0], in[1]); },
      .samples = {{{any({2, 2, 3}), any({2, 3, 2})}},
                  {{any({1, 1, 4}), any({1, 4, 3})}},
                  {{any({0, 2, 3}), any({0, 3, 2})}},
                  {{any({2, 2, 0}), any({2, 0, 2})}},
                  {{any({20, 30, 70}), any({20, 70, 5})}}},
      .errors = {{{of_type(f32, {2, 3}), of_type(f32, {3, 2})},
                  {},
                  "bmm: needs two 3-d tensors, got [2, 3] and [3, 2]"},
                 {{of_type(f32, {2, 2, 3}), of_type(f32, {1, 3, 2})},
                  {},
                  "bmm: batch sizes differ: [2, 2, 3] and [1, 3, 2]; matmul broadcasts"}},
  };
}

/// addmm and baddbmm: beta·c + alpha·(a @ b).
OpCase adding_product(const std::string& name,
                      Tensor (*call)(const Tensor&, const Tensor&, const Tensor&, double, double),
                      const Sizes& a, const Sizes& b, const Sizes& c) {
  OpCase row = {
      .name = name,
      .inputs = {"input", "mat1", "mat2"},
      .attributes = {number("beta", 1), number("alpha", 1)},
      .call =
          [call](auto& in, auto& with) {
            return call(in[0], in[1], in[2], with.number("beta"), with.number("alpha"));
          },
      .reference =
          [](auto& in, auto& with) {
            const reference::NdArray product = reference::matmul(in[1], in[2]);
            const double alpha = with.number("alpha"), beta = with.number("beta");
            return reference::each_pair(
                product, in[0], [&](double ab, double added) { return alpha * ab + beta * added; });
          },
      .samples = {{{any(c), any(a), any(b)}},
                  {{any({c.back()}), any(a), any(b)}, {{"beta", 0.5}, {"alpha", -2}}},
                  {{any({}), any(a), any(b)}, {{"alpha", 3}}}},
  };
  Sizes tall = a, long_result = c;  // enough rows for several threads
  tall[tall.size() - 2] = long_result[c.size() - 2] = 700;
  row.samples.push_back({{any(long_result), any(tall), any(b)}});
  Sizes wide = c;
  wide.back() += 1;
  row.errors.push_back(
      {{of_type(f32, wide), of_type(f32, a), of_type(f32, b)},
       {},
       text_of(name, ": shapes do not broadcast: ", IntList(std::span(wide)), " and ",
               IntList(std::span(c)), " (", wide.back(), " != ", c.back(), " at dim -1)")});
  return row;
}

OpCase outer_row() {
  return {
      .name = "outer",
      .inputs = {"input", "vec2"},
      .call = [](auto& in, auto&) { return outer(in[0], in[1]); },
      .reference =
          [](auto& in, auto&) {
            return reference::each_pair({{in[0].numel(), 1}, in[0].data}, in[1],
                                        std::multiplies<>());
          },
      .samples = {{{any({3}), any({2})}},
                  {{any({1}), any({1})}},
                  {{any({0}), any({2})}},
                  {{any({2100}), any({3})}}},
      .errors = {{{of_type(f32, {2, 3}), of_type(f32, {3})},
                  {},
                  "outer: needs two 1-d tensors, got [2, 3] and [3]"}},
      .dtypes = {f32, f64, i64},
  };
}

}  // namespace

OpTable matmul_ops() {
  return {matmul_row(),
          linear_op(),
          bmm_row(),
          adding_product("addmm", addmm, {2, 3}, {3, 4}, {2, 4}),
          adding_product("baddbmm", baddbmm, {2, 2, 3}, {2, 3, 4}, {2, 2, 4}),
          outer_row()};
}

}  // namespace heed::testing
