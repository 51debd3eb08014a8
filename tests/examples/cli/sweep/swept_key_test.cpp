// How a value of --set in a sweep is told from the list that it stands in.
#include "heed/examples/cli/sweep/swept_key.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::swept_key_test {
namespace {

using Texts = std::vector<std::string>;

Texts values_of(const std::string& list) {
  std::vector<ConfigFault> faults;
  const std::vector<SweptKey> keys = parse_swept_keys({"a.b=" + list}, faults);
  INFO((faults.empty() ? "" : faults.front().text()));
  REQUIRE(faults.empty());
  REQUIRE(keys.size() == 1);
  CHECK(keys.front().path == "a.b");
  CHECK(keys.front().place == "--set a.b=" + list);
  return keys.front().values;
}

std::string faults_of(const Texts& sets) {
  std::vector<ConfigFault> faults;
  parse_swept_keys(sets, faults);
  std::string text;
  for (const ConfigFault& fault : faults) text += fault.text() + "\n";
  return text;
}

TEST_CASE("a list of values is split at its commas", "[config]") {
  CHECK(values_of("1e-3,3e-3") == Texts{"1e-3", "3e-3"});
  CHECK(values_of("relu, gelu ,silu") == Texts{"relu", "gelu", "silu"});
  CHECK(values_of("0.1") == Texts{"0.1"});
  CHECK(values_of("a=b,c=d") == Texts{"a=b", "c=d"});
  CHECK(values_of("null,true") == Texts{"null", "true"});
}

TEST_CASE("commas inside of JSON strings, lists and objects belong to a value", "[config]") {
  CHECK(values_of(R"("a,b",c)") == Texts{R"("a,b")", "c"});
  CHECK(values_of(R"([1,2],[3, [4,5]])") == Texts{"[1,2]", "[3, [4,5]]"});
  CHECK(values_of(R"({"x": 1, "y": [2,3]}, {"x": "},"})") ==
        Texts{R"({"x": 1, "y": [2,3]})", R"({"x": "},"})"});
  CHECK(values_of(R"("a\",b","c\\",d)") == Texts{R"("a\",b")", R"("c\\")", "d"});
  // In bare words quotes and brackets mean nothing.
  CHECK(values_of("it's [a,b]") == Texts{"it's [a", "b]"});
  CHECK(values_of(R"(5",6")") == Texts{R"(5")", R"(6")"});
  // What does not end is one value, which is then refused as no JSON.
  CHECK(values_of("[1,2") == Texts{"[1,2"});
  CHECK(values_of("1],2") == Texts{"1]", "2"});
}

TEST_CASE("a range is all integers from its first to its last", "[config]") {
  CHECK(values_of("1..4") == Texts{"1", "2", "3", "4"});
  CHECK(values_of("-1..1,8") == Texts{"-1", "0", "1", "8"});
  CHECK(values_of("7..7") == Texts{"7"});
  CHECK(values_of("9223372036854775806..9223372036854775807").size() == 2);
  CHECK(values_of("-1..998").size() == 1000);
  CHECK(values_of("../data,a..b,\"1..4\"") == Texts{"../data", "a..b", "\"1..4\""});
}

TEST_CASE("what is no list of values is refused with its place", "[config]") {
  CHECK(faults_of({"a=4..1"}) == "--set a=4..1: error: 4..1: a range goes upwards; write 1..4\n");
  CHECK(faults_of({"a=0.1..0.5"}) ==
        "--set a=0.1..0.5: error: 0.1..0.5: a range counts integers by 1; list other values: "
        "0.1,0.5\n");
  CHECK(faults_of({"a=0..1000"}) ==
        "--set a=0..1000: error: 0..1000: a range has at most 1000 values\n");
  CHECK(faults_of({"a=-9223372036854775808..9223372036854775807"}).ends_with("1000 values\n"));
  const std::string missing =
      "error: a value is missing after \"=\" or between commas; the empty string is '\"\"'\n";
  for (const char* set : {"a=", "a=1,", "a=,1", "a=1,,2", "a=1, ,2"}) {
    CHECK(faults_of({set}) == "--set " + std::string(set) + ": " + missing);
  }
  const std::string form = "error: expected KEY=VALUE,VALUE…; write --set train.lr=0.001,0.003\n";
  CHECK(faults_of({"a", "=1"}) == "--set a: " + form + "--set =1: " + form);
  CHECK(faults_of({"a=1,2,1"}) == "--set a=1,2,1: error: the value 1 is there twice\n");
  CHECK(faults_of({"a=1..3,2"}) == "--set a=1..3,2: error: the value 2 is there twice\n");
  CHECK(faults_of({"a=1", "b=2", "a=3"}) ==
        "--set a=3: error: the key is set twice; first by --set a=1\n");
}

}  // namespace
}  // namespace heed::testing::swept_key_test
