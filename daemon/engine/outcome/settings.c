/* Settings of two runs, laid side by side.
 *
 * Names are those of fact_key. What has no canonical name may still matter: numbers and switches that differ count together as one more
 * change, unless their names say that they only keep books (paths, names, times, seeds). A setting that one run names and the other does
 * not was off there, when that log told settings at all. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../../../analyzers/fact_key.h"
#include "../../base/hash.h"
#include "../../base/model.h"
#include "outcome.h"

enum { RATE_POINTS_MIN = 10 };
static const double SAME = 1e-6; /* relative: the same number, printed otherwise */

/* Canonical settings that change from run to run without being a try of anything. */
static const char *const neutral[] = {"seed", "framework", "env_id"}, *const lengths[] = {"epochs", "max_steps"};
/* Words of a name that keeps books. */
static const char bookkeeping[] =
    "seed|name|dir|path|file|time|date|timestamp|id|uuid|host|hostname|port|pid|rank|world|version|commit|sha|user|log|logs|"
    "logging|save|"
    "eval|report|wandb|tensorboard|checkpoint|ckpt|resume|start|started|end|runtime|step|steps|epoch|epochs|iter|iters|total|"
    "params|"
    "verbose|debug|tag|tags|run|job|tokens|examples|hub|push|output|project|device|devices|gpu|gpus|local|workers|num_workers";

static bool in_list(const char *const *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], name) == 0) return true;
    return false;
}

/* A number, or a short word: no text, no path, no list. */
static bool plain_value(const char *value)
{
    double number;
    return fact_number(value, &number) || fact_says(value, "true|false|yes|no|on|off|none|null");
}

static void identify(struct settings *s, const char *key, const char *value)
{
    s->identity = hash64(value, strlen(value), hash64(key, strlen(key), s->identity));
}

const char *settings_value(const struct settings *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->known[i].name, name) == 0) return s->known[i].value;
    return NULL;
}

static void add_known(struct settings *s, const char *name, const char *value)
{
    if (settings_value(s, name) || s->n == SETTINGS_MAX) return;
    struct setting *one = &s->known[s->n++];
    one->name = name;
    snprintf(one->value, sizeof one->value, "%s", value);
    identify(s, name, one->value);
}

static void add_other(struct settings *s, const char *key, const char *value)
{
    if (s->n_other == SETTINGS_OTHER_MAX || !plain_value(value) || fact_says(key, bookkeeping)) return;
    uint64_t id = hash64(key, strlen(key), 0);
    for (size_t i = 0; i < s->n_other; i++)
        if (s->other[i].key == id) return;
    s->other[s->n_other].key = id;
    s->other[s->n_other++].value = hash64(value, strlen(value), 0);
    identify(s, key, value);
}

void settings_add(struct settings *s, const char *key, const char *value)
{
    const char *name, *text;
    if (!key || !value) return;
    if (fact_canonical(key, value, &name, &text)) {
        s->told = true;
        add_known(s, name, text);
    } else if (!fact_key(key)) add_other(s, key, value);
}

void settings_rate(struct settings *s, const char *value) { add_known(s, "learning_rate", value); }

/* The highest of a schedule is what was set; while it still rises nobody knows it. Steps of one value: constant. */
static bool settled(const struct curve *c, double *rate)
{
    double highest = -INFINITY, lowest = INFINITY, last = NAN;
    if (!c || c->points < RATE_POINTS_MIN) return false;
    for (uint32_t i = 0; i < c->used; i++) {
        const struct bucket *b = &c->buckets[i];
        if (b->n == b->nonfinite) continue;
        highest = fmax(highest, b->max);
        lowest = fmin(lowest, b->min);
        last = b->last;
    }
    *rate = highest;
    return highest > 0 && (last < highest || lowest == highest);
}

bool settings_logged_rate(const struct view *v, char value[SETTING_BYTES])
{
    double highest = 0, rate;
    for (size_t i = 0; i < v->n_series; i++) {
        if (v->series[i].series.role != ROLE_LEARNING_RATE) continue;
        if (!settled(v->series[i].curve, &rate)) return false;
        highest = fmax(highest, rate);
    }
    snprintf(value, SETTING_BYTES, "%.6g", highest);
    return highest > 0;
}

/* ---- what differs ------------------------------------------------------------------------------------------------------- */

static bool same_value(const char *a, const char *b)
{
    double x, y;
    if (fact_number(a, &x) && fact_number(b, &y)) return fabs(x - y) <= SAME * fmax(fabs(x), fabs(y));
    return strcasecmp(a, b) == 0;
}

static void differ(const char *name, const char *was, const char *is, struct difference *out, size_t *n)
{
    bool absent = !was || !is;
    if (in_list(neutral, sizeof neutral / sizeof *neutral, name) || *n == DIFFERENCES_MAX) return;
    if (!absent && same_value(was, is)) return;
    out[(*n)++] = (struct difference){name, was, is, in_list(lengths, sizeof lengths / sizeof *lengths, name)};
}

static bool other_in(const struct settings *s, uint64_t key, uint64_t *value)
{
    for (size_t i = 0; i < s->n_other; i++)
        if (s->other[i].key == key) return *value = s->other[i].value, true;
    return false;
}

/* Only what both name: a logger that tells more than before has changed nothing. */
static bool others_differ(const struct settings *was, const struct settings *is)
{
    uint64_t value;
    for (size_t i = 0; i < is->n_other; i++)
        if (other_in(was, is->other[i].key, &value) && value != is->other[i].value) return true;
    return false;
}

size_t settings_differ(const struct settings *was, const struct settings *is, struct difference *out, bool *others)
{
    size_t n = 0;
    for (size_t i = 0; i < is->n; i++) {
        const char *before = settings_value(was, is->known[i].name);
        if (before || was->told) differ(is->known[i].name, before, is->known[i].value, out, &n);
    }
    for (size_t i = 0; i < was->n && is->told; i++)
        if (!settings_value(is, was->known[i].name)) differ(was->known[i].name, was->known[i].value, NULL, out, &n);
    *others = others_differ(was, is);
    return n;
}
