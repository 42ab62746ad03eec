/* mlflow_points - values of MLflow's metrics, from a database or a server, become points: a series a key. */
#ifndef MLWATCH_MLFLOW_POINTS_H
#define MLWATCH_MLFLOW_POINTS_H

#include "../../format/mlflow.h"

enum { MLFLOW_METRICS_MAX = 4096 };

struct mlflow_points {
    const struct format_out *out;
    struct mlflow_key_points {
        uint64_t key; /* its hash */
        struct mlflow_rows rows;
        int series;
        enum axis axis;
    } * keys;
    size_t n, room;
};

/* mlflow_points_add - the next value of a metric, in the order in which it was logged.
 *   time_ms   as MLflow has it.  Keys beyond MLFLOW_METRICS_MAX are told as bad records. Cost: O(keys) */
void mlflow_points_add(struct mlflow_points *p, struct span key, int64_t step, double time_ms, double value, uint64_t line);
void mlflow_points_done(struct mlflow_points *p);

#endif
