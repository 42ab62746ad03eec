/* entry - causes, fixes and artifacts from their files: the keys of each as a table (keyed.h), and what must hold beyond their types. */
#include "entry.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../analyzers/fact_key.h"
#include "keyed.h"
#include "kit.h"
#include "vocabulary.h"

#define AT(type_, member) offsetof(struct type_, member)
static const struct keyed_key clue_keys[] = {
    {"finding", TYPE_TEXT, OPTIONAL, AT(clue, finding), 0, NULL},
    {"absent", TYPE_TEXT, OPTIONAL, AT(clue, absent), 0, NULL},
    {"evidence", TYPE_TEXT, OPTIONAL, AT(clue, evidence), 0, NULL},
    {"fact", TYPE_TEXT, OPTIONAL, AT(clue, fact), 0, NULL},
    {"equals", TYPE_TEXT, OPTIONAL, AT(clue, equals), 0, NULL},
    {"event", TYPE_TEXT, OPTIONAL, AT(clue, event), 0, NULL},
    {"says", TYPE_TEXT, OPTIONAL, AT(clue, says), 0, NULL},
    {"role", TYPE_ROLE, OPTIONAL, AT(clue, role), 0, NULL},
    {"min", TYPE_NUMBER, OPTIONAL, AT(clue, min), 0, NULL},
    {"max", TYPE_NUMBER, OPTIONAL, AT(clue, max), 0, NULL},
    {"ratio", TYPE_NUMBER, REQUIRED, AT(clue, ratio), 0, NULL},
    {"why", TYPE_TEXT, OPTIONAL, AT(clue, why), 0, NULL},
    {0},
};
static const struct keyed_key separator_keys[] = {
    {"artifact", TYPE_TEXT, REQUIRED, AT(separator, artifact), 0, NULL},
    {"why", TYPE_TEXT, REQUIRED, AT(separator, why), 0, NULL},
    {"how", TYPE_TEXT, REQUIRED, AT(separator, how), 0, NULL},
    {"role", TYPE_ROLE, OPTIONAL, AT(separator, role), 0, NULL},
    {"in", TYPE_WORDINGS, OPTIONAL, AT(separator, in), 0, NULL},
    {0},
};
static const struct clue open_clue = {.min = -INFINITY, .max = INFINITY};
static const struct keyed_object clue_object = {clue_keys, sizeof(struct clue), &open_clue};
static const struct keyed_object separator_object = {separator_keys, sizeof(struct separator), NULL};
static const struct keyed_key cause_keys[] = {
    {"id", TYPE_TEXT, REQUIRED, AT(cause, id), 0, NULL},
    {"title", TYPE_TEXT, REQUIRED, AT(cause, title), 0, NULL},
    {"explanation", TYPE_TEXT, REQUIRED, AT(cause, explanation), 0, NULL},
    {"source", TYPE_TEXT, REQUIRED, AT(cause, source), 0, NULL},
    {"prior", TYPE_NUMBER, REQUIRED, AT(cause, prior), 0, NULL},
    {"clues", TYPE_OBJECTS, REQUIRED, AT(cause, clues), AT(cause, n_clues), &clue_object},
    {"separators", TYPE_OBJECTS, REQUIRED, AT(cause, separators), AT(cause, n_separators), &separator_object},
    {"fixes", TYPE_TEXTS, REQUIRED, AT(cause, fixes), AT(cause, n_fixes), NULL},
    {0},
};
static const struct keyed_key works_keys[] = {
    {"for", TYPE_NUMBER, REQUIRED, AT(fix, works_for), 0, NULL},
    {"against", TYPE_NUMBER, REQUIRED, AT(fix, works_against), 0, NULL},
    {0},
};
static const struct keyed_object works_object = {works_keys, 0, NULL};
static const struct keyed_key change_keys[] = {
    {"setting", TYPE_TEXT, REQUIRED, AT(change, setting), 0, NULL},
    {"direction", TYPE_TEXT, REQUIRED, AT(change, direction), 0, NULL},
    {"value", TYPE_TEXT, OPTIONAL, AT(change, value), 0, NULL},
    {0},
};
static const struct keyed_object change_object = {change_keys, sizeof(struct change), NULL};
static const struct keyed_key fix_keys[] = {
    {"id", TYPE_TEXT, REQUIRED, AT(fix, id), 0, NULL},
    {"title", TYPE_TEXT, REQUIRED, AT(fix, title), 0, NULL},
    {"action", TYPE_TEXT, REQUIRED, AT(fix, action), 0, NULL},
    {"expect", TYPE_TEXT, REQUIRED, AT(fix, expect), 0, NULL},
    {"verify", TYPE_TEXT, REQUIRED, AT(fix, verify), 0, NULL},
    {"risk", TYPE_TEXT, REQUIRED, AT(fix, risk), 0, NULL},
    {"source", TYPE_TEXT, REQUIRED, AT(fix, source), 0, NULL},
    {"works", TYPE_OBJECT, REQUIRED, 0, 0, &works_object},
    {"gain", TYPE_NUMBER, REQUIRED, AT(fix, gain), 0, NULL},
    {"cost", TYPE_NUMBER, REQUIRED, AT(fix, cost), 0, NULL},
    {"harm", TYPE_NUMBER, OPTIONAL, AT(fix, harm), 0, NULL},
    {"in", TYPE_WORDINGS, OPTIONAL, AT(fix, in), 0, NULL},
    {"changes", TYPE_OBJECTS, OPTIONAL, AT(fix, changes), AT(fix, n_changes), &change_object},
    {0},
};
static const struct keyed_key artifact_keys[] = {
    {"id", TYPE_TEXT, REQUIRED, AT(artifact, id), 0, NULL},
    {"artifact", TYPE_TEXT, REQUIRED, AT(artifact, artifact), 0, NULL},
    {"role", TYPE_ROLE, REQUIRED, AT(artifact, role), 0, NULL},
    {"also", TYPE_ROLES, OPTIONAL, AT(artifact, also), 0, NULL},
    {"only_with", TYPE_ROLES, OPTIONAL, AT(artifact, only_with), 0, NULL},
    {"unless", TYPE_ROLES, OPTIONAL, AT(artifact, unless), 0, NULL},
    {"fact", TYPE_TEXT, OPTIONAL, AT(artifact, fact), 0, NULL},
    {"equals", TYPE_TEXT, OPTIONAL, AT(artifact, equals), 0, NULL},
    {"findings", TYPE_TEXTS, REQUIRED, AT(artifact, findings), AT(artifact, n_findings), NULL},
    {"how", TYPE_TEXT, REQUIRED, AT(artifact, how), 0, NULL},
    {"in", TYPE_WORDINGS, OPTIONAL, AT(artifact, in), 0, NULL},
    {"not_in", TYPE_TEXTS, OPTIONAL, AT(artifact, not_in), AT(artifact, n_not_in), NULL},
    {"place", TYPE_NUMBER, REQUIRED, AT(artifact, place), 0, NULL},
    {"usual", TYPE_FLAG, OPTIONAL, AT(artifact, usual), 0, NULL},
    {0},
};

