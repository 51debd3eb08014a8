// What the documents say of their attentions, in numbers.
#include <cmath>

#include "heed/framework/base/memory.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/matmul.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/modules/attention/documents/cross_attention.h"
#include "heed/modules/attention/documents/d2l_multi_head_attention.h"
#include "heed/modules/attention/documents/labml_multi_head_attention.h"
#include "heed/modules/attention/documents/my_multi_head_attention.h"
#include "heed/modules/attention/documents/self_attention.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::documents_test {
namespace {

std::string parameters_of(const Module& m) {
  std::string text;
  for (const auto& [name, parameter] : m.named_parameters()) {
    text += text_of(name, " ", parameter.shape(), "; ");
  }
  return text;
}

/// [1, 2, 3, 4, 5, 6] of document 003.
Tensor one_to_six() {
  return from_values(std::vector<double>{1, 2, 3, 4, 5, 6}, {1, 1, 6});
}

/// A CrossAttention whose projections change nothing.
std::unique_ptr<CrossAttention> identity_attention(int64_t num_head) {
  auto m = std::make_unique<CrossAttention>(Slot::root(), 6, 6, num_head);
  m->to(DType::f64);
  const Tensor I = eye(6, DType::f64);
  m->load_state_dict({{"qkv.weight", cat(std::vector{I, I, I})},
                      {"qkv.bias", zeros({18}, DType::f64)},
                      {"out_proj.weight", I},
                      {"out_proj.bias", zeros({6}, DType::f64)}});
  return m;
}

}  // namespace

TEST_CASE("The worked numbers of document 003: (1 + 4 + 9)/sqrt(3) and (1 + 4)/sqrt(2)") {
  for (const auto& [num_head, want] : std::vector<std::pair<int64_t, std::vector<double>>>{
           {2, {(1 + 4 + 9) / std::sqrt(3), (16 + 25 + 36) / std::sqrt(3)}},
           {3, {(1 + 4) / std::sqrt(2), (9 + 16) / std::sqrt(2), (25 + 36) / std::sqrt(2)}}}) {
    // By hand, of the split heads.
    const Tensor heads = split_heads(one_to_six(), num_head);
    const double scale = std::sqrt(6.0 / static_cast<double>(num_head));
    const Tensor scores = matmul(heads, heads.transpose(-2, -1)) / scale;
    // By the module, beside a key of zeros, whose scores are 0: the logarithm of the weights'
    // ratio.
    const Tensor keys = cat(std::vector{one_to_six(), zeros({1, 1, 6}, DType::f64)}, 1);
    const Tensor weights = identity_attention(num_head)->weights(one_to_six(), keys);
    CHECK(weights.shape() == Shape{1, num_head, 1, 2});
    for (int64_t h = 0; h < num_head; ++h) {
      const double score = want[static_cast<size_t>(h)];
      CHECK(std::abs(scores.select(1, h).item() - score) < 1e-12);
      const auto pair = weights.select(1, h).reshape({2}).to_vector<double>();
      CHECK(std::abs(std::log(pair[0]) - std::log(pair[1]) - score) < 1e-12);
    }
  }
}

TEST_CASE("Parameters of the documents' attentions are named and shaped as theirs") {
  CHECK(parameters_of(MyMultiHeadAttention(Slot::root(), 4, 2)) ==
        "linear_q.weight [4, 4]; linear_q.bias [4]; linear_k.weight [4, 4]; linear_k.bias [4]; "
        "linear_v.weight [4, 4]; linear_v.bias [4]; linear_o.weight [4, 4]; linear_o.bias [4]; ");
  CHECK(parameters_of(D2LMultiHeadAttention(Slot::root(), 5, 3, 7, 8, 4, 0.5)) ==
        "W_q.weight [8, 5]; W_k.weight [8, 3]; W_v.weight [8, 7]; W_o.weight [8, 8]; ");
  const char* packed =
      "qkv.weight [18, 5]; qkv.bias [18]; out_proj.weight [5, 6]; out_proj.bias [5]; ";
  CHECK(parameters_of(SelfAttention(Slot::root(), 5, 6, 2)) == packed);
  CHECK(parameters_of(CrossAttention(Slot::root(), 5, 6, 2)) == packed);
  CHECK(parameters_of(LabmlMultiHeadAttention(Slot::root(), 2, 4, 0.1, Bias::none)) ==
        "query.linear.weight [4, 4]; key.linear.weight [4, 4]; value.linear.weight [4, 4]; "
        "value.linear.bias [4]; output.weight [4, 4]; output.bias [4]; ");
}

