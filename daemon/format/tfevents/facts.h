/* tfevents_facts - settings of the run that event files hold: texts and the hparams plugin. */
#ifndef MLWATCH_TFEVENTS_FACTS_H
#define MLWATCH_TFEVENTS_FACTS_H

#include "../format.h"

/* facts_text - a text under a tag. What is told:
 *   a JSON object                     each of its scalars (Hugging Face: args/text_summary, model_config/text_summary), below the tag's first
 *                                     part unless that is "args"; maps of class names are left out
 *   a Markdown table of two columns   each row (CleanRL: hyperparameters)
 *   one short line                    the tag and the line
 * Anything else is no setting. At most FACTS_OF_TEXT_MAX are told. */
void facts_text(struct span tag, struct span text, const struct format_out *out);

/* facts_hparams - the content that the hparams plugin puts into a value's metadata: the hyper-parameters of session_start_info.
 *   HParamsPluginData { 3 session_start_info { 1 map<string, Value> } }      Value { 2 number · 3 string · 4 bool }
 * Source: tensorflow/tensorboard:tensorboard/plugins/hparams/plugin_data.proto, google/protobuf/struct.proto */
void facts_hparams(struct span content, const struct format_out *out);

enum { FACTS_OF_TEXT_MAX = 512, FACT_LINE_MAX_BYTES = 256 };

#endif