static bool known_event(const char *name)
{
    for (int e = EVENT_NONE + 1; e < EVENT_INSPECTED; e++)
        if (!strcmp(event_name((enum event)e), name)) return true;
    return false;
}

/* what is wrong with a clue, NULL when nothing is */
static const char *clue_fault(const struct clue *c)
{
    bool number = c->evidence || (c->fact && !c->equals), limited = isfinite(c->min) || isfinite(c->max);
    if (!c->finding && !c->absent && !c->fact && !c->event && c->role == ROLE_NONE) return "has no condition";
    if (c->finding && !kind_known(c->finding)) return "finding is no finding kind (daemon/knowledge/vocabulary.c)";
    if (c->absent && !kind_known(c->absent)) return "absent is no finding kind (daemon/knowledge/vocabulary.c)";
    if (c->absent && c->role == ROLE_NONE) return "absent needs the role that must have been logged";
    if (c->evidence && !c->finding) return "evidence needs a finding";
    if (c->equals && !c->fact) return "equals needs a fact";
    if (c->evidence && c->fact && !c->equals) return "min and max cannot belong to evidence and fact at once";
    if (c->fact && (!fact_key(c->fact) || strcmp(fact_key(c->fact), c->fact))) return "fact is no canonical setting (fact_key.c)";
    if (c->event && !known_event(c->event)) return "event is no event";
    if (c->says && !c->event && !c->finding) return "says needs the event or the finding whose words it looks at";
    if (number != limited) return number ? "needs min or max" : "has a min or max that nothing is compared with";
    if (c->min > c->max) return "min is above max";
    if (!(c->ratio > 0)) return "ratio must be above 0";
    if (c->ratio > 1000) return "ratio must be at most 1000";
    return NULL;
}

