/* side_by_side - the files of an MLflow run, one for each metric, in the order in which they grew.
 *
 * A trainer writes a line into each of them at every record. Read one after the other, the loss of the first step would be heard behind the last
 * gradient norm, and how early a finding is told that joins the two could not be asked. */
#ifndef MLWATCH_SIDE_BY_SIDE_H
#define MLWATCH_SIDE_BY_SIDE_H

#include "../../daemon/engine/run.h"
#include "../../daemon/engine/scan.h"

/* side_by_side_is - is it a file of one metric, each line of which begins with its time? */
bool side_by_side_is(const struct scan_source *s);
/* side_by_side_read - all such sources of a scanned run, the oldest line first. source: their indices in the run, by scan_run's order. */
void side_by_side_read(struct run *r, const struct scan_run *from, const int *source);

#endif
