/* Every complete record once, in order, through everything that can happen to a file: random sequences against a reference.
 *
 * A writer does to a log what writers and rotators do: whole lines, torn lines, rename rotation (with packing), copytruncate, replacement,
 * rewriting in place, deletion, going back to a checkpoint. In between the reader is turned, committed, put to sleep, stopped, killed, and
 * started again, sometimes long after. Each record has a value of its own, so the reference is simple:
 *   - what the run was given are records of the writer, whole, each at most once, in the order in which they were written;
 *   - whenever the reader has caught up, everything that lies in the log and its rotated files was given, and so was what
 *     a file that is no more held while the reader had it open.
 * What was destroyed before anybody could read it may be missing. All of it twice: the reader looks when its tick comes, and when the
 * kernel's events say so, also between two steps of a rotation. The seed of a failure is printed; MLWATCH_SEED=n runs that one,
 * MLWATCH_SEQUENCES=n so many, MLWATCH_DEEP=1 runs 50,000. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <zlib.h>
#include <zstd.h>

#include "chance.h"
#include "reader_world.h"

#include "../../daemon/base/str.h"

enum { RECORDS_MAX = 4096, KEEP_MAX = 3, FILES_MAX = KEEP_MAX + 1, TORN_OPS_MAX = 4, PATH_BYTES = 192 };
enum shape { SHAPE_JSONL, SHAPE_CSV, SHAPE_TEXT, SHAPE_STATE, SHAPE_COUNT };
static const char *const names[] = {"log.jsonl", "metrics.csv", "train.log", "trainer_state.json"};
static const char *const shapes[] = {"jsonl", "csv", "text", "trainer_state"};

/* What one file holds: records, by number, in order. */
struct content {
    int *records;
    size_t n, room;
};
struct model {
    struct world w;
    enum shape shape;
    uint64_t seed_of_all;
    bool dated, natural;             /* rotated names are dates; modification times are the machine's own */
    double clock;                    /* of the file system, seconds since 1970 */
    struct content files[FILES_MAX]; /* 0: the log; 1...: rotated, youngest first */
    char rotated[FILES_MAX][PATH_BYTES];
    size_t n_rotated;
    struct content owed; /* of files that are no more, but were open */
    int64_t steps[RECORDS_MAX];
    double values[RECORDS_MAX];
    size_t n_records, lost;
    int64_t step;
    int torn, torn_ops; /* record of which a piece is written, or -1 */
    size_t torn_done;
    int rotations;
    bool wide; /* CSV: with a column more */
    struct str trace;
};

/* ---- contents ------------------------------------------------------------------------------------------------------------ */

static void keep(struct content *c, int record)
{
    if (c->n == c->room) {
        c->room = c->room ? 2 * c->room : 32;
        c->records = realloc(c->records, c->room * sizeof *c->records);
        assert_non_null(c->records);
    }
    c->records[c->n++] = record;
}

static void keep_all(struct content *to, const struct content *from)
{
    for (size_t i = 0; i < from->n; i++) keep(to, from->records[i]);
}

static int new_record(struct model *m)
{
    int r = (int)m->n_records++;
    assert_in_range(r, 0, RECORDS_MAX - 1);
    m->steps[r] = m->step++;
    m->values[r] = r + chance();
    return r;
}

static void line_of(const struct model *m, int r, struct str *to)
{
    long long step = m->steps[r];
    double value = m->values[r];
    if (m->shape == SHAPE_JSONL)
        str_addf(to, "{\"step\": %lld, \"note\": \"%.*s\", \"loss\": %.17g}\n", step, r % 7, "abcdefg", value);
    if (m->shape == SHAPE_CSV) str_addf(to, m->wide ? "%lld,%.17g,\n" : "%lld,%.17g\n", step, value);
    if (m->shape == SHAPE_TEXT) str_addf(to, "step: %lld loss: %.17g\n", step, value);
}

static void header_of(const struct model *m, struct str *to)
{
    if (m->shape == SHAPE_CSV) str_add(to, m->wide ? "step,loss,val_loss\n" : "step,loss\n");
}

