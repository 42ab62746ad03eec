/* text_repeat - see text/repeat.h. The words in front of a line's first number, where they follow a digit without a blank between: no sentence does
 * that, and no name of a metric. */
#include "repeat.h"

#include <string.h>

enum { LINE_MIN_BYTES = 64, HEAD_MIN_BYTES = 5, HEAD_MAX_BYTES = 32 };

/* head_of - "train: ", "Epoch [": a word, what parts it from a number, and no more; 0 when the line begins otherwise. */
static size_t head_of(struct span body)
{
    size_t word = 0, n;
    while (word < body.n && span_letter_char(body.p[word])) word++;
    for (n = word; n < body.n && n <= HEAD_MAX_BYTES && body.p[n] && strchr(" :=[(#", body.p[n]);) n++;
    bool fits = n > word && n >= HEAD_MIN_BYTES && n <= HEAD_MAX_BYTES;
    return fits && n < body.n && span_digit_char(body.p[n]) ? n : 0;
}

size_t text_repeat(struct span body)
{
    size_t head = body.n < LINE_MIN_BYTES ? 0 : head_of(body);
    for (size_t at = head; head && at < body.n;) {
        const char *next = memmem(body.p + at, body.n - at, body.p, head);
        if (!next) break;
        at = (size_t)(next - body.p) + head;
        if (at < body.n && span_digit_char(body.p[at]) && span_digit_char(next[-1])) return (size_t)(next - body.p);
    }
    return body.n;
}
