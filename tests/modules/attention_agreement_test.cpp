// One attention in several forms: given the same weights, all of them give the same.
#include <cmath>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/modules/attention/documents/cross_attention.h"
#include "heed/modules/attention/documents/d2l_multi_head_attention.h"
#include "heed/modules/attention/documents/labml_multi_head_attention.h"
#include "heed/modules/attention/documents/my_multi_head_attention.h"
#include "heed/modules/attention/documents/self_attention.h"
#include "heed/modules/attention/my_mha.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/modules/case/module_run.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::attention_agreement_test {
namespace {

Tensor random(const Shape& shape, uint64_t seed) {
  return normal(shape, seed, DType::f64);
}

/// `x` [L, B, D] from [B, L, D], and back.
Tensor swapped(const Tensor& x) {
  return x.transpose(0, 1);
}

/// Output, weights and gradients of the inputs of one call.
struct Outcome {
  Tensor output, weights;
  std::vector<Tensor> gradients;
};

/// Leaves made of `values`, what `call` makes of them, and its gradients.
template <class Call>
Outcome outcome_of(const std::vector<Tensor>& values, const Call& call) {
  std::vector<Tensor> leaves;
  for (const Tensor& value : values) leaves.push_back(value.clone().detach().requires_grad_());
  Outcome result;
  const Tensor output = call(leaves, result.weights);
  output.backward(random(output.shape(), 99));
  result.output = output.detach();
  for (const Tensor& leaf : leaves) result.gradients.push_back(leaf.grad());
  return result;
}

void check_same(const Outcome& got, const Outcome& want) {
  CHECK(difference(got.output, want.output, 1e-12) == "");
  CHECK(difference(got.weights, want.weights, 1e-12) == "");
  REQUIRE(got.gradients.size() == want.gradients.size());
  for (size_t i = 0; i < got.gradients.size(); ++i) {
    CHECK(difference(got.gradients[i], want.gradients[i], 1e-12) == "");
  }
}

/// A module with parameters of its own, in f64.
template <class Attention, class... Arguments>
std::unique_ptr<Attention> filled(const Arguments&... arguments) {
  auto m = std::make_unique<Attention>(Slot::root(), arguments...);
  Rng rng(stream(5, Purpose::user));
  m->reset_parameters(rng);
  m->to(DType::f64);
  m->eval();
  return m;
}

/// m's as_multi_head() on query, key and value under `mask`.
template <class Attention>
Outcome multi_head_outcome(const Attention& m, const std::vector<Tensor>& values,
                           const Mask& mask = {}) {
  const auto full = m.as_multi_head();
  full->eval();
  return outcome_of(values, [&](const std::vector<Tensor>& in, Tensor& weights) {
    const Tensor& key = in.size() > 1 ? in[1] : in[0];
    const Tensor& value = in.size() > 2 ? in[2] : key;
    return (*full)(in[0], key, value, AttentionCall{.mask = mask, .weights = &weights});
  });
}

/// Keys that may be attended to [B, L_1, L_2]; the query in the middle of the first row sees none.
const Tensor& allowed() {
  static const Tensor mask = ne(from_values(std::vector<double>{1, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0,
                                                                1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1},
                                            {2, 3, 4}),
                                0);
  return mask;
}
/// The same as numbers.
Tensor allowed_numbers() {
  return allowed().to(DType::f64);
}
Mask mask_of_allowed() {
  return Mask::keep(allowed(), MaskLayout::batch_queries_keys);
}

}  // namespace

TEST_CASE("MyMultiHeadAttention is a MultiHeadAttention with the same weights to 1e-12") {
  const auto m = filled<MyMultiHeadAttention>(6, 3);
  const std::vector<Tensor> x{random({2, 4, 6}, 1)};
  check_same(outcome_of(x,
                        [&](const std::vector<Tensor>& in, Tensor& weights) {
                          weights = m->weights(in[0]).detach();
                          return (*m)(in[0]);
                        }),
             multi_head_outcome(*m, x));
}

