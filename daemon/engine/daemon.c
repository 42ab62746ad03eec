#include "daemon.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../base/json.h"
#include "../base/str.h"
#include "daemon/parts.h"
#include "lock.h"

/* What is larger than LARGE_BYTES is mapped, not cut from the heap: of states and tables of which most runs use the beginning, the rest is never
 * touched, and it is given back when a run falls asleep. */
enum { READ_BYTES = 2 << 20, LARGE_BYTES = 16 << 10, LINGER_S = 600, FORGET_S = 24 * 3600 };

static double knob(const char *name, double fallback)
{
    const char *text = getenv(name);
    char *end = NULL;
    double value = text ? strtod(text, &end) : fallback;
    return text && (end == text || *end || !(value >= 0)) ? fallback : value;
}

/* ---- what is said and asked -------------------------------------------------------------------------------------------------- */

void daemon_say(struct daemon *d, const char *text)
{
    json_t *note = json_pack("{s:s, s:o}", "say", "note", "text", json_text(text));
    for (struct follower *f = d->followers; f; f = f->next) {
        bool first = true;
        for (struct follower *g = d->followers; g != f; g = g->next) first = first && g->client != f->client;
        if (first) client_send(f->client, json_incref(note));
    }
    if (d->options->print) d->options->print(d->options->arg, note);
    json_decref(note);
}

static void alerted(void *arg, struct live *l, json_t *message)
{
    struct daemon *d = arg;
    daemon_pass_on(d, l, message);
    if (d->options->print) d->options->print(d->options->arg, message);
}

static void learned(void *arg) { daemon_learn(arg); }

static bool id_taken(void *arg, const char *id, const struct live *but)
{
    const struct daemon *d = arg;
    for (size_t p = 0; p < d->n_places; p++)
        for (size_t i = 0; i < d->places[p]->n_lives; i++) {
            const struct live *l = d->places[p]->lives[i];
            if (l != but && strcmp(l->id, id) == 0) return true;
        }
    return false;
}

static void polls(void *arg, const char *text)
{
    struct daemon *d = arg;
    snprintf(d->polling, sizeof d->polling, "%s", text);
    daemon_say(d, text);
}

static void memory_says(void *arg, const char *text) { daemon_say(arg, text); }

/* ---- knowledge and outcomes ----------------------------------------------------------------------------------------------- */

static void settle_thresholds(struct daemon *d)
{
    for (size_t i = 0; i < SENSITIVITIES; i++) {
        thresholds_release(d->engine.thresholds[i]);
        d->engine.thresholds[i] = thresholds_new(&d->config, (enum sensitivity)i);
    }
}

/* Runs that are awake keep what they were made with; every run that wakes from now on gets the new. */
static void reread(struct daemon *d)
{
    struct knowledge fresh;
    struct config config;
    struct err err;
    if (config_open(&config, &err) != OK) {
        daemon_say(d, err.text);
        config_done(&config);
        return;
    }
    config_done(&d->config);
    d->config = config;
    settle_thresholds(d);
    struct retired *old = calloc(1, sizeof *old);
    if (!old) return;
    if (knowledge_open(&fresh, &err) != OK) {
        daemon_say(d, err.text);
        free(old);
        return;
    }
    *old = (struct retired){.knowledge = d->knowledge, .next = d->retired};
    d->retired = old;
    d->knowledge = fresh;
    for (size_t i = 0; i < d->n_places; i++) place_rescan(d->places[i]);
    daemon_say(d, "settings, knowledge and directories were read again");
}

static void caught(void *arg, int signal)
{
    struct daemon *d = arg;
    if (signal == SIGHUP) reread(d);
    else loop_stop(d->loop);
}

/* ---- life ---------------------------------------------------------------------------------------------------------------------------- */

static bool add_outcome(void *arg, const struct outcome *o)
{
    struct engine *e = arg;
    struct outcome *more = realloc(e->outcomes, (e->n_outcomes + 1) * sizeof *more);
    if (!more) return false;
    e->outcomes = more;
    struct outcome *mine = &e->outcomes[e->n_outcomes++];
    *mine = *o;
    const char **texts[] = {&mine->cause, &mine->fix, &mine->kind, &mine->project, &mine->framework};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) *texts[i] = str_dup(span_of(*texts[i] ? *texts[i] : ""));
    return true;
}

