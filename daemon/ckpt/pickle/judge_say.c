/* The sentences of what was judged. */
#include <stdio.h>

#include "machine.h"
#include "policy.h"

static const struct {
    enum ckpt_safety safety;
    const char *text;
} events[EVENTS] = {
    [EVENT_FRAME] = {CKPT_SUSPICIOUS,
                     "an operand crosses the end of its frame, which Python's two implementations read differently"},
    [EVENT_PERSISTENT] = {CKPT_SAFETY_UNVERIFIED,
                          "has persistent ids (PERSID), and only the program that loads it knows what they become"},
    [EVENT_EXTENSION] = {CKPT_SUSPICIOUS,
                         "imports by an extension code (EXT), which the loading program's copyreg registry resolves"},
    [EVENT_BUFFER] = {CKPT_SAFETY_UNVERIFIED, "uses out-of-band buffers (NEXT_BUFFER), which are not in the file"},
    [EVENT_LONG_NAME] = {CKPT_SUSPICIOUS, "imports a name that is too long to be one"},
    [EVENT_NESTED_TOO_DEEP] = {CKPT_SUSPICIOUS, "pickles within pickles, too deep to follow"},
};

/* Could this be written in Python? Random bytes that look like an import mostly could not. */
static bool is_identifier(struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c >= 0x80))
            return false;
    }
    return s.n > 0;
}

static enum ckpt_safety safety_of(const struct global *g)
{
    switch ((enum policy)g->policy) {
    case POLICY_INERT:
    case POLICY_CLASS: return CKPT_SAFE;
    case POLICY_DENIED: return g->calls && g->excused == g->calls ? CKPT_SAFE : CKPT_MALICIOUS;
    default: return is_identifier(g->module) && is_identifier(g->name) ? CKPT_SUSPICIOUS : CKPT_SAFETY_UNVERIFIED;
    }
}

enum ckpt_safety judge_worst(const struct pickle *p)
{
    enum ckpt_safety worst = CKPT_SAFE;
    const struct judge *j = &p->judge;
    for (const struct global *g = j->first; g; g = g->next)
        if (safety_of(g) > worst) worst = safety_of(g);
    for (size_t i = 0; i < j->n_sentences; i++)
        if (j->sentences[i].safety > worst) worst = j->sentences[i].safety;
    for (size_t e = 0; e < EVENTS; e++)
        if (j->events >> e & 1 && events[e].safety > worst) worst = events[e].safety;
    return worst;
}

static void say_global(const struct global *g, const char *prefix, const struct ckpt_sink *out)
{
    static const char *const ways[] = {" and calls it", " and makes an instance of it", " and calls it"};
    const char *called = g->calls ? ways[g->how] : "", *with = g->calls && g->with ? " with " : "";
    enum ckpt_safety s = safety_of(g);
    if (g->policy == POLICY_DENIED)
        ckpt_say_safety(out, s, "%simports %s%s%s%s (%s)", prefix, g->said, called, with, *with ? g->with : "",
                        g->does ? g->does : "not for data");
    else if (g->policy == POLICY_OWN)
        ckpt_say_safety(out, s, "%simports %s%s: loading runs code of the program that wrote the file", prefix, g->said, called);
    else ckpt_say_safety(out, s, "%simports %s%s, which is not known to be harmless", prefix, g->said, called);
}

void pickle_say(const struct pickle *p, const char *prefix, enum ckpt_safety only, const struct ckpt_sink *out)
{
    enum { SAY_MAX = 24 };
    const struct judge *j = &p->judge;
    for (enum ckpt_safety s = CKPT_MALICIOUS; s > CKPT_SAFE && s >= only; s--) {
        size_t said = 0, more = 0;
        for (size_t i = 0; i < j->n_sentences; i++)
            if (j->sentences[i].safety == s) ckpt_say_safety(out, s, "%s%s", prefix, j->sentences[i].text);
        for (const struct global *g = j->first; g; g = g->next)
            if (safety_of(g) == s) said++ < SAY_MAX ? say_global(g, prefix, out) : (void)more++;
        if (more) ckpt_say_safety(out, s, "%simports %zu names more of that kind", prefix, more);
        for (size_t e = 0; e < EVENTS; e++)
            if (j->events >> e & 1 && events[e].safety == s) ckpt_say_safety(out, s, "%s%s", prefix, events[e].text);
    }
}
