/* inotify hurries the right one; a survey tells when a scan could find more. */
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

#include "../../daemon/engine/survey.h"
#include "../../daemon/engine/watch.h"

struct seen {
    int touched, named;
    void *who;
};

static void touched(void *arg, void *who, uint64_t directory, const char *name, bool names)
{
    struct seen *s = arg;
    (void)directory, (void)name;
    s->touched++;
    s->named += names;
    s->who = who;
}
static void told(void *arg) { (void)arg; }
static void overflow(void *arg) { (void)arg; }
static void say(void *arg, const char *text)
{
    (void)arg;
    print_message("%s\n", text);
}

static void put(const char *directory, const char *name, const char *mode, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *f = fopen(path, mode);
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void take_away(const char *directory, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    assert_int_equal(remove(path), 0);
}

static void wait_for(struct loop *l, const int *count)
{
    for (int i = 0; i < 200 && !*count; i++) loop_turn(l, 0.05);
}

static void changes_hurry_who_asked_and_nobody_who_left(void **state)
{
    (void)state;
    char directory[] = "/tmp/mlwatch-watch.XXXXXX";
    int me = 0;
    struct seen s = {0};
    struct loop *l = loop_new(NULL);
    struct watch_hooks hooks = {touched, told, overflow, say, &s};
    struct watch *w = watch_new(l, &hooks);
    assert_non_null(mkdtemp(directory));
    watch_directory(w, directory, &me);
    put(directory, "a", "w", "x");
    wait_for(l, &s.named);
    assert_ptr_equal(s.who, &me);
    assert_true(s.named > 0);
    watch_forget(w, &me);
    while (loop_turn(l, 0), s.touched = 0, loop_turn(l, 0.02), s.touched) {}
    put(directory, "a", "a", "y");
    loop_turn(l, 0.05);
    assert_int_equal(s.touched, 0);
    watch_free(w);
    loop_free(l);
    take_away(directory, "a");
    rmdir(directory);
}

static uint64_t signature(const char *directory)
{
    struct survey s;
    assert_true(survey_take(directory, &s));
    uint64_t signature = s.signature;
    survey_done(&s);
    return signature;
}

static void a_survey_changes_with_names_and_with_young_files_that_grow(void **state)
{
    (void)state;
    char directory[] = "/tmp/mlwatch-survey.XXXXXX", deep[64];
    assert_int_equal(signature("/tmp/mlwatch-survey-that-is-not-there"), 0);
    assert_non_null(mkdtemp(directory));
    uint64_t empty = signature(directory);
    put(directory, "a", "w", "x");
    uint64_t one = signature(directory);
    assert_true(one != empty);
    assert_true(signature(directory) == one);
    put(directory, "a", "a", "y");
    assert_true(signature(directory) != one);
    snprintf(deep, sizeof deep, "%s/version_1", directory);
    assert_int_equal(mkdir(deep, 0700), 0);
    uint64_t with = signature(directory);
    put(deep, "b", "w", "x");
    assert_true(signature(directory) != with);
    take_away(deep, "b");
    rmdir(deep);
    take_away(directory, "a");
    assert_true(signature(directory) == empty);
    rmdir(directory);
}

static void a_link_that_leads_in_a_circle_ends(void **state)
{
    (void)state;
    char directory[] = "/tmp/mlwatch-survey.XXXXXX", loop[64];
    assert_non_null(mkdtemp(directory));
    snprintf(loop, sizeof loop, "%s/again", directory);
    assert_int_equal(symlink(directory, loop), 0);
    assert_true(signature(directory) != 0);
    unlink(loop);
    rmdir(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_hurry_who_asked_and_nobody_who_left),
        cmocka_unit_test(a_survey_changes_with_names_and_with_young_files_that_grow),
        cmocka_unit_test(a_link_that_leads_in_a_circle_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
