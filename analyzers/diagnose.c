/* diagnose - the arithmetic of causes. The idea is in diagnose.h; how to write the data in templates/README.md.
 *
 * Three things keep the sum of log ratios honest, for the clues of one cause are not independent:
 *   topic    two clues about the same finding kind (setting, event) are one observation: the more precise one speaks, and of
 *            equally precise ones the stronger;
 *   family   kinds that follow from one another (a loss that diverges ends in NaN) are told nearly the same thing twice: behind
 *            the strongest of a family the others keep ECHO of their weight;
 *   doubt    a finding that is real with probability c weighs log(1 + c (ratio - 1)): an unreal one says nothing.
 * Once a cause is chosen, what it explains speaks less for the others, in proportion to how sure the choice is. */
#include "diagnose.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "fact_key.h"

/* What is left of a log ratio when something else already accounts for the same observation. 0 would mean that two faults never
 * show in one symptom, 1 that they never share one; 62 % of faulty programs have several (DeepFD, 52 programs), and their symptoms
 * are few. 0.35 lets a threshold clue (x4) count 1.6 and a decisive one (x20) 2.9. Ours. */
static const double ECHO = 0.35;
/* No evidence in a log is proof, and nothing is excluded by one. */
static const double PROBABILITY_MIN = 0.01, PROBABILITY_MAX = 0.97;
/* Two causes that a log cannot tell apart take their evidence from each other: the second and the third are told from half of that on. */
static const double REPORT_FROM = 0.2, SECOND_FROM = 0.1;

enum { STANDSTILL = 3, ENDED = 6, BEST = 3 };
enum { FACTS_MAX = 64, READINGS_MAX = 48, EXPLAINED_MAX = DIAGNOSIS_MAX * READINGS_MAX };

static const struct {
    const char *kind;
    int family;
} families[] = {
    {"loss_divergence", 1},
    {"loss_spike", 1},
    {"loss_nonfinite", 1},
    {"grad_nonfinite", 1},
    {"metric_nonfinite", 1},
    {"weights_nonfinite", 1},
    {"loss_scale_collapse", 1},
    {"grad_explosion", 2},
    {"grad_spike", 2},
    {"loss_plateau", STANDSTILL},
    {"loss_not_decreasing", STANDSTILL},
    {"score_stuck", STANDSTILL},
    {"return_flat", STANDSTILL},
    {"loss_at_chance", STANDSTILL},
    {"overfitting", 4},
    {"validation_divergence", 4},
    {"score_drop", 4},
    {"gap_from_start", 4},
    {"policy_collapse", 4},
    {"mode_collapse", 5},
    {"discriminator_wins", 5},
    {"generator_wins", 5},
    {"adversarial_stalemate", 5},
    {"run_crashed", ENDED},
    {"out_of_memory", ENDED},
    {"run_stalled", ENDED},
    {"entropy_collapse", 7},
    {"kl_blowup", 7},
    {"weights_frozen", 8},
    {"grad_zero", 8},
    {"lr_zero", 8},
    {"update_ratio_low", 8},
};

struct reading {
    const struct clue *clue;
    double weight;
}; /* a clue that holds; weight: natural log of its ratio after doubt */
struct explained {
    const char *kind;
    double left;
};
struct view {
    const struct case_file *run;
    size_t n_facts;
    struct fact facts[FACTS_MAX]; /* canonical; a key once, the last one logged */
    size_t n_explained;
    struct explained explained[EXPLAINED_MAX];
};

static int family_of(const char *kind)
{
    for (size_t i = 0; kind && i < sizeof families / sizeof *families; i++)
        if (!strcmp(families[i].kind, kind)) return families[i].family;
    return 0;
}

static const char *fact_value(const struct view *v, const char *key)
{
    for (size_t i = 0; i < v->n_facts; i++)
        if (!strcmp(v->facts[i].key, key)) return v->facts[i].value;
    return NULL;
}

