/* Which vectors are nearest: the file beside the database (vectors.h) proposes, the database decides.
 *
 * The file has what was committed up to some number; what came later is compared one by one. Each vector that the file proposes is read
 * from the database by its number, so that one that was deleted or retold since is never answered, and a file that belongs to another
 * database, or is torn, costs time and no more. Only the database's writer writes the file: once there are NEAREST_MIN vectors, then every
 * APPEND_EVERY. It is made anew when a third of it is dead, when it is torn, and when the model is another one. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/str.h"
#include "sqlite_store.h"
#include "vectors.h"

enum { NEAREST_MIN = 2048, APPEND_EVERY = 128, DEAD_SHARE = 3, SPARE = 16 };

struct nearest {
    struct vectors *file; /* NULL: none that can be used */
    char *path, *model;
    size_t dims, waiting; /* rows put since the file was last written to */
    bool looked_at;       /* by the writer: is it worth keeping? */
    const struct codes_kernel *kernel;
};

/* ---- the file ------------------------------------------------------------------------------------------------------------ */

static void forget(struct nearest *n)
{
    vectors_close(n->file);
    free(n->path);
    free(n->model);
    *n = (struct nearest){0};
}

void nearest_free(struct nearest *n)
{
    if (n) forget(n);
    free(n);
}

/* Numbers are given by sqlite_sequence, which never goes back: a file that knows a larger one is of another database. */
static bool is_of_this(struct memory *m, const struct vectors *file)
{
    int64_t last = 0;
    return sqlite_integer(m->db, "SELECT seq FROM sqlite_sequence WHERE name = 'meaning'", UNBOUND, 0, &last, NULL) == OK &&
           vectors_through(file) <= last;
}

static void open_file(struct memory *m, struct nearest *n)
{
    if (vectors_open(n->path, n->model, n->dims, m->writing, &n->file, NULL)) n->file = NULL;
    else if (!is_of_this(m, n->file)) vectors_close(n->file), n->file = NULL;
}

/* The store's file for this model; a reader looks again each time, since the writer goes on. NULL without memory. */
static struct nearest *nearest_of(struct memory *m, const char *model, size_t dims)
{
    struct str path = {0};
    struct nearest *n = m->nearest;
    if (n && m->writing && n->dims == dims && strcmp(n->model, model) == 0) return n;
    if (!n && !(n = m->nearest = calloc(1, sizeof *n))) return NULL;
    forget(n);
    str_addf(&path, "%s-vectors", sqlite_path(m->db));
    n->path = path.p;
    n->model = str_dup(span_of(model));
    n->dims = dims;
    n->kernel = codes_best();
    if (path.failed || !n->model) {
        nearest_free(n);
        return m->nearest = NULL;
    }
    open_file(m, n);
    return n;
}

/* Rows of the database that the file does not have yet. */
static enum status catch_up(struct memory *m, struct nearest *n)
{
    struct rows *r = NULL;
    int64_t through = vectors_through(n->file);
    float *v = malloc(n->dims * sizeof *v);
    enum status s = v ? sqlite_query(m->db, "SELECT seq, vector FROM meaning WHERE seq > ?2 AND model = ?1 ORDER BY seq",
                                     BOUND(bound_text(n->model), bound_int(through)), &r, NULL)
                      : E_MEMORY;
    while (!s && rows_next(r)) {
        struct span blob = rows_blob(r, 1);
        through = rows_int(r, 0);
        if (blob.n != n->dims * sizeof *v) continue;
        memcpy(v, blob.p, blob.n);
        s = vectors_put(n->file, through, v, NULL);
    }
    enum status done = rows_done(r, NULL);
    if (!s) s = done;
    if (!s) s = vectors_commit(n->file, through, NULL);
    free(v);
    return s;
}

static size_t live(struct memory *m, const struct nearest *n)
{
    int64_t rows = 0;
    (void)sqlite_integer(m->db, "SELECT count(*) FROM meaning WHERE model = ?1", BOUND(bound_text(n->model)), 0, &rows, NULL);
    return (size_t)rows;
}

/* Once a start: a file that is mostly dead, or that there is not, is made anew. */
static void look_at_file(struct memory *m, struct nearest *n)
{
    size_t rows = live(m, n);
    n->looked_at = n->file || rows >= NEAREST_MIN;
    if (n->file && vectors_count(n->file) > rows + rows / DEAD_SHARE + NEAREST_MIN) vectors_close(n->file), n->file = NULL;
    if (!n->file && rows >= NEAREST_MIN && vectors_make(n->path, n->model, n->dims, &n->file, NULL)) n->file = NULL;
}

