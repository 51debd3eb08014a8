// Masks: what each kind blocks, and that what is blocked has no influence at all.
#include "heed/framework/ops/mask.h"

#include <cmath>

#include "heed/framework/ops/attention.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/semantics_fixtures.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::mask_semantics_test {
namespace {

Tensor bools(const std::vector<double>& numbers, const Shape& shape) {
  return from_values(numbers, shape).to(DType::boolean);
}

/// Which scores of a shape are blocked, spread out, as 0 and 1.
Values blocked(const Mask& mask, const Shape& scores) {
  const Tensor blocked = mask.resolve(scores, DType::f64).blocked;
  if (!blocked.defined()) return values(zeros(scores, DType::f64));
  return values(expand(blocked, scores).to(DType::f64));
}

/// Attention of four queries over five keys, two heads, batch of two; and its gradients.
struct Case {
  Tensor query = normal({2, 2, 4, 3}, 1).requires_grad_();
  Tensor key = normal({2, 2, 5, 3}, 2).requires_grad_();
  Tensor value = normal({2, 2, 5, 2}, 3).requires_grad_();
  Tensor cotangent = normal({2, 2, 4, 2}, 4);
};

struct Answer {
  Tensor output, query, key, value;
};

Answer attend(const Case& of, const Mask& mask) {
  const Tensor y = scaled_dot_product_attention(of.query, of.key, of.value, {.mask = mask});
  const std::vector<Tensor> g =
      grad(std::vector{y}, std::vector{of.query, of.key, of.value}, std::vector{of.cotangent});
  return {y.detach(), g[0], g[1], g[2]};
}

void check_same(const Answer& got, const Answer& want) {
  CHECK(bit_difference(got.output, want.output) == "");
  CHECK(bit_difference(got.query, want.query) == "");
  CHECK(bit_difference(got.key, want.key) == "");
  CHECK(bit_difference(got.value, want.value) == "");
}

void check_close(const Answer& got, const Answer& want, double most) {
  CHECK(difference(got.output, want.output, most) == "");
  CHECK(difference(got.query, want.query, most) == "");
  CHECK(difference(got.key, want.key, most) == "");
  CHECK(difference(got.value, want.value, most) == "");
}

/// A copy of `x` [2, 2, 5, D] whose key `place` has other content; a leaf.
Tensor with_key(const Tensor& x, int64_t place, double content) {
  const Tensor chosen = eq(arange(5), static_cast<double>(place)).unsqueeze(1);
  return masked_fill(x.detach(), chosen, content).requires_grad_();
}

bool all_zero(const Tensor& x) {
  for (const double v : values(x)) {
    if (v != 0) return false;
  }
  return true;
}

const Shape four_by_five{2, 2, 4, 5};

}  // namespace

TEST_CASE("causal lets the first query see the first key, or the last query the last key") {
  CHECK(blocked(Mask::causal(), {2, 4}) == Values{0, 1, 1, 1, 0, 0, 1, 1});
  CHECK(blocked(Mask::causal(Alignment::bottom_right), {2, 4}) == Values{0, 0, 0, 1, 0, 0, 0, 0});
  CHECK(blocked(Mask::causal(), {4, 2}) == Values{0, 1, 0, 0, 0, 0, 0, 0});
  CHECK(blocked(Mask::causal(Alignment::bottom_right), {4, 2}) == Values{1, 1, 1, 1, 0, 1, 0, 0});
  CHECK(blocked(Mask::causal(), {3, 3}) == blocked(Mask::causal(Alignment::bottom_right), {3, 3}));
}

TEST_CASE("a window lets each query see the keys around its own place") {
  CHECK(blocked(Mask::window(1), {3, 5}) == Values{0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1});
  CHECK(blocked(Mask::window(1, Alignment::bottom_right), {3, 5}) ==
        Values{1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0});
  CHECK(blocked(Mask::window(0), {3, 3}) == Values{0, 1, 1, 1, 0, 1, 1, 1, 0});
  CHECK(blocked(Mask::window(1) & Mask::causal(), {3, 3}) == Values{0, 1, 1, 0, 0, 1, 1, 0, 0});
  CHECK(blocked(Mask::window(most), {2, 2}) == Values{0, 0, 0, 0});
  CHECK(message_of([] { Mask::window(-1); }) == "Mask::window: width must not be negative, got -1");
}

TEST_CASE("lengths count the keys of each sample, or of each query of each sample") {
  CHECK(blocked(Mask::lengths(tensor<int64_t>({1, 3})), {2, 2, 3}) ==
        Values{0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0});
  const Tensor per_query = from_values(Whole{0, 1, 2, 9}, {2, 2});
  CHECK(blocked(Mask::lengths(per_query), {2, 2, 3}) == Values{1, 1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0});
  CHECK(blocked(Mask::lengths(per_query), {2, 1, 2, 3}) ==
        blocked(Mask::lengths(per_query), {2, 2, 3}));
  CHECK(blocked(Mask::lengths(tensor<int64_t>({-1})), {1, 1, 2}) == Values{1, 1});
}

