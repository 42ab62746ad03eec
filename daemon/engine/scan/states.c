/* scan_states - which of a run's trainer states counts.
 *
 *   <output_dir>/trainer_state.json               written at the end of training
 *   <output_dir>/checkpoint-N/trainer_state.json  the whole history up to step N (transformers: trainer.py, _save_checkpoint)
 * The one that reached furthest holds what the others hold: they are passed over. As a rule that is the run's own; where a finished run
 * was taken up again it is the newest checkpoint's until the end. Other files of older checkpoints say nothing new. */
#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../base/num.h"
#include "parts.h"

enum { STATE_HEAD_BYTES = 16 << 10 };

bool scan_is_checkpoint_directory(const char *name)
{
    return strncmp(name, "checkpoint-", 11) == 0 && isdigit((unsigned char)name[11]);
}

/* The N of the checkpoint-N that a path lies in, below the run's root; -1 for none. */
static int64_t checkpoint_of(const struct scan_run *r, const char *path)
{
    size_t n = strlen(r->root);
    const char *at = strncmp(path, r->root, n) == 0 ? path + n : path;
    for (at = strstr(at, "/checkpoint-"); at; at = strstr(at + 1, "/checkpoint-"))
        if (scan_is_checkpoint_directory(at + 1)) return strtoll(at + strlen("/checkpoint-"), NULL, 10);
    return -1;
}

static bool is_state(const struct scan_source *s) { return strcmp(path_name(s->path), "trainer_state.json") == 0; }

/* "global_step" stands before the history, whether its keys are sorted or not. */
static int64_t reached(const char *path)
{
    static const char key[] = "\"global_step\":";
    char head[STATE_HEAD_BYTES + 1];
    int64_t step = -1;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    ssize_t n = fd >= 0 ? pread(fd, head, STATE_HEAD_BYTES, 0) : 0;
    if (fd >= 0) close(fd);
    head[n > 0 ? n : 0] = 0;
    const char *at = strstr(head, key);
    if (!at) return -1;
    at += strlen(key);
    at += strspn(at, " \t\r\n");
    return num_integer((struct span){at, strspn(at, "0123456789")}, &step) ? step : -1;
}

/* The index of the state that reached furthest, at a tie the run's own; n_sources for none. */
static size_t last_state(const struct scan_run *r)
{
    size_t last = r->n_sources;
    int64_t furthest = -1;
    for (size_t i = 0; i < r->n_sources; i++) {
        if (!is_state(&r->sources[i])) continue;
        int64_t of = checkpoint_of(r, r->sources[i].path), step = of >= 0 ? of : reached(r->sources[i].path);
        bool first = last == r->n_sources, own = of < 0;
        if (!first && (step < furthest || (step == furthest && !own))) continue;
        last = i, furthest = step;
    }
    return last;
}

void scan_keep_last_state(struct scan_run *r, void (*skip)(void *arg, const char *path, const char *why), void *arg)
{
    size_t last = last_state(r), kept = 0;
    if (last == r->n_sources) return;
    int64_t of = checkpoint_of(r, r->sources[last].path);
    for (size_t i = 0; i < r->n_sources; i++) {
        struct scan_source *s = &r->sources[i];
        int64_t checkpoint = checkpoint_of(r, s->path);
        bool older = is_state(s) ? i != last : checkpoint >= 0 && checkpoint != of;
        if (older) skip(arg, s->path, is_state(s) ? "its history is in the newest trainer state" : "belongs to a checkpoint");
        if (older) scan_source_done(s);
        else r->sources[kept++] = *s;
    }
    r->n_sources = kept;
}
