# What the lints share. A lint is a CMake script: it needs nothing that the build does not need.

# The files below ROOT that are ours and match the globs, without what is built, fetched or recorded.
function(lint_files OUT ROOT)
    set(found "")
    foreach(glob IN LISTS ARGN)
        file(GLOB_RECURSE some LIST_DIRECTORIES false ${ROOT}/${glob})
        list(APPEND found ${some})
    endforeach()
    list(REMOVE_DUPLICATES found)
    list(FILTER found EXCLUDE REGEX "^${ROOT}/(build|var|[.]git)/|/node_modules/|/__pycache__/")
    list(FILTER found EXCLUDE REGEX "^${ROOT}/tests/upgrade/[0-9]+/")
    set(${OUT} ${found} PARENT_SCOPE)
endfunction()

# A file as a list of lines. Semicolons and brackets mean something in CMake lists, so they come out
# as backticks, which C does not have.
function(lint_lines OUT FILE)
    file(READ ${FILE} text)
    string(REPLACE ";" "`" text "${text}")
    string(REPLACE "[" "`" text "${text}")
    string(REPLACE "]" "`" text "${text}")
    string(REPLACE "\n" ";" text "${text}")
    set(${OUT} "${text}" PARENT_SCOPE)
endfunction()

# What stands before `//` in a line of C. A `//` within a literal is no comment.
function(lint_code OUT LINE)
    string(REGEX MATCH "^ ([^\"'/]|/[^/]|'([^'\\]|\\\\.)+'|\"([^\"\\]|\\\\.)*\")*" code " ${LINE}")
    set(${OUT} "${code}" PARENT_SCOPE)
endfunction()

# Says what is wrong and where; lint_end fails when anything was said.
function(lint_bad FILE WHAT)
    file(RELATIVE_PATH name ${ROOT} ${FILE})
    message("${name}: ${WHAT}")
    set_property(GLOBAL APPEND PROPERTY LINT_BAD x)
endfunction()

function(lint_end NAME)
    get_property(bad GLOBAL PROPERTY LINT_BAD)
    list(LENGTH bad count)
    if(count)
        message(FATAL_ERROR "lint.${NAME}: ${count} found")
    endif()
endfunction()
