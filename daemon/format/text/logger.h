/* text_logger - what a logger puts in front of a message beside the time: the level, its own name, the module, file and line that called it. */
#ifndef MLWATCH_TEXT_LOGGER_H
#define MLWATCH_TEXT_LOGGER_H

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "../../base/span.h"

/* All return the bytes of what they know at the start of s, 0 for another thing. O(1)
 *
 * text_level_length - "INFO", "warn", in any case, as a word of its own. */
size_t text_level_length(struct span s);
/* text_logger_clocked - "I0105 10:00:01.123456 140735 train.py:42]" of absl and glog: level, month and day, time, thread, place. */
size_t text_logger_clocked(struct span s);
/* text_logger_sourced - "LOG (nnet-train[5.5]:main():nnet-loss.cc:269) " of Kaldi: level, then program, function, file and line. */
size_t text_logger_sourced(struct span s);
/* text_logger_called - "(trainer:762)": module and line of ESPnet's loggers. */
size_t text_logger_called(struct span s);
/* text_logger_length - "root - " or "train_inner | ", "ppcls INFO: ": only behind a time or level.
 *   tag   the logger's name so far, empty for none; set where this is one */
size_t text_logger_length(struct span s, struct span *tag);

/* text_skip_blank - how many blanks and tabs s begins with. */
static inline size_t text_skip_blank(struct span s)
{
    size_t i = 0;
    while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t')) i++;
    return i;
}
/* text_starts - does s begin with a word, in any case? The first letter is compared before anything is called. */
static inline bool text_starts(struct span s, const char *word)
{
    size_t n;
    return s.n && (s.p[0] | 0x20) == (word[0] | 0x20) && s.n >= (n = strlen(word)) && strncasecmp(s.p, word, n) == 0;
}

#endif
