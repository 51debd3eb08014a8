#include "heed/framework/base/text.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::counted_test {

TEST_CASE("a count of one has no plural", "[base]") {
  CHECK(counted(0, "symbol") == "0 symbols");
  CHECK(counted(1, "symbol") == "1 symbol");
  CHECK(counted(2, "held-out sequence") == "2 held-out sequences");
}

}  // namespace heed::testing::counted_test
