/* field - see field.h. Rows that can be a step stand in order of preference: the earlier one wins in a record that has both.
 * Names are those of the tools listed in README.md; counters whose meaning differs between tools stand last in their kind. */
#include "field.h"

#include <ctype.h>
#include <math.h>

#include "../base/num.h"

static const struct field fields[] = {
    {"global_step/max_steps", FIELD_STEP_OF_ALL},
    {"global_step", FIELD_STEP},
    {"trainer/global_step", FIELD_STEP},
    {"global_iter", FIELD_STEP},
    {"global_iteration", FIELD_STEP},
    {"time/total_timesteps", FIELD_STEP},
    {"total_timesteps", FIELD_STEP},
    {"timesteps_total", FIELD_STEP},
    {"misc/total_timesteps", FIELD_STEP},
    {"num_timesteps", FIELD_STEP},
    {"timestepssofar", FIELD_STEP},
    {"totalenvinteracts", FIELD_STEP},
    {"totalenvsteps", FIELD_STEP},
    {"totalsteps", FIELD_STEP}, /* of dowel and garage */
    {"num_env_steps_sampled", FIELD_STEP},
    {"num_env_steps_sampled_lifetime", FIELD_STEP},
    {"env_runners/num_env_steps_sampled_lifetime", FIELD_STEP},
    {"total_env_steps", FIELD_STEP},
    {"env_steps", FIELD_STEP},
    {"env_step", FIELD_STEP},
    {"timesteps", FIELD_STEP},
    {"timestep", FIELD_STEP},
    {"time_step", FIELD_STEP},
    {"current_steps", FIELD_STEP},
    {"current_step", FIELD_STEP},
    {"optimizer_step", FIELD_STEP},
    {"step", FIELD_STEP},
    {"steps", FIELD_STEP},
    {"_step", FIELD_STEP},
    {"train_step", FIELD_STEP},
    {"training_step", FIELD_STEP},
    {"step_num", FIELD_STEP},
    {"num_steps", FIELD_STEP},
    {"n_steps", FIELD_STEP},
    {"num_updates", FIELD_STEP},
    {"update", FIELD_STEP},
    {"updates", FIELD_STEP},
    {"up_", FIELD_STEP}, /* "Up. 500" of Marian */
    {"iteration", FIELD_STEP},
    {"iterations", FIELD_STEP},
    {"training_iteration", FIELD_STEP},
    {"iter", FIELD_STEP},
    {"iters", FIELD_STEP},
    {"iter_num", FIELD_STEP},
    {"n_iter", FIELD_STEP},
    {"num_iter", FIELD_STEP},
    {"it", FIELD_STEP},
    {"itr", FIELD_STEP},
    {"time/iterations", FIELD_STEP},
    {"n_updates", FIELD_STEP},
    {"total_steps", FIELD_STEP},
    {"boosting_round", FIELD_STEP},
    {"round", FIELD_STEP},
    {"generation", FIELD_STEP}, /* of an evolution */
    {"tick", FIELD_STEP},
    {"progress/tick/mean", FIELD_STEP}, /* of EDM's stats.jsonl */
    {"frame", FIELD_STEP},              /* of a game: one step of the environment, or a few */
    {"frames", FIELD_STEP},
    {"frame_idx", FIELD_STEP},
    {"total_frames", FIELD_STEP},
    {"num_frames", FIELD_STEP},
    {"batch_idx", FIELD_STEP},
    {"batch_id", FIELD_STEP},
    {"batch_index", FIELD_STEP},
    {"batch_num", FIELD_STEP},
    {"batch", FIELD_STEP},
    {"minibatch", FIELD_STEP},
    {"步数", FIELD_STEP},
    {"迭代", FIELD_STEP},
    {"迭代次数", FIELD_STEP},
    {"ステップ", FIELD_STEP},
    {"global_episode", FIELD_EPISODE}, /* beside the episode of a phase */
    {"total_episode", FIELD_EPISODE},
    {"episode", FIELD_EPISODE},
    {"episodes", FIELD_EPISODE},
    {"episodessofar", FIELD_EPISODE},
    {"num_episodes", FIELD_EPISODE},
    {"n_episodes", FIELD_EPISODE},
    {"n_episode", FIELD_EPISODE},
    {"total_episodes", FIELD_EPISODE},
    {"episodes_total", FIELD_EPISODE},
    {"time/episodes", FIELD_EPISODE},
    {"episode_num", FIELD_EPISODE},
    {"回合", FIELD_EPISODE},
    {"エピソード", FIELD_EPISODE},
    {"game", FIELD_EPISODE},
    {"episode_idx", FIELD_EPISODE},
    {"i_episode", FIELD_EPISODE},
    {"ep", FIELD_EPISODE}, /* in a console log also an epoch: text/count.c */
    {"consumed_samples", FIELD_SAMPLE},
    {"consumed_train_samples", FIELD_SAMPLE},
    {"samples_seen", FIELD_SAMPLE},
    {"seen_samples", FIELD_SAMPLE},
    {"examples_seen", FIELD_SAMPLE},
    {"samples", FIELD_SAMPLE},
    {"epoch", FIELD_EPOCH},
    {"current_epoch", FIELD_EPOCH},
    {"num_epochs_done", FIELD_EPOCH},
    {"epoch_num", FIELD_EPOCH},
    {"epoch_idx", FIELD_EPOCH},
    {"n_epoch", FIELD_EPOCH},
    {"epochs", FIELD_EPOCH},
    {"ep_", FIELD_EPOCH},
    {"轮次", FIELD_EPOCH}, /* Chinese and Japanese: epoch, step, episode */
    {"训练轮次", FIELD_EPOCH},
    {"轮数", FIELD_EPOCH},
    {"周期", FIELD_EPOCH},
    {"エポック", FIELD_EPOCH},
    {"エポック数", FIELD_EPOCH},

    {"timestamp", FIELD_TIME},
    {"_timestamp", FIELD_TIME},
    {"wall_time", FIELD_TIME},
    {"walltime", FIELD_TIME},
    {"time", FIELD_TIME},
    {"ts", FIELD_TIME},
    {"datetime", FIELD_TIME},
    {"date", FIELD_TIME},
    {"created_at", FIELD_TIME},
    {"logged_at", FIELD_TIME},

    {"elapsed", FIELD_CLOCK},
    {"elapsed_time", FIELD_CLOCK},
    {"elapsed_s", FIELD_CLOCK},
    {"timeelapsed", FIELD_CLOCK},
    {"misc/time_elapsed", FIELD_CLOCK},
    {"time_elapsed", FIELD_CLOCK},
    {"time/time_elapsed", FIELD_CLOCK},
    {"time_total_s", FIELD_CLOCK},
    {"total_time", FIELD_CLOCK},
    {"runtime", FIELD_CLOCK},
    {"_runtime", FIELD_CLOCK},
    {"wall", FIELD_CLOCK},
    {"train_wall", FIELD_CLOCK},
    {"eta", FIELD_CLOCK},
    {"remaining", FIELD_CLOCK},
    {"remaining_time", FIELD_CLOCK},
    {"train_time", FIELD_CLOCK},
    {"eval_runtime", FIELD_CLOCK},
    {"percentage", FIELD_CLOCK},

    {"max_steps", FIELD_SETTING},
    {"max_iters", FIELD_SETTING},
    {"max_epochs", FIELD_SETTING},
    {"num_epochs", FIELD_SETTING},
    {"num_train_epochs", FIELD_SETTING},
    {"total_epochs", FIELD_SETTING},
    {"batch_size", FIELD_SETTING},
    {"global_batch_size", FIELD_SETTING},
    {"train_batch_size", FIELD_SETTING},
    {"micro_batch_size", FIELD_SETTING},
    {"gradient_accumulation_steps", FIELD_SETTING},
    {"weight_decay", FIELD_SETTING},
    {"warmup_steps", FIELD_SETTING},
    {"logging_steps", FIELD_SETTING},
    {"eval_steps", FIELD_SETTING},
    {"save_steps", FIELD_SETTING},
    {"seed", FIELD_SETTING},
    {"world_size", FIELD_SETTING},
    {"optimizer", FIELD_SETTING},
    {"model", FIELD_SETTING},
    {"model_name", FIELD_SETTING},
    {"dataset", FIELD_SETTING},
    {"env_id", FIELD_SETTING},
    {"dtype", FIELD_SETTING},
    {"hostname", FIELD_SETTING},
    {"git_commit", FIELD_SETTING},

    {"train_runtime", FIELD_SUMMARY},
};
enum { N_FIELDS = sizeof fields / sizeof *fields };

