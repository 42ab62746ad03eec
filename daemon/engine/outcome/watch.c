/* A watched run and the fixes that it tries.
 *
 * Settings are complete enough SETTLE_S after the first look at the run's points; what is told later is compared again. A trial that is under
 * way when the daemon ends is taken up by the next one: the run is woken and judged anyway, and the memory takes a verdict once. */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../../base/clock.h"
#include "../../base/hash.h"
#include "../../report/words.h"
#include "../live/parts.h"
#include "parts.h"

static const double SETTLE_S = 1, AGAIN_S = 2, GIVEN_UP_S = 7 * 86400, DAY_S = 86400;

static struct outcome_watch *watch_of(struct live *l)
{
    if (l->trials || !(l->trials = calloc(1, sizeof *l->trials))) return l->trials;
    l->trials->facts_seen = l->facts_seen + 1; /* what was told before must be looked at */
    return l->trials;
}

bool outcome_busy(const struct outcome_watch *w) { return w && w->busy; }

void outcome_free(struct outcome_watch *w)
{
    if (!w) return;
    trials_done(&w->trials);
    free(w);
}

static struct outcome_job *new_job(struct live *l)
{
    struct outcome_job *j = calloc(1, sizeof *j);
    if (!j) return NULL;
    j->live = l;
    memcpy(j->run_id, l->id, sizeof j->run_id);
    l->trials->busy = true;
    return j;
}

/* True when the run was let go meanwhile. */
static bool finished(struct outcome_job *j)
{
    struct live *l = j->live;
    l->trials->busy = false;
    if (!l->gone) return false;
    record_free(j);
    live_free(l);
    return true;
}

/* ---- what is said -------------------------------------------------------------------------------------------------------- */

static void say_trial(struct live *l, const struct trial *t, bool aloud)
{
    struct str s = {0};
    str_add_printable(&s, span_of(l->name), 60);
    str_addf(&s, " has %s, the fix offered for %s; watching whether %s stays away", t->changes ? t->changes : t->fix, t->incident,
             t->kind ? t->kind : "it");
    live_tell_trial(l, t->incident, t->kind, "trying", s.p ? s.p : "", aloud);
    str_done(&s);
}

static void say_verdict(struct live *l, const struct trial *t, const char *note, bool aloud)
{
    struct str s = {0};
    str_add_printable(&s, span_of(l->name), 60);
    str_addf(&s, ": %s%snoted for %s that %s %s (watched, weight %.2g)", note, *note ? "; " : "", t->incident, t->fix,
             words_worked(trial_state_name(t->state)), t->weight);
    live_tell_trial(l, t->incident, t->kind, "outcome", s.p ? s.p : "", aloud);
    str_done(&s);
}

/* Several fixes of one incident are one sentence: its changes name them all. */
static bool said_before(const struct trials *t, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (t->at[k].fresh == t->at[i].fresh && strcmp(t->at[k].incident, t->at[i].incident) == 0) return true;
    return false;
}

static void say_trials(struct live *l, const struct trials *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->at[i].state == TRIAL_WATCHING && !said_before(t, i)) say_trial(l, &t->at[i], t->at[i].fresh);
}

/* ---- comparing ----------------------------------------------------------------------------------------------------------- */

static bool under_way(const struct trials *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->at[i].state == TRIAL_WATCHING) return true;
    return false;
}

static void take_trials(struct live *l, struct outcome_job *j)
{
    struct trials old = l->trials->trials;
    if (j->status) return;
    l->trials->trials = j->trials;
    j->trials = old;
    say_trials(l, &l->trials->trials);
}

/* When the run began, as far as can be told: its log's first time stamp, else when its first file was made. */
static double started(const struct live *l, const struct view *v)
{
    struct statx x;
    double seen = l->first_seen;
    if (v && v->first_time > 0 && v->first_time < seen + DAY_S) return fmin(v->first_time, seen);
    if (!l->n_readers || statx(AT_FDCWD, l->readers[0]->tail.path, 0, STATX_BTIME, &x) != 0 || !(x.stx_mask & STATX_BTIME))
        return seen;
    return fmin(seen, (double)x.stx_btime.tv_sec + 1e-9 * (double)x.stx_btime.tv_nsec);
}

static void describe(struct outcome_job *j, const struct live *l, const struct view *v)
{
    j->project = l->project ? str_dup(span_of(l->project)) : NULL;
    j->started = started(l, v);
    j->knowledge = *l->engine->knowledge;
}

static void recalled(struct job *job)
{
    struct outcome_job *j = (struct outcome_job *)job;
    struct live *l = j->live;
    if (finished(j)) return;
    take_trials(l, j);
    bool lately = clock_wall() - l->last_data < GIVEN_UP_S;
    if (l->state == LIVE_ASLEEP && lately && under_way(&l->trials->trials)) live_wake(l);
    record_free(j);
}

void outcome_recall(struct live *l)
{
    struct outcome_watch *w = l->engine->memory ? watch_of(l) : NULL;
    struct outcome_job *j = w && !w->busy ? new_job(l) : NULL;
    if (!j) return;
    describe(j, l, NULL);
    record_recall(j, recalled);
}

