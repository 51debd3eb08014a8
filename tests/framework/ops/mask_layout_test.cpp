// Masks in the layouts of other projects, and what masks refuse.

#include "heed/framework/ops/elementwise.h"
#include "heed/framework/ops/mask.h"
#include "heed/framework/ops/view.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/case/not_finite.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::mask_layout_test {
namespace {

/// True here and there.
Tensor some(const Shape& shape) {
  return gt(normal(shape, 7), 0);
}

/// What a mask blocks of [B, H, L_1, L_2] = [2, 3, 4, 5] scores.
Tensor blocked(const Mask& mask) {
  const Shape scores{2, 3, 4, 5};
  return expand(mask.resolve(scores, DType::f64).blocked, scores);
}

}  // namespace

TEST_CASE("Each layout puts its dimensions where scores [B, H, L_1, L_2] have them") {
  const Tensor keys = some({2, 5}), both = some({2, 4, 5});
  CHECK(bit_difference(blocked(Mask::block(keys, MaskLayout::batch_keys)),
                       expand(keys.view({2, 1, 1, 5}), {2, 3, 4, 5})) == "");
  const Tensor want = expand(both.unsqueeze(1), {2, 3, 4, 5});
  CHECK(bit_difference(blocked(Mask::block(both, MaskLayout::batch_queries_keys)), want) == "");
  const Tensor turned = both.transpose(1, 2).contiguous();
  CHECK(bit_difference(blocked(Mask::block(turned, MaskLayout::batch_keys_queries)), want) == "");
  const Tensor sequence_first = both.permute({1, 2, 0}).contiguous();
  CHECK(bit_difference(blocked(Mask::block(sequence_first, MaskLayout::queries_keys_batch)),
                       want) == "");
  const Tensor for_all = narrow(sequence_first, 2, 0, 1);
  CHECK(bit_difference(blocked(Mask::block(for_all, MaskLayout::queries_keys_batch)),
                       expand(select(both, 0, 0), {2, 3, 4, 5})) == "");
}

TEST_CASE("A mask [B, L_1, L_2] that only broadcasts is one for each head") {
  const Tensor mask = some({3, 4, 5});
  CHECK(bit_difference(blocked(Mask::block(mask)), expand(mask, {2, 3, 4, 5})) == "");
}

TEST_CASE("keep and additive take layouts as block does") {
  const Tensor kept = some({2, 5, 4});
  const auto layout = MaskLayout::batch_keys_queries;
  const Tensor want = blocked(Mask::keep(kept, layout));
  CHECK(bit_difference(blocked(Mask::block(eq(kept, 0), layout)), want) == "");
  const Tensor bias = masked_fill(normal({2, 5, 4}, 1), eq(kept, 0), -infinity);
  CHECK(bit_difference(blocked(Mask::additive(bias, layout)), want) == "");
  const Mask::Parts parts = Mask::additive(bias, layout).resolve({2, 3, 4, 5}, DType::f64);
  CHECK(parts.bias.shape() == Shape{2, 1, 4, 5});
}

TEST_CASE("Layouts are views of the mask: nothing is copied") {
  const Tensor mask = some({2, 5, 4});
  const Mask::Parts parts =
      Mask::block(mask, MaskLayout::batch_keys_queries).resolve({2, 3, 4, 5}, DType::f64);
  CHECK(parts.blocked.storage() == mask.storage());
}

TEST_CASE("Masks of another rank than their layout's are refused") {
  const auto refusal = [](MaskLayout layout) {
    return message_of([&] { Mask::block(some({2, 3, 4, 5}), layout); });
  };
  CHECK(refusal(MaskLayout::batch_keys) == "Mask::block: the layout is [B, L_2], got [2, 3, 4, 5]");
  CHECK(refusal(MaskLayout::batch_queries_keys) ==
        "Mask::block: the layout is [B, L_1, L_2], got [2, 3, 4, 5]");
  CHECK(refusal(MaskLayout::batch_keys_queries) ==
        "Mask::block: the layout is [B, L_2, L_1], got [2, 3, 4, 5]");
  CHECK(refusal(MaskLayout::queries_keys_batch) ==
        "Mask::block: the layout is [L_1, L_2, B], got [2, 3, 4, 5]");
  CHECK(refusal(MaskLayout::broadcast) == "no error");
  CHECK(message_of([] { Mask::keep(some({2}), MaskLayout::batch_keys); }) ==
        "Mask::keep: the layout is [B, L_2], got [2]");
  CHECK(message_of([] { Mask::additive(zeros({2}), MaskLayout::batch_queries_keys); }) ==
        "Mask::additive: the layout is [B, L_1, L_2], got [2]");
}

TEST_CASE("Masks of another dtype are refused") {
  CHECK(message_of([] { Mask::keep(zeros({2})); }) ==
        "Mask::keep: the mask must be bool, got f32 [2]; write .to(DType::boolean)");
  CHECK(message_of([] { Mask::block(zeros({2}, DType::i64)); }) ==
        "Mask::block: the mask must be bool, got i64 [2]; write .to(DType::boolean)");
  CHECK(message_of([] { Mask::additive(some({2})); }) ==
        "Mask::additive: takes f32 or f64, got bool; write .to(DType::f32)");
  CHECK(message_of([] { Mask::lengths(zeros({2})); }) ==
        "Mask::lengths: lengths must be i64, got f32 [2]; write .to(DType::i64)");
  CHECK(message_of([] {
          Mask::additive(zeros({5})).resolve({4, 5}, DType::f64);
        }) == "Mask::additive: the bias must be f64, got f32 [5]; write .to(DType::f64)");
}

TEST_CASE("Masks that do not fit their scores are refused, naming the kind of mask") {
  const auto refusal = [](const Mask& mask, const Shape& scores) {
    return message_of([&] { mask.resolve(scores, DType::f32); });
  };
  const Shape scores{2, 3, 4, 5};
  CHECK(refusal(Mask::keep(some({4, 4})), scores) ==
        "Mask::keep: shapes do not broadcast: [4, 4] and [2, 3, 4, 5] (4 != 5 at dim -1)");
  CHECK(refusal(Mask::block(some({2, 2, 3, 4, 5})), scores) ==
        "Mask::block: [2, 2, 3, 4, 5] does not broadcast to the scores' [2, 3, 4, 5]");
  CHECK(refusal(Mask::additive(zeros({3})), scores) ==
        "Mask::additive: shapes do not broadcast: [3] and [2, 3, 4, 5] (3 != 5 at dim -1)");
  CHECK(refusal(Mask::lengths(zeros({3}, DType::i64)), scores) ==
        "Mask::lengths: must be [B] or [B, L_1] for scores [B, ..., L_1, L_2] of [2, 3, 4, 5], got "
        "[3]");
  CHECK(refusal(Mask::lengths(zeros({2, 5}, DType::i64)), scores) ==
        "Mask::lengths: must be [B] or [B, L_1] for scores [B, ..., L_1, L_2] of [2, 3, 4, 5], got "
        "[2, 5]");
  CHECK(refusal(Mask::lengths(zeros({4}, DType::i64)), {4, 5}) ==
        "Mask::lengths: must be [B] or [B, L_1] for scores [B, ..., L_1, L_2] of [4, 5], got [4]");
  CHECK(refusal(Mask::causal(), {5}) == "Mask: scores must be [..., L_1, L_2], got [5]");
}

}  // namespace heed::testing::mask_layout_test
