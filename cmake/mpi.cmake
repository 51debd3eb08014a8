# What heed needs of each MPI that is installed, as a library that the program loads when mpirun has
# started it: heed_openmpi.so and heed_mpich.so, built by the compiler wrapper that the MPI brings.
# Without an MPI there is none, and nothing else changes.
set(HEED_MPI_FOLDER ${CMAKE_INSTALL_LIBDIR}/heed)
add_custom_target(heed_mpi)

# heed_mpi_library(kind wrapper): kind is openmpi or mpich, whose programs can be loaded by each other's
# launcher, but not more.
function(heed_mpi_library kind wrapper)
  execute_process(COMMAND ${wrapper} -show OUTPUT_VARIABLE line ERROR_QUIET RESULT_VARIABLE failed
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(failed)
    message(STATUS "${wrapper} does not say how it compiles: no ranks over ${kind}")
    return()
  endif()
  separate_arguments(words UNIX_COMMAND "${line}")
  set(includes ${words})
  list(FILTER includes INCLUDE REGEX "^-(I|isystem)")
  list(TRANSFORM includes REPLACE "^-(I|isystem)" "")
  set(links ${words})
  list(FILTER links INCLUDE REGEX "^-(L|l|Wl,)")
  add_library(heed_${kind} MODULE ${only_if_linked} ${PROJECT_SOURCE_DIR}/examples/mpi/ranks.cpp)
  target_include_directories(heed_${kind} SYSTEM PRIVATE ${includes})
  target_link_libraries(heed_${kind} PRIVATE heed_options Threads::Threads ${links})
  set_target_properties(heed_${kind} PROPERTIES
    PREFIX "" CXX_VISIBILITY_PRESET hidden
    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${HEED_MPI_FOLDER})
  add_dependencies(heed_mpi heed_${kind})
  if(HEED_INSTALL)
    install(TARGETS heed_${kind} LIBRARY DESTINATION ${HEED_MPI_FOLDER} COMPONENT mpi)
  endif()
endfunction()

foreach(kind openmpi mpich)
  find_program(HEED_MPICC_${kind} mpicc.${kind})
  if(HEED_MPICC_${kind})
    heed_mpi_library(${kind} ${HEED_MPICC_${kind}})
  endif()
endforeach()
if(NOT HEED_MPICC_openmpi AND NOT HEED_MPICC_mpich)  # not Debian: whichever there is
  find_program(HEED_MPICC mpicc)
  if(HEED_MPICC)
    execute_process(COMMAND ${HEED_MPICC} --showme:version OUTPUT_QUIET ERROR_QUIET
                    RESULT_VARIABLE is_other)
    if(is_other)
      heed_mpi_library(mpich ${HEED_MPICC})
    else()
      heed_mpi_library(openmpi ${HEED_MPICC})
    endif()
  endif()
endif()
