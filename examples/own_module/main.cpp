// The program `heed` with one more attention, which scores by w·tanh(q + k) instead of q·k:
// Bahdanau, Cho & Bengio 2015. What else can be registered is in parts.h.
#include "heed/examples/cli/program.h"
#include "heed/heed.h"
#include "heed/modules/linear.h"
#include "parts.h"

using namespace heed;

struct AdditiveAttention : Layer<AdditiveAttention> {
  Linear query, key, value, score;

  AdditiveAttention(const Slot& slot, int64_t D_1, int64_t D_2, int64_t width)
      : Layer(slot),
        query({this, "query"}, D_1, width),
        key({this, "key"}, D_2, width),
        value({this, "value"}, D_2, D_1),
        score({this, "score"}, width, 1, Bias::none) {}

  static constexpr AttentionAbilities abilities{};  // neither masks nor caches

  Tensor attend(const Tensor& x1, const Tensor& x2, const Tensor&, const AttentionCall&) {
    return (*this)(x1, x2);
  }
  Tensor forward(const Tensor& x1, const Tensor& x2) {
    const Tensor q = query(x1).unsqueeze(2);                             // [B, L_1, 1, width]
    const Tensor k = key(x2).unsqueeze(1);                               // [B, 1, L_2, width]
    const Tensor weights = softmax(score(tanh(q + k)).squeeze(-1), -1);  // [B, L_1, L_2]
    return matmul(weights, value(x2));                                   // [B, L_1, D_1]
  }
};

struct AdditiveKeys : Keys {
  Value<int64_t> width{
      this, {.path = "width", .fallback = 32, .minimum = 1, .help = "width of the scores"}};
};

int main(int argc, char** argv) {
  Registry registry = builtin_registry();
  registry.attentions.add<AdditiveKeys>(
      "additive", "w tanh(q + k) instead of q k",
      [](const AdditiveKeys& keys, const Slot& slot, const AttentionWidths& widths) {
        return make_attention<AdditiveAttention>(slot, widths.D_1, widths.D_2, *keys.width);
      });
  registry.blocks.add("plain", "attention and a Linear",
                      [] { return BlockFactory(make_block<PlainBlock>); });
  registry.norms.add("max_norm", "divides by the largest element",
                     [] { return NormFactory(make_max_norm); });
  registry.positions.add("linear", "t·direction",
                         [] { return position_table_kind<LinearPositions>("linear"); });
  registry.optimizers.add("signsgd", "SGD on the signs of gradients", make_signsgd);
  return run_program(argc, argv, registry);
}
