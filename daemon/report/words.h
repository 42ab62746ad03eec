/* words - numbers, places and degrees of belief as people say them; shared by every format that is read by people. */
#ifndef MLWATCH_REPORT_WORDS_H
#define MLWATCH_REPORT_WORDS_H

#include "../base/model.h"
#include "../base/str.h"

enum { WORDS_TEXT_MAX = 400 }; /* characters of one piece of foreign text that are shown */

/* words_count - "20,480"; the separator is a comma whatever the locale. */
void words_count(struct str *s, int64_t n);
/* words_counted - "1 series", "1 point", "2,041 points"; plural is the word for every n but 1. */
void words_counted(struct str *s, uint64_t n, const char *singular, const char *plural);
/* words_where - "step 4,820", "steps 4,820–6,000", "epoch 3", "record 17"; "the run" for a finding without a place. */
void words_where(struct str *s, const struct finding *f);
/* words_onset - where a finding began, as "at step 4,820", "from step 4,820" for what lasts; nothing when it has no place. */
void words_onset(struct str *s, const struct finding *f);
/* words_kind - what a finding kind means in a few words: "the loss diverged". Unknown kinds lose their underscores. */
void words_kind(struct str *s, const char *kind);
/* words_belief - "likely" from 0.8, "possible" from 0.5, "perhaps" below: nothing below 0.8 is stated as the cause. */
const char *words_belief(double probability);
/* words_record - ", worked 3 of 4 here" for a fix that was tried before; nothing for others. */
void words_record(struct str *s, const struct fix_view *f);
/* words_clause - a title made ready for the middle of a sentence: first letter small unless the word is an acronym, no full stop. */
void words_clause(struct str *s, const char *title);
/* words_worked - "helped", "did not help", "made it worse" for "yes", "no", "worse"; NULL for anything else. */
const char *words_worked(const char *worked);
/* words_foreign - text from logs or templates, escaped for a terminal, at most WORDS_TEXT_MAX characters; NULL adds nothing. */
void words_foreign(struct str *s, const char *text);
/* words_source - a source's path, without the run's directory where it lies in it. */
void words_source(struct str *s, const struct view *v, const char *path);
/* words_cited - findings by id, those of one kind together: "f1, f3 loss_spike, f2 grad_spike". Indices beyond the view are skipped. */
void words_cited(struct str *s, const struct view *v, const uint16_t *index, size_t n);
/* words_evidence - "largest step 140 steps": underscores become spaces, the number has 4 digits, units follow. */
void words_evidence(struct str *s, const struct evidence *e);
/* words_unseen - what most loops log and this run does not: "gradient norm, learning rate"; nothing when all was there. */
void words_unseen(struct str *s, const struct view *v);
/* words_impossible - the finding kinds that nobody could see without an artifact, "grad_spike, grad_zero"; returns how many. */
size_t words_impossible(struct str *s, const struct unseen_view *u);
/* words_how - the line of code in the run's framework, else `how`.  words_change - "in Lightning: Trainer(gradient_clip_val=1.0)";
 * nothing when the framework is not known or has no line of its own. */
const char *words_how(const struct view *v, const struct wordings *in, const char *how);
void words_change(struct str *s, const struct view *v, const struct wordings *in);
/* words_time - "2025-03-02 14:02 UTC"; nothing for NaN. */
void words_time(struct str *s, double seconds);
/* words_duration - "3 h 12 min", "41 s"; nothing for NaN or below 0. */
void words_duration(struct str *s, double seconds);

/* view_points - points of all sources;  view_series - series that carry data of the run (not its events or silences);
 * view_roles - WANTS() bits of the roles that have points. */
uint64_t view_points(const struct view *v);
uint64_t view_series(const struct view *v);
uint64_t view_roles(const struct view *v);
/* view_decided - the best cause is probable enough (0.8) to be stated. */
bool view_decided(const struct view *v);
/* view_axis - what the run's last step counts. */
enum axis view_axis(const struct view *v);
/* view_name - the run's name, else what was printed for it; of a path the last component. */
const char *view_name(const struct view *v);
/* series_shown - is this a series of the log, not one mlwatch made (events, silence)? */
bool series_shown(const struct series_view *s);

#endif
