// No bytes crash the reader, hang it, or make it throw anything but ConfigError.
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/config/read_config.h"
#include "heed/tests/examples/cli/config/example_table.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::config_hostile_test {
namespace {

const std::string sample = R"({"about": ["é\u00e9\ud83d\ude00", "\"\\"],
 "task": {"type": "copy", "length": 5}, "model": {"attention": {"heads": 2}},
 "train": {"lr": 1.5e-3, "seed": -0, "shuffle": true, "name": "x", "weight_decay": 0.1}})";

/// The message, or "" if the text is accepted; anything else than ConfigError escapes.
std::string fault(const ConfigTable& table, const std::string& text,
                  const std::vector<std::string>& sets = {}) {
  try {
    const Config config = read_config_text(table, text, "test.json", sets);
    CHECK(read_config_text(table, to_json(config), "again.json") == config);
    return "";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

/// Whether ours and nlohmann/json, as loose as it is, agree on what JSON is.
bool agrees_with_nlohmann(const std::string& text) {
  bool is_ours = true;
  try {
    read_json(text);
  } catch (const JsonError&) {
    is_ours = false;
  }
  // A zero byte is never JSON, but ends the text for nlohmann.
  if (text.find('\0') != std::string::npos) return !is_ours;
  return is_ours == nlohmann::json::accept(text);
}

TEST_CASE("a configuration cut at any byte is refused", "[config]") {
  const ConfigTable table = example_table();
  REQUIRE(fault(table, sample).empty());
  for (size_t length = 0; length < sample.size(); ++length) {
    INFO(length);
    CHECK_FALSE(fault(table, sample.substr(0, length)).empty());
  }
}

TEST_CASE("a configuration with any byte changed is read or refused, never worse", "[config]") {
  const ConfigTable table = example_table();
  const std::string values("\0\x01\x80\xFF\xC3\xF4{}[]\",:\\0-eu \n/.", 23);
  for (size_t at = 0; at < sample.size(); ++at) {
    for (const char value : values) {
      std::string text = sample;
      text[at] = value;
      INFO(text);
      CHECK(agrees_with_nlohmann(text));
      fault(table, text);
    }
    std::string text = sample;
    text.erase(at, 1);
    INFO(text);
    CHECK(agrees_with_nlohmann(text));
    fault(table, text);
  }
}

TEST_CASE("every pair of bytes in a string is read as nlohmann reads it, or refused", "[config]") {
  for (int first = 1; first < 256; ++first) {
    for (int second = 1; second < 256; ++second) {
      const std::string text{'"', static_cast<char>(first), static_cast<char>(second), '"'};
      const bool is_same = agrees_with_nlohmann(text) &&
                           (!nlohmann::json::accept(text) ||
                            read_json(text).text == nlohmann::json::parse(text).get<std::string>());
      if (is_same) continue;  // 65,000 assertions would take longer than the reading
      FAIL_CHECK("the bytes " << first << " and " << second);
    }
  }
}

TEST_CASE("escapes mean what they mean to nlohmann/json", "[config]") {
  const std::string text = R"("\" \\ \/ \b \f \n \r \t \u0000 \u00E9 \u20aC \uD83D\uDE00 \uffff")";
  CHECK(read_json(text).text == nlohmann::json::parse(text).get<std::string>());
}

TEST_CASE("depth is bounded before the stack is", "[config]") {
  const ConfigTable table = example_table();
  for (const std::string unit : {"[", "{\"a\":", "[[", "[{\"a\":"}) {
    std::string text;
    while (text.size() < 500000) text += unit;
    CHECK(fault(table, text).find("nested too deep: more than 32 levels") != std::string::npos);
  }
  CHECK(agrees_with_nlohmann(std::string(32, '[') + std::string(32, ']')));
}

TEST_CASE("size is bounded before anything is read", "[config]") {
  const ConfigTable table = example_table();
  const std::string text(size_t{2} << 20, '[');
  CHECK(fault(table, text) == "test.json:1:1: error: too large: more than 1048576 bytes");
  std::string fits = sample;
  fits.resize(json_size_limit, ' ');
  CHECK(fault(table, fits).empty());
  CHECK_FALSE(fault(table, fits + " ").empty());
}

TEST_CASE("large hostile texts are refused quickly", "[config]") {
  const ConfigTable table = example_table();
  const std::string million(1000000, 'x');
  CHECK_FALSE(fault(table, "{\"" + million + "\": 1}").empty());
  CHECK_FALSE(fault(table, "{\"train\": {\"optimizer\": \"" + million + "\"}}").empty());
  CHECK_FALSE(fault(table, "{\"train\": {\"lr\": 1" + std::string(1000000, '0') + "}}").empty());
  CHECK_FALSE(fault(table, "{\"train\": {\"steps\": 1" + std::string(1000000, '0') + "}}").empty());
  CHECK_FALSE(fault(table, million).empty());
  CHECK_FALSE(fault(table, "\"" + million).empty());
  std::string elements = "{\"train\": [0";
  while (elements.size() < 1000000) elements += ",[]";
  CHECK_FALSE(fault(table, elements + "]}").empty());
  std::string overflows = "{\"train\": [0";
  while (overflows.size() < 1000000) overflows += ",1e999";
  CHECK_FALSE(fault(table, overflows + "]}").empty());
}

TEST_CASE("hostile overrides are refused like hostile files", "[config]") {
  const ConfigTable table = example_table();
  const std::string million(1000000, 'x');
  std::string dots;
  while (dots.size() < 1000000) dots += "a.";
  for (const std::string& set :
       {million, million + "=1", dots + "=1", "train." + dots + "=1", "train.lr=" + million,
        "train.lr=" + std::string(100000, '['), "train.optimizer=" + million,
        std::string("train.lr=\0", 10), std::string("\xFF=\xFF"), std::string("=")}) {
    CHECK_FALSE(fault(table, sample, {set}).empty());
  }
  const std::string argument = "model.attention.heads=2";
  for (size_t at = 0; at < argument.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string set = argument;
      set[at] = static_cast<char>(value);
      fault(table, R"({"task": {"type": "copy", "length": 5}})", {set});
    }
  }
}

TEST_CASE("an empty table takes an empty object and refuses the rest", "[config]") {
  CHECK(fault(ConfigTable(), "{}").empty());
  CHECK(fault(ConfigTable(), "{\"a\": 1}") ==
        "test.json:1:2: error: unknown key \"a\"; known at the top: ");
}

}  // namespace
}  // namespace heed::testing::config_hostile_test
