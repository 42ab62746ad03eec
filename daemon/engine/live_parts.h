/* live_parts - what a watched run says to people and to the memory; shared by live.c and live_tell.c, and by nobody else. */
#ifndef MLWATCH_LIVE_PARTS_H
#define MLWATCH_LIVE_PARTS_H

#include "live.h"

/* live_judge - take a view, tell what is new in it, keep the numbers for the status line. Nothing when no point came since. */
void live_judge(struct live *l);
/* live_recall_alert - what was last said about an incident, from the memory. */
void live_recall_alert(struct live *l, const struct known_incident *k);
/* live_framework - as recognised, or NULL. */
const char *live_framework(const struct live *l);

#endif