static void document_of(const struct model *m, const struct content *c, struct str *to)
{
    str_add(to, "{\n \"max_steps\": 9000,\n \"log_history\": [\n");
    for (size_t i = 0; i < c->n; i++)
        str_addf(to, "%s  {\"step\": %lld, \"loss\": %.17g}", i ? ",\n" : "", (long long)m->steps[c->records[i]],
                 m->values[c->records[i]]);
    str_add(to, "\n ],\n \"best_metric\": null\n}\n");
}

static void whole_of(const struct model *m, const struct content *c, struct str *to)
{
    if (m->shape == SHAPE_STATE) {
        document_of(m, c, to);
        return;
    }
    header_of(m, to);
    for (size_t i = 0; i < c->n; i++) line_of(m, c->records[i], to);
}

/* ---- the file system ----------------------------------------------------------------------------------------------------- */

static void stamp(struct model *m, const char *path)
{
    m->clock += 0.01 + chance();
    struct timespec t[2] = {{(time_t)m->clock, (long)(fmod(m->clock, 1) * 1e9)}, {0}};
    t[1] = t[0];
    if (!m->natural) assert_int_equal(utimensat(AT_FDCWD, path, t, 0), 0);
}

static void put(struct model *m, const char *path, int flags, const char *p, size_t n)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | flags, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, p, n), n);
    close(fd);
    stamp(m, path);
}

static char *slurp(const char *path, size_t *n)
{
    struct stat st;
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0 && fstat(fd, &st) == 0);
    char *p = malloc((size_t)st.st_size + 1);
    assert_non_null(p);
    assert_int_equal(read(fd, p, (size_t)st.st_size), st.st_size);
    close(fd);
    *n = (size_t)st.st_size;
    return p;
}

/* Between two steps of a writer or a rotator the reader may look. */
static void moment(struct model *m)
{
    if (m->w.hinted) world_hint(&m->w);
    else if (chance() < 0.1) m->w.now += chance(), world_turn(&m->w, WORLD_ROOM);
}

static bool log_is_there(const struct model *m) { return access(m->w.path, F_OK) == 0; }

/* Does the reader have the log itself open, so that nothing of it can be taken away? */
static bool held(const struct model *m)
{
    struct stat here, mine;
    if (!m->w.up || m->w.reader.tail.fd < 0 || stat(m->w.path, &here) != 0) return false;
    return fstat(m->w.reader.tail.fd, &mine) == 0 && mine.st_ino == here.st_ino && mine.st_dev == here.st_dev;
}

/* ---- what writers do ----------------------------------------------------------------------------------------------------- */

static void note(struct model *m, const char *what) { str_addf(&m->trace, " %s@%zu/%zu", what, m->n_records, m->w.n_points); }

static void no_longer_torn(struct model *m) { m->torn = -1; }

static void append_lines(struct model *m)
{
    struct str text = {0};
    size_t n = 1 + below(5);
    note(m, "append");
    if (!log_is_there(m) || !m->files[0].n) {
        struct stat st;
        if (stat(m->w.path, &st) != 0 || st.st_size == 0) header_of(m, &text);
    }
    if (m->torn >= 0) {
        struct str line = {0};
        line_of(m, m->torn, &line);
        str_add(&text, line.p + m->torn_done);
        str_done(&line);
        keep(&m->files[0], m->torn);
        no_longer_torn(m);
    }
    while (n--) {
        int r = new_record(m);
        line_of(m, r, &text);
        keep(&m->files[0], r);
    }
    put(m, m->w.path, 0, text.p, text.n);
    str_done(&text);
}

static void tear(struct model *m)
{
    struct str text = {0}, line = {0};
    if (m->torn >= 0) {
        if (m->torn_ops++ >= TORN_OPS_MAX) append_lines(m);
        return;
    }
    note(m, "tear");
    struct stat st;
    if (stat(m->w.path, &st) != 0 || st.st_size == 0) header_of(m, &text);
    m->torn = new_record(m);
    m->torn_ops = 0;
    line_of(m, m->torn, &line);
    /* "{" and later "{..." may be one file or two: the first line of a file is torn where it is like no other */
    m->torn_done = m->files[0].n ? 1 + below(line.n - 1) : line.n - 1 - below(5);
    str_add_span(&text, (struct span){line.p, m->torn_done});
    put(m, m->w.path, 0, text.p, text.n);
    str_done(&text);
    str_done(&line);
}

