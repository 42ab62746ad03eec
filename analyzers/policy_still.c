/* policy_still - each update leaves the policy what it was.
 *
 * An agent whose steps are too short, or whose weights reach no optimizer, wanders in its returns as any policy does, and of few of them, each the
 * mean of many episodes, nobody can say that they did not rise. Two other numbers of the log say it: how far the policy moved in an update
 * (its divergence from the one before) is nothing at all, all along, and its entropy is the same number from the first to the last. Either alone may be a column
 * that is never filled or an action space of its own; both together, in the log of an agent that is paid, are a policy that does not move. Where the returns are
 * many they are judged themselves (return_flat).
 * Source: Schulman 2017 (PPO: the divergence from the policy before). */
#include "stats/told.h"
#include "stats/track_level.h"

enum { TRACKS = 6 };
struct knobs {
    double min_points, returns, divergence, same;
};
struct state {
    const struct knobs *knobs;
    struct track track[TRACKS];
    uint32_t n;
    struct told told;
};

static const char *const kinds[] = {"return_flat", NULL};
static const struct knob knobs[] = {{"policy_still_points", "points", 8, 5, 100000, 16, 6, offsetof(struct knobs, min_points),
                                     "values of both before anything is said", "as entropy_collapse_points"},
                                    {"policy_still_returns", "points", 32, 8, 1000000, 32, 32, offsetof(struct knobs, returns),
                                     "returns that are many", "return_flat_at_end"},
                                    {"policy_still_divergence", "nats", 1e-6, 0, 0.001, 1e-8, 1e-5,
                                     offsetof(struct knobs, divergence), "from one policy to the next that is none",
                                     "Schulman 2017: targets of 0.003 to 0.03 while a policy learns"},
                                    {"policy_still_same", "share", 0.001, 0, 0.05, 0.0001, 0.003, offsetof(struct knobs, same),
                                     "of its first value that the entropy has moved by at most", "what four printed digits show"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static bool stands(const struct state *s, const struct track *e)
{
    double first = fabs(e->curve->buckets[0].mean);
    return first > 0 && track_high(e) - track_low(e) <= s->knobs->same * first;
}

static bool is_still(const struct state *s, const struct track *kl, const struct track *e)
{
    if (!kl || !e || fmin((double)kl->curve->points, (double)e->curve->points) < s->knobs->min_points || !track_begins(kl))
        return false;
    return fmax(track_high(kl), -track_low(kl)) <= s->knobs->divergence && stands(s, e);
}

static void judge(struct state *s, bool over, const struct findings *out)
{
    const struct track *r = track_of_role(s->track, s->n, ROLE_RETURN);
    bool is = r && (double)r->curve->points < s->knobs->returns &&
              is_still(s, track_of_role(s->track, s->n, ROLE_KL), track_of_role(s->track, s->n, ROLE_ENTROPY));
    struct finding f = {0};
    if (is) {
        f = track_finding(r, "return_flat", 0);
        f.severity = SEVERITY_WARNING;
        f.confidence = 0.95;
        finding_add(&f, "from", track_level(r, 0, 0.1), "");
        finding_add(&f, "to", track_level(r, 0.9, 1), "");
        finding_add(&f, "best", track_high(r), "");
        finding_add(&f, "noise", track_noise(r), "sd");
        finding_add(&f, "points", (double)r->curve->points, "points");
        finding_add(&f, "still", 1, "");
    }
    told_update(&s->told, is, over, &f, out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    struct track *t = track_add(s->track, &s->n, TRACKS, p);
    if (p->series->role == ROLE_KL && track_fills(t)) judge(s, false, out);
}

static void finish(void *state, const struct findings *out) { judge(state, true, out); }

const struct analyzer analyzer_policy_still = {.name = "policy_still",
                                               .summary = "each update leaves an agent's policy what it was",
                                               .source = "Schulman 2017 (divergence from the policy before)",
                                               .kinds = kinds,
                                               .wants = WANTS(ROLE_KL) | WANTS(ROLE_ENTROPY) | WANTS(ROLE_RETURN),
                                               .needs = WANTS(ROLE_KL),
                                               .scope = PER_RUN,
                                               .state_size = sizeof(struct state),
                                               .knobs = knobs,
                                               .observe = observe,
                                               .finish = finish};
