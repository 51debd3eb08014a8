#include "heed/modules/attention/any_attention.h"

#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/order.h"
#include "heed/framework/ops/pad.h"
#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/modules/attention/my_mha.h"
#include "heed/modules/transformer/block.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::any_attention_test {
namespace {

AttentionFactory factory(int64_t memory_width) {
  return [memory_width](const Slot& slot) {
    return make_attention<MyMHA>(slot, 4, memory_width, 3, 2, 2);
  };
}

/// The mean of the values so far.
struct RunningMean : Layer<RunningMean> {
  static constexpr AttentionAbilities abilities{.causal_only = true};
  explicit RunningMean(const Slot& slot) : Layer(slot) {}
  Tensor attend(const Tensor& x, const Tensor&, const Tensor&, const AttentionCall&) {
    return (*this)(x);
  }
  Tensor forward(const Tensor& x) {
    return cumsum(x, 1) /
           arange(1, 1.0 + static_cast<double>(x.size(1)), 1, x.dtype()).unsqueeze(1);
  }
};

/// One column too many.
struct Widening : Layer<Widening> {
  static constexpr AttentionAbilities abilities{};
  explicit Widening(const Slot& slot) : Layer(slot) {}
  Tensor attend(const Tensor& x, const Tensor&, const Tensor&, const AttentionCall&) {
    return pad(x, {0, 1});
  }
};

}  // namespace

TEST_CASE(
    "An attention behind the interface takes the slot it is given and computes the same bits") {
  TransformerBlock block(Slot::root(), {.d_model = 4, .d_ff = 5}, factory(4));
  Rng rng(stream(1, Purpose::user));
  block.reset_parameters(rng);
  NamedTensors state;
  for (const auto& [name, tensor] : block.state_dict()) {
    if (name.starts_with("attention.")) state.emplace_back(name.substr(10), tensor);
  }
  MyMHA alone(Slot::root(), 4, 4, 3, 2, 2);
  alone.load_state_dict(state);
  const Tensor x = normal({2, 3, 4}, 1, DType::f32), memory = normal({2, 5, 4}, 2, DType::f32);
  CHECK(bit_difference(block.attention(x, memory, memory), alone(x, memory)) == "");
}

TEST_CASE("An attention of one sequence refuses keys and values that differ") {
  TransformerBlock block(Slot::root(), {.d_model = 4, .d_ff = 5}, factory(4));
  const Tensor x = normal({2, 3, 4}, 1, DType::f32);
  CHECK(message_of([&] { block.attention(x, x, x.clone()); }) ==
        "MyMHA: attends one sequence, so key and value must be the same tensor");
}

TEST_CASE("An attention that gives another shape than its block needs is named") {
  TransformerBlock block(Slot::root(), {.d_model = 4, .d_ff = 5},
                         [](const Slot& slot) { return make_attention<Widening>(slot); });
  Rng rng(stream(1, Purpose::user));
  block.reset_parameters(rng);
  CHECK(message_of([&] {
          block(normal({2, 3, 4}, 1, DType::f32));
        }) ==
        "Widening: gave [2, 3, 5] for x1 [2, 3, 4]; it must give the shape of x1 (in "
        "TransformerBlock)");
}

TEST_CASE("What an attention does not support is refused, not ignored") {
  const AnyAttention plain = make_attention<MyMHA>(Slot::root(), 4, 4, 3, 2, 2);
  const Tensor x = normal({2, 3, 4}, 1, DType::f32);
  KeyValueCache cache;
  Tensor weights;
  CHECK(message_of([&] { plain(x, x, x, {.mask = Mask::causal()}); }) ==
        "MyMHA: does not support masks; choose an attention that does");
  CHECK(message_of([&] { plain(x, x, x, {.cache = &cache}); }) ==
        "MyMHA: does not support a cache; generate without one, or choose an attention that does");
  const std::string heads = "MyMHA: does not support head gates and weights";
  CHECK(message_of([&] { plain(x, x, x, {.head_gates = x}); }) == heads);
  CHECK(message_of([&] { plain(x, x, x, {.weights = &weights}); }) == heads);
}

TEST_CASE("An attention that is causal by itself takes a causal mask and no other") {
  const AnyAttention causal = make_attention<RunningMean>(Slot::root());
  const Tensor x = normal({2, 3, 4}, 1, DType::f32);
  CHECK(causal(x, x, x, {.mask = Mask::causal()}).shape() == x.shape());
  CHECK(
      causal(x, x, x, {.mask = Mask::causal(Alignment::bottom_right) & Mask::causal()}).defined());
  const std::string refused =
      "RunningMean: is causal by itself, so it needs a causal mask and supports no other";
  CHECK(message_of([&] { causal(x, x, x); }) == refused);
  CHECK(message_of([&] { causal(x, x, x, {.mask = Mask::window(1)}); }) == refused);
  CHECK(message_of([&] {
          causal(x, x, x, {.mask = Mask::causal() & Mask::lengths(tensor<int64_t>({1, 3}))});
        }) == refused);
}

TEST_CASE("A factory that throws leaves nothing behind") {
  const Held before;
  const AttentionFactory failing = [](const Slot& slot) {
    return make_attention<MyMHA>(slot, 4, 4, 3, 2, 0);
  };
  CHECK(message_of([&] {
          TransformerBlock block(Slot::root(), {.d_model = 4, .d_ff = 5}, failing);
        }) == "MyMHA: H must be at least 1, got 0");
  CHECK(Held() == before);
}

TEST_CASE("A block without an attention is refused") {
  const AttentionFactory none = [](const Slot&) { return AnyAttention(); };
  CHECK(message_of([&] {
          TransformerBlock block(Slot::root(), {.d_model = 4, .d_ff = 5}, none);
        }) == "TransformerBlock: the factory made no attention");
}

}  // namespace heed::testing::any_attention_test
