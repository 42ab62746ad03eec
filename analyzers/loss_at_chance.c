/* loss_at_chance - the training loss sits at ln n, what guessing among n classes costs: the model knows nothing of its inputs.
 *
 * The cross-entropy of n equally likely classes is ln n whatever the model. A loss that comes down (or up) to ln n and stays there has
 * found the class frequencies and nothing else: labels that do not belong to their inputs, inputs that never arrive, dead
 * units. n is taken from the settings where they tell it, or from an accuracy that stands at 1 / n; else it must be a number of classes that
 * tasks really have, and the loss must lie within a narrower band around it. A held-out score that stands clearly above 1 / n knows better
 * than to guess, whatever the loss; so does a held-out loss clearly below ln n. Games have losses of their own meaning and are left alone.
 *
 * With two classes of different size, guessing by their shares costs less than ln 2: the entropy of the share of the larger one, which is the
 * accuracy of whoever always names it. Where accuracy and held-out loss stand so together from the first evaluation on, and the
 * training loss is hardly below, nothing of the inputs was learned either: confidences that differ at all would cost less. Whoever always
 * names one class gets the same rows right each time; an accuracy that changes is of answers that differ. Where it is high, or the
 * held-out loss came down to where it stands, that is the noise of the labels. Where one of the two is rare, an accuracy that is the same number at
 * every evaluation says it as well; the training rows may have another share of it then, and their loss is no measure. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "fact_key.h"
#include "stats/accuracy.h"
#include "stats/preview.h"
#include "stats/quantum.h"
#include "stats/robust.h"
#include "stats/track_level.h"

#define KNOWS   0.62 /* right, with answers that change: who guesses so is right less often than the larger class is common */
#define REPEATS 0.5  /* of the first evaluations say the same: answers that change do once in ten, on 300 rows */
#define GAMES   (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR))
enum { SCORES = 4, NAMES_POINTS = 4, ANSWERS_POINTS = 6 };
struct knobs {
    double min_points, min_epochs, few_epochs, band, band_known, sits, above, held_points, held_low, held_high, held_train,
        held_gain, held_rows, held_share, held_rare, held_falls, beats, names, more_classes;
};
struct state {
    const struct knobs *knobs;
    double classes; /* from the settings; 0: not told */
    bool game;
    struct track loss[2], held[2], score[SCORES];
    uint32_t n, n_held, n_score;
    struct preview preview;
};

