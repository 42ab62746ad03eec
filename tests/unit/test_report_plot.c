/* Pictures: that they are what their name says, mark what must be marked, and obey nothing that a log says. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/report/layout.h"
#include "../../daemon/report/page.h"
#include "../../daemon/report/save.h"
#include "view_fixture.h"

static char folder[] = "/tmp/mlwatch-plot-XXXXXX";
static char path_text[512];
static struct fixture f;

static const char *in_folder(const char *name)
{
    snprintf(path_text, sizeof path_text, "%s/%s", folder, name);
    return path_text;
}

static char *slurp(const char *path, size_t *n)
{
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    char *text = calloc(1, 4 << 20);
    *n = fread(text, 1, (4 << 20) - 1, in);
    fclose(in);
    return text;
}

static size_t files_in_folder(void)
{
    size_t n = 0;
    DIR *d = opendir(folder);
    for (struct dirent *e; (e = readdir(d));) n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int empty_folder(void **state)
{
    (void)state;
    DIR *d = opendir(folder);
    for (struct dirent *e; (e = readdir(d));)
        if (e->d_name[0] != '.') unlink(in_folder(e->d_name)), rmdir(in_folder(e->d_name));
    closedir(d);
    return 0;
}

static int remove_folder(void **state) { return empty_folder(state), rmdir(folder); }

/* Draw, or skip aloud where gnuplot is not installed. */
static void draw(const struct view *v, const char *path)
{
    struct err err = {0};
    enum status status = report_plot(v, NULL, 0, path, &err);
    if (status == E_ABSENT) {
        print_message("skipped: %s\n", err.text);
        skip();
    }
    if (status != OK) fail_msg("%s", err.text);
}

static void a_png_is_1200_by_800(void **state)
{
    (void)state;
    size_t n;
    fixture_diverging(&f, 0.84);
    draw(&f.view, in_folder("run.png"));
    unsigned char *t = (unsigned char *)slurp(in_folder("run.png"), &n);
    assert_memory_equal(t, "\x89PNG\r\n\x1a\n", 8);
    assert_memory_equal(t + 12, "IHDR", 4);
    assert_int_equal(t[16] << 24 | t[17] << 16 | t[18] << 8 | t[19], 1200);
    assert_int_equal(t[20] << 24 | t[21] << 16 | t[22] << 8 | t[23], 800);
    assert_true(n > 10000);
    assert_int_equal(files_in_folder(), 1);
    free(t);
}

static void an_svg_holds_curves_findings_nan_and_verdict_as_text(void **state)
{
    (void)state;
    static const char *const words[] = {"train/loss",
                                        "eval/loss",
                                        "grad_norm",
                                        "learning_rate",
                                        "f1 loss divergence",
                                        "f3 grad explosion",
                                        "restart",
                                        "last good checkpoint",
                                        "gradient norm (log scale)",
                                        "gpt-small-lr3e-3",
                                        ">NaN",
                                        "likely cause: learning rate too high (0.84)"};
    size_t n;
    fixture_diverging(&f, 0.84);
    draw(&f.view, in_folder("run.svg"));
    char *t = slurp(in_folder("run.svg"), &n);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strstr(t, words[i])) fail_msg("'%s' is not in the picture", words[i]);
    free(t);
}

static void a_pdf_is_a_pdf(void **state)
{
    (void)state;
    size_t n;
    fixture_gan(&f);
    draw(&f.view, in_folder("run.PDF"));
    char *t = slurp(in_folder("run.PDF"), &n);
    assert_memory_equal(t, "%PDF-", 5);
    free(t);
}

static void names_from_a_log_are_drawn_and_never_run(void **state)
{
    (void)state;
    size_t n;
    fixture_diverging(&f, 0.84);
    static char name[3][200];
    snprintf(name[0], sizeof name[0], "`touch %s/a`'; system('touch %s/b')\n!touch %s/c", folder, folder, folder);
    snprintf(name[1], sizeof name[1], "\\\nsystem \"touch %s/d\" @x {/Bold=30 y} \033[0m $(touch e)", folder);
    snprintf(name[2], sizeof name[2], "x' at 0,0\nEOD\nset output '%s/f'\n", folder);
    f.view.name = name[0], f.series[0].series.name = name[1], f.series[1].series.name = name[2];
    draw(&f.view, in_folder("run.svg"));
    assert_int_equal(files_in_folder(), 1);
    char *t = slurp(in_folder("run.svg"), &n);
    assert_non_null(strstr(t, "touch"));
    free(t);
}

