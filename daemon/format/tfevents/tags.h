/* tfevents_tags - the tags of one event file: what each is, and which series its numbers belong to.
 *
 * A tag's plugin is told with its first value only, so it is kept here. Writers log their tags in the same order again and again: each tag
 * remembers which one followed it last time, and a value whose tag is that one costs one comparison and no hash. */
#ifndef MLWATCH_TFEVENTS_TAGS_H
#define MLWATCH_TFEVENTS_TAGS_H

#include "../format.h"
#include "histogram.h"

enum { TAGS_MAX = 16384, TAG_MAX_BYTES = 512, PLACE_MAX_BYTES = 128 };
enum plugin { PLUGIN_UNKNOWN, PLUGIN_SCALARS, PLUGIN_HISTOGRAMS, PLUGIN_TEXT, PLUGIN_HPARAMS, PLUGIN_OTHER };
enum { TAG_SCALAR = HISTOGRAM_NUMBERS, TAG_SERIES }; /* a tag's series: those of a histogram, and the scalar's */

/* What a writer logs at every batch of an epoch, and all of it at the epoch's step, as Ultralytics 8.0 does: running means, of which the last is the
 * epoch's. Known by its name, and by two values at one step. */
struct running_mean {
    int64_t step; /* of the newest value */
    double time, value;
    uint64_t line;
    bool any, repeats, held; /* held: the newest value is not told yet */
};
struct tag {
    const char *name; /* in the arena */
    uint32_t length, next;
    int series[TAG_SERIES];
    uint8_t plugin, named;     /* named: bits of the series that were asked for */
    struct running_mean *mean; /* NULL for most */
    bool copy, told;           /* copy: another tag has the same numbers; told: its text is a fact already */
};
struct tags {
    struct tag *at;
    uint32_t *slots; /* hash of the name -> index + 1 */
    uint32_t n, cap, n_slots, last;
    bool full; /* the limit was reported */
    uint8_t place_bytes;
    char place[PLACE_MAX_BYTES]; /* the name of the file's directory */
};

/* tags_place - remember the directory of the file: it may tell the split, or the name of one curve of several. */
void tags_place(struct tags *t, const char *path);
/* tags_find - the index of a tag, made at first sight; -1 when it is too long or there are too many (bad() says so). */
int tags_find(struct tags *t, struct span name, uint64_t line, const struct format_out *out);
/* tags_series - the handle of a tag's series; -1 when the host refuses it. which: a histogram_number or TAG_SCALAR. */
int tags_series(struct tags *t, struct tag *tag, unsigned which, const struct format_out *out);
/* tags_describe - the plugin that a value's metadata names. */
void tags_describe(struct tag *tag, struct span plugin);

/* tags_next - as tags_find, for the order that was seen before. */
static inline int tags_next(struct tags *t, struct span name, uint64_t line, const struct format_out *out)
{
    if (t->n) {
        uint32_t guess = t->at[t->last].next;
        const struct tag *g = &t->at[guess];
        if (g->length == name.n && memcmp(g->name, name.p, name.n) == 0) {
            t->last = guess;
            return (int)guess;
        }
    }
    return tags_find(t, name, line, out);
}

#endif
