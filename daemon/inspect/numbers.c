/* numbers - one tensor after the other, block by block; the same block of the second file beside it where there is one. */
#include "numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../analyzers/tensor_number.h"
#include "../base/clock.h"
#include "histogram.h"
#include "spectrum.h"

enum { BLOCK = 1 << 20, MOST_HISTOGRAMS = 64, REMEMBERED = 16, WORTH_REMEMBERING = 64 << 10 };

const struct numbers_budget numbers_budget_usual = {
    .bytes = UINT64_C(1) << 40, .seconds = 600, .spectra = true, .spectra_seconds = 0.05};

/* A large tensor that was read: others that share its bytes (tied weights) have the same numbers. */
struct remembered {
    const struct ckpt_tensor *tensor, *before;
    struct inspected_tensor told;
};
struct work {
    const struct numbers_file *now, *before;
    const struct ckpt_tensor **sorted; /* of before, by name */
    const struct numbers_budget *budget;
    const struct numbers_out *out;
    unsigned char *block, *beside;
    uint64_t window_at; /* the block holds the window_bytes of the file from here on; 0 bytes: something else */
    size_t window_bytes;
    uint64_t bytes_left;
    double deadline;
    size_t histograms;
    double spectra_left; /* seconds */
    struct remembered remembered[REMEMBERED];
    size_t n_remembered; /* ever: the oldest give way */
    uint64_t counts[INSPECTION_BUCKETS];
};

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct ckpt_tensor *const *)a)->name, (*(const struct ckpt_tensor *const *)b)->name);
}

static bool same_shape(const struct ckpt_tensor *a, const struct ckpt_tensor *b)
{
    return a->dtype == b->dtype && a->n_dims == b->n_dims && a->count == b->count &&
           memcmp(a->shape, b->shape, a->n_dims * sizeof *a->shape) == 0;
}

static const struct ckpt_tensor *counterpart(const struct work *w, const struct ckpt_tensor *t)
{
    const struct ckpt_tensor **found = w->sorted ? bsearch(&t, w->sorted, w->before->n, sizeof *w->sorted, by_name) : NULL;
    return found && same_shape(*found, t) && (*found)->part == t->part ? *found : NULL;
}

/* row_of - elements of a row: all dimensions but the first. The product of all was checked by the reader. */
static uint64_t row_of(const struct ckpt_tensor *t) { return t->n_dims >= 2 && t->shape[0] ? t->count / t->shape[0] : 0; }

/* fill - up to a whole block of whole elements; short only at the end. */
static ssize_t fill(struct ckpt_cursor *c, unsigned char *p, size_t element, struct err *err)
{
    size_t have = 0, room = BLOCK - BLOCK % element;
    while (have < room) {
        ssize_t n = c->next(c, p + have, room - have, err);
        if (n < 0 || (size_t)n > room - have) return -1;
        if (n == 0) break;
        have += (size_t)n;
    }
    return (ssize_t)have;
}

/* Cut to what the shape says, so that a reader that gives too much is not believed. */
static size_t elements_of(ssize_t bytes, size_t element, uint64_t left)
{
    size_t n = (size_t)bytes / element;
    return n < left ? n : (size_t)left;
}

static bool over_budget(const struct work *w) { return clock_now() > w->deadline; }

static enum status ended_early(const struct ckpt_tensor *t, uint64_t left, struct err *err)
{
    return err_set(err, E_FORMAT, "tensor '%.100s' ends after %llu of its %llu elements", t->name,
                   (unsigned long long)(t->count - left), (unsigned long long)t->count);
}

/* window - the bytes of a small tensor that lies plainly in the file, among its neighbours: thousands of them are read at once. NULL: read it
 * by itself. */
