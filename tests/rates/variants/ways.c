#include "ways.h"

static bool as_it_is(struct tape *t, double by) { return (void)t, (void)by, true; }

const struct way way_plain = {"as it is", as_it_is, 0};
const struct way *const ways[] = {ways_sampled, ways_without, ways_units, ways_smoothed, ways_lengths, ways_habits, NULL};
