// A pruned attention computes what the gated one does.
#include "heed/modules/attention/prune_heads.h"

#include "heed/tests/modules/multi_head_fixtures.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::prune_heads_test {
namespace {

MultiHeadAttentionConfig four_heads() {
  return {.D_1 = 8,
          .H = 4,
          .D_2 = 6,
          .D_value = 5,
          .D_out = 7,
          .D_qk = 4,
          .D_v = 3,
          .causal = Alignment::bottom_right};
}

Tensor gates_without(const std::vector<int64_t>& removed) {
  std::vector<double> gates(4, 1.0);
  for (const int64_t h : removed) gates.at(static_cast<size_t>(h)) = 0;
  return from_values(gates, {4});
}

std::string refusal(const MultiHeadAttentionConfig& config, const std::vector<int64_t>& removed) {
  const auto attention = filled(config);
  return message_of([&] { prune_heads(*attention, removed); });
}

}  // namespace

TEST_CASE("Pruning heads equals closing their gates, for every choice of heads") {
  const Tensor query = normal({2, 3, 8}, 1), key = normal({2, 5, 6}, 2),
               value = normal({2, 5, 5}, 3);
  MultiHeadAttentionConfig config = four_heads();
  for (const bool rotary : {false, true}) {
    if (rotary) config.relative_positions = with_positions<RotaryPositions>(100.0);
    const auto attention = filled(config);
    for (int64_t subset = 0; subset < 15; ++subset) {
      std::vector<int64_t> removed;
      for (int64_t h = 3; h >= 0; --h) {
        if ((subset >> h) % 2 == 1) removed.push_back(h);
      }
      const auto pruned = prune_heads(*attention, removed);
      Tensor all, left;
      const Tensor want = (*attention)(
          query, key, value, AttentionCall{.head_gates = gates_without(removed), .weights = &all});
      CHECK(difference((*pruned)(query, key, value, AttentionCall{.weights = &left}), want,
                       1e-14) == "");
      CHECK(pruned->H == 4 - static_cast<int64_t>(removed.size()));
      CHECK(left.size(1) == pruned->H);
      int64_t kept = 0;
      for (int64_t h = 0; h < 4; ++h) {
        if ((subset >> h) % 2 == 1) continue;
        CHECK(difference(left.select(1, kept++), all.select(1, h), 1e-15) == "");
      }
    }
  }
}

TEST_CASE("A pruned attention is smaller, has copies, and stays in its mode and dtype") {
  const auto attention = filled(four_heads());
  attention->eval();
  const auto pruned = prune_heads(*attention, {1, 3});
  std::string shapes;
  for (const auto& [name, parameter] : pruned->named_parameters()) {
    shapes += text_of(name, " ", parameter.shape(), "; ");
    CHECK(parameter.dtype() == DType::f64);
    CHECK(parameter.requires_grad());
  }
  CHECK(shapes ==
        "W_Q.weight [8, 8]; W_Q.bias [8]; W_K.weight [8, 6]; W_K.bias [8]; W_V.weight [6, 5]; "
        "W_V.bias [6]; W_O.weight [7, 6]; W_O.bias [7]; ");
  CHECK_FALSE(pruned->training());
  CHECK_FALSE(tensor_of(pruned->W_O.bias).storage() == tensor_of(attention->W_O.bias).storage());
  CHECK((pruned->D_qk == 4 && pruned->D_v == 3));
}

TEST_CASE("prune_heads refuses heads that are not there, and what cannot be taken apart") {
  CHECK(refusal(four_heads(), {4}) == "prune_heads: each head is one of 0 to 3, named once; got 4");
  CHECK(refusal(four_heads(), {-1}) ==
        "prune_heads: each head is one of 0 to 3, named once; got -1");
  CHECK(refusal(four_heads(), {1, 2, 1}) ==
        "prune_heads: each head is one of 0 to 3, named once; got 1");
  CHECK(refusal(four_heads(), {0, 1, 2, 3}) ==
        "prune_heads: all 4 heads would be removed; keep one");
  MultiHeadAttentionConfig config = four_heads();
  config.n_kv_heads = 2;
  CHECK(refusal(config, {0}) == "prune_heads: heads share keys and values: n_kv_heads = 2, H = 4");
  config = four_heads();
  config.relative_positions = with_positions<AlibiPositions>(4);
  CHECK(refusal(config, {0}) == "prune_heads: the relative positions differ between heads");
  config.relative_positions = with_positions<LearnedDistances>(4, 2);
  CHECK(refusal(config, {0}) == "prune_heads: the relative positions differ between heads");
}

}  // namespace heed::testing::prune_heads_test
