/* role_path - see role_path.h. */
#include "role_path.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "analyzer.h"
#include "role_words.h"

static const char *const places[] = {"monitor",      "monitoring",   "scalars", "scalar",  "summary",   "debug",
                                     "diagnostics",  "log",          "logs",    "logging", "telemetry", "global",
                                     "general",      "system",       "perf",    "misc",    "hardware",  "machine",
                                     "optimization", "optimisation", NULL};
static const char *const changed[] = {"best", "min", "max", "num", "count", "std", "var", "target", "initial", "final", NULL};

const char *role_path_behind_places(const char *name)
{
    for (const char *const *place = places; *place; place++) {
        size_t n = strlen(*place);
        if (strncasecmp(name, *place, n) == 0 && (name[n] == '/' || name[n] == '.') && name[n + 1])
            return role_path_behind_places(name + n + 1);
    }
    return name;
}

const char *role_path_behind_run(const char *name)
{
    static const char dash[] = " - ";
    const char *behind = NULL;
    for (const char *p = name; (p = strstr(p, dash)) != NULL; p += sizeof dash - 1) behind = p;
    size_t n = behind ? (size_t)(behind - name) : 0;
    char run[WORD_BYTES];
    struct role_words w;
    if (!n || !behind[sizeof dash - 1]) return name;
    if (n < sizeof run && !memchr(name, '/', n)) {
        memcpy(run, name, n);
        run[n] = 0;
        role_words_cut(run, false, &w);
        if (role_words_split(&w) != SPLIT_NONE && !strpbrk(run, "0123456789")) return name;
    }
    return behind + sizeof dash - 1;
}

bool role_path_is_extreme(const char *name)
{
    size_t n = strlen(name);
    return n > 5 && (strcmp(name + n - 5, "__MIN") == 0 || strcmp(name + n - 5, "__MAX") == 0);
}

const char *role_path_behind_train(const char *name)
{
    static const char *const trains[] = {"train/", "training/"};
    for (size_t i = 0; i < sizeof trains / sizeof *trains; i++) {
        size_t n = strlen(trains[i]);
        if (strncasecmp(name, trains[i], n) == 0 && strchr(name + n, '/')) return name + n;
    }
    return NULL;
}

const char *role_path_behind_group(const char *name)
{
    char group[WORD_BYTES];
    size_t n = strcspn(name, "/");
    struct role_words w;
    if (!n || !name[n] || !name[n + 1] || n >= sizeof group) return NULL;
    memcpy(group, name, n);
    group[n] = 0;
    role_words_cut(group, false, &w);
    for (int i = 0; i < w.n; i++)
        if (role_words_among(changed, w.at[i])) return NULL;
    return w.n && role_words_split(&w) == SPLIT_NONE ? name + n + 1 : NULL;
}

bool role_path_of_mean(const char *name, char *bare, size_t size)
{
    static const char mean[] = "/mean";
    size_t n = strlen(name), k = sizeof mean - 1;
    if (n <= k || n - k >= size || strcmp(name + n - k, mean) != 0) return false;
    memcpy(bare, name, n - k);
    bare[n - k] = 0;
    return true;
}

bool role_path_of_losses(const char *name, char *swapped, size_t size)
{
    size_t n = strcspn(name, "/");
    bool losses = (n == 4 && strncasecmp(name, "loss", n) == 0) || (n == 6 && strncasecmp(name, "losses", n) == 0);
    if (!losses || !name[n] || !name[n + 1] || strchr(name + n + 1, '/')) return false;
    return (size_t)snprintf(swapped, size, "%s loss", name + n + 1) < size;
}

bool role_path_alone(enum role role)
{
    static const uint64_t alone = WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR) | WANTS(ROLE_LOSS_POLICY) |
                                  WANTS(ROLE_LOSS_VALUE) | WANTS(ROLE_RETURN) | WANTS(ROLE_EPISODE_LENGTH) | WANTS(ROLE_ENTROPY) |
                                  WANTS(ROLE_KL) | WANTS(ROLE_EXPLAINED_VARIANCE) | WANTS(ROLE_LEARNING_RATE) |
                                  WANTS(ROLE_LOSS_SCALE) | WANTS(ROLE_SCORE_EVAL) | WANTS(ROLE_THROUGHPUT) |
                                  WANTS(ROLE_STEP_TIME) | WANTS(ROLE_DATA_TIME) | WANTS(ROLE_UTILISATION) | WANTS(ROLE_MEMORY);
    return alone & WANTS(role);
}
