#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOG_LINE_BYTES_MAX 1024

// One write per line, so lines of several threads never mix.
PRINTF_LIKE(2, 0)
static void line(const char *level, const char *format, va_list args)
{
    char text[LOG_LINE_BYTES_MAX];
    int start = snprintf(text, sizeof(text), "%s", level);
    int len = vsnprintf(text + start, sizeof(text) - (size_t)start - 1, format, args);
    if (len < 0) return;
    size_t used = strlen(text);
    for (size_t i = (size_t)start; i < used; i++) {
        if (text[i] == '\n' || text[i] == '\r') text[i] = ' ';
    }
    text[used] = '\n';
    ssize_t written = write(STDERR_FILENO, text, used + 1);
    (void)written; // there is nobody left to tell
}

void log_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    line("<3>", format, args);
    va_end(args);
}

void log_warn(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    line("<4>", format, args);
    va_end(args);
}

void log_info(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    line("<6>", format, args);
    va_end(args);
}

const char *log_errno(void)
{
    static _Thread_local char text[128];
    if (strerror_r(errno, text, sizeof(text)) != 0) return "unknown error";
    return text;
}
