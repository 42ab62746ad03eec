/* The servers by URL scheme, and what they share: where they are, one question, and text out of a hostile answer. */
#include <stdio.h>
#include <stdlib.h>

#include "../base/http.h"
#include "server.h"

enum { ERROR_SHOWN = 200 };
static const struct llm_server *const servers[] = {&llm_ollama, &llm_openai};
enum { N_SERVERS = sizeof servers / sizeof *servers };

struct llm {
    const struct llm_server *server;
    struct model_address at;
    char *key;
    bool remote;
    double connect_s, first_byte_s;
};

bool llm_off(const char *url) { return !url || !*url || strcmp(url, "off") == 0; }
const char *llm_model(const struct llm *m) { return m->at.name; }

/* ---- where it is ----------------------------------------------------------------------------------------------------------- */

static const struct llm_server *server_of(const char *url, const char **rest)
{
    const char *colon = strchr(url, ':');
    for (size_t i = 0; colon && i < N_SERVERS; i++)
        if (span_is((struct span){url, (size_t)(colon - url)}, servers[i]->at.scheme)) return *rest = colon + 1, servers[i];
    return NULL;
}

enum status llm_open(const struct llm_choice *c, struct llm **ret, struct err *err)
{
    const char *rest = "";
    const struct llm_server *server = server_of(c->url, &rest);
    if (!server)
        return err_set(err, E_USAGE, "no language model is called '%s' (ollama:MODEL, openai:http://HOST:PORT/v1#MODEL are; off)",
                       c->url);
    struct llm *m = calloc(1, sizeof *m);
    if (!m) return err_set(err, E_MEMORY, "no memory");
    *m = (struct llm){.server = server, .remote = c->remote, .connect_s = c->connect_s, .first_byte_s = c->first_byte_s};
    enum status s = model_address_read(&server->at, rest, &m->at, err);
    if (!s && c->key && !(m->key = str_dup(span_of(c->key)))) s = err_set(err, E_MEMORY, "no memory");
    if (s) llm_close(m);
    else *ret = m;
    return s;
}

void llm_close(struct llm *m)
{
    if (!m) return;
    model_address_done(&m->at);
    free(m->key);
    free(m);
}

/* ---- one question ---------------------------------------------------------------------------------------------------------- */

static char *question(const struct llm *m, const struct llm_question *q)
{
    json_t *o = m->server->question(q), *messages = json_array();
    for (size_t i = 0; i < q->n; i++) {
        json_t *one = json_object();
        json_object_set_new(one, "role", json_text(q->messages[i].role));
        json_object_set_new(one, "content", json_text(q->messages[i].text));
        json_array_append_new(messages, one);
    }
    json_object_set_new(o, "model", json_text(m->at.model));
    json_object_set_new(o, "messages", messages);
    char *body = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    return body;
}

/* ---- the answer ------------------------------------------------------------------------------------------------------------ */

struct answer {
    const struct llm *m;
    const struct llm_question *q;
    struct lines lines;
    bool texts, ended, cut, taken, values;
    enum status status;
    struct err *err;
};

static bool fail(struct answer *a, enum status s, const char *what)
{
    a->status = err_set(a->err, s, "'%s' answers with %s", a->m->at.url, what);
    return false;
}

static bool fail_as_said(struct answer *a, const char *error)
{
    struct str said = {0};
    str_add_printable(&said, span_of(error), ERROR_SHOWN);
    a->status = err_set(a->err, E_IO, "'%s' says: %s", a->m->at.url, said.p ? said.p : "");
    str_done(&said);
    return false;
}

static bool take_value(void *arg, struct span value)
{
    struct answer *a = arg;
    struct piece piece = {0};
    if (span_is(value, "[DONE]")) return a->ended = true, false;
    json_t *j = json_loadb(value.p, value.n, 0, NULL);
    if (!j) return fail(a, E_FORMAT, "something that is not JSON");
    a->values = true;
    a->m->server->read(j, &piece);
    bool more = !piece.error || fail_as_said(a, piece.error);
    if (more && piece.text.n) {
        a->texts = true;
        more = a->q->take(a->q->arg, piece.text) || (a->taken = true, false);
    }
    if (more && piece.end) a->ended = true, a->cut = piece.cut;
    json_decref(j);
    return more && !piece.end;
}

static bool take_bytes(void *arg, struct span bytes)
{
    struct answer *a = arg;
    if (lines_feed(&a->lines, bytes, take_value, a)) return true;
    if (a->lines.state == LINES_TOO_LONG) fail(a, E_LIMIT, "a line that is too long");
    return false;
}

/* Our own reason to have ended it goes before what the transfer came to. */
static enum status judge(struct answer *a, enum status transfer, enum llm_end *ret)
{
    if (a->status || transfer) return a->status ? a->status : transfer;
    if (!a->values) return fail(a, E_FORMAT, "something that is not a stream of JSON"), a->status;
    if (!a->texts) return fail(a, E_FORMAT, "no text"), a->status;
    *ret = a->taken ? LLM_TAKEN : a->ended && !a->cut ? LLM_WHOLE : LLM_CUT;
    return OK;
}

enum status llm_ask(struct llm *m, const struct llm_question *q, enum llm_end *ret, struct err *err)
{
    struct answer a = {.m = m, .q = q, .lines = {.framing = m->server->framing}, .err = err};
    char *body = question(m, q);
    if (!body) return err_set(err, E_MEMORY, "no memory");
    struct http_request r = {.url = m->at.url,
                             .body = span_of(body),
                             .key = m->key,
                             .remote = m->remote,
                             .connect_s = m->connect_s,
                             .first_byte_s = m->first_byte_s < q->total_s ? m->first_byte_s : q->total_s,
                             .total_s = q->total_s,
                             .answer_max = LLM_ANSWER_MAX,
                             .take = take_bytes,
                             .arg = &a};
    enum status s = http_ask(&r, NULL, err);
    if (!s) lines_end(&a.lines, take_value, &a);
    s = judge(&a, s, ret);
    lines_done(&a.lines);
    free(body);
    return s;
}
