/* part - which part of a checkpoint a tensor is, by its name. */
#ifndef MLWATCH_PART_H
#define MLWATCH_PART_H

#include "ckpt.h"

/* part_of - CKPT_BUFFER for names whose last word is a buffer's in torch, transformers or Keras ("bn1.running_mean"); else CKPT_PARAMETER. */
enum ckpt_part part_of(const char *name);

#endif
