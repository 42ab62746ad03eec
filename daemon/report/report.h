/* report - a view of a run as something a person or a program reads.
 *
 * One file a format (text.c, markdown.c, json.c); report.c holds the list. plot.c draws. Nothing here reads logs or the memory. */
#ifndef MLWATCH_REPORT_H
#define MLWATCH_REPORT_H

#include "../base/err.h"
#include "../base/model.h"
#include "../base/str.h"

struct remembered { /* what `report` adds from the memory; all may be empty */
    const struct incident *incidents;
    size_t n_incidents;
    const struct outcome_line {
        const char *incident, *fix, *worked, *note;
        double when;
        const char *teller, *run; /* "person" or "watched"; name of the run that tried it, or NULL */
        double weight;
    } * outcomes;
    size_t n_outcomes;
    const struct trial_line {
        const char *incident, *fix, *changes, *kind, *worked, *note; /* worked: "watching", or as of an outcome */
    } * trials;                                                      /* fixes offered for other runs that this one tries */
    size_t n_trials;
    const char *const *similar;
    size_t n_similar; /* incident ids */
};
struct report_options {
    bool colour, unicode;
    int columns;                     /* of the terminal; 0 = 100 */
    bool brief;                      /* check: findings, causes, needs; no settings, no curves */
    bool sources;                    /* list every source, and why it was taken for what it is */
    const struct remembered *memory; /* or NULL */
    const char *plot;                /* path of a picture to show, or NULL */
};
struct report_format {
    const char *name, *summary;
    void (*write)(const struct view *v, const struct report_options *o, struct str *out);
};
extern const struct report_format *const report_formats[]; /* NULL ends the list: text, md, json */
const struct report_format *report_format_by_name(const char *name);

/* report_check_json - one line, schema mlwatch.check/1, "\n" at its end. */
void report_check_json(const struct view *v, struct str *out);
/* report_verdict_sentence - the run in one sentence: what, where, how sure, what to do. */
void report_verdict_sentence(const struct view *v, struct str *out);

/* report_sparkline - eight levels in ASCII, width cells, of the last buckets of a curve; NaN is 'x'. report_blocks - the same line in block
 * characters. Both append to out. */
void report_sparkline(const struct curve *c, int width, struct str *out);
void report_blocks(const char *sparkline, struct str *out);
/* report_braille - losses and findings on the terminal: width x height cells. series: names to draw, or n 0 for the default choice. */
enum status report_braille(const struct view *v, const char *const *series, size_t n, int width, int height, bool colour,
                           struct str *out, struct err *err);
/* report_plot - draw by gnuplot to path, whose ending (.png .svg .pdf) chooses the terminal. 1200x800.
 * E_ABSENT when gnuplot is not installed (the sentence says what to install), E_FORMAT when nothing can be drawn,
 * E_IO when the file cannot be written. Runs gnuplot with a 30 s limit. */
enum status report_plot(const struct view *v, const char *const *series, size_t n, const char *path, struct err *err);

#endif