static void read_outcomes(struct daemon *d)
{
    struct store *s;
    if (store_open(d->paths.database, false, &s, NULL) != OK) return;
    (void)store_outcomes(s, add_outcome, &d->engine, NULL);
    store_close(s);
}

static void free_outcomes(struct outcome *o, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *texts[] = {o[i].cause, o[i].fix, o[i].kind, o[i].project, o[i].framework};
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) free((char *)texts[k]);
    }
    free(o);
}

void daemon_learn(struct daemon *d)
{
    struct retired *old = calloc(1, sizeof *old);
    if (!old) return;
    *old = (struct retired){.outcomes = d->engine.outcomes, .n_outcomes = d->engine.n_outcomes, .next = d->retired};
    d->retired = old;
    d->engine.outcomes = NULL;
    d->engine.n_outcomes = 0;
    read_outcomes(d);
    for (size_t p = 0; p < d->n_places; p++)
        for (size_t i = 0; i < d->places[p]->n_lives; i++) {
            struct live *l = d->places[p]->lives[i];
            if (l->run) run_rank_by(l->run, d->engine.outcomes, d->engine.n_outcomes);
        }
    if (d->engine.memory) memory_embed(d->engine.memory);
}

static enum status take_lock(struct daemon *d, struct err *err)
{
    struct err why = {0};
    struct lock_text other;
    enum status s = paths_make(&d->paths, &why);
    if (s == OK) s = lock_take(d->paths.lock, d->paths.socket, &d->lock, &why);
    if (s == OK || s == E_DAEMON) return s ? (err ? (*err = why, s) : s) : OK;
    snprintf(d->memory_off, sizeof d->memory_off, "%.400s: nothing will be remembered, watching works", why.text);
    if (lock_read(d->paths.lock, &other)) return err_set(err, E_DAEMON, "another daemon holds '%s'", d->paths.lock);
    s = paths_make_socket_dir(&d->paths, err);
    return s ? s : lock_take(d->paths.spare_lock, d->paths.socket, &d->lock, err);
}

static void open_memory(struct daemon *d)
{
    struct err err = {0};
    if (*d->memory_off) return;
    d->engine.memory = memory_open(d->loop, d->paths.database, memory_says, d, &err);
    if (!d->engine.memory)
        snprintf(d->memory_off, sizeof d->memory_off, "%.400s: nothing will be remembered, watching works", err.text);
    else read_outcomes(d);
}

/* As many descriptors as we may have; a quarter is left for the memory, for viewers and for listing directories. */
static int share_of_descriptors(void)
{
    enum { MOST = 1 << 16 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    rlim_t most = limit.rlim_max < MOST ? limit.rlim_max : MOST;
    if (limit.rlim_cur < most) {
        limit.rlim_cur = most;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0) (void)getrlimit(RLIMIT_NOFILE, &limit);
    }
    return (int)(limit.rlim_cur / 4 * 3);
}

static void tight(void *arg)
{
    struct daemon *d = arg;
    if (d->tight) return;
    d->tight = true;
    daemon_say(d, "there are more files than descriptors (ulimit -n): some are opened anew for each look");
}