static void pack(char path[PATH_BYTES])
{
    size_t n;
    char *text = slurp(path, &n), to[PATH_BYTES];
    bool zstd = chance() < 0.5;
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    snprintf(to, sizeof to, "%.*s%s", PATH_BYTES - 8, path, zstd ? ".zst" : ".gz");
    if (zstd) {
        size_t room = ZSTD_compressBound(n);
        char *packed = malloc(room);
        size_t k = ZSTD_compress(packed, room, text, n, 1);
        FILE *f = fopen(to, "w");
        assert_int_equal(fwrite(packed, 1, k, f), k);
        fclose(f);
        free(packed);
    } else {
        gzFile f = gzopen(to, "wb1");
        assert_int_equal(gzwrite(f, text, (unsigned)n), n);
        gzclose(f);
    }
    struct timespec t[2] = {st.st_mtim, st.st_mtim};
    assert_int_equal(utimensat(AT_FDCWD, to, t, 0), 0);
    unlink(path);
    strcpy(path, to);
    free(text);
}

/* ".gz", ".zst" or "" */
static const char *packing(const char *path)
{
    const char *dot = strrchr(path, '.');
    return strcmp(dot, ".gz") == 0 || strcmp(dot, ".zst") == 0 ? dot : "";
}

/* Which suffix the file that becomes number i gets: log.1, log.2.gz; dates stay as they are. */
static void shift(struct model *m)
{
    if (m->n_rotated == KEEP_MAX) unlink(m->rotated[KEEP_MAX]), m->n_rotated--;
    free(m->files[KEEP_MAX].records);
    for (size_t i = m->n_rotated; i >= 1; i--) {
        char to[PATH_BYTES];
        snprintf(to, sizeof to, "%s.%zu%s", m->w.path, i + 1, packing(m->rotated[i]));
        if (!m->dated) assert_int_equal(rename(m->rotated[i], to), 0);
        memcpy(m->rotated[i + 1], m->dated ? m->rotated[i] : to, PATH_BYTES);
    }
    for (size_t i = KEEP_MAX; i > 1; i--) m->files[i] = m->files[i - 1];
    m->files[1] = (struct content){0};
    m->n_rotated++;
    if (m->dated) snprintf(m->rotated[1], PATH_BYTES, "%s-2026%04d", m->w.path, 101 + m->rotations++);
    else snprintf(m->rotated[1], PATH_BYTES, "%s.1", m->w.path);
}

static void pack_some(struct model *m)
{
    for (size_t i = 2; i <= m->n_rotated; i++)
        if (!*packing(m->rotated[i]) && chance() < 0.5) pack(m->rotated[i]);
}

/* What is to be rotated out next: if the reader has it open, it must still be read. */
static void owe_oldest(struct model *m)
{
    struct stat mine, it;
    if (m->n_rotated < KEEP_MAX || !m->w.up || m->w.reader.tail.fd < 0) return;
    if (stat(m->rotated[KEEP_MAX], &it) != 0 || fstat(m->w.reader.tail.fd, &mine) != 0 || mine.st_ino != it.st_ino) return;
    keep_all(&m->owed, &m->files[KEEP_MAX]);
}

static void rotate_by_rename(struct model *m)
{
    if (!log_is_there(m)) return;
    note(m, "rename");
    owe_oldest(m);
    shift(m);
    moment(m);
    assert_int_equal(rename(m->w.path, m->rotated[1]), 0);
    m->files[1] = m->files[0];
    m->files[0] = (struct content){0};
    no_longer_torn(m);
    moment(m);
    pack_some(m);
    if (chance() < 0.7) append_lines(m);
}

static void rotate_by_copy(struct model *m)
{
    size_t n;
    if (!log_is_there(m)) return;
    note(m, "copytruncate");
    owe_oldest(m);
    shift(m);
    char *text = slurp(m->w.path, &n);
    put(m, m->rotated[1], O_EXCL, text, n);
    free(text);
    moment(m);
    assert_int_equal(truncate(m->w.path, 0), 0);
    stamp(m, m->w.path);
    m->files[1] = m->files[0];
    m->files[0] = (struct content){0};
    no_longer_torn(m);
    pack_some(m);
    if (chance() < 0.7) append_lines(m);
}

