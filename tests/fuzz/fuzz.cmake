# heed_fuzz_eval, _config and _safetensors: only where the compiler has libFuzzer and memory is
# watched.
# Coverage is wanted of what reads the bytes, not of the kernels.
if(CMAKE_CXX_COMPILER_ID MATCHES Clang AND HEED_SANITIZE MATCHES address)
  foreach(target heed_io heed_test_support heed_program)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endforeach()
  foreach(part eval config safetensors)
    add_executable(heed_fuzz_${part} EXCLUDE_FROM_ALL fuzz/${part}.cpp)
    target_link_libraries(heed_fuzz_${part} PRIVATE heed_test_support heed::program)
    target_link_options(heed_fuzz_${part} PRIVATE -fsanitize=fuzzer)
    set_target_properties(heed_fuzz_${part} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  endforeach()
endif()
