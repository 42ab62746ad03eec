/* The memory taken out and put back; old runs read; what was told in words; what is old goes. */
#include "../../daemon/base/hash.h"
#include "../../daemon/engine/ingest/export.h"
#include "../../daemon/engine/ingest/ingest.h"
#include "../../daemon/engine/ingest/restore.h"
#include "../../daemon/store/upkeep.h"
#include "store_fixture.h"

/* ---- a memory made of chance --------------------------------------------------------------------------------------------- */

static uint64_t chance(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33 ^ *seed << 31;
}

static double any_double(uint64_t *seed)
{
    static const double special[] = {0.0, -0.0, 1e308, -1e-310, 9007199254740993.0, 0.1, 1e22};
    uint64_t bits = chance(seed);
    double v;
    if (bits % 5 == 0) return special[bits / 5 % 7];
    if (bits % 5 == 1) return (double)(bits % 1000) / 8;
    bits = chance(seed); /* any bits at all: infinities and NaNs of every kind among them */
    if (bits % 7 == 0) bits |= UINT64_C(0x7ff0000000000000);
    memcpy(&v, &bits, sizeof v);
    return v;
}

static const char *any_text(uint64_t *seed)
{
    static const char *const texts[] = {"",
                                        "loss",
                                        "a \"quoted\" \\ line\nand a tab\t",
                                        "\xff\xfe bytes \x80",
                                        "\xe6\xa2\xaf\xe5\xba\xa6 \xf0\x9f\x94\xa5",
                                        "\x01\x7f",
                                        "{\"end\":{}}\n",
                                        "NaN",
                                        "\xed\xa0\x80 lone",
                                        "ordinary words of a log"};
    return texts[chance(seed) % (sizeof texts / sizeof *texts)];
}

enum { POINTS_MAX = 3000 };

static void fill_run(struct store *s, uint64_t *seed, const char *id)
{
    static struct point_row points[POINTS_MAX];
    struct err err;
    const struct series_row series[] = {
        {0, 0, "train/loss", AXIS_STEP}, {1, 0, any_text(seed), AXIS_EPOCH}, {2, 1, "lr", AXIS_RECORD}};
    const struct source_row sources[] = {
        {.index = 0,
         .path = "/r/log",
         .format = "jsonl",
         .offset = chance(seed),
         .head_hash = chance(seed) << 1 | 1,
         .head_bytes = UINT32_MAX},
        {.index = 1, .path = any_text(seed), .format = "csv", .records = UINT64_C(1) << 62, .device = UINT64_MAX}};
    const struct fact facts[] = {{"lr", any_text(seed)}, {any_text(seed), "x"}};
    const struct event_row events[] = {{0, 7, EVENT_TRACEBACK, any_text(seed)}, {1, UINT64_MAX, EVENT_CHECKPOINT, NULL}};
    size_t n = chance(seed) % POINTS_MAX;
    for (size_t i = 0; i < n; i++)
        points[i] = (struct point_row){(uint32_t)(chance(seed) % 3),
                                       (uint16_t)(chance(seed) % 2),
                                       (uint16_t)(i / 1000),
                                       i % 17 ? (int64_t)i : (int64_t)chance(seed),
                                       i % 3 ? NAN : any_double(seed),
                                       any_double(seed),
                                       i};
    struct incident_row incident = {.incident = {.run_name = "x",
                                                 .kind = "loss_spike",
                                                 .series = any_text(seed),
                                                 .severity = "warning",
                                                 .state = chance(seed) % 2 ? "open" : "closed",
                                                 .cause = chance(seed) % 2 ? "lr_too_high" : NULL,
                                                 .cause_probability = chance(seed) % 2 ? 0.7 : NAN,
                                                 .opened = 1.7e9 + (double)(chance(seed) % 1000) / 7,
                                                 .closed = NAN,
                                                 .onset_step = -(int64_t)(chance(seed) % 100),
                                                 .message = any_text(seed)},
                                    .causes = {{"lr_too_high", 0.7}, {"bad_batch", 0.1}},
                                    .n_causes = 2,
                                    .offered = {{"lower_learning_rate", 0.5}},
                                    .n_offered = 1,
                                    .text = any_text(seed)};
    hash_name(incident.incident.id, 'i', chance(seed));
    struct commit c = {
        .run = {.name = any_text(seed), .path = "/r", .project = "p", .first_seen = 1.5, .last_data = 1.7e9, .state = RUN_FAILED},
        .sources = sources,
        .n_sources = 2,
        .series = series,
        .n_series = 3,
        .points = points,
        .n_points = n,
        .facts = facts,
        .n_facts = 2,
        .events = events,
        .n_events = 2,
        .incidents = &incident,
        .n_incidents = 1};
    snprintf(c.run.id, sizeof c.run.id, "%s", id);
    if (store_commit(s, &c, &err)) fail_msg("%s", err.text);
    if (chance(seed) % 2 &&
        store_outcome(s, incident.incident.id, "lower_learning_rate", "yes", any_text(seed), 1.8e9 + 0.1, &err))
        fail_msg("%s", err.text);
}