TEST_CASE("the conjunction of masks blocks what any of them blocks, in either order") {
  const std::vector<Mask> masks{
      Mask::causal(),
      Mask::window(1, Alignment::bottom_right),
      Mask::lengths(tensor<int64_t>({3, 5})),
      Mask::keep(bools({1, 0, 1, 1, 1}, {5})),
      Mask::block(bools({0, 0, 1, 0}, {4, 1})),
      Mask::additive(from_values(Values{0, 1, -infinity, 0, 2}, {5})),
      Mask::lengths(from_values(Whole{5, 4, 3, 2, 1, 2, 3, 4}, {2, 4})),
  };
  for (size_t i = 0; i < masks.size(); ++i) {
    for (size_t j = 0; j < masks.size(); ++j) {
      INFO("masks " << i << " and " << j);
      Values either = blocked(masks[i], four_by_five);
      const Values other = blocked(masks[j], four_by_five);
      for (size_t k = 0; k < either.size(); ++k) either[k] = either[k] + other[k] > 0 ? 1 : 0;
      CHECK(blocked(masks[i] & masks[j], four_by_five) == either);
    }
  }
  CHECK((Mask() & Mask()).empty());
  CHECK_FALSE((Mask() & Mask::causal()).empty());
}

TEST_CASE("two additive masks are added, and both get gradients") {
  const Case of;
  const Tensor a = normal({4, 5}, 5).requires_grad_(), b = normal({2, 1, 5}, 6).requires_grad_();
  const Answer both = attend(of, Mask::additive(a) & Mask::additive(b));
  // A bias without a gradient is added by the kernel.
  check_close(both, attend(of, Mask::additive((a + b).detach())), 1e-14);
  sum(scaled_dot_product_attention(of.query, of.key, of.value,
                                   {.mask = Mask::additive(a) & Mask::additive(b)}))
      .backward();
  CHECK_FALSE(all_zero(a.grad()));
  CHECK(b.grad().shape() == b.shape());
}

TEST_CASE("keep is block of the opposite, and a bias of minus infinity is block") {
  const Case of;
  const Tensor allowed =
      bools({1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1}, {4, 5});
  const Answer kept = attend(of, Mask::keep(allowed));
  check_same(attend(of, Mask::block(eq(allowed, 0))), kept);
  const Tensor bias = masked_fill(zeros({4, 5}, DType::f64), eq(allowed, 0), -infinity);
  check_same(attend(of, Mask::additive(bias)), kept);
  CHECK_FALSE(bit_difference(attend(of, Mask::block(allowed)).output, kept.output).empty());
}

TEST_CASE("a bias gets no gradient where it blocks") {
  const Case of;
  const Tensor bias = from_values(Values{0, -infinity, 1, -infinity, 0.5}, {5}).requires_grad_();
  sum(square(
          scaled_dot_product_attention(of.query, of.key, of.value, {.mask = Mask::additive(bias)})))
      .backward();
  const Values g = values(bias.grad());
  CHECK(g[1] == 0);
  CHECK(g[3] == 0);
  CHECK((g[0] != 0 && g[0] == g[0] && g[2] != 0 && g[4] != 0));
}

TEST_CASE("queries with nothing to attend to give zeros and zero gradients") {
  const Case of;
  const Answer nothing = attend(of, Mask::keep(bools({0}, {1, 1})));
  CHECK(all_zero(nothing.output));
  CHECK(all_zero(nothing.query));
  CHECK(all_zero(nothing.key));
  CHECK(all_zero(nothing.value));

  const Answer all_but_one = attend(of, Mask::block(bools({0, 1, 0, 0}, {4, 1})));
  const Answer open = attend(of, {});
  for (int64_t row = 0; row < 4; ++row) {
    const Tensor output = all_but_one.output.select(2, row), g = all_but_one.query.select(2, row);
    CHECK(all_zero(output) == (row == 1));
    CHECK(all_zero(g) == (row == 1));
    if (row == 1) continue;
    CHECK(bit_difference(output.contiguous(), open.output.select(2, row).contiguous()) == "");
    CHECK(bit_difference(g.contiguous(), open.query.select(2, row).contiguous()) == "");
  }
  // The keys and values feel the other queries alone.
  Case without;
  without.cotangent = masked_fill(of.cotangent, bools({0, 1, 0, 0}, {4, 1}), 0);
  const Answer silent = attend(without, {});
  CHECK(bit_difference(all_but_one.value, silent.value) == "");
}

