/* prediction_collapse - the model gives every input the same class.
 *
 * Three things in a log show it, each at several evaluations in a row and to the end:
 *   - the counts of a binary confusion matrix: nothing is ever predicted positive (tp + fp = 0) though there are positives, or nothing
 *     negative
 *   - a number that tells the spread of predictions: one class, no entropy, a commonest class that has everything (the unit says which)
 *   - scores that only a constant answer has together: recall or F1 is exactly 0 (or recall exactly 1) and accuracy the same number to
 *     the last digit at every evaluation, far from 0 and 1: the share of a class; or it is 0 for twice as long while the accuracy is
 *     high: the rare class is never found, and hardly any other answer than the common one is given
 *   - an accuracy that is the same number to the last digit from the first evaluation to the last, and a held-out loss that ends at the
 *     entropy of that share: what it costs to give the commoner of two classes to all. Told where the other one is rare.
 * A model begins like that by right; what counts is that it ends so. A log without any loss in which nothing counts may hold the reports of
 * many models, as a search over their settings prints them: what it shows is worth knowing only. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/accuracy.h"
#include "stats/preview.h"
#include "stats/track_level.h"

#define COMES_DOWN 1.05 /* times what it is now, that the first held-out loss was at least */
enum { COUNTS = 4, SPREADS = 4, SCORES = 6, SOON = 8 };
struct count {
    const struct series *series;
    uint32_t zeros, points; /* at the end: evaluations in a row at 0; all of them */
    int64_t since, last;    /* steps */
    uint64_t line, last_line;
    double value;
};
struct knobs {
    double evaluations, share, high, majority, entropy;
};
struct state {
    const struct knobs *knobs;
    struct count counts[COUNTS];
    struct track spread[SPREADS], score[SCORES], held[2];
    uint32_t n_spread, n_score, n_held;
    uint16_t segment;
    struct preview preview;
    bool trains; /* the log has a loss, or counts something: it is of a training */
};
enum { TP, FP, TN, FN };