static const struct field unknown = {"", FIELD_VALUE}, setting = {"", FIELD_SETTING};
static const char *const wrappers[] = {"train/", "trainer/", "training/", "charts/", "global/", "progress/"};

static const char *const setting_groups[] = {"config/", "args/", "hparams/", "hyperparameters/", "hyper_parameters/"};

static bool starts_with_any(struct span name, const char *const *list, size_t n, size_t *length)
{
    for (size_t i = 0; i < n; i++) {
        *length = strlen(list[i]);
        if (name.n > *length && span_starts(name, list[i])) return true;
    }
    return false;
}

static size_t canonical(struct span name, char out[FIELD_NAME_MAX_BYTES])
{
    size_t n = name.n < FIELD_NAME_MAX_BYTES ? name.n : FIELD_NAME_MAX_BYTES;
    for (size_t i = 0; i < n; i++) {
        char c = name.p[i];
        out[i] = c == '-' || c == ' ' || c == '.' ? '_' : (char)tolower((unsigned char)c);
    }
    return n;
}

static const struct field *lookup(struct span name)
{
    for (size_t i = 0; i < N_FIELDS; i++)
        if (fields[i].name[0] == name.p[0] && span_is(name, fields[i].name)) return &fields[i];
    return NULL;
}

const struct field *field_of(struct span name)
{
    char text[FIELD_NAME_MAX_BYTES];
    name = span_trim(name);
    struct span whole = {text, canonical(name, text)};
    if (!whole.n) return &unknown;
    size_t prefix;
    if (starts_with_any(whole, setting_groups, sizeof setting_groups / sizeof *setting_groups, &prefix)) return &setting;
    const struct field *f = lookup(whole);
    if (!f && starts_with_any(whole, wrappers, sizeof wrappers / sizeof *wrappers, &prefix)) f = lookup(span_from(whole, prefix));
    return f ? f : &unknown;
}

