/* layout - where everything of a picture stands, in pixels of a 1200 x 800 sheet, so that no label lies on another.
 *
 *   header   run's name, verdict sentence
 *   strip    a panel's title and the labels of what is marked in it, in as many rows as they need
 *   panel    the curves; to its right their names, pushed apart
 *   footer   tick labels, what the axis counts */
#ifndef MLWATCH_REPORT_LAYOUT_H
#define MLWATCH_REPORT_LAYOUT_H

#include "pick.h"

enum { SHEET_WIDTH = 1200, SHEET_HEIGHT = 800, SHEET_LEFT = 92, SHEET_RIGHT = 1034 };
enum { MARKS_MAX = 12, HEADER_LINES = 3, LABEL_CHARACTERS = 24 };

enum mark_kind { MARK_INFO, MARK_WARNING, MARK_CRITICAL, MARK_SEAM, MARK_GOOD }; /* the first three follow enum severity */
struct mark {
    enum mark_kind kind;
    double first, last; /* x of the common axis; equal for a line */
    char text[64];      /* printable ASCII but for what kinds and numbers hold */
    int row;            /* of the strip, 0 next to the panel; -1: no room, it stays unlabelled */
    double label_px;    /* left edge of the text */
};
struct place {
    double top, bottom; /* pixels from the sheet's top */
    struct mark marks[MARKS_MAX];
    size_t n_marks;
    int rows;
    char title[96];
    double title_right;           /* where the title ends */
    double label_y[PANEL_SERIES]; /* pixels from the top: where a curve's name stands */
};
struct layout {
    struct place places[PANELS_MAX];
    char header[HEADER_LINES][200];
    int header_lines;
};

/* layout_make - O(panels x marks^2 + curves). */
void layout_make(const struct view *v, const struct picture *p, struct layout *out);
/* layout_px - pixel column of an x of the common axis. */
double layout_px(const struct picture *p, double x);

#endif
