/* role_part - see role_part.h. */
#include "role_part.h"

#include <stdio.h>
#include <string.h>

bool role_part_gradient(const struct role_words *w, int *part)
{
    bool grad =
        w->n > 1 && (strcmp(w->at[0], "grad") == 0 || strcmp(w->at[0], "gradient") == 0 || strcmp(w->at[0], "gradients") == 0);
    for (int i = 1; grad && i < w->n && i < 4; i++)
        if (strcmp(w->at[i], "norm") == 0 && i + 1 < w->n) return *part = i + 1, strcmp(w->at[i + 1], "total") != 0;
    if (grad && strcmp(w->at[0], "gradients") == 0) return *part = 1, true;
    return false;
}

static const struct {
    const char *words;
    enum role whole, part;
} parted[] = {
    {"weight norm", ROLE_WEIGHT_NORM, ROLE_WEIGHT_PART},
    {"weights norm", ROLE_WEIGHT_NORM, ROLE_WEIGHT_PART},
    {"param norm", ROLE_WEIGHT_NORM, ROLE_WEIGHT_PART},
    {"params norm", ROLE_WEIGHT_NORM, ROLE_WEIGHT_PART},
    {"parameter norm", ROLE_WEIGHT_NORM, ROLE_WEIGHT_PART},
    {"update ratio", ROLE_UPDATE_RATIO, ROLE_UPDATE_RATIO},
    {"update to weight ratio", ROLE_UPDATE_RATIO, ROLE_UPDATE_RATIO},
    {"update to weight", ROLE_UPDATE_RATIO, ROLE_UPDATE_RATIO},
    {"update weight ratio", ROLE_UPDATE_RATIO, ROLE_UPDATE_RATIO},
    {"update param ratio", ROLE_UPDATE_RATIO, ROLE_UPDATE_RATIO},
    {"dead units", ROLE_DEAD_SHARE, ROLE_DEAD_SHARE},
    {"dead neurons", ROLE_DEAD_SHARE, ROLE_DEAD_SHARE},
    {"dead relu", ROLE_DEAD_SHARE, ROLE_DEAD_SHARE},
    {"dead relus", ROLE_DEAD_SHARE, ROLE_DEAD_SHARE},
    {"dead share", ROLE_DEAD_SHARE, ROLE_DEAD_SHARE},
    {"dead fraction", ROLE_DEAD_SHARE, ROLE_DEAD_SHARE},
    {"activation sparsity", ROLE_ZERO_SHARE, ROLE_ZERO_SHARE},
};

bool role_part_measured(const struct role_words *w, struct role_match *m)
{
    char whole[sizeof m->metric];
    role_words_spell(w, 0, w->n, whole, sizeof whole);
    for (size_t i = 0; i < sizeof parted / sizeof *parted; i++) {
        size_t n = strlen(parted[i].words);
        if (strncmp(whole, parted[i].words, n) != 0 || (whole[n] && whole[n] != ' ')) continue;
        m->role = whole[n] ? parted[i].part : parted[i].whole;
        snprintf(m->metric, sizeof m->metric, "%s", parted[i].words);
        role_words_spell(w, role_words_count(parted[i].words), w->n, m->part, sizeof m->part);
        return true;
    }
    return false;
}

bool role_part_statistic(const struct role_words *w, struct role_match *m)
{
    static const char *const gradients[] = {"grad", "grads", "gradient", "gradients", NULL};
    static const char *const firsts[] = {"weight", "weights", "param", "params", "parameter", "parameters", NULL};
    static const char *const lasts[] = {"weight", "weights", "kernel", "kernels", NULL};
    static const char *const units[] = {"activation", "activations", "act", "acts", "relu", NULL};
    static const char *const extremes[] = {"min", "max", NULL};
    int n = w->n - 1;
    const char *what = n > 0 ? w->at[n] : "";
    bool zeros = n > 1 && strcmp(what, "share") == 0 && strcmp(w->at[n - 1], "zero") == 0, mean = strcmp(what, "mean") == 0;
    if (!zeros && !mean && !role_words_among(extremes, what)) return false;
    n -= zeros;
    n -= n > 1 && strcmp(w->at[n - 1], "histogram") == 0; /* Keras */
    for (int i = 0; i < n; i++)
        if (role_words_among(gradients, w->at[i])) return true;
    int last = n > 1 && strspn(w->at[n - 1], "0123456789") == strlen(w->at[n - 1]) ? n - 2 : n - 1; /* kernel_0 */
    bool weights = n > 1 && (role_words_among(firsts, w->at[0]) || role_words_among(lasts, w->at[last]));
    if (zeros && n > 1 && role_words_among(units, w->at[0])) m->role = ROLE_ZERO_SHARE;
    if (weights && !zeros) m->role = mean ? ROLE_WEIGHT_MEAN : ROLE_WEIGHT_PART;
    if (m->role == ROLE_NONE) return weights;
    snprintf(m->metric, sizeof m->metric, "%s %s", zeros ? "activation" : "weight", zeros ? "zeros" : what);
    role_words_spell(w, role_words_among(firsts, w->at[0]) || role_words_among(units, w->at[0]), n, m->part, sizeof m->part);
    return true;
}
