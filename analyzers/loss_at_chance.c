/* loss_at_chance - the training loss sits at ln n, what guessing among n classes costs: the model knows nothing of its inputs.
 *
 * The cross-entropy of n equally likely classes is ln n whatever the model. A loss that comes down (or up) to ln n and stays there has
 * found the class frequencies and nothing else: labels that do not belong to their inputs, inputs that never arrive, dead
 * units. n is taken from the settings where they tell it; else it must be a number of classes that tasks really have, and the loss must
 * lie within a narrower band around it. A held-out score that stands clearly above 1 / n knows better than to guess, whatever the
 * loss. Games have losses of their own meaning and are left alone. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "fact_key.h"
#include "stats/robust.h"
#include "stats/track_level.h"

#define GAMES (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR))
enum { SCORES = 4 };
struct state {
    double min_points, min_epochs, band, band_known, sits, above;
    double classes; /* from the settings; 0: not told */
    bool game;
    struct track loss[2], score[SCORES];
    uint32_t n, n_score;
};

static const char *const kinds[] = {"loss_at_chance", NULL};
static const struct knob knobs[] = {
    {"loss_at_chance_points", "points", 20, 8, 100000, 50, 12, offsetof(struct state, min_points),
     "values before anything is said", "as loss_not_decreasing_steps"},
    {"loss_at_chance_epochs", "points", 6, 3, 1000, 12, 5, offsetof(struct state, min_epochs),
     "the same, where a point is an epoch", "as loss_not_decreasing_epochs, and two more"},
    {"loss_at_chance_band", "share", 0.006, 0.0005, 0.05, 0.003, 0.01, offsetof(struct state, band),
     "around ln n, where the number of classes is guessed", "ln 9 and ln 10 lie 0.046 apart; rounding to three digits is 0.0005"},
    {"loss_at_chance_known", "share", 0.02, 0.001, 0.2, 0.01, 0.04, offsetof(struct state, band_known),
     "around ln n, where a setting tells n", "mini-batches of 64 move a level by about 0.01"},
    {"loss_at_chance_sits", "share", 0.5, 0.1, 1, 0.8, 0.35, offsetof(struct state, sits),
     "of the run, at its end, for which the loss must sit there", "failure knowledge, section 2: at ln n and never lower"},
    {"loss_at_chance_above", "x", 1.5, 1.05, 10, 1.25, 2, offsetof(struct state, above),
     "1 / n, above which a held-out score is no guess", "our choice"},
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

/* The number of classes whose chance the level is at; 0 for none. */
static double chance_of(const struct state *s, double level)
{
    if (s->classes >= 2) return fabs(level / log(s->classes) - 1) <= s->band_known ? s->classes : 0;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (fabs(level / log(usual[i]) - 1) <= s->band) return usual[i];
    return 0;
}

/* Does a held-out score tell that the model does better than to guess among so many? */
static bool knows_better(const struct state *s, double classes)
{
    for (uint32_t i = 0; i < s->n_score; i++) {
        double scale = track_high(&s->score[i]) > 1.5 ? 100 : 1;
        if (track_level(&s->score[i], 0.5, 1) / scale > fmin(s->above / classes, (1 + 1 / classes) / 2)) return true;
    }
    return false;
}

static void judge(struct state *s, const struct track *t, const struct findings *out)
{
    double y[TRACK_BUCKETS],
        least = t->series->axis == AXIS_STEP || t->series->axis == AXIS_SAMPLE ? s->min_points : s->min_epochs;
    size_t n = track_levels(t, y), from = n;
    if ((double)t->curve.points < least || n < 5) return;
    size_t some = (size_t)ceil(s->sits * (double)n);
    double level = robust_median(y + n - some, some), classes = chance_of(s, level), chance = log(classes);
    if (classes == 0 || knows_better(s, classes)) return;
    double band = 2 * (s->classes >= 2 ? s->band_known : s->band) * chance, lowest = INFINITY;
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
    out->emit(out->arg, &f);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    (void)out;
    if (GAMES & WANTS((unsigned)p->series->role)) s->game = true;
    else if (p->series->role == ROLE_SCORE_EVAL) {
        if (p->series->bounded && p->series->better == BETTER_HIGHER) track_add(s->score, &s->n_score, SCORES, p);
    } else track_add(s->loss, &s->n, sizeof s->loss / sizeof *s->loss, p);
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    for (uint32_t i = 0; i < s->n && !s->game; i++) judge(s, &s->loss[i], out);
}

const struct analyzer analyzer_loss_at_chance = {.name = "loss_at_chance",
                                                 .summary = "the training loss sits at ln n",
                                                 .source =
                                                     "failure knowledge, section 2; Karpathy, A recipe: verify the loss at init",
                                                 .kinds = kinds,
                                                 .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_SCORE_EVAL) | GAMES,
                                                 .scope = PER_RUN,
                                                 .state_size = sizeof(struct state),
                                                 .knobs = knobs,
                                                 .fact = fact,
                                                 .observe = observe,
                                                 .finish = finish};
