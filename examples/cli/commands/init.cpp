#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "heed/examples/cli/command_line.h"
#include "heed/examples/cli/config/config_error.h"
#include "heed/examples/cli/config/suggest.h"
#include "heed/examples/cli/config/text.h"
#include "heed/examples/cli/starter.h"
#include "heed/framework/io/output_file.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

void check_task(const ConfigTable& table, const std::string& task) {
  std::vector<std::string> names;
  for (const TypedSection& section : table.sections()) {
    if (section.path != "task") continue;
    for (const SectionType& type : section.types) names.push_back(type.name);
  }
  if (std::find(names.begin(), names.end(), task) != names.end()) return;
  const auto near = nearest_word(task, names);
  throw UsageError(fmt::format("heed init: unknown task: {}; {}", in_quotes(task),
                               near ? fmt::format("did you mean {}?", in_quotes(*near))
                                    : "there are " + list_in_quotes(names)));
}

void write_new_file(const std::string& path, const std::string& text) {
  std::error_code error;
  if (path.empty()) throw ConfigError({ConfigFault{"--out", "the name of the file is empty"}});
  if (fs::exists(fs::symlink_status(path, error))) {
    throw ConfigError(
        {ConfigFault{"--out " + path, "already exists; choose another name or remove it"}});
  }
  OutputFile file(path);
  try {
    file.write(text);
    file.close();
  } catch (...) {
    fs::remove(path, error);
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
