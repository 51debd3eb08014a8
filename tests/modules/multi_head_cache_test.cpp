// Decoding with a cache gives what the whole sequence gives at once, however it is cut.
#include <algorithm>
#include <array>

#include "heed/framework/autograd/backward.h"
#include "heed/framework/autograd/grad_mode.h"
#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/functions.h"
#include "heed/framework/ops/reduce.h"
#include "heed/framework/ops/view.h"
#include "heed/modules/transformer/stack.h"
#include "heed/tests/modules/multi_head_fixtures.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::multi_head_cache_test {
namespace {

constexpr int64_t L = 24;
constexpr int64_t H = 4;
using Chunks = std::vector<int64_t>;

/// Every uniform size (the last chunk may be shorter), every two-way split, 100 random cuts.
std::vector<Chunks> chunkings() {
  std::vector<Chunks> all;
  for (int64_t size = 1; size <= L; ++size) {
    Chunks chunks;
    for (int64_t begin = 0; begin < L; begin += size) chunks.push_back(std::min(size, L - begin));
    all.push_back(chunks);
  }
  for (int64_t first = 1; first < L; ++first) all.push_back({first, L - first});
  Rng rng(stream(11, Purpose::user));
  for (int i = 0; i < 100; ++i) {
    Chunks chunks{0};
    const double often = rng.uniform(0.05, 0.95);
    for (int64_t place = 0; place < L; ++place) {
      if (place > 0 && rng.uniform() < often) chunks.push_back(0);
      ++chunks.back();
    }
    all.push_back(chunks);
  }
  return all;
}

/// step(chunk of x, how many came before it), chunk after chunk, joined.
template <class Step>
Tensor stepped(const Tensor& x, const Chunks& chunks, const Step& step) {
  std::vector<Tensor> parts;
  int64_t before = 0;
  for (const int64_t size : chunks) {
    parts.push_back(step(narrow(x, 1, before, size), before));
    before += size;
  }
  return cat(parts, 1);
}

Tensor decoded(MultiHeadAttention& attention, const Tensor& x, const Chunks& chunks,
               const Mask& rule = {}) {
  KeyValueCache cache;
  return stepped(x, chunks, [&](const Tensor& part, int64_t) {
    return attention(part, part, part, AttentionCall{.mask = rule, .cache = &cache});
  });
}

/// "" if every way of cutting gives `want` to 1e-12.
template <class Decode>
std::string chunking_problem(const Tensor& want, const Decode& decode) {
  for (const Chunks& chunks : chunkings()) {
    const std::string problem = difference(decode(chunks), want, 1e-12);
    if (problem.empty()) continue;
    std::string text = "in chunks of";
    for (const int64_t size : chunks) text += " " + std::to_string(size);
    return text + ": " + problem;
  }
  return "";
}

MultiHeadAttentionConfig small(const RelativePositionsFactory& positions, int64_t n_kv_heads) {
  return {.D_1 = 8,
          .H = H,
          .D_qk = 4,
          .D_v = 3,
          .n_kv_heads = n_kv_heads,
          .causal = Alignment::top_left,
          .relative_positions = positions};
}

}  // namespace

TEST_CASE("The chunkings of 24 tokens are what they should be") {
  const std::vector<Chunks> all = chunkings();
  CHECK(all.size() == 24 + 23 + 100);
  for (const Chunks& chunks : all) {
    int64_t total = 0;
    for (const int64_t size : chunks) total += size > 0 ? size : 100;
    CHECK(total == L);
  }
}

TEST_CASE("Decoding with a cache equals the whole for every cut, scheme, and number of heads") {
  const NoGrad guard;
  const Tensor x = normal({2, L, 8}, 1);
  for (const auto& [name, positions] : position_schemes(H)) {
    for (const int64_t n_kv_heads : {H, int64_t{2}, int64_t{1}}) {
      INFO(name << ", n_kv_heads = " << n_kv_heads);
      const auto attention = filled(small(positions, n_kv_heads));
      const auto decode = [&](const Chunks& chunks) { return decoded(*attention, x, chunks); };
      CHECK(chunking_problem((*attention)(x, x, x), decode) == "");
    }
  }
}

TEST_CASE("Decoding with a cache equals the whole under a window") {
  const NoGrad guard;
  const Tensor x = normal({2, L, 8}, 2);
  for (const auto& [name, positions] : position_schemes(H)) {
    INFO(name);
    MultiHeadAttentionConfig config = small(positions, 2);
    config.window = 5;
    config.causal = Alignment::bottom_right;
    const auto attention = filled(config);
    const auto decode = [&](const Chunks& chunks) { return decoded(*attention, x, chunks); };
    CHECK(chunking_problem((*attention)(x, x, x), decode) == "");
  }
}

