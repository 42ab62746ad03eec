/* role - what a name means, by the table of names (role_table.h).
 *
 * A name is cut into lower-case words at every character that is no letter or digit. Words that only say which split it is
 * (train, val ...) or where it was logged (metrics, epoch ...) are taken off; what is left is looked up, whole first, then by its
 * last or first word, then without the number or plural behind it, then with its humps as words.
 *
 * A tag with slashes is a path (role_path.h): a place that says nothing is taken off, and where the whole tells nothing what stands
 * behind its group is looked up, if that means the same in any group. */
#include "role.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "role_part.h"
#include "role_path.h"
#include "role_symbol.h"
#include "role_table.h"
#include "role_words.h"

/* Names that hold a known word and mean something else: a restated best, an extreme, a counter, another tool's verdict. */
static const char *const refused_words[] = {"best",     "min",      "max", "num",    "count",  "std", "runtime",   "oscillation",
                                            "decrease", "increase", "gap", "target", "weight", "var", "classwise", NULL};

static bool fits(const struct role_row *r, const char *whole)
{
    size_t n = strlen(r->words), m = strlen(whole);
    if (r->how == WHOLE || m <= n) return strcmp(r->words, whole) == 0;
    if (r->how == FIRST) return strncmp(whole, r->words, n) == 0 && whole[n] == ' ';
    return strcmp(whole + m - n, r->words) == 0 && whole[m - n - 1] == ' ';
}

static bool refused(const struct role_words *w, int role_words)
{
    for (int i = 0; i < w->n; i++)
        if (role_words_among(refused_words, w->at[i]) && w->n > role_words) return true;
    return false;
}

/*   numbered  a number or plural was taken off: such a loss is one of several, and one letter says too little */
static const struct role_row *row_of(const char *whole, bool numbered)
{
    for (const struct role_row *const *t = role_tables; *t; t++)
        for (const struct role_row *r = *t; r->words; r++)
            if (fits(r, whole) && !(numbered && strlen(r->words) < 2)) return r;
    return NULL;
}

/* look_up - the first row that fits. False when none does, and nothing says that the name means something else. */
static bool look_up(const struct role_words *w, enum split split, const char *name, bool numbered, struct role_match *m)
{
    char whole[sizeof m->metric];
    role_words_spell(w, 0, w->n, whole, sizeof whole);
    const struct role_row *r = row_of(whole, numbered);
    if (!r) return false;
    if (r->how != WHOLE && refused(w, role_words_count(r->words))) return true;
    m->role = split == SPLIT_EVAL ? r->eval : r->train;
    if (m->role == ROLE_LOSS_PART && split == SPLIT_TRAIN) m->role = ROLE_LOSS_TRAIN;
    if (m->role == ROLE_NONE) return true;
    m->better = r->better;
    m->bounded = r->bounded;
    m->unit = r->unit;
    if (r->better != BETTER_UNKNOWN || (r->metric && *r->metric))
        snprintf(m->metric, sizeof m->metric, "%s", r->metric ? r->metric : name);
    return true;
}

/* costs - a name that says loss: "loss_iou", "losses/dice", "acc_loss" are terms of it and no scores. */
static bool costs(const struct role_words *w)
{
    for (int i = 0; i < w->n; i++)
        if (strcmp(w->at[i], "loss") == 0 || strcmp(w->at[i], "losses") == 0) return true;
    return false;
}

static void be_term(struct role_match *m, enum split split)
{
    if (m->role != ROLE_SCORE_TRAIN && m->role != ROLE_SCORE_EVAL) return;
    m->role = split == SPLIT_EVAL ? ROLE_LOSS_EVAL : split == SPLIT_TRAIN ? ROLE_LOSS_TRAIN : ROLE_LOSS_PART;
    m->better = BETTER_LOWER;
    m->bounded = false;
}

static bool named(const char *name, bool camel, struct role_match *m)
{
    struct role_words w;
    char whole[sizeof m->metric];
    int part = 0;
    role_words_cut(name, camel, &w);
    bool term = costs(&w);
    if (!w.n || role_part_statistic(&w, m)) return w.n;
    enum split split = SPLIT_NONE;
    if (strncmp(w.at[0], "grad", 4) != 0)
        split = role_words_split(&w); /* else such a word is of a layer's name, as far as is known */
    if (split != SPLIT_EVAL && role_part_gradient(&w, &part)) {
        m->role = ROLE_GRAD_PART;
        role_words_spell(&w, part, w.n, m->part, sizeof m->part);
        return true;
    }
    if (split == SPLIT_NONE) split = role_words_split(&w);
    if (role_words_places(&w) && split == SPLIT_NONE) split = SPLIT_EVAL;
    if (role_part_measured(&w, m)) return true;
    role_words_spell(&w, 0, w.n, whole, sizeof whole);
    if (look_up(&w, split, whole, false, m)) {
        if (term) be_term(m, split);
        return true;
    }
    bool plural = !isdigit((unsigned char)whole[strlen(whole) - 1]);
    if (!role_words_plain(&w) || !look_up(&w, split, whole, true, m)) return false;
    if (term) be_term(m, split);
    if (!plural && m->role == ROLE_LOSS_TRAIN) m->role = ROLE_LOSS_PART, memcpy(m->metric, whole, sizeof whole);
    return true;
}

static struct role_match meaning(const char *name)
{
    struct role_match m = {.unit = ""};
    if (!named(name, false, &m)) named(name, true, &m);
    return m;
}

/* answers - "D(x)", "D(G(z))": what a discriminator says of samples, a share, and no loss of it. */
static bool answers(const char *name)
{
    return strstr(name, "D(x") || strstr(name, "D(G(") || strstr(name, "d(x)") || strstr(name, "d(g(");
}

struct role_match role_of(const char *name)
{
    char spelled[WORD_BYTES];
    if (role_path_is_extreme(name) || answers(name)) return (struct role_match){.unit = ""};
    name = role_symbol_spelled(role_path_behind_places(role_path_behind_run(name)), spelled, sizeof spelled);
    const char *trained = role_path_behind_train(name);
    if (trained) {
        struct role_match own = role_of(trained);
        if (own.role == ROLE_LOSS_GENERATOR || own.role == ROLE_LOSS_DISCRIMINATOR) return own;
    }
    struct role_match m = meaning(name), behind;
    bool weak = m.role == ROLE_NONE || m.role == ROLE_LOSS_PART || m.role == ROLE_PROGRESS;
    char bare[2 * sizeof m.metric], swapped[sizeof m.metric];
    if (weak && role_path_of_mean(name, bare, sizeof bare)) name = bare;
    const char *last = weak ? role_path_behind_group(name) : NULL;
    if (last && role_path_of_losses(name, swapped, sizeof swapped)) last = swapped;
    if (last && role_path_alone((behind = meaning(last)).role)) return behind;
    return m;
}
