# embedded_files(VARIABLE PATHS): elements of a C++ array, {"name", R"(text)"}, of files by their names
# without extension.
function(embedded_files variable paths)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${paths})
  set(entries "")
  foreach(path ${paths})
    get_filename_component(name ${path} NAME_WE)
    file(READ ${path} text)
    string(APPEND entries "    {\"${name}\", R\"heed(${text})heed\"},\n")
  endforeach()
  set(${variable} "${entries}" PARENT_SCOPE)
endfunction()

# shipped_configs(OUTPUT): writes a C++ file that holds the files of configs/ and of configs/data.
function(shipped_configs output)
  file(GLOB paths CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/configs/*.json)
  list(FILTER paths EXCLUDE REGEX "/schema\\.json$")
  embedded_files(entries "${paths}")
  file(GLOB paths CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/configs/data/*)
  list(FILTER paths EXCLUDE REGEX "\\.py$")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${paths})
  set(data "")
  foreach(path ${paths})
    file(RELATIVE_PATH name ${PROJECT_SOURCE_DIR}/configs ${path})
    file(READ ${path} text)
    string(APPEND data "    {\"${name}\", R\"heed(${text})heed\"},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT [[
#include "heed/examples/cli/config/shipped_configs.h"

namespace heed {
namespace {
constexpr ShippedConfig configs[] = {
@entries@};
constexpr ShippedConfig data[] = {
@data@};
}

std::span<const ShippedConfig> shipped_configs() {
  return configs;
}

std::span<const ShippedConfig> shipped_data() {
  return data;
}

}  // namespace heed
]])
endfunction()
