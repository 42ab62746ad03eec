/* Points of a run: a journal of rows, one a commit, that is folded into chunks.
 *
 * A commit writes its points as one plain row, so that watching a slow log costs one small write. When enough have gathered, the rows and
 * the new points become one compressed chunk in the same transaction. How many is enough grows with the number of series, because
 * a series compresses by what lies beside it. A commit that is large enough by itself goes straight into chunks.
 * One fold rewrites each point once, so a point is written twice at most, whatever the size of the commits. A run that has ended is folded
 * whatever waits, and a row of the journal is compressed where it is large enough to become smaller by it. */
#include <stdlib.h>
#include <string.h>

#include "chunk.h"
#include "sqlite_store.h"

enum { JOURNAL_POINTS = 1024, POINTS_A_SERIES = 16, SQUEEZED_FROM = 64 };

/* Where a run's points stand: in all, and how many of them in chunks; the rest is the journal. */
struct standing {
    int64_t points, folded;
};

static enum status standing_of(struct memory *m, int64_t run, struct standing *at, struct err *err)
{
    struct rows *r = NULL;
    enum status status = sqlite_query(m->db, "SELECT points, folded FROM run WHERE key = ?1", BOUND(bound_int(run)), &r, err);
    if (status) return status;
    if (rows_next(r)) *at = (struct standing){rows_int(r, 0), rows_int(r, 1)};
    status = rows_done(r, err);
    if (!status && (at->folded < 0 || at->points < at->folded || at->points - at->folded > CHUNK_POINTS_MAX))
        return err_set(err, E_STORE, "cannot write '%s': its count of points is damaged", sqlite_path(m->db));
    return status;
}

/* Points that may wait in the journal of a run. */
static enum status journal_room(struct memory *m, int64_t run, size_t *points, struct err *err)
{
    int64_t last = 0;
    enum status status = sqlite_integer(m->db, "SELECT max(id) FROM series WHERE run = ?1", BOUND(bound_int(run)), 0, &last, err);
    if (status) return status;
    int64_t room = (last + 1) * POINTS_A_SERIES;
    *points = (size_t)(room < JOURNAL_POINTS ? JOURNAL_POINTS : room > CHUNK_POINTS_MAX ? CHUNK_POINTS_MAX : room);
    return OK;
}

static enum status insert(struct memory *m, int64_t run, int64_t seq, const struct point_row *points, size_t n,
                          enum chunk_kind kind, struct err *err)
{
    struct str bytes = {0};
    enum status status = chunk_encode(&m->chunks, points, n, kind, &bytes, err);
    if (!status)
        status = sqlite_run(
            m->db, "INSERT INTO points VALUES(?1, ?2, ?3, ?4)",
            BOUND(bound_int(run), bound_int(seq), bound_int((int64_t)n), bound_blob((struct span){bytes.p, bytes.n})), err);
    str_done(&bytes);
    return status;
}

static enum status insert_chunks(struct memory *m, int64_t run, int64_t seq, const struct point_row *points, size_t n,
                                 struct err *err)
{
    enum status status = OK;
    while (n && !status) {
        size_t part = n < CHUNK_POINTS_MAX ? n : CHUNK_POINTS_MAX;
        status = insert(m, run, seq, points, part, CHUNK_ZSTD, err);
        seq += (int64_t)part;
        points += part;
        n -= part;
    }
    return status;
}

static enum status missing(struct sqlite *db, int64_t seq, struct err *err)
{
    return err_set(err, E_STORE, "cannot read '%s': points from number %lld on are missing", sqlite_path(db), (long long)seq);
}

/* Decode one row of `points` (seq, n, chunk) that must begin with arrival `seq`. */
static enum status row_points(struct sqlite *db, struct rows *r, int64_t seq, struct point_row *out, size_t max, size_t *n,
                              struct err *err)
{
    struct err why;
    if (rows_int(r, 0) != seq) return missing(db, seq, err);
    enum status status = chunk_decode(rows_blob(r, 2), out, max, n, &why);
    if (!status && (int64_t)*n != rows_int(r, 1))
        status = err_set(&why, E_STORE, "a chunk of points has another size than its row");
    return status ? err_set(err, status, "cannot read '%s': %s", sqlite_path(db), why.text) : OK;
}

