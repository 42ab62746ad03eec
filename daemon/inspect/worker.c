#include "worker.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/inspection.h"
#include "../base/str.h"
#include "../ckpt/unwritten.h"

_Static_assert((int)CKPT_CORRUPT == INSPECTED_CORRUPT && (int)CKPT_STATE_UNVERIFIED == INSPECTED_STATE_UNVERIFIED,
               "one numbering");
_Static_assert((int)CKPT_SUSPICIOUS == INSPECTED_SUSPICIOUS && (int)CKPT_MALICIOUS == INSPECTED_MALICIOUS, "one numbering");
_Static_assert((int)CKPT_OPTIMIZER == INSPECTED_OPTIMIZER && (int)CKPT_OTHER == INSPECTED_OTHER, "one numbering");

enum { ARENA_BYTES = 96 << 20, FLUSH_BYTES = 64 << 10, HEAD_BYTES = 4096, SAID_MAX = 64, FACTS_MAX = INSPECTION_MAX_FACTS - 8 };

/* What one file turned out to be; of the file to compare with only the tensors count. */
struct looked_at {
    const struct ckpt *format;
    struct arena arena;
    struct ckpt_tensor *tensors;
    size_t n, cap;
    uint8_t state, safety;
    bool safety_said;
    bool holed;        /* parts of it were never written: what is wrong with it is that they are not there */
    size_t said[2][4]; /* reasons told, by verdict */
    size_t facts, groups, members;
    enum status failed; /* of the collection itself */
    struct str *out;    /* NULL: nothing is told of this one */
};

/* ---- the result ---------------------------------------------------------------------------------------------------------- */

