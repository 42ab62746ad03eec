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
 * Warm restarts, cycles and plateau rules rise or fall on purpose: where the settings name one, or name none, a rise is
 * worth knowing only, unless the run was resumed just there: what was resumed is then not the schedule. Where the rate leaps from its lowest back to its peak at once, and does so again after a longer while, or the last of
 * such cycles ends with the run, nothing is told: so warm restarts do (Loshchilov 2017), whatever the settings name (a trainer that is given
 * a schedule logs the name of its default), and neither a schedule made anew nor a cosine past its end. Steps are compared with settings only where the log counts steps and stays within the declared number. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "analyzer.h"
#include "diagnose.h"
#include "fact_key.h"
#include "stats/bend.h"
#include "stats/told.h"

#define LONGER 1.5 /* than the first cycle, the second */
#define STRAIGHT                                                                                                                 \
    0.9999         /* of the variance of the rates that a line tells: five digits of a log are more, a cosine's middle less */
#define EVEN  0.05 /* of a rise, on the logarithm, by which the next one differs that is by the same factor: logs are rounded */
#define STEEP 1.1  /* at each rise: of less a straight line looks alike */
#define WHOLE 0.95 /* of a cycle, for it to be whole: the last steps are not always logged */
enum { SCHEDULE = 48 };
struct knobs {
    double fallen, risen, min_points, high_end, low_end, early_end, complete, warmup_share, cycle, climbed, climb_points,
        climb_stood, climb_far, climb_few, faster, even;
};
struct state {
    const struct knobs *knobs;
    char schedule[SCHEDULE]; /* as declared; "" for not told */
    double max_steps, warmup;
    const struct series *series;
    uint16_t segment;
    uint64_t n, rises, restarts, leaps; /* leaps: restarts from the lowest to the peak at once */
    double peak, low, last;             /* low: since the peak */
    int64_t first_step, last_step, peak_step, low_step, restart_step, again_step, newest_step,
        tail_step; /* restarts: 1st, 2nd, last */
    uint64_t first_line, last_line, restart_line, tail_line, peak_line;
    double restart_from, restart_to;
    uint64_t same;        /* rates in a row that are the newest one */
    bool jumped, resumed; /* resumed: the run was started anew, and with it the schedule */
    struct {
        uint64_t rises; /* in a row */
        double from;    /* the highest rate before them */
        int64_t step;
        double up;               /* by the first of them */
        uint64_t line, n, stood; /* n: rates before it, stood: of which the last were all the same */
        bool told, faster;       /* faster: than it began, as no warm-up does */
        uint64_t even;           /* rises in a row by the same factor as the one before */
        double grew;             /* the logarithm of the newest one's */
    } climb;
    struct {
        struct line of; /* steps since its first rate, rates */
        int64_t step;
        uint64_t line;
    } fall; /* rates in a row, each below the one before it */
    struct bend bend;
    bool in_tail; /* the rate is all but 0, since tail_step */
    struct told told;
};

