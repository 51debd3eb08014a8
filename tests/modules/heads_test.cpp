#include "heed/modules/attention/heads.h"

#include "heed/framework/ops/view.h"
#include "heed/framework/tensor/factories.h"
#include "heed/tests/framework/engine_fixtures.h"
#include "heed/tests/support/case/difference.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::heads_test {

TEST_CASE("split_heads gives head h the columns h*D to (h+1)*D - 1, without a copy") {
  const Tensor x = normal({2, 3, 8}, 1);
  const Tensor heads = split_heads(x, 4);
  CHECK(heads.shape() == Shape{2, 4, 3, 2});
  CHECK(heads.storage() == x.storage());
  for (int64_t h = 0; h < 4; ++h) {
    CHECK(bit_difference(select(heads, 1, h), slice(x, 2, 2 * h, 2 * h + 2)) == "");
  }
}

TEST_CASE("merge_heads undoes split_heads for any number of heads") {
  for (const int64_t H : {1, 2, 3, 6}) {
    const Tensor x = normal({2, 5, 6}, 2);
    CHECK(bit_difference(merge_heads(split_heads(x, H)), x) == "");
  }
  CHECK(merge_heads(split_heads(zeros({0, 5, 6}), 2)).shape() == Shape{0, 5, 6});
  CHECK(merge_heads(split_heads(zeros({2, 0, 6}), 2)).shape() == Shape{2, 0, 6});
}

TEST_CASE("split_heads and merge_heads refuse shapes that do not fit") {
  const auto refusal = [](const Shape& shape, int64_t H) {
    return message_of([&] { split_heads(zeros(shape), H); });
  };
  CHECK(refusal({2, 3, 10}, 4) ==
        "split_heads: needs [B, L, H*D] with H = 4 dividing the width, got [2, 3, 10]");
  CHECK(refusal({2, 10}, 2) ==
        "split_heads: needs [B, L, H*D] with H = 2 dividing the width, got [2, 10]");
  CHECK(refusal({2, 3, 10}, 0) ==
        "split_heads: needs [B, L, H*D] with H = 0 dividing the width, got [2, 3, 10]");
  CHECK(message_of([] {
          merge_heads(zeros({2, 3, 4}));
        }) == "merge_heads: needs [B, H, L, D], got [2, 3, 4]");
}

}  // namespace heed::testing::heads_test
