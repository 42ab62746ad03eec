/* loss_masked - a training loss that stood high is exactly 0 from one record to the next, and the gradients give no sign of life.
 *
 * Some trainers add a NaN or infinite loss as 0 to the mean they log (Hugging Face's logging_nan_inf_filter, on by default), so a dead run
 * shows 0.0 for ever. Learning does not look like that: a loss that is learned away gets there by steps, and the norm of its gradient
 * stays a number. So it is suspected where a loss of a tenth of its first value or more becomes exactly 0 and stays, with no finite gradient
 * norm logged since. */
#include <math.h>

#include "analyzer.h"
#include "stats/past.h"
#include "stats/told.h"

struct knobs {
    double min_points, least_share;
};
struct state {
    const struct knobs *knobs;
    const struct series *series;
    double first, before;                     /* the first value; the last one that was not 0 */
    uint64_t asked, zeros;                    /* asked: to rest from values that are not 0 */
    int64_t zero_step, last_step, lives_step; /* lives_step: of the newest finite gradient norm that was heard */
    const struct past *lives;                 /* of the first such norm, which is heard no more while it is finite */
    uint64_t zero_line, last_line;
    uint16_t segment;
    struct told told;
    uint32_t episode;
};

static const char *const kinds[] = {"loss_nonfinite", NULL};
static const struct knob knobs[] = {{"loss_masked_points", "points", 5, 2, 1000, 10, 3, offsetof(struct knobs, min_points),
                                     "records in a row that are exactly 0", "our choice"},
                                    {"loss_masked_share", "share", 0.1, 0.001, 1, 0.3, 0.03, offsetof(struct knobs, least_share),
                                     "of its first value that the loss was before, at least",
                                     "a loss that is learned away comes to 0 by steps"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void init(void *state) { ((struct state *)state)->lives_step = INT64_MIN; }

static void judge(struct state *s, bool over, const struct findings *out)
{
    bool lives = s->lives_step >= s->zero_step || (s->lives && past_last(s->lives)->last_step >= s->zero_step);
    bool is = (double)s->zeros >= s->knobs->min_points && s->first > 0 && s->before >= s->knobs->least_share * s->first && !lives;
    struct finding f = {0};
    if (is) {
        f = (struct finding){.kind = "loss_nonfinite",
                             .episode = s->episode,
                             .severity = SEVERITY_WARNING,
                             .confidence = 0.75,
                             .series = s->series,
                             .source = s->series->source,
                             .segment = s->segment,
                             .onset_step = s->zero_step,
                             .first_step = s->zero_step,
                             .last_step = s->last_step,
                             .first_line = s->zero_line,
                             .last_line = s->last_line};
        finding_add(&f, "value", 0, "");
        finding_add(&f, "points", (double)s->zeros, "points");
        finding_add(&f, "from", s->before, "");
        finding_add(&f, "masked", 1, "");
    }
    told_update(&s->told, is, over || (s->zeros & (s->zeros - 1)) == 0, &f, out);
}

static void observe_loss(struct state *s, const struct point *p, const struct findings *out)
{
    if (!s->series || p->segment != s->segment) s->first = p->value, s->zeros = 0;
    s->series = p->series, s->segment = p->segment;
    s->last_step = p->step, s->last_line = p->line;
    if (p->value != 0) {
        s->before = fabs(p->value);
        s->asked = out->nth;
        rest_for(out, REST_UNTIL_0);
        if (!s->zeros) return;
        s->zeros = 0;
        judge(s, false, out);
        return;
    }
    if (!s->zeros++) s->zero_step = p->step, s->zero_line = p->line, s->episode++;
    judge(s, false, out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (p->series == s->series && rested(out, &s->asked)) s->before = fabs(out->before);
    if (!isfinite(p->value)) return;
    if (p->series->role == ROLE_LOSS_TRAIN) {
        if (!s->series || p->series == s->series) observe_loss(s, p, out);
        return;
    }
    if (p->step > s->lives_step) s->lives_step = p->step;
    if (s->told.open) judge(s, false, out);
    if (!s->lives) s->lives = p->past;
    if (p->past && p->past == s->lives) rest_for(out, REST);
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    if (s->series) judge(s, true, out);
}

const struct analyzer analyzer_loss_masked = {.name = "loss_masked",
                                              .summary = "a loss becomes exactly 0: a NaN that was masked",
                                              .source = "Hugging Face transformers, logging_nan_inf_filter",
                                              .kinds = kinds,
                                              .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_GRAD_NORM),
                                              .scope = PER_RUN,
                                              .blind = true,
                                              .state_size = sizeof(struct state),
                                              .knobs = knobs,
                                              .init = init,
                                              .observe = observe,
                                              .finish = finish};
