/* judge_befell - see befell.h. */
#include "befell.h"

#include <string.h>

#include "context.h"

enum { NEAR = 2 /* evaluations between the two */ };

static bool is_leap(const struct finding *f)
{
    return f->series && f->series->role == ROLE_LOSS_TRAIN && judge_is_sum(f->series) &&
           (strcmp(f->kind, "loss_divergence") == 0 || strcmp(f->kind, "loss_spike") == 0);
}

bool judge_befell(const struct run *r, const struct finding *f)
{
    bool fell = strcmp(f->kind, "score_drop") == 0 && finding_evidence(f, "recovered", 0) == 1;
    if (!fell || f->severity != SEVERITY_INFO || f->series->role != ROLE_SCORE_EVAL || !f->series->bounded) return false;
    double near = NEAR * judge_apart(r->series[f->series->id]);
    for (size_t i = 0; i < r->n_findings; i++) {
        const struct finding *other = &r->findings[i].f;
        bool beside = is_leap(other) && other->series->axis == f->series->axis;
        if (beside && (double)other->onset_step <= (double)f->onset_step + near &&
            (double)other->onset_step >= (double)f->onset_step - near)
            return true;
    }
    return false;
}
