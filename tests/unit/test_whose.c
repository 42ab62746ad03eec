/* Whose is a path: an event leads to every run that reads the file, and to nobody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/engine/whose.h"
#include "chance.h"

enum { OWNERS = 8, DIRECTORIES = 5, NAMES = 40 };

static void count(void *arg, void *owner, size_t which)
{
    int *counts = arg;
    (void)which;
    counts[(char *)owner - (char *)NULL - 1]++;
}
static void *owner(size_t i) { return (char *)NULL + i + 1; }

static void keep_number(void *arg, void *owner, size_t which)
{
    (void)owner;
    *(size_t *)arg = which;
}

static void an_event_leads_to_who_reads_the_file(void **state)
{
    (void)state;
    struct whose w = {0};
    int counts[OWNERS] = {0};
    size_t which = 0;
    assert_true(whose_add(&w, "/runs/a/log.jsonl", owner(0), 3));
    assert_true(whose_add(&w, "/runs/b/log.jsonl", owner(1), 4));
    assert_int_equal(whose_named(&w, whose_directory("/runs/a"), whose_name("log.jsonl"), count, counts), 1);
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[1], 0);
    whose_named(&w, whose_directory("/runs/b/"), whose_name("log.jsonl"), keep_number, &which);
    assert_int_equal(which, 4);
    assert_int_equal(whose_named(&w, whose_directory("/runs/a"), whose_name("log.jsonl.1"), count, counts), 0);
    assert_int_equal(whose_each(&w, whose_directory("/runs"), count, counts), 0);
    whose_done(&w);
}

static void a_file_of_the_root_directory_and_one_without_directory_are_found(void **state)
{
    (void)state;
    struct whose w = {0};
    assert_null(whose_path(&w, "/log"));
    assert_true(whose_add(&w, "/log", owner(0), 0));
    assert_ptr_equal(whose_path(&w, "/log"), owner(0));
    int counts[OWNERS] = {0};
    assert_int_equal(whose_named(&w, whose_directory("/"), whose_name("log"), count, counts), 1);
    whose_remove(&w, "/log", owner(1));
    assert_ptr_equal(whose_path(&w, "/log"), owner(0));
    whose_remove(&w, "/log", owner(0));
    assert_null(whose_path(&w, "/log"));
    whose_done(&w);
}

struct expected {
    bool has[OWNERS][DIRECTORIES][NAMES];
};

static void path_of(char *out, size_t n, size_t directory, size_t name) { snprintf(out, n, "/r/%zu/n%zu", directory, name); }

static void check(const struct whose *w, const struct expected *e)
{
    for (size_t d = 0; d < DIRECTORIES; d++) {
        int all[OWNERS] = {0}, expected_all[OWNERS] = {0};
        char directory[16], name[16];
        snprintf(directory, sizeof directory, "/r/%zu", d);
        whose_each(w, whose_directory(directory), count, all);
        for (size_t k = 0; k < NAMES; k++) {
            int counts[OWNERS] = {0};
            snprintf(name, sizeof name, "n%zu", k);
            whose_named(w, whose_directory(directory), whose_name(name), count, counts);
            for (size_t o = 0; o < OWNERS; o++) {
                assert_int_equal(counts[o], e->has[o][d][k]);
                expected_all[o] += e->has[o][d][k];
            }
        }
        assert_memory_equal(all, expected_all, sizeof all);
    }
}

static void what_is_added_and_removed_in_any_order_is_what_is_found(void **state)
{
    (void)state;
    struct whose w = {0};
    struct expected e = {0};
    seed = 5;
    for (int i = 0; i < 4000; i++) {
        size_t o = below(OWNERS), d = below(DIRECTORIES), k = below(NAMES);
        char path[32];
        path_of(path, sizeof path, d, k);
        if (e.has[o][d][k]) whose_remove(&w, path, owner(o));
        else assert_true(whose_add(&w, path, owner(o), k));
        e.has[o][d][k] = !e.has[o][d][k];
        if (i % 200 == 0) check(&w, &e);
    }
    check(&w, &e);
    whose_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_leads_to_who_reads_the_file),
        cmocka_unit_test(a_file_of_the_root_directory_and_one_without_directory_are_found),
        cmocka_unit_test(what_is_added_and_removed_in_any_order_is_what_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
