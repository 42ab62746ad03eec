/* mlflow_server - all runs of an MLflow tracking server, over its REST interface:
 *
 *   POST /api/2.0/mlflow/experiments/search    {"max_results","page_token"}                        {"experiments":[{"experiment_id"}]}
 *   POST /api/2.0/mlflow/runs/search           {"experiment_ids":[],"max_results","page_token"}    {"runs":[{"info","data"}]}
 *   GET  /api/2.0/mlflow/metrics/get-history   ?run_id&metric_key&max_results&page_token           {"metrics":[{"value","timestamp","step"}]}
 *
 * Numbers that are not finite are strings, an infinity may be the largest double, 64-bit integers may be strings. A server is not trusted: sizes,
 * pages and times have limits. A token is taken from MLFLOW_TRACKING_TOKEN.
 * Source: mlflow/mlflow, mlflow/protos/service.proto, docs "REST API". */
#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../base/hash.h"
#include "../../base/http.h"
#include "../../base/num.h"
#include "ingest.h"
#include "mlflow_points.h"

enum { PAGE = 1000, POINTS_PAGE = 25000, PAGES_MAX = 10000, ANSWER_BYTES_MAX = 64 << 20 };
static const double CONNECT_S = 5, FIRST_BYTE_S = 30, TOTAL_S = 120;

struct served {
    char *server, *id;
    json_t *run; /* as the server has it: info and data */
};

static void free_served(void *what)
{
    struct served *s = what;
    free(s->server), free(s->id);
    json_decref(s->run);
    free(s);
}

/* ---- asking ----------------------------------------------------------------------------------------------------------------- */

/* body: stolen; NULL asks with GET. */
static enum status ask(const char *url, json_t *body, json_t **ret, struct err *err)
{
    struct str answer = {0};
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    struct http_request r = {.url = url,
                             .body = span_of(text),
                             .key = getenv("MLFLOW_TRACKING_TOKEN"),
                             .remote = true,
                             .connect_s = CONNECT_S,
                             .first_byte_s = FIRST_BYTE_S,
                             .total_s = TOTAL_S,
                             .answer_max = ANSWER_BYTES_MAX};
    enum status status = http_ask(&r, &answer, err);
    if (!status) *ret = json_loadb(answer.p ? answer.p : "", answer.n, 0, NULL);
    if (!status && !json_is_object(*ret)) {
        json_decref(*ret);
        status = err_set(err, E_FORMAT, "'%s' does not answer as an MLflow server does", url);
    }
    free(text);
    json_decref(body);
    str_done(&answer);
    return status;
}

static const char *text_in(const json_t *o, const char *name)
{
    const char *text = json_string_value(json_object_get(o, name));
    return text ? text : "";
}

static double number_in(const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);
    double value = (double)NAN;
    if (json_is_number(v)) value = json_number_value(v);
    else if (json_is_string(v)) (void)num_parse(span_of(json_string_value(v)), &value);
    return value >= DBL_MAX ? (double)INFINITY : value <= -DBL_MAX ? -(double)INFINITY : value;
}

static int64_t integer_in(const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);
    int64_t value = 0;
    if (json_is_integer(v)) value = (int64_t)json_integer_value(v);
    else if (json_is_string(v)) (void)num_integer(span_of(json_string_value(v)), &value);
    return value;
}

/* Each page of a search; the last has no token. */
static enum status search(const char *url, json_t *body, bool (*page)(void *arg, const json_t *answer), void *arg,
                          struct err *err)
{
    enum status status = OK;
    for (int n = 0; n < PAGES_MAX && !status; n++) {
        json_t *answer = NULL;
        status = ask(url, json_incref(body), &answer, err);
        if (!status && !page(arg, answer)) status = err_set(err, E_MEMORY, "no memory for what '%s' has", url);
        const char *token = status ? "" : text_in(answer, "next_page_token");
        bool more = *token != 0;
        if (more) json_object_set_new(body, "page_token", json_string(token));
        json_decref(answer);
        if (!more) break;
    }
    json_decref(body);
    return status;
}

