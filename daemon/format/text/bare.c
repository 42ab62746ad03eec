/* text_bare - see text/bare.h. */
#include "bare.h"

#include <math.h>
#include <string.h>
#include <strings.h>

static const struct side {
    const char *word, *loss;
    bool trains;
} sides[] = {
    {"train", "train loss", true}, {"training", "train loss", true}, {"trn", "train loss", true},
    {"tr", "train loss", true},    {"val", "valid loss", false},     {"valid", "valid loss", false},
    {"vld", "valid loss", false},  {"va", "valid loss", false},      {"validation", "valid loss", false},
    {"dev", "valid loss", false},  {"test", "test loss", false},     {"tst", "test loss", false},
};

static const struct side *side_of(const struct text_pair *p)
{
    if (p->words != 1 || !isnan(p->total) || p->percent || p->key.n > 10) return NULL;
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        if (p->key.n == strlen(sides[i].word) && strncasecmp(p->key.p, sides[i].word, p->key.n) == 0) return &sides[i];
    return NULL;
}

static bool is_loss(const struct text_pair *p) { return p->key.n == 4 && strncasecmp(p->key.p, "loss", 4) == 0; }

/* says_loss - does a name of the line say that something is lost? */
static bool says_loss(const struct text_pairs *ps)
{
    for (size_t i = 0; i < ps->n; i++)
        for (size_t at = 0; at + 4 <= ps->pair[i].key.n; at++)
            if (strncasecmp(ps->pair[i].key.p + at, "loss", 4) == 0) return true;
    return false;
}

static void name(struct text_pair *p, const struct side *side)
{
    p->key = span_of(side->loss);
    p->last = (uint32_t)(strchr(side->loss, ' ') - side->loss) + 1;
    p->words = 2;
    p->name = NULL;
    p->key_split = TEXT_SPLIT_UNASKED;
}

/* behind_loss - "loss 1.32, val 1.62": the one held-out number of the line. */
static void behind_loss(struct text_pairs *ps)
{
    struct text_pair *found = NULL;
    for (size_t i = 0; i < ps->n; i++) {
        const struct side *side = side_of(&ps->pair[i]);
        if (!side) continue;
        if (found || side->trains || !i || !is_loss(&ps->pair[i - 1])) return;
        found = &ps->pair[i];
    }
    if (found) name(found, side_of(found));
}

/* could_lose - between a share and a percentage. */
static bool could_lose(double value) { return value > 1 && value < 10; }

/* first - the first number of a side; NULL for none. */
static const struct text_pair *first(const struct text_pairs *ps, bool trains)
{
    for (size_t i = 0; i < ps->n; i++) {
        const struct side *side = side_of(&ps->pair[i]);
        if (side && side->trains == trains) return &ps->pair[i];
    }
    return NULL;
}

void text_bare_losses(struct text_pairs *ps, enum text_bare *known)
{
    const struct text_pair *train = first(ps, true), *held = first(ps, false);
    if (!held || ps->label.n || ps->prose > 1) return;
    if (says_loss(ps)) {
        behind_loss(ps);
        return;
    }
    bool asks = !*known && train && isfinite(train->value) && isfinite(held->value);
    if (asks) *known = could_lose(train->value) && could_lose(held->value) ? BARE_LOSSES : BARE_OTHERS;
    for (size_t i = 0; train && *known == BARE_LOSSES && i < ps->n; i++) {
        const struct side *side = side_of(&ps->pair[i]);
        if (side) name(&ps->pair[i], side);
    }
}
