# What every target of the project shares: warnings, sanitizers, include paths, dependencies.
include(GNUInstallDirs)

find_program(HEED_CCACHE ccache)
if(HEED_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${HEED_CCACHE})
endif()

# What this build does without: of files X.cpp and no_X.cpp, the second is compiled for these X.
set(HEED_LEFT_OUT ${HEED_WITHOUT})

if("threads" IN_LIST HEED_LEFT_OUT)
  add_library(Threads::Threads INTERFACE IMPORTED GLOBAL)
else()
  find_package(Threads REQUIRED)
endif()
if(HEED_HEADERS_ONLY)
  include(cmake/headers_only.cmake)
else()
  find_package(fmt REQUIRED)
  find_package(hwy REQUIRED)
  if(PROJECT_IS_TOP_LEVEL)
    set(needed REQUIRED)
  endif()
  find_package(nlohmann_json 3.11 ${needed})
  find_package(CLI11 ${needed})
endif()
# heed::program: the engine alone needs neither JSON nor a command line.
set(HEED_PROGRAM ON)
if(NOT TARGET nlohmann_json::nlohmann_json OR NOT TARGET CLI11::CLI11)
  message(STATUS "heed: no nlohmann/json or CLI11 here, so heed::heed alone, without heed::program")
  set(HEED_PROGRAM OFF)
endif()
set(HEED_ZLIB)
if(NOT "zlib" IN_LIST HEED_LEFT_OUT)
  find_package(ZLIB REQUIRED)
  set(HEED_ZLIB ZLIB::ZLIB)
endif()
if(HEED_OPENBLAS)
  # Linked statically: the kernel set is chosen before it initialises (framework/kernels/gemm/blas.cpp).
  find_library(HEED_OPENBLAS_LIBRARY libopenblas.a PATH_SUFFIXES openblas-pthread openblas REQUIRED)
  find_path(HEED_CBLAS_INCLUDE cblas.h PATH_SUFFIXES ${CMAKE_LIBRARY_ARCHITECTURE}/openblas-pthread
                                                     ${CMAKE_LIBRARY_ARCHITECTURE} openblas REQUIRED)
else()
  list(APPEND HEED_LEFT_OUT blas lapack)
  set(HEED_OPENBLAS_LIBRARY "")
  set(HEED_CBLAS_INCLUDE "")
endif()

# "heed/framework/…" and "heed/modules/…" in the build tree, exactly as after installation.
set(HEED_INCLUDE ${PROJECT_BINARY_DIR}/include)
file(MAKE_DIRECTORY ${HEED_INCLUDE}/heed)
foreach(folder framework modules examples tests)
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${folder} ${HEED_INCLUDE}/heed/${folder} SYMBOLIC)
endforeach()
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/framework/heed.h ${HEED_INCLUDE}/heed/heed.h SYMBOLIC)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/tests/support/testing.h ${HEED_INCLUDE}/heed/testing.h SYMBOLIC)

add_library(heed_options INTERFACE)
target_compile_features(heed_options INTERFACE cxx_std_20)
target_include_directories(heed_options INTERFACE ${HEED_INCLUDE})
target_compile_options(heed_options INTERFACE
  -Wall -Wextra -Wpedantic
  # the names of a file hide no others, but those of the files that are compiled with it
  $<$<NOT:$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>>:-Wshadow> -Wconversion
  $<$<BOOL:${HEED_WERROR}>:-Werror>)
