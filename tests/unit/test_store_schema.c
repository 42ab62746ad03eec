/* A database that any earlier schema made is brought to the newest one, and all that it had can be read. */
#include "../../daemon/base/str.h"
#include "../../daemon/store/chunk.h"
#include "../../daemon/store/note.h"
#include "schema_kept.h"
#include "store_fixture.h"

enum { POINTS = 40 };
static const float vector[3] = {0.5f, -0.5f, 0.25f};

/* What each version could hold: rows are put by the version that first had their table. */
static const char *const filled[] = {
    "INSERT INTO run VALUES(7, 'rkilled22', 'old', '/run', 'team', 'keras', 'who=me', 1, 2, 2, 1, 40, 40);"
    "INSERT INTO source VALUES(7, 0, '/run/log', 'jsonl', 1, 2, 77, 3, 4, 5, 6, 7, 8);"
    "INSERT INTO series VALUES(7, 0, 0, 'loss', 0);"
    "INSERT INTO fact(run, name, value) VALUES(7, 'optimizer', 'adam');"
    "INSERT INTO event(run, source, line, kind, text) VALUES(7, 0, 9, 0, 'Traceback');"
    "INSERT INTO incident VALUES(3, 'iaaaaaaaa', 7, 'loss_spike', 'loss', 'warning', 'open', 'lr_too_high', 0.9, 5, NULL, 12,"
    "  'it spiked', 'it spiked under adam');"
    "INSERT INTO incident_words(rowid, kind, cause, message, text, run, project)"
    "  VALUES(3, 'loss_spike', 'lr_too_high', 'it spiked', 'it spiked under adam', 'old', 'team');"
    "INSERT INTO cause VALUES(3, 0, 'lr_too_high', 0.9); INSERT INTO offered VALUES(3, 0, 'lower_learning_rate', 0.7);"
    "INSERT INTO outcome(incident, fix, worked, note, time) VALUES('iaaaaaaaa', 'lower_learning_rate', 'yes', 'a tenth', 6);"
    "INSERT INTO notice VALUES('n1', 'webhook', '{}', 1, NULL);",
    "INSERT INTO meaning(incident, model, vector) VALUES(3, 'one', ?1);",
    "INSERT INTO trial VALUES('rkilled22', 'iaaaaaaaa', 'clip_gradients', '', 'watching', NULL, 0.5, 1, NULL);",
    "INSERT INTO note(id, text, symptoms, cause, time) VALUES('nabcdefgh', 'the loader was slow', 'low gpu', NULL, 4);"
    "INSERT INTO note_fix VALUES(1, 0, 'add_workers', 'yes');"
    "INSERT INTO note_words(rowid, text, symptoms, cause, fixes) VALUES(1, 'the loader was slow', 'low gpu', NULL, "
    "'add_workers');",
};

static enum status encode(const struct point_row *points, size_t n, enum chunk_kind kind, struct str *out)
{
    struct chunk_writer w = {0};
    struct err err;
    enum status status = chunk_encode(&w, points, n, kind, out, &err);
    chunk_writer_done(&w);
    return status;
}

static void put_points_row(struct sqlite *db)
{
    struct point_row points[POINTS];
    struct str bytes = {0};
    struct err err;
    for (uint64_t i = 0; i < POINTS; i++)
        points[i] = (struct point_row){.step = (int64_t)i, .time = NAN, .value = (double)i / 8, .line = i + 1};
    assert_int_equal(encode(points, POINTS, CHUNK_ZSTD, &bytes), OK);
    assert_int_equal(sqlite_run(db, "INSERT INTO points VALUES(7, 1, ?1, ?2)",
                                BOUND(bound_int(POINTS), bound_blob((struct span){bytes.p, bytes.n})), &err),
                     OK);
    str_done(&bytes);
}

/* As a program of that version would have left it. */
static void make_version(const char *path, size_t version)
{
    struct sqlite *db = NULL;
    struct err err;
    char number[64];
    assert_int_equal(sqlite_open(path, true, &db, &err), OK);
    for (size_t i = 0; i < version; i++) {
        if (sqlite_script(db, schema_steps[i], &err)) fail_msg("step %zu: %s", i + 1, err.text);
        if (i >= sizeof filled / sizeof *filled) continue;
        const struct bound blob = bound_blob((struct span){(const char *)vector, sizeof vector});
        enum status s = strstr(filled[i], "?1") ? sqlite_run(db, filled[i], &blob, 1, &err) : sqlite_script(db, filled[i], &err);
        if (s) fail_msg("rows of step %zu: %s", i + 1, err.text);
        if (i == 0) put_points_row(db);
    }
    snprintf(number, sizeof number, "PRAGMA user_version = %zu", version);
    assert_int_equal(sqlite_script(db, number, &err), OK);
    sqlite_close(db);
}

struct all {
    size_t points, facts, events, incidents, outcomes, notes, hits;
    double sum;
};

static bool count_point(void *arg, const struct point_row *p)
{
    struct all *a = arg;
    a->points++;
    a->sum += p->value;
    return true;
}
static bool count_fact(void *arg, const struct fact *f)
{
    return ((struct all *)arg)->facts += strcmp(f->value, "adam") == 0, true;
}
static bool count_event(void *arg, const struct event_row *e)
{
    return ((struct all *)arg)->events += strcmp(e->text, "Traceback") == 0, true;
}
static bool count_incident(void *arg, const struct incident_row *i)
{
    struct all *a = arg;
    a->incidents += i->n_causes == 1 && i->n_offered == 1 && strcmp(i->incident.message, "it spiked") == 0;
    return true;
}
static bool count_outcome(void *arg, const char *fix, const char *worked, const char *note, double when)
{
    struct all *a = arg;
    a->outcomes +=
        strcmp(fix, "lower_learning_rate") == 0 && strcmp(worked, "yes") == 0 && strcmp(note, "a tenth") == 0 && when == 6;
    return true;
}
static bool count_note(void *arg, const struct note *n) { return ((struct all *)arg)->notes += n->n_fixes == 1, true; }
static bool count_hit(void *arg, const struct search_hit *h) { return ((struct all *)arg)->hits += h->n_why > 0, true; }