/* "causes/overfitting.json" is the file of "overfitting" */
static bool file_of(const char *name, const char *id)
{
    const char *stem = path_name(name);
    size_t n = strlen(id);
    return !strncmp(stem, id, n) && !strcmp(stem + n, ".json");
}

static bool within(double x, double low, double high) { return x >= low && x <= high; }

enum status entry_cause(const char *name, struct span text, struct arena *arena, struct cause *ret, struct err *err)
{
    struct keyed_reader r = {.file = name, .arena = arena, .err = err};
    struct cause c = {0};
    enum status s = keyed_read(&r, text, &(struct keyed_object){cause_keys, sizeof c, NULL}, &c);
    if (s) return s;
    if (!file_of(name, c.id)) return keyed_wrong(&r, "id", "differs from the name of the file");
    if (!(c.prior > 0 && c.prior < 1)) return keyed_wrong(&r, "prior", "must lie between 0 and 1, both excluded");
    for (size_t i = 0; i < c.n_clues; i++) {
        const char *fault = clue_fault(&c.clues[i]);
        if (!fault) continue;
        snprintf(r.path, sizeof r.path, "clues[%zu]:", i);
        return keyed_wrong(&r, "", fault);
    }
    *ret = c;
    return OK;
}

/* what is wrong with a change, NULL when nothing is */
static const char *change_fault(const struct change *c)
{
    static const char *const directions[] = {"down", "up", "on", "to", "other"};
    bool known = false;
    for (size_t i = 0; i < sizeof directions / sizeof *directions; i++) known = known || !strcmp(c->direction, directions[i]);
    if (!known) return "direction is down, up, on, to or other";
    if (!c->value != (strcmp(c->direction, "to") != 0)) return "value and the direction \"to\" go together";
    return !fact_key(c->setting) || strcmp(fact_key(c->setting), c->setting) ? "setting is no canonical setting (fact_key.c)"
                                                                             : NULL;
}

enum status entry_fix(const char *name, struct span text, struct arena *arena, struct fix *ret, struct err *err)
{
    struct keyed_reader r = {.file = name, .arena = arena, .err = err};
    struct fix f = {.harm = 0.29}; /* 29 of 100 sampled repairs added a fault (Islam 2020) */
    enum status s = keyed_read(&r, text, &(struct keyed_object){fix_keys, sizeof f, NULL}, &f);
    if (s) return s;
    if (!file_of(name, f.id)) return keyed_wrong(&r, "id", "differs from the name of the file");
    if (!(f.works_for > 0) || !(f.works_against > 0)) return keyed_wrong(&r, "works", "must have two counts above 0");
    if (f.works_for / (f.works_for + f.works_against) > 0.8 + 1e-9)
        return keyed_wrong(&r, "works", "may not start above 0.8: no published number says more");
    if (!within(f.gain, 0, 1)) return keyed_wrong(&r, "gain", "must lie in [0, 1]");
    if (!within(f.cost, 0, 1)) return keyed_wrong(&r, "cost", "must lie in [0, 1]");
    if (!within(f.harm, 0, 1)) return keyed_wrong(&r, "harm", "must lie in [0, 1]");
    for (size_t i = 0; i < f.n_changes; i++) {
        const char *fault = change_fault(&f.changes[i]);
        if (!fault) continue;
        snprintf(r.path, sizeof r.path, "changes[%zu]:", i);
        return keyed_wrong(&r, "", fault);
    }
    *ret = f;
    return OK;
}

