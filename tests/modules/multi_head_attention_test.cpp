// MultiHeadAttention: what a call takes and gives beside its output, and what must not change it.
#include "heed/modules/attention/multi_head_attention.h"

#include <array>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/base/random_scope.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/modules/attention/my_mha.h"
#include "heed/modules/attention/prune_heads.h"
#include "heed/tests/modules/multi_head_fixtures.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::multi_head_attention_test {
namespace {

/// A sequence that attends to another, 8 and 6 wide.
struct Sequences {
  Tensor query = normal({2, 5, 8}, 1).requires_grad_();
  Tensor key = normal({2, 7, 6}, 2).requires_grad_();
};

/// Output and gradients of a call at one fixed step of a run.
std::vector<Tensor> answer(MultiHeadAttention& attention, const Sequences& x,
                           const AttentionCall& options = {}) {
  const RandomScope scope(RandomPosition{1, 2, 3});
  const Tensor y = attention(x.query, x.key, x.key, options);
  std::vector<Tensor> leaves = attention.parameters();
  leaves.push_back(x.query);
  leaves.push_back(x.key);
  std::vector<Tensor> all = grad(std::vector{sum(square(y))}, leaves);
  all.push_back(y.detach());
  return all;
}

void check_same_bits(const std::vector<Tensor>& got, const std::vector<Tensor>& want) {
  REQUIRE(got.size() == want.size());
  for (size_t i = 0; i < got.size(); ++i) CHECK(bit_difference(got[i], want[i]) == "");
}

void check_close(const std::vector<Tensor>& got, const std::vector<Tensor>& want, double most) {
  REQUIRE(got.size() == want.size());
  for (size_t i = 0; i < got.size(); ++i) CHECK(difference(got[i], want[i], most) == "");
}

MultiHeadAttentionConfig cross(const RelativePositionsFactory& positions = {}) {
  return {.D_1 = 8, .H = 4, .D_2 = 6, .relative_positions = positions};
}

}  // namespace

TEST_CASE("Asking for the weights changes outputs and gradients by less than 1e-13") {
  const Sequences x;
  for (const auto& [name, positions] : position_schemes(4)) {
    INFO(name);
    MultiHeadAttentionConfig config = cross(positions);
    config.causal = Alignment::bottom_right;
    config.dropout = 0.25;
    const auto attention = filled(config);
    Tensor weights;
    check_close(answer(*attention, x, {.weights = &weights}), answer(*attention, x), 1e-13);
    CHECK(weights.shape() == Shape{2, 4, 5, 7});
  }
}

TEST_CASE("In f32 asking for the weights changes outputs by less than 1e-6") {
  const auto attention = filled(cross());
  attention->to(DType::f32);
  const Tensor query = normal({3, 40, 8}, 3, DType::f32), key = normal({3, 50, 6}, 4, DType::f32);
  Tensor weights;
  const Tensor with = (*attention)(query, key, key, AttentionCall{.weights = &weights});
  CHECK(difference(with, (*attention)(query, key, key), 1e-6) == "");
}

TEST_CASE("The weights carry gradients, and are those before dropout") {
  const Sequences x;
  MultiHeadAttentionConfig config = cross();
  config.dropout = 0.5;
  const auto attention = filled(config);
  Tensor dropped, plain;
  (*attention)(x.query, x.key, x.key, AttentionCall{.weights = &dropped});
  attention->eval();
  (*attention)(x.query, x.key, x.key, AttentionCall{.weights = &plain});
  CHECK(bit_difference(dropped.detach(), plain.detach()) == "");
  const Tensor g = grad(sum(square(plain)), x.query);
  CHECK(g.shape() == x.query.shape());
  CHECK_FALSE(bit_difference(g, zeros_like(g)).empty());
}