TEST_CASE("keys that no query may see have no influence, whatever they hold") {
  const Case of;
  const std::vector<Mask> masks{Mask::keep(bools({1, 1, 1, 1, 0}, {5})),
                                Mask::lengths(tensor<int64_t>({4, 4})), Mask::causal(),
                                Mask::additive(from_values(Values{0, 1, 2, 3, -infinity}, {5})),
                                Mask::window(0) & Mask::causal()};
  for (size_t i = 0; i < masks.size(); ++i) {
    const Answer want = attend(of, masks[i]);
    for (const double content : {0.0, 7.0, -1e300, nan, infinity, -infinity}) {
      INFO("mask " << i << ", content " << content);
      Case changed;
      changed.key = with_key(of.key, 4, content);
      changed.value = with_key(of.value, 4, content);
      const Answer got = attend(changed, masks[i]);
      check_same(got, want);
      CHECK(all_zero(got.key.select(2, 4)));
      CHECK(all_zero(got.value.select(2, 4)));
    }
  }
}

TEST_CASE("a query that may see nothing has no influence, not even by NaN on gradients") {
  const Case of;
  const Mask mask = Mask::lengths(tensor<int64_t>({5, 0}));  // nothing for the second sample
  const Answer want = attend(of, mask);
  for (const double content : {7.0, 1e300, nan, infinity}) {
    INFO("content " << content);
    Case changed;
    const Tensor filled = full(select(of.query, 0, 1).shape(), content, DType::f64);
    changed.query =
        stack(std::vector{select(of.query, 0, 0).detach(), filled}, 0).detach().requires_grad_();
    check_same(attend(changed, mask), want);
  }
}

TEST_CASE("a key that one query may not see has no influence on that query") {
  const Case of;
  Case changed;
  changed.key = with_key(of.key, 3, 5);
  changed.value = with_key(of.value, 3, -9);
  const Answer before = attend(of, Mask::causal()), after = attend(changed, Mask::causal());
  for (int64_t row = 0; row < 3; ++row) {
    CHECK(bit_difference(after.output.select(2, row).contiguous(),
                         before.output.select(2, row).contiguous()) == "");
    CHECK(bit_difference(after.query.select(2, row).contiguous(),
                         before.query.select(2, row).contiguous()) == "");
  }
  CHECK_FALSE(bit_difference(after.output, before.output).empty());
}

TEST_CASE("a sample's padding may hold NaN while another sample sees that place") {
  const Case of;
  const Mask lengths = Mask::lengths(tensor<int64_t>({5, 2}));
  const Answer want = attend(of, lengths);
  const Tensor padding = ge(arange(5), tensor<int64_t>({5, 2}).view({2, 1, 1})).unsqueeze(-1);
  Case changed;
  changed.key = masked_fill(of.key.detach(), padding, nan).requires_grad_();
  changed.value = masked_fill(of.value.detach(), padding, infinity).requires_grad_();
  check_same(attend(changed, lengths), want);
}

TEST_CASE("each head may have a mask of its own") {
  const Case of;
  const Tensor allowed = bools({1, 1, 0, 0, 0, 0, 0, 1, 1, 1}, {2, 1, 5});
  const Answer both = attend(of, Mask::keep(allowed));
  for (int64_t head = 0; head < 2; ++head) {
    const Answer alone = attend(of, Mask::keep(allowed.select(0, head)));
    CHECK(bit_difference(both.output.select(1, head).contiguous(),
                         alone.output.select(1, head).contiguous()) == "");
    CHECK(bit_difference(both.key.select(1, head).contiguous(),
                         alone.key.select(1, head).contiguous()) == "");
  }
}

TEST_CASE("masked_softmax gives nothing to what is blocked, even NaN") {
  const Tensor x = leaf({1, nan, 2, nan, nan, nan}, {2, 3});
  const Tensor y = masked_softmax(x, bools({0, 1, 0, 1, 1, 1}, {2, 3}));
  const double small = 1 / (1 + std::exp(1.0));
  const Values got = values(y);
  CHECK(std::fabs(got[0] - small) < 1e-15);
  CHECK(got[1] == 0);
  CHECK(std::fabs(got[2] - (1 - small)) < 1e-15);
  CHECK(shown(y.slice(0, 1, 2)) == shown({0, 0, 0}));
  const Values g = values(grad(y, x, leaf({1, nan, 0, nan, nan, nan}, {2, 3}).detach()));
  CHECK(std::fabs(g[0] - small * (1 - small)) < 1e-15);
  CHECK(g[1] == 0);
  CHECK(shown(Values(g.begin() + 3, g.end())) == shown({0, 0, 0}));
}

}  // namespace heed::testing::mask_semantics_test
