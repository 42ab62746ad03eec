/* text_line - see text/line.h.
 *
 * A dict over several lines becomes one (text_unfold). Then a line is tried in this order: an open traceback, a boxed
 * table (text_table), metrics below a line that counts (text_below), the shapes of text_family, the general
 * grammar of counters and pairs (text_pairs, text_record), settings (text_settings), events (text_event). Of a line that has the
 * words of one before only the numbers are read (text_form). What none of them knows
 * is prose and left alone: a name alone is weak evidence. But what the model put out is looked at: generated texts (text_samples), reports
 * on predictions (text_predictions). */
#include "line.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "announced.h"
#include "bar.h"
#include "dict.h"
#include "health.h"
#include "known.h"
#include "repeat.h"
#include "reword.h"
#include "tongue.h"

/* has_number - a digit, or "nan" or "inf"; most prose stops here. */
static bool has_number(struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9') return true;
        char c = (char)(s.p[i] | 0x20);
        if ((c != 'n' && c != 'i') || s.n - i < 3) continue;
        if (strncasecmp(s.p + i, c == 'n' ? "nan" : "inf", 3) == 0) return true;
    }
    return false;
}

/* has_letter - a metric has a name. */
static bool has_letter(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
            ((unsigned char)s.p[i] >= 0xC3 && (unsigned char)s.p[i] != 0xE2))
            return true;
    return false;
}

/* grammar - the line by its pairs. known: they are filled in by a form. */
static bool grammar(struct text *t, const struct text_line *l, bool known, const struct format_out *out)
{
    struct text_pairs *ps = &t->pairs;
    const struct text_ranks *ranks = &t->run.ranks;
    if (!known) text_pairs(l->body, ps);
    if (ranks->front >= 0 && ranks->front_is == FRONT_STEP && isnan(ps->lead))
        ps->lead = (double)ranks->front, ps->lead_bracketed = true;
    if (!text_record(&t->run, l, ps, out)) return false;
    if (span_starts(l->body, "iteration")) text_health(&t->run, l, ps, out);
    return true;
}

/* begins - "Starting training for 10 epochs": in a log that holds several runs, the next epoch may be another one's. */
static bool begins(struct span body)
{
    static const char *const words[] = {"Starting training", "Start training",         "Begin training",
                                        "Training start",    "***** Running training", NULL};
    if (!strchr("SBT*", body.p[0])) return false;
    for (const char *const *w = words; *w; w++)
        if (span_starts(body, *w)) return true;
    return span_starts(body, "Starting ") && span_has(body, "epoch");
}

/* is_label - "evaluate:dev": one word, and which data it is about. */
static bool is_label(struct span body)
{
    enum { WORD_MAX_BYTES = 24 };
    const char *colon = body.n <= WORD_MAX_BYTES ? memchr(body.p, ':', body.n) : NULL;
    if (!colon || memchr(body.p, ' ', body.n) || has_number(body)) return false;
    return text_split_of(span_from(body, (size_t)(colon - body.p) + 1)) != SPLIT_NONE;
}

/* note_label - "Test Error:" on a line of its own: what the next line is about. */
static void note_label(struct text *t, const struct text_line *l, const struct format_out *out)
{
    enum { LABEL_MAX_BYTES = 40 };
    bool best = span_has(l->body, "est iteration is:"); /* of LightGBM: that round's line comes again below */
    t->families.restating = best;
    if (best) text_event_tell(l, EVENT_FINISHED, out);
    struct span body = l->body;
    const char *level =
        memmem(body.p, body.n, " INFO ", strlen(" INFO ")); /* behind a date that is not known as one: RecBole's */
    if (level) body = span_trim(span_from(body, (size_t)(level - body.p) + strlen(" INFO ")));
    if (best || !body.n || body.n > LABEL_MAX_BYTES) return;
    const char *colon = memchr(body.p, ':', body.n - 1);
    struct span last = colon ? span_from(body, (size_t)(colon - body.p)) : body;
    t->run.place.label_split = text_split_of(last) ? text_split_of(last) : text_split_of(body);
    t->run.place.label_line = l->line;
}

/* of_others - a line of a rank whose records are not the run's: its bars, tables and dicts are copies; what it says by the general grammar
 * is told where no other rank says it. */