TEST_CASE("Defaults of the documents' constructors") {
  CHECK(LabmlMultiHeadAttention(Slot::root(), 2, 4).dropout_prob == 0.1);
  CHECK(LabmlMultiHeadAttention(Slot::root(), 2, 4).num_parameters() == 4 * 4 * 5);
  CHECK(SelfAttention(Slot::root(), 5, 6, 2).mask_value == 0);
  CHECK(CrossAttention(Slot::root(), 5, 6, 2).mask_value == 0);
  const MyMultiHeadAttention m(Slot::root(), 8, 2);
  CHECK((m.hidden_size == 8 && m.n_head == 2 && m.head_dim == 4 && m.scaling == 0.5));
}

TEST_CASE("The number of parameters of D2L's attention does not depend on num_heads") {
  for (const int64_t num_heads : {1, 2, 4, 8}) {
    CHECK(D2LMultiHeadAttention(Slot::root(), 5, 3, 7, 8, num_heads, 0).num_parameters() ==
          8 * (5 + 3 + 7 + 8));
  }
}

TEST_CASE("CrossAttention projects only what it needs: its memory says so") {
  constexpr int64_t width = 64;
  CrossAttention cross(Slot::root(), width, width, 1);
  Rng rng(stream(1, Purpose::user));
  cross.reset_parameters(rng);
  const Tensor one = normal({1, 1, width}, 1, DType::f32);
  // Rows of floats that the graph holds for each key, of which only two are projections of it.
  const auto held = [&](int64_t L) {
    const Tensor keys = normal({1, L, width}, 2, DType::f32);
    const int64_t before = memory_stats().live_bytes;
    const Tensor y = cross(one, keys);
    return memory_stats().live_bytes - before;
  };
  const double rows = static_cast<double>(held(512) - held(256)) / (256 * width * 4);
  CHECK(rows >= 2);
  CHECK(rows < 2.5);
}

TEST_CASE("A query with nothing to attend to gives the output projection's bias") {
  const Tensor q = normal({1, 2, 4}, 1, DType::f32), kv = normal({1, 3, 4}, 2, DType::f32);
  Rng rng(stream(1, Purpose::user));
  const auto check = [](const Tensor& row, const Linear& output) {
    CHECK(bit_difference(row.reshape({4}).detach(), output.bias->tensor().detach()) == "");
  };
  CrossAttention cross(Slot::root(), 4, 6, 2);
  cross.reset_parameters(rng);
  const Tensor one_blind = from_values(std::vector<double>{1, 0, 1, 0, 1, 0}, {1, 3, 2});
  check(cross(q, kv, one_blind).select(1, 1), cross.out_proj);
  D2LMultiHeadAttention d2l(Slot::root(), 4, 4, 4, 4, 2, 0, Bias::learned);
  d2l.reset_parameters(rng);
  check(d2l(q, kv, kv, from_values(std::vector<int64_t>{3, 0}, {1, 2})).select(1, 1), d2l.W_o);
  LabmlMultiHeadAttention labml(Slot::root(), 2, 4, 0);
  labml.reset_parameters(rng);
  const Tensor q_first = q.transpose(0, 1), kv_first = kv.transpose(0, 1);
  const Tensor second_blind = from_values(std::vector<double>{1, 1, 1, 0, 0, 0}, {2, 3, 1});
  check(labml(q_first, kv_first, kv_first, second_blind).select(0, 1), labml.output);
}

TEST_CASE("A float mask of a document gets no gradient") {
  SelfAttention m(Slot::root(), 4, 4, 2);
  Rng rng(stream(1, Purpose::user));
  m.reset_parameters(rng);
  const Tensor mask = ones({1, 3, 3}).requires_grad_();
  const Tensor y = m(normal({1, 3, 4}, 1, DType::f32), mask);
  y.backward(ones_like(y).detach());
  CHECK_FALSE(mask.grad().defined());
}

}  // namespace heed::testing::documents_test
