/* run_say - what the sources of a run are to one another, in words. */
#include <math.h>
#include <string.h>

#include "parts.h"

enum { SAID_MAX = 8, NAME_CHARS = 40, PATH_CHARS = 200 };

static void say_name(const struct run_series *s, struct str *out) { str_add_printable(out, span_of(s->s.name), NAME_CHARS); }

/* The source's path, without the run's directory. */
static void say_path(const struct run *r, uint16_t source, struct str *out)
{
    const char *path = r->sources[source]->path;
    size_t n = r->path ? strlen(r->path) : 0;
    bool below = n && strncmp(path, r->path, n) == 0 && path[n] == '/';
    str_add_printable(out, span_of(below ? path + n + 1 : path), PATH_CHARS);
}

struct sentence {
    const char *begins;
    size_t n;
};

static void say_one(struct sentence *e, const struct run_series *s, struct str *out)
{
    e->n++;
    if (e->n == SAID_MAX + 1) str_add(out, ", ...");
    if (e->n > SAID_MAX) return;
    str_add(out, e->n == 1 ? e->begins : ", ");
    say_name(s, out);
}

/* ---- one source ---------------------------------------------------------------------------------------------------------------- */

/* Does another source tell of this metric?  formats: is one of them of another format? */
static bool shared(const struct run *r, const struct run_series *s, bool *formats)
{
    bool found = false;
    for (uint32_t at = s->key == NO_KEY ? 0 : r->keys[s->key].first; at; at = r->series[at - 1]->next) {
        const struct run_series *other = r->series[at - 1];
        if (other->s.source == s->s.source || !other->points || run_apart_in_time(r, s, other)) continue;
        found = true;
        if (strcmp(r->sources[other->s.source]->format, r->sources[s->s.source]->format) != 0) *formats = true;
    }
    return found;
}

static void say_owned(const struct run *r, uint16_t source, struct str *out)
{
    struct sentence own = {"; preferred for ", 0};
    bool formats = false;
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *s = r->series[i];
        if (s->s.source == source && s->points && shared(r, s, &formats) && run_owns(r, s)) say_one(&own, s, out);
    }
    if (own.n) str_addf(out, " (%s)", formats ? run_why_preferred(r, source) : "the first of several alike");
}

static void say_difference(const struct run *r, const struct run_series *s, uint16_t best, const struct difference *d,
                           struct str *out)
{
    str_add(out, "; ");
    say_name(s, out);
    str_addf(out, " disagrees at %s %lld: ", axis_name(s->s.axis), (long long)d->step);
    str_add_number(out, d->here);
    str_add(out, " here, ");
    str_add_number(out, d->there);
    str_add(out, " in ");
    say_path(r, best, out);
}

static void say_lost(const struct run *r, const struct run_series *s, uint16_t best, enum run_loss lost, int64_t step,
                     struct str *out)
{
    str_add(out, "; ");
    say_name(s, out);
    str_addf(out, " is %s at %s %lld here, %s in ", lost == RUN_LOST_HERE ? "NaN or infinite" : "a number", axis_name(s->s.axis),
             (long long)step, lost == RUN_LOST_HERE ? "a number" : "NaN or infinite");
    say_path(r, best, out);
}

/* Of the series that another source is preferred for: those that agree, then those that do not. */
static void say_compared(const struct run *r, uint16_t source, bool agreeing, struct str *out)
{
    struct sentence confirm = {"; confirms ", 0};
    for (size_t i = 0; i < r->n_series; i++) {
        struct difference d;
        int64_t step;
        const struct run_series *s = r->series[i], *best = s->s.source == source && s->points ? run_preferred(r, s) : NULL;
        if (!best || run_apart_in_time(r, best, s)) continue;
        enum run_loss lost = run_lost(r, best, s, &step);
        bool differs = !lost && run_disagrees(r, best, s, &d);
        if (agreeing && !lost && !differs) say_one(&confirm, s, out);
        if (!agreeing && differs) say_difference(r, s, best->s.source, &d, out);
        if (!agreeing && lost) say_lost(r, s, best->s.source, lost, step, out);
    }
}

void run_say_source(const struct run *r, uint16_t source, struct str *out)
{
    if (r->n_sources < 2) return;
    say_owned(r, source, out);
    say_compared(r, source, true, out);
    say_compared(r, source, false, out);
    for (size_t i = 0; i < r->n_sources; i++)
        if (run_follows(r, source, (uint16_t)i)) {
            str_add(out, "; goes on where another start of the run ended");
            break;
        }
}

/* ---- the run ------------------------------------------------------------------------------------------------------------------- */

static void say_where(const struct run_series *s, int64_t step, struct str *out)
{
    str_add(out, "two sources tell different numbers for ");
    say_name(s, out);
    str_addf(out, ": at %s %lld it is ", axis_name(s->s.axis), (long long)step);
}

static void quote_path(const struct run *r, uint16_t source, struct str *out)
{
    str_add(out, " in '");
    str_add_printable(out, span_of(r->sources[source]->path), PATH_CHARS);
    str_add(out, "'");
}

static void note_lost(const struct run *r, const struct run_series *s, uint16_t best, enum run_loss lost, int64_t step,
                      struct str *out)
{
    say_where(s, step, out);
    str_add(out, "NaN or infinite");
    quote_path(r, lost == RUN_LOST_HERE ? s->s.source : best, out);
    str_add(out, " and a number");
    quote_path(r, lost == RUN_LOST_HERE ? best : s->s.source, out);
}

static void note_difference(const struct run *r, const struct run_series *s, uint16_t best, const struct difference *d,
                            struct str *out)
{
    say_where(s, d->step, out);
    str_add_number(out, d->there);
    quote_path(r, best, out);
    str_add(out, ", which is believed, and ");
    str_add_number(out, d->here);
    quote_path(r, s->s.source, out);
}

/* One is enough to look; --sources tells them all. */
bool run_note(const struct run *r, struct str *out)
{
    for (size_t i = 0; i < r->n_series; i++) {
        struct difference d;
        int64_t step;
        const struct run_series *s = r->series[i], *best = s->points ? run_preferred(r, s) : NULL;
        if (!best) continue;
        enum run_loss lost = run_lost(r, best, s, &step);
        if (lost) return note_lost(r, s, best->s.source, lost, step, out), true;
        if (run_disagrees(r, best, s, &d)) return note_difference(r, s, best->s.source, &d, out), true;
    }
    return false;
}
