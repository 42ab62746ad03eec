/* look - what the verbs that read a run again share: its view, the time they may take, where their words go. */
#ifndef MLWATCH_LOOK_H
#define MLWATCH_LOOK_H

#include "../engine/recall.h"
#include "../report/report.h"
#include "cmd.h"

struct look {
    struct recall recall;
    const struct view *view;
};

/* look_at - the one RUN among the words, judged again (--deadline is honoured).
 *   words     how many words may follow RUN;  returns E_USAGE when there is none or too many, else as recall_view
 * Says on stderr what of the memory could not be read. Pair with look_done. */
enum status look_at(struct look *l, const struct opt_result *given, int words, struct err *err);
/* look_done - free everything; takes a zeroed struct. */
void look_done(struct look *l);
/* look_deadline - from --deadline S, on CLOCK_MONOTONIC. E_USAGE for what is no number of seconds. */
enum status look_deadline(const struct opt_result *given, double *ret, struct err *err);
/* look_fail - as cmd_fail, but 124 when it was the deadline (E_LIMIT). */
int look_fail(const struct err *err);
/* look_options - how text is to be laid out on stdout. */
struct report_options look_options(void);
/* look_print - text to stdout, or to FILE (old or whole, never half) with "wrote FILE" on stderr. Returns the exit code. */
int look_print(const char *file, const struct str *text);

#endif