/* What the writer has in its file when it writes it anew: all of it, its beginning (a checkpoint), or nothing (another run). */
static void cut_back(struct model *m)
{
    double how = chance();
    struct content *c = &m->files[0];
    if (how < 0.2) c->n = 0;
    else if (how < 0.4 && c->n) c->n = below(c->n + 1);
    if (how < 0.4) m->step = c->n ? m->steps[c->records[c->n - 1]] + 1 : 0;
    for (size_t more = below(4) + (c->n == 0); more; more--) keep(c, new_record(m));
    m->wide = m->wide || chance() < 0.1;
    no_longer_torn(m);
}

/* Bytes up to the end of the first record: before it no file can be told from another one that begins alike. */
static size_t first_record(const struct model *m, const struct str *text)
{
    const char *end = m->shape == SHAPE_STATE ? text->p : strchr(text->p, '\n') + 1;
    return (size_t)((m->shape == SHAPE_CSV ? strchr(end, '\n') + 1 : end) - text->p);
}

static void write_anew(struct model *m)
{
    struct str text = {0};
    char fresh[PATH_BYTES];
    bool in_place = chance() < 0.5, deleting = !in_place && chance() < 0.4;
    note(m, in_place ? "rewrite" : deleting ? "recreate" : "replace");
    if (!in_place && held(m)) keep_all(&m->owed, &m->files[0]);
    cut_back(m);
    whole_of(m, &m->files[0], &text);
    snprintf(fresh, sizeof fresh, "%s.tmp", m->w.path);
    if (deleting) unlink(m->w.path);
    size_t first = first_record(m, &text), half = in_place && chance() < 0.5 ? first + below(text.n - first) : 0;
    if (half) {
        put(m, m->w.path, O_TRUNC, text.p, half);
        if (chance() < 0.7) m->w.now += 0.5, world_turn(&m->w, WORLD_ROOM);
        put(m, m->w.path, 0, text.p + half, text.n - half);
    } else put(m, in_place || deleting ? m->w.path : fresh, O_TRUNC, text.p, text.n);
    if (!in_place && !deleting) assert_int_equal(rename(fresh, m->w.path), 0);
    str_done(&text);
}

static void delete_log(struct model *m)
{
    if (!log_is_there(m)) return;
    note(m, "delete");
    if (held(m)) keep_all(&m->owed, &m->files[0]);
    unlink(m->w.path);
    m->files[0].n = 0;
    no_longer_torn(m);
}

/* ---- what is expected ---------------------------------------------------------------------------------------------------- */

static void complain(const struct model *m, const char *what, int record)
{
    print_message("seed %llu, %s: %s (record %d) after:%s\n", (unsigned long long)m->seed_of_all, shapes[m->shape], what, record,
                  m->trace.p ? m->trace.p : "");
    for (size_t i = 0; i <= m->n_rotated; i++) {
        print_message("%s:", i ? m->rotated[i] : m->w.path);
        for (size_t k = 0; k < m->files[i].n; k++) print_message(" %d", m->files[i].records[k]);
        print_message("\n");
    }
    print_message("given:");
    for (size_t i = 0; i < m->w.n_points; i++)
        if (strcmp(m->w.series[m->w.points[i].series], "loss") == 0) print_message(" %d", (int)m->w.points[i].value);
    print_message("\n");
    fail();
}

/* The record that a point is; complains when it is none. */
static int record_of(const struct model *m, const struct world_point *p)
{
    int r = (int)p->value;
    if (!(p->value >= 0) || r >= (int)m->n_records || memcmp(&m->values[r], &p->value, sizeof p->value) != 0 ||
        m->steps[r] != p->step)
        complain(m, "a point that was never written", (int)p->step);
    return r;
}

static void expect_given(const struct model *m, const struct content *c, const bool *given)
{
    for (size_t i = 0; i < c->n; i++)
        if (!given[c->records[i]]) complain(m, "a record is missing", c->records[i]);
}

