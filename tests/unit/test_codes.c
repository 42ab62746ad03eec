/* Sign codes: every instruction set that runs here counts what the plainest count does, and the finer penalty is what its definition says. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/store/codes.h"

enum { N = 64, DIMS_MAX = 500 };

static uint64_t seed = 88172645463325252u;

static float number(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (float)((double)(seed >> 11) * 0x1p-53 - 0.5);
}

struct made {
    float v[N][DIMS_MAX], question[DIMS_MAX];
    _Alignas(64) uint64_t codes[N * CODES_WORDS_MAX];
    size_t dims, words;
};

static struct made *make(size_t dims)
{
    struct made *m = aligned_alloc(64, (sizeof *m + 63) / 64 * 64);
    assert_non_null(m);
    memset(m, 0, sizeof *m);
    m->dims = dims;
    m->words = codes_words(dims);
    for (size_t d = 0; d < dims; d++) m->question[d] = number();
    for (size_t i = 0; i < N; i++) {
        for (size_t d = 0; d < dims; d++) m->v[i][d] = number();
        codes_put(m->codes + codes_at(i, m->words), CODES_LANES, m->v[i], dims);
    }
    return m;
}

static const size_t sizes[] = {1, 63, 64, 65, 256, 384, 500};

static void every_instruction_set_counts_the_signs_that_differ(void **state)
{
    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct made *m = make(sizes[s]);
        struct codes_question q;
        uint16_t counted[N];
        codes_ask(&q, m->question, m->dims);
        for (size_t k = 0; codes_all[k]; k++) {
            if (!codes_all[k]->runs_here()) continue;
            codes_all[k]->distances(m->codes, N / CODES_LANES, q.signs, m->words, counted);
            for (size_t i = 0; i < N; i++) {
                size_t differ = 0;
                for (size_t d = 0; d < m->dims; d++) differ += (m->v[i][d] > 0) != (m->question[d] > 0);
                assert_int_equal(counted[i], differ);
            }
        }
        free(m);
    }
}

static void every_instruction_set_adds_up_products(void **state)
{
    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct made *m = make(sizes[s]);
        for (size_t k = 0; codes_all[k]; k++) {
            double exact = 0;
            if (!codes_all[k]->runs_here()) continue;
            for (size_t d = 0; d < m->dims; d++) exact += (double)m->v[3][d] * (double)m->question[d];
            assert_true(fabs(codes_all[k]->dot(m->v[3], m->question, m->dims) - exact) < 1e-4);
        }
        free(m);
    }
}

/* A set bit costs what the question's level lacks to 15, a clear one the level. */
static void a_penalty_is_what_the_signs_cost_the_question(void **state)
{
    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct made *m = make(sizes[s]);
        struct codes_question q;
        float largest = 0;
        codes_ask(&q, m->question, m->dims);
        for (size_t d = 0; d < m->dims; d++) largest = fmaxf(largest, fabsf(m->question[d]));
        for (size_t i = 0; i < N; i++) {
            long cost = 0;
            for (size_t d = 0; d < m->dims; d++) {
                long level = lroundf((m->question[d] / largest + 1) * 7.5f);
                cost += m->v[i][d] > 0 ? 15 - level : level;
            }
            assert_int_equal(codes_penalty(&q, m->codes + codes_at(i, m->words)), cost);
        }
        free(m);
    }
}

static void a_question_of_zeros_is_answered(void **state)
{
    (void)state;
    struct codes_question q;
    const float zeros[64] = {0};
    const uint64_t code[CODES_LANES] = {UINT64_MAX};
    codes_ask(&q, zeros, 64);
    assert_int_equal(codes_penalty(&q, code), 15 * 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_instruction_set_counts_the_signs_that_differ),
        cmocka_unit_test(every_instruction_set_adds_up_products),
        cmocka_unit_test(a_penalty_is_what_the_signs_cost_the_question),
        cmocka_unit_test(a_question_of_zeros_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
