#include "words_checkpoint.h"

#include <string.h>

static const char *known(const char *word) { return word ? word : "unverified"; }

/* "whole, safe to load"; "not looked into". */
static void add_verdict(struct str *s, const struct checkpoint_view *c)
{
    bool looked = strcmp(known(c->state), "unverified") != 0 || strcmp(known(c->safety), "unverified") != 0;
    if (!looked) str_add(s, "nobody could look into it");
    else if (strcmp(known(c->safety), "unverified") == 0) str_addf(s, "%s, unverified whether safe to load", known(c->state));
    else if (strcmp(known(c->safety), "safe") == 0) str_addf(s, "%s, safe to load", known(c->state));
    else str_addf(s, "%s, %s: do not load it", known(c->state), known(c->safety));
}

static void add_place(struct str *s, const struct view *v, const struct checkpoint_view *c)
{
    words_source(s, v, c->path);
    if (c->step < 0) return;
    str_add(s, ", step ");
    words_count(s, c->step);
}

void words_why_good(struct str *s, const struct view *v)
{
    if (!v->last_good) return;
    bool newer = false;
    for (size_t i = 0; i < v->n_checkpoints; i++) newer = newer || v->checkpoints[i].step > v->last_good->step;
    str_add(s, newer && v->trouble_step == INT64_MAX ? "the newest in order" : "the newest");
    if (v->trouble_step != INT64_MAX) {
        str_add(s, " from before the trouble at step ");
        words_count(s, v->trouble_step);
    }
    str_add(s, "; ");
    add_verdict(s, v->last_good);
}

void words_last_good(struct str *s, const struct view *v)
{
    if (!v->last_good) return;
    add_place(s, v, v->last_good);
    str_add(s, ": ");
    words_why_good(s, v);
}

bool checkpoint_is_bad(const struct checkpoint_view *c)
{
    static const char *const bad[] = {"incomplete", "corrupt", "suspicious", "malicious"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (strcmp(known(c->state), bad[i]) == 0 || strcmp(known(c->safety), bad[i]) == 0) return true;
    return false;
}

void words_bad_checkpoint(struct str *s, const struct view *v, const struct checkpoint_view *c)
{
    add_place(s, v, c);
    str_add(s, ": ");
    add_verdict(s, c);
    if (!c->why) return;
    str_add(s, ": ");
    words_foreign(s, c->why);
}
