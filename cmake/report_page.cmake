# report_page(OUTPUT): writes a C++ file that holds the style sheet and the script of a report, each
# put together of the files in examples/cli/report/page, with its SHA-256.
function(report_page output)
  foreach(kind css js)
    file(GLOB paths CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/cli/report/page/*.${kind})
    list(SORT paths)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${paths})
    set(${kind} "")
    if(kind STREQUAL js)
      set(js "\"use strict\";\n")
    endif()
    foreach(path ${paths})
      file(READ ${path} text)
      string(APPEND ${kind} "${text}")
    endforeach()
    # A page need not carry the comments and indentation of its sources.
    string(REGEX REPLACE "\n([ ]*//|[ ]+\\*|[ ]*/\\*\\*)[^\n]*" "" ${kind} "\n${${kind}}")
    string(REGEX REPLACE "\n[ ]+" "\n" ${kind} "${${kind}}")
    string(SHA256 ${kind}_hash "${${kind}}")
  endforeach()
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT [[
#include "heed/examples/cli/report/page_sources.h"

namespace heed {

PageSource page_style() {
  return {R"heed(@css@)heed", "@css_hash@"};
}

PageSource page_script() {
  return {R"heed(@js@)heed", "@js_hash@"};
}

}  // namespace heed
]])
endfunction()
