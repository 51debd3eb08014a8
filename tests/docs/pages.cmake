# The code of the documents, compiled and run (pages.py says how).
file(GLOB_RECURSE documents CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/*.md)
set(documents_source ${CMAKE_CURRENT_BINARY_DIR}/documents.cpp)
set(pages ${CMAKE_CURRENT_SOURCE_DIR}/docs/pages.py)
file(GLOB pages_modules CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/docs/*.py)
add_custom_command(OUTPUT ${documents_source}
                   COMMAND ${Python3_EXECUTABLE} -B ${pages} generate ${documents_source}
                   DEPENDS ${pages} ${pages_modules} ${documents} ${PROJECT_SOURCE_DIR}/README.md
                           ${PROJECT_SOURCE_DIR}/CONTRIBUTING.md
                   VERBATIM)
add_executable(heed_documents ${documents_source})
target_link_libraries(heed_documents PRIVATE heed_options heed::program)
heed_optimize(heed_documents -O0 -O0)
get_property(tours GLOBAL PROPERTY HEED_TOURS)  # a page shows what they print
add_dependencies(heed_documents heed_main ${tours})
add_test(NAME documents COMMAND ${Python3_EXECUTABLE} -B ${pages} check
                                $<TARGET_FILE:heed_documents> $<TARGET_FILE:heed_main>)
add_test(NAME deprecated COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/docs/deprecated.py
                                 ${CMAKE_CXX_COMPILER} ${PROJECT_BINARY_DIR}/include)
add_test(NAME documents_self_test
         COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/docs/self_test.py)
