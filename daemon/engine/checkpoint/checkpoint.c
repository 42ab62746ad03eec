/* checkpoint - the parts are found, read one after another, and put together. */
#include "checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../base/clock.h"
#include "../../base/json.h"
#include "parts.h"

const char *checkpoint_layout_name(enum checkpoint_layout l)
{
    static const char *const names[] = {"file", "sharded", "huggingface", "deepspeed", "dcp", "orbax", "tensorflow"};
    return names[l];
}

const char *checkpoint_role_name(enum checkpoint_role r)
{
    static const char *const names[] = {"weights", "optimizer", "scheduler", "scaler", "random", "settings", "other"};
    return names[r];
}

const struct checkpoint_part *checkpoint_part_of(const struct checkpoint *c, enum checkpoint_role role)
{
    for (size_t i = 0; i < c->n_parts; i++)
        if (c->parts[i].role == role && c->parts[i].read) return &c->parts[i];
    return NULL;
}

/* ---- the pieces of a verdict ------------------------------------------------------------------------------------------------------ */

bool reason_add(struct checkpoint *c, const char *part, const char *text)
{
    if (c->n_reasons == REASONS_MAX) return true;
    char *kept = NULL, **more = realloc(c->reasons, (c->n_reasons + 1) * sizeof *more);
    if (!more) return false;
    c->reasons = more;
    if (asprintf(&kept, "%s%s%s", part ? part : "", part ? ": " : "", text) < 0) return false;
    for (size_t i = 0; i < c->n_reasons; i++)
        if (strcmp(c->reasons[i], kept) == 0) return free(kept), true;
    c->reasons[c->n_reasons++] = kept;
    return true;
}

void verdict_worsen(struct checkpoint *c, uint8_t state, uint8_t safety)
{
    c->state = inspection_worse_state(c->state, state);
    c->safety = inspection_worse_safety(c->safety, safety);
}

struct checkpoint_part *part_add(struct checkpoint *c, const char *directory, const char *name, enum checkpoint_role role)
{
    struct stat st;
    char *path = NULL;
    size_t n = directory ? strlen(directory) : 0;
    if (c->n_parts == PARTS_MAX) {
        reason_add(c, NULL, "it has more files than are looked at");
        verdict_worsen(c, INSPECTED_STATE_UNVERIFIED, INSPECTED_SAFETY_UNVERIFIED);
        return NULL;
    }
    if (asprintf(&path, "%s%s%s", directory ? directory : "", n && directory[n - 1] != '/' ? "/" : "", name) < 0) return NULL;
    for (size_t i = 0; i < c->n_parts; i++)
        if (strcmp(c->parts[i].path, path) == 0) return free(path), &c->parts[i];
    struct checkpoint_part *more = realloc(c->parts, (c->n_parts + 1) * sizeof *more);
    if (!more) return free(path), NULL;
    c->parts = more;
    struct checkpoint_part *p = &c->parts[c->n_parts++];
    *p = (struct checkpoint_part){.path = path, .role = role, .present = stat(path, &st) == 0};
    p->name = path_name(path);
    if (p->present) c->size += (uint64_t)st.st_size;
    return p;
}

char *small_file(const char *path, size_t *n)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char *p = NULL;
    if (fd < 0) return NULL;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= SMALL_FILE_BYTES && (p = malloc((size_t)st.st_size + 1))) {
        ssize_t got = pread(fd, p, (size_t)st.st_size, 0);
        if (got < 0) free(p), p = NULL;
        else *n = (size_t)got;
    }
    close(fd);
    return p;
}

/* ---- reading the parts --------------------------------------------------------------------------------------------------------------- */

static int by_role(const void *a, const void *b)
{
    const struct checkpoint_part *x = a, *y = b;
    return x->role != y->role ? (x->role < y->role ? -1 : 1) : strcmp(x->path, y->path);
}

/* The part of the other checkpoint that this one is to be compared with: of the same name, or the only one in its role. */
static const char *counterpart(const struct checkpoint *c, const struct checkpoint_part *p, const struct checkpoint *other)
{
    const struct checkpoint_part *only = NULL;
    size_t alone = 0, n = 0;
    if (!other) return NULL;
    for (size_t i = 0; i < c->n_parts; i++) alone += c->parts[i].role == p->role && c->parts[i].present;
    for (size_t i = 0; i < other->n_parts; i++) {
        const struct checkpoint_part *o = &other->parts[i];
        if (o->role != p->role || !o->present || o->unread) continue;
        if (strcmp(o->name, p->name) == 0 && (n = 0, only = o)) return o->path;
        only = o, n++;
    }
    return n == 1 && alone == 1 ? only->path : NULL;
}

static void read_part(struct checkpoint *c, struct checkpoint_part *p, const struct checkpoint *other,
                      const struct checkpoint_options *o)
{
    bool numbers = p->role == PART_WEIGHTS || p->role == PART_OPTIMIZER || c->n_parts == 1;
    const char *before = numbers ? counterpart(c, p, other) : NULL;
    p->end = reading_run(p->path, before, o, &p->inspection);
    p->read = true;
    verdict_worsen(c, p->inspection.state, p->inspection.safety);
    if (before && !inspection_fact(&p->inspection, "against")) c->against = true;
}