static const unsigned char *window(struct work *w, const struct ckpt_tensor *t, uint64_t bytes)
{
    enum { SMALL = 64 << 10 };
    if (t->open || bytes > SMALL || t->offset > INT64_MAX - BLOCK) return NULL;
    bool inside = t->offset >= w->window_at && t->offset - w->window_at + bytes <= w->window_bytes;
    if (!inside) {
        w->window_at = t->offset;
        w->window_bytes = 0;
        for (ssize_t n = 1; n > 0 && w->window_bytes<BLOCK; w->window_bytes += n> 0 ? (size_t)n : 0)
            n = pread(w->now->fd, w->block + w->window_bytes, BLOCK - w->window_bytes, (off_t)(t->offset + w->window_bytes));
    }
    return bytes <= w->window_bytes ? w->block + (t->offset - w->window_at) : NULL;
}

static enum status sum_alone(struct work *w, const struct ckpt_tensor *t, struct inspected_tensor *r, struct err *err)
{
    struct ckpt_cursor c = {0};
    struct tensor_stream s;
    size_t element = tensor_dtype_bytes(t->dtype);
    uint64_t left = t->count;
    const unsigned char *near = window(w, t, t->count * element);
    tensor_begin(&s, t->dtype, row_of(t));
    if (near) {
        tensor_add(&s, near, (size_t)t->count);
        r->summed = true;
        r->summary = tensor_end(&s);
        return OK;
    }
    w->window_bytes = 0;
    enum status st = ckpt_open(w->now->fd, t, &c, err);
    while (st == OK && left) {
        ssize_t n = fill(&c, w->block, element, err);
        size_t m = n < 0 ? 0 : elements_of(n, element, left);
        if (n < 0) st = err->status ? err->status : E_IO;
        else if (m == 0) st = ended_early(t, left, err);
        else if (over_budget(w)) st = err_set(err, E_LIMIT, "time is up");
        else tensor_add(&s, w->block, m);
        left -= m;
    }
    ckpt_close(&c);
    r->summed = st == OK;
    if (st == OK) r->summary = tensor_end(&s);
    return st;
}

/* Both at once: each block is summed while it is still in the cache. What is wrong with the file before is not this file's fault. */
static enum status sum_beside(struct work *w, const struct ckpt_tensor *t, const struct ckpt_tensor *b,
                              struct inspected_tensor *r, struct err *err)
{
    struct ckpt_cursor c = {0}, d = {0};
    struct tensor_stream s;
    struct tensor_pair pair;
    struct err other = {0};
    size_t element = tensor_dtype_bytes(t->dtype);
    uint64_t left = t->count;
    enum status st = ckpt_open(w->now->fd, t, &c, err);
    bool both = ckpt_open(w->before->fd, b, &d, &other) == OK;
    w->window_bytes = 0;
    tensor_begin(&s, t->dtype, row_of(t));
    tensor_pair_begin(&pair, t->dtype, row_of(t));
    while (st == OK && left) {
        ssize_t n = fill(&c, w->block, element, err);
        size_t m = n < 0 ? 0 : elements_of(n, element, left);
        if (n < 0) st = err->status ? err->status : E_IO;
        else if (m == 0) st = ended_early(t, left, err);
        else if (over_budget(w)) st = err_set(err, E_LIMIT, "time is up");
        if (st != OK) break;
        tensor_add(&s, w->block, m);
        both = both && fill(&d, w->beside, element, &other) == n;
        if (both) tensor_pair_add(&pair, w->beside, w->block, m);
        left -= m;
    }
    ckpt_close(&c);
    ckpt_close(&d);
    r->summed = st == OK;
    r->compared = st == OK && both;
    if (r->summed) r->summary = tensor_end(&s);
    if (r->compared) r->change = tensor_pair_end(&pair);
    return st;
}

static void draw(struct work *w, const struct ckpt_tensor *t, struct inspected_tensor *r)
{
    struct ckpt_cursor c = {0};
    struct err err = {0};
    size_t element = tensor_dtype_bytes(t->dtype);
    uint64_t left = t->count;
    ssize_t n = 0;
    memset(w->counts, 0, sizeof w->counts);
    w->window_bytes = 0;
    if (ckpt_open(w->now->fd, t, &c, &err) == OK)
        while (left && !over_budget(w) && (n = fill(&c, w->block, element, &err)) > 0) {
            size_t m = elements_of(n, element, left);
            histogram_add(w->counts, t->dtype, w->block, m);
            left -= m;
        }
    ckpt_close(&c);
    w->histograms++;
    if (left == 0) r->histogram = w->counts;
}

