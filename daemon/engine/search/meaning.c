#include "meaning.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../base/hash.h"
#include "../../base/str.h"
#include "../config.h"
#include "../paths.h"

static const char magic[8] = {'m', 'l', 'w', 'v', 'e', 'c', '1', '\n'};

double meaning_cosine(const float *a, const float *b, size_t dims)
{
    float sum[8] = {0};
    size_t i = 0;
    for (; i + 8 <= dims; i += 8)
        for (size_t k = 0; k < 8; k++) sum[k] += a[i + k] * b[i + k];
    for (; i < dims; i++) sum[0] += a[i] * b[i];
    return (double)(((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7])));
}

enum status meaning_embed_open(const char *url, struct embed **ret, struct err *err)
{
    struct paths paths;
    struct str models = {0};
    struct config c;
    bool home = paths_find(&paths, NULL) == OK;
    if (home) str_addf(&models, "%s/models", paths.root);
    if (home) paths_done(&paths);
    enum status s = config_open(&c, err);
    const struct embed_choice choice = {.url = url ? url : config_word(&c, CONFIG_EMBED, NULL),
                                        .models = models.p,
                                        .key = getenv("MLWATCH_EMBED_KEY"),
                                        .remote = config_is_yes(&c, CONFIG_EMBED_REMOTE)};
    if (!s) s = embed_open(&choice, ret, err);
    config_done(&c);
    str_done(&models);
    return s;
}

/* ---- the file ----------------------------------------------------------------------------------------------------------- */

static uint64_t key_of(const struct meaning *m, const struct deck *d)
{
    const char *model = embed_model(m->embed);
    uint64_t sizes[3] = {d->hash, d->n_phrases, m->dims};
    return hash64(sizes, sizeof sizes, hash64(model, strlen(model), 0));
}

static bool read_bytes(FILE *f, void *p, size_t n) { return fread(p, 1, n, f) == n; }

static bool load(struct meaning *m, const struct deck *d, const char *path)
{
    char head[8];
    uint64_t key = 0, sum = 0;
    size_t bytes = d->n_phrases * m->dims * sizeof *m->phrases;
    FILE *f = path ? fopen(path, "re") : NULL;
    if (!f) return false;
    bool ok = read_bytes(f, head, sizeof head) && memcmp(head, magic, sizeof magic) == 0 && read_bytes(f, &key, sizeof key) &&
              key == key_of(m, d) && read_bytes(f, m->phrases, bytes) && read_bytes(f, &sum, sizeof sum) &&
              sum == hash64(m->phrases, bytes, 0);
    fclose(f);
    return ok;
}

/* Two searches may write at once: each has a file of its own until it has its name. */
static void save(const struct meaning *m, const struct deck *d, const char *path)
{
    struct str beside = {0};
    size_t bytes = d->n_phrases * m->dims * sizeof *m->phrases;
    uint64_t key = key_of(m, d), sum = hash64(m->phrases, bytes, 0);
    str_addf(&beside, "%s.XXXXXX", path);
    int fd = beside.failed ? -1 : mkostemp(beside.p, O_CLOEXEC);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (f) {
        bool ok = fwrite(magic, 1, sizeof magic, f) == sizeof magic && fwrite(&key, sizeof key, 1, f) == 1 &&
                  fwrite(m->phrases, 1, bytes, f) == bytes && fwrite(&sum, sizeof sum, 1, f) == 1;
        ok = fclose(f) == 0 && ok;
        if (!ok || rename(beside.p, path) != 0) unlink(beside.p);
    } else if (fd >= 0) {
        close(fd);
        unlink(beside.p);
    }
    str_done(&beside);
}

/* ---- vectors ------------------------------------------------------------------------------------------------------------ */

static enum status embed_deck(struct meaning *m, const struct deck *d, struct err *err)
{
    float *to = m->phrases;
    for (size_t i = 0; i < d->n; i++)
        for (size_t p = 0; p < deck_phrases(&d->cards[i]); p++, to += m->dims) {
            enum status s = embed_text(m->embed, span_of(deck_phrase(&d->cards[i], p)), to, err);
            if (s) return s;
        }
    for (size_t i = 0; i < d->n_elsewhere; i++, to += m->dims) {
        enum status s = embed_text(m->embed, span_of(d->elsewhere[i]), to, err);
        if (s) return s;
    }
    return OK;
}

bool meaning_unit(float *v, size_t dims)
{
    float length = (float)sqrt(meaning_cosine(v, v, dims));
    for (size_t i = 0; i < dims && length > 0; i++) v[i] /= length;
    return length > 0;
}

static void sum_up(struct meaning *m, const struct deck *d)
{
    const float *phrase = m->phrases;
    for (size_t i = 0; i < d->n; i++) {
        float *card = m->cards + i * m->dims;
        for (size_t p = 0; p < deck_phrases(&d->cards[i]); p++)
            for (size_t k = 0; k < m->dims; k++) card[k] += *phrase, m->centre[k] += *phrase, phrase++;
        meaning_unit(card, m->dims);
    }
    meaning_unit(m->centre, m->dims);
}

enum status meaning_open(struct meaning *m, const struct deck *d, const char *path, struct err *err)
{
    *m = (struct meaning){0};
    enum status s = meaning_embed_open(NULL, &m->embed, err);
    if (s) return s;
    m->dims = embed_dims(m->embed);
    m->phrases = calloc(d->n_phrases + 1, m->dims * sizeof *m->phrases);
    m->cards = calloc(d->n + 1, m->dims * sizeof *m->cards);
    m->centre = calloc(m->dims, sizeof *m->centre);
    if (!m->phrases || !m->cards || !m->centre) s = err_set(err, E_MEMORY, "no memory to search by meaning");
    if (!s && !load(m, d, path)) {
        s = embed_deck(m, d, err);
        if (!s && path) save(m, d, path);
    }
    if (s) meaning_done(m);
    else sum_up(m, d);
    return s;
}

void meaning_done(struct meaning *m)
{
    if (!m) return;
    embed_close(m->embed);
    free(m->phrases);
    free(m->cards);
    free(m->centre);
    *m = (struct meaning){0};
}

/* ---- questions ---------------------------------------------------------------------------------------------------------- */

void meaning_near(const struct meaning *m, const struct deck *d, const float *question, double *near, size_t *best,
                  double *cosine)
{
    const float *phrase = m->phrases;
    for (size_t i = 0; i < d->n; i++) {
        cosine[i] = -1;
        for (size_t p = 0; p < deck_phrases(&d->cards[i]); p++, phrase += m->dims) {
            double one = meaning_cosine(question, phrase, m->dims);
            if (one > cosine[i]) cosine[i] = one, best[i] = p;
        }
        near[i] = 0.5 * (cosine[i] + meaning_cosine(question, m->cards + i * m->dims, m->dims));
    }
}

double meaning_topic(const struct meaning *m, const float *question) { return meaning_cosine(question, m->centre, m->dims); }

double meaning_elsewhere(const struct meaning *m, const struct deck *d, const float *question)
{
    double best = 0;
    for (size_t i = d->n_phrases - d->n_elsewhere; i < d->n_phrases; i++)
        best = fmax(best, meaning_cosine(question, m->phrases + i * m->dims, m->dims));
    return best;
}
