#include "vocabulary.h"

#include <stddef.h>
#include <string.h>

static const char *const kinds[] = {
    /* numbers */
    "loss_nonfinite",
    "grad_nonfinite",
    "metric_nonfinite",
    "weights_nonfinite",
    "optimizer_state_nonfinite",
    /* loss */
    "loss_divergence",
    "loss_spike",
    "loss_plateau",
    "loss_not_decreasing",
    "loss_at_chance",
    "loss_starts_high",
    "loss_oscillation",
    "still_improving",
    /* generalisation */
    "overfitting",
    "gap_from_start",
    "validation_too_good",
    "validation_divergence",
    "score_drop",
    "score_stuck",
    /* gradient */
    "grad_explosion",
    "grad_vanishing",
    "grad_spike",
    "grad_zero",
    "clipping_always_on",
    /* rate, precision */
    "lr_out_of_schedule",
    "lr_zero",
    "loss_scale_collapse",
    /* outputs */
    "degenerate_output",
    "prediction_collapse",
    /* adversarial */
    "mode_collapse",
    "discriminator_wins",
    "generator_wins",
    "adversarial_stalemate",
    /* reinforcement */
    "policy_collapse",
    "return_flat",
    "entropy_collapse",
    "kl_blowup",
    "value_loss_explosion",
    /* weights */
    "weights_frozen",
    "weights_exploding",
    "weights_decaying",
    "dead_units",
    "update_ratio_high",
    "update_ratio_low",
    "batchnorm_stats_wild",
    "optimizer_steps_differ",
    "embedding_rows_untouched",
    "spectrum_overtrained",
    "spectrum_undertrained",
    /* run */
    "run_stalled",
    "run_crashed",
    "out_of_memory",
    "throughput_drop",
    "memory_growth",
    "input_starved",
    "restart_discontinuity",
    "log_gap",
    /* checkpoint */
    "checkpoint_incomplete",
    "checkpoint_corrupt",
    "checkpoint_unsafe",
    "checkpoint_mismatch",
};

bool kind_known(const char *kind)
{
    for (size_t i = 0; kind && i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i], kind)) return true;
    return false;
}
