/* A checkpoint as a whole: what its names promise must be there, what its index says must be true, and the worst part decides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../daemon/engine/checkpoint/checkpoint.h"
#include "../../daemon/engine/checkpoint/parts.h"
#include "checkpoint_made.h"

static struct checkpoint look(struct made *m, const char *name)
{
    const struct checkpoint_options o = {.program = m->program, .seconds = 20};
    struct checkpoint c;
    struct err err = {0};
    if (checkpoint_inspect(made_path(m, name), NULL, &o, &c, &err)) fail_msg("%s", err.text);
    return c;
}

static bool says(const struct checkpoint *c, const char *text)
{
    for (size_t i = 0; i < c->n_reasons; i++)
        if (strstr(c->reasons[i], text)) return true;
    return false;
}

/* Look at `name`, expect the state, and a reason that holds the text (or NULL). */
static void expect(struct made *m, const char *name, uint8_t state, const char *reason)
{
    struct checkpoint c = look(m, name);
    if (c.state != state || (reason && !says(&c, reason)))
        fail_msg("%s: %s, because %s", name, inspection_state_name(c.state), c.n_reasons ? c.reasons[0] : "(nothing)");
    checkpoint_done(&c);
}

static void one_file_is_whole_or_cut(void **state)
{
    struct made m;
    (void)state;
    made_begin(&m);
    made_safetensors(&m, "model.safetensors", "a", "b", NULL);
    struct checkpoint c = look(&m, "model.safetensors");
    assert_int_equal(c.state, INSPECTED_WHOLE);
    assert_int_equal(c.safety, INSPECTED_SAFE);
    assert_int_equal(c.parts[0].inspection.n_tensors, 2);
    assert_true(c.parts[0].inspection.tensors[0].summed);
    assert_true(c.parts[0].inspection.tensors[1].summary.max == 4);
    checkpoint_done(&c);
    assert_int_equal(truncate(made_path(&m, "model.safetensors"), 40), 0);
    expect(&m, "model.safetensors", INSPECTED_INCOMPLETE, NULL);
    made_end(&m);
}

static const char good_index[] =
    "{\"metadata\":{},\"weight_map\":{\"a\":\"s-1.safetensors\",\"b\":\"s-1.safetensors\",\"c\":\"s-2.safetensors\"}}";

static void a_sharded_model_is_as_good_as_its_index(void **state)
{
    struct made m;
    (void)state;
    made_begin(&m);
    made_text(&m, "model.safetensors.index.json", good_index);
    made_safetensors(&m, "s-1.safetensors", "a", "b", NULL);
    expect(&m, "model.safetensors.index.json", INSPECTED_CORRUPT, "s-2.safetensors");
    made_safetensors(&m, "s-2.safetensors", "c", NULL);
    expect(&m, "model.safetensors.index.json", INSPECTED_WHOLE, NULL);
    made_safetensors(&m, "s-2.safetensors", "c", "d", NULL);
    expect(&m, "model.safetensors.index.json", INSPECTED_CORRUPT, "'d'");
    made_safetensors(&m, "s-2.safetensors", "d", NULL);
    expect(&m, "model.safetensors.index.json", INSPECTED_CORRUPT, "'c'");
    made_end(&m);
}

static void an_index_is_hostile_too(void **state)
{
    struct made m;
    (void)state;
    made_begin(&m);
    made_text(&m, "a.index.json", "{\"weight_map\":{\"a\":\"../../etc/passwd\"}}");
    struct checkpoint c = look(&m, "a.index.json");
    assert_int_equal(c.state, INSPECTED_CORRUPT);
    assert_int_equal(c.safety, INSPECTED_SUSPICIOUS);
    assert_int_equal(c.n_parts, 0);
    checkpoint_done(&c);
    made_text(&m, "b.index.json", "{\"weight_map\":{\"a\":");
    expect(&m, "b.index.json", INSPECTED_INCOMPLETE, "cut");
    made_text(&m, "c.index.json", "[1, 2]");
    expect(&m, "c.index.json", INSPECTED_CORRUPT, "weight_map");
    made_text(&m, "d.index.json", "{\"weight_map\":{\"a\":\"x\\u001b[31m\"}}");
    c = look(&m, "d.index.json");
    for (size_t i = 0; i < c.n_reasons; i++) assert_null(strchr(c.reasons[i], '\033'));
    checkpoint_done(&c);
    made_end(&m);
}