bool field_speaks_of_training(struct span name)
{
    char text[FIELD_NAME_MAX_BYTES];
    if (field_rank(field_of(name)) < FIELD_UNRANKED) return true;
    if (!name.n || name.n >= sizeof text) return false;
    memcpy(text, name.p, name.n);
    text[name.n] = 0;
    return role_of(text).role != ROLE_NONE;
}

int field_rank(const struct field *f) { return field_axis(f->kind) == AXIS_RECORD ? FIELD_UNRANKED : (int)(f - fields); }

bool field_is_size(const struct field *f) { return f->kind == FIELD_SAMPLE && strcmp(f->name, "samples") == 0; }

enum axis field_axis(enum field_kind kind)
{
    switch (kind) {
    case FIELD_STEP:
    case FIELD_STEP_OF_ALL: return AXIS_STEP;
    case FIELD_EPISODE: return AXIS_EPISODE;
    case FIELD_SAMPLE: return AXIS_SAMPLE;
    case FIELD_EPOCH: return AXIS_EPOCH;
    default: return AXIS_RECORD;
    }
}

double field_time(double value)
{
    if (value > 1e15 && value < 1e17) value /= 1e6;
    else if (value > 1e12 && value < 1e14) value /= 1e3;
    return value > 1e9 && value < 1e11 ? value : NAN;
}

/* digits - exactly n decimal digits at p as a number; -1 when one is something else. */
static int digits(const char *p, size_t n)
{
    int v = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9') return -1;
        v = v * 10 + (p[i] - '0');
    }
    return v;
}

