# Fails when clang-format would change a file. Only version 14 counts: others read the same settings
# differently. ROOT = the tree.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/lib.cmake)

find_program(FORMAT NAMES clang-format-14 clang-format)
set(version "none")
if(FORMAT)
    execute_process(COMMAND ${FORMAT} --version OUTPUT_VARIABLE version)
endif()
if(NOT version MATCHES "version 14[.]")
    message("lint skipped: clang-format 14 is not here")
    return()
endif()
lint_files(files ${ROOT} backend-client/*.c backend-client/*.h kiosk/*.c kiosk/*.h server/*.c
    server/*.h tests/*.c tests/*.h)
if(NOT files)
    message(FATAL_ERROR "${ROOT} has no sources")
endif()
execute_process(COMMAND ${FORMAT} --dry-run -Werror --ferror-limit=3 ${files}
    WORKING_DIRECTORY ${ROOT} RESULT_VARIABLE code)
if(code)
    message(FATAL_ERROR "lint.format: run clang-format -i over the files above")
endif()
