/* document - one JSON document of any size, walked while it comes in: what is not too large to hold is told whole, the rest is entered.
 *
 * For logs that are one object with long lists in it (a Keras history, CatBoost's iterations). The owner says of each object and array
 * whether to enter it, to be given it as one text, or to pass over it; scalars are told one by one. Nothing is told before it is whole;
 * any split of the bytes tells the same. A value of FORMAT_RECORD_MAX_BYTES or more is passed over, and reported. */
#ifndef MLWATCH_DOCUMENT_H
#define MLWATCH_DOCUMENT_H

#include "format.h"

enum { DOCUMENT_LEVELS = 6, DOCUMENT_PATH_BYTES = 256 };

enum document_way { DOCUMENT_ENTER, DOCUMENT_WHOLE, DOCUMENT_PASS };

struct document {  /* zeroed before the first byte */
    uint64_t line; /* newlines passed */
    struct {
        int64_t index; /* of the item or member that is next */
        uint16_t path_bytes;
        bool array;
    } level[DOCUMENT_LEVELS];
    uint16_t path_bytes, key_bytes; /* of the value that is next */
    uint8_t depth, due;
    bool grows; /* set by the owner: the writer takes the closing brackets back to append, so they are not taken before the end */
    bool skipping, in_string, escaped, broken;
    uint32_t open; /* skipping: open brackets of the value */
    char path[DOCUMENT_PATH_BYTES];
};

/* Where a value stands. parent: the keys of the objects around it, joined by '/' and cut to the limit; key: its own, empty for an
 * item of an array; index: from 0 in its array or object. All are borrowed until the call returns. */
struct document_place {
    struct span parent, key;
    int64_t index;
    int depth; /* 0: the document itself */
    bool in_array;
    uint64_t line;
};
struct document_sink {
    void *arg;
    enum document_way (*open)(void *arg, const struct document_place *at, char bracket);
    void (*value)(void *arg, const struct document_place *at, struct span raw); /* a string still has its quotes */
};

/* document_feed - as format.feed. Cost: about 5 ns a byte. */
size_t document_feed(struct document *d, struct span in, int at_end, const struct document_sink *sink,
                     const struct format_out *out);

/* document_number - a scalar's text as a number; one in quotes counts too ("nan", "0.5").
 * False for what is none, with *value untouched. */
bool document_number(struct span raw, double *value);

#endif
