/* text_python - a configuration printed as Python, over as many lines as it takes (mmengine and mmcv: Config.pretty_text).
 *
 *     optim_wrapper = dict(
 *         optimizer=dict(lr=0.02, momentum=0.9, type='SGD', weight_decay=0.0001),
 *         type='OptimWrapper')
 * gives optim_wrapper/optimizer/lr and so on. Lists, and what only evaluations and hooks are told, are passed over. */
#ifndef MLWATCH_TEXT_PYTHON_H
#define MLWATCH_TEXT_PYTHON_H

#include "settings.h"

enum { TEXT_PYTHON_LEVELS = 16, TEXT_PYTHON_PATH_BYTES = 160, TEXT_PYTHON_LINES = 400 };

struct text_python {              /* zeroed before the first line */
    unsigned lines, depth, lists; /* of the dump so far; brackets that are open; those among them that are no dict */
    struct {
        size_t above; /* bytes of the path outside of it */
        bool list;
    } level[TEXT_PYTHON_LEVELS];
    size_t n;
    char path[TEXT_PYTHON_PATH_BYTES];
};

/* text_python - returns true when the line belongs to such a dump. A line that does not fit ends it.
 *   fresh  the line has a logger's prefix: it begins a message, and goes on with none. Cost: O(body), little where the last byte says no */
bool text_python(struct text_python *d, struct text_facts *f, struct span body, bool fresh, const struct format_out *out);

#endif