static void check(struct model *m)
{
    bool given[RECORDS_MAX] = {false};
    int last = -1;
    for (size_t i = 0; i < m->w.n_points; i++) {
        if (strcmp(m->w.series[m->w.points[i].series], "loss") != 0) continue;
        int r = record_of(m, &m->w.points[i]);
        if (given[r]) complain(m, "a record was given twice", r);
        if (r < last) complain(m, "records are out of order", r);
        given[r] = true;
        last = r;
    }
    for (size_t i = 0; i <= m->n_rotated; i++) expect_given(m, &m->files[i], given);
    expect_given(m, &m->owed, given);
    m->owed.n = 0;
}

/* While the log is empty its writer may still be writing to the file before it, so the reader stays there. */
static void settle(struct model *m)
{
    struct stat st;
    if (stat(m->w.path, &st) == 0 && st.st_size == 0) append_lines(m);
    note(m, "settle");
    world_settle(&m->w);
    check(m);
}

/* ---- what the daemon does ------------------------------------------------------------------------------------------------ */

static void turn(struct model *m)
{
    note(m, "turn");
    m->w.now += chance() * 2;
    if (m->w.hinted) world_hint(&m->w);
    else world_turn(&m->w, WORLD_ROOM);
}

static void commit(struct model *m) { note(m, "commit"), world_commit(&m->w); }

static void leave(struct model *m)
{
    double how = chance();
    note(m, how < 0.3 ? "sleep" : how < 0.6 ? "stop" : "kill");
    m->owed.n = 0;
    if (how < 0.3) world_sleep(&m->w);
    else if (how < 0.6) world_stop(&m->w);
    else world_kill(&m->w);
}

static void come_back(struct model *m)
{
    if (m->w.up) return;
    note(m, "start");
    world_start(&m->w);
}

struct op {
    void (*does)(struct model *m);
    int often;
    bool appended; /* not for a document */
};
static const struct op ops[] = {{append_lines, 10, true},  {tear, 4, true},        {rotate_by_rename, 3, true},
                                {rotate_by_copy, 2, true}, {write_anew, 3, false}, {delete_log, 1, false},
                                {turn, 12, false},         {settle, 4, false},     {commit, 5, false},
                                {leave, 3, false},         {come_back, 4, false}};

static void run_sequence(uint64_t number, bool hinted)
{
    struct model *m = calloc(1, sizeof *m);
    int sum = 0;
    seed = number * 0x9E3779B97F4A7C15u + 1;
    for (int i = 0; i < 4; i++) (void)chance();
    m->seed_of_all = number;
    m->shape = (enum shape)below(SHAPE_COUNT);
    m->dated = chance() < 0.4;
    m->natural = chance() < 0.4;
    m->clock = 1700000000;
    m->torn = -1;
    world_open(&m->w, names[m->shape], shapes[m->shape]);
    m->w.forgetful = number % 4 != 0;
    if (hinted) world_hints(&m->w);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) sum += ops[i].often;
    for (size_t n = 10 + below(50); n; n--) {
        int at = (int)below((size_t)sum), i = 0;
        while (at >= ops[i].often) at -= ops[i++].often;
        if (ops[i].appended && m->shape == SHAPE_STATE) i = 4;
        ops[i].does(m);
    }
    settle(m);
    for (size_t i = 0; i < FILES_MAX; i++) free(m->files[i].records);
    free(m->owed.records);
    str_done(&m->trace);
    world_close(&m->w);
    free(m);
}

static uint64_t number_of(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

static void run_sequences(bool hinted)
{
    uint64_t one = number_of("MLWATCH_SEED", 0), n = number_of("MLWATCH_SEQUENCES", number_of("MLWATCH_DEEP", 0) ? 50000 : 2000);
    if (one) run_sequence(one, hinted);
    for (uint64_t i = 1; !one && i <= n; i++) run_sequence(i, hinted);
}

static void every_complete_record_is_given_once_and_in_order_when_polling(void **state)
{
    (void)state;
    run_sequences(false);
}

static void every_complete_record_is_given_once_and_in_order_when_the_kernel_tells(void **state)
{
    (void)state;
    run_sequences(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_complete_record_is_given_once_and_in_order_when_polling),
        cmocka_unit_test(every_complete_record_is_given_once_and_in_order_when_the_kernel_tells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
