# heed_mutant_tests: every test, linked with sources that hold all mutants. The environment variable
# HEED_MUTANT says which one is switched on. Not part of `all`: tests/mutants/run.py builds it.
set(mutant_tables ${CMAKE_CURRENT_SOURCE_DIR}/mutants/generate.py
                  ${CMAKE_CURRENT_SOURCE_DIR}/mutants/table_engine.py
                  ${CMAKE_CURRENT_SOURCE_DIR}/mutants/table_modules.py
                  ${CMAKE_CURRENT_SOURCE_DIR}/mutants/table_ops.py)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${mutant_tables})
execute_process(COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/mutants/generate.py --list
                OUTPUT_VARIABLE mutant_files COMMAND_ERROR_IS_FATAL ANY)
string(STRIP "${mutant_files}" mutant_files)
set(mutant_sources)
set(mutant_originals)
foreach(file ${mutant_files})
  list(APPEND mutant_originals ${PROJECT_SOURCE_DIR}/${file})
  string(REPLACE "/" "_" file ${file})
  list(APPEND mutant_sources ${CMAKE_CURRENT_BINARY_DIR}/mutants/${file})
endforeach()
add_custom_command(
  OUTPUT ${mutant_sources}
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/mutants/generate.py ${PROJECT_SOURCE_DIR}
          ${CMAKE_CURRENT_BINARY_DIR}/mutants
  DEPENDS ${mutant_tables} ${mutant_originals})
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
