/* taken_back - a finding that was told too early (preview.h): it is over, and the host forgets it when the run is over. */
#ifndef MLWATCH_TAKEN_BACK_H
#define MLWATCH_TAKEN_BACK_H

#include "../analyzer.h"

/* taken_back - known by a confidence of 0. */
static inline bool taken_back(const struct finding *f) { return f->phase == PHASE_CLOSED && f->confidence == 0; }

#endif