static enum status flush(const struct worker *w, struct str *out, struct err *err)
{
    if (out->failed) return err_set(err, E_MEMORY, "no memory for the result");
    for (size_t at = 0; at < out->n;) {
        ssize_t n = write(w->result, out->p + at, out->n - at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return err_errno(err, E_IO, "cannot tell the result");
        at += (size_t)n;
    }
    str_clear(out);
    return OK;
}

/* ---- what a reader says ---------------------------------------------------------------------------------------------------- */

static void take_tensor(void *arg, const struct ckpt_tensor *t)
{
    struct looked_at *l = arg;
    if (l->failed) return;
    if (l->n == INSPECTION_MAX_TENSORS) {
        l->failed = E_LIMIT;
        return;
    }
    if (l->n == l->cap) {
        size_t cap = l->cap + l->cap / 4 + 64; /* not twice: memory is counted here */
        struct ckpt_tensor *more = realloc(l->tensors, cap * sizeof *more);
        if (!more) {
            l->failed = E_MEMORY;
            return;
        }
        l->tensors = more, l->cap = cap;
    }
    l->tensors[l->n++] = *t;
}

static void take_group(void *arg, const struct ckpt_group *g)
{
    struct looked_at *l = arg;
    const struct inspected_group told = {.index = g->index,
                                         .optimizer = g->optimizer,
                                         .learning_rate = g->learning_rate,
                                         .weight_decay = g->weight_decay,
                                         .eps = g->eps,
                                         .beta1 = g->beta1,
                                         .beta2 = g->beta2,
                                         .momentum = g->momentum,
                                         .n_parameters = g->n_parameters,
                                         .parameters = g->parameters,
                                         .names = g->names};
    if (l->groups == INSPECTION_MAX_GROUPS || g->n_parameters > INSPECTION_MAX_TENSORS - l->members) {
        l->failed = E_LIMIT;
        return;
    }
    l->groups++;
    l->members += g->n_parameters;
    if (l->out) inspection_put_group(l->out, &told);
}

static void take_fact(void *arg, const char *key, const char *value)
{
    struct looked_at *l = arg;
    if (l->out && l->facts++ < FACTS_MAX) inspection_put_fact(l->out, key, value);
}

static void take_state(void *arg, enum ckpt_state s, const char *why)
{
    struct looked_at *l = arg;
    if (s == CKPT_CORRUPT && l->holed) s = CKPT_INCOMPLETE;
    l->state = inspection_worse_state(l->state, (uint8_t)s);
    if (l->out && s != CKPT_WHOLE && l->said[0][s]++ < SAID_MAX) inspection_put_state(l->out, (uint8_t)s, why);
}

static void take_safety(void *arg, enum ckpt_safety s, const char *why)
{
    struct looked_at *l = arg;
    l->safety_said = true;
    l->safety = inspection_worse_safety(l->safety, (uint8_t)s);
    if (l->out && s != CKPT_SAFE && l->said[1][s]++ < SAID_MAX) inspection_put_safety(l->out, (uint8_t)s, why);
}

static void say_unverified(struct looked_at *l, const char *why)
{
    take_state(l, CKPT_STATE_UNVERIFIED, why);
    take_safety(l, CKPT_SAFETY_UNVERIFIED, why);
}

/* ---- looking --------------------------------------------------------------------------------------------------------------- */

static enum status open_file(int fd, const char *name, char head[HEAD_BYTES], struct ckpt_file *ret, struct err *err)
{
    struct stat st;
    if (fstat(fd, &st) < 0) return err_errno(err, E_IO, "cannot look at the file");
    if (!S_ISREG(st.st_mode)) return err_set(err, E_FORMAT, "it is no regular file");
    ssize_t n = pread(fd, head, HEAD_BYTES, 0);
    if (n < 0) return err_errno(err, E_IO, "cannot read the file");
    *ret = (struct ckpt_file){.fd = fd, .path = name, .size = (uint64_t)st.st_size, .head = {head, (size_t)n}};
    return OK;
}

static const char *failure_of(const struct looked_at *l)
{
    return l->failed == E_LIMIT ? "it has more tensors or groups than are looked at"
                                : "the reader wanted more memory than allowed";
}

/* Silence about safety means that there was nothing to be said: that is enough where the file is whole, and nowhere else. */
static void settle(struct looked_at *l, enum status s, const struct err *err)
{
    if (l->failed) say_unverified(l, failure_of(l));
    else if (s == E_MEMORY) say_unverified(l, failure_of(l));
    else if (s) say_unverified(l, err->text);
    if (!l->safety_said && l->state != INSPECTED_WHOLE) take_safety(l, CKPT_SAFETY_UNVERIFIED, "");
}

static void say_hole(struct looked_at *l, uint64_t at, uint64_t end)
{
    char why[120];
    snprintf(why, sizeof why, "its last %llu bytes were never written: the file system has a hole there",
             (unsigned long long)(end - at));
    take_state(l, CKPT_INCOMPLETE, why);
}

static void scan(struct looked_at *l, const struct ckpt_file *f, const struct ckpt_limits *limits)
{
    struct unwritten_holes holes = unwritten_holes_of(f);
    const struct ckpt_sink sink = {.arg = l,
                                   .arena = &l->arena,
                                   .tensor = take_tensor,
                                   .group = take_group,
                                   .fact = take_fact,
                                   .state = take_state,
                                   .safety = take_safety};
    struct err err = {0};
    l->format = ckpt_of(f);
    l->holed = holes.first < f->size;
    if (l->out) inspection_put_head(l->out, l->format ? l->format->name : "unknown", f->size);
    if (!l->format) say_unverified(l, "it is in no format that is known here");
    else settle(l, l->format->scan(f, limits, &sink, &err), &err);
    if (l->state == INSPECTED_WHOLE && holes.to_end < f->size) say_hole(l, holes.to_end, f->size);
}

static void look(struct looked_at *l, int fd, const char *name, const struct ckpt_limits *limits)
{
    char head[HEAD_BYTES];
    struct ckpt_file f;
    struct err err = {0};
    arena_init(&l->arena, ARENA_BYTES);
    if (open_file(fd, name, head, &f, &err) == OK) {
        scan(l, &f, limits);
        return;
    }
    if (l->out) inspection_put_head(l->out, "unknown", 0);
    say_unverified(l, err.text);
}

static void looked(struct looked_at *l)
{
    free(l->tensors);
    arena_done(&l->arena);
}

/* ---- numbers --------------------------------------------------------------------------------------------------------------- */

struct telling {
    const struct worker *worker;
    struct looked_at *now;
    struct str *out;
    size_t n;           /* tensors told */
    enum status status; /* of the pipe */
};

static void tell_tensor(void *arg, const struct inspected_tensor *t)
{
    struct telling *tell = arg;
    struct inspected_tensor told = *t;
    if (tell->n < tell->now->n) told.element = (uint8_t)tell->now->tensors[tell->n++].dtype;
    inspection_put_tensor(tell->out, &told);
    if (!tell->status && tell->out->n > FLUSH_BYTES) tell->status = flush(tell->worker, tell->out, NULL);
}

static void tell_unreadable(void *arg, const struct ckpt_tensor *t, const struct err *why)
{
    struct telling *tell = arg;
    struct str s = {0};
    str_add_printable(&s, span_of(t->name), 120);
    str_addf(&s, ": %s", why->text);
    take_state(tell->now, why->status == E_FORMAT ? CKPT_CORRUPT : CKPT_STATE_UNVERIFIED, s.p ? s.p : why->text);
    if (t->open) take_safety(tell->now, CKPT_SAFETY_UNVERIFIED, "not all of it could be unpacked"); /* another reader goes on */
    str_done(&s);
}

static enum status tell_numbers(const struct worker *w, struct looked_at *now, const struct looked_at *before, struct err *err)
{
    struct telling tell = {.worker = w, .now = now, .out = now->out};
    const struct numbers_file a = {w->file, now->tensors, now->n};
    const struct numbers_file b = {w->against, before->tensors, before->n};
    const struct numbers_out out = {&tell, tell_tensor, tell_unreadable};
    size_t skipped = 0;
    inspection_put_count(now->out, now->n);
    enum status s = numbers_read(&a, w->against >= 0 ? &b : NULL, &w->budget, &out, &skipped, err);
    if (s) say_unverified(now, s == E_MEMORY ? "the reader wanted more memory than allowed" : err->text);
    if (skipped) {
        char text[32];
        snprintf(text, sizeof text, "%zu", skipped);
        inspection_put_fact(now->out, "tensors_not_read", text);
    }
    return tell.status;
}

static void look_before(const struct worker *w, struct looked_at *before, struct str *out)
{
    if (w->against < 0) return;
    look(before, w->against, w->against_name, w->limits);
    if (!before->n) inspection_put_fact(out, "against", "nothing in it could be compared with");
}

enum status worker_run(const struct worker *w, struct err *err)
{
    double began = clock_now();
    struct str out = {0};
    struct looked_at now = {.out = &out}, before = {0};
    look(&now, w->file, w->name, w->limits);
    if (w->sandbox) inspection_put_fact(&out, "sandbox", w->sandbox);
    enum status s = flush(w, &out, err);
    if (!s) look_before(w, &before, &out);
    if (!s) s = tell_numbers(w, &now, &before, err);
    inspection_put_end(&out, now.state, now.safety, clock_now() - began);
    if (!s) s = flush(w, &out, err);
    looked(&now);
    looked(&before);
    str_done(&out);
    return s;
}
