# `cpack` makes three Debian packages, for the suite on which it runs; scripts/package.sh calls it.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME heed)
set(CPACK_PACKAGE_VENDOR heed)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each package has its own
set(CPACK_PACKAGE_CONTACT "The heed developers <heed@users.noreply.heed.example>")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS  # whatever the umask
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL program development)
if(TARGET heed_openmpi OR TARGET heed_mpich)
  list(APPEND CPACK_COMPONENTS_ALL mpi)
endif()
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME heed)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "heed-mpi, librsvg2-2")
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION "train multi-head attention and analyse it
Trains sequence tasks that a JSON file describes, shows what every attention
head reads while it learns, checks gradients, and exports models.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libheed-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(needed "libfmt-dev, libhwy-dev, zlib1g-dev")
if(HEED_OPENBLAS)
  string(APPEND needed ", libopenblas-pthread-dev")
endif()
if(BUILD_SHARED_LIBS)
  string(APPEND needed ", heed (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")
endif()
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "${needed}")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS nlohmann-json3-dev)  # for heed::testing
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "autograd engine with attention, for C++20
Headers and libraries: tensors, reverse-mode gradients of any order, modules,
optimizers, multi-head attention, and the command line as a library.")

set(CPACK_DEBIAN_MPI_PACKAGE_NAME heed-mpi)
set(CPACK_DEBIAN_MPI_PACKAGE_SECTION science)
set(CPACK_DEBIAN_MPI_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_MPI_PACKAGE_DEPENDS "heed (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")
set(CPACK_COMPONENT_MPI_DESCRIPTION "training with several processes over MPI, for heed
With it, `heed launch -n N train CONFIG` divides a batch among N processes, on
one machine or many, and gets the bits of one process.")

# /usr/share/doc of each package, as Debian's policy wants it, and what lintian is told to bear.
string(TIMESTAMP day "%a, %d %b %Y 00:00:00 +0000" UTC)
find_program(HEED_GZIP gzip REQUIRED)
foreach(component ${CPACK_COMPONENTS_ALL})
  string(TOUPPER ${component} upper)
  set(name ${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  set(folder ${PROJECT_BINARY_DIR}/package/${name})
  configure_file(cmake/package/changelog.in ${folder}/changelog.Debian @ONLY)
  execute_process(COMMAND ${HEED_GZIP} -9nf ${folder}/changelog.Debian)
  install(FILES ${folder}/changelog.Debian.gz cmake/package/copyright
          DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name} COMPONENT ${component})
  file(STRINGS cmake/package/lintian tags REGEX "^${name}: ")
  list(JOIN tags "\n" tags)
  file(CONFIGURE OUTPUT ${folder}/lintian CONTENT "@tags@\n" @ONLY)
  install(FILES ${folder}/lintian RENAME ${name} COMPONENT ${component}
          DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides)
endforeach()
include(CPack)
