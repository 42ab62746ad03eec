/* What is no log costs no more than it must: a line without an end does not fill the memory, garbage costs only itself, and what would
 * block a reader is never opened. MLWATCH_DEEP=1 makes them 1 GiB long. */
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include "chance.h"
#include "reader_world.h"

#include "../../daemon/base/str.h"
#include "../../daemon/engine/scan.h"

enum { RECORDS = 1000, PIECE_BYTES = 1 << 20, MEMORY_MAX_KIB = 24 << 10 };

static size_t long_mebibytes(void) { return world_count_of(1024, 64, 16); }

/* The most memory that this process ever had, in KiB. */
static long peak(void)
{
    struct rusage u;
    assert_int_equal(getrusage(RUSAGE_SELF, &u), 0);
    return u.ru_maxrss;
}

static const struct {
    const char *name, *format, *header;
} logs[] = {{"log.jsonl", "jsonl", ""}, {"metrics.csv", "csv", "step,loss\n"}, {"train.log", "text", ""}};
enum { LOGS = sizeof logs / sizeof *logs };

static void put_records(const struct world *w, int from)
{
    struct str text = {0};
    for (int i = from; i < from + RECORDS; i++) {
        if (strcmp(w->format->name, "jsonl") == 0) str_addf(&text, "{\"step\": %d, \"loss\": %d.5}\n", i, i);
        else if (strcmp(w->format->name, "csv") == 0) str_addf(&text, "%d,%d.5\n", i, i);
        else str_addf(&text, "step: %d loss: %d.5\n", i, i);
    }
    world_put(w->path, 0, text.p, text.n);
    str_done(&text);
}

/* So many mebibytes; fill makes one. */
static void put_mebibytes(const struct world *w, size_t n, void (*fill)(char *piece))
{
    char *piece = malloc(PIECE_BYTES);
    assert_non_null(piece);
    for (; n; n--) fill(piece), world_put(w->path, 0, piece, PIECE_BYTES);
    free(piece);
}

/* The daemon's turns, until everything was read. */
static void read_all(struct world *w)
{
    if (!w->up) world_start(w);
    for (int quiet = 0; quiet < 3;) {
        w->now += quiet ? 1.0 : 0.01;
        quiet = world_turn(w, WORLD_ROOM) ? 0 : quiet + 1;
    }
}

/* The records, each once and in order. Points that nobody wrote: a row of a table may be made by chance, with two cells that are numbers; so
 * may, thousands of times more rarely, a short line of console output ("k=3"): 3 in 1 GiB when it was tried. */
static void expect_records(const struct world *w, size_t n)
{
    size_t next = 0, strays = 0;
    for (size_t i = 0; i < w->n_points; i++) {
        const struct world_point *p = &w->points[i];
        bool mine = strcmp(w->series[p->series], "loss") == 0 && p->step == (int64_t)next && p->value < (double)next + 0.6 &&
                    p->value > (double)next + 0.4;
        next += mine;
        strays += !mine;
    }
    assert_int_equal(next, n);
    if (strays) print_message("%s: %zu rows made by chance\n", w->format->name, strays);
    bool table = strcmp(w->format->name, "csv") == 0, text = strcmp(w->format->name, "text") == 0;
    assert_in_range(strays, 0, table ? 100 * long_mebibytes() : text ? long_mebibytes() / 50 : 0);
}

/* Records, what is between, records; read as it is there at once, and with the daemon there before. */
static void between_records(void (*fill)(char *piece))
{
    for (size_t i = 0; i < LOGS; i++) {
        struct world w;
        world_open(&w, logs[i].name, logs[i].format);
        world_put(w.path, O_EXCL, logs[i].header, strlen(logs[i].header));
        put_records(&w, 0);
        read_all(&w);
        expect_records(&w, RECORDS);
        long before = peak();
        put_mebibytes(&w, long_mebibytes(), fill);
        read_all(&w);
        world_put(w.path, 0, "\n", 1);
        put_records(&w, RECORDS);
        read_all(&w);
        expect_records(&w, 2 * RECORDS);
        assert_in_range(peak() - before, 0, MEMORY_MAX_KIB);
        print_message("%s: %zu MiB between, %zu bad records, %ld KiB more memory\n", logs[i].name, long_mebibytes(),
                      (size_t)world_bad(&w), peak() - before);
        world_close(&w);
    }
}

static void fill_line(char *piece)
{
    for (size_t i = 0; i < PIECE_BYTES; i++) piece[i] = "loss 0.5, "[i % 10];
}
static void fill_zeros(char *piece) { memset(piece, 0, PIECE_BYTES); }
static void fill_garbage(char *piece)
{
    for (size_t i = 0; i < PIECE_BYTES; i++) piece[i] = (char)(seed >> 40), (void)chance();
}

