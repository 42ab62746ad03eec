/* text_command - the settings in the command that started a training, as a shell's trace or a person wrote it down:
 *
 *   $ python train.py --lr 1e-3 --batch-size=32        + torchrun --nproc_per_node 2 train.py --fp16
 *   python main.py -lr 0.1 -b 256 -e 90                  one dash, behind the script's name alone
 */
#ifndef MLWATCH_TEXT_COMMAND_H
#define MLWATCH_TEXT_COMMAND_H

#include "settings.h"

/* text_command - tell them, and the command itself where it names a program; false for any other line. */
bool text_command(struct text_facts *f, struct span s, const struct format_out *out);

#endif
