/* run_split - the split that a series' name does not tell: by its file's name or directory (learn_error.tsv and test_error.tsv, train/loss.tsv
 * and eval/loss.tsv), or by the series beside it. */
#include <ctype.h>
#include <string.h>

#include "parts.h"

static const char first_set[] = "validation_0";
static const char *const of_training[] = {"train", "learn", NULL};
static const char *const of_evaluation[] = {"eval", "valid", "val", "test", "dev", NULL};

/* The word at this place of the name, if it is one of these and stands alone: "test" in "test_error.tsv", not in "tests.tsv". */
static size_t word_at(const char *name, const char *at, const char *const *words)
{
    for (; *words; words++) {
        size_t n = strlen(*words);
        if (strncmp(at, *words, n) == 0 && (at == name || !isalpha((unsigned char)at[-1])) && !isalpha((unsigned char)at[n]))
            return n;
    }
    return 0;
}

static bool is_pair(const char *a, const char *at, size_t n, const char *b)
{
    size_t before = (size_t)(at - a);
    if (strncmp(a, b, before) != 0) return false;
    size_t m = word_at(b, b + before, of_training);
    return m && strcmp(at + n, b + before + m) == 0;
}

/* Nobody calls the log of a training "valid.log" or "val_loss.csv". */
static bool is_of_validation(const char *path)
{
    static const char *const words[] = {"valid", "val", "validation", NULL};
    const char *name = path_name(path);
    size_t n = word_at(name, name, words);
    return n && (name[n] == '.' || name[n] == '_' || !name[n]) && !strstr(name, "train");
}

/* Another word in a name alone proves nothing (the log of a test run); a pair of names does: learn_error.tsv, test_error.tsv. */
static bool holds_evaluations(const struct run *r, uint16_t source)
{
    if (source >= r->n_sources) return false;
    const char *path = r->sources[source]->path;
    if (is_of_validation(path)) return true;
    for (const char *at = path; *at; at++) {
        size_t n = word_at(path, at, of_evaluation);
        for (size_t i = 0; n && i < r->n_sources; i++)
            if (i != source && is_pair(path, at, n, r->sources[i]->path)) return true;
    }
    return false;
}

/* CatBoost's console calls the loss of its data "learn" and that of held-out data "test", and nothing else: what "test" is follows from the
 * other one. */
static bool is_beside_learn(const struct run *r, uint16_t source, struct span name)
{
    for (size_t i = 0; span_is(name, "test") && i < r->n_series; i++)
        if (r->series[i]->s.source == source && strcmp(r->series[i]->s.name, "learn") == 0) return true;
    return false;
}

/* XGBoost's numbered sets: what the reader told of the first (text/family.c, record.c). */
static bool is_first_of_training(const struct run *r, uint16_t source, struct span name)
{
    if (!span_starts(name, first_set) || name.n <= sizeof first_set || !strchr("-_/", name.p[sizeof first_set - 1])) return false;
    for (size_t i = 0; i < r->n_facts; i++)
        if (r->facts[i].source == source && strcmp(r->facts[i].key, "first_eval_set") == 0) return true;
    return false;
}

struct span run_add_split(const struct run *r, uint16_t source, struct span name, struct str *out)
{
    if (is_first_of_training(r, source, name)) {
        str_add(out, "train-");
        return span_from(name, sizeof first_set);
    }
    if (holds_evaluations(r, source)) str_add(out, "eval/");
    if (is_beside_learn(r, source, name)) str_add(out, "loss/");
    return name;
}