static void fill(struct store *s, uint64_t seed, size_t runs)
{
    struct err err;
    bool fresh;
    for (size_t i = 0; i < runs; i++) {
        char id[12];
        hash_name(id, 'r', chance(&seed));
        fill_run(s, &seed, id);
    }
    for (size_t i = 0; i < 5; i++) {
        char text[40];
        snprintf(text, sizeof text, "it failed in way %zu", i);
        struct note n = {.text = text,
                         .symptoms = i % 2 ? "a\nb" : NULL,
                         .when = 1.5e9,
                         .fixes = {{"x", "yes"}, {any_text(&seed), NULL}},
                         .n_fixes = 1 + i % 2};
        if (i == 3) n.fixes[0].fix = "\xff";
        note_identify(&n);
        if (note_put(s, &n, &fresh, &err)) fail_msg("%s", err.text);
    }
}

static char *exported(struct store *s, size_t *n)
{
    struct export_counts counts;
    struct err err;
    char *text = NULL;
    FILE *f = open_memstream(&text, n);
    assert_non_null(f);
    if (export_memory(&s, 1, f, NULL, NULL, &counts, &err)) fail_msg("%s", err.text);
    fclose(f);
    return text;
}

static void write_file(const char *path, const char *text, size_t n)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    fclose(f);
}

static void count_sentence(void *arg, const char *text)
{
    assert_true(*text);
    ++*(size_t *)arg;
}

/* All of a file into a memory; how many sentences were said. */
static struct restore_counts restored(struct store *s, const char *path, size_t *said)
{
    struct restore *r = NULL;
    struct err err;
    bool more = true;
    size_t sentences = 0;
    if (restore_open(path, &r, &err)) fail_msg("%s", err.text);
    while (more)
        if (restore_some(r, s, 0, &more, count_sentence, &sentences, &err)) fail_msg("%s", err.text);
    struct restore_counts counts = *restore_counts(r);
    restore_close(r);
    if (said) *said = sentences;
    return counts;
}

/* ---- out and back ---------------------------------------------------------------------------------------------------------- */

struct two {
    struct place *place;
    char other[96], file[96];
};

static struct two places(void **state)
{
    struct two t = {.place = *state};
    snprintf(t.other, sizeof t.other, "%s/other.db", t.place->dir);
    snprintf(t.file, sizeof t.file, "%s/export.jsonl", t.place->dir);
    return t;
}

static void clean(const struct two *t)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-writer"};
    for (size_t i = 0; i < 4; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", t->other, ends[i]);
        unlink(path);
    }
    unlink(t->file);
}

static void an_export_that_was_taken_back_is_the_same_export(void **state)
{
    for (uint64_t seed = 1; seed <= 2; seed++) {
        struct two t = places(state);
        size_t n, again;
        struct store *s = open_or_fail(t.place->path, true), *other;
        fill(s, seed, 6);
        char *text = exported(s, &n);
        write_file(t.file, text, n);
        other = open_or_fail(t.other, true);
        struct restore_counts c = restored(other, t.file, NULL);
        assert_int_equal(c.refused, 0);
        assert_true(c.notes >= 5 && c.runs >= 6);
        char *back = exported(other, &again);
        assert_int_equal(n, again);
        assert_memory_equal(text, back, n);
        c = restored(other, t.file, NULL);
        assert_int_equal(c.runs + c.notes + c.outcomes, 0); /* all known */
        free(back);
        back = exported(other, &again);
        assert_int_equal(n, again);
        free(text), free(back);
        store_close(s), store_close(other);
        clean(&t);
    }
}

struct bits {
    uint64_t hash;
    size_t n;
};

