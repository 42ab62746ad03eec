/* explanation_parts - what the files of an explanation share, and nobody else.
 *
 *   explanation.c        what happened, why, what to do: from the view
 *   explanation/say.c    how a sentence is said: by a template, with values in its slots, and with what it cites
 *   explanation/alike.c  from the memory: incidents that this one resembles, what was tried then, and whether it helped */
#ifndef MLWATCH_EXPLANATION_PARTS_H
#define MLWATCH_EXPLANATION_PARTS_H

#include "../explanation.h"

/* explanation_say - one sentence; dropped when it cites nothing, when the template is not there, or beyond EXPLANATION_MAX.
 *   section, template  of templates/reports/explain.json;  cites  what cite_... gave
 *   ...                names and values of up to 8 slots; NULL ends them */
void explanation_say(struct explanation *e, const char *section, const char *template, const char *cites, ...);

/* Pieces of text, kept as long as the explanation, never NULL. explanation_keep - of a buffer, which is freed.
 * explanation_keepf - up to 255 bytes. */
const char *explanation_keep(struct explanation *e, struct str *s);
const char *explanation_keepf(struct explanation *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* explanation_percent - "84 %".  explanation_clause - a title as the middle of a sentence.  explanation_kind - a finding kind in words. */
const char *explanation_percent(struct explanation *e, double probability);
const char *explanation_clause(struct explanation *e, const char *title);
const char *explanation_kind(struct explanation *e, const char *kind);
/* explanation_prefixed - before, text, after; "" when there is no text.  explanation_day - " (the day)", "" for none. */
const char *explanation_prefixed(struct explanation *e, const char *before, const char *text, const char *after);
const char *explanation_day(struct explanation *e, double seconds);

/* What a sentence rests on. explanation_cite_rules - rules that want one of these roles and none of those. */
const char *explanation_cite_finding(struct explanation *e, const struct finding_view *f);
const char *explanation_cite_cause(struct explanation *e, const struct cause *c);
const char *explanation_cite_incident(struct explanation *e, const struct incident_row *i);
const char *explanation_cite_rules(struct explanation *e, uint64_t wanting, uint64_t but_not);

/* explanation_finding - the first finding of the kind in the view; NULL for none, and for the kind NULL. */
const struct finding_view *explanation_finding(const struct view *v, const char *kind);
/* explanation_alike - the section "alike"; e->similar is set. Cause and fixes of e are chosen before.
 *   v  NULL when only the incident is left of the run.  Errors: E_STORE. Cost: one pass over the incidents */
enum status explanation_alike(struct explanation *e, struct recall *c, const struct view *v, struct err *err);

#endif
