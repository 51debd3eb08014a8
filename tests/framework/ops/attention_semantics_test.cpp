// Attention and rotary embedding: the properties that their definitions promise.
#include "heed/framework/ops/attention.h"

#include <array>
#include <cmath>

#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/random.h"
#include "heed/framework/ops/rearrange.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/semantics_fixtures.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::attention_semantics_test {
namespace {

/// `x` [L, D] turned as at the given positions.
Tensor turned(const Tensor& x, const std::vector<int64_t>& positions,
              RotaryPairs pairs = RotaryPairs::halves) {
  const Tensor at = from_values(positions, {static_cast<int64_t>(positions.size())});
  const auto [cos, sin] = rotary_angles(at, x.size(-1), 10000, DType::f64);
  return rotary_embedding(x, cos, sin, pairs);
}

/// The halves of each row, one element from each in turn.
Tensor interleaved(const Tensor& x) {
  const int64_t half = x.size(-1) / 2;
  const std::array halves{x.slice(-1, 0, half), x.slice(-1, half, 2 * half)};
  return reshape(stack(halves, -1), x.shape());
}

}  // namespace

TEST_CASE("grouped heads are repeated heads, bit by bit, with gradients summed over each group") {
  const Tensor query = normal({2, 6, 4, 3}, 1).requires_grad_();
  const Tensor key = normal({2, 2, 5, 3}, 2).requires_grad_();
  const Tensor value = normal({2, 2, 5, 2}, 3).requires_grad_();
  const Tensor cotangent = normal({2, 6, 4, 2}, 4);
  const Mask mask = Mask::lengths(tensor<int64_t>({3, 5}));
  const Tensor grouped =
      scaled_dot_product_attention(query, key, value, {.mask = mask, .enable_gqa = true});
  const Tensor keys = repeat_interleave(key.detach(), 3, 1).requires_grad_();
  const Tensor repeated =
      scaled_dot_product_attention(query, keys, repeat_interleave(value, 3, 1), {.mask = mask});
  CHECK(bit_difference(grouped, repeated) == "");
  const Tensor per_head = grad(repeated, keys, cotangent, {.retain_graph = true});
  CHECK(difference(grad(grouped, key, cotangent, {.retain_graph = true}),
                   sum(per_head.view({2, 2, 3, 5, 3}), {2}), 1e-14) == "");
  CHECK(bit_difference(grad(grouped, query, cotangent), grad(repeated, query, cotangent)) == "");
}

TEST_CASE("the weights of each query sum to 1 and give the output") {
  const Tensor query = normal({2, 3, 4}, 1), key = normal({2, 5, 4}, 2);
  const Tensor value = normal({2, 5, 3}, 3);
  const Mask mask = Mask::block(tensor<int64_t>({0, 1, 0, 0, 0}).to(DType::boolean));
  const auto [output, weights] = attention_with_weights(query, key, value, {.mask = mask});
  CHECK(weights.shape() == Shape{2, 3, 5});
  CHECK(difference(sum(weights, {-1}), ones({2, 3}, DType::f64), 1e-15) == "");
  CHECK(sum(weights.select(2, 1)).item() == 0);
  CHECK(amin(weights).item() == 0);
  CHECK(difference(output, matmul(weights, value), 1e-15) == "");
  CHECK(difference(output, scaled_dot_product_attention(query, key, value, {.mask = mask}),
                   1e-15) == "");
}

TEST_CASE("the weights are those before dropout, the output is that after it") {
  const Tensor query = normal({2, 3, 4}, 1), key = normal({2, 5, 4}, 2);
  const Tensor value = normal({2, 5, 3}, 3);
  const AttentionDropout thin{.p = 0.5, .stream = stream(7, Purpose::user)};
  const Tensor plain = attention_with_weights(query, key, value).weights;
  const auto [output, weights] = attention_with_weights(query, key, value, {.dropout = thin});
  CHECK(bit_difference(weights, plain) == "");
  CHECK(bit_difference(output, matmul(dropout(weights, thin.p, thin.stream), value)) == "");
  CHECK_FALSE(bit_difference(output, matmul(weights, value)).empty());
  const AttentionDropout everything{.p = 1, .stream = thin.stream};
  CHECK(shown(scaled_dot_product_attention(query, key, value, {.dropout = everything})) ==
        shown(Values(18, 0.0)));
}

TEST_CASE("is_causal is the mask causal, alone and beside another") {
  const Tensor query = normal({2, 4, 3}, 1), key = normal({2, 6, 3}, 2),
               value = normal({2, 6, 3}, 3);
  const Mask lengths = Mask::lengths(tensor<int64_t>({1, 3}));
  CHECK(bit_difference(scaled_dot_product_attention(query, key, value, {.is_causal = true}),
                       scaled_dot_product_attention(query, key, value, {.mask = Mask::causal()})) ==
        "");
  CHECK(bit_difference(
            scaled_dot_product_attention(query, key, value, {.mask = lengths, .is_causal = true}),
            scaled_dot_product_attention(query, key, value, {.mask = Mask::causal() & lengths})) ==
        "");
}

