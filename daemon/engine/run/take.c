/* run_take - a point's way is one call stack: format -> run_on_point() -> curve and analyzers -> run_found(). Nothing is queued. */
#include <math.h>
#include <stdlib.h>

#include "parts.h"

enum {
    LATE_EVENTS_MAX = 16,
    TWICE_MIN = 5, /* steps told twice, and one in TWICE_SHARE values of the main loop: several processes write */
    TWICE_SHARE = 4,
    APART_RECORDS = 4 /* that they may be apart */
};
#define STEP_MAX (INT64_C(1) << 60)
#define ALWAYS   __attribute__((always_inline)) /* with RARELY: the way of nearly all points has no call but to the analyzers */

static bool leads(const struct run_source *from, const struct run_series *s)
{
    if (!from->lead) return s->s.role != ROLE_NONE && s->s.role != ROLE_PROGRESS && s->s.role < ROLE_EVENT;
    return from->lead->s.role != ROLE_LOSS_TRAIN && s->s.role == ROLE_LOSS_TRAIN;
}

/* A line's event may be told before its numbers are: a console gives the step behind them. It happened at that step. */
static void place_events(struct run *r, const struct point *p)
{
    for (size_t i = r->n_events, seen = 0; i-- > 0 && seen < LATE_EVENTS_MAX;) {
        struct run_event *e = &r->events[i];
        if (e->source != p->source) continue;
        if (e->line < p->line) return;
        e->step = p->step;
        seen++;
    }
}

/* Processes that write the same steps into one file side by side are now and then a few records apart: that is no restart, and the number
 * counts as one of the newest step. */
RARELY static int64_t in_order(const struct run_source *from, const struct run_series *s, int64_t step)
{
    const struct run_series *lead = from->lead;
    if (!lead || from->twice < TWICE_MIN || TWICE_SHARE * from->twice < lead->points) return step;
    return s->last_step - step <= APART_RECORDS * (lead->last_step - from->before) ? s->last_step : step;
}

/* Steps that go back begin a segment of the source. */
RARELY static void begin_segment(struct run *r, struct run_source *from, const struct run_series *s, const struct point *p)
{
    if (from->segment == UINT16_MAX) return;
    from->segment++;
    run_wake(r, s->s.source);
    if (run_grow((void **)&r->seams, &r->seams_room, r->n_seams, sizeof *r->seams))
        r->seams[r->n_seams++] = (struct run_seam){{from->segment, s->last_step, p->step, p->line}, s->s.source};
}

/* Only the step of a source's main training loop opens a segment of it: evaluations repeat steps, and what another source holds says
 * nothing about this one's restarts. */
static inline void follow_step(struct run *r, struct run_source *from, struct run_series *s, const struct point *p)
{
    if (s != from->lead) {
        if (!leads(from, s)) return;
        from->lead = s, run_choose_lead(r);
    } else if (s->points) {
        if (p->step == s->last_step) from->twice++;
        else from->before = s->last_step;
    }
    if (s->points && p->step < s->last_step) begin_segment(r, from, s, p);
    from->last_step = p->step;
    if (from->event_line && p->line <= from->event_line) place_events(r, p);
}

/* A record is what a source tells at one line. Series that every record had, and the next ones have not, may hide a NaN. */
static inline void follow_record(struct run *r, struct run_source *from, struct run_series *s, uint64_t line)
{
    if (line != from->line || !from->record) from->line = line, from->record++;
    if (s->record == from->record) return;
    bool next = s->record + 1 == from->record;
    if (!next && s->streak > RUN_HOLE_STREAK) run_hole(r, s);
    s->streak = next ? s->streak + 1 : 1;
    s->record = from->record;
}

/* Steps stay where sums and differences of them cannot overflow. */
static int64_t sane(int64_t step) { return step > STEP_MAX ? STEP_MAX : step < -STEP_MAX ? -STEP_MAX : step; }

/* The segment of the run, where sources are joined. */
static uint16_t joined_segment(const struct run *r, const struct point *p)
{
    return r->whole && r->lead >= 0 ? r->sources[r->lead]->segment : p->segment;
}

/* The times so far, NaN while there is none, and one more, which is a number. */
static inline void reach(double *first, double *last, double time)
{
    if (!(*first <= time)) *first = time;
    if (!(*last >= time)) *last = time;
}

/* The newest bucket of a curve, frozen or not, where a finite value is just one more of it; else NULL. */
ALWAYS static inline struct bucket *joining(const struct curve *c, struct frozen *f)
{
    struct bucket *newest = f ? &f->newest : c->used ? &c->buckets[c->used - 1] : NULL;
    return newest && curve_bucket_joins(c, newest) ? newest : NULL;
}

/* run_remember for one more finite value of the buckets that it goes into, in a segment that is everybody's: most are. False, with nothing done,
 * for another. */
