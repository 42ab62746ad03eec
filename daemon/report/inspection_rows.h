/* inspection_rows - what the pieces of a checkpoint's page share. */
#ifndef MLWATCH_REPORT_INSPECTION_ROWS_H
#define MLWATCH_REPORT_INSPECTION_ROWS_H

#include "inspection.h"
#include "page.h"
#include "words.h"

enum { INSPECTION_ROWS = 12, INSPECTION_LABEL = 10, NAME_CHARACTERS = 48 };

/* inspection_row - one line of a section, and the str is freed. inspection_heading - an empty line and the section's name. inspection_more - what
 * the list left out. */
void inspection_row(struct page *p, enum ink ink, const char *label, struct str *s);
void inspection_heading(struct page *p, const char *text);
void inspection_more(struct page *p, size_t n);
/* add_name - a tensor's or file's name, printable and cut. add_count - "20,480". */
void add_name(struct str *s, const char *name);
void add_count(struct str *s, uint64_t n);

/* inspection_moved, inspection_layers - sections: what changed since the checkpoint before; tensors, the sickest first. */
void inspection_moved(struct page *p, const struct inspection_page *v);
void inspection_layers(struct page *p, const struct inspection_page *v);

/* Every tensor of every part that was looked into. */
#define EACH_TENSOR(v, t)                                                                                                        \
    for (size_t part_ = 0; part_ < (v)->n_parts; part_++)                                                                        \
        for (const struct inspected_tensor *t = (v)->parts[part_].inspection ? (v)->parts[part_].inspection->tensors : NULL,     \
                                           *end_ = t + (t ? (v)->parts[part_].inspection->n_tensors : 0);                        \
             t < end_; t++)

#endif
