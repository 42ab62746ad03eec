/* The tables, as steps from one version to the next. user_version counts the steps taken; a step that has been released is never
 * changed, a new one is appended. application_id tells our databases from others. */
#include "../base/str.h"
#include "sqlite_store.h"

#define APPLICATION_ID "1835824993" /* "mlwa" */

static const char *const migrations[] = {
    /* 1: runs and all that is known of them. points.seq is the arrival, from 1, of a row's first point; rows above run.folded are
     * the journal. outcome.incident is no reference: incidents of other hosts have outcomes here too. */
    "CREATE TABLE run(key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, path TEXT NOT NULL,"
    "  project TEXT, framework TEXT, tags TEXT, first_seen REAL, last_data REAL, state INTEGER NOT NULL, watched INTEGER NOT "
    "NULL,"
    "  points INTEGER NOT NULL DEFAULT 0, folded INTEGER NOT NULL DEFAULT 0);"
    "CREATE INDEX run_name ON run(name); CREATE INDEX run_path ON run(path); CREATE INDEX run_project ON run(project);"
    "CREATE TABLE source(run INTEGER NOT NULL REFERENCES run, place INTEGER NOT NULL, path TEXT NOT NULL, format TEXT,"
    "  device INTEGER, inode INTEGER, offset INTEGER, lines INTEGER, records INTEGER, head_hash INTEGER, tail_hash INTEGER,"
    "  head_bytes INTEGER, tail_bytes INTEGER, PRIMARY KEY(run, place)) WITHOUT ROWID;"
    "CREATE TABLE series(run INTEGER NOT NULL REFERENCES run, id INTEGER NOT NULL, source INTEGER NOT NULL, name TEXT NOT NULL,"
    "  axis INTEGER NOT NULL, PRIMARY KEY(run, id)) WITHOUT ROWID;"
    "CREATE TABLE points(run INTEGER NOT NULL REFERENCES run, seq INTEGER NOT NULL, n INTEGER NOT NULL, chunk BLOB NOT NULL);"
    "CREATE UNIQUE INDEX points_seq ON points(run, seq);"
    "CREATE TABLE fact(key INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run, name TEXT NOT NULL, value TEXT NOT NULL,"
    "  UNIQUE(run, name));"
    "CREATE TABLE event(key INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run, source INTEGER NOT NULL,"
    "  line INTEGER NOT NULL, kind INTEGER NOT NULL, text TEXT);"
    "CREATE INDEX event_run ON event(run);"
    "CREATE TABLE incident(key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, run INTEGER NOT NULL REFERENCES run,"
    "  kind TEXT NOT NULL, series TEXT, severity TEXT, state TEXT, cause TEXT, cause_probability REAL, opened REAL, closed REAL,"
    "  onset_step INTEGER, message TEXT, text TEXT);"
    "CREATE INDEX incident_run ON incident(run); CREATE INDEX incident_opened ON incident(opened);"
    "CREATE TABLE cause(incident INTEGER NOT NULL REFERENCES incident, place INTEGER NOT NULL, cause TEXT NOT NULL,"
    "  probability REAL, PRIMARY KEY(incident, place)) WITHOUT ROWID;"
    "CREATE TABLE offered(incident INTEGER NOT NULL REFERENCES incident, place INTEGER NOT NULL, fix TEXT NOT NULL,"
    "  confidence REAL, PRIMARY KEY(incident, place)) WITHOUT ROWID;"
    "CREATE TABLE outcome(key INTEGER PRIMARY KEY, incident TEXT NOT NULL, fix TEXT NOT NULL, worked TEXT NOT NULL, note TEXT,"
    "  time REAL);"
    "CREATE INDEX outcome_incident ON outcome(incident, fix);"
    "CREATE TABLE notice(id TEXT PRIMARY KEY, sink TEXT NOT NULL, body TEXT NOT NULL, time REAL, sent REAL) WITHOUT ROWID;"
    "CREATE VIRTUAL TABLE incident_words USING fts5(kind, cause, message, text, run, project,"
    "  tokenize = 'porter unicode61 remove_diacritics 2');"
    "PRAGMA application_id = " APPLICATION_ID ";",
    /* 2: what incidents mean. A vector is of what the incident said when it was made. */
    "CREATE TABLE meaning(incident INTEGER NOT NULL REFERENCES incident, model TEXT NOT NULL, vector BLOB NOT NULL,"
    "  PRIMARY KEY(incident, model)) WITHOUT ROWID;"
    "CREATE TRIGGER meaning_retold AFTER UPDATE ON incident WHEN old.message IS NOT new.message OR old.cause IS NOT new.cause"
    "  OR old.kind IS NOT new.kind BEGIN DELETE FROM meaning WHERE incident = new.key; END;"
    "CREATE TRIGGER meaning_noted AFTER INSERT ON outcome BEGIN DELETE FROM meaning WHERE incident ="
    "  (SELECT key FROM incident WHERE id = new.incident); END;"
    "CREATE TRIGGER meaning_gone BEFORE DELETE ON incident BEGIN DELETE FROM meaning WHERE incident = old.key; END;",
    /* 3: who told an outcome and what it weighs; which later runs try a fix. Runs and incidents of other hosts may be named: no references.
     * A run's watched outcome of a fix is one row, whatever happens in between. */
    "ALTER TABLE outcome ADD COLUMN teller TEXT NOT NULL DEFAULT 'person';"
    "ALTER TABLE outcome ADD COLUMN weight REAL NOT NULL DEFAULT 1;"
    "ALTER TABLE outcome ADD COLUMN run TEXT;"
    "CREATE UNIQUE INDEX outcome_watched ON outcome(incident, fix, run) WHERE run IS NOT NULL;"
    "CREATE TABLE trial(run TEXT NOT NULL, incident TEXT NOT NULL, fix TEXT NOT NULL, changes TEXT NOT NULL, state TEXT NOT NULL,"
    "  note TEXT, weight REAL NOT NULL, began REAL NOT NULL, decided REAL, PRIMARY KEY(run, incident, fix)) WITHOUT ROWID;"
    "CREATE INDEX trial_incident ON trial(incident);"
    "CREATE TABLE setting(run TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(run, name)) WITHOUT ROWID;"
    "CREATE TRIGGER run_forgotten AFTER DELETE ON run BEGIN DELETE FROM trial WHERE run = old.id;"
    "  DELETE FROM setting WHERE run = old.id; END;"
    "CREATE TRIGGER incident_forgotten AFTER DELETE ON incident BEGIN DELETE FROM trial WHERE incident = old.id; END;",
    /* 4: past failures told in words; a note belongs to no run. */
    "CREATE TABLE note(key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, text TEXT NOT NULL, symptoms TEXT, cause TEXT, time "
    "REAL);"
    "CREATE TABLE note_fix(note INTEGER NOT NULL REFERENCES note, place INTEGER NOT NULL, fix TEXT NOT NULL, worked TEXT,"
    "  PRIMARY KEY(note, place)) WITHOUT ROWID;"
    "CREATE TABLE note_meaning(note INTEGER NOT NULL REFERENCES note, model TEXT NOT NULL, vector BLOB NOT NULL,"
    "  PRIMARY KEY(note, model)) WITHOUT ROWID;"
    "CREATE VIRTUAL TABLE note_words USING fts5(text, symptoms, cause, fixes, tokenize = 'porter unicode61 remove_diacritics 2');"
    "CREATE TRIGGER note_gone BEFORE DELETE ON note BEGIN DELETE FROM note_fix WHERE note = old.key;"
    "  DELETE FROM note_meaning WHERE note = old.key; DELETE FROM note_words WHERE rowid = old.key; END;",
    /* 5: each vector has a number that is never given again, by which the file beside the database (vectors.h) knows what it has. */
    "CREATE TABLE meaning_before AS SELECT * FROM meaning; DROP TABLE meaning;"
    "CREATE TABLE meaning(seq INTEGER PRIMARY KEY AUTOINCREMENT, incident INTEGER NOT NULL REFERENCES incident, model TEXT NOT "
    "NULL,"
    "  vector BLOB NOT NULL, UNIQUE(incident, model));"
    "INSERT INTO meaning(incident, model, vector) SELECT incident, model, vector FROM meaning_before; DROP TABLE meaning_before;",
    /* 6: chunks may hold values without the zero bits at their end (values.h); older chunks are read as they are. */
    "SELECT 1;",
};
enum { VERSION = sizeof migrations / sizeof *migrations };

