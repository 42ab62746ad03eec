/* The memory is measured and kept small: what it holds by table, and what is old goes.
 *
 * A run that is forgotten by its points alone is read from its first byte when somebody watches it again: its sources get the place that
 * says so (SOURCE_FROM_START: 2^62 records). */
#include <stdio.h>

#include "sqlite_store.h"
#include "upkeep.h"

enum { RUNS_AT_ONCE = 100, FREE_SHARE = 20 /* of the file, 1/n: worth giving back */ };

/* ---- what there is --------------------------------------------------------------------------------------------------------- */

static enum status count_all(struct sqlite *db, struct upkeep_stats *s, struct err *err)
{
    const struct {
        const char *sql;
        int64_t *to;
    } counts[] = {
        {"SELECT count(*) FROM run", &s->runs},
        {"SELECT count(*) FROM run WHERE watched", &s->watched},
        {"SELECT coalesce(sum(points), 0) FROM run", &s->points},
        {"SELECT count(*) FROM incident", &s->incidents},
        {"SELECT count(*) FROM incident WHERE state = 'open'", &s->open_incidents},
        {"SELECT count(*) FROM outcome", &s->outcomes},
        {"SELECT count(*) FROM note", &s->notes},
        {"SELECT count(*) FROM event", &s->events},
        {"SELECT count(*) FROM fact", &s->facts},
        {"SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", &s->bytes},
        {"SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size", &s->free_bytes},
    };
    enum status status = OK;
    for (size_t i = 0; !status && i < sizeof counts / sizeof *counts; i++)
        status = sqlite_integer(db, counts[i].sql, UNBOUND, 0, counts[i].to, err);
    return status;
}

static enum status count_ages(struct sqlite *db, struct upkeep_stats *s, struct err *err)
{
    struct rows *r = NULL;
    enum status status = sqlite_query(db, "SELECT min(last_data), max(last_data) FROM run", UNBOUND, &r, err);
    if (status) return status;
    if (rows_next(r)) s->oldest = rows_real(r, 0), s->newest = rows_real(r, 1);
    return rows_done(r, err);
}

static void keep_name(char to[UPKEEP_NAME_BYTES], const char *name) { snprintf(to, UPKEEP_NAME_BYTES, "%s", name ? name : ""); }

/* dbstat is an extension that not every SQLite has. */
static void count_tables(struct sqlite *db, struct upkeep_stats *s)
{
    struct rows *r = NULL;
    struct err ignored;
    if (sqlite_query(db,
                     "SELECT coalesce(m.tbl_name, d.name) AS whose, sum(d.pgsize) FROM dbstat d LEFT JOIN sqlite_schema m"
                     " ON m.name = d.name WHERE d.aggregate = TRUE GROUP BY whose ORDER BY 2 DESC, 1",
                     UNBOUND, &r, &ignored))
        return;
    for (; s->n_tables < UPKEEP_TABLES_MAX && rows_next(r); s->n_tables++) {
        keep_name(s->tables[s->n_tables].name, rows_text(r, 0));
        s->tables[s->n_tables].bytes = rows_int(r, 1);
    }
    (void)rows_done(r, &ignored);
}

static enum status count_models(struct sqlite *db, struct upkeep_stats *s, struct err *err)
{
    struct rows *r = NULL;
    enum status status =
        sqlite_query(db,
                     "SELECT model, sum(incidents), sum(notes) FROM (SELECT model, count(*) AS incidents, 0 AS notes FROM meaning"
                     " GROUP BY model UNION ALL SELECT model, 0, count(*) FROM note_meaning GROUP BY model) GROUP BY model"
                     " ORDER BY 1",
                     UNBOUND, &r, err);
    if (status) return status;
    for (; s->n_models < UPKEEP_MODELS_MAX && rows_next(r); s->n_models++) {
        keep_name(s->models[s->n_models].model, rows_text(r, 0));
        s->models[s->n_models].incidents = rows_int(r, 1);
        s->models[s->n_models].notes = rows_int(r, 2);
    }
    return rows_done(r, err);
}

enum status sqlite_store_stats(struct store *s, struct upkeep_stats *ret, struct err *err)
{
    struct sqlite *db = memory_of(s)->db;
    *ret = (struct upkeep_stats){0};
    enum status status = count_all(db, ret, err);
    if (!status) status = count_ages(db, ret, err);
    if (!status) status = count_models(db, ret, err);
    if (!status) count_tables(db, ret);
    return status;
}

/* ---- what goes ------------------------------------------------------------------------------------------------------------- */

#define OLD     "watched = 0 AND coalesce(last_data, first_seen) < ?1"
#define TROUBLE "EXISTS (SELECT 1 FROM incident WHERE run = r.key)"
/* Somebody, or a later run, told what became of it. */
#define LEARNED                                                                                                                  \
    "EXISTS (SELECT 1 FROM incident i WHERE i.run = r.key AND (i.id IN (SELECT incident FROM outcome)"                           \
    " OR i.id IN (SELECT incident FROM trial)))"

/* The order is that in which they go. ?2: incidents are kept. */
enum kind { HEALTHY, EMPTIED, TROUBLED, KINDS };
static const char *const whose[KINDS] = {
    [HEALTHY] = "SELECT key, points, 0 FROM run r WHERE " OLD " AND NOT " TROUBLE " AND ?2 IS NOT NULL ORDER BY key LIMIT ?3",
    [EMPTIED] = "SELECT key, points, 0 FROM run r WHERE " OLD " AND " TROUBLE " AND points > 0 AND (?2 OR " LEARNED
                ") ORDER BY key LIMIT ?3",
    [TROUBLED] = "SELECT key, points, (SELECT count(*) FROM incident WHERE run = r.key) FROM run r WHERE " OLD " AND " TROUBLE
                 " AND NOT ?2 AND NOT " LEARNED " ORDER BY key LIMIT ?3",
};

