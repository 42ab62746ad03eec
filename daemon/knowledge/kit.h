/* kit - which framework's words a run is spoken to in.
 *
 * Looked up in what the log shows, never taken from it: a name that is not in the table of kit.c is no framework. What a framework
 * alone writes (its file, its metric names, its own lines in a traceback) counts before what a setting claims, because a run may
 * import a library that does not train it. */
#ifndef MLWATCH_KIT_H
#define MLWATCH_KIT_H

#include "../base/model.h"

/* kit_by_id - "huggingface", "lightning", "keras", "pytorch", "xgboost", "lightgbm", "catboost", "sb3", "sb3_replay"; NULL for anything else. */
const struct kit *kit_by_id(const char *id);
/* kit_of - the framework that a run's sources, series, settings and events show; NULL when they do not. Cost: O(marks x (series +
 * facts + events)), some 20 us. */
const struct kit *kit_of(const struct view *v);

#endif
