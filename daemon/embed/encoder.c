/* encoder - all-MiniLM-L6-v2: a BERT encoder of 6 layers, 384 dimensions, 12 heads; the mean of its last layer is the sentence's vector.
 *
 *   x = LN(word[token] + position[i] + type[0])
 *   6 times:
 *     q, k, v = x Wq + bq, x Wk + bk, x Wv + bv             12 heads of 32 dimensions each
 *     a       = softmax(q kᵀ / √32) v                       each head by itself
 *     x       = LN(x + a Wo + bo)
 *     x       = LN(x + gelu(x W1 + b1) W2 + b2)             384 -> 1536 -> 384
 *   mean over tokens
 *
 * (Vaswani et al. 2017, arXiv:1706.03762; Devlin et al. 2019, arXiv:1810.04805; Wang et al. 2020, arXiv:2002.10957; Reimers and Gurevych
 * 2019, arXiv:1908.10084.) All matrix products go through one function, simd's multiply; a sum x + a W + b is written into x. */
#include "encoder_parts.h"

#include <string.h>

/* y (n, outputs) += x W + b, for y (n, outputs) and x (n, inputs). */
static void add_linear(const struct encoder *m, const struct linear *l, float *y, const float *x, size_t n)
{
    for (size_t t = 0; t < n; t++) m->simd->add(y + t * l->outputs, l->bias, l->outputs);
    m->simd->multiply(&(struct product){y, x, l->packed, n, l->outputs, l->inputs, l->outputs, l->inputs});
}

/* y = x W + b */
static void linear(const struct encoder *m, const struct linear *l, float *y, const float *x, size_t n)
{
    memset(y, 0, n * l->outputs * sizeof *y);
    add_linear(m, l, y, x, n);
}

static void normalise(const struct encoder *m, const struct norm *g, size_t n)
{
    for (size_t t = 0; t < n; t++) m->simd->normalise(m->room->x[t], g->gain, g->bias, DIMS);
}

static void embed_tokens(const struct encoder *m, const uint32_t *token, size_t n)
{
    for (size_t t = 0; t < n; t++) {
        const float *word = m->word + (size_t)token[t] * DIMS, *position = m->position + t * DIMS;
        for (size_t i = 0; i < DIMS; i++) m->room->x[t][i] = word[i] + m->type[i] + position[i];
    }
    normalise(m, &m->embedded, n);
}

/* One head: its 32 columns of q, k, v -> its 32 columns of `attended`. */
static void attend_head(const struct encoder *m, size_t head, size_t n)
{
    struct room *r = m->room;
    const float *q = r->qkv[0] + head * HEAD, *k = q + DIMS, *v = k + DIMS;
    const size_t width = 3 * DIMS, row = (n + SIMD_PANEL_MAX - 1) / SIMD_PANEL_MAX * SIMD_PANEL_MAX;
    simd_pack(m->simd, r->keys, k, n, HEAD, width, 1);
    simd_pack(m->simd, r->values, v, HEAD, n, 1, width);
    memset(r->scores, 0, n * row * sizeof *r->scores);
    m->simd->multiply(&(struct product){r->scores, q, r->keys, n, n, HEAD, row, width});
    for (size_t t = 0; t < n; t++) m->simd->softmax(r->scores + t * row, n, 0.17677670f); /* 1 / √32 */
    m->simd->multiply(&(struct product){r->attended[0] + head * HEAD, r->scores, r->values, n, HEAD, n, DIMS, row});
}

static void attend(const struct encoder *m, const struct layer *l, size_t n)
{
    struct room *r = m->room;
    linear(m, &l->qkv, r->qkv[0], r->x[0], n);
    memset(r->attended, 0, n * sizeof *r->attended);
    for (size_t h = 0; h < HEADS; h++) attend_head(m, h, n);
    add_linear(m, &l->out, r->x[0], r->attended[0], n);
    normalise(m, &l->after_attention, n);
}

static void transform(const struct encoder *m, const struct layer *l, size_t n)
{
    struct room *r = m->room;
    linear(m, &l->up, r->inner[0], r->x[0], n);
    m->simd->gelu(r->inner[0], n * INNER);
    add_linear(m, &l->down, r->x[0], r->inner[0], n);
    normalise(m, &l->after_inner, n);
}

void encoder_forward(struct encoder *m, const uint32_t *token, size_t n, float *ret)
{
    embed_tokens(m, token, n);
    for (size_t l = 0; l < LAYERS; l++) {
        attend(m, &m->layer[l], n);
        transform(m, &m->layer[l], n);
    }
    for (size_t i = 0; i < DIMS; i++) {
        float sum = 0;
        for (size_t t = 0; t < n; t++) sum += m->room->x[t][i];
        ret[i] = sum / (float)n;
    }
}
