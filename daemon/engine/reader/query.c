/* reader_query - databases: nothing is fed, the format asks.
 *
 * A new state of the format is told every row from the first on. Which of them the run has is known from its history, not from their
 * number: another run may have taken over, or rows may be gone or numbered anew. So the first answer is compared whole, each row with
 * all of the history; what comes after it is new. */
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "../../base/hash.h"
#include "parts.h"

bool reader_queried(const struct reader *r) { return r->format->growth == GROWTH_QUERIED; }

/* What the files of a database look like: it and its write-ahead log; 0 when it is not there. */
static uint64_t look_of(const char *path)
{
    static const char *const parts[] = {"", "-wal"};
    uint64_t look = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char name[PATH_MAX];
        struct stat st;
        if (snprintf(name, sizeof name, "%s%s", path, parts[i]) >= (int)sizeof name || stat(name, &st) != 0) continue;
        int64_t seen[] = {(int64_t)st.st_ino, st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec};
        look = hash64(seen, sizeof seen, look + 1);
    }
    return look;
}

bool reader_database_changed(struct reader *r, double now)
{
    return look_of(r->tail.path) != r->asked && now - r->quiet_since > READER_REREAD_S;
}

/* Another database under the path starts anew. */
static void follow(struct reader *r, const struct stat *st)
{
    if (r->tail.id.inode && r->tail.id.inode != (uint64_t)st->st_ino) {
        tail_restart(&r->tail);
        if (r->compare) history_set_done(&r->compare->rows);
        reader_begin_again(r, true);
    }
    r->tail.id.inode = (uint64_t)st->st_ino;
    r->tail.id.device = (uint64_t)st->st_dev;
}

static void compared(struct reader *r)
{
    if (!reader_compares(r)) return;
    reader_decide(r);
    r->compare->on = false;
    history_set_done(&r->compare->rows);
}

/* It may be locked, or its journal of a writer that died not be played back yet: it is asked again, and that is said once. */
static void failed(struct reader *r)
{
    if (!r->unanswered) r->to->bad(r->to->arg, 0, "the database could not be read");
    r->unanswered = true;
}

void reader_ask(struct reader *r, double now)
{
    struct err err = {0};
    struct stat st;
    uint64_t look = look_of(r->tail.path);
    r->news = false;
    r->quiet_since = now;
    if (!look || stat(r->tail.path, &st) != 0 || !S_ISREG(st.st_mode)) return;
    follow(r, &st);
    if (reader_compares(r) && !r->compare->rows.n) r->compare->rows = history_set_of(&r->history);
    if (r->format->poll(r->state, r->tail.path, &r->out, &err)) {
        failed(r);
        return;
    }
    compared(r);
    r->unanswered = false;
    r->asked = look;
}
