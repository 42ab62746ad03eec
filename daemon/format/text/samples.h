/* text_samples - texts that a model generated, printed between the records of a console log: how much they repeat themselves.
 *
 *     generating:                         llm.c, and most loops of one's own: a label alone, then the text, up to a record, a rule, a
 *     ---                                 logger's next line or a label
 *     O Romeo, Romeo, wherefore ...
 *     ---
 *     rank 0 sample 3: Hello, I'm a language model, and ...                      the text behind its label: build-nanogpt
 *     | fairseq.tasks.translation | example hypothesis: the cat sat ...          fairseq
 *     ┃ Prompt     ┃ Completion         ┃ Advantage ┃                            TRL (print_prompt_completions_sample), with a frame
 *     │ The sky is │ blue and blue and  │      0.10 │                            around it; a cell goes on in the rows below
 *     │            │ blue and           │           │
 *     ├────────────┼────────────────────┼───────────┤
 *
 * The texts at one step give one point, the mean of their repetition (sample.h), as samples/text_repetition. Lines are only looked at: what
 * they are otherwise they stay. Texts before the first record, and those too short to tell anything, give none. */
#ifndef MLWATCH_TEXT_SAMPLES_H
#define MLWATCH_TEXT_SAMPLES_H

#include "../sample.h"
#include "record.h"

enum { TEXT_SAMPLE_LINES = 100 };

struct text_samples { /* zeroed before the first line */
    enum { SAMPLES_NONE, SAMPLES_BLOCK, SAMPLES_TABLE } open;
    unsigned lines; /* of the block or table */
    bool framed;    /* the table stands in a frame */
    int column;     /* of the table: which holds the texts, from 1 */
    bool told;      /* the label stood behind a logger's time, so the text may */
    struct sample sample;
    uint64_t sample_line;
    struct text_where at; /* of the record above the text in hand */
    bool placed;          /* there was one */
    struct {              /* texts of one step, not told yet */
        double sum;
        unsigned n;
        uint64_t line;
        struct text_where at;
    } group;
};

/* text_samples - one line, after it was read.
 *   record  it was a record or part of a traceback, and no text
 * Cost: for other lines a look at their beginning, about 20 ns; for texts that of sample_add */
void text_samples(struct text_samples *s, struct text_run *r, const struct text_line *l, bool record,
                  const struct format_out *out);
/* text_samples_end - the log ends here, for now. */
void text_samples_end(struct text_samples *s, struct text_run *r, const struct format_out *out);

#endif
