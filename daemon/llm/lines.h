/* lines - the values of a streamed answer, however its bytes were cut: NDJSON, one value a line, or server-sent events, whose values stand
 * behind "data:" (WHATWG HTML, 9.2.6). Here every data line is a value of its own; no server spreads one over several. */
#ifndef MLWATCH_LINES_H
#define MLWATCH_LINES_H

#include "../base/str.h"

enum framing { FRAMING_LINES, FRAMING_EVENTS };
enum { LINE_BYTES_MAX = 1 << 18 };

struct lines {
    enum framing framing;
    struct str line; /* the last one, as far as it has come */
    enum { LINES_GO_ON, LINES_ENDED, LINES_TOO_LONG } state;
};

/* lines_feed - more bytes. each gets every whole value, without white space around it, and ends it by false.
 *   returns  false when nothing more is wanted: state says why */
bool lines_feed(struct lines *l, struct span bytes, bool (*each)(void *arg, struct span value), void *arg);
/* lines_end - no more bytes: a last line may lack its end. As lines_feed. */
bool lines_end(struct lines *l, bool (*each)(void *arg, struct span value), void *arg);
void lines_done(struct lines *l); /* takes a zeroed struct too */

#endif
