# Fails when a text shown to visitors has a word that a clerk at the counter would not say, or one
# that we never write about a counsellor. ROOT = the tree.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/lib.cmake)

# Why: the first row is the machine's language, the second hides the next step, the third promises or
# ranks, the fourth tells a bystander what the visitor came for.
set(never
    提交 操作成功 成功 系统异常 无效 数据 终端
    请稍候再试 请稍后再试 抱歉 ！
    擅长 专家 排名
    家暴)

lint_files(tables ${ROOT} kiosk/*.def backend-client/model/*.def)
foreach(table IN LISTS tables)
    lint_lines(lines ${table})
    list(FILTER lines INCLUDE REGEX "\"")
    foreach(line IN LISTS lines)
        lint_code(row "${line}")
        # A table of characters names them one by one; that says nothing to anybody.
        string(REPLACE "\"！\"" "" row "${row}")
        foreach(word IN LISTS never)
            string(FIND "${row}" "${word}" at)
            if(NOT at EQUAL -1)
                lint_bad(${table} "says ${word}: ${row}")
            endif()
        endforeach()
    endforeach()
endforeach()
lint_end(visual)
