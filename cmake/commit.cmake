# Run at each build, with -DSOURCE=… and -DOUTPUT=…: writes a C++ file that names the commit of the
# folder SOURCE, unless it says so already.
set(commit "unknown")
if(EXISTS ${SOURCE}/.git)
  execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12 "--exclude=*"
                  OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(found MATCHES "^[0-9a-f]+(-dirty)?$")
    set(commit ${found})
  endif()
else()
  file(STRINGS ${SOURCE}/cmake/commit.txt found)  # git archive fills it in
  if(found MATCHES "^[0-9a-f]+$")
    set(commit ${found})
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#include "heed/examples/cli/runs/commit.h"

namespace heed {

std::string source_commit() {
  return "@commit@";
}

}  // namespace heed
]])
