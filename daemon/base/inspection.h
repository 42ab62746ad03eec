/* inspection - what mlwatch-inspect found in one checkpoint file, and how it crosses the pipe.
 *
 * The worker has read hostile bytes and may have been taken over by them, so what it sends is read like any hostile file: every length meets a limit,
 * every string is cut, every number is taken as it is and trusted by nobody. A record on the pipe: u32 LE length of what follows | u8 type | payload;
 * strings are u16 LE length + bytes. The last record is END; without it the inspection is `unverified`. */
#ifndef MLWATCH_INSPECTION_H
#define MLWATCH_INSPECTION_H

#include "../../analyzers/tensor.h"
#include "arena.h"
#include "err.h"
#include "span.h"

enum {
    INSPECTION_MAX_TENSORS = 1 << 18, /* 262,144 */
    INSPECTION_MAX_REASONS = 64,
    INSPECTION_MAX_FACTS = 512,
    INSPECTION_MAX_GROUPS = 1024,
    INSPECTION_MAX_TEXT = 512, /* bytes of one string */
    INSPECTION_MAX_DIMS = 32,
    INSPECTION_BUCKETS = 32 /* of a histogram */
};

struct inspected_tensor {
    const char *name, *dtype, *slot, *parameter; /* slot and parameter: NULL where ckpt.h has none */
    uint8_t part;                                /* enum ckpt_part */
    uint8_t element;                             /* enum tensor_dtype, whatever the file calls it; in range */
    int64_t index;
    uint32_t n_dims;
    uint64_t shape[INSPECTION_MAX_DIMS];
    uint64_t count;
    bool summed; /* the numbers below are there: its bytes were read to the end */
    bool shares;
    struct tensor_summary summary;
    bool compared; /* a file to compare with was given and has this tensor in this shape and dtype */
    struct tensor_change change;
    double effective_rank, largest_singular, tail_exponent; /* of matrices that are not too large; NaN when not computed */
    /* INSPECTION_BUCKETS counts of elements by magnitude, of tensors that look sick; else NULL. 0: zeros; 1 ... 30: 10^(i-21) <= |x| < 10^(i-20),
     * what is smaller in 1 and what is larger in 30; 31: NaN and infinities. */
    const uint64_t *histogram;
};
struct inspected_group {
    uint32_t index;
    const char *optimizer;                                           /* or NULL */
    double learning_rate, weight_decay, eps, beta1, beta2, momentum; /* NaN: not told */
    uint64_t n_parameters;
    const int64_t *parameters;
    const char *const *names; /* or NULL */
};
struct inspected_fact {
    const char *key, *value;
};
struct inspection {
    struct arena arena; /* owns all below */
    char format[32];
    uint8_t state, safety; /* enum ckpt_state, ckpt_safety, checked to be in range */
    bool ended;            /* the worker came to its end */
    uint64_t size;
    double seconds;
    const char *reasons[INSPECTION_MAX_REASONS]; /* those of state and safety, the worst first */
    size_t n_reasons;
    struct inspected_tensor *tensors;
    size_t n_tensors; /* in the file's order */
    struct inspected_group *groups;
    size_t n_groups;
    struct inspected_fact *facts;
    size_t n_facts;
};

/* inspection_fact - a fact's value, or NULL. */
const char *inspection_fact(const struct inspection *i, const char *key);

/* The values of state, safety and part: those of ckpt.h, which the programs on this side of the pipe do not include. */
enum { INSPECTED_WHOLE, INSPECTED_INCOMPLETE, INSPECTED_CORRUPT, INSPECTED_STATE_UNVERIFIED };
enum { INSPECTED_SAFE, INSPECTED_SAFETY_UNVERIFIED, INSPECTED_SUSPICIOUS, INSPECTED_MALICIOUS };
enum { INSPECTED_PARAMETER, INSPECTED_BUFFER, INSPECTED_OPTIMIZER, INSPECTED_OTHER };
/* inspection_state_name, inspection_safety_name, inspection_part_name - "whole", "safe", "parameter" ...; static, for any value. */
const char *inspection_state_name(uint8_t state);
const char *inspection_safety_name(uint8_t safety);
const char *inspection_part_name(uint8_t part);
/* inspection_worse_state, inspection_worse_safety - the worse of two. What is known to be broken stays so where the rest could not be
 * looked at: whole, unverified, incomplete, corrupt; safe, unverified, suspicious, malicious. */
uint8_t inspection_worse_state(uint8_t a, uint8_t b);
uint8_t inspection_worse_safety(uint8_t a, uint8_t b);
/* inspection_done - free what it holds; takes a zeroed one. */
void inspection_done(struct inspection *i);

/* ---- the worker's side: one record each, appended to out ---- */
struct str;
void inspection_put_head(struct str *out, const char *format, uint64_t size);
void inspection_put_count(struct str *out, uint64_t tensors); /* how many tensors will follow; before the first */
void inspection_put_tensor(struct str *out, const struct inspected_tensor *t);
void inspection_put_group(struct str *out, const struct inspected_group *g);
void inspection_put_fact(struct str *out, const char *key, const char *value);
void inspection_put_state(struct str *out, uint8_t state, const char *why);
void inspection_put_safety(struct str *out, uint8_t safety, const char *why);
void inspection_put_end(struct str *out, uint8_t state, uint8_t safety, double seconds);

/* ---- the parent's side ---- */
struct inspection_reader {
    struct inspection *into;
    struct {
        const char *text;
        uint8_t badness; /* 1 unverified .. 3 corrupt, malicious */
    } reasons[INSPECTION_MAX_REASONS];
    size_t n_reasons, cap_tensors, group_room;
    uint64_t members, verdicts; /* of all groups; told */
    uint8_t state, safety;      /* the worst that was told */
    bool headed, counted, broken;
    char *part; /* a record whose end has not come yet */
    size_t n_part;
};

/* inspection_read - begin: into is made empty. inspection_feed - the next bytes of the pipe, in pieces of any size.
 * Errors  E_FORMAT for bytes that are no record, E_LIMIT for more of anything than allowed, E_MEMORY; nothing can be fed after one */
void inspection_read(struct inspection_reader *r, struct inspection *into);
enum status inspection_feed(struct inspection_reader *r, struct span bytes, struct err *err);
/* inspection_close - no more bytes come. Fills in the reasons, the worst first. Without an END: what was found to be broken or dangerous stays so, all
 * else is unverified, for the reason `why` (or a sentence of its own when NULL). */
void inspection_close(struct inspection_reader *r, const char *why);

#endif
