/* answers - see answers.h. */
#include "answers.h"

#include "accuracy.h"
#include "lead.h"

#define SHARES    0.05   /* below ln n: of three classes of which the largest is half as common again */
#define MAJORITY  0.03   /* of the cost: a bias is soon learned, to a few per cent */
#define EVEN      0.0003 /* of ln n: what random weights begin at lies a hundred times as far from it */
#define EVEN_MOST 100.0  /* classes: beyond it some ln n lies as near to any number by chance */
#define GAINS                                                                                                                    \
    0.2 /* of what the score lacked at first: of 300 held-out rows two shares differ so by chance once in a hundred and less */
#define KNOWS 0.3   /* of what guessing lacks, that a score is above it: 0.65 of two classes, which half of all pairs have */
#define MANY  10    /* changes of a score that is no accuracy: as a->n of an accuracy, twice */
#define BELOW 0.002 /* of what it came to, that a loss began below it: batches before the outputs were equal, or at their ends */
#define SURE  10.0  /* nats for each wrong answer: an untrained model pays ln n, and a clipped logarithm 11.5 to 36 */

/* Within this share of what equal outputs among n classes cost, for any n? */
static bool is_even(double level)
{
    double n = round(exp(fmin(level, log(EVEN_MOST))));
    return n >= 2 && fabs(level / log(n) - 1) < EVEN;
}

/* Within this share of what guessing among 2 to 1,000 classes costs, the usual numbers of them. */
static bool is_chance(double level, double share)
{
    static const double usual[] = {2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 50, 100, 1000};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (fabs(level / log(usual[i]) - 1) < share) return true;
    return false;
}

/* Did it begin at ln n and come to a little less, as the shares of classes of unequal size cost? */
static bool is_of_shares(double first, double level)
{
    return is_chance(first, 0.03) && level >= (1 - SHARES) * first && level <= 1.01 * first;
}

/* Are its last answers better than its first ones by far more than 300 held-out rows scatter? Then it no longer guesses. */
static bool gains(const struct answers *a)
{
    double scale = a->last > 1.5 ? 100 : 1;
    return a->n >= 6 && a->last - a->first >= GAINS * (scale - a->first);
}

/* Does the score take a few values again and again? They are the shares of classes: all rows get one answer, and now and then another one. Who
 * tells rows apart has another score nearly each time. */
static bool come_back(const struct answers *a) { return a->n >= 8 && a->n_kinds < ANSWERS_KINDS && 2 * a->n_kinds <= a->n; }

/* One of two classes is answered to every input, and the loss is what their shares alone cost. */
static bool is_majority(const struct answers *a, const struct track *held)
{
    double share = a->last > 1.5 ? a->last / 100 : a->last;
    if (!held || a->n < 4 || a->again < a->n - 1 || share <= 0.5 || share > 0.95) return false;
    double cost = -share * log(share) - (1 - share) * log(1 - share);
    return fabs(held->curve->buckets[held->curve->used - 1].mean / cost - 1) <= MAJORITY;
}

/* Does a held-out loss come from below to what equal outputs cost, and stay there? Random weights begin a little off it on either side, and what
 * learns leaves it downwards; only weights that shrink to nothing come back to it. */
static bool becomes_even(const struct track *held, double first)
{
    if (!held || held->curve->used < 6) return false;
    const struct bucket *b = held->curve->buckets;
    double level = b[held->curve->used - 1].mean;
    for (uint32_t i = held->curve->used / 2; i < held->curve->used; i++)
        if (!is_even(b[i].mean) || fabs(b[i].mean / level - 1) > EVEN) return false;
    return b[0].mean < (1 - BELOW) * level || (first < (1 - BELOW) * level && b[0].mean < (1 + EVEN) * level);
}

enum at_chance answers_at_chance(const struct answers *a, const struct track *held, double first, double initial, double level,
                                 bool alike)
{
    if (becomes_even(held, first)) return EVEN_AT_LAST;
    if (is_majority(a, held)) return ONE_ANSWER;
    bool even = held && held->curve->width == 1 && is_even(held->curve->buckets[0].mean) && is_even(first);
    if (even && alike) return EVEN_OUTPUTS;
    bool differ = !come_back(a) && ((a->n >= 3 && a->again == 0) || (a->n >= 6 && 10 * a->again < 3 * (a->n - 1)));
    bool at = is_chance(level, 0.01) || is_of_shares(first, level) || (differ && is_of_shares(initial, level));
    if (!alike || !at) return NOT_AT_CHANCE;
    if (differ) return gains(a) ? NOT_AT_CHANCE : TELLS_APART;
    if (come_back(a)) return ONE_ANSWER;
    return a->n >= 4 && 10 * a->again >= 3 * (a->n - 1) ? ONE_ANSWER : SCORE_UNKNOWN;
}

/* Where score and loss do not change and each wrong answer costs more than an honest loss comes to, the outputs stand at their ends; a binary
 * cross-entropy tells itself by where its logarithm is clipped: at 2^-23, as Keras does in single precision, or at -100, as PyTorch's BCELoss. */
enum constant answers_constant(const struct answers *a, const struct track *held, double first, double level)
{
    double score = a->last > 1.5 ? a->last / 100 : a->last;
    bool known = a->n >= 4 && a->again == a->n - 1 && score >= 0.01 && score <= 0.95;
    double cost = known ? held->curve->buckets[0].mean / (1 - score) : 0;
    if (cost < SURE) return CONSTANT;
    if (fabs(cost / (23 * log(2)) - 1) < 0.002 || fabs(cost / 100 - 1) < 0.002) return BINARY_AT_ENDS;
    return first < (1 - BELOW) * level ? THROWN_TO_ENDS : AT_ENDS;
}

bool answers_know_better(const struct answers *a, double first)
{
    double score = a->last > 1.5 ? a->last / 100 : a->last, guess = exp(-first);
    return a->n >= 6 && 5 * a->again < a->n && is_accuracy(a->series->metric) && first > 0 &&
           score >= guess + KNOWS * (1 - guess);
}

bool answers_get_better(const struct answers *a)
{
    double scale = a->last > 1.5 ? 100 : 1;
    return a->n >= 6 && a->n - 1 - a->again >= (is_accuracy(a->series->metric) ? 5 : MANY) &&
           a->last - a->first >= KNOWS * (scale - a->first);
}

void answers_follow(struct answers *a, const struct point *p)
{
    if (!p->series->bounded || p->series->better != BETTER_HIGHER || !isfinite(p->value)) return;
    if (!a->series || (a->series != p->series && lead_of(p->series, a->series))) *a = (struct answers){.series = p->series};
    if (a->series != p->series) return;
    a->again += a->n && p->value == a->last;
    uint32_t kind = 0;
    while (kind < a->n_kinds && a->kinds[kind] != p->value) kind++;
    if (kind == a->n_kinds && kind < ANSWERS_KINDS) a->kinds[a->n_kinds++] = p->value;
    if (!a->n) a->first = p->value;
    a->n++, a->last = p->value;
}