void nearest_added(struct memory *m, const char *model, size_t dims, size_t rows)
{
    struct nearest *n = nearest_of(m, model, dims);
    if (!n || (n->waiting += rows) < APPEND_EVERY) return;
    n->waiting = 0;
    if (!n->looked_at || !n->file) look_at_file(m, n);
    if (!n->file || catch_up(m, n) == OK) return;
    vectors_close(n->file);
    n->file = NULL;
    unlink(n->path);
}

/* At the first question of who has no vector: a file that is absent or torn is made although nothing new comes. */
void nearest_look(struct memory *m, const char *model)
{
    int64_t bytes = 0;
    if (!m->writing || (m->nearest && m->nearest->looked_at)) return;
    (void)sqlite_integer(m->db, "SELECT length(vector) FROM meaning WHERE model = ?1 LIMIT 1", BOUND(bound_text(model)), 0,
                         &bytes, NULL);
    if (bytes > 0) nearest_added(m, model, (size_t)bytes / sizeof(float), APPEND_EVERY);
}

/* ---- the search ---------------------------------------------------------------------------------------------------------- */

struct hit {
    char incident[12], run[12];
    double cosine;
};
/* The k best; room for twice as many. */
struct hits {
    const struct nearest *by;
    const float *question;
    float *v;
    struct hit *all;
    size_t n, k;
};

static int nearest_first(const void *a, const void *b)
{
    const struct hit *x = a, *y = b;
    if (x->cosine != y->cosine) return x->cosine < y->cosine ? 1 : -1;
    return strcmp(x->incident, y->incident);
}

static void cut(struct hits *h)
{
    qsort(h->all, h->n, sizeof *h->all, nearest_first);
    if (h->n > h->k) h->n = h->k;
}

/* Columns: incident, run, vector. */
static void weigh(struct hits *h, struct rows *r)
{
    const char *incident = rows_text(r, 0), *run = rows_text(r, 1);
    struct span blob = rows_blob(r, 2);
    if (!incident || !run || blob.n != h->by->dims * sizeof *h->v) return;
    memcpy(h->v, blob.p, blob.n);
    struct hit *hit = &h->all[h->n++];
    *hit = (struct hit){.cosine = h->by->kernel->dot(h->question, h->v, h->by->dims)};
    strncpy(hit->incident, incident, sizeof hit->incident - 1);
    strncpy(hit->run, run, sizeof hit->run - 1);
    if (h->n == 2 * h->k) cut(h);
}

#define NEAREST_ROWS                                                                                                             \
    "SELECT i.id, r.id, m.vector FROM meaning m JOIN incident i ON i.key = m.incident JOIN run r ON r.key = i.run"               \
    " WHERE m.model = ?1 AND m.seq "

static enum status weigh_rows(struct memory *m, struct hits *h, const char *sql, int64_t number, struct err *err)
{
    struct rows *r = NULL;
    enum status s = sqlite_query(m->db, sql, BOUND(bound_text(h->by->model), bound_int(number)), &r, err);
    while (!s && rows_next(r)) weigh(h, r);
    enum status done = rows_done(r, s ? NULL : err);
    return s ? s : done;
}

/* Through the file, and then what it does not have. A torn file is as none. */
static enum status search(struct memory *m, struct nearest *n, struct hits *h, struct near *near, struct err *err)
{
    size_t proposed = 0;
    enum status s = OK;
    if (n->file && vectors_nearest(n->file, h->question, h->k + SPARE, near, &proposed, NULL))
        vectors_close(n->file), n->file = NULL;
    for (size_t i = 0; i < proposed && !s && n->file; i++) s = weigh_rows(m, h, NEAREST_ROWS "= ?2", near[i].number, err);
    if (!s) s = weigh_rows(m, h, NEAREST_ROWS "> ?2", n->file ? vectors_through(n->file) : 0, err);
    cut(h);
    return s;
}

enum status sqlite_store_nearest(struct store *s, const char *model, const float *question, size_t dims, size_t k,
                                 bool (*each)(void *arg, const char *incident, const char *run, double cosine), void *arg,
                                 struct err *err)
{
    struct memory *m = memory_of(s);
    struct nearest *n = nearest_of(m, model, dims);
    struct hits h = {n, question, malloc(dims * sizeof *h.v), malloc((2 * k + 1) * sizeof *h.all), 0, k};
    struct near *near = malloc((k + SPARE) * sizeof *near);
    enum status status = n && h.v && h.all && near && k ? search(m, n, &h, near, err)
                         : k                            ? err_set(err, E_MEMORY, "no memory to search by meaning")
                                                        : OK;
    for (size_t i = 0; i < h.n && !status; i++)
        if (!each(arg, h.all[i].incident, h.all[i].run, h.all[i].cosine)) break;
    free(h.v);
    free(h.all);
    free(near);
    return status;
}