static bool hash_point(void *arg, const struct point_row *p)
{
    struct bits *b = arg;
    uint64_t row[7] = {p->series, p->source, p->segment, (uint64_t)p->step, 0, 0, p->line};
    memcpy(&row[4], &p->value, 8);
    if (!isnan(p->time)) memcpy(&row[5], &p->time, 8);
    b->hash = hash64(row, sizeof row, b->hash);
    b->n++;
    return true;
}

static bool hash_run(void *arg, const struct run_row *r)
{
    void **both = arg;
    struct err err;
    if (store_points(both[0], r->id, hash_point, both[1], &err)) fail_msg("%s", err.text);
    return true;
}

static void points_come_back_bit_by_bit(void **state)
{
    struct two t = places(state);
    struct bits a = {0}, b = {0};
    struct err err;
    size_t n;
    struct store *s = open_or_fail(t.place->path, true), *other = open_or_fail(t.other, true);
    fill(s, 11, 1);
    char *text = exported(s, &n);
    write_file(t.file, text, n);
    restored(other, t.file, NULL);
    assert_int_equal(store_runs(s, hash_run, (void *[]){s, &a}, &err), OK);
    assert_int_equal(store_runs(other, hash_run, (void *[]){other, &b}, &err), OK);
    assert_true(a.n > 0);
    assert_int_equal(a.n, b.n);
    assert_true(a.hash == b.hash);
    free(text);
    store_close(s), store_close(other);
    clean(&t);
}

static bool count_run(void *arg, const struct run_row *r)
{
    (void)r;
    ++*(size_t *)arg;
    return true;
}

static size_t runs_of(struct store *s)
{
    size_t n = 0;
    struct err err;
    assert_int_equal(store_runs(s, count_run, &n, &err), OK);
    return n;
}

static void a_torn_export_gives_whole_runs_only(void **state)
{
    struct two t = places(state);
    size_t n, said;
    struct store *s = open_or_fail(t.place->path, true);
    fill(s, 5, 4);
    char *text = exported(s, &n);
    for (size_t part = 1; part < 8; part += 2) {
        struct store *other = open_or_fail(t.other, true);
        write_file(t.file, text, n * part / 8);
        struct restore_counts c = restored(other, t.file, &said);
        assert_int_equal(runs_of(other), c.runs);
        struct bits whole = {0};
        struct err err;
        assert_int_equal(store_runs(other, hash_run, (void *[]){other, &whole}, &err), OK);
        assert_int_equal(whole.n, c.points);
        store_close(other);
        write_file(t.file, text, n); /* and the whole one completes it */
        other = open_or_fail(t.other, true);
        c = restored(other, t.file, NULL);
        assert_int_equal(runs_of(other), 4);
        store_close(other);
        clean(&t);
    }
    free(text);
    store_close(s);
}

static void hostile_lines_are_refused_and_the_rest_goes_on(void **state)
{
    struct two t = places(state);
    size_t n, refused = 0;
    uint64_t seed = 99;
    struct store *s = open_or_fail(t.place->path, true);
    fill(s, 7, 2);
    char *text = exported(s, &n);
    for (int round = 0; round < 20; round++) {
        char *bad = malloc(n);
        assert_non_null(bad);
        memcpy(bad, text, n);
        for (int k = 0; k < 4; k++) {
            size_t at = 40 + chance(&seed) % (n - 40);
            bad[at] = (char)(k % 2 ? chance(&seed) : (uint64_t) "0\"}{[],:-"[chance(&seed) % 9]);
        }
        struct store *other = open_or_fail(t.other, true);
        write_file(t.file, bad, n);
        refused += restored(other, t.file, NULL).refused;
        size_t again;
        free(exported(other, &again)); /* what was taken can be read */
        store_close(other);
        clean(&t);
        free(bad);
    }
    assert_true(refused > 10);
    free(text);
    store_close(s);
}

static void an_older_export_takes_nothing_away(void **state)
{
    struct two t = places(state);
    struct err err;
    size_t n;
    struct store *s = open_or_fail(t.place->path, true);
    assert_int_equal(commit_number(s, 1, 0, &err), OK);
    char *text = exported(s, &n);
    write_file(t.file, text, n);
    assert_int_equal(commit_number(s, 2, points_of(1), &err), OK);
    assert_int_equal(store_watch(s, RUN_ID, false, &err), OK);
    struct restore_counts c = restored(s, t.file, NULL);
    assert_int_equal(c.known, 1);
    assert_int_equal(c.runs, 0);
    int64_t points = 0;
    bool watched = true;
    assert_int_equal(upkeep_points(s, RUN_ID, &points, &watched, &err), OK);
    assert_int_equal(points, points_of(1) + points_of(2));
    free(text);
    store_close(s);
    clean(&t);
}

