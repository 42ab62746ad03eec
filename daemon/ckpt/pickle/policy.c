#include "policy.h"

/* Does text fit pattern, which has at most one '*'? */
static bool fits(struct span text, const char *pattern, size_t n)
{
    const char *star = memchr(pattern, '*', n);
    if (!star) return text.n == n && memcmp(text.p, pattern, n) == 0;
    size_t before = (size_t)(star - pattern), behind = n - before - 1;
    return text.n >= before + behind && memcmp(text.p, pattern, before) == 0 &&
           memcmp(text.p + text.n - behind, star + 1, behind) == 0;
}

static bool among(struct span text, const char *words)
{
    for (const char *p = words; *p;) {
        size_t n = strcspn(p, " ");
        if (fits(text, p, n)) return true;
        p += n + (p[n] == ' ');
    }
    return false;
}

static bool in_module(struct span module, const char *pattern)
{
    size_t n = strlen(pattern);
    bool below = n > 2 && pattern[n - 1] == '*' && pattern[n - 2] == '.';
    if (!below) return span_is(module, pattern);
    n -= 2;
    return module.n >= n && memcmp(module.p, pattern, n) == 0 && (module.n == n || module.p[n] == '.');
}

static struct span upto_dot(struct span text)
{
    const char *dot = text.n ? memchr(text.p, '.', text.n) : NULL;
    return dot ? (struct span){text.p, (size_t)(dot - text.p)} : text;
}

/* whole: a dotted name must stand in the row itself; else its first part is enough. */
static const struct policy_row *row_of(const struct policy_row *rows, struct span module, struct span name, bool whole)
{
    for (; rows->module; rows++) {
        if (!in_module(module, rows->module)) continue;
        if (!rows->names || among(name, rows->names) || (!whole && among(upto_dot(name), rows->names))) return rows;
    }
    return NULL;
}

static bool has_betraying_word(struct span name)
{
    for (;;) {
        struct span part = upto_dot(name);
        if (among(part, policy_words)) return true;
        if (part.n == name.n) return false;
        name = span_from(name, part.n + 1);
    }
}

/* A class is spelled like one: no dot, a capital first (an underscore may stand before it). What a module merely imported is mostly not. */
static bool looks_like_class(struct span name)
{
    size_t first = name.n && name.p[0] == '_';
    if (name.n <= first || name.p[first] < 'A' || name.p[first] > 'Z') return false;
    for (size_t i = first; i < name.n; i++) {
        char c = name.p[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
    }
    return true;
}

/* A method of an allowed thing is not the thing: pathlib's Path is data, its Path.unlink is not. */
static bool reaches_into(struct span module, struct span name)
{
    struct span first = upto_dot(name);
    return first.n < name.n && (row_of(policy_inert, module, first, true) || row_of(policy_classes, module, first, true));
}

struct verdict policy_of(struct span module, struct span name)
{
    const struct policy_row *row = row_of(policy_inert, module, name, true);
    if (row) return (struct verdict){POLICY_INERT, row->guard, NULL};
    row = row_of(policy_denied, module, name, false);
    if (row) return (struct verdict){POLICY_DENIED, row->guard, row->does};
    if (has_betraying_word(name)) return (struct verdict){POLICY_DENIED, GUARD_NONE, "reaches through another module"};
    row = row_of(policy_classes, module, name, true);
    if (row && (row->names || looks_like_class(name)))
        return (struct verdict){row_of(policy_acting, module, name, true) ? POLICY_UNKNOWN : POLICY_CLASS, GUARD_NONE, NULL};
    if (reaches_into(module, name)) return (struct verdict){POLICY_DENIED, GUARD_NONE, "calls a method of its choice"};
    return (struct verdict){span_is(module, "__main__") ? POLICY_OWN : POLICY_UNKNOWN, GUARD_NONE, NULL};
}
