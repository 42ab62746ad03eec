#include "facet.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "../../../analyzers/fact_key.h"
#include "../../base/num.h"
#include "../../format/field.h"

enum status facet_since(const char *text, double *ret, struct err *err)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}, {"w", 7 * 86400.0}, {"y", 365.25 * 86400}};
    char midnight[32];
    snprintf(midnight, sizeof midnight, "%.10sT00:00:00", text);
    double n = 0, date = field_time_text(span_of(strlen(text) == 10 ? midnight : text));
    size_t used = num_prefix(span_of(text), &n);
    for (size_t i = 0; used && n >= 0 && isfinite(n) && i < sizeof units / sizeof *units; i++)
        if (strcmp(text + used, units[i].unit) == 0) return *ret = (double)time(NULL) - n * units[i].seconds, OK;
    if (isfinite(date)) return *ret = date, OK;
    return err_set(err, E_USAGE, "option '--since' needs a time like 12h, 30d, 4w, 1y or 2026-01-31, not '%s'", text);
}

/* ---- one part ------------------------------------------------------------------------------------------------------------ */

struct part {
    char name[FACET_BYTES], value[FACET_BYTES], relation;
};

static bool is_plain(struct span text, const char *also)
{
    for (size_t i = 0; i < text.n; i++)
        if (!isalnum((unsigned char)text.p[i]) && !strchr(also, text.p[i])) return false;
    return text.n && isalnum((unsigned char)text.p[text.n - 1]);
}

/* "lr>=1e-3" into its name, relation and value; false for what has no such form: quotes, brackets and commas are of code that was pasted. */
static bool take_apart(struct span text, struct part *p)
{
    size_t n = 0;
    while (n < text.n && !strchr(":<>", text.p[n])) n++;
    if (n == 0 || n >= FACET_BYTES || n + 1 >= text.n || text.n - n > FACET_BYTES) return false;
    bool or_equal = strchr("<>", text.p[n]) && text.p[n + 1] == '=';
    struct span value = span_from(text, n + 1 + or_equal);
    if (!is_plain((struct span){text.p, n}, "_-./") || !is_plain(value, "_-.+")) return false;
    p->relation = or_equal ? (text.p[n] == '<' ? 'l' : 'g') : text.p[n];
    snprintf(p->name, sizeof p->name, "%.*s", (int)n, text.p);
    snprintf(p->value, sizeof p->value, "%.*s", (int)value.n, value.p);
    return true;
}

static bool add_setting(struct facets *f, const struct part *p, const char *key)
{
    double number;
    bool is_number = fact_number(p->value, &number);
    if (!key || f->n_settings == FACET_SETTINGS_MAX || (p->relation != ':' && !is_number)) return false;
    struct facet_setting *s = &f->settings[f->n_settings++];
    *s = (struct facet_setting){.key = key, .relation = p->relation == ':' && is_number ? '=' : p->relation};
    if (is_number) s->number = number;
    snprintf(s->value, sizeof s->value, "%s", p->value);
    return true;
}

static enum status take_facet(struct facets *f, const struct part *p, bool *taken, struct err *err)
{
    bool is = p->relation == ':';
    *taken = true;
    if (is && strcmp(p->name, "kind") == 0) return snprintf(f->kind, sizeof f->kind, "%s", p->value), OK;
    if (is && strcmp(p->name, "cause") == 0) return snprintf(f->cause, sizeof f->cause, "%s", p->value), OK;
    if (is && strcmp(p->name, "since") == 0) return facet_since(p->value, &f->since, err);
    *taken = add_setting(f, p, fact_key(p->name));
    return OK;
}

enum status facet_parse(const char *question, struct facets *ret, struct err *err)
{
    size_t n = 0;
    *ret = (struct facets){0};
    for (struct span rest = span_trim(span_of(question)); rest.n; rest = span_trim(rest)) {
        struct part p;
        bool taken = false;
        size_t end = 0;
        while (end < rest.n && !span_blank_char(rest.p[end])) end++;
        struct span text = {rest.p, end};
        enum status s = take_apart(text, &p) ? take_facet(ret, &p, &taken, err) : OK;
        if (s) return s;
        if (!taken && n + text.n + 1 < sizeof ret->words) {
            if (n) ret->words[n++] = ' ';
            memcpy(ret->words + n, text.p, text.n);
            n += text.n;
        }
        rest = span_from(rest, end);
    }
    return OK;
}

/* ---- settings of a run --------------------------------------------------------------------------------------------------- */

struct asking {
    const struct facets *facets;
    bool holds[FACET_SETTINGS_MAX];
};

static bool holds(const struct facet_setting *s, const char *value)
{
    double n = 0;
    if (s->relation == ':') return fact_says(value, s->value) || strcasecmp(value, s->value) == 0;
    if (!fact_number(value, &n)) return false;
    switch (s->relation) {
    case '<': return n < s->number;
    case '>': return n > s->number;
    case 'l': return n <= s->number;
    case 'g': return n >= s->number;
    default: return fabs(n - s->number) <= 1e-9 * fabs(s->number);
    }
}

static bool look_at(void *arg, const struct fact *fact)
{
    struct asking *a = arg;
    const char *key, *value;
    if (!fact_canonical(fact->key, fact->value, &key, &value)) return true;
    for (size_t i = 0; i < a->facets->n_settings; i++)
        if (strcmp(key, a->facets->settings[i].key) == 0 && holds(&a->facets->settings[i], value)) a->holds[i] = true;
    return true;
}

enum status facet_settings_hold(const struct facets *f, struct store *s, const char *run_id, bool *ret, struct err *err)
{
    struct asking a = {.facets = f};
    enum status status = f->n_settings ? store_facts(s, run_id, look_at, &a, err) : OK;
    *ret = !status;
    for (size_t i = 0; i < f->n_settings; i++) *ret = *ret && a.holds[i];
    return status;
}