TEST_CASE("scale replaces the default of one over the root of the width") {
  const Tensor query = normal({3, 4}, 1), key = normal({5, 4}, 2), value = normal({5, 2}, 3);
  const Tensor plain = scaled_dot_product_attention(query, key, value);
  CHECK(bit_difference(scaled_dot_product_attention(query, key, value, {.scale = 0.5}), plain) ==
        "");
  CHECK(difference(scaled_dot_product_attention(query * 4, key, value, {.scale = 0.125}), plain,
                   1e-15) == "");
  CHECK(difference(scaled_dot_product_attention(query, key, value, {.scale = 0}),
                   expand(mean(value, {0}, true), {3, 2}), 1e-15) == "");
}

TEST_CASE("queries without any keys give zeros and zero gradients") {
  const Tensor query = normal({2, 3, 4}, 1).requires_grad_();
  const Tensor key = zeros({2, 0, 4}, DType::f64), value = zeros({2, 0, 5}, DType::f64);
  for (const bool is_causal : {false, true}) {
    const Tensor y = scaled_dot_product_attention(query, key, value, {.is_causal = is_causal});
    CHECK(y.shape() == Shape{2, 3, 5});
    CHECK(shown(y) == shown(Values(30, 0.0)));
    CHECK(shown(grad(sum(y), query)) == shown(Values(24, 0.0)));
  }
}

TEST_CASE("turning keeps the norm of every pair and of the row") {
  const Tensor x = normal({3, 8}, 1);
  const Tensor y = turned(x, {0, 5, 100000});
  CHECK(difference(norm(y, 2, {-1}), norm(x, 2, {-1}), 1e-14) == "");
  const Tensor halves_of_x = square(x).view({3, 2, 4}), halves_of_y = square(y).view({3, 2, 4});
  CHECK(difference(sum(halves_of_y, {1}), sum(halves_of_x, {1}), 1e-14) == "");
  CHECK_FALSE(difference(y.slice(0, 1, 3), x.slice(0, 1, 3), 1e-2).empty());
}

TEST_CASE("position 0 is not turned at all") {
  const Tensor x = normal({2, 6}, 1);
  CHECK(bit_difference(turned(x, {0, 0}), x) == "");
  CHECK(bit_difference(turned(x, {0, 0}, RotaryPairs::neighbours), x) == "");
}

TEST_CASE("the product of a turned query and key depends on how far apart they are alone") {
  const Tensor query = normal({1, 8}, 1), key = normal({1, 8}, 2);
  for (const RotaryPairs pairs : {RotaryPairs::halves, RotaryPairs::neighbours}) {
    const auto product = [&](int64_t m, int64_t n) {
      return sum(turned(query, {m}, pairs) * turned(key, {n}, pairs)).item();
    };
    for (const int64_t apart : {-7, -1, 0, 1, 2, 30}) {
      const double want = product(50 + apart, 50);
      for (const int64_t n : {7, 8, 1000, 123456}) {
        CHECK(std::fabs(product(n + apart, n) - want) < 1e-9);
      }
    }
    CHECK(std::fabs(product(3, 1) - product(1, 3)) > 1e-3);
    CHECK(std::fabs(product(3, 1) - product(2, 1)) > 1e-3);
  }
}

TEST_CASE("turned halves are turned neighbours in another order") {
  const Tensor x = normal({4, 10}, 1);
  const std::vector<int64_t> positions{0, 1, 2, 77};
  CHECK(bit_difference(turned(interleaved(x), positions, RotaryPairs::neighbours),
                       interleaved(turned(x, positions))) == "");
}

TEST_CASE("the angle of pair j at a position is position times base to the power of -2j over D") {
  const auto [cos, sin] = rotary_angles(tensor<int64_t>({0, 3}), 4, 100, DType::f64);
  CHECK(shown(cos.select(0, 0)) == shown({1, 1}));
  CHECK(difference(cos.select(0, 1), tensor<double>({std::cos(3), std::cos(0.3)}), 1e-15) == "");
  CHECK(difference(sin.select(0, 1), tensor<double>({std::sin(3), std::sin(0.3)}), 1e-15) == "");
}

TEST_CASE("angles are of pairs, so D is even, from 2 on") {
  const Tensor positions = tensor<int64_t>({0, 3});
  const auto [cos, sin] = rotary_angles(positions, 2, 100, DType::f64);
  CHECK(shown(cos) == shown(tensor<double>({1, std::cos(3)})));
  const std::string rule =
      "rotary_angles: needs positions [L], even D >= 2 and base > 0, got [2], ";
  CHECK(message_of([&] { rotary_angles(positions, 3, 100); }) == rule + "3 and 100");
  CHECK(message_of([&] { rotary_angles(positions, 0, 100); }) == rule + "0 and 100");
  CHECK(message_of([&] { rotary_angles(positions, 4, 0); }) == rule + "4 and 0");
}

}  // namespace heed::testing::attention_semantics_test
