/* vocabulary - the finding kinds there are, those included that only a later analyzer or checkpoint reader emits.
 *
 * A cause may point to any of them, so that knowledge can be written before the code that measures; a word that is not here is a
 * slip of the pen. Kinds are never renamed and never change their meaning. */
#ifndef MLWATCH_VOCABULARY_H
#define MLWATCH_VOCABULARY_H

#include <stdbool.h>

/* kind_known - is it a finding kind? NULL is none. Cost: below 1 us. */
bool kind_known(const char *kind);

#endif
