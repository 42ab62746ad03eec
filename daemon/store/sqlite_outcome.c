/* What was done about incidents and whether it helped: told by people, or watched in later runs that try an offered fix.
 *
 *   trial     run, incident, fix: a run tries a fix; its state is "watching" until it is decided, and may be decided otherwise later
 *   outcome   one row a person's word; one row a trial that was decided, found by (incident, fix, run), so that it is there once */
#include <string.h>

#include "sqlite_store.h"

#define PERSONS_WORD "EXISTS(SELECT 1 FROM outcome WHERE incident = ?1 AND fix = ?2 AND teller = 'person')"

/* ---- outcomes ----------------------------------------------------------------------------------------------------------- */

enum status sqlite_store_outcome(struct store *s, const char *incident, const char *fix, const char *worked, const char *note,
                                 double when, struct err *err)
{
    struct sqlite *db = memory_of(s)->db;
    char id[12] = "";
    enum status status = check_writing(memory_of(s), err);
    if (!status) status = incident_id(db, incident, id, err);
    if (status) return status;
    return sqlite_run(db, "INSERT INTO outcome(incident, fix, worked, note, time) VALUES(?1, ?2, ?3, ?4, ?5)",
                      BOUND(bound_text(id), bound_text(fix), bound_text(worked), bound_text(note), bound_real(when)), err);
}

/* Another host's incident has no cause here: its outcomes count under "". */
enum status sqlite_store_outcomes(struct store *s, bool (*each)(void *arg, const struct outcome *o), void *arg, struct err *err)
{
    struct rows *r = NULL;
    enum status status = sqlite_query(
        memory_of(s)->db,
        "SELECT coalesce(i.cause, '') AS best, o.fix, i.kind, r.project, r.framework, sum(o.weight * (o.worked = 'yes')),"
        " sum(o.weight * (o.worked = 'no')), sum(o.weight * (o.worked = 'worse')), count(*), sum(o.worked = 'yes')"
        " FROM outcome o LEFT JOIN incident i ON i.id = o.incident LEFT JOIN run r ON r.key = i.run WHERE o.key ="
        " (SELECT key FROM outcome WHERE incident = o.incident AND fix = o.fix ORDER BY teller = 'person' DESC, key DESC LIMIT 1)"
        " GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5",
        UNBOUND, &r, err);
    if (status) return status;
    while (rows_next(r)) {
        const struct outcome o = {.cause = rows_text(r, 0),
                                  .fix = rows_text(r, 1),
                                  .kind = rows_text(r, 2),
                                  .project = rows_text(r, 3),
                                  .framework = rows_text(r, 4),
                                  .worked = rows_real(r, 5),
                                  .failed = rows_real(r, 6),
                                  .worse = rows_real(r, 7),
                                  .times = (uint32_t)rows_int(r, 8),
                                  .times_worked = (uint32_t)rows_int(r, 9)};
        if (!each(arg, &o)) break;
    }
    return rows_done(r, err);
}

enum status sqlite_store_outcome_rows(struct store *s, const char *incident, bool (*each)(void *arg, const struct outcome_row *o),
                                      void *arg, struct err *err)
{
    struct rows *r = NULL;
    enum status status = sqlite_query(memory_of(s)->db,
                                      "SELECT o.fix, o.worked, o.note, o.teller, coalesce(r.name, o.run), o.weight, o.time"
                                      " FROM outcome o LEFT JOIN run r ON r.id = o.run WHERE o.incident = ?1 ORDER BY o.key",
                                      BOUND(bound_text(incident)), &r, err);
    if (status) return status;
    while (rows_next(r)) {
        const struct outcome_row o = {.incident = incident,
                                      .fix = rows_text(r, 0),
                                      .worked = rows_text(r, 1),
                                      .note = rows_text(r, 2),
                                      .teller = rows_text(r, 3),
                                      .run = rows_text(r, 4),
                                      .weight = rows_real(r, 5),
                                      .when = rows_real(r, 6)};
        if (!each(arg, &o)) break;
    }
    return rows_done(r, err);
}

/* ---- trials ------------------------------------------------------------------------------------------------------------- */