static void extreme_values_and_steps_are_drawn(void **state)
{
    (void)state;
    fixture_begin(&f, "extreme");
    size_t a = fixture_series(&f, "a", ROLE_LOSS_TRAIN, "loss"), b = fixture_series(&f, "b", ROLE_GRAD_NORM, ""),
           c = fixture_series(&f, "c", ROLE_LEARNING_RATE, "");
    for (int i = 0; i < 300; i++) {
        fixture_point(&f, a, i % 100 * 90000000000000000ll, i % 3 ? 1.7e308 : -1.7e308);
        fixture_point(&f, b, i, i % 2 ? 4e-324 : INFINITY);
        fixture_point(&f, c, 7, 0);
    }
    fixture_finding(&f, "loss_spike", SEVERITY_WARNING, a, INT64_MIN, INT64_MAX, "everything at once");
    draw(&f.view, in_folder("run.png"));
}

static void a_loss_that_was_never_finite_is_drawn_as_such(void **state)
{
    (void)state;
    size_t n;
    struct str s = {0};
    fixture_begin(&f, "nan from the start");
    size_t loss = fixture_series(&f, "loss", ROLE_LOSS_TRAIN, "loss");
    for (int i = 0; i < 40; i++) fixture_point(&f, loss, i, NAN);
    assert_int_equal(report_braille(&f.view, NULL, 0, 80, 12, false, &s, NULL), OK);
    assert_non_null(strstr(s.p, "××××××××××"));
    str_done(&s);
    draw(&f.view, in_folder("run.svg"));
    char *t = slurp(in_folder("run.svg"), &n);
    assert_non_null(strstr(t, "NaN or infinite"));
    free(t);
}

static void a_name_without_a_known_ending_is_refused(void **state)
{
    (void)state;
    struct err err = {0};
    fixture_clean(&f);
    assert_int_equal(report_plot(&f.view, NULL, 0, "run.jpg", &err), E_USAGE);
    assert_non_null(strstr(err.text, ".png, .svg or .pdf"));
}

static void a_run_without_numbers_cannot_be_drawn(void **state)
{
    (void)state;
    struct err err = {0};
    fixture_unreadable(&f);
    assert_int_equal(report_plot(&f.view, NULL, 0, in_folder("run.png"), &err), E_FORMAT);
    assert_int_equal(files_in_folder(), 0);
}

static void an_unknown_series_is_named(void **state)
{
    (void)state;
    struct err err = {0};
    const char *names[] = {"no/such"};
    fixture_clean(&f);
    assert_int_equal(report_plot(&f.view, names, 1, in_folder("run.png"), &err), E_ABSENT);
    assert_non_null(strstr(err.text, "'no/such'"));
}

static void without_gnuplot_it_says_what_to_install_and_keeps_the_old_file(void **state)
{
    (void)state;
    struct err err = {0};
    size_t n;
    char *path = strdup(getenv("PATH"));
    fixture_clean(&f);
    assert_int_equal(save_text(in_folder("run.png"), span_of("old"), &err), OK);
    setenv("PATH", folder, 1);
    assert_int_equal(report_plot(&f.view, NULL, 0, in_folder("run.png"), &err), E_ABSENT);
    setenv("PATH", path, 1);
    assert_string_equal(err.text, "gnuplot is not installed: apt-get install gnuplot-nox");
    char *t = slurp(in_folder("run.png"), &n);
    assert_string_equal(t, "old");
    assert_int_equal(files_in_folder(), 1);
    free(t);
    free(path);
}

static void an_unwritable_place_is_an_error_with_its_name(void **state)
{
    (void)state;
    struct err err = {0};
    fixture_clean(&f);
    assert_int_equal(report_plot(&f.view, NULL, 0, in_folder("no/where.png"), &err), E_IO);
    assert_non_null(strstr(err.text, "no/where.png"));
    mkdir(in_folder("d.png"), 0700);
    assert_int_equal(report_plot(&f.view, NULL, 0, in_folder("d.png"), &err), E_IO);
}

static void labels_of_findings_are_neither_overlapped_nor_crossed(void **state)
{
    (void)state;
    for (int64_t gap = 1; gap < 900; gap += 37) {
        struct picture p;
        struct layout l;
        fixture_diverging(&f, 0.84);
        for (size_t i = 0; i < f.view.n_findings; i++)
            f.findings[i].finding.series = &f.series[0].series, f.findings[i].finding.onset_step = 3000 + gap * (int64_t)i;
        assert_int_equal(pick_panels(&f.view, NULL, 0, &p, NULL), OK);
        layout_make(&f.view, &p, &l);
        const struct place *at = &l.places[0];
        for (size_t i = 0; i < at->n_marks; i++)
            for (size_t j = 0; j < i; j++) {
                const struct mark *a = &at->marks[i], *b = &at->marks[j];
                const struct mark *high = a->row > b->row ? a : b, *low = high == a ? b : a;
                double line = layout_px(&p, high->first);
                if (low->row < 0) continue;
                if (low->row < high->row) assert_true(line <= low->label_px || line >= low->label_px + 6 * page_width(low->text));
                if (low->row != high->row) continue;
                double left = fmin(a->label_px, b->label_px), right = fmax(a->label_px, b->label_px);
                assert_true(left + 6 * page_width((left < b->label_px ? a : b)->text) <= right);
            }
    }
}