static char *url_of(const char *server, const char *call)
{
    struct str s = {0};
    str_addf(&s, "%s/api/2.0/mlflow/%s", server, call);
    return str_take(&s);
}

/* ---- one run ---------------------------------------------------------------------------------------------------------------- */

/* The newest value of each metric and the state are in the list of runs: as long as they are the same, so is the run. */
static enum status place(const struct ingest_run *r, struct source_row **rows, size_t *n, struct err *err)
{
    const struct served *s = r->of;
    char *text = json_dumps(s->run, JSON_COMPACT | JSON_SORT_KEYS);
    *rows = calloc(1, sizeof **rows);
    if (!*rows || !text) return free(text), err_set(err, E_MEMORY, "no memory to import '%s'", r->path);
    *n = 1;
    **rows = (struct source_row){
        .path = r->path, .format = "mlflow_db", .offset = strlen(text), .tail_hash = hash64(text, strlen(text), 0)};
    free(text);
    return OK;
}

static size_t head(const struct ingest_run *r, char *to, size_t room)
{
    const struct served *s = r->of;
    size_t n = strlen(s->id) < room ? strlen(s->id) : room;
    memcpy(to, s->id, n);
    return n;
}

static void add_escaped(struct str *s, const char *text)
{
    for (const char *p = text; *p; p++)
        if (isalnum((unsigned char)*p) || strchr("-_.~", *p)) str_add_span(s, (struct span){p, 1});
        else str_addf(s, "%%%02X", (unsigned char)*p);
}

struct history {
    struct mlflow_points points;
    const char *key;
    uint64_t line;
};

static void tell_page(struct history *h, const json_t *answer)
{
    size_t i;
    const json_t *m;
    json_array_foreach(json_object_get(answer, "metrics"), i, m) mlflow_points_add(
        &h->points, span_of(h->key), integer_in(m, "step"), (double)integer_in(m, "timestamp"), number_in(m, "value"), ++h->line);
}

static enum status tell_history(const struct served *s, struct history *h, struct err *err)
{
    char *token = NULL;
    enum status status = OK;
    for (int n = 0; n < PAGES_MAX && !status; n++) {
        struct str url = {0};
        json_t *answer = NULL;
        str_addf(&url, "%s/api/2.0/mlflow/metrics/get-history?max_results=%d&run_id=", s->server, POINTS_PAGE);
        add_escaped(&url, s->id);
        str_add(&url, "&metric_key=");
        add_escaped(&url, h->key);
        if (token) str_add(&url, "&page_token="), add_escaped(&url, token);
        status = url.failed ? err_set(err, E_MEMORY, "no memory to ask '%s'", s->server) : ask(url.p, NULL, &answer, err);
        if (!status) tell_page(h, answer);
        free(token);
        token = status ? NULL : str_dup(span_of(text_in(answer, "next_page_token")));
        json_decref(answer);
        str_done(&url);
        if (!token || !*token) break;
    }
    free(token);
    return status;
}

static void tell_pairs(const json_t *list, const struct format_out *out,
                       void (*tell)(const struct format_out *, struct span, struct span))
{
    size_t i;
    const json_t *o;
    json_array_foreach(list, i, o) tell(out, span_of(text_in(o, "key")), span_trim(span_of(text_in(o, "value"))));
}

