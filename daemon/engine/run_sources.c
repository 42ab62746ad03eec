/* run_sources - several sources of one metric: one is preferred, the others confirm it, and where they tell other numbers that is said.
 *
 * A run's directory often holds its loss two to four times: on the console, in a table, in an event file, in a tool's own state. They
 * are never averaged: the one that is most complete and least rounded is judged, what the others show at the same steps only confirms it.
 * Where the preferred one does not reach (it lost its end to a kill, it lags two minutes behind, it holds every tenth step), the others are
 * judged instead. A NaN in any of them counts.
 *
 * A disagreement is a matter of meaning more often than of error: one file holds each batch, the other the mean of an epoch. So it is
 * said only where most values of either lie outside of everything that the other held around the same step. */
#include <ctype.h>
#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "run_parts.h"

/* Best first. `coarse` is what printing may have taken away: an absolute error that is no disagreement. */
static const struct preference {
    const char *format;
    double coarse;
    const char *reason;
} preferences[] = {
    {"settings", 0, "what the run was started with"},
    {"trainer_state", 5e-5, "the trainer's own history, every record of it, not rounded since version 5"},
    {"history", 1e-6, "the tool's own history, not rounded"},
    {"jsonl", 1e-6, "every record with all its digits"},
    {"catboost", 1e-6, "the tool's own history, not rounded"},
    {"wandb", 1e-6, "every record with all its digits; written a block at a time"},
    {"tfevents", 1e-6, "single precision; written up to two minutes late"},
    {"csv", 1e-5, "some tools round, and the last rows are lost when the run is killed"},
    {"mlflow*", 1e-6, "all digits, but often every n-th step only"},
    {"pattern", 5e-4, "what a person chose to read of a text"},
    {"text", 5e-4, "printed for people: rounded, cut, and without a step at times"},
};
enum { PREFERENCES = sizeof preferences / sizeof *preferences, COMPARED_MIN = 5, SAID_MAX = 8 };

static const double ROUNDING = 0.01, WINDOW_SHARE = 0.1, PERCENT = 100;

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

int run_order_sources(const char *format_a, const char *path_a, const char *format_b, const char *path_b)
{
    const struct run_source a = {.format = format_a}, b = {.format = format_b};
    size_t x = rank_of(&a), y = rank_of(&b);
    if (x != y) return x < y ? -1 : 1;
    int order = natural_order(path_a, path_b);
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

/* ---- confirmation --------------------------------------------------------------------------------------------------------------- */

/* "train/learning-rate" and "learning_rate" */
static bool same_name(const char *a, const char *b)
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
    return a->metric[0] || same_name(a->name, b->name);
}

/* One goes on where the other ended: they hold the same steps at different times, if at all. */
static bool apart_in_time(const struct run *r, const struct run_series *a, const struct run_series *b)
{
    return run_follows(r, a->s.source, b->s.source) || run_follows(r, b->s.source, a->s.source);
}

/* The series of the preferred source that stands for this one: of the same name if there is one. */
static const struct run_series *preferred(const struct run *r, const struct run_series *s)
{
    const struct run_series *found = NULL;
    if (run_owns(r, s)) return NULL;
    for (uint32_t at = r->keys[s->key].first; at; at = r->series[at - 1]->next) {
        const struct run_series *other = r->series[at - 1];
        if (!run_owns(r, other) || !other->points || !comparable(&other->s, &s->s)) continue;
        bool named = same_name(other->s.name, s->s.name), before = found && same_name(found->s.name, s->s.name);
        if (!found || (named != before ? named : other->s.id < found->s.id)) found = other;
    }
    return found;
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
    const struct run_series *s = r->series[f->series->id], *best = preferred(r, s);
    if (!best || f->segment > r->sources[best->s.source]->segment || apart_in_time(r, best, s)) return false;
    int64_t last = f->last_step < s->last_step ? f->last_step : s->last_step;
    if (best->first_step > f->onset_step || best->last_step < last) return false;
    return points_within(best, f->onset_step, last) >= 0.5 * points_within(s, f->onset_step, last);
}

