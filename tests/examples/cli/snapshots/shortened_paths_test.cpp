#include "heed/examples/cli/snapshots/shortened_paths.h"

#include "heed/tests/support/catch.h"

namespace heed::testing::shortened_paths_test {
namespace {

TEST_CASE("heed plot: paths are shortened by what all of them have") {
  using Texts = std::vector<std::string>;
  CHECK(shortened_paths({"encoder.blocks.0.attention", "encoder.blocks.1.attention"}) ==
        Texts{"blocks.0", "blocks.1"});
  CHECK(shortened_paths({"encoder.blocks.0.attention"}) == Texts{""});
  CHECK(shortened_paths({"encoder.blocks.0.attention", "decoder.blocks.0.attention",
                         "decoder.blocks.0.cross_attention"}) ==
        Texts{"encoder.blocks.0.attention", "decoder.blocks.0.attention",
              "decoder.blocks.0.cross_attention"});
  CHECK(shortened_paths({"d.self", "d.cross"}) == Texts{"self", "cross"});
  CHECK(shortened_paths({"0.a", "1.a"}) == Texts{"0", "1"});
  CHECK(shortened_paths({"a.b", "a.b.c"}) == Texts{"", "c"});
  CHECK(shortened_paths({}).empty());
}

}  // namespace
}  // namespace heed::testing::shortened_paths_test
