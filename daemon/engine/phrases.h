/* phrases - sentence templates: templates/reports/NAME.json as data, their slots filled with measured values.
 *
 * A template is text with {slots}. What fills a slot may come from a log and is made printable. */
#ifndef MLWATCH_PHRASES_H
#define MLWATCH_PHRASES_H

#include "../base/err.h"
#include "../base/str.h"

struct phrases {
    void *root;
    const char *path;
};
struct slot {
    const char *name, *value;
}; /* a NULL value is empty */

/* phrases_open - path below templates/; MLWATCH_TEMPLATES=DIR reads it from there instead of the program.
 * Errors: E_ABSENT for an unknown path, E_FORMAT with the place in the file, E_IO. */
enum status phrases_open(struct phrases *p, const char *path, struct err *err);
/* phrases_close - takes a zeroed struct too. */
void phrases_close(struct phrases *p);

/* phrases_section - id and title of the n-th section; false behind the last. */
bool phrases_section(const struct phrases *p, size_t n, const char **id, const char **title);
/* phrases_fill - append the sentence of this id. Values are shown as printable text of at most 600 characters; a slot that the caller does not
 * know stays visible, braces and all.
 *   returns   false, out unchanged: no such sentence, or it has slots and all of them are empty */
bool phrases_fill(const struct phrases *p, const char *id, const struct slot *slots, size_t n_slots, struct str *out);

#endif
