/* live_look - is there anything new? A stat of every source now and then, and what follows from silence: the heart beats on, or the run
 * goes to sleep.
 *
 * Lines that an event told of, and that wait, are read first: the short way of their turn (reader_append) costs less than finding out by a look
 * that there is something, and they would be in the way of the next glance. */
#include <math.h>

#include "../../base/clock.h"
#include "../writer.h"
#include "parts.h"

static const double SLEEP_S = 65, OVER_S = 3600, HEARTBEAT_S = 600, WRITER_S = 20, TOLD_S = 5, JUDGE_COST_S = 60e-6,
                    LOOK_COST_S = 60e-6;
enum { WRITER_PATHS_MAX = 64, WRITER_TIMES = 50 };

/* Often while data flows, seldom when it has been quiet for long; inotify hurries in between. Where it is known to, because a line came
 * by an event since the last look, that look can wait: the longer, the more runs are awake. */
static double tick(struct live *l)
{
    double quiet = clock_wall() - l->last_data;
    bool told = l->told;
    l->told = false;
    return told ? fmax(TOLD_S * l->spread, live_pace(l, 0, LOOK_COST_S)) : quiet < 10 ? 1 : fmin(10, quiet / 10);
}

/* Is one of the sources held open for writing? Looked up for all runs at once, every WRITER_S and for a fiftieth of the time at most. */
static bool written_to(struct live *l)
{
    const char *paths[WRITER_PATHS_MAX];
    size_t n = 0;
    struct writers *w = &l->engine->watched->writers;
    if (!w->taken || clock_now() - w->taken > fmax(WRITER_S, WRITER_TIMES * w->cost)) writers_take(w);
    for (size_t i = 0; i < l->n_readers && n < WRITER_PATHS_MAX; i++) paths[n++] = l->readers[i]->tail.path;
    return l->writer = writers_have(w, paths, n);
}

/* While something is expected, silence is a series like any other. A log that nobody holds open is no hang: the run is over, or
 * its writer cannot be seen from here. */
static void beat(struct live *l)
{
    double now = clock_wall(), silence = now - l->last_data;
    bool expected = l->shown != RUN_FINISHED && l->shown != RUN_FAILED;
    double limit = l->grew ? OVER_S : HEARTBEAT_S;
    if (!expected || !l->caught_up_once || silence < 2 || silence > limit || now < l->heartbeat) return;
    if (silence > WRITER_S && !written_to(l)) return;
    l->heartbeat = now + fmax(1, silence * 0.1);
    run_silence(l->run, now, silence);
    loop_hurry(l->engine->loop, &l->judge, l->urgent ? 0 : live_pace(l, 0, JUDGE_COST_S));
}

static bool heart_stopped(const struct live *l)
{
    double silence = clock_wall() - l->last_data;
    return l->shown == RUN_FINISHED || l->shown == RUN_FAILED || silence > (l->grew ? OVER_S : HEARTBEAT_S);
}

/* What `check` would say at the end of the log belongs to a run that is over. */
static bool finish_first(struct live *l)
{
    bool over = l->shown == RUN_FINISHED || l->shown == RUN_FAILED || clock_wall() - l->last_data > OVER_S;
    if (!over || l->finished) return false;
    l->finished = true;
    run_end(l->run);
    l->dirty = true;
    live_judge(l);
    run_finish(l->run);
    l->dirty = true;
    live_judge(l);
    return true;
}

static void maybe_sleep(struct live *l)
{
    double quiet = live_now(l);
    if (!l->engine->memory || memory_failing(l->engine->memory) || l->dropping || !l->caught_up || l->unwritten ||
        l->looking_into)
        return;
    if (!journal_empty(&l->journal) || l->dirty || !heart_stopped(l)) return;
    for (size_t i = 0; i < l->n_readers; i++)
        if (l->readers[i]->news || reader_busy(l->readers[i]) || quiet - l->readers[i]->quiet_since < SLEEP_S) return;
    if (!finish_first(l)) live_fall_asleep(l);
}

/* Descriptors are few: those beyond our share are opened anew for each look. What is unread in a file that is deleted meanwhile is lost. */
void live_spare(const struct live *l, struct reader *r)
{
    if (r->tail.fd < 0 || !l->engine->descriptors || r->tail.fd < l->engine->descriptors || r->tail.old) return;
    reader_let_go(r);
    if (l->engine->tight) l->engine->tight(l->engine->arg);
}

static bool lines_wait(const struct live *l)
{
    for (size_t i = 0; i < l->n_readers && l->state == LIVE_AWAKE; i++)
        if (l->readers[i]->touched) return true;
    return false;
}

void live_look(struct live *l)
{
    bool news = false;
    if (lines_wait(l)) live_turn(l);
    if (l->state == LIVE_OPENING || l->state == LIVE_WAKING || l->gone) return;
    if (l->dropping && !memory_failing(l->engine->memory) && !l->unwritten) {
        live_reopen(l);
        return;
    }
    for (size_t i = 0; i < l->n_readers; i++) {
        struct reader *r = l->readers[i];
        r->touched = false;
        news = reader_look(r, live_now(l)) || news;
        if (r->tail.changed > l->last_data) l->last_data = r->tail.changed;
        live_spare(l, r);
    }
    if (news && l->state == LIVE_ASLEEP) live_wake(l);
    if (l->state == LIVE_AWAKE) {
        l->caught_up = !news;
        if (!news && l->dirty && !l->judge.armed) live_judge(l);
        if (!news && !l->dirty) l->caught_up_once = true;
        if (!news) live_examine(l);
        beat(l);
        maybe_sleep(l);
    } else if (!news) l->caught_up = l->caught_up_once = true;
    if (news && l->state == LIVE_AWAKE) live_wait(l);
    loop_start(l->engine->loop, &l->look, tick(l));
}

void live_hurry(struct live *l) { loop_hurry(l->engine->loop, &l->look, 0.01); }
