/* numbers - the bytes of one file's tensors, once, in blocks: summaries, what changed against a second file, histograms of the sick.
 *
 * Reads through ckpt_open alone. Ends: what would go over a budget is left unsummed, and that is said. */
#ifndef MLWATCH_NUMBERS_H
#define MLWATCH_NUMBERS_H

#include "../base/inspection.h"
#include "../ckpt/ckpt.h"

struct numbers_file {
    int fd;
    const struct ckpt_tensor *tensors;
    size_t n;
};
struct numbers_budget {
    uint64_t
        bytes; /* read in all, of both files, but never more than 8 times their own and 1 GiB each; what does not fit is skipped */
    double seconds;         /* of the clock; then the rest is skipped */
    bool spectra;           /* singular values of matrices too */
    double spectra_seconds; /* for all of them, as spectrum_seconds foretells it; what does not fit is left out */
};
extern const struct numbers_budget numbers_budget_usual;

struct numbers_out {
    void *arg;
    /* tensor - once for each tensor, in order; t and what it points to are good for the call (names stay the file's). */
    void (*tensor)(void *arg, const struct inspected_tensor *t);
    /* unreadable - bytes of tensor i are not there (E_FORMAT) or could not be had; tensor is called for it nonetheless, unsummed. */
    void (*unreadable)(void *arg, const struct ckpt_tensor *t, const struct err *why);
};

/* numbers_read - one pass over `now`; tensors of `before` (or NULL) with the same name, dtype and shape are compared.
 *   skipped   how many were left unsummed for want of budget
 * Errors      E_MEMORY; what is wrong with a tensor goes to out
 * Cost        memory: two blocks of 1 MiB and 8 bytes a tensor of before; time: about 1.3 times reading */
enum status numbers_read(const struct numbers_file *now, const struct numbers_file *before, const struct numbers_budget *budget,
                         const struct numbers_out *out, size_t *skipped, struct err *err);

#endif
