/* rank - the arithmetic of fixes: failure knowledge, section 5, and for P(works) the Beta-binomial posterior mean
 *   (works_for * fit + worked) / (works_for + works_against + worked + failed + worse). */
#include "rank.h"

#include <math.h>
#include <string.h>

/* A fix that makes things worse costs about the run so far, of which the last good checkpoint saves two thirds; effort alone
 * never outweighs a fix that works. Ours. */
static const double DAMAGE = 0.3, EFFORT = 0.1;
/* How many cases the prior P(harm) is worth: as many as a Beta prior of works_for + works_against takes from AutoTrainer's shares. */
static const double HARM_CASES = 4;
/* What a fix did for another cause, kind, project or framework says something about this one, but less. Ours. */
static const double OTHER_CAUSE = 0.5, OTHER_KIND = 0.8, OTHER_PROJECT = 0.6, OTHER_FRAMEWORK = 0.9;
/* From this weight of harm on (half a person's word), more than it helped, a fix is held back: it stands below those that did none. */
static const double HARM_COUNTS = 0.25;
/* A fix's own prior says how often it works at all; its place in the cause's list says how well it fits this cause: each place
 * further down keeps this share of P(works). Clipping repairs exploding gradients and only hides corrupt data. Ours. */
static const double FIT = 0.8;

struct tally {
    double worked, failed, worse;
    uint32_t times, times_worked;
};

static bool same(const char *a, const char *b) { return a && b && !strcmp(a, b); }
static double likeness(const char *a, const char *b, double other) { return !a || !b || !*a || !*b || !strcmp(a, b) ? 1 : other; }

static void count_one(struct tally *t, const struct outcome *o, bool same_cause, const struct trouble *near)
{
    double share = same_cause ? 1 : OTHER_CAUSE;
    share *= likeness(o->kind, near->kind, OTHER_KIND) * likeness(o->project, near->project, OTHER_PROJECT) *
             likeness(o->framework, near->framework, OTHER_FRAMEWORK);
    t->worked += share * o->worked;
    t->failed += share * o->failed;
    t->worse += share * o->worse;
    t->times += same_cause ? o->times : 0;
    t->times_worked += same_cause ? o->times_worked : 0;
}

static struct tally count(const char *cause, const char *fix, const struct trouble *near, const struct outcome *outcomes,
                          size_t n)
{
    struct tally t = {0};
    for (size_t i = 0; i < n; i++)
        if (same(outcomes[i].fix, fix)) count_one(&t, &outcomes[i], same(outcomes[i].cause, cause), near);
    return t;
}

static struct ranked judge(const struct fix *fix, size_t place, double probability, struct tally t)
{
    double cases = t.worked + t.failed + t.worse, fit = pow(FIT, (double)place);
    double works = (fix->works_for * fit + t.worked) / (fix->works_for + fix->works_against + cases);
    double harm = (fix->harm * HARM_CASES + t.worse) / (HARM_CASES + cases);
    double score = probability * works * fix->gain - harm * DAMAGE - fix->cost * EFFORT;
    return (struct ranked){.fix = fix,
                           .probability = works,
                           .score = score,
                           .times = t.times,
                           .times_worked = t.times_worked,
                           .harmed = t.worse >= HARM_COUNTS && t.worse > t.worked};
}

static const struct fix *find(const struct fix *fixes, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(fixes[i].id, id)) return &fixes[i];
    return NULL;
}

static bool before(const struct ranked *a, const struct ranked *b)
{
    return a->harmed != b->harmed ? b->harmed : a->score > b->score;
}

/* Insertion behind its equals, so that ties keep the cause's own order; beyond RANK_MAX the last falls off. */
static size_t insert(struct ranked *out, size_t n, struct ranked r)
{
    size_t at = n;
    while (at && before(&r, &out[at - 1])) at--;
    if (at == RANK_MAX) return n;
    size_t kept = n < RANK_MAX ? n : RANK_MAX - 1;
    memmove(out + at + 1, out + at, (kept - at) * sizeof *out);
    out[at] = r;
    return kept + 1;
}

size_t rank_near(const struct cause *cause, double probability, const struct trouble *near, const struct fix *fixes,
                 size_t n_fixes, const struct outcome *outcomes, size_t n_outcomes, struct ranked *out)
{
    size_t n = 0;
    for (size_t i = 0; i < cause->n_fixes; i++) {
        const struct fix *fix = find(fixes, n_fixes, cause->fixes[i]);
        if (fix) n = insert(out, n, judge(fix, i, probability, count(cause->id, fix->id, near, outcomes, n_outcomes)));
    }
    return n;
}

size_t rank(const struct cause *cause, double probability, const struct fix *fixes, size_t n_fixes,
            const struct outcome *outcomes, size_t n_outcomes, struct ranked *out)
{
    static const struct trouble unknown = {0};
    return rank_near(cause, probability, &unknown, fixes, n_fixes, outcomes, n_outcomes, out);
}
