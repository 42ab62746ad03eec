/* Files that their writer writes whole each time: nothing is given twice, nothing is lost, and a moment within the writing gives nothing
 * that is not so. MLWATCH_DEEP=1 runs the long variants. */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>

#include "chance.h"
#include "reader_world.h"

#include "../../daemon/base/str.h"

enum { REWRITES = 500, RECORDS_MAX = 600, COLUMNS_MAX = 6 };

/* What the writer holds: the last column begins later than the first. */
struct sheet {
    int steps[RECORDS_MAX];
    size_t n, columns;
    size_t begins[COLUMNS_MAX]; /* its first record */
    int life;                   /* a run that is resumed writes other values */
    size_t kept;                /* records of the life before */
};

/* A healthy run: no two records have one value. */
enum { SCORE = 3 }; /* the column that gets better by rising */
static double value_of(const struct sheet *s, size_t record, size_t column)
{
    int life = record < s->kept ? 0 : s->life;
    if (column == SCORE) return 0.9 - 0.8 / (1 + 0.05 * (double)record) + (double)life / 1000;
    return 1 + 4 / (1 + 0.05 * (double)record) + (double)column / 10 + (double)life / 1000;
}

/* ---- how it looks ---------------------------------------------------------------------------------------------------------- */

static const char *const columns[COLUMNS_MAX] = {"train/loss", "lr/pg0", "val/loss", "metrics/mAP", "grad_norm", "extra"};

static void as_table(const struct sheet *s, struct str *to)
{
    str_add(to, "epoch");
    for (size_t c = 0; c < s->columns; c++) str_addf(to, ",%s", columns[c]);
    str_add(to, "\n");
    for (size_t i = 0; i < s->n; i++) {
        str_addf(to, "%d", s->steps[i]);
        for (size_t c = 0; c < s->columns; c++) str_addf(to, i < s->begins[c] ? "," : ",%.6f", value_of(s, i, c));
        str_add(to, "\n");
    }
}

/* Ultralytics pads its cells. */
static void as_results(const struct sheet *s, struct str *to)
{
    str_add(to, "                  epoch");
    for (size_t c = 0; c < 3; c++) str_addf(to, ",%23s", columns[c]);
    str_add(to, "\n");
    for (size_t i = 0; i < s->n; i++) {
        str_addf(to, "%23d", s->steps[i]);
        for (size_t c = 0; c < 3; c++) str_addf(to, ",%23.5f", value_of(s, i, c));
        str_add(to, "\n");
    }
}

static void as_state(const struct sheet *s, struct str *to)
{
    str_addf(to, "{\n  \"best_metric\": null,\n  \"global_step\": %zu,\n  \"log_history\": [\n", s->n);
    for (size_t i = 0; i < s->n; i++) {
        str_addf(to, "%s    {\n      \"epoch\": %.2f,\n      \"loss\": %.6f,\n", i ? ",\n" : "", (double)i / 10,
                 value_of(s, i, 0));
        if (s->columns > 2 && i >= s->begins[2]) str_addf(to, "      \"eval_accuracy\": %.6f,\n", value_of(s, i, SCORE));
        str_addf(to, "      \"step\": %d\n    }", s->steps[i]);
    }
    str_add(to, "\n  ],\n  \"max_steps\": 1000000,\n  \"num_train_epochs\": 3\n}\n");
}

