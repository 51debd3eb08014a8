// Going on with a sequence by a configured model: with caches, without, and by the whole sequence.
#include "heed/examples/cli/model/model.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/inplace.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::model_generation_test {
namespace {

constexpr int64_t symbols = 9, start = 8;

const PositionTableKind learned = position_table_kind<LearnedPositions>("learned");

ModelConfig config_of(const PositionTableKind& positions) {
  return {.stack = {.block = {.d_model = 8, .d_ff = 12}, .layers = 2},
          .d_source = 8,
          .position_table = positions,
          .tied = false};
}

TaskShape shape_of(Attends attends) {
  return {.symbols = symbols,
          .classes = symbols,
          .length = 12,
          .attends = attends,
          .answer_symbols = symbols,
          .answer_length = 10};
}

AttentionFactory cached_attention() {
  return [](const Slot& slot) {
    return make_attention<MultiHeadAttention>(slot, MultiHeadAttentionConfig{.D_1 = 8, .H = 2});
  };
}

struct WithoutCache : MultiHeadAttention {
  using MultiHeadAttention::MultiHeadAttention;
  static constexpr AttentionAbilities abilities{.masks = true, .separate_values = true};
};

/// The same attention, which says that it does not support a cache.
AttentionFactory without_cache() {
  return [](const Slot& slot) {
    return make_attention<WithoutCache>(slot, MultiHeadAttentionConfig{.D_1 = 8, .H = 2});
  };
}

void fill(Model& model) {
  model.to(DType::f64);
  Rng rng(stream(4, Purpose::user));
  model.reset_parameters(rng);
  for (const Tensor& parameter : model.parameters()) {
    const NoGrad guard;
    mul_(parameter, 3);  // so that its choices differ
  }
}

Tensor ids(std::vector<int64_t> values, const Shape& shape) {
  return from_values(values, shape);
}

std::vector<int64_t> said(const Tensor& scores) {
  return argmax(scores, -1).to_vector<int64_t>();
}

}  // namespace

TEST_CASE("A decoder-only model generates with caches what it generates without") {
  for (const PositionTableKind& positions :
       {learned, position_table_kind<SinusoidalPositions>("sinusoidal"), PositionTableKind{}}) {
    Model cached(Slot::root(), config_of(positions), shape_of(Attends::causal), cached_attention());
    Model plain(Slot::root(), config_of(positions), shape_of(Attends::causal), without_cache());
    fill(cached);
    plain.to(DType::f64);
    plain.load_state_dict(cached.state_dict());
    const Tensor prompt = ids({1, 2, 3, 7, 0, 5}, {2, 3});
    Rng rng(stream(1, Purpose::user));
    const Tensor a = generate(cached.next_scores(), prompt, {.tokens = 8}, rng);
    const Tensor b = generate(plain.next_scores(), prompt, {.tokens = 8}, rng);
    CHECK(a.to_vector<int64_t>() == b.to_vector<int64_t>());
    const Tensor all = cat(std::vector{prompt, a}, 1);
    const Tensor scores = cached(Batch{.inputs = all, .targets = {}});
    CHECK(said(narrow(scores, 1, 2, 8)) == a.to_vector<int64_t>());
  }
}

TEST_CASE(
    "An encoder-decoder generates what it says when it reads its own answer, padding or not") {
  Model model(Slot::root(), config_of(learned), shape_of(Attends::encoder_decoder),
              cached_attention());
  fill(model);
  const Tensor inputs = ids({1, 2, 3, 4, 7, 6, 5, 4}, {2, 4});
  for (const Tensor& lengths : {Tensor(), ids({4, 2}, {2})}) {
    const Batch batch{.inputs = inputs, .targets = {}, .decoder_inputs = {}, .lengths = lengths};
    Rng rng(stream(1, Purpose::user));
    const Tensor first = ids({start, start}, {2, 1});
    const Tensor answer = generate(model.next_scores(batch), first, {.tokens = 7}, rng);
    Batch forced = batch;
    forced.decoder_inputs = narrow(cat(std::vector{first, answer}, 1), 1, 0, 7);
    CHECK(said(model(forced)) == answer.to_vector<int64_t>());
  }
}

TEST_CASE("A model that says all symbols at once generates nothing") {
  Model model(Slot::root(), config_of(learned), shape_of(Attends::self), cached_attention());
  CHECK(message_of([&] { model.next_scores(); }) ==
        "model: it predicts all symbols at once, so nothing can be generated");
}

}  // namespace heed::testing::model_generation_test
