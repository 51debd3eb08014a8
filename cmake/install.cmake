# `cmake --install`: the program with its manual, completions and configurations (component `program`),
# what it takes to run over MPI (`mpi`), and for projects of one's own headers, libraries, a CMake
# package with heed::heed and heed::program, and heed.pc (`development`).
include(CMakePackageConfigHelpers)

set(library_component development)
if(BUILD_SHARED_LIBS)
  set(library_component program)  # which links it
  set_target_properties(heed_main PROPERTIES INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
endif()
install(TARGETS heed heed_program EXPORT heed
        ARCHIVE COMPONENT development
        LIBRARY COMPONENT ${library_component} NAMELINK_COMPONENT development)
foreach(folder framework modules)
  install(DIRECTORY ${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/heed COMPONENT development
          FILES_MATCHING PATTERN "*.h" PATTERN "*-inl.h" EXCLUDE)
endforeach()
install(DIRECTORY examples/cli DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/heed/examples
        COMPONENT development FILES_MATCHING PATTERN "*.h")
install(FILES framework/heed.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/heed COMPONENT development)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/heed)
install(EXPORT heed NAMESPACE heed:: FILE heedTargets.cmake DESTINATION ${package}
        COMPONENT development)
configure_package_config_file(cmake/heedConfig.cmake.in ${PROJECT_BINARY_DIR}/heedConfig.cmake
                              INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/heedConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/heedConfig.cmake ${PROJECT_BINARY_DIR}/heedConfigVersion.cmake
        DESTINATION ${package} COMPONENT development)

set(HEED_LIBRARIES_IF_STATIC "")
if(NOT BUILD_SHARED_LIBS)
  set(HEED_LIBRARIES_IF_STATIC " -lfmt -lhwy ${HEED_OPENBLAS_LIBRARY} -pthread")
  if(HEED_ZLIB)
    string(APPEND HEED_LIBRARIES_IF_STATIC " -lz")
  endif()
endif()
file(RELATIVE_PATH HEED_PREFIX_FROM_PC /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/heed.pc.in heed.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/heed.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
        COMPONENT development)

install(TARGETS heed_main COMPONENT program)
install(DIRECTORY configs DESTINATION ${CMAKE_INSTALL_DATADIR}/heed COMPONENT program
        FILES_MATCHING PATTERN "*.json" PATTERN "configs/data/*" PATTERN "*.py" EXCLUDE)
# The engine of pages, if ./heed page has built it.
foreach(file heed_engine.js heed_engine.wasm.gz)
  install(FILES ${PROJECT_SOURCE_DIR}/build/page/bin/${file} COMPONENT program OPTIONAL
          DESTINATION ${CMAKE_INSTALL_DATADIR}/heed/engine)
endforeach()
# What the program says of itself; not where it cannot run.
if(NOT CMAKE_CROSSCOMPILING)
  set(manual ${PROJECT_BINARY_DIR}/share)
  add_custom_command(OUTPUT ${manual}/written
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${manual}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${manual}
    COMMAND heed_main help --man ${manual}/man1
    COMMAND sh -c "gzip -9n ${manual}/man1/*.1"
    COMMAND heed_main completion bash > ${manual}/heed.bash
    COMMAND heed_main completion zsh > ${manual}/_heed
    COMMAND heed_main completion fish > ${manual}/heed.fish
    COMMAND ${CMAKE_COMMAND} -E touch ${manual}/written
    DEPENDS heed_main COMMENT "Writing the manual and completions" VERBATIM)
  add_custom_target(heed_manual ALL DEPENDS ${manual}/written)
  install(DIRECTORY ${manual}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT program)
  install(FILES ${manual}/heed.bash RENAME heed COMPONENT program
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${manual}/_heed COMPONENT program
          DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
  install(FILES ${manual}/heed.fish COMPONENT program
          DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()

include(cmake/package.cmake)
