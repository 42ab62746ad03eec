/* Did the trouble come back? */
#include <math.h>
#include <string.h>

#include "../../../analyzers/stats/taken_back.h"
#include "../../report/words.h"
#include "outcome.h"

/* Past the onset by half of it again, and by some steps where the onset is one of the first: what made the first run fail has had its
 * chance. Before half of the onset: the fix brought it on sooner. Ours. */
static const double PAST = 1.5, SOONER = 0.5;
enum { PAST_STEPS_MIN = 20 };

static const char *const names[] = {
    [TRIAL_WATCHING] = "watching", [TRIAL_YES] = "yes", [TRIAL_NO] = "no", [TRIAL_WORSE] = "worse"};

const char *trial_state_name(enum trial_state s) { return names[s]; }

enum trial_state trial_state_of(const char *name)
{
    for (int s = TRIAL_YES; name && s <= TRIAL_WORSE; s++)
        if (strcmp(names[s], name) == 0) return (enum trial_state)s;
    return TRIAL_WATCHING;
}

/* ---- one trouble, several kinds ------------------------------------------------------------------------------------------ */

/* The same trouble shows itself as one kind or the other, by what is logged and by how far it gets. A kind of a lower stage is a milder
 * form: a spike is no return of a divergence, a divergence is one of a spike. */
static const struct {
    const char *kind, *family;
    int stage;
} families[] = {
    {"loss_nonfinite", "blow-up", 2},
    {"grad_nonfinite", "blow-up", 2},
    {"metric_nonfinite", "blow-up", 2},
    {"weights_nonfinite", "blow-up", 2},
    {"optimizer_state_nonfinite", "blow-up", 2},
    {"loss_divergence", "blow-up", 2},
    {"grad_explosion", "blow-up", 2},
    {"weights_exploding", "blow-up", 2},
    {"loss_scale_collapse", "blow-up", 2},
    {"value_loss_explosion", "blow-up", 2},
    {"loss_spike", "blow-up", 1},
    {"grad_spike", "blow-up", 1},
    {"loss_oscillation", "blow-up", 1},
    {"loss_not_decreasing", "no learning", 2},
    {"loss_at_chance", "no learning", 2},
    {"grad_vanishing", "no learning", 2},
    {"grad_zero", "no learning", 2},
    {"weights_frozen", "no learning", 2},
    {"prediction_collapse", "no learning", 2},
    {"score_stuck", "no learning", 2},
    {"dead_units", "no learning", 2},
    {"return_flat", "no learning", 2},
    {"loss_plateau", "no learning", 1},
    {"overfitting", "no generalisation", 1},
    {"validation_divergence", "no generalisation", 1},
    {"gap_from_start", "no generalisation", 1},
    {"policy_collapse", "policy", 2},
    {"kl_blowup", "policy", 1},
    {"entropy_collapse", "policy", 1},
    {"out_of_memory", "memory", 2},
    {"memory_growth", "memory", 1},
    {"throughput_drop", "speed", 1},
    {"input_starved", "speed", 1},
};

static size_t row_of(const char *kind)
{
    size_t n = sizeof families / sizeof *families, i = 0;
    while (i < n && strcmp(families[i].kind, kind) != 0) i++;
    return i;
}

bool outcome_same_trouble(const char *then, const char *now)
{
    size_t n = sizeof families / sizeof *families, a = row_of(then), b = row_of(now);
    if (strcmp(then, now) == 0) return true;
    return a < n && b < n && strcmp(families[a].family, families[b].family) == 0 && families[b].stage >= families[a].stage;
}

/* ---- the verdict --------------------------------------------------------------------------------------------------------- */

/* The same kind tells more than its relatives; of those the first. */
static const struct finding *returned(const struct incident *of, const struct view *v)
{
    const struct finding *best = NULL;
    for (size_t i = 0; i < v->n_findings; i++) {
        const struct finding *f = &v->findings[i].finding;
        if (f->severity < SEVERITY_WARNING || taken_back(f) || !outcome_same_trouble(of->kind, f->kind)) continue;
        if (strcmp(f->kind, of->kind) == 0) return f;
        if (!best) best = f;
    }
    return best;
}

static bool troubled(const struct view *v)
{
    for (size_t i = 0; i < v->n_findings; i++) {
        const struct finding *f = &v->findings[i].finding;
        if (f->severity == SEVERITY_CRITICAL && f->phase != PHASE_CLOSED) return true;
    }
    return false;
}

/* How far the run is, counted as the incident counts: its own series, else (an incident of the whole run) the main loop. */
static bool progress(const struct incident *of, const struct view *v, int64_t *step)
{
    bool any = false;
    for (size_t i = 0; of->series && *of->series && i < v->n_series; i++) {
        const struct series_view *s = &v->series[i];
        if (!s->points || strcmp(s->series.name, of->series) != 0) continue;
        *step = any && *step > s->last_step ? *step : s->last_step;
        any = true;
    }
    if (any || (of->series && *of->series)) return any;
    *step = v->last_step;
    return v->n_series > 0;
}

static bool more_severe(const struct finding *f, const char *severity)
{
    return severity && strcmp(severity, severity_name(SEVERITY_CRITICAL)) != 0 && f->severity == SEVERITY_CRITICAL;
}

static enum trial_state came_back(const struct incident *of, const struct finding *f, struct str *note)
{
    bool sooner = of->onset_step > PAST_STEPS_MIN && (double)f->onset_step < SOONER * (double)of->onset_step;
    str_addf(note, "%s came back", f->kind);
    words_onset(note, f);
    if (sooner) {
        str_add(note, ", long before step ");
        words_count(note, of->onset_step);
    }
    if (more_severe(f, of->severity)) str_add(note, ", and is critical now");
    return sooner || more_severe(f, of->severity) ? TRIAL_WORSE : TRIAL_NO;
}

static enum trial_state stayed_away(const struct incident *of, int64_t step, bool past, struct str *note)
{
    str_addf(note, "%s stayed away up to step ", of->kind);
    words_count(note, step);
    if (past) {
        str_add(note, "; it had begun at step ");
        words_count(note, of->onset_step);
    } else str_add(note, ", where the run finished");
    return TRIAL_YES;
}

enum trial_state outcome_judge(const struct incident *of, const struct view *v, bool over, struct str *note)
{
    int64_t step = 0;
    if (!of->kind) return TRIAL_WATCHING;
    const struct finding *f = returned(of, v);
    if (f) return came_back(of, f, note);
    if (troubled(v) || !progress(of, v, &step)) return TRIAL_WATCHING;
    bool whole_run = !of->series || !*of->series, well = over && v->state != RUN_FAILED;
    bool past = !whole_run && (double)step >= PAST * (double)of->onset_step && step - of->onset_step >= PAST_STEPS_MIN;
    bool finished = well && step >= of->onset_step;
    return past || finished ? stayed_away(of, step, past, note) : TRIAL_WATCHING;
}
