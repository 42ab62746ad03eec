/* inspection - a checkpoint as a page for people, and as one object, mlwatch.inspect/1.
 *
 * What the page shows of the file's own words is hostile and made printable. All is borrowed. */
#ifndef MLWATCH_REPORT_INSPECTION_H
#define MLWATCH_REPORT_INSPECTION_H

#include "../base/inspection.h"
#include "report.h"

struct inspection_part {
    const char *name, *role;
    bool present;
    const struct inspection *inspection; /* NULL: not looked into */
};
struct inspection_page {
    const char *path, *layout, *format;
    uint8_t state, safety;
    const char *const *reasons; /* the worst first */
    size_t n_reasons;
    int64_t step; /* -1: nobody says */
    uint64_t size;
    double elapsed_s;
    const struct inspection_part *parts; /* weights first */
    size_t n_parts;
    const struct finding_view *findings; /* the worst first */
    size_t n_findings;
    const char *against; /* path of what it was compared with, or NULL */
    bool compared;       /* something in it could be */
    bool joined;         /* the optimizer's state has the names of parameters */
    size_t rows;         /* tensors to show; 0: 12 */
};

/* inspection_text - the verdict, findings, what moved, tensors with the sickest first, optimizer, files. inspection_json - one line. */
void inspection_text(const struct inspection_page *v, const struct report_options *o, struct str *out);
void inspection_json(const struct inspection_page *v, struct str *out);

/* How sick a tensor looks, for the order of a list: above 0 is worth a look, NaN and Inf come first, then what is 0, then what no longer moves. */
double inspection_sickness(const struct inspected_tensor *t);
/* inspection_update_ratio - ||now - before|| / ||before||; NaN when it was not compared. inspection_cosine - between before and now. */
double inspection_update_ratio(const struct inspected_tensor *t);
double inspection_cosine(const struct inspected_tensor *t);

#endif
