# `cmake --install`: headers under include/heed, the libraries, the program, and a package so that
# find_package(heed) gives heed::heed and heed::program.
include(CMakePackageConfigHelpers)

install(TARGETS heed heed_program EXPORT heed)
install(TARGETS heed_main)
install(DIRECTORY framework modules DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/heed
        FILES_MATCHING PATTERN "*.h")
install(DIRECTORY examples/cli DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/heed/examples
        FILES_MATCHING PATTERN "*.h")
install(FILES framework/heed.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/heed)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/heed)
install(EXPORT heed NAMESPACE heed:: FILE heedTargets.cmake DESTINATION ${package})
configure_package_config_file(cmake/heedConfig.cmake.in ${PROJECT_BINARY_DIR}/heedConfig.cmake
                              INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/heedConfigVersion.cmake
                                 COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/heedConfig.cmake ${PROJECT_BINARY_DIR}/heedConfigVersion.cmake
        DESTINATION ${package})
