# Files that become part of the program, so that it needs no data folder and no file can be missing.
# Everything is written as bytes: no character of any file needs escaping.
#
#   embed(LAYER SYMBOL FILE)                makes "LAYER/SYMBOL.h": `extern const char SYMBOL[]` (ends
#                                           in NUL) and `extern const size_t SYMBOL_bytes` (without it)
#   embed_migrations(LAYER SYMBOL FILE…)    makes "LAYER/SYMBOL.h": `extern const struct db_migration
#                                           SYMBOL[]` and `extern const size_t SYMBOL_count`, from
#                                           files named NNNN.sql in ascending order
set(LY_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/embed_file.cmake)

function(embed_as KIND LAYER SYMBOL)
    list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ REGEX "^[^/]")
    set(out ${CMAKE_CURRENT_BINARY_DIR}/gen/${LAYER}/${SYMBOL})
    list(JOIN ARGN "|" files)
    add_custom_command(
        OUTPUT ${out}.c ${out}.h
        COMMAND ${CMAKE_COMMAND} -DKIND=${KIND} -DLAYER=${LAYER} -DSYMBOL=${SYMBOL}
            -DFILES=${files} -DOUT=${out} -P ${LY_EMBED_SCRIPT}
        DEPENDS ${ARGN} ${LY_EMBED_SCRIPT}
        VERBATIM)
    target_sources(${LAYER} PRIVATE ${out}.c ${out}.h)
    target_include_directories(${LAYER} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/gen)
endfunction()

function(embed LAYER SYMBOL FILE)
    embed_as(text ${LAYER} ${SYMBOL} ${FILE})
endfunction()

function(embed_migrations LAYER SYMBOL)
    embed_as(migrations ${LAYER} ${SYMBOL} ${ARGN})
endfunction()
