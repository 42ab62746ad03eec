/* eval_sets - what a booster's fit() leaves of its rounds, saved as JSON: one object a set that it evaluated, in it one list a metric.
 *
 *   {"validation_0": {"logloss": [0.6, 0.5, ...]}, "validation_1": {...}}   XGBoost's estimators: evals_result()
 *   {"train": {"rmse": [...]}, "test": {...}}                               xgboost.train(evals_result=...): names are free
 *   {"training": {"l2": [...]}, "valid_1": {...}}                           LightGBM
 *   {"learn": {"RMSE": [...]}, "validation": {...}}                         CatBoost: get_evals_result()
 */
#ifndef MLWATCH_FORMAT_EVAL_SETS_H
#define MLWATCH_FORMAT_EVAL_SETS_H

#include "format.h"

/* eval_sets_tell - tell whose rounds a document holds, and whether the first of several numbered sets is what was trained on: the facts
 * boosting_library and first_eval_set, which must stand before the series do.
 *   in       the document from its first byte on, as far as it has come
 *   returns  false while it takes more bytes to say, of which FORMAT_RECORD_MAX_BYTES are waited for at most; nothing is told then */
bool eval_sets_tell(struct span in, bool at_end, const struct format_out *out);

#endif