static const char *const kinds[] = {"loss_at_chance", NULL};
static const struct knob knobs[] = {
    {"loss_at_chance_points", "points", 20, 8, 100000, 50, 12, offsetof(struct knobs, min_points),
     "values before anything is said", "as loss_not_decreasing_steps"},
    {"loss_at_chance_epochs", "points", 6, 3, 1000, 12, 5, offsetof(struct knobs, min_epochs),
     "the same, where a point is an epoch", "as loss_not_decreasing_epochs, and two more"},
    {"loss_at_chance_few", "points", 5, 3, 1000, 8, 4, offsetof(struct knobs, few_epochs),
     "the same where a held-out accuracy stands at 1 / n", "two measurements that agree"},
    {"loss_at_chance_band", "share", 0.006, 0.0005, 0.05, 0.003, 0.01, offsetof(struct knobs, band),
     "around ln n, where the number of classes is guessed", "ln 9 and ln 10 lie 0.046 apart; rounding to three digits is 0.0005"},
    {"loss_at_chance_known", "share", 0.02, 0.001, 0.2, 0.01, 0.04, offsetof(struct knobs, band_known),
     "around ln n, where a setting tells n", "mini-batches of 64 move a level by about 0.01"},
    {"loss_at_chance_sits", "share", 0.5, 0.1, 1, 0.8, 0.35, offsetof(struct knobs, sits),
     "of the run, at its end, for which the loss must sit there", "failure knowledge, section 2: at ln n and never lower"},
    {"loss_at_chance_above", "x", 1.5, 1.05, 10, 1.25, 2, offsetof(struct knobs, above),
     "1 / n, above which a held-out score is no guess", "our choice"},
    {"chance_held_points", "points", 8, 5, 1000, 16, 6, offsetof(struct knobs, held_points),
     "evaluations before a held-out loss of two classes is judged", "as score_chance_points"},
    {"chance_held_low", "share", 0.97, 0.9, 1, 0.99, 0.95, offsetof(struct knobs, held_low),
     "of the entropy of the classes that the held-out loss is never below", "as score_chance_loss"},
    {"chance_held_high", "x", 1.1, 1, 2, 1.05, 1.2, offsetof(struct knobs, held_high), "of it, that it ends above at most",
     "our choice"},
    {"chance_held_train", "share", 0.85, 0.5, 1, 0.9, 0.8, offsetof(struct knobs, held_train),
     "of it that the training loss keeps at least", "our choice: some of it may be learned by heart"},
    {"chance_held_gain", "share", 0.05, 0.005, 0.3, 0.03, 0.08, offsetof(struct knobs, held_gain),
     "of the scale that the accuracy gains at most", "two standard errors of 300 rows"},
    {"chance_held_rows", "rows", 40, 0, 10000, 100, 25, offsetof(struct knobs, held_rows),
     "of the held-out data, as the accuracies tell, with fewer of which the share of a class says too little",
     "of 24 rows it has a standard error of 0.1, and its entropy one of a fifth"},
    {"chance_held_share", "share", 0.8, 0.55, 0.95, 0.7, 0.85, offsetof(struct knobs, held_share), "of the larger class at most",
     "beyond it a rare class is another trouble: prediction_collapse"},
    {"chance_held_rare", "share", 0.98, 0.8, 0.999, 0.95, 0.99, offsetof(struct knobs, held_rare),
     "of the larger class at most, where the accuracy is the same number at every evaluation",
     "beyond it the loss of guessing is next to nothing, and its band as narrow as rounding"},
    {"chance_held_falls", "share", 0.02, 0.002, 0.2, 0.01, 0.04, offsetof(struct knobs, held_falls),
     "of its first value that a held-out loss falls where the answers change: then it is the labels that are noisy",
     "seeded training runs: 0.03 and more with labels of which six in ten were drawn by lot, below 0.01 with all of them"},
    {"loss_at_chance_beats", "share", 0.05, 0.005, 0.5, 0.03, 0.1, offsetof(struct knobs, beats),
     "of ln n that a held-out loss is below where something is known", "as loss_at_chance_known, and classes of unequal size"},
    {"loss_at_chance_names", "share", 0.2, 0.02, 0.5, 0.1, 0.3, offsetof(struct knobs, names),
     "of 1 / n around it in which an accuracy stands that tells n", "classes are seldom of equal size to the last row"},
    {"chance_held_more", "share", 0.03, 0.005, 0.1, 0.02, 0.05, offsetof(struct knobs, more_classes),
     "around ln n, of three classes or more, in which training began: then there are not two", "ln 3 is 0.58 above ln 2"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* Numbers of classes that are guessed: small ones and those of the common data sets and vocabularies. */
static const double usual[] = {2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 50, 100, 1000, 50257};

static void fact(void *state, const char *key, const char *value)
{
    static const char *const names[] = {"num_classes", "n_classes", "num_labels", "nb_classes", "vocab_size", "classes"};
    struct state *s = state;
    double n;
    const char *last = key;
    for (const char *c = key; *c; c++)
        if (*c == '/' || *c == '.') last = c + 1;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(last, names[i]) == 0 && fact_number(value, &n) && n >= 2 && n < 1e7) s->classes = n;
}

static const struct track *accuracy_of(const struct state *s)
{
    for (uint32_t i = 0; i < s->n_score; i++)
        if (is_accuracy(s->score[i].series->metric)) return &s->score[i];
    return NULL;
}

/* Does an accuracy stand where guessing among so many puts it, all along? */
static bool is_named(const struct state *s, double classes)
{
    const struct track *t = accuracy_of(s);
    double least = (1 - s->knobs->names) / classes, most = (1 + s->knobs->names) / classes;
    if (!t || t->curve->points < NAMES_POINTS) return false;
    double scale = track_high(t) > 1.5 ? 100 : 1, first = track_level(t, 0, 0.5) / scale, then = track_level(t, 0.5, 1) / scale;
    return first >= least && first <= most && then >= least && then <= most;
}

/* How near ln n a level must be. */
static double band_of(const struct state *s, double classes)
{
    return s->classes >= 2 || is_named(s, classes) ? s->knobs->band_known : s->knobs->band;
}

/* The number of classes whose chance the level is at; 0 for none. */
static double chance_of(const struct state *s, double level)
{
    if (s->classes >= 2) return fabs(level / log(s->classes) - 1) <= s->knobs->band_known ? s->classes : 0;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (fabs(level / log(usual[i]) - 1) <= band_of(s, usual[i])) return usual[i];
    return 0;
}

/* Do held-out rows cost less than guessing does? */
static bool held_out_beats(const struct state *s, double chance)
{
    const struct track *t = track_of_role(s->held, s->n_held, ROLE_LOSS_EVAL);
    return t && track_level(t, 0.5, 1) < (1 - s->knobs->beats) * chance;
}

/* Does a held-out score tell that the model does better than to guess among so many? */
static bool knows_better(const struct state *s, double classes)
{
    for (uint32_t i = 0; i < s->n_score; i++) {
        double scale = track_high(&s->score[i]) > 1.5 ? 100 : 1;
        if (track_level(&s->score[i], 0.5, 1) / scale > fmin(s->knobs->above / classes, (1 + 1 / classes) / 2)) return true;
    }
    return false;
}

enum { ONE_ANSWER = 1, MANY_ANSWERS };
enum {
    GUESSED = 1,
    GUESSED_ALIKE
}; /* held-out rows, by the shares of the classes: the same answer to all of them where it never changes */

/* Whether all rows get one answer, as an accuracy tells that takes no more values than there are classes; NAN where nothing does. */
static double answers_of(const struct state *s, double classes)
{
    const struct track *t = accuracy_of(s);
    if (!t || t->curve->used < ANSWERS_POINTS) return NAN;
    double distinct = (double)track_distinct(t);
    if (distinct <= classes + 1 && 3 * distinct <= t->curve->used) return ONE_ANSWER;
    return distinct > classes + 1 && 2 * distinct >= t->curve->used ? MANY_ANSWERS : NAN;
}

static void judge(struct state *s, const struct track *t, const struct findings *out)
{
    double y[TRACK_BUCKETS],
        least = t->series->axis == AXIS_STEP || t->series->axis == AXIS_SAMPLE ? s->knobs->min_points : s->knobs->min_epochs;
    size_t n = track_levels(t, y), from = n;
    if ((double)t->curve->points < fmin(least, s->knobs->few_epochs) || n < (size_t)s->knobs->few_epochs) return;
    size_t some = (size_t)ceil(s->knobs->sits * (double)n);
    double level = robust_median(y + n - some, some), classes = chance_of(s, level), chance = log(classes);
    if (classes == 0 || knows_better(s, classes) || held_out_beats(s, chance)) return;
    if ((double)t->curve->points < least && !is_named(s, classes)) return;
    double band = 2 * band_of(s, classes) * chance, lowest = INFINITY;
    while (from > 0 && fabs(y[from - 1] - level) <= band) from--;
    for (size_t i = 0; i < n; i++) lowest = fmin(lowest, y[i]);
    if (n - from < some || lowest < level - 2 * band) return; /* it knew better once: that is another trouble */
    struct finding f = track_finding(t, "loss_at_chance", from);
    f.severity = SEVERITY_WARNING;
    f.confidence = s->classes >= 2 ? 0.92 : 0.8;
    finding_add(&f, "to", level, "");
    finding_add(&f, "classes", classes, "classes");
    finding_add(&f, "chance", chance, "");
    finding_add(&f, "share", (double)(n - from) / (double)n, "share");
    finding_add(&f, "known", s->classes >= 2, "");
    finding_add(&f, "answers", answers_of(s, classes), "");
    out->emit(out->arg, &f);
}

/* Is an accuracy one number most of the time, as that of one answer for all is? In the first half: later the rate may have run out, and what
 * does not move any more repeats itself. */
static bool repeats(const struct track *score)
{
    uint32_t most = 0, n = score->curve->used / 2;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t same = 0;
        for (uint32_t k = 0; k < n; k++) {
            const struct bucket *b = &score->curve->buckets[k];
            same += b->min == b->max && b->last == score->curve->buckets[i].last;
        }
        if (same > most) most = same;
    }
    return most >= REPEATS * n;
}