static void keep_fact(struct view *v, const char *key, const char *value)
{
    size_t i = 0;
    while (i < v->n_facts && strcmp(v->facts[i].key, key)) i++;
    if (i == FACTS_MAX) return;
    v->facts[i] = (struct fact){key, value};
    if (i == v->n_facts) v->n_facts++;
}

/* A clue names one setting, but what rate is high depends on the optimizer: the step of Adam, and of RMSprop, is the rate itself
 * (UMLAUT's 0.01). */
static void open_view(struct view *v, const struct case_file *run)
{
    v->run = run;
    v->n_facts = v->n_explained = 0;
    for (size_t i = 0; i < run->n_facts; i++) {
        const char *key, *value;
        if (fact_canonical(run->facts[i].key, run->facts[i].value, &key, &value)) keep_fact(v, key, value);
    }
    const char *rate = fact_value(v, "learning_rate");
    bool adam = fact_says(fact_value(v, "optimizer"), "adam|adamw|adamax|nadam|nadamw|radam|fusedadam|rmsprop");
    if (rate && adam) keep_fact(v, "adam_learning_rate", rate);
}

static bool within(const struct clue *c, double x) { return x >= c->min && x <= c->max; }

/* A standstill that was told while the run went on and has ended was none: what is said of it speaks for nothing. */
static bool ended_standstill(const struct finding *f)
{
    return f->phase == PHASE_CLOSED && f->severity == SEVERITY_INFO && family_of(f->kind) == STANDSTILL;
}

static bool finding_shows(const struct finding *f, const struct clue *c)
{
    if (strcmp(f->kind, c->finding) || ended_standstill(f)) return false;
    return !c->evidence || within(c, finding_evidence(f, c->evidence, NAN));
}

static bool fact_holds(const struct view *v, const struct clue *c)
{
    const char *value = fact_value(v, c->fact);
    double number;
    if (!value) return false;
    if (c->equals) return fact_says(value, c->equals);
    return fact_number(value, &number) && (c->evidence || within(c, number));
}

static bool event_happened(uint32_t events, const char *name)
{
    for (int e = 0; e < EVENT_COUNT; e++)
        if (events >> e & 1 && !strcmp(event_name((enum event)e), name)) return true;
    return false;
}

static bool has_phrase(const char *words, const char *phrase, size_t n)
{
    for (; *words; words++)
        if (!strncasecmp(words, phrase, n)) return true;
    return false;
}

/* Does an event of the clue's kind (of any, when it names none) hold one of its phrases? */
static bool says(const struct case_file *run, const struct clue *c)
{
    for (size_t i = 0; i < run->n_said; i++) {
        if (!run->said[i].words || (c->event && strcmp(event_name(run->said[i].kind), c->event))) continue;
        for (const char *p = c->says; *p; p += p[strcspn(p, "|")] ? strcspn(p, "|") + 1 : strcspn(p, "|"))
            if (strcspn(p, "|") && has_phrase(run->said[i].words, p, strcspn(p, "|"))) return true;
    }
    return false;
}

static bool kind_there(const struct case_file *run, const char *kind)
{
    for (size_t i = 0; i < run->n_findings; i++)
        if (!strcmp(run->findings[i].kind, kind) && !ended_standstill(&run->findings[i])) return true;
    return false;
}

/* the highest confidence among the findings that show the clue, -1 when there is none */
static double shown(const struct case_file *run, const struct clue *c)
{
    double best = -1;
    for (size_t i = 0; i < run->n_findings; i++)
        if (finding_shows(&run->findings[i], c)) best = fmax(best, run->findings[i].confidence);
    return best;
}

