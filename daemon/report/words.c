/* words - how a person says it. Finding kinds are stable names for programs; the table below says what each means. */
#include "words.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct {
    const char *kind, *words;
} kinds[] = {
    {"loss_nonfinite", "the loss became NaN or infinite"},
    {"grad_nonfinite", "the gradient became NaN or infinite"},
    {"metric_nonfinite", "a metric became NaN or infinite"},
    {"weights_nonfinite", "weights became NaN or infinite"},
    {"optimizer_state_nonfinite", "the optimizer state became NaN or infinite"},
    {"loss_divergence", "the loss diverged"},
    {"loss_spike", "the loss spiked"},
    {"loss_plateau", "the loss stopped improving early"},
    {"loss_not_decreasing", "the loss never decreased"},
    {"loss_at_chance", "the loss stays at chance level"},
    {"loss_starts_high", "the loss begins far above guessing"},
    {"loss_oscillation", "the loss oscillates"},
    {"still_improving", "training ended while it still improved"},
    {"overfitting", "the model overfits"},
    {"gap_from_start", "validation was bad from the first evaluation"},
    {"validation_too_good", "validation is too good to be true"},
    {"validation_divergence", "the validation loss diverged"},
    {"score_drop", "the score dropped"},
    {"score_stuck", "the score does not move"},
    {"grad_explosion", "the gradient norm exploded"},
    {"grad_vanishing", "the gradient vanished"},
    {"grad_spike", "the gradient norm spiked"},
    {"grad_zero", "the gradient is zero"},
    {"clipping_always_on", "the gradient is always clipped"},
    {"lr_out_of_schedule", "the learning rate left its schedule"},
    {"lr_zero", "the learning rate is zero"},
    {"loss_scale_collapse", "the loss scale collapsed"},
    {"degenerate_output", "the outputs repeat themselves"},
    {"prediction_collapse", "every input gets the same prediction"},
    {"mode_collapse", "the generator collapsed"},
    {"discriminator_wins", "the discriminator overpowers the generator"},
    {"generator_wins", "the generator overpowers the discriminator"},
    {"adversarial_stalemate", "generator and discriminator are stuck"},
    {"policy_collapse", "the policy collapsed"},
    {"return_flat", "the return does not rise"},
    {"entropy_collapse", "the policy's entropy collapsed"},
    {"kl_blowup", "the policy moved too far in one update"},
    {"value_loss_explosion", "the value loss exploded"},
    {"weights_frozen", "weights do not move"},
    {"weights_exploding", "weights grow without bound"},
    {"weights_decaying", "weights shrink towards zero"},
    {"dead_units", "units are dead"},
    {"update_ratio_high", "updates are too large for the weights"},
    {"update_ratio_low", "updates are too small for the weights"},
    {"batchnorm_stats_wild", "running statistics are out of range"},
    {"optimizer_steps_differ", "some weights had few steps"},
    {"embedding_rows_untouched", "entries of an embedding never came up"},
    {"spectrum_overtrained", "a matrix uses few of its dimensions"},
    {"spectrum_undertrained", "matrices still look like random ones"},
    {"run_stalled", "the run stopped writing"},
    {"run_crashed", "the run crashed"},
    {"out_of_memory", "the run ran out of memory"},
    {"throughput_drop", "throughput dropped"},
    {"memory_growth", "memory use keeps growing"},
    {"input_starved", "the input pipeline is too slow"},
    {"restart_discontinuity", "the curves jump at a restart"},
    {"log_gap", "the log has a gap"},
    {"checkpoint_incomplete", "a checkpoint is incomplete"},
    {"checkpoint_corrupt", "a checkpoint is corrupt"},
    {"checkpoint_unsafe", "a checkpoint is unsafe to load"},
    {"checkpoint_mismatch", "a checkpoint does not fit the model"},
};

void words_count(struct str *s, int64_t n)
{
    char digits[32];
    uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    int len = snprintf(digits, sizeof digits, "%" PRIu64, size);
    if (n < 0) str_add(s, "-");
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0) str_add(s, ",");
        str_add_span(s, (struct span){digits + i, 1});
    }
}