static void a_trainers_directory_ends_with_its_state(void **state)
{
    struct made m;
    (void)state;
    made_begin(&m);
    made_safetensors(&m, "checkpoint-500/model.safetensors", "a", NULL);
    expect(&m, "checkpoint-500", INSPECTED_INCOMPLETE, "trainer_state.json");
    made_text(&m, "checkpoint-500/trainer_state.json", "{\"global_step\": 499}");
    struct checkpoint c = look(&m, "checkpoint-500");
    assert_int_equal(c.state, INSPECTED_WHOLE);
    assert_int_equal(c.layout, CHECKPOINT_HUGGINGFACE);
    assert_int_equal(c.step, 499);
    checkpoint_done(&c);
    made_text(&m, "checkpoint-500/model.safetensors", "short");
    c = look(&m, "checkpoint-500");
    assert_int_not_equal(c.state, INSPECTED_WHOLE);
    checkpoint_done(&c);
    made_end(&m);
}

static void numbered_shards_without_an_index_are_counted(void **state)
{
    struct made m;
    (void)state;
    made_begin(&m);
    made_safetensors(&m, "run/model-00001-of-00003.safetensors", "a", NULL);
    made_safetensors(&m, "run/model-00003-of-00003.safetensors", "b", NULL);
    expect(&m, "run", INSPECTED_INCOMPLETE, "model-00002-of-00003.safetensors is not there");
    made_end(&m);
}

static void ranks_have_no_gap(void **state)
{
    struct made m;
    (void)state;
    made_begin(&m);
    made_text(&m, "ds/latest", "global_step7\n");
    expect(&m, "ds", INSPECTED_INCOMPLETE, "latest");
    made_text(&m, "ds/global_step7/zero_pp_rank_0_mp_rank_00_optim_states.pt", "x");
    made_text(&m, "ds/global_step7/zero_pp_rank_2_mp_rank_00_optim_states.pt", "x");
    struct checkpoint c = look(&m, "ds");
    assert_int_equal(c.layout, CHECKPOINT_DEEPSPEED);
    assert_true(says(&c, "rank 1 of 3 is not there"));
    assert_int_equal(c.step, 7);
    checkpoint_done(&c);
    made_text(&m, "dcp/__0_0.distcp", "x");
    expect(&m, "dcp", INSPECTED_INCOMPLETE, ".metadata");
    made_end(&m);
}

static const struct inspected_tensor *tensor_of(const struct checkpoint *c, const char *name)
{
    for (size_t p = 0; p < c->n_parts; p++)
        for (size_t i = 0; c->parts[p].read && i < c->parts[p].inspection.n_tensors; i++)
            if (strcmp(c->parts[p].inspection.tensors[i].name, name) == 0) return &c->parts[p].inspection.tensors[i];
    return NULL;
}

/* Written by torch: {"a": 0 ... 5, "b": ones}. */
static void tensors_of_a_distributed_checkpoint_have_the_names_of_its_metadata(void **state)
{
    struct made m;
    struct checkpoint c;
    struct err err = {0};
    (void)state;
    made_begin(&m);
    const struct checkpoint_options o = {.program = m.program, .seconds = 20};
    if (checkpoint_inspect(SOURCE_DIR "/tests/fixtures/ckpt/torch/distributed", NULL, &o, &c, &err)) fail_msg("%s", err.text);
    assert_int_equal(c.layout, CHECKPOINT_DCP);
    assert_int_equal(c.state, INSPECTED_WHOLE);
    assert_int_equal(c.safety, INSPECTED_SAFE);
    const struct inspected_tensor *a = tensor_of(&c, "a"), *b = tensor_of(&c, "b");
    assert_non_null(a);
    assert_non_null(b);
    assert_null(tensor_of(&c, "shard.0"));
    assert_int_equal(a->count, 6);
    assert_float_equal(a->summary.max, 5, 0);
    assert_float_equal(b->summary.mean, 1, 0);
    assert_int_equal(a->index, -1);
    checkpoint_done(&c);
    made_end(&m);
}

