// Stacks of blocks: what the module table does not say of them.
#include "heed/modules/transformer/stack.h"

#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/modules/case/module_state.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/case/input.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::transformer_test {
namespace {

Tensor random(Sizes shape, uint64_t seed) {
  return tensor_of(array_of(any(std::move(shape)), seed), DType::f64);
}

AttentionFactory attention(std::optional<Alignment> causal) {
  return [causal](const Slot& slot) {
    return make_attention<MultiHeadAttention>(
        slot, MultiHeadAttentionConfig{.D_1 = 4, .H = 2, .causal = causal});
  };
}

TransformerConfig config(NormPlacement norm) {
  return {.block = {.d_model = 4, .d_ff = 5, .norm_placement = norm}, .layers = 2};
}

/// A stack in f64 with values in all parameters.
template <class Stack, class... Factories>
std::unique_ptr<Stack> filled(const TransformerConfig& config, const Factories&... factories) {
  auto stack = std::make_unique<Stack>(Slot::root(), config, factories...);
  stack->load_state_dict(random_state(*stack, "stack"));
  stack->to(DType::f64);
  stack->eval();
  return stack;
}

/// What `step(positions first … end − 1)` gives for pieces of 1, 3 and 2 positions, joined.
template <class Step>
Tensor in_pieces(const Step& step) {
  const std::vector<Tensor> pieces = {step(0, 1), step(1, 4), step(4, 6)};
  return cat(pieces, 1);
}

}  // namespace

TEST_CASE("A stack has a final norm if its blocks have theirs in front, or if it is asked for") {
  const auto has_norm = [](NormPlacement norm, std::optional<bool> wanted) {
    TransformerConfig with = config(norm);
    with.final_norm = wanted;
    const bool encoder = TransformerStack(Slot::root(), with, attention({})).norm.operator bool();
    const bool decoder =
        TransformerStack(Slot::root(), with, attention({}), attention({})).norm.operator bool();
    CHECK(encoder == decoder);
    return encoder;
  };
  CHECK(has_norm(NormPlacement::pre, {}));
  CHECK_FALSE(has_norm(NormPlacement::post, {}));
  CHECK_FALSE(has_norm(NormPlacement::pre, false));
  CHECK(has_norm(NormPlacement::post, true));
}

TEST_CASE("An encoder given a memory attends to it in every block, and to nothing else") {
  for (const NormPlacement norm : {NormPlacement::pre, NormPlacement::post}) {
    const auto stack = filled<TransformerStack>(config(norm), attention({}));
    const Tensor x = random({2, 3, 4}, 1), memory = random({2, 5, 4}, 2);
    const Mask mask = Mask::lengths(from_values(std::vector<int64_t>{4, 0}, {2}));
    const BlockCall block{.memory = memory, .memory_mask = mask};
    const StackCall call{.memory = memory, .memory_mask = mask};
    Tensor want = stack->blocks[1](stack->blocks[0](x, block), block);
    if (stack->norm) want = stack->norm(want);
    CHECK(bit_difference((*stack)(x, call), want) == "");
    const Tensor longer = cat(std::vector{x, random({2, 1, 4}, 3)}, 1);
    const Tensor same = narrow((*stack)(longer, call), 1, 0, 3);
    CHECK(difference(same, want, 1e-14) == "");
  }
}

TEST_CASE("Stacks that get a sequence in pieces, with caches, give what they give for all of it") {
  for (const NormPlacement norm : {NormPlacement::pre, NormPlacement::post}) {
    const Tensor x = random({2, 6, 4}, 1), memory = random({2, 3, 4}, 2);
    const Mask mask = Mask::lengths(from_values(std::vector<int64_t>{3, 2}, {2}));
    KeyValueCaches caches, decoder_caches;

    const auto encoder = filled<TransformerStack>(config(norm), attention(Alignment::top_left));
    const Tensor encoded = in_pieces([&](int64_t first, int64_t end) {
      return (*encoder)(slice(x, 1, first, end), StackCall{.caches = &caches});
    });
    CHECK(difference(encoded, (*encoder)(x), 1e-13) == "");
    CHECK((caches.size() == 2 && caches[1].length() == 6));

    const auto decoder =
        filled<TransformerStack>(config(norm), attention(Alignment::top_left), attention({}));
    const Tensor decoded = in_pieces([&](int64_t first, int64_t end) {
      return (*decoder)(slice(x, 1, first, end), StackCall{memory, {}, mask, &decoder_caches});
    });
    CHECK(difference(decoded, (*decoder)(x, StackCall{memory, {}, mask}), 1e-13) == "");
    CHECK((decoder_caches.size() == 2 && decoder_caches[1].length() == 6));
  }
}

