/* checks - the list, and the sentences of what they find. */
#include <math.h>
#include <string.h>

#include "parts.h"

extern const struct check check_values, check_frozen, check_dead, check_steps, check_sizes, check_gradients, check_counts,
    check_statistics, check_rank, check_undertrained, check_loss_scale;

const struct check *const checks[] = {&check_values, &check_frozen,       &check_dead,       &check_steps,
                                      &check_sizes,  &check_gradients,    &check_counts,     &check_statistics,
                                      &check_rank,   &check_undertrained, &check_loss_scale, NULL};

/* Every finding of a check has this evidence, first; its value says which sentence where a kind has several. */
static const char *const mark = "checkpoint";
static const struct {
    const char *kind, *sentence;
} sentences[] = {
    {"weights_nonfinite",
     "{tensors} of {of} tensors hold NaN or infinite values at {axis} {onset}: {bad%} of {series}, among others"},
    {"optimizer_state_nonfinite", "the optimizer remembers NaN or infinite values for {tensors} of {of} tensors at {axis} "
                                  "{onset}, {series} among them: no step "
                                  "can be taken from it"},
    {"weights_frozen", "{tensors} of {of} weight tensors {why_words}, {series} among them"},
    {"dead_units", "{share%} of the units of {series} {dead_words}; so in {tensors} of {of} layers"},
    {"embedding_rows_untouched",
     "{share%} of the rows of {series} never had a gradient: those entries never came up in training"},
    {"update_ratio_high",
     "at {axis} {onset} a step changes {series} by {ratio%} of its size, and {tensors} of {of} weight tensors "
     "by more than {bound%}: a few steps replace the weights"},
    {"update_ratio_low",
     "the gradients of {tensors} of {of} weight tensors ({series}: {norm}) are below the optimizer's epsilon ({eps}): "
     "steps are smaller than the learning rate says"},
    {"weights_exploding", "the weights grew from {from} to {to} ({ratio*}) by {axis} {onset}, {series} most of all"},
    {"weights_decaying", "the weights shrank from {from} to {to} ({ratio*}) by {axis} {onset}, {series} most of all"},
    {"grad_vanishing",
     "by the optimizer's memory the gradient of {series} is {norm} at {axis} {onset}, {ratio*} of the last layers': the "
     "signal hardly reaches the first ones"},
    {"grad_explosion",
     "by the optimizer's memory the gradient of {series} is {norm} at {axis} {onset}, {ratio*} of {against_words}"},
    {"optimizer_steps_differ",
     "{tensors} of {of} parameters had fewer optimizer steps than the others, {series} only {steps} of {most}"},
    {"batchnorm_stats_wild",
     "{tensors} of {of} running statistics cannot be right at {axis} {onset}: {series} {statistics_words}"},
    {"spectrum_overtrained", "{series} uses {rank} of its {full} dimensions: so in {tensors} of {of} matrices"},
    {"spectrum_undertrained", "the singular values of {tensors} of {of} matrices fall off as those of random numbers do "
                              "(exponent {median} in the median, {exponent} of "
                              "{series}): little was learned into them by {axis} {onset}"},
    {"loss_scale_collapse", "the loss scale is {to} at {axis} {onset}: gradients overflow at any scale"},
};

/* What a number of the evidence means, for the sentence. */
static const struct {
    const char *name, *evidence;
    const char *words[6];
} words[] = {
    {"why_words",
     "why",
     {"do not move", "have not changed by a bit since {axis} {onset}", "never had a step of the optimizer by {axis} {onset}",
      "had a gradient of exactly 0 in every step by {axis} {onset}", "are in no group of the optimizer",
      "are still as an initialiser draws them at {axis} {onset}"}},
    {"dead_words", "from_start", {"have not moved since the checkpoint before", "never had a gradient"}},
    {"against_words", "since", {"what any training needs", "what it was a checkpoint before"}},
    {"statistics_words",
     "how",
     {"", "has a negative variance", "reaches {greatest}", "is what the layer was made with, as if it had never been trained",
      NULL}},
};

const char *checkup_words(const struct finding *f, const char *name)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        double at = finding_evidence(f, words[i].evidence, -1);
        if (strcmp(words[i].name, name) == 0) return at >= 0 && at < 6 ? words[i].words[(size_t)at] : NULL;
    }
    return NULL;
}

void check_knobs(const struct check *k, void *to)
{
    memset(to, 0, CHECK_KNOBS_MAX);
    for (const struct knob *n = k->knobs; n && n->name; n++) memcpy((char *)to + n->offset, &n->initial, sizeof n->initial);
}

void checkup_run(const struct checkup *c, double (*value)(void *arg, const struct knob *k), void *arg, const struct findings *out)
{
    double knobs[CHECK_KNOBS_MAX / sizeof(double)];
    for (const struct check *const *k = checks; *k; k++) {
        check_knobs(*k, knobs);
        for (const struct knob *n = (*k)->knobs; value && n && n->name; n++)
            memcpy((char *)knobs + n->offset, &(double){value(arg, n)}, sizeof(double));
        (*k)->look(knobs, c, out);
    }
}

struct finding checkup_finding(const struct checkup *c, const char *kind, enum severity severity, double confidence,
                               const struct checkup_tensor *t)
{
    int64_t step = c->step > 0 ? c->step : 0;
    struct finding f = {.kind = kind,
                        .phase = PHASE_OPENED,
                        .episode = 1,
                        .severity = severity,
                        .confidence = confidence,
                        .series = t ? t->series : NULL,
                        .source = c->source,
                        .segment = c->segment,
                        .onset_step = step,
                        .first_step = step,
                        .last_step = step};
    finding_add(&f, mark, 1, "");
    return f;
}

const char *checkup_sentence(const struct finding *f)
{
    if (isnan(finding_evidence(f, mark, NAN))) return NULL;
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
        if (strcmp(sentences[i].kind, f->kind) == 0) return sentences[i].sentence;
    return NULL;
}