/* The journal's points into out, which has room for exactly them. */
static enum status read_journal(struct memory *m, int64_t run, struct standing at, struct point_row *out, struct err *err)
{
    struct rows *r = NULL;
    size_t max = (size_t)(at.points - at.folded), used = 0;
    enum status status = sqlite_query(m->db, "SELECT seq, n, chunk FROM points WHERE run = ?1 AND seq > ?2 ORDER BY seq",
                                      BOUND(bound_int(run), bound_int(at.folded)), &r, err);
    if (status) return status;
    while (!status && rows_next(r)) {
        size_t n = 0;
        status = row_points(m->db, r, at.folded + (int64_t)used + 1, out + used, max - used, &n, err);
        used += n;
    }
    enum status done = rows_done(r, status ? NULL : err);
    if (status || done) return status ? status : done;
    return used == max ? OK : missing(m->db, at.folded + (int64_t)used + 1, err);
}

/* Journal and new points become chunks: the journal with the first new ones in one, the rest straight from the caller's array. */
static enum status fold(struct memory *m, const struct commit *c, int64_t run, struct standing at, struct err *err)
{
    size_t waiting = (size_t)(at.points - at.folded), joined = 0;
    enum status status = OK;
    if (waiting) {
        joined = c->n_points < CHUNK_POINTS_MAX - waiting ? c->n_points : CHUNK_POINTS_MAX - waiting;
        struct point_row *points = malloc((waiting + joined) * sizeof *points);
        if (!points) return err_set(err, E_MEMORY, "no memory to fold %zu points", waiting + joined);
        status = read_journal(m, run, at, points, err);
        if (!status) memcpy(points + waiting, c->points, joined * sizeof *points);
        if (!status)
            status = sqlite_run(m->db, "DELETE FROM points WHERE run = ?1 AND seq > ?2",
                                BOUND(bound_int(run), bound_int(at.folded)), err);
        if (!status) status = insert_chunks(m, run, at.folded + 1, points, waiting + joined, err);
        free(points);
    }
    if (!status) status = insert_chunks(m, run, at.points + (int64_t)joined + 1, c->points + joined, c->n_points - joined, err);
    return status;
}

enum status put_points(struct memory *m, const struct commit *c, int64_t run, struct err *err)
{
    struct standing at = {0};
    size_t room = 0;
    const bool ended = c->run.state >= RUN_FINISHED;
    if (c->n_points == 0 && !ended) return OK;
    enum status status = standing_of(m, run, &at, err);
    if (!status) status = journal_room(m, run, &room, err);
    if (status || (c->n_points == 0 && at.points == at.folded)) return status;
    int64_t points = at.points + (int64_t)c->n_points;
    bool folds = ended || (size_t)(at.points - at.folded) + c->n_points >= room;
    enum chunk_kind kind = c->n_points < SQUEEZED_FROM ? CHUNK_PLAIN : CHUNK_ZSTD;
    status = folds ? fold(m, c, run, at, err) : insert(m, run, at.points + 1, c->points, c->n_points, kind, err);
    if (status) return status;
    return sqlite_run(m->db, "UPDATE run SET points = ?2, folded = ?3 WHERE key = ?1",
                      BOUND(bound_int(run), bound_int(points), bound_int(folds ? points : at.folded)), err);
}

/* One statement reads all points: it sees one moment of the database, however long the caller takes. Points that a writer adds after
 * they were counted are read too. */
enum status sqlite_store_points(struct store *s, const char *run_id, bool (*each)(void *arg, const struct point_row *p),
                                void *arg, struct err *err)
{
    struct sqlite *db = memory_of(s)->db;
    struct rows *r = NULL;
    int64_t run = 0, seq = 1, total = 0;
    bool more = true;
    enum status status = run_key(db, run_id, &run, err);
    if (!status) status = sqlite_integer(db, "SELECT points FROM run WHERE key = ?1", BOUND(bound_int(run)), 0, &total, err);
    if (!status)
        status = sqlite_query(db, "SELECT seq, n, chunk FROM points WHERE run = ?1 ORDER BY seq", BOUND(bound_int(run)), &r, err);
    if (status) return status;
    struct point_row *points = malloc(CHUNK_POINTS_MAX * sizeof *points);
    if (!points) status = err_set(err, E_MEMORY, "no memory to read points of '%s'", run_id);
    while (!status && more && rows_next(r)) {
        size_t n = 0;
        status = row_points(db, r, seq, points, CHUNK_POINTS_MAX, &n, err);
        for (size_t i = 0; !status && more && i < n; i++) more = each(arg, points + i);
        seq += (int64_t)n;
    }
    free(points);
    enum status done = rows_done(r, status ? NULL : err);
    if (!status) status = done;
    return !status && more && seq <= total ? missing(db, seq, err) : status;
}
