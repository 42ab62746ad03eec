#include "since.h"

#include <math.h>

enum {
    K_MOST = 64,   /* values of an epoch that tell: later ones differ by less than what is printed */
    N_LEAST = 3,   /* differences in an epoch that tells anything */
    EPOCHS_MIN = 4 /* the first falls too fast to count */
};
static const double EPOCH_MOST = 3; /* what one epoch may add: twenty times as likely; a bad batch spoils no more than that */
static const double SCORE = 6.9;    /* log of 1000: so much likelier must means be */
static const double FOLLOWS = 0.25; /* of a new epoch's size that is taken over */
static const double FAR = 10;       /* sizes: of an exponential tail one value in 20,000 */
static const double RECURS = 1.5;   /* times the second: a long tail leaps again and again */
static const double MEAN_OFF = 6;   /* standard errors of a mean, as loss_spike_height */
static const double SD = 1.25;      /* standard deviations in a mean size, of normal noise */

/* What the epoch in hand adds to the score. */
static double told_by_epoch(const struct since *s)
{
    if (s->n < N_LEAST || s->epochs < 2 || !(s->sum > 0)) return 0;
    double told = lgamma(s->n + 2.0) - s->n * log(s->times / s->sum);
    return fmax(-EPOCH_MOST, fmin(EPOCH_MOST, told));
}

static void end_epoch(struct since *s)
{
    s->score += told_by_epoch(s);
    if (s->n >= N_LEAST && s->epochs > 1) {
        double size = s->times / s->n;
        s->size = s->size > 0 ? s->size + FOLLOWS * (size - s->size) : size;
    }
    if (s->n >= N_LEAST) s->best = s->whole++ ? fmin(s->best, s->previous) : s->previous;
    s->sum = s->times = 0, s->n = s->k = 0;
    s->epochs++;
}

/* How far above the mean before it the single value stood. */
static void note_single(struct since *s, double above)
{
    if (!(s->size > 0)) return;
    double far = above / s->size;
    if (s->farthest_in == s->epochs) s->farthest = fmax(s->farthest, far);
    else if (far > s->farthest) s->second = s->farthest, s->farthest = far, s->farthest_in = s->epochs;
    else s->second = fmax(s->second, far);
}

void since_add(struct since *s, double x, uint16_t segment, bool begins)
{
    if (s->epochs && segment != s->segment) *s = (struct since){.previous = NAN};
    if (begins || !s->epochs) end_epoch(s);
    s->segment = segment;
    double d = x - s->previous;
    s->k++;
    note_single(s, s->k * d);
    if (s->k > 1 && s->k <= K_MOST) s->n++, s->sum += fabs(d), s->times += s->k * fabs(d);
    s->previous = x;
}

bool since_is_mean(const struct since *s) { return s->epochs >= EPOCHS_MIN && s->score + told_by_epoch(s) >= SCORE; }

bool since_is_usual(const struct since *s) { return s->farthest <= fmax(FAR, RECURS * s->second); }

bool since_is_low(const struct since *s) { return s->previous - s->best <= MEAN_OFF * SD * s->size / sqrt(s->k ? s->k : 1); }
