// Checks for programmer errors. They stay on in release builds: a kiosk that stops is restarted
// within seconds, a kiosk that goes on with broken state sells the wrong seat. Never used on data
// from outside.
#ifndef BASE_CHECK_H
#define BASE_CHECK_H

#define CHECK(cond)                                           \
    do {                                                      \
        if (!(cond)) check_failed(#cond, __FILE__, __LINE__); \
    } while (0)

#define MUST_USE          __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

// Says where, and aborts.
__attribute__((noreturn)) void check_failed(const char *cond, const char *file, int line);

#endif
