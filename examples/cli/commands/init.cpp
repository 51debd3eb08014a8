#include <fmt/format.h>

#include <cstdio>

#include "heed/examples/cli/commands/command_line.h"
#include "heed/examples/cli/commands/starter.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/suggest.h"
#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/runs/run_directory.h"
#include "heed/framework/io/output_file.h"

namespace heed {
namespace {

void check_task(const ConfigTable& table, const std::string& task) {
  const TypedSection* tasks = table.section("task");
  if (tasks != nullptr && tasks->type(task) != nullptr) return;
  const auto names = tasks == nullptr ? std::vector<std::string>() : tasks->type_names();
  const std::string meant = suggestion(task, names);
  throw UsageError("heed init: unknown task: " + in_quotes(task) +
                   (meant.empty() ? "; there are " + list_in_quotes(names) : meant));
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

}  // namespace

void init_command(const Registry& registry, const InitArguments& arguments) {
  const ConfigTable table = registry.table();
  check_task(table, arguments.task);
  const Starter starter = starter_config(table, arguments.task);
  if (arguments.out) {
    write_new_file(*arguments.out, starter.text);
  } else {
    write_result(starter.text);
  }
  for (const std::string& gap : starter.gaps) {
    std::fputs(fmt::format("heed init: {} has no default: set it before you train\n", gap).c_str(),
               stderr);
  }
}

}  // namespace heed
