/* What the reader of a checkpoint says crosses a pipe: all of it arrives, in pieces of any size, and nothing that is said can do harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "../../daemon/base/inspection.h"
#include "../../daemon/base/str.h"

static const uint64_t counts[INSPECTION_BUCKETS] = {3, [20] = 6, [31] = 3};

static struct inspected_tensor made_tensor(const char *name)
{
    return (struct inspected_tensor){.name = name,
                                     .dtype = "F32",
                                     .slot = "exp_avg",
                                     .parameter = NULL,
                                     .part = INSPECTED_OPTIMIZER,
                                     .element = TENSOR_BF16,
                                     .index = 7,
                                     .n_dims = 2,
                                     .shape = {3, 4},
                                     .count = 12,
                                     .summed = true,
                                     .shares = true,
                                     .summary = {.count = 12,
                                                 .nan = 1,
                                                 .inf = 2,
                                                 .zero = 3,
                                                 .mean = 0.5,
                                                 .std = 1.5,
                                                 .min = -2,
                                                 .max = INFINITY,
                                                 .norm = 9,
                                                 .rows = 3,
                                                 .zero_rows = 1},
                                     .compared = true,
                                     .change = {.count = 12,
                                                .changed = 5,
                                                .rows = 3,
                                                .changed_rows = 2,
                                                .norm_before = 1,
                                                .norm_now = 2,
                                                .norm_difference = 3,
                                                .dot = 4},
                                     .effective_rank = 2.5,
                                     .largest_singular = NAN,
                                     .tail_exponent = 3.25,
                                     .histogram = counts};
}

static void say_everything(struct str *out)
{
    const int64_t parameters[] = {4, 5};
    const char *const names[] = {"a.weight", "b.weight"};
    const struct inspected_group group = {1, "AdamW", 1e-3, 0.1, 1e-8, 0.9, NAN, NAN, 2, parameters, names};
    struct inspected_tensor t = made_tensor("optimizer.state.7.exp_avg");
    inspection_put_head(out, "torch", 4711);
    inspection_put_fact(out, "step", "500");
    inspection_put_group(out, &group);
    inspection_put_state(out, INSPECTED_INCOMPLETE, "its end is missing");
    inspection_put_safety(out, INSPECTED_MALICIOUS, "calls os.system");
    inspection_put_safety(out, INSPECTED_SUSPICIOUS, "imports something");
    inspection_put_count(out, 1);
    inspection_put_tensor(out, &t);
    inspection_put_end(out, INSPECTED_INCOMPLETE, INSPECTED_MALICIOUS, 0.25);
}

static enum status hear(struct span bytes, size_t piece, struct inspection *i, const char *why)
{
    struct inspection_reader r;
    struct err err = {0};
    enum status s = OK;
    inspection_read(&r, i);
    for (size_t at = 0; !s && at < bytes.n; at += piece)
        s = inspection_feed(&r, (struct span){bytes.p + at, bytes.n - at < piece ? bytes.n - at : piece}, &err);
    if (s) assert_true(err.text[0] != '\0');
    inspection_close(&r, why);
    return s;
}

static void check_everything(const struct inspection *i)
{
    assert_true(i->ended);
    assert_string_equal(i->format, "torch");
    assert_int_equal(i->size, 4711);
    assert_string_equal(inspection_fact(i, "step"), "500");
    assert_null(inspection_fact(i, "epoch"));
    assert_int_equal(i->n_groups, 1);
    assert_string_equal(i->groups[0].optimizer, "AdamW");
    assert_int_equal(i->groups[0].n_parameters, 2);
    assert_int_equal(i->groups[0].parameters[1], 5);
    assert_string_equal(i->groups[0].names[0], "a.weight");
    assert_true(isnan(i->groups[0].momentum) && i->groups[0].eps == 1e-8);
    assert_int_equal(i->n_tensors, 1);
    const struct inspected_tensor *t = &i->tensors[0], told = made_tensor("optimizer.state.7.exp_avg");
    assert_string_equal(t->name, told.name);
    assert_string_equal(t->slot, "exp_avg");
    assert_null(t->parameter);
    assert_int_equal(t->element, TENSOR_BF16);
    assert_int_equal(t->index, 7);
    assert_true(t->summed && t->shares && t->compared && isnan(t->largest_singular) && t->effective_rank == 2.5 &&
                t->tail_exponent == 3.25);
    assert_memory_equal(t->shape, told.shape, sizeof told.shape);
    assert_memory_equal(&t->summary, &told.summary, sizeof told.summary);
    assert_memory_equal(t->histogram, counts, sizeof counts);
    assert_memory_equal(&t->change, &told.change, sizeof told.change);
}

static void everything_arrives_in_pieces_of_any_size(void **state)
{
    static const size_t pieces[] = {1, 2, 3, 5, 17, 64, 1000, 1 << 20};
    struct str s = {0};
    (void)state;
    say_everything(&s);
    for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++) {
        struct inspection i;
        assert_int_equal(hear((struct span){s.p, s.n}, pieces[k], &i, NULL), OK);
        check_everything(&i);
        assert_int_equal(i.state, INSPECTED_INCOMPLETE);
        assert_int_equal(i.safety, INSPECTED_MALICIOUS);
        inspection_done(&i);
    }
    str_done(&s);
}

static void reasons_come_worst_first(void **state)
{
    struct str s = {0};
    struct inspection i;
    (void)state;
    say_everything(&s);
    assert_int_equal(hear((struct span){s.p, s.n}, s.n, &i, NULL), OK);
    assert_int_equal(i.n_reasons, 3);
    assert_string_equal(i.reasons[0], "calls os.system");
    inspection_done(&i);
    str_done(&s);
}

static void the_worst_reason_is_kept_when_there_are_too_many(void **state)
{
    struct str s = {0};
    struct inspection i;
    char text[32];
    (void)state;
    inspection_put_head(&s, "pickle", 1);
    for (int k = 0; k < 300; k++) {
        snprintf(text, sizeof text, "reason %d", k);
        inspection_put_safety(&s, INSPECTED_SAFETY_UNVERIFIED, text);
    }
    inspection_put_safety(&s, INSPECTED_MALICIOUS, "the one that counts");
    inspection_put_end(&s, INSPECTED_WHOLE, INSPECTED_SAFE, 0);
    assert_int_equal(hear((struct span){s.p, s.n}, 7, &i, NULL), OK);
    assert_int_equal(i.safety, INSPECTED_MALICIOUS);
    assert_int_equal(i.n_reasons, INSPECTION_MAX_REASONS);
    assert_string_equal(i.reasons[0], "the one that counts");
    inspection_done(&i);
    str_done(&s);
}

/* Whatever is cut off: what was established stays, nothing is called whole or safe. */
static void a_cut_is_never_whole_and_safe(void **state)
{
    struct str s = {0};
    (void)state;
    inspection_put_head(&s, "safetensors", 1);
    inspection_put_count(&s, 1);
    struct inspected_tensor t = made_tensor("w");
    inspection_put_tensor(&s, &t);
    inspection_put_end(&s, INSPECTED_WHOLE, INSPECTED_SAFE, 0);
    for (size_t n = 0; n <= s.n; n++) {
        struct inspection i;
        hear((struct span){s.p, n}, 11, &i, "it went away");
        assert_int_equal(i.ended, n == s.n);
        assert_int_equal(i.state, n == s.n ? INSPECTED_WHOLE : INSPECTED_STATE_UNVERIFIED);
        assert_int_equal(i.safety, n == s.n ? INSPECTED_SAFE : INSPECTED_SAFETY_UNVERIFIED);
        if (n < s.n) assert_string_equal(i.reasons[0], "it went away");
        inspection_done(&i);
    }
    str_done(&s);
}

