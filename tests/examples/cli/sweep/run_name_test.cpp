// The names of a sweep's run directories.
#include "heed/examples/cli/sweep/run_name.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::run_name_test {
namespace {

using Texts = std::vector<std::string>;

TEST_CASE("a run is named after its number, its values and its seed", "[config]") {
  CHECK(run_name(3, {{"lr", "3e-3"}}, "1") == "003-lr=3e-3,seed=1");
  CHECK(run_name(1234, {{"lr", "3e-3"}, {"heads", "2"}}, "0") == "1234-lr=3e-3,heads=2,seed=0");
  CHECK(run_name(1, {}, "-7") == "001-seed=-7");
}

TEST_CASE("a run's name is short and safe whatever the values are", "[config]") {
  CHECK(run_name(1, {{"path", "../a b/\"c\"\n$(x)"}}, "0") == "001-path=.._a_b__c____x_,seed=0");
  const std::string name = run_name(12, {{"pattern", std::string(200, 'x')}}, "5");
  CHECK(name == "012-pattern=" + std::string(41, 'x') + ",seed=5");
  CHECK(name.size() == longest_run_name);
  CHECK(run_name(1, {{"a", "é"}}, "0") == "001-a=__,seed=0");
  for (const std::string& value : {std::string(1, '\0'), std::string("/"), std::string(99, '.')}) {
    CHECK(is_run_name(run_name(1, {{"a", value}}, "-9223372036854775808")));
    CHECK(is_run_name(run_name(9223372036854775807, {{"a", value}}, std::string(99, '9'))));
  }
}

TEST_CASE("only what could be a run's name is taken for one", "[config]") {
  for (const char* name : {"001-seed=0", "1234-lr=3e-3,seed=1", "001-.."}) {
    CHECK(is_run_name(name));
  }
  for (const char* name :
       {"", "..", "001", "01-a", "001_a", "001-a/b", "001-a b", "001-\n", "a01-b", "../001-a"}) {
    CHECK_FALSE(is_run_name(name));
  }
  CHECK(is_run_name("001-" + std::string(56, 'a')));
  CHECK_FALSE(is_run_name("001-" + std::string(57, 'a')));
}

TEST_CASE("a key's label is as much of its path as tells it from the others", "[config]") {
  CHECK(short_names({"train.lr", "model.attention.heads"}) == Texts{"lr", "heads"});
  CHECK(short_names({"task.type", "model.attention.type", "train.lr"}) ==
        Texts{"task.type", "attention.type", "lr"});
  CHECK(short_names({"type", "task.type"}) == Texts{"type", "task.type"});
  CHECK(short_names({}).empty());
}

}  // namespace
}  // namespace heed::testing::run_name_test
