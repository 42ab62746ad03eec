/* lr_out_of_schedule - the logged rate does not follow the schedule that was declared, or any that makes sense.
 *
 *   restarts      the rate had come down and rises again: a cosine run past its end, a scheduler made anew when the run was resumed
 *   endless       the warm-up lasts to the end of the run
 *   too_long      the run is over and the rate has hardly come down: the schedule was made for more steps than there were
 *   stands        that, where it never moved at all
 *   too_short     the rate is all but 0 long before the end
 *   line_short    a straight fall is declared, and the line that the rate follows comes to 0 long before the declared end
 *   jumps         the rate had stopped rising, and rises at once above all it was
 *   short_warmup  the peak comes long before the declared end of the warm-up
 *   climbs        the rate had stood or come down, and rises value by value above all it was: a decay of the wrong sign. Where it had
 *                 stood still, and climbs to several times what it was, few values are enough; and half as much of them where each rise is by the same
 *                 factor, as no warm-up's is
 *   goes_on       the rate rose along a line, and where that should have ended it leaves it upwards, faster and faster (stats/bend.h)
 *
 * Warm restarts, cycles and plateau rules rise or fall on purpose: where the settings name one, or name none, a rise is worth knowing only, unless
 * the run was resumed just there: what was resumed is then not the schedule. Where the rate leaps from its lowest back to its peak at once, and
 * does so again after a longer while, or the last of such cycles ends with the run, nothing is told: so warm restarts do (Loshchilov 2017),
 * whatever the settings name (a trainer that is given a schedule logs the name of its default), and neither a schedule made anew nor a cosine past
 * its end. Steps are compared with settings only where the log counts steps and stays within the declared number.
 *
 * The course of the rate is stats/rate.h, what is declared stats/schedule.h; here are the rules. */
#include <math.h>

#include "analyzer.h"
#include "stats/rate.h"
#include "stats/schedule.h"
#include "stats/told.h"

#define LONGER 1.5 /* than the first cycle, the second */
#define STRAIGHT                                                                                                                 \
    0.9999         /* of the variance of the rates that a line tells: five digits of a log are more, a cosine's middle less */
#define WHOLE 0.95 /* of a cycle, for it to be whole: the last steps are not always logged */
struct knobs {
    struct rate_knobs rate;
    double min_points, high_end, early_end, complete, warmup_share, cycle, climbed, climb_points, climb_stood, climb_far,
        climb_few, even;
};
struct state {
    const struct knobs *knobs;
    struct schedule declared;
    const struct series *series;
    uint16_t segment;
    struct rate rate;
    struct told told;
};

