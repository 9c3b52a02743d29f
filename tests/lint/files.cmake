# Fails on files too long to be one room, on blanks that differ from what one sees, and on notes to
# be done later. ROOT = the tree.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/lib.cmake)

set(LINES_MAX 600)
lint_files(code ${ROOT} *.c *.h *.cmake *.py *.sh CMakeLists.txt deploy/demo
    deploy/install-packages tests/run tests/bench/run tests/fuzz/run .ci/run)
lint_files(text ${ROOT} *.def *.md *.csv *.json *.sql *.txt)

foreach(file IN LISTS code text)
    file(READ ${file} content)
    if(content MATCHES "\t")
        lint_bad(${file} "has a tab")
    endif()
    if(content MATCHES "[ \r]\n")
        lint_bad(${file} "has a blank at the end of a line")
    endif()
    if(NOT content MATCHES "\n$")
        lint_bad(${file} "does not end with a newline")
    endif()
endforeach()

foreach(file IN LISTS code)
    file(READ ${file} content)
    string(REGEX MATCHALL "\n" newlines "${content}")
    list(LENGTH newlines count)
    if(count GREATER LINES_MAX)
        lint_bad(${file} "has ${count} lines, more than ${LINES_MAX}")
    endif()
    # Written so that this line is not found itself.
    if(content MATCHES "(^|[^A-Za-z_])(TOD[O]|FIXM[E]|XX[X])([^A-Za-z_]|$)")
        lint_bad(${file} "has a ${CMAKE_MATCH_2}")
    endif()
endforeach()
lint_end(files)