TEST_CASE("The causal rule of a cache may come with the call") {
  const NoGrad guard;
  const Tensor x = normal({2, L, 8}, 3);
  MultiHeadAttentionConfig config = small(with_positions<RotaryPositions>(10000.0), 1);
  config.causal = {};
  config.window = 9;
  const auto attention = filled(config);
  const Tensor want = (*attention)(x, x, x, AttentionCall{.mask = Mask::causal()});
  const Mask rule = Mask::causal(Alignment::bottom_right);
  CHECK(chunking_problem(want, [&](const Chunks& chunks) {
          return decoded(*attention, x, chunks, rule);
        }) == "");
}

TEST_CASE("Padding in front stays masked while a sequence is decoded") {
  const NoGrad guard;
  const Tensor x = normal({2, L, 8}, 4);
  const Tensor padding = lt(arange(L).unsqueeze(0), tensor<int64_t>({0, 6}).unsqueeze(1));
  const auto attention = filled(small(with_positions<RotaryPositions>(10000.0), 2));
  const auto blocked = [&](int64_t keys) {
    return Mask::block(narrow(padding, 1, 0, keys), MaskLayout::batch_keys);
  };
  const Tensor want = (*attention)(x, x, x, AttentionCall{.mask = blocked(L)});
  CHECK(chunking_problem(want, [&](const Chunks& chunks) {
          KeyValueCache cache;
          return stepped(x, chunks, [&](const Tensor& part, int64_t before) {
            const Mask mask = blocked(before + part.size(1));
            return (*attention)(part, part, part, AttentionCall{.mask = mask, .cache = &cache});
          });
        }) == "");
}

TEST_CASE("Weights asked for while decoding are the rows of the whole's weights") {
  const NoGrad guard;
  const Tensor x = normal({2, L, 8}, 5);
  const auto attention = filled(small(with_positions<AlibiPositions>(H), 2));
  Tensor want;
  (*attention)(x, x, x, AttentionCall{.weights = &want});
  KeyValueCache cache;
  for (int64_t begin = 0; begin < L; begin += 6) {
    const Tensor part = narrow(x, 1, begin, 6);
    Tensor weights;
    (*attention)(part, part, part, AttentionCall{.cache = &cache, .weights = &weights});
    CHECK(weights.shape() == Shape{2, H, 6, begin + 6});
    const Tensor rows = narrow(narrow(want, 2, begin, 6), 3, 0, begin + 6);
    CHECK(difference(weights, rows, 1e-13) == "");
  }
}

TEST_CASE("Gradients flow through a cache to earlier chunks") {
  const Tensor x = normal({2, L, 8}, 6).requires_grad_();
  for (const auto& [name, positions] : position_schemes(H)) {
    INFO(name);
    const auto attention = filled(small(positions, 2));
    std::vector<Tensor> leaves = attention->parameters();
    leaves.push_back(x);
    const auto gradients = [&](const Tensor& y) {
      return grad(std::vector{sum(square(y))}, leaves);
    };
    const std::vector<Tensor> want = gradients((*attention)(x, x, x));
    const std::vector<Tensor> got = gradients(decoded(*attention, x, {7, 1, 16}));
    for (size_t i = 0; i < want.size(); ++i) CHECK(difference(got[i], want[i], 1e-11) == "");
  }
}

TEST_CASE("A stack of decoder-only blocks decodes with one cache for each block") {
  const NoGrad guard;
  const Tensor x = normal({2, L, 8}, 7);
  const MultiHeadAttentionConfig config = small(with_positions<RotaryPositions>(10000.0), 2);
  for (const NormPlacement norm : {NormPlacement::pre, NormPlacement::post}) {
    TransformerStack stack(
        Slot::root(), {.block = {.d_model = 8, .d_ff = 12, .norm_placement = norm}, .layers = 3},
        [&](const Slot& slot) { return make_attention<MultiHeadAttention>(slot, config); });
    stack.load_state_dict(random_state(stack, "stack"));
    stack.to(DType::f64);
    const Tensor want = stack(x, StackCall{.mask = Mask::causal()});
    CHECK(chunking_problem(want, [&](const Chunks& chunks) {
            KeyValueCaches caches;
            return stepped(x, chunks, [&](const Tensor& part, int64_t) {
              return stack(part, StackCall{.mask = Mask::causal(Alignment::bottom_right),
                                           .caches = &caches});
            });
          }) == "");
  }
}

