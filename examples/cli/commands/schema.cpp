// `heed schema`: the JSON Schema of a configuration, or its reference in Markdown.
#include "heed/examples/cli/config/schema.h"

#include "heed/examples/cli/commands/line/command.h"
#include "heed/examples/cli/config/reference.h"
#include "heed/examples/cli/runs/terminal.h"
#include "heed/examples/cli/training/registry.h"

namespace heed {
namespace {

struct SchemaArguments {
  bool markdown = false;
};

Options schema_options(SchemaArguments& arguments) {
  return {Option::flag("--markdown", &arguments.markdown,
                       "print a reference of all keys instead, which is docs/config.md")};
}

void run_schema(const Program& program, const SchemaArguments& arguments) {
  const ConfigTable table = program.registry.table();
  write_result(arguments.markdown ? markdown_reference(table) : json_schema(table));
}

}  // namespace

Command schema_command() {
  return {
      .name = "schema",
      .stage = Stage::prepare,
      .summary = "print the JSON Schema of a configuration",
      .description =
          "Draft 2020-12, generated from the same definitions that parse configurations: types, "
          "ranges, choices, defaults and help. Editors that support it complete keys and mark "
          "mistakes; a configuration names it by \"$schema\": \"schema.json\", as those "
          "in configs do. Only `heed validate` detects a key given twice, 4.0 for an integer, and "
          "conflicting values.",
      .exit_status = done_or_bad_input,
      .examples = {{"heed schema > schema.json", "writes the schema beside a configuration"},
                   {"heed schema --markdown | less", "shows all keys"}},
      .call = calling(schema_options, run_schema)};
}

}  // namespace heed
