#include "part.h"

enum ckpt_part part_of(const char *name)
{
    static const char *const buffers[] = {"running_mean",        "running_var",
                                          "num_batches_tracked", "position_ids",
                                          "token_type_ids",      "moving_variance",
                                          "moving_mean",         "inv_freq",
                                          "masked_bias",         "relative_position_index",
                                          "causal_mask",         "attn_mask",
                                          "rope_freqs",          "original_inv_freq",
                                          "seed_generator_state"};
    const char *last = name;
    for (const char *p = name; *p; p++)
        if (*p == '.' || *p == '/') last = p + 1;
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        if (strcmp(last, buffers[i]) == 0) return CKPT_BUFFER;
    return CKPT_PARAMETER;
}
