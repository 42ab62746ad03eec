/* dump - the failure memory as JSON lines: what `memory export` writes, `memory import` takes back, and the daemon is handed.
 *
 * One object a line, with one member that says what it is. The first line is the schema; a run is a group from "run" to "end", in this
 * order; what belongs to no single run follows.
 *
 *   {"schema":"mlwatch.memory/1"}
 *   {"run":{"id","name","path","project","framework","tags","first_seen","last_data","state","points":N}}
 *   {"source":{"place","path","format","device","inode","offset","lines","records","head_hash","tail_hash","head_bytes","tail_bytes"}}
 *   {"series":{"id","source","name","axis"}}                    ids count up from 0
 *   {"points":{"n","series","source","segment","step","time","value","line"}}   columns in arrival order, POINTS_A_LINE at most: an
 *                                                               array of n, or one value where all are the same
 *   {"fact":{"key","value"}}  {"event":{"source","line","kind","text"}}
 *   {"incident":{"id","kind","series","severity","state","cause","cause_probability","opened","closed","onset_step","message","text",
 *                "causes":[[id, probability]],"offered":[[id, confidence]]}}
 *   {"end":{"run":id}}
 *   {"outcome":{...}} {"trial":{...}} {"setting":{...}}         rows as in the memory (store/upkeep.h)
 *   {"note":{"id","text","symptoms","cause","when","fixes":[{"fix","worked"}]}}
 *
 * Numbers are exact: those that are not finite are "NaN", "Infinity", "-Infinity", a NaN of other bits "NaN:" and 16 hexadecimal digits.
 * 64 bits without a sign are written as the signed integer of the same bits. Text that is not UTF-8 is {"hex":"..."}. Vectors are
 * left out: they are made again. */
#ifndef MLWATCH_DUMP_H
#define MLWATCH_DUMP_H

#include "../../base/arena.h"
#include "../../base/json.h"
#include "../../base/str.h"
#include "../../store/note.h"
#include "../../store/store.h"
#include "../../store/upkeep.h"

#define DUMP_SCHEMA "mlwatch.memory/1"
enum { DUMP_POINTS_A_LINE = 1000, DUMP_LINE_BYTES_MAX = 16 << 20, DUMP_SERIES_MAX = 1 << 20 };

/* Appending a line each. points: how many the group has. */
void dump_schema(struct str *out);
void dump_run(struct str *out, const struct run_row *r, uint64_t points);
void dump_source(struct str *out, const struct source_row *r);
void dump_series(struct str *out, const struct series_row *r);
/* dump_points - as many lines as are needed. Cost: about 0.5 us a point */
void dump_points(struct str *out, const struct point_row *points, size_t n);
void dump_fact(struct str *out, const struct fact *f);
void dump_event(struct str *out, const struct event_row *e);
void dump_incident(struct str *out, const struct incident_row *r);
void dump_end(struct str *out, const char *run_id);
void dump_row(struct str *out, enum upkeep_table which, const struct upkeep_cell *cells, size_t n);
void dump_note(struct str *out, const struct note *n);

/* Reading the member of one line. Texts are copied into the arena. false: it is not as above; *why is a few words, static. */
bool dump_read_run(const json_t *o, struct arena *a, struct run_row *ret, uint64_t *points, const char **why);
bool dump_read_source(const json_t *o, struct arena *a, struct source_row *ret, const char **why);
bool dump_read_series(const json_t *o, struct arena *a, struct series_row *ret, const char **why);
/* dump_read_points - ret: room for DUMP_POINTS_A_LINE */
bool dump_read_points(const json_t *o, struct point_row *ret, size_t *n, const char **why);
bool dump_read_fact(const json_t *o, struct arena *a, struct fact *ret, const char **why);
bool dump_read_event(const json_t *o, struct arena *a, struct event_row *ret, const char **why);
bool dump_read_incident(const json_t *o, struct arena *a, const struct run_row *run, struct incident_row *ret, const char **why);
bool dump_read_row(const json_t *o, struct arena *a, enum upkeep_table which, struct upkeep_cell *ret, const char **why);
bool dump_read_note(const json_t *o, struct arena *a, struct note *ret, const char **why);

/* dump_exact - a number that reads back as itself; dump_number - and back; false when it is none. */
json_t *dump_exact(double value);
bool dump_number(const json_t *o, double *ret);

#endif
