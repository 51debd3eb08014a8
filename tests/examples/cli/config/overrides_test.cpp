// What --set can say: a type, null, an object; and what it leaves of the file.
#include "heed/examples/cli/config/overrides.h"
#include "heed/examples/cli/config/key_error.h"
#include "heed/examples/cli/config/read_config.h"
#include "heed/tests/examples/cli/config/example_table.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::overrides_test {
namespace {

using Sets = std::vector<std::string>;

const std::string file = R"({
  "about": "learns it in 100 steps",
  "task": {"type": "copy", "length": 5},
  "model": {"layers": 3, "attention": {"type": "my_mha", "heads": 2, "d_qk": 7}},
  "train": {"steps": 50, "lr": 0.5, "clip_norm": 2.0}
})";

Config with(const Sets& sets) {
  return read_config_text(example_table(), file, "test.json", sets);
}

/// Whether overrides give the same values as a file of its own.
void check_same(const Sets& sets, const std::string& same) {
  INFO(sets.front());
  CHECK(with(sets).values() == read_config_text(example_table(), same, "same.json").values());
}

std::string refusal(const Sets& sets) {
  try {
    with(sets);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

constexpr const char* rest = R"(, "train": {"steps": 50, "lr": 0.5, "clip_norm": 2.0}})";
const std::string head = R"({"task": {"type": "copy", "length": 5}, "model": {"layers": 3)";

TEST_CASE("an override of a type drops the keys of the type in the file, and says so", "[config]") {
  const Config config = with({"model.attention.type=window", "model.attention.width=3"});
  check_same({"model.attention.type=window", "model.attention.width=3"},
             head + R"(, "attention": {"type": "window", "width": 3, "heads": 2}})" + rest);
  CHECK(config.warnings() ==
        Sets{R"(note: --set model.attention.type=window drops "model.attention.d_qk")"});
  CHECK(with({"model.attention.type=my_mha"}).warnings().empty());
  CHECK(with({"model.attention.type=my_mha"}).values() == with({}).values());
  check_same({"task={\"type\": \"addition\"}"},
             R"({"task": {"type": "addition"}, "model": {"layers": 3, "attention":
                {"type": "my_mha", "heads": 2, "d_qk": 7}})" +
                 std::string(rest));
}

TEST_CASE("an override's own key must be one of its own type", "[config]") {
  CHECK(refusal({"model.attention.type=full", "model.attention.d_v=3"}) ==
        R"(--set model.attention.d_v=3: error: "model.attention.d_v" belongs to )"
        R"(model.attention.type "my_mha", not "full" (--set model.attention.type=full))");
  // What was wrong in the file before stays wrong.
  try {
    read_config_text(example_table(),
                     R"({"task": {"type": "copy", "length": 5}, "model": {"attention":
{"type": "full", "d_qk": 7}}})",
                     "test.json", {"model.attention.type=window", "model.attention.width=3"});
    FAIL("accepted");
  } catch (const ConfigError& error) {
    CHECK(
        std::string(error.what()) ==
        R"(test.json:2:18: error: "model.attention.d_qk" belongs to model.attention.type "my_mha")"
        R"(, not "window" (--set model.attention.type=window))");
  }
}

TEST_CASE("null gives a key, a type or a section its default", "[config]") {
  const std::string attention = R"(, "attention": {"type": "my_mha", "heads": 2, "d_qk": 7}})";
  check_same({"train.lr=null"},
             head + attention + R"(, "train": {"steps": 50, "clip_norm": 2.0}})");
  check_same({"train.clip_norm=null"},
             head + attention + R"(, "train": {"steps": 50, "lr": 0.5}})");
  check_same({"train=null"}, head + attention + "}");
  check_same({"train=null", "train.lr=0.25"}, head + attention + R"(, "train": {"lr": 0.25}})");
  check_same({"train.name=null"}, head + attention + rest);
  check_same({"model.attention=null"}, head + "}" + rest);
  check_same({"model.attention.type=null"}, head + R"(, "attention": {"heads": 2}})" + rest);
  check_same({"model.attention.type=full", "model.attention.d_qk=null"},
             head + R"(, "attention": {"heads": 2}})" + rest);
  CHECK(with({"train.name=\"null\""}).get<std::string>("train.name") == "null");
  CHECK(refusal({"train.lrr=null"}) ==
        R"(--set train.lrr=null: error: unknown key "train.lrr"; did you mean "train.lr"?)");
  CHECK(refusal({"task.length=null"}) ==
        "--set task.length=null: error: task.length: must be an integer, at least 1: found null; "
        "the key has no default");
  CHECK(refusal({"task=null"}) ==
        R"(--set task=null: error: missing key "task.type"; it is required: one of "copy", )"
        R"("reverse", "addition")");
  CHECK(refusal({"train.lr=null", "train.lr=0.5"}) ==
        "--set train.lr=0.5: error: the key is set twice; first by --set train.lr=null");
}