static enum status put_trial(struct sqlite *db, const char *run, const struct trial_row *t, bool *fresh, struct err *err)
{
    enum status status = sqlite_run(db,
                                    "INSERT OR IGNORE INTO trial(run, incident, fix, changes, state, weight, began)"
                                    " VALUES(?1, ?2, ?3, ?4, 'watching', ?5, ?6)",
                                    BOUND(bound_text(run), bound_text(t->incident), bound_text(t->fix), bound_text(t->changes),
                                          bound_real(t->weight), bound_real(t->began)),
                                    err);
    if (!status) status = changed(db, fresh, err);
    if (status || *fresh) return status;
    return sqlite_run(
        db,
        "UPDATE trial SET changes = ?4, weight = ?5 WHERE run = ?1 AND incident = ?2 AND fix = ?3"
        " AND state = 'watching'",
        BOUND(bound_text(run), bound_text(t->incident), bound_text(t->fix), bound_text(t->changes), bound_real(t->weight)), err);
}

static bool among(const struct trial_row *rows, size_t n, const char *incident, const char *fix)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].incident, incident) == 0 && strcmp(rows[i].fix, fix) == 0) return true;
    return false;
}

/* What is watched and was not tried after all: a setting was told late, or otherwise. */
static enum status drop_others(struct sqlite *db, const char *run, const struct trial_row *rows, size_t n, struct err *err)
{
    struct rows *r = NULL;
    enum status status = sqlite_query(db, "SELECT incident, fix FROM trial WHERE run = ?1 AND state = 'watching'",
                                      BOUND(bound_text(run)), &r, err);
    if (status) return status;
    while (!status && rows_next(r)) {
        const char *incident = rows_text(r, 0), *fix = rows_text(r, 1);
        if (among(rows, n, incident, fix)) continue;
        status = sqlite_run(db, "DELETE FROM trial WHERE run = ?1 AND incident = ?2 AND fix = ?3",
                            BOUND(bound_text(run), bound_text(incident), bound_text(fix)), err);
    }
    enum status done = rows_done(r, status ? NULL : err);
    return status ? status : done;
}

enum status sqlite_store_trials_put(struct store *s, const char *run_id, const struct trial_row *rows, size_t n, bool *fresh,
                                    struct err *err)
{
    struct sqlite *db = memory_of(s)->db;
    enum status status = check_writing(memory_of(s), err);
    if (!status) status = sqlite_begin(db, err);
    if (status) return status;
    for (size_t i = 0; i < n && !status; i++) status = put_trial(db, run_id, &rows[i], &fresh[i], err);
    if (!status) status = drop_others(db, run_id, rows, n, err);
    return end_transaction(db, status, err);
}

static enum status put_watched(struct sqlite *db, const char *run, const char *incident, const char *fix, const char *worked,
                               const char *note, double when, struct err *err)
{
    return sqlite_run(
        db,
        "INSERT INTO outcome(incident, fix, worked, note, time, teller, weight, run)"
        " SELECT ?1, ?2, ?3, ?4, ?5, 'watched', weight, run FROM trial"
        " WHERE incident = ?1 AND fix = ?2 AND run = ?6 AND NOT " PERSONS_WORD
        " ON CONFLICT(incident, fix, run) WHERE run IS NOT NULL DO UPDATE SET worked = ?3, note = ?4, time = ?5",
        BOUND(bound_text(incident), bound_text(fix), bound_text(worked), bound_text(note), bound_real(when), bound_text(run)),
        err);
}

enum status sqlite_store_verdict(struct store *s, const char *run_id, const char *incident, const char *fix, const char *worked,
                                 const char *note, double when, bool *news, struct err *err)
{
    struct sqlite *db = memory_of(s)->db;
    enum status status = check_writing(memory_of(s), err);
    *news = false;
    if (!status) status = sqlite_begin(db, err);
    if (status) return status;
    status = sqlite_run(
        db,
        "UPDATE trial SET state = ?4, note = ?5, decided = ?6 WHERE run = ?1 AND incident = ?2 AND fix = ?3"
        " AND state <> ?4",
        BOUND(bound_text(run_id), bound_text(incident), bound_text(fix), bound_text(worked), bound_text(note), bound_real(when)),
        err);
    if (!status) status = changed(db, news, err);
    if (!status && *news) status = put_watched(db, run_id, incident, fix, worked, note, when, err);
    return end_transaction(db, status, err);
}

