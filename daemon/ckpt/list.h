/* list - the table entries of the checkpoint formats, one a file. */
#ifndef MLWATCH_CKPT_LIST_H
#define MLWATCH_CKPT_LIST_H

#include "ckpt.h"

extern const struct ckpt ckpt_safetensors, ckpt_torch, ckpt_torch_legacy, ckpt_torch_shard, ckpt_torch_metadata, ckpt_pickle,
    ckpt_hdf5, ckpt_keras, ckpt_npy, ckpt_npz, ckpt_gguf, ckpt_zip;
extern const struct ckpt ckpt_archive, ckpt_unknown;

#endif