static const char *const kinds[] = {"lr_out_of_schedule", NULL};
static const struct knob knobs[] = {
    {"schedule_fallen", "share", 0.2, 0.001, 0.9, 0.1, 0.4, offsetof(struct knobs, rate.fallen),
     "of its peak to which the rate must have come down before a rise is a restart", "our choice"},
    {"schedule_risen", "x", 3, 1.2, 1000, 5, 2, offsetof(struct knobs, rate.risen), "above its lowest that is a restart",
     "our choice: more than any step of a schedule that only falls"},
    {"schedule_points", "points", 20, 8, 100000, 40, 12, offsetof(struct knobs, min_points), "rates before anything is said",
     "our choice"},
    {"schedule_high_end", "share", 0.5, 0.1, 1, 0.8, 0.3, offsetof(struct knobs, high_end),
     "of its peak at which a declared decay must not end", "Hoffmann 2022: a cosine more than 1.25 times too long costs loss"},
    {"schedule_low_end", "share", 0.001, 0, 0.1, 1e-4, 0.01, offsetof(struct knobs, rate.low_end),
     "of its peak at which a rate is all but 0", "our choice"},
    {"schedule_early_end", "share", 0.2, 0.02, 1, 0.4, 0.1, offsetof(struct knobs, early_end),
     "of the declared steps that are left when the rate is all but 0",
     "a cosine is below a thousandth of its peak for its last 2 %"},
    {"schedule_complete", "share", 0.97, 0.5, 1, 0.99, 0.9, offsetof(struct knobs, complete),
     "of the declared steps at which a run is over", "our choice: the last steps are not always logged"},
    {"schedule_warmup", "share", 0.5, 0.05, 0.9, 0.3, 0.7, offsetof(struct knobs, warmup_share),
     "of the declared warm-up before which the peak must not come", "our choice"},
    {"schedule_cycle", "points", 8, 2, 1000, 16, 5, offsetof(struct knobs, cycle),
     "for each rise: with fewer the rates of two groups take turns under one name", "our choice"},
    {"schedule_climbed", "x", 1.5, 1.2, 1000, 3, 1.3, offsetof(struct knobs, climbed),
     "of all it was before, to which the rate has climbed value by value",
     "no schedule that has begun to stand or to fall does so"},
    {"schedule_climb_points", "points", 8, 3, 1000, 16, 5, offsetof(struct knobs, climb_points),
     "rises in a row before that is said", "our choice"},
    {"schedule_climb_stood", "points", 6, 3, 1000, 12, 5, offsetof(struct knobs, climb_stood),
     "rates that were all the same before a climb, for few values to tell it",
     "our choice: a rate printed coarsely stands for a few"},
    {"schedule_climb_far", "x", 3, 1.5, 1000, 6, 2.5, offsetof(struct knobs, climb_far), "what it was, that it climbs to then",
     "as schedule_risen"},
    {"schedule_climb_few", "points", 4, 2, 1000, 8, 3, offsetof(struct knobs, climb_few), "rises in a row then",
     "our choice: a step up is one"},
    {"schedule_climb_faster", "x", 1.5, 1.1, 100, 2, 1.3, offsetof(struct knobs, rate.faster),
     "its first rise, that a climb of few values has come to", "a warm-up that begins late rises by as much each time"},
    {"schedule_climb_even", "points", 2, 1, 100, 4, 2, offsetof(struct knobs, even),
     "rises in a row by the same factor as the one before, for schedule_climbed to be far enough then",
     "our choice: three equal factors, and the first rise, which the climb began within"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static bool counts_steps(const struct state *s)
{
    return s->declared.max_steps > 0 && s->series->axis == AXIS_STEP &&
           (double)s->rate.last_step <= 1.02 * s->declared.max_steps && (double)s->rate.first_step <= 0.1 * s->declared.max_steps;
}

enum how { RESTARTS = 1, ENDLESS, TOO_LONG, TOO_SHORT, JUMPS, SHORT_WARMUP, CLIMBS, LINE_SHORT, GOES_ON, STANDS };
struct verdict {
    enum how how;
    bool certain;    /* against what was declared: a warning */
    double from, to; /* rates */
    int64_t onset;
    uint64_t line;
};

static bool over(const struct state *s)
{
    return counts_steps(s) && (double)s->rate.last_step >= s->knobs->complete * s->declared.max_steps;
}

/* Restarts from the lowest to the peak at once, each cycle longer than the one before it, or all of a length and the last one whole. */
static bool on_purpose(const struct state *s)
{
    if (s->rate.restarts < 2 || s->rate.leaps < s->rate.restarts) return false;
    double first = (double)(s->rate.restart_step - s->rate.first_step),
           second = (double)(s->rate.again_step - s->rate.restart_step);
    return second >= LONGER * first || (double)(s->rate.last_step - s->rate.newest_step) >= WHOLE * first;
}

static bool rises_again(const struct state *s, struct verdict *v)
{
    enum how how = s->rate.jumped ? JUMPS : RESTARTS;
    *v = (struct verdict){how,
                          schedule_decays(&s->declared) || s->rate.resumed,
                          s->rate.restart_from,
                          s->rate.restart_to,
                          s->rate.restart_step,
                          s->rate.restart_line};
    return s->rate.restarts && !on_purpose(s) && !schedule_rises(&s->declared) &&
           s->knobs->cycle * (double)s->rate.restarts <= (double)s->rate.n;
}

static bool never_warm(const struct state *s, struct verdict *v)
{
    *v = (struct verdict){
        ENDLESS,           schedule_decays(&s->declared) || s->declared.warmup > 0, 0, s->rate.last, s->rate.first_step,
        s->rate.first_line};
    return s->rate.rises + 1 >= s->rate.n && over(s);
}

/* A rate that never moved may have been given in code, whatever the settings say. */
static bool too_long(const struct state *s, struct verdict *v)
{
    bool moved = s->rate.last < s->rate.peak;
    *v = (struct verdict){moved ? TOO_LONG : STANDS, moved, s->rate.peak, s->rate.last, s->rate.peak_step, s->rate.peak_line};
    return schedule_decays(&s->declared) && over(s) && s->rate.last >= s->knobs->high_end * s->rate.peak &&
           s->rate.rises < s->rate.n / 2;
}

static bool too_short(const struct state *s, struct verdict *v)
{
    *v = (struct verdict){TOO_SHORT, true, s->rate.peak, s->rate.last, s->rate.tail_step, s->rate.tail_line};
    if (!schedule_decays(&s->declared) || !counts_steps(s) || !s->rate.in_tail || s->rate.last <= 0)
        return false; /* 0 is lr_zero */
    double left = s->declared.max_steps - (double)s->rate.tail_step, lasted = (double)(s->rate.last_step - s->rate.tail_step);
    return left >= s->knobs->early_end * s->declared.max_steps && lasted >= s->knobs->early_end * s->declared.max_steps / 2;
}

/* The rates lie on a line to five digits, and it meets 0 long before the declared end. */
static bool line_too_short(const struct state *s, struct verdict *v)
{
    const struct line *l = &s->rate.fall.of;
    *v = (struct verdict){LINE_SHORT, true, s->rate.peak, s->rate.last, s->rate.fall.step, s->rate.fall.line};
    if (l->n < s->knobs->min_points / 2 || !schedule_is_linear(&s->declared) || !schedule_decays(&s->declared) ||
        !counts_steps(s))
        return false;
    if (!line_is_straight(l, STRAIGHT)) return false;
    double ends = (double)s->rate.fall.step + (l->x - l->y / line_slope(l)) / l->n;
    return ends <= (1 - s->knobs->early_end) * s->declared.max_steps;
}

static bool short_warmup(const struct state *s, struct verdict *v)
{
    double between = (double)(s->rate.last_step - s->rate.first_step) / (double)s->rate.n,
           peak = (double)s->rate.peak_step + between;
    *v = (struct verdict){SHORT_WARMUP, false, 0, s->rate.peak, s->rate.peak_step, s->rate.peak_line};
    if (!counts_steps(s) || s->declared.warmup < 10 || s->declared.warmup > s->declared.max_steps / 2)
        return false; /* few: epochs perhaps */
    return (double)s->rate.last_step > s->declared.warmup && s->rate.peak_step > s->rate.first_step &&
           peak < s->knobs->warmup_share * s->declared.warmup;
}

/* A warm-up may begin late, or after a few rates that look alike: the climb counts where it is shorter than what came before it, and
 * that was not little; or as long as all of the declared warm-up, and less steep. */
static bool climb_counts(const struct state *s)
{
    const struct rate_climb *c = &s->rate.climb;
    double lasted = (double)(s->rate.last_step - c->step), before = (double)(c->step - s->rate.first_step);
    bool steeper = (s->rate.last - c->from) * before > s->knobs->rate.faster * c->from * lasted;
    bool behind = lasted + before > 1.5 * s->declared.warmup || (before >= s->declared.warmup && steeper);
    return c->told || (lasted <= before && behind);
}

/* A warm-up along a line, which goes on upwards where it should have ended. */
static bool goes_on_up(const struct state *s, struct verdict *v)
{
    const struct bend *b = &s->rate.bend;
    *v = (struct verdict){GOES_ON, true, b->left, b->last, b->left_step, b->left_line};
    return b->far && !schedule_rises(&s->declared);
}

static bool climbs(const struct state *s, struct verdict *v)
{
    *v = (struct verdict){CLIMBS, true, s->rate.climb.from, s->rate.last, s->rate.climb.step, s->rate.climb.line};
    bool even = (double)s->rate.climb.even >= s->knobs->even, few = (double)s->rate.climb.rises >= s->knobs->climb_few;
    bool stood = (double)s->rate.climb.stood >= (even ? s->knobs->climb_few : s->knobs->climb_stood) &&
                 s->rate.climb.stood + 2 >= s->rate.climb.n;
    if (s->rate.climb.from <= 0 || schedule_rises(&s->declared)) return false;
    if (stood && even && few && s->rate.last >= s->knobs->climbed * s->rate.climb.from) return climb_counts(s);
    if (stood && s->rate.climb.faster && few && s->rate.last >= s->knobs->climb_far * s->rate.climb.from) return climb_counts(s);
    if ((double)s->rate.climb.rises < s->knobs->climb_points || s->rate.last < s->knobs->climbed * s->rate.climb.from ||
        (double)s->rate.climb.n < s->knobs->min_points)
        return false;
    return climb_counts(s);
}

static bool tells_climb(struct state *s)
{
    struct verdict v;
    if (!s->rate.bend.far && s->rate.bend.rises && bend_rises(&s->rate.bend, s->knobs->climbed, s->knobs->climb_few))
        return s->rate.bend.far = true;
    if (!s->rate.climb.told && (double)s->rate.climb.rises >= fmin(s->knobs->climb_few, s->knobs->climb_points) && climbs(s, &v))
        return s->rate.climb.told = true;
    return false;
}

static bool (*const rules[])(const struct state *s, struct verdict *v) = {goes_on_up, climbs,    rises_again,    never_warm,
                                                                          too_long,   too_short, line_too_short, short_warmup};

static bool judged(const struct state *s, struct verdict *v)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i](s, v)) return true;
    return false;
}

