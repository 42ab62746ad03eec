/* Trials and verdicts in the memory. Everything here but the record_... functions runs on the memory's lane. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../base/clock.h"
#include "parts.h"

enum { UNSOLVED_MAX = 64 };

/* ---- recall -------------------------------------------------------------------------------------------------------------- */

void trials_done(struct trials *t)
{
    for (size_t i = 0; i < t->n; i++) {
        struct trial *one = &t->at[i];
        free(one->changes), free(one->kind), free(one->series), free(one->severity), free(one->run_name);
    }
    free(t->at);
    *t = (struct trials){0};
}

static char *copy_of(const char *text) { return text ? str_dup(span_of(text)) : NULL; }

static bool keep_trial(void *arg, const struct trial_row *row)
{
    struct trials *t = arg;
    struct trial *more = realloc(t->at, (t->n + 1) * sizeof *more);
    if (!more) return false;
    t->at = more;
    struct trial *one = &t->at[t->n++];
    *one = (struct trial){.changes = copy_of(row->changes),
                          .kind = copy_of(row->of.kind),
                          .series = copy_of(row->of.series),
                          .severity = copy_of(row->of.severity),
                          .run_name = copy_of(row->of.run_name),
                          .onset_step = row->of.onset_step,
                          .weight = row->weight,
                          .state = trial_state_of(row->state)};
    snprintf(one->incident, sizeof one->incident, "%s", row->incident);
    snprintf(one->fix, sizeof one->fix, "%s", row->fix);
    return t->n < TRIALS_MAX;
}

static void recall(struct job *job)
{
    struct outcome_job *j = (struct outcome_job *)job;
    struct err err;
    j->status = store_trials(j->task.store, j->run_id, keep_trial, &j->trials, &err);
}

/* ---- compare ------------------------------------------------------------------------------------------------------------- */

struct comparing {
    struct outcome_job *job;
    char of_run[12]; /* whose settings are in `was` */
    struct settings was;
    struct trial_row rows[TRIALS_MAX];
    char *texts[2 * TRIALS_MAX]; /* of the rows */
    size_t n, n_texts;
    struct err err;
    enum status status;
};

static bool take_fact(void *arg, const struct fact *f)
{
    settings_add(arg, f->key, f->value);
    return true;
}

static bool take_rate(void *arg, const struct fact *f)
{
    if (strcmp(f->key, "learning_rate") == 0) settings_rate(arg, f->value);
    return true;
}

/* Incidents of one run mostly come one after the other. */
static enum status settings_of(struct comparing *c, const char *run_id)
{
    if (strcmp(c->of_run, run_id) == 0) return OK;
    c->was = (struct settings){0};
    snprintf(c->of_run, sizeof c->of_run, "%s", run_id);
    enum status s = store_facts(c->job->task.store, run_id, take_fact, &c->was, &c->err);
    return s ? s : store_settings(c->job->task.store, run_id, take_rate, &c->was, &c->err);
}

struct asking {
    const char *fix;
    bool told;
};

static bool told_by_person(void *arg, const struct outcome_row *o)
{
    struct asking *a = arg;
    a->told = strcmp(o->fix, a->fix) == 0 && strcmp(o->teller, "person") == 0;
    return !a->told;
}

static char *keep(struct comparing *c, const char *text)
{
    char *copy = str_dup(span_of(text));
    if (copy) c->texts[c->n_texts++] = copy;
    return copy;
}

static void add_row(struct comparing *c, const struct incident *i, const struct match *m, const char *changes)
{
    struct asking a = {.fix = m->fix};
    if (c->n == TRIALS_MAX) return;
    c->status = store_outcome_rows(c->job->task.store, i->id, told_by_person, &a, &c->err);
    if (c->status || a.told) return;
    struct trial_row row = {
        .incident = keep(c, i->id), .fix = m->fix, .changes = changes, .weight = m->weight, .began = clock_wall()};
    if (row.incident) c->rows[c->n++] = row;
}

