/* encoder_parts - what an encoder holds; for encoder.c, which computes, and encoder_open.c, which reads the file. */
#ifndef MLWATCH_ENCODER_PARTS_H
#define MLWATCH_ENCODER_PARTS_H

#include "encoder.h"

enum {
    LAYERS = 6,
    HEADS = 12,
    DIMS = ENCODER_DIMS,
    HEAD = DIMS / HEADS,
    INNER = 4 * DIMS,
    TOKENS = ENCODER_TOKENS_MAX,
    POSITIONS = 512
};
enum { SCORES = TOKENS + SIMD_PANEL_MAX }; /* a row of scores, rounded up to whole panels */

struct linear {
    float *packed;
    float *bias;
    size_t outputs, inputs;
};
struct norm {
    float gain[DIMS], bias[DIMS];
};
struct layer {
    struct linear qkv, out, up, down; /* q, k and v are one matrix of 1152 outputs */
    struct norm after_attention, after_inner;
    float bias[3 * DIMS + DIMS + INNER + DIMS];
};

struct encoder {
    const struct simd *simd;
    struct weights *weights;
    const float *word, *position, *type; /* mapped */
    struct norm embedded;
    struct layer layer[LAYERS];
    float *packed; /* all matrices, one allocation */
    struct room {  /* what one text needs; rows are tokens */
        float x[TOKENS][DIMS], qkv[TOKENS][3 * DIMS], attended[TOKENS][DIMS], inner[TOKENS][INNER];
        float scores[TOKENS * SCORES], keys[HEAD * SCORES], values[HEAD * SCORES];
    } * room;
};

#endif
