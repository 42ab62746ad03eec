/* store - the failure memory: runs, points, facts, events, incidents, causes, offered fixes, outcomes, outgoing notices.
 *
 * One file a back end; store.c holds the list by URL scheme. One process writes (the daemon); everyone reads. All strings given are
 * copied; all strings returned live until the call's callback returns. */
#ifndef MLWATCH_STORE_H
#define MLWATCH_STORE_H

#include "../base/err.h"
#include "../base/model.h"

struct store;

/* A source of a run: where its reader stands. Identity: device, inode, hash of the first head_bytes, hash of the tail_bytes before offset. */
struct source_row {
    uint16_t index; /* dense in its run */
    const char *path, *format;
    uint64_t device, inode, offset, lines, records; /* records: points given so far, for files that are rewritten whole */
    uint64_t head_hash, tail_hash;
    uint32_t head_bytes, tail_bytes;
};
struct series_row {
    uint32_t id;
    uint16_t source;
    const char *name;
    enum axis axis;
};
struct point_row {
    uint32_t series;
    uint16_t source, segment;
    int64_t step;
    double time, value;
    uint64_t line;
};
struct event_row {
    uint16_t source;
    uint64_t line;
    enum event kind;
    const char *text;
};
struct run_row {
    char id[12];
    const char *name, *path, *project, *framework;
    const char *tags;             /* "k=v" lines, or NULL */
    double first_seen, last_data; /* seconds since 1970 */
    enum run_state state;
    bool watched;
};
struct incident_row {
    struct incident incident;
    struct {
        const char *cause;
        double probability;
    } causes[DIAGNOSIS_MAX];
    size_t n_causes;
    struct {
        const char *fix;
        double confidence;
    } offered[RANK_MAX];
    size_t n_offered;
    const char *text; /* searched by words: message, causes' titles, settings, quotes */
};
struct notice_row {
    char id[24];
    const char *sink, *body;
    double when;
}; /* outbox: ids survive replay */

/* What one commit holds; written in one transaction. Points are in arrival order. */
struct commit {
    struct run_row run;
    const struct source_row *sources;
    size_t n_sources;
    const struct series_row *series;
    size_t n_series; /* new ones */
    const struct point_row *points;
    size_t n_points;
    const struct fact *facts;
    size_t n_facts; /* new or changed */
    const struct event_row *events;
    size_t n_events;
    const struct incident_row *incidents;
    size_t n_incidents; /* new or changed */
    const struct notice_row *notices;
    size_t n_notices;
};

struct search_query {
    const char *words;           /* "" = all */
    const char *kind, *like_run; /* NULL = any */
    double since;                /* seconds since 1970; 0 = ever */
    size_t limit;
};
struct search_hit {
    struct incident incident;
    double score;
    const char *title, *fix, *worked;
    const char *why[4];
    size_t n_why;
};

/* store_open - by URL: "sqlite:/path/memory.db" (or a bare path).
 *   writing  creates it (0600) and migrates it; otherwise read-only, and E_ABSENT when there is none.
 * Errors: E_STORE with the path and the reason (newer schema, not a database, disk full, read-only). */
enum status store_open(const char *url, bool writing, struct store **ret, struct err *err);
void store_close(struct store *s);

/* store_commit - everything or nothing. Cost: one journal row and one fsync at most. */
enum status store_commit(struct store *s, const struct commit *c, struct err *err);
/* store_commit_all - several, in this order, and still everything or nothing. Several of one run may be among them. */
enum status store_commit_all(struct store *s, const struct commit *const *commits, size_t n, struct err *err);
/* store_outcome - what was done about an incident (of this or another host) and whether it helped: worked = yes|no|worse. */
enum status store_outcome(struct store *s, const char *incident, const char *fix, const char *worked, const char *note,
                          double when, struct err *err);
/* store_watch - remember that a run is watched, or no longer. */
enum status store_watch(struct store *s, const char *run_id, bool watched, struct err *err);

/* Readers. Callbacks return false to stop. */
enum status store_runs(struct store *s, bool (*each)(void *arg, const struct run_row *r), void *arg, struct err *err);
/* store_run - by id, unique id prefix, name, or path; E_ABSENT, or E_USAGE when a prefix or name is ambiguous (newest is not guessed). */
enum status store_run(struct store *s, const char *which, bool (*each)(void *arg, const struct run_row *r), void *arg,
                      struct err *err);
enum status store_sources(struct store *s, const char *run_id, bool (*each)(void *arg, const struct source_row *r), void *arg,
                          struct err *err);
enum status store_series(struct store *s, const char *run_id, bool (*each)(void *arg, const struct series_row *r), void *arg,
                         struct err *err);
/* store_points - every point of the run in arrival order, bit-exact. */
enum status store_points(struct store *s, const char *run_id, bool (*each)(void *arg, const struct point_row *p), void *arg,
                         struct err *err);
enum status store_facts(struct store *s, const char *run_id, bool (*each)(void *arg, const struct fact *f), void *arg,
                        struct err *err);
enum status store_events(struct store *s, const char *run_id, bool (*each)(void *arg, const struct event_row *e), void *arg,
                         struct err *err);
/* store_incidents - of a run, or of all when run_id is NULL; newest first. */
enum status store_incidents(struct store *s, const char *run_id, bool (*each)(void *arg, const struct incident_row *i), void *arg,
                            struct err *err);
/* store_incident - by id or unique prefix. */
enum status store_incident(struct store *s, const char *prefix, bool (*each)(void *arg, const struct incident_row *i), void *arg,
                           struct err *err);
/* store_outcomes - counts by cause and fix, for rank(). */
enum status store_outcomes(struct store *s, bool (*each)(void *arg, const struct outcome *o), void *arg, struct err *err);
/* store_outcome_lines - of one incident, oldest first. */
enum status store_outcome_lines(struct store *s, const char *incident,
                                bool (*each)(void *arg, const char *fix, const char *worked, const char *note, double when),
                                void *arg, struct err *err);
/* store_search - by words (BM25) and facets; refused is set when no word is known to the memory. */
enum status store_search(struct store *s, const struct search_query *q, bool *refused,
                         bool (*each)(void *arg, const struct search_hit *h), void *arg, struct err *err);

/* store_unembedded - incidents without a vector of this model, newest first, at most max. */
enum status store_unembedded(struct store *s, const char *model, size_t max, bool (*each)(void *arg, const char *incident),
                             void *arg, struct err *err);
/* store_vector - keep what an incident means to a model: n floats. Nothing happens when there is no such incident (any more). */
enum status store_vector(struct store *s, const char *incident, const char *model, const float *v, size_t n, struct err *err);
/* store_vectors - every incident's vector of this model and size. Cost: 1 us each. */
enum status store_vectors(struct store *s, const char *model, size_t dims,
                          bool (*each)(void *arg, const char *incident, const char *run, const float *v), void *arg,
                          struct err *err);

#endif
