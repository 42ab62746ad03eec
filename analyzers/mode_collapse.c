/* mode_collapse - in a run with a generator and a discriminator, what is generated gets much worse and stays so.
 *
 * Seen by the quality or diversity metric that is logged (FID, inception score, modes covered ...), not by the losses: those hardly
 * move in many collapses. The level of the discriminator's loss is given as evidence, for the diagnosis. Quality collapse is what a
 * metric can show; that it is modes that were lost would need samples. */
#include <string.h>

#include "stats/decline.h"
#include "stats/game.h"
#include "stats/told.h"

enum { METRICS = 10 };
struct knobs {
    double min_points, drop_share, drop_sd, critical_factor, turn_share, turn_lasted;
};
struct state {
    const struct knobs *knobs;
    uint32_t n_metrics;
    bool generator, discriminator;
    double discriminator_level;
    struct metric {
        const struct series *series;
        struct told_words told, turned; /* for good, and a little */
        double worst;
        struct decline d; /* grows, of the last one */
    } metric[METRICS];    /* behind first_size */
};

static const char *const kinds[] = {"mode_collapse", "score_drop", NULL};
static const struct knob knobs[] = {
    {"mode_collapse_points", "points", 8, 5, 1000, 12, 6, offsetof(struct knobs, min_points),
     "evaluations before anything is said", "our choice"},
    {"mode_collapse_share", "share", 0.5, 0.1, 1, 0.7, 0.3, offsetof(struct knobs, drop_share),
     "of the gain since the start that is lost", "our choice"},
    {"mode_collapse_height", "sd", 5, 2, 50, 8, 4, offsetof(struct knobs, drop_sd), "against the noise of a level",
     "as score_drop_height"},
    {"mode_collapse_critical", "x", 2, 1, 100, 3, 1.5, offsetof(struct knobs, critical_factor),
     "worse than the best from which it is critical", "our choice"},
    {"mode_collapse_turn", "share", 0.25, 0.05, 1, 0.4, 0.15, offsetof(struct knobs, turn_share),
     "of the gain that is lost from which a metric has turned: the best generator is an earlier one", "our choice"},
    {"mode_collapse_turn_lasted", "share", 0.15, 0.02, 1, 0.25, 0.1, offsetof(struct knobs, turn_lasted),
     "of the run for which it must have turned", "our choice"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static bool collapsed(const struct state *s, const struct decline_verdict *v)
{
    return !v->recovered && v->drop_share >= s->knobs->drop_share && v->drop_sd >= s->knobs->drop_sd;
}
static bool turned(const struct state *s, const struct decline_verdict *v)
{
    return !v->recovered && v->drop_share >= s->knobs->turn_share && v->drop_sd >= s->knobs->drop_sd &&
           v->lasted_share >= s->knobs->turn_lasted;
}

static struct finding finding_of(const struct state *s, const char *kind, const struct metric *m, const struct decline_verdict *v)
{
    struct finding f = {.kind = kind,
                        .episode = m->series->id + 1, /* one of each metric */
                        .confidence = fmin(0.95, 1 - 0.35 * exp(-0.5 * (v->drop_sd / s->knobs->drop_sd - 1))),
                        .series = m->series,
                        .source = m->series->source,
                        .segment = m->d.segment,
                        .onset_step = v->onset_step,
                        .first_step = v->onset_step,
                        .last_step = v->last_step,
                        .first_line = v->onset_line,
                        .last_line = v->onset_line};
    finding_add(&f, "discriminator_loss", s->discriminator_level, "");
    finding_add(&f, "from", v->best, "");
    finding_add(&f, "to", v->now, "");
    finding_add(&f, "best_step", (double)v->best_step, "");
    finding_add(&f, "ratio", v->factor, "x");
    finding_add(&f, "drop_share", v->drop_share, "share");
    finding_add(&f, "best", v->best, "");
    finding_add(&f, "now", v->now, "");
    return f;
}

static void judge(struct state *s, struct metric *m, const struct findings *out)
{
    struct decline_verdict v;
    bool known = decline_judge(&m->d, s->knobs->min_points, &v), lost = known && collapsed(s, &v);
    bool only_turned = known && !lost && !m->told.open && turned(s, &v);
    struct finding f = {0}, turn = {0};
    if (lost) f = finding_of(s, "mode_collapse", m, &v);
    if (lost) f.severity = v.factor >= s->knobs->critical_factor ? SEVERITY_CRITICAL : SEVERITY_WARNING;
    if (only_turned) turn = finding_of(s, "score_drop", m, &v);
    bool worse = lost && (!m->told.open || v.drop_sd >= m->worst);
    if (worse) m->worst = v.drop_sd;
    told_words_update(&m->told, lost, worse, &f, out);
    told_words_update(&m->turned, only_turned, false, &turn, out);
}

/* A score may be read before it is known that the run has adversaries: it is judged all the same, and told once they were heard of. */
static void keep(void *arg, const struct finding *f) { (void)arg, (void)f; }
static const struct findings later = {.emit = keep};

static bool is_game(const struct state *s) { return s->generator && s->discriminator; }

static void retell(const struct told_words *t, double discriminator_level, const struct findings *out)
{
    struct finding f = t->last;
    if (!f.kind) return;
    f.evidence[0].value = discriminator_level;
    if (t->open) f.phase = PHASE_OPENED;
    out->emit(out->arg, &f);
}

static void retell_all(const struct state *s, const struct findings *out)
{
    for (uint32_t i = 0; i < s->n_metrics; i++) {
        retell(&s->metric[i].told, s->discriminator_level, out);
        retell(&s->metric[i].turned, s->discriminator_level, out);
    }
}

static void hear_adversary(struct state *s, const struct point *p, const struct findings *out)
{
    bool before = is_game(s);
    if (p->series->role == ROLE_LOSS_GENERATOR) s->generator = true;
    if (game_discriminates(p->series->role) && isfinite(p->value)) {
        s->discriminator_level =
            s->discriminator ? s->discriminator_level + 0.05 * (p->value - s->discriminator_level) : p->value;
        s->discriminator = true;
    }
    if (!before && is_game(s)) retell_all(s, out);
}

/* The state with room for one more value of metric i; NULL when memory ran out. */
static struct state *with_room(struct state *s, uint32_t i, const struct findings *out)
{
    size_t before = offsetof(struct state, metric) + i * sizeof *s->metric + offsetof(struct metric, d);
    return state_room(s, out, before + decline_bytes(i < s->n_metrics ? s->metric[i].d.curve.used : 0));
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    uint32_t i = 0;
    if (p->series->role != ROLE_SCORE_EVAL) hear_adversary(s, p, out);
    if (p->series->role != ROLE_SCORE_EVAL || !isfinite(p->value)) return;
    while (i < s->n_metrics && s->metric[i].series != p->series) i++;
    if (i == METRICS || !(s = with_room(s, i, out))) return;
    if (i == s->n_metrics) s->metric[s->n_metrics++].series = p->series;
    uint32_t used = s->metric[i].d.curve.used;
    decline_add(&s->metric[i].d, p);
    if (s->metric[i].d.curve.used != used) judge(s, &s->metric[i], is_game(s) ? out : &later);
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    if (!is_game(s)) return;
    for (uint32_t i = 0; i < s->n_metrics; i++) judge(s, &s->metric[i], out);
    retell_all(s, out); /* with the discriminator's level at the end */
}

const struct analyzer analyzer_mode_collapse = {.name = "mode_collapse",
                                                .summary = "the generator's output gets much worse and stays so",
                                                .source = "failure knowledge F29; FID: Heusel 2017",
                                                .kinds = kinds,
                                                .wants = WANTS(ROLE_LOSS_GENERATOR) | GAME_DISCRIMINATOR | WANTS(ROLE_SCORE_EVAL),
                                                .needs = GAME_NEEDS,
                                                .scope = PER_RUN,
                                                .state_size = sizeof(struct state),
                                                .first_size = offsetof(struct state, metric),
                                                .knobs = knobs,
                                                .observe = observe,
                                                .finish = finish};
