/* gnuplot - run it on a script; no shell, no file of its own, no start-up file of the user's. */
#ifndef MLWATCH_REPORT_GNUPLOT_H
#define MLWATCH_REPORT_GNUPLOT_H

#include "../base/err.h"
#include "../base/str.h"

enum { GNUPLOT_LIMIT_S = 30 };

/* gnuplot_run - gnuplot reads the script on its standard input and writes the picture to out_fd.
 * Errors: E_ABSENT not installed (says what to install), E_FORMAT with gnuplot's own words, E_IO, E_LIMIT after GNUPLOT_LIMIT_S. */
enum status gnuplot_run(struct span script, int out_fd, struct err *err);
/* gnuplot_quote - text as a gnuplot string that expands nothing: single quotes, control characters and backquotes replaced,
 * at most max characters. */
void gnuplot_quote(struct str *s, const char *text, size_t max);

#endif
