// The log of the programs, in the simulator: a part of the trace where one is written, else silent,
// because thousands of rogue operations would each have their line.
#include "sim/sim.h"

#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define LINE_BYTES_MAX 1024

static FILE *trace = NULL; // one a process, like the mutant

void sim_log_to(FILE *file)
{
    trace = file;
}

PRINTF_LIKE(1, 0)
static void line(const char *format, va_list args)
{
    char text[LINE_BYTES_MAX];
    int len = vsnprintf(text, sizeof(text), format, args);
    if (trace && len >= 0) fprintf(trace, "%s\n", text);
}

void log_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    line(format, args);
    va_end(args);
}

void log_warn(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    line(format, args);
    va_end(args);
}

void log_info(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    line(format, args);
    va_end(args);
}

const char *log_errno(void)
{
    return errno == 0 ? "no error" : "an error of the machine";
}
