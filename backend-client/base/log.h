// One line a fact, to standard error, with the level as journald reads it ("<3>…"). Names, phone
// numbers, codes and PINs never go in: callers log ids. Threads: any.
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/check.h"

PRINTF_LIKE(1, 2) void log_error(const char *format, ...);
PRINTF_LIKE(1, 2) void log_warn(const char *format, ...);
PRINTF_LIKE(1, 2) void log_info(const char *format, ...);

// What errno says now, in English. Lives in the calling thread until its next call.
const char *log_errno(void);

#endif
