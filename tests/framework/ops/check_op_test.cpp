// check_op finds wrong ops out, and says what it did not check.
#include <cmath>

#include "heed/framework/autograd/record.h"
#include "heed/framework/kernels/map.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/testing.h"
#include "heed/tests/support/catch.h"
#include "heed/tests/support/expect.h"

namespace heed::testing::check_op_test {
namespace {

/// x / √(1 + x²), with a pullback.
template <class Pullback>
Tensor recorded(const Tensor& x, Pullback pullback) {
  const auto f = [](auto v) { return v / std::sqrt(1 + v * v); };
  return record("isru", kernels::map_floating("isru", x, f), x, std::move(pullback));
}

Tensor right(const Tensor& x) {
  return recorded(x,
                  [x = Saved(x)](const Tensor& g) { return g * pow(square(x.get()) + 1, -1.5); });
}

double isru_of(double v) {
  return v / std::sqrt(1 + v * v);
}

OpCase row_of(UnaryOp op) {
  OpCase row = unary("isru", op, isru_of, any);
  row.errors = {
      {{of_type(i64, {2})}, {}, "isru: takes f32 or f64, got i64; write .to(DType::f32)"}};
  return row;
}

}  // namespace

TEST_CASE("check_op passes a right op, and counts what it did") {
  const Report report = check_op(row_of(right));
  CHECK(report.text() ==
        "isru: passed: 121 checks at 8 samples, 25 elements gradchecked, 50 gradgradchecked");
  CHECK(report.passed);
}

TEST_CASE("check_op finds a wrong value") {
  const Report report = check_op(row_of([](const Tensor& x) { return right(x) * 1.001; }));
  CHECK(finds(report, "it leaves its inputs alone, and gives the values of its reference"));
}

TEST_CASE("check_op finds a wrong gradient") {
  const Report report = check_op(row_of([](const Tensor& x) {
    return recorded(x, [x = Saved(x)](const Tensor& g) { return g / (square(x.get()) + 1); });
  }));
  CHECK(finds(report, "its gradients equal central differences, in every element"));
}

TEST_CASE("check_op finds a gradient of what has changed since, and says how to notice it") {
  const Report report = check_op(row_of([](const Tensor& x) {
    return recorded(x, [x](const Tensor& g) { return g * pow(square(x.detach()) + 1, -1.5); });
  }));
  CHECK(finds(report, "it refuses in backward an input that was changed in place"));
  CHECK(report.text().find(" (capture it as heed::Saved)\n") != std::string::npos);
}

TEST_CASE("check_op finds a right gradient whose own gradient is missing") {
  const Report report = check_op(row_of([](const Tensor& x) {
    return recorded(
        x, [x = Saved(x)](const Tensor& g) { return g * pow(square(x.get()) + 1, -1.5).detach(); });
  }));
  CHECK_FALSE(finds(report, "its gradients equal central differences"));
  CHECK(finds(report, "its second gradients equal central differences"));
}

TEST_CASE("check_op finds an op that reads memory in the order in which it lies") {
  const Report report = check_op(row_of([](const Tensor& x) {
    if (!is_floating(x.dtype())) return right(x);
    return visit_floating("isru", x.dtype(), [&]<class T>() {
      std::vector<T> values(x.data<T>(), x.data<T>() + x.numel());
      for (T& v : values) v = static_cast<T>(isru_of(v));
      return record("isru", from_values(values, x.shape()), x,
                    [x = Saved(x)](const Tensor& g) { return g * pow(square(x.get()) + 1, -1.5); });
    });
  }));
  CHECK(finds(report, "it does not see how inputs are laid out in memory"));
}

TEST_CASE("check_op finds an op that changes its input") {
  const Report report = check_op(row_of([](const Tensor& x) {
    const Tensor y = right(x);
    if (x.numel() > 0 && x.dtype() == DType::f64) x.mutable_data<double>()[0] += 1;
    return y;
  }));
  CHECK(finds(report, "it leaves its inputs alone"));
}

TEST_CASE("check_op finds an op that does not refuse what others of its kind do") {
  const Report report = check_op(row_of(
      [](const Tensor& x) { return is_floating(x.dtype()) ? right(x) : right(x.to(DType::f64)); }));
  CHECK(
      finds(report, "it is exact in the integer and bool dtypes it takes and refuses the others"));
  CHECK(finds(report, "it refuses what it must in whole messages, and leaks nothing"));
}

TEST_CASE("check_op finds an op that hides NaN, and a row that says so without need") {
  const auto hiding = [](const Tensor& x) { return nan_to_num(right(x)); };
  OpCase row = row_of(hiding);
  CHECK(finds(check_op(row), "its outputs show that all of an input is NaN"));
  row.hides_nan = "that is what it is for";
  CHECK(check_op(row).passed);
  row = row_of(right);
  row.hides_nan = "that is what it is for";
  CHECK(finds(check_op(row), "it hides NaN as its row says"));
}

TEST_CASE("check_op says what it could not check and what no sample tried") {
  OpCase row = row_of(right);
  row.reference = {};
  row.no_reference = "it is the definition";
  row.samples = {{{any({0})}}};
  row.errors = {};
  CHECK(check_op(row).text() ==
        "isru: passed: 20 checks at 1 sample, 0 elements gradchecked, 0 gradgradchecked\n"
        "  not checked: it gives the right values: there is no reference: it is the definition\n"
        "  not checked: its gradients equal central differences, in every element: needs a sample "
        "with elements\n"
        "  not tried: an input of more than 2,048 elements, to be split between threads");
  row.samples = {{{any({3, 1000})}}};
  const Report large = check_op(row);
  CHECK(large.passed);
  CHECK(large.text().find("\n  not checked: its gradients equal central differences, in every "
                          "element: needs a row that is differentiable and a smooth sample with a "
                          "floating input, of at most 2,048 elements each\n") != std::string::npos);
}

TEST_CASE("check_op fails a row that is not complete") {
  OpCase row = row_of(right);
  row.samples = {};
  CHECK(finds(check_op(row), "it has samples: there is nothing to try it on"));
  row = row_of(right);
  row.reference = {};
  CHECK(finds(check_op(row),
              "it has either a reference or the reason why there is none: it has neither: write "
              ".reference, or why not in .no_reference"));
  row = row_of(right);
  row.call = {};
  CHECK(finds(check_op(row), "it has a function to call: .call is missing"));
}

TEST_CASE("check_op says once what is wrong with a sample on which the op throws") {
  OpCase row = row_of(right);
  row.attributes = {number("scale")};
  row.samples = {{{any({2})}}};
  const Report report = check_op(row);
  REQUIRE(report.problems.size() == 2);
  CHECK(
      report.problems[0] ==
      "isru, sample 0 [2] {}: broken rule: it can be called: throws: missing attribute \"scale\"");
}

}  // namespace heed::testing::check_op_test
