#include "heed/framework/base/text.h"

#include "heed/tests/support/catch.h"

namespace heed::testing::text_test {

TEST_CASE("messages list alternatives as English does") {
  CHECK(list_with_or({"a"}) == "a");
  CHECK(list_with_or({"a", "b"}) == "a or b");
  CHECK(list_with_or({"a", "b", "c"}) == "a, b or c");
  CHECK(list_with_or({"1", "2", "3", "4"}) == "1, 2, 3 or 4");
}

}  // namespace heed::testing::text_test
