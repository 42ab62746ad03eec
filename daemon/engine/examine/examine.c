#include "examine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../../base/clock.h"
#include "../../base/str.h"
#include "parts.h"

static const double GIB = 1073741824.0;
enum { ARENA_BYTES = 8 << 20 };

const struct knob examine_knobs[] = {
    {"checkpoint_read_gib", "GiB", 2, 0, 1e6, 2, 2, 0,
     "how much of a finished run's checkpoints is read for its numbers, the newest first; integrity and safety are always looked "
     "at",
     "a second or two at the speed of memory, half a minute from a disk"},
    {"checkpoint_settle_s", "s", 60, 0, 86400, 300, 30, 0,
     "a checkpoint that is not whole counts as still being written for so long after its last byte",
     "formats.md 13.1: writers pre-size files and fill them; network file systems show bytes late"},
    {0}};

double examine_knob(const struct config *c, enum sensitivity s, const char *name)
{
    for (const struct knob *k = examine_knobs; k->name; k++)
        if (strcmp(k->name, name) == 0) return config_knob(c, k, s, NULL);
    return NAN;
}

/* ---- one look ---------------------------------------------------------------------------------------------------------------------- */

void examine_add(struct examine *e, const struct finding *f)
{
    size_t at = e->n_findings;
    while (at && e->findings[at - 1].severity < f->severity) at--;
    if (at >= EXAMINE_FINDINGS_MAX) return;
    if (e->n_findings == EXAMINE_FINDINGS_MAX) e->n_findings--;
    memmove(&e->findings[at + 1], &e->findings[at], (e->n_findings - at) * sizeof *f);
    e->findings[at] = *f;
    e->n_findings++;
}

/* The newest byte of a checkpoint: of its parts, and of the directory that files appear in. */
static double last_written(const struct checkpoint *c)
{
    struct stat st;
    double newest = stat(c->path, &st) == 0 ? (double)st.st_mtim.tv_sec : 0;
    for (size_t i = 0; i < c->n_parts; i++)
        if (stat(c->parts[i].path, &st) == 0 && (double)st.st_mtim.tv_sec > newest) newest = (double)st.st_mtim.tv_sec;
    return newest;
}

bool examine_writing(const struct examine *e)
{
    if (e->status || e->found.state == INSPECTED_WHOLE) return false;
    return clock_wall() - last_written(&e->found) < examine_knob(e->config, e->sensitivity, "checkpoint_settle_s");
}

struct whole {
    double squares, moved, before, elements, zero, bad;
};

static void add_tensor(struct whole *w, const struct inspected_tensor *t)
{
    if (t->part != INSPECTED_PARAMETER || !t->summed || t->shares) return;
    w->squares += t->summary.norm * t->summary.norm;
    w->elements += (double)t->summary.count;
    w->zero += (double)t->summary.zero;
    w->bad += (double)(t->summary.nan + t->summary.inf);
    if (!t->compared) return;
    w->moved += t->change.norm_difference * t->change.norm_difference;
    w->before += t->change.norm_before * t->change.norm_before;
}

/* What the model is as a whole. */
static void note_numbers(const struct whole *w, struct inspected *told)
{
    told->numbers[INSPECTED_WEIGHT_NORM] = w->elements > 0 ? sqrt(w->squares) : (double)NAN;
    told->numbers[INSPECTED_WEIGHT_CHANGE] = w->before > 0 ? sqrt(w->moved / w->before) : (double)NAN;
    told->numbers[INSPECTED_ZERO_SHARE] = w->elements > 0 ? w->zero / w->elements : (double)NAN;
    told->numbers[INSPECTED_NONFINITE_SHARE] = w->elements > 0 ? w->bad / w->elements : (double)NAN;
}

/* Which numbers of the model itself were had. */
static void note_seen(const struct checkpoint *c, struct inspected *told)
{
    struct whole w = {0};
    for (size_t p = 0; p < c->n_parts; p++)
        for (size_t i = 0; c->parts[p].read && i < c->parts[p].inspection.n_tensors; i++) {
            const struct inspected_tensor *t = &c->parts[p].inspection.tensors[i];
            told->weighed |= t->part == INSPECTED_PARAMETER && t->summed;
            told->compared |= t->part == INSPECTED_PARAMETER && t->compared;
            add_tensor(&w, t);
        }
    note_numbers(&w, told);
}

/* Of the checkpoint before, where the caller does not know (the daemon began after it): its headers are read once more. */
static void look_up(struct examine *e)
{
    struct examine b = {.path = str_dup(span_of(e->against)),
                        .step = -1,
                        .step_before = -1,
                        .verdict_only = true,
                        .loss_scale_before = NAN,
                        .learning_rate = NAN,
                        .config = e->config,
                        .sensitivity = e->sensitivity,
                        .how = e->how};
    if (!b.path) return;
    examine_look(&b);
    if (!b.status) {
        e->before = e->looked_up = b.keys;
        e->loss_scale_before = b.loss_scale;
        b.keys = (struct examine_keys){0};
    }
    examine_done(&b);
}