/* ---- disagreement --------------------------------------------------------------------------------------------------------------- */

struct reach {
    double low, high;
};

/* Everything a series held around these steps. */
static struct reach around(const struct curve *c, int64_t from, int64_t to)
{
    struct reach w = {INFINITY, -INFINITY};
    for (uint32_t i = 0; i < c->used; i++) {
        const struct bucket *b = &c->buckets[i];
        if (b->last_step < from || b->first_step > to || isnan(b->mean)) continue;
        w.low = fmin(w.low, b->min), w.high = fmax(w.high, b->max);
    }
    return w;
}

static double outside(const struct reach *w, double value, double coarse)
{
    double margin = coarse + ROUNDING * fabs(value);
    return value > w->high + margin ? value - w->high : value < w->low - margin ? w->low - value : 0;
}

static double coarse_of(const struct run *r, const struct run_series *s)
{
    return preferences[rank_of(r->sources[s->s.source])].coarse;
}

/* How many of a's buckets lie outside of what b held around them, b's values taken times `scale`? */
static size_t apart(const struct run_series *a, const struct run_series *b, double scale, double coarse, size_t *compared,
                    size_t *at)
{
    size_t n = 0;
    int64_t margin = (int64_t)(WINDOW_SHARE * (double)(b->last_step - b->first_step));
    *compared = 0;
    for (uint32_t i = 0; i < a->curve.used; i++) {
        const struct bucket *x = &a->curve.buckets[i];
        if (x->first_step < b->first_step || x->last_step > b->last_step || isnan(x->mean)) continue;
        struct reach w = around(&b->curve, x->first_step - margin, x->last_step + margin);
        if (!(w.low <= w.high)) continue;
        ++*compared;
        w.low *= scale, w.high *= scale;
        if (outside(&w, x->mean, coarse * scale) && n++ == 0 && at) *at = i;
    }
    return n;
}

bool run_disagrees(const struct run *r, const struct run_series *best, const struct run_series *other, size_t *at)
{
    static const double scales[] = {1, PERCENT, 1 / PERCENT};
    double coarse = fmax(coarse_of(r, best), coarse_of(r, other));
    if (apart_in_time(r, best, other)) return false;
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) { /* a share and a percentage are the same */
        size_t seen, seen_too, n = apart(other, best, scales[i], coarse, &seen, i ? NULL : at);
        size_t m = apart(best, other, 1 / scales[i], coarse, &seen_too, NULL);
        if (seen < COMPARED_MIN || seen_too < COMPARED_MIN || 2 * n <= seen || 2 * m <= seen_too) return false;
    }
    return true;
}

/* ---- words ---------------------------------------------------------------------------------------------------------------------- */

static void say_name(const struct run_series *s, struct str *out) { str_add_printable(out, span_of(s->s.name), 40); }

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

static bool shared(const struct run *r, const struct run_series *s)
{
    for (uint32_t at = s->key == NO_KEY ? 0 : r->keys[s->key].first; at; at = r->series[at - 1]->next)
        if (r->series[at - 1]->s.source != s->s.source && r->series[at - 1]->points && !apart_in_time(r, s, r->series[at - 1]))
            return true;
    return false;
}

static void say_values(const struct run *r, const struct run_series *best, const struct run_series *s, size_t at, struct str *out)
{
    const struct bucket *b = &s->curve.buckets[at];
    struct reach w = around(&best->curve, b->first_step, b->last_step);
    str_add(out, "; ");
    say_name(s, out);
    str_addf(out, " disagrees at %s %lld: ", axis_name(s->s.axis), (long long)b->first_step);
    str_add_number(out, b->mean);
    str_add(out, " here, ");
    str_add_number(out, w.low <= w.high ? 0.5 * (w.low + w.high) : NAN);
    str_add(out, " in ");
    str_add_printable(out, span_of(r->sources[best->s.source]->path), 60);
}

