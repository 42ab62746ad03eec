/* json_row - see json_row.h. */
#include "json_row.h"

#include <string.h>

#include "../../analyzers/role.h"
#include "field.h"
#include "json_scan.h"

struct glance {
    unsigned numbers, others;
    bool counts, costs, earns, scores;
};

static void glance(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    struct glance *g = arg;
    char name[FIELD_NAME_MAX_BYTES];
    (void)raw, (void)value;
    g->numbers += kind == JSON_NUMBER;
    g->others += kind == JSON_TEXT || kind == JSON_SKIPPED;
    if (kind != JSON_NUMBER || !path.n || path.n >= sizeof name) return;
    memcpy(name, path.p, path.n);
    name[path.n] = 0;
    enum role role = role_of(name).role;
    g->counts |= field_rank(field_of(path)) != FIELD_UNRANKED;
    g->costs |= role == ROLE_LOSS_TRAIN || role == ROLE_LOSS_EVAL || role == ROLE_LOSS_POLICY || role == ROLE_LOSS_VALUE;
    g->earns |= role == ROLE_RETURN;
    g->scores |= role == ROLE_SCORE_TRAIN || role == ROLE_SCORE_EVAL;
}

bool json_row(struct span object)
{
    struct glance g = {0};
    struct json_cursor c = {.p = object.p, .end = object.p + object.n};
    bool split = span_has(object, "\"train_") || span_has(object, "\"val_");
    bool worth = span_has(object, "score") || span_has(object, "fitness") || span_has(object, "reward");
    if (span_has(object, "loss") || (split && span_has(object, "\"epoch\"")) || (worth && span_has(object, "\"generation\":")))
        return true;
    if (!json_scan_object(&c, &(struct json_sink){&g, glance}) || g.others || g.numbers < 2) return false;
    return g.costs || (g.counts && (g.earns || g.scores));
}
