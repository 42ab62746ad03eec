/* weights - the tensors of a safetensors file, mapped.
 *
 *     8 bytes    length of the header, little-endian
 *     header     JSON: {"NAME": {"dtype": "F32", "shape": [384, 384], "data_offsets": [FROM, TO]}, ..., "__metadata__": {...}}
 *     data       the tensors; offsets count from here
 *
 * For model files that our own set-up installed and checked: pages are read when they are touched, and a file cut off while it is
 * mapped ends the process. A checkpoint of somebody's training is read by ckpt/, in another process. (huggingface/safetensors) */
#ifndef MLWATCH_WEIGHTS_H
#define MLWATCH_WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/err.h"

struct weights;

/* weights_open - map a file and read its header.
 * Errors: E_ABSENT no such file; E_IO; E_LIMIT a header over 1 MiB; E_FORMAT it is no safetensors file, or ends before its data. */
enum status weights_open(const char *path, struct weights **ret, struct err *err);
/* weights_close - unmap; takes NULL. What weights_tensor gave is gone. */
void weights_close(struct weights *w);
/* weights_tensor - a tensor of 32-bit floats, (rows, columns) or, with rows 0, (columns). It lives until weights_close.
 * Errors: E_ABSENT, E_FORMAT when it is not there, of another shape or type, or outside the file. */
enum status weights_tensor(const struct weights *w, const char *name, size_t rows, size_t columns, const float **ret,
                           struct err *err);
/* weights_forget - the pages touched so far will not be needed soon; they stay readable. */
void weights_forget(struct weights *w);

#endif
