/* mlflow - what the file store and the database of MLflow have in common: names, steps, tags, the state of a run.
 *
 *   mlruns/<experiment>/<run id, 32 hex digits>/metrics/<key>   one line a value (mlflow_metric.c)
 *                                               params/<key>    the whole file is the value (mlflow_param.c)
 *                                               tags/<key>      likewise
 *                                               meta.yaml       name, times and state of the run
 *   mlflow.db                                                   the same in tables, all runs in one file (mlflow_db.c)
 * Keys may hold '/', which makes directories. Source: mlflow/mlflow, mlflow/store/tracking/file_store.py, sqlalchemy_store.py. */
#ifndef MLWATCH_MLFLOW_H
#define MLWATCH_MLFLOW_H

#include "format.h"

enum { MLFLOW_KEY_MAX_BYTES = 250, MLFLOW_VALUE_MAX_BYTES = 8000 }; /* the limits of MLflow's own tables */

/* mlflow_key - the key of a file of the store: what stands below RUN/folder/ in its path; p is NULL when it stands in no run.
 *   folder   "metrics", "params" or "tags"; NULL for a file of the run itself, such as meta.yaml */
struct span mlflow_key(const char *path, const char *folder);

/* One metric's rows. A caller that gives no step leaves it at 0 in every row: then the rows themselves are counted, from 0. */
struct mlflow_rows {
    uint64_t n;
    bool stepped; /* a row had another step than 0 */
};
/* mlflow_step - the step of the next row, and what it counts; rows is zeroed before the first.
 *   step   as stored */
int64_t mlflow_step(struct mlflow_rows *rows, int64_t step, enum axis *axis);

/* mlflow_param, mlflow_tag - a setting of the run as a fact. Tags that say nothing about the training (notes, the user) are left
 * out, others get the name that facts have elsewhere: mlflow.source.git.commit is git_commit. */
void mlflow_param(const struct format_out *out, struct span key, struct span value);
void mlflow_tag(const struct format_out *out, struct span key, struct span value);
/* mlflow_status - the state of the run, in MLflow's words or numbers, as a fact; its end as an event. */
void mlflow_status(const struct format_out *out, uint64_t line, struct span status);

#endif
