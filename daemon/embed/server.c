#include "server.h"

#include <math.h>
#include <stdlib.h>

#include "../base/http.h"

enum { PATIENCE_S = 60, CONNECT_S = 3 };

struct server {
    const struct server_kind *kind;
    struct model_address at;
    char *key;
    bool remote;
    double patience_s;
    size_t dims; /* 0 until the first vector */
};

void server_close(void *state)
{
    struct server *s = state;
    if (!s) return;
    model_address_done(&s->at);
    free(s->key);
    free(s);
}

static char *question(const struct server *s, struct span text)
{
    if (text.n > SERVER_TEXT_MAX)
        for (text.n = SERVER_TEXT_MAX; text.n && ((unsigned char)text.p[text.n] & 0xc0) == 0x80;) text.n--;
    char *copy = str_dup(text);
    json_t *q = s->kind->also ? json_loads(s->kind->also, 0, NULL) : json_object();
    json_object_set_new(q, "model", json_text(s->at.model));
    json_object_set_new(q, "input", copy ? json_text(copy) : NULL);
    char *body = json_object_get(q, "input") ? json_dumps(q, JSON_COMPACT) : NULL;
    json_decref(q);
    free(copy);
    return body;
}

static enum status ask(const struct server *s, struct span text, json_t **ret, struct err *err)
{
    char *body = question(s, text);
    if (!body) return err_set(err, E_MEMORY, "no memory");
    struct str answer = {0};
    struct http_request r = {.url = s->at.url,
                             .body = span_of(body),
                             .key = s->key,
                             .remote = s->remote,
                             .connect_s = CONNECT_S,
                             .total_s = s->patience_s,
                             .answer_max = SERVER_ANSWER_MAX};
    enum status status = http_ask(&r, &answer, err);
    if (!status) *ret = json_loadb(answer.p ? answer.p : "", answer.n, 0, NULL);
    if (!status && !*ret) status = err_set(err, E_FORMAT, "'%s' answers with something that is not JSON", s->at.url);
    str_done(&answer);
    free(body);
    return status;
}

static enum status read_vector(struct server *s, const json_t *numbers, float *ret, struct err *err)
{
    const size_t n = json_array_size(numbers);
    if (!n) return err_set(err, E_FORMAT, "'%s' answers without a vector: is '%s' an embedding model?", s->at.url, s->at.model);
    if (n > EMBED_DIMS_MAX)
        return err_set(err, E_LIMIT, "'%s' gives vectors of %zu numbers, over %d", s->at.url, n, EMBED_DIMS_MAX);
    if (s->dims && n != s->dims)
        return err_set(err, E_FORMAT, "'%s' gave vectors of %zu numbers and now of %zu: was the model changed?", s->at.url,
                       s->dims, n);
    for (size_t i = 0; i < n; i++) {
        const json_t *v = json_array_get(numbers, i);
        ret[i] = (float)json_number_value(v);
        if (!json_is_number(v) || !isfinite(ret[i]))
            return err_set(err, E_FORMAT, "'%s' answers with a vector that holds something else than numbers", s->at.url);
    }
    s->dims = n;
    return OK;
}

enum status server_embed(void *state, struct span text, float *ret, struct err *err)
{
    struct server *s = state;
    json_t *answer = NULL;
    enum status status = ask(s, text, &answer, err);
    if (!status) status = read_vector(s, s->kind->vector(answer), ret, err);
    json_decref(answer);
    return status;
}

static enum status set_up(struct server *s, const struct embed_choice *c, const char *rest, struct err *err)
{
    s->remote = c->remote;
    s->patience_s = c->patience_s > 0 ? c->patience_s : PATIENCE_S;
    if (c->key && !(s->key = strdup(c->key))) return err_set(err, E_MEMORY, "no memory");
    return model_address_read(&s->kind->at, rest, &s->at, err);
}

enum status server_open(const struct server_kind *kind, const struct embed_choice *c, const char *rest, struct embedding *ret,
                        struct err *err)
{
    float v[EMBED_DIMS_MAX];
    struct embedding is = {0};
    struct server *s = calloc(1, sizeof *s);
    if (!s) return err_set(err, E_MEMORY, "no memory");
    s->kind = kind;
    enum status status = set_up(s, c, rest, err);
    if (!status) status = server_embed(s, span_of("mlwatch"), v, err);
    if (status) return server_close(s), status;
    snprintf(is.model, sizeof is.model, "%s", s->at.name);
    is.dims = s->dims;
    is.state = s;
    *ret = is;
    return OK;
}
