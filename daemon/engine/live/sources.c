/* live_sources - the files of a watched run: which they are, who reads them, and where the memory says that their readers stood. */
#include <stdlib.h>
#include <string.h>

#include "../../base/str.h"
#include "parts.h"

static struct reader *reader_of(const struct live *l, const char *path)
{
    for (size_t i = 0; i < l->n_readers; i++)
        if (strcmp(l->readers[i]->tail.path, path) == 0) return l->readers[i];
    return NULL;
}

/* log.jsonl.new is written to take the place of log.jsonl in a moment. */
static bool takes_the_place(const char *path, const char *other)
{
    static const char *const suffixes[] = {".tmp", ".temp", ".new", ".part", ".partial", "~"};
    size_t n = strlen(path);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (strncmp(path, other, n) == 0 && strcmp(other + n, suffixes[i]) == 0) return true;
    return false;
}

/* log.jsonl.1 beside log.jsonl is what log.jsonl was before it was rotated. Either is read by the tail of log.jsonl. */
static bool belongs(const char *path, const char *other) { return tail_is_rotated(path, other) || takes_the_place(path, other); }

static bool read_by_another(const struct live *l, const char *path)
{
    for (size_t i = 0; i < l->n_readers; i++)
        if (belongs(l->readers[i]->tail.path, path)) return true;
    return false;
}

static bool part_of_another(const struct live *l, const struct scan_run *from, const char *path)
{
    for (size_t i = 0; i < from->n_sources; i++)
        if (belongs(from->sources[i].path, path)) return true;
    return read_by_another(l, path);
}

/* log.jsonl.1 was all there was when the run was found, between its renaming and the making of a new log.jsonl: its reader goes on in the
 * new one, which would else be read with log.jsonl.1 once more in front of it. */
static bool reader_goes_on(struct live *l, const char *path, const struct format *f)
{
    for (size_t i = 0; i < l->n_readers; i++) {
        struct reader *r = l->readers[i];
        if (r->format != f || !tail_is_rotated(path, r->tail.path)) continue;
        whose_remove(&l->engine->watched->files, r->tail.path, l);
        if (tail_rename(&r->tail, path) && l->run) run_rename_source(l->run, r->source, path);
        (void)whose_add(&l->engine->watched->files, r->tail.path, l, i);
        l->saved[i].records = UINT64_MAX; /* the memory has the old name */
        return true;
    }
    return false;
}

struct reader *live_add_reader(struct live *l, const char *path, const struct format *f, const char *why)
{
    struct reader **readers = realloc(l->readers, (l->n_readers + 1) * sizeof *readers);
    if (readers) l->readers = readers;
    struct saved *saved = realloc(l->saved, (l->n_readers + 1) * sizeof *saved);
    if (saved) l->saved = saved;
    struct reader *r = calloc(1, sizeof *r);
    if (!readers || !saved || !r || !reader_init(r, path, f, why)) return free(r), NULL;
    r->source = (int)l->n_readers;
    r->remembered = l->engine->memory != NULL;
    l->saved[l->n_readers] = (struct saved){.offset = UINT64_MAX};
    (void)whose_add(&l->engine->watched->files, path, l, l->n_readers);
    return l->readers[l->n_readers++] = r;
}

bool live_join(struct live *l, struct reader *r)
{
    int source = run_source(l->run, r->tail.path, r->format->name, r->why);
    return source >= 0 && reader_wake(r, l->run, source);
}

static void take_checkpoints(struct live *l, const struct scan_run *from)
{
    for (size_t i = 0; i < l->n_checkpoints; i++) free(l->checkpoints[i].path);
    free(l->checkpoints);
    l->checkpoints = from->n_checkpoints ? calloc(from->n_checkpoints, sizeof *l->checkpoints) : NULL;
    l->n_checkpoints = 0;
    for (size_t i = 0; l->checkpoints && i < from->n_checkpoints; i++) {
        struct scan_checkpoint c = from->checkpoints[i];
        c.path = str_dup(span_of(c.path));
        if (c.path) l->checkpoints[l->n_checkpoints++] = c;
    }
    for (size_t i = 0; l->run && i < l->n_checkpoints; i++)
        run_checkpoint(l->run, l->checkpoints[i].path, l->checkpoints[i].step, "unverified", "unverified");
}

void live_sources(struct live *l, const struct scan_run *from)
{
    bool any = false;
    for (size_t i = 0; i < from->n_sources; i++) {
        const struct scan_source *s = &from->sources[i];
        struct reader *r = reader_of(l, s->path);
        if (r && r->format != s->format && !r->items && !r->history.n && !r->known_items) {
            reader_reformat(r, s->format, s->why);
            l->saved[r->source].records = UINT64_MAX;
            any = true;
        }
        if (r || part_of_another(l, from, s->path)) continue;
        if (reader_goes_on(l, s->path, s->format)) {
            any = true;
            continue;
        }
        r = live_add_reader(l, s->path, s->format, s->why);
        if (r && l->state == LIVE_AWAKE && !live_join(l, r)) r->state = NULL;
        any = any || r;
    }
    take_checkpoints(l, from);
    if (any && l->state != LIVE_OPENING) live_hurry(l);
}

void live_unfollow(struct live *l)
{
    for (size_t i = 0; i < l->n_readers; i++) whose_remove(&l->engine->watched->files, l->readers[i]->tail.path, l);
}

void live_resume_sources(struct live *l, const struct known *k)
{
    struct reader **seen = l->readers;
    size_t n = l->n_readers;
    live_unfollow(l);
    free(l->saved);
    l->readers = NULL;
    l->saved = NULL;
    l->n_readers = 0;
    for (size_t i = 0; i < k->n_sources; i++) {
        const struct source_row *row = &k->sources[i];
        const struct format *f = format_by_name(row->format);
        struct reader *r = f ? live_add_reader(l, row->path, f, "read before") : NULL;
        if (!r) continue;
        reader_resume(r, row);
        l->saved[l->n_readers - 1] = (struct saved){row->offset, row->records, row->head_hash, row->tail_hash};
    }
    for (size_t i = 0; i < n; i++) {
        struct reader *old = seen[i];
        const char *path = old->tail.path;
        if (!reader_of(l, path) && !read_by_another(l, path) && !reader_goes_on(l, path, old->format))
            (void)live_add_reader(l, path, old->format, old->why);
        reader_done(old);
        free(old);
    }
    free(seen);
}
