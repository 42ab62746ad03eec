/* inspection_json - a checkpoint as one line, mlwatch.inspect/1. Numbers of tensors whose bytes were not read are null. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/json.h"
#include "inspection.h"

enum { FLAGS = JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(17) };

static void put(json_t *o, const char *key, json_t *value) { json_object_set_new_nocheck(o, key, value); }
static json_t *count(uint64_t n) { return json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n); }

/* ---- tensors: there may be a hundred thousand, so they are written as text; a tree of each took four times as long ------------------ */

static void put_key(struct str *s, const char *key)
{
    str_add(s, s->n && s->p[s->n - 1] != '{' ? ",\"" : "\"");
    str_add(s, key);
    str_add(s, "\":");
}

static bool is_plain(const char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~' || *text == '"' || *text == '\\') return false;
    return true;
}

static void put_text(struct str *s, const char *key, const char *text)
{
    put_key(s, key);
    if (is_plain(text)) {
        str_add(s, "\"");
        str_add(s, text);
        str_add(s, "\"");
        return;
    }
    json_t *string = json_text(text);
    char *dumped = json_dumps(string, FLAGS | JSON_ENCODE_ANY);
    str_add(s, dumped ? dumped : "null");
    free(dumped);
    json_decref(string);
}

static void add_count(struct str *s, uint64_t n)
{
    char digits[20], *at = digits + sizeof digits;
    if (n > INT64_MAX) n = INT64_MAX;
    do *--at = (char)('0' + n % 10);
    while (n /= 10);
    str_add_span(s, (struct span){at, (size_t)(digits + sizeof digits - at)});
}

static void put_count(struct str *s, const char *key, uint64_t n)
{
    put_key(s, key);
    add_count(s, n);
}

/* As jansson writes a real: never without a point or an exponent. */
static void put_number(struct str *s, const char *key, double value)
{
    char text[40];
    put_key(s, key);
    if (!isfinite(value)) {
        str_add(s, isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
        return;
    }
    if (value == 0) {
        str_add(s, signbit(value) ? "-0.0" : "0.0");
        return;
    }
    snprintf(text, sizeof text, "%.17g", value);
    str_add(s, text);
    if (!strpbrk(text, ".e")) str_add(s, ".0");
}

static void put_counts(struct str *s, const char *key, const uint64_t *list, size_t n)
{
    put_key(s, key);
    str_add(s, "[");
    for (size_t i = 0; i < n; i++) {
        if (i) str_add(s, ",");
        add_count(s, list[i]);
    }
    str_add(s, "]");
}

static void put_summary(struct str *s, const struct inspected_tensor *t)
{
    const struct tensor_summary *u = &t->summary;
    const struct {
        const char *key;
        uint64_t n;
    } counts[] = {{"nan", u->nan}, {"inf", u->inf}, {"zero", u->zero}};
    const struct {
        const char *key;
        double value;
    } numbers[] = {{"mean", u->mean}, {"std", u->std}, {"min", u->min}, {"max", u->max}, {"norm", u->norm}};
    if (!t->summed) {
        str_add(s, ",\"nan\":null,\"inf\":null,\"zero\":null,"
                   "\"mean\":null,\"std\":null,\"min\":null,\"max\":null,\"norm\":null");
        return;
    }
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) put_count(s, counts[i].key, counts[i].n);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) put_number(s, numbers[i].key, numbers[i].value);
    if (u->rows) put_count(s, "rows", u->rows), put_count(s, "zero_rows", u->zero_rows);
}

static void put_change(struct str *s, const struct inspected_tensor *t)
{
    const struct tensor_change *c = &t->change;
    put_key(s, "change");
    str_add(s, "{");
    put_count(s, "changed", c->changed);
    if (c->rows) put_count(s, "rows", c->rows), put_count(s, "changed_rows", c->changed_rows);
    put_number(s, "norm_before", c->norm_before);
    put_number(s, "norm_now", c->norm_now);
    put_number(s, "norm_difference", c->norm_difference);
    put_number(s, "update_ratio", inspection_update_ratio(t));
    put_number(s, "cosine", inspection_cosine(t));
    str_add(s, "}");
}

static void put_tensor(struct str *s, const struct inspected_tensor *t)
{
    str_add(s, "{");
    put_text(s, "name", t->name);
    put_text(s, "dtype", t->dtype);
    put_counts(s, "shape", t->shape, t->n_dims);
    put_count(s, "count", t->count);
    put_summary(s, t);
    put_text(s, "part", inspection_part_name(t->part));
    if (t->slot) put_text(s, "slot", t->slot);
    if (t->index >= 0 && t->part == INSPECTED_OPTIMIZER) put_count(s, "index", (uint64_t)t->index);
    if (t->parameter) put_text(s, "parameter", t->parameter);
    if (t->shares) put_key(s, "shares"), str_add(s, "true");
    if (!isnan(t->effective_rank)) put_number(s, "effective_rank", t->effective_rank);
    if (!isnan(t->largest_singular)) put_number(s, "largest_singular", t->largest_singular);
    if (!isnan(t->tail_exponent)) put_number(s, "tail_exponent", t->tail_exponent);
    if (t->histogram) put_counts(s, "histogram", t->histogram, INSPECTION_BUCKETS);
    if (t->compared) put_change(s, t);
    str_add(s, "}");
}

