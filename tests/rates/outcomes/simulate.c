/* simulate - does the order of fixes get better by what teams tried? Teams with known true rates of success, over the real rank() and the real
 * knowledge.
 *
 *   simulate [--teams 20] [--incidents 40] [--repeats 20] [--spread 2] [--seed 1] [--scrambled]
 *
 * A team has two projects and some causes that trouble it again and again. How often a fix truly works there is drawn around what the
 * knowledge thinks of it, Beta(mean * spread, (1 - mean) * spread): the fixed order is right on average and wrong for a team, the more the
 * smaller the spread. An incident is tried against, in the order offered, until something works or TRIES_MAX failed; of each try a person
 * tells the outcome (a quarter), the next run is watched (half; weight 0.5, and wrong in one of ten), or nobody learns of it.
 *
 * The learned and the fixed order meet the same incidents and the same luck. Each team lives its 40 incidents `repeats` times, from an empty
 * memory, so that what is measured is the team and not one sequence of throws. Regret of an incident: the true worth of the best fix less that
 * of the one offered first, in rank()'s own unit (and as P(works)). Teams are the independent units: intervals are bootstrapped over them.
 * The exit code is 1 unless the 95 % intervals of the paired differences lie above 0: regret against the fixed order, over all incidents and
 * over the last quarter; the right fix's mean rank in the last quarter, and its fall from the first quarter to the last. --scrambled credits each
 * outcome to any fix of the cause, and must not pass. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../daemon/knowledge/knowledge.h"

enum { CAUSES = 5, TEAM_FIXES_MAX = 8, PROJECTS = 2, TRIES_MAX = 3, QUARTERS = 4, TEAMS_MAX = 200, RESAMPLES = 2000 };
static const double TOLD = 0.25, WATCHED = 0.5, WATCHED_WEIGHT = 0.5, MISREAD = 0.1, BELIEF = 0.8, PROJECT_SPREAD = 12;
/* As in rank.c: what harm and effort cost. */
static const double DAMAGE = 0.3, EFFORT = 0.1;

static const char *const projects[PROJECTS] = {"one", "two"};

/* ---- chance ---------------------------------------------------------------------------------------------------------------- */

struct chance {
    uint64_t state;
};

