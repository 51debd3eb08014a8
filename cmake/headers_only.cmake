# For a compiler whose system has none of the libraries that heed uses: takes the headers of this
# machine's packages, which all processors share, and no code of theirs. fmt can be headers alone;
# of Highway's code nothing is needed where there is one SIMD target.
set(HEED_HEADERS ${PROJECT_BINARY_DIR}/headers)
file(MAKE_DIRECTORY ${HEED_HEADERS})
foreach(library fmt hwy nlohmann CLI catch2)
  if(EXISTS /usr/include/${library})
    file(CREATE_LINK /usr/include/${library} ${HEED_HEADERS}/${library} SYMBOLIC)
  endif()
endforeach()

# headers_only(TARGET FOLDER [DEFINITION…])
function(headers_only target folder)
  if(NOT EXISTS ${HEED_HEADERS}/${folder})
    message(FATAL_ERROR "HEED_HEADERS_ONLY: /usr/include/${folder} is missing; see README.md, Requirements")
  endif()
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${target} SYSTEM INTERFACE ${HEED_HEADERS})
  target_compile_definitions(${target} INTERFACE ${ARGN})
endfunction()
# The two others leave out what heed does not format and a target would carry: numbers in the way of a
# locale, which bring the streams with them, and long double, which few processors have.
headers_only(fmt::fmt fmt FMT_HEADER_ONLY FMT_STATIC_THOUSANDS_SEPARATOR=',' FMT_USE_LONG_DOUBLE=0)
headers_only(hwy::hwy hwy)
headers_only(nlohmann_json::nlohmann_json nlohmann)
headers_only(CLI11::CLI11 CLI)
if(HEED_TESTS)
  if(EXISTS ${HEED_HEADERS}/catch2/catch_all.hpp)  # version 3 is a library
    message(FATAL_ERROR "HEED_HEADERS_ONLY: tests need Catch2 2, whose code is in its header (Debian 12 "
                        "has it); -DHEED_TESTS=OFF builds without them")
  endif()
  headers_only(Catch2::Catch2 catch2)
endif()