TEST_CASE("With recompute nothing changes, and every bit is the same unless a bias learns") {
  const Sequences x;
  // With a bias that wants a gradient the first pass, which is not recorded, is the kernel's, and
  // the second one is composed.
  const double rounding = 1e-12;
  for (const auto& [name, positions] : position_schemes(4)) {
    for (const double p : {0.0, 0.5}) {
      INFO(name << ", dropout " << p);
      MultiHeadAttentionConfig config = cross(positions);
      config.dropout = p;
      config.n_kv_heads = 2;
      const auto plain = filled(config);
      config.recompute = true;
      const auto again = filled(config);
      if (name == "learned") {
        check_close(answer(*again, x), answer(*plain, x), rounding);
      } else {
        check_same_bits(answer(*again, x), answer(*plain, x));
      }
      const Tensor bias = normal({4, 5, 7}, 9).requires_grad_();
      const AttentionCall call{.mask = Mask::additive(bias) & Mask::causal()};
      check_close(answer(*again, x, call), answer(*plain, x, call), rounding);
      const auto bias_gradient = [&](MultiHeadAttention& attention) {
        const RandomScope scope(RandomPosition{1, 2, 3});
        return grad(sum(square(attention(x.query, x.key, x.key, call))), bias);
      };
      const Tensor g = bias_gradient(*again);
      CHECK(difference(g, bias_gradient(*plain), rounding) == "");
      CHECK_FALSE(bit_difference(g, zeros_like(g)).empty());
    }
  }
}

TEST_CASE("Scores are kept for backward only beside a bias that learns") {
  const Tensor x = normal({1, 200, 4}, 5).requires_grad_();
  const auto held = [&](bool recompute, const RelativePositionsFactory& positions) {
    const auto attention =
        filled({.D_1 = 4, .H = 2, .relative_positions = positions, .recompute = recompute});
    const int64_t before = memory_stats().live_bytes;
    const Tensor y = (*attention)(x, x, x);
    return memory_stats().live_bytes - before;
  };
  const int64_t scores = 2 * 200 * 200 * 8;
  const auto learned = with_positions<LearnedDistances>(2, 7);
  CHECK(held(false, {}) < scores / 4);
  CHECK(held(true, {}) < scores / 4);
  CHECK(held(false, learned) > scores);
  CHECK(held(true, learned) < held(false, learned));  // which holds the bias itself, as large
}

TEST_CASE("Gates of a head scale what it adds to the output") {
  const Sequences x;
  const auto attention = filled(cross());
  const auto gated = [&](const Tensor& gates) {
    return (*attention)(x.query, x.key, x.key, AttentionCall{.head_gates = gates}).detach();
  };
  const Tensor none = gated(zeros({4}, DType::f64));
  CHECK(bit_difference(none, expand(tensor_of(attention->W_O.bias), {2, 5, 8}).detach()) == "");
  Tensor total = none;
  for (int64_t h = 0; h < 4; ++h) {
    total = total + gated(eq(arange(4), static_cast<double>(h)).to(DType::f64)) - none;
  }
  CHECK(difference(total, gated(ones({4}, DType::f64)), 1e-14) == "");
  const Tensor gates = normal({2, 4}, 6);
  const Tensor both = gated(gates);
  for (int64_t b = 0; b < 2; ++b) {
    CHECK(bit_difference(select(both, 0, b), select(gated(select(gates, 0, b)), 0, b)) == "");
  }
}

TEST_CASE("Gates of another shape are refused") {
  const Sequences x;
  const auto attention = filled(cross());
  const auto refusal = [&](const Tensor& gates) {
    return message_of(
        [&] { (*attention)(x.query, x.key, x.key, AttentionCall{.head_gates = gates}); });
  };
  const std::string letters =
      " where D_1 = 8, D_2 = 6, D_value = 6, D_out = 8, D_qk = 2, D_v = 2, H = 4, n_kv_heads = 4, "
      "B = 2, L_1 = 5, L_2 = 7 (in MultiHeadAttention)";
  CHECK(refusal(ones({3}, DType::f64)) == "MultiHeadAttention: expected [H], got [3]" + letters);
  CHECK(refusal(ones({4, 2}, DType::f64)) ==
        "MultiHeadAttention: expected [B H], got [4, 2]" + letters);
  CHECK(refusal(ones({1, 4}, DType::f64)) ==
        "MultiHeadAttention: expected [B H], got [1, 4]" + letters);
  CHECK(refusal(ones({}, DType::f64)) == "MultiHeadAttention: expected [B H], got []" + letters);
}

