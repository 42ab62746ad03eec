/* text_section - see text/section.h. What is told once is left as it is: "Val Loss: 0.6 | LR: 0.001" has no learning rate of validation. */
#include "section.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "word.h"

static bool same(struct span a, struct span b) { return a.n && a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0; }

static bool speaks_of_training(struct span words)
{
    static const char *const starts[] = {"train", "Train", "TRAIN", "trn", "tr_"};
    if (!words.n || (words.p[0] | 0x20) != 't') return false;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (span_starts(words, starts[i])) return true;
    return false;
}

/* repeated - does another pair of the line have this one's name? */
static bool repeated(const struct text_pairs *ps, size_t at)
{
    for (size_t i = 0; i < ps->n; i++)
        if (i != at && same(ps->pair[i].key, ps->pair[at].key)) return true;
    return false;
}

bool text_sections(const struct text_pairs *ps, enum text_split split[TEXT_PAIRS_MAX])
{
    enum text_split now = SPLIT_NONE;
    bool any = false;
    if (ps->undivided) return false;
    for (size_t i = 0; i < ps->n; i++) {
        const struct text_pair *p = &ps->pair[i];
        enum text_split own = text_key_split(p), section = own ? own : text_section_split(p);
        bool begins = !i || p->section.p != ps->pair[i - 1].section.p;
        if (own || (begins && section)) now = section;
        else if (speaks_of_training(p->key) || (begins && speaks_of_training(p->section))) now = SPLIT_NONE;
        enum text_split told = now && !own && repeated(ps, i) ? now : SPLIT_NONE;
        if (told && !any) memset(split, 0, ps->n * sizeof *split);
        any |= told != SPLIT_NONE;
        if (any) split[i] = told;
    }
    return any;
}

/* lone - the pair of a letter alone; NULL for none, or for two. */
static struct text_pair *lone(struct text_pairs *ps, char letter)
{
    struct text_pair *found = NULL;
    for (size_t i = 0; i < ps->n; i++) {
        struct text_pair *p = &ps->pair[i];
        if (p->key.n != 1 || p->key.p[0] != letter || p->separator == ' ' || !isnan(p->total)) continue;
        if (found) return NULL;
        found = p;
    }
    return found;
}

void text_section_game(struct text_pairs *ps)
{
    struct text_pair *d = lone(ps, 'D'), *g = d ? lone(ps, 'G') : NULL;
    if (!g) return;
    d->key = span_of("D loss");
    g->key = span_of("G loss");
    d->last = g->last = 2;
    d->words = g->words = 2;
    d->name = g->name = NULL;
}

/* score_name - what a share is called that has nothing but "Train", "Val" or "Test" for a name; NULL for any other pair. */
static const char *score_name(const struct text_pair *p)
{
    static const struct {
        const char *word, *name;
    } words[] = {{"train", "train acc"},      {"val", "valid acc"}, {"valid", "valid acc"},
                 {"validation", "valid acc"}, {"dev", "valid acc"}, {"test", "test acc"}};
    if (p->words != 1 || !p->key.n || !strchr("tvd", p->key.p[0] | 0x20)) return NULL;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].word[0] == (p->key.p[0] | 0x20) && p->key.n == strlen(words[i].word) &&
            strncasecmp(p->key.p, words[i].word, p->key.n) == 0)
            return words[i].name;
    return NULL;
}

static const char *score_of(const struct text_pair *p)
{
    bool share = p->percent || (p->value >= 0 && p->value <= 1);
    return share && isnan(p->total) ? score_name(p) : NULL;
}

bool text_section_none(const struct text_pairs *ps)
{
    unsigned scores = 0, parts = 0;
    for (size_t i = 0; i < ps->n; i++) {
        scores += score_name(&ps->pair[i]) != NULL;
        parts += text_key_split(&ps->pair[i]) || text_section_split(&ps->pair[i]);
    }
    return scores < 2 && !parts;
}

/* total - "[epoch: 1/200, iter: 50/489] total: 1.64": where nothing else is told, what is summed up are the terms of the loss. */
static void total(struct text_pairs *ps)
{
    struct text_pair *p = &ps->pair[ps->n - 1];
    if (ps->n < 2 || !span_is(p->key, "total") || p->value == floor(p->value) || !isnan(p->total)) return;
    for (size_t i = 0; i + 1 < ps->n; i++)
        if (!text_word_is_counter(ps->pair[i].key)) return;
    p->key = span_of("total loss");
    p->last = 6;
    p->words = 2;
    p->name = NULL;
    p->key_split = TEXT_SPLIT_UNASKED;
}

void text_section_scores(struct text_pairs *ps)
{
    unsigned scores = 0, losses = 0;
    if (ps->n) total(ps);
    if (ps->undivided) return;
    for (size_t i = 0; i < ps->n; i++) {
        const struct text_pair *p = &ps->pair[i];
        scores += p->key.n <= 10 && score_of(p) != NULL;
        losses += p->key.n == 4 && strncasecmp(p->key.p, "loss", 4) == 0;
    }
    if (scores < 2 || !losses) return;
    for (size_t i = 0; i < ps->n; i++) {
        struct text_pair *p = &ps->pair[i];
        const char *name = score_of(p);
        if (!name) continue;
        p->key = span_of(name);
        p->last = (uint32_t)(strchr(name, ' ') - name) + 1;
        p->words = 2;
        p->name = NULL;
        p->key_split = TEXT_SPLIT_UNASKED;
    }
}
