# command_list(OUTPUT): writes a C++ file that lists the commands, one for each file in
# examples/cli/commands.
function(command_list output)
  file(GLOB paths CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/cli/commands/*.cpp)
  set(declarations "")
  set(calls "")
  foreach(path ${paths})
    get_filename_component(name ${path} NAME_WE)
    string(APPEND declarations "Command ${name}_command();\n")
    string(APPEND calls "${name}_command(), ")
  endforeach()
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT [[
#include "heed/examples/cli/commands/line/command.h"

namespace heed {

@declarations@
std::vector<Command> builtin_commands() {
  return {@calls@};
}

}  // namespace heed
]])
endfunction()
