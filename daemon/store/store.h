/* store - the failure memory: runs, points, facts, events, incidents, causes, offered fixes, outcomes, outgoing notices.
 *
 * One file a back end; store.c holds the list by URL scheme. One process writes (the daemon); everyone reads. All strings given are
 * copied; all strings returned live until the call's callback returns. */
#ifndef MLWATCH_STORE_H
#define MLWATCH_STORE_H

#include "../base/err.h"
#include "../base/model.h"

struct store;

/* In source_row.records: the source is to be read from its first byte, and compared with what is stored; no file has so many. */
#define SOURCE_FROM_START (UINT64_C(1) << 62)
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
/* What was done about an incident and whether it helped. */
struct outcome_row {
    const char *incident, *fix, *worked; /* worked: "yes", "no" or "worse" */
    const char *note;                    /* a person's words, or what was watched; or NULL */
    const char *teller;                  /* "person", or "watched": a later run of the project tried it */
    const char *run;                     /* name of the run that tried it; NULL when a person told */
    double weight, when;                 /* weight: 1 for a person's word; when: seconds since 1970 */
};
/* A later run that tries a fix which was offered for an incident, and whether the finding came back in it. */
struct trial_row {
    const char *run, *incident, *fix; /* ids */
    const char *changes;              /* what differs: "learning_rate 3e-4 → 3e-5" */
    const char *state;                /* "watching", or as of an outcome */
    const char *note;                 /* what decided, or NULL */
    double weight;                    /* of its outcome */
    double began, decided;            /* seconds since 1970; decided NaN while watching */
    struct incident of;               /* read only: its kind, series, severity, onset and run's name; kind NULL when it is gone */
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

/* store_set_aside - what store_open refused, if that is because it is damaged, gets another name, PATH.damaged-DATE, so that a new one can be
 * made. A database of another program, a newer schema, a locked file stay where they are.
 *   moved  the new name; free it.  Errors: E_ABSENT it is not damaged, or that cannot be told; E_STORE it cannot be renamed */
enum status store_set_aside(const char *url, char **moved, struct err *err);
/* store_salvage - what a damaged memory can still tell that no log can: outcomes and notes are put into `to`; each(path) is told the
 * directories of its runs, newest first, whether they are still there or not. Returns how many outcomes and notes came over. */
size_t store_salvage(struct store *to, const char *from, bool (*each)(void *arg, const char *path), void *arg);

/* store_commit - everything or nothing. Cost: one journal row and one fsync at most. */
enum status store_commit(struct store *s, const struct commit *c, struct err *err);
/* store_commit_all - several, in this order, and still everything or nothing. Several of one run may be among them. */
enum status store_commit_all(struct store *s, const struct commit *const *commits, size_t n, struct err *err);
/* store_outcome - what was done about an incident (of this or another host) and whether it helped: worked = yes|no|worse. */
enum status store_outcome(struct store *s, const char *incident, const char *fix, const char *worked, const char *note,
                          double when, struct err *err);
/* store_trials_put - the fixes that a run tries, as far as nothing is decided: rows that are new are added, known ones get what differs and
 * the weight, those that are watched and no longer given are forgotten. Settings may be told late.
 *   fresh   n flags: which were not known.  Cost: one transaction */
enum status store_trials_put(struct store *s, const char *run_id, const struct trial_row *rows, size_t n, bool *fresh,
                             struct err *err);
/* store_verdict - a trial is decided, or decided otherwise: it and its one outcome are written together. A person's word about the same
 * incident and fix stands: then there is no outcome. Nothing happens when there is no such trial.
 *   news   whether the state changed */
enum status store_verdict(struct store *s, const char *run_id, const char *incident, const char *fix, const char *worked,
                          const char *note, double when, bool *news, struct err *err);
/* store_setting - remember a setting of a run that was measured and not told: the rate that it logged. */
enum status store_setting(struct store *s, const char *run_id, const char *name, const char *value, struct err *err);
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
/* store_outcomes - sums by cause, fix, kind, project and framework, for rank(). Of several words on a fix for one incident the last counts;
 * a person's before what was watched. */
enum status store_outcomes(struct store *s, bool (*each)(void *arg, const struct outcome *o), void *arg, struct err *err);
/* store_outcome_lines - of one incident, oldest first. */
enum status store_outcome_lines(struct store *s, const char *incident,
                                bool (*each)(void *arg, const char *fix, const char *worked, const char *note, double when),
                                void *arg, struct err *err);
/* store_outcome_rows - the same with who told it. */
enum status store_outcome_rows(struct store *s, const char *incident, bool (*each)(void *arg, const struct outcome_row *o),
                               void *arg, struct err *err);
/* store_trials - of a run, or of all when run_id is NULL; oldest first. */
enum status store_trials(struct store *s, const char *run_id, bool (*each)(void *arg, const struct trial_row *t), void *arg,
                         struct err *err);
/* store_unsolved - open incidents of a project that nothing is known to have helped against, newest first, at most max.
 *   but_run   left out;  each   run: of the incident. Its last_data tells when it was alive */
enum status store_unsolved(struct store *s, const char *project, const char *but_run, size_t max,
                           bool (*each)(void *arg, const struct incident_row *i, const struct run_row *run), void *arg,
                           struct err *err);
/* store_settings - of a run, those that were measured. */
enum status store_settings(struct store *s, const char *run_id, bool (*each)(void *arg, const struct fact *f), void *arg,
                           struct err *err);
/* store_search - by words (BM25) and facets; refused is set when no word is known to the memory. */
enum status store_search(struct store *s, const struct search_query *q, bool *refused,
                         bool (*each)(void *arg, const struct search_hit *h), void *arg, struct err *err);

/* store_unembedded - incidents without a vector of this model, newest first, at most max. */
enum status store_unembedded(struct store *s, const char *model, size_t max, bool (*each)(void *arg, const char *incident),
                             void *arg, struct err *err);
/* What an incident means to a model. */
struct vector_row {
    const char *incident, *model;
    const float *v; /* (n,) of length 1 */
    size_t n;
};
/* store_put_vectors - in one transaction. A vector of an incident that is not there (any more) is left out.
 * Cost: 10 us each beside the transaction's own (bench_nearest). */
enum status store_put_vectors(struct store *s, const struct vector_row *rows, size_t n, struct err *err);
/* store_vector - one of them. */
enum status store_vector(struct store *s, const char *incident, const char *model, const float *v, size_t n, struct err *err);
/* store_vectors - of this model and size, of a run's incidents, or of all when run_id is NULL. Cost: 1 us each. Errors: E_ABSENT no such run. */
enum status store_vectors(struct store *s, const char *run_id, const char *model, size_t dims,
                          bool (*each)(void *arg, const char *incident, const char *run, const float *v), void *arg,
                          struct err *err);
/* store_nearest - the incidents whose vectors are nearest to `question` (dims,), nearest first, at most k.
 * Above some thousand the search is by a file beside the database (vectors.h), which may miss one in some hundred.
 * Cost: 1 us a vector without that file; with it about 1 ms for 100,000. */
enum status store_nearest(struct store *s, const char *model, const float *question, size_t dims, size_t k,
                          bool (*each)(void *arg, const char *incident, const char *run, double cosine), void *arg,
                          struct err *err);
/* store_vector_of - of one incident, by its whole id. ret has room for dims. Errors: E_ABSENT it has none of this model and size. */
enum status store_vector_of(struct store *s, const char *incident, const char *model, float *ret, size_t dims, struct err *err);

#endif
