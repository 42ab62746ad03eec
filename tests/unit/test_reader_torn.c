/* A torn record is never half used: a file is cut at every byte, and the rest comes later, to a daemon that kept running, was stopped, or
 * was killed with or without its memory. What is given is what one reading of the whole file gives, in the same order.
 *
 * Text formats: a log of 10 kB each. Binary ones: real files (tests/fixtures). MLWATCH_DEEP=1 cuts each of them at every byte in every
 * way; else one of the logs is cut so and the others at a share of their bytes. */
#include "chance.h"
#include "reader_world.h"

#include "../../daemon/base/str.h"

enum { LOG_BYTES = 10240, FILE_MAX_BYTES = 1 << 20 };
#define FIXTURES SOURCE_DIR "/tests/fixtures/"

struct document {
    const char *name, *format;
    void (*make)(struct str *to, int step); /* one record; step 0: and what stands before it. NULL: a real file */
    const char *fixture;
    size_t every; /* in the short variant it is cut at each of so many bytes */
};

static void make_jsonl(struct str *to, int step)
{
    static const char *const notes[] = {"", "}", "\\\"{", "x\\u00e9", "\xc3\xa9\\n"};
    str_addf(to, "{\"step\": %d, \"loss\": %.6f, \"grad_norm\": %.4e, \"note\": \"%s\"}\n", step, 1 + chance(), chance(),
             notes[step % 5]);
}
static void make_csv(struct str *to, int step)
{
    if (!step) str_add(to, "step,train/loss,\"name, quoted\",val_loss\n");
    str_addf(to, "%d,%.9g,\"a,\"\"b\"\"\",%.5f\n", step, 1 + chance(), chance());
}
static void make_text(struct str *to, int step)
{
    str_addf(to, "[2026-01-05 10:%02d:%02d] step %d/9999 | loss %.5f | lr %.3e | %d tok/s\n", step / 60 % 60, step % 60, step,
             1 + chance(), 1e-3 * chance(), 1000 + step);
}

static const struct document documents[] = {
    {"log.jsonl", "jsonl", make_jsonl, NULL, 1},
    {"metrics.csv", "csv", make_csv, NULL, 31},
    {"train.log", "text", make_text, NULL, 31},
    {"events.out.tfevents.1700000000.host.1.0", "tfevents", NULL,
     FIXTURES "hf5/tensorboard/events.out.tfevents.1700000000.host.1.0", 29},
    {"run-ab12cd34.wandb", "wandb", NULL,
     FIXTURES "wandb/old_broken/wandb/offline-run-20260105_100001-ab12cd34/run-ab12cd34.wandb", 37},
};

static struct str bytes_of(const struct document *d)
{
    struct str bytes = {0};
    seed = 11;
    for (int step = 0; d->make && bytes.n < LOG_BYTES; step++) d->make(&bytes, step);
    if (d->make) return bytes;
    FILE *f = fopen(d->fixture, "rb");
    char *all = malloc(FILE_MAX_BYTES);
    if (!f || !all) fail_msg("cannot read '%s'", d->fixture);
    str_add_span(&bytes, (struct span){all, fread(all, 1, FILE_MAX_BYTES, f)});
    fclose(f);
    free(all);
    return bytes;
}

/* What one reading of the whole file gave. */
struct reading {
    struct world_point *points;
    size_t n;
};

/* Is what was given so far its beginning; all of it? */
static void expect_of(const struct world *w, const struct reading *whole, bool all, size_t cut, int how)
{
    bool same = all ? w->n_points == whole->n : w->n_points <= whole->n;
    for (size_t i = 0; same && i < w->n_points; i++) {
        const struct world_point *a = &w->points[i], *b = &whole->points[i];
        same = a->series == b->series && a->step == b->step && a->line == b->line &&
               memcmp(&a->value, &b->value, sizeof a->value) == 0;
    }
    if (!same) fail_msg("cut at %zu, stop %d, %s the rest, given:\n%s", cut, how, all ? "behind" : "before", world_text(w, true));
}

static void cut_and_go_on(struct world *w, const struct str *bytes, size_t cut, enum world_stop how, const struct reading *whole)
{
    world_reset(w);
    unlink(w->path);
    world_put(w->path, 0, bytes->p, cut);
    world_catch_up(w);
    expect_of(w, whole, false, cut, (int)how);
    world_leave(w, how, cut % 2);
    world_put(w->path, 0, bytes->p + cut, bytes->n - cut);
    world_catch_up(w);
    expect_of(w, whole, true, cut, (int)how);
    if (how == WORLD_RUNS) assert_int_equal(world_bad(w), 0);
}

static void cut_everywhere(const struct document *d)
{
    struct world w;
    struct str bytes = bytes_of(d);
    world_open(&w, d->name, d->format);
    world_put(w.path, 0, bytes.p, bytes.n);
    world_catch_up(&w);
    struct reading whole = {calloc(w.n_points, sizeof *whole.points), w.n_points};
    assert_true(w.n_points > 50);
    assert_non_null(whole.points);
    memcpy(whole.points, w.points, w.n_points * sizeof *whole.points);
    size_t every = world_count_of(1, d->every, d->every + 8), n = 0;
    for (size_t at = 0; at <= bytes.n; at += every)
        for (int how = 0; how < WORLD_STOPS; how++) {
            if (how == WORLD_SLEEPS) continue; /* the same as terminated, for the reader */
            size_t cut = at + (size_t)how < bytes.n ? at + (size_t)how * (every > 1) : bytes.n;
            cut_and_go_on(&w, &bytes, cut, (enum world_stop)how, &whole);
            n++;
        }
    print_message("%s: %zu cuts of %zu bytes\n", d->name, n, bytes.n);
    free(whole.points);
    str_done(&bytes);
    world_close(&w);
}

#define CUT(name, i)                                                                                                             \
    static void name(void **unused)                                                                                              \
    {                                                                                                                            \
        (void)unused;                                                                                                            \
        cut_everywhere(&documents[i]);                                                                                           \
    }
CUT(json_lines_cut_anywhere_are_read_once, 0)
CUT(a_table_cut_anywhere_is_read_once, 1)
CUT(console_output_cut_anywhere_is_read_once, 2)
CUT(an_event_file_cut_anywhere_is_read_once, 3)
CUT(a_wandb_file_cut_anywhere_is_read_once, 4)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_lines_cut_anywhere_are_read_once),    cmocka_unit_test(a_table_cut_anywhere_is_read_once),
        cmocka_unit_test(console_output_cut_anywhere_is_read_once), cmocka_unit_test(an_event_file_cut_anywhere_is_read_once),
        cmocka_unit_test(a_wandb_file_cut_anywhere_is_read_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