static const char *const emptied[] = {"DELETE FROM points WHERE run = ?1", "UPDATE run SET points = 0, folded = 0 WHERE key = ?1",
                                      "UPDATE source SET records = 4611686018427387904, offset = 0 WHERE run = ?1", NULL};
static const char *const forgotten[] = {"DELETE FROM points WHERE run = ?1",
                                        "DELETE FROM series WHERE run = ?1",
                                        "DELETE FROM source WHERE run = ?1",
                                        "DELETE FROM fact WHERE run = ?1",
                                        "DELETE FROM event WHERE run = ?1",
                                        "DELETE FROM cause WHERE incident IN (SELECT key FROM incident WHERE run = ?1)",
                                        "DELETE FROM offered WHERE incident IN (SELECT key FROM incident WHERE run = ?1)",
                                        "DELETE FROM incident_words WHERE rowid IN (SELECT key FROM incident WHERE run = ?1)",
                                        "DELETE FROM incident WHERE run = ?1",
                                        "DELETE FROM run WHERE key = ?1",
                                        NULL};

struct going {
    int64_t keys[RUNS_AT_ONCE];
    size_t n;
};

static void count_one(enum kind kind, struct rows *r, struct upkeep_pruned *ret)
{
    int64_t *const to[KINDS] = {[HEALTHY] = &ret->healthy, [EMPTIED] = &ret->emptied, [TROUBLED] = &ret->troubled};
    ++*to[kind];
    ret->points += rows_int(r, 1);
    ret->incidents += rows_int(r, 2);
}

/* The next of a kind. A dry run takes them all at once, for none of them goes. */
static enum status choose(struct sqlite *db, enum kind kind, const struct upkeep_pruning *how, struct going *g,
                          struct upkeep_pruned *ret, struct err *err)
{
    struct rows *r = NULL;
    enum status status = sqlite_query(
        db, whose[kind], BOUND(bound_real(how->before), bound_int(how->keep_incidents), bound_int(how->dry ? -1 : RUNS_AT_ONCE)),
        &r, err);
    if (status) return status;
    for (g->n = 0; rows_next(r);) {
        count_one(kind, r, ret);
        if (!how->dry) g->keys[g->n++] = rows_int(r, 0);
    }
    return rows_done(r, err);
}

static enum status let_go(struct sqlite *db, enum kind kind, const struct going *g, struct err *err)
{
    const char *const *sql = kind == EMPTIED ? emptied : forgotten;
    enum status status = sqlite_begin(db, err);
    if (status) return status;
    for (size_t i = 0; i < g->n && !status; i++)
        for (size_t k = 0; sql[k] && !status; k++) status = sqlite_run(db, sql[k], BOUND(bound_int(g->keys[i])), err);
    return end_transaction(db, status, err);
}

/* Free pages go back at once where the file was made for that; a file that was not is written anew, once. */
static enum status give_back(struct sqlite *db, struct err *err)
{
    int64_t mode = 0, pages = 0, spare = 0;
    struct err ignored;
    enum status status = sqlite_integer(db, "PRAGMA auto_vacuum", UNBOUND, 0, &mode, err);
    if (!status) status = sqlite_integer(db, "PRAGMA page_count", UNBOUND, 0, &pages, err);
    if (!status) status = sqlite_integer(db, "PRAGMA freelist_count", UNBOUND, 0, &spare, err);
    if (status || spare == 0 || (mode != 2 && spare * FREE_SHARE < pages)) return status;
    status = sqlite_script(db, mode == 2 ? "PRAGMA incremental_vacuum" : "PRAGMA auto_vacuum = INCREMENTAL; VACUUM", err);
    (void)sqlite_script(db, "PRAGMA wal_checkpoint(TRUNCATE)", &ignored); /* a reader may hold it: then later */
    return status;
}

static enum status size_of(struct sqlite *db, int64_t *bytes, struct err *err)
{
    return sqlite_integer(db, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", UNBOUND, 0, bytes, err);
}

enum status sqlite_store_prune(struct store *s, const struct upkeep_pruning *how, struct upkeep_pruned *ret, struct err *err)
{
    struct sqlite *db = memory_of(s)->db;
    struct going g;
    *ret = (struct upkeep_pruned){0};
    enum status status = how->dry ? OK : check_writing(memory_of(s), err);
    if (!status) status = size_of(db, &ret->bytes_before, err);
    if (!status)
        status = sqlite_integer(db, "SELECT count(*) FROM run WHERE watched AND coalesce(last_data, first_seen) < ?1",
                                BOUND(bound_real(how->before)), 0, &ret->watched, err);
    for (int kind = 0; !status && kind < KINDS; kind++) do {
            status = choose(db, (enum kind)kind, how, &g, ret, err);
            if (!status && g.n) status = let_go(db, (enum kind)kind, &g, err);
        } while (!status && g.n);
    if (!status && !how->dry) status = give_back(db, err);
    return status ? status : size_of(db, &ret->bytes_after, err);
}

enum status sqlite_store_forget_vectors(struct store *s, const char *model, bool others, struct err *err)
{
    struct sqlite *db = memory_of(s)->db;
    enum status status = check_writing(memory_of(s), err);
    if (!status)
        status = sqlite_run(db, "DELETE FROM meaning WHERE (model = ?1) <> ?2", BOUND(bound_text(model), bound_int(others)), err);
    if (status) return status;
    return sqlite_run(db, "DELETE FROM note_meaning WHERE (model = ?1) <> ?2", BOUND(bound_text(model), bound_int(others)), err);
}
