/* What stands in front of a message is found by the line before as it is found from the start, whatever the two lines are. */
#include "../../daemon/format/text/margin.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const lines[] = {
    "[2026-01-05 10:00:00] step: 0 | loss: 8.347131 | lr: 1.5e-07",
    "2026-01-05 10:00:01,123 - INFO - root - Epoch 3/10: loss=0.5, acc=0.75",
    "2026/01/05T10:00:01.5+01:00 | INFO | __main__:train:42 - step 7 loss 0.25",
    "I0105 10:00:01.123456 140735 train.py:42] Step 100: loss = 2.5 (0.1 sec)",
    "[rank3]: [2026-01-05 10:00:01] iteration 12/600 | loss 0.5 | lr 1e-4",
    "INFO:tensorflow:loss = 0.5, step = 100 (1.2 sec)",
    "INFO:train:[   120] training_loss: 0.5, 3.9 ms/step",
    "12: 2026-01-05 10:00:00 | INFO | train_inner | epoch 001: 10 / 40 loss=9.5",
    "[01/05 10:00:00 d2.utils.events]: eta: 0:00:07 iter: 19 total_loss: 1.5",
    "  {'loss': 0.5, 'grad_norm': 1.25, 'epoch': 0.1}",
    "2026-01-05 10:00:00 rank: 3 | loss 0.5 | step 7",
    "node-1: [2026-01-05 10:00:00] step 5 loss 0.5",
    "2026-01-05 10:00:00 [INFO] (trainer:762) 3epoch:train:1-20batch: loss=0.5",
    "2026-01-05 10:00:00 ppcls INFO: [Train][Epoch 1/20][Iter: 0/40]lr: 0.1, loss: 6.5",
    "2026-01-05 10:00:00 layer1.block: 5 - loss of train: 0.5 and more",
    "[Eval] 2026-01-05 10:00:00 lightning.pytorch 12 - loss 0.5 at step 100",
    "2026-01-05 10:00:00 | INFO | server.py:116 | step 5: loss 0.5 (fit 3)",
    "[INFO] flower 2022-04-02 10:00:00,123 | server.py:116 | loss 0.5",
    "44k\tINFO\tTrain Epoch: 1 [45%] loss 0.5 lr 0.1",
    "2026-01-05 10:00:00 Epoch [1/200], Step [5/1000], Loss: 0.4375",
    "2026-01-05 10:00:00 iter 12:34: loss 0.5 12/34/56 7:08:09 and on",
    "10:00:01 INFO worker_12.train[line:88] - loss: 0.5 step: 7 lr: 0.1",
};

/* vary - a copy with other digits; now and then another number of them, another byte, or one less. */
static size_t vary(unsigned *seed, const char *text, unsigned odd_in, char out[256])
{
    static const char odd[] = "-+.,:/ eI[](){}|0957x=_<>";
    size_t n = 0;
    for (const char *p = text; *p && n < 240; p++) {
        bool digit = *p >= '0' && *p <= '9';
        unsigned way = (unsigned)rand_r(seed) % odd_in;
        if (way == 0) out[n++] = odd[(size_t)rand_r(seed) % (sizeof odd - 1)];
        else if (way == 1 && digit) out[n++] = *p, out[n++] = '7';
        else if (way != 2) out[n++] = (char)(digit && rand_r(seed) % 3 == 0 ? '0' + rand_r(seed) % 10 : *p);
    }
    out[n] = 0;
    return n;
}

static bool same_span(struct span a, struct span b) { return a.n == b.n && (!a.n || a.p == b.p); }

static void assert_as_from_the_start(struct text_margin *m, struct span line, const char *before)
{
    struct text_prefix quick, whole;
    struct span a = text_margin_unprefix(m, line, &quick), b = text_unprefix(line, &whole);
    bool alike = same_span(a, b) && same_span(quick.tag, whole.tag) && same_span(quick.label, whole.label) &&
                 same_span(quick.clock, whole.clock) && quick.rank == whole.rank && quick.front == whole.front &&
                 quick.indented == whole.indented && (quick.time == whole.time || (isnan(quick.time) && isnan(whole.time)));
    if (!alike) fail_msg("behind '%s' another is read than from the start of '%.*s'", before, (int)line.n, line.p);
}

static void a_prefix_is_read_as_from_the_start(void **state)
{
    (void)state;
    unsigned seed = 11;
    for (size_t round = 0; round < 40000; round++) {
        struct text_margin m = {.kept = false};
        char made[256], other[256];
        size_t n = vary(&seed, lines[round % (sizeof lines / sizeof *lines)], 200, made);
        assert_as_from_the_start(&m, (struct span){made, n}, "");
        for (int k = 0; k < 4; k++) {
            struct text_margin kept = m;
            n = vary(&seed, made, k % 2 ? 40 : 400, other);
            assert_as_from_the_start(&kept, (struct span){other, n}, made);
        }
    }
}

static void a_log_s_next_line_needs_its_time_alone(void **state)
{
    (void)state;
    struct text_margin m = {.kept = false};
    struct text_prefix p;
    (void)text_margin_unprefix(&m, span_of("[2026-01-05 10:00:00] [INFO] step: 12 | loss: 0.5"), &p);
    assert_true(m.kept);
    struct span body = text_margin_unprefix(&m, span_of("[2026-01-05 10:00:59] [INFO] step: 13 | loss: 0.25 "), &p);
    assert_true(span_is(body, "step: 13 | loss: 0.25"));
    assert_true(p.time == 1767607259);
    (void)text_margin_unprefix(&m, span_of("[2026-01-05 10:00:59] [INFO] rank: 13 | loss: 0.25"), &p);
    assert_int_equal(p.rank, 13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_prefix_is_read_as_from_the_start),
        cmocka_unit_test(a_log_s_next_line_needs_its_time_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