/* zone_seconds - "Z", "+01:00", "+0100", "-05" behind a clock time; 0 for anything else. */
static double zone_seconds(struct span t)
{
    t = span_trim(t);
    if (t.n < 3 || (t.p[0] != '+' && t.p[0] != '-')) return 0;
    int hours = digits(t.p + 1, 2), minutes = 0;
    if (t.n >= 6 && t.p[3] == ':') minutes = digits(t.p + 4, 2);
    else if (t.n >= 5) minutes = digits(t.p + 3, 2);
    if (hours < 0 || minutes < 0) return 0;
    return (t.p[0] == '-' ? -1 : 1) * (hours * 3600.0 + minutes * 60.0);
}

static int leap_days(int year) { return year / 4 - year / 100 + year / 400; }

/* day_number - days since 1970-01-01, of the Gregorian calendar; the 31st of a shorter month is in the next one. */
static int day_number(int year, int month, int day)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    bool leap = leap_days(year) > leap_days(year - 1);
    return 365 * (year - 1970) + leap_days(year - 1) - leap_days(1969) + before[month - 1] + (leap && month > 2) + day - 1;
}

double field_time_text(struct span t)
{
    t = span_trim(t);
    if (t.n < 19 || t.p[4] != '-' || t.p[7] != '-' || (t.p[10] != 'T' && t.p[10] != ' ') || t.p[13] != ':' || t.p[16] != ':')
        return NAN;
    int year = digits(t.p, 4), month = digits(t.p + 5, 2), day = digits(t.p + 8, 2);
    int hour = digits(t.p + 11, 2), minute = digits(t.p + 14, 2), second = digits(t.p + 17, 2);
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 60)
        return NAN;
    double at = day_number(year, month, day) * 86400.0 + hour * 3600 + minute * 60 + second, scale = 0.1;
    size_t i = 19;
    if (i < t.n && (t.p[i] == '.' || t.p[i] == ','))
        for (i++; i < t.n && isdigit((unsigned char)t.p[i]); i++, scale /= 10) at += scale * (t.p[i] - '0');
    return field_time(at - zone_seconds(span_from(t, i)));
}

bool field_step_of_all(struct span text, double *step)
{
    text = span_trim(text);
    const char *slash = memchr(text.p ? text.p : "", '/', text.n);
    if (!slash) return false;
    size_t at = (size_t)(slash - text.p);
    int64_t now, all;
    if (!num_integer(span_trim((struct span){text.p, at}), &now)) return false;
    if (!num_integer(span_trim(span_from(text, at + 1)), &all)) return false;
    *step = (double)now;
    return true;
}

bool field_is_step(double v) { return fabs(v) <= 0x1p53 && v == (double)(int64_t)v; }

/* rewind_base - a restart in an earlier epoch: the base that this epoch had, by the mean length of the epochs so far. */
static int64_t rewind_base(const struct stepper *s, double epoch)
{
    double passed = s->epoch - s->first_epoch, now = epoch - s->first_epoch;
    if (now <= 0 || passed <= 0) return 0;
    return (int64_t)((double)s->base * fmin(now / passed, 1));
}

/* wraps - did the count start again because an epoch ended? An equal count is a wrap from the third row on: one row an epoch,
 * each with the epoch's length; once alone it is two rows of the same step. */
static bool wraps(struct stepper *s, int64_t raw, double epoch)
{
    if (raw > s->last) s->fixed = false;
    if (epoch <= s->epoch || raw > s->last) return false;
    if (raw < s->last) return true;
    bool again = s->fixed;
    s->fixed = raw > 0;
    return again;
}

int64_t stepper_next(struct stepper *s, int64_t raw, double epoch)
{
    bool has_epoch = isfinite(epoch);
    if (s->begun && s->epoch_known && has_epoch) {
        bool forward = wraps(s, raw, epoch);
        if (forward && __builtin_add_overflow(s->base, s->last, &s->base)) s->base = 0;
        if (!forward && epoch < s->epoch) s->base = rewind_base(s, epoch);
    }
    if (has_epoch && !s->epoch_known) s->first_epoch = epoch, s->epoch_known = true;
    if (has_epoch || !s->epoch_known) s->last = raw;
    if (has_epoch) s->epoch = epoch;
    s->begun = true;
    int64_t step;
    return __builtin_add_overflow(s->base, raw, &step) ? raw : step;
}