static void of_others(struct text *t, const struct text_line *l, const struct format_out *out)
{
    if (t->events.open && text_event(&t->events, l, t->run.points, out)) return;
    if (!text_bar_like(l->body) && has_number(l->body) && has_letter(l->body) && grammar(t, l, false, out)) return;
    text_event(&t->events, l, t->run.points, out);
}

/* behind - bytes of the input behind a message; 0 for a copy of one. */
static size_t behind(const struct text *t, struct span body)
{
    uintptr_t from = (uintptr_t)t->input.p, at = (uintptr_t)body.p;
    return at - from < t->input.n ? from + t->input.n - (at + body.n) : 0;
}

static void message(struct text *t, const struct text_line *l, const struct format_out *out);

/* glued - what stands behind a bar in its line: a logger that writes to the same place does not end the line first, and has a time and a level in
 * front of each message. */
static __attribute__((noinline)) void glued(struct text *t, const struct text_line *l, struct span rest,
                                            const struct format_out *out)
{
    struct text_prefix prefix;
    struct text_line alone = *l;
    alone.body = text_unprefix(rest, &prefix);
    alone.indented = false;
    if (!isnan(prefix.time)) alone.time = prefix.time;
    if (prefix.label.n) alone.split = text_split_of(prefix.label);
    if (alone.body.n) message(t, &alone, out);
}

/* in_other_words - of its own, because the buffer costs what it takes to clear it. */
static __attribute__((noinline)) bool in_other_words(struct text *t, const struct text_line *l, const struct format_out *out)
{
    char buffer[TEXT_REWORD_MAX_BYTES];
    struct text_line said = *l;
    said.body = text_tongue(l->body, buffer);
    if (!said.body.n) said.body = text_reword(l->body, buffer);
    return said.body.n && grammar(t, &said, false, out);
}

static void message(struct text *t, const struct text_line *l, const struct format_out *out)
{
    const struct text_families *f = &t->families;
    t->run.logging_steps = t->facts.logging_steps;
    bool waits = f->held.n_body || f->dict.n, drawn = l->redraw && memchr(l->body.p, '[', l->body.n);
    if (waits && !drawn && !text_bar_like(l->body)) text_family_settle(&t->families, &t->run, out);
    if (text_ranks_others(&t->run.ranks)) {
        of_others(t, l, out);
        return;
    }
    if (t->events.open && text_event(&t->events, l, t->run.points, out)) return;
    char first = l->body.p[0];
    if (begins(l->body)) text_place_begins(&t->run.place);
    if (text_block(&t->block, &t->facts, l->body, t->run.points > 0, out)) return;
    if (text_python(&t->python, &t->facts, l->body, !isnan(l->time), out)) return;
    if (text_announced(&t->run.place, l->body) || text_neat(&t->neat, &t->run, l, out)) return;
    if ((first == '|' || first == '-' || first == '+' || t->table.bare) && text_table(&t->table, &t->run, &t->facts, l, out))
        return;
    t->table.open = t->table.settings = false;
    if (l->body.p[l->body.n - 1] == ':' || is_label(l->body)) note_label(t, l, out);
    if (text_sides(&t->sides, &t->run, l, out)) return;
    if (text_columns(&t->columns, &t->run, l, out) || text_below(&t->below, &t->run, l, &t->pairs, out)) return;
    const struct text_form *form = text_forms_fit(&t->forms, l->body, behind(t, l->body), &t->run.names, &t->pairs);
    bool counts = form || has_number(l->body) || span_starts(l->body, "copypaste: ") || span_starts(l->body, "History (");
    uint64_t families = form ? form->families : counts ? text_family_rows(&t->families, l->body) : 0;
    struct span rest = {"", 0};
    if (families && text_family(&t->families, families, &t->run, l, &rest, out)) {
        if (rest.n && rest.n < l->body.n) glued(t, l, rest, out);
        return;
    }
    if (text_settings_dotted(&t->facts, l->body, out)) return;
    if (!t->run.points && (text_assignments(&t->facts, l->body, out) || text_printed(&t->facts, l->body, out))) return;
    if (counts && !form && has_letter(l->body) && in_other_words(t, l, out)) return;
    if (counts && has_letter(l->body) && grammar(t, l, form != NULL, out)) {
        if (!form) text_forms_keep(&t->forms, l->body, families);
        if (span_starts(l->body, "| End of training")) text_event(&t->events, l, t->run.points, out); /* a record and an end */
        return;
    }
    t->facts.begun = t->run.points > 0;
    if (text_settings(&t->facts, l->body, out)) return;
    text_event(&t->events, l, t->run.points, out);
}

