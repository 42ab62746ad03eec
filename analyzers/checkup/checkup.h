/* checkup - one checkpoint of a run, and the one before it, in; findings out.
 *
 * As an analyzer judges what a log tells over time, a check judges what all tensors of one checkpoint say beside each other: their
 * summaries, what changed since the checkpoint before, and what the optimizer remembers of their gradients (Adam keeps the running
 * mean of a gradient and of its square, so its state tells what a hook would). Pure: libc and libm, no I/O, no clock, no
 * allocation. One file a check; checks.c holds the list. Findings are those of analyzer.h; `series` is the tensor's. */
#ifndef MLWATCH_CHECKUP_H
#define MLWATCH_CHECKUP_H

#include "../analyzer.h"
#include "../tensor.h"

/* In this order as enum ckpt_part has it. */
enum checkup_part { CHECKUP_PARAMETER, CHECKUP_BUFFER, CHECKUP_OPTIMIZER, CHECKUP_OTHER };

/* What a tensor is for, by its name and shape; made by checkup_prepare. */
enum tensor_use {
    USE_OTHER,
    USE_WEIGHT, /* a matrix, or a kernel of a convolution */
    USE_BIAS,
    USE_SCALE, /* of a normalisation: gamma */
    USE_SHIFT, /* of a normalisation: beta */
    USE_EMBEDDING,
    USE_RECURRENT, /* weight_hh_l0, recurrent_kernel */
    USE_RUNNING_MEAN,
    USE_RUNNING_VARIANCE
};

struct checkup_tensor {
    const struct series *series; /* .name is the tensor's; borrowed, outlives the findings. One a tensor */
    enum checkup_part part;
    enum tensor_dtype dtype;
    bool shares;     /* its bytes are another tensor's too: tied weights */
    uint32_t n_dims; /* of which shape has the first four */
    uint64_t shape[4];
    bool summed; /* summary is there */
    struct tensor_summary summary;
    bool compared; /* change is there: against the same tensor of the checkpoint before */
    struct tensor_change change;
    double effective_rank, largest_singular; /* NaN when not computed */
    double tail_exponent;                    /* of the squared singular values (daemon/inspect/spectrum.h); likewise */

    /* CHECKUP_OPTIMIZER only, as in ckpt.h. */
    const char *slot;      /* "exp_avg", "exp_avg_sq", "step", "momentum_buffer" ... */
    const char *parameter; /* its name, or NULL */
    int64_t index;         /* -1 when keyed by name */

    /* Made by checkup_prepare. */
    enum tensor_use use;
    int32_t state; /* in checkup.states, of a parameter: what the optimizer holds of it; -1 for nothing known */
    bool in_group; /* a parameter that a group of the optimizer names */
};

/* Numbers that the file does not have are NaN. */
struct checkup_group {
    double learning_rate, weight_decay, eps, beta1, beta2;
    uint64_t n_parameters;
    const int64_t *parameters;
    const char *const *names; /* or NULL */
};

/* What the optimizer holds of one parameter; made by checkup_prepare. The three point into checkup.tensors, or are NULL. */
struct checkup_state {
    int64_t index;                                      /* -1 when keyed by name */
    const struct checkup_tensor *first, *second, *step; /* first moment (or momentum), second moment, number of steps */
    const struct checkup_tensor *tensor;                /* the parameter; NULL when it cannot be told which */
    const struct checkup_group *group;                  /* or NULL */
    double steps;                                       /* NaN when not told */
    double gradient; /* root mean square of its gradient, over the last 1 / (1 - beta2) steps; NaN without a second moment */
    double drift;    /* root mean square of the gradient's running mean; NaN without a first moment */
};

struct checkup {
    struct checkup_tensor *tensors; /* all parts, each in its file's order */
    size_t n;
    const struct checkup_group *groups;
    size_t n_groups;
    struct checkup_state
        *states;           /* the caller's room for `room` of them; as many as there are CHECKUP_OPTIMIZER tensors always do */
    size_t room, n_states; /* n_states is made by checkup_prepare */
    uint32_t *order;       /* the caller's room for 2 x n numbers: scratch of checkup_prepare */
    bool matched;          /* made by checkup_prepare: it is known which state belongs to which parameter */

    enum axis axis;
    int64_t step, step_before;            /* -1: not known, or no checkpoint before */
    double learning_rate;                 /* of the run at this step; NaN: that of the groups holds */
    double loss_scale, loss_scale_before; /* of mixed precision; NaN: not told */
    uint16_t source, segment;             /* for the findings */
};

/* checkup_prepare - fill what is "made by checkup_prepare": uses, states, and which parameter each belongs to (by name, else by the order of
 * the flattened groups where every shape agrees; else matched is false). O(n log n) */
void checkup_prepare(struct checkup *c);

/* One rule. */
struct check {
    const char *name, *summary, *source;
    const char *const *kinds; /* the finding kinds it may emit; NULL ends them */
    const struct knob *knobs; /* as of an analyzer: a NULL name ends them; offsets into the memory that look gets */
    size_t knobs_size;        /* bytes of that memory; at most CHECK_KNOBS_MAX */
    void (*look)(const void *knobs, const struct checkup *c, const struct findings *out);
};
enum { CHECK_KNOBS_MAX = 128 };
extern const struct check *const checks[]; /* NULL ends the list */

/* check_knobs - the initial values of its knobs into `to`, CHECK_KNOBS_MAX bytes; the caller may then change some at their offsets. */
void check_knobs(const struct check *k, void *to);
/* checkup_run - all checks over a prepared checkup.
 *   value  what a knob stands at; NULL: at its initial value */
void checkup_run(const struct checkup *c, double (*value)(void *arg, const struct knob *k), void *arg,
                 const struct findings *out);

/* checkup_sentence - the sentence of a finding that came from a check, with {evidence} as in struct kind; NULL for any other finding.
 * checkup_words - what stands for one of its placeholders whose name ends in _words (it may hold {evidence} itself); NULL for any other. */
const char *checkup_sentence(const struct finding *f);
const char *checkup_words(const struct finding *f, const char *name);

#endif