static void malicious_stays_so_when_the_reader_dies(void **state)
{
    struct str s = {0};
    struct inspection i;
    (void)state;
    inspection_put_head(&s, "pickle", 1);
    inspection_put_safety(&s, INSPECTED_MALICIOUS, "calls os.system");
    hear((struct span){s.p, s.n}, s.n, &i, "its reader crashed (SIGSEGV)");
    assert_int_equal(i.safety, INSPECTED_MALICIOUS);
    assert_int_equal(i.state, INSPECTED_STATE_UNVERIFIED);
    assert_string_equal(i.reasons[0], "calls os.system");
    assert_string_equal(i.reasons[1], "its reader crashed (SIGSEGV)");
    inspection_done(&i);
    str_done(&s);
}

/* Any byte may be any other: it ends, and what comes out is in range. */
static void a_changed_byte_does_no_harm(void **state)
{
    struct str s = {0};
    unsigned seed = 12345;
    (void)state;
    say_everything(&s);
    for (size_t at = 0; at < s.n; at++)
        for (int k = 0; k < 3; k++) {
            char kept = s.p[at];
            struct inspection i;
            seed = seed * 1103515245 + 12345;
            s.p[at] = (char)(seed >> 16);
            hear((struct span){s.p, s.n}, 64, &i, NULL);
            assert_true(i.state <= INSPECTED_STATE_UNVERIFIED && i.safety <= INSPECTED_MALICIOUS);
            for (size_t t = 0; t < i.n_tensors; t++) assert_true(i.tensors[t].n_dims <= INSPECTION_MAX_DIMS && i.tensors[t].name);
            inspection_done(&i);
            s.p[at] = kept;
        }
    str_done(&s);
}

