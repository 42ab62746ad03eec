/* Symbolic links that go round, lead nowhere or lead out of the directory are said and not followed; the log beside them is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/engine/scan.h"

/* In a directory t/in with the log t/in/run/log.jsonl, beside t/out with another log: a link in t/in, where it leads, and what is said.
 * "TOP" in a target stands for the whole path of t. */
static const struct link_case {
    const char *name, *target, *why; /* why: a part of the sentence */
} cases[] = {
    /* round */
    {"self.log", "self.log", "broken or endless"},
    {"self", "self", "broken or endless"},
    {"run/self.jsonl", "self.jsonl", "broken or endless"},
    {"run/other.jsonl", "../run/other.jsonl", "broken or endless"},
    {"a.jsonl", "TOP/in/a.jsonl", "broken or endless"},
    {"here", ".", "to a directory"},
    {"here.log", ".", "to a directory"},
    {"up", "..", "leaves the directory"},
    {"run/up", "..", "to a directory"},
    {"run/up.jsonl", "../..", "leaves the directory"},
    {"again", "run", "to a directory"},
    {"again.csv", "run", "to a directory"},
    {"run/again", "../run", "to a directory"},
    {"whole", "TOP/in", "to a directory"},
    {"run/whole", "TOP/in/run", "to a directory"},
    /* nowhere */
    {"gone.log", "gone", "broken or endless"},
    {"gone", "missing/train.log", "broken or endless"},
    {"run/gone.csv", "TOP/in/missing.csv", "broken or endless"},
    {"empty", "TOP/none/", "broken or endless"},
    {"through.log", "run/log.jsonl/train.log", "broken or endless"},
    /* out */
    {"out.jsonl", "../out/log.jsonl", "leaves the directory"},
    {"out", "../out", "leaves the directory"},
    {"absolute.jsonl", "TOP/out/log.jsonl", "leaves the directory"},
    {"absolute", "TOP/out", "leaves the directory"},
    {"run/out.jsonl", "../../out/log.jsonl", "leaves the directory"},
    {"back.jsonl", "../in/../out/log.jsonl", "leaves the directory"},
    {"passwd.log", "/etc/passwd", "leaves the directory"},
    {"root", "/", "leaves the directory"},
    {"zero.log", "/dev/zero", "leaves the directory"},
    {"chain.jsonl", "chain2", "leaves the directory"}, /* two links */
    {"sibling.jsonl", "TOP/in2/log.jsonl", "leaves the directory"},
    {"processes", "/proc/self/root", "leaves the directory"},
};

static char top[64];

static void put(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", top, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("{\"step\": 1, \"loss\": 2.0}\n{\"step\": 2, \"loss\": 1.5}\n", f);
    fclose(f);
}

static void make_directory(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", top, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static int arrange(void **state)
{
    (void)state;
    char path[256];
    strcpy(top, "/tmp/mlwatch-links.XXXXXX");
    assert_non_null(mkdtemp(top));
    make_directory("in"), make_directory("in/run"), make_directory("in2"), make_directory("out");
    put("in/run/log.jsonl"), put("in2/log.jsonl"), put("out/log.jsonl");
    snprintf(path, sizeof path, "%s/in/chain2", top);
    return symlink("../out/log.jsonl", path);
}

static int tidy(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", top);
    return system(command);
}

static const char *said_of(const struct scan *s, const char *path)
{
    for (size_t i = 0; i < s->n_skips; i++)
        if (strcmp(s->skips[i].path, path) == 0) return s->skips[i].why;
    return "nothing";
}

static void expect_told_and_not_followed(const struct link_case *c)
{
    char in[128], path[256], target[256];
    struct scan s = {0};
    struct err err = {0};
    bool whole = strncmp(c->target, "TOP", 3) == 0;
    snprintf(in, sizeof in, "%s/in", top);
    snprintf(path, sizeof path, "%s/%s", in, c->name);
    snprintf(target, sizeof target, "%s%s", whole ? top : "", whole ? c->target + 3 : c->target);
    assert_int_equal(symlink(target, path), 0);
    if (scan_directory(in, &s, &err)) fail_msg("%s -> %s: %s", c->name, c->target, err.text);
    if (!strstr(said_of(&s, path), c->why)) fail_msg("%s -> %s: said: %s", c->name, c->target, said_of(&s, path));
    assert_int_equal(s.n_runs, 1);
    assert_int_equal(s.runs[0].n_sources, 1);
    assert_non_null(strstr(s.runs[0].sources[0].path, "/in/run/log.jsonl"));
    scan_done(&s);
    unlink(path);
}

static void links_that_go_round_nowhere_or_out_are_said_and_not_followed(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) expect_told_and_not_followed(&cases[i]);
    print_message("%zu links\n", sizeof cases / sizeof *cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(links_that_go_round_nowhere_or_out_are_said_and_not_followed, arrange, tidy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
