/* restart_discontinuity - after a restart the loss does not stand where it stood.
 *
 * A resumed run starts again at its checkpoint's step; what it logs there must agree with what was logged there before, within noise.
 * Compared are the medians of the first values after the seam and of the values before it at the same steps (or, where no steps
 * overlap, the last ones). A restart from the very beginning is a new run in an old file and is not judged. */
#include <math.h>

#include "analyzer.h"
#include "stats/past.h"
#include "stats/robust.h"

#define ANEW 0.8 /* of the height: five values at the level of the first are no noise */
enum { KEPT = 64, COMPARED = 5 };
struct knobs {
    double height_sd, height_factor, undone, anew;
};
struct state {
    const struct knobs *knobs;
    struct scale scale;
    double kept[KEPT]; /* the segment so far, on the scale: levels of `width` values each */
    int64_t apart;     /* steps from each value to the next, while they are the same */
    bool placed;       /* they are not: first steps are kept */
    uint32_t used, width, in_last;
    uint64_t points;
    double recent[32];
    uint32_t n_recent; /* last values of the segment */
    double first, best;
    int64_t first_step, last_step;
    uint16_t segment;
    bool begun, pending;
    struct seam { /* behind first_size, as step: most logs have none, and go on evenly */
        double level, noise, after[COMPARED];
        uint32_t n_after;
        int64_t onset_step, back_steps;
        uint64_t onset_line;
        uint32_t episode;
    } seam;
    int64_t step[KEPT]; /* the first one of each level */
};