static void judge(struct state *s, const struct findings *out)
{
    struct verdict v;
    if ((double)s->rate.n < s->knobs->climb_stood) return;
    bool is = (double)s->rate.n < s->knobs->min_points ? goes_on_up(s, &v) || climbs(s, &v) : judged(s, &v);
    struct finding f = {0};
    if (is) {
        f = (struct finding){.kind = "lr_out_of_schedule",
                             .episode = 1,
                             .severity = v.certain ? SEVERITY_WARNING : SEVERITY_INFO,
                             .confidence = v.certain ? 0.85 : 0.6,
                             .series = s->series,
                             .source = s->series->source,
                             .segment = s->segment,
                             .onset_step = v.onset,
                             .first_step = v.onset,
                             .last_step = s->rate.last_step,
                             .first_line = v.line,
                             .last_line = s->rate.last_line};
        finding_add(&f, "from", v.from, "");
        finding_add(&f, "to", v.to, "");
        finding_add(&f, "how", v.how, "");
        finding_add(&f, "declared", v.certain, "");
        if (v.how == RESTARTS && s->rate.resumed) finding_add(&f, "resumed", 1, "");
        finding_add(&f, "restarts", (double)s->rate.restarts, "");
        finding_add(&f, "declared_steps", s->declared.max_steps > 0 ? s->declared.max_steps : (double)NAN, "steps");
        finding_add(&f, "declared_warmup", s->declared.warmup > 0 ? s->declared.warmup : (double)NAN, "steps");
    }
    told_update(&s->told, is, is && s->told.severity != f.severity, &f, out);
}

