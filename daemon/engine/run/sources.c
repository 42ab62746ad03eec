/* run_sources - several sources of one metric: one is preferred, the others confirm it.
 *
 * A run's directory often holds its loss two to four times: on the console, in a table, in an event file, in a tool's own state. They
 * are never averaged: the one that is most complete and least rounded is judged, what the others show at the same steps only confirms it.
 * Where the preferred one does not reach (it lost its end to a kill, it lags two minutes behind, it holds every tenth step), the others are
 * judged instead. A NaN in any of them counts. Where they tell other numbers, that is said (run/agree.c). */
#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

/* Best first. `coarse` is what printing may have taken away: an absolute error that is no disagreement. */
static const struct preference {
    const char *format;
    double coarse;
    const char *reason;
} preferences[] = {
    {"settings", 0, "what the run was started with"},
    {"wandb_files", 0, "what the run was started with"},
    {"trainer_state", 5e-5, "the trainer's own history, every record of it, not rounded since version 5"},
    {"history", 1e-6, "the tool's own history, not rounded"},
    {"jsonl", 1e-6, "every record with all its digits"},
    {"catboost", 1e-6, "the tool's own history, not rounded"},
    {"wandb", 1e-6, "every record with all its digits, written a block at a time"},
    {"swanlab", 1e-6, "every record with all its digits"},
    {"tfevents", 1e-6, "every record in single precision, written up to two minutes late"},
    {"csv", 1e-5, "a table: a row for each record, rounded less than a console"},
    {"mlflow*", 1e-6, "all digits, but often of every n-th step only"},
    {"pattern", 5e-4, "what a person chose to read of a text"},
    {"text", 5e-4, "printed for people: rounded, cut, and without a step at times"},
};
enum { PREFERENCES = sizeof preferences / sizeof *preferences };

static size_t rank_of(const struct run_source *s)
{
    for (size_t i = 0; i < PREFERENCES; i++)
        if (fnmatch(preferences[i].format, s->format, 0) == 0) return i;
    return PREFERENCES - 1; /* unknown: before nothing but the console */
}