TEST_CASE("an object sets each of its keys", "[config]") {
  check_same({R"(model={"about": "less", "layers": 1, "attention": {"type": "full"}})"},
             R"({"task": {"type": "copy", "length": 5}, "model": {"layers": 1, "attention":
                {"type": "full", "heads": 2}})" +
                 std::string(rest));
  check_same({R"(train={"lr": null, "steps": 9})"},
             head + R"(, "attention": {"type": "my_mha", "heads": 2, "d_qk": 7}},
                "train": {"steps": 9, "clip_norm": 2.0}})");
  CHECK(with({"train={}"}).values() == with({}).values());
  CHECK(refusal({R"(train={"lr": 2, "stepz": 1, "a.b": 1})"}) ==
        R"(--set train={"lr": 2, "stepz": 1, "a.b": 1}: error: unknown key "train.a.b"; )"
        R"(in an object write an object
--set train={"lr": 2, "stepz": 1, "a.b": 1}: error: train.lr: must be from 0 to 1: found 2
--set train={"lr": 2, "stepz": 1, "a.b": 1}: error: unknown key "train.stepz"; )"
        R"(did you mean "train.steps"?)");
  CHECK(refusal({R"(train={"lr": 1})", "train.lr=0.5"}) ==
        R"(--set train.lr=0.5: error: the key is set twice; first by --set train={"lr": 1})");
  CHECK(refusal({"train.lr=0.5", R"(train={"lr": 1})"}) ==
        R"(--set train={"lr": 1}: error: "train.lr" is set twice; first by --set train.lr=0.5)");
}

TEST_CASE("a message about a key names the override that set it", "[config]") {
  const Sets sets{"train.lr=1", R"(model={"attention": {"heads": 3}})", "task=null"};
  CHECK(set_of_key("train.lr", sets) == "train.lr=1");
  CHECK(set_of_key("train.l", sets) == std::nullopt);
  CHECK(set_of_key("model.attention.heads", sets) == sets[1]);
  CHECK(set_of_key("model.layers", sets) == std::nullopt);
  CHECK(set_of_key("task.length", sets) == "task=null");
  CHECK(place_of_key("model.attention.heads", {.file = "a.json", .text = "", .sets = sets}) ==
        "--set " + sets[1]);
}

TEST_CASE("about is kept only where an override leaves what it speaks of", "[config]") {
  const auto keeps = [](const Sets& sets) { return !with(sets).about().empty(); };
  CHECK(keeps({}));
  CHECK(keeps({"train.lr=0.5", "model.attention.type=my_mha", "train.shuffle=true"}));
  CHECK(keeps({"model.activation=null"}));
  CHECK_FALSE(keeps({"train.lr=0.25"}));
  CHECK_FALSE(keeps({"train.lr=null"}));
  CHECK_FALSE(keeps({"train=null"}));
  CHECK_FALSE(keeps({"model.attention.type=full"}));
  CHECK_FALSE(keeps({R"(train={"steps": 51})"}));
  ConfigTable table;
  table.add(Key<int64_t>{.path = "kept", .fallback = 2, .keeps_results = true});
  const auto about = [&](const Sets& sets) {
    return read_config_text(table, R"({"about": "x", "kept": 3})", "a", sets).about();
  };
  CHECK(about({"kept=4"}) == Sets{"x"});
  CHECK(about({"kept=null"}) == Sets{"x"});
}

}  // namespace
}  // namespace heed::testing::overrides_test