void examine_look(struct examine *e)
{
    arena_init(&e->arena, ARENA_BYTES);
    if (e->against && !e->before.n) look_up(e);
    e->loss_scale = NAN;
    e->how.verdict_only = e->verdict_only;
    e->status = checkpoint_inspect(e->path, e->verdict_only ? NULL : e->against, &e->how, &e->found, &e->err);
    if (e->status) return;
    if (e->step < 0) e->step = e->found.step;
    e->loss_scale = examine_fact(&e->found, "loss_scale");
    examine_verdict(e);
    examine_names(e);
    double grad_norm = !e->verdict_only && e->found.state == INSPECTED_WHOLE ? examine_checks(e) : (double)NAN;
    e->told = (struct inspected){.path = e->path,
                                 .step = e->step,
                                 .state = inspection_state_name(e->found.state),
                                 .safety = inspection_safety_name(e->found.safety),
                                 .why = e->found.n_reasons ? e->found.reasons[0] : "",
                                 .findings = e->findings,
                                 .n_findings = e->n_findings};
    note_seen(&e->found, &e->told);
    e->told.numbers[INSPECTED_GRAD_NORM] = grad_norm;
}

void examine_done(struct examine *e)
{
    if (!e) return;
    if (!e->status) checkpoint_done(&e->found);
    free(e->keys.hashes);
    free(e->looked_up.hashes);
    free(e->path);
    free(e->against);
    arena_done(&e->arena);
    *e = (struct examine){.status = E_ABSENT};
}

/* ---- all of a finished run --------------------------------------------------------------------------------------------------------- */

static double bytes_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? (double)st.st_size : 0;
}

/* The first checkpoint whose numbers are read: from the newest down while they fit. A directory counts when it is looked into. */
static size_t first_read(const struct scan_run *from, double budget)
{
    size_t i = from->n_checkpoints;
    while (i && (budget -= bytes_of(from->checkpoints[i - 1].path)) >= 0) i--;
    return i;
}

size_t examine_before(const struct scan_checkpoint *list, size_t n, size_t i)
{
    for (size_t k = i; k-- > 0;)
        if (list[k].step < 0 || list[k].step != list[i].step) return k;
    return n;
}

/* What is remembered of each checkpoint that could be read, for those after it. */
struct remembered {
    struct examine_keys keys;
    double loss_scale;
};

/* The one to compare with is the nearest that could be read. */
static size_t readable_before(const struct scan_run *from, const struct remembered *of, size_t i)
{
    size_t n = from->n_checkpoints, k = examine_before(from->checkpoints, n, i);
    while (k < n && !of[k].keys.n) k = examine_before(from->checkpoints, n, k);
    return k;
}

static void run_one(struct run *r, const struct scan_run *from, size_t i, bool verdict_only, struct remembered *of)
{
    const struct scan_checkpoint *c = &from->checkpoints[i];
    size_t k = readable_before(from, of, i);
    const struct scan_checkpoint *last = k < from->n_checkpoints ? &from->checkpoints[k] : NULL;
    struct examine e = {.path = str_dup(span_of(c->path)),
                        .against = last ? str_dup(span_of(last->path)) : NULL,
                        .step = c->step,
                        .step_before = last ? last->step : -1,
                        .newest = i + 1 == from->n_checkpoints,
                        .verdict_only = verdict_only,
                        .learning_rate = NAN,
                        .before = last ? of[k].keys : (struct examine_keys){0},
                        .loss_scale_before = last ? of[k].loss_scale : NAN};
    e.config = run_config(r, &e.sensitivity);
    if (e.path) examine_look(&e);
    if (e.path && !e.status && !examine_writing(&e)) run_inspected(r, &e.told);
    if (e.path && !e.status) {
        of[i] = (struct remembered){e.keys, e.loss_scale};
        e.keys = (struct examine_keys){0};
    }
    examine_done(&e);
}

void examine_run(struct run *r, const struct scan_run *from, double deadline)
{
    enum sensitivity sensitivity;
    const struct config *config = run_config(r, &sensitivity);
    size_t begin = first_read(from, examine_knob(config, sensitivity, "checkpoint_read_gib") * GIB);
    struct remembered *of = calloc(from->n_checkpoints + 1, sizeof *of);
    for (size_t i = 0; of && i < from->n_checkpoints && clock_now() < deadline; i++) run_one(r, from, i, i < begin, of);
    for (size_t i = 0; of && i < from->n_checkpoints; i++) free(of[i].keys.hashes);
    free(of);
}
