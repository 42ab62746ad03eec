/* keras - the .keras archive of Keras 3: metadata.json, config.json and model.weights.h5 in a zip, all stored. */
#include <stdlib.h>

#include "../base/json.h"
#include "h5.h"
#include "keras_config.h"
#include "le.h"
#include "list.h"
#include "members.h"
#include "suffix.h"

#define CONFIG_MAX_BYTES (UINT64_C(16) << 20)

struct archive {
    const struct ckpt_file *file;
    const struct ckpt_limits *max;
    const struct ckpt_sink *out;
    struct zip *zip;
    char *config; /* of the model; NULL when there is none that can be read */
};

static int sniff(const struct ckpt_file *f)
{
    enum { NAME_AT = 30 };
    bool zip = span_starts(f->head, "PK\3\4") && f->head.n > NAME_AT;
    if (suffix_is(f->path, ".keras")) return zip ? 95 : 40;
    if (!zip) return 0;
    struct span name = span_from(f->head, NAME_AT);
    if (name.n > le16(f->head.p + 26)) name.n = le16(f->head.p + 26);
    return span_is(name, "metadata.json") || span_is(name, "config.json") ? 80 : 0;
}

/* A JSON member as text; NULL when it is not there or cannot be read, which is said. */
static char *load(struct archive *a, const char *name, struct err *err)
{
    const struct zip_entry *e = zip_find(a->zip, name);
    char *text = NULL;
    size_t n;
    struct err why = {0};
    if (!e) return NULL;
    if (zip_load(a->zip, e, CONFIG_MAX_BYTES, &text, &n, &why) == OK) return text;
    ckpt_say_safety(a->out, CKPT_SAFETY_UNVERIFIED, "%s", why.text);
    return err_set(err, why.status, "%s", why.text), NULL;
}

static void tell_metadata(struct archive *a)
{
    char *text = load(a, "metadata.json", NULL);
    json_t *j = text ? json_loads(text, 0, NULL) : NULL;
    static const char *const keys[] = {"keras_version", "date_saved"};
    for (size_t i = 0; i < 2; i++) {
        const char *value = json_string_value(json_object_get(j, keys[i]));
        if (value) a->out->fact(a->out->arg, keys[i], value);
    }
    json_decref(j);
    free(text);
}

static enum status read_weights(struct archive *a, const struct zip_entry *e, struct err *err)
{
    struct h5 h;
    char head[8];
    struct ckpt_file f = {
        .fd = a->zip->fd, .path = e->name, .size = e->packed_bytes, .base = e->offset, .within = a->file->within + 1};
    enum status s = zip_check(a->zip, e, err);
    if (s != OK || f.size < sizeof head) return s;
    s = ckpt_pread(f.fd, head, sizeof head, f.base, err);
    f.head = (struct span){head, sizeof head};
    if (s != OK || !h5_check_superblock(&f, a->out)) return s;
    s = h5_collect(&f, a->max, a->out, &h, err);
    return s == OK ? h5_tell(&h, a->config, a->out, err) : s;
}

static bool is_known(const struct zip_entry *e)
{
    return strcmp(e->name, "metadata.json") == 0 || strcmp(e->name, "config.json") == 0 ||
           strcmp(e->name, "model.weights.h5") == 0;
}

static enum status read_members(struct archive *a, struct err *err)
{
    const struct zip_entry *weights = zip_find(a->zip, "model.weights.h5");
    enum status s = OK;
    if (!a->config) ckpt_say_state(a->out, CKPT_CORRUPT, "it has no config.json that can be read");
    else keras_judge(a->config, a->out);
    if (!weights) ckpt_say_state(a->out, CKPT_CORRUPT, "it has no model.weights.h5");
    else if (weights->method != ZIP_STORED && !weights->closed)
        ckpt_say_safety(a->out, CKPT_SAFETY_UNVERIFIED, "model.weights.h5 is packed: only a stored one is looked into");
    else if (!weights->closed) s = read_weights(a, weights, err);
    for (size_t i = 0; s == OK && i < a->zip->n; i++)
        if (!is_known(&a->zip->entries[i]) || &a->zip->entries[i] != zip_find(a->zip, a->zip->entries[i].name))
            s = members_look(a->file, a->zip, &a->zip->entries[i], NULL, err);
    return s;
}

static enum status scan(const struct ckpt_file *f, const struct ckpt_limits *max, const struct ckpt_sink *out, struct err *err)
{
    struct archive a = {.file = f, .max = max, .out = out, .zip = arena_alloc(out->arena, sizeof *a.zip)};
    if (!a.zip) return err_set(err, E_MEMORY, "no memory to read a zip");
    enum status s = zip_read(a.zip, f->fd, f->base, f->size, max, out, err);
    if (s != OK || !a.zip->ended) return s;
    a.config = load(&a, "config.json", NULL);
    tell_metadata(&a);
    s = read_members(&a, err);
    free(a.config);
    zip_done(a.zip);
    return s;
}

const struct ckpt ckpt_keras = {"keras", "the .keras archive of Keras 3", sniff, scan};
