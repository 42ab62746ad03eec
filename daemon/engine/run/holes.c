/* run_holes - a number that every record had, and the next ones have not: perhaps a NaN that was written as nothing.
 *
 * orjson writes NaN and infinity as null, many tables leave the cell empty, a few tools leave the name out. A reader cannot tell that from a
 * number that was not measured, so it is suspected, not known, and only under three conditions:
 *   - the series belongs to the training loop: loss, its terms, gradient norm, entropy, divergence. Evaluations come and go by right
 *   - it was in RUN_HOLE_STREAK records in a row or more, up to the last one that had it
 *   - a neighbour of the training loop was in all of those records too, and in all of those since, which are MISSING_MIN or more:
 *     had the tool begun to write records of another kind, the neighbour would be missing as well
 * Where the last value was NaN or infinite nothing needs to be suspected: the empty cells behind it are more of them. */
#include <math.h>
#include <string.h>

#include "parts.h"

enum { MISSING_MIN = 5 };

static const uint64_t suspects = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_PART) | WANTS(ROLE_LOSS_GENERATOR) |
                                 WANTS(ROLE_LOSS_DISCRIMINATOR) | WANTS(ROLE_LOSS_VALUE) | WANTS(ROLE_LOSS_POLICY) |
                                 WANTS(ROLE_GRAD_NORM) | WANTS(ROLE_ENTROPY) | WANTS(ROLE_KL);
static const uint64_t neighbours = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_PART) | WANTS(ROLE_LOSS_GENERATOR) |
                                   WANTS(ROLE_LOSS_DISCRIMINATOR) | WANTS(ROLE_LOSS_VALUE) | WANTS(ROLE_LOSS_POLICY) |
                                   WANTS(ROLE_GRAD_NORM) | WANTS(ROLE_LEARNING_RATE) | WANTS(ROLE_ENTROPY) | WANTS(ROLE_KL);

static bool is_one_of(uint64_t roles, const struct run_series *s) { return roles & WANTS((unsigned)s->s.role); }

/* The most faithful neighbour: in every record since before s began its streak. */
static const struct run_series *neighbour(const struct run *r, const struct run_series *s, uint64_t now)
{
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *n = r->series[i];
        if (n == s || n->s.source != s->s.source || !is_one_of(neighbours, n)) continue;
        if (n->record >= now && n->streak >= n->record - s->record + RUN_HOLE_STREAK) return n;
    }
    return NULL;
}

static const char *kind_for(enum role role)
{
    if (role == ROLE_GRAD_NORM) return "grad_nonfinite";
    return role == ROLE_ENTROPY || role == ROLE_KL ? "metric_nonfinite" : "loss_nonfinite";
}

/* A term of the loss may be switched off by right; the loss itself, while the loop goes on, hardly ever is. */
static enum severity severity_for(enum role role)
{
    return role == ROLE_LOSS_PART || role == ROLE_ENTROPY || role == ROLE_KL ? SEVERITY_INFO : SEVERITY_WARNING;
}

static bool missing(const struct run *r, const struct run_series *s, uint64_t now, struct finding *f)
{
    const struct run_source *from = r->sources[s->s.source];
    if (!is_one_of(suspects, s) || s->streak < RUN_HOLE_STREAK || now < s->record + MISSING_MIN) return false;
    const struct run_series *with = neighbour(r, s, now);
    if (!with) return false;
    const struct bucket *last = s->frozen ? &s->frozen->newest : &s->curve.buckets[s->curve.used - 1];
    *f = (struct finding){.kind = kind_for(s->s.role),
                          .episode = (uint32_t)s->record,
                          .severity = severity_for(s->s.role),
                          .confidence = s->s.role == ROLE_LOSS_PART ? 0.3 : 0.5,
                          .series = &s->s,
                          .source = s->s.source,
                          .segment = from->segment,
                          .onset_step = s->last_step,
                          .first_step = s->last_step,
                          .last_step = with->last_step,
                          .first_line = last->first_line,
                          .last_line = from->line};
    finding_add(f, "value", NAN, "");
    finding_add(f, "points", (double)(now - s->record), "points");
    finding_add(f, "suspected", 1, "");
    return true;
}

bool run_open_hole(const struct run *r, const struct run_series *s, struct finding *f)
{
    return s->s.source < r->n_sources && s->points && missing(r, s, r->sources[s->s.source]->record, f);
}

void run_hole(struct run *r, const struct run_series *s)
{
    struct finding f;
    if (!missing(r, s, r->sources[s->s.source]->record - 1, &f)) return;
    f.phase = PHASE_CLOSED;
    f.severity = SEVERITY_INFO;
    r->hearing.running = NULL;
    run_found(r, &f);
}

uint64_t run_empty_after(const struct run *r, const struct run_series *s)
{
    if (s->s.source >= r->n_sources || !s->points || isfinite(s->last) || !is_one_of(suspects, s)) return 0;
    uint64_t now = r->sources[s->s.source]->record;
    for (size_t i = 0; i < r->n_series && now > s->record; i++) {
        const struct run_series *n = r->series[i];
        bool beside = n != s && n->s.source == s->s.source && is_one_of(neighbours, n);
        if (beside && n->record >= now && n->streak >= now - s->record) return now - s->record;
    }
    return 0;
}

bool run_is_hole(const struct finding *f) { return finding_evidence(f, "suspected", 0) == 1; }

void run_say_hole(const struct finding *f, struct str *out)
{
    str_add_printable(out, span_of(f->series->name), 60);
    str_addf(out, " is missing from %.0f records behind %s %lld that go on in everything else", finding_evidence(f, "points", 0),
             axis_name(f->series->axis), (long long)f->onset_step);
    str_add(out, ": NaN is suspected, because some loggers write it as nothing (null, an empty cell)");
}
