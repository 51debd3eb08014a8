# heed_fuzz_<part>: only where the compiler has libFuzzer and memory is watched.
# Coverage is wanted of what reads the bytes, not of the kernels.
if(CMAKE_CXX_COMPILER_ID MATCHES Clang AND HEED_SANITIZE MATCHES address)
  foreach(target heed_io heed_testing heed_test_support heed_program)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endforeach()
  foreach(part eval config set safetensors)
    add_executable(heed_fuzz_${part} EXCLUDE_FROM_ALL fuzz/${part}.cpp)
    target_link_libraries(heed_fuzz_${part} PRIVATE heed_test_support heed::program)
    target_link_options(heed_fuzz_${part} PRIVATE -fsanitize=fuzzer)
    set_target_properties(heed_fuzz_${part} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  endforeach()
endif()

# The same code under names of its own, so that replay_test.cpp can run the corpora everywhere.
set(HEED_FUZZ_REPLAY)
foreach(part eval config set)
  add_library(heed_fuzz_${part}_replay OBJECT fuzz/${part}.cpp)
  target_link_libraries(heed_fuzz_${part}_replay PRIVATE heed_test_support heed::program)
  target_compile_definitions(heed_fuzz_${part}_replay PRIVATE
                             LLVMFuzzerTestOneInput=fuzz_${part}
                             LLVMFuzzerInitialize=fuzz_${part}_initialize)
  list(APPEND HEED_FUZZ_REPLAY $<TARGET_OBJECTS:heed_fuzz_${part}_replay>)
endforeach()
target_sources(heed_tests PRIVATE ${HEED_FUZZ_REPLAY})
