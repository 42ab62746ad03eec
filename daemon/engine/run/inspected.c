/* run_inspected - what mlwatch-inspect found in a checkpoint becomes part of its run.
 *
 * It is kept as an event whose text is JSON, so that the memory tells it again without the checkpoint, which may be gone by then:
 *   {"path","step","written","state","safety","why","weighed":true,"compared":true,
 *    "numbers":{"weight_norm":1.0, ...},
 *    "findings":[{"kind","tensor","severity","confidence","evidence":[["name",1.0,"unit"], ...]}]}
 * and the run knows a checkpoint by this text alone, live and replayed. A finding that the checkpoint after has no more is over. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../analyzers/kind.h"
#include "../../base/json.h"
#include "inspected.h"

enum { TENSOR_NAME_BYTES = 160 };
static const char prefix[] = "weights/";

/* ---- as text ----------------------------------------------------------------------------------------------------------------- */

static json_t *finding_text(const struct finding *f)
{
    json_t *evidence = json_array();
    for (size_t i = 0; i < f->n_evidence; i++)
        json_array_append_new(
            evidence, json_pack("[s, o, s]", f->evidence[i].name, json_number(f->evidence[i].value), f->evidence[i].unit));
    bool of_tensor = f->series && strncmp(f->kind, "checkpoint_", 11) != 0;
    return json_pack("{s:s, s:o, s:i, s:f, s:o}", "kind", f->kind, "tensor", json_text(of_tensor ? f->series->name : ""),
                     "severity", (int)f->severity, "confidence", f->confidence, "evidence", evidence);
}

static const char *const numbers[] = {[INSPECTED_WEIGHT_NORM] = "weight_norm",
                                      [INSPECTED_WEIGHT_CHANGE] = "weight_change",
                                      [INSPECTED_ZERO_SHARE] = "zero_share",
                                      [INSPECTED_NONFINITE_SHARE] = "nonfinite_share",
                                      [INSPECTED_GRAD_NORM] = "grad_norm"};

static json_t *numbers_text(const struct inspected *i)
{
    json_t *o = json_object();
    for (size_t k = 0; k < INSPECTED_NUMBERS; k++)
        if (isfinite(i->numbers[k])) json_object_set_new(o, numbers[k], json_number(i->numbers[k]));
    return o;
}

static char *text_of(const struct inspected *i)
{
    json_t *findings = json_array();
    for (size_t k = 0; k < i->n_findings; k++) json_array_append_new(findings, finding_text(&i->findings[k]));
    json_t *o =
        json_pack("{s:o, s:I, s:f, s:s, s:s, s:o, s:b, s:b, s:o, s:o}", "path", json_text(i->path), "step", (json_int_t)i->step,
                  "written", i->written, "state", i->state, "safety", i->safety, "why", json_text(i->why), "weighed", i->weighed,
                  "compared", i->compared, "numbers", numbers_text(i), "findings", findings);
    char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
    json_decref(o);
    return text;
}

/* ---- and back ---------------------------------------------------------------------------------------------------------------- */

static const char *string_of(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s ? s : "";
}

/* The words are static: what is not one of them is not known. */
static const char *word_of(const json_t *o, const char *key)
{
    static const char *const words[] = {"whole", "incomplete", "corrupt", "safe", "suspicious", "malicious"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(string_of(o, key), words[i]) == 0) return words[i];
    return "unverified";
}

static double number_of(const json_t *v)
{
    const char *word = json_string_value(v);
    return word ? strtod(word, NULL) : json_number_value(v); /* "NaN", "Infinity" */
}

/* A finding owns nothing: the names of its evidence live as long as the run. */
static const char *kept(struct run *r, const json_t *v)
{
    const char *s = json_string_value(v);
    for (size_t i = 0; s && i < r->n_words; i++)
        if (strcmp(r->words[i], s) == 0) return r->words[i];
    char *copy = s && run_grow((void **)&r->words, &r->words_room, r->n_words, sizeof *r->words) ? str_dup(span_of(s)) : NULL;
    if (!copy) return "";
    return r->words[r->n_words++] = copy;
}

static void take_evidence(struct run *r, struct finding *f, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *e = json_array_get(list, i);
        finding_add(f, kept(r, json_array_get(e, 0)), number_of(json_array_get(e, 1)), kept(r, json_array_get(e, 2)));
    }
}

/* What is told of a tensor stands under its name, what is told of the checkpoint itself under that of its file or directory. */
static const struct series *series_of(struct run *r, const char *tensor, const char *path)
{
    static const struct role_match none = {.role = ROLE_NONE, .unit = ""};
    char name[sizeof prefix + TENSOR_NAME_BYTES];
    if (*tensor) snprintf(name, sizeof name, "%s%.*s", prefix, TENSOR_NAME_BYTES, tensor);
    else snprintf(name, sizeof name, "%.*s", TENSOR_NAME_BYTES, path_name(path));
    int id = run_intern(r, 0, span_of(name), AXIS_STEP, &none);
    return id < 0 ? NULL : &r->series[id]->s;
}