/* What the metadata tells, as the worker would have sent it. */
static void an_optimizer_of_a_distributed_checkpoint_is_joined_to_its_parameters(void **state)
{
    struct inspected_tensor held[] = {{.name = "shard.0", .dtype = "float32", .index = 0},
                                      {.name = "shard.1", .dtype = "float32", .index = 4096},
                                      {.name = "shard.2", .dtype = "float32", .index = 9000}},
                            told[] = {{.name = "app.model.fc.weight", .dtype = "__0_0.distcp", .index = 0},
                                      {.name = "app.optim.state.fc.weight.exp_avg",
                                       .dtype = "__0_0.distcp",
                                       .part = INSPECTED_OPTIMIZER,
                                       .slot = "exp_avg",
                                       .parameter = "fc.weight",
                                       .index = 4096}};
    struct checkpoint_part parts[2] = {{.name = "__0_0.distcp", .read = true}, {.name = ".metadata", .read = true}};
    struct checkpoint c = {.layout = CHECKPOINT_DCP, .parts = parts, .n_parts = 2};
    (void)state;
    parts[0].inspection = (struct inspection){.format = "torch-shard", .tensors = held, .n_tensors = 3};
    parts[1].inspection = (struct inspection){.format = "torch-metadata", .tensors = told, .n_tensors = 2};
    dcp_name(&c);
    assert_string_equal(held[0].name, "app.model.fc.weight");
    assert_int_equal(held[1].part, INSPECTED_OPTIMIZER);
    assert_string_equal(held[1].slot, "exp_avg");
    assert_string_equal(held[1].parameter, "app.model.fc.weight");
    assert_string_equal(held[2].name, "shard.2"); /* nothing is told of it */
    assert_int_equal(parts[1].inspection.n_tensors, 0);
}

static void what_cannot_be_looked_into_is_not_safe(void **state)
{
    struct made m;
    (void)state;
    made_begin(&m);
    made_text(&m, "orbax/_CHECKPOINT_METADATA", "{}");
    struct checkpoint c = look(&m, "orbax");
    assert_int_equal(c.layout, CHECKPOINT_ORBAX);
    assert_int_equal(c.safety, INSPECTED_SAFETY_UNVERIFIED);
    checkpoint_done(&c);
    made_text(&m, "3.orbax-checkpoint-tmp-17/_CHECKPOINT_METADATA", "{}");
    expect(&m, "3.orbax-checkpoint-tmp-17", INSPECTED_INCOMPLETE, "still being written");
    made_text(&m, "picture.pt", "\211PNG\r\n\032\n and so on");
    c = look(&m, "picture.pt");
    assert_int_not_equal(c.safety, INSPECTED_SAFE);
    checkpoint_done(&c);
    made_end(&m);
}

static void a_file_that_changes_under_the_reader_is_never_corrupt(void **state)
{
    struct made m;
    char script[600];
    (void)state;
    made_begin(&m);
    made_safetensors(&m, "w.safetensors", "a", NULL);
    snprintf(script, sizeof script, "#!/bin/sh\necho more >>'%s/w.safetensors'\n", m.directory);
    made_text(&m, "writer", script);
    assert_int_equal(chmod(made_path(&m, "writer"), 0755), 0);
    strcpy(m.program, made_path(&m, "writer"));
    struct checkpoint c = look(&m, "w.safetensors");
    assert_int_equal(c.state, INSPECTED_INCOMPLETE);
    assert_int_not_equal(c.safety, INSPECTED_SAFE);
    checkpoint_done(&c);
    made_end(&m);
}