TEST_CASE("Blocks and stacks refuse caches that do not fit and factories that make nothing") {
  const auto encoder =
      filled<TransformerStack>(config(NormPlacement::pre), attention(Alignment::top_left));
  const auto decoder = filled<TransformerStack>(config(NormPlacement::pre),
                                                attention(Alignment::top_left), attention({}));
  const Tensor x = random({2, 3, 4}, 1);
  KeyValueCaches three(3);
  CHECK_THROWS_WITH((*encoder)(x, StackCall{.caches = &three}),
                    "TransformerStack: needs one cache for each of 2 blocks, got 3 (in "
                    "TransformerStack)");
  CHECK_THROWS_WITH((*decoder)(x, StackCall{.memory = x, .caches = &three}),
                    "TransformerStack: needs one cache for each of 2 blocks, got 3 (in "
                    "TransformerStack)");
  const AttentionFactory nothing = [](const Slot&) { return AnyAttention(); };
  const TransformerBlockConfig block = config(NormPlacement::pre).block;
  CHECK_THROWS_WITH(TransformerBlock(Slot::root(), block, nothing),
                    "TransformerBlock: the factory made no attention");
  CHECK_THROWS_WITH(TransformerBlock(Slot::root(), block, attention({}), nothing),
                    "TransformerBlock: the factory made no attention");
}

TEST_CASE("A block refuses a call that lacks a memory or holds what it would ignore") {
  const TransformerBlockConfig config{.d_model = 4, .d_ff = 5};
  TransformerBlock plain(Slot::root(), config, attention({}));
  TransformerBlock crossing(Slot::root(), config, attention({}), attention({}));
  const Tensor x = random({2, 3, 4}, 1);
  const Mask mask = Mask::causal();
  CHECK_THROWS_WITH(crossing(x),
                    "TransformerBlock: its cross-attention needs a memory (in TransformerBlock)");
  CHECK_THROWS_WITH(plain(x, BlockCall{.memory_mask = mask}),
                    "TransformerBlock: a memory_mask needs a memory (in TransformerBlock)");
  const std::string ignored =
      "TransformerBlock: without cross-attention it attends to a memory instead of its own "
      "sequence, which needs no mask and no cache; pass a memory_mask (in TransformerBlock)";
  KeyValueCache cache;
  CHECK_THROWS_WITH(plain(x, BlockCall{.memory = x, .mask = mask}), ignored);
  CHECK_THROWS_WITH(plain(x, BlockCall{.memory = x, .cache = &cache}), ignored);
}

/// x + attention(norm(x)) + feed_forward(norm(x)), with one norm.
struct ParallelBlock : Layer<ParallelBlock> {
  AnyTensorModule norm;
  AnyAttention attention;
  FeedForward feed_forward;

  ParallelBlock(const Slot& slot, const TransformerBlockConfig& config,
                const AttentionFactory& make_attention, const AttentionFactory&)
      : Layer(slot),
        norm(make_norm({this, "norm"}, config)),
        attention(make_attention({this, "attention"})),
        feed_forward({this, "feed_forward"}, config.d_model, config.d_ff, config.activation) {}
  Tensor forward(const Tensor& x, const BlockCall& call) {
    const Tensor n = norm(x);
    return x + attention(n, n, n, {.mask = call.mask, .cache = call.cache}) + feed_forward(n);
  }
  std::vector<PlacedAttention> attentions() { return {{path() + ".attention", &attention}}; }
};

TEST_CASE("A stack is made of blocks of any class") {
  TransformerConfig with = config(NormPlacement::pre);
  with.make_block = make_block<ParallelBlock>;
  const auto stack = filled<TransformerStack>(with, attention(Alignment::top_left));
  const Tensor x = random({2, 6, 4}, 1);
  KeyValueCaches caches;
  const Tensor pieces = in_pieces([&](int64_t first, int64_t end) {
    return (*stack)(slice(x, 1, first, end), StackCall{.caches = &caches});
  });
  CHECK(difference(pieces, (*stack)(x), 1e-13) == "");
  CHECK(stack->attentions()[1].path == "blocks.1.attention");
}

}  // namespace heed::testing::transformer_test
