/* Incidents with their causes and offered fixes. */
#include <stdio.h>
#include <string.h>

#include "../base/str.h"
#include "sqlite_store.h"

struct incident incident_of(struct rows *r)
{
    struct incident i = {.run_name = rows_text(r, 3),
                         .kind = rows_text(r, 4),
                         .series = rows_text(r, 5),
                         .severity = rows_text(r, 6),
                         .state = rows_text(r, 7),
                         .cause = rows_text(r, 8),
                         .cause_probability = rows_real(r, 9),
                         .opened = rows_real(r, 10),
                         .closed = rows_real(r, 11),
                         .onset_step = rows_int(r, 12),
                         .message = rows_text(r, 13)};
    const char *id = rows_text(r, 1), *run = rows_text(r, 2);
    snprintf(i.id, sizeof i.id, "%s", id ? id : "");
    snprintf(i.run_id, sizeof i.run_id, "%s", run ? run : "");
    return i;
}

static enum status put_lists(struct memory *m, const struct incident_row *r, int64_t key, struct err *err)
{
    enum status status = sqlite_run(m->db, "DELETE FROM cause WHERE incident = ?1", BOUND(bound_int(key)), err);
    if (!status) status = sqlite_run(m->db, "DELETE FROM offered WHERE incident = ?1", BOUND(bound_int(key)), err);
    for (size_t i = 0; !status && i < r->n_causes && i < DIAGNOSIS_MAX; i++)
        status = sqlite_run(
            m->db, "INSERT INTO cause VALUES(?1, ?2, ?3, ?4)",
            BOUND(bound_int(key), bound_int((int64_t)i), bound_text(r->causes[i].cause), bound_real(r->causes[i].probability)),
            err);
    for (size_t i = 0; !status && i < r->n_offered && i < RANK_MAX; i++)
        status = sqlite_run(
            m->db, "INSERT INTO offered VALUES(?1, ?2, ?3, ?4)",
            BOUND(bound_int(key), bound_int((int64_t)i), bound_text(r->offered[i].fix), bound_real(r->offered[i].confidence)),
            err);
    return status;
}

/* Ids are words too: the tokenizer splits loss_divergence at the underscore. */
static enum status put_words(struct memory *m, int64_t key, struct err *err)
{
    enum status status = sqlite_run(m->db, "DELETE FROM incident_words WHERE rowid = ?1", BOUND(bound_int(key)), err);
    if (status) return status;
    return sqlite_run(
        m->db,
        "INSERT INTO incident_words(rowid, kind, cause, message, text, run, project)"
        " SELECT i.key, i.kind, coalesce((SELECT group_concat(cause, ' ') FROM cause WHERE incident = i.key), i.cause),"
        " i.message, i.text, r.name, r.project FROM incident i JOIN run r ON r.key = i.run WHERE i.key = ?1",
        BOUND(bound_int(key)), err);
}

static enum status put_incident(struct memory *m, const struct incident_row *r, int64_t run, struct err *err)
{
    const struct incident *i = &r->incident;
    int64_t key = 0;
    enum status status =
        sqlite_run(m->db,
                   "INSERT INTO incident(id, run, kind, series, severity, state, cause, cause_probability, opened, closed,"
                   " onset_step, message, text) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
                   " ON CONFLICT(id) DO UPDATE SET run = ?2, kind = ?3, series = ?4, severity = ?5, state = ?6, cause = ?7,"
                   " cause_probability = ?8, opened = ?9, closed = ?10, onset_step = ?11, message = ?12, text = ?13",
                   BOUND(bound_text(i->id), bound_int(run), bound_text(i->kind ? i->kind : ""), bound_text(i->series),
                         bound_text(i->severity), bound_text(i->state), bound_text(i->cause), bound_real(i->cause_probability),
                         bound_real(i->opened), bound_real(i->closed), bound_int(i->onset_step), bound_text(i->message),
                         bound_text(r->text)),
                   err);
    if (!status) status = sqlite_integer(m->db, "SELECT key FROM incident WHERE id = ?1", BOUND(bound_text(i->id)), 0, &key, err);
    if (!status) status = put_lists(m, r, key, err);
    return status ? status : put_words(m, key, err);
}

enum status put_incidents(struct memory *m, const struct commit *c, int64_t run, struct err *err)
{
    enum status status = OK;
    for (size_t i = 0; !status && i < c->n_incidents; i++) status = put_incident(m, c->incidents + i, run, err);
    return status;
}

/* A list of (name, number) of one incident. The names lie in a str behind one another, at offsets that become pointers when it no
 * longer grows. */