static const char *const kinds[] = {"restart_discontinuity", NULL};
static const struct knob knobs[] = {{"restart_height", "sd", 3, 2, 100, 5, 2.5, offsetof(struct knobs, height_sd),
                                     "how far from the old level the new one must be",
                                     "failure knowledge F47: 3 sd; 24 seeded restarts that lost nothing stay below 1.5"},
                                    {"restart_factor", "x", 1.1, 1.01, 100, 1.3, 1.05, offsetof(struct knobs, height_factor),
                                     "and at least this factor", "our choice"},
                                    {"restart_undone", "share", 0.2, 0, 1, 0.3, 0.1, offsetof(struct knobs, undone),
                                     "and this share of the progress made", "seeded training runs"},
                                    {"restart_anew", "share", 0.75, 0.3, 1, 0.85, 0.65, offsetof(struct knobs, anew),
                                     "of the way back to the first value, from which less of the height is enough",
                                     "as silent_restart_back"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void start_segment(struct state *s, const struct point *p, double y)
{
    s->used = s->in_last = 0;
    s->width = 1;
    s->placed = false;
    s->points = 0;
    s->n_recent = 0;
    s->first = s->best = y;
    s->first_step = p->step;
    s->segment = p->segment;
    s->begun = true;
}

/* Where the values of a level begin. */
static int64_t begins(const struct state *s, uint32_t i)
{
    return s->placed ? s->step[i] : s->first_step + s->apart * (int64_t)((uint64_t)i * s->width);
}

/* Does the value lie as far from the last as those before it? */
static bool is_even(struct state *s, int64_t step)
{
    if (s->points == 1) s->apart = step - s->last_step;
    return !s->points || step - s->last_step == s->apart;
}

/* From here on first steps are kept; NULL when memory ran out. */
static struct state *keep_steps(struct state *s, const struct findings *out)
{
    s = state_whole(s, out);
    for (uint32_t i = 0; s && i < s->used; i++) s->step[i] = begins(s, i);
    if (s) s->placed = true;
    return s;
}

/* As a curve does (stats/curve.h), on the scale of this analyzer. */
static void keep(struct state *s, int64_t step, double y)
{
    double *last = &s->kept[s->used - (s->used != 0)];
    s->points++;
    if (s->used && s->in_last < s->width) {
        *last += (y - *last) / ++s->in_last;
        return;
    }
    if (s->used == KEPT) {
        for (uint32_t i = 0; i < KEPT / 2; i++) {
            double a = s->kept[2 * i], b = s->kept[2 * i + 1];
            s->kept[i] = a + (b - a) / 2;
            if (s->placed) s->step[i] = s->step[2 * i];
        }
        s->used /= 2;
        s->width *= 2;
    }
    if (s->placed) s->step[s->used] = step;
    s->kept[s->used++] = y;
    s->in_last = 1;
}

static double level_at(const struct state *s, int64_t step)
{
    double nearest = NAN;
    for (uint32_t i = 0; i < s->used && begins(s, i) <= step; i++) nearest = s->kept[i];
    return nearest;
}

static void seam(struct state *s, const struct point *p)
{
    uint32_t n = s->n_recent < 32 ? s->n_recent : 32;
    int64_t usual = n > 1 ? (s->last_step - s->first_step) / (int64_t)(s->points > 1 ? s->points - 1 : 1) : 1;
    s->pending = n >= COMPARED && p->step > s->first_step + 2 * usual;
    s->seam.level = level_at(s, p->step);
    s->seam.noise = fmax(robust_noise(s->recent, n), s->scale.linear ? 1e-12 : 0.01);
    s->seam.n_after = 0;
    s->seam.onset_step = p->step;
    s->seam.onset_line = p->line;
    s->seam.back_steps = s->last_step - p->step;
}

static void judge(struct state *s, const struct point *p, const struct findings *out)
{
    double after = robust_median(s->seam.after, COMPARED), jump = after - s->seam.level, progress = fmax(s->first - s->best, 0);
    s->pending = false;
    double to_initial = progress > 0 ? jump / (s->first - s->seam.level) : NAN;
    bool anew = to_initial >= s->knobs->anew && to_initial <= 2 - s->knobs->anew;
    if (!(jump > (anew ? ANEW : 1) * s->knobs->height_sd * s->seam.noise) || jump < s->knobs->undone * progress) return;
    if (!s->scale.linear && jump < log(s->knobs->height_factor)) return;
    struct finding f = {.kind = "restart_discontinuity",
                        .severity = SEVERITY_WARNING,
                        .episode = ++s->seam.episode,
                        .series = p->series,
                        .confidence = fmin(0.97, 1 - 0.3 * exp(-0.5 * (jump / s->seam.noise / s->knobs->height_sd - 1))),
                        .source = p->source,
                        .segment = p->segment,
                        .onset_step = s->seam.onset_step,
                        .first_step = s->seam.onset_step,
                        .last_step = p->step,
                        .first_line = s->seam.onset_line,
                        .last_line = p->line};
    finding_add(&f, "from", scale_back(&s->scale, s->seam.level), "");
    finding_add(&f, "to", scale_back(&s->scale, after), "");
    finding_add(&f, "jump_ratio", s->scale.linear ? NAN : exp(jump), "x");
    finding_add(&f, "jump_sd", jump / s->seam.noise, "sd");
    finding_add(&f, "to_initial", to_initial, "share");
    finding_add(&f, "back_steps", (double)s->seam.back_steps, "steps");
    out->emit(out->arg, &f);
}

RARELY static void look(struct state *s, const struct point *p, const struct findings *out)
{
    if (scale_turns(&s->scale, p->value)) s->begun = s->pending = false;
    double y = s->scale.linear ? p->value : past_log(p->past, p->value), first = s->first, best = s->best;
    bool new_segment = s->begun && p->segment != s->segment;
    if (new_segment && !(s = state_whole(s, out))) return;
    if (new_segment) seam(s, p);
    if (!s->begun || new_segment) start_segment(s, p, y);
    if (new_segment) s->first = first, s->best = best; /* progress is the run's, not the segment's */
    if (s->pending) {
        s->seam.after[s->seam.n_after++] = y;
        if (s->seam.n_after == COMPARED) judge(s, p, out);
    }
    if (!s->placed && !is_even(s, p->step) && !(s = keep_steps(s, out))) return;
    keep(s, p->step, y);
    s->recent[s->n_recent++ % 32] = y;
    if (y < s->best) s->best = y;
    s->last_step = p->step;
}

/* Is it one more value of the newest level, as far from the last as those before it? */
static inline bool goes_on(const struct state *s, const struct point *p)
{
    return s->in_last < s->width && s->begun && !s->pending && !s->placed && !s->scale.linear && p->segment == s->segment &&
           p->past && p->past->newest == p->value && p->value >= 0 && s->points > 1 && p->step - s->last_step == s->apart;
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (!isfinite(p->value)) return;
    if (!goes_on(s, p)) {
        look(s, p, out);
        return;
    }
    double y = p->past->log, *level = &s->kept[s->used - 1];
    *level += (y - *level) / ++s->in_last;
    s->points++;
    s->recent[s->n_recent++ % 32] = y;
    if (y < s->best) s->best = y;
    s->last_step = p->step;
}

const struct analyzer analyzer_restart_discontinuity = {.name = "restart_discontinuity",
                                                        .summary = "after a restart the loss stands elsewhere",
                                                        .source = "failure knowledge F47 resume_state_lost",
                                                        .kinds = kinds,
                                                        .wants = WANTS(ROLE_LOSS_TRAIN),
                                                        .scope = PER_SERIES,
                                                        .blind = true,
                                                        .state_size = sizeof(struct state),
                                                        .first_size = offsetof(struct state, seam),
                                                        .knobs = knobs,
                                                        .observe = observe};