ALWAYS static inline bool goes_on(const struct run *r, struct run_series *s, const struct point *p, uint16_t joined)
{
    struct past *past = &s->kept.past;
    struct bucket *fine = r->close ? NULL : joining(&s->curve, s->frozen);
    if (!fine) return false;
    if (run_has_past(&s->s)) {
        struct bucket *coarse = joining(&past->coarse, s->kept.coarse_frozen);
        if (s->whole || p->segment != joined || p->segment != s->kept.segment || past->fine != &s->curve || !coarse) return false;
        if (PAST_LOG & WANTS((unsigned)s->s.role)) past_take_log(past, p->value);
        curve_join_bucket(&past->coarse, coarse, p->step, p->value);
    }
    curve_join_bucket(&s->curve, fine, p->step, p->value);
    return true;
}

ALWAYS static inline void count(struct run *r, struct run_series *s, const struct point *p, bool finite)
{
    if (!s->points++) s->first_step = p->step, r->roles |= WANTS((unsigned)s->s.role);
    s->last_step = p->step;
    s->last = p->value;
    if (!finite && !s->nonfinite++) s->nonfinite_step = p->step;
    if (!finite || !goes_on(r, s, p, joined_segment(r, p))) run_remember(r, s, p, joined_segment(r, p));
}

/*   from   NULL for what has no source */
static void count_time(struct run *r, struct run_source *from, double time)
{
    reach(&r->first_time, &r->last_time, time);
    if (!from) return;
    if (!from->timed && isfinite(time)) run_watch_times(r, from);
    reach(&from->first_time, &from->last_time, time);
}

/* Where sources are joined, those who hear the whole run are given its segment, and a past of that. */
RARELY static void give_joined(struct run *r, const struct run_series *s, struct hearers *hearers, double before,
                               const struct point *p)
{
    struct point joined = *p;
    joined.segment = joined_segment(r, p);
    if (s->whole) joined.past = &s->whole->past;
    hearers_give(hearers, s->points, before, p, &joined, isfinite(p->value), &r->out, &r->hearing);
}

/*   before   the last value of the series */
static inline void give(struct run *r, const struct run_series *s, struct hearers *hearers, double before, const struct point *p,
                        bool finite)
{
    if (r->whole || s->whole) give_joined(r, s, hearers, before, p);
    else hearers_give(hearers, s->points, before, p, p, finite, &r->out, &r->hearing);
    if (r->close) run_close_curves(r);
}

/*   from   the series' source; NULL for what has none, and for silence, which is none's */
ALWAYS static inline void take(struct run *r, struct run_source *from, struct run_series *s, int64_t step, double time,
                               double value, uint64_t line)
{
    const bool finite = isfinite(value);
    const double before = s->last;
    struct point p = {
        .series = &s->s, .seq = ++r->seq, .step = sane(step), .time = time, .value = value, .line = line, .source = s->s.source};
    if (!isnan(time)) count_time(r, from, time);
    if (from) {
        if (s->points && p.step < s->last_step) p.step = in_order(from, s, p.step);
        follow_step(r, from, s, &p);
        follow_record(r, from, s, line);
        p.segment = from->segment;
        if (s->beat && finite) run_beat(from, s, &p);
    }
    if (run_has_past(&s->s)) p.past = &s->kept.past;
    count(r, s, &p, finite);
    give(r, s, &s->hearers, before, &p, finite);
    if (!r->replaying && r->options.hooks.point) r->options.hooks.point(r->options.hooks.arg, &p);
}

void run_take(struct run *r, struct run_series *s, int64_t step, double time, double value, uint64_t line)
{
    bool has_source = s->s.source < r->n_sources && s->s.role != ROLE_SILENCE;
    take(r, has_source ? r->sources[s->s.source] : NULL, s, step, time, value, line);
}

/* An event is a point of the run's series "event"; only those who hear the source that it stands in are given it. The event itself is told
 * to the hook, so its point is not. A source that has no steps of its own is placed when the run is judged. */
void run_take_event(struct run *r, struct run_source *from, uint16_t source, enum event kind, uint64_t line)
{
    struct run_series *s = r->series[r->event_series];
    struct point p = {.series = &s->s,
                      .seq = ++r->seq,
                      .step = from->last_step,
                      .time = NAN,
                      .value = kind,
                      .line = line,
                      .source = source,
                      .segment = from->segment};
    count(r, s, &p, true);
    run_wake(r, source);
    give(r, s, &from->hears, NAN, &p, true);
}

void run_take_beside(struct run *r, struct run_series *s, int64_t step, double value)
{
    struct point p = {.series = &s->s, .seq = ++r->seq, .step = sane(step), .time = NAN, .value = value, .source = s->s.source};
    if (p.source < r->n_sources) p.segment = r->sources[p.source]->segment;
    const double before = s->last;
    count(r, s, &p, isfinite(value));
    give(r, s, &s->hearers, before, &p, isfinite(value));
}

void run_on_point(void *arg, int series, int64_t step, double time, double value, uint64_t line)
{
    struct sink *k = arg;
    struct run_source *source = k->run->sources[k->source];
    if (series < 0 || (size_t)series >= k->run->n_series) return;
    source->points++;
    take(k->run, source, k->run->series[series], step, time, value, line);
}