/* look_at_drawn - a table of completions is known by the box that it is drawn in. */
static __attribute__((noinline, cold)) void look_at_drawn(struct text *t, const struct text_line *l, bool told,
                                                          const struct format_out *out)
{
    struct text_line drawn = *l;
    drawn.body = l->drawn;
    text_samples(&t->samples, &t->run, &drawn, told, out);
}

/* look - what a line that was read shows of the model's outputs: generated texts, counts of predictions. */
static void look(struct text *t, const struct text_line *l, bool record, const struct format_out *out)
{
    if (text_ranks_others(&t->run.ranks)) return;
    if (!record || t->predictions.open) text_predictions(&t->predictions, &t->run, l, out);
    bool told = record || t->predictions.open;
    if (l->drawn.n) look_at_drawn(t, l, told, out);
    else text_samples(&t->samples, &t->run, l, told, out);
}

/* heed - read a message, and look at it. */
static void heed(struct text *t, const struct text_line *l, const struct format_out *out)
{
    uint64_t points = t->run.points;
    message(t, l, out);
    look(t, l, t->run.points != points || t->events.open, out);
}

/* unfolded - the lines that were held: as one where they are a record, else as they came. */
static void unfolded(struct text *t, bool whole, const struct format_out *out)
{
    struct text_line l = text_unfold_joined(&t->unfold);
    bool record = whole && text_dict_is_record(&t->families, &t->run, l.body, out->arena);
    if (record) heed(t, &l, out);
    size_t at = 0;
    for (unsigned i = 0; !record && text_unfold_line(&t->unfold, &at, &i, &l);) heed(t, &l, out);
    text_unfold_done(&t->unfold);
}

/* one_line - a line, or a dict that is printed over several (text/unfold.h). What else goes over several lines comes first. */
static void one_line(struct text *t, const struct text_line *l, const struct format_out *out)
{
    bool other = t->block.kind != BLOCK_NONE || t->python.depth || t->events.open || t->run.ranks.rank >= 0;
    enum unfolded is = t->unfold.lines || (l->body.p[0] == '{' && !other) ? text_unfold(&t->unfold, l) : UNFOLD_NONE;
    if (is == UNFOLD_WHOLE || is == UNFOLD_BROKEN) unfolded(t, is == UNFOLD_WHOLE, out);
    if (is == UNFOLD_BROKEN) one_line(t, l, out);
    if (is == UNFOLD_NONE) heed(t, l, out);
}

/* boxed - a line of a box of Julia's @info, whose values are one record. False for any other, to be read as it is. */
static __attribute__((noinline, cold)) bool boxed(struct text *t, const struct text_line *l, const struct format_out *out)
{
    struct text_line whole;
    bool member = text_julia(&t->julia, l, &whole);
    if (!whole.body.n) return member;
    one_line(t, &whole, out);
    return member || text_julia(&t->julia, l, &whole);
}

void text_line(struct text *t, struct span body, struct span drawn, const struct text_prefix *prefix, bool redraw,
               const struct format_out *out)
{
    if (!body.n) return;
    struct text_line l = {.body = body,
                          .drawn = drawn,
                          .time = prefix->time,
                          .line = t->line,
                          .tag = prefix->tag,
                          .indented = prefix->indented,
                          .redraw = redraw,
                          .closed = t->returned && !redraw};
    text_ranks_line(&t->run.ranks, prefix->rank, prefix->front);
    t->events.speaker = t->run.ranks.rank;
    if (prefix->label.n) l.split = text_split_of(prefix->label);
    else if (prefix->tag.n) l.split = text_split_of(prefix->tag);
    if ((drawn.n || t->julia.lines) && boxed(t, &l, out)) return;
    for (size_t n; (n = text_repeat(l.body)) < body.n; body = span_from(body, n), l.body = body) {
        l.body.n = n;
        one_line(t, &l, out);
    }
    one_line(t, &l, out);
}

void text_line_end(struct text *t, const struct format_out *out)
{
    if (t->julia.lines) boxed(t, &(struct text_line){.time = (double)NAN}, out);
    text_family_settle(&t->families, &t->run, out);
    text_bar_end(&t->families, &t->run, out);
    text_samples_end(&t->samples, &t->run, out);
    text_event_end(&t->events, out);
}
