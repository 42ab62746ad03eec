#include "rotated.h"

#include <string.h>

#include "../tail.h"

enum { DATE_DIGITS_MIN = 6, STEM_DATE_DIGITS_MIN = 8, NUMBER_DIGITS_MAX = 5 };

struct span rotated_without(struct span name, const char *suffix)
{
    size_t n = strlen(suffix);
    bool has = name.n > n && memcmp(name.p + name.n - n, suffix, n) == 0;
    return has ? (struct span){name.p, name.n - n} : name;
}

/* Digits in groups, as in a date; returns how many digits, 0 when it is something else. */
static size_t digits_of(struct span stamp)
{
    size_t digits = 0;
    if (!stamp.n || stamp.p[0] < '0' || stamp.p[0] > '9') return 0;
    for (size_t i = 0; i < stamp.n; i++) {
        bool digit = stamp.p[i] >= '0' && stamp.p[i] <= '9';
        if (!digit && !memchr("-_:T", stamp.p[i], 4)) return 0;
        digits += digit;
    }
    return digits;
}

static struct rotated by_stamp(struct span behind, bool packed)
{
    struct span stamp = span_from(behind, 1);
    size_t digits = digits_of(stamp);
    bool number = digits == stamp.n && digits <= NUMBER_DIGITS_MAX;
    bool fits = behind.p[0] == '.' ? digits > 0 : (behind.p[0] == '-' || behind.p[0] == '_') && digits >= DATE_DIGITS_MIN;
    return (struct rotated){!fits ? NOT_ROTATED : number ? NUMBERED : DATED, stamp, packed};
}

/* "run.2026-01-02.log" beside "run.log": the date stands before the extension. */
static struct rotated by_stem(struct span name, struct span other, bool packed)
{
    const struct rotated no = {NOT_ROTATED, {NULL, 0}, packed};
    const char *dot = memrchr(name.p, '.', name.n);
    size_t stem = dot ? (size_t)(dot - name.p) : 0, ext = name.n - stem;
    if (!stem || other.n < name.n + 2 || memcmp(other.p, name.p, stem) != 0) return no;
    if (memcmp(other.p + other.n - ext, dot, ext) != 0 || !memchr(".-_", other.p[stem], 3)) return no;
    struct span stamp = {other.p + stem + 1, other.n - ext - stem - 1};
    return digits_of(stamp) < STEM_DATE_DIGITS_MIN ? no : (struct rotated){DATED, stamp, packed};
}

struct rotated rotated_name(struct span name, struct span other)
{
    static const char *const saved[] = {"~", ".bak", ".old", ".orig", ".save"};
    struct span plain = rotated_without(rotated_without(other, ".gz"), ".zst");
    bool packed = plain.n < other.n, prefix = plain.n >= name.n && memcmp(plain.p, name.p, name.n) == 0;
    struct span behind = span_from(plain, name.n);
    if (prefix && !behind.n) return (struct rotated){packed ? NUMBERED : NOT_ROTATED, {"0", 1}, packed};
    for (size_t i = 0; prefix && i < sizeof saved / sizeof *saved; i++)
        if (span_is(behind, saved[i])) return (struct rotated){SAVED, {NULL, 0}, packed};
    struct rotated r = prefix ? by_stamp(behind, packed) : (struct rotated){0};
    return r.how ? r : by_stem(name, plain, packed);
}

bool tail_is_rotated(const char *path, const char *other)
{
    const char *slash = strrchr(path, '/');
    size_t directory = slash ? (size_t)(slash + 1 - path) : 0;
    if (strncmp(path, other, directory) != 0 || strchr(other + directory, '/')) return false;
    return rotated_name(span_of(path + directory), span_of(other + directory)).how != NOT_ROTATED;
}
