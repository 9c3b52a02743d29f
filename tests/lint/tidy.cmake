# Builds the tree with clang, warnings as errors, then holds every source against .clang-tidy.
# ROOT = the tree.
cmake_minimum_required(VERSION 3.25)

find_program(TIDY NAMES clang-tidy-14 clang-tidy)
find_program(RUN_TIDY NAMES run-clang-tidy-14 run-clang-tidy)
find_program(CLANG clang)
set(version "none")
if(TIDY AND RUN_TIDY AND CLANG)
    execute_process(COMMAND ${TIDY} --version OUTPUT_VARIABLE version)
endif()
if(NOT version MATCHES "version 14[.]")
    message("lint skipped: clang-tidy 14 is not here")
    return()
endif()

string(ASCII 27 escape)

# Runs a command; when it fails, says what was wrong in it and where, and nothing else.
function(must)
    execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${ROOT} RESULT_VARIABLE code
        OUTPUT_VARIABLE said ERROR_VARIABLE said)
    if(NOT code)
        return()
    endif()
    string(REGEX REPLACE "${escape}.[0-9;]*m" "" said "${said}")
    string(REGEX MATCHALL "[^\n]*(: error:|: fatal error:|CMake Error)[^\n]*" faults "${said}")
    list(REMOVE_DUPLICATES faults)
    foreach(fault IN LISTS faults)
        message("${fault}")
    endforeach()
    list(GET ARGN 0 command)
    message(FATAL_ERROR "lint.tidy: ${command} ended with ${code}")
endfunction()

must(${CMAKE_COMMAND} --preset clang)
must(${CMAKE_COMMAND} --build --preset clang --parallel 2)
must(${RUN_TIDY} -clang-tidy-binary ${TIDY} -p ${ROOT}/build/clang -j 2 -quiet)