static const struct shape {
    const char *name, *format, *loss; /* loss: the series of column 0 */
    void (*write)(const struct sheet *s, struct str *to);
    bool grows; /* in columns */
} shapes[] = {
    {"metrics.csv", "csv", "train/loss", as_table, true},
    {"results.csv", "csv", "train/loss", as_results, false},
    {"trainer_state.json", "trainer_state", "loss", as_state, true},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static void add_record(struct sheet *s, const struct shape *shape)
{
    if (!s->n && !s->columns) s->columns = shape->grows ? 2 : COLUMNS_MAX;
    if (shape->grows && s->columns < COLUMNS_MAX && chance() < 0.05) s->begins[s->columns++] = s->n;
    s->steps[s->n] = (int)s->n + 1;
    s->n++;
}

/* In place or by a rename, in one piece or with looks in between. */
static void rewrite(struct world *w, const struct sheet *s, const struct shape *shape, bool looks)
{
    struct str text = {0};
    char fresh[160];
    bool in_place = chance() < 0.7;
    size_t half;
    shape->write(s, &text);
    snprintf(fresh, sizeof fresh, "%s.tmp", w->path);
    const char *path = in_place ? w->path : fresh;
    half = looks && in_place ? below(text.n + 1) : text.n;
    world_put(path, O_TRUNC, text.p, half);
    if (half < text.n) {
        w->now += 3; /* nor is what ends within a record used when it has been quiet for a while */
        world_turn(w, WORLD_ROOM);
        world_put(path, 0, text.p + half, text.n - half);
    }
    if (!in_place) assert_int_equal(rename(fresh, w->path), 0);
    str_done(&text);
}

/* Is it what was written, to as many digits as were written? */
static bool is_value(double value, const struct sheet *s, size_t record) { return fabs(value - value_of(s, record, 0)) < 1e-5; }

/* The values of column 0, each once, in order, and nothing else; of the others as many as there are. */
static void expect_sheet(const struct world *w, const struct sheet *s, const struct shape *shape)
{
    size_t next = 0;
    for (size_t i = 0; i < w->n_points; i++) {
        const struct world_point *p = &w->points[i];
        if (strcmp(w->series[p->series], shape->loss) != 0) continue;
        if (!is_value(p->value, s, next))
            fail_msg("%s: record %zu is %g, not %g", shape->name, next, p->value, value_of(s, next, 0));
        next++;
    }
    if (next != s->n) fail_msg("%s: %zu of %zu records", shape->name, next, s->n);
    for (size_t c = 1; shape->grows && shape->write == as_table && c < s->columns; c++)
        assert_int_equal(world_count(w, columns[c], 0, NULL), s->n - s->begins[c]);
}

static void expect_no_finding(struct world *w)
{
    const struct view *v = w->run ? run_view(w->run) : NULL;
    if (v && v->n_findings) fail_msg("a finding: %s", v->findings[0].finding.kind);
}

static void rewrite_often(const struct shape *shape)
{
    struct world w;
    struct sheet s = {0};
    world_open(&w, shape->name, shape->format);
    seed = 21;
    for (size_t i = 0; i < REWRITES; i++) {
        if (s.n < RECORDS_MAX) add_record(&s, shape);
        if (s.n < RECORDS_MAX && chance() < 0.1) add_record(&s, shape);
        rewrite(&w, &s, shape, w.up);
        if (chance() < 0.1) world_leave(&w, (enum world_stop)below(WORLD_STOPS), below(2));
        world_settle(&w);
        if (i % 20 == 19) expect_sheet(&w, &s, shape);
    }
    expect_sheet(&w, &s, shape);
    expect_no_finding(&w);
    world_close(&w);
}

static void a_table_that_grows_in_columns_is_given_once(void **unused)
{
    (void)unused;
    rewrite_often(&shapes[0]);
}
static void a_table_of_results_is_given_once(void **unused)
{
    (void)unused;
    rewrite_often(&shapes[1]);
}
static void a_trainer_state_is_given_once(void **unused)
{
    (void)unused;
    rewrite_often(&shapes[2]);
}

/* ---- a run that is resumed --------------------------------------------------------------------------------------------------- */

/* The file goes back to a checkpoint, and what follows has other values. */
static void resume(const struct shape *shape, enum world_stop how)
{
    struct world w;
    struct sheet s = {.life = 0};
    size_t before, back;
    world_open(&w, shape->name, shape->format);
    for (size_t i = 0; i < 40; i++) add_record(&s, shape);
    rewrite(&w, &s, shape, false);
    world_settle(&w);
    before = world_count(&w, shape->loss, 0, NULL);
    assert_int_equal(before, 40);
    world_leave(&w, how, true);
    s.kept = back = 10 + below(25);
    s.n = s.kept;
    s.life = 1;
    for (size_t i = 0; i < 20; i++) add_record(&s, shape);
    rewrite(&w, &s, shape, false);
    world_settle(&w);
    if (world_count(&w, shape->loss, 0, NULL) != before + 20)
        fail_msg("%s: %zu", shape->name, world_count(&w, shape->loss, 0, NULL));
    for (size_t i = w.n_points, record = s.n; record > back && i-- > 0;)
        if (strcmp(w.series[w.points[i].series], shape->loss) == 0) assert_true(is_value(w.points[i].value, &s, --record));
    world_close(&w);
}

static void what_a_resumed_run_writes_counts(void **unused)
{
    (void)unused;
    seed = 22;
    for (size_t i = 0; i < SHAPES; i++)
        for (int how = 0; how < WORLD_STOPS; how++) resume(&shapes[i], (enum world_stop)how);
}

/* ---- a writer that does not wait --------------------------------------------------------------------------------------------- */

struct racer {
    const struct world *w;
    const struct shape *shape;
    struct sheet s;
    atomic_bool stop;
};

/* As a library does: the file is emptied, and written in pieces. */
static void write_in_pieces(const char *path, const struct str *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    for (size_t at = 0; fd >= 0 && at < text->n;) {
        size_t piece = text->n - at < 512 ? text->n - at : 512;
        ssize_t n = write(fd, text->p + at, piece);
        if (n <= 0) break;
        at += (size_t)n;
    }
    if (fd >= 0) close(fd);
}

static void *race(void *arg)
{
    struct racer *r = arg;
    for (size_t i = 0; !atomic_load(&r->stop); i++) {
        struct str text = {0};
        if (i % 8 == 0 && r->s.n < RECORDS_MAX / 2) add_record(&r->s, r->shape);
        r->shape->write(&r->s, &text);
        write_in_pieces(r->w->path, &text);
        str_done(&text);
    }
    return NULL;
}

static void read_while_it_is_written(const struct shape *shape, size_t reads)
{
    struct world w;
    struct racer r = {.w = &w, .shape = shape};
    pthread_t thread;
    world_open(&w, shape->name, shape->format);
    world_start(&w);
    assert_int_equal(pthread_create(&thread, NULL, race, &r), 0);
    for (size_t done = 0, looks = 0; done < reads && looks < 50 * reads; looks++) {
        w.now += 30;                  /* longer than a file that was read whole is let alone, */
        w.reader.quiet_since = w.now; /* and never so quiet that a torn line would be used: its writer is within it */
        done += world_turn(&w, WORLD_ROOM);
    }
    atomic_store(&r.stop, true);
    pthread_join(thread, NULL);
    world_settle(&w);
    expect_sheet(&w, &r.s, shape);
    expect_no_finding(&w);
    print_message("%s: %zu reads while it was written, %zu records\n", shape->name, reads, r.s.n);
    world_close(&w);
}

static void reads_within_a_writing_give_nothing_that_is_not_so(void **unused)
{
    (void)unused;
    size_t reads = world_count_of(10000, 2000, 500);
    for (size_t i = 0; i < SHAPES; i++) read_while_it_is_written(&shapes[i], reads);
}

/* ---- replaced ------------------------------------------------------------------------------------------------------------------ */

/* One log, of which some lines were not read yet, and the one that takes its place. */
static void replace_unread(struct world *w, struct str *first, struct str *second, size_t how)
{
    char other[160];
    size_t read = 1 + below(5), unread = 1 + below(5), more = 1 + below(5), step = 0;
    first->n = second->n = 0;
    world_reset(w);
    for (const char *suffix = ".1"; suffix; suffix = strcmp(suffix, ".1") ? NULL : ".moved")
        snprintf(other, sizeof other, "%s%s", w->path, suffix), unlink(other);
    unlink(w->path);
    for (; step < read; step++) str_addf(first, "{\"step\": %zu, \"loss\": %zu.5}\n", step, step);
    world_put(w->path, O_EXCL, first->p, first->n);
    world_catch_up(w);
    first->n = 0;
    for (; step < read + unread; step++) str_addf(first, "{\"step\": %zu, \"loss\": %zu.5}\n", step, step);
    world_put(w->path, 0, first->p, first->n);
    for (; step < read + unread + more; step++) str_addf(second, "{\"step\": %zu, \"loss\": %zu.5}\n", step, step);
    snprintf(other, sizeof other, "%s%s", w->path, how == 1 ? ".1" : how == 2 ? ".moved" : ".tmp");
    if (how == 0) unlink(w->path);
    else if (how < 3) assert_int_equal(rename(w->path, other), 0);
    if (how < 3 && below(2)) world_turn(w, WORLD_ROOM);
    world_put(how == 3 ? other : w->path, O_TRUNC, second->p, second->n);
    if (how == 3) assert_int_equal(rename(other, w->path), 0);
    world_settle(w);
    if (w->n_points != step) fail_msg("replaced in way %zu: %zu of %zu records", how, w->n_points, step);
    for (size_t i = 0; i < step; i++) assert_int_equal(w->points[i].step, i);
    assert_int_equal(world_bad(w), 0);
}

static void what_was_unread_of_a_replaced_file_is_read(void **unused)
{
    (void)unused;
    struct world w;
    struct str first = {0}, second = {0};
    world_open(&w, "log.jsonl", "jsonl");
    seed = 23;
    for (size_t i = 0; i < 500; i++) replace_unread(&w, &first, &second, i % 4);
    str_done(&first);
    str_done(&second);
    world_close(&w);
}

/* Days of a log that only grows cost nothing but a count; what it repeats when it is written anew waits for the memory's answer. */
static void a_log_that_grows_keeps_no_history_until_it_is_written_anew(void **unused)
{
    (void)unused;
    struct world w;
    struct str log = {0};
    world_open(&w, "log.jsonl", "jsonl");
    for (int i = 0; i < 1000; i++) str_addf(&log, "{\"step\": %d, \"loss\": %d.5}\n", i, i);
    world_put(w.path, 0, log.p, log.n);
    world_settle(&w);
    assert_int_equal(w.n_points, 1000);
    assert_null(w.reader.history.hashes);
    log.n /= 2; /* back to a checkpoint */
    while (log.p[log.n - 1] != '\n') log.n--;
    str_add(&log, "{\"step\": 500, \"loss\": 7.25}\n");
    world_put(w.path, O_TRUNC, log.p, log.n);
    w.now += 10;
    reader_look(&w.reader, w.now);
    reader_turn(&w.reader, w.buffer, WORLD_ROOM, w.now, clock_now() + 10);
    assert_true(reader_awaits(&w.reader));
    assert_true(reader_busy(&w.reader));
    assert_int_equal(w.n_points, 1000);
    world_settle(&w);
    assert_false(reader_awaits(&w.reader));
    assert_int_equal(w.n_points, 1001);
    str_done(&log);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_that_grows_in_columns_is_given_once),
        cmocka_unit_test(a_table_of_results_is_given_once),
        cmocka_unit_test(a_trainer_state_is_given_once),
        cmocka_unit_test(what_a_resumed_run_writes_counts),
        cmocka_unit_test(reads_within_a_writing_give_nothing_that_is_not_so),
        cmocka_unit_test(what_was_unread_of_a_replaced_file_is_read),
        cmocka_unit_test(a_log_that_grows_keeps_no_history_until_it_is_written_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
