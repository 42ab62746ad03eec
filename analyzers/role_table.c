/* role_table - see role_table.h. Sources of the names: the tools' own documentation and logs (Hugging Face, Lightning, Keras,
 * Ultralytics, Stable-Baselines3, fairseq, Megatron-LM, llm.c, StudioGAN, XGBoost, LightGBM ...). Whole names stand first, terms of a
 * loss last. */
#include "role_rows.h"

const struct role_row *const role_tables[] = {role_table_training, role_table_games, role_table_scores, role_table_machine, NULL};
