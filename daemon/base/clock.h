/* clock - seconds as doubles, from the two clocks there are. */
#ifndef MLWATCH_CLOCK_H
#define MLWATCH_CLOCK_H

/* clock_now - of CLOCK_MONOTONIC: for durations and deadlines; it starts anywhere. */
double clock_now(void);
/* clock_wall - since 1970, UTC: for what is shown and stored. */
double clock_wall(void);

#endif
