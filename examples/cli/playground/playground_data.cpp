#include "heed/examples/cli/playground/playground_data.h"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "heed/examples/cli/page/session.h"
#include "heed/examples/cli/playground/lesson_files.h"
#include "heed/examples/cli/training/failure.h"
#include "heed/framework/base/error.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

/// The tasks of the playground by their configurations; the words are those of the registry.
constexpr const char* offered_tasks[] = {"reverse",         "copy",      "sort",   "cross_reverse",
                                         "seq2seq_reverse", "induction", "recall", "addition",
                                         "noise",           "text",      "pairs"};

/// A key that has a control: its group, and for a number what one press of an arrow changes.
struct OfferedKey {
  const char* path;
  const char* group;
  const char* label;
  double step = 0;
  double most = 0;  ///< of what a page is quick enough for; 0: what the key allows
};
constexpr OfferedKey offered_keys[] = {
    {"model.layers", "layers", "layers", 1, 4},
    {"model.attention.heads", "heads", "heads", 1, 16},
    {"model.d_model", "width", "width d_model", 1, 128},
    {"model.positions", "positions", "positions"},
    {"model.attention.positions", "positions", "positions in attention"},
    {"model.norm", "norm", "norm"},
    {"model.norm_placement", "norm", "where"},
    {"model.attention.type", "attention", "attention"},
    {"train.optimizer", "optimizer", "optimizer"},
    {"train.lr", "lr", "learning rate"},
    {"train.batch_size", "batch", "batch", 1, 512},
    {"train.schedule", "schedule", "schedule"},
    {"train.steps", "schedule", "steps", 1},
    {"train.seed", "seed", "seed", 1},
};

JsonValue bound_json(const ConfigValue& bound) {
  if (const auto* whole = std::get_if<int64_t>(&bound)) return *whole;
  if (const auto* number = std::get_if<double>(&bound)) return *number;
  return {};
}

const ConfigEntry& entry_of(const ConfigTable& table, std::string_view path) {
  for (const ConfigEntry& entry : table.entries()) {
    if (entry.path == path) return entry;
  }
  throw ValueError("playground: no such key: ", path);
}

JsonValue control_json(const ConfigTable& table, const OfferedKey& key) {
  const ConfigEntry& entry = entry_of(table, key.path);
  JsonValue json = {
      {"path", key.path}, {"group", key.group}, {"label", key.label}, {"help", entry.help}};
  if (const Chooser* chooser = table.chooser(key.path)) {
    std::vector<JsonValue> choices;
    for (const Alternative& one : chooser->alternatives) {
      choices.push_back({{"value", one.name}, {"help", one.help}});
    }
    return json.add("choices", choices);
  }
  if (!entry.choices.empty()) {
    std::vector<JsonValue> choices;
    for (const std::string& name : entry.choices) choices.push_back({{"value", name}});
    return json.add("choices", choices);
  }
  json.add("minimum", bound_json(entry.minimum));
  json.add("maximum", key.most > 0 ? JsonValue(key.most) : bound_json(entry.maximum));
  if (key.step > 0) json.add("step", key.step);
  return json;
}

std::vector<JsonValue> tasks_json(const ConfigTable& table) {
  const Chooser& chooser = *table.chooser("task.type");
  std::vector<JsonValue> tasks;
  for (const char* name : offered_tasks) {
    const Alternative* task = chooser.find(name);
    if (task == nullptr) continue;  // a program of its own may have others
    tasks.push_back({{"config", name}, {"text", std::string(name) + ": " + task->help}});
  }
  return tasks;
}

/// Each with the names of its own keys.
std::vector<JsonValue> attentions_json(const ConfigTable& table) {
  std::vector<JsonValue> attentions;
  for (const Alternative& one : table.chooser("model.attention.type")->alternatives) {
    std::vector<std::string> keys;
    for (const ConfigEntry& entry : one.keys.entries()) keys.push_back(entry.path);
    attentions.push_back({{"name", one.name}, {"keys", keys}});
  }
  return attentions;
}

JsonValue lessons_json() {
  JsonValue states, languages;
  for (const LessonFile& file : lesson_files()) {
    JsonValue json = read_json(file.text);
    if (file.name == "states") {
      states = *json.find("lessons");
    } else {
      languages.add(std::string(file.name), std::move(json));
    }
  }
  return {{"states", states}, {"languages", languages}};
}

/// A folder of its own, for as long as it lives.
class ScratchFolder {
 public:
  ScratchFolder() : path_((fs::temp_directory_path() / "heed-page-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) {
      throw RunError("page: no temporary folder can be made in ",
                     fs::temp_directory_path().string());
    }
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A trained model, in the words in which the engine will describe its own.
JsonValue start_json(const Registry& registry) {
  const ScratchFolder folder;
  PageSession session(registry, folder.path());
  const JsonValue open = session.open({{"shipped", "reverse"}});
  const JsonValue train = session.train({{"steps", int64_t{most_steps}}});
  const JsonValue look = session.look();
  const std::string input = open.find("example")->text;
  return {{"open", open},
          {"train", train},
          {"look", look},
          {"input", input},
          {"ask", session.ask({{"input", input}})}};
}

}  // namespace

JsonValue playground_data(const Registry& registry) {
  const ConfigTable table = registry.table();
  std::vector<JsonValue> controls;
  for (const OfferedKey& key : offered_keys) controls.push_back(control_json(table, key));
  return {{"tasks", tasks_json(table)},
          {"controls", controls},
          {"attentions", attentions_json(table)},
          {"lessons", lessons_json()},
          {"start", start_json(registry)}};
}

}  // namespace heed
