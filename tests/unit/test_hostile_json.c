/* test_hostile_json - the cases of the JSON Test Suite, where they lie beside the project, as a value inside a log line.
 *
 * What a parser must accept (y_) is read: the line's loss is there and nothing is reported bad. What it must refuse (n_) gives no point
 * silently: bad() is told, and the next line is read. NaN and Infinity, as loggers spell them, are refused by JSON and ours by right; a line
 * end within a string cannot be told from the end of the record. */
#include "format_probe.h"

#include <dirent.h>
#include <stdio.h>

static const char directory[] = SOURCE_DIR "/../shared/hostile/jsontestsuite";
static const char *const ours[] = {"n_number_NaN.json",
                                   "n_number_-NaN.json",
                                   "n_number_Inf.json",
                                   "n_number_infinity.json",
                                   "n_number_minus_infinity.json",
                                   "n_string_unescaped_newline.json",
                                   NULL};

static bool is_ours(const char *name)
{
    for (size_t i = 0; ours[i]; i++)
        if (strcmp(ours[i], name) == 0) return true;
    return false;
}

/* The case as one line of a log: {"step": 1, "loss": 2.5, "x": CASE}, then a line that is whole. Line ends inside a value become blanks. */
static struct str line_of(const char *path)
{
    static char text[1 << 20];
    struct str doc = {0};
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text / 4, f);
    fclose(f);
    struct span value = span_trim((struct span){text, n});
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] == '\n' || value.p[i] == '\r') text[value.p - text + (ptrdiff_t)i] = ' ';
    str_add(&doc, "{\"step\": 1, \"loss\": 2.5, \"x\": ");
    str_add_span(&doc, value);
    str_add(&doc, "}\n{\"step\": 2, \"loss\": 3.5}\n");
    return doc;
}

static unsigned check_case(const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    struct str doc = line_of(path);
    struct probe *p = probe_open(format_by_name("jsonl"), PROBE_ARENA_BYTES);
    probe_read(p, (struct span){doc.p, doc.n}, doc.n, 1);
    str_add(&p->text, "");
    bool read = strstr(p->text.p, "point loss 1 2.5 @1") != NULL;
    unsigned wrong = 0;
    if (!strstr(p->text.p, "point loss 2 3.5 @2")) wrong++, print_error("%s: costs the next line\n", name);
    if (name[0] == 'y' && (!read || p->bad)) wrong++, print_error("%s: is not read:\n%s", name, p->text.p);
    if (name[0] == 'n' && !is_ours(name) && (read || !p->bad)) wrong++, print_error("%s: is taken:\n%s", name, p->text.p);
    probe_close(p);
    str_done(&doc);
    return wrong;
}

static void what_json_allows_is_read_and_what_it_forbids_is_told(void **unused)
{
    (void)unused;
    unsigned wrong = 0, cases = 0;
    DIR *d = opendir(directory);
    if (!d) {
        print_message("SKIP: no ../shared/hostile here\n");
        skip();
    }
    for (struct dirent *e; (e = readdir(d));)
        if (e->d_name[0] == 'y' || e->d_name[0] == 'n') cases++, wrong += check_case(e->d_name);
    closedir(d);
    assert_true(cases > 200);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_json_allows_is_read_and_what_it_forbids_is_told)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
