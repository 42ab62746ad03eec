#include "err.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum status err_set(struct err *e, enum status status, const char *format, ...)
{
    va_list args;
    if (!e) return status;
    e->status = status;
    va_start(args, format);
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    return status;
}

enum status err_errno(struct err *e, enum status status, const char *format, ...)
{
    int code = errno;
    char why[128] = "";
    va_list args;
    if (!e) return status;
    e->status = status;
    va_start(args, format);
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    const char *said = strerror_r(code, why, sizeof why); /* GNU: may return a constant */
    size_t n = strlen(e->text);
    if (n < sizeof e->text - 3) snprintf(e->text + n, sizeof e->text - n, ": %c%s", tolower(said[0]), said + (said[0] != 0));
    return status;
}
