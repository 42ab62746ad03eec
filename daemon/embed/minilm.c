/* minilm - all-MiniLM-L6-v2, run by ourselves: text, tokens, encoder. (wordpiece.c, encoder.c; Reimers and Gurevych 2019, arXiv:1908.10084)
 *
 * Its files lie in <models>/all-MiniLM-L6-v2/, put there by scripts/model, which checks what they are. They are read at the first text. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "embedder.h"
#include "encoder.h"
#include "wordpiece.h"

#define MODEL      "all-MiniLM-L6-v2"
#define WEIGHTS    "model.safetensors"
#define VOCABULARY "vocab.txt"
enum { PATH_BYTES = 4096 };

struct minilm {
    char directory[PATH_BYTES];
    struct wordpiece *vocabulary; /* NULL until the first text, as is the encoder */
    struct encoder *encoder;
};

static enum status path_of(const struct minilm *m, const char *name, char ret[PATH_BYTES], struct err *err)
{
    int n = snprintf(ret, PATH_BYTES, "%s/%s", m->directory, name);
    return n < PATH_BYTES ? OK : err_set(err, E_LIMIT, "the path of '%s' is too long", name);
}

static enum status is_there(const struct minilm *m, const char *name, struct err *err)
{
    char path[PATH_BYTES];
    struct stat st;
    enum status s = path_of(m, name, path, err);
    if (s || stat(path, &st) == 0) return s;
    if (errno == ENOENT || errno == ENOTDIR)
        return err_set(err, E_ABSENT, "the model " MODEL " is not installed: '%s' is not there (scripts/model install)", path);
    return err_errno(err, E_IO, "cannot look at '%s'", path);
}

static void close_minilm(void *state)
{
    struct minilm *m = state;
    if (!m) return;
    wordpiece_close(m->vocabulary);
    encoder_close(m->encoder);
    free(m);
}

static enum status open_minilm(const struct embed_choice *c, const char *rest, struct embedding *ret, struct err *err)
{
    if (*rest) return err_set(err, E_USAGE, "'minilm:%s' is not a model: minilm: is " MODEL " and no other", rest);
    if (!c->models) return err_set(err, E_ABSENT, "the model " MODEL " is not installed: there is no directory of models");
    struct minilm *m = calloc(1, sizeof *m);
    if (!m) return err_set(err, E_MEMORY, "no memory");
    int n = snprintf(m->directory, sizeof m->directory, "%s/" MODEL, c->models);
    enum status s = n < PATH_BYTES ? OK : err_set(err, E_LIMIT, "the path of the models is too long");
    if (!s) s = is_there(m, WEIGHTS, err);
    if (!s) s = is_there(m, VOCABULARY, err);
    if (s) return close_minilm(m), s;
    *ret = (struct embedding){.dims = ENCODER_DIMS, .model = MODEL, .state = m};
    return OK;
}

static enum status read_vocabulary(struct minilm *m, struct err *err)
{
    char path[PATH_BYTES];
    enum status s = path_of(m, VOCABULARY, path, err);
    if (!s) s = wordpiece_open(path, &m->vocabulary, err);
    if (s || wordpiece_count(m->vocabulary) == ENCODER_VOCABULARY) return s;
    s = err_set(err, E_FORMAT, "'%s' has %zu pieces, the model %d: is it another one's?", path, wordpiece_count(m->vocabulary),
                ENCODER_VOCABULARY);
    wordpiece_close(m->vocabulary);
    m->vocabulary = NULL;
    return s;
}

static enum status read_encoder(struct minilm *m, struct err *err)
{
    char path[PATH_BYTES];
    enum status s = path_of(m, WEIGHTS, path, err);
    return s ? s : encoder_open(path, simd_best(), &m->encoder, err);
}

static enum status embed(void *state, struct span text, float *ret, struct err *err)
{
    struct minilm *m = state;
    uint32_t token[ENCODER_TOKENS_MAX];
    enum status s = m->vocabulary ? OK : read_vocabulary(m, err);
    if (!s && !m->encoder) s = read_encoder(m, err);
    if (s) return s;
    encoder_forward(m->encoder, token, wordpiece_tokens(m->vocabulary, text, token, ENCODER_TOKENS_MAX), ret);
    return OK;
}

const struct embedder embed_minilm = {"minilm", open_minilm, close_minilm, embed};
