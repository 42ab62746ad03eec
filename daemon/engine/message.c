#include "message.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "../../analyzers/checkup/checkup.h"
#include "../../analyzers/kind.h"

static void add_factor(struct str *out, double ratio)
{
    if (isfinite(ratio) && ratio >= 1e5) str_addf(out, "%.0e×", ratio);
    else if (isfinite(ratio) && ratio >= 10) str_addf(out, "%.0f×", ratio);
    else if (isfinite(ratio) && ratio >= 0.01) str_addf(out, "%.2g×", ratio);
    else if (isfinite(ratio)) str_addf(out, "%.0e×", ratio);
    else str_add(out, "without bound");
}

static void add_recovery(struct str *out, const struct finding *f)
{
    double recovered = finding_evidence(f, "recovered", NAN);
    if (recovered == 1) str_add(out, ", and came back");
    else if (recovered == 0) str_add(out, ", and has not come back yet");
}

/* score_drop: a score of which less is better rises when it gets worse. */
static const char *now_words(const struct finding *f)
{
    if (finding_evidence(f, "recovered", 0) != 1) return "is now";
    return finding_evidence(f, "to", 0) > finding_evidence(f, "best", INFINITY) ? "rose to" : "fell to";
}

/* What lr_out_of_schedule saw (its enum how). */
static const char *how_words(double how)
{
    static const char *const words[] = {
        "does not follow its schedule",
        "had come down and rises again",
        "is still in its warm-up at the end of the run",
        "has hardly come down when the run ends: its schedule was made for more steps",
        "is all but 0 long before the end: its schedule was made for fewer steps",
        "jumps above all it was",
        "is at its peak long before the declared end of the warm-up",
        "climbs above all it was",
        "falls on a line that comes to 0 long before the end: its schedule was made for fewer steps",
        "leaves the line of its warm-up and goes on up, faster and faster",

        "never moved, though the settings declare a schedule: another one was handed in, or it is never stepped"};
    size_t at = how >= 1 && how < sizeof words / sizeof *words ? (size_t)how : 0;
    return words[at];
}

/* gap_from_start: apart from the first evaluation on, or from a later one that still lay within the first epoch. */
static const char *gap_words(const struct finding *f, bool when)
{
    bool first_epoch = finding_evidence(f, "first_epoch", 0) == 1;
    if (when) return first_epoch ? "when the first epoch was not over" : "at the first evaluation";
    return first_epoch ? "the two parted before any row had been seen twice" : "the two never met";
}

/* loss_oscillation: waves, or the same way again and again. */
static void add_swing(struct str *out, const struct finding *f)
{
    bool again = !isnan(finding_evidence(f, "explained", NAN));
    str_add(out, again ? "goes the same way every " : "has swung between about ");
    str_add_number(out, finding_evidence(f, again ? "period" : "from", NAN));
    str_add(out, again ? " steps and swings by " : " and ");
    if (again) add_factor(out, finding_evidence(f, "swing", NAN));
    else str_add_number(out, finding_evidence(f, "to", NAN));
    if (again) {
        str_add(out, " each time: its batches are not exchangeable");
        return;
    }
    str_addf(out, " since %s %" PRId64 " and got nowhere: ", axis_name(f->series ? f->series->axis : AXIS_STEP), f->onset_step);
    str_add_number(out, finding_evidence(f, "waves", NAN));
    str_add(out, " waves in the second half of the run");
}

static void fill(const struct finding *f, const char *sentence, struct str *out);

static const char over[] = "; that is over";

/* One placeholder; name has no braces. */
static void add_value(struct str *out, const struct finding *f, struct span name)
{
    char key[48];
    char form = name.n && (name.p[name.n - 1] == '*' || name.p[name.n - 1] == '%') ? name.p[name.n - 1] : 0;
    snprintf(key, sizeof key, "%.*s", (int)(name.n - (form != 0)), name.p);
    if (span_is(name, "series") && f->series && f->series->role == ROLE_EVENT) str_add(out, "a value, by the log's own words,");
    else if (span_is(name, "series")) str_add_printable(out, span_of(f->series ? f->series->name : "the run"), 80);
    else if (span_is(name, "axis")) str_add(out, axis_name(f->series ? f->series->axis : AXIS_STEP));
    else if (span_is(name, "onset")) str_addf(out, "%" PRId64, f->onset_step);
    else if (span_is(name, "first")) str_addf(out, "%" PRId64, f->first_step);
    else if (span_is(name, "last")) str_addf(out, "%" PRId64, f->last_step);
    else if (span_is(name, "line")) str_addf(out, "%" PRIu64, f->quote_line ? f->quote_line : f->first_line);
    else if (span_is(name, "recovery")) add_recovery(out, f);
    else if (span_is(name, "good_return"))
        str_add(out, finding_evidence(f, "return_rose", 0) == 1 ? ", although the return had risen" : " without a good return");
    else if (span_is(name, "came_back")) str_add(out, finding_evidence(f, "recovered", 0) == 1 ? ", and came back" : "");
    else if (span_is(name, "stays")) str_add(out, f->phase == PHASE_CLOSED ? ", and has come back" : " and has not come back");
    else if (span_is(name, "is_lost")) str_add(out, f->phase == PHASE_CLOSED ? over : ": what was learned is lost");
    else if (span_is(name, "is_over")) str_add(out, f->phase == PHASE_CLOSED ? over : "");
    else if (span_is(name, "now_words")) str_add(out, now_words(f));
    else if (span_is(name, "value") && finding_evidence(f, "masked", 0) == 1)
        str_add(out, "exactly 0, which is how some trainers log NaN,");
    else if (span_is(name, "how_words")) str_add(out, how_words(finding_evidence(f, "how", 0)));
    else if (span_is(name, "swing_words")) add_swing(out, f);
    else if (span_is(name, "when_words")) str_add(out, gap_words(f, true));
    else if (span_is(name, "apart_words")) str_add(out, gap_words(f, false));
    else if (span_is(name, "reference_words"))
        str_add(out, finding_evidence(f, "by_layer", 0) == 1 ? "the last layer's" : "its early level");
    else if (checkup_words(f, key)) fill(f, checkup_words(f, key), out);
    else if (isnan(finding_evidence(f, key, NAN)) && finding_evidence(f, key, 1) == 1) str_add(out, "?");
    else if (form == '*') add_factor(out, finding_evidence(f, key, NAN));
    else if (form == '%') str_addf(out, "%.0f %%", 100 * finding_evidence(f, key, NAN));
    else str_add_number(out, finding_evidence(f, key, NAN));
}

static void fill(const struct finding *f, const char *sentence, struct str *out)
{
    for (const char *p = sentence; *p;) {
        const char *open = strchr(p, '{'), *close = open ? strchr(open, '}') : NULL;
        if (!close) {
            str_add(out, p);
            return;
        }
        str_add_span(out, (struct span){p, (size_t)(open - p)});
        add_value(out, f, (struct span){open + 1, (size_t)(close - open - 1)});
        p = close + 1;
    }
}

/* Of what no curve shows by itself (analyzers/whole_run.c). */
static const char alike[] =
    "{series} went from {from} to {to} over {points} values; no curve by itself says enough, but all of them together "
    "look like a faulty run's ({runs_alike%} sure)";

void message_of(const struct finding *f, struct str *out)
{
    const struct kind *k = kind_of(f->kind);
    const char *of_checkpoint = checkup_sentence(f);
    bool together = !isnan(finding_evidence(f, "runs_alike", NAN));
    fill(f, of_checkpoint ? of_checkpoint : together ? alike : k ? k->message : f->kind, out);
}