/* Does every condition hold? Then *weight is the clue's log ratio after doubt. */
static bool holds(const struct view *v, const struct clue *c, double *weight)
{
    double confidence = c->finding ? shown(v->run, c) : 1;
    if (confidence < 0) return false;
    if (c->role != ROLE_NONE && !(v->run->roles & WANTS(c->role))) return false;
    if (c->absent && kind_there(v->run, c->absent)) return false;
    if (c->event && !event_happened(v->run->events, c->event)) return false;
    if (c->says && !says(v->run, c)) return false;
    if (c->fact && !fact_holds(v, c)) return false;
    *weight = log1p(fmin(confidence, 1) * (c->ratio - 1));
    return true;
}

static bool same(const char *a, const char *b) { return a == b || (a && b && !strcmp(a, b)); }

static bool same_topic(const struct clue *a, const struct clue *b)
{
    if (a->finding || b->finding) return same(a->finding, b->finding);
    if (a->absent || b->absent) return same(a->absent, b->absent);
    if (a->fact || b->fact) return same(a->fact, b->fact);
    if (a->event || b->event) return same(a->event, b->event);
    return a->role == b->role;
}

static int conditions(const struct clue *c)
{
    return !!c->finding + !!c->absent + !!c->evidence + !!c->fact + !!c->event + !!c->says + (c->role != ROLE_NONE);
}

static bool speaks_before(const struct reading *a, const struct reading *b)
{
    int more = conditions(a->clue) - conditions(b->clue);
    return more ? more > 0 : fabs(a->weight) > fabs(b->weight);
}

static void strongest_first(struct reading *r, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct reading moving = r[i];
        size_t at = i;
        for (; at && fabs(r[at - 1].weight) < fabs(moving.weight); at--) r[at] = r[at - 1];
        r[at] = moving;
    }
}

/* The clues that hold, one a topic, strongest first. */
static size_t read_clues(const struct view *v, const struct cause *cause, struct reading *out)
{
    size_t n = 0;
    for (size_t i = 0; i < cause->n_clues; i++) {
        struct reading r = {.clue = &cause->clues[i]};
        if (!holds(v, r.clue, &r.weight)) continue;
        size_t at = 0;
        while (at < n && !same_topic(out[at].clue, r.clue)) at++;
        if (at == READINGS_MAX || (at < n && !speaks_before(&r, &out[at]))) continue;
        out[at] = r;
        if (at == n) n++;
    }
    strongest_first(out, n);
    return n;
}

static bool echoes(const struct reading *r, size_t i)
{
    int family = family_of(r[i].clue->finding);
    for (size_t k = 0; family && k < i; k++)
        if (family_of(r[k].clue->finding) == family && (r[k].weight > 0) == (r[i].weight > 0)) return true;
    return false;
}

/* The best explanation so far counts, not all of them together: two half-believed causes do not make a third impossible. */
static double left_of(const struct view *v, const char *kind)
{
    double left = 1;
    for (size_t i = 0; i < v->n_explained; i++)
        if (!strcmp(v->explained[i].kind, kind)) left = fmin(left, v->explained[i].left);
    return left;
}

static double score(const struct view *v, const struct cause *cause, const struct reading *r, size_t n)
{
    double odds = log(cause->prior / (1 - cause->prior));
    for (size_t i = 0; i < n; i++) {
        double weight = r[i].weight;
        if (echoes(r, i)) weight *= ECHO;
        if (weight > 0 && r[i].clue->finding) weight *= left_of(v, r[i].clue->finding);
        odds += weight;
    }
    return fmin(fmax(1 / (1 + exp(-odds)), PROBABILITY_MIN), PROBABILITY_MAX);
}

static bool raised(const struct reading *r, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (r[i].clue->finding && r[i].weight > 0) return true;
    return false;
}

static bool chosen(const struct diagnosis *out, size_t n, const struct cause *cause)
{
    for (size_t i = 0; i < n; i++)
        if (out[i].cause == cause) return true;
    return false;
}

static void add_once(uint16_t *list, size_t *n, size_t index)
{
    for (size_t i = 0; i < *n; i++)
        if (list[i] == index) return;
    if (*n < DIAGNOSIS_CLUES && index <= UINT16_MAX) list[(*n)++] = (uint16_t)index;
}

