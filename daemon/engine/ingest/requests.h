/* requests - what the daemon is asked for that concerns the memory as a whole; answer.c has the list of all requests.
 *
 *   {"do": "import", "path": FILE, "remove": bool}      lines of dump.h; remove: the file is a spool, and goes when it was read
 *       -> {"say": "progress", "done": bytes, "of": bytes} ... {"say": "imported", counts}
 *   {"do": "prune", "before": seconds, "keep_incidents": bool}       -> {"say": "pruned", counts}
 *   {"do": "reembed", "url": URL?, "anew": bool}        -> {"say": "progress", "done": vectors} ... {"say": "reembedded", "model", "done"}
 *
 * They are done on the memory's lane in slices, so that what is watched is written down in between; whoever hangs up ends them at the
 * next one. Nothing is lost by that: what was done stays done. */
#ifndef MLWATCH_REQUESTS_OF_INGEST_H
#define MLWATCH_REQUESTS_OF_INGEST_H

#include "../../base/json.h"

struct daemon;
struct client;

/* ingest_import, ingest_prune, ingest_reembed - answer one request; the last message comes when it is done. */
void ingest_import(struct daemon *d, struct client *c, const json_t *request);
void ingest_prune(struct daemon *d, struct client *c, const json_t *request);
void ingest_reembed(struct daemon *d, struct client *c, const json_t *request);

#endif
