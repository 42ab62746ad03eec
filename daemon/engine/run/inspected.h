/* inspected - the run's side of a look into a checkpoint. */
#ifndef MLWATCH_RUN_INSPECTED_H
#define MLWATCH_RUN_INSPECTED_H

#include "parts.h"

/* run_take_inspected - the text of an EVENT_INSPECTED, as run_inspected wrote it and the memory gives it back; anything else is passed over. */
void run_take_inspected(struct run *r, const char *text);
/* run_checkpoint_words - the reason behind a finding about a checkpoint; NULL for others. */
const char *run_checkpoint_words(const struct run *r, const struct finding *f);

#endif