TEST_CASE("A stack of decoder blocks decodes beside its memory") {
  const NoGrad guard;
  const Tensor x = normal({2, L, 8}, 8), memory = normal({2, 5, 6}, 9);
  const MultiHeadAttentionConfig config = small(with_positions<LearnedDistances>(H, 9), 4);
  const MultiHeadAttentionConfig cross{.D_1 = 8, .H = 2, .D_2 = 6};
  TransformerStack stack(
      Slot::root(), {.block = {.d_model = 8, .d_ff = 12}, .layers = 2},
      [&](const Slot& slot) { return make_attention<MultiHeadAttention>(slot, config); },
      [&](const Slot& slot) { return make_attention<MultiHeadAttention>(slot, cross); });
  stack.load_state_dict(random_state(stack, "stack"));
  stack.to(DType::f64);
  const Mask there = Mask::lengths(tensor<int64_t>({5, 3}));
  const Tensor want = stack(x, StackCall{memory, Mask::causal(), there});
  CHECK(chunking_problem(want, [&](const Chunks& chunks) {
          KeyValueCaches caches;
          return stepped(x, chunks, [&](const Tensor& part, int64_t) {
            return stack(part,
                         StackCall{memory, Mask::causal(Alignment::bottom_right), there, &caches});
          });
        }) == "");
}

TEST_CASE(
    "With a cache a decoder's queries keep their places among themselves when they ask a memory") {
  const Tensor x = normal({2, L, 8}, 1), memory = normal({2, 9, 8}, 2);
  MultiHeadAttentionConfig windowed = small({}, 4);
  windowed.window = 3;
  for (const MultiHeadAttentionConfig& config :
       {small(with_positions<RotaryPositions>(10000.0, RotaryPairs::halves), 2),
        small(with_positions<AlibiPositions>(H), 4),
        small(with_positions<LearnedDistances>(H, int64_t{5}), 1), windowed}) {
    MultiHeadAttentionConfig cross = config;
    cross.causal = {};
    TransformerStack stack(
        Slot::root(), {.block = {.d_model = 8, .d_ff = 12}, .layers = 2},
        [&](const Slot& slot) { return make_attention<MultiHeadAttention>(slot, config); },
        [&](const Slot& slot) { return make_attention<MultiHeadAttention>(slot, cross); });
    stack.load_state_dict(random_state(stack, "stack"));
    stack.to(DType::f64);
    const Tensor want = stack(x, StackCall{memory, Mask::causal()});
    CHECK(chunking_problem(want, [&](const Chunks& chunks) {
            KeyValueCaches caches;
            return stepped(x, chunks, [&](const Tensor& part, int64_t) {
              return stack(part,
                           StackCall{memory, Mask::causal(Alignment::bottom_right), {}, &caches});
            });
          }) == "");
  }
}

TEST_CASE("first_query puts window and positions where a rule aligned to the end has them") {
  const Tensor x = normal({2, 3, 8}, 1), y = normal({2, 7, 8}, 2);
  MultiHeadAttentionConfig own = small(with_positions<AlibiPositions>(H), 4);
  own.window = 2;
  own.causal = Alignment::bottom_right;
  MultiHeadAttentionConfig of_call = own;
  of_call.causal = {};
  const auto a = filled(own), b = filled(of_call);
  const AttentionCall call{.mask = Mask::causal(Alignment::bottom_right), .first_query = 4};
  CHECK(bit_difference((*a)(x, y, y), (*b)(x, y, y, call)) == "");
}

TEST_CASE("A mask that counts from the first key is refused beside a cache") {
  const Tensor x = normal({2, 3, 8}, 1);
  const auto attention = filled(small({}, 4));
  KeyValueCache cache;
  CHECK(message_of([&] {
          (*attention)(x, x, x, AttentionCall{.mask = Mask::causal(), .cache = &cache});
        }) ==
        "MultiHeadAttention: with a cache queries are the last positions, but the mask counts them "
        "from the first key; pass Mask::causal(Alignment::bottom_right) (in MultiHeadAttention)");
}

TEST_CASE("A stack that fails in its second block leaves the caches as they were") {
  const Tensor x = normal({2, 3, 8}, 1);
  const MultiHeadAttentionConfig config = small({}, 4);
  TransformerStack stack(
      Slot::root(), {.block = {.d_model = 8, .d_ff = 12}, .layers = 2},
      [&](const Slot& slot) { return make_attention<MultiHeadAttention>(slot, config); });
  stack.load_state_dict(random_state(stack, "stack"));
  stack.to(DType::f64);
  KeyValueCaches caches;
  stack(x, StackCall{.caches = &caches});
  const HookHandle hook = stack.blocks[1].module().register_forward_hook(
      [](Module&, std::span<const Tensor>, const Tensor&) -> Tensor { throw ValueError("no"); });
  CHECK(message_of([&] { stack(x, StackCall{.caches = &caches}); }).starts_with("no"));
  CHECK(caches[0].length() == 3);
  CHECK(caches[1].length() == 3);
}