static void another_checkpoint_tells_what_moved(void **state)
{
    struct made m;
    char before[512];
    struct checkpoint c;
    struct err err = {0};
    (void)state;
    made_begin(&m);
    made_safetensors(&m, "1/model.safetensors", "b", "a", NULL);
    strcpy(before, made_path(&m, "1"));
    made_safetensors(&m, "2/model.safetensors", "a", "b", NULL);
    const struct checkpoint_options o = {.program = m.program, .seconds = 20};
    assert_int_equal(checkpoint_inspect(made_path(&m, "2"), before, &o, &c, &err), OK);
    assert_true(c.against);
    const struct inspected_tensor *a = &c.parts[0].inspection.tensors[0];
    assert_true(a->compared && a->change.changed == 2 && a->change.norm_difference > 2.8 && a->change.norm_difference < 2.9);
    checkpoint_done(&c);
    made_end(&m);
}

static void what_is_not_there_is_an_error(void **state)
{
    struct made m;
    struct checkpoint c;
    struct err err = {0};
    (void)state;
    made_begin(&m);
    assert_int_equal(checkpoint_inspect(made_path(&m, "nothing.pt"), NULL, NULL, &c, &err), E_ABSENT);
    assert_int_equal(checkpoint_inspect(m.directory, NULL, NULL, &c, &err), E_FORMAT);
    assert_int_equal(mkfifo(made_path(&m, "pipe.pt"), 0600), 0);
    assert_int_equal(checkpoint_inspect(made_path(&m, "pipe.pt"), NULL, NULL, &c, &err), E_IO);
    made_end(&m);
}

static void names_tell_the_step(void **state)
{
    (void)state;
    assert_int_equal(checkpoint_step("runs/checkpoint-4500"), 4500);
    assert_int_equal(checkpoint_step("runs/checkpoint-4500/"), 4500);
    assert_int_equal(checkpoint_step("epoch=2-step=300.ckpt"), 300);
    assert_int_equal(checkpoint_step("ds/global_step50"), 50);
    assert_int_equal(checkpoint_step("ckpt_1000.pt"), 1000);
    assert_int_equal(checkpoint_step("model.safetensors"), -1);
    assert_int_equal(checkpoint_step("step-99999999999999999999"), -1);
}

static void a_run_lists_its_checkpoints_by_step(void **state)
{
    struct made m;
    char **list;
    size_t n;
    struct err err = {0};
    (void)state;
    made_begin(&m);
    made_text(&m, "run/checkpoint-1000/trainer_state.json", "{}");
    made_text(&m, "run/checkpoint-200/trainer_state.json", "{}");
    made_text(&m, "run/log.txt", "loss: 1");
    made_text(&m, "run/step=30.ckpt", "x");
    char directory[512];
    strcpy(directory, made_path(&m, "run"));
    assert_int_equal(checkpoint_list(directory, &list, &n, &err), OK);
    assert_int_equal(n, 3);
    assert_non_null(strstr(list[0], "step=30.ckpt"));
    assert_non_null(strstr(list[2], "checkpoint-1000"));
    for (size_t i = 0; i < n; i++) free(list[i]);
    free(list);
    made_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_file_is_whole_or_cut),
        cmocka_unit_test(a_sharded_model_is_as_good_as_its_index),
        cmocka_unit_test(an_index_is_hostile_too),
        cmocka_unit_test(a_trainers_directory_ends_with_its_state),
        cmocka_unit_test(numbered_shards_without_an_index_are_counted),
        cmocka_unit_test(ranks_have_no_gap),
        cmocka_unit_test(tensors_of_a_distributed_checkpoint_have_the_names_of_its_metadata),
        cmocka_unit_test(an_optimizer_of_a_distributed_checkpoint_is_joined_to_its_parameters),
        cmocka_unit_test(what_cannot_be_looked_into_is_not_safe),
        cmocka_unit_test(a_file_that_changes_under_the_reader_is_never_corrupt),
        cmocka_unit_test(another_checkpoint_tells_what_moved),
        cmocka_unit_test(what_is_not_there_is_an_error),
        cmocka_unit_test(names_tell_the_step),
        cmocka_unit_test(a_run_lists_its_checkpoints_by_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
