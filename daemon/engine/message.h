/* message - a finding as one sentence, from the template of its kind. */
#ifndef MLWATCH_MESSAGE_H
#define MLWATCH_MESSAGE_H

#include "../../analyzers/analyzer.h"
#include "../base/str.h"

/* message_of - append the sentence. Names from the log are made printable; an evidence item that is missing reads "?". */
void message_of(const struct finding *f, struct str *out);

#endif
