# A lint that never failed proves nothing. This makes a small tree that every lint passes, then one
# with a single fault after the other, and expects the lint to fail and to name the fault.
# SCRATCH = a folder of our own, LINTS = the folder of the lints.
cmake_minimum_required(VERSION 3.25)

set(ROOT ${SCRATCH}/tree)
set(bad 0)

# A clean tree with three layers: base, model above it, platform beside model.
function(make_tree)
    file(REMOVE_RECURSE ${SCRATCH})
    file(WRITE ${ROOT}/backend-client/base/arena.c "#include \"base/arena.h\"\n")
    file(WRITE ${ROOT}/backend-client/base/arena.h "void *arena_push(int bytes); // 字节\n")
    file(WRITE ${ROOT}/backend-client/model/rule.c
        "#include \"base/arena.h\"\n#include <string.h>\nconst char *url = \"http://x\"; // 为什么\n")
    file(WRITE ${ROOT}/backend-client/model/verdict.def "VERDICT(OK, \"现在取号\")\n")
    file(WRITE ${ROOT}/kiosk/platform/window.c "#include \"base/arena.h\"\n#include <SDL.h>\n")
    file(WRITE ${ROOT}/kiosk/app/main.c "#include \"platform/window.h\"\n")
    file(WRITE ${ROOT}/server/app/main.c "int main(void) { return 0; }\n")
    file(WRITE ${ROOT}/tests/unit/test_rule.c "static const char *name = \"张三\";\n")
    file(WRITE ${ROOT}/kiosk/scenes/text.def "UI_TEXT(BACK, \"返回\") // 不写：提交\n")
    file(WRITE ${ROOT}/ARCHITECTURE.md "[text](kiosk/scenes/text.def)\n"
        "| base | backend-client | – | inih | x |\n"
        "| model | backend-client | base | – | x |\n| platform | kiosk | base | SDL2 | x |\n")
    file(WRITE ${ROOT}/.clang-format "BasedOnStyle: LLVM\nIndentWidth: 4\n")
    file(WRITE ${SCRATCH}/layers.txt "base|${ROOT}/backend-client/base|\n"
        "model|${ROOT}/backend-client/model|base\nplatform|${ROOT}/kiosk/platform|base\n")
endfunction()

function(run OUT_CODE OUT_SAID LINT)
    execute_process(COMMAND ${CMAKE_COMMAND} -DROOT=${ROOT} -DLAYERS=${SCRATCH}/layers.txt
        -P ${LINTS}/${LINT}.cmake RESULT_VARIABLE code OUTPUT_VARIABLE said ERROR_VARIABLE said)
    set(${OUT_CODE} ${code} PARENT_SCOPE)
    set(${OUT_SAID} "${said}" PARENT_SCOPE)
endfunction()

function(passes LINT)
    make_tree()
    run(code said ${LINT})
    if(NOT code EQUAL 0)
        message("${LINT} fails on a clean tree:\n${said}")
        set(bad 1 PARENT_SCOPE)
    endif()
endfunction()

# The lint must fail once FILE holds CONTENT, and its words must match SAYS.
function(fails LINT FILE CONTENT SAYS)
    make_tree()
    file(WRITE ${ROOT}/${FILE} "${CONTENT}")
    run(code said ${LINT})
    if(code EQUAL 0 OR NOT said MATCHES "${SAYS}")
        message("${LINT} does not see \"${SAYS}\" in ${FILE}:\n${said}")
        set(bad 1 PARENT_SCOPE)
    endif()
endfunction()

foreach(lint layers words files visual docs format)
    passes(${lint})
endforeach()

set(base backend-client/base/x.c)
set(model backend-client/model/x.c)
fails(layers ${base} "#include \"model/rule.h\"\n" "layer base may not include layer model")
fails(layers ${model} "#include \"platform/window.h\"\n" "model may not include layer platform")
fails(layers ${model} "#include \"app/main.h\"\n" "may not include the program")
fails(layers ${model} "#include \"rule.h\"\n" "does not name its layer")
fails(layers ${model} "#include <sqlite3.h>\n" "backend-client/db alone")
fails(layers kiosk/app/main.c "#include <SDL2/SDL.h>\n" "kiosk/platform alone")
fails(layers server/app/x.c "#include <curl/curl.h>\n" "backend-client/net alone")
fails(layers server/app/x.h "#include <microhttpd.h>\n" "server/http alone")

foreach(call strcpy strcat sprintf vsprintf strtok gets atoi atol sscanf localtime gmtime strftime
        rand srand alloca system popen getenv setlocale signal sleep)
    fails(words ${model} "int f(void) { return ${call}(0); }\n" "${call}.. is banned")
endforeach()
foreach(call malloc calloc realloc free strdup strndup)
    fails(words ${model} "void *p(void) { return ${call}(1); }\n" "base/arena.c and base/buf.c alone")
endforeach()
fails(words ${base} "long f(void) { return time(0); }\n" "base/env.c alone")
fails(words ${base} "typedef struct x { int y[2]; } x;\n" "function types")
fails(words kiosk/app/main.c "const char *s = \"你好\"; // \"\"\n" "not ASCII")
fails(words kiosk/app/main.c "int c = L'你';\n" "not ASCII")
fails(words ${model} "#include <stdio.h>\n" "no I/O")
fails(words ${model} "#include <time.h>\n" "no I/O")

fails(files ${base} "\tint x;\n" "a tab")
fails(files ${base} "int x; \n" "a blank at the end")
fails(files ${base} "int x;" "does not end with a newline")
set(note "TO")
string(APPEND note "DO")
fails(files ${base} "// ${note}: later\n" "has a ${note}")
string(REPEAT "int x;\n" 601 long)
fails(files ${base} "${long}" "601 lines")

foreach(word 提交 操作成功 系统异常 无效 数据 终端 专家 家暴)
    fails(visual kiosk/scenes/text.def "UI_TEXT(BACK, \"请${word}\")\n" "says ${word}")
endforeach()

fails(docs README.md "[gone](nowhere.md)\n" "points to nowhere.md")
fails(docs ARCHITECTURE.md "| base | backend-client | – |\n" "no row for layer model")
fails(docs ARCHITECTURE.md "| model | backend-client | – |\n" "layer model uses base")

find_program(FORMAT NAMES clang-format-14 clang-format)
if(FORMAT)
    execute_process(COMMAND ${FORMAT} --version OUTPUT_VARIABLE version)
    if(version MATCHES "version 14[.]")
        fails(format ${base} "int  x;\n" "clang-format")
    endif()
endif()

file(REMOVE_RECURSE ${SCRATCH})
if(bad)
    message(FATAL_ERROR "a lint is blind")
endif()
