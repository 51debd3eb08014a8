// Lists of objects in a configuration.
#include <string>
#include <vector>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/keys.h"
#include "heed/examples/cli/config/read_config.h"
#include "heed/examples/cli/config/reference.h"
#include "heed/examples/cli/config/schema.h"
#include "heed/tests/support/catch.h"

namespace heed::testing::config_list_test {
namespace {

using Shapes = Registered<int64_t()>;

struct SideKeys : Keys {
  Value<int64_t> side{this, {.path = "side", .fallback = 2, .minimum = 1, .help = "length"}};
};

Shapes shapes() {
  Shapes list;
  list.add("point", "no area", [] { return int64_t{0}; });
  list.add<SideKeys>("square", "four sides",
                     [](const SideKeys& keys) -> int64_t { return keys.side * keys.side; });
  return list;
}

struct ShapeKeys : Keys {
  Shapes shapes;
  Value<std::string> name{this, {.path = "name", .help = "what it is called"}};
  Chosen<Shapes> shape{this, {.path = "shape", .fallback = "point", .help = "its shape"}, shapes};
  Optional<double> weight{this, {.path = "weight", .otherwise = "none", .help = "its weight"}};
};

struct SceneKeys : Keys {
  Shapes shapes;
  Value<int64_t> seed{this, {.path = "seed", .fallback = 0, .help = "a number"}};
  ListOf<ShapeKeys> shapes_there{this, "shapes", "what there is", shapes};
};

ConfigTable table() {
  ConfigTable all;
  all.add_section("scene", SceneKeys{Section(), shapes()}.table());
  return all;
}

Config read(const std::string& text, const std::vector<std::string>& sets = {}) {
  return read_config_text(table(), text, "test.json", sets);
}

const std::string two = R"({"scene": {"shapes": [
  {"name": "a", "shape": "square", "side": 3, "about": "the first"},
  {"name": "b", "weight": 1.5}]}})";

}  // namespace

TEST_CASE("a list is read in its order, each element with the keys of its own choice", "[config]") {
  const Config config = read(two);
  const SceneKeys scene{config.section("scene"), shapes()};
  REQUIRE(scene.shapes_there.size() == 2);
  const ShapeKeys& first = scene.shapes_there[0];
  CHECK(*first.name == "a");
  CHECK(first.name.path() == "scene.shapes.0.name");
  CHECK(first.shape() == 9);
  CHECK_FALSE(first.weight.has_value());
  const ShapeKeys& second = scene.shapes_there[1];
  CHECK(*second.name == "b");
  CHECK(second.shape() == 0);
  CHECK(second.weight == 1.5);
}

TEST_CASE("a list that is left out or empty has no elements", "[config]") {
  for (const char* text : {"{}", R"({"scene": {}})", R"({"scene": {"shapes": []}})"}) {
    const Config config = read(text);
    CHECK(SceneKeys{config.section("scene"), shapes()}.shapes_there.empty());
  }
}

TEST_CASE("keys of an element are set on the command line", "[config]") {
  const Config config =
      read(two, {"scene.shapes.0.side=5", "scene.shapes.1.shape=square", "scene.shapes.1.name=c"});
  const SceneKeys scene{config.section("scene"), shapes()};
  CHECK(scene.shapes_there[0].shape() == 25);
  CHECK(scene.shapes_there[1].shape() == 4);
  CHECK(*scene.shapes_there[1].name == "c");
}

TEST_CASE("a list is replaced as a whole on the command line", "[config]") {
  const auto names = [](const std::vector<std::string>& sets) {
    const Config config = read(two, sets);
    std::string all;
    for (const ShapeKeys& shape : SceneKeys{config.section("scene"), shapes()}.shapes_there) {
      all += *shape.name + text_of(shape.shape()) + " ";
    }
    return all;
  };
  CHECK(names({}) == "a9 b0 ");
  CHECK(names({R"(scene.shapes=[{"name": "x", "shape": "square"}])"}) == "x4 ");
  CHECK(names({R"(scene.shapes=[{"name": "x"}, {"name": "y"}, {"name": "z"}])"}) == "x0 y0 z0 ");
  CHECK(names({"scene.shapes=[]"}) == "");
  CHECK(names({"scene.shapes=null"}) == "");
  CHECK(names({"scene.shapes.0.side=null"}) == "a4 b0 ");
  const auto refusal = [&](const std::string& set) {
    try {
      names({set});
    } catch (const ConfigError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(refusal("scene.shapes=3") ==
        "--set scene.shapes=3: error: scene.shapes: must be an array of objects: found 3");
  CHECK(refusal("scene.shapes=[3]")
            .find("--set scene.shapes=[3]: error: scene.shapes.0: must be "
                  "an object: found 3") != std::string::npos);
}

TEST_CASE("a list is written as a list and read back", "[config]") {
  const Config config = read(two);
  const std::string text = to_json(config);
  CHECK(text == R"({
  "scene": {
    "seed": 0,
    "shapes": [
      {
        "name": "a",
        "shape": "square",
        "side": 3
      },
      {
        "name": "b",
        "shape": "point",
        "weight": 1.5
      }
    ]
  }
}
)");
  CHECK(read(text) == config);
}

TEST_CASE("a list has a limit, and says so", "[config]") {
  std::string elements = R"({"name": "x"})";
  for (size_t i = 1; i < most_list_elements; ++i) elements += R"(, {"name": "x"})";
  const auto text = [&] { return R"({"scene": {"shapes": [)" + elements + "]}}"; };
  const Config most = read(text());
  CHECK(SceneKeys{most.section("scene"), shapes()}.shapes_there.size() == most_list_elements);
  elements += R"(, {"name": "x"})";
  std::string message;
  try {
    read(text());
  } catch (const ConfigError& error) {
    message = error.what();
  }
  CHECK(message.starts_with(
      "test.json:1:22: error: scene.shapes: must have at most 32 elements: found 33"));
}

TEST_CASE("schema and reference describe the elements of a list", "[config]") {
  const std::string schema = json_schema(table());
  CHECK(schema.find("\"shapes\": {\n          \"description\": \"what there is\",\n          "
                    "\"type\": \"array\",\n          \"items\": {\n            \"type\": "
                    "\"object\"") != std::string::npos);
  CHECK(schema.find("\"side\"") != std::string::npos);
  const std::string reference = markdown_reference(table());
  CHECK(reference.find("### `scene.shapes`\nA list of objects: what there is.\n") !=
        std::string::npos);
  CHECK(reference.find("| `weight` | number | none |") != std::string::npos);
}

TEST_CASE("lists that contradict themselves cannot be declared", "[config]") {
  ConfigTable all = table();
  CHECK_THROWS_WITH(all.add(ConfigList{"scene.seed", "", {}}),
                    "config table: the key is declared twice: scene.seed");
  CHECK_THROWS_WITH(all.add(ConfigList{"a..b", "", {}}),
                    "config table: a path is made of letters, digits and _ between dots: a..b");
  CHECK_THROWS_WITH(all.add(ConfigList{"outer", "", SceneKeys{Section(), shapes()}.table()}),
                    "config table: a list of lists is not supported: outer");
}

}  // namespace heed::testing::config_list_test