TEST_CASE("What is left out of the config is filled in") {
  const MultiHeadAttention plain(Slot::root(), {.D_1 = 8, .H = 4});
  const MultiHeadAttentionConfig& c = plain.config;
  CHECK((c.D_2 == 8 && c.D_value == 8 && c.D_out == 8 && c.D_qk == 2 && c.D_v == 2));
  CHECK(c.n_kv_heads == 4);
  const MultiHeadAttention other(Slot::root(), {.D_1 = 8, .H = 4, .D_2 = 6});
  CHECK((other.config.D_2 == 6 && other.config.D_value == 6 && other.config.D_out == 8));
}

TEST_CASE("Parameters have the shapes of their letters") {
  const MultiHeadAttention m(Slot::root(),
                             {.D_1 = 4,
                              .H = 6,
                              .D_2 = 3,
                              .D_value = 5,
                              .D_out = 7,
                              .D_qk = 2,
                              .D_v = 3,
                              .n_kv_heads = 2,
                              .key_bias = Bias::none,
                              .relative_positions = with_positions<LearnedDistances>(6, 4)});
  std::string names;
  for (const auto& [name, parameter] : m.named_parameters()) {
    names += text_of(name, " ", parameter.shape(), "; ");
  }
  CHECK(names ==
        "W_Q.weight [12, 4]; W_Q.bias [12]; W_K.weight [4, 3]; W_V.weight [6, 5]; W_V.bias [6]; "
        "W_O.weight [7, 18]; W_O.bias [7]; positions.weight [6, 9]; ");
}

TEST_CASE("The full attention with MyMHA's parameters gives MyMHA's outputs") {
  MyMHA plain(Slot::root(), 8, 6, 3, 2, 4);
  plain.load_state_dict(random_state(plain, "my_mha"));
  plain.to(DType::f64);
  const auto full = multi_head_of({.D_1 = 8,
                                   .H = 4,
                                   .D_2 = 6,
                                   .D_qk = 3,
                                   .D_v = 2,
                                   .query_bias = Bias::none,
                                   .key_bias = Bias::none,
                                   .value_bias = Bias::none,
                                   .output_bias = Bias::none},
                                  plain.state_dict());
  const Sequences x;
  CHECK(difference((*full)(x.query, x.key, x.key), plain(x.query, x.key), 1e-14) == "");
  CHECK(difference((*plain.as_multi_head())(x.query, x.key, x.key), plain(x.query, x.key), 1e-14) ==
        "");
}

TEST_CASE("Grouped heads are plain heads whose keys and values are repeated") {
  const Sequences x;
  MultiHeadAttentionConfig config = cross();
  for (const int64_t n_kv_heads : {1, 2}) {
    config.n_kv_heads = n_kv_heads;
    const auto grouped = filled(config);
    NamedTensors state;
    for (const auto& [name, tensor] : grouped->state_dict()) {
      const bool shared = name.starts_with("W_K.") || name.starts_with("W_V.");
      if (!shared) {
        state.emplace_back(name, tensor);
        continue;
      }
      std::vector<Tensor> rows;
      for (int64_t h = 0; h < 4; ++h) rows.push_back(narrow(tensor, 0, h * n_kv_heads / 4 * 2, 2));
      state.emplace_back(name, cat(rows, 0).detach());
    }
    const auto plain = multi_head_of(cross(), state);
    CHECK(difference((*grouped)(x.query, x.key, x.key), (*plain)(x.query, x.key, x.key), 1e-14) ==
          "");
  }
}

}  // namespace heed::testing::multi_head_attention_test