static void assert_all_there(struct store *s, size_t version)
{
    struct all a = {0};
    struct err err;
    float v[3];
    bool refused;
    assert_int_equal(store_points(s, RUN_ID, count_point, &a, &err), OK);
    assert_int_equal(store_facts(s, RUN_ID, count_fact, &a, &err), OK);
    assert_int_equal(store_events(s, RUN_ID, count_event, &a, &err), OK);
    assert_int_equal(store_incidents(s, RUN_ID, count_incident, &a, &err), OK);
    assert_int_equal(store_outcome_lines(s, "iaaaaaaaa", count_outcome, &a, &err), OK);
    assert_int_equal(note_each(s, NOTE_ALL, NULL, 100, count_note, &a, &err), OK);
    assert_int_equal(store_search(s, &(struct search_query){.words = "spiked adam", .limit = 9}, &refused, count_hit, &a, &err),
                     OK);
    assert_int_equal(a.points, POINTS);
    assert_true(a.sum == POINTS * (POINTS - 1) / 16.0);
    assert_int_equal(a.facts, 1);
    assert_int_equal(a.events, 1);
    assert_int_equal(a.incidents, 1);
    assert_int_equal(a.outcomes, 1);
    assert_int_equal(a.hits, 1);
    assert_int_equal(a.notes, version >= 4);
    assert_int_equal(store_vector_of(s, "iaaaaaaaa", "one", v, 3, &err), version >= 2 ? OK : E_ABSENT);
    if (version >= 2) assert_memory_equal(v, vector, sizeof v);
}

static size_t version_of(const char *path)
{
    struct sqlite *db = NULL;
    struct err err;
    int64_t version = 0;
    assert_int_equal(sqlite_open(path, false, &db, &err), OK);
    assert_int_equal(sqlite_integer(db, "PRAGMA user_version", UNBOUND, 0, &version, &err), OK);
    sqlite_close(db);
    return (size_t)version;
}

static void every_earlier_schema_is_migrated_with_all_it_has(void **state)
{
    struct place *p = *state;
    char newest[128];
    snprintf(newest, sizeof newest, "%s/newest.db", p->dir);
    store_close(open_or_fail(newest, true));
    for (size_t version = 1; version <= schema_version(); version++) {
        struct store *s = NULL;
        struct err err;
        snprintf(p->path, sizeof p->path, "%s/memory%zu.db", p->dir, version);
        make_version(p->path, version);
        if (version < version_of(newest)) {
            assert_int_equal(store_open(p->path, false, &s, &err), E_STORE);
            assert_non_null(strstr(err.text, "older schema"));
        }
        s = open_or_fail(p->path, true);
        assert_all_there(s, version);
        if (store_commit(s, &(struct commit){.run = {.id = "rnewer222", .name = "new", .path = "/new"}}, &err))
            fail_msg("%s", err.text);
        store_close(s);
        store_close(open_or_fail(p->path, false));
        assert_int_equal(version_of(p->path), version_of(newest));
        remove_files(p->path);
    }
    remove_files(newest);
}

/* What was made when the incident said something else goes, after a migration as before. */
static void a_migrated_vector_goes_when_its_incident_is_told_anew(void **state)
{
    const struct place *p = *state;
    struct err err;
    float v[3];
    make_version(p->path, 2);
    struct store *s = open_or_fail(p->path, true);
    assert_int_equal(store_vector_of(s, "iaaaaaaaa", "one", v, 3, &err), OK);
    assert_int_equal(store_outcome(s, "iaaaaaaaa", "clip_gradients", "no", NULL, 7, &err), OK);
    assert_int_equal(store_vector_of(s, "iaaaaaaaa", "one", v, 3, &err), E_ABSENT);
    assert_int_equal(store_vector(s, "iaaaaaaaa", "one", vector, 3, &err), OK);
    assert_int_equal(store_vector_of(s, "iaaaaaaaa", "one", v, 3, &err), OK);
    store_close(s);
}

/* Half of a step is none of it: the power goes away within a migration. */
static void a_migration_that_fails_leaves_the_older_schema(void **state)
{
    const struct place *p = *state;
    struct sqlite *db = NULL;
    struct store *s = NULL;
    struct err err;
    make_version(p->path, 1);
    assert_int_equal(sqlite_open(p->path, true, &db, &err), OK);
    assert_int_equal(sqlite_script(db, "CREATE TABLE trial(mine)", &err), OK); /* in the way of the third step */
    sqlite_close(db);
    assert_int_equal(store_open(p->path, true, &s, &err), E_STORE);
    assert_int_equal(version_of(p->path), 2);
    assert_int_equal(sqlite_open(p->path, true, &db, &err), OK);
    assert_int_equal(sqlite_script(db, "DROP TABLE trial", &err), OK);
    sqlite_close(db);
    s = open_or_fail(p->path, true);
    assert_all_there(s, 1);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(every_earlier_schema_is_migrated_with_all_it_has),
        WITH_PLACE(a_migrated_vector_goes_when_its_incident_is_told_anew),
        WITH_PLACE(a_migration_that_fails_leaves_the_older_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
