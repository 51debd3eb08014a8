# The code of the documents, compiled and run (pages.py says how).
file(GLOB_RECURSE documents CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/*.md)
set(documents_source ${CMAKE_CURRENT_BINARY_DIR}/documents.cpp)
set(pages ${CMAKE_CURRENT_SOURCE_DIR}/docs/pages.py)
add_custom_command(OUTPUT ${documents_source}
                   COMMAND ${Python3_EXECUTABLE} -B ${pages} generate ${documents_source}
                   DEPENDS ${pages} ${documents} ${PROJECT_SOURCE_DIR}/README.md
                           ${PROJECT_SOURCE_DIR}/CONTRIBUTING.md
                   VERBATIM)
add_executable(heed_documents ${documents_source})
target_link_libraries(heed_documents PRIVATE heed_options heed::program)
heed_optimize(heed_documents -O0 -O0)
add_test(NAME documents COMMAND ${Python3_EXECUTABLE} -B ${pages} check
                                $<TARGET_FILE:heed_documents> $<TARGET_FILE:heed_main>)
