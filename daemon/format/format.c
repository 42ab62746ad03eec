/* format - the list of training-log formats, and the choice among them. */
#include "format.h"

extern const struct format format_swanlab, format_wandb, format_wandb_files, format_tfevents;
extern const struct format format_mlflow_db, format_trackio_db, format_mlflow_metric, format_mlflow_param, format_catboost,
    format_history, format_deepxde;
extern const struct format format_pattern, format_trainer_state, format_settings, format_jsonl, format_csv, format_text;
extern const struct format format_training_metrics, format_numbers, format_json_named, format_epoch_json;

/* clang-format off */
const struct format *const formats[] = {
    &format_pattern, /* what the user says wins */
    &format_wandb,
    &format_swanlab,
    &format_wandb_files,
    &format_tfevents,
    &format_mlflow_db,
    &format_trackio_db,
    &format_mlflow_metric,
    &format_mlflow_param,
    &format_catboost,
    &format_deepxde,
    &format_trainer_state,
    &format_training_metrics,
    &format_epoch_json,
    &format_history,
    &format_settings,
    &format_json_named,
    &format_jsonl,
    &format_numbers,
    &format_csv,
    &format_text,
    NULL
};
/* clang-format on */

enum { SURE_ENOUGH = 20 };

const struct format *format_sniff(const char *path, struct span head, int *confidence)
{
    const struct format *best = NULL;
    int most = SURE_ENOUGH - 1;
    if (head.n > FORMAT_HEAD_BYTES) head.n = FORMAT_HEAD_BYTES;
    for (size_t i = 0; formats[i]; i++) {
        int sure = formats[i]->sniff(path, head);
        if (sure > most) most = sure, best = formats[i];
    }
    if (confidence) *confidence = best ? most : 0;
    return best;
}

const struct format *format_by_name(const char *name)
{
    for (size_t i = 0; formats[i]; i++)
        if (strcmp(formats[i]->name, name) == 0) return formats[i];
    return NULL;
}
