/* embed - what daemon/embed makes of texts, for scripts that compare it with other programs.
 *
 *   tool_embed [--models DIR] [--model URL] [--tokens] < TEXTS    one JSON string a line in, one JSON array of numbers a line out
 *
 * --models defaults to where scripts/model installs; --tokens writes WordPiece's token numbers, at most 256, instead of the vector. */
#include <stdio.h>
#include <stdlib.h>

#include "../../daemon/base/json.h"
#include "../../daemon/base/opt.h"
#include "../../daemon/base/str.h"
#include "../../daemon/embed/embed.h"
#include "../../daemon/embed/wordpiece.h"
#include "../../daemon/engine/paths.h"

enum { TOKENS_MAX = 256 };

static const struct opt options[] = {{"models", 0, "DIR", "where models are installed"},
                                     {"model", 0, "URL", "as embed.h says"},
                                     {"remote", 0, NULL, "the server may be on another machine"},
                                     {"tokens", 0, NULL, "token numbers instead of vectors"},
                                     {0}};

static void check(enum status s, const struct err *err)
{
    if (!s) return;
    fprintf(stderr, "%s\n", err->text);
    exit(s == E_ABSENT ? 77 : 3);
}

static void write_tokens(const struct wordpiece *v, struct span text)
{
    uint32_t token[TOKENS_MAX];
    size_t n = wordpiece_tokens(v, text, token, TOKENS_MAX);
    for (size_t i = 0; i < n; i++) printf("%s%u", i ? "," : "[", token[i]);
    puts("]");
}

static void write_vector(struct embed *e, struct span text)
{
    float v[EMBED_DIMS_MAX];
    struct err err;
    check(embed_text(e, text, v, &err), &err);
    for (size_t i = 0; i < embed_dims(e); i++) printf("%s%.9g", i ? "," : "[", (double)v[i]);
    puts("]");
}

static void each_line(struct embed *e, const struct wordpiece *v)
{
    char *line = NULL;
    size_t room = 0;
    for (ssize_t n; (n = getline(&line, &room, stdin)) > 0;) {
        json_t *text = json_loadb(line, (size_t)n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        struct span s = {json_string_value(text), json_string_length(text)};
        if (!s.p) s = span_of("");
        if (v) write_tokens(v, s);
        else write_vector(e, s);
        json_decref(text);
    }
    free(line);
}

static void default_models(struct str *models)
{
    struct paths p;
    struct err err;
    check(paths_find(&p, &err), &err);
    str_addf(models, "%s/models", p.root);
    paths_done(&p);
}

int main(int argc, char **argv)
{
    struct opt_result o;
    struct err err;
    struct str models = {0};
    struct wordpiece *v = NULL;
    struct embed *e = NULL;
    check(opt_parse(options, argc - 1, argv + 1, &o, &err), &err);
    str_add(&models, opt_value(&o, "models", NULL));
    if (!models.n) default_models(&models);
    if (opt_has(&o, "tokens")) {
        struct str path = {0};
        str_addf(&path, "%s/all-MiniLM-L6-v2/vocab.txt", models.p);
        check(wordpiece_open(path.p, &v, &err), &err);
        str_done(&path);
    } else {
        struct embed_choice c = {.url = opt_value(&o, "model", NULL),
                                 .models = models.p,
                                 .key = getenv("MLWATCH_EMBED_KEY"),
                                 .remote = opt_has(&o, "remote")};
        check(embed_open(&c, &e, &err), &err);
        fprintf(stderr, "%s, %zu dimensions\n", embed_note(e) ? embed_note(e) : embed_model(e), embed_dims(e));
    }
    each_line(e, v);
    embed_close(e);
    wordpiece_close(v);
    str_done(&models);
    return 0;
}