static const char *const kinds[] = {"prediction_collapse", NULL};
static const struct knob knobs[] = {
    {"prediction_collapse_evaluations", "points", 4, 2, 1000, 8, 3, offsetof(struct knobs, evaluations),
     "evaluations in a row, to the end, that show it", "our choice"},
    {"prediction_collapse_share", "share", 0.995, 0.9, 1, 0.999, 0.99, offsetof(struct knobs, share),
     "of all predictions that one class must have", "failure knowledge F04: predicted-class entropy far below that of labels"},
    {"prediction_collapse_accuracy", "share", 0.8, 0.5, 1, 0.9, 0.7, offsetof(struct knobs, high),
     "of the scale from which an accuracy is high although a class is never found",
     "our choice: a class of one row in five is rare"},
    {"prediction_collapse_majority", "share", 0.8, 0.55, 0.95, 0.85, 0.7, offsetof(struct knobs, majority),
     "of one class from which the other is rare", "as prediction_collapse_accuracy"},
    {"prediction_collapse_entropy", "x", 1.1, 1, 2, 1.05, 1.2, offsetof(struct knobs, entropy),
     "the entropy of the two shares that the held-out loss ends at most above, and 1 / x of it at least", "as chance_held_high"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static int count_of(const struct series *series)
{
    static const char *const names[COUNTS] = {"tp", "fp", "tn", "fn"};
    for (int i = 0; i < COUNTS; i++)
        if (strcmp(series->metric, names[i]) == 0) return i;
    return -1;
}

static void add_count(struct state *s, const struct point *p)
{
    int which = count_of(p->series);
    if (which < 0 || !isfinite(p->value)) return;
    struct count *c = &s->counts[which];
    if (!c->series) c->series = p->series;
    if (c->series != p->series) return;
    if (p->value != 0) c->zeros = 0;
    else if (c->zeros++ == 0) c->since = p->step, c->line = p->line;
    c->points++;
    c->value = p->value;
    c->last = p->step, c->last_line = p->line;
}

static struct finding finding_of_count(const struct state *s, const struct count *c)
{
    return (struct finding){.kind = "prediction_collapse",
                            .episode = c->series->id + 1,
                            .severity = s->trains ? SEVERITY_WARNING : SEVERITY_INFO,
                            .confidence = 0.93,
                            .series = c->series,
                            .source = c->series->source,
                            .segment = s->segment,
                            .onset_step = c->since,
                            .first_step = c->since,
                            .last_step = c->last,
                            .first_line = c->line,
                            .last_line = c->last_line};
}

/* Nothing predicted positive (a = tp, b = fp) though there are positives (missed = fn), or the same for negatives. right: the answers
 * that the one class gets right. */
static bool judge_counts(struct state *s, int a, int b, int missed, int right, const struct findings *out)
{
    const struct count *x = &s->counts[a], *y = &s->counts[b], *m = &s->counts[missed];
    double n = fmin(x->zeros, y->zeros);
    if (!x->series || !y->series || !m->series || n < s->knobs->evaluations || !(m->value > 0)) return false;
    struct finding f = finding_of_count(s, x->zeros < y->zeros ? x : y);
    finding_add(&f, "evaluations", n, "points");
    finding_add(&f, "missed", m->value, "inputs");
    if (s->counts[right].series)
        finding_add(&f, "majority", s->counts[right].value / (s->counts[right].value + m->value), "share");
    out->emit(out->arg, &f);
    return true;
}

static bool is_one_class(const struct state *s, const struct track *t, const struct bucket *b)
{
    if (strcmp(t->series->unit, "classes") == 0) return b->max <= 1;
    if (strcmp(t->series->unit, "nats") == 0) return b->max <= (1 - s->knobs->share) * log(2) && b->min >= 0;
    return b->min >= s->knobs->share * (b->max > 1.5 ? 100 : 1);
}

static bool judge_spread(struct state *s, const struct track *t, const struct findings *out)
{
    uint32_t used = t->curve->used, from = used, n = 0;
    while (from > 0 && is_one_class(s, t, &t->curve->buckets[from - 1])) n += t->curve->buckets[--from].n;
    if (n < s->knobs->evaluations) return false;
    struct finding f = track_finding(t, "prediction_collapse", from);
    f.severity = s->trains ? SEVERITY_WARNING : SEVERITY_INFO;
    f.confidence = 0.93;
    finding_add(&f, "evaluations", n, "points");
    finding_add(&f, "to", t->curve->buckets[used - 1].last, t->series->unit);
    out->emit(out->arg, &f);
    return true;
}

/* Evaluations at the end at which the score was exactly this. */
static uint32_t stays_at(const struct track *t, double value)
{
    uint32_t n = 0;
    for (uint32_t i = t->curve->used; i > 0 && t->curve->buckets[i - 1].min == value && t->curve->buckets[i - 1].max == value;
         i--)
        n += t->curve->buckets[i - 1].n;
    return n;
}

static bool ends_in(const char *metric, const char *word)
{
    size_t n = strlen(metric), m = strlen(word);
    return n >= m && strcmp(metric + n - m, word) == 0;
}

/* The scores of one class. Loops that log them of held-out rows often give them no prefix. */
static bool is_of_class(const char *metric)
{
    return ends_in(metric, "recall") || ends_in(metric, "f1") || ends_in(metric, "precision") || ends_in(metric, "f1 score");
}

/* Recall, F1 or precision that is exactly nothing: what a binary score of the class that is never predicted is. */
static uint32_t nothing(const struct track *t) { return is_of_class(t->series->metric) ? stays_at(t, 0) : 0; }

static bool judge_scores(struct state *s, const struct findings *out)
{
    for (uint32_t i = 0; i < s->n_score; i++) {
        const struct track *t = &s->score[i];
        double last = t->curve->buckets[t->curve->used - 1].last, scale = last > 1 ? 100 : 1;
        uint32_t same = stays_at(t, last), none = 0;
        bool accuracy = is_accuracy(t->series->metric);
        if (!accuracy || last < 0.02 * scale || last > 0.999 * scale) continue;
        for (uint32_t j = 0; j < s->n_score; j++) none = j != i && nothing(&s->score[j]) > none ? nothing(&s->score[j]) : none;
        bool never_found = none >= 2 * s->knobs->evaluations && last >= s->knobs->high * scale;
        if (none < s->knobs->evaluations || (same < s->knobs->evaluations && !never_found)) continue;
        uint32_t n = same < none && same >= s->knobs->evaluations ? same : none, from = t->curve->used, back = 0;
        while (from > 0 && back < n) back += t->curve->buckets[--from].n;
        struct finding f = track_finding(t, "prediction_collapse", from);
        f.severity = s->trains ? SEVERITY_WARNING : SEVERITY_INFO;
        f.confidence = same >= s->knobs->evaluations ? 0.88 : 0.75;
        finding_add(&f, "evaluations", n, "points");
        finding_add(&f, "to", last, "");
        finding_add(&f, "majority", last / scale, "share");
        out->emit(out->arg, &f);
        return true;
    }
    return false;
}

/* One number from first to last, at the price of giving one class to all. */
static bool judge_majority(struct state *s, const struct findings *out)
{
    const struct track *l = track_of_role(s->held, s->n_held, ROLE_LOSS_EVAL);
    for (uint32_t i = 0; l && i < s->n_score; i++) {
        const struct track *t = &s->score[i];
        double last = t->curve->buckets[t->curve->used - 1].last, share = last > 1 ? last / 100 : last;
        bool accuracy = is_accuracy(t->series->metric);
        if (!accuracy || stays_at(t, last) < t->curve->points || (double)t->curve->points < 2 * s->knobs->evaluations) continue;
        if (!track_begins(t) || share < s->knobs->majority || share > 0.98) continue;
        double cost = -share * log(share) - (1 - share) * log(1 - share), now = track_level(l, 0.75, 1);
        if (now > s->knobs->entropy * cost || now < cost / s->knobs->entropy) continue;
        struct finding f = track_finding(t, "prediction_collapse", 0);
        f.severity = s->trains ? SEVERITY_WARNING : SEVERITY_INFO;
        f.confidence = 0.8;
        finding_add(&f, "evaluations", (double)t->curve->points, "points");
        finding_add(&f, "to", last, "");
        /* Where the loss came down to this, the shares were learned; where it always stood there, hardly that. */
        bool came_down = l->curve->buckets[0].max >= COMES_DOWN * now;
        finding_add(&f, came_down ? "majority" : "never_fell", came_down ? share : 1, came_down ? "share" : "");
        out->emit(out->arg, &f);
        return true;
    }
    return false;
}

static void hear(struct state *s, const struct point *p, const struct findings *out)
{
    s->segment = p->segment;
    s->trains |= p->series->axis != AXIS_RECORD || p->series->role == ROLE_LOSS_TRAIN || p->series->role == ROLE_LOSS_EVAL;
    if (p->series->role == ROLE_LOSS_TRAIN) {
        rest_for(out, REST);
        return;
    }
    if (p->series->role == ROLE_CONFUSION) add_count(s, p);
    else if (p->series->role == ROLE_LOSS_EVAL) track_add(s->held, &s->n_held, sizeof s->held / sizeof *s->held, p);
    else if (p->series->role == ROLE_PREDICTION_SPREAD) track_add(s->spread, &s->n_spread, SPREADS, p);
    else if (p->series->bounded && (p->series->role == ROLE_SCORE_EVAL || is_of_class(p->series->metric)))
        track_add(s->score, &s->n_score, SCORES, p);
}

static void say_all(void *state, const struct findings *out)
{
    struct state *s = state;
    if (judge_counts(s, TP, FP, FN, TN, out) || judge_counts(s, TN, FN, FP, TP, out)) return;
    for (uint32_t i = 0; i < s->n_spread; i++)
        if (judge_spread(s, &s->spread[i], out)) return;
    if (!judge_scores(s, out)) judge_majority(s, out);
}

/* Evaluations are few, and a handful that agree to the last digit is enough. */
static void init(void *state) { ((struct state *)state)->preview.first = SOON; }

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    hear(s, p, out);
    if (preview_due(&s->preview, p)) preview_judge(&s->preview, s, say_all, out);
}

static void finish(void *state, const struct findings *out)
{
    preview_over(&((struct state *)state)->preview, state, say_all, out);
}

const struct analyzer analyzer_prediction_collapse = {
    .name = "prediction_collapse",
    .summary = "every input gets the same class",
    .source = "failure knowledge F04, F18",
    .kinds = kinds,
    .wants = WANTS(ROLE_CONFUSION) | WANTS(ROLE_PREDICTION_SPREAD) | WANTS(ROLE_SCORE_EVAL) | WANTS(ROLE_SCORE_TRAIN) |
             WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_LOSS_TRAIN),
    .needs = WANTS(ROLE_CONFUSION) | WANTS(ROLE_PREDICTION_SPREAD) | WANTS(ROLE_SCORE_EVAL) | WANTS(ROLE_SCORE_TRAIN) |
             WANTS(ROLE_LOSS_EVAL),
    .scope = PER_RUN,
    .state_size = sizeof(struct state),
    .knobs = knobs,
    .init = init,
    .observe = observe,
    .finish = finish};
