/* markdown_escape - text from logs in Markdown, so that it renders as itself: no link, image, HTML, table cell or emphasis comes from a log. */
#ifndef MLWATCH_REPORT_MARKDOWN_ESCAPE_H
#define MLWATCH_REPORT_MARKDOWN_ESCAPE_H

#include "../base/str.h"

/* markdown_escaped - append text, cut to max bytes; NULL is empty.  markdown_text - cut to WORDS_TEXT_MAX. */
void markdown_escaped(struct str *s, const char *text, size_t max);
void markdown_text(struct str *s, const char *text);
/* markdown_target - append a path as the target of a link: what is not plain in a URL becomes %XX, so that no name ends the link early. */
void markdown_target(struct str *s, const char *path);
/* markdown_heading - of the second level; title is ours, and not escaped. */
void markdown_heading(struct str *s, const char *title);

#endif
