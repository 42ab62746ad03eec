/* The form of a line: what it fills in is what reading the line from the start gives, whatever numbers stand in it. */
#include "../../daemon/format/text/form.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const lines[] = {
    "Epoch [1/200], Step [5/1000], Loss: 0.4375, Acc: 0.53",
    "step 12 | loss 2.0134 | lr 3.0e-04 | grad_norm 1.847 | 123.4 samples/s",
    "[2,  4000] loss: 1.250",
    "[12] loss=0.5 acc=31.02% time: 184.22ms",
    "12 | train loss -0.5 | valid loss -> 0.75",
    "Epoch: [2][40]  Time 0.25 (0.31)  Loss 5.8 (5.9)",
    "Epoch: [2][ 40/100]  Time 0.25 ( 0.31)  Loss 5.8 (5.9)",
    "loss: 2.3  [ 6400/60000]",
    "Train: (loss = 0.5, acc = 0.8) Test: (loss = 0.6, acc = 0.7)",
    "iteration 7,421 | tokens/sec: 12 tps: 1,234",
    "Batch [20-40] loss=0.5+0.01, t=12:30 x 1.2.3",
    "epoch=0/micro_step=80 loss:5:-3 a:0.5",
    "Validation Results - Epoch: 3  Avg loss: 0.31",
    "val loss (ms) 0.5 / 10 top1 0.5 f(x=3) nan loss: nan 5",
    "100/600 loss 0.5 12.5 3 7 rate 5",
    "12.5 loss 0.5",
};

/* vary - a copy of text with other numbers, now and then other blanks, signs or one other byte. */
static size_t vary(unsigned *seed, const char *text, char out[256])
{
    static const char odd[] = "-+.,:/ e[]()%0957x=";
    size_t n = 0;
    for (const char *p = text; *p && n < 200;) {
        bool digit = *p >= '0' && *p <= '9';
        if (digit && rand_r(seed) % 3 == 0) {
            while (*p >= '0' && *p <= '9') p++;
            for (int k = rand_r(seed) % 5; k >= 0; k--) out[n++] = (char)('0' + rand_r(seed) % 10);
            continue;
        }
        if (rand_r(seed) % 40 == 0) out[n++] = odd[(size_t)rand_r(seed) % (sizeof odd - 1)];
        if (rand_r(seed) % 60 == 0) p++;
        else out[n++] = *p++;
        if (n && out[n - 1] == ' ' && rand_r(seed) % 6 == 0) out[n++] = ' ';
    }
    while (n && out[n - 1] == ' ') n--;
    size_t blanks = 0;
    while (blanks < n && out[blanks] == ' ') blanks++;
    memmove(out, out + blanks, n - blanks);
    return n - blanks;
}

static bool same_number(double a, double b) { return a == b || (isnan(a) && isnan(b)); }
static bool same_span(struct span a, struct span b) { return a.n == b.n && (!a.n || memcmp(a.p, b.p, a.n) == 0); }

static bool same_pair(const struct text_pair *a, const struct text_pair *b)
{
    return same_span(a->key, b->key) && same_span(a->section, b->section) && same_number(a->value, b->value) &&
           same_number(a->total, b->total) && same_number(a->mean, b->mean) && same_number(a->spread, b->spread) &&
           a->last == b->last && a->words == b->words && a->separator == b->separator && a->percent == b->percent &&
           a->bracketed == b->bracketed && text_key_split(a) == text_key_split(b) &&
           text_section_split(a) == text_section_split(b);
}

static bool same(const struct text_pairs *a, const struct text_pairs *b)
{
    bool alike = a->n == b->n && same_span(a->label, b->label) && a->titled == b->titled && same_number(a->lead, b->lead) &&
                 a->lead_bracketed == b->lead_bracketed && a->prose == b->prose && a->calls == b->calls && a->code == b->code &&
                 a->quoted == b->quoted && a->braces == b->braces;
    for (size_t i = 0; i < a->n && alike; i++) alike = same_pair(&a->pair[i], &b->pair[i]);
    for (size_t i = 1; i < a->n && alike; i++) /* one section or two: told by where they stand */
        alike = (a->pair[i].section.p == a->pair[i - 1].section.p) == (b->pair[i].section.p == b->pair[i - 1].section.p);
    return alike;
}

static void a_form_fills_in_what_the_line_says(void **state)
{
    (void)state;
    static struct text_names names;
    static struct text_forms forms;
    unsigned seed = 8, fitted = 0;
    for (size_t round = 0; round < 20000; round++) {
        char made[256], other[256];
        const char *line = lines[round % (sizeof lines / sizeof *lines)];
        memset(&forms, 0, sizeof forms);
        made[vary(&seed, line, made)] = 0;
        if (!made[0]) continue;
        text_forms_keep(&forms, span_of(made), 0);
        for (int k = 0; k < 4; k++) {
            struct text_pairs quick, whole;
            other[vary(&seed, made, other)] = 0;
            if (!other[0] || !text_forms_fit(&forms, span_of(other), 0, &names, &quick)) continue;
            text_pairs(span_of(other), &whole);
            fitted++;
            if (!same(&quick, &whole)) fail_msg("'%s' is read as if it were '%s'", other, made);
        }
    }
    assert_true(fitted > 2000);
}

static void a_loop_s_lines_have_one_form(void **state)
{
    (void)state;
    static struct text_names names;
    static struct text_forms forms;
    struct text_pairs ps;
    memset(&forms, 0, sizeof forms);
    text_forms_keep(&forms, span_of("Epoch [1/200], Step [ 999/1000], Loss: 2.0112, Acc: 0.53"), 5);
    const struct text_form *f =
        text_forms_fit(&forms, span_of("Epoch [10/200], Step [1/1000], Loss: -1e-05, Acc: 1"), 0, &names, &ps);
    assert_null(f); /* the blank in front of 999 says that the counts are set in a column */
    f = text_forms_fit(&forms, span_of("Epoch [10/200], Step [   1/1000], Loss: -1e-05, Acc: 1"), 0, &names, &ps);
    assert_non_null(f);
    assert_int_equal(f->families, 5);
    assert_int_equal(ps.n, 4);
    assert_true(ps.pair[1].value == 1 && ps.pair[1].total == 1000 && ps.pair[2].value == -1e-05 && ps.pair[3].value == 1);
}

static void what_is_not_finite_is_read_from_the_start(void **state)
{
    (void)state;
    static struct text_names names;
    static struct text_forms forms;
    struct text_pairs ps;
    memset(&forms, 0, sizeof forms);
    text_forms_keep(&forms, span_of("step 5 loss 0.5"), 0);
    assert_non_null(text_forms_fit(&forms, span_of("step 6 loss 0.25"), 0, &names, &ps));
    assert_null(text_forms_fit(&forms, span_of("step 6 loss nan"), 0, &names, &ps));
    assert_null(text_forms_fit(&forms, span_of("step 6 loss inf"), 0, &names, &ps));
    assert_null(text_forms_fit(&forms, span_of("step 6 loss 1e999"), 0, &names, &ps));
    assert_null(text_forms_fit(&forms, span_of("step 6 loss 0.25 "), 0, &names, &ps));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_fills_in_what_the_line_says),
        cmocka_unit_test(a_loop_s_lines_have_one_form),
        cmocka_unit_test(what_is_not_finite_is_read_from_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
