/* entry - one JSON file of templates/causes, templates/fixes or templates/unseen as a struct.
 *
 * The keys are the tables in entry.c; templates/README.md says what they mean. Everything is checked here but what needs the other
 * files: whether a cause's fixes exist. */
#ifndef MLWATCH_ENTRY_H
#define MLWATCH_ENTRY_H

#include "../../analyzers/rank.h"
#include "../base/arena.h"
#include "../base/err.h"
#include "../base/span.h"

/* entry_cause, entry_fix, entry_artifact - read one file.
 *   name     of the file, "causes/overfitting.json": its stem must be the id; quoted in errors
 *   text     borrowed for the call
 *   ret      written on success; its strings and arrays live in `arena`
 * Errors     E_FORMAT names the file, the key and what is wrong with it; E_MEMORY */
enum status entry_cause(const char *name, struct span text, struct arena *arena, struct cause *ret, struct err *err);
enum status entry_fix(const char *name, struct span text, struct arena *arena, struct fix *ret, struct err *err);
enum status entry_calibration(const char *name, struct span text, struct arena *arena, struct calibration *ret, struct err *err);
enum status entry_artifact(const char *name, struct span text, struct arena *arena, struct artifact *ret, struct err *err);

#endif