static const char *const kinds[] = {"lr_out_of_schedule", NULL};
static const struct knob knobs[] = {
    {"schedule_fallen", "share", 0.2, 0.001, 0.9, 0.1, 0.4, offsetof(struct knobs, fallen),
     "of its peak to which the rate must have come down before a rise is a restart", "our choice"},
    {"schedule_risen", "x", 3, 1.2, 1000, 5, 2, offsetof(struct knobs, risen), "above its lowest that is a restart",
     "our choice: more than any step of a schedule that only falls"},
    {"schedule_points", "points", 20, 8, 100000, 40, 12, offsetof(struct knobs, min_points), "rates before anything is said",
     "our choice"},
    {"schedule_high_end", "share", 0.5, 0.1, 1, 0.8, 0.3, offsetof(struct knobs, high_end),
     "of its peak at which a declared decay must not end", "Hoffmann 2022: a cosine more than 1.25 times too long costs loss"},
    {"schedule_low_end", "share", 0.001, 0, 0.1, 1e-4, 0.01, offsetof(struct knobs, low_end),
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
    {"schedule_climb_faster", "x", 1.5, 1.1, 100, 2, 1.3, offsetof(struct knobs, faster),
     "its first rise, that a climb of few values has come to", "a warm-up that begins late rises by as much each time"},
    {"schedule_climb_even", "points", 2, 1, 100, 4, 2, offsetof(struct knobs, even),
     "rises in a row by the same factor as the one before, for schedule_climbed to be far enough then",
     "our choice: three equal factors, and the first rise, which the climb began within"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void fact(void *state, const char *key, const char *value)
{
    struct state *s = state;
    const char *name = fact_key(key);
    double number;
    if (!name) return;
    if (strcmp(name, "scheduler") == 0) {
        size_t n = strnlen(value, SCHEDULE - 1);
        memcpy(s->schedule, value, n);
        s->schedule[n] = 0;
    }
    if (strcmp(name, "max_steps") == 0) s->max_steps = fact_number(value, &number) && number > 0 ? number : 0;
    if (strcmp(name, "warmup_steps") == 0) s->warmup = fact_number(value, &number) && number > 0 ? number : 0;
}

static bool declares(const struct state *s, const char *const *words)
{
    for (; *words; words++)
        if (strcasestr(s->schedule, *words)) return true;
    return false;
}
static bool declares_rises(const struct state *s)
{
    static const char *const words[] = {"restart", "cycl", "sgdr", "triang", "plateau", "lambda", "custom", NULL};
    return declares(s, words);
}
static bool declares_decay(const struct state *s)
{
    static const char *const words[] = {"cosine", "polynomial", NULL}, *const linear[] = {"linear", NULL},
                             *const warmup[] = {"warmup", "linearlr", NULL}; /* a linear warm-up is no linear decay */
    return (declares(s, words) || (declares(s, linear) && !declares(s, warmup))) && !declares_rises(s);
}

static bool counts_steps(const struct state *s)
{
    return s->max_steps > 0 && s->series->axis == AXIS_STEP && (double)s->last_step <= 1.02 * s->max_steps &&
           (double)s->first_step <= 0.1 * s->max_steps;
}

static void begin_again(struct state *s, double from, int64_t step, const struct point *p)
{
    if (s->last <= s->knobs->fallen * s->peak && p->value >= 0.9 * s->peak) s->leaps++;
    if (s->restarts++ == 0) s->restart_step = step, s->restart_line = p->line, s->restart_from = from;
    if (s->restarts == 2) s->again_step = step;
    s->newest_step = step;
    s->restart_to = p->value;
    s->peak = s->low = p->value;
}

/* Rises in a row, none of them a jump, after the rate had stood or come down; they begin when it leaves the highest it was. */
static void follow_climb(struct state *s, const struct point *p)
{
    bool rises = p->value > s->last && p->value < s->knobs->risen * s->last && s->n > s->rises + 2;
    if (!rises) s->climb.rises = 0, s->climb.told = false;
    else if (p->value > s->climb.from && s->climb.rises++ == 0)
        s->climb.step = p->step, s->climb.line = p->line, s->climb.n = s->n - 1, s->climb.stood = s->same,
        s->climb.up = p->value - s->last;
    double grew = rises ? log(p->value / s->last) : 0;
    bool even = grew >= log(STEEP) && fabs(grew - s->climb.grew) <= EVEN * grew;
    s->climb.even = even ? s->climb.even + 1 : 0, s->climb.grew = grew;
    s->climb.faster = rises && p->value - s->last >= s->knobs->faster * s->climb.up;
    s->same = p->value == s->last ? s->same + 1 : 1;
    if (!s->climb.rises && p->value > s->climb.from) s->climb.from = p->value;
}

static void follow_fall(struct state *s, const struct point *p)
{
    if (!(p->value < s->last)) memset(&s->fall, 0, sizeof s->fall);
    if (s->fall.of.n == 0) s->fall.step = p->step, s->fall.line = p->line;
    line_add(&s->fall.of, (double)(p->step - s->fall.step), p->value);
}

/* The newest rate against the curve so far. */
static void follow(struct state *s, const struct point *p)
{
    bool warms_up = s->rises + 2 >= s->n, rises = p->value > s->last;
    follow_climb(s, p);
    follow_fall(s, p);
    bend_add(&s->bend, p->step, p->value, p->line);
    if (rises && warms_up) s->rises++;
    if (s->peak > 0 && s->low <= s->knobs->fallen * s->peak && p->value >= s->knobs->risen * s->low &&
        p->value > s->knobs->fallen * s->peak)
        begin_again(s, s->low, s->low_step, p);
    if (rises && !warms_up && s->last > 0 && p->value >= s->knobs->risen * s->last && p->value > s->peak) {
        s->jumped = s->jumped || !s->restarts;
        begin_again(s, s->last, p->step, p);
    }
    if (p->value > s->peak && s->low >= s->knobs->fallen * s->peak) {
        s->peak = s->low = p->value;
        s->peak_step = p->step, s->peak_line = p->line;
    }
    if (p->value < s->low) s->low = p->value, s->low_step = p->step;
    bool tail = p->value <= s->knobs->low_end * s->peak;
    if (tail && !s->in_tail) s->tail_step = p->step, s->tail_line = p->line;
    s->in_tail = tail;
}

enum how { RESTARTS = 1, ENDLESS, TOO_LONG, TOO_SHORT, JUMPS, SHORT_WARMUP, CLIMBS, LINE_SHORT, GOES_ON, STANDS };
struct verdict {
    enum how how;
    bool certain;    /* against what was declared: a warning */
    double from, to; /* rates */
    int64_t onset;
    uint64_t line;
};

static bool over(const struct state *s) { return counts_steps(s) && (double)s->last_step >= s->knobs->complete * s->max_steps; }

/* Restarts from the lowest to the peak at once, each cycle longer than the one before it, or all of a length and the last one whole. */
static bool on_purpose(const struct state *s)
{
    if (s->restarts < 2 || s->leaps < s->restarts) return false;
    double first = (double)(s->restart_step - s->first_step), second = (double)(s->again_step - s->restart_step);
    return second >= LONGER * first || (double)(s->last_step - s->newest_step) >= WHOLE * first;
}

static bool rises_again(const struct state *s, struct verdict *v)
{
    enum how how = s->jumped ? JUMPS : RESTARTS;
    *v = (struct verdict){how, declares_decay(s) || s->resumed, s->restart_from, s->restart_to, s->restart_step, s->restart_line};
    return s->restarts && !on_purpose(s) && !declares_rises(s) && s->knobs->cycle * (double)s->restarts <= (double)s->n;
}

static bool never_warm(const struct state *s, struct verdict *v)
{
    *v = (struct verdict){ENDLESS, declares_decay(s) || s->warmup > 0, 0, s->last, s->first_step, s->first_line};
    return s->rises + 1 >= s->n && over(s);
}

/* A rate that never moved may have been given in code, whatever the settings say. */
static bool too_long(const struct state *s, struct verdict *v)
{
    bool moved = s->last < s->peak;
    *v = (struct verdict){moved ? TOO_LONG : STANDS, moved, s->peak, s->last, s->peak_step, s->peak_line};
    return declares_decay(s) && over(s) && s->last >= s->knobs->high_end * s->peak && s->rises < s->n / 2;
}

static bool too_short(const struct state *s, struct verdict *v)
{
    *v = (struct verdict){TOO_SHORT, true, s->peak, s->last, s->tail_step, s->tail_line};
    if (!declares_decay(s) || !counts_steps(s) || !s->in_tail || s->last <= 0) return false; /* 0 is lr_zero */
    double left = s->max_steps - (double)s->tail_step, lasted = (double)(s->last_step - s->tail_step);
    return left >= s->knobs->early_end * s->max_steps && lasted >= s->knobs->early_end * s->max_steps / 2;
}

/* The rates lie on a line to five digits, and it meets 0 long before the declared end. */
static bool line_too_short(const struct state *s, struct verdict *v)
{
    const struct line *l = &s->fall.of;
    *v = (struct verdict){LINE_SHORT, true, s->peak, s->last, s->fall.step, s->fall.line};
    if (l->n < s->knobs->min_points / 2 || !strcasestr(s->schedule, "linear") || !declares_decay(s) || !counts_steps(s))
        return false;
    if (!line_is_straight(l, STRAIGHT)) return false;
    double ends = (double)s->fall.step + (l->x - l->y / line_slope(l)) / l->n;
    return ends <= (1 - s->knobs->early_end) * s->max_steps;
}

static bool short_warmup(const struct state *s, struct verdict *v)
{
    double between = (double)(s->last_step - s->first_step) / (double)s->n, peak = (double)s->peak_step + between;
    *v = (struct verdict){SHORT_WARMUP, false, 0, s->peak, s->peak_step, s->peak_line};
    if (!counts_steps(s) || s->warmup < 10 || s->warmup > s->max_steps / 2) return false; /* few: epochs perhaps */
    return (double)s->last_step > s->warmup && s->peak_step > s->first_step && peak < s->knobs->warmup_share * s->warmup;
}

/* A warm-up may begin late, or after a few rates that look alike: the climb counts where it is shorter than what came before it, and
 * that was not little. */
static bool climb_counts(const struct state *s)
{
    double lasted = (double)(s->last_step - s->climb.step), before = (double)(s->climb.step - s->first_step);
    return s->climb.told || (lasted <= before && (double)(s->last_step - s->first_step) > 1.5 * s->warmup);
}

/* A warm-up along a line, which goes on upwards where it should have ended. */
static bool goes_on_up(const struct state *s, struct verdict *v)
{
    const struct bend *b = &s->bend;
    *v = (struct verdict){GOES_ON, true, b->left, b->last, b->left_step, b->left_line};
    return b->far && !declares_rises(s);
}

static bool climbs(const struct state *s, struct verdict *v)
{
    *v = (struct verdict){CLIMBS, true, s->climb.from, s->last, s->climb.step, s->climb.line};
    bool even = (double)s->climb.even >= s->knobs->even, few = (double)s->climb.rises >= s->knobs->climb_few;
    bool stood =
        (double)s->climb.stood >= (even ? s->knobs->climb_few : s->knobs->climb_stood) && s->climb.stood + 2 >= s->climb.n;
    if (s->climb.from <= 0 || declares_rises(s)) return false;
    if (stood && even && few && s->last >= s->knobs->climbed * s->climb.from) return climb_counts(s);
    if (stood && s->climb.faster && few && s->last >= s->knobs->climb_far * s->climb.from) return climb_counts(s);
    if ((double)s->climb.rises < s->knobs->climb_points || s->last < s->knobs->climbed * s->climb.from ||
        (double)s->climb.n < s->knobs->min_points)
        return false;
    return climb_counts(s);
}

static bool tells_climb(struct state *s)
{
    struct verdict v;
    if (!s->bend.far && s->bend.rises && bend_rises(&s->bend, s->knobs->climbed, s->knobs->climb_few)) return s->bend.far = true;
    if (!s->climb.told && (double)s->climb.rises >= fmin(s->knobs->climb_few, s->knobs->climb_points) && climbs(s, &v))
        return s->climb.told = true;
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
    if ((double)s->n < s->knobs->climb_stood) return;
    bool is = (double)s->n < s->knobs->min_points ? goes_on_up(s, &v) || climbs(s, &v) : judged(s, &v);
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
                             .last_step = s->last_step,
                             .first_line = v.line,
                             .last_line = s->last_line};
        finding_add(&f, "from", v.from, "");
        finding_add(&f, "to", v.to, "");
        finding_add(&f, "how", v.how, "");
        finding_add(&f, "declared", v.certain, "");
        if (v.how == RESTARTS && s->resumed) finding_add(&f, "resumed", 1, "");
        finding_add(&f, "restarts", (double)s->restarts, "");
        finding_add(&f, "declared_steps", s->max_steps > 0 ? s->max_steps : (double)NAN, "steps");
        finding_add(&f, "declared_warmup", s->warmup > 0 ? s->warmup : (double)NAN, "steps");
    }
    told_update(&s->told, is, is && s->told.severity != f.severity, &f, out);
}

static void begin(struct state *s, const struct point *p)
{
    s->n = s->rises = s->restarts = s->leaps = 0;
    s->jumped = s->resumed = false;
    memset(&s->climb, 0, sizeof s->climb);
    memset(&s->fall, 0, sizeof s->fall);
    bend_begin(&s->bend, p->step, p->value);
    s->climb.from = p->value;
    s->same = 1;
    s->peak = s->low = s->last = p->value;
    s->first_step = s->peak_step = s->low_step = p->step;
    s->first_line = s->peak_line = p->line;
    s->in_tail = false;
}

/* A run that is resumed where it was goes on with the rate it had; one that begins with the highest again has lost its schedule. */
static void resume(struct state *s, const struct point *p)
{
    double last = s->last, peak = s->peak;
    bool goes_on = (double)(p->step - s->first_step) > 0.1 * (double)(s->last_step - s->first_step);
    int64_t step = s->last_step;
    begin(s, p);
    if (goes_on && last > 0 && p->value >= s->knobs->risen * last && p->value >= 0.9 * peak)
        begin_again(s, last, step, p), s->resumed = true;
}

RARELY static void look(struct state *s, const struct point *p, const struct findings *out)
{
    if (!isfinite(p->value) || p->value < 0) return;
    if (!s->series) begin(s, p);
    else if (p->segment != s->segment) resume(s, p);
    else if (p->step == s->last_step) return; /* another group's, under one name */
    s->series = p->series;
    s->segment = p->segment;
    uint64_t restarts = s->restarts;
    if (s->n++) follow(s, p);
    s->last = p->value;
    s->last_step = p->step;
    s->last_line = p->line;
    if (tells_climb(s) || s->restarts != restarts) judge(s, out);
}

/* A rate that stands, or that falls below all since its peak: most are. It ends a climb, begins none, and is no restart. */
static inline void go_on(struct state *s, const struct point *p)
{
    bool tail = p->value <= s->knobs->low_end * s->peak;
    s->n++;
    follow_fall(s, p);
    s->same = p->value == s->last ? s->same + 1 : 1;
    if (p->value < s->low) s->low = p->value, s->low_step = p->step;
    if (tail && !s->in_tail) s->tail_step = p->step, s->tail_line = p->line;
    s->in_tail = tail;
    s->last = p->value, s->last_step = p->step, s->last_line = p->line;
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    bool lower = p->value < s->low && p->value < s->last && p->value >= 0, stands = s->same > 1 && p->value == s->last;
    bool known = p->series == s->series && p->segment == s->segment && p->step != s->last_step;
    if (known && (lower || stands) && !s->climb.rises && p->value <= s->climb.from) go_on(s, p);
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
