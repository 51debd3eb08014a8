// `heed init`: writes a configuration to start from.
#include <cstdio>
#include <filesystem>

#include "heed/examples/cli/commands/line/command.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/starter.h"
#include "heed/examples/cli/config/suggest.h"
#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/runs/run_directory.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/examples/cli/training/registry.h"
#include "heed/framework/io/output_file.h"

namespace heed {
namespace {

struct InitArguments {
  std::string task;
  std::optional<std::string> out;
};

Options init_options(InitArguments& arguments) {
  return {
      Option::argument("TASK", &arguments.task, "a task listed by `heed tasks`"),
      Option::value("--out", &arguments.out, "FILE", "a new file to write to; default: stdout")};
}

void check_task(const ConfigTable& table, const std::string& task) {
  const Chooser* tasks = table.chooser("task.type");
  if (tasks != nullptr && tasks->find(task) != nullptr) return;
  const auto names = tasks == nullptr ? std::vector<std::string>() : tasks->key.choices;
  const std::string meant = suggestion(task, names);
  throw UsageError("heed init: unknown task: ", in_quotes(task),
                   meant.empty() ? "; available: " + list_in_quotes(names) : meant);
}

void write_new_file(const std::string& path, const std::string& text) {
  if (path.empty()) refuse("--out", "the name of the file is empty");
  check_is_free(path);
  OutputFile file(path);
  try {
    file.write(text);
    file.close();
  } catch (...) {
    std::remove(path.c_str());
    throw;
  }
}

/// The data beside the configuration; what is there already stays.
void write_data(const std::filesystem::path& folder, const std::vector<ShippedConfig>& data) {
  for (const ShippedConfig& file : data) {
    const std::filesystem::path path = folder / file.name;
    std::error_code error;
    if (std::filesystem::exists(path, error)) continue;
    std::filesystem::create_directories(path.parent_path(), error);
    write_new_file(path.string(), std::string(file.text));
    say("heed init: wrote " + path.string() + ", an example to train on");
  }
}

void run_init(const Program& program, const InitArguments& arguments) {
  const ConfigTable table = program.registry.table();
  check_task(table, arguments.task);
  const Starter starter = starter_config(table, arguments.task);
  if (arguments.out) {
    write_new_file(*arguments.out, starter.text);
    write_data(std::filesystem::path(*arguments.out).parent_path(), starter.data);
  } else {
    write_result(starter.text);
    for (const ShippedConfig& file : starter.data) {
      say(text_of("heed init: it reads ", file.name, " in its own folder; --out FILE writes both"));
    }
  }
  for (const std::string& gap : starter.gaps) {
    say("heed init: " + gap + " has no default: set it before you train");
  }
}

}  // namespace

Command init_command() {
  return {
      .name = "init",
      .stage = Stage::prepare,
      .summary = "write a configuration to start from",
      .description =
          "The configuration trains successfully without changes. Each of its objects has an "
          "\"about\" that explains the section and its keys to readers new to attention. An "
          "existing file is never overwritten. With --out, example data for a task that reads a "
          "file is written to a folder data beside the configuration.",
      .examples = {{"heed init reverse --out mine.json", "writes mine.json"},
                   {"heed init text | less", "shows the settings of a small language model"}},
      .call = calling(init_options, run_init)};
}

}  // namespace heed
