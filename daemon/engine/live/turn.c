/* live_turn - a watched run has its turn: bytes are read, judged if that is due, and journalled.
 *
 * A source that an event told of is read the short way (reader_append): most turns of most runs are one line of one file. Everything else
 * goes the long way, the source that is least behind first.
 *
 * A line that looks like those before it may wait: not at all when few runs are awake, a second or two when there are thousands, so that
 * turns, which find everything cold, stay a small share of what watching costs. Whatever may be news does not wait (glance.h).
 *
 * What an analyzer finds, or finds to be over, is judged at once. The rest of a view - curves, the state, what is missing - can wait: for
 * JUDGE_S when few runs are awake, longer when there are thousands, so that judging stays a small share of what watching costs. */
#include "../../base/clock.h"
#include "parts.h"

static const double JUDGE_S = 0.25, JUDGE_BEHIND_S = 2, JUDGE_COST_S = 60e-6, TURN_S = 0.002, TURN_COST_S = 12e-6,
                    IMPATIENT_S = 0.01, TOGETHER_S = 0.004;

static void wait_in_line(struct live *l, uint64_t behind)
{
    due_put(&l->engine->watched->due, &l->due, l, behind);
    l->engine->changed(l->engine->arg);
}

void live_wait(struct live *l) { wait_in_line(l, live_behind(l)); }

/* Of a run's lines that look like those before them. */
static double patience(const struct live *l) { return fmax(live_evenly(l, TURN_COST_S), l->engine->patience_s); }

/* Those whose time has come stand behind those who have news. All have the same patience, so the first is the first to lose it. */
static void take_later(const struct engine *e)
{
    struct due *later = &e->watched->later;
    const void *first;
    while (due_next(later, &first, 1)) {
        double wait = ((const struct live *)first)->turned + patience(first) - loop_now(e->loop);
        if (wait > 0) {
            loop_start(e->loop, &e->watched->patience, fmax(wait, TOGETHER_S));
            return;
        }
        wait_in_line(due_take(later), DUE_SMALL_BYTES);
    }
}

void live_later(void *arg) { take_later(arg); }

static void turn_later(struct live *l)
{
    struct watched *w = l->engine->watched;
    if (l->due.owner || l->later.owner) return;
    due_put(&w->later, &l->later, l, 0);
    if (!w->patience.armed) take_later(l->engine);
}

void live_touched(struct live *l, size_t source, bool names)
{
    struct reader *r = source < l->n_readers ? l->readers[source] : NULL;
    if (names || !r || l->state != LIVE_AWAKE || r->format->growth != GROWTH_APPENDED) {
        live_hurry(l);
        return;
    }
    r->touched = true;
    if (patience(l) > IMPATIENT_S && reader_may_wait(r)) turn_later(l);
    else wait_in_line(l, 0);
}

static struct reader *least_behind(const struct live *l)
{
    struct reader *best = NULL;
    for (size_t i = 0; i < l->n_readers; i++) {
        struct reader *r = l->readers[i];
        if (r->news && (!best || reader_behind(r) < reader_behind(best))) best = r;
    }
    return best;
}

uint64_t live_behind(const struct live *l)
{
    const struct reader *r = l->state == LIVE_AWAKE ? least_behind(l) : NULL;
    return r ? reader_behind(r) : UINT64_MAX;
}

static void noticed(struct live *l, struct reader *r)
{
    if (r->tail.changed > l->last_data) l->last_data = r->tail.changed;
    live_spare(l, r);
}

/* The sources that events told of, each the short way where that will do. */
static void read_touched(struct live *l)
{
    const struct engine *e = l->engine;
    for (size_t i = 0; i < l->n_readers; i++) {
        struct reader *r = l->readers[i];
        if (!r->touched) continue;
        r->touched = false;
        if (!l->finished && !r->news && reader_append(r, e->buffer, e->room, live_now(l))) l->told = true;
        else reader_look(r, live_now(l));
        noticed(l, r);
    }
}

static void judge_later(struct live *l, double after_s)
{
    if (!l->judge.armed || l->urgent) loop_hurry(l->engine->loop, &l->judge, after_s);
}

static void judge_if_due(struct live *l, bool more)
{
    double now = live_now(l), pace = live_pace(l, JUDGE_S, JUDGE_COST_S);
    if (!l->dirty) return;
    if (l->urgent && (more || now - l->urgently_judged < JUDGE_S)) judge_later(l, more ? JUDGE_BEHIND_S : JUDGE_S);
    else if (l->urgent || (!more && !l->caught_up_once)) live_judge(l);
    else if (more) judge_later(l, pace > JUDGE_BEHIND_S ? pace : JUDGE_BEHIND_S);
    else if (now - l->judged < pace) judge_later(l, pace);
    else live_judge(l);
}

static void after_turn(struct live *l, uint64_t points_before)
{
    bool more = live_behind(l) != UINT64_MAX;
    if (run_points(l->run) != points_before && l->caught_up_once) l->grew = true;
    if (journal_points(&l->journal) >= JOURNAL_POINTS_MAX) live_commit(l, true);
    else live_commit_later(l);
    l->caught_up = l->caught_up || !more;
    judge_if_due(l, more);
    live_remember(l);
    if (more) live_wait(l);
}

void live_turn(struct live *l)
{
    const struct engine *e = l->engine;
    if (l->state != LIVE_AWAKE) return;
    uint64_t before = run_points(l->run);
    due_drop(&e->watched->later, &l->later);
    l->turned = live_now(l);
    read_touched(l);
    struct reader *r = least_behind(l);
    if (r && l->finished) { /* it goes on after all: analyzers that were told the end are made anew */
        live_commit(l, true);
        if (!l->unwritten) live_reopen(l);
        else live_wait(l);
        return;
    }
    if (r) {
        reader_turn(r, e->buffer, e->room, live_now(l), clock_now() + TURN_S);
        noticed(l, r);
    }
    after_turn(l, before);
}