/* The trials that are new must be judged too, even if the log is at its end. */
static void compared(struct job *job)
{
    struct outcome_job *j = (struct outcome_job *)job;
    struct live *l = j->live;
    if (finished(j)) return;
    if (j->status) l->trials->compared = 0;
    take_trials(l, j);
    if (j->status || under_way(&l->trials->trials)) loop_hurry(l->engine->loop, &l->judge, j->status ? AGAIN_S : 0.05);
    record_free(j);
}

static void add_facts(struct settings *s, const struct view *v)
{
    for (size_t i = 0; i < v->n_facts; i++) settings_add(s, v->facts[i].key, v->facts[i].value);
}

/* Thousands of runs are watched: what is kept of their settings is a number. */
static void look_at_facts(struct live *l, const struct view *v)
{
    struct outcome_watch *w = l->trials;
    struct settings *s = w->facts_seen != l->facts_seen ? calloc(1, sizeof *s) : NULL;
    if (!s) return;
    add_facts(s, v);
    w->facts_seen = l->facts_seen;
    w->told = s->n ? s->identity | 1 : 0;
    w->rate_told = settings_value(s, "learning_rate") != NULL;
    free(s);
}

static void compare(struct live *l, const struct view *v, const char *rate, uint64_t identity)
{
    struct outcome_watch *w = l->trials;
    struct outcome_job *j = new_job(l);
    if (!j) return;
    describe(j, l, v);
    j->had_trials = w->trials.n > 0;
    add_facts(&j->settings, v);
    if (*rate) settings_rate(&j->settings, rate);
    if (l->gate.n) snprintf(j->rate, sizeof j->rate, "%s", rate); /* others are only compared with runs that have incidents */
    w->compared = identity;
    w->compared_at = live_now(l);
    record_compare(j, compared);
}

static void compare_if_new(struct live *l, const struct view *v)
{
    struct outcome_watch *w = l->trials;
    char rate[SETTING_BYTES] = "";
    double now = live_now(l);
    if (w->began <= 0) w->began = now;
    if (!l->project || !v->n_series) return;
    look_at_facts(l, v);
    bool logged = !w->rate_told && settings_logged_rate(v, rate);
    if (!logged) *rate = 0;
    uint64_t identity = w->told + hash64(rate, strlen(rate), logged && l->gate.n ? 2 : 1);
    if (identity == w->compared || (!w->told && !logged)) return;
    double wait = w->compared ? w->compared_at + AGAIN_S - now : w->began + SETTLE_S - now;
    if (wait > 0) loop_hurry(l->engine->loop, &l->judge, wait + 0.01);
    else compare(l, v, rate, identity);
}

/* ---- deciding ------------------------------------------------------------------------------------------------------------ */

static void decided(struct job *job)
{
    struct outcome_job *j = (struct outcome_job *)job;
    struct live *l = j->live;
    bool news = false;
    if (finished(j)) return;
    for (size_t i = 0; i < j->n_decisions; i++) {
        const struct decision *d = &j->decisions[i];
        for (size_t k = 0; d->news && k < l->trials->trials.n; k++) {
            struct trial *t = &l->trials->trials.at[k];
            if (strcmp(t->incident, d->incident) != 0 || strcmp(t->fix, d->fix) != 0) continue;
            t->state = d->state;
            say_verdict(l, t, d->note ? d->note : "", true);
        }
        news = news || d->news;
    }
    record_free(j);
    if (news && l->engine->learned) l->engine->learned(l->engine->arg);
}

static void judge_one(const struct live *l, const struct view *v, const struct trial *t, struct outcome_job *j)
{
    const struct incident of = {.kind = t->kind, .series = t->series, .severity = t->severity, .onset_step = t->onset_step};
    struct str note = {0};
    bool over = l->finished || v->state == RUN_FINISHED || v->state == RUN_FAILED;
    enum trial_state s = outcome_judge(&of, v, over, &note);
    if (s == TRIAL_WATCHING || s == t->state || j->n_decisions == TRIALS_MAX) {
        str_done(&note);
        return;
    }
    struct decision *d = &j->decisions[j->n_decisions++];
    *d = (struct decision){.state = s, .note = str_take(&note)};
    memcpy(d->incident, t->incident, sizeof d->incident);
    memcpy(d->fix, t->fix, sizeof d->fix);
}

static void decide(struct live *l, const struct view *v)
{
    const struct trials *t = &l->trials->trials;
    struct outcome_job *j = t->n ? new_job(l) : NULL;
    if (!j) return;
    for (size_t i = 0; i < t->n; i++) judge_one(l, v, &t->at[i], j);
    if (j->n_decisions) {
        record_decide(j, decided);
        return;
    }
    l->trials->busy = false;
    record_free(j);
}

void outcome_judged(struct live *l, const struct view *v)
{
    struct outcome_watch *w = l->engine->memory && !l->dropping ? watch_of(l) : NULL;
    if (!w || w->busy) return;
    compare_if_new(l, v);
    if (!w->busy && l->caught_up) decide(l, v);
}

json_t *outcome_status(const struct outcome_watch *w)
{
    json_t *list = json_array();
    for (size_t i = 0; w && i < w->trials.n; i++) {
        const struct trial *t = &w->trials.at[i];
        json_array_append_new(list,
                              json_pack("{s:s, s:o, s:o, s:o, s:s}", "incident", t->incident, "fix", json_text(t->fix), "changes",
                                        json_text(t->changes), "kind", json_text(t->kind), "worked", trial_state_name(t->state)));
    }
    return list;
}
