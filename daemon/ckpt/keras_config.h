/* keras_config - the JSON by which Keras builds a model again: what would run, and the order of its layers. */
#ifndef MLWATCH_KERAS_CONFIG_H
#define MLWATCH_KERAS_CONFIG_H

#include "ckpt.h"

/* keras_judge - say what the config would import or run: Lambda layers and the code they carry, objects of modules that are not Keras's own.
 * Text that is no JSON is said to be corrupt; one above 16 MiB unverified. */
void keras_judge(const char *config, const struct ckpt_sink *out);

/* keras_layers - names of the config's layers in the model's order, nested models too; at most room. Returns how many. They lie in a. */
size_t keras_layers(const char *config, const char **ret, size_t room, struct arena *a);
/* keras_optimizer - the class of the optimizer in a compile_config or training_config, copied to a; NULL when it is not told. */
const char *keras_optimizer(const char *config, struct arena *a);

/* keras_group - tell the optimizer's settings in a compile_config or training_config as its one group of n parameters. */
void keras_group(const char *config, uint64_t n, const struct ckpt_sink *out);

#endif