static void a_line_without_an_end_costs_bounded_memory(void **unused)
{
    (void)unused;
    between_records(fill_line);
}
static void zeros_cost_bounded_memory(void **unused)
{
    (void)unused;
    between_records(fill_zeros);
}
static void garbage_costs_only_itself(void **unused)
{
    (void)unused;
    seed = 31;
    between_records(fill_garbage);
}

/* ---- what would block ------------------------------------------------------------------------------------------------------- */

struct place {
    char path[160], inside[160]; /* of the log that is none; of something in or beside it */
    int fd;
};

static void be_fifo(struct place *p) { assert_int_equal(mkfifo(p->path, 0600), 0); }
static void be_fifo_with_a_writer(struct place *p)
{
    be_fifo(p);
    p->fd = open(p->path, O_RDWR | O_NONBLOCK);
    assert_int_equal(write(p->fd, "loss 0.5\n", 9), 9);
}
static void be_socket(struct place *p)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    snprintf(name.sun_path, sizeof name.sun_path, "%.100s", p->path);
    p->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(p->fd, (struct sockaddr *)&name, sizeof name), 0);
}
static void link_to(struct place *p, const char *target) { assert_int_equal(symlink(target, p->path), 0); }
static void be_link_to_zeros(struct place *p) { link_to(p, "/dev/zero"); }
static void be_link_to_a_terminal(struct place *p) { link_to(p, "/dev/ptmx"); }
static void be_link_to_a_pipe(struct place *p)
{
    assert_int_equal(mkfifo(p->inside, 0600), 0);
    link_to(p, p->inside);
}
static void be_link_to_itself(struct place *p) { link_to(p, p->path); }
static void be_link_to_nothing(struct place *p) { link_to(p, "nowhere/train.log"); }
static void be_directory(struct place *p) { assert_int_equal(mkdir(p->path, 0700), 0); }
static void be_link_to_its_directory(struct place *p) { link_to(p, "."); }
static void be_empty(struct place *p) { world_put(p->path, O_EXCL, "", 0); }
static void be_device(struct place *p)
{
    if (mknod(p->path, S_IFCHR | 0600, makedev(5, 0)) == 0) return; /* the controlling terminal */
    print_message("SKIP: no right to make a device; a link to one instead\n");
    link_to(p, "/dev/tty");
}

static const struct kind {
    const char *name;
    void (*be)(struct place *p);
} kinds[] = {
    {"a FIFO", be_fifo},
    {"a FIFO with a writer", be_fifo_with_a_writer},
    {"a socket", be_socket},
    {"a device", be_device},
    {"a link to a device without an end", be_link_to_zeros},
    {"a link to a terminal", be_link_to_a_terminal},
    {"a link to a FIFO", be_link_to_a_pipe},
    {"a link to itself", be_link_to_itself},
    {"a link to nothing", be_link_to_nothing},
    {"a directory", be_directory},
    {"a link to its directory", be_link_to_its_directory},
    {"an empty file", be_empty},
};

static void read_nothing_of(struct world *w, const struct kind *kind)
{
    struct scan s = {0};
    struct err err = {0};
    for (int i = 0; i < 3; i++) w->now += 70, world_turn(w, WORLD_ROOM);
    assert_int_equal(w->n_points, 0);
    if (scan_directory(w->directory, &s, &err) == OK && s.n_runs) fail_msg("%s is a log", kind->name);
    scan_done(&s);
}

/* There from the beginning; then a log takes its place; then it takes the log's place, while that is read. */
static void meet(const struct kind *kind)
{
    struct world w;
    struct place p = {.fd = -1};
    world_open(&w, "train.log", "text");
    snprintf(p.path, sizeof p.path, "%s", w.path);
    snprintf(p.inside, sizeof p.inside, "%s.pipe", w.path);
    kind->be(&p);
    world_start(&w);
    read_nothing_of(&w, kind);
    if (unlink(p.path) != 0) assert_int_equal(rmdir(p.path), 0);
    world_put(w.path, O_EXCL, "step: 1 loss: 2.5\n", 18);
    world_settle(&w);
    assert_int_equal(w.n_points, 1);
    unlink(p.path), unlink(p.inside);
    if (p.fd >= 0) close(p.fd);
    p.fd = -1;
    kind->be(&p);
    for (int i = 0; i < 3; i++) w.now += 70, world_turn(&w, WORLD_ROOM);
    world_stop(&w);
    world_start(&w);
    for (int i = 0; i < 3; i++) w.now += 70, world_turn(&w, WORLD_ROOM);
    assert_int_equal(w.n_points, 1);
    if (p.fd >= 0) close(p.fd);
    world_close(&w);
}

static void what_is_no_file_never_blocks(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        alarm(60); /* a reader that hangs is killed, and this test with it */
        meet(&kinds[i]);
    }
    alarm(0);
    print_message("%zu kinds\n", sizeof kinds / sizeof *kinds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_without_an_end_costs_bounded_memory),
        cmocka_unit_test(zeros_cost_bounded_memory),
        cmocka_unit_test(garbage_costs_only_itself),
        cmocka_unit_test(what_is_no_file_never_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