static void fact(void *state, const char *key, const char *value)
{
    schedule_fact(&((struct state *)state)->declared, key, value);
}

RARELY static void look(struct state *s, const struct point *p, const struct findings *out)
{
    if (!isfinite(p->value) || p->value < 0) return;
    if (!s->series) rate_begin(&s->rate, p);
    else if (p->segment != s->segment) rate_resume(&s->rate, &s->knobs->rate, p);
    else if (p->step == s->rate.last_step) return; /* another group's, under one name */
    s->series = p->series;
    s->segment = p->segment;
    uint64_t restarts = s->rate.restarts;
    rate_add(&s->rate, &s->knobs->rate, p);
    if (tells_climb(s) || s->rate.restarts != restarts) judge(s, out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    bool known = p->series == s->series && p->segment == s->segment && p->step != s->rate.last_step;
    if (known && rate_goes_on(&s->rate, p)) rate_go_on(&s->rate, &s->knobs->rate, p);
    else look(s, p, out);
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    if (s->series) judge(s, out);
}

const struct analyzer analyzer_lr_out_of_schedule = {.name = "lr_out_of_schedule",
                                                     .summary = "the learning rate leaves its schedule",
                                                     .source = "failure knowledge F33; Hoffmann 2022 on the length of a cosine",
                                                     .kinds = kinds,
                                                     .wants = WANTS(ROLE_LEARNING_RATE),
                                                     .scope = PER_SERIES,
                                                     .state_size = sizeof(struct state),
                                                     .knobs = knobs,
                                                     .fact = fact,
                                                     .observe = observe,
                                                     .finish = finish};
