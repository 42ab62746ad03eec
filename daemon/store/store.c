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

/* address: what is behind the scheme. */
static enum status back_end(const char *url, const struct store_ops **ops, const char **address, struct err *err)
{
    size_t n = scheme_length(url);
    *ops = n ? NULL : &store_sqlite;
    *address = n ? url + n + 1 : url;
    for (size_t i = 0; n && i < sizeof stores / sizeof *stores; i++)
        if (span_is((struct span){url, n}, stores[i]->scheme)) *ops = stores[i];
    if (*ops) return OK;
    return err_set(err, E_USAGE, "cannot open '%s': no memory is kept in '%.*s' (sqlite:PATH is one)", url, (int)n, url);
}

enum status store_open(const char *url, bool writing, struct store **ret, struct err *err)
{
    const struct store_ops *ops;
    const char *address;
    enum status s = back_end(url, &ops, &address, err);
    return s ? s : ops->open(address, writing, ret, err);
}

enum status store_set_aside(const char *url, char **moved, struct err *err)
{
    const struct store_ops *ops;
    const char *address;
    enum status s = back_end(url, &ops, &address, err);
    return s ? s : ops->set_aside(address, moved, err);
}

size_t store_salvage(struct store *to, const char *from, bool (*each)(void *arg, const char *path), void *arg)
{
    return to->ops->salvage(to, from, each, arg);
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

/* An outcome for those who do not ask who told it. */
struct plain {
    bool (*each)(void *arg, const char *fix, const char *worked, const char *note, double when);
    void *arg;
};

static bool give_plain(void *arg, const struct outcome_row *o)
{
    const struct plain *p = arg;
    return p->each(p->arg, o->fix, o->worked, o->note, o->when);
}

enum status store_outcome_lines(struct store *s, const char *incident,
                                bool (*each)(void *arg, const char *fix, const char *worked, const char *note, double when),
                                void *arg, struct err *err)
{
    struct plain p = {each, arg};
    return s->ops->outcome_rows(s, incident, give_plain, &p, err);
}

enum status store_outcome_rows(struct store *s, const char *incident, bool (*each)(void *arg, const struct outcome_row *o),
                               void *arg, struct err *err)
{
    return s->ops->outcome_rows(s, incident, each, arg, err);
}

enum status store_trials_put(struct store *s, const char *run_id, const struct trial_row *rows, size_t n, bool *fresh,
                             struct err *err)
{
    return s->ops->trials_put(s, run_id, rows, n, fresh, err);
}

enum status store_verdict(struct store *s, const char *run_id, const char *incident, const char *fix, const char *worked,
                          const char *note, double when, bool *news, struct err *err)
{
    return s->ops->verdict(s, run_id, incident, fix, worked, note, when, news, err);
}

enum status store_setting(struct store *s, const char *run_id, const char *name, const char *value, struct err *err)
{
    return s->ops->setting(s, run_id, name, value, err);
}

enum status store_trials(struct store *s, const char *run_id, bool (*each)(void *arg, const struct trial_row *t), void *arg,
                         struct err *err)
{
    return s->ops->trials(s, run_id, each, arg, err);
}

enum status store_unsolved(struct store *s, const char *project, const char *but_run, size_t max,
                           bool (*each)(void *arg, const struct incident_row *i, const struct run_row *run), void *arg,
                           struct err *err)
{
    return s->ops->unsolved(s, project, but_run, max, each, arg, err);
}

enum status store_settings(struct store *s, const char *run_id, bool (*each)(void *arg, const struct fact *f), void *arg,
                           struct err *err)
{
    return s->ops->settings(s, run_id, each, arg, err);
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

enum status store_put_vectors(struct store *s, const struct vector_row *rows, size_t n, struct err *err)
{
    return s->ops->put_vectors(s, rows, n, err);
}

enum status store_vector(struct store *s, const char *incident, const char *model, const float *v, size_t n, struct err *err)
{
    return s->ops->put_vectors(s, &(struct vector_row){incident, model, v, n}, 1, err);
}

enum status store_vectors(struct store *s, const char *run_id, const char *model, size_t dims,
                          bool (*each)(void *arg, const char *incident, const char *run, const float *v), void *arg,
                          struct err *err)
{
    return s->ops->vectors(s, run_id, model, dims, each, arg, err);
}

enum status store_nearest(struct store *s, const char *model, const float *question, size_t dims, size_t k,
                          bool (*each)(void *arg, const char *incident, const char *run, double cosine), void *arg,
                          struct err *err)
{
    return s->ops->nearest(s, model, question, dims, k, each, arg, err);
}

enum status store_vector_of(struct store *s, const char *incident, const char *model, float *ret, size_t dims, struct err *err)
{
    return s->ops->vector_of(s, incident, model, ret, dims, err);
}
