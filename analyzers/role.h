/* role - what a logged name means: "train/loss" is the training loss, "eval_accuracy" a score that should rise.
 *
 * A name alone is weak evidence, so a name that the table does not know has ROLE_NONE: it is kept and plotted on request,
 * and only non-finite values in it are judged. */
#ifndef MLWATCH_ROLE_H
#define MLWATCH_ROLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum role {
    ROLE_NONE,
    ROLE_LOSS_TRAIN, /* the training objective */
    ROLE_LOSS_EVAL,  /* the same on held-out data */
    ROLE_LOSS_PART,  /* one term of a sum, or one head of several */
    ROLE_LOSS_GENERATOR,
    ROLE_LOSS_DISCRIMINATOR,
    ROLE_SCORE_TRAIN, /* accuracy, BLEU, mAP ... on training data */
    ROLE_SCORE_EVAL,  /* the same on held-out data; FID and IS of a generator too */
    ROLE_RETURN,      /* reward of an episode, or its running mean */
    ROLE_EPISODE_LENGTH,
    ROLE_GRAD_NORM, /* of the whole model, before clipping where one can know */
    ROLE_GRAD_PART, /* of one layer or module: series.part names it */
    ROLE_LEARNING_RATE,
    ROLE_LOSS_SCALE, /* of mixed precision */
    ROLE_ENTROPY,
    ROLE_KL,
    ROLE_LOSS_VALUE,
    ROLE_LOSS_POLICY,
    ROLE_EXPLAINED_VARIANCE,
    ROLE_THROUGHPUT,
    ROLE_STEP_TIME,
    ROLE_MEMORY,
    ROLE_DATA_TIME,         /* seconds of a step spent waiting for data; a share of it where the unit is % */
    ROLE_UTILISATION,       /* of the accelerator, in % */
    ROLE_CONFUSION,         /* a count of true or false positives or negatives: series.metric is tp, fp, tn or fn */
    ROLE_PREDICTION_SPREAD, /* how many classes are predicted: their number, entropy, or the share of the commonest (unit) */
    ROLE_DIVERSITY,         /* of generated samples: distinct or repeated share, or the share that never ends (unit) */
    ROLE_KL_REFERENCE,      /* of the policy to a reference that stays, or "kl" without a word on to what */
    ROLE_CLIPPED_SHARE,     /* of the steps whose gradient was clipped: a share, or a percentage */
    ROLE_WEIGHT_NORM,       /* of all weights */
    ROLE_WEIGHT_PART,       /* norm, least or greatest value of one tensor: series.part names it, series.metric says which */
    ROLE_WEIGHT_MEAN,       /* of one tensor */
    ROLE_UPDATE_RATIO,      /* size of a step over size of the weights, or its common logarithm; of a part where one is named */
    ROLE_DEAD_SHARE,        /* of the units that are active for no input */
    ROLE_ZERO_SHARE,        /* of the activations that are exactly 0 */
    ROLE_CHECKPOINT, /* what a checkpoint that was looked into is as a whole: series.metric is "checkpoint/weight_norm" ... */
    ROLE_PROGRESS,   /* counters and clocks: epoch, samples seen, elapsed time */
    ROLE_EVENT,      /* value is an enum event of format.h */
    ROLE_SILENCE,    /* seconds since the last data of the run; only while watching live */
    ROLE_COUNT
};
enum better { BETTER_UNKNOWN, BETTER_LOWER, BETTER_HIGHER };

struct role_match {
    enum role role;
    enum better better;
    bool bounded;     /* a share in [0, 1] (or [0, 100]) */
    char metric[48];  /* "loss" for train_loss and val/loss: joins the splits of one quantity; "" when there is none */
    char part[48];    /* layer or module, "" for the whole */
    const char *unit; /* static, "" when the name tells none */
};

/* role_of - look a logged name up. Case, and the difference between '-', ' ', '.', '/' and '_', do not matter.
 *   name   NUL-terminated, any bytes
 *   returns a value; role is ROLE_NONE for names nobody knows. Cost: about 1 us; called once a series. */
struct role_match role_of(const char *name);

/* role_name - "loss_train" and so on, as `check --format json` prints them; never NULL. */
const char *role_name(enum role role);
/* role_from_name - the inverse; ROLE_NONE for anything else. */
enum role role_from_name(const char *name);

#endif
