/* entropy_collapse - the policy has become certain, and not of anything good.
 *
 * A policy that has learned its task needs no entropy any more, so low entropy is no fault while the return stands near its best, well
 * above where it began. It is one when the return never rose, or has fallen from its best: nothing is tried any more that could
 * mend it. It is one as well when each update still moves the policy far, as its divergence from the policy before tells: who has found the
 * one good answer has come to rest. So it is where a single update took it: one that left the policy it came from by a nat or so
 * has not found anything, it was thrown there. And it is one when next to nothing is left of it before a third of the run is over, whatever the return had
 * come to: a policy that learns becomes certain as its return rises, and a return that stands still for the rest of such a run has nothing to learn from. Where no return is logged it is worth knowing. Both signs are logged; an entropy that changes its sign belongs to
 * continuous actions, has no zero to fall to, and is left alone. */
#include <math.h>

#include "stats/told.h"
#include "stats/track_level.h"
#include "stats/track_pair.h"

enum { TRACKS = 4 };
struct knobs {
    double share, least, floor, min_points, lasted, effect, restless, thrown, gone, soon;
};
struct state {
    const struct knobs *knobs;
    struct track track[TRACKS];
    uint32_t n;
    struct told told;
};

static const char *const kinds[] = {"entropy_collapse", NULL};
static const struct knob knobs[] = {
    {"entropy_collapse_share", "share", 0.05, 0.001, 0.5, 0.02, 0.1, offsetof(struct knobs, share),
     "of its early level that is left", "seeded training runs: not below 0.5 in healthy ones"},
    {"entropy_collapse_least", "nats", 0.05, 0, 5, 0.1, 0.02, offsetof(struct knobs, least),
     "that there must have been: below it nothing can be lost", "our choice"},
    {"entropy_collapse_floor", "nats", 0.01, 0, 1, 0.001, 0.03, offsetof(struct knobs, floor),
     "or that is left whatever there was: the first update may take it all",
     "of two actions the likelier is then taken 499 times of 500"},
    {"entropy_collapse_points", "points", 8, 8, 100000, 30, 8, offsetof(struct knobs, min_points),
     "values before anything is said", "our choice: a short run of a library that logs once a rollout has ten"},
    {"entropy_collapse_lasted", "share", 0.2, 0.05, 1, 0.3, 0.1, offsetof(struct knobs, lasted),
     "of the run for which it must have been low", "as discriminator_lasted"},
    {"entropy_collapse_effect", "sd", 2, 0.5, 20, 1, 3, offsetof(struct knobs, effect),
     "above its start that the return must stand to have been learned", "Cohen 1988: 0.8 is a large effect of single values"},
    {"entropy_collapse_restless", "nats", 0.03, 0.005, 5, 0.1, 0.02, offsetof(struct knobs, restless),
     "of divergence from one policy to the next, while it is certain, above which it has not come to rest",
     "Schulman 2017: targets of 0.003 to 0.03 while a policy learns"},
    {"entropy_collapse_thrown", "nats", 0.7, 0.1, 20, 1.5, 0.4, offsetof(struct knobs, thrown),
     "of divergence in the update that made it certain: no learning does that",
     "a hundred times the targets of Schulman 2017; ln 2: what was chosen every time is chosen every second time"},
    {"entropy_collapse_gone", "share", 0.001, 0.00001, 0.05, 0.0003, 0.003, offsetof(struct knobs, gone),
     "of its early level that is next to nothing, though the return rose",
     "seeded training runs: 0.018 at least in healthy ones"},
    {"entropy_collapse_soon", "share", 0.34, 0.05, 1, 0.2, 0.5, offsetof(struct knobs, soon),
     "of the run after which that is no collapse any more: it had time to learn", "our choice"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* The return stands well above its start, and not far below its best. */
static bool learned(const struct state *s, const struct track *r)
{
    double level[TRACK_BUCKETS], best = -INFINITY;
    size_t n = track_levels(r, level), tenth = (n + 9) / 10;
    double first = robust_median(level, tenth), now = robust_median(level + n - tenth, tenth), noise = track_noise(r);
    for (size_t i = 0; i < n; i++) best = fmax(best, level[i]);
    return now - first > s->knobs->effect * noise && now > first && now >= first + (best - first) / 2;
}

/* Do the updates go on moving a policy that is certain? */
static bool is_restless(const struct state *s)
{
    const struct track *kl = track_of_role(s->track, s->n, ROLE_KL);
    return kl && (double)kl->curve->points >= s->knobs->min_points && track_level(kl, 0.5, 1) >= s->knobs->restless &&
           track_level(kl, 1 - s->knobs->lasted, 1) >= s->knobs->restless / 2;
}

/* Did it go for good, when most of the run still lay ahead, by updates of which one threw the policy far from what it was? */
static bool was_thrown(const struct state *s, const struct track *e, double early)
{
    const struct track *kl = track_of_role(s->track, s->n, ROLE_KL);
    double mean[TRACK_BUCKETS], most = 0;
    size_t n = track_means(e, mean), i = n;
    while (i > 0 && fabs(mean[i - 1]) <= s->knobs->share * early) i--;
    if (!kl || i == n || (double)i > s->knobs->soon * (double)n || early < s->knobs->least) return false;
    for (uint32_t k = 0; k < kl->curve->used && kl->curve->buckets[k].first_step <= e->curve->buckets[i].first_step; k++)
        most = fmax(most, kl->curve->buckets[k].max);
    return most >= s->knobs->thrown;
}

/* Was next to nothing left of it, for good, when most of the run still lay ahead, and has the return stood still since? */
static bool gone_soon(const struct state *s, const struct track *e, const struct track *r, double early)
{
    double mean[TRACK_BUCKETS], level[TRACK_BUCKETS];
    size_t n = track_means(e, mean), i = n;
    while (i > 0 && fabs(mean[i - 1]) <= s->knobs->gone * early) i--;
    if (i == n || (double)i > s->knobs->soon * (double)n || early < s->knobs->least) return false;
    size_t m = track_levels(r, level);
    return level[m - 1] - track_at(r, level, e->curve->buckets[i].first_step) <= s->knobs->effect * track_noise(r);
}

static bool collapsed(const struct state *s, const struct track *e, double *early, double *now)
{
    if ((double)e->curve->points < s->knobs->min_points || e->curve->used < 8 || !track_begins(e)) return false;
    if (track_low(e) < 0 && track_high(e) > 0) return false;
    *early = fabs(track_level(e, 0, 0.1));
    *now = fabs(track_level(e, 1 - s->knobs->lasted, 1));
    bool fell = *early >= s->knobs->least && *now <= s->knobs->share * *early;
    return fell || (*now <= s->knobs->floor && fmax(fabs(track_low(e)), fabs(track_high(e))) > 0); /* all 0: not computed */
}

static size_t onset_of(const struct state *s, const struct track *e, double early)
{
    double mean[TRACK_BUCKETS];
    size_t i = track_means(e, mean) - 1;
    while (i > 0 && fabs(mean[i - 1]) <= fmax(s->knobs->share * early, s->knobs->floor)) i--;
    return i;
}

/* While the run goes on a return may still be logged, so without one it is told at the end. */
static void judge(struct state *s, bool over, const struct findings *out)
{
    const struct track *e = track_of_role(s->track, s->n, ROLE_ENTROPY), *r = track_of_role(s->track, s->n, ROLE_RETURN);
    double early = 0, now = 0;
    bool known = r && r->curve->used >= 8;
    bool rose = known && learned(s, r), is = e && (known || over) && collapsed(s, e, &early, &now);
    is = is && !(rose && !is_restless(s) && !was_thrown(s, e, early) && !(over && gone_soon(s, e, r, early)));
    struct finding f = {0};
    if (is) {
        f = track_finding(e, "entropy_collapse", onset_of(s, e, early));
        f.severity = known ? SEVERITY_WARNING : SEVERITY_INFO;
        f.confidence = known ? 0.88 : 0.6;
        finding_add(&f, "from", early, "nats");
        finding_add(&f, "to", now, "nats");
        finding_add(&f, "share", early > 0 ? now / early : 1, "share");
        finding_add(&f, "return_known", known, "");
        finding_add(&f, "return_rose", rose, "");
    }
    told_update(&s->told, is, over || s->told.severity != f.severity, &f, out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    struct track *t = track_add(s->track, &s->n, TRACKS, p);
    if (p->series->role == ROLE_ENTROPY && track_fills(t)) judge(s, false, out);
}

static void finish(void *state, const struct findings *out) { judge(state, true, out); }

const struct analyzer analyzer_entropy_collapse = {.name = "entropy_collapse",
                                                   .summary = "the policy becomes certain without having learned",
                                                   .source = "Williams & Peng 1991 (entropy bonus); Mnih 2016",
                                                   .kinds = kinds,
                                                   .wants = WANTS(ROLE_ENTROPY) | WANTS(ROLE_RETURN) | WANTS(ROLE_KL),
                                                   .needs = WANTS(ROLE_ENTROPY),
                                                   .scope = PER_RUN,
                                                   .state_size = sizeof(struct state),
                                                   .knobs = knobs,
                                                   .observe = observe,
                                                   .finish = finish};
