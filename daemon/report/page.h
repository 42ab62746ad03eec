/* page - lines of a terminal: wrapped to its width, indented, coloured only when asked, plain ASCII when asked. */
#ifndef MLWATCH_REPORT_PAGE_H
#define MLWATCH_REPORT_PAGE_H

#include "../base/str.h"

enum ink { INK_PLAIN, INK_BOLD, INK_DIM, INK_RED, INK_YELLOW, INK_GREEN };

struct page {
    struct str *out;
    int columns;
    bool colour, unicode;
};

/* page_row - `indent` spaces, a label padded to label_width columns (0: no label) and text, wrapped so that further lines stand
 * below the text. A word longer than a line is cut at the line's end. U+00A0 is a space that does not break.
 *   label, text   already printable (str_add_printable); ink colours the label, or the text when there is no label */
void page_row(struct page *p, int indent, enum ink ink, const char *label, int label_width, const char *text);
/* page_heading - an empty line, then the heading. */
void page_heading(struct page *p, const char *text);
/* page_blank - an empty line. */
void page_blank(struct page *p);
/* page_width - terminal columns of UTF-8 text; East Asian wide characters count two, combining ones none. */
int page_width(const char *text);
/* page_ascii - for terminals without UTF-8: arrows, dashes and quotes become their ASCII forms, other characters '?'. */
void page_ascii(struct str *out, const char *text);

#endif
