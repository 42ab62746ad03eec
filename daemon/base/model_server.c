#include "model_server.h"

#include <stdio.h>
#include <stdlib.h>

#include "str.h"

enum status model_address_read(const struct model_server *server, const char *text, struct model_address *ret, struct err *err)
{
    const bool has_base = span_starts(span_of(text), "http://") || span_starts(span_of(text), "https://");
    const char *hash = has_base ? strrchr(text, '#') : NULL, *model = hash ? hash + 1 : has_base ? "" : text;
    struct span base = has_base ? (struct span){text, hash ? (size_t)(hash - text) : strlen(text)} : span_of(server->usual_base);
    struct str url = {0};
    if (!base.n)
        return err_set(err, E_USAGE, "'%s:%s' does not say where the server is (%s:http://HOST:PORT/v1#MODEL)", server->scheme,
                       text, server->scheme);
    if (!*model) return err_set(err, E_USAGE, "'%s:%s' does not name a model (...#MODEL)", server->scheme, text);
    if (snprintf(ret->name, sizeof ret->name, "%s:%s", server->scheme, model) >= (int)sizeof ret->name)
        return err_set(err, E_USAGE, "the name of the model '%s' is too long", model);
    while (base.n && base.p[base.n - 1] == '/') base.n--;
    str_add_span(&url, base);
    str_add(&url, server->path);
    ret->url = str_take(&url);
    ret->model = str_dup(span_of(model));
    return ret->url && ret->model ? OK : err_set(err, E_MEMORY, "no memory");
}

void model_address_done(struct model_address *a)
{
    free(a->url);
    free(a->model);
    *a = (struct model_address){0};
}
