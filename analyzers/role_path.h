/* role_path - a tag with slashes is a path: where a number was logged, then what it is. */
#ifndef MLWATCH_ROLE_PATH_H
#define MLWATCH_ROLE_PATH_H

#include "role.h"

/* role_path_behind_places - the name without leading groups that say nothing of what stands behind them ("monitor/lr"). Never NULL. */
const char *role_path_behind_places(const char *name);

/* role_path_behind_run - "dandy-sound-17 - train/loss" of a chart exported from Weights & Biases without the run's name: the metric. A split in front
 * of the dash stays ("Val - Loss"), if it is not part of a numbered name. */
const char *role_path_behind_run(const char *name);
/* role_path_is_extreme - "run - loss__MIN" beside "run - loss": the least of the group's runs, and no series of its own. */
bool role_path_is_extreme(const char *name);
/* role_path_behind_train - "train/Loss/D/loss" behind "train/", where a group stands behind it; NULL for other names. */
const char *role_path_behind_train(const char *name);
/* role_path_behind_group - what stands behind the first group, whatever it is; NULL where there is none, where it tells the split, or where
 * it changes what the name behind it means ("best/fid"). */
const char *role_path_behind_group(const char *name);

/* role_path_of_mean - "Loss/G/loss/mean" of StyleGAN's stats.jsonl, beside its num and std, is what "Loss/G/loss" is: writes that. False for a
 * name that does not end so. */
bool role_path_of_mean(const char *name, char *bare, size_t size);

/* role_path_of_losses - "loss/value" is the value loss: writes "value loss", and so of any one name in the group of losses. False for any
 * other name; a name without a slash may be a loss's value. */
bool role_path_of_losses(const char *name, char *swapped, size_t size);

/* role_path_alone - does a name of this role mean the same in whatever group it stands? A loss may be one of several there, and a norm
 * one module's. */
bool role_path_alone(enum role role);

#endif
