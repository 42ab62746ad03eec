/* span - borrowed bytes with a length; never NUL-terminated. */
#ifndef MLWATCH_SPAN_H
#define MLWATCH_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
    const char *p;
    size_t n;
};

static inline struct span span_of(const char *text) { return (struct span){text, text ? strlen(text) : 0}; }
static inline bool span_is(struct span s, const char *text)
{
    size_t n = strlen(text);
    return s.n == n && (n == 0 || memcmp(s.p, text, n) == 0);
}
static inline bool span_starts(struct span s, const char *text)
{
    size_t n = strlen(text);
    return s.n >= n && memcmp(s.p, text, n) == 0;
}
static inline bool span_blank_char(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
static inline bool span_digit_char(char c) { return c >= '0' && c <= '9'; }
static inline bool span_letter_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static inline struct span span_trim(struct span s)
{
    while (s.n && span_blank_char(s.p[0])) s.p++, s.n--;
    while (s.n && span_blank_char(s.p[s.n - 1])) s.n--;
    return s;
}
static inline struct span span_from(struct span s, size_t at)
{
    if (at > s.n) at = s.n;
    return (struct span){s.p + at, s.n - at};
}
/* span_has - is text somewhere in s? */
static inline bool span_has(struct span s, const char *text) { return s.n && memmem(s.p, s.n, text, strlen(text)) != NULL; }

/* path_name - the last part of a path; all of it when there is no slash, or nothing behind the last one. */
static inline const char *path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

#endif
