# layer(NAME DIR <dir> SOURCES <c files> [USES <lower layers>] [LIBS <outside libraries>])
#
# One layer is one folder and one static library. USES names the only layers whose headers it may
# include, each declared above it, so a circle cannot be written down. The edges go to layers.txt,
# which the test lint.layers holds against every #include. LIBS stay private: a library's header is
# seen by the one layer that names it.
function(layer NAME)
    cmake_parse_arguments(L "" "DIR" "SOURCES;USES;LIBS" ${ARGN})
    foreach(used IN LISTS L_USES)
        if(NOT TARGET ${used})
            message(FATAL_ERROR "layer ${NAME} uses ${used}, which is not below it")
        endif()
    endforeach()
    add_library(${NAME} STATIC)
    list(TRANSFORM L_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/${L_DIR}/)
    target_sources(${NAME} PRIVATE ${L_SOURCES})
    target_include_directories(${NAME} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(${NAME} PUBLIC ${L_USES} ly_flags PRIVATE ${L_LIBS})
    list(JOIN L_USES "," uses)
    set_property(GLOBAL APPEND PROPERTY LY_LAYERS
        "${NAME}|${CMAKE_CURRENT_SOURCE_DIR}/${L_DIR}|${uses}")
endfunction()

function(layers_write FILE)
    get_property(layers GLOBAL PROPERTY LY_LAYERS)
    list(JOIN layers "\n" text)
    file(WRITE ${FILE} "${text}\n")
endfunction()
