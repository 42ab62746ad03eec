/* memory - what the parts of the verb `memory` share; memory.c has their list. */
#ifndef MLWATCH_CMD_MEMORY_H
#define MLWATCH_CMD_MEMORY_H

#include <stdint.h>

#include "../base/json.h"
#include "../base/str.h"
#include "../engine/hosts.h"
#include "../store/upkeep.h"
#include "cmd.h"

/* One part. given: its words begin with the name of the part. Returns the exit code. */
int cmd_memory_import(const struct opt_result *given);
int cmd_memory_note(const struct opt_result *given);
int cmd_memory_export(const struct opt_result *given);
int cmd_memory_stats(const struct opt_result *given);
int cmd_memory_prune(const struct opt_result *given);
int cmd_memory_reembed(const struct opt_result *given);
int cmd_memory_clusters(const struct opt_result *given);

/* cmd_memory_wants_json - was --json or --format json given? */
bool cmd_memory_wants_json(const struct opt_result *given);
/* cmd_memory_json - an object as one line on stdout; steals it. Returns the exit code. */
int cmd_memory_json(json_t *o);
/* cmd_memory_no_words - E_USAGE when something stands behind the part's name. */
enum status cmd_memory_no_words(const struct opt_result *given, struct err *err);

/* cmd_memory_spool - the name of a file beside the memory for what the daemon is to take in; the daemon runs then, and its directory is there.
 *   what   "note".  ret: to be freed.  Errors: client_connect's, paths_find's; E_MEMORY */
enum status cmd_memory_spool(const char *what, char **ret, struct err *err);

/* cmd_memory_measure - all databases as one, largest table first. Errors and cost: upkeep_stats's. */
enum status cmd_memory_measure(struct hosts *h, struct upkeep_stats *all, struct err *err);
/* cmd_memory_add_bytes - "1.5 MiB". */
void cmd_memory_add_bytes(struct str *out, int64_t bytes);

/* A bar on stderr, where that is a terminal; nothing elsewhere. */
struct cmd_memory_bar {
    bool shown;
    double drawn; /* on CLOCK_MONOTONIC */
};
/* cmd_memory_bar_begin; cmd_memory_bar_at - draw it, now and then; cmd_memory_bar_end - take it away. what: "runs". */
void cmd_memory_bar_begin(struct cmd_memory_bar *b);
void cmd_memory_bar_at(struct cmd_memory_bar *b, uint64_t done, uint64_t of, const char *what);
void cmd_memory_bar_end(struct cmd_memory_bar *b);

#endif