static void what_is_no_export_is_refused_in_a_sentence(void **state)
{
    static const char *const files[] = {"", "{}\n", "{\"schema\":\"mlwatch.memory/9\"}\n", "\xff\xfe\n", "{\"run\":{}}\n"};
    struct two t = places(state);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct restore *r = NULL;
        struct err err = {0};
        write_file(t.file, files[i], strlen(files[i]));
        assert_int_equal(restore_open(t.file, &r, &err), E_FORMAT);
        assert_non_null(strstr(err.text, "export.jsonl"));
    }
    clean(&t);
}

/* ---- words ------------------------------------------------------------------------------------------------------------------ */

struct heard {
    char text[4096];
};

static void hear(void *arg, const char *text)
{
    struct heard *h = arg;
    size_t n = strlen(h->text);
    snprintf(h->text + n, sizeof h->text - n, "%s\n", text);
}

static struct account_counts told(struct two *t, const char *text, struct str *out, struct heard *h)
{
    struct account_counts counts = {0};
    struct err err;
    write_file(t->file, text, strlen(text));
    enum account_kind kind = account_kind(t->file);
    assert_true(kind == ACCOUNT_JSON || kind == ACCOUNT_CSV);
    if (account_read(t->file, kind, 1.5e9, out, &counts, hear, h, &err)) fail_msg("%s", err.text);
    return counts;
}

static void near_spellings_mean_the_same_note(void **state)
{
    static const char *const files[] = {
        "{\"description\":\"loss "
        "explodes\",\"symptoms\":[\"inf\",\"late\"],\"attempted_fixes\":[\"warmup\",\"clip\"],\"worked\":[false,true]}\n",
        "{\"Description\":\" loss explodes \",\"Symptom\":\"inf; "
        "late\",\"Fixes\":[{\"fix\":\"warmup\",\"worked\":\"no\"},{\"name\":\"clip\","
        "\"helped\":true}]}\n",
        "{\"fixes\":[{\"fix\":\"warmup\",\"worked\":\"no\"},{\"fix\":\"clip\",\"worked\":\"fixed\"}],\"symptoms\":\"inf|late\","
        "\"description\":\"loss "
        "explodes\"}\n"};
    struct two t = places(state);
    struct str first = {0};
    for (size_t i = 0; i < 3; i++) {
        struct str out = {0};
        struct heard h = {""};
        struct account_counts c = told(&t, files[i], &out, &h);
        assert_int_equal(c.notes, 1);
        assert_int_equal(c.bad, 0);
        if (i == 0) str_add(&first, out.p);
        assert_string_equal(first.p, out.p);
        str_done(&out);
    }
    str_done(&first);
    clean(&t);
}

static void bad_rows_are_named_by_line_and_the_rest_is_taken(void **state)
{
    struct two t = places(state);
    struct str out = {0};
    struct heard h = {""};
    struct account_counts c = told(&t,
                                   "description;symptoms;attempted fixes;worked\n"
                                   "\"it broke\nlate\";x;y;yes\n"
                                   ";;;\n"
                                   "slow;;more workers;perhaps\n"
                                   "fine;a|b;;\n",
                                   &out, &h);
    assert_int_equal(c.notes, 2);
    assert_int_equal(c.bad, 2);
    assert_non_null(strstr(h.text, "line 4 "));
    assert_non_null(strstr(h.text, "line 5 "));
    assert_null(strstr(h.text, "line 2 "));
    str_done(&out);
    clean(&t);
}

static void secrets_do_not_become_notes(void **state)
{
    struct two t = places(state);
    struct str out = {0};
    struct heard h = {""};
    told(&t, "{\"description\":\"upload failed with hf_abcdefghijklmnopqrstuvwxyzABCD\",\"cause\":\"x\"}\n", &out, &h);
    assert_null(strstr(out.p, "hf_abcdef"));
    assert_non_null(strstr(out.p, "[redacted]"));
    str_done(&out);
    clean(&t);
}