/* The fix is a name of the knowledge, which outlives the job; the incident row does not. */
static bool compare_one(void *arg, const struct incident_row *row, const struct run_row *run)
{
    struct comparing *c = arg;
    const struct outcome_job *j = c->job;
    struct difference d[DIFFERENCES_MAX];
    struct match m[RANK_MAX];
    struct str changes = {0};
    bool others = false;
    if (fmin(row->incident.opened, run->last_data) > j->started) return true;
    c->status = settings_of(c, row->incident.run_id);
    size_t n = c->status ? 0 : settings_differ(&c->was, &j->settings, d, &others);
    n = outcome_match(row, &j->knowledge, d, n, others, m, &changes);
    const char *told = n && c->n < TRIALS_MAX ? keep(c, changes.p ? changes.p : "") : NULL;
    for (size_t i = 0; told && i < n && !c->status; i++) {
        m[i].fix = knowledge_fix(&j->knowledge, m[i].fix)->id;
        add_row(c, &row->incident, &m[i], told);
    }
    str_done(&changes);
    return c->status == OK && c->n < TRIALS_MAX - RANK_MAX;
}

static bool was_fresh(const struct comparing *c, const bool *fresh, const struct trial *t)
{
    for (size_t i = 0; i < c->n; i++)
        if (fresh[i] && strcmp(c->rows[i].incident, t->incident) == 0 && strcmp(c->rows[i].fix, t->fix) == 0) return true;
    return false;
}

static void compare(struct job *job)
{
    struct outcome_job *j = (struct outcome_job *)job;
    struct store *s = j->task.store;
    struct comparing *c = calloc(1, sizeof *c);
    bool fresh[TRIALS_MAX] = {false};
    if (!c) {
        j->status = E_MEMORY;
        return;
    }
    c->job = j;
    enum status status = *j->rate ? store_setting(s, j->run_id, "learning_rate", j->rate, &c->err) : OK;
    if (!status) status = store_unsolved(s, j->project, j->run_id, UNSOLVED_MAX, compare_one, c, &c->err);
    if (!status) status = c->status;
    if (!status && (c->n || j->had_trials)) status = store_trials_put(s, j->run_id, c->rows, c->n, fresh, &c->err);
    j->status = status;
    if (!status && (c->n || j->had_trials)) recall(job);
    for (size_t i = 0; i < j->trials.n; i++) j->trials.at[i].fresh = was_fresh(c, fresh, &j->trials.at[i]);
    for (size_t i = 0; i < c->n_texts; i++) free(c->texts[i]);
    free(c);
}

/* A run that was written down and not compared before the last daemon died may never say another word: its settings are in the memory. */
static void recall_or_compare(struct job *job)
{
    struct outcome_job *j = (struct outcome_job *)job;
    struct err err;
    recall(job);
    if (j->status || j->trials.n || !j->project) return;
    j->status = store_facts(j->task.store, j->run_id, take_fact, &j->settings, &err);
    if (!j->status) j->status = store_settings(j->task.store, j->run_id, take_rate, &j->settings, &err);
    if (!j->status && j->settings.n) compare(job);
}

/* ---- decide -------------------------------------------------------------------------------------------------------------- */

static void decide(struct job *job)
{
    struct outcome_job *j = (struct outcome_job *)job;
    struct err err;
    for (size_t i = 0; i < j->n_decisions && j->status == OK; i++) {
        struct decision *d = &j->decisions[i];
        j->status = store_verdict(j->task.store, j->run_id, d->incident, d->fix, trial_state_name(d->state),
                                  d->note ? d->note : "", clock_wall(), &d->news, &err);
    }
}

/* ---- the outside --------------------------------------------------------------------------------------------------------- */

static void push(struct outcome_job *j, void (*work)(struct job *j), void (*done)(struct job *j))
{
    j->task.job = (struct job){.work = work, .done = done};
    memory_task(j->live->engine->memory, &j->task);
}

void record_recall(struct outcome_job *j, void (*done)(struct job *j)) { push(j, recall_or_compare, done); }
void record_compare(struct outcome_job *j, void (*done)(struct job *j)) { push(j, compare, done); }
void record_decide(struct outcome_job *j, void (*done)(struct job *j)) { push(j, decide, done); }

void record_free(struct outcome_job *j)
{
    for (size_t i = 0; i < j->n_decisions; i++) free(j->decisions[i].note);
    trials_done(&j->trials);
    free(j->project);
    free(j);
}