static void too_much_of_anything_is_refused(void **state)
{
    struct str s = {0};
    struct inspection i;
    (void)state;
    inspection_put_head(&s, "torch", 1);
    size_t head = s.n;
    inspection_put_count(&s, INSPECTION_MAX_TENSORS + 1ULL);
    assert_int_equal(hear((struct span){s.p, s.n}, s.n, &i, NULL), E_LIMIT);
    inspection_done(&i);
    s.n = head;
    for (int k = 0; k <= INSPECTION_MAX_FACTS; k++) inspection_put_fact(&s, "k", "v");
    assert_int_equal(hear((struct span){s.p, s.n}, s.n, &i, NULL), E_LIMIT);
    inspection_done(&i);
    s.n = head;
    for (int k = 0; k < 5000; k++) inspection_put_safety(&s, INSPECTED_SUSPICIOUS, "again");
    assert_int_equal(hear((struct span){s.p, s.n}, s.n, &i, NULL), E_LIMIT);
    assert_int_equal(i.safety, INSPECTED_SUSPICIOUS);
    inspection_done(&i);
    str_done(&s);
}

static void long_texts_are_cut_by_the_sender(void **state)
{
    char name[2000];
    struct str s = {0};
    struct inspection i;
    (void)state;
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    inspection_put_head(&s, "torch", 1);
    inspection_put_fact(&s, name, name);
    inspection_put_end(&s, INSPECTED_WHOLE, INSPECTED_SAFE, 0);
    assert_int_equal(hear((struct span){s.p, s.n}, s.n, &i, NULL), OK);
    assert_int_equal(strlen(i.facts[0].key), INSPECTION_MAX_TEXT);
    inspection_done(&i);
    str_done(&s);
}

static void what_is_broken_outweighs_what_could_not_be_seen(void **state)
{
    (void)state;
    assert_int_equal(inspection_worse_state(INSPECTED_CORRUPT, INSPECTED_STATE_UNVERIFIED), INSPECTED_CORRUPT);
    assert_int_equal(inspection_worse_state(INSPECTED_STATE_UNVERIFIED, INSPECTED_INCOMPLETE), INSPECTED_INCOMPLETE);
    assert_int_equal(inspection_worse_state(INSPECTED_WHOLE, INSPECTED_STATE_UNVERIFIED), INSPECTED_STATE_UNVERIFIED);
    assert_int_equal(inspection_worse_safety(INSPECTED_SUSPICIOUS, INSPECTED_SAFETY_UNVERIFIED), INSPECTED_SUSPICIOUS);
    assert_string_equal(inspection_state_name(99), "unverified");
    assert_string_equal(inspection_safety_name(99), "unverified");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_arrives_in_pieces_of_any_size),
        cmocka_unit_test(reasons_come_worst_first),
        cmocka_unit_test(the_worst_reason_is_kept_when_there_are_too_many),
        cmocka_unit_test(a_cut_is_never_whole_and_safe),
        cmocka_unit_test(malicious_stays_so_when_the_reader_dies),
        cmocka_unit_test(a_changed_byte_does_no_harm),
        cmocka_unit_test(too_much_of_anything_is_refused),
        cmocka_unit_test(long_texts_are_cut_by_the_sender),
        cmocka_unit_test(what_is_broken_outweighs_what_could_not_be_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