static void logs_are_no_tables_of_words(void **state)
{
    static const char *const logs[] = {"{\"step\": 1, \"loss\": 2.5}\n",
                                       "step,loss,time\n1,2,3\n",
                                       "epoch 1 loss 2\n",
                                       "",
                                       "{\"message\": \"starting\", \"time\": 3}\n",
                                       "\xff\xd8\xff"};
    struct two t = places(state);
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
        write_file(t.file, logs[i], strlen(logs[i]));
        assert_int_equal(account_kind(t.file), ACCOUNT_NO);
    }
    clean(&t);
}

static void any_bytes_are_a_table_or_not_and_never_a_crash(void **state)
{
    static const char start[] = "description,symptoms,fix,worked\n";
    struct two t = places(state);
    uint64_t seed = 4;
    for (int round = 0; round < 200; round++) {
        char text[400];
        memcpy(text, start, sizeof start - 1);
        for (size_t i = sizeof start - 1; i < sizeof text; i++) text[i] = "\",;\n\r\t|aZ0 \xff"[chance(&seed) % 12];
        write_file(t.file, text, sizeof text);
        struct str out = {0};
        struct account_counts c;
        struct heard h = {""};
        struct err err;
        assert_int_equal(account_read(t.file, round % 2 ? ACCOUNT_CSV : ACCOUNT_JSON, 0, &out, &c, hear, &h, &err), OK);
        str_done(&out);
    }
    clean(&t);
}

static bool keep_id(void *arg, const struct note *n)
{
    strcat(arg, n->id);
    return true;
}

static void a_note_told_twice_is_one_and_is_found_by_its_words(void **state)
{
    struct two t = places(state);
    struct err err;
    bool fresh = false;
    char ids[64] = "", found[64] = "";
    struct store *s = open_or_fail(t.place->path, true);
    struct note n = {.text = "the dataloader starved the GPU",
                     .cause = "input_starved",
                     .when = 5,
                     .fixes = {{"more workers", "yes"}},
                     .n_fixes = 1};
    note_identify(&n);
    assert_int_equal(note_put(s, &n, &fresh, &err), OK);
    assert_true(fresh);
    n.when = 6; /* when it was told is no part of what it says */
    note_identify(&n);
    assert_int_equal(note_put(s, &n, &fresh, &err), OK);
    assert_false(fresh);
    assert_int_equal(note_each(s, NOTE_ALL, NULL, 10, keep_id, ids, &err), OK);
    assert_string_equal(ids, n.id);
    assert_int_equal(note_each(s, NOTE_WORDS, "are dataloaders \" OR ( NEAR", 10, keep_id, found, &err), OK);
    assert_string_equal(found, n.id);
    *found = 0;
    assert_int_equal(note_each(s, NOTE_WORDS, "xylophone", 10, keep_id, found, &err), OK);
    assert_string_equal(found, "");
    store_close(s);
    clean(&t);
}

/* ---- what is old goes -------------------------------------------------------------------------------------------------------- */

static void put_run(struct store *s, const char *id, double last_data, bool watched, const char *incident)
{
    static struct point_row points[500];
    struct err err;
    const struct series_row series = {0, 0, "loss", AXIS_STEP};
    const struct source_row source = {.path = "/x", .format = "jsonl", .offset = 100, .records = 500};
    struct incident_row i = {
        .incident = {.kind = "loss_spike", .severity = "warning", .state = "open", .opened = last_data, .closed = NAN}};
    for (size_t k = 0; k < 500; k++) points[k] = point_of(3 * k);
    for (size_t k = 0; k < 500; k++) points[k].series = 0;
    snprintf(i.incident.id, sizeof i.incident.id, "%s", incident ? incident : "");
    struct commit c = {.run = {.name = id, .path = id, .first_seen = last_data, .last_data = last_data, .watched = watched},
                       .series = &series,
                       .n_series = 1,
                       .sources = &source,
                       .n_sources = 1,
                       .points = points,
                       .n_points = 500,
                       .incidents = &i,
                       .n_incidents = incident != NULL};
    snprintf(c.run.id, sizeof c.run.id, "%s", id);
    if (store_commit(s, &c, &err)) fail_msg("%s", err.text);
}

