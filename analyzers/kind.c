#include "kind.h"

#include <string.h>

const struct kind kinds[] = {
    {"loss_nonfinite", "loss is NaN or infinite",
     "{series} became {value} at {axis} {onset} and {points} of its values are not finite",
     "loss_plateau loss_not_decreasing loss_spike loss_divergence metric_nonfinite grad_nonfinite validation_divergence "
     "score_drop overfitting grad_vanishing adversarial_stalemate"},
    {"grad_nonfinite", "gradient norm is NaN or infinite",
     "{series} became {value} at {axis} {onset}; {points} of its values are not finite", "metric_nonfinite"},
    {"metric_nonfinite", "a metric is NaN or infinite",
     "{series} became {value} at {axis} {onset}; {points} of its values are not finite", ""},
    {"loss_divergence", "loss rises and stays", "{series} rose from {from} to {to} ({rise_ratio*}) since {axis} {onset}{stays}",
     "loss_spike loss_plateau loss_not_decreasing overfitting validation_divergence score_drop"},
    {"loss_spike", "loss spike", "{series} jumped from {from} to {to} ({height_ratio*}) at {axis} {onset}{recovery}",
     "grad_spike"},
    {"loss_plateau", "progress stopped early",
     "{series} has hardly moved since {axis} {onset}: it stands at {to}, {level_ratio%} of where it began", "grad_vanishing"},
    {"loss_not_decreasing", "the loss never fell",
     "{series} began at {from} and stands at {to} after {points} values: nothing is being learned", "loss_plateau"},
    {"overfitting", "overfitting",
     "{series} was best at {axis} {best_step} ({from}) and has risen to {to} ({rise_ratio*}) while the training loss kept "
     "falling",
     "validation_divergence"},
    {"validation_divergence", "validation loss diverges",
     "{series} rose from {from} to {to} ({rise_ratio*}) since {axis} {onset} while the training loss did not fall", ""},
    {"score_drop", "a score fell from its best",
     "{series} was {from} at its best ({axis} {best_step}) and {now_words} {to}{came_back}", "return_flat"},
    {"grad_explosion", "gradient norm grows without bound", "{series} grew from {from} to {to} ({ratio*}) since {axis} {onset}",
     "grad_spike"},
    {"grad_vanishing", "gradients vanish",
     "{series} fell to {norm}, {ratio*} of {reference_words}, since {axis} {onset}: the signal hardly reaches the weights", ""},
    {"grad_spike", "gradient spike", "{series} jumped from {from} to {to} ({height_ratio*}) at {axis} {onset}{recovery}", ""},
    {"mode_collapse", "the generator collapses",
     "{series} was {from} at its best ({axis} {best_step}) and is {to} now: the generator lost what it had learned",
     "score_drop"},
    {"discriminator_wins", "the discriminator wins",
     "{series} fell to {discriminator_loss} ({share%} of its early level) by {axis} {onset}: the discriminator tells everything "
     "apart and the generator gets no useful signal",
     ""},
    {"adversarial_stalemate", "neither network learns",
     "{series} has stayed at {discriminator_loss} since {axis} {onset}: the two networks give each other no signal",
     "loss_plateau loss_not_decreasing"},
    {"restart_discontinuity", "the restart did not continue the run",
     "after the restart at {axis} {onset} {series} stands at {to}; before it stood at {from} there ({jump_ratio*})",
     "loss_spike loss_divergence"},
    {"return_flat", "the agent does not learn",
     "{series} stands at {to} after {points} values and began at {from}: it has not improved beyond its noise", ""},
    {"lr_zero", "the learning rate is zero", "{series} is 0 since {axis} {onset}, for {points} records: nothing can be learned",
     "loss_plateau loss_not_decreasing"},
    {"run_stalled", "no new data", "nothing was logged for {silence_s} s; the longest usual pause is {expected_s} s", ""},
    {"run_crashed", "the run crashed", "the training program stopped at line {line}: see its own words", ""},
    {"out_of_memory", "out of memory", "memory ran out at line {line}: see the program's own words", "run_crashed"},
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