static enum status set_version(struct sqlite *db, int64_t version, struct err *err)
{
    struct str sql = {0};
    str_addf(&sql, "PRAGMA user_version = %d", (int)version);
    enum status status =
        sql.failed ? err_set(err, E_MEMORY, "no memory to migrate '%s'", sqlite_path(db)) : sqlite_script(db, sql.p, err);
    str_done(&sql);
    return status;
}

static enum status migrate(struct sqlite *db, int64_t version, struct err *err)
{
    enum status status = OK;
    for (; version < VERSION && !status; version++) {
        if ((status = sqlite_begin(db, err))) return status;
        status = sqlite_script(db, migrations[version], err);
        if (!status) status = set_version(db, version + 1, err);
        if (!status) status = sqlite_commit(db, err);
        else sqlite_rollback(db);
    }
    return status;
}

enum status schema_prepare(struct sqlite *db, bool writing, struct err *err)
{
    int64_t version = 0, ours = 0, tables = 0;
    enum status status = sqlite_integer(db, "PRAGMA user_version", UNBOUND, 0, &version, err);
    if (!status) status = sqlite_integer(db, "SELECT count(*) FROM sqlite_schema", UNBOUND, 0, &tables, err);
    if (!status)
        status =
            sqlite_integer(db, "SELECT application_id = " APPLICATION_ID " FROM pragma_application_id", UNBOUND, 0, &ours, err);
    if (status) return status;
    if (tables && !ours)
        return err_set(err, E_STORE, "cannot use '%s': it is a database, but not a memory of mlwatch", sqlite_path(db));
    if (version > VERSION)
        return err_set(err, E_STORE, "cannot use '%s': a newer mlwatch wrote it (schema %d, this one knows %d)", sqlite_path(db),
                       (int)version, VERSION);
    if (writing) return migrate(db, version, err);
    if (!tables) return err_set(err, E_ABSENT, "the memory '%s' is still empty", sqlite_path(db));
    if (version < VERSION)
        return err_set(err, E_STORE, "cannot read '%s': it has the older schema %d; `mlwatch daemon` brings it up to date",
                       sqlite_path(db), (int)version);
    return OK;
}
