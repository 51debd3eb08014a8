# heed_mutant_tests: every test, linked with sources that hold all mutants. The environment variable
# HEED_MUTANT says which one is switched on. tests/mutants/run.py writes these sources and builds it.
set(mutant_folder ${CMAKE_CURRENT_BINARY_DIR}/mutants)
file(GLOB_RECURSE generated CONFIGURE_DEPENDS ${mutant_folder}/*.cpp)
set(mutant_sources)
set(mutant_originals)
foreach(source ${generated})
  string(REPLACE ${mutant_folder} ${PROJECT_SOURCE_DIR} original ${source})
  if(EXISTS ${original})  # else it is stale
    list(APPEND mutant_sources ${source})
    list(APPEND mutant_originals ${original})
  endif()
endforeach()
if(NOT mutant_sources)
  return()
endif()
add_library(heed_mutants OBJECT EXCLUDE_FROM_ALL ${mutant_sources} mutants/active.cpp)
target_compile_options(heed_mutants PRIVATE -w)
heed_optimize(heed_mutants -O1)
heed_unity_by_layer(heed_mutants mutant_sources mutant_originals)
target_include_directories(heed_mutants PRIVATE ${HEED_CBLAS_INCLUDE})
target_compile_definitions(heed_mutants PRIVATE
                           $<TARGET_PROPERTY:heed_kernels,COMPILE_DEFINITIONS>)
target_link_libraries(heed_mutants PRIVATE heed::heed)
# Before the library, so that the linker takes the mutants and not the originals, even where other
# files are compiled with an original as one: g++ lets no call to another file's function become a
# direct one in code for shared libraries.
add_executable(heed_mutant_tests EXCLUDE_FROM_ALL $<TARGET_OBJECTS:heed_mutants>
                                                  $<TARGET_OBJECTS:heed_test_objects>
                                                  ${HEED_FUZZ_REPLAY})
target_link_libraries(heed_mutant_tests PRIVATE heed_test_support heed::program)
target_link_options(heed_mutant_tests PRIVATE -Wl,--allow-multiple-definition)
set_target_properties(heed_mutant_tests PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