TEST_CASE("D2LMultiHeadAttention is a MultiHeadAttention with the same weights to 1e-12") {
  for (const Bias bias : {Bias::none, Bias::learned}) {
    const auto m = filled<D2LMultiHeadAttention>(5, 3, 7, 8, 4, 0.5, bias);
    const std::vector<Tensor> x{random({2, 3, 5}, 1), random({2, 4, 3}, 2), random({2, 4, 7}, 3)};
    const Tensor lengths = from_values(std::vector<int64_t>{4, 0, 2, 1, 3, 4}, {2, 3});
    const auto with_lengths = [&](const std::vector<Tensor>& in, Tensor& weights) {
      weights = m->weights(in[0], in[1], in[2], lengths).detach();
      return (*m)(in[0], in[1], in[2], lengths);
    };
    check_same(outcome_of(x, with_lengths), multi_head_outcome(*m, x, Mask::lengths(lengths)));
    const auto without = [&](const std::vector<Tensor>& in, Tensor& weights) {
      weights = m->weights(in[0], in[1], in[2]).detach();
      return (*m)(in[0], in[1], in[2]);
    };
    check_same(outcome_of(x, without), multi_head_outcome(*m, x));
  }
}

TEST_CASE("SelfAttention is a MultiHeadAttention with the same weights to 1e-12") {
  const auto m = filled<SelfAttention>(5, 6, 2, 0.0);
  const std::vector<Tensor> x{random({2, 3, 5}, 1)};
  const Tensor mask = allowed().slice(2, 0, 3);  // [B, L_1, L_2]
  const auto masked = [&](const std::vector<Tensor>& in, Tensor& weights) {
    const Tensor transposed = mask.transpose(1, 2).to(DType::f64);
    weights = m->weights(in[0], transposed).detach();
    return (*m)(in[0], transposed);
  };
  check_same(outcome_of(x, masked),
             multi_head_outcome(*m, x, Mask::keep(mask, MaskLayout::batch_queries_keys)));
}

TEST_CASE("CrossAttention is a MultiHeadAttention with the same weights to 1e-12") {
  const auto m = filled<CrossAttention>(5, 6, 2, 1.0);
  const std::vector<Tensor> x{random({2, 3, 5}, 1), random({2, 4, 5}, 2)};
  const auto masked = [&](const std::vector<Tensor>& in, Tensor& weights) {
    const Tensor blocked = 1.0 - allowed_numbers().transpose(1, 2);
    weights = m->weights(in[0], in[1], blocked).detach();
    return (*m)(in[0], in[1], blocked);
  };
  check_same(outcome_of(x, masked), multi_head_outcome(*m, x, mask_of_allowed()));
}

TEST_CASE("LabmlMultiHeadAttention is a MultiHeadAttention with the same weights to 1e-12") {
  for (const Bias bias : {Bias::none, Bias::learned}) {
    const auto m = filled<LabmlMultiHeadAttention>(3, 6, 0.5, bias);
    const std::vector<Tensor> x{random({2, 3, 6}, 1), random({2, 4, 6}, 2), random({2, 4, 6}, 3)};
    const auto masked = [&](const std::vector<Tensor>& in, Tensor& weights) {
      const Tensor mask = allowed_numbers().permute({1, 2, 0});
      const Tensor q = swapped(in[0]), k = swapped(in[1]), v = swapped(in[2]);
      weights = m->weights(q, k, v, mask).detach();
      return swapped((*m)(q, k, v, mask));
    };
    check_same(outcome_of(x, masked), multi_head_outcome(*m, x, mask_of_allowed()));
  }
}

TEST_CASE("MyMHA is a MultiHeadAttention with the same weights to 1e-12") {
  const auto m = filled<MyMHA>(5, 3, 4, 2, 3);
  const std::vector<Tensor> x{random({2, 3, 5}, 1), random({2, 4, 3}, 2)};
  check_same(outcome_of(x,
                        [&](const std::vector<Tensor>& in, Tensor& weights) {
                          weights = m->weights(in[0], in[1]).detach();
                          return (*m)(in[0], in[1]);
                        }),
             multi_head_outcome(*m, x));
}

