/* Reading an encoder: every tensor by its name in the file, every matrix packed for the instruction set at hand.
 *
 * What is packed need not stay mapped; of the word embeddings, half of the file, a text touches one row a token. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "encoder_parts.h"
#include "weights.h"

/* Fetching stops at the first tensor that is missing; `status` keeps why. */
struct fetch {
    const struct weights *from;
    const struct simd *simd;
    float *packed; /* where the next matrix goes */
    float *bias;   /* where the next bias goes */
    enum status status;
    struct err *err;
};

static const float *fetch(struct fetch *f, const char *prefix, const char *name, size_t rows, size_t columns)
{
    char full[128];
    const float *p = NULL;
    snprintf(full, sizeof full, "%s%s", prefix, name);
    if (!f->status) f->status = weights_tensor(f->from, full, rows, columns, &p, f->err);
    return p;
}

static void fetch_norm(struct fetch *f, const char *prefix, const char *name, struct norm *ret)
{
    char full[96];
    snprintf(full, sizeof full, "%s%s.LayerNorm.", prefix, name);
    const float *gain = fetch(f, full, "weight", 0, DIMS), *bias = fetch(f, full, "bias", 0, DIMS);
    if (f->status) return;
    memcpy(ret->gain, gain, sizeof ret->gain);
    memcpy(ret->bias, bias, sizeof ret->bias);
}

/* Append (outputs, inputs) to a linear layer: three times for q, k and v, whose panels then follow one another. */
static void fetch_linear(struct fetch *f, const char *prefix, const char *name, size_t outputs, size_t inputs, struct linear *l)
{
    char full[96];
    snprintf(full, sizeof full, "%s%s.", prefix, name);
    const float *w = fetch(f, full, "weight", outputs, inputs), *bias = fetch(f, full, "bias", 0, outputs);
    if (f->status) return;
    if (!l->outputs) *l = (struct linear){.packed = f->packed, .bias = f->bias, .inputs = inputs};
    simd_pack(f->simd, f->packed, w, outputs, inputs, inputs, 1);
    memcpy(f->bias, bias, outputs * sizeof *bias);
    f->packed += simd_packed_length(f->simd, outputs, inputs);
    f->bias += outputs;
    l->outputs += outputs;
}

static void fetch_layer(struct fetch *f, size_t i, struct layer *l)
{
    char prefix[32];
    snprintf(prefix, sizeof prefix, "encoder.layer.%zu.", i);
    f->bias = l->bias;
    fetch_linear(f, prefix, "attention.self.query", DIMS, DIMS, &l->qkv);
    fetch_linear(f, prefix, "attention.self.key", DIMS, DIMS, &l->qkv);
    fetch_linear(f, prefix, "attention.self.value", DIMS, DIMS, &l->qkv);
    fetch_linear(f, prefix, "attention.output.dense", DIMS, DIMS, &l->out);
    fetch_norm(f, prefix, "attention.output", &l->after_attention);
    fetch_linear(f, prefix, "intermediate.dense", INNER, DIMS, &l->up);
    fetch_linear(f, prefix, "output.dense", DIMS, INNER, &l->down);
    fetch_norm(f, prefix, "output", &l->after_inner);
}

static enum status fetch_all(struct encoder *m, struct err *err)
{
    struct fetch f = {.from = m->weights, .simd = m->simd, .packed = m->packed, .err = err};
    m->word = fetch(&f, "embeddings.word_embeddings.", "weight", ENCODER_VOCABULARY, DIMS);
    m->position = fetch(&f, "embeddings.position_embeddings.", "weight", POSITIONS, DIMS);
    m->type = fetch(&f, "embeddings.token_type_embeddings.", "weight", 2, DIMS);
    fetch_norm(&f, "", "embeddings", &m->embedded);
    for (size_t i = 0; i < LAYERS; i++) fetch_layer(&f, i, &m->layer[i]);
    weights_forget(m->weights); /* what was packed is not read again */
    return f.status;
}

/* Every panel width divides every number of outputs here, so packing adds nothing. Huge pages: 21 entries of the TLB instead of 10,000. */
static float *room_for_matrices(void)
{
    const size_t huge = 2 << 20, bytes = (size_t)LAYERS * (4 * DIMS * DIMS + 2 * DIMS * INNER) * sizeof(float);
    float *p = aligned_alloc(huge, (bytes + huge - 1) / huge * huge);
    if (p) (void)madvise(p, (bytes + huge - 1) / huge * huge, MADV_HUGEPAGE);
    return p;
}

enum status encoder_open(const char *path, const struct simd *simd, struct encoder **ret, struct err *err)
{
    struct encoder *m = calloc(1, sizeof *m);
    if (!m) return err_set(err, E_MEMORY, "no memory");
    m->simd = simd;
    m->packed = room_for_matrices();
    m->room = aligned_alloc(SIMD_ALIGNMENT, (sizeof *m->room + SIMD_ALIGNMENT - 1) / SIMD_ALIGNMENT * SIMD_ALIGNMENT);
    enum status s = m->packed && m->room ? weights_open(path, &m->weights, err) : err_set(err, E_MEMORY, "no memory");
    if (!s) s = fetch_all(m, err);
    if (s) encoder_close(m);
    else *ret = m;
    return s;
}

void encoder_close(struct encoder *m)
{
    if (!m) return;
    weights_close(m->weights);
    free(m->packed);
    free(m->room);
    free(m);
}
