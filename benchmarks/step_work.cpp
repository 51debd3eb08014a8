// Training steps: attention alone, and whole decoder language models.
#include <fmt/format.h>

#include "heed/benchmarks/work.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/loss.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/tensor/factories.h"
#include "heed/modules/attention/my_mha.h"
#include "heed/modules/embedding.h"
#include "heed/modules/position_table.h"
#include "heed/modules/transformer/stack.h"

namespace heed::benchmarks {
namespace {

struct AttentionShape {
  int64_t B, L, D, H;
};
constexpr AttentionShape attention_shapes[] = {{32, 16, 64, 4},   {64, 32, 64, 4},
                                               {32, 64, 128, 4},  {8, 512, 512, 8},
                                               {1, 2048, 512, 8}, {1, 8192, 256, 4}};
// Composed attention keeps several tensors of [B, H, L, L]: beyond this it is no fair question.
constexpr int64_t longest_composed = 2048;

/// The step that all comparisons of attentions share: forward, mean(y²), backward with the input's
/// gradient, AdamW. Forward has four projections, 2·B·L·D·4D operations, and the products Q·Kᵀ and
/// weights·V, 2·B·L·L·2D; backward has twice as many.
template <class Attention, class Call>
std::unique_ptr<Work> attention_step(const AttentionShape& shape,
                                     const std::shared_ptr<Attention>& attention, Call call) {
  const auto [B, L, D, H] = shape;
  Rng rng(stream(0, Purpose::user));
  attention->reset_parameters(rng);
  const Tensor x = randn({B, L, D}, rng).requires_grad_();
  auto work = std::make_unique<Recorded>(
      NamedTensors{{"x", x}},
      [x, attention, call] {
        const Tensor y = call(*attention, x);
        return Outputs{y, mean(square(y))};
      },
      Tensor(), attention);
  work->flops = 3 * 2.0 * static_cast<double>(B * L * D * (4 * D + 2 * L));
  return work;
}

std::unique_ptr<Work> mha_step(const AttentionShape& shape) {
  const auto attention = std::make_shared<MultiHeadAttention>(
      Slot::root(), MultiHeadAttentionConfig{.D_1 = shape.D,
                                             .H = shape.H,
                                             .query_bias = Bias::none,
                                             .key_bias = Bias::none,
                                             .value_bias = Bias::none,
                                             .output_bias = Bias::none});
  return attention_step(shape, attention, [](MultiHeadAttention& module, const Tensor& x) {
    return module(x, x, x);
  });
}

std::unique_ptr<Work> my_mha_step(const AttentionShape& shape) {
  const int64_t D = shape.D, width = D / shape.H;
  const auto attention = std::make_shared<MyMHA>(Slot::root(), D, D, width, width, shape.H);
  return attention_step(shape, attention,
                        [](MyMHA& module, const Tensor& x) { return module(x, x); });
}

struct LanguageShape {
  int64_t layers, heads, width, block, batch;
};
constexpr LanguageShape language_shapes[] = {{4, 4, 128, 64, 12}, {6, 6, 384, 256, 8}};
constexpr int64_t vocabulary = 65;

/// A decoder as nanoGPT's: tokens and learned positions, pre-norm blocks, a final norm, scores.
/// Feed-forward networks and norms have biases; attention and scores have none.
struct LanguageModel : Layer<LanguageModel> {
  Embedding tokens;
  LearnedPositions positions;
  TransformerStack encoder;
  Linear output;

  LanguageModel(const Slot& slot, const LanguageShape& shape)
      : Layer(slot),
        tokens({this, "tokens"}, vocabulary, shape.width),
        positions({this, "positions"}, shape.block, shape.width),
        encoder(
            {this, "encoder"},
            {.block = {.d_model = shape.width, .d_ff = 4 * shape.width}, .layers = shape.layers},
            [&](const Slot& place) {
              return make_attention<MultiHeadAttention>(
                  place, MultiHeadAttentionConfig{.D_1 = shape.width,
                                                  .H = shape.heads,
                                                  .query_bias = Bias::none,
                                                  .key_bias = Bias::none,
                                                  .value_bias = Bias::none,
                                                  .output_bias = Bias::none});
            }),
        output({this, "output"}, shape.width, vocabulary, Bias::none) {}

  /// ids [B, L] → scores [B, L, vocabulary]
  Tensor forward(const Tensor& ids) {
    return output(encoder(positions(tokens(ids)), StackCall{.mask = Mask::causal()}));
  }
};

/// Forward has 12·D² multiply-adds a token and layer in its Linears, D·vocabulary a token in the
/// scores, and 2·L·D a token and layer in attention, counted in full although half of that is
/// masked; backward has twice as many.
std::unique_ptr<Work> lm_step(const LanguageShape& shape) {
  const auto [layers, heads, width, block, batch] = shape;
  Rng rng(stream(0, Purpose::user));
  const auto model = std::make_shared<LanguageModel>(Slot::root(), shape);
  model->reset_parameters(rng);
  const Tensor ids = randint(0, vocabulary, {batch, block}, rng);
  const Tensor targets = randint(0, vocabulary, {batch * block}, rng);
  auto work = std::make_unique<Recorded>(
      NamedTensors{{"ids", ids}, {"targets", targets}},
      [ids, targets, model] {
        const Tensor scores = (*model)(ids).view({-1, vocabulary});
        return Outputs{scores, cross_entropy(scores, targets)};
      },
      Tensor(), model);
  const int64_t a_token = layers * (12 * width * width + 2 * block * width) + width * vocabulary;
  work->flops = 3 * 2.0 * static_cast<double>(batch * block * a_token);
  return work;
}

}  // namespace

std::vector<WorkMaker> step_work() {
  std::vector<WorkMaker> all;
  const auto add = [&](const char* kind, const AttentionShape& s, auto make) {
    all.push_back({fmt::format("{} B{} L{} D{} H{}", kind, s.B, s.L, s.D, s.H),
                   [make, s] { return make(s); }});
  };
  for (const AttentionShape& shape : attention_shapes) add("mha_step", shape, mha_step);
  for (const AttentionShape& shape : attention_shapes) {
    if (shape.L <= longest_composed) add("my_mha_step", shape, my_mha_step);
  }
  for (const LanguageShape& s : language_shapes) {
    all.push_back({fmt::format("lm_step layers{} heads{} d{} block{} batch{}", s.layers, s.heads,
                               s.width, s.block, s.batch),
                   [s] { return lm_step(s); }});
  }
  return all;
}

}  // namespace heed::benchmarks
