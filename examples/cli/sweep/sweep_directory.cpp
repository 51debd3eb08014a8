#include "heed/examples/cli/sweep/sweep_directory.h"

#include <filesystem>
#include <set>
#include <utility>

#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/json.h"
#include "heed/examples/cli/runs/config_changes.h"
#include "heed/examples/cli/runs/run_directory.h"
#include "heed/examples/cli/runs/run_files.h"
#include "heed/examples/cli/sweep/run_name.h"
#include "heed/framework/base/text.h"
#include "heed/framework/io/io_error.h"
#include "heed/framework/io/output_file.h"
#include "heed/framework/io/read_file.h"

namespace heed {
namespace {

constexpr size_t most_plan_bytes = size_t{1} << 26;
constexpr const char* plan_name = "sweep.json";

std::string plan_file(const std::string& sweep) {
  return sweep + "/" + plan_name;
}

std::string plan_text(const SweepPlan& plan) {
  std::vector<JsonValue> runs;
  for (const PlannedRun& run : plan.runs) runs.push_back({{"name", run.name}, {"set", run.sets}});
  return json_file({{"runs", runs}});
}

/// A list of a plan that is read.
const JsonValue& array_in(const JsonValue& object, const char* name, const std::string& place) {
  const JsonValue* found = object.find(name);
  if (found == nullptr || found->kind != JsonValue::Kind::array) {
    throw IoError(place, ": damaged: ", in_quotes(name), " is missing or not an array");
  }
  return *found;
}

/// A run as sweep.json has it, without its configuration.
struct RunLine {
  std::string name;
  std::vector<std::string> sets;
};

RunLine read_run_line(const JsonValue& json, const std::string& place) {
  RunLine run;
  const JsonValue* name = json.find("name");
  if (name == nullptr || name->kind != JsonValue::Kind::string || !is_run_name(name->text)) {
    throw IoError(place, ": damaged: a run has no name like \"001-seed=0\"");
  }
  run.name = name->text;
  bool has_seed = false;
  for (const JsonValue& set : array_in(json, "set", place).children) {
    if (set.kind != JsonValue::Kind::string) {
      throw IoError(place, ": damaged: ", in_quotes(run.name), " has a set that is not a text");
    }
    run.sets.push_back(set.text);
    has_seed = has_seed || set.text.starts_with("train.seed=");
  }
  if (!has_seed) throw IoError(place, ": damaged: ", in_quotes(run.name), " has no train.seed");
  return run;
}

std::vector<RunLine> read_run_lines(const std::string& place) {
  std::vector<RunLine> runs;
  std::set<std::string> names;
  try {
    const JsonValue json =
        read_json(read_file(place, most_plan_bytes, Links::refuse), most_plan_bytes);
    for (const JsonValue& run : array_in(json, "runs", place).children) {
      runs.push_back(read_run_line(run, place));
      if (names.insert(runs.back().name).second) continue;
      throw IoError(place, ": damaged: ", in_quotes(runs.back().name), " is there twice");
    }
  } catch (const JsonError& error) {
    throw IoError(place, ": damaged: not JSON at byte ", error.offset(), ": ",
                  std::string_view(error.what()));
  }
  if (runs.empty()) throw IoError(place, ": damaged: it has no runs");
  return runs;
}

/// Refuses a CONFIG that makes another run of the same --set.
void check_same_config(const std::string& path, const Config& before, const Config& now) {
  const std::vector<ChangedKey> changes = changes_between(before, now);
  if (changes.empty()) return;
  const ChangedKey& first = changes.front();
  refuse("--out " + path,
         text_of("is a sweep of another configuration: ", first.path, " was ", first.before,
                 " and is ", first.after, changes.size() > 1 ? ", and more differs" : "",
                 "; choose another --out, or change the key by --set"));
}

}  // namespace

bool has_sweep(const std::string& path) {
  if (is_free(path)) return false;
  if (is_file(plan_file(path))) return true;
  refuse("--out " + path, "already exists and is not a sweep: it has no " + std::string(plan_name) +
                              "; choose another name or remove it");
}

SweepPlan read_plan(const Registry& registry, const std::string& path, const SweepConfig& source) {
  const std::string copy = config_file(path);
  const SweepConfig kept(registry, copy, read_file(copy, json_size_limit, Links::refuse));
  SweepPlan plan;
  for (RunLine& run : read_run_lines(plan_file(path))) {
    Config config = kept.read(run.sets);
    if (plan.runs.empty()) check_same_config(path, config, source.read(run.sets));
    plan.runs.push_back({std::move(run.name), std::move(run.sets), std::move(config)});
  }
  return plan;
}

SweepDirectory SweepDirectory::create(const std::string& path, const SweepConfig& source,
                                      const SweepPlan& plan) {
  check_is_free(path);
  make_folders_above(path);
  const std::string partial = partial_name(path);
  remove_folder(partial);
  make_folder(partial);
  try {
    FolderLock lock(partial, lock_name);
    write_file(heed::config_file(partial), source.text());
    write_file(plan_file(partial), plan_text(plan));
    sync_folder(partial);
    if (!publish(partial, path)) check_is_free(path);
    return {path, std::move(lock)};
  } catch (...) {
    remove_folder(partial);
    throw;
  }
}

SweepDirectory SweepDirectory::open(const std::string& path) {
  return {path, FolderLock(path, lock_name)};
}

std::string SweepDirectory::config_file() const {
  return heed::config_file(path_);
}

void SweepDirectory::write(const SweepPlan& plan) const {
  const std::string partial = partial_file(path_, plan_name);
  remove_folder(partial);
  write_file(partial, plan_text(plan));
  publish_over(partial, plan_file(path_));
}

}  // namespace heed
