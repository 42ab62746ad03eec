/* judge_causes - from what was measured and what is known of the settings to causes, and from those to fixes. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../../analyzers/fact_key.h"
#include "../../../analyzers/stats/boosted.h"
#include "evidence.h"

#define NAMED_CAUSE 0.8 /* below it a cause is never stated as the cause (interface: section 4) */
#define ASKED_BELOW 0.6 /* of the sum of clues itself: such a cause is mostly right, and yet one more artifact would decide */

/* A rate that no setting names is the highest that was logged: schedules rise to it and fall from it. */
static bool logged_rate(struct run *r, struct fact *rate)
{
    double highest = 0;
    for (size_t i = 0; i < r->n_series; i++)
        for (uint32_t j = 0; r->series[i]->s.role == ROLE_LEARNING_RATE && j < r->series[i]->curve.used; j++)
            highest = fmax(highest, r->series[i]->curve.buckets[j].max);
    char *text = judge_room(r, 32, 1);
    snprintf(text, 32, "%.6g", highest);
    *rate = (struct fact){"learning_rate", text};
    return highest > 0;
}

/* Does a booster of trees log here, which has no mode, no layers and no gradients through them? */
static bool grows_trees(const struct run *r)
{
    struct boosting b = {0};
    for (size_t i = 0; i < r->n_facts; i++) boosting_fact(&b, r->facts[i].key, r->facts[i].value);
    for (size_t i = 0; i < r->n_series; i++)
        if (r->series[i]->s.role == ROLE_LOSS_TRAIN) return boosted(&b, &r->series[i]->s);
    return false;
}

/* The settings as causes name them; "framework" is the one whose marks the log bears, whatever the settings import. */
static struct fact *canonical_facts(struct run *r, const struct kit *kit, size_t *n)
{
    struct fact *facts = judge_room(r, r->n_facts + 3, sizeof *facts);
    bool rate = false;
    *n = 0;
    for (size_t i = 0; i < r->n_facts; i++) {
        if (!fact_canonical(r->facts[i].key, r->facts[i].value, &facts[*n].key, &facts[*n].value)) continue;
        rate = rate || strcmp(facts[*n].key, "learning_rate") == 0;
        ++*n;
    }
    if (!rate && logged_rate(r, &facts[*n])) ++*n;
    if (kit) facts[(*n)++] = (struct fact){"framework", kit->id};
    if (grows_trees(r)) facts[(*n)++] = (struct fact){"framework", "trees"};
    return facts;
}

static void show_fixes(struct run *r, const struct trouble *near, struct cause_view *c)
{
    struct ranked ranked[RANK_MAX];
    c->n_fixes = rank_near(c->diagnosis.cause, c->diagnosis.probability, near, r->options.knowledge->fixes,
                           r->options.knowledge->n_fixes, r->options.outcomes, r->options.n_outcomes, ranked);
    for (size_t i = 0; i < c->n_fixes; i++)
        c->fixes[i] = (struct fix_view){ranked[i].fix, ranked[i].probability, ranked[i].times, ranked[i].times_worked};
}

/* Is it something that networks have and trees do not? */
static bool is_of_networks(const struct separator *s)
{
    static const uint64_t roles =
        WANTS(ROLE_GRAD_NORM) | WANTS(ROLE_GRAD_PART) | WANTS(ROLE_UPDATE_RATIO) | WANTS(ROLE_WEIGHT_NORM);
    return (s->role != ROLE_NONE && roles & WANTS(s->role)) || strstr(s->how, "torch.") || strstr(s->how, "optimizer.");
}

/* What would decide in a booster of trees: nobody is told to log what it does not have. */
static void ask_of_trees(struct diagnosis *d)
{
    size_t kept = 0;
    for (size_t i = 0; i < d->n_missing; i++)
        if (!is_of_networks(d->missing[i])) d->missing[kept++] = d->missing[i];
    d->n_missing = kept;
}

/* What is asked for first is what tells the best two apart; its reason names both. */
static void ask_between(struct diagnosis *best, const struct diagnosis *second)
{
    size_t at = 0;
    while (at < best->n_missing && !strstr(best->missing[at]->why, second->cause->id)) at++;
    if (at == best->n_missing) return;
    const struct separator *decides = best->missing[at];
    for (; at; at--) best->missing[at] = best->missing[at - 1];
    best->missing[0] = decides;
}

/* Indices of all findings become indices of those that are shown, each once. */
static size_t as_shown(uint16_t *indices, size_t n, const struct told *t)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        uint16_t at = t->by[indices[i]];
        size_t seen = 0;
        while (seen < kept && indices[seen] != at) seen++;
        if (seen == kept) indices[kept++] = at;
    }
    return kept;
}

/* Folded findings are evidence too: what explains a symptom away for the reader tells causes apart. But what a score or a level does
 * after NaN says nothing; only the gradients before it do. */
static bool evidence(const struct told *t, size_t i)
{
    const struct finding *f = t->all[i], *by = t->all[t->by[i]];
    return by == f || strcmp(by->kind, "loss_nonfinite") != 0 || f->onset_step < by->onset_step ||
           strncmp(f->kind, "grad_", 5) == 0;
}

static const struct said *all_said(struct run *r, size_t *n)
{
    struct said *said = judge_room(r, r->n_events, sizeof *said);
    for (size_t i = 0; said && i < r->n_events; i++) said[i] = (struct said){r->events[i].kind, r->events[i].text};
    *n = said ? r->n_events : 0;
    return said;
}

void judge_causes(struct run *r, struct view *v, const struct told *t)
{
    struct diagnosis found[DIAGNOSIS_MAX];
    struct finding *findings = judge_room(r, t->n, sizeof *findings);
    struct told given = {.by = judge_room(r, t->n, sizeof *given.by)};
    struct case_file file = {.findings = findings, .roles = r->roles | r->seen_within, .events = r->event_bits};
    if (!r->options.knowledge || !v->n_findings || v->findings[0].finding.severity == SEVERITY_INFO) return;
    for (size_t i = 0; i < t->n; i++) {
        if (!evidence(t, i)) continue;
        given.by[given.n++] = t->shown[i];
        findings[file.n_findings++] = judge_evidence(r, t->all[i]);
    }
    file.facts = canonical_facts(r, v->kit, &file.n_facts);
    file.said = all_said(r, &file.n_said);
    size_t n = diagnose(r->options.knowledge->causes, r->options.knowledge->n_causes, &file, found);
    struct cause_view *out = judge_room(r, n, sizeof *out);
    bool trees = grows_trees(r);
    const struct calibration *c = &r->options.knowledge->calibration;
    const struct trouble near = {v->findings[0].finding.kind, v->project, v->framework};
    for (size_t i = 0; i < n; i++) {
        out[i].diagnosis = found[i];
        out[i].diagnosis.probability =
            i ? calibrated_behind(c, found[i].probability, out[0].diagnosis.probability) : calibrated(c, found[i].probability);
        out[i].diagnosis.n_because = as_shown(out[i].diagnosis.because, found[i].n_because, &given);
        out[i].diagnosis.n_against = as_shown(out[i].diagnosis.against, found[i].n_against, &given);
        if (trees) ask_of_trees(&out[i].diagnosis);
        show_fixes(r, &near, &out[i]);
    }
    if (n > 1) ask_between(&out[0].diagnosis, &out[1].diagnosis);
    v->causes = out;
    v->n_causes = n;
    if (n && (out[0].diagnosis.probability < NAMED_CAUSE || found[0].probability < ASKED_BELOW))
        v->needs = out[0].diagnosis.missing, v->n_needs = out[0].diagnosis.n_missing;
}