/* A kernel of a convolution is the matrix that it is as rows of units. */
static bool has_spectrum(const struct work *w, const struct ckpt_tensor *t, const struct tensor_summary *s)
{
    return w->budget->spectra && !spectrum_missing() && t->part == CKPT_PARAMETER && t->n_dims >= 2 &&
           tensor_is_float(t->dtype) && tensor_reals(t->dtype) == 1 && s->nan + s->inf == 0 && s->norm > 0 && s->norm < 1e100 &&
           spectrum_fits(t->shape[0], row_of(t)) && spectrum_seconds(t->shape[0], row_of(t)) <= w->spectra_left;
}

static void decompose(struct work *w, const struct ckpt_tensor *t, struct inspected_tensor *r)
{
    struct ckpt_cursor c = {0};
    struct err err = {0};
    size_t element = tensor_dtype_bytes(t->dtype), had = 0;
    ssize_t n = 0;
    double *a = calloc((size_t)t->count, sizeof *a);
    const unsigned char *near = window(w, t, t->count * element);
    w->spectra_left -= spectrum_seconds(t->shape[0], row_of(t));
    if (a && near) tensor_widen(t->dtype, near, had = (size_t)t->count, a);
    else w->window_bytes = 0;
    if (a && !near && ckpt_open(w->now->fd, t, &c, &err) == OK)
        while (had < t->count && (n = fill(&c, w->block, element, &err)) > 0) {
            size_t m = elements_of(n, element, t->count - had);
            tensor_widen(t->dtype, w->block, m, a + had);
            had += m;
        }
    ckpt_close(&c);
    if (a && had == t->count) {
        struct spectrum s = spectrum_of(a, t->shape[0], row_of(t));
        r->effective_rank = s.effective_rank;
        r->largest_singular = s.largest_singular;
        r->tail_exponent = s.tail_exponent;
    }
    free(a);
}

static struct inspected_tensor described(const struct ckpt_tensor *t)
{
    struct inspected_tensor r = {.name = t->name,
                                 .dtype = t->dtype_name,
                                 .slot = t->slot,
                                 .parameter = t->parameter,
                                 .part = (uint8_t)t->part,
                                 .index = t->index,
                                 .n_dims = t->n_dims < INSPECTION_MAX_DIMS ? t->n_dims : INSPECTION_MAX_DIMS,
                                 .count = t->count,
                                 .shares = t->shares,
                                 .effective_rank = NAN,
                                 .largest_singular = NAN,
                                 .tail_exponent = NAN};
    memcpy(r.shape, t->shape, r.n_dims * sizeof *r.shape);
    return r;
}

static bool same_bytes(const struct ckpt_tensor *a, const struct ckpt_tensor *b)
{
    if (!a || !b) return a == b;
    return !a->open && !b->open && a->offset == b->offset && same_shape(a, b);
}

static void remember(struct work *w, const struct ckpt_tensor *t, const struct ckpt_tensor *b, const struct inspected_tensor *r)
{
    if (t->open || !r->summed || t->count * tensor_dtype_bytes(t->dtype) < WORTH_REMEMBERING) return;
    w->remembered[w->n_remembered++ % REMEMBERED] = (struct remembered){t, b, *r};
}

