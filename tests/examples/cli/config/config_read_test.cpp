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

std::string text_at(const Config& config, const std::string& path) {
  return config.get<std::string>(path);
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
  const TrainKeys train{config.section("train")};
  CHECK(*train.name == "a \"b\" é😀\n");
  CHECK(train.lr == 1.0);
  CHECK(train.shuffle == false);
  CHECK(train.clip_norm == 0.5);
  CHECK(text_at(config, "model.attention.type") == "my_mha");
  CHECK(MyMhaKeys{config.section("model.attention")}.d_qk == 16);
  CHECK(CopyKeys{config.section("task")}.length == 7);
}

TEST_CASE("keys that are left out have their default, or no value", "[config]") {
  const Config config = read(shortest);
  const TrainKeys train{config.section("train")};
  const WidthKeys model{config.section("model")};
  CHECK(train.steps == 1000);
  CHECK(*train.optimizer == "adamw");
  CHECK(train.clip_norm == std::nullopt);
  CHECK(model.norm == Norm::pre);
  CHECK(model.d_ff.value_or(4 * model.d_model) == 256);
  CHECK(text_at(config, "model.attention.type") == "full");
  CHECK(FullKeys{config.section("model.attention")}.heads == 4);
}

TEST_CASE("an integer is read whole up to the ends of 64 bits", "[config]") {
  const Config config =
      read(shortest, {"model.attention.type=my_mha", "model.attention.d_qk=-9223372036854775808",
                      "train.seed=9223372036854775807"});
  CHECK(TrainKeys{config.section("train")}.seed == std::numeric_limits<int64_t>::max());
  CHECK(MyMhaKeys{config.section("model.attention")}.d_qk == std::numeric_limits<int64_t>::min());
}

TEST_CASE("an override wins over the file and over the default", "[config]") {
  const Config config =
      read(R"({"task": {"type": "copy", "length": 5}, "train": {"lr": 0.5, "steps": 3}})",
           {"train.lr=0.25", "train.seed=7", "train.name=12", "train.optimizer=\"sgd\"",
            "train.shuffle=false", "model.attention.type=window", "model.attention.width=3"});
  const TrainKeys train{config.section("train")};
  CHECK(train.lr == 0.25);
  CHECK(train.steps == 3);
  CHECK(train.seed == 7);
  CHECK(*train.name == "12");
  CHECK(*train.optimizer == "sgd");
  CHECK(train.shuffle == false);
  CHECK(WindowKeys{config.section("model.attention")}.width == 3);
}

TEST_CASE("an override may hold an equals sign, spaces or the empty string", "[config]") {
  CHECK(text_at(read(shortest, {"train.name=a = b"}), "train.name") == "a = b");
  CHECK(text_at(read(shortest, {"train.name=\"\""}), "train.name").empty());
  CHECK(text_at(read(shortest, {"train.name=\"null\""}), "train.name") == "null");
}

TEST_CASE("an override of a type decides which keys count, also against the file", "[config]") {
  const Config config = read(R"({"task": {"type": "copy", "digits": 4}})", {"task.type=addition"});
  CHECK(DigitsKeys{config.section("task")}.digits == 4);
}

TEST_CASE("reading a key that is not there is the program's error", "[config]") {
  const Config config = read(shortest);
  CHECK_THROWS_MATCHES(config.value("train.zzz", ValueKind::boolean), ValueError,
                       Message("config: no such key here: \"train.zzz\""));
  CHECK_THROWS_MATCHES(WindowKeys{config.section("model.attention")}, ValueError,
                       Message("config: no such key here: \"model.attention.width\""));
  CHECK_THROWS_MATCHES(
      config.value("train.steps", ValueKind::number), ValueError,
      Message("config: a key is read with another type than its own: \"train.steps\" is integer, "
              "not number"));
}

TEST_CASE("the effective configuration shows every value that is set", "[config]") {
  ConfigTable table;
  table.add(Key<double>{.path = "train.lr", .fallback = 1e-3});
  table.add(Key<int64_t>{.path = "layers", .fallback = 2});
  table.add(ConfigEntry::optional(Key<int64_t>{.path = "model.d_ff", .otherwise = "4 * d_model"}));
  table.add(Key<std::string>{.path = "train.run.name", .fallback = "a\n"});
  table.add(Key<bool>{.path = "shuffle", .fallback = true});
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
  CHECK(to_json(Config({})) == "{}\n");
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
  CHECK(type.conditions.empty());
  const ConfigEntry& symbols = table.entries()[1];
  CHECK(symbols.path == "task.symbols");
  CHECK(name_of(symbols.kind) == "integer");
  CHECK(symbols.fallback == ConfigValue(int64_t{10}));
  CHECK(symbols.minimum == ConfigValue(int64_t{2}));
  CHECK(symbols.maximum == ConfigValue(int64_t{1000}));
  CHECK(symbols.conditions == std::vector<ConfigCondition>{{"task.type", "copy"}});
  CHECK(table.entries().back().path == "train.shuffle");
  CHECK(table.choosers()[1].alternatives[2].help == "near keys");
}

enum class Placement { pre, post };
enum class Kind { layer_norm, rms_norm };

struct RenamedKeys : Keys {
  Value<Placement> placement{this,
                             {.path = "norm_placement",
                              .fallback = Placement::pre,
                              .choices = {{"pre", Placement::pre}, {"post", Placement::post}},
                              .formerly = "norm"}};
  Value<Kind> norm{this,
                   {.path = "norm",
                    .fallback = Kind::layer_norm,
                    .choices = {{"layer_norm", Kind::layer_norm}, {"rms_norm", Kind::rms_norm}},
                    .formerly = "norm_kind"}};
};

