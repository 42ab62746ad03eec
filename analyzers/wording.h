/* wording - the same advice in the words of several training frameworks, and what cannot be judged without an artifact: data of
 * templates/, in a form that causes, fixes and reports share. */
#ifndef MLWATCH_WORDING_H
#define MLWATCH_WORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "role.h"

/* A framework whose lines of code are known. */
struct kit {
    const char *id, *title; /* "huggingface", "Hugging Face Trainer" */
    const char *below;      /* the kit whose lines also hold in this one: models in a Lightning run are PyTorch; or NULL */
};
struct wording {
    const char *kit, *text;
};
struct wordings {
    const struct wording *items;
    size_t n;
};

/* What a run may not have logged, and the finding kinds that nobody can see without it. */
struct artifact {
    const char *id, *artifact, *how;
    enum role role;
    uint64_t also, only_with,
        unless;                /* WANTS() bits: as good as role; asked for only beside one of them; never beside one of them */
    const char *fact, *equals; /* asked for only with this setting; or NULL */
    const char *const *findings;
    size_t n_findings;
    struct wordings in;
    const char *const *not_in; /* frameworks that have no such thing: no learning-rate schedule in a boosted tree */
    size_t n_not_in;
    double place; /* order in which a reader wants them, least first */
    bool usual;   /* most loops log it: worth a word in `check` */
};

/* wording_in - the text for a kit, else for the kit below it; NULL when there is none or the kit is not known. */
static inline const char *wording_in(const struct wordings *w, const struct kit *kit)
{
    const char *below = NULL;
    for (size_t i = 0; kit && i < w->n; i++) {
        if (strcmp(w->items[i].kit, kit->id) == 0) return w->items[i].text;
        if (kit->below && strcmp(w->items[i].kit, kit->below) == 0) below = w->items[i].text;
    }
    return below;
}

#endif
