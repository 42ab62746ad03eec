/* The memory's half of a search: the incidents that its words name (FTS5 proposes them) and those whose vectors are near, scored alike. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "find_parts.h"

enum { BY_WORDS_MAX = 100, BY_MEANING_MAX = 60, NEAR_MAX = 100 };

struct near_one {
    char id[12];
    float cosine;
};
struct nearness {
    const char *like; /* the run that hits must not be of */
    size_t n;
    struct near_one all[HOSTS_STORES_MAX * NEAR_MAX];
};

/* ---- vectors ------------------------------------------------------------------------------------------------------------- */

static bool keep_near(void *arg, const char *incident, const char *run, double cosine)
{
    struct nearness *n = arg;
    if (n->like && strcmp(run, n->like) == 0) return true;
    struct near_one *one = &n->all[n->n++];
    snprintf(one->id, sizeof one->id, "%s", incident);
    one->cosine = (float)cosine;
    return true;
}

static int nearest_first(const void *a, const void *b)
{
    const struct near_one *x = a, *y = b;
    return x->cosine != y->cosine ? (x->cosine < y->cosine ? 1 : -1) : strcmp(x->id, y->id);
}

static enum status measure(struct search *s, struct nearness *n, struct err *err)
{
    const struct hosts *h = &s->finder->recall->hosts;
    const struct meaning *m = &s->finder->meaning;
    enum status status = OK;
    for (size_t i = 0; i < h->n_stores && !status; i++)
        status = store_nearest(h->stores[i], embed_model(m->embed), s->vector, m->dims, NEAR_MAX, keep_near, n, err);
    if (n->n) qsort(n->all, n->n, sizeof *n->all, nearest_first);
    return status;
}

/* Of an incident that words found and that is not among the nearest: NaN without a vector, or before anything was asked by meaning. */
static double cosine_of(const struct search *s, const struct nearness *n, const char *id)
{
    const struct hosts *h = &s->finder->recall->hosts;
    const struct meaning *m = &s->finder->meaning;
    float v[EMBED_DIMS_MAX];
    for (size_t i = 0; i < n->n; i++)
        if (strcmp(n->all[i].id, id) == 0) return (double)n->all[i].cosine;
    for (size_t i = 0; n->n && i < h->n_stores; i++)
        if (store_vector_of(h->stores[i], id, embed_model(m->embed), v, m->dims, NULL) == OK)
            return meaning_cosine(s->vector, v, m->dims);
    return NAN;
}

struct mean {
    float *sum;
    size_t dims, n;
};

static bool add_up(void *arg, const char *incident, const char *run, const float *v)
{
    struct mean *m = arg;
    (void)incident;
    (void)run;
    for (size_t i = 0; i < m->dims; i++) m->sum[i] += v[i];
    m->n++;
    return true;
}

/* A run to be like is asked about as the direction of its own incidents. */
static enum status ask_like(struct search *s, bool *asked, struct err *err)
{
    const struct hosts *h = &s->finder->recall->hosts;
    struct mean m = {s->vector, s->finder->meaning.dims, 0};
    enum status status = OK;
    memset(s->vector, 0, m.dims * sizeof *s->vector);
    for (size_t i = 0; i < h->n_stores && !status; i++) {
        status = store_vectors(h->stores[i], s->question->like, embed_model(s->finder->meaning.embed), m.dims, add_up, &m, err);
        if (status == E_ABSENT) status = OK; /* a run of another host */
    }
    *asked = meaning_unit(s->vector, m.dims);
    return status;
}

/* ---- facets -------------------------------------------------------------------------------------------------------------- */

static bool has_cause(const struct incident_row *r, const char *cause)
{
    bool has = r->incident.cause && strcmp(r->incident.cause, cause) == 0;
    for (size_t i = 0; i < r->n_causes; i++) has = has || strcmp(r->causes[i].cause, cause) == 0;
    return has;
}

static enum status admitted(struct search *s, const struct incident_row *r, bool *ret, struct err *err)
{
    const struct facets *f = &s->facets;
    struct hosts_run run;
    *ret = !(*f->kind && strcmp(r->incident.kind, f->kind) != 0) && !(f->since > 0 && !(r->incident.opened >= f->since)) &&
           !(*f->cause && !has_cause(r, f->cause)) && !(s->question->like && strcmp(r->incident.run_id, s->question->like) == 0);
    if (!*ret || !f->n_settings) return OK;
    enum status status = hosts_run(&s->finder->recall->hosts, r->incident.run_id, &run, err);
    return status ? status : facet_settings_hold(f, run.store, r->incident.run_id, ret, err);
}