/* Names in the order of their numbers: rank_2 before rank_10. */
static int natural_order(const char *a, const char *b)
{
    while (*a && *b) {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            while (*a == '0' && isdigit((unsigned char)a[1])) a++;
            while (*b == '0' && isdigit((unsigned char)b[1])) b++;
            size_t n = strspn(a, "0123456789"), m = strspn(b, "0123456789");
            int order = n != m ? (n < m ? -1 : 1) : strncmp(a, b, n);
            if (order) return order;
            a += n, b += m;
        } else if (*a != *b) return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        else a++, b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

/* The history of a trainer state up to its checkpoint's step; the run's own is whole. */
static int64_t reach_of_state(const char *path)
{
    const char *slash = strrchr(path, '/'), *at = strstr(path, "/checkpoint-");
    for (const char *next = at; next; next = strstr(next + 1, "/checkpoint-")) at = next;
    bool below = at && slash && at + 1 + strcspn(at + 1, "/") == slash && isdigit((unsigned char)at[12]);
    return below ? strtoll(at + 12, NULL, 10) : INT64_MAX;
}

static int order_states(const struct run_source *a, const char *path_a, const char *path_b)
{
    if (strcmp(a->format, "trainer_state") != 0) return 0;
    int64_t x = reach_of_state(path_a), y = reach_of_state(path_b);
    return x != y ? (x > y ? -1 : 1) : 0;
}

int run_order_sources(const char *format_a, const char *path_a, const char *format_b, const char *path_b)
{
    const struct run_source a = {.format = format_a}, b = {.format = format_b};
    size_t x = rank_of(&a), y = rank_of(&b);
    if (x != y) return x < y ? -1 : 1;
    int order = order_states(&a, path_a, path_b);
    if (!order) order = natural_order(path_a, path_b);
    return order ? order : strcmp(path_a, path_b);
}

bool run_prefers(const struct run *r, uint16_t a, uint16_t b)
{
    if (a >= r->n_sources || b >= r->n_sources) return a < b;
    const struct run_source *x = r->sources[a], *y = r->sources[b];
    return run_order_sources(x->format, x->path, y->format, y->path) < 0;
}

/* A training loss before anything else, then the preferred source. */
void run_choose_lead(struct run *r)
{
    int32_t best = -1;
    for (size_t i = 0; i < r->n_sources; i++) {
        const struct run_series *s = r->sources[i]->lead, *than = best >= 0 ? r->sources[best]->lead : NULL;
        bool loss = s && s->s.role == ROLE_LOSS_TRAIN, its = than && than->s.role == ROLE_LOSS_TRAIN;
        if (s && (!than || (loss != its ? loss : run_prefers(r, (uint16_t)i, (uint16_t)best)))) best = (int32_t)i;
    }
    r->lead = best;
}

double run_coarseness(const struct run *r, uint16_t source) { return preferences[rank_of(r->sources[source])].coarse; }

const char *run_why_preferred(const struct run *r, uint16_t source) { return preferences[rank_of(r->sources[source])].reason; }

/* ---- confirmation --------------------------------------------------------------------------------------------------------------- */

/* "train/learning-rate" and "learning_rate" */
bool run_same_name(const char *a, const char *b)
{
    const char *x = strrchr(a, '/'), *y = strrchr(b, '/');
    for (a = x ? x + 1 : a, b = y ? y + 1 : b; *a && *b; a++, b++) {
        if (isalnum((unsigned char)*a) != isalnum((unsigned char)*b)) return false;
        if (isalnum((unsigned char)*a) && tolower((unsigned char)*a) != tolower((unsigned char)*b)) return false;
    }
    return !*a && !*b;
}

/* What is measured of the machine differs from look to look; a role without a metric holds several quantities, told apart by name. */
static bool comparable(const struct series *a, const struct series *b)
{
    static const uint64_t machine = WANTS(ROLE_THROUGHPUT) | WANTS(ROLE_STEP_TIME) | WANTS(ROLE_MEMORY) | WANTS(ROLE_PROGRESS);
    if (a->axis != b->axis || (WANTS((unsigned)a->role) & machine)) return false;
    return a->metric[0] || run_same_name(a->name, b->name);
}

/* One goes on where the other ended: they hold the same steps at different times, if at all. */
bool run_apart_in_time(const struct run *r, const struct run_series *a, const struct run_series *b)
{
    return run_follows(r, a->s.source, b->s.source) || run_follows(r, b->s.source, a->s.source);
}

/* Does a stand for s rather than b? Its source is better, else it is of the same name. */
static bool stands_before(const struct run *r, const struct run_series *a, const struct run_series *b, const struct run_series *s)
{
    if (!b || a->s.source != b->s.source) return !b || run_prefers(r, a->s.source, b->s.source);
    bool named = run_same_name(a->s.name, s->s.name), before = run_same_name(b->s.name, s->s.name);
    return named != before ? named : a->s.id < b->s.id;
}

const struct run_series *run_preferred(const struct run *r, const struct run_series *s)
{
    const struct run_series *owner = NULL, *beside = NULL;
    if (run_owns(r, s)) return NULL;
    for (uint32_t at = r->keys[s->key].first; at; at = r->series[at - 1]->next) {
        const struct run_series *other = r->series[at - 1];
        if (other->s.source == s->s.source || !other->points || !comparable(&other->s, &s->s)) continue;
        if (run_owns(r, other)) owner = stands_before(r, other, owner, s) ? other : owner;
        else if (run_prefers(r, other->s.source, s->s.source) && !run_apart_in_time(r, other, s))
            beside = stands_before(r, other, beside, s) ? other : beside;
    }
    return beside && (!owner || run_apart_in_time(r, owner, s)) ? beside : owner;
}

static double points_within(const struct run_series *s, int64_t from, int64_t to)
{
    double n = 0;
    for (uint32_t i = 0; i < s->curve.used; i++) {
        const struct bucket *b = &s->curve.buckets[i];
        if (b->last_step >= from && b->first_step <= to) n += b->n;
    }
    return n;
}

static bool nonfinite_kind(const char *kind) { return strstr(kind, "nonfinite") != NULL; }

bool run_confirms(const struct run *r, const struct finding *f)
{
    if (!f->series || nonfinite_kind(f->kind) || f->series->id >= r->n_series) return false;
    const struct run_series *s = r->series[f->series->id], *best = run_preferred(r, s);
    if (!best || f->segment > r->sources[best->s.source]->segment || run_apart_in_time(r, best, s)) return false;
    int64_t last = f->last_step < s->last_step ? f->last_step : s->last_step;
    if (best->first_step > f->onset_step || best->last_step < last) return false;
    return points_within(best, f->onset_step, last) >= 0.5 * points_within(s, f->onset_step, last);
}
