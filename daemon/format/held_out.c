/* held_out - see held_out.h. */
#include "held_out.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../../analyzers/role.h"

enum { ROLE_NAME_BYTES = 96 };

static bool is(struct span text, const char *word) { return text.n == strlen(word) && strncasecmp(text.p, word, text.n) == 0; }

bool held_out_column(struct span name)
{
    static const char *const names[] = {"phase", "split", "mode", "set", "subset", "stage", "partition", "data_split", "type"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (is(name, names[i])) return true;
    return false;
}

enum held_out held_out_of(struct span text)
{
    static const struct {
        const char *word;
        enum held_out what;
    } words[] = {{"val", HELD_VALID}, {"valid", HELD_VALID},   {"validation", HELD_VALID},
                 {"test", HELD_TEST}, {"eval", HELD_VALID},    {"evaluation", HELD_VALID},
                 {"dev", HELD_VALID}, {"holdout", HELD_VALID}, {"heldout", HELD_VALID}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is(text, words[i].word)) return words[i].what;
    return HELD_NONE;
}

bool held_out_open(const char *name)
{
    enum role role = role_of(name).role;
    bool quantity = role == ROLE_NONE || role == ROLE_LOSS_TRAIN || role == ROLE_LOSS_PART || role == ROLE_SCORE_TRAIN;
    return quantity && !strcasestr(name, "train");
}

static struct role_match meaning_of(struct span name)
{
    char text[ROLE_NAME_BYTES];
    snprintf(text, sizeof text, "%.*s", (int)(name.n < sizeof text ? name.n : sizeof text - 1), name.p);
    return role_of(text);
}

static bool says_train(struct span name)
{
    for (size_t i = 0; i + 5 <= name.n; i++)
        if (strncasecmp(name.p + i, "train", 5) == 0) return true;
    return false;
}

bool held_out_beside(const struct span *names, size_t n)
{
    bool beside = false;
    for (size_t i = 0; i < n; i++) {
        struct role_match m = meaning_of(names[i]);
        if (m.role == ROLE_SCORE_EVAL) return false;
        if (m.role != ROLE_LOSS_TRAIN || !says_train(names[i]) || i + 1 == n) continue;
        beside = beside || meaning_of(names[i + 1]).role == ROLE_LOSS_EVAL;
    }
    return beside;
}

const char *held_out_prefix(enum held_out h)
{
    static const char *const prefixes[HELD_COUNT] = {[HELD_NONE] = "", [HELD_VALID] = "val/", [HELD_TEST] = "test/"};
    return prefixes[h];
}
