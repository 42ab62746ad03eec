/* score_drop - accuracy, FID, return ... falls far from its best and stays there, or dips and returns.
 *
 * Judged by decline.h. A return that never rose has nothing to lose: that is return_flat. Precision and recall are traded for each other by
 * where the threshold happens to lie (an untrained detector that marks everything has a recall of 1), so that one of them alone is worth
 * knowing and no more: where both fall, what is made of both falls too. */
#include <string.h>

#include "stats/decline.h"

#include "analyzer.h"
#include "stats/told.h"

struct knobs {
    double min_points, drop_share, drop_sd, critical_share, critical_lasted, gain, singles, stayed, arrived, kept, back_lasted;
};
struct state {
    const struct knobs *knobs;
    const struct series *series;
    uint16_t source, segment;
    struct told_words told;
    struct decline d; /* grows */
};

static const char *const kinds[] = {"score_drop", NULL};
static const struct knob knobs[] = {
    {"score_drop_points", "points", 8, 5, 1000, 12, 6, offsetof(struct knobs, min_points), "values before anything is said",
     "our choice"},
    {"score_drop_share", "share", 0.5, 0.1, 1, 0.7, 0.3, offsetof(struct knobs, drop_share),
     "of the gain since the start that is lost", "our choice"},
    {"score_drop_height", "sd", 5, 2, 50, 8, 4, offsetof(struct knobs, drop_sd), "against the noise of a level",
     "as restart_height"},
    {"score_drop_critical", "share", 0.7, 0.1, 10, 1, 0.5, offsetof(struct knobs, critical_share),
     "lost for good, from which it is critical", "our choice"},
    {"score_drop_lasted", "share", 0.1, 0, 1, 0.2, 0.05, offsetof(struct knobs, critical_lasted),
     "of the run that it lasted to be critical", "our choice"},
    {"score_drop_back_lasted", "share", 0.5, 0, 1, 0.7, 0.2, offsetof(struct knobs, back_lasted),
     "of the run that a fall of a held-out score lasted to be a warning although it is over",
     "public logs of detectors: falls of up to 0.4 of the run that left nothing behind"},
    {"score_drop_gain", "share", 0.15, 0, 1, 0.3, 0.05, offsetof(struct knobs, gain),
     "of the best return, or of the first one where that is larger, that must have been gained", "as policy_collapse_gain"},
    {"score_drop_singles", "sd", 1, 0, 20, 2, 0.5, offsetof(struct knobs, singles),
     "of single returns that a dip was deep which is over", "Cohen 1988: 0.8 is a large effect"},
    {"score_drop_stayed", "x", 3, 0.5, 100, 2, 6, offsetof(struct knobs, stayed),
     "as long as it fell, that a return has stayed above its former best to be only worth knowing", "our choice"},
    {"score_drop_arrived", "share", 0.8, 0, 1, 0.9, 0.7, offsetof(struct knobs, arrived),
     "of the way to its last level that a score had made before a fall that is over counts", "as decline.c counts dips"},
    {"score_drop_kept", "share", 0.8, 0.1, 1, 0.9, 0.7, offsetof(struct knobs, kept),
     "of score_drop_share, below which what was told of a fall is taken back", "our choice: hysteresis"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* Of a return, whose scale and noise are its own: what was gained must be worth losing, and a dip that is over must have been larger than what
 * single values do anyway. What is still lost has lasted, which says enough. */
static bool is_return(const struct state *s) { return !s->d.bounded && s->d.better == BETTER_HIGHER; }

static bool gained(const struct state *s, const struct decline_verdict *v)
{
    return !is_return(s) || v->best - v->initial >= s->knobs->gain * fmax(fabs(v->best), fabs(v->initial));
}
static bool beyond_singles(const struct state *s, const struct decline_verdict *v)
{
    return !is_return(s) || v->best - v->trough > s->knobs->singles * decline_single_sd(&s->d);
}
/* An area under the ROC curve that was never above a half had ranked nothing: there is nothing to lose. */
static bool ranked_nothing(const struct state *s, const struct decline_verdict *v)
{
    return v->best <= 0.5 &&
           (strstr(s->series->metric, "auroc") || strstr(s->series->metric, "roc auc") || strstr(s->series->metric, "auc roc"));
}

/* A share was held when it stood there from the first, or several evaluations had more than half of what was lost: the one or two inputs of
 * a rare class that were right once are no level. */
static bool held(const struct state *s, const struct decline_verdict *v)
{
    enum { EVALUATIONS = 3 };
    uint64_t n = 0;
    double middle = (v->best + v->trough) / 2;
    if (ranked_nothing(s, v)) return false;
    if (!s->d.bounded || s->d.better != BETTER_HIGHER || s->d.buckets[0].mean >= middle) return true;
    for (uint32_t i = 0; i < s->d.curve.used; i++)
        if (s->d.buckets[i].mean >= middle) n += s->d.buckets[i].n;
    return n >= EVALUATIONS;
}
/* What stands near the line is above it now and below it then: what was told of a fall holds until less than kept of that share is lost. */
static bool is_lost(const struct state *s, const struct decline_verdict *v)
{
    bool told = s->told.open && finding_evidence(&s->told.last, "recovered", 1) == 0;
    return !v->recovered && v->drop_share >= (told ? s->knobs->kept : 1) * s->knobs->drop_share &&
           v->drop_sd >= s->knobs->drop_sd && gained(s, v) && held(s, v);
}
static bool has_dipped(const struct state *s, const struct decline_verdict *v)
{
    return v->recovered && v->trough_share >= s->knobs->drop_share && v->trough_sd >= s->knobs->drop_sd && gained(s, v) &&
           held(s, v) && beyond_singles(s, v);
}

static bool is_one_sided(const struct series *series)
{
    static const char *const traded[] = {"precision", "prec", "recall", "sensitivity", "specificity"};
    const char *blank = strrchr(series->metric, ' '), *last = blank ? blank + 1 : series->metric;
    for (size_t i = 0; i < sizeof traded / sizeof *traded; i++)
        if (strcmp(last, traded[i]) == 0) return true;
    return false;
}

/* is_of_class - "dice/3", one of several classes that a log lists: the others and their mean tell more. */
static bool is_of_class(const struct series *series)
{
    const char *slash = strrchr(series->name, '/');
    return slash && slash[1] && slash[1 + strspn(slash + 1, "0123456789")] == 0;
}

/* An agent that came back to more than it had lost, and has stayed there for several times as long as it fell, has learned on the way:
 * exploring costs. A distance of generated samples wanders as the game goes; what is now better than ever has lost nothing. */
static bool surpassed(const struct state *s, double former, int64_t from, int64_t to)
{
    int64_t since = s->d.buckets[s->d.curve.used - 1].last_step - to;
    bool at_best = s->d.better == BETTER_HIGHER ? s->d.last > former : s->d.last < former;
    if (!s->d.bounded && !is_return(s)) return at_best;
    return is_return(s) && decline_level(&s->d) >= former && (double)since >= s->knobs->stayed * (double)(to - from);
}

/* A dip of a held-out score that is over is told, and no more: what was best has come again. Only an agent may have come back to less. */
static bool is_over(const struct state *s, const struct decline_verdict *v)
{
    return !is_return(s) || surpassed(s, v->best, v->best_step, v->trough_step);
}

static struct finding found(const struct state *s, const struct decline_verdict *v, bool lost)
{
    double sd = lost ? v->drop_sd : v->trough_sd;
    bool critical = lost && v->drop_share >= s->knobs->critical_share && v->lasted_share >= s->knobs->critical_lasted;
    struct finding f = {.kind = "score_drop",
                        .severity = is_one_sided(s->series) || (!lost && is_over(s, v)) ? SEVERITY_INFO
                                    : critical                                          ? SEVERITY_CRITICAL
                                                                                        : SEVERITY_WARNING,
                        .confidence = fmin(0.97, 1 - 0.35 * exp(-0.5 * (sd / s->knobs->drop_sd - 1))),
                        .series = s->series,
                        .source = s->source,
                        .segment = s->segment,
                        .onset_step = v->onset_step,
                        .first_step = v->onset_step,
                        .last_step = v->last_step,
                        .first_line = v->onset_line,
                        .last_line = v->onset_line,
                        .episode = 1};
    finding_add(&f, "from", v->best, "");
    finding_add(&f, "to", lost ? v->now : v->trough, "");
    finding_add(&f, "now", v->now, "");
    finding_add(&f, "best_step", (double)v->best_step, "");
    finding_add(&f, "drop_share", lost ? v->drop_share : v->trough_share, "share");
    finding_add(&f, "drop_sd", sd, "sd");
    finding_add(&f, "recovered", !lost, "");
    finding_add(&f, "best", v->best, "");
    return f;
}

/* Whether an agent ever learned is judged by the noise of the whole, which grows with what came later: so what was told while it could be
 * judged is taken back only once half of the fall is made good. */
static bool made_good(const struct state *s)
{
    double from = finding_evidence(&s->told.last, "from", 0), to = finding_evidence(&s->told.last, "to", 0);
    double now = decline_level(&s->d), half = (from + to) / 2;
    return s->d.better == BETTER_HIGHER ? now > half : now < half;
}

/* As decline.h has it for dips: what fell before it had all but arrived where it stands now was a setback on the way up. */
static bool was_on_its_way(const struct state *s)
{
    double from = finding_evidence(&s->told.last, "from", 0), first = s->d.buckets[0].mean,
           sign = s->d.better == BETTER_HIGHER ? 1 : -1;
    return sign * (from - first) < s->knobs->arrived * sign * (decline_level(&s->d) - first);
}

/* What was critical for a share of the whole run is not nothing for having come back, where it was more than single values do. */
static bool came_back(const struct state *s, struct finding *f)
{
    const struct told_words *t = &s->told;
    bool was = t->open && (t->last.severity == SEVERITY_CRITICAL || finding_evidence(&t->last, "recovered", 0) == 1);
    if (!was || was_on_its_way(s)) return false;
    int64_t run = s->d.buckets[s->d.curve.used - 1].last_step - s->d.buckets[0].first_step;
    double lasted = is_return(s) ? s->knobs->critical_lasted : s->knobs->back_lasted;
    if ((double)(t->last.last_step - t->last.onset_step) < lasted * (double)run) return false;
    double fell = fabs(finding_evidence(&t->last, "from", 0) - finding_evidence(&t->last, "to", 0));
    if (is_return(s) && fell <= s->knobs->singles * decline_single_sd(&s->d)) return false;
    *f = t->last;
    bool little = is_one_sided(s->series) || is_of_class(s->series) ||
                  surpassed(s, finding_evidence(f, "from", 0), (int64_t)finding_evidence(f, "best_step", 0), f->last_step);
    f->severity = little ? SEVERITY_INFO : SEVERITY_WARNING;
    for (size_t i = 0; i < f->n_evidence; i++)
        if (strcmp(f->evidence[i].name, "recovered") == 0) f->evidence[i].value = 1;
    return true;
}

static void judge(struct state *s, const struct findings *out)
{
    struct decline_verdict v;
    if (!s->series) return;
    bool known = decline_judge(&s->d, s->knobs->min_points, &v), lost = known && is_lost(s, &v);
    bool is = lost || (known && has_dipped(s, &v));
    struct finding f = {0};
    if (!known && s->told.open && !made_good(s)) return;
    if (is) f = found(s, &v, lost);
    else is = came_back(s, &f);
    told_words_update(&s->told, is, s->told.last.severity != f.severity || lost, &f, out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (!isfinite(p->value) || !(s = state_room(s, out, offsetof(struct state, d) + decline_bytes(s->d.curve.used)))) return;
    uint32_t used = s->d.curve.used;
    decline_add(&s->d, p);
    s->series = p->series, s->source = p->source, s->segment = p->segment;
    if (s->d.curve.used != used) judge(s, out); /* a bucket is complete */
}

static void finish(void *state, const struct findings *out) { judge(state, out); }

const struct analyzer analyzer_score_drop = {.name = "score_drop",
                                             .summary = "a score falls from its best",
                                             .source = "change in units of the gain; robust levels",
                                             .kinds = kinds,
                                             .wants = WANTS(ROLE_SCORE_EVAL) | WANTS(ROLE_RETURN),
                                             .scope = PER_SERIES,
                                             .state_size = sizeof(struct state),
                                             .first_size = offsetof(struct state, d.buckets),
                                             .knobs = knobs,
                                             .observe = observe,
                                             .finish = finish};
