/* analyzers - the list, and the words of the vocabulary. */
#include <string.h>

#include "analyzer.h"

extern const struct analyzer analyzer_loss_nonfinite, analyzer_grad_nonfinite, analyzer_metric_nonfinite,
    analyzer_loss_divergence, analyzer_loss_spike, analyzer_loss_plateau, analyzer_loss_not_decreasing, analyzer_overfitting,
    analyzer_validation_divergence, analyzer_score_drop, analyzer_grad_explosion, analyzer_grad_vanishing, analyzer_grad_spike,
    analyzer_grad_adds_up, analyzer_mode_collapse, analyzer_discriminator_wins, analyzer_return_flat, analyzer_lr_zero,
    analyzer_restart_discontinuity, analyzer_run_stalled, analyzer_run_crashed, analyzer_out_of_memory, analyzer_loss_at_chance,
    analyzer_loss_oscillation, analyzer_loss_rising, analyzer_still_improving, analyzer_split_gap, analyzer_score_stuck,
    analyzer_softmax_floor, analyzer_degenerate_output, analyzer_prediction_collapse, analyzer_throughput_drop,
    analyzer_memory_growth, analyzer_input_starved, analyzer_log_gap, analyzer_grad_zero, analyzer_clipping_always_on,
    analyzer_generator_wins, analyzer_policy_collapse, analyzer_entropy_collapse, analyzer_kl_blowup,
    analyzer_value_loss_explosion, analyzer_lr_out_of_schedule, analyzer_loss_scale_collapse, analyzer_weights_nonfinite,
    analyzer_weights_frozen, analyzer_weights_exploding, analyzer_dead_units, analyzer_update_ratio_high, analyzer_loss_masked,
    analyzer_loss_periodic, analyzer_silent_restart, analyzer_validation_too_good, analyzer_loss_starts_high,
    analyzer_checkpoint_trend, analyzer_held_out_stops, analyzer_loss_turned, analyzer_rounds_apart, analyzer_few_rounds,
    analyzer_rises_together, analyzer_policy_still, analyzer_score_swings, analyzer_whole_run;

const struct analyzer *const analyzers[] = {
    &analyzer_loss_nonfinite,
    &analyzer_loss_masked,
    &analyzer_grad_nonfinite,
    &analyzer_metric_nonfinite,
    &analyzer_loss_divergence,
    &analyzer_loss_rising,
    &analyzer_loss_turned,
    &analyzer_rises_together,
    &analyzer_loss_spike,
    &analyzer_loss_plateau,
    &analyzer_held_out_stops,
    &analyzer_loss_not_decreasing,
    &analyzer_loss_at_chance,
    &analyzer_loss_starts_high,
    &analyzer_loss_oscillation,
    &analyzer_loss_periodic,
    &analyzer_still_improving,
    &analyzer_few_rounds,
    &analyzer_overfitting,
    &analyzer_split_gap,
    &analyzer_rounds_apart,
    &analyzer_validation_too_good,
    &analyzer_validation_divergence,
    &analyzer_score_drop,
    &analyzer_score_stuck,
    &analyzer_score_swings,
    &analyzer_softmax_floor,
    &analyzer_degenerate_output,
    &analyzer_prediction_collapse,
    &analyzer_grad_explosion,
    &analyzer_grad_adds_up,
    &analyzer_grad_vanishing,
    &analyzer_grad_spike,
    &analyzer_grad_zero,
    &analyzer_clipping_always_on,
    &analyzer_mode_collapse,
    &analyzer_discriminator_wins,
    &analyzer_generator_wins,
    &analyzer_return_flat,
    &analyzer_policy_still,
    &analyzer_policy_collapse,
    &analyzer_entropy_collapse,
    &analyzer_kl_blowup,
    &analyzer_value_loss_explosion,
    &analyzer_lr_zero,
    &analyzer_lr_out_of_schedule,
    &analyzer_loss_scale_collapse,
    &analyzer_weights_nonfinite,
    &analyzer_weights_frozen,
    &analyzer_weights_exploding,
    &analyzer_dead_units,
    &analyzer_update_ratio_high,
    &analyzer_checkpoint_trend,
    &analyzer_restart_discontinuity,
    &analyzer_silent_restart,
    &analyzer_run_stalled,
    &analyzer_run_crashed,
    &analyzer_out_of_memory,
    &analyzer_throughput_drop,
    &analyzer_memory_growth,
    &analyzer_input_starved,
    &analyzer_log_gap,
    &analyzer_whole_run,
    NULL,
};

static const char *const severities[] = {"info", "warning", "critical"};
static const char *const axes[] = {"step", "epoch", "episode", "sample", "record"};
static const char *const events[EVENT_COUNT] = {[EVENT_NONE] = "none",
                                                [EVENT_TRACEBACK] = "traceback",
                                                [EVENT_OUT_OF_MEMORY] = "out_of_memory",
                                                [EVENT_KILLED] = "killed",
                                                [EVENT_NONFINITE] = "nonfinite",
                                                [EVENT_LOSS_SCALE] = "loss_scale",
                                                [EVENT_COLLECTIVE_HANG] = "collective_hang",
                                                [EVENT_DISK_FULL] = "disk_full",
                                                [EVENT_HARDWARE] = "hardware",
                                                [EVENT_INTERRUPTED] = "interrupted",
                                                [EVENT_FINISHED] = "finished",
                                                [EVENT_CHECKPOINT] = "checkpoint",
                                                [EVENT_INSPECTED] = "inspected"};

const char *severity_name(enum severity s) { return severities[s]; }
const char *axis_name(enum axis a) { return axes[a]; }
const char *event_name(enum event e) { return e < EVENT_COUNT ? events[e] : "none"; }

enum severity severity_named(const char *name)
{
    for (int s = SEVERITY_INFO; name && s <= SEVERITY_CRITICAL; s++)
        if (strcmp(severities[s], name) == 0) return (enum severity)s;
    return SEVERITY_WARNING;
}

struct finding finding_said(const char *kind, enum severity severity, double confidence, const struct point *p)
{
    return (struct finding){.kind = kind,
                            .severity = severity,
                            .confidence = confidence,
                            .source = p->source,
                            .segment = p->segment,
                            .onset_step = p->step,
                            .first_step = p->step,
                            .last_step = p->step,
                            .first_line = p->line,
                            .last_line = p->line,
                            .quote_line = p->line};
}

void finding_add(struct finding *f, const char *name, double value, const char *unit)
{
    if (f->n_evidence < EVIDENCE_MAX)
        f->evidence[f->n_evidence++] = (struct evidence){.name = name, .unit = unit, .value = value};
    else f->dropped++;
}

double finding_evidence(const struct finding *f, const char *name, double fallback)
{
    for (size_t i = 0; i < f->n_evidence; i++)
        if (strcmp(f->evidence[i].name, name) == 0) return f->evidence[i].value;
    return fallback;
}
