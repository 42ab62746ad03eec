/* node - a value that a pickle would make, inert, shared by reference as the pickle shares it.
 *
 * Nothing is ever copied when it is put into two places, so a pickle that would unfold to 10^9 items costs what its bytes cost. Whoever walks
 * the graph has to mind that it may be a graph, and may have loops. */
#ifndef MLWATCH_NODE_H
#define MLWATCH_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "../../base/arena.h"
#include "../../base/span.h"

enum node_kind {
    NODE_NONE,
    NODE_BOOL,
    NODE_INT,
    NODE_BIG, /* an integer that 64 bits do not hold: its little-endian bytes, as of NODE_BYTES */
    NODE_FLOAT,
    NODE_TEXT,
    NODE_BYTES,
    NODE_TUPLE,
    NODE_LIST,
    NODE_SET,
    NODE_DICT,   /* items: key, value, key, value ... in the order of the stream; a key may come twice, the last holds */
    NODE_GLOBAL, /* an imported name */
    NODE_CALL,   /* what a call or an instantiation returns */
    NODE_PERSISTENT,
    NODE_UNKNOWN /* what cannot be told: an extension, a number that is none */
};
struct global;
struct node;

/* What a call returns, with what was done to it afterwards. Each may be NULL. */
struct call {
    struct node *callee, *args, *named; /* args: mostly a tuple; named: a dict */
    struct node *state;                 /* of BUILD */
    struct node *items, *keyed;         /* a list of what was appended, a dict of what was set */
    uint64_t raw_offset;                /* joblib: where the array's bytes lie in the input; 0 when they do not */
    struct node *raw;                   /* joblib: the pickle of an array of objects */
};
struct node {
    uint8_t kind;
    uint8_t mark; /* of whoever walks */
    uint64_t n;   /* bytes of a text; items */
    union {
        int64_t integer;
        double real;
        struct {
            const char *p;   /* NULL: not kept, it lies in the input at offset */
            uint64_t offset; /* in the input's descriptor or memory; UINT64_MAX when it lies nowhere in one piece (escapes) */
        } text;
        struct {
            struct node **items;
            uint64_t room;
        };
        struct global *global;
        struct call *call;
        struct node *inner; /* NODE_PERSISTENT: its id */
    };
};

/* An imported name, once for each of a machine. */
struct global {
    struct span module, name;
    const char *said;        /* "module.name", printable, cut */
    uint8_t policy, guard;   /* enum policy, enum guard */
    const char *does;        /* of a denied one: what it can do; or NULL */
    uint32_t calls, excused; /* excused: calls that can do no harm whatever the policy */
    uint8_t how;             /* enum of judge.c: how it was called first */
    const char *with;        /* what it was first called with, where that is worth a word; or NULL */
    struct node *node;
    struct global *next, *same_bucket;
};

/* node_new - a node of a kind; NULL when the arena is full. */
struct node *node_new(struct arena *a, enum node_kind kind);
/* node_add - one more item; false when the arena is full. Amortised O(1). */
bool node_add(struct arena *a, struct node *box, struct node *item);
/* node_get - the value of a text key in a dict, or in what was set on an object that is a dict; NULL when it is not there. O(n) */
const struct node *node_get(const struct node *dict, const char *key);
/* node_text - the text of a NODE_TEXT that is kept; empty for all else. node_is - is it this text? */
struct span node_text(const struct node *n);
bool node_is(const struct node *n, const char *text);
/* node_global - the global that n is, or that made n (the class of an object); NULL when there is none. node_is_global - is it module.name?
 * Several names are separated by blanks;
 * module NULL: any. */
const struct global *node_global(const struct node *n);
const struct global *node_class(const struct node *n);
bool global_is(const struct global *g, const char *module, const char *names);
/* node_number - an int, bool or float as a double; false for all else. node_integer - an int or bool. */
bool node_number(const struct node *n, double *ret);
bool node_integer(const struct node *n, int64_t *ret);
/* node_dict - the dict that n is or behaves as: itself, an OrderedDict or another mapping object's keyed items; NULL. node_items - likewise a
 * list, tuple or set, or what was appended to an object. */
const struct node *node_dict(const struct node *n);
const struct node *node_items(const struct node *n);
/* node_item - item i of a tuple or list; NULL beyond. */
const struct node *node_item(const struct node *n, uint64_t i);
/* node_attribute - of an object: the value of a key of its BUILD state (a dict, or the first dict of a tuple of two); NULL. */
const struct node *node_attribute(const struct node *object, const char *key);
const struct node *node_attributes(const struct node *object);

#endif
