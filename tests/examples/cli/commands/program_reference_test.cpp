// What the program says of its configurations, and that the files made from it are up to date.
#include <nlohmann/json.hpp>

#include "heed/examples/cli/config/keys.h"
#include "heed/examples/cli/config/reference.h"
#include "heed/examples/cli/config/schema.h"
#include "heed/tests/examples/cli/program_run.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::program_reference_test {
namespace {

std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string result_of(const std::vector<std::string>& arguments) {
  const Folder folder;
  const Ended ended = run_heed(folder, arguments);
  CHECK(ended.exit_code == 0);
  CHECK(ended.err.empty());
  CHECK(folder.names().empty());
  return ended.out;
}

struct SayKeys : Keys {
  Value<int64_t> length{this, {.path = "length", .minimum = 1, .help = "of a | b"}};
  Optional<double> part{this,
                        {.path = "part",
                         .otherwise = "all",
                         .minimum = 0.0,
                         .exclusive_minimum = true,
                         .maximum = 1.0}};
};

ConfigTable small_table() {
  ConfigTable table;
  table.add(Chooser{Key<std::string>{.path = "task.type", .fallback = "say", .help = "what to do"},
                    {{"say", "speak", SayKeys{}.table()}, {"rest", "", {}}}});
  table.add(Key<bool>{.path = "again", .fallback = true, .help = "once more"});
  return table;
}

TEST_CASE("configs/schema.json is what heed schema prints", "[program]") {
  // To make it so: heed schema > configs/schema.json
  CHECK(result_of({"schema"}) == file_text(HEED_SOURCE_DIR "/configs/schema.json"));
}

TEST_CASE("docs/config.md is what heed schema --markdown prints", "[program]") {
  // To make it so: heed schema --markdown > docs/config.md
  CHECK(result_of({"schema", "--markdown"}) == file_text(HEED_SOURCE_DIR "/docs/config.md"));
}

TEST_CASE("every configuration that is shipped names the schema", "[program]") {
  for (const std::string& path : shipped_configs()) {
    INFO(path);
    CHECK(nlohmann::json::parse(file_text(path)).at("$schema") == "schema.json");
  }
}

TEST_CASE("the schema says all that the table says", "[config]") {
  const auto expected = nlohmann::json::parse(R"({
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "heed configuration",
    "type": "object",
    "properties": {
      "$schema": {"description": "the file of this schema, for editors", "type": "string"},
      "about": {"$ref": "#/$defs/about"},
      "task": {
        "type": "object",
        "properties": {
          "about": {"$ref": "#/$defs/about"},
          "type": {"description": "what to do", "type": "string", "enum": ["say", "rest"],
                   "default": "say"},
          "length": true,
          "part": true
        },
        "additionalProperties": false,
        "allOf": [
          {"if": {"properties": {"type": {"const": "say"}}},
           "then": {
             "properties": {
               "type": {"const": "say", "description": "speak"},
               "length": {"description": "of a | b", "type": "integer", "minimum": 1},
               "part": {"description": "default all", "type": "number", "exclusiveMinimum": 0.0,
                        "maximum": 1.0}
             },
             "required": ["length"]
           }},
          {"if": {"properties": {"type": {"const": "rest"}}, "required": ["type"]},
           "then": {
             "properties": {
               "type": {"const": "rest", "description": ""},
               "length": false,
               "part": false
             }
           }}
        ]
      },
      "again": {"description": "once more", "type": "boolean", "default": true}
    },
    "required": ["task"],
    "additionalProperties": false,
    "$defs": {
      "about": {
        "description": "a note for readers: a text, or its lines",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
      }
    }
  })");
  CHECK(nlohmann::json::parse(json_schema(small_table())) == expected);
}

TEST_CASE("the reference says all that the table says", "[config]") {
  const std::string text = markdown_reference(small_table());
  CHECK(text.substr(text.find("\n## ")) == R"(
## `task`

| key | type | default | range | meaning |
|---|---|---|---|---|
| `type` | string | `"say"` | `"say"`, `"rest"` | what to do |

### `task.type` `"say"`
*speak*

| key | type | default | range | meaning |
|---|---|---|---|---|
| `length` | integer | required | at least 1 | of a \| b |
| `part` | number | all | greater than 0 and at most 1 |  |

### `task.type` `"rest"`

It has no keys of its own.

## At the top

| key | type | default | range | meaning |
|---|---|---|---|---|
| `again` | boolean | `true` |  | once more |
)");
}

}  // namespace
}  // namespace heed::testing::program_reference_test
