/* policy - what an imported name may do: tables of what tensor files need and of what attackers use.
 *
 * The order of belief: names that are known one by one, then what is denied (a module with all below it, or names of a module), then what
 * betrays itself by its own words (a name that reaches through another module to os), then classes of known frameworks. What is left is not known. */
#ifndef MLWATCH_POLICY_H
#define MLWATCH_POLICY_H

#include <stdbool.h>

#include "../../base/span.h"

enum policy {
    POLICY_INERT, /* makes data and nothing else, whatever it is called with */
    POLICY_CLASS, /* a class of a known framework: an object of it is data; its constructor may take plain values only */
    POLICY_OWN,   /* a class of the program that wrote the file */
    POLICY_UNKNOWN,
    POLICY_DENIED
};
/* What makes a call of a name harmless that is not harmless by itself, or the reverse. */
enum guard {
    GUARD_NONE,
    GUARD_GETATTR,  /* a constant of a known class, as enum members are written */
    GUARD_TYPE,     /* type(None), type(...): one argument */
    GUARD_UFUNC,    /* a function of numpy by its name */
    GUARD_APPLIES,  /* calls its first argument */
    GUARD_UNPICKLES /* its argument is a pickle */
};
struct verdict {
    enum policy policy;
    enum guard guard;
    const char *does; /* POLICY_DENIED: what it is good for, as "starts programs"; or NULL */
};
/* policy_of - module and name as the pickle spells them, Python 2's spelling too. O(rows) */
struct verdict policy_of(struct span module, struct span name);

/* One row: names of a module. */
struct policy_row {
    const char *module; /* "a.b", or "a.b.*" for it and all below it */
    const char *names;  /* separated by blanks, each with at most one '*'; NULL: all */
    const char *does;
    enum guard guard;
};
extern const struct policy_row policy_inert[], policy_denied[], policy_classes[]; /* each ends in a row without module */
/* policy_words - names that betray themselves in whatever module they are looked up, separated by blanks. */
extern const char policy_words[];
/* policy_acting - classes that do something when they are made: as names of policy_row. */
extern const struct policy_row policy_acting[];

#endif
