#include "schedule.h"

#include <string.h>

#include "../diagnose.h"
#include "../fact_key.h"

void schedule_fact(struct schedule *s, const char *key, const char *value)
{
    const char *name = fact_key(key);
    double number;
    if (!name) return;
    if (strcmp(name, "scheduler") == 0) {
        size_t n = strnlen(value, SCHEDULE_NAME - 1);
        memcpy(s->name, value, n);
        s->name[n] = 0;
    }
    if (strcmp(name, "max_steps") == 0) s->max_steps = fact_number(value, &number) && number > 0 ? number : 0;
    if (strcmp(name, "warmup_steps") == 0) s->warmup = fact_number(value, &number) && number > 0 ? number : 0;
}

static bool says(const struct schedule *s, const char *const *words)
{
    for (; *words; words++)
        if (strcasestr(s->name, *words)) return true;
    return false;
}

bool schedule_rises(const struct schedule *s)
{
    static const char *const words[] = {"restart", "cycl", "sgdr", "triang", "plateau", "lambda", "custom", NULL};
    return says(s, words);
}

bool schedule_is_linear(const struct schedule *s) { return strcasestr(s->name, "linear") != NULL; }

bool schedule_decays(const struct schedule *s)
{
    static const char *const words[] = {"cosine", "polynomial", NULL}, *const warmup[] = {"warmup", "linearlr", NULL};
    return (says(s, words) || (schedule_is_linear(s) && !says(s, warmup))) && !schedule_rises(s);
}
