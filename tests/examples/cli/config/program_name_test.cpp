#include "heed/examples/cli/config/program_name.h"

#include "heed/tests/support/catch.h"

namespace heed::testing::program_name_test {
namespace {

/// Gives the tests their name back.
struct Named {
  explicit Named(const std::string& path) { set_program_name(path, {"train", "tasks"}); }
  ~Named() { set_program_name("heed", {}); }
};

TEST_CASE("texts about the command line get the program's own name", "[config]") {
  const Named mine("/opt/bin/mine");
  CHECK(program_name() == "mine");
  CHECK(named("heed: no such command") == "mine: no such command");
  CHECK(named("heed train: x; see heed train --help") == "mine train: x; see mine train --help");
  CHECK(named("`heed tasks` lists them, (heed --help)") ==
        "`mine tasks` lists them, (mine --help)");
  CHECK(named("heed COMMAND --help") == "mine COMMAND --help");
  CHECK(named("heed train") == "mine train");
  for (const char* other :
       {"", "heed", "heed reads F32", "with heed's names", "heed trains", "unheed tasks",
        "a/heed tasks", "x: heed: y", "heedheed tasks", "heed trai"}) {
    CHECK(named(other) == other);
  }
}

TEST_CASE("without a path the program is heed", "[config]") {
  const Named none("");
  CHECK(program_name() == "heed");
  CHECK(named("heed train") == "heed train");
}

}  // namespace
}  // namespace heed::testing::program_name_test
