// The text of HEED_THREADS.
#include "heed/framework/base/processors.h"

#include <string>

#include "heed/framework/base/error.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::processors_test {

TEST_CASE("the text of HEED_THREADS is an integer from 1 to 256") {
  CHECK(heed::detail::parse_threads("1") == 1);
  CHECK(heed::detail::parse_threads("007") == 7);
  CHECK(heed::detail::parse_threads("256") == 256);
  for (const std::string text : {"", "0", "257", "+1", "-1", "0x1", "1 ", "1e1", "4294967297"}) {
    std::string message;
    try {
      heed::detail::parse_threads(text.c_str());
    } catch (const heed::ValueError& error) {
      message = error.what();
    }
    CHECK(message == "HEED_THREADS: must be an integer from 1 to 256: \"" + text + "\"");
  }
}

}  // namespace heed::testing::processors_test