/* Did the held-out loss ever come down from its first evaluation by what is no noise? */
static bool learns(const struct state *s, const struct track *t)
{
    double y[TRACK_BUCKETS], best = INFINITY;
    size_t n = track_levels(t, y);
    for (size_t i = 0; i < n; i++) best = fmin(best, y[i]);
    return best <= (1 - s->knobs->held_falls) * t->curve->buckets[0].max;
}

/* Did training begin at what guessing among three or more classes costs? */
static bool has_more_classes(const struct state *s, const struct track *train)
{
    double first = train->curve->buckets[0].max;
    for (size_t i = 1; track_begins(train) && i < sizeof usual / sizeof *usual; i++)
        if (fabs(first / log(usual[i]) - 1) <= s->knobs->more_classes) return true;
    return false;
}

/* Was the share of the larger class counted on so few rows that its entropy may be anywhere? */
static bool counted_on_few(const struct state *s, const struct track *score, double scale)
{
    struct quantum q = {0};
    for (uint32_t i = 0; i < score->curve->used; i++) {
        const struct bucket *b = &score->curve->buckets[i];
        if (b->min == b->max) quantum_add(&q, b->last / scale);
    }
    double rows = quantum_least(&q);
    return rows > 0 && rows < s->knobs->held_rows;
}

