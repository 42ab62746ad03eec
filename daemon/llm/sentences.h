/* sentences - a stream of text, cut into sentences as soon as each is whole.
 *
 * A sentence ends at . ! or ? with white space behind it, or with its line; what it cites in brackets behind that still belongs to it.
 * A line that begins with what it cites is one sentence. Numbers of lists, abbreviations and decimal points end none. What stands between <think> and </think> at the beginning is not said. */
#ifndef MLWATCH_SENTENCES_H
#define MLWATCH_SENTENCES_H

#include "../base/str.h"

enum { SENTENCE_BYTES_MAX = 600 };

struct sentences {
    /* each - a sentence, trimmed, without marks of lists and emphasis; with p NULL one that was too long. false: no more are wanted. */
    bool (*each)(void *arg, struct span sentence);
    void *arg;
    struct str text; /* what is no whole sentence yet */
    bool begun, thinking, skipping;
};

/* sentences_feed - more text; false when each wanted no more. */
bool sentences_feed(struct sentences *s, struct span text);
/* sentences_end - no more text. whole: the last sentence may lack its end; otherwise it was cut off, and is told with p NULL. */
void sentences_end(struct sentences *s, bool whole);
void sentences_done(struct sentences *s); /* takes a zeroed struct too */

#endif