TEST_CASE("a key's former name is accepted with a warning, in files and overrides", "[config]") {
  ConfigTable table;
  table.add_section("model", RenamedKeys{}.table());
  const auto check = [&](const Config& config, const std::vector<std::string>& warnings) {
    const RenamedKeys keys{config.section("model")};
    CHECK(keys.placement == Placement::post);
    CHECK(keys.norm == Kind::rms_norm);
    CHECK(config.warnings() == warnings);
    CHECK(to_json(config).find("\"norm_placement\": \"post\",\n    \"norm\": \"rms_norm\"") !=
          std::string::npos);
  };
  const std::vector<std::string> both{
      "warning: \"model.norm\" is now called \"model.norm_placement\"",
      "warning: \"model.norm_kind\" is now called \"model.norm\""};
  check(read_config_text(table, R"({"model": {"norm": "post", "norm_kind": "rms_norm"}})", "a"),
        both);
  check(read_config_text(table, "{}", "a", {"model.norm=post", "model.norm_kind=rms_norm"}), both);
  check(
      read_config_text(table, R"({"model": {"norm": "rms_norm", "norm_placement": "post"}})", "a"),
      {});
  CHECK_THROWS_MATCHES(
      read_config_text(table, R"({"model": {"norm_kind": "rms_norm", "norm": "rms_norm"}})", "a"),
      ConfigError, Message("a:1:37: error: duplicate key \"model.norm\"; first given on line 1"));
  CHECK_THROWS_MATCHES(
      read_config_text(table, "{}", "a", {"model.norm=rms_norm", "model.norm_kind=rms_norm"}),
      ConfigError,
      Message("--set model.norm_kind=rms_norm: error: the key is set twice; first by --set "
              "model.norm=rms_norm"));
}

struct WaveKeys : Keys {
  Value<double> base{this, {.path = "base", .fallback = 10.0}};
};
struct PlaceKeys : Keys {
  Registered<int()> schemes;
  Chosen<Registered<int()>> scheme{this, {.path = "scheme", .fallback = "none"}, schemes};
};

TEST_CASE("what is chosen may choose again, and brings its own keys", "[config]") {
  Registered<int()> schemes;
  schemes.add("none", "", [] { return 0; });
  Registered<int()> types;
  types.add("plain", "", [] { return -1; });
  types.add<PlaceKeys>(
      "placed", "", [](const PlaceKeys& keys) { return keys.scheme(); }, schemes);
  // What is registered later can be chosen as well.
  schemes.add<WaveKeys>("wave", "",
                        [](const WaveKeys& keys) { return static_cast<int>(keys.base); });
  struct PartKeys : Keys {
    Registered<int()> types;
    Chosen<Registered<int()>> type{this, {.path = "type", .fallback = "plain"}, types};
  };
  ConfigTable table;
  table.add_section("part", PartKeys{{}, types}.table());
  const auto made = [&](const std::string& part) {
    const Config config = read_config_text(table, R"({"part": )" + part + "}", "a");
    return PartKeys{config.section("part"), types}.type();
  };
  CHECK(made("{}") == -1);
  CHECK(made(R"({"type": "placed"})") == 0);
  CHECK(made(R"({"type": "placed", "scheme": "wave"})") == 10);
  CHECK(made(R"({"type": "placed", "scheme": "wave", "base": 3})") == 3);
  CHECK_THROWS_MATCHES(
      made(R"({"type": "placed", "base": 3})"), ConfigError,
      Message("a:1:29: error: \"part.base\" belongs to part.scheme \"wave\", not \"none\""));
  CHECK_THROWS_MATCHES(
      made(R"({"base": 3})"), ConfigError,
      Message("a:1:11: error: \"part.base\" belongs to part.type \"placed\", not \"plain\""));
}

template <class T>
concept TakesHalfAsMinimum = requires {
  Key<T>{.path = "a", .minimum = 0.5};
};
static_assert(TakesHalfAsMinimum<double> && !TakesHalfAsMinimum<int64_t>);

TEST_CASE("an exclusive minimum refuses the minimum itself", "[config]") {
  const auto message = [](const ConfigEntry& entry, const std::string& value) -> std::string {
    ConfigTable table;
    table.add(entry);
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
  table.add(Key<int64_t>{.path = "train.steps"});
  const auto message = [&](const ConfigEntry& entry) -> std::string {
    try {
      table.add(entry);
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
  CHECK(message(Key<bool>{.path = "a", .choices = {{"y", true}}}) ==
        "config table: only a string has choices: a");
  Registered<int()> numbers("numbers");
  numbers.add("one", "", [] { return 1; });
  for (const std::string name : {"", "a b", "One", "a-b", "a.b"}) {
    CHECK_THROWS_MATCHES(numbers.add(name, "", [] { return 2; }), ValueError,
                         Message("numbers: a name is a word of a-z, 0-9 and _: \"" + name + "\""));
  }
  CHECK_THROWS_MATCHES(numbers.add("one", "", [] { return 2; }), ValueError,
                       Message("numbers: \"one\" is registered already; choose another name"));
  const Key<std::string> type{.path = "task.type"};
  CHECK_THROWS_MATCHES(table.add(Chooser{type, {{"copy", "", {}}, {"copy", "", {}}}}), ValueError,
                       Message("config table: declared twice: task.type copy"));
  CHECK_THROWS_MATCHES(table.add(Chooser{type, {}}), ValueError,
                       Message("config table: nothing to choose: task.type"));
}

}  // namespace
}  // namespace heed::testing::config_read_test
