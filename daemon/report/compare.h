/* compare - two runs beside each other: settings that differ, where the curves part, findings on one side only, and whether what the fix of
 * the old run asks to verify holds in the new one. */
#ifndef MLWATCH_REPORT_COMPARE_H
#define MLWATCH_REPORT_COMPARE_H

#include "report.h"

enum { COMPARE_SETTINGS = 256, COMPARE_CURVES = 32, COMPARE_FINDINGS = 64, COMPARE_SYMPTOMS = 16 };

/* How the comparison is judged. */
enum { PARTED_BUCKETS = 3 }; /* in a row before curves count as parted; our choice: one or two are a spike */
#define PARTED_SD    6.0     /* of both curves' own noise together, robust; as loss_spike_height */
#define PARTED_SHARE 0.02    /* and of the old value: what nobody would call different, our choice */

struct setting_pair {
    const char *key, *old, *new; /* NULL where a run does not have it */
};
struct curve_pair {
    const struct series_view *old, *new;
    bool parted;
    int64_t step;            /* the first one at which they stand apart, for good or for PARTED_BUCKETS */
    double was, is;          /* means there */
    double old_end, new_end; /* means of the last bucket that both have */
};
enum symptom_state { SYMPTOM_GONE, SYMPTOM_THERE, SYMPTOM_NOT_REACHED };
struct symptom {
    const struct finding_view *old, *new; /* new: NULL unless it is there */
    enum symptom_state state;
};
enum verification { VERIFICATION_NONE, VERIFICATION_MET, VERIFICATION_NOT_YET, VERIFICATION_FAILED };

struct comparison {
    const struct view *old, *new;
    struct setting_pair settings[COMPARE_SETTINGS];
    struct curve_pair curves[COMPARE_CURVES];
    const struct finding_view *only_old[COMPARE_FINDINGS], *only_new[COMPARE_FINDINGS];
    struct symptom symptoms[COMPARE_SYMPTOMS]; /* of the old run's best cause, else its findings from warning on */
    const struct cause_view *cause;            /* of the old run; or NULL */
    size_t n_settings, n_curves, n_only_old, n_only_new, n_symptoms;
    enum verification verification;
};

/* compare_runs - fill in a comparison; the views must outlive it.
 * A symptom is gone when the new run has no such finding and came past the step at which the old one told it.
 * Cost: settings x settings + series x series + buckets of matching series. */
void compare_runs(const struct view *old, const struct view *new, struct comparison *ret);
/* compare_text, compare_json - for people; one object, schema mlwatch.compare/1, "\n" at its end. */
void compare_text(const struct comparison *c, const struct report_options *o, struct str *out);
void compare_json(const struct comparison *c, struct str *out);
const char *verification_name(enum verification v);
const char *symptom_state_name(enum symptom_state s);

#endif