TEST_CASE("A cache takes keys and values that belong together only") {
  KeyValueCache cache;
  CHECK(message_of([&] {
          cache.append(normal({2, 1, 3, 4}, 1), normal({2, 1, 2, 4}, 1));
        }) ==
        "KeyValueCache: needs keys [B, n_kv_heads, L, D_qk] and values [B, n_kv_heads, L, D_v], "
        "got [2, 1, 3, 4] and [2, 1, 2, 4]");
  CHECK(cache.length() == 0);
}

TEST_CASE("A cache without a causal rule is refused") {
  const Tensor x = normal({2, 3, 8}, 1);
  const auto attention = filled({.D_1 = 8, .H = H});
  const std::string refusal =
      "MultiHeadAttention: a cache needs a causal rule, since earlier queries did not see later "
      "keys; pass Mask::causal(Alignment::bottom_right) (in MultiHeadAttention)";
  for (const Mask& mask : {Mask(), Mask::causal(), Mask::window(2)}) {
    KeyValueCache cache;
    CHECK(message_of([&] {
            (*attention)(x, x, x, AttentionCall{.mask = mask, .cache = &cache});
          }) == refusal);
    CHECK(cache.length() == 0);
  }
}

TEST_CASE("A call that fails leaves the cache as it was") {
  const auto attention = filled(small({}, 2));
  const Tensor x = normal({2, 3, 8}, 1);
  KeyValueCache cache;
  const auto refusal = [&](const Tensor& part, const Mask& mask) {
    return message_of(
        [&] { (*attention)(part, part, part, AttentionCall{.mask = mask, .cache = &cache}); });
  };
  CHECK(refusal(x, {}) == "no error");
  const KeyValueCache before = cache;
  CHECK(before.length() == 3);
  CHECK(refusal(normal({1, 3, 8}, 2), {}) ==
        "cat: shapes differ outside dim -2: [2, 2, 3, 4] and [1, 2, 3, 4] (in MultiHeadAttention)");
  CHECK(refusal(x, Mask::keep(ones({3, 3}, DType::boolean))) ==
        "Mask::keep: shapes do not broadcast: [3, 3] and [2, 4, 3, 6] (3 != 6 at dim -1) (in "
        "MultiHeadAttention)");
  CHECK(refusal(x, Mask::lengths(tensor<int64_t>({6, 6, 6}))) ==
        "Mask::lengths: must be [B] or [B, L_1] for scores [B, ..., L_1, L_2] of [2, 4, 3, 6], got "
        "[3] (in MultiHeadAttention)");
  CHECK(message_of([&] {
          (*attention)(x, x, x, AttentionCall{.cache = &cache, .head_gates = ones({9})});
        }).starts_with("MultiHeadAttention: expected [H], got [9] where"));
  CHECK(cache.key.is_same(before.key));
  CHECK(cache.value.is_same(before.value));
}

TEST_CASE("A stack refuses another number of caches than it has blocks") {
  TransformerStack stack(
      Slot::root(), {.block = {.d_model = 8, .d_ff = 12}, .layers = 3},
      [&](const Slot& slot) { return make_attention<MultiHeadAttention>(slot, small({}, 2)); });
  stack.load_state_dict(random_state(stack, "stack"));
  KeyValueCaches caches(2);
  CHECK(message_of([&] {
          stack(zeros({1, 2, 8}),
                StackCall{.mask = Mask::causal(Alignment::bottom_right), .caches = &caches});
        }) ==
        "TransformerStack: needs one cache for each of 3 blocks, got 2 (in "
        "TransformerStack)");
}

TEST_CASE("KeyValueCache joins along the positions, and keeps what it has if they do not fit") {
  KeyValueCache cache;
  CHECK(cache.length() == 0);
  const Tensor key = normal({2, 3, 4, 5}, 1), value = normal({2, 3, 4, 6}, 2);
  cache.append(narrow(key, 2, 0, 1), narrow(value, 2, 0, 1));
  cache.append(narrow(key, 2, 1, 3), narrow(value, 2, 1, 3));
  CHECK(cache.length() == 4);
  CHECK(bit_difference(cache.key, key) == "");
  CHECK(bit_difference(cache.value, value) == "");
  CHECK(message_of([&] {
          cache.append(key, normal({2, 3, 4, 7}, 3));
        }) == "cat: shapes differ outside dim -2: [2, 3, 4, 6] and [2, 3, 4, 7]");
  CHECK(cache.length() == 4);
  CHECK(bit_difference(cache.key, key) == "");
}

}  // namespace heed::testing::multi_head_cache_test
