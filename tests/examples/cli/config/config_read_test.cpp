// Declaring keys, reading values, and writing what was read.
#include "heed/examples/cli/config/config.h"

#include <limits>
#include <string>
#include <vector>

#include "heed/examples/cli/config/read_config.h"
#include "heed/framework/base/error.h"
#include "heed/tests/examples/cli/config/example_table.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::config_read_test {
namespace {

using Catch::Matchers::Message;

Config read(const std::string& text, const std::vector<std::string>& sets = {}) {
  return read_config_text(example_table(), text, "test.json", sets);
}

const std::string shortest = R"({"task": {"type": "copy", "length": 5}})";

TEST_CASE("values come with the type of their key", "[config]") {
  const Config config = read(R"({
    "$schema": "heed.schema.json",
    "about": "a test",
    "task": {"about": ["one", "two"], "type": "reverse", "length": 7},
    "model": {"attention": {"type": "my_mha", "d_qk": 16}},
    "train": {"name": "a \"b\" \u00e9\ud83d\ude00\n", "lr": 1, "shuffle": false, "clip_norm": 0.5}
  })");
  CHECK(config[train::name] == "a \"b\" é😀\n");
  CHECK(config[train::lr] == 1.0);
  CHECK(config[train::shuffle] == false);
  CHECK(config[train::clip_norm] == 0.5);
  const Section options = config.section("model.attention");
  CHECK(options.type() == "my_mha");
  CHECK(options[attention::d_qk] == 16);
  CHECK(config.section("task")[task::length] == 7);
}

TEST_CASE("keys that are left out have their default, or no value", "[config]") {
  const Config config = read(shortest);
  CHECK(config[train::steps] == 1000);
  CHECK(config[train::optimizer] == "adamw");
  CHECK(config[train::clip_norm] == std::nullopt);
  CHECK(config[model::d_ff].value_or(4 * config[model::d_model]) == 256);
  CHECK(config.section("model.attention").type() == "full");
  CHECK(config.section("model.attention")[attention::heads] == 4);
}

TEST_CASE("an integer is read whole up to the ends of 64 bits", "[config]") {
  const Config config =
      read(shortest, {"model.attention.type=my_mha", "model.attention.d_qk=-9223372036854775808",
                      "train.seed=9223372036854775807"});
  CHECK(config[train::seed] == std::numeric_limits<int64_t>::max());
  CHECK(config.section("model.attention")[attention::d_qk] == std::numeric_limits<int64_t>::min());
}

TEST_CASE("an override wins over the file and over the default", "[config]") {
  const Config config =
      read(R"({"task": {"type": "copy", "length": 5}, "train": {"lr": 0.5, "steps": 3}})",
           {"train.lr=0.25", "train.seed=7", "train.name=12", "train.optimizer=\"sgd\"",
            "train.shuffle=false", "model.attention.type=window", "model.attention.width=3"});
  CHECK(config[train::lr] == 0.25);
  CHECK(config[train::steps] == 3);
  CHECK(config[train::seed] == 7);
  CHECK(config[train::name] == "12");
  CHECK(config[train::optimizer] == "sgd");
  CHECK(config[train::shuffle] == false);
  CHECK(config.section("model.attention")[attention::width] == 3);
}

TEST_CASE("an override may hold an equals sign, spaces or the empty string", "[config]") {
  CHECK(read(shortest, {"train.name=a = b"})[train::name] == "a = b");
  CHECK(read(shortest, {"train.name=\"\""})[train::name].empty());
  CHECK(read(shortest, {"train.name=null"})[train::name] == "null");
}

TEST_CASE("an override of a type decides which keys count, also against the file", "[config]") {
  const Config config = read(R"({"task": {"type": "copy", "digits": 4}})", {"task.type=addition"});
  CHECK(config.section("task")[task::digits] == 4);
}

TEST_CASE("reading a key that is not there is the program's error", "[config]") {
  const Config config = read(shortest);
  CHECK_THROWS_MATCHES(config[Key<bool>{.path = "train.zzz"}], ValueError,
                       Message("config: no such key here: \"train.zzz\""));
  CHECK_THROWS_MATCHES(config.section("model.attention")[attention::width], ValueError,
                       Message("config: no such key here: \"model.attention.width\""));
  CHECK_THROWS_MATCHES(
      config[Key<double>{.path = "train.steps"}], ValueError,
      Message("config: a key is read with another type than its own: \"train.steps\" is integer, "
              "not number"));
  CHECK_THROWS_MATCHES(
      config[Key<double>{.path = "train.clip_norm"}], ValueError,
      Message("config: an unset key is read as if it had a value: \"train.clip_norm\""));
}

TEST_CASE("the effective configuration shows every value that is set", "[config]") {
  ConfigTable table;
  const Key<double> lr{.path = "train.lr", .fallback = 1e-3};
  const Key<int64_t> layers{.path = "layers", .fallback = 2};
  const OptionalKey<int64_t> d_ff{.path = "model.d_ff", .otherwise = "4 * d_model"};
  const Key<std::string> name{.path = "train.run.name", .fallback = "a\n"};
  const Key<bool> shuffle{.path = "shuffle", .fallback = true};
  table.add({lr, layers, d_ff, name, shuffle});
  const Config config =
      read_config_text(table, R"({"about": ["one", "two"], "layers": 3})", "test.json");
  CHECK(to_json(config) == R"({
  "about": [
    "one",
    "two"
  ],
  "train": {
    "lr": 0.001,
    "run": {
      "name": "a\n"
    }
  },
  "layers": 3,
  "shuffle": true
}
)");
  CHECK(to_json(read_config_text(table, R"({"about": "one"})", "test.json"))
            .starts_with("{\n  \"about\": \"one\",\n  \"train\""));
  CHECK(to_json(Config({})) == "{\n}\n");
}

