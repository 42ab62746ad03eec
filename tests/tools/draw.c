/* draw - show a fixture as every kind of report, so that a person can look at it.
 *   tool_draw [diverging|unsure|clean|gan|unreadable] [text|brief|md|json|braille|FILE.png|FILE.svg|FILE.pdf] [COLUMNS] */
#include <stdio.h>
#include <stdlib.h>

#include "../unit/view_fixture.h"

static void make(struct fixture *f, const char *which)
{
    if (strcmp(which, "clean") == 0) fixture_clean(f);
    else if (strcmp(which, "gan") == 0) fixture_gan(f);
    else if (strcmp(which, "unreadable") == 0) fixture_unreadable(f);
    else fixture_diverging(f, strcmp(which, "unsure") == 0 ? 0.62 : 0.84);
}

int main(int argc, char **argv)
{
    static struct fixture f;
    make(&f, argc > 1 ? argv[1] : "diverging");
    const char *how = argc > 2 ? argv[2] : "text";
    int columns = argc > 3 ? atoi(argv[3]) : 80;
    struct report_options o = {.colour = getenv("COLOUR") != NULL,
                               .unicode = !getenv("ASCII"),
                               .columns = columns,
                               .brief = strcmp(how, "brief") == 0,
                               .sources = getenv("SOURCES") != NULL};
    const struct report_format *format = report_format_by_name(o.brief ? "text" : how);
    struct str out = {0};
    struct err err = {0};
    enum status status = OK;
    if (format) format->write(&f.view, &o, &out);
    else if (strcmp(how, "braille") == 0) status = report_braille(&f.view, NULL, 0, columns, 20, o.colour, &out, &err);
    else status = report_plot(&f.view, NULL, 0, how, &err);
    fputs(status == OK ? out.p ? out.p : "" : err.text, stdout);
    str_done(&out);
    return status != OK;
}
