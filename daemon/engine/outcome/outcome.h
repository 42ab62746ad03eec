/* outcome - most fixes are tried without anybody telling: a new run of the project differs by one setting, and the finding stays away, or not.
 *
 *   settings.c  settings of two runs under canonical names, and what differs
 *   match.c     what differs against the fixes that were offered for an open incident: a trial, with the weight of its outcome
 *   verdict.c   did the finding come back in the run that tries it? Kinds of one family are one trouble
 *   record.c    trials and verdicts go to the memory, on its lane
 *   watch.c     a watched run: when its settings are compared, when it is judged, what is said
 *
 * Everything but record.c and watch.c is pure. */
#ifndef MLWATCH_OUTCOME_H
#define MLWATCH_OUTCOME_H

#include "../../base/json.h"
#include "../../base/str.h"
#include "../../knowledge/knowledge.h"
#include "../../store/store.h"

/* ---- settings ----------------------------------------------------------------------------------------------------------- */

enum { SETTINGS_MAX = 48, SETTINGS_OTHER_MAX = 256, SETTING_BYTES = 48, DIFFERENCES_MAX = 16 };

struct settings {
    struct setting {
        const char *name;          /* canonical, static */
        char value[SETTING_BYTES]; /* as logged, cut off at the end */
    } known[SETTINGS_MAX];
    size_t n;
    struct {
        uint64_t key, value;
    } other[SETTINGS_OTHER_MAX]; /* hashes of settings without a canonical name that may matter: numbers and switches */
    size_t n_other;
    bool told;         /* the log told settings: what it does not name was not set */
    uint64_t identity; /* of all of it; equal settings in the same order have the same */
};
/* A setting that is not the same in two runs; NULL: not set there. */
struct difference {
    const char *name, *was, *is;
    bool minor; /* the length of the training: it counts only where a fix asks for it */
};

/* settings_add - a fact as logged; of several spellings of one setting the first counts.  Cost: 2 us. */
void settings_add(struct settings *s, const char *key, const char *value);
/* settings_value - of a setting by its canonical name; NULL: not set. */
const char *settings_value(const struct settings *s, const char *name);
/* settings_rate - the rate that was logged as a series, where no setting names one. */
void settings_rate(struct settings *s, const char *value);
/* settings_logged_rate - the rate of the view's learning-rate series as a setting: its highest, once it no longer rises (it is constant for
 * some points, or falls: a warm-up is over). False until then.  value   "0.0003" */
bool settings_logged_rate(const struct view *v, char value[SETTING_BYTES]);
/* settings_differ - what counts as tried: seeds and bookkeeping do not.
 *   out      room for DIFFERENCES_MAX; texts are those of was and is
 *   others   a setting without a canonical name differs too
 *   returns  how many: DIFFERENCES_MAX means "at least" */
size_t settings_differ(const struct settings *was, const struct settings *is, struct difference *out, bool *others);

/* ---- trials ------------------------------------------------------------------------------------------------------------- */

/* One fix that a run tries. */
struct match {
    const char *fix; /* the offered row's */
    double weight;
};
/* outcome_match - which of the offered fixes explain what differs.
 *   d, n, others   of settings_differ
 *   out            room for RANK_MAX
 *   changes        "learning_rate 3e-4 → 3e-5, warmup_steps 0 → 500": all that a match explains; appended
 *   returns        how many. None when more than 4 settings differ: nobody can tell which of them did it
 * A watched outcome weighs 0.5 of a person's word, divided by the settings that differ; a setting counts for the first offered fix that
 * explains it. */
size_t outcome_match(const struct incident_row *i, const struct knowledge *k, const struct difference *d, size_t n, bool others,
                     struct match *out, struct str *changes);

/* ---- verdicts ----------------------------------------------------------------------------------------------------------- */

enum trial_state { TRIAL_WATCHING, TRIAL_YES, TRIAL_NO, TRIAL_WORSE };
/* trial_state_name - "watching", "yes", "no", "worse".  trial_state_of - the reverse; TRIAL_WATCHING for another word. */
const char *trial_state_name(enum trial_state s);
enum trial_state trial_state_of(const char *name);

/* outcome_judge - did the trouble of an incident come back in this run?
 *   of     its kind, series, severity and onset
 *   over   nothing more will come
 *   note   what decided, appended; nothing while it is watched
 * Worked: the series of the incident got past 1.5 times its onset (and 20 steps) without it, or the run finished at or behind the onset; never
 * while something critical is open. Not: it is there. Worse: it is there more severely, or before half of the onset. A verdict may be
 * followed by another one: what comes back late comes back. */
enum trial_state outcome_judge(const struct incident *of, const struct view *v, bool over, struct str *note);
/* outcome_same_trouble - is a finding of kind `now` the trouble that was told as `then`? Not when it is a milder form of it. */
bool outcome_same_trouble(const char *then, const char *now);

/* ---- watching ----------------------------------------------------------------------------------------------------------- */

struct live;
struct outcome_watch;

/* outcome_recall - a run that the memory knows was taken up: which trials of it are under way? It is woken when one is. One that was never
 * compared, because the daemon died before, is compared now. */
void outcome_recall(struct live *l);
/* outcome_judged - the run was judged: settings are compared when they are new, trials judged. Cost: about 1 us when nothing is new. */
void outcome_judged(struct live *l, const struct view *v);
/* outcome_busy - is the run needed by a job on the memory's lane?  outcome_free - takes NULL; not while it is. */
bool outcome_busy(const struct outcome_watch *w);
void outcome_free(struct outcome_watch *w);
/* outcome_status - trials of a run: [{"incident","fix","changes","kind","worked"}], worked "watching" or as of an outcome; a new reference. */
json_t *outcome_status(const struct outcome_watch *w);

#endif