TEST_CASE("the effective configuration reads back as the same one", "[config]") {
  const std::string odd = R"({"about": "x\ty \\ \" \u0001 é", "task": {"type": "addition"},
    "train": {"name": "\u0000 \u007f / 😀", "weight_decay": -0.0}})";
  for (const std::string lr : {"0.1", "0", "1", "1e-3", "0.30000000000000004", "5e-324",
                               "2.2250738585072014e-308", "0.1234567890123456789"}) {
    for (const std::string decay :
         {"1.7976931348623157e308", "1e21", "123456789012345680", "-0.0", "1e-7"}) {
      const Config config = read(
          odd, {"train.lr=" + lr, "train.weight_decay=" + decay, "train.seed=9223372036854775807"});
      const std::string text = to_json(config);
      const Config again = read(text);
      CHECK(again == config);
      CHECK(to_json(again) == text);
    }
  }
}

TEST_CASE("the table lists its keys in order, with type, range, default and condition",
          "[config]") {
  const ConfigTable table = example_table();
  REQUIRE(table.entries().size() == 34);
  const ConfigEntry& type = table.entries()[0];
  CHECK(type.path == "task.type");
  CHECK(type.required);
  CHECK(type.choices == std::vector<std::string>{"copy", "reverse", "addition"});
  CHECK_FALSE(type.condition);
  const ConfigEntry& symbols = table.entries()[1];
  CHECK(symbols.path == "task.symbols");
  CHECK(name_of(symbols.kind) == "integer");
  CHECK(symbols.fallback == ConfigValue(int64_t{10}));
  CHECK(symbols.minimum == ConfigValue(int64_t{2}));
  CHECK(symbols.maximum == ConfigValue(int64_t{1000}));
  CHECK(symbols.condition.value().type_path == "task.type");
  CHECK(symbols.condition.value().type == "copy");
  CHECK(table.entries().back().path == "train.shuffle");
  CHECK(table.sections()[1].types[2].help == "near keys");
}

template <class T>
concept TakesHalfAsMinimum = requires {
  Key<T>{.path = "a", .minimum = 0.5};
};
static_assert(TakesHalfAsMinimum<double> && !TakesHalfAsMinimum<int64_t>);

TEST_CASE("an exclusive minimum refuses the minimum itself", "[config]") {
  const auto message = [](const ConfigEntry& entry, const std::string& value) -> std::string {
    ConfigTable table;
    table.add({entry});
    try {
      read_config_text(table, R"({"a": )" + value + "}", "test.json");
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  };
  const Key<double> positive{
      .path = "a", .fallback = 1.0, .minimum = 0.0, .exclusive_minimum = true};
  CHECK(message(positive, "5e-324").empty());
  for (const std::string zero : {"0", "-0.0"}) {
    CHECK(message(positive, zero) ==
          "test.json:1:7: error: a: must be greater than 0: found " + zero);
  }
  Key<double> share = positive;
  share.maximum = 1.0;
  CHECK(message(share, "true") ==
        "test.json:1:7: error: a: must be a number, greater than 0 and at most 1: found true");
}

TEST_CASE("a declaration that contradicts itself or another is refused", "[config]") {
  ConfigTable table;
  table.add({Key<int64_t>{.path = "train.steps"}});
  const auto message = [&](const ConfigEntry& entry) -> std::string {
    try {
      table.add({entry});
    } catch (const ValueError& error) {
      return error.what();
    }
    return "";
  };
  CHECK(message(Key<bool>{.path = "train.steps"}) ==
        "config table: the key is declared twice: train.steps");
  CHECK(message(Key<bool>{.path = "train.steps.x"}) ==
        "config table: a key cannot be a section as well: train.steps.x and train.steps");
  CHECK(message(Key<bool>{.path = "train"}) ==
        "config table: a key cannot be a section as well: train and train.steps");
  for (const std::string path : {"", ".", "a..b", "a.", "a b", "about", "a.about", "$schema"}) {
    CHECK(message(Key<bool>{.path = path}) ==
          "config table: a path is made of letters, digits and _ between dots: " + path);
  }
  CHECK(message(Key<int64_t>{.path = "a", .minimum = 2, .maximum = 1}) ==
        "config table: the range is empty: a");
  CHECK(message(
            Key<double>{.path = "a", .minimum = 1.0, .exclusive_minimum = true, .maximum = 1.0}) ==
        "config table: the range is empty: a");
  CHECK(message(Key<int64_t>{.path = "a", .fallback = 0, .minimum = 1}) ==
        "config table: the default is not allowed by its own key: a");
  CHECK(message(Key<std::string>{.path = "a", .fallback = "x", .choices = {"y"}}) ==
        "config table: the default is not allowed by its own key: a");
  CHECK(message(Key<bool>{.path = "a", .minimum = false}) ==
        "config table: only a number has a range: a");
  CHECK(message(Key<bool>{.path = "a", .choices = {"y"}}) ==
        "config table: only a string has choices: a");
  CHECK_THROWS_MATCHES(table.mount({.path = "task", .types = {{"copy"}, {"copy"}}}), ValueError,
                       Message("config table: the type is declared twice: task copy"));
  CHECK_THROWS_MATCHES(table.mount({.path = "task"}), ValueError,
                       Message("config table: no types to choose: task"));
}

}  // namespace
}  // namespace heed::testing::config_read_test
