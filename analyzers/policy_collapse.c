/* policy_collapse - an agent had learned, and has lost nearly all of it for good.
 *
 * The fall is judged as that of any score (decline.h); here it must be all but complete, last, and not be on its way back: agents dip and
 * recover all the time, and a dip is a score_drop. */
#include "stats/decline.h"

#include "analyzer.h"
#include "stats/told.h"

struct knobs {
    double min_points, drop_share, drop_sd, singles, gain, lasted, lasted_live;
};
struct state {
    const struct knobs *knobs;
    const struct series *series;
    struct told told;
    struct decline d; /* grows */
};

static const char *const kinds[] = {"policy_collapse", NULL};
static const struct knob knobs[] = {
    {"policy_collapse_points", "points", 12, 8, 100000, 30, 10, offsetof(struct knobs, min_points),
     "returns before anything is said", "our choice"},
    {"policy_collapse_share", "share", 0.8, 0.3, 1, 0.9, 0.6, offsetof(struct knobs, drop_share),
     "of the gain since the start that is lost", "our choice: back to where it began"},
    {"policy_collapse_height", "sd", 5, 2, 50, 8, 4, offsetof(struct knobs, drop_sd), "against the noise of a level",
     "as score_drop_height"},
    {"policy_collapse_singles", "sd", 1, 0, 20, 2, 0.5, offsetof(struct knobs, singles), "of single returns that were lost",
     "Cohen 1988: 0.8 is a large effect"},
    {"policy_collapse_gain", "share", 0.15, 0, 1, 0.3, 0.05, offsetof(struct knobs, gain),
     "of the best return, or of the first one where that is larger, that must have been gained", "our choice"},
    {"policy_collapse_live", "share", 0.3, 0.02, 1, 0.4, 0.2, offsetof(struct knobs, lasted_live),
     "the same as lasted, while the run goes on", "seeded training runs: agents that recover do it sooner"},
    {"policy_collapse_lasted", "share", 0.1, 0.02, 1, 0.2, 0.05, offsetof(struct knobs, lasted),
     "of the run that it must have lasted", "as score_drop_lasted"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* It had gained something, and has lost it: by levels, by single returns, for long enough. */
static bool lost(const struct state *s, const struct decline_verdict *v, double lasted)
{
    if (v->recovered || v->drop_share < s->knobs->drop_share || v->drop_sd < s->knobs->drop_sd || v->lasted_share < lasted)
        return false;
    return v->best - v->initial >= s->knobs->gain * fmax(fabs(v->best), fabs(v->initial)) &&
           v->best - v->now > s->knobs->singles * decline_single_sd(&s->d);
}

static void judge(struct state *s, double lasted, const struct findings *out)
{
    struct decline_verdict v;
    if (!s->series) return;
    bool is = decline_judge(&s->d, s->knobs->min_points, &v) && lost(s, &v, lasted);
    struct finding f = {0};
    if (is) {
        f = (struct finding){.kind = "policy_collapse",
                             .episode = 1,
                             .severity = SEVERITY_CRITICAL,
                             .confidence = fmin(0.97, 1 - 0.3 * exp(-0.5 * (v.drop_sd / s->knobs->drop_sd - 1))),
                             .series = s->series,
                             .source = s->series->source,
                             .segment = s->d.segment,
                             .onset_step = v.onset_step,
                             .first_step = v.onset_step,
                             .last_step = v.last_step,
                             .first_line = v.onset_line,
                             .last_line = v.onset_line};
        finding_add(&f, "from", v.best, "");
        finding_add(&f, "to", v.now, "");
        finding_add(&f, "best_step", (double)v.best_step, "");
        finding_add(&f, "initial", v.initial, "");
        finding_add(&f, "drop_share", v.drop_share, "share");
        finding_add(&f, "drop_sd", v.drop_sd, "sd");
    }
    told_update(&s->told, is, true, &f, out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (!isfinite(p->value) || !(s = state_room(s, out, offsetof(struct state, d) + decline_bytes(s->d.curve.used)))) return;
    uint32_t used = s->d.curve.used;
    decline_add(&s->d, p);
    s->series = p->series;
    if (s->d.curve.used != used) judge(s, s->told.open ? s->knobs->lasted : s->knobs->lasted_live, out);
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    judge(s, s->knobs->lasted, out);
}

const struct analyzer analyzer_policy_collapse = {.name = "policy_collapse",
                                                  .summary = "an agent loses what it had learned, for good",
                                                  .source = "change in units of the gain; Henderson 2018",
                                                  .kinds = kinds,
                                                  .wants = WANTS(ROLE_RETURN),
                                                  .scope = PER_SERIES,
                                                  .state_size = sizeof(struct state),
                                                  .first_size = offsetof(struct state, d.buckets),
                                                  .knobs = knobs,
                                                  .observe = observe,
                                                  .finish = finish};
