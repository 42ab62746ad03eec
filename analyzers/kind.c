#include "kind.h"

#include <string.h>

const struct kind kinds[] = {
    {"loss_nonfinite", "loss is NaN or infinite",
     "{series} became {value} at {axis} {onset} and {points} of its values are not finite",
     "loss_plateau loss_not_decreasing loss_spike loss_divergence metric_nonfinite grad_nonfinite validation_divergence "
     "score_drop overfitting grad_vanishing adversarial_stalemate weights_nonfinite weights_exploding policy_collapse "
     "still_improving loss_oscillation score_stuck"},
    {"grad_nonfinite", "gradient norm is NaN or infinite",
     "{series} became {value} at {axis} {onset}; {points} of its values are not finite", "metric_nonfinite"},
    {"metric_nonfinite", "a metric is NaN or infinite",
     "{series} became {value} at {axis} {onset}; {points} of its values are not finite", ""},
    {"loss_divergence", "loss rises and stays", "{series} rose from {from} to {to} ({rise_ratio*}) since {axis} {onset}{stays}",
     "loss_spike loss_plateau loss_not_decreasing overfitting validation_divergence score_drop loss_oscillation "
     "still_improving"},
    {"loss_spike", "loss spike", "{series} jumped from {from} to {to} ({height_ratio*}) at {axis} {onset}{recovery}",
     "grad_spike"},
    {"loss_plateau", "progress stopped early",
     "{series} has hardly moved since {axis} {onset}: it stands at {to}, {level_ratio%} of where it began", "grad_vanishing"},
    {"loss_not_decreasing", "the loss never fell",
     "{series} began at {from} and stands at {to} after {points} values: nothing is being learned",
     "loss_plateau loss_at_chance score_stuck"},
    {"loss_at_chance", "the loss sits at chance level",
     "{series} sits at {to} since {axis} {onset}, and guessing among {classes} classes costs {chance}: the model "
     "tells nothing apart",
     "loss_plateau score_stuck"},
    {"loss_starts_high", "the loss begins far above guessing",
     "{series} began at {from}: more than guessing among any usual number of classes costs, before anything was learned", ""},
    {"loss_oscillation", "the loss swings", "{series} {swing_words}", "loss_spike loss_plateau"},
    {"still_improving", "still improving at the end",
     "{series} was still falling at {axis} {last} ({to}): {more%} more steps would have brought about {gain} ({gain_low} to "
     "{gain_high})",
     ""},
    {"gap_from_start", "validation was bad from the first evaluation",
     "{series} was {from} {when_words} ({axis} {onset}) and is {to} while training came to {train}: {apart_words}",
     "overfitting validation_divergence score_stuck"},
    {"validation_too_good", "validation is too good to be true",
     "{series} stands at {to}: too good for data the model has not seen", ""},
    {"overfitting", "overfitting",
     "{series} was best at {axis} {best_step} ({from}) and has risen to {to} ({rise_ratio*}) while the training loss kept "
     "falling{is_over}",
     "validation_divergence score_drop gap_from_start"},
    {"validation_divergence", "validation loss diverges",
     "{series} rose from {from} to {to} ({rise_ratio*}) since {axis} {onset} while the training loss did not fall", ""},
    {"score_drop", "a score fell from its best",
     "{series} was {from} at its best ({axis} {best_step}) and {now_words} {to}{came_back}", "return_flat"},
    {"score_stuck", "the score does not move",
     "{series} began at {from} and stands at {to} after {points} evaluations: it has not got better", ""},
    {"degenerate_output", "generated samples are degenerate",
     "{series} went from {from} to {to} by {axis} {onset} and stays there: the samples repeat themselves or never end", ""},
    {"prediction_collapse", "one class for every input",
     "by {series} every input has got the same class since {axis} {onset}, at {evaluations} evaluations in a row", "score_stuck"},
    {"grad_explosion", "gradient norm grows without bound", "{series} grew from {from} to {to} ({ratio*}) since {axis} {onset}",
     "grad_spike"},
    {"grad_vanishing", "gradients vanish",
     "{series} fell to {norm}, {ratio*} of {reference_words}, since {axis} {onset}: the signal hardly reaches the weights", ""},
    {"grad_spike", "gradient spike", "{series} jumped from {from} to {to} ({height_ratio*}) at {axis} {onset}{recovery}", ""},
    {"grad_zero", "the gradient is exactly zero", "{series} is exactly 0 since {axis} {onset}, for {points} records",
     "grad_vanishing"},
    {"clipping_always_on", "nearly every gradient is clipped",
     "{share%} of the steps by {series} were clipped: the bound sets the step, not the gradient", ""},
    {"mode_collapse", "the generator collapses",
     "{series} was {from} at its best ({axis} {best_step}) and is {to} now: the generator lost what it had learned",
     "score_drop"},
    {"discriminator_wins", "the discriminator wins",
     "{series} fell to {discriminator_loss} ({share%} of its early level) by {axis} {onset}: the discriminator tells everything "
     "apart and the generator gets no useful signal",
     ""},
    {"generator_wins", "the generator wins",
     "{series} stands at {discriminator_loss} since {axis} {onset} and the generator's loss at {generator_loss}: the "
     "discriminator no longer tells real from made",
     ""},
    {"adversarial_stalemate", "neither network learns",
     "{series} has stayed at {discriminator_loss} since {axis} {onset}: the two networks give each other no signal",
     "loss_plateau loss_not_decreasing"},
    {"restart_discontinuity", "the restart did not continue the run",
     "after the restart at {axis} {onset} {series} stands at {to}; before it stood at {from} there ({jump_ratio*})",
     "loss_spike loss_divergence"},
    {"return_flat", "the agent does not learn",
     "{series} stands at {to} after {points} values and began at {from}: it has not improved beyond its noise", ""},
    {"policy_collapse", "the policy collapsed",
     "{series} was {from} at its best ({axis} {best_step}) and fell to {to} at {axis} {onset}{is_lost}",
     "score_drop return_flat"},
    {"entropy_collapse", "the policy became certain too early",
     "{series} is {to} since {axis} {onset}{good_return}: nothing new is tried any more", ""},
    {"kl_blowup", "the policy moves too far",
     "{series} is above {bound} since {axis} {onset} and reached {to}: the policy is no longer the one that its data came from",
     ""},
    {"value_loss_explosion", "the value loss explodes",
     "{series} grew from {from} to {to} ({ratio*}) since {axis} {onset}, beyond all returns", ""},
    {"lr_out_of_schedule", "the learning rate leaves its schedule",
     "{series} {how_words}: from {axis} {onset} on it went from {from} to {to}", ""},
    {"loss_scale_collapse", "the loss scale collapses",
     "{series} fell from {from} to {to} since {axis} {onset}: gradients overflow at any scale", "grad_nonfinite"},
    {"weights_nonfinite", "weights are NaN or infinite",
     "{series} became {value} at {axis} {onset}; {points} of its values are not finite", "weights_exploding"},
    {"weights_frozen", "weights do not move",
     "{tensors} of {of} logged tensors have not moved since {axis} {onset}, {series} among them", ""},
    {"weights_exploding", "weights grow without bound", "{series} grew from {from} to {to} ({ratio*}) since {axis} {onset}", ""},
    {"weights_decaying", "weights shrink to nothing", "{series} shrank from {from} to {to} ({ratio*}) by {axis} {onset}", ""},
    {"dead_units", "units are dead", "by {series} {share%} of a layer is off for every input since {axis} {onset}", ""},
    {"update_ratio_high", "steps are too large", "{series} is {ratio} since {axis} {onset}: a few steps replace the weights", ""},
    {"update_ratio_low", "steps are too small",
     "{series} has never been above {ratio} in {points} records: the weights hardly move", ""},
    {"lr_zero", "the learning rate is zero",
     "{series} is as good as 0 since {axis} {onset}, for {points} records: nothing can be learned",
     "loss_plateau loss_not_decreasing"},
    {"run_stalled", "no new data", "nothing was logged for {silence_s} s; the longest usual pause is {expected_s} s",
     "still_improving"},
    {"run_crashed", "the run crashed", "the training program stopped at line {line}: see its own words", "still_improving"},
    {"out_of_memory", "out of memory", "memory ran out at line {line}: see the program's own words",
     "run_crashed still_improving"},
    {"throughput_drop", "the run became slow", "{series} tells a step that takes {slower_ratio*} as long since {axis} {onset}",
     ""},
    {"memory_growth", "memory use keeps growing",
     "{series} has grown from {from} to {to} since {axis} {onset} and goes on: it doubles every {doubles_in} steps", ""},
    {"input_starved", "steps wait for data", "by {series} ({to}) the accelerator waits for its input", ""},
    {"log_gap", "the log has a hole", "{series} has no value between {axis} {onset} and {to}, where one came every {usual}", ""},
    {"optimizer_state_nonfinite", "the optimizer remembers NaN or infinities",
     "the optimizer's {series} holds values that are not finite at {axis} {onset}", ""},
    {"batchnorm_stats_wild", "running statistics cannot be right",
     "{series} holds statistics that cannot be right at {axis} {onset}", ""},
    {"optimizer_steps_differ", "some weights had few steps", "{series} had {steps} steps of the optimizer, others {most}", ""},
    {"embedding_rows_untouched", "entries of an embedding never came up", "{share%} of the rows of {series} never had a gradient",
     ""},
    {"spectrum_overtrained", "a matrix uses few of its dimensions", "{series} uses {rank} of its {full} dimensions", ""},
    {"spectrum_undertrained", "matrices still look like random ones",
     "the singular values of {tensors} of {of} matrices fall off as those of random numbers do, {series} among them", ""},
    {"checkpoint_incomplete", "a checkpoint is cut", "{series} is not complete: training cannot go on from it", ""},
    {"checkpoint_corrupt", "a checkpoint is corrupt", "{series} is damaged: what it holds cannot be trusted",
     "checkpoint_incomplete"},
    {"checkpoint_unsafe", "a checkpoint would run code", "loading {series} would import or run what no tensor needs", ""},
    {"checkpoint_mismatch", "a checkpoint is of another model",
     "{series} lacks {missing} parameters of the checkpoint before it and has {added} that it had not", ""},
    {NULL, NULL, NULL, NULL}};

const struct kind *kind_of(const char *name)
{
    for (const struct kind *k = kinds; k->name; k++)
        if (strcmp(k->name, name) == 0) return k;
    return NULL;
}

bool kind_mutes(const char *a, const char *b)
{
    const struct kind *k = kind_of(a);
    size_t n = strlen(b);
    for (const char *at = k ? strstr(k->mutes, b) : NULL; at; at = strstr(at + 1, b))
        if ((at == k->mutes || at[-1] == ' ') && (at[n] == ' ' || at[n] == 0)) return true;
    return false;
}