enum { LIST_MAX = (int)DIAGNOSIS_MAX > (int)RANK_MAX ? (int)DIAGNOSIS_MAX : (int)RANK_MAX };
struct list {
    size_t n, at[LIST_MAX];
    double number[LIST_MAX];
};

static enum status read_list(struct sqlite *db, const char *sql, int64_t incident, size_t max, struct str *names,
                             struct list *list, struct err *err)
{
    struct rows *r = NULL;
    enum status status = sqlite_query(db, sql, BOUND(bound_int(incident)), &r, err);
    if (status) return status;
    for (list->n = 0; list->n < max && rows_next(r); list->n++) {
        const char *name = rows_text(r, 0);
        list->at[list->n] = names->n;
        list->number[list->n] = rows_real(r, 1);
        str_add_span(names, (struct span){name ? name : "", name ? strlen(name) + 1 : 1});
    }
    status = rows_done(r, err);
    return !status && names->failed ? err_set(err, E_MEMORY, "no memory to read incidents") : status;
}

enum status give_incident(struct sqlite *db, struct rows *r, bool (*each)(void *arg, const struct incident_row *i), void *arg,
                          bool *more, struct err *err)
{
    struct incident_row row = {.incident = incident_of(r), .text = rows_text(r, 14)};
    struct list causes = {0}, offered = {0};
    struct str names = {0};
    enum status status = read_list(db, "SELECT cause, probability FROM cause WHERE incident = ?1 ORDER BY place", rows_int(r, 0),
                                   DIAGNOSIS_MAX, &names, &causes, err);
    if (!status)
        status = read_list(db, "SELECT fix, confidence FROM offered WHERE incident = ?1 ORDER BY place", rows_int(r, 0), RANK_MAX,
                           &names, &offered, err);
    for (; !status && row.n_causes < causes.n; row.n_causes++) {
        row.causes[row.n_causes].cause = names.p + causes.at[row.n_causes];
        row.causes[row.n_causes].probability = causes.number[row.n_causes];
    }
    for (; !status && row.n_offered < offered.n; row.n_offered++) {
        row.offered[row.n_offered].fix = names.p + offered.at[row.n_offered];
        row.offered[row.n_offered].confidence = offered.number[row.n_offered];
    }
    if (!status) *more = each(arg, &row);
    str_done(&names);
    return status;
}

static enum status give_incidents(struct sqlite *db, const char *sql, struct bound which,
                                  bool (*each)(void *arg, const struct incident_row *i), void *arg, struct err *err)
{
    struct rows *r = NULL;
    bool more = true;
    enum status status = sqlite_query(db, sql, &which, 1, &r, err);
    if (status) return status;
    while (!status && more && rows_next(r)) status = give_incident(db, r, each, arg, &more, err);
    enum status done = rows_done(r, status ? NULL : err);
    return status ? status : done;
}

enum status sqlite_store_incidents(struct store *s, const char *run_id, bool (*each)(void *arg, const struct incident_row *i),
                                   void *arg, struct err *err)
{
    struct sqlite *db = memory_of(s)->db;
    int64_t run = 0;
    enum status status = run_id ? run_key(db, run_id, &run, err) : OK;
    if (status) return status;
    return give_incidents(db,
                          "SELECT " INCIDENT_COLUMNS " FROM incident i JOIN run r ON r.key = i.run"
                          " WHERE ?1 IS NULL OR i.run = ?1 ORDER BY i.opened DESC, i.key DESC",
                          run_id ? bound_int(run) : bound_null(), each, arg, err);
}

#define BY_ID "SELECT id, kind FROM incident WHERE ?1 <> '' AND id BETWEEN ?1 AND ?1 || '~' ORDER BY id LIMIT 6"

enum status sqlite_store_incident(struct store *s, const char *prefix, bool (*each)(void *arg, const struct incident_row *i),
                                  void *arg, struct err *err)
{
    struct sqlite *db = memory_of(s)->db;
    char id[12] = "";
    enum status status = one_id(db, BY_ID, "incident", prefix, id, err);
    if (status) return status;
    return give_incidents(db, "SELECT " INCIDENT_COLUMNS " FROM incident i JOIN run r ON r.key = i.run WHERE i.id = ?1",
                          bound_text(id), each, arg, err);
}

/* "i" and 8 characters of RFC 4648's base 32, in lower case. */
static bool is_incident_id(const char *text)
{
    return text[0] == 'i' && strlen(text) == 9 && strspn(text + 1, "abcdefghijklmnopqrstuvwxyz234567") == 8;
}

enum status incident_id(struct sqlite *db, const char *given, char id[12], struct err *err)
{
    enum status status = one_id(db, BY_ID, "incident", given, id, err);
    if (status != E_ABSENT || !is_incident_id(given)) return status;
    memcpy(id, given, 10);
    return OK;
}