static void fill_old_and_new(struct store *s)
{
    struct err err;
    put_run(s, "roldhealt", 1000, false, NULL);
    put_run(s, "roldwatch", 1000, true, NULL);
    put_run(s, "roldbroke", 1000, false, "ibroken22");
    put_run(s, "roldknown", 1000, false, "iknown222");
    put_run(s, "rnewhealt", 9000, false, NULL);
    assert_int_equal(store_outcome(s, "iknown222", "lower_learning_rate", "yes", NULL, 2000, &err), OK);
}

static int64_t points_left(struct store *s, const char *id)
{
    struct err err;
    int64_t n = 0;
    bool watched;
    return upkeep_points(s, id, &n, &watched, &err) == E_ABSENT ? -1 : n;
}

static void prune_spares_what_is_watched_new_or_learned_from(void **state)
{
    struct place *p = *state;
    struct upkeep_pruned n;
    struct err err;
    struct store *s = open_or_fail(p->path, true);
    fill_old_and_new(s);
    const struct upkeep_pruning how = {.before = 5000};
    assert_int_equal(upkeep_prune(s, &(struct upkeep_pruning){.before = 5000, .dry = true}, &n, &err), OK);
    assert_int_equal(points_left(s, "roldhealt"), 500); /* dry */
    assert_int_equal(n.healthy + n.troubled + n.emptied, 3);
    assert_int_equal(upkeep_prune(s, &how, &n, &err), OK);
    assert_int_equal(n.healthy, 1);
    assert_int_equal(n.troubled, 1);
    assert_int_equal(n.emptied, 1);
    assert_int_equal(n.watched, 1);
    assert_int_equal(n.points, 1500);
    assert_int_equal(points_left(s, "roldhealt"), -1);
    assert_int_equal(points_left(s, "roldbroke"), -1);
    assert_int_equal(points_left(s, "roldwatch"), 500);
    assert_int_equal(points_left(s, "roldknown"), 0); /* fixes are ranked by its incident */
    assert_int_equal(points_left(s, "rnewhealt"), 500);
    assert_int_equal(upkeep_prune(s, &how, &n, &err), OK);
    assert_int_equal(n.healthy + n.troubled + n.emptied, 0);
    store_close(s);
}

static void prune_keeps_incidents_when_asked_to(void **state)
{
    struct place *p = *state;
    struct upkeep_pruned n;
    struct upkeep_stats stats;
    struct err err;
    struct store *s = open_or_fail(p->path, true);
    fill_old_and_new(s);
    assert_int_equal(upkeep_prune(s, &(struct upkeep_pruning){.before = 5000, .keep_incidents = true}, &n, &err), OK);
    assert_int_equal(n.troubled, 0);
    assert_int_equal(n.emptied, 2);
    assert_int_equal(upkeep_stats(s, &stats, &err), OK);
    assert_int_equal(stats.incidents, 2);
    assert_int_equal(stats.runs, 4);
    assert_int_equal(stats.points, 1000);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_export_that_was_taken_back_is_the_same_export, make_place, remove_place),
        cmocka_unit_test_setup_teardown(points_come_back_bit_by_bit, make_place, remove_place),
        cmocka_unit_test_setup_teardown(a_torn_export_gives_whole_runs_only, make_place, remove_place),
        cmocka_unit_test_setup_teardown(hostile_lines_are_refused_and_the_rest_goes_on, make_place, remove_place),
        cmocka_unit_test_setup_teardown(an_older_export_takes_nothing_away, make_place, remove_place),
        cmocka_unit_test_setup_teardown(what_is_no_export_is_refused_in_a_sentence, make_place, remove_place),
        cmocka_unit_test_setup_teardown(near_spellings_mean_the_same_note, make_place, remove_place),
        cmocka_unit_test_setup_teardown(bad_rows_are_named_by_line_and_the_rest_is_taken, make_place, remove_place),
        cmocka_unit_test_setup_teardown(secrets_do_not_become_notes, make_place, remove_place),
        cmocka_unit_test_setup_teardown(logs_are_no_tables_of_words, make_place, remove_place),
        cmocka_unit_test_setup_teardown(any_bytes_are_a_table_or_not_and_never_a_crash, make_place, remove_place),
        cmocka_unit_test_setup_teardown(a_note_told_twice_is_one_and_is_found_by_its_words, make_place, remove_place),
        cmocka_unit_test_setup_teardown(prune_spares_what_is_watched_new_or_learned_from, make_place, remove_place),
        cmocka_unit_test_setup_teardown(prune_keeps_incidents_when_asked_to, make_place, remove_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
