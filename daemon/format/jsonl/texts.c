/* jsonl_texts - what becomes of the values of a line: numbers and texts, and of a text that a model made how much it repeats itself. */
#include "../sample.h"
#include "parts.h"

static struct measured *measured_of(struct jsonl *s, int column)
{
    for (uint32_t i = 0; i < s->n_measured; i++)
        if (s->measured[i].text == column) return &s->measured[i];
    return NULL;
}

void jsonl_note_text(struct jsonl *s, int column, struct span path, const struct format_out *out)
{
    char name[FIELD_NAME_MAX_BYTES];
    if (column < 0 || s->n_measured == MEASURED_MAX || path.n + sizeof SAMPLE_SERIES > sizeof name || !sample_named(path) ||
        measured_of(s, column))
        return;
    memcpy(name, path.p, path.n);
    memcpy(name + path.n, SAMPLE_SERIES, sizeof SAMPLE_SERIES);
    int repetition = record_column(&s->record, span_of(name), NULL, s->line + 1, out);
    s->measured[s->n_measured++] = (struct measured){.text = column, .repetition = repetition};
}

/* measure - a text, as it stands between its quotes. One without a token, where others were long, repeats nothing for ever. */
static __attribute__((noinline)) void measure(struct jsonl *s, struct measured *m, struct span text)
{
    struct sample sample;
    sample_begin(&sample);
    sample_add(&sample, text);
    double repetition = sample_repetition(&sample);
    if (!isnan(repetition)) m->long_once = true;
    else if (m->long_once && !sample.tokens) repetition = 1;
    if (!isnan(repetition)) record_number(&s->record, m->repetition, repetition);
}

void jsonl_take(struct jsonl *s, int column, enum json_kind kind, struct span raw, double value)
{
    if (column < 0) return;
    if (kind == JSON_NUMBER) record_number(&s->record, column, value);
    if (kind != JSON_TEXT && kind != JSON_SKIPPED) return;
    struct measured *m = measured_of(s, column);
    if (m) measure(s, m, raw);
    else if (kind == JSON_TEXT && !memchr(raw.p, '\\', raw.n)) record_text(&s->record, column, raw);
}
