/* upkeep - see upkeep.h: which small tables there are, and the way to the back end. */
#include "upkeep.h"

#include "store_ops.h"

static const char *const outcome_columns[] = {"incident", "fix", "worked", "note", "time", "teller", "weight", "run", NULL};
static const char *const trial_columns[] = {"run",  "incident", "fix",   "changes", "state",
                                            "note", "weight",   "began", "decided", NULL};
static const char *const setting_columns[] = {"run", "name", "value", NULL};
static const struct {
    const char *name;
    const char *const *columns;
} tables[] = {
    [UPKEEP_OUTCOME] = {"outcome", outcome_columns},
    [UPKEEP_TRIAL] = {"trial", trial_columns},
    [UPKEEP_SETTING] = {"setting", setting_columns},
};

const char *upkeep_name(enum upkeep_table which) { return tables[which].name; }
const char *const *upkeep_columns(enum upkeep_table which) { return tables[which].columns; }

enum status upkeep_hold(struct store *s, struct err *err) { return s->ops->upkeep->hold(s, err); }
void upkeep_release(struct store *s) { s->ops->upkeep->release(s); }

enum status upkeep_rows(struct store *s, enum upkeep_table which,
                        bool (*each)(void *arg, const struct upkeep_cell *cells, size_t n), void *arg, struct err *err)
{
    return s->ops->upkeep->rows(s, which, each, arg, err);
}

enum status upkeep_put(struct store *s, enum upkeep_table which, const struct upkeep_cell *cells, bool *fresh, struct err *err)
{
    return s->ops->upkeep->put(s, which, cells, fresh, err);
}

enum status upkeep_restore(struct store *s, enum status (*next)(void *arg, const struct commit **ret, struct err *err), void *arg,
                           struct err *err)
{
    return s->ops->upkeep->restore(s, next, arg, err);
}

enum status upkeep_points(struct store *s, const char *run_id, int64_t *points, bool *watched, struct err *err)
{
    return s->ops->upkeep->points(s, run_id, points, watched, err);
}

enum status upkeep_stats(struct store *s, struct upkeep_stats *ret, struct err *err)
{
    return s->ops->upkeep->stats(s, ret, err);
}

enum status upkeep_prune(struct store *s, const struct upkeep_pruning *how, struct upkeep_pruned *ret, struct err *err)
{
    return s->ops->upkeep->prune(s, how, ret, err);
}

enum status upkeep_forget_vectors(struct store *s, const char *model, bool others, struct err *err)
{
    return s->ops->upkeep->forget_vectors(s, model, others, err);
}