static enum status read_served(const struct ingest_run *r, struct run *to, struct err *err)
{
    const struct served *s = r->of;
    const json_t *data = json_object_get(s->run, "data"), *metric;
    int source = run_source(to, r->path, "mlflow_db", "a run of an MLflow server");
    if (source < 0) return err_set(err, E_MEMORY, "no memory to import '%s'", r->path);
    const struct format_out *out = run_out(to, source);
    struct history h = {.points = {.out = out}};
    enum status status = OK;
    size_t i;
    out->fact(out->arg, span_of("mlflow_run"), span_of(s->id));
    tell_pairs(json_object_get(data, "params"), out, mlflow_param);
    tell_pairs(json_object_get(data, "tags"), out, mlflow_tag);
    json_array_foreach(json_object_get(data, "metrics"), i, metric)
    {
        h.key = text_in(metric, "key");
        if (!status) status = tell_history(s, &h, err);
    }
    if (!status) mlflow_status(out, h.line, span_of(text_in(json_object_get(s->run, "info"), "status")));
    mlflow_points_done(&h.points);
    run_finish(to);
    return status;
}

static const struct ingest_from from_server = {place, head, read_served};

/* ---- which there are -------------------------------------------------------------------------------------------------------- */

struct listing {
    struct ingest_list *list;
    const char *server;
    json_t *experiments; /* their ids */
};

static bool keep_experiments(void *arg, const json_t *answer)
{
    struct listing *l = arg;
    size_t i;
    const json_t *e;
    json_array_foreach(json_object_get(answer, "experiments"), i, e) if (*text_in(e, "experiment_id"))
        json_array_append_new(l->experiments, json_string(text_in(e, "experiment_id")));
    return true;
}

static bool keep_run(struct listing *l, json_t *run)
{
    const json_t *info = json_object_get(run, "info");
    const char *id = text_in(info, "run_id"), *name = text_in(info, "run_name");
    struct str path = {0};
    if (!*id || json_array_size(json_object_get(json_object_get(run, "data"), "metrics")) == 0) return true;
    struct served *s = calloc(1, sizeof *s);
    if (!s) return false;
    *s = (struct served){str_dup(span_of(l->server)), str_dup(span_of(id)), json_incref(run)};
    str_addf(&path, "%s/#/experiments/%s/runs/%s", l->server, text_in(info, "experiment_id"), id);
    struct ingest_run r = {str_dup(span_of(*name ? name : id)), str_take(&path), (double)integer_in(info, "end_time") / 1000,
                           &from_server, s};
    bool ok = s->server && s->id;
    return ingest_hold(l->list, s, free_served) && ingest_add(l->list, r) && ok;
}

static bool keep_runs(void *arg, const json_t *answer)
{
    size_t i;
    json_t *run;
    json_array_foreach(json_object_get(answer, "runs"), i, run) if (!keep_run(arg, run)) return false;
    return true;
}

/* Experiment by experiment: a search over thousands at once is more than some servers take. */
static enum status list_runs(struct listing *l, struct err *err)
{
    char *url = url_of(l->server, "runs/search");
    enum status status = url ? OK : err_set(err, E_MEMORY, "no memory to ask '%s'", l->server);
    size_t i;
    json_t *id;
    json_array_foreach(l->experiments, i, id) if (!status) status =
        search(url, json_pack("{s:[O], s:i}", "experiment_ids", id, "max_results", PAGE), keep_runs, l, err);
    free(url);
    return status;
}

/* Without a slash at the end and without what a browser shows behind '#'. */
static char *server_of(const char *url)
{
    size_t n = strcspn(url, "#?");
    while (n && url[n - 1] == '/') n--;
    return str_dup((struct span){url, n});
}

enum status ingest_mlflow_server(struct ingest_list *list, const char *given, struct err *err)
{
    char *server = server_of(given), *url = server ? url_of(server, "experiments/search") : NULL;
    struct listing l = {list, server, json_array()};
    size_t before = list->n_runs;
    enum status status = url ? OK : err_set(err, E_MEMORY, "no memory to ask '%s'", given);
    if (!status) status = search(url, json_pack("{s:i}", "max_results", PAGE), keep_experiments, &l, err);
    if (!status) status = list_runs(&l, err);
    if (!status && list->n_runs == before)
        status = err_set(err, E_ABSENT, "the MLflow server '%s' holds no run with a metric", server);
    json_decref(l.experiments);
    free(server);
    free(url);
    return status;
}