void words_counted(struct str *s, uint64_t n, const char *singular, const char *plural)
{
    words_count(s, n > INT64_MAX ? INT64_MAX : (int64_t)n);
    str_addf(s, " %s", n == 1 ? singular : plural);
}

static bool has_place(const struct finding *f) { return f->series || f->first_step || f->last_step || f->onset_step; }
static const char *axis_of(const struct finding *f) { return f->series ? axis_name(f->series->axis) : "step"; }

void words_where(struct str *s, const struct finding *f)
{
    if (!has_place(f)) {
        str_add(s, "the run");
        return;
    }
    bool range = f->last_step > f->first_step;
    str_addf(s, "%s%s ", axis_of(f), range ? "s" : "");
    words_count(s, f->first_step);
    if (!range) return;
    str_add(s, "–");
    words_count(s, f->last_step);
}

void words_onset(struct str *s, const struct finding *f)
{
    if (!has_place(f)) return;
    bool lasts = f->last_step > f->onset_step && f->phase != PHASE_CLOSED;
    str_addf(s, "%s %s ", lasts ? "from" : "at", axis_of(f));
    words_count(s, f->onset_step);
}

void words_kind(struct str *s, const char *kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].kind, kind) == 0) {
            str_add(s, kinds[i].words);
            return;
        }
    for (; *kind; kind++) str_addf(s, "%c", *kind == '_' ? ' ' : *kind);
}

const char *words_belief(double p) { return p >= 0.8 ? "likely" : p >= 0.5 ? "possible" : "perhaps"; }

void words_clause(struct str *s, const char *title)
{
    struct span t = span_trim(span_of(title));
    while (t.n && t.p[t.n - 1] == '.') t.n--;
    size_t capitals = 0;
    for (size_t i = 0; i < t.n && t.p[i] != ' '; i++) capitals += isupper((unsigned char)t.p[i]) != 0;
    if (t.n > 1 && capitals == 1 && isupper((unsigned char)t.p[0]) && (islower((unsigned char)t.p[1]) || t.p[1] == ' ')) {
        str_addf(s, "%c", tolower((unsigned char)t.p[0]));
        t = span_from(t, 1);
    }
    str_add_printable(s, t, WORDS_TEXT_MAX);
}

const char *words_worked(const char *worked)
{
    static const char *const ends[][2] = {{"yes", "helped"}, {"no", "did not help"}, {"worse", "made it worse"}};
    for (size_t i = 0; worked && i < sizeof ends / sizeof *ends; i++)
        if (strcmp(worked, ends[i][0]) == 0) return ends[i][1];
    return NULL;
}

void words_foreign(struct str *s, const char *text) { str_add_printable(s, span_of(text), WORDS_TEXT_MAX); }

static const char *below(const char *path, const char *root)
{
    size_t n = root ? strlen(root) : 0;
    while (n && root[n - 1] == '/') n--;
    return n && strncmp(path, root, n) == 0 && path[n] == '/' && path[n + 1] ? path + n + 1 : NULL;
}

void words_source(struct str *s, const struct view *v, const char *path)
{
    if (!path) return;
    const char *in_path = below(path, v->path), *in_run = below(path, v->run);
    words_foreign(s, in_path ? in_path : in_run ? in_run : path);
}

void words_cited(struct str *s, const struct view *v, const uint16_t *index, size_t n)
{
    size_t begin = s->n;
    for (size_t i = 0; i < n; i++) {
        if (index[i] >= v->n_findings) continue;
        const char *kind = v->findings[index[i]].finding.kind;
        bool said = false;
        for (size_t j = 0; j < i; j++) said |= index[j] < v->n_findings && strcmp(v->findings[index[j]].finding.kind, kind) == 0;
        for (size_t j = i; j < n && !said; j++)
            if (index[j] < v->n_findings && strcmp(v->findings[index[j]].finding.kind, kind) == 0)
                str_addf(s, "%s%s", s->n > begin ? ", " : "", v->findings[index[j]].id);
        if (!said) str_addf(s, "\xC2\xA0%s", kind);
    }
}

