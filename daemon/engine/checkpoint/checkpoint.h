/* checkpoint - one checkpoint as a whole: a file, a sharded model, a directory that a framework writes at once.
 *
 * Each file is read by mlwatch-inspect, a program of its own in a sandbox; here only names, sizes and index files (JSON) are looked at. What that
 * program says is hostile (base/inspection.h); its crash, hang or hunger is the verdict `unverified`, with the reason. The whole is as good
 * as its worst part.
 *
 *   file         .safetensors .pt .pth .bin .ckpt .pkl .npz .h5 .keras .gguf ...
 *   sharded      <model>.safetensors.index.json or pytorch_model.bin.index.json, and every file it names
 *   huggingface  checkpoint-<step>/: model, optimizer.pt, scheduler.pt, scaler.pt, rng_state*.pth, training_args.bin, trainer_state.json
 *   deepspeed    <tag>/ with *_model_states.pt and *_optim_states.pt; the directory above, whose `latest` names the tag
 *   dcp          .metadata and __<rank>_<k>.distcp
 *   orbax        _CHECKPOINT_METADATA; names and completeness only
 *   tensorflow   <prefix>.index and <prefix>.data-*; presence only */
#ifndef MLWATCH_CHECKPOINT_H
#define MLWATCH_CHECKPOINT_H

#include <stdatomic.h>

#include "../../base/inspection.h"

enum checkpoint_layout {
    CHECKPOINT_FILE,
    CHECKPOINT_SHARDED,
    CHECKPOINT_HUGGINGFACE,
    CHECKPOINT_DEEPSPEED,
    CHECKPOINT_DCP,
    CHECKPOINT_ORBAX,
    CHECKPOINT_TENSORFLOW
};
enum checkpoint_role { PART_WEIGHTS, PART_OPTIMIZER, PART_SCHEDULER, PART_SCALER, PART_RANDOM, PART_SETTINGS, PART_OTHER };
/* How the reader of one file came to its end. */
enum reading_end {
    READING_TOLD,      /* it said all it had to say */
    READING_CRASHED,   /* by a signal, or an exit code of its own */
    READING_FORBIDDEN, /* it tried a system call that it may not make */
    READING_LATE,      /* longer than allowed */
    READING_NONSENSE,  /* what it sent is not understood */
    READING_STOPPED,   /* we wanted it to stop */
    READING_IMPOSSIBLE /* the program could not be started, or the file not be opened */
};

struct checkpoint_part {
    char *path;
    const char *name; /* the last component of path */
    enum checkpoint_role role;
    bool present, read; /* read: the inspection below was made (well or badly) */
    bool unread;        /* it is enough that it is there: no reader knows what is in it */
    enum reading_end end;
    struct inspection inspection;
};
struct shard_index;
struct checkpoint {
    char *path;
    enum checkpoint_layout layout;
    const char *format; /* of its weights, else of its first part; "unknown" */
    uint8_t state, safety;
    int64_t step;  /* -1: nobody says */
    uint64_t size; /* bytes of all parts */
    double seconds;
    bool against;   /* something was given to compare with, and something in it could be compared */
    bool joined;    /* optimizer state was joined to the names of parameters */
    char **reasons; /* the worst first; a part's begin with its name where there are several */
    size_t n_reasons;
    struct checkpoint_part *parts; /* weights first */
    size_t n_parts;
    struct shard_index **indexes; /* private */
    size_t n_indexes;
};

struct checkpoint_options {
    const char *program;     /* the reader; NULL: MLWATCH_INSPECT, else beside this program, else in PATH */
    double seconds;          /* processor time that a small file may take; 0: 1.5 */
    double bytes_per_second; /* what a large one is given more: 1 s for so many; 0: 100 MB */
    double memory_mb;        /* the reader may take on top of its own size; 0: 192 */
    int nice;                /* 10 for work in the background */
    bool no_spectra;
    bool verdict_only;       /* no numbers: integrity and safety alone */
    const atomic_bool *stop; /* set by another thread: end within a moment; or NULL */
};

/* checkpoint_inspect - look at path, and at what moved since `against` (or NULL). Blocks; any thread.
 *   o         NULL: everything usual
 *   ret       pair with checkpoint_done when OK
 * Errors      E_ABSENT nothing is there; E_IO it cannot be read; E_FORMAT a directory in no layout above; E_MEMORY.
 *             What is wrong with the bytes is no error: it is a verdict */
enum status checkpoint_inspect(const char *path, const char *against, const struct checkpoint_options *o, struct checkpoint *ret,
                               struct err *err);
void checkpoint_done(struct checkpoint *c);

/* checkpoint_is - could path be a checkpoint: a directory in a layout above, or a file with one of the suffixes? Opens no file.
 * checkpoint_step - the step in a checkpoint's name ("checkpoint-4500", "epoch=2-step=300.ckpt", "global_step50", "ckpt_1000.pt"); -1 for none. */
bool checkpoint_is(const char *path);
int64_t checkpoint_step(const char *path);
/* checkpoint_list - the checkpoints directly in a directory, by step and then by name, malloc'ed; free each and the list.
 * Errors  E_IO, E_MEMORY; more than 4096 are left out */
enum status checkpoint_list(const char *directory, char ***ret, size_t *n, struct err *err);

/* checkpoint_layout_name - "file", "sharded", ...;  checkpoint_role_name - "weights", "optimizer" ...; static. */
const char *checkpoint_layout_name(enum checkpoint_layout l);
const char *checkpoint_role_name(enum checkpoint_role r);
/* checkpoint_part_of - the first part in a role that was read, or NULL. */
const struct checkpoint_part *checkpoint_part_of(const struct checkpoint *c, enum checkpoint_role role);

#endif
