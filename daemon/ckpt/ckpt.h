/* ckpt - one checkpoint format a file: what is in it, whether it is whole, whether it is safe.
 *
 * Runs only inside mlwatch-inspect, on a descriptor that may hold anything. A reader describes every tensor it finds, with a way to its
 * bytes, and says what is wrong; it computes nothing. Nothing is ever executed or imported, and no path is opened: `fd` and `pread` are all there is
 * (never mmap: a trainer that truncates the file would be a SIGBUS). */
#ifndef MLWATCH_CKPT_H
#define MLWATCH_CKPT_H

#include <sys/types.h>

#include "../../analyzers/tensor.h"
#include "../base/arena.h"
#include "../base/err.h"
#include "../base/span.h"

enum ckpt_state { CKPT_WHOLE, CKPT_INCOMPLETE, CKPT_CORRUPT, CKPT_STATE_UNVERIFIED };    /* UNVERIFIED: could not be read */
enum ckpt_safety { CKPT_SAFE, CKPT_SAFETY_UNVERIFIED, CKPT_SUSPICIOUS, CKPT_MALICIOUS }; /* the worst of all that is said holds */

/* What a tensor is, as far as the file says. */
enum ckpt_part {
    CKPT_PARAMETER, /* of the model; also where parameters and buffers cannot be told apart */
    CKPT_BUFFER,    /* running_mean, num_batches_tracked, position_ids ... */
    CKPT_OPTIMIZER, /* a slot of the optimizer's state: slot and index (or parameter name) say which */
    CKPT_OTHER      /* random states, schedulers, data */
};

enum { CKPT_MAX_DIMS = 32 };
struct ckpt_cursor;
struct ckpt_tensor {
    const char
        *name; /* dotted path as the framework names it: "encoder.layer.0.weight", "optimizer.state.0.exp_avg"; hostile text */
    enum ckpt_part part;
    const char *slot;      /* CKPT_OPTIMIZER: "exp_avg", "exp_avg_sq", "step", "momentum_buffer" ...; else NULL */
    int64_t index;         /* CKPT_OPTIMIZER: position of its parameter in the flattened groups; -1 when keyed by name.
                            * torch-shard, torch-metadata: the byte of its file that it begins at (torch_metadata.c) */
    const char *parameter; /* CKPT_OPTIMIZER keyed by name, or param_names: the parameter; else NULL */
    enum tensor_dtype dtype;
    const char *dtype_name; /* as the file spells it: "F8_E8M0", "Q4_K", "<U12" */
    uint32_t n_dims;
    uint64_t shape[CKPT_MAX_DIMS];
    uint64_t count;  /* product of shape; overflow was refused */
    uint64_t offset; /* of its first byte in the file, where it lies there plainly and densely; else 0 and open is set */
    bool shares;     /* its storage is another tensor's too (tied weights, a view): it is described, too */
    /* How its elements are had: NULL for plain bytes at offset. Else fills the cursor; status as of any reader. */
    enum status (*open)(const struct ckpt_tensor *t, struct ckpt_cursor *c, struct err *err);
    const void *from; /* the reader's own, for open */
};

/* Elements of a tensor in row-major order, block by block. */
struct ckpt_cursor {
    int fd;
    uint64_t offset, left_bytes; /* of the plain way */
    /* next - up to room bytes (whole elements) into p; 0 at the end; -1 and err when the bytes are not there or do not unpack. */
    ssize_t (*next)(struct ckpt_cursor *c, void *p, size_t room, struct err *err);
    void (*close)(struct ckpt_cursor *c); /* or NULL */
    void *state;
};
/* ckpt_open - a cursor on t, whatever way it goes; ckpt_close takes one that failed to open, too. */
enum status ckpt_open(int fd, const struct ckpt_tensor *t, struct ckpt_cursor *c, struct err *err);
void ckpt_close(struct ckpt_cursor *c);

/* What a reader may use; a file that wants more is `unverified`, and the limit is named in the reason. */
struct ckpt_limits {
    uint64_t header_bytes;   /* a header, a pickle, a directory: 100 MB by safetensors' own rule */
    uint64_t unpacked_bytes; /* that one file may inflate to */
    uint64_t tensors, opcodes, depth;
};
extern const struct ckpt_limits ckpt_limits_usual;

/* One group of an optimizer. Numbers that the file does not have are NaN. */
struct ckpt_group {
    uint32_t index;
    const char *optimizer; /* class, where it can be known; else NULL */
    double learning_rate, weight_decay, eps, beta1, beta2, momentum;
    uint64_t n_parameters;
    const int64_t *parameters; /* indices */
    const char *const *names;  /* param_names, or NULL */
};

/* Where a reader says what it found. All pointers are borrowed for the call, but tensors: name, slot, parameter, dtype_name and from
 * live in arena and are good until the arena ends. */
struct ckpt_sink {
    void *arg;
    struct arena *arena; /* capped: what a hostile file can make a reader allocate */
    void (*tensor)(void *arg, const struct ckpt_tensor *t);
    void (*group)(void *arg, const struct ckpt_group *g);
    void (*fact)(
        void *arg, const char *key,
        const char *value); /* "framework", "step", "epoch", "learning_rate", "loss_scale", "torch_version" ... hostile text */
    void (*state)(void *arg, enum ckpt_state s,
                  const char *why); /* why: one sentence, lower case, no full stop; may be said often, the worst holds */
    void (*safety)(void *arg, enum ckpt_safety s, const char *why); /* names the global: "imports posix.system and calls it" */
};
/* ckpt_say_state, ckpt_say_safety - the same with a format. */
void ckpt_say_state(const struct ckpt_sink *out, enum ckpt_state s, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void ckpt_say_safety(const struct ckpt_sink *out, enum ckpt_safety s, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct ckpt_file {
    int fd;
    const char *path; /* its name only, for what the suffix tells; never opened */
    uint64_t size;    /* when it was opened */
    uint64_t
        base; /* where it begins in fd: 0, or the offset of a stored member of an archive; all offsets that are told count from fd's start */
    uint32_t within;  /* archives around it */
    struct span head; /* the first bytes, up to 4 KiB */
};
struct ckpt {
    const char *name;                        /* "safetensors", "torch-legacy", "hdf5" ... */
    const char *summary;                     /* one line for people */
    int (*sniff)(const struct ckpt_file *f); /* confidence 0..100, by the first bytes and the suffix; reads nothing else */
    /* scan - describe everything. OK also for files that are corrupt or unsafe (that is said to out); else E_IO, E_LIMIT, E_MEMORY: the
     * worker then says unverified with the sentence of err. Must end in bounded time and memory for any bytes. */
    enum status (*scan)(const struct ckpt_file *f, const struct ckpt_limits *max, const struct ckpt_sink *out, struct err *err);
};
extern const struct ckpt *const ckpts[]; /* NULL ends the list */

/* ckpt_of - the reader that is surest of this file; NULL when none is (below 20). */
const struct ckpt *ckpt_of(const struct ckpt_file *f);
/* ckpt_pread - all n bytes at offset, or E_IO / E_FORMAT (the file ends before). */
enum status ckpt_pread(int fd, void *p, size_t n, uint64_t offset, struct err *err);

#endif
