/* text_settings - settings that a log prints before training: argparse and dict dumps, command lines, dotted lists. */
#ifndef MLWATCH_TEXT_SETTINGS_H
#define MLWATCH_TEXT_SETTINGS_H

#include "../format.h"

enum { TEXT_FACTS_MAX = 512, TEXT_FACT_MAX_BYTES = 512, TEXT_FACT_DEPTH_MAX = 8 };

/* Told already, by hash of key and value: launchers print one command line several times. */
struct text_facts {
    uint32_t n;
    double logging_steps; /* the Trainer's setting; 0 while it was not told */
    bool evaluating;      /* below the Trainer's head of an evaluation */
    bool begun;           /* there was a record: the head is over */
    uint32_t seen[2 * TEXT_FACTS_MAX];
};

/* text_settings - read a line that is nothing but settings; each becomes a fact, at most TEXT_FACTS_MAX a run.
 *   returns true when the line is one. Nested keys are joined by '/'. Cost: O(n) */
bool text_settings(struct text_facts *f, struct span body, const struct format_out *out);
/* text_settings_dotted - "learning_rate ........ 0.00015" alone: to be asked before a line is taken for a record. */
bool text_settings_dotted(struct text_facts *f, struct span body, const struct format_out *out);
/* text_unquote - without blanks and one pair of quotes around it. */
struct span text_unquote(struct span s);
/* text_fact - one setting, bounded and told once. */
void text_fact(struct text_facts *f, struct span key, struct span value, const struct format_out *out);

#endif