static void the_training_loss_and_what_findings_are_about_are_drawn_first(void **state)
{
    (void)state;
    struct picture p;
    static const char *const names[] = {"e1", "e2", "e3", "e4", "e5", "loss"};
    fixture_begin(&f, "crowd");
    for (size_t i = 0; i < 6; i++) {
        fixture_series(&f, names[i], i < 5 ? ROLE_LOSS_EVAL : ROLE_LOSS_TRAIN, "loss");
        for (int k = 0; k < 9; k++) fixture_point(&f, i, k, 1 + k);
    }
    fixture_finding(&f, "validation_divergence", SEVERITY_WARNING, 4, 3, 8, "e5 rose");
    assert_int_equal(pick_panels(&f.view, NULL, 0, &p, NULL), OK);
    assert_int_equal(p.panels[0].n, PANEL_SERIES);
    assert_string_equal(p.panels[0].series[0]->series.name, "loss");
    assert_string_equal(p.panels[0].series[1]->series.name, "e5");
}

static void names_of_curves_stay_apart_and_inside(void **state)
{
    (void)state;
    struct picture p;
    struct layout l;
    fixture_begin(&f, "many");
    static const char *const names[] = {"a", "b", "c", "d"};
    for (size_t i = 0; i < 4; i++) {
        fixture_series(&f, names[i], ROLE_LOSS_EVAL, "loss");
        for (int k = 0; k < 50; k++) fixture_point(&f, i, k, 1 + 0.001 * (double)i);
    }
    assert_int_equal(pick_panels(&f.view, NULL, 0, &p, NULL), OK);
    layout_make(&f.view, &p, &l);
    for (size_t i = 0; i < 4; i++) {
        assert_true(l.places[0].label_y[i] > l.places[0].top && l.places[0].label_y[i] < l.places[0].bottom);
        for (size_t j = 0; j < i; j++) assert_true(fabs(l.places[0].label_y[i] - l.places[0].label_y[j]) >= 14);
    }
}

static void braille_fits_marks_nan_and_findings(void **state)
{
    (void)state;
    for (int width = 60; width <= 140; width += 20) {
        struct str s = {0};
        fixture_diverging(&f, 0.84);
        assert_int_equal(report_braille(&f.view, NULL, 0, width, 20, false, &s, NULL), OK);
        assert_non_null(strstr(s.p, "×"));
        assert_non_null(strstr(s.p, "▲ loss_divergence"));
        assert_non_null(strstr(s.p, "eval/loss"));
        assert_null(strchr(s.p, '\033'));
        for (char *line = strtok(s.p, "\n"); line; line = strtok(NULL, "\n"))
            if (page_width(line) > width) fail_msg("wider than %d: %s", width, line);
        str_done(&s);
    }
}

static void a_wide_positive_range_is_drawn_on_a_log_scale(void **state)
{
    (void)state;
    struct str s = {0};
    fixture_gan(&f);
    assert_int_equal(report_braille(&f.view, NULL, 0, 80, 20, false, &s, NULL), OK);
    assert_non_null(strstr(s.p, "log scale"));
    assert_non_null(strstr(s.p, "0.01"));
    str_done(&s);
}

int main(void)
{
#define DRAWS(test) cmocka_unit_test_teardown(test, empty_folder)
    const struct CMUnitTest tests[] = {
        DRAWS(a_png_is_1200_by_800),
        DRAWS(an_svg_holds_curves_findings_nan_and_verdict_as_text),
        DRAWS(a_pdf_is_a_pdf),
        DRAWS(names_from_a_log_are_drawn_and_never_run),
        DRAWS(extreme_values_and_steps_are_drawn),
        DRAWS(a_loss_that_was_never_finite_is_drawn_as_such),
        DRAWS(a_name_without_a_known_ending_is_refused),
        DRAWS(a_run_without_numbers_cannot_be_drawn),
        DRAWS(an_unknown_series_is_named),
        DRAWS(without_gnuplot_it_says_what_to_install_and_keeps_the_old_file),
        DRAWS(an_unwritable_place_is_an_error_with_its_name),
        DRAWS(labels_of_findings_are_neither_overlapped_nor_crossed),
        DRAWS(the_training_loss_and_what_findings_are_about_are_drawn_first),
        DRAWS(names_of_curves_stay_apart_and_inside),
        DRAWS(braille_fits_marks_nan_and_findings),
        DRAWS(a_wide_positive_range_is_drawn_on_a_log_scale),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