static void take_finding(struct run *r, const json_t *o, const char *path, int64_t step, uint32_t look)
{
    const struct kind *k = kind_of(string_of(o, "kind"));
    json_int_t severity = json_integer_value(json_object_get(o, "severity"));
    if (!k || severity < SEVERITY_INFO || severity > SEVERITY_CRITICAL) return;
    struct finding f = {.kind = k->name,
                        .severity = (enum severity)severity,
                        .confidence = number_of(json_object_get(o, "confidence")),
                        .series = series_of(r, string_of(o, "tensor"), path),
                        .onset_step = step,
                        .first_step = step,
                        .last_step = step};
    for (size_t i = 0; i < r->n_findings; i++) {
        const struct run_finding *old = &r->findings[i];
        if (old->watcher != RUN_ITSELF || !old->look || strcmp(old->f.kind, f.kind) != 0 || old->f.series != f.series) continue;
        if (old->f.phase != PHASE_CLOSED) f.onset_step = f.first_step = old->f.onset_step, f.phase = PHASE_CHANGED;
    }
    take_evidence(r, &f, json_object_get(o, "evidence"));
    r->hearing.running = NULL;
    run_found(r, &f);
    for (size_t i = 0; i < r->n_findings; i++)
        if (r->findings[i].watcher == RUN_ITSELF && r->findings[i].f.series == f.series && r->findings[i].f.kind == f.kind)
            r->findings[i].look = look;
}

/* That a file is cut says nothing of the next one; that weights are NaN does. */
static bool speaks_of(const struct finding *f, const char *path)
{
    if (strncmp(f->kind, "checkpoint_", 11) != 0) return true;
    return f->series && strcmp(f->series->name, path_name(path)) == 0;
}

/* What an earlier look told and this one does not is over. */
static void close_rest(struct run *r, const char *path, int64_t step, uint32_t look)
{
    for (size_t i = 0; i < r->n_findings; i++) {
        struct run_finding *old = &r->findings[i];
        if (!old->look || old->look == look || old->f.phase == PHASE_CLOSED || !speaks_of(&old->f, path)) continue;
        if (old->f.last_step > step) continue;
        struct finding f = old->f;
        f.phase = PHASE_CLOSED;
        f.last_step = step;
        r->hearing.running = NULL;
        run_found(r, &f);
    }
}

static void keep_rest(struct run *r, const char *path, const char *why, double written)
{
    struct run_checkpoint *c = run_known_checkpoint(r, path);
    if (!c) return;
    free(c->why);
    c->written = written;
    c->why = *why ? str_dup(span_of(why)) : NULL;
}

/* Nobody has to log what the checkpoints tell. */
static void keep_seen(struct run *r, const json_t *o)
{
    if (json_is_true(json_object_get(o, "weighed"))) r->seen_within |= WANTS(ROLE_WEIGHT_NORM) | WANTS(ROLE_DEAD_SHARE);
    if (json_is_true(json_object_get(o, "compared"))) r->seen_within |= WANTS(ROLE_UPDATE_RATIO);
}

static void take_numbers(struct run *r, const json_t *o, int64_t step)
{
    for (size_t k = 0; k < INSPECTED_NUMBERS; k++) {
        const json_t *v = json_object_get(o, numbers[k]);
        struct role_match m = {.role = ROLE_CHECKPOINT, .unit = ""};
        snprintf(m.metric, sizeof m.metric, "checkpoint/%s", numbers[k]);
        int id = json_is_number(v) ? run_intern(r, 0, span_of(m.metric), AXIS_STEP, &m) : -1;
        if (id >= 0) run_take_beside(r, r->series[id], step, json_number_value(v));
    }
}

void run_take_inspected(struct run *r, const char *text)
{
    json_t *o = json_loads(text, 0, NULL);
    const char *path = string_of(o, "path");
    int64_t step = json_integer_value(json_object_get(o, "step"));
    if (*path) {
        run_checkpoint(r, path, step, word_of(o, "state"), word_of(o, "safety"));
        if (step < 0) step = run_last_step(r); /* nobody says: it was found beside what the log has reached */
        keep_rest(r, path, string_of(o, "why"), json_number_value(json_object_get(o, "written")));
        keep_seen(r, o);
        take_numbers(r, json_object_get(o, "numbers"), step);
        uint32_t look = ++r->looks;
        const json_t *findings = json_object_get(o, "findings");
        for (size_t i = 0; i < json_array_size(findings); i++) take_finding(r, json_array_get(findings, i), path, step, look);
        close_rest(r, path, step, look);
    }
    json_decref(o);
}

double run_checkpoint_written(const struct run *r, const char *path)
{
    const struct run_checkpoint *c = run_known_checkpoint(r, path);
    return c ? c->written : 0;
}

const char *run_checkpoint_words(const struct run *r, const struct finding *f)
{
    for (size_t i = 0; f->series && strncmp(f->kind, "checkpoint_", 11) == 0 && i < r->n_checkpoints; i++)
        if (strcmp(path_name(r->checkpoints[i].path), f->series->name) == 0) return r->checkpoints[i].why;
    return NULL;
}

void run_inspected(struct run *r, const struct inspected *i)
{
    char *text = text_of(i);
    if (!text) return;
    run_take_inspected(r, text);
    if (r->options.hooks.event) r->options.hooks.event(r->options.hooks.arg, 0, 0, EVENT_INSPECTED, text);
    free(text);
}