/* Steele, Lea & Flood 2014, Fast splittable pseudorandom number generators, OOPSLA. */
static double uniform(struct chance *c)
{
    uint64_t z = c->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return ((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
}

/* Luck of one thing: the same whoever asks, so that both orders meet it. */
static struct chance luck(uint64_t seed, uint64_t a, uint64_t b, uint64_t c)
{
    struct chance l = {seed * 1000003 + a * 7919 + b * 104729 + c * 1299709};
    for (int i = 0; i < 3; i++) (void)uniform(&l);
    return l;
}

static double normal(struct chance *c) { return sqrt(-2 * log(uniform(c))) * cos(2 * M_PI * uniform(c)); }

/* Marsaglia & Tsang 2000, ACM TOMS 26(3); below 1 by their boost. */
static double gamma_of(struct chance *c, double shape)
{
    if (shape < 1) return gamma_of(c, shape + 1) * pow(uniform(c), 1 / shape);
    double d = shape - 1.0 / 3, k = 1 / sqrt(9 * d);
    for (;;) {
        double x = normal(c), v = 1 + k * x;
        if (v <= 0) continue;
        v = v * v * v;
        if (log(uniform(c)) < x * x / 2 + d - d * v + d * log(v)) return d * v;
    }
}

static double beta_of(struct chance *c, double mean, double spread)
{
    double a = gamma_of(c, mean * spread), b = gamma_of(c, (1 - mean) * spread);
    return fmin(0.995, fmax(0.005, a / (a + b)));
}

/* ---- teams ----------------------------------------------------------------------------------------------------------------- */

struct truth {
    double works[PROJECTS], harm;
};
struct team {
    const struct cause *causes[CAUSES];
    struct truth truth[CAUSES][TEAM_FIXES_MAX]; /* by place in the cause's list */
};
struct options {
    size_t teams, incidents, repeats;
    double spread;
    uint64_t seed;
    bool scrambled;
};

static const struct cause *any_cause(const struct knowledge *k, struct chance *c)
{
    double all = 0, at;
    for (size_t i = 0; i < k->n_causes; i++) all += k->causes[i].n_fixes > 2 ? k->causes[i].prior : 0;
    at = all * uniform(c);
    for (size_t i = 0; i < k->n_causes; i++)
        if (k->causes[i].n_fixes > 2 && (at -= k->causes[i].prior) <= 0) return &k->causes[i];
    return &k->causes[0];
}

static void draw_truth(const struct knowledge *k, const struct cause *cause, double spread, struct chance *c, struct truth *out)
{
    struct ranked prior[RANK_MAX];
    size_t n = rank(cause, BELIEF, k->fixes, k->n_fixes, NULL, 0, prior);
    for (size_t place = 0; place < cause->n_fixes && place < TEAM_FIXES_MAX; place++)
        for (size_t i = 0; i < n; i++) {
            if (strcmp(prior[i].fix->id, cause->fixes[place]) != 0) continue;
            double works = beta_of(c, prior[i].probability, spread);
            for (size_t p = 0; p < PROJECTS; p++) out[place].works[p] = beta_of(c, works, PROJECT_SPREAD);
            out[place].harm = prior[i].fix->harm;
        }
}

static void draw_team(const struct knowledge *k, const struct options *o, size_t number, struct team *t)
{
    struct chance c = luck(o->seed, number, 1, 1);
    for (size_t i = 0; i < CAUSES; i++) {
        t->causes[i] = any_cause(k, &c);
        for (size_t j = 0; j < i; j++)
            if (t->causes[j] == t->causes[i]) t->causes[i] = any_cause(k, &c), j = SIZE_MAX;
        draw_truth(k, t->causes[i], o->spread, &c, t->truth[i]);
    }
}

/* ---- one team's memory ----------------------------------------------------------------------------------------------------- */

struct memory {
    struct outcome *at;
    size_t n;
};

static void note(struct memory *m, const char *cause, const char *fix, const char *project, int worked, double weight)
{
    struct outcome *o = &m->at[m->n++];
    *o = (struct outcome){.cause = cause, .fix = fix, .project = project, .times = 1, .times_worked = worked == 0};
    *(worked == 0 ? &o->worked : worked == 1 ? &o->failed : &o->worse) = weight;
}

struct incident {
    uint64_t number;       /* over all lives of all teams */
    size_t which, project; /* which: of the team's causes */
    const struct cause *cause;
};

static const struct truth *truth_of(const struct team *t, const struct incident *i, const struct fix *f)
{
    for (size_t p = 0; p < i->cause->n_fixes && p < TEAM_FIXES_MAX; p++)
        if (strcmp(i->cause->fixes[p], f->id) == 0) return &t->truth[i->which][p];
    return NULL;
}

static double worth(const struct team *t, const struct incident *i, const struct fix *f)
{
    const struct truth *x = truth_of(t, i, f);
    double works = x->works[i->project];
    return BELIEF * works * f->gain - (1 - works) * x->harm * DAMAGE - f->cost * EFFORT;
}

/* 0 worked, 1 failed, 2 worse */
static int try_fix(const struct options *o, const struct team *t, const struct incident *i, const struct fix *f)
{
    struct chance l = luck(o->seed + 1, i->number, (uint64_t)(unsigned char)f->id[0], strlen(f->id));
    const struct truth *x = truth_of(t, i, f);
    return uniform(&l) < x->works[i->project] ? 0 : uniform(&l) < x->harm ? 2 : 1;
}

static void learn(const struct options *o, const struct incident *i, const char *fix, int worked, size_t attempt,
                  struct memory *m)
{
    struct chance l = luck(o->seed + 2, i->number, attempt, 3);
    double how = uniform(&l);
    if (o->scrambled) fix = i->cause->fixes[(size_t)(uniform(&l) * (double)i->cause->n_fixes)];
    if (how < TOLD) note(m, i->cause->id, fix, projects[i->project], worked, 1);
    else if (how < TOLD + WATCHED)
        note(m, i->cause->id, fix, projects[i->project], uniform(&l) < MISREAD ? !worked : worked, WATCHED_WEIGHT);
}

/* ---- measures -------------------------------------------------------------------------------------------------------------- */

enum measure { REGRET, REGRET_WORKS, RIGHT_RANK, TRIES, MEASURES };
static const char *const measure_names[] = {"regret", "regret in P(works)", "rank of the right fix", "tries until it worked"};

struct measured {
    double sum[MEASURES][QUARTERS];
};

static void measure(const struct team *t, const struct incident *i, const struct ranked *r, size_t n, double got[MEASURES])
{
    size_t right = 0, likeliest = 0;
    for (size_t k = 1; k < n; k++) {
        if (worth(t, i, r[k].fix) > worth(t, i, r[right].fix)) right = k;
        if (truth_of(t, i, r[k].fix)->works[i->project] > truth_of(t, i, r[likeliest].fix)->works[i->project]) likeliest = k;
    }
    got[REGRET] = worth(t, i, r[right].fix) - worth(t, i, r[0].fix);
    got[REGRET_WORKS] = truth_of(t, i, r[likeliest].fix)->works[i->project] - truth_of(t, i, r[0].fix)->works[i->project];
    got[RIGHT_RANK] = (double)right + 1;
}

static void meet(const struct options *o, const struct knowledge *k, const struct team *t, const struct incident *i,
                 bool learning, struct memory *m, double got[MEASURES])
{
    struct ranked r[RANK_MAX];
    const struct trouble near = {.project = projects[i->project]};
    size_t n = rank_near(i->cause, BELIEF, &near, k->fixes, k->n_fixes, m->at, learning ? m->n : 0, r), attempt = 0;
    int worked = 1;
    measure(t, i, r, n, got);
    for (; attempt < n && attempt < TRIES_MAX && worked; attempt++) {
        worked = try_fix(o, t, i, r[attempt].fix);
        if (learning) learn(o, i, r[attempt].fix->id, worked, attempt, m);
    }
    got[TRIES] = (double)attempt + (worked ? 1 : 0);
}

static void live_through(const struct options *o, const struct knowledge *k, const struct team *t, uint64_t life, bool learning,
                         struct measured *out)
{
    struct memory m = {calloc(o->incidents * TRIES_MAX, sizeof *m.at), 0};
    struct chance c = luck(o->seed, life, 2, 2);
    double share = QUARTERS / (double)(o->incidents * o->repeats);
    for (size_t i = 0; m.at && i < o->incidents; i++) {
        double u = uniform(&c), got[MEASURES];
        struct incident now = {.number = life * o->incidents + i, .which = (size_t)(u * u * CAUSES)}; /* some causes come often */
        now.project = uniform(&c) < 0.7 ? 0 : 1;
        now.cause = t->causes[now.which];
        meet(o, k, t, &now, learning, &m, got);
        for (int what = 0; what < MEASURES; what++) out->sum[what][i * QUARTERS / o->incidents] += got[what] * share;
    }
    free(m.at);
}

static void live_lives(const struct options *o, const struct knowledge *k, size_t number, struct measured *fixed,
                       struct measured *learned)
{
    struct team t = {0};
    draw_team(k, o, number, &t);
    for (size_t r = 0; r < o->repeats; r++) {
        live_through(o, k, &t, number * o->repeats + r, false, fixed);
        live_through(o, k, &t, number * o->repeats + r, true, learned);
    }
}

/* ---- intervals ------------------------------------------------------------------------------------------------------------- */

struct interval {
    double mean, low, high;
};

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Percentile bootstrap over teams. */
static struct interval interval_of(const double *x, size_t n, uint64_t seed)
{
    static double means[RESAMPLES];
    struct chance c = {seed + 99};
    struct interval out = {0};
    for (size_t i = 0; i < n; i++) out.mean += x[i] / (double)n;
    for (size_t r = 0; r < RESAMPLES; r++) {
        means[r] = 0;
        for (size_t i = 0; i < n; i++) means[r] += x[(size_t)(uniform(&c) * (double)n)] / (double)n;
    }
    qsort(means, RESAMPLES, sizeof *means, ascending);
    out.low = means[RESAMPLES / 40];
    out.high = means[RESAMPLES - RESAMPLES / 40];
    return out;
}

struct outcome_of_all {
    struct measured fixed[TEAMS_MAX], learned[TEAMS_MAX];
};

/* Over quarters [from, to): how much lower the learned order is, team by team. */
static struct interval gained(const struct outcome_of_all *all, const struct options *o, int what, size_t from, size_t to)
{
    double x[TEAMS_MAX] = {0};
    for (size_t t = 0; t < o->teams; t++)
        for (size_t q = from; q < to; q++)
            x[t] += (all->fixed[t].sum[what][q] - all->learned[t].sum[what][q]) / (double)(to - from);
    return interval_of(x, o->teams, o->seed);
}

static struct interval level(const struct measured *by_team, const struct options *o, int what, size_t q)
{
    double x[TEAMS_MAX];
    for (size_t t = 0; t < o->teams; t++) x[t] = by_team[t].sum[what][q];
    return interval_of(x, o->teams, o->seed);
}

static void print(const struct outcome_of_all *all, const struct options *o)
{
    for (int what = 0; what < MEASURES; what++) {
        printf("%s\n  quarter   fixed order             learned order           lower by (paired)\n", measure_names[what]);
        for (size_t q = 0; q < QUARTERS; q++) {
            struct interval f = level(all->fixed, o, what, q), l = level(all->learned, o, what, q),
                            d = gained(all, o, what, q, q + 1);
            printf("  %zu         %6.3f [%6.3f %6.3f]  %6.3f [%6.3f %6.3f]  %6.3f [%6.3f %6.3f]\n", q + 1, f.mean, f.low, f.high,
                   l.mean, l.low, l.high, d.mean, d.low, d.high);
        }
        struct interval d = gained(all, o, what, 0, QUARTERS);
        printf("  all                                                       %6.3f [%6.3f %6.3f]\n", d.mean, d.low, d.high);
    }
}

/* From the first quarter to the last, within the learned order, beside the same change of the fixed one (other incidents). */
static struct interval rank_falls(const struct outcome_of_all *all, const struct options *o)
{
    double x[TEAMS_MAX];
    for (size_t t = 0; t < o->teams; t++) {
        const double *l = all->learned[t].sum[RIGHT_RANK], *f = all->fixed[t].sum[RIGHT_RANK];
        x[t] = (l[0] - l[QUARTERS - 1]) - (f[0] - f[QUARTERS - 1]);
    }
    return interval_of(x, o->teams, o->seed);
}

static int verdict(const struct outcome_of_all *all, const struct options *o)
{
    struct interval over_all = gained(all, o, REGRET, 0, QUARTERS), last = gained(all, o, REGRET, QUARTERS - 1, QUARTERS);
    struct interval nearer = gained(all, o, RIGHT_RANK, QUARTERS - 1, QUARTERS), falls = rank_falls(all, o);
    bool good = over_all.low > 0 && last.low > 0 && nearer.low > 0 && falls.low > 0;
    printf("the right fix's rank falls by %.3f [%.3f %.3f] from the first quarter to the last\n%s\n", falls.mean, falls.low,
           falls.high, good ? "regret falls" : "NOT SHOWN: an interval does not lie above 0");
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct options o = {.teams = 20, .incidents = 40, .repeats = 20, .spread = 2, .seed = 1};
    struct knowledge k;
    struct err err = {0};
    for (int i = 1; i < argc; i++) {
        double value = i + 1 < argc ? strtod(argv[i + 1], NULL) : 0;
        if (strcmp(argv[i], "--scrambled") == 0) o.scrambled = true;
        else if (strcmp(argv[i], "--teams") == 0 && value >= 2 && value <= TEAMS_MAX) o.teams = (size_t)value, i++;
        else if (strcmp(argv[i], "--incidents") == 0 && value >= QUARTERS && value < 1000) o.incidents = (size_t)value, i++;
        else if (strcmp(argv[i], "--repeats") == 0 && value >= 1 && value <= 1000) o.repeats = (size_t)value, i++;
        else if (strcmp(argv[i], "--spread") == 0 && value > 0) o.spread = value, i++;
        else if (strcmp(argv[i], "--seed") == 0 && value >= 0) o.seed = (uint64_t)value, i++;
        else return fprintf(stderr, "cannot use '%s'; the comment of this file tells the options\n", argv[i]), 2;
    }
    struct outcome_of_all *all = calloc(1, sizeof *all);
    if (!all || knowledge_open(&k, &err) != OK) return free(all), fprintf(stderr, "%s\n", err.text), 3;
    for (size_t t = 0; t < o.teams; t++) live_lives(&o, &k, t, &all->fixed[t], &all->learned[t]);
    print(all, &o);
    int code = verdict(all, &o);
    knowledge_done(&k);
    free(all);
    return code;
}
