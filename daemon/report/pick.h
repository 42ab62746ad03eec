/* pick - what a picture shows: which series belong in one panel, on which scale, and where a step lies on the common axis. */
#ifndef MLWATCH_REPORT_PICK_H
#define MLWATCH_REPORT_PICK_H

#include "../base/err.h"
#include "../base/model.h"

enum { PANELS_MAX = 5, PANEL_SERIES = 4, TICKS_MAX = 12 };

struct panel {
    const char *title; /* static, or a series' name (hostile) */
    const struct series_view *series[PANEL_SERIES];
    size_t n;
    bool logarithmic, empty; /* empty: no value in it is finite */
    double lo, hi;           /* range of the value axis, with a margin; lo < hi, finite */
    double weight;           /* share of the height, relative to the others */
};
struct picture {
    struct panel panels[PANELS_MAX];
    size_t n;
    enum axis axis;     /* what the common axis counts */
    double first, last; /* its range; first < last */
};

/* pick_panels - choose by role (losses, scores, return, gradient norm, learning rate ...), or the named series when n > 0.
 * Errors: E_FORMAT when no series has two points; E_ABSENT, naming it, when a named series is not there.
 * Cost O(series x roles + buckets). */
enum status pick_panels(const struct view *v, const char *const *names, size_t n, struct picture *out, struct err *err);

/* pick_x - where a series' step lies on the common axis. A series that counts something else (epochs beside steps) is stretched
 * over the run. */
double pick_x(const struct picture *p, const struct series_view *s, int64_t step);
/* pick_stretched - was it? */
bool pick_stretched(const struct picture *p, const struct series_view *s);
/* pick_bucket_x - middle of a bucket; of its first step where a restart lies inside it. */
double pick_bucket_x(const struct picture *p, const struct series_view *s, const struct bucket *b);
/* pick_lost - does bucket i hold values that are not finite? If so, first and last x of it, up to the next bucket when that one does too. */
bool pick_lost(const struct picture *p, const struct series_view *s, uint32_t i, double *first, double *last);
/* pick_y - a value as a share of the panel's height, 0 bottom to 1 top, clamped. */
double pick_y(const struct panel *p, double value);
/* pick_value - the inverse of pick_y for shares within [0, 1]. */
double pick_value(const struct panel *p, double share);
/* pick_home - the panel that holds a finding's series, else one of its kind, else the first. */
size_t pick_home(const struct picture *p, const struct finding *f);
/* pick_finding_x - first and last x of a finding, within the picture. */
void pick_finding_x(const struct view *v, const struct picture *p, const struct finding *f, double *first, double *last);

/* pick_ticks - round values within [lo, hi], about `most` (never above TICKS_MAX), 1-2-5 apart, or powers of ten; returns how many. */
size_t pick_ticks(double lo, double hi, bool logarithmic, size_t most, double ticks[TICKS_MAX]);
/* pick_axis_ticks - the same for the common axis: whole numbers only. */
size_t pick_axis_ticks(const struct picture *p, size_t most, double ticks[TICKS_MAX]);
/* pick_tick_text - a tick as text, as short as its neighbours allow. */
void pick_tick_text(char *text, size_t size, double value, double spacing);

#endif
