/* reader_query - databases: nothing is fed, the format asks. */
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "../base/hash.h"
#include "reader_parts.h"

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

/* Rows that an earlier daemon gave already are counted and dropped. Another database under the path starts anew. */
void reader_ask(struct reader *r, double now)
{
    struct err err = {0};
    struct stat st;
    uint64_t look = look_of(r->tail.path);
    r->news = false;
    if (!look || stat(r->tail.path, &st) != 0 || !S_ISREG(st.st_mode)) return;
    if (r->tail.id.inode && r->tail.id.inode != (uint64_t)st.st_ino) {
        tail_restart(&r->tail);
        reader_begin_again(r, true);
    }
    r->tail.id.inode = (uint64_t)st.st_ino;
    r->tail.id.device = (uint64_t)st.st_dev;
    if (r->format->poll(r->state, r->tail.path, &r->out, &err)) r->out.bad(r->out.arg, 0, "the database could not be read");
    if (r->compare.on) reader_decide(r);
    r->known_items = r->items < r->known_items ? 0 : r->known_items;
    r->quiet_since = now;
    r->asked = look;
}