/* Two classes: does the held-out loss stand at the entropy of their shares, which the accuracy tells? */
static void judge_held(const struct state *s, const struct track *t, const struct findings *out)
{
    const struct track *score = accuracy_of(s), *train = track_of_role(s->loss, s->n, ROLE_LOSS_TRAIN);
    double y[TRACK_BUCKETS], lowest = INFINITY;
    if (!score || !train || fmin((double)t->curve->points, (double)score->curve->points) < s->knobs->held_points) return;
    if (s->classes > 2 || has_more_classes(s, train) || !track_begins(t) || !track_begins(score)) return;
    size_t n = track_levels(t, y);
    double scale = track_high(score) > 1.5 ? 100 : 1, share = track_level(score, 0.5, 1) / scale;
    double gain = share - track_level(score, 0, 0.2) / scale;
    double first = score->curve->buckets[0].mean / scale;
    bool told_apart = share - first > 2 * s->knobs->held_gain &&
                      fabs(1 - share - first) > s->knobs->held_gain; /* one answer gets share or the rest right */
    bool one = track_low(score) == track_high(score), rare = one && share > s->knobs->held_share && share <= s->knobs->held_rare;
    if (!(share >= 0.5 && (rare || share <= s->knobs->held_share)) || gain > s->knobs->held_gain || told_apart ||
        ((learns(s, t) || share >= KNOWS) && !repeats(score)))
        return;
    if (counted_on_few(s, score, scale)) return;
    double chance = -share * log(share) - (1 - share) * log(1 - share);
    for (size_t i = 0; i < n; i++) lowest = fmin(lowest, y[i]);
    if (lowest < s->knobs->held_low * chance || y[n - 1] > s->knobs->held_high * chance) return;
    double trained = track_level(train, 0.5, 1) / chance;
    if (!rare && (trained < s->knobs->held_train || trained > s->knobs->held_high)) return;
    struct finding f = track_finding(t, "loss_at_chance", 0);
    f.severity = SEVERITY_WARNING;
    f.confidence = 0.75;
    finding_add(&f, "to", y[n - 1], "");
    finding_add(&f, "classes", 2, "classes");
    finding_add(&f, "chance", chance, "");
    if (rare) finding_add(&f, "answers", ONE_ANSWER, ""), finding_add(&f, "majority", share, "share");
    else finding_add(&f, "held_out", one ? GUESSED_ALIKE : GUESSED, "");
    out->emit(out->arg, &f);
}

static void hear(struct state *s, const struct point *p)
{
    if (GAMES & WANTS((unsigned)p->series->role)) s->game = true;
    else if (p->series->role == ROLE_SCORE_EVAL) {
        if (p->series->bounded && p->series->better == BETTER_HIGHER) track_add(s->score, &s->n_score, SCORES, p);
    } else if (p->series->role == ROLE_LOSS_EVAL) track_add(s->held, &s->n_held, sizeof s->held / sizeof *s->held, p);
    else track_add(s->loss, &s->n, sizeof s->loss / sizeof *s->loss, p);
}

static void say_all(void *state, const struct findings *out)
{
    struct state *s = state;
    for (uint32_t i = 0; i < s->n && !s->game; i++) judge(s, &s->loss[i], out);
    for (uint32_t i = 0; i < s->n_held && !s->game; i++) judge_held(s, &s->held[i], out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    hear(s, p);
    if (preview_due_at_rest(&s->preview, p, out)) preview_judge(&s->preview, s, say_all, out);
}

static void finish(void *state, const struct findings *out)
{
    preview_over(&((struct state *)state)->preview, state, say_all, out);
}

const struct analyzer analyzer_loss_at_chance = {
    .name = "loss_at_chance",
    .summary = "the training loss sits at ln n",
    .source = "failure knowledge, section 2; Karpathy, A recipe: verify the loss at init",
    .kinds = kinds,
    .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_SCORE_EVAL) | GAMES,
    .scope = PER_RUN,
    .counts = true,
    .state_size = sizeof(struct state),
    .knobs = knobs,
    .fact = fact,
    .observe = observe,
    .finish = finish};
