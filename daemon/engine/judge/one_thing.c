/* judge_one_thing - do two findings tell the same trouble? See context.h. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "context.h"

/* The word of a score at the end of its name, or at the start; the rest says what it is of. */
static size_t score_word(const char *at)
{
    static const char *const words[] = {"precision", "recall", "accuracy", "f1", "iou", "dice", "ap", "auc"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        if (strncasecmp(at, words[i], n) == 0 && !isalnum((unsigned char)at[n])) return n;
    }
    return 0;
}

static size_t words_before_last(const char *name)
{
    size_t n = strlen(name);
    while (n && isalnum((unsigned char)name[n - 1])) n--;
    return n;
}

static bool are_of_one(const char *a, const char *b)
{
    size_t n = words_before_last(a), m = words_before_last(b), first = score_word(a), other = score_word(b);
    if (n && n == m && memcmp(a, b, n) == 0 && score_word(a + n) && score_word(b + m)) return true;
    return first && other && a[first] && strcmp(a + first, b + other) == 0;
}

bool judge_is_one_thing(const struct finding *a, const struct finding *b)
{
    if (strcmp(a->kind, "loss_oscillation") == 0 && b->series->role == ROLE_SCORE_EVAL) return true; /* it swings with its loss */
    if (a->series->role != b->series->role) return false;
    if (strcmp(a->kind, "loss_not_decreasing") == 0) return true;
    return strcmp(a->kind, "score_stuck") == 0 && are_of_one(a->series->name, b->series->name);
}