void run_say_source(const struct run *r, uint16_t source, struct str *out)
{
    struct sentence own = {"; preferred for ", 0}, confirm = {"; confirms ", 0};
    if (r->n_sources < 2) return;
    for (size_t i = 0; i < r->n_series; i++)
        if (r->series[i]->s.source == source && r->series[i]->points && shared(r, r->series[i]) && run_owns(r, r->series[i]))
            say_one(&own, r->series[i], out);
    if (own.n) str_addf(out, " (%s)", preferences[rank_of(r->sources[source])].reason);
    for (size_t i = 0; i < r->n_series; i++) {
        size_t at = 0;
        const struct run_series *s = r->series[i], *best = s->s.source == source && s->points ? preferred(r, s) : NULL;
        if (best && !apart_in_time(r, best, s) && !run_disagrees(r, best, s, &at)) say_one(&confirm, s, out);
    }
    for (size_t i = 0; i < r->n_series; i++) {
        size_t at = 0;
        const struct run_series *s = r->series[i], *best = s->s.source == source && s->points ? preferred(r, s) : NULL;
        if (best && run_disagrees(r, best, s, &at)) say_values(r, best, s, at, out);
    }
    for (size_t i = 0; i < r->n_sources; i++)
        if (run_follows(r, source, (uint16_t)i)) {
            str_add(out, "; goes on where another start of the run ended");
            break;
        }
}

bool run_note(const struct run *r, struct str *out)
{
    for (size_t i = 0; i < r->n_series; i++) {
        size_t at = 0;
        const struct run_series *s = r->series[i], *best = s->points ? preferred(r, s) : NULL;
        if (!best || !run_disagrees(r, best, s, &at)) continue;
        const struct bucket *b = &s->curve.buckets[at];
        struct reach w = around(&best->curve, b->first_step, b->last_step);
        str_add(out, "two sources tell different numbers for ");
        say_name(s, out);
        str_addf(out, ": at %s %lld it is ", axis_name(s->s.axis), (long long)b->first_step);
        str_add_number(out, w.low <= w.high ? 0.5 * (w.low + w.high) : NAN);
        str_addf(out, " in '");
        str_add_printable(out, span_of(r->sources[best->s.source]->path), 200);
        str_add(out, "', which is believed, and ");
        str_add_number(out, b->mean);
        str_add(out, " in '");
        str_add_printable(out, span_of(r->sources[s->s.source]->path), 200);
        str_add(out, "'");
        return true; /* one is enough to look; --sources tells them all */
    }
    return false;
}

/* ---- the split that a file's name tells ------------------------------------------------------------------------------------------ */

static const char *const of_training[] = {"train", "learn", NULL};
static const char *const of_evaluation[] = {"eval", "valid", "val", "test", "dev", NULL};

/* The word at this place of the name, if it is one of these and stands alone: "test" in "test_error.tsv", not in "tests.tsv". */
static size_t word_at(const char *name, const char *at, const char *const *words)
{
    for (; *words; words++) {
        size_t n = strlen(*words);
        if (strncmp(at, *words, n) == 0 && (at == name || !isalpha((unsigned char)at[-1])) && !isalpha((unsigned char)at[n]))
            return n;
    }
    return 0;
}

static bool is_pair(const char *a, const char *at, size_t n, const char *b)
{
    size_t before = (size_t)(at - a);
    if (strncmp(a, b, before) != 0) return false;
    size_t m = word_at(b, b + before, of_training);
    return m && strcmp(at + n, b + before + m) == 0;
}

/* A word in a name alone proves nothing (the log of a test run); a pair of names does: learn_error.tsv, test_error.tsv. */
bool run_holds_evaluations(const struct run *r, uint16_t source)
{
    if (source >= r->n_sources) return false;
    const char *path = r->sources[source]->path, *slash = strrchr(path, '/');
    for (const char *at = slash ? slash + 1 : path; *at; at++) {
        size_t n = word_at(path, at, of_evaluation);
        for (size_t i = 0; n && i < r->n_sources; i++)
            if (i != source && is_pair(path, at, n, r->sources[i]->path)) return true;
    }
    return false;
}