TEST_CASE("A mask of numbers and a Mask are one and the same to the documents' classes") {
  const Tensor q = random({2, 3, 6}, 1), kv = random({2, 4, 6}, 2);
  const auto cross = filled<CrossAttention>(6, 6, 2, 0.0);
  CHECK(bit_difference((*cross)(q, kv, allowed().transpose(1, 2)),
                       (*cross)(q, kv, mask_of_allowed())) == "");
  const auto self = filled<SelfAttention>(6, 6, 2, 0.0);
  const Tensor square = allowed().slice(2, 0, 3);
  CHECK(bit_difference((*self)(q, square.transpose(1, 2)),
                       (*self)(q, Mask::keep(square, MaskLayout::batch_queries_keys))) == "");
  const auto d2l = filled<D2LMultiHeadAttention>(6, 6, 6, 6, 2, 0.0, Bias::none);
  const Tensor lengths = from_values(std::vector<int64_t>{3, 0}, {2});
  CHECK(bit_difference((*d2l)(q, kv, kv, lengths), (*d2l)(q, kv, kv, Mask::lengths(lengths))) ==
        "");
  const auto labml = filled<LabmlMultiHeadAttention>(2, 6, 0.0, Bias::learned);
  const Tensor q_first = swapped(q), kv_first = swapped(kv);
  CHECK(bit_difference((*labml)(q_first, kv_first, kv_first, allowed().permute({1, 2, 0})),
                       (*labml)(q_first, kv_first, kv_first, mask_of_allowed())) == "");
}

TEST_CASE("Six attentions with the same four matrices and no biases give the same to 1e-12") {
  const auto mine = filled<MyMHA>(6, 6, 3, 3, 2);
  const NamedTensors W = mine->state_dict();  // W_Q, W_K, W_V, W_O
  const auto matrix = [&](size_t i) { return W[i].second; };
  const Tensor none = zeros({6}, DType::f64);
  const NamedTensors packed{{"qkv.weight", cat(std::vector{matrix(0), matrix(1), matrix(2)})},
                            {"qkv.bias", zeros({18}, DType::f64)},
                            {"out_proj.weight", matrix(3)},
                            {"out_proj.bias", none}};

  const std::vector<Tensor> x{random({2, 5, 6}, 1)};
  const Outcome want = outcome_of(x, [&](const std::vector<Tensor>& in, Tensor& weights) {
    weights = mine->weights(in[0], in[0]).detach();
    return (*mine)(in[0], in[0]);
  });
  const auto check = [&](const char* name, const auto& call) {
    INFO(name);
    check_same(outcome_of(x, call), want);
  };

  const auto linear = filled<MyMultiHeadAttention>(6, 2);
  linear->load_state_dict({{"linear_q.weight", matrix(0)},
                           {"linear_q.bias", none},
                           {"linear_k.weight", matrix(1)},
                           {"linear_k.bias", none},
                           {"linear_v.weight", matrix(2)},
                           {"linear_v.bias", none},
                           {"linear_o.weight", matrix(3)},
                           {"linear_o.bias", none}});
  check("MyMultiHeadAttention", [&](const std::vector<Tensor>& in, Tensor& weights) {
    weights = linear->weights(in[0]).detach();
    return (*linear)(in[0]);
  });

  const auto d2l = filled<D2LMultiHeadAttention>(6, 6, 6, 6, 2, 0.0, Bias::none);
  d2l->load_state_dict({{"W_q.weight", matrix(0)},
                        {"W_k.weight", matrix(1)},
                        {"W_v.weight", matrix(2)},
                        {"W_o.weight", matrix(3)}});
  check("D2LMultiHeadAttention", [&](const std::vector<Tensor>& in, Tensor& weights) {
    weights = d2l->weights(in[0], in[0], in[0]).detach();
    return (*d2l)(in[0], in[0], in[0]);
  });

  const auto self = filled<SelfAttention>(6, 6, 2, 0.0);
  self->load_state_dict(packed);
  check("SelfAttention", [&](const std::vector<Tensor>& in, Tensor& weights) {
    weights = self->weights(in[0]).detach();
    return (*self)(in[0]);
  });

  const auto cross = filled<CrossAttention>(6, 6, 2, 0.0);
  cross->load_state_dict(packed);
  check("CrossAttention", [&](const std::vector<Tensor>& in, Tensor& weights) {
    weights = cross->weights(in[0], in[0]).detach();
    return (*cross)(in[0], in[0]);
  });

  const auto labml = filled<LabmlMultiHeadAttention>(2, 6, 0.0, Bias::none);
  labml->load_state_dict({{"query.linear.weight", matrix(0)},
                          {"key.linear.weight", matrix(1)},
                          {"value.linear.weight", matrix(2)},
                          {"value.linear.bias", none},
                          {"output.weight", matrix(3)},
                          {"output.bias", none}});
  check("LabmlMultiHeadAttention", [&](const std::vector<Tensor>& in, Tensor& weights) {
    const Tensor first = swapped(in[0]);
    weights = labml->weights(first, first, first).detach();
    return swapped((*labml)(first, first, first));
  });
}

}  // namespace heed::testing::attention_agreement_test
