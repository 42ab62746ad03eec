/* The reader of a checkpoint was taken over: what it tries is stopped, whoever started it goes on, and the verdict is unverified. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/base/clock.h"
#include "../../daemon/base/sanitized.h"
#include "../../daemon/engine/checkpoint/checkpoint.h"

struct world {
    char directory[64], program[4096];
};

static int times(void) { return getenv("MLWATCH_DEEP") ? 100 : SANITIZED ? 2 : 10; }

static int start(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    strcpy(w->directory, "/tmp/mlwatch-sandbox.XXXXXX");
    ssize_t n = readlink("/proc/self/exe", w->program, sizeof w->program - 1);
    char *slash = n > 0 ? strrchr(w->program, '/') : NULL;
    if (!slash || !mkdtemp(w->directory)) return -1;
    snprintf(slash + 1, sizeof w->program - (size_t)(slash + 1 - w->program), "tool_misbehave");
    *state = w;
    return 0;
}

static int end(void **state)
{
    struct world *w = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", w->directory);
    int rc = system(command);
    free(w);
    return rc;
}

static const char *file_named(const struct world *w, const char *deed)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", w->directory, deed);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("a checkpoint", f);
    fclose(f);
    return path;
}

/* What came of it, and how long it took at most. */
static void expect_stopped(const struct world *w, const char *deed, enum reading_end expected, const char *reason)
{
    const struct checkpoint_options o = {.program = w->program, .seconds = 0.2, .memory_mb = 64};
    struct checkpoint c;
    struct err err = {0};
    const char *path = file_named(w, deed);
    for (int i = 0; i < times(); i++) {
        assert_int_equal(checkpoint_inspect(path, NULL, &o, &c, &err), OK);
        assert_int_equal(c.n_parts, 1);
        bool as_expected =
            SANITIZED ? c.parts[0].end != READING_TOLD : c.parts[0].end == expected; /* ASan has handlers of its own */
        if (!as_expected) fail_msg("%s: ended as %d: %s", deed, c.parts[0].end, c.n_reasons ? c.reasons[0] : "(no reason)");
        assert_int_equal(c.state, INSPECTED_STATE_UNVERIFIED);
        assert_true(c.safety == INSPECTED_SAFETY_UNVERIFIED || c.safety == INSPECTED_SUSPICIOUS);
        assert_null(inspection_fact(&c.parts[0].inspection, "escaped"));
        assert_true(c.n_reasons > 0);
        if (!SANITIZED && !strstr(c.reasons[c.n_reasons - 1], reason))
            fail_msg("%s: the reason is '%s'", deed, c.reasons[c.n_reasons - 1]);
        checkpoint_done(&c);
    }
}

static void a_reader_that_crashes_is_an_unverified_file(void **state)
{
    expect_stopped(*state, "segfault", READING_CRASHED, "SIGSEGV");
    expect_stopped(*state, "abort", READING_CRASHED, "SIGABRT");
    expect_stopped(*state, "early", READING_CRASHED, "before it was done");
}

static void a_reader_that_spins_is_ended_by_the_kernel(void **state)
{
    expect_stopped(*state, "spin", READING_LATE, "took longer");
}

static void a_reader_that_eats_memory_gets_no_more(void **state)
{
    struct rusage children;
    if (SANITIZED) skip(); /* AddressSanitizer's shadow leaves no room for the limit */
    expect_stopped(*state, "eat", READING_CRASHED, "SIGABRT");
    assert_int_equal(getrusage(RUSAGE_CHILDREN, &children), 0);
    assert_true(children.ru_maxrss < 256 * 1024);
}

static void a_reader_that_tries_to_get_out_is_ended(void **state)
{
    static const char *const deeds[] = {"fork", "open", "connect", "ptrace", "write", "kill", "exec", "code"};
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) expect_stopped(*state, deeds[i], READING_FORBIDDEN, "SIGSYS");
}

static void what_a_reader_says_is_not_believed(void **state)
{
    expect_stopped(*state, "nonsense", READING_NONSENSE, "record of");
    expect_stopped(*state, "talk", READING_NONSENSE, "");
}

static void a_reader_that_hangs_after_its_last_word_is_not_waited_for(void **state)
{
    struct world *w = *state;
    const struct checkpoint_options o = {.program = w->program, .seconds = 0.2};
    struct checkpoint c;
    struct err err = {0};
    double began = clock_now();
    assert_int_equal(checkpoint_inspect(file_named(w, "sleep"), NULL, &o, &c, &err), OK);
    assert_int_equal(c.state, INSPECTED_STATE_UNVERIFIED);
    assert_true(clock_now() - began < 30);
    checkpoint_done(&c);
}

static void a_missing_reader_is_told(void **state)
{
    const struct checkpoint_options o = {.program = "/nowhere/mlwatch-inspect"};
    struct checkpoint c;
    struct err err = {0};
    assert_int_equal(checkpoint_inspect(file_named(*state, "open"), NULL, &o, &c, &err), OK);
    assert_int_equal(c.parts[0].end, READING_IMPOSSIBLE);
    assert_int_equal(c.safety, INSPECTED_SAFETY_UNVERIFIED);
    assert_non_null(strstr(c.reasons[0], "/nowhere/mlwatch-inspect"));
    checkpoint_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_that_crashes_is_an_unverified_file),
        cmocka_unit_test(a_reader_that_spins_is_ended_by_the_kernel),
        cmocka_unit_test(a_reader_that_eats_memory_gets_no_more),
        cmocka_unit_test(a_reader_that_tries_to_get_out_is_ended),
        cmocka_unit_test(what_a_reader_says_is_not_believed),
        cmocka_unit_test(a_reader_that_hangs_after_its_last_word_is_not_waited_for),
        cmocka_unit_test(a_missing_reader_is_told),
    };
    return cmocka_run_group_tests(tests, start, end);
}
