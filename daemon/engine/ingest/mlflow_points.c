#include "mlflow_points.h"

#include <stdlib.h>

#include "../../base/hash.h"

static struct mlflow_key_points *key_of(struct mlflow_points *p, struct span key)
{
    uint64_t h = hash64(key.p, key.n, 0);
    for (size_t i = 0; i < p->n; i++)
        if (p->keys[i].key == h) return &p->keys[i];
    if (p->n == MLFLOW_METRICS_MAX) return NULL;
    if (p->n == p->room) {
        size_t room = p->room ? 2 * p->room : 16;
        struct mlflow_key_points *more = realloc(p->keys, room * sizeof *more);
        if (!more) return NULL;
        p->keys = more;
        p->room = room;
    }
    p->keys[p->n] = (struct mlflow_key_points){.key = h, .series = -1};
    return &p->keys[p->n++];
}

void mlflow_points_add(struct mlflow_points *p, struct span key, int64_t step, double time_ms, double value, uint64_t line)
{
    struct mlflow_key_points *k = key.n && key.n <= MLFLOW_KEY_MAX_BYTES ? key_of(p, key) : NULL;
    enum axis axis;
    if (!k) {
        p->out->bad(p->out->arg, line, "a metric without a name, or one too many");
        return;
    }
    step = mlflow_step(&k->rows, step, &axis);
    if (k->series < 0 || k->axis != axis) k->series = p->out->series(p->out->arg, key, axis);
    k->axis = axis;
    if (k->series >= 0) p->out->point(p->out->arg, k->series, step, time_ms / 1000, value, line);
}

void mlflow_points_done(struct mlflow_points *p)
{
    free(p->keys);
    *p = (struct mlflow_points){0};
}
