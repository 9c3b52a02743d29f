# Fails on an include that goes up or sideways, and on a library's header outside its one layer.
# ROOT = the tree, LAYERS = layers.txt of a build (deploy/cmake/layer.cmake writes it).
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/lib.cmake)

# Which layer a library belongs to: header pattern and folder.
set(libraries
    "SDL" kiosk/platform
    "sqlite3" backend-client/db
    "curl/" backend-client/net
    "jansson" backend-client/wire
    "sodium" backend-client/crypt
    "microhttpd" server/http
    "linebreak|unibreak|wordbreak|graphemebreak" kiosk/ui
    "qrencode" kiosk/devices
    "zstd|zdict|md4c" backend-client/release
    "ini[.]h" backend-client/base
    "libpq" server/pg
    "rime_|zinnia" kiosk/ime
    "xlsxwriter|zip[.]h|expat" server/office)

file(STRINGS ${LAYERS} lines)
set(names "")
foreach(line IN LISTS lines)
    string(REPLACE "|" ";" fields "${line}")
    list(GET fields 0 name)
    list(GET fields 1 dir_${name})
    list(GET fields 2 uses)
    string(REPLACE "," ";" uses_${name} "${uses}")
    # Layers are written bottom first, so what is below is already complete.
    foreach(used IN LISTS uses_${name})
        list(APPEND uses_${name} ${uses_${used}})
    endforeach()
    list(APPEND names ${name})
endforeach()
if(NOT names)
    message(FATAL_ERROR "${LAYERS} names no layer")
endif()

function(check_edges NAME)
    lint_files(files ${dir_${NAME}} *.c *.h *.def)
    foreach(file IN LISTS files)
        file(STRINGS ${file} includes REGEX "^[ \t]*#[ \t]*include[ \t]+\"")
        foreach(include IN LISTS includes)
            string(REGEX REPLACE ".*include[ \t]+\"([^\"]*)\".*" "\\1" path "${include}")
            string(REGEX REPLACE "/.*" "" to "${path}")
            if(NOT path MATCHES "/")
                lint_bad(${file} "\"${path}\" does not name its layer")
            elseif(to STREQUAL "app")
                lint_bad(${file} "layer ${NAME} may not include the program (\"${path}\")")
            elseif(to IN_LIST names AND NOT to STREQUAL NAME AND NOT to IN_LIST uses_${NAME})
                lint_bad(${file} "layer ${NAME} may not include layer ${to} (\"${path}\")")
            endif()
        endforeach()
    endforeach()
endfunction()

function(check_libraries)
    lint_files(files ${ROOT} backend-client/*.c backend-client/*.h kiosk/*.c kiosk/*.h
        server/*.c server/*.h)
    foreach(file IN LISTS files)
        file(STRINGS ${file} includes REGEX "^[ \t]*#[ \t]*include[ \t]+[<\"]")
        set(rows ${libraries})
        while(rows)
            list(POP_FRONT rows pattern home)
            foreach(include IN LISTS includes)
                if(include MATCHES "include[ \t]+[<\"]([a-z0-9]+/)?(${pattern})"
                        AND NOT include MATCHES "\"[a-z]+/" AND NOT file MATCHES "^${ROOT}/${home}/")
                    lint_bad(${file} "${include} belongs into ${home} alone")
                endif()
            endforeach()
        endwhile()
    endforeach()
endfunction()

foreach(name IN LISTS names)
    check_edges(${name})
endforeach()
check_libraries()
lint_end(layers)
