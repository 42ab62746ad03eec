/* json_row - is an object of a list what a training loop added to it, a row of its log, or one of a data set?
 *
 * A row that names a loss is a loop's. So is one of numbers alone that says where it stands, {"step": 100, "train": 2.5, "val_perplexity": 12.5},
 * or that earns something, {"Policy_Loss": -0.5, "Avg_Reward": 12.0}: the classes of a report are numbered too, but hold no such thing. */
#ifndef MLWATCH_JSON_ROW_H
#define MLWATCH_JSON_ROW_H

#include <stdbool.h>

#include "../base/span.h"

/* json_row - object: from its first bracket to its last. Cost: as json_scan_object, and a look at the table of roles a name. */
bool json_row(struct span object);

#endif
