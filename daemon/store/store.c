/* The back ends by URL scheme. A bare path is a SQLite database. */
#include <ctype.h>
#include <string.h>

#include "../base/span.h"
#include "store_ops.h"

static const struct store_ops *const stores[] = {&store_sqlite};

/* Length of "scheme" in "scheme:rest"; 0 for a path. */
static size_t scheme_length(const char *url)
{
    size_t n = 0;
    while (isalnum((unsigned char)url[n]) || (n && strchr("+-.", url[n]) && url[n])) n++;
    return url[n] == ':' ? n : 0;
}

enum status store_open(const char *url, bool writing, struct store **ret, struct err *err)
{
    size_t n = scheme_length(url);
    if (n == 0) return store_sqlite.open(url, writing, ret, err);
    for (size_t i = 0; i < sizeof stores / sizeof *stores; i++)
        if (span_is((struct span){url, n}, stores[i]->scheme)) return stores[i]->open(url + n + 1, writing, ret, err);
    return err_set(err, E_USAGE, "cannot open '%s': no memory is kept in '%.*s' (sqlite:PATH is one)", url, (int)n, url);
}

void store_close(struct store *s)
{
    if (s) s->ops->close(s);
}

enum status store_commit(struct store *s, const struct commit *c, struct err *err) { return s->ops->commit(s, &c, 1, err); }

enum status store_commit_all(struct store *s, const struct commit *const *commits, size_t n, struct err *err)
{
    return n ? s->ops->commit(s, commits, n, err) : OK;
}

enum status store_outcome(struct store *s, const char *incident, const char *fix, const char *worked, const char *note,
                          double when, struct err *err)
{
    if (strcmp(worked, "yes") && strcmp(worked, "no") && strcmp(worked, "worse"))
        return err_set(err, E_USAGE, "'%s' does not say whether the fix worked: yes, no or worse", worked);
    if (!*fix) return err_set(err, E_USAGE, "the fix that was tried has no name");
    return s->ops->outcome(s, incident, fix, worked, note, when, err);
}

enum status store_watch(struct store *s, const char *run_id, bool watched, struct err *err)
{
    return s->ops->watch(s, run_id, watched, err);
}

enum status store_runs(struct store *s, bool (*each)(void *arg, const struct run_row *r), void *arg, struct err *err)
{
    return s->ops->runs(s, each, arg, err);
}

enum status store_run(struct store *s, const char *which, bool (*each)(void *arg, const struct run_row *r), void *arg,
                      struct err *err)
{
    return s->ops->run(s, which, each, arg, err);
}

enum status store_sources(struct store *s, const char *run_id, bool (*each)(void *arg, const struct source_row *r), void *arg,
                          struct err *err)
{
    return s->ops->sources(s, run_id, each, arg, err);
}

enum status store_series(struct store *s, const char *run_id, bool (*each)(void *arg, const struct series_row *r), void *arg,
                         struct err *err)
{
    return s->ops->series(s, run_id, each, arg, err);
}

enum status store_points(struct store *s, const char *run_id, bool (*each)(void *arg, const struct point_row *p), void *arg,
                         struct err *err)
{
    return s->ops->points(s, run_id, each, arg, err);
}

enum status store_facts(struct store *s, const char *run_id, bool (*each)(void *arg, const struct fact *f), void *arg,
                        struct err *err)
{
    return s->ops->facts(s, run_id, each, arg, err);
}

enum status store_events(struct store *s, const char *run_id, bool (*each)(void *arg, const struct event_row *e), void *arg,
                         struct err *err)
{
    return s->ops->events(s, run_id, each, arg, err);
}

enum status store_incidents(struct store *s, const char *run_id, bool (*each)(void *arg, const struct incident_row *i), void *arg,
                            struct err *err)
{
    return s->ops->incidents(s, run_id, each, arg, err);
}

enum status store_incident(struct store *s, const char *prefix, bool (*each)(void *arg, const struct incident_row *i), void *arg,
                           struct err *err)
{
    return s->ops->incident(s, prefix, each, arg, err);
}

enum status store_outcomes(struct store *s, bool (*each)(void *arg, const struct outcome *o), void *arg, struct err *err)
{
    return s->ops->outcomes(s, each, arg, err);
}

enum status store_outcome_lines(struct store *s, const char *incident,
                                bool (*each)(void *arg, const char *fix, const char *worked, const char *note, double when),
                                void *arg, struct err *err)
{
    return s->ops->outcome_lines(s, incident, each, arg, err);
}

enum status store_search(struct store *s, const struct search_query *q, bool *refused,
                         bool (*each)(void *arg, const struct search_hit *h), void *arg, struct err *err)
{
    return s->ops->search(s, q, refused, each, arg, err);
}

enum status store_unembedded(struct store *s, const char *model, size_t max, bool (*each)(void *arg, const char *incident),
                             void *arg, struct err *err)
{
    return s->ops->unembedded(s, model, max, each, arg, err);
}

enum status store_vector(struct store *s, const char *incident, const char *model, const float *v, size_t n, struct err *err)
{
    return s->ops->vector(s, incident, model, v, n, err);
}

enum status store_vectors(struct store *s, const char *model, size_t dims,
                          bool (*each)(void *arg, const char *incident, const char *run, const float *v), void *arg,
                          struct err *err)
{
    return s->ops->vectors(s, model, dims, each, arg, err);
}
