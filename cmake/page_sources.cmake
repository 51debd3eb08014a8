# page_sources(OUTPUT): writes a C++ file that holds the style sheets and scripts of pages, each put
# together of the files in folders of examples/cli/report/page, with its SHA-256.
function(page_sources output)
  set(definitions "")
  page_source(definitions report_style css common)
  page_source(definitions report_script js common report)
  page_source(definitions live_script js engine live)
  page_source(definitions playground_style css common playground)
  page_source(definitions playground_script js common engine playground)
  page_source(definitions worker_script js worker)
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT [[
#include "heed/examples/cli/report/page_sources.h"

namespace heed {
@definitions@
}  // namespace heed
]])
endfunction()

# lesson_files(OUTPUT): writes a C++ file that holds those of examples/page/lessons.
function(lesson_files output)
  file(GLOB paths CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/page/lessons/*.json)
  embedded_files(entries "${paths}")  # of cmake/shipped_configs.cmake
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT [[
#include "heed/examples/cli/playground/lesson_files.h"

namespace heed {
namespace {
constexpr LessonFile lessons[] = {
@entries@};
}

std::span<const LessonFile> lesson_files() {
  return lessons;
}

}  // namespace heed
]])
endfunction()

# page_source(VARIABLE NAME KIND FOLDER…): appends the definition of NAME(), of the files *.KIND.
function(page_source variable name kind)
  set(text "")
  if(kind STREQUAL js)
    set(text "\"use strict\";\n")
  endif()
  foreach(folder ${ARGN})
    file(GLOB paths CONFIGURE_DEPENDS
         ${PROJECT_SOURCE_DIR}/examples/cli/report/page/${folder}/*.${kind})
    list(SORT paths)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${paths})
    foreach(path ${paths})
      file(READ ${path} content)
      string(APPEND text "${content}")
    endforeach()
  endforeach()
  # A page need not carry the comments and indentation of its sources.
  string(REGEX REPLACE "\n([ ]*//|[ ]+\\*|[ ]*/\\*\\*)[^\n]*" "" text "\n${text}")
  string(REGEX REPLACE "  // [^\n]*" "" text "${text}")
  string(REGEX REPLACE "\n[ ]+" "\n" text "${text}")
  string(SHA256 hash "${text}")
  set(${variable} "${${variable}}
PageSource ${name}() {
  return {R\"heed(${text})heed\", \"${hash}\"};
}
" PARENT_SCOPE)
endfunction()