# g++ 12 warns of overlapping copies inside std::string where there are none (GCC bug 105651).
target_compile_options(heed_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
if(HEED_SANITIZE)
  # pointer-overflow and object-size take more than half of the time to compile a large kernel;
  # AddressSanitizer catches what such pointers would touch.
  target_compile_options(heed_options INTERFACE
    -fsanitize=${HEED_SANITIZE} -fno-sanitize=pointer-overflow,object-size -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(heed_options INTERFACE -fsanitize=${HEED_SANITIZE})
endif()

# heed_optimize(target level [level_with_sanitizers]): the optimisation level in a release. Only the
# kernels gain from -O3; the rest of the library is built with -O2, programs and the oracles of tests
# with -O1, tests with -O0. With sanitizers clang takes half the time without optimisation.
function(heed_optimize target level)
  if(HEED_SMALL AND NOT level STREQUAL -O0)
    set(level -Oz)  # a page is read over a network
  endif()
  target_compile_options(${target} PRIVATE $<$<OR:$<CONFIG:Release>,$<STREQUAL:$<CONFIG>,>>:${level}>)
  if(HEED_SANITIZE AND ARGC EQUAL 3)
    target_compile_options(${target} PRIVATE ${ARGV2})
  endif()
endfunction()

# Most of the time to compile a file goes into what it includes, so up to 30 files of a target
# are compiled as one. HEED_UNITY=OFF compiles each alone, which shows an #include that is missing.
function(heed_unity target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${HEED_UNITY} UNITY_BUILD_BATCH_SIZE 30)
endfunction()

# heed_unity_by_layer(target source_list original_list), with names of lists: so are the sources of
# each layer, which the original of each tells; of those that include themselves, once for each SIMD
# target, four at a time.
function(heed_unity_by_layer target source_list original_list)
  heed_unity(${target})
  set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
  set(count 0)
  foreach(source original IN ZIP_LISTS ${source_list} ${original_list})
    file(RELATIVE_PATH group ${PROJECT_SOURCE_DIR} ${original})
    string(REGEX MATCH "^(modules|framework/[a-z]+)" group ${group})
    string(MAKE_C_IDENTIFIER ${group} group)
    file(STRINGS ${original} includes_itself REGEX "#include .*/simd/dispatch-inl.h\"")
    if(includes_itself)
      math(EXPR batch "${count} / 4")
      math(EXPR count "${count} + 1")
      set(group ${group}_${batch})
    endif()
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group})
  endforeach()
endfunction()

# heed_choose_sources(list): of each pair X.cpp, no_X.cpp leaves the one that this build needs.
function(heed_choose_sources list)
  set(chosen ${${list}})
  foreach(source ${${list}})
    if(source MATCHES "/no_([a-z0-9_]+)\\.cpp$")
      set(feature ${CMAKE_MATCH_1})
      get_filename_component(folder ${source} DIRECTORY)
      if(feature IN_LIST HEED_LEFT_OUT)
        set(source ${folder}/${feature}.cpp)
      endif()
      list(REMOVE_ITEM chosen ${source})
    endif()
  endforeach()
  set(${list} ${chosen} PARENT_SCOPE)
endfunction()

# heed_layer(name folder): the objects of one layer, all .cpp files in `folder`. The layers' objects
# together are the library heed::heed; tests/lint/layers.py checks what a layer may include.
function(heed_layer name folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  heed_choose_sources(sources)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${folder}/*.h)
  add_library(heed_${name} OBJECT ${sources} ${headers})
  target_link_libraries(heed_${name} PRIVATE heed_options Threads::Threads fmt::fmt)
  if(NOT name STREQUAL kernels)
    heed_optimize(heed_${name} -O2)
  elseif(HEED_SMALL)
    heed_optimize_simd(${sources})
  endif()
  heed_unity_by_layer(heed_${name} sources sources)
  if(NOT EMSCRIPTEN)  # where there are no shared libraries
    set_target_properties(heed_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  endif()
  set_target_properties(heed_${name} PROPERTIES LINKER_LANGUAGE CXX)
endfunction()

# heed_optimize_simd(source…): the kernels for targets where size counts as well as speed. Those with
# vector instructions are as fast as by -O3 and a third smaller.
function(heed_optimize_simd)
  foreach(source ${ARGN})
    file(STRINGS ${source} has_vectors REGEX "#include .*/simd/dispatch-inl.h\"")
    if(has_vectors)
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "-O2;-fno-unroll-loops")
    else()
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS -Oz)
    endif()
  endforeach()
endfunction()
