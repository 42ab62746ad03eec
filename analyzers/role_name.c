/* role_name - the word for each role, as `check --format json` prints it. */
#include <string.h>

#include "role.h"

static const char *const names[ROLE_COUNT] = {[ROLE_NONE] = "none",
                                              [ROLE_LOSS_TRAIN] = "loss_train",
                                              [ROLE_LOSS_EVAL] = "loss_eval",
                                              [ROLE_LOSS_PART] = "loss_part",
                                              [ROLE_LOSS_GENERATOR] = "loss_generator",
                                              [ROLE_LOSS_DISCRIMINATOR] = "loss_discriminator",
                                              [ROLE_SCORE_TRAIN] = "score_train",
                                              [ROLE_SCORE_EVAL] = "score_eval",
                                              [ROLE_RETURN] = "return",
                                              [ROLE_EPISODE_LENGTH] = "episode_length",
                                              [ROLE_GRAD_NORM] = "grad_norm",
                                              [ROLE_GRAD_PART] = "grad_part",
                                              [ROLE_LEARNING_RATE] = "learning_rate",
                                              [ROLE_LOSS_SCALE] = "loss_scale",
                                              [ROLE_ENTROPY] = "entropy",
                                              [ROLE_KL] = "kl",
                                              [ROLE_LOSS_VALUE] = "loss_value",
                                              [ROLE_LOSS_POLICY] = "loss_policy",
                                              [ROLE_EXPLAINED_VARIANCE] = "explained_variance",
                                              [ROLE_THROUGHPUT] = "throughput",
                                              [ROLE_STEP_TIME] = "step_time",
                                              [ROLE_MEMORY] = "memory",
                                              [ROLE_DATA_TIME] = "data_time",
                                              [ROLE_UTILISATION] = "utilisation",
                                              [ROLE_CONFUSION] = "confusion",
                                              [ROLE_PREDICTION_SPREAD] = "prediction_spread",
                                              [ROLE_DIVERSITY] = "diversity",
                                              [ROLE_KL_REFERENCE] = "kl_reference",
                                              [ROLE_CLIPPED_SHARE] = "clipped_share",
                                              [ROLE_WEIGHT_NORM] = "weight_norm",
                                              [ROLE_WEIGHT_PART] = "weight_part",
                                              [ROLE_WEIGHT_MEAN] = "weight_mean",
                                              [ROLE_UPDATE_RATIO] = "update_ratio",
                                              [ROLE_DEAD_SHARE] = "dead_share",
                                              [ROLE_ZERO_SHARE] = "zero_share",
                                              [ROLE_CHECKPOINT] = "checkpoint",
                                              [ROLE_PROGRESS] = "progress",
                                              [ROLE_EVENT] = "event",
                                              [ROLE_SILENCE] = "silence"};

const char *role_name(enum role role) { return role < ROLE_COUNT ? names[role] : "none"; }

enum role role_from_name(const char *name)
{
    for (int i = 0; i < ROLE_COUNT; i++)
        if (strcmp(names[i], name) == 0) return (enum role)i;
    return ROLE_NONE;
}
