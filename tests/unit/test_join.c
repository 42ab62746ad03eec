/* The optimizer's state gets the names of parameters where that is certain, and stays without them where it is a guess. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/engine/checkpoint/parts.h"

enum { TENSORS = 16 };
struct made {
    struct checkpoint c;
    struct checkpoint_part parts[2];
    struct inspected_tensor model[TENSORS], state[TENSORS];
    struct inspected_group group;
};

static void begin(struct made *m, const char *format)
{
    memset(m, 0, sizeof *m);
    m->c.parts = m->parts;
    m->c.n_parts = 2;
    for (int i = 0; i < 2; i++) m->parts[i].read = true;
    m->parts[1].role = PART_OPTIMIZER;
    m->parts[0].inspection.tensors = m->model;
    m->parts[1].inspection.tensors = m->state;
    snprintf(m->parts[0].inspection.format, sizeof m->parts[0].inspection.format, "%s", format);
}

static void add_parameter(struct made *m, const char *name, uint64_t rows, uint64_t columns)
{
    m->model[m->parts[0].inspection.n_tensors++] =
        (struct inspected_tensor){.name = name, .dtype = "F32", .index = -1, .n_dims = columns ? 2 : 1, .shape = {rows, columns}};
}

static void add_state(struct made *m, uint64_t rows, uint64_t columns)
{
    size_t i = m->parts[1].inspection.n_tensors++;
    m->state[i] = (struct inspected_tensor){.name = "optimizer.state",
                                            .dtype = "F32",
                                            .part = INSPECTED_OPTIMIZER,
                                            .slot = "exp_avg",
                                            .index = (int64_t)i,
                                            .n_dims = columns ? 2 : 1,
                                            .shape = {rows, columns}};
}

static const char *owner(const struct made *m, size_t i) { return m->state[i].parameter ? m->state[i].parameter : "nobody"; }

static void one_group_is_in_the_order_of_the_model(void **state)
{
    struct made m;
    (void)state;
    begin(&m, "torch");
    add_parameter(&m, "a.weight", 4, 3), add_parameter(&m, "a.bias", 4, 0), add_parameter(&m, "b.weight", 4, 3);
    add_state(&m, 4, 3), add_state(&m, 4, 0), add_state(&m, 4, 3);
    join_optimizer(&m.c);
    assert_true(m.c.joined);
    assert_string_equal(owner(&m, 1), "a.bias");
    assert_string_equal(owner(&m, 2), "b.weight");
}

static void the_trainers_two_groups_are_matrices_and_the_rest(void **state)
{
    struct made m;
    (void)state;
    begin(&m, "torch");
    add_parameter(&m, "a.weight", 4, 3), add_parameter(&m, "a.bias", 4, 0), add_parameter(&m, "b.weight", 5, 4),
        add_parameter(&m, "b.bias", 5, 0);
    add_state(&m, 4, 3), add_state(&m, 5, 4), add_state(&m, 4, 0), add_state(&m, 5, 0);
    join_optimizer(&m.c);
    assert_string_equal(owner(&m, 1), "b.weight");
    assert_string_equal(owner(&m, 2), "a.bias");
}

static void a_shape_that_disagrees_leaves_all_without_names(void **state)
{
    struct made m;
    (void)state;
    begin(&m, "torch");
    add_parameter(&m, "a.weight", 4, 3), add_parameter(&m, "b.weight", 5, 4);
    add_state(&m, 4, 3), add_state(&m, 5, 5);
    join_optimizer(&m.c);
    assert_false(m.c.joined);
    assert_string_equal(owner(&m, 0), "nobody");
}

static void a_frozen_parameter_leaves_all_without_names(void **state)
{
    struct made m;
    (void)state;
    begin(&m, "torch");
    add_parameter(&m, "a.weight", 4, 3), add_parameter(&m, "b.weight", 4, 3);
    add_state(&m, 4, 3);
    join_optimizer(&m.c);
    assert_false(m.c.joined);
}

/* safetensors is sorted by name: key before query, though the model has them the other way round. */
static void names_in_another_order_are_no_order(void **state)
{
    struct made m;
    (void)state;
    begin(&m, "safetensors");
    add_parameter(&m, "embed", 9, 3), add_parameter(&m, "key", 3, 3), add_parameter(&m, "query", 3, 3);
    add_state(&m, 9, 3), add_state(&m, 3, 3), add_state(&m, 3, 3);
    join_optimizer(&m.c);
    assert_string_equal(owner(&m, 0), "embed");
    assert_string_equal(owner(&m, 1), "nobody");
    assert_string_equal(owner(&m, 2), "nobody");
}

static void names_that_the_groups_give_hold(void **state)
{
    static const int64_t parameters[] = {1, 0};
    static const char *const names[] = {"first", "second"};
    struct made m;
    (void)state;
    begin(&m, "safetensors");
    add_parameter(&m, "first", 3, 3), add_parameter(&m, "second", 3, 3);
    add_state(&m, 3, 3), add_state(&m, 3, 3);
    m.group = (struct inspected_group){.n_parameters = 2, .parameters = parameters, .names = names};
    m.parts[1].inspection.groups = &m.group;
    m.parts[1].inspection.n_groups = 1;
    join_optimizer(&m.c);
    assert_string_equal(owner(&m, 0), "second");
    assert_string_equal(owner(&m, 1), "first");
}

static void hostile_numbers_are_left_alone(void **state)
{
    static const int64_t parameters[] = {INT64_MAX, -5, 1LL << 40};
    struct made m;
    (void)state;
    begin(&m, "torch");
    add_parameter(&m, "a", 3, 3);
    add_state(&m, 3, 3);
    m.state[0].index = INT64_MAX;
    m.group = (struct inspected_group){.n_parameters = 3, .parameters = parameters};
    m.parts[1].inspection.groups = &m.group;
    m.parts[1].inspection.n_groups = 1;
    join_optimizer(&m.c);
    assert_false(m.c.joined);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_group_is_in_the_order_of_the_model),
        cmocka_unit_test(the_trainers_two_groups_are_matrices_and_the_rest),
        cmocka_unit_test(a_shape_that_disagrees_leaves_all_without_names),
        cmocka_unit_test(a_frozen_parameter_leaves_all_without_names),
        cmocka_unit_test(names_in_another_order_are_no_order),
        cmocka_unit_test(names_that_the_groups_give_hold),
        cmocka_unit_test(hostile_numbers_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