static void cite(struct diagnosis *d, const struct case_file *run, const struct reading *r)
{
    if (d->n_clues < DIAGNOSIS_CLUES) d->clues[d->n_clues++] = r->clue;
    for (size_t i = 0; r->clue->finding && i < run->n_findings; i++) {
        if (!finding_shows(&run->findings[i], r->clue)) continue;
        if (r->weight > 0) add_once(d->because, &d->n_because, i);
        if (r->weight < 0) add_once(d->against, &d->n_against, i);
    }
}

static void write_up(const struct view *v, const struct cause *cause, struct diagnosis *d)
{
    struct reading r[READINGS_MAX];
    size_t n = read_clues(v, cause, r);
    *d = (struct diagnosis){.cause = cause, .probability = score(v, cause, r, n)};
    for (size_t i = 0; i < n; i++) cite(d, v->run, &r[i]);
    for (size_t i = 0; i < cause->n_separators && d->n_missing < DIAGNOSIS_SEPARATORS; i++) {
        const struct separator *s = &cause->separators[i];
        if (s->role == ROLE_NONE || !(v->run->roles & WANTS(s->role))) d->missing[d->n_missing++] = s;
    }
}

/* What a chosen cause leaves of the findings that it explains. A program ends once: the cause of its end leaves nothing of that. */
static double left_by(const struct diagnosis *d, const char *kind)
{
    double echo = family_of(kind) == ENDED ? 0 : ECHO;
    return 1 - d->probability * (1 - echo);
}

static void explain(struct view *v, const struct diagnosis *d)
{
    for (size_t i = 0; i < d->n_clues && v->n_explained < EXPLAINED_MAX; i++) {
        if (!d->clues[i]->finding || d->clues[i]->ratio <= 1) continue;
        v->explained[v->n_explained++] = (struct explained){d->clues[i]->finding, left_by(d, d->clues[i]->finding)};
    }
}

static const struct cause *best_of(const struct view *v, const struct cause *causes, size_t n_causes, const struct diagnosis *out,
                                   size_t n, double *ret_probability)
{
    const struct cause *best = NULL;
    for (size_t i = 0; i < n_causes; i++) {
        struct reading r[READINGS_MAX];
        if (chosen(out, n, &causes[i])) continue;
        size_t n_readings = read_clues(v, &causes[i], r);
        if (!raised(r, n_readings)) continue;
        double p = score(v, &causes[i], r, n_readings);
        if (best && p <= *ret_probability) continue;
        best = &causes[i];
        *ret_probability = p;
    }
    return best;
}

size_t diagnose(const struct cause *causes, size_t n_causes, const struct case_file *run, struct diagnosis *out)
{
    struct view v;
    open_view(&v, run);
    size_t n = 0;
    while (n < DIAGNOSIS_MAX) {
        double p = 0;
        const struct cause *best = best_of(&v, causes, n_causes, out, n, &p);
        if (!best || (n && p < (n < BEST ? SECOND_FROM : REPORT_FROM))) break;
        write_up(&v, best, &out[n]);
        explain(&v, &out[n++]);
    }
    return n;
}

static double moved(double probability, double slope, double intercept)
{
    double p = fmin(fmax(probability, PROBABILITY_MIN), PROBABILITY_MAX);
    double odds = slope * log(p / (1 - p)) + intercept;
    return fmin(fmax(1 / (1 + exp(-odds)), PROBABILITY_MIN), PROBABILITY_MAX);
}

double calibrated(const struct calibration *c, double probability)
{
    bool fitted = c->runs > 0;
    return moved(probability, fitted ? c->slope : 1, fitted ? c->intercept : 0);
}

double calibrated_behind(const struct calibration *c, double probability, double best)
{
    bool fitted = c->runs > 0 && c->behind_slope > 0;
    return fmin(fitted ? moved(probability, c->behind_slope, c->behind_intercept) : calibrated(c, probability), best);
}
