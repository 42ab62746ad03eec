/* test_safety_hostile - the public files with which scanners of pickles are tested, where they lie beside the project: each has the verdict that its
 * list expects, and its reasons name what the list names. Nothing of it is kept here; without them the test is skipped aloud. */
#include "ckpt_probe.h"

#define DIRECTORY SOURCE_DIR "/../shared/hostile/"
enum { FIELDS = 5, LINE_BYTES = 1024 }; /* path, format, attack, expected, must_name; none of these five is quoted in the list */

/* Does one of the alternatives a|b fit? */
static bool one_of(const char *alternatives, bool (*fits)(const char *word, size_t n, const struct probe *p),
                   const struct probe *p)
{
    for (const char *a = alternatives; *a;) {
        size_t n = strcspn(a, "|");
        if (fits(a, n, p)) return true;
        a += n + (a[n] == '|');
    }
    return !*alternatives;
}

static bool is_verdict(const char *word, size_t n, const struct probe *p)
{
    struct span w = {word, n};
    if (span_is(w, "clean")) return p->safety == CKPT_SAFE && p->state == CKPT_WHOLE;
    if (span_is(w, "malformed")) return p->state == CKPT_CORRUPT;
    if (span_is(w, "truncated")) return p->state == CKPT_INCOMPLETE;
    return span_is(w, inspection_safety_name(p->safety));
}

static bool is_named(const char *word, size_t n, const struct probe *p)
{
    return p->reasons.p && memmem(p->reasons.p, p->reasons.n, word, n) != NULL;
}

/* All of a;b;c, each perhaps with alternatives. What could not be opened names nothing. */
static bool all_named(char *names, const struct probe *p)
{
    if (p->safety == CKPT_SAFETY_UNVERIFIED) return true;
    for (char *rest = names, *one; (one = strsep(&rest, ";"));)
        if (!one_of(one, is_named, p)) return false;
    return true;
}

static bool check_line(char *line)
{
    char *fields[FIELDS], path[LINE_BYTES];
    struct probe p;
    for (size_t i = 0; i < FIELDS; i++) fields[i] = strsep(&line, ",");
    snprintf(path, sizeof path, DIRECTORY "%s", fields[0]);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    probe_fd(&p, fd, path, NULL, &ckpt_limits_usual);
    bool right = one_of(fields[3], is_verdict, &p) && all_named(fields[4], &p);
    if (!right)
        print_error("%s is %s and %s, wanted %s:\n%s", fields[0], inspection_state_name(p.state),
                    inspection_safety_name(p.safety), fields[3], p.reasons.p);
    probe_done(&p);
    close(fd);
    return right;
}

static void every_public_case_is_right(void **state)
{
    char line[LINE_BYTES];
    size_t read = 0, wrong = 0;
    FILE *f = fopen(DIRECTORY "index.csv", "r");
    (void)state;
    if (!f) {
        print_message("SKIP: no hostile files beside the project\n");
        skip();
    }
    while (fgets(line, sizeof line, f))
        if (strncmp(line, "picklescan/", 11) == 0) read++, wrong += !check_line(line);
    fclose(f);
    print_message("%zu files, %zu wrong\n", read, wrong);
    assert_true(read >= 40);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_public_case_is_right)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
