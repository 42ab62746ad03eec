/* One file is not taken for another: neither one that has its inode, nor one that begins like it, nor itself after it was truncated
 * and has grown past the old place; also while nobody watches. MLWATCH_DEEP=1 runs the long variants. */
#include "chance.h"
#include "reader_world.h"

#include "../../daemon/base/str.h"

enum { SIZES = 1024, TABLES = 100 };

/* Records that were written, by number: each has a value of its own. */
struct truth {
    size_t n;
};

static void add_line(struct truth *t, const struct world *w, int step, struct str *to)
{
    double value = (double)t->n++ + 0.25;
    if (strcmp(w->format->name, "csv") == 0) str_addf(to, "%d,%.2f\n", step, value);
    else if (strcmp(w->format->name, "jsonl") == 0) str_addf(to, "{\"step\": %d, \"loss\": %.2f}\n", step, value);
    else str_addf(to, "step: %d loss: %.2f\n", step, value);
}

static void add_lines(struct truth *t, const struct world *w, int step, size_t n, bool begins, struct str *to)
{
    if (begins && strcmp(w->format->name, "csv") == 0) str_add(to, "step,loss\n");
    for (size_t i = 0; i < n; i++) add_line(t, w, step + (int)i, to);
}

/* All n records in order, each once. */
static void expect_all(const struct world *w, size_t n, size_t round)
{
    size_t next = 0;
    for (size_t i = 0; i < w->n_points; i++) {
        if (strcmp(w->series[w->points[i].series], "loss") != 0) continue;
        if ((size_t)w->points[i].value != next)
            fail_msg("round %zu: record %zu was expected, not %g", round, next, w->points[i].value);
        next++;
    }
    if (next != n) fail_msg("round %zu: %zu of %zu records", round, next, n);
}

static const struct {
    const char *name, *format;
} shapes[] = {{"log.jsonl", "jsonl"}, {"metrics.csv", "csv"}, {"train.log", "text"}};
enum { SHAPES = sizeof shapes / sizeof *shapes, ROUNDS_A_LIFE = 25 };

static uint64_t inode_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (uint64_t)st.st_ino : 0;
}

/* ---- deleted and made again: its inode is given to the next file ----------------------------------------------------------- */

static bool make_again(struct world *w, struct truth *t, enum world_stop how)
{
    struct str text = {0};
    uint64_t inode = inode_of(w->path);
    world_leave(w, how, true);
    if (w->reader.tail.fd >= 0)
        tail_close(&w->reader.tail); /* as one does that is short of descriptors: else the inode is not free */
    unlink(w->path);
    add_lines(t, w, 0, 1 + below(9), true, &text);
    world_put(w->path, O_EXCL, text.p, text.n);
    str_done(&text);
    return inode_of(w->path) == inode;
}

static void a_new_file_with_the_inode_of_the_old_one_is_read_from_its_first_byte(void **unused)
{
    (void)unused;
    struct world w;
    char directory[] = "/var/tmp/mlwatch-again.XXXXXX"; /* on a disk: there the inode is given away again at once */
    size_t same = 0, rounds = 500;
    assert_non_null(mkdtemp(directory));
    seed = 3;
    for (size_t done = 0; done < rounds; done += ROUNDS_A_LIFE) {
        struct truth t = {0};
        size_t shape = done / ROUNDS_A_LIFE % SHAPES;
        world_open_in(&w, directory, shapes[shape].name, shapes[shape].format);
        for (size_t i = 0; i < ROUNDS_A_LIFE; i++) {
            same += make_again(&w, &t, (enum world_stop)below(WORLD_STOPS));
            world_settle(&w);
            expect_all(&w, t.n, done + i);
        }
        unlink(w.path);
        world_close(&w);
    }
    rmdir(directory);
    print_message("%zu of %zu files had the inode of the one before\n", same, rounds);
    if (!same) print_message("SKIP: this file system does not give inodes away again\n");
}

/* ---- truncated, and grown past the old place -------------------------------------------------------------------------------- */

static void truncate_and_regrow(struct world *w, struct truth *t, enum world_stop how)
{
    struct str text = {0};
    struct stat st;
    size_t old = stat(w->path, &st) == 0 ? (size_t)st.st_size : 0;
    bool committed = below(2);
    if (how == WORLD_KILLED && !committed) world_commit(w); /* what is not in the memory could not be read again */
    world_leave(w, how, committed);
    add_lines(t, w, (int)below(5), 1, true, &text);
    while (text.n <= old) add_line(t, w, 10, &text);
    world_put(w->path, O_TRUNC, text.p, text.n);
    str_done(&text);
}

static void a_file_that_grew_past_the_old_place_after_it_was_truncated_is_read_again(void **unused)
{
    (void)unused;
    struct world w;
    struct str text = {0};
    size_t rounds = world_count_of(1000, 1000, 400), life = 8; /* a file that has to grow each time */
    seed = 4;
    for (size_t done = 0; done < rounds; done += life) {
        struct truth t = {0};
        size_t shape = done / life % SHAPES;
        world_open(&w, shapes[shape].name, shapes[shape].format);
        text.n = 0;
        add_lines(&t, &w, 0, 1 + below(3), true, &text);
        world_put(w.path, O_EXCL, text.p, text.n);
        world_settle(&w);
        for (size_t i = 0; i < life; i++) {
            truncate_and_regrow(&w, &t, (enum world_stop)below(WORLD_STOPS));
            world_settle(&w);
            expect_all(&w, t.n, done + i);
        }
        world_close(&w);
    }
    str_done(&text);
}

