/* inspection_json - a checkpoint as one line, mlwatch.inspect/1. Numbers of tensors whose bytes were not read are null. */
#include <math.h>
#include <stdlib.h>

#include "../base/json.h"
#include "inspection.h"

enum { FLAGS = JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(17) };

static void put(json_t *o, const char *key, json_t *value) { json_object_set_new_nocheck(o, key, value); }
static json_t *count(uint64_t n) { return json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n); }

static json_t *shape(const struct inspected_tensor *t)
{
    json_t *a = json_array();
    for (uint32_t i = 0; i < t->n_dims; i++) json_array_append_new(a, count(t->shape[i]));
    return a;
}

static void put_summary(json_t *o, const struct inspected_tensor *t)
{
    const struct tensor_summary *s = &t->summary;
    const struct {
        const char *key;
        uint64_t n;
    } counts[] = {{"nan", s->nan}, {"inf", s->inf}, {"zero", s->zero}};
    const struct {
        const char *key;
        double value;
    } numbers[] = {{"mean", s->mean}, {"std", s->std}, {"min", s->min}, {"max", s->max}, {"norm", s->norm}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        put(o, counts[i].key, t->summed ? count(counts[i].n) : json_null());
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        put(o, numbers[i].key, t->summed ? json_number(numbers[i].value) : json_null());
    if (t->summed && s->rows) put(o, "rows", count(s->rows)), put(o, "zero_rows", count(s->zero_rows));
}

static json_t *change(const struct inspected_tensor *t)
{
    const struct tensor_change *c = &t->change;
    json_t *o = json_object();
    put(o, "changed", count(c->changed));
    if (c->rows) put(o, "rows", count(c->rows)), put(o, "changed_rows", count(c->changed_rows));
    put(o, "norm_before", json_number(c->norm_before));
    put(o, "norm_now", json_number(c->norm_now));
    put(o, "norm_difference", json_number(c->norm_difference));
    put(o, "update_ratio", json_number(inspection_update_ratio(t)));
    put(o, "cosine", json_number(inspection_cosine(t)));
    return o;
}

static json_t *histogram(const struct inspected_tensor *t)
{
    json_t *a = json_array();
    for (size_t i = 0; i < INSPECTION_BUCKETS; i++) json_array_append_new(a, count(t->histogram[i]));
    return a;
}

static json_t *tensor(const struct inspected_tensor *t)
{
    json_t *o = json_object();
    put(o, "name", json_text(t->name));
    put(o, "dtype", json_text(t->dtype));
    put(o, "shape", shape(t));
    put(o, "count", count(t->count));
    put_summary(o, t);
    put(o, "part", json_string(inspection_part_name(t->part)));
    if (t->slot) put(o, "slot", json_text(t->slot));
    if (t->index >= 0 && t->part == INSPECTED_OPTIMIZER) put(o, "index", json_integer(t->index));
    if (t->parameter) put(o, "parameter", json_text(t->parameter));
    if (t->shares) put(o, "shares", json_true());
    if (!isnan(t->effective_rank)) put(o, "effective_rank", json_number(t->effective_rank));
    if (!isnan(t->largest_singular)) put(o, "largest_singular", json_number(t->largest_singular));
    if (t->histogram) put(o, "histogram", histogram(t));
    if (t->compared) put(o, "change", change(t));
    return o;
}

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

/* What all parts hold, one list each. */
static void put_contents(json_t *o, const struct inspection_page *v)
{
    json_t *tensors = json_array(), *groups = json_array(), *parts = json_array(), *facts = json_object();
    for (size_t p = 0; p < v->n_parts; p++) {
        const struct inspection *n = v->parts[p].inspection;
        json_array_append_new(parts, part(&v->parts[p]));
        for (size_t i = 0; n && i < n->n_tensors; i++) json_array_append_new(tensors, tensor(&n->tensors[i]));
        for (size_t i = 0; n && i < n->n_groups; i++) json_array_append_new(groups, group(&n->groups[i]));
        for (size_t i = 0; n && i < n->n_facts; i++) {
            json_t *key = json_text(n->facts[i].key);
            if (!json_object_get(facts, json_string_value(key))) put(facts, json_string_value(key), json_text(n->facts[i].value));
            json_decref(key);
        }
    }
    put(o, "tensors", tensors);
    put(o, "groups", groups);
    put(o, "parts", parts);
    put(o, "facts", facts);
}

void inspection_json(const struct inspection_page *v, struct str *out)
{
    json_t *o = json_object(), *reasons = json_array(), *findings = json_array();
    for (size_t i = 0; i < v->n_reasons; i++) json_array_append_new(reasons, json_text(v->reasons[i]));
    for (size_t i = 0; i < v->n_findings; i++) json_array_append_new(findings, finding(&v->findings[i]));
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
    put_contents(o, v);
    put(o, "findings", findings);
    put(o, "elapsed_s", json_number(v->elapsed_s));
    char *text = json_dumps(o, FLAGS);
    str_add(out, text);
    str_add(out, "\n");
    free(text);
    json_decref(o);
}
