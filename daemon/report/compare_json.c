/* compare_json - a comparison as one object, mlwatch.compare/1. */
#include "../base/json.h"
#include "compare.h"
#include "words.h"

enum { FLAGS = JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15) };

static void put(json_t *o, const char *key, json_t *value) { json_object_set_new(o, key, value); }

static json_t *finding(const struct finding_view *f)
{
    json_t *o = json_object();
    put(o, "id", json_text(f->id));
    put(o, "kind", json_text(f->finding.kind));
    put(o, "severity", json_text(severity_name(f->finding.severity)));
    put(o, "onset_step", json_integer(f->finding.onset_step));
    put(o, "message", json_text(f->message));
    return o;
}

static json_t *findings(const struct finding_view *const *list, size_t n)
{
    json_t *a = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(a, finding(list[i]));
    return a;
}

static json_t *settings(const struct comparison *c)
{
    json_t *a = json_array();
    for (size_t i = 0; i < c->n_settings; i++) {
        json_t *o = json_object();
        put(o, "key", json_text(c->settings[i].key));
        put(o, "old", json_text(c->settings[i].old));
        put(o, "new", json_text(c->settings[i].new));
        json_array_append_new(a, o);
    }
    return a;
}

static json_t *curves(const struct comparison *c)
{
    json_t *a = json_array();
    for (size_t i = 0; i < c->n_curves; i++) {
        const struct curve_pair *k = &c->curves[i];
        json_t *o = json_object();
        put(o, "series", json_text(k->old->series.name));
        put(o, "axis", json_text(axis_name(k->old->series.axis)));
        put(o, "parted", json_boolean(k->parted));
        put(o, "step", k->parted ? json_integer(k->step) : json_null());
        put(o, "old", k->parted ? json_number(k->was) : json_null());
        put(o, "new", k->parted ? json_number(k->is) : json_null());
        put(o, "old_end", json_number(k->old_end));
        put(o, "new_end", json_number(k->new_end));
        json_array_append_new(a, o);
    }
    return a;
}

static json_t *symptoms(const struct comparison *c)
{
    json_t *a = json_array();
    for (size_t i = 0; i < c->n_symptoms; i++) {
        json_t *o = finding(c->symptoms[i].old);
        put(o, "state", json_text(symptom_state_name(c->symptoms[i].state)));
        put(o, "now", c->symptoms[i].new ? finding(c->symptoms[i].new) : json_null());
        json_array_append_new(a, o);
    }
    return a;
}

static json_t *verification(const struct comparison *c)
{
    json_t *o = json_object();
    const struct cause_view *cause = c->cause;
    const struct fix *fix = cause && cause->n_fixes ? cause->fixes[0].fix : NULL;
    put(o, "state", json_text(verification_name(c->verification)));
    put(o, "cause", json_text(cause ? cause->diagnosis.cause->id : NULL));
    put(o, "fix", json_text(fix ? fix->id : NULL));
    put(o, "verify", json_text(fix ? fix->verify : NULL));
    put(o, "symptoms", symptoms(c));
    return o;
}

void compare_json(const struct comparison *c, struct str *out)
{
    json_t *o = json_object();
    put(o, "schema", json_string("mlwatch.compare/1"));
    put(o, "old", json_text(view_name(c->old)));
    put(o, "new", json_text(view_name(c->new)));
    put(o, "verification", verification(c));
    put(o, "settings", settings(c));
    put(o, "curves", curves(c));
    put(o, "only_old", findings(c->only_old, c->n_only_old));
    put(o, "only_new", findings(c->only_new, c->n_only_new));
    char *text = json_dumps(o, FLAGS);
    str_add(out, text ? text : "{}");
    str_add(out, "\n");
    free(text);
    json_decref(o);
}
