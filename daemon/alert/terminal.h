/* terminal - an alert as two lines that a person reads at a glance.
 *
 *   14:02:11 CRITICAL run7 loss_divergence step 4820: train/loss 2.31 → 7.90 in 140 steps
 *            likely lr_too_high (0.84): cut the learning rate 3–10× · mlwatch explain i42abcde
 *   15:20:40 WATCHING run8 has learning_rate 3e-4 → 3e-5, the fix offered for i42abcde; watching whether loss_divergence stays away
 *            mlwatch explain i42abcde */
#ifndef MLWATCH_ALERT_TERMINAL_H
#define MLWATCH_ALERT_TERMINAL_H

#include <stdbool.h>

#include "../../analyzers/analyzer.h"
#include "../base/str.h"

struct alert {   /* texts come from logs: they are escaped here. NULL where there is none */
    double when; /* seconds since 1970; shown in local time */
    enum severity severity;
    const char *run, *kind, *where, *message, *incident;
    const char *cause, *fix, *missing; /* missing: the artifact that would decide, shown while the cause is not likely */
    double probability;
    const char
        *news; /* "opened", "worse", "cause" or "resolved"; "trying" or "outcome": a fix that was offered for another run */
};
/* columns: lines are broken at spaces before it; 0 for never. */
struct terminal_style {
    bool colour, unicode;
    int columns;
};

/* terminal_alert - append the lines, each ended by a newline. */
void terminal_alert(const struct alert *a, const struct terminal_style *style, struct str *out);

#endif