static void put_tensors(struct str *s, const struct inspection_page *v)
{
    size_t told = 0;
    put_key(s, "tensors");
    str_add(s, "[");
    for (size_t p = 0; p < v->n_parts; p++) {
        const struct inspection *n = v->parts[p].inspection;
        for (size_t i = 0; n && i < n->n_tensors; i++) {
            if (told++) str_add(s, ",");
            put_tensor(s, &n->tensors[i]);
        }
    }
    str_add(s, "]");
}

/* ---- the rest ----------------------------------------------------------------------------------------------------------------------- */

static json_t *group(const struct inspected_group *g)
{
    const struct {
        const char *key;
        double value;
    } numbers[] = {{"learning_rate", g->learning_rate},
                   {"weight_decay", g->weight_decay},
                   {"eps", g->eps},
                   {"beta1", g->beta1},
                   {"beta2", g->beta2},
                   {"momentum", g->momentum}};
    json_t *o = json_object();
    put(o, "index", json_integer(g->index));
    put(o, "optimizer", json_text(g->optimizer));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!isnan(numbers[i].value)) put(o, numbers[i].key, json_number(numbers[i].value));
    put(o, "parameters", count(g->n_parameters));
    return o;
}

static json_t *part(const struct inspection_part *p)
{
    const struct inspection *n = p->inspection;
    json_t *o = json_object();
    put(o, "name", json_text(p->name));
    put(o, "role", json_text(p->role));
    put(o, "present", json_boolean(p->present));
    if (!n) return o;
    put(o, "format", json_text(n->format));
    put(o, "state", json_string(inspection_state_name(n->state)));
    put(o, "safety", json_string(inspection_safety_name(n->safety)));
    put(o, "size", count(n->size));
    return o;
}

static json_t *finding(const struct finding_view *f)
{
    json_t *o = json_object(), *evidence = json_array();
    for (size_t i = 0; i < f->finding.n_evidence && i < EVIDENCE_MAX; i++) {
        json_t *e = json_object();
        put(e, "name", json_text(f->finding.evidence[i].name));
        put(e, "value", json_number(f->finding.evidence[i].value));
        put(e, "unit", json_text(f->finding.evidence[i].unit));
        json_array_append_new(evidence, e);
    }
    put(o, "id", json_text(f->id));
    put(o, "kind", json_text(f->finding.kind));
    put(o, "severity", json_string(severity_name(f->finding.severity)));
    put(o, "confidence", json_number(f->finding.confidence));
    put(o, "series", json_text(f->finding.series ? f->finding.series->name : NULL));
    put(o, "message", json_text(f->message));
    put(o, "evidence", evidence);
    return o;
}

/* What all parts hold besides tensors, one list each. */
static void put_contents(json_t *o, const struct inspection_page *v)
{
    json_t *groups = json_array(), *parts = json_array(), *facts = json_object();
    for (size_t p = 0; p < v->n_parts; p++) {
        const struct inspection *n = v->parts[p].inspection;
        json_array_append_new(parts, part(&v->parts[p]));
        for (size_t i = 0; n && i < n->n_groups; i++) json_array_append_new(groups, group(&n->groups[i]));
        for (size_t i = 0; n && i < n->n_facts; i++) {
            json_t *key = json_text(n->facts[i].key);
            if (!json_object_get(facts, json_string_value(key))) put(facts, json_string_value(key), json_text(n->facts[i].value));
            json_decref(key);
        }
    }
    put(o, "groups", groups);
    put(o, "parts", parts);
    put(o, "facts", facts);
}

/* The members of an object, without its braces, behind what is there. */
static void add_members(struct str *out, json_t *o)
{
    char *text = json_dumps(o, FLAGS);
    struct span members = span_of(text ? text : "{}");
    str_add_span(out, (struct span){members.p + 1, members.n - 2});
    free(text);
    json_decref(o);
}

static json_t *head(const struct inspection_page *v)
{
    json_t *o = json_object(), *reasons = json_array();
    for (size_t i = 0; i < v->n_reasons; i++) json_array_append_new(reasons, json_text(v->reasons[i]));
    put(o, "schema", json_string("mlwatch.inspect/1"));
    put(o, "path", json_text(v->path));
    put(o, "format", json_text(v->format));
    put(o, "layout", json_text(v->layout));
    put(o, "state", json_string(inspection_state_name(v->state)));
    put(o, "safety", json_string(inspection_safety_name(v->safety)));
    put(o, "reasons", reasons);
    put(o, "step", v->step >= 0 ? json_integer(v->step) : json_null());
    put(o, "size", count(v->size));
    put(o, "against", json_text(v->against));
    return o;
}

static json_t *tail(const struct inspection_page *v)
{
    json_t *o = json_object(), *findings = json_array();
    for (size_t i = 0; i < v->n_findings; i++) json_array_append_new(findings, finding(&v->findings[i]));
    put_contents(o, v);
    put(o, "findings", findings);
    put(o, "elapsed_s", json_number(v->elapsed_s));
    return o;
}

void inspection_json(const struct inspection_page *v, struct str *out)
{
    str_add(out, "{");
    add_members(out, head(v));
    put_tensors(out, v);
    str_add(out, ",");
    add_members(out, tail(v));
    str_add(out, "}\n");
}