static enum status set_up(struct daemon *d, struct err *err)
{
    struct control_hooks hooks = {answer_request, daemon_client_gone, d};
    struct watch_hooks watching = {daemon_touched, daemon_told, daemon_overflow, polls, d};
    sigset_t set;
    enum status s;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM), sigaddset(&set, SIGINT), sigaddset(&set, SIGHUP);
    signal(SIGPIPE, SIG_IGN);
    if ((s = paths_find(&d->paths, err)) || (s = take_lock(d, err)) || (s = config_open(&d->config, err)) ||
        (s = knowledge_open(&d->knowledge, err)))
        return s;
    d->loop = loop_new(err);
    if (!d->loop || loop_signals(d->loop, &set, caught, d, err) != OK) return E_IO;
    d->engine = (struct engine){.loop = d->loop,
                                .watched = &d->watched,
                                .knowledge = &d->knowledge,
                                .config = &d->config,
                                .patience_s = knob("MLWATCH_PATIENCE_S", 0),
                                .forget_s = knob("MLWATCH_FORGET_S", FORGET_S),
                                .buffer = malloc(READ_BYTES),
                                .room = READ_BYTES,
                                .descriptors = share_of_descriptors(),
                                .tight = tight,
                                .alert = alerted,
                                .changed = daemon_changed,
                                .learned = learned,
                                .id_taken = id_taken,
                                .arg = d};
    settle_thresholds(d);
    d->watched.patience = (struct loop_timer){.fire = live_later, .arg = &d->engine};
    d->look = lane_new(d->loop, "look", err);
    d->engine.inspector = lane_new(d->loop, "inspect", err);
    d->watch = watch_new(d->loop, &watching);
    if (!d->engine.buffer || !d->look || !d->engine.inspector || !d->watch)
        return err_set(err, E_MEMORY, "no memory for the daemon");
    open_memory(d);
    d->control = control_open(d->loop, &d->paths, &hooks, err);
    return d->control ? OK : E_IO;
}

static void tear_down(struct daemon *d)
{
    if (d->engine.memory) daemon_save_places(d);
    for (size_t p = 0; p < d->n_places; p++)
        for (size_t i = 0; i < d->places[p]->n_lives; i++) live_commit(d->places[p]->lives[i], true);
    while (d->n_places) daemon_forget_place(d, d->places[0], false);
    lane_free(d->look);
    lane_free(d->engine.inspector);
    memory_close(d->engine.memory);
    control_close(d->control);
    watch_free(d->watch);
    free(d->places);
    whose_done(&d->watched.files);
    writers_done(&d->watched.writers);
    free_outcomes(d->engine.outcomes, d->engine.n_outcomes);
    free(d->engine.buffer);
    for (size_t i = 0; i < SENSITIVITIES; i++) thresholds_release(d->engine.thresholds[i]);
    config_done(&d->config);
    knowledge_done(&d->knowledge);
    for (struct retired *r = d->retired, *next; r; r = next) {
        next = r->next;
        knowledge_done(&r->knowledge);
        free_outcomes(r->outcomes, r->n_outcomes);
        free(r);
    }
    loop_free(d->loop);
    paths_done(&d->paths);
    if (d->lock >= 0) close(d->lock);
}

static void say_ready(const struct daemon_options *o)
{
    if (o->ready_fd < 0) return;
    (void)!write(o->ready_fd, "ok", 2);
    close(o->ready_fd);
}

/* Of a memory that was damaged. */
static void read_lost_runs(struct daemon *d)
{
    size_t n;
    char *const *lost = memory_lost_runs(d->engine.memory, &n);
    for (size_t i = 0; i < n; i++)
        if (access(lost[i], F_OK) == 0) daemon_place(d, lost[i], &(struct live_options){0});
}

enum status daemon_run(const struct daemon_options *o, struct err *err)
{
    struct daemon d = {.options = o, .lock = -1, .lonely_since = -1, .linger_s = knob("MLWATCH_LINGER_S", LINGER_S)};
    enum status s;
    mallopt(M_ARENA_MAX, 4); /* one a thread: with fewer the loop waits for a lock that the memory holds */
    mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    mallopt(M_TOP_PAD, 0); /* else most of them would be cut from what the heap has in reserve */
    s = set_up(&d, err);
    if (s == OK) {
        d.pump = (struct loop_timer){.fire = daemon_pump, .arg = &d};
        d.keep = (struct loop_timer){.fire = daemon_keep, .arg = &d};
        d.follow = (struct loop_timer){.fire = daemon_follow, .arg = &d};
        if (*d.memory_off) daemon_say(&d, d.memory_off);
        if (*memory_note(d.engine.memory)) daemon_say(&d, memory_note(d.engine.memory));
        if (d.engine.memory) daemon_restore_places(&d);
        read_lost_runs(&d);
        for (int i = 0; i < o->n_attach; i++) {
            char *path = paths_absolute(o->attach[i]);
            if (path) daemon_place(&d, path, &(struct live_options){0});
            free(path);
        }
        daemon_keep(&d);
        say_ready(o);
        loop_run(d.loop);
    }
    tear_down(&d);
    return s;
}
