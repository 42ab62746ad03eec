/* test_text_rank - several processes in one log: the series are those of one of them. */
#include "format_probe.h"

#include <stdio.h>

enum { RANKS = 4, STEPS = 6 };

/* interleaved - the lines of four ranks; every one has a loss of its own.
 *   front   '#' stands for the rank;  first  the rank that is always quickest */
static void interleaved(struct str *log, const char *front, const char *counter, int first)
{
    for (int step = 1; step <= STEPS; step++)
        for (int i = 0; i < RANKS; i++) {
            int rank = (i + first) % RANKS;
            for (const char *c = front; *c; c++) {
                if (*c == '#') str_addf(log, "%d", rank);
                else str_addf(log, "%c", *c);
            }
            str_addf(log, "%s%d loss=%.4f\n", counter, step, rank + step / 16.0);
        }
}

static void ranks_do_not_mix(void **unused)
{
    (void)unused;
    static const char *const fronts[] = {
        "[rank#]: ", "#: ",       "[#]: ",    "[#] ",    "[default#]:",    "[trainer#]:",      "[GPU#] ",
        "[Rank #] ", "rank # | ", "Rank #: ", "rank=# ", "[1,#]<stdout>:", "(worker pid=7#) ", "Rank #, "};
    for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++)
        for (int first = 0; first < RANKS; first++) {
            struct str log = {0};
            interleaved(&log, fronts[i], "step ", first);
            struct probe *p = probe_text("text", log.p);
            if (p->points != STEPS) fail_msg("behind '%s', first %d:\n%s", fronts[i], first, p->text.p);
            for (int step = 1; step <= STEPS; step++) {
                char line[80];
                snprintf(line, sizeof line, "point loss %d %.17g @%d", step, first + step / 16.0, (step - 1) * RANKS + 1);
                probe_expect(p, line);
            }
            probe_close(p);
            str_done(&log);
        }
}

static void ranks_of_lines_without_a_counter_do_not_mix(void **unused)
{
    (void)unused;
    struct str log = {0};
    interleaved(&log, "[rank#]: ", "seen=", 0);
    struct probe *p = probe_text("text", log.p);
    probe_expect(p, "point loss 1 0.0625 @1");
    probe_expect(p, "point loss 6 0.375 @21");
    probe_refuse(p, "point loss 7");
    probe_close(p);
    str_done(&log);
}

static void growing_numbers_in_front_are_steps(void **unused)
{
    (void)unused;
    struct str log = {0};
    for (int step = 10; step <= 300; step += 10) str_addf(&log, "%d: loss=%.3f\n", step, step / 8.0);
    struct probe *p = probe_text("text", log.p);
    assert_int_equal(p->points, 30);
    probe_expect(p, "point loss 10 1.25 @1");
    probe_expect(p, "point loss 300 37.5 @30");
    probe_close(p);
    str_clear(&log);
    for (int i = 0; i < 10; i++) str_addf(&log, "%3d: step %d loss %d.5\n", i + 100, i, i); /* a numbered listing */
    p = probe_text("text", log.p);
    assert_int_equal(p->points, 10);
    probe_expect(p, "point loss 9 9.5 @10");
    probe_close(p);
    str_done(&log);
}

static void what_only_one_rank_logs_is_read_and_its_nan_is_told(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("text", "[rank0]: step 1 loss 2.5\n[rank3]: step 1 grad_norm 0.5 loss 2.25\n[rank0]: step 2 loss 2\n"
                           "[rank3]: step 2 grad_norm 0.25 loss nan\n[rank1]: step 2 loss 2.125 grad_norm 7\n");
    probe_expect(p, "point loss 1 2.5 @1");
    probe_expect(p, "point grad_norm 1 0.5 @2");
    probe_expect(p, "point loss 2 2 @3");
    probe_expect(p, "point loss (rank 3) 2 NaN @4");
    assert_int_equal(p->points, 5);
    probe_close(p);
}

static void a_silent_rank_gives_its_series_away(void **unused)
{
    (void)unused;
    struct str log = {0};
    str_add(&log, "[rank1]: step 0 loss 9\n");
    for (int step = 1; step <= 40; step++) str_addf(&log, "[rank0]: step %d loss %d.5\n", step, step);
    struct probe *p = probe_text("text", log.p);
    probe_expect(p, "point loss 40 40.5 @41");
    assert_true(p->points > 30);
    probe_close(p);
    str_done(&log);
}

static void lines_without_a_rank_belong_to_all(void **unused)
{
    (void)unused;
    struct probe *p = probe_text(
        "text", "[2026-01-05 10:00:01,123] [INFO] [logging.py:128:log_dist] [Rank 0] step=10, lr=[0.5]\n"
                "step 10 loss 2.5\n[2026-01-05 10:00:02,123] [INFO] [logging.py:128:log_dist] [Rank 0] step=20, lr=[0.25]\n"
                "step 20 loss 2.25\n");
    probe_expect(p, "point lr 20 0.25 @3 t1767607202.123");
    probe_expect(p, "point loss 20 2.25 @4");
    probe_close(p);
    p = probe_text("text",
                   "Rank-1  : 85.5%\nEpoch 1, Loss: 0.5\nRank-5  : 95.5%\nEpoch 2, Loss: 0.25\n"); /* a score of retrieval */
    probe_expect(p, "point Loss 2 0.25 @4");
    probe_close(p);
}

static void tracebacks_side_by_side_are_told_apart(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("text", "[rank1]: Traceback (most recent call last):\n[rank0]: Traceback (most recent call last):\n[rank1]:   "
                           "File \"a.py\", line 3\n"
                           "[rank0]:   File \"a.py\", line 3\n[rank0]: ValueError: late\n[rank1]: RuntimeError: first\n");
    probe_expect(p, "event traceback @6 RuntimeError: first");
    assert_int_equal(p->events, 1);
    probe_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_do_not_mix),
        cmocka_unit_test(ranks_of_lines_without_a_counter_do_not_mix),
        cmocka_unit_test(growing_numbers_in_front_are_steps),
        cmocka_unit_test(what_only_one_rank_logs_is_read_and_its_nan_is_told),
        cmocka_unit_test(a_silent_rank_gives_its_series_away),
        cmocka_unit_test(lines_without_a_rank_belong_to_all),
        cmocka_unit_test(tracebacks_side_by_side_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
