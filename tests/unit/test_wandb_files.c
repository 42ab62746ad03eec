/* test_wandb_files - what W&B writes beside its .wandb file becomes facts under the names that people use. */
#include "format_probe.h"

static struct probe *read_file(const char *path, const char *doc)
{
    struct span head = span_of(doc);
    const struct format *f = format_sniff(path, head, NULL);
    assert_non_null(f);
    assert_string_equal(f->name, "wandb_files");
    struct probe *p = probe_open_at(f, PROBE_ARENA_BYTES, path);
    probe_read(p, head, head.n, 1);
    str_add(&p->text, "");
    return p;
}

static void settings_lose_their_wrapper(void **unused)
{
    (void)unused;
    struct probe *p = read_file("run/files/config.yaml", "wandb_version: 1\n\n_wandb:\n    desc: null\n    value:\n        "
                                                         "cli_version: 0.16.6\nbatch_size:\n    desc: null\n    value: 32\n"
                                                         "optimizer:\n    value:\n        name: adamw\n        betas:\n"
                                                         "            - 0.9\n        weight_decay: 0.01\n");
    probe_expect(p, "fact batch_size=32");
    probe_expect(p, "fact optimizer/name=adamw");
    probe_expect(p, "fact optimizer/weight_decay=0.01");
    assert_int_equal(p->facts, 3);
    probe_close(p);
}

static void the_machine_and_the_command_are_facts_and_people_are_not(void **unused)
{
    (void)unused;
    struct probe *p =
        read_file("wandb-metadata.json",
                  "{\"os\": \"Linux-6.1\", \"python\": \"3.11.7\", \"program\": \"train.py\", \"args\": [\"--name\", \"a "
                  "\\\"b\\\"\"], \"email\": \"a@b.c\", \"username\": \"someone\", \"git\": {\"commit\": \"0f1e\"}, \"gpu\": "
                  "\"NVIDIA H100\", \"gpu_count\": 8, \"memory\": {\"total\": \"1\"}}\n");
    probe_expect(p, "fact python_version=3.11.7");
    probe_expect(p, "fact git_commit=0f1e");
    probe_expect(p, "fact gpu_count=8");
    probe_expect(p, "fact command=train.py --name a \"b\"");
    probe_refuse(p, "fact email");
    probe_refuse(p, "fact username");
    probe_close(p);
}

static void last_values_are_no_settings(void **unused)
{
    (void)unused;
    struct probe *p = read_file("wandb-summary.json",
                                "{\"_step\": 9, \"best\": \"step-60\", \"val\": {\"acc\": 0.5}, \"loss\": 0.25, \"nan\": NaN}");
    probe_expect(p, "fact summary/best=step-60");
    probe_expect(p, "fact summary/val/acc=0.5");
    probe_refuse(p, "fact summary/loss"); /* "loss" names a loss function where settings are */
    assert_int_equal(p->points, 0);
    probe_close(p);
}

static void its_own_logs_are_set_aside(void **unused)
{
    (void)unused;
    struct probe *p =
        read_file("logs/debug-internal.log", "{\"time\":\"2026-01-05T10:00:01Z\",\"level\":\"INFO\",\"msg\":\"wandb-core\"}\n"
                                             "{\"time\":\"2026-01-05T10:00:02Z\",\"step\":1,\"loss\":2}\n");
    assert_int_equal(p->points + p->facts + p->events + p->bad, 0);
    probe_close(p);
    assert_non_null(format_sniff("logs/debug.log", span_of("step 1 loss 2\nstep 2 loss 1\n"), NULL));
    assert_string_not_equal(format_sniff("logs/debug.log", span_of("step 1 loss 2\nstep 2 loss 1\n"), NULL)->name, "wandb_files");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_lose_their_wrapper),
        cmocka_unit_test(the_machine_and_the_command_are_facts_and_people_are_not),
        cmocka_unit_test(last_values_are_no_settings),
        cmocka_unit_test(its_own_logs_are_set_aside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
