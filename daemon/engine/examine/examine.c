#include "examine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../../base/clock.h"
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

/* Which numbers of the model itself were had. */
static void note_seen(const struct checkpoint *c, struct inspected *told)
{
    for (size_t p = 0; p < c->n_parts; p++)
        for (size_t i = 0; c->parts[p].read && i < c->parts[p].inspection.n_tensors; i++) {
            const struct inspected_tensor *t = &c->parts[p].inspection.tensors[i];
            told->weighed |= t->part == INSPECTED_PARAMETER && t->summed;
            told->compared |= t->part == INSPECTED_PARAMETER && t->compared;
        }
}

void examine_look(struct examine *e)
{
    arena_init(&e->arena, ARENA_BYTES);
    e->loss_scale = NAN;
    e->how.verdict_only = e->verdict_only;
    e->status = checkpoint_inspect(e->path, e->verdict_only ? NULL : e->against, &e->how, &e->found, &e->err);
    if (e->status) return;
    if (e->step < 0) e->step = e->found.step;
    examine_verdict(e);
    examine_names(e);
    if (!e->verdict_only && e->found.state == INSPECTED_WHOLE) examine_checks(e);
    e->told = (struct inspected){.path = e->path,
                                 .step = e->step,
                                 .state = inspection_state_name(e->found.state),
                                 .safety = inspection_safety_name(e->found.safety),
                                 .why = e->found.n_reasons ? e->found.reasons[0] : "",
                                 .findings = e->findings,
                                 .n_findings = e->n_findings};
    note_seen(&e->found, &e->told);
}

void examine_done(struct examine *e)
{
    if (!e) return;
    if (!e->status) checkpoint_done(&e->found);
    free(e->keys.hashes);
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

void examine_run(struct run *r, const struct scan_run *from, double deadline)
{
    enum sensitivity sensitivity;
    const struct config *config = run_config(r, &sensitivity);
    double budget = examine_knob(config, sensitivity, "checkpoint_read_gib") * GIB;
    size_t begin = first_read(from, budget);
    struct examine_keys before = {0};
    double loss_scale = NAN;
    const struct scan_checkpoint *last = NULL;
    for (size_t i = 0; i < from->n_checkpoints && clock_now() < deadline; i++) {
        const struct scan_checkpoint *c = &from->checkpoints[i];
        struct examine e = {.path = strdup(c->path),
                            .against = last ? strdup(last->path) : NULL,
                            .step = c->step,
                            .step_before = last ? last->step : -1,
                            .newest = i + 1 == from->n_checkpoints,
                            .verdict_only = i < begin,
                            .learning_rate = NAN,
                            .before = before,
                            .loss_scale_before = loss_scale,
                            .config = config,
                            .sensitivity = sensitivity};
        if (e.path) examine_look(&e);
        if (e.path && !e.status && !examine_writing(&e)) run_inspected(r, &e.told);
        if (e.path && !e.status && e.keys.n) {
            free(before.hashes);
            before = e.keys;
            loss_scale = e.loss_scale;
            e.keys.hashes = NULL;
            last = c;
        }
        examine_done(&e);
    }
    free(before.hashes);
}
