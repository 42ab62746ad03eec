/* What differs between two runs, against the fixes that were offered for the first one's trouble.
 *
 * Credit is shared because a run that changes three things at once says a third about each; with more than SHARED_MAX nobody could tell. */
#include <math.h>
#include <string.h>

#include "../../../analyzers/fact_key.h"
#include "outcome.h"

enum { SHARED_MAX = 4, VALUE_CHARACTERS = 24 };
/* A watched outcome against a person's word: nobody said that the change was meant as this fix. A number must move by MOVED to be a
 * change in a direction; a factor of three to ten is what fixes ask for. Ours. */
static const double WATCHED = 0.5, MOVED = 0.1;

static bool off(const char *value)
{
    double number;
    if (!value || fact_says(value, "none|null|false|off|no")) return true;
    return fact_number(value, &number) && number == 0;
}

/* An absent number is 0; an absent learning rate is not known. */
static bool number_of(const char *value, double *number) { return off(value) ? (*number = 0, true) : fact_number(value, number); }

static bool moved(const struct difference *d, double direction)
{
    double was, is;
    if (!d->is || !number_of(d->was, &was) || !number_of(d->is, &is)) return false;
    if (!d->was && strstr(d->name, "learning_rate")) return false;
    return direction * (is - was) > MOVED * fmax(fabs(was), fabs(is));
}

static bool explains(const struct change *c, const struct difference *d)
{
    if (strcmp(c->setting, d->name) != 0) return false;
    if (strcmp(c->direction, "down") == 0) return moved(d, -1);
    if (strcmp(c->direction, "up") == 0) return moved(d, 1);
    if (strcmp(c->direction, "on") == 0) return off(d->was) && !off(d->is);
    if (strcmp(c->direction, "to") == 0) return fact_says(d->is, c->value) && !fact_says(d->was, c->value);
    return d->was && d->is;
}

static bool tried(const struct fix *f, const struct difference *d)
{
    for (size_t i = 0; f && i < f->n_changes; i++)
        if (explains(&f->changes[i], d)) return true;
    return false;
}

static void add_value(struct str *s, const char *value)
{
    if (value) str_add_printable(s, span_of(value), VALUE_CHARACTERS);
    else str_add(s, "unset");
}

static void add_change(struct str *s, const struct difference *d)
{
    str_addf(s, "%s%s ", s->n ? ", " : "", d->name);
    add_value(s, d->was);
    str_add(s, " → ");
    add_value(s, d->is);
}

/* The first offered fix that explains a difference has it: two names of one act do not count twice. */
size_t outcome_match(const struct incident_row *i, const struct knowledge *k, const struct difference *d, size_t n, bool others,
                     struct match *out, struct str *changes)
{
    bool taken[DIFFERENCES_MAX] = {false};
    size_t shared = others ? 1 : 0, found = 0;
    for (size_t m = 0; m < n; m++) shared += !d[m].minor;
    if (shared > SHARED_MAX) return 0;
    for (size_t f = 0; f < i->n_offered && f < RANK_MAX; f++) {
        const struct fix *fix = knowledge_fix(k, i->offered[f].fix);
        size_t explained = 0;
        for (size_t m = 0; m < n; m++) {
            if (taken[m] || !tried(fix, &d[m])) continue;
            taken[m] = true;
            explained++;
            shared += d[m].minor;
            add_change(changes, &d[m]);
        }
        if (explained) out[found++] = (struct match){i->offered[f].fix, WATCHED * (double)explained};
    }
    for (size_t f = 0; f < found; f++) out[f].weight /= (double)shared;
    return found;
}
