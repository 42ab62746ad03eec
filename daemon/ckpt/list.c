/* list - every checkpoint format, in no order: the surest sniff wins. */
#include "list.h"

const struct ckpt *const ckpts[] = {&ckpt_safetensors,    &ckpt_torch,  &ckpt_torch_legacy, &ckpt_torch_shard,
                                    &ckpt_torch_metadata, &ckpt_pickle, &ckpt_hdf5,         &ckpt_keras,
                                    &ckpt_gguf,           &ckpt_npy,    &ckpt_npz,          &ckpt_zip,
                                    &ckpt_archive,        NULL};