static void bytes_that_were_overwritten_unread_are_reported(void **unused)
{
    (void)unused;
    struct world w;
    struct truth t = {0};
    struct str text = {0};
    world_open(&w, "log.jsonl", "jsonl");
    add_lines(&t, &w, 0, 5, true, &text);
    world_put(w.path, O_EXCL, text.p, text.n);
    world_settle(&w);
    assert_int_equal(world_bad(&w), 0);
    text.n = 0;
    add_lines(&t, &w, 5, 5, false, &text);
    world_put(w.path, 0, text.p, text.n);
    world_look(&w); /* it was seen, and is gone before it is read */
    text.n = 0;
    add_lines(&t, &w, 0, 2, true, &text);
    world_put(w.path, O_TRUNC, text.p, text.n);
    world_settle(&w);
    assert_int_equal(world_count(&w, "loss", 0, NULL), 7);
    assert_int_equal(world_bad(&w), 1);
    str_done(&text);
    world_close(&w);
}

/* ---- every size -------------------------------------------------------------------------------------------------------------- */

static size_t lines_in(const char *p, size_t n)
{
    size_t lines = 0;
    for (size_t i = 0; i < n; i++) lines += p[i] == '\n';
    return lines;
}

/* Its first n bytes, read; then another file, of the same size at first; then that one's rest. */
static void change_at(struct world *w, const struct str *first, const struct str *second, size_t n, enum world_stop how)
{
    size_t before = lines_in(first->p, n), all = lines_in(second->p, second->n);
    world_reset(w);
    unlink(w->path);
    world_put(w->path, 0, first->p, n);
    world_catch_up(w);
    assert_int_equal(w->n_points, before);
    world_leave(w, how, true);
    world_put(w->path, O_TRUNC, second->p, n);
    if (n % 3) w->now += 2, world_catch_up(w);
    world_put(w->path, 0, second->p + n, second->n - n);
    world_settle(w);
    if (w->n_points != before + all) fail_msg("%zu bytes, stop %d: %zu records, not %zu", n, (int)how, w->n_points, before + all);
    for (size_t i = 0; i < all; i++) assert_int_equal((int)w->points[before + i].value, 5000 + (int)i);
}

static void a_file_of_any_size_is_told_from_another_of_that_size(void **unused)
{
    (void)unused;
    struct world w;
    struct str first = {0}, second = {0};
    world_open(&w, "train.log", "text");
    for (int i = 0; first.n <= SIZES; i++) str_addf(&first, "loss: %d.5 | step: %d\n", 1000 + i, i);
    for (int i = 0; second.n <= SIZES; i++) str_addf(&second, "loss: %d.5 | step: %d\n", 5000 + i, i);
    size_t every = world_count_of(1, 1, 3);
    for (size_t n = 0; n <= SIZES; n += every) change_at(&w, &first, &second, n, (enum world_stop)(n / every % WORLD_STOPS));
    str_done(&first);
    str_done(&second);
    world_close(&w);
}

/* ---- equal beginnings --------------------------------------------------------------------------------------------------------- */

struct table {
    struct world w;
    struct truth t;
    char path[160]; /* where its file is, by now */
};

static void grow(struct table *table, size_t i, size_t rows)
{
    struct str text = {0};
    for (; rows; rows--) str_addf(&text, "%zu,%zu.%03zu\n", table->t.n, table->t.n, i), table->t.n++;
    world_put(table->w.path, 0, text.p, text.n);
    str_done(&text);
}

static void expect_own(const struct table *table, size_t i)
{
    assert_int_equal(table->w.n_points, table->t.n);
    for (size_t k = 0; k < table->t.n; k++) {
        double value = (double)k + (double)i / 1000;
        if (table->w.points[k].value < value - 1e-9 || table->w.points[k].value > value + 1e-9)
            fail_msg("table %zu was given %g as its row %zu", i, table->w.points[k].value, k);
    }
}

/* What happens to it between two looks: nothing, it is rotated, or its daemon sleeps, is stopped or killed. */
static void happen(struct table *table, const char *header)
{
    char old[160];
    size_t what = below(3);
    snprintf(old, sizeof old, "%s.1", table->w.path);
    if (what == 1) assert_int_equal(rename(table->w.path, old), 0);
    if (what == 1) world_put(table->w.path, O_EXCL, header, strlen(header));
    if (what == 2) world_leave(&table->w, (enum world_stop)below(WORLD_STOPS), true);
}

static void a_hundred_tables_with_one_header_are_kept_apart(void **unused)
{
    (void)unused;
    static const char header[] = "step,loss\n";
    struct table *tables = calloc(TABLES, sizeof *tables);
    char name[32];
    assert_non_null(tables);
    seed = 5;
    for (size_t i = 0; i < TABLES; i++) {
        snprintf(name, sizeof name, i % 2 ? "metrics.%zu.csv" : "metrics%zu.csv", i);
        world_open_in(&tables[i].w, i ? tables[0].w.directory : NULL, name, "csv");
        world_put(tables[i].w.path, O_EXCL, header, sizeof header - 1);
        world_catch_up(&tables[i].w);
    }
    for (size_t round = 0; round < 6; round++) {
        for (size_t i = 0; i < TABLES; i++) happen(&tables[i], header), grow(&tables[i], i, 1 + below(4));
        for (size_t i = 0; i < TABLES; i++) world_settle(&tables[i].w), expect_own(&tables[i], i);
    }
    for (size_t i = TABLES; i-- > 0;) world_close(&tables[i].w);
    free(tables);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_file_with_the_inode_of_the_old_one_is_read_from_its_first_byte),
        cmocka_unit_test(a_file_that_grew_past_the_old_place_after_it_was_truncated_is_read_again),
        cmocka_unit_test(bytes_that_were_overwritten_unread_are_reported),
        cmocka_unit_test(a_file_of_any_size_is_told_from_another_of_that_size),
        cmocka_unit_test(a_hundred_tables_with_one_header_are_kept_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