void words_evidence(struct str *s, const struct evidence *e)
{
    for (const char *c = e->name; *c; c++) str_addf(s, "%c", *c == '_' ? ' ' : *c);
    str_add(s, " ");
    if (fabs(e->value) < 1e15 && fabs(e->value) >= 1000 && e->value == floor(e->value)) words_count(s, (int64_t)e->value);
    else str_add_number(s, e->value);
    if (e->unit && *e->unit) {
        str_add(s, " ");
        words_foreign(s, e->unit);
    }
}

void words_unseen(struct str *s, const struct view *v)
{
    bool first = true;
    for (size_t i = 0; i < v->n_unseen; i++) {
        if (!v->unseen[i].artifact->usual) continue;
        if (!first) str_add(s, ", ");
        words_foreign(s, v->unseen[i].artifact->artifact);
        first = false;
    }
}

size_t words_impossible(struct str *s, const struct unseen_view *u)
{
    for (size_t i = 0; i < u->n_findings; i++) str_addf(s, "%s%s", i ? ", " : "", u->findings[i]);
    return u->n_findings;
}

const char *words_how(const struct view *v, const struct wordings *in, const char *how)
{
    const char *text = wording_in(in, v->kit);
    return text ? text : how;
}

void words_change(struct str *s, const struct view *v, const struct wordings *in)
{
    const char *text = wording_in(in, v->kit);
    if (!text) return;
    str_addf(s, "in %s: ", v->kit->title);
    words_foreign(s, text);
}

void words_time(struct str *s, double seconds)
{
    char text[40];
    struct tm tm;
    if (!isfinite(seconds) || fabs(seconds) > 1e11) return;
    time_t t = (time_t)seconds;
    if (gmtime_r(&t, &tm) && strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &tm)) str_add(s, text);
}

void words_record(struct str *s, const struct fix_view *f)
{
    if (f->times) str_addf(s, ", worked %u of %u here", f->times_worked, f->times);
}

void words_duration(struct str *s, double seconds)
{
    if (!isfinite(seconds) || seconds < 0 || seconds > 1e12) return;
    int64_t t = (int64_t)llround(seconds);
    if (t < 120) str_addf(s, "%" PRId64 " s", t);
    else if (t < 7200) str_addf(s, "%" PRId64 " min", t / 60);
    else if (t < 172800) str_addf(s, "%" PRId64 " h %" PRId64 " min", t / 3600, t / 60 % 60);
    else str_addf(s, "%" PRId64 " days %" PRId64 " h", t / 86400, t / 3600 % 24);
}

bool series_shown(const struct series_view *s) { return s->series.role != ROLE_EVENT && s->series.role != ROLE_SILENCE; }

uint64_t view_points(const struct view *v)
{
    uint64_t n = 0;
    for (size_t i = 0; i < v->n_sources; i++) n += v->sources[i].points;
    return n;
}

uint64_t view_series(const struct view *v)
{
    uint64_t n = 0;
    for (size_t i = 0; i < v->n_series; i++) n += series_shown(&v->series[i]) && v->series[i].points;
    return n;
}

uint64_t view_roles(const struct view *v)
{
    uint64_t roles = 0;
    for (size_t i = 0; i < v->n_series; i++)
        if (v->series[i].points) roles |= WANTS(v->series[i].series.role);
    return roles;
}

enum axis view_axis(const struct view *v)
{
    for (size_t i = 0; i < v->n_series; i++)
        if (series_shown(&v->series[i]) && v->series[i].points && v->series[i].last_step == v->last_step)
            return v->series[i].series.axis;
    return AXIS_STEP;
}

bool view_decided(const struct view *v) { return v->n_causes && v->causes[0].diagnosis.probability >= 0.8; }

const char *view_name(const struct view *v)
{
    const char *name = v->name && *v->name ? v->name : v->run && *v->run ? v->run : "run";
    return path_name(name);
}