/* The numbers of an earlier tensor over the same bytes; false when there is none. */
static bool recall(const struct work *w, const struct ckpt_tensor *t, const struct ckpt_tensor *b, struct inspected_tensor *r)
{
    for (size_t i = 0; t->shares && i < w->n_remembered && i < REMEMBERED; i++) {
        const struct remembered *m = &w->remembered[i];
        if (!same_bytes(m->tensor, t) || !same_bytes(m->before, b)) continue;
        r->summed = m->told.summed, r->summary = m->told.summary;
        r->compared = m->told.compared, r->change = m->told.change;
        r->effective_rank = m->told.effective_rank, r->largest_singular = m->told.largest_singular;
        r->tail_exponent = m->told.tail_exponent;
        return true;
    }
    return false;
}

/* one - false when it was left for want of budget. */
static bool one(struct work *w, const struct ckpt_tensor *t)
{
    struct inspected_tensor r = described(t);
    const struct ckpt_tensor *b = counterpart(w, t);
    size_t element = tensor_dtype_bytes(t->dtype);
    uint64_t files = b ? 2 : 1, most = element ? w->bytes_left / files / element : 0;
    bool fits = t->count <= most && !over_budget(w);
    struct err err = {0};
    enum status st = OK;
    if (element && recall(w, t, b, &r)) {
        w->out->tensor(w->out->arg, &r);
        return true;
    }
    if (element && fits) {
        w->bytes_left -= t->count * element * files;
        st = b ? sum_beside(w, t, b, &r, &err) : sum_alone(w, t, &r, &err);
        bool weight = t->part == CKPT_PARAMETER || t->part == CKPT_BUFFER;
        if (r.summed && w->histograms < MOST_HISTOGRAMS && histogram_wanted(&r.summary, weight)) draw(w, t, &r);
        if (r.summed && has_spectrum(w, t, &r.summary)) decompose(w, t, &r);
        remember(w, t, b, &r);
    }
    if (st != OK && st != E_LIMIT && w->out->unreadable) w->out->unreadable(w->out->arg, t, &err);
    w->out->tensor(w->out->arg, &r);
    return !element || (fits && st != E_LIMIT);
}

/* Pages of 2 MiB, where the kernel gives them, spare the copy out of the page cache half of its misses. */
static unsigned char *block_new(size_t bytes)
{
    enum { HUGE_PAGE = 2 << 20 };
    unsigned char *p = aligned_alloc(HUGE_PAGE, (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
    if (p) madvise(p, bytes, MADV_HUGEPAGE);
    return p;
}

/* A tensor may repeat one element for ever (a stride of 0) and a compressed one may grow; a file is worth so many times its own bytes. */
static uint64_t worth(int fd)
{
    struct stat st;
    uint64_t size = fstat(fd, &st) == 0 && st.st_size > 0 ? (uint64_t)st.st_size : 0;
    return size < UINT64_MAX / 16 ? 8 * size + (UINT64_C(1) << 30) : UINT64_MAX / 2;
}

enum status numbers_read(const struct numbers_file *now, const struct numbers_file *before, const struct numbers_budget *budget,
                         const struct numbers_out *out, size_t *skipped, struct err *err)
{
    struct work w = {.now = now, .before = before, .budget = budget, .out = out, .bytes_left = budget->bytes};
    w.spectra_left = budget->spectra_seconds;
    uint64_t most = worth(now->fd) + (before ? worth(before->fd) : 0);
    if (w.bytes_left > most) w.bytes_left = most;
    w.deadline = clock_now() + budget->seconds;
    w.block = block_new(2 * (size_t)BLOCK);
    if (before && before->n) w.sorted = calloc(before->n, sizeof(void *));
    if (!w.block || (before && before->n && !w.sorted)) {
        free(w.block);
        free(w.sorted);
        return err_set(err, E_MEMORY, "no memory for the blocks that tensors are read in");
    }
    w.beside = w.block + BLOCK;
    for (size_t i = 0; w.sorted && i < before->n; i++) w.sorted[i] = &before->tensors[i];
    if (w.sorted) qsort(w.sorted, before->n, sizeof *w.sorted, by_name);
    *skipped = 0;
    for (size_t i = 0; i < now->n; i++) *skipped += !one(&w, &now->tensors[i]);
    free(w.block);
    free(w.sorted);
    return OK;
}