/* What is said of parts, those with the worst verdicts first. */
static void gather_reasons(struct checkpoint *c)
{
    for (int badness = 6; badness >= 0; badness--)
        for (size_t i = 0; i < c->n_parts; i++) {
            const struct inspection *n = &c->parts[i].inspection;
            static const int of_state[] = {0, 2, 3, 1};
            if (!c->parts[i].read || of_state[n->state] + n->safety != badness) continue;
            for (size_t k = 0; k < n->n_reasons; k++) reason_add(c, c->n_parts > 1 ? c->parts[i].name : NULL, n->reasons[k]);
        }
}

/* ---- its step -------------------------------------------------------------------------------------------------------------------------- */

static int64_t step_of_facts(const struct checkpoint *c)
{
    static const char *const keys[] = {"global_step", "step", "global_steps"};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        for (size_t i = 0; i < c->n_parts; i++) {
            const char *value = c->parts[i].read ? inspection_fact(&c->parts[i].inspection, keys[k]) : NULL;
            char *end = NULL;
            double step = value ? strtod(value, &end) : -1;
            if (value && end != value && !*end && step >= 0 && step < 1e15) return (int64_t)step;
        }
    return -1;
}

static int64_t step_of_state(const char *directory)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/trainer_state.json", directory);
    size_t n = 0;
    char *text = small_file(path, &n);
    json_t *root = text ? json_loadb(text, n, 0, NULL) : NULL;
    json_int_t step =
        json_is_integer(json_object_get(root, "global_step")) ? json_integer_value(json_object_get(root, "global_step")) : -1;
    json_decref(root);
    free(text);
    return step;
}

/* The directory that `latest` names has the step in its name. */
static int64_t step_of_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *directory = slash ? strndup(path, (size_t)(slash - path)) : NULL;
    int64_t step = directory ? checkpoint_step(directory) : -1;
    free(directory);
    return step;
}

static void find_step(struct checkpoint *c)
{
    c->step = c->layout == CHECKPOINT_HUGGINGFACE ? step_of_state(c->path) : -1;
    if (c->step < 0) c->step = step_of_facts(c);
    if (c->step < 0) c->step = checkpoint_step(c->path);
    if (c->step < 0 && c->n_parts) c->step = step_of_directory(c->parts[0].path);
}

static const char *format_of(const struct checkpoint *c)
{
    const struct checkpoint_part *p = checkpoint_part_of(c, PART_WEIGHTS);
    if (!p && c->n_parts && c->parts[0].read) p = &c->parts[0];
    if (p && p->inspection.format[0]) return p->inspection.format;
    return c->layout == CHECKPOINT_FILE ? "unknown" : checkpoint_layout_name(c->layout);
}

/* ---- the whole --------------------------------------------------------------------------------------------------------------------------- */

static void read_parts(struct checkpoint *c, const struct checkpoint *other, const struct checkpoint_options *o)
{
    if (c->n_parts) qsort(c->parts, c->n_parts, sizeof *c->parts, by_role);
    for (size_t i = 0; i < c->n_parts; i++)
        if (c->parts[i].present && !c->parts[i].unread && !(o && o->stop && atomic_load(o->stop)))
            read_part(c, &c->parts[i], other, o);
    dcp_name(c);
    index_compare(c);
    whole_check(c);
    gather_reasons(c);
    join_optimizer(c);
}

static enum status begin(struct checkpoint *c, const char *path, struct err *err)
{
    *c = (struct checkpoint){.path = strdup(path), .step = -1};
    if (!c->path) return err_set(err, E_MEMORY, "out of memory");
    for (size_t n = strlen(c->path); n > 1 && c->path[n - 1] == '/'; n--) c->path[n - 1] = '\0';
    enum status s = layout_find(c, err);
    if (s) checkpoint_done(c);
    return s;
}

enum status checkpoint_inspect(const char *path, const char *against, const struct checkpoint_options *o, struct checkpoint *ret,
                               struct err *err)
{
    struct checkpoint other = {0};
    double began = clock_now();
    enum status s = against ? begin(&other, against, err) : OK;
    if (!s) s = begin(ret, path, err);
    if (s) return checkpoint_done(&other), s;
    read_parts(ret, against ? &other : NULL, o);
    checkpoint_done(&other);
    if (!ret->n_parts) verdict_worsen(ret, INSPECTED_STATE_UNVERIFIED, INSPECTED_SAFETY_UNVERIFIED);
    ret->format = format_of(ret);
    find_step(ret);
    ret->seconds = clock_now() - began;
    return OK;
}

void checkpoint_done(struct checkpoint *c)
{
    if (!c) return;
    for (size_t i = 0; i < c->n_parts; i++) {
        if (c->parts[i].read) inspection_done(&c->parts[i].inspection);
        free(c->parts[i].path);
    }
    for (size_t i = 0; i < c->n_reasons; i++) free(c->reasons[i]);
    for (size_t i = 0; i < c->n_indexes; i++) index_free(c->indexes[i]);
    free(c->parts);
    free(c->reasons);
    free(c->indexes);
    free(c->path);
    *c = (struct checkpoint){0};
}
