# heed::testing: what the tests of heed try an op, a module or an attention with, for yours. Its
# sources are the folders below; "heed/testing.h" includes what it offers.
# Where there is no JSON, whoever links it is told so: CMake shows the name of a library with "::" that
# it does not find.
set(HEED_TESTING_NEEDS "heed::testing needs nlohmann/json, Debian's package is nlohmann-json3-dev")
if(NOT TARGET nlohmann_json::nlohmann_json)
  add_library(heed_testing INTERFACE)
  add_library(heed::testing ALIAS heed_testing)
  target_link_libraries(heed_testing INTERFACE ${HEED_TESTING_NEEDS})
  return()
endif()
set(HEED_TESTING_FOLDERS tests/support/case tests/framework/ops/case tests/modules/case)

set(sources)
foreach(folder ${HEED_TESTING_FOLDERS})
  file(GLOB found CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp
                                    ${PROJECT_SOURCE_DIR}/${folder}/*.h)
  list(APPEND sources ${found})
endforeach()
add_library(heed_testing STATIC ${sources})
add_library(heed::testing ALIAS heed_testing)
target_link_libraries(heed_testing PUBLIC heed::heed nlohmann_json::nlohmann_json
                                   PRIVATE $<BUILD_INTERFACE:heed_options>)
heed_optimize(heed_testing -O1)
heed_unity(heed_testing)
set_target_properties(heed_testing PROPERTIES EXPORT_NAME testing)
if(NOT HEED_TESTING)
  set_target_properties(heed_testing PROPERTIES EXCLUDE_FROM_ALL ON)
  return()
endif()
if(NOT HEED_INSTALL)
  return()
endif()

install(TARGETS heed_testing EXPORT heed ARCHIVE COMPONENT development)
install(FILES tests/support/testing.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/heed
        COMPONENT development)
foreach(folder ${HEED_TESTING_FOLDERS})
  install(DIRECTORY ${folder}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/heed/${folder}
          COMPONENT development FILES_MATCHING PATTERN "*.h")
endforeach()
