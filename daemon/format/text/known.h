/* text_known - settings that are known by their names: "learning_rate: 0.001", "Num Epochs = 3", "lr=0.001 batch_size=32 seed=8". */
#ifndef MLWATCH_TEXT_KNOWN_H
#define MLWATCH_TEXT_KNOWN_H

#include "settings.h"

/* text_known - a line of one setting; returns false when the name is not one that is a setting wherever it stands alone. */
bool text_known(struct text_facts *f, struct span s, const struct format_out *out);
/* text_assignments - a line of nothing but key=value behind a few words, settings among them and no counter. To be asked before the
 * first record: later such lines are records. */
bool text_assignments(struct text_facts *f, struct span s, const struct format_out *out);
/* text_printed - "'precision': 'bf16-true'," in the way pprint breaks a dict of settings; before the first record only. True when the line is one. */
bool text_printed(struct text_facts *f, struct span s, const struct format_out *out);

#endif
