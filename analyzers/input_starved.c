/* input_starved - steps wait for data: the input pipeline is slower than the model.
 *
 * Best seen where a loop logs how long it waited: the share of the step time, over the later half of the run (the first batches always wait
 * for the workers to start). The step time is a logged one, a bare "time" beside the waiting time, the steps of a second turned over (progress
 * bars draw them), or the clock of the records.
 * Without a waiting time there is only the utilisation of the accelerator, which is low for small models too: worth knowing, never more. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "analyzer.h"
#include "stats/preview.h"
#include "stats/robust.h"
#include "stats/track.h"

enum { SERIES = 2 };
struct knobs {
    double min_points, least_s, share_info, share_warning, idle;
};
struct state {
    const struct knobs *knobs;
    struct track wait[SERIES], step[SERIES], rate[SERIES], use[SERIES];
    uint32_t n_wait, n_step, n_rate, n_use, n_clock;
    double last_time;
    int64_t last_step;
    const struct series *asked; /* whose name was read last */
    bool asked_is_time;
    struct preview preview;
    struct own_track clock; /* behind first_size: few logs tell times beside how long data took */
};

static const char *const kinds[] = {"input_starved", NULL};
static const struct knob knobs[] = {
    {"input_points", "points", 10, 4, 100000, 20, 6, offsetof(struct knobs, min_points), "values before anything is said",
     "our choice"},
    {"input_least", "s", 0.005, 0, 60, 0.02, 0.001, offsetof(struct knobs, least_s),
     "of waiting in a step below which nothing is said", "a loader hands a batch over in about a millisecond"},
    {"input_info", "share", 0.25, 0.02, 1, 0.4, 0.15, offsetof(struct knobs, share_info),
     "of the step time spent waiting for data, to be worth knowing", "failure knowledge F66: 20 %"},
    {"input_warning", "share", 0.4, 0.05, 1, 0.6, 0.25, offsetof(struct knobs, share_warning), "to be a warning", "our choice"},
    {"input_idle", "%", 25, 1, 100, 15, 40, offsetof(struct knobs, idle),
     "utilisation of the accelerator below which it is worth knowing", "our choice"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static double late_level(const struct track *t)
{
    double y[TRACK_BUCKETS];
    size_t n = track_means(t, y);
    return robust_median(y + n / 2, n - n / 2);
}

static void tell(const struct track *t, enum severity severity, double share, double to, const struct findings *out)
{
    struct finding f = track_finding(t, "input_starved", t->curve->used / 2);
    f.severity = severity;
    f.confidence = isnan(share) ? 0.5 : 0.85;
    finding_add(&f, "wait_share", share, "share");
    finding_add(&f, "to", to, t->series->unit);
    out->emit(out->arg, &f);
}

/* Seconds a step takes, from what there is; NaN when nothing tells. */
static double step_seconds(struct state *s)
{
    for (uint32_t i = 0; i < s->n_step; i++)
        if (s->step[i].series->role == ROLE_STEP_TIME)
            return late_level(&s->step[i]) / (strcmp(s->step[i].series->unit, "ms") == 0 ? 1000 : 1);
    for (uint32_t i = 0; i < s->n_step; i++) {
        const struct track *t = &s->step[i];
        double first = t->curve->buckets[0].mean, last = t->curve->buckets[t->curve->used - 1].mean;
        if (last < 5 * first) return late_level(t); /* else it is a clock that runs on */
    }
    for (uint32_t i = 0; i < s->n_rate; i++)
        if (!strcmp(s->rate[i].series->unit, "steps/s")) return 1 / late_level(&s->rate[i]);
    return s->n_clock ? late_level(track_of_own(&s->clock)) : NAN;
}

static void judge(struct state *s, const struct track *t, const struct findings *out)
{
    if ((double)t->curve->points < s->knobs->min_points) return;
    bool percent = strchr(t->series->name, '%');
    double wait = late_level(t), share = percent ? wait / 100 : wait / step_seconds(s);
    if ((!percent && wait < s->knobs->least_s) || !(share >= s->knobs->share_info) || share > 1.05) return;
    tell(t, share >= s->knobs->share_warning ? SEVERITY_WARNING : SEVERITY_INFO, share, wait, out);
}

static bool is_bare_time(const struct series *series)
{
    const char *slash = strrchr(series->name, '/');
    return strcasecmp(slash ? slash + 1 : series->name, "time") == 0;
}

/* Returns the state, which may be at another place now; NULL, with nothing heard, when memory ran out. */
static struct state *add_clock(struct state *s, const struct point *p, const struct findings *out)
{
    if (!isfinite(p->time) || p->series != s->wait[0].series) return s;
    if (!(s = state_whole(s, out))) return NULL;
    struct point pace = *p;
    pace.value = (p->time - s->last_time) / (double)(p->step - s->last_step);
    if (s->last_time > 0 && p->step > s->last_step && p->time > s->last_time) track_add_own(&s->clock, &s->n_clock, 1, &pace);
    if (p->time != s->last_time) s->last_time = p->time, s->last_step = p->step;
    return s;
}

/* As add_clock. */
static struct state *hear(struct state *s, const struct point *p, const struct findings *out)
{
    switch (p->series->role) {
    case ROLE_DATA_TIME:
        if (track_add(s->wait, &s->n_wait, SERIES, p)) return add_clock(s, p, out);
        break;
    case ROLE_UTILISATION: track_add(s->use, &s->n_use, SERIES, p); break;
    case ROLE_STEP_TIME: track_add(s->step, &s->n_step, SERIES, p); break;
    case ROLE_THROUGHPUT: track_add(s->rate, &s->n_rate, SERIES, p); break;
    default:
        if (p->series != s->asked) s->asked = p->series, s->asked_is_time = is_bare_time(p->series);
        if (s->asked_is_time) track_add(s->step, &s->n_step, SERIES, p);
    }
    return s;
}

static void say_all(void *state, const struct findings *out)
{
    struct state *s = state;
    for (uint32_t i = 0; i < s->n_wait; i++) judge(s, &s->wait[i], out);
    for (uint32_t i = 0; i < s->n_use && !s->n_wait; i++) {
        double use = late_level(&s->use[i]);
        if ((double)s->use[i].curve->points >= s->knobs->min_points && use < s->knobs->idle)
            tell(&s->use[i], SEVERITY_INFO, NAN, use, out);
    }
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    bool clock = p->series->role == ROLE_DATA_TIME;
    if (!(s = hear(s, p, out))) return;
    bool due = clock ? preview_due_counted(&s->preview, p, out) : preview_due_at_rest(&s->preview, p, out);
    if (due) preview_judge(&s->preview, s, say_all, out);
}

static void finish(void *state, const struct findings *out)
{
    preview_over(&((struct state *)state)->preview, state, say_all, out);
}

const struct analyzer analyzer_input_starved = {.name = "input_starved",
                                                .summary = "steps wait for data",
                                                .source = "failure knowledge F66",
                                                .kinds = kinds,
                                                .wants = WANTS(ROLE_DATA_TIME) | WANTS(ROLE_UTILISATION) | WANTS(ROLE_STEP_TIME) |
                                                         WANTS(ROLE_THROUGHPUT) | WANTS(ROLE_PROGRESS),
                                                .scope = PER_RUN,
                                                .state_size = sizeof(struct state),
                                                .first_size = offsetof(struct state, clock),
                                                .knobs = knobs,
                                                .counts = true,
                                                .observe = observe,
                                                .finish = finish};