/* ---- scores -------------------------------------------------------------------------------------------------------------- */

static void read_incident(const struct search *s, const struct incident_row *r, struct bm25_text *t)
{
    const struct incident *i = &r->incident;
    const char *const texts[] = {i->kind, i->cause, i->message, i->run_name, r->text};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
        if (texts[k]) bm25_read(&s->words, span_of(texts[k]), 1, t);
    for (size_t c = 0; c < r->n_causes; c++) bm25_read(&s->words, span_of(r->causes[c].cause), 1, t);
}

static void score(struct search *s, const struct incident_row *r, double cosine, const struct search_hit *by_words,
                  struct find_hit *h)
{
    struct bm25_text t = {.length = 0};
    double near = isnan(cosine) ? 0 : cosine;
    read_incident(s, r, &t);
    find_score(s, &t, near, r->incident.cause, by_words, h);
    if (s->question->like) h->score = fmax(h->score, 0.5 * fmax(near, 0) + (by_words ? fmin(by_words->score / 10, 0.5) : 0));
}

/* The last word on it, or else the fix that came first. */
static void add_fix(struct search *s, const struct incident_row *r, struct find_hit *h)
{
    const struct outcome_line *lines = NULL;
    size_t n = 0;
    if (!hosts_outcomes(&s->finder->recall->hosts, r->incident.id, &lines, &n, NULL) && n)
        h->fix = lines[n - 1].fix, h->worked = lines[n - 1].worked;
    else if (r->n_offered) h->fix = r->offered[0].fix;
}

static enum status add_incident(struct search *s, const char *id, double cosine, const struct search_hit *by_words,
                                struct err *err)
{
    const struct incident_row *row;
    bool ok = false;
    if (find_has(s, id)) return OK;
    enum status status = hosts_incident(&s->finder->recall->hosts, id, &row, err);
    if (!status) status = admitted(s, row, &ok, err);
    struct find_hit *h = !status && ok ? find_add(s) : NULL;
    if (!h) return status;
    h->incident = &row->incident;
    h->title = row->incident.message ? row->incident.message : row->incident.kind;
    add_fix(s, row, h);
    score(s, row, cosine, by_words, h);
    return OK;
}

/* ---- both ways ----------------------------------------------------------------------------------------------------------- */

static enum status by_words(struct search *s, const struct nearness *n, struct err *err)
{
    const struct facets *f = &s->facets;
    bool filtered = *f->cause || f->n_settings;
    struct search_query q = {.words = f->words,
                             .kind = *f->kind ? f->kind : NULL,
                             .like_run = s->question->like,
                             .since = f->since,
                             .limit = filtered ? HOSTS_INCIDENTS_MAX : BY_WORDS_MAX};
    const struct search_hit *hits;
    size_t found = 0;
    bool unknown = false;
    enum status status = hosts_search(&s->finder->recall->hosts, &q, &unknown, &hits, &found, err);
    for (size_t i = 0; i < found && !status; i++)
        status = add_incident(s, hits[i].incident.id, cosine_of(s, n, hits[i].incident.id), &hits[i], err);
    return status;
}

static enum status by_meaning(struct search *s, const struct nearness *n, struct err *err)
{
    double floor = s->question->like && !s->worded ? FIND_LIKE_ENOUGH : FIND_NEAR_ENOUGH;
    enum status status = OK;
    for (size_t i = 0; i < n->n && i < BY_MEANING_MAX && !status && (double)n->all[i].cosine >= floor; i++)
        status = add_incident(s, n->all[i].id, (double)n->all[i].cosine, NULL, err);
    return status;
}

enum status find_incidents(struct search *s, struct err *err)
{
    bool asked = s->worded;
    enum status status = OK;
    if (!s->finder->recall->hosts.n_stores) return OK;
    struct nearness *n = calloc(1, sizeof *n);
    if (!n) return err_set(err, E_MEMORY, "no memory to search");
    n->like = s->question->like;
    if (s->question->like && !s->worded) status = ask_like(s, &asked, err);
    if (!status) status = find_notes(s, asked, err);
    if (!status && asked) status = measure(s, n, err);
    if (!status) status = by_words(s, n, err);
    if (!status && asked) status = by_meaning(s, n, err);
    free(n);
    return status;
}