enum status entry_artifact(const char *name, struct span text, struct arena *arena, struct artifact *ret, struct err *err)
{
    struct keyed_reader r = {.file = name, .arena = arena, .err = err};
    struct artifact a = {0};
    enum status s = keyed_read(&r, text, &(struct keyed_object){artifact_keys, sizeof a, NULL}, &a);
    if (s) return s;
    if (!file_of(name, a.id)) return keyed_wrong(&r, "id", "differs from the name of the file");
    if (!a.n_findings) return keyed_wrong(&r, "findings", "is empty");
    for (size_t i = 0; i < a.n_findings; i++)
        if (!kind_known(a.findings[i]))
            return keyed_wrong(&r, "findings", "holds a word that is no finding kind (daemon/knowledge/vocabulary.c)");
    for (size_t i = 0; i < a.n_not_in; i++)
        if (!kit_by_id(a.not_in[i]))
            return keyed_wrong(&r, "not_in", "names a framework that is not known (daemon/knowledge/kit.c)");
    if (!a.fact != !a.equals) return keyed_wrong(&r, "fact", "and equals go together");
    if (a.fact && (!fact_key(a.fact) || strcmp(fact_key(a.fact), a.fact)))
        return keyed_wrong(&r, "fact", "is no canonical setting (fact_key.c)");
    *ret = a;
    return OK;
}

static const struct keyed_key calibration_keys[] = {
    {"id", TYPE_TEXT, REQUIRED, offsetof(struct calibration, id), 0, NULL},
    {"slope", TYPE_NUMBER, REQUIRED, offsetof(struct calibration, slope), 0, NULL},
    {"intercept", TYPE_NUMBER, REQUIRED, offsetof(struct calibration, intercept), 0, NULL},
    {"behind_slope", TYPE_NUMBER, OPTIONAL, offsetof(struct calibration, behind_slope), 0, NULL},
    {"behind_intercept", TYPE_NUMBER, OPTIONAL, offsetof(struct calibration, behind_intercept), 0, NULL},
    {"runs", TYPE_NUMBER, REQUIRED, offsetof(struct calibration, runs), 0, NULL},
    {"source", TYPE_TEXT, REQUIRED, offsetof(struct calibration, source), 0, NULL},
    {0},
};

enum status entry_calibration(const char *name, struct span text, struct arena *arena, struct calibration *ret, struct err *err)
{
    struct keyed_reader r = {.file = name, .arena = arena, .err = err};
    struct calibration c = {0};
    enum status s = keyed_read(&r, text, &(struct keyed_object){calibration_keys, sizeof c, NULL}, &c);
    if (s) return s;
    if (!file_of(name, c.id)) return keyed_wrong(&r, "id", "differs from the name of the file");
    if (!within(c.slope, 0.05, 20))
        return keyed_wrong(&r, "slope", "must lie in [0.05, 20]: a higher sum of clues is never less likely");
    if (!within(c.intercept, -20, 20)) return keyed_wrong(&r, "intercept", "must lie in [-20, 20]");
    if (!within(c.behind_slope, 0, 20)) return keyed_wrong(&r, "behind_slope", "must lie in [0, 20]");
    if (!within(c.behind_intercept, -20, 20)) return keyed_wrong(&r, "behind_intercept", "must lie in [-20, 20]");
    *ret = c;
    return OK;
}
