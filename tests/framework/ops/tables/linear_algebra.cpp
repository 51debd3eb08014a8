// Rows of framework/ops/linear_algebra.h.
#include "heed/framework/ops/linear_algebra.h"

#include "heed/tests/framework/ops/case/op_rows.h"
#include "heed/tests/framework/ops/reference/linear_algebra.h"

namespace heed::testing {
namespace {

const Tolerance decomposed = {.f64 = 1e-11,
                              .f32 = 5e-4,
                              .gradient_f32 = 2e-2,
                              .reason = "errors grow with the inverse gaps between the values"};

ErrorCase not_matrices(const std::string& name) {
  return {{of_type(f32, {3})}, {}, name + ": needs matrices [batch…, M, N], not [3]"};
}
ErrorCase not_square(const std::string& name) {
  return {{of_type(f32, {2, 3})}, {}, name + ": needs square matrices, not [2, 3]"};
}
ErrorCase not_finite(const std::string& name, const std::string& value) {
  return {{listed({1, 2, 3, 4, 1, 2, std::stod(value), 4}, {2, 2, 2})},
          {},
          name +
              ": matrix 1 of the batch has a NaN or an infinity; look for the op that made it with "
              "AnomalyMode"};
}

OpCase svd_row() {
  return {
      .name = "svd",
      .inputs = {"A"},
      .attributes = {flag("full_matrices", true)},
      .call =
          [](auto& in, auto& with) {
            const Svd y = svd(in[0], with.flag("full_matrices"));
            return Tensors{y.u, y.s, y.vh};
          },
      .reference = [](auto& in,
                      auto& with) { return reference::svd(in[0], with.flag("full_matrices")); },
      .samples = {{{any({3, 3})}},
                  {{any({4, 2})}, {{"full_matrices", false}}},
                  {{any({2, 4})}, {{"full_matrices", false}}},
                  {{any({2, 3, 2})}, {{"full_matrices", false}}},
                  {{any({4, 3})}, {}, false},
                  {{any({2, 2, 3})}, {}, false},
                  {{any({1, 1})}},
                  {{any({0, 3, 2})}, {{"full_matrices", false}}},
                  {{any({3, 0})}},
                  {{any({2, 0, 3})}},
                  {{any({0, 2})}, {{"full_matrices", false}}},
                  {{any({48, 6, 8})}, {{"full_matrices", false}}}},
      .errors = {not_matrices("svd"), not_finite("svd", "nan"), not_finite("svd", "-inf")},
      .tolerance = decomposed,
  };
}

OpCase svdvals_row() {
  return {
      .name = "svdvals",
      .inputs = {"A"},
      .call = [](auto& in, auto&) { return svdvals(in[0]); },
      .reference = [](auto& in, auto&) { return reference::svd(in[0], false)[1]; },
      .samples = {{{any({3, 2})}}, {{any({2, 2, 4})}}, {{any({0, 3})}}, {{any({48, 8, 6})}}},
      .errors = {not_matrices("svdvals")},
      .tolerance = decomposed,
  };
}

/// Only one triangle is read, but the gradient is that of a symmetric matrix: differences of
/// outputs say something else, so gradcheck is in linear_algebra_test.cpp.
OpCase eigh_row() {
  return {
      .name = "eigh",
      .inputs = {"A"},
      .attributes = {text("UPLO", "L")},
      .call =
          [](auto& in, auto& with) {
            const Eigh y = eigh(in[0], with.text("UPLO"));
            return Tensors{y.values, y.vectors};
          },
      .reference = [](auto& in,
                      auto& with) { return reference::eigh(in[0], with.text("UPLO") == "U"); },
      .samples = {{{any({3, 3})}, {}, false},
                  {{any({3, 3})}, {{"UPLO", "U"}}, false},
                  {{any({2, 4, 4})}, {}, false},
                  {{any({1, 1})}, {}, false},
                  {{any({0, 0})}, {}, false},
                  {{any({2, 0, 3, 3})}, {}, false},
                  {{any({48, 7, 7})}, {}, false}},
      .errors = {not_matrices("eigh"),
                 not_square("eigh"),
                 not_finite("eigh", "nan"),
                 {{of_type(f32, {2, 2})},
                  {{"UPLO", "l"}},
                  "eigh: UPLO is \"L\" or \"U\", the triangle that is read, not \"l\""}},
      .tolerance = decomposed,
  };
}

OpCase qr_row() {
  return {
      .name = "qr",
      .inputs = {"A"},
      .attributes = {text("mode", "reduced")},
      .call =
          [](auto& in, auto& with) {
            const Qr y = qr(in[0], with.text("mode"));
            return Tensors{y.q, y.r};
          },
      .reference = [](auto& in, auto& with) { return reference::qr(in[0], with.text("mode")); },
      .samples = {{{any({3, 3})}},
                  {{any({4, 2})}},
                  {{any({2, 4})}},
                  {{any({2, 3, 2})}, {{"mode", "r"}}},
                  {{any({2, 2, 3})}, {{"mode", "complete"}}},
                  {{any({1, 1})}},
                  {{any({0, 3, 2})}},
                  {{any({0, 2})}},
                  {{any({48, 8, 6})}}},
      .errors = {not_matrices("qr"),
                 not_finite("qr", "inf"),
                 {{of_type(f32, {2, 2})},
                  {{"mode", "full"}},
                  "qr: mode is \"reduced\", \"complete\" or \"r\", not \"full\""}},
      .tolerance = decomposed,
  };
}

OpCase inv_row() {
  return {
      .name = "inv",
      .inputs = {"A"},
      .call = [](auto& in, auto&) { return inv(in[0]); },
      .reference = [](auto& in, auto&) { return reference::inv(in[0]); },
      .samples = {{{any({3, 3})}}, {{any({2, 2, 2})}}, {{any({0, 0})}}, {{any({60, 6, 6})}}},
      .errors = {not_matrices("inv"),
                 not_square("inv"),
                 not_finite("inv", "nan"),
                 {{listed({1, 0, 0, 1, 1, 2, 2, 4}, {2, 2, 2})},
                  {},
                  "inv: matrix 1 of the batch is singular"}},
      .tolerance = decomposed,
  };
}

}  // namespace

OpTable linear_algebra_ops() {
  return {svd_row(), svdvals_row(), eigh_row(), qr_row(), inv_row()};
}

}  // namespace heed::testing