enum status sqlite_store_trials(struct store *s, const char *run_id, bool (*each)(void *arg, const struct trial_row *t),
                                void *arg, struct err *err)
{
    struct rows *r = NULL;
    enum status status = sqlite_query(
        memory_of(s)->db,
        "SELECT t.run, t.incident, t.fix, t.changes, t.state, t.note, t.weight, t.began, t.decided, i.kind, i.series, i.severity,"
        " i.onset_step, r.name FROM trial t LEFT JOIN incident i ON i.id = t.incident LEFT JOIN run r ON r.key = i.run"
        " WHERE ?1 IS NULL OR t.run = ?1 ORDER BY t.began, t.incident, t.fix",
        BOUND(bound_text(run_id)), &r, err);
    if (status) return status;
    while (rows_next(r)) {
        const struct trial_row t = {.run = rows_text(r, 0),
                                    .incident = rows_text(r, 1),
                                    .fix = rows_text(r, 2),
                                    .changes = rows_text(r, 3),
                                    .state = rows_text(r, 4),
                                    .note = rows_text(r, 5),
                                    .weight = rows_real(r, 6),
                                    .began = rows_real(r, 7),
                                    .decided = rows_real(r, 8),
                                    .of = {.kind = rows_text(r, 9),
                                           .series = rows_text(r, 10),
                                           .severity = rows_text(r, 11),
                                           .onset_step = rows_int(r, 12),
                                           .run_name = rows_text(r, 13)}};
        if (!each(arg, &t)) break;
    }
    return rows_done(r, err);
}

/* ---- what a later run is compared with --------------------------------------------------------------------------------- */

/* The columns of an incident come first: give_incident counts from 0. */
static struct run_row run_of(struct rows *r, const char *project)
{
    enum { FRAMEWORK = INCIDENT_COLUMN_COUNT, FIRST_SEEN, LAST_DATA };
    return (struct run_row){.name = rows_text(r, 3),
                            .project = project,
                            .framework = rows_text(r, FRAMEWORK),
                            .first_seen = rows_real(r, FIRST_SEEN),
                            .last_data = rows_real(r, LAST_DATA)};
}

struct giving {
    bool (*each)(void *arg, const struct incident_row *i, const struct run_row *run);
    void *arg;
    struct run_row run;
};

static bool give_both(void *arg, const struct incident_row *i)
{
    struct giving *g = arg;
    memcpy(g->run.id, i->incident.run_id, sizeof g->run.id);
    return g->each(g->arg, i, &g->run);
}

enum status sqlite_store_unsolved(struct store *s, const char *project, const char *but_run, size_t max,
                                  bool (*each)(void *arg, const struct incident_row *i, const struct run_row *run), void *arg,
                                  struct err *err)
{
    struct sqlite *db = memory_of(s)->db;
    struct rows *r = NULL;
    bool more = true;
    enum status status =
        sqlite_query(db,
                     "SELECT " INCIDENT_COLUMNS ", r.framework, r.first_seen, r.last_data FROM incident i JOIN run r"
                     " ON r.key = i.run WHERE r.project = ?1 AND r.id <> ?2 AND i.state = 'open' AND NOT EXISTS"
                     " (SELECT 1 FROM outcome o WHERE o.incident = i.id AND o.worked = 'yes' AND o.run IS NOT ?2)"
                     " ORDER BY i.opened DESC, i.key DESC LIMIT ?3",
                     BOUND(bound_text(project), bound_text(but_run), bound_int((int64_t)max)), &r, err);
    if (status) return status;
    while (!status && more && rows_next(r)) {
        struct giving g = {each, arg, run_of(r, project)};
        status = give_incident(db, r, give_both, &g, &more, err);
    }
    enum status done = rows_done(r, status ? NULL : err);
    return status ? status : done;
}

enum status sqlite_store_setting(struct store *s, const char *run_id, const char *name, const char *value, struct err *err)
{
    enum status status = check_writing(memory_of(s), err);
    if (status) return status;
    return sqlite_run(memory_of(s)->db, "INSERT INTO setting VALUES(?1, ?2, ?3) ON CONFLICT(run, name) DO UPDATE SET value = ?3",
                      BOUND(bound_text(run_id), bound_text(name), bound_text(value)), err);
}

enum status sqlite_store_settings(struct store *s, const char *run_id, bool (*each)(void *arg, const struct fact *f), void *arg,
                                  struct err *err)
{
    struct rows *r = NULL;
    enum status status = sqlite_query(memory_of(s)->db, "SELECT name, value FROM setting WHERE run = ?1 ORDER BY name",
                                      BOUND(bound_text(run_id)), &r, err);
    if (status) return status;
    while (rows_next(r)) {
        const struct fact f = {rows_text(r, 0), rows_text(r, 1)};
        if (!each(arg, &f)) break;
    }
    return rows_done(r, err);
}
