#include "lane.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

enum { LANE_NICE = 5 }; /* the loop goes first, where both want the same processor */

struct queue {
    struct job *first, **last;
};
struct lane {
    struct loop *loop;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct queue todo, ready;
    size_t waiting; /* pushed and not yet given back */
    bool ending;
    int event;
};

static void append(struct queue *q, struct job *j)
{
    j->next = NULL;
    *q->last = j;
    q->last = &j->next;
}

static struct job *take(struct queue *q)
{
    struct job *j = q->first;
    if (!j) return NULL;
    q->first = j->next;
    if (!q->first) q->last = &q->first;
    return j;
}

/* On Linux a nice value is a thread's own. */
static void be_patient(void)
{
    id_t me = (id_t)gettid();
    (void)setpriority(PRIO_PROCESS, me, getpriority(PRIO_PROCESS, me) + LANE_NICE);
}

static void *work(void *arg)
{
    struct lane *l = arg;
    be_patient();
    pthread_mutex_lock(&l->lock);
    for (;;) {
        struct job *j = take(&l->todo);
        if (!j && l->ending) break;
        if (!j) {
            pthread_cond_wait(&l->changed, &l->lock);
            continue;
        }
        pthread_mutex_unlock(&l->lock);
        j->work(j);
        pthread_mutex_lock(&l->lock);
        append(&l->ready, j);
        pthread_cond_broadcast(&l->changed);
        uint64_t one = 1;
        (void)!write(l->event, &one, sizeof one);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

static void give_back(struct lane *l)
{
    for (;;) {
        pthread_mutex_lock(&l->lock);
        struct job *j = take(&l->ready);
        if (j) l->waiting--;
        pthread_mutex_unlock(&l->lock);
        if (!j) return;
        j->done(j);
    }
}

static void completed(void *arg, uint32_t events)
{
    struct lane *l = arg;
    uint64_t count;
    (void)events;
    (void)!read(l->event, &count, sizeof count);
    give_back(l);
}

/* The thread takes no signals: they belong to the loop. */
static int start(struct lane *l)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int rc = pthread_create(&l->thread, NULL, work, l);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return rc;
}

struct lane *lane_new(struct loop *loop, const char *name, struct err *err)
{
    struct lane *l = calloc(1, sizeof *l);
    if (!l) return err_set(err, E_MEMORY, "no memory for a worker"), NULL;
    l->loop = loop;
    l->todo.last = &l->todo.first;
    l->ready.last = &l->ready.first;
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->changed, NULL);
    l->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (l->event < 0 || loop_add(loop, l->event, EPOLLIN, completed, l, err) != OK || (errno = start(l)) != 0) {
        err_errno(err, E_IO, "cannot start the worker '%s'", name);
        if (l->event >= 0) loop_remove(loop, l->event), close(l->event);
        free(l);
        return NULL;
    }
    pthread_setname_np(l->thread, name);
    return l;
}

void lane_drain(struct lane *l)
{
    while (lane_waiting(l)) {
        pthread_mutex_lock(&l->lock);
        while (l->waiting && !l->ready.first) pthread_cond_wait(&l->changed, &l->lock);
        pthread_mutex_unlock(&l->lock);
        give_back(l);
    }
}

void lane_free(struct lane *l)
{
    if (!l) return;
    lane_drain(l);
    pthread_mutex_lock(&l->lock);
    l->ending = true;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
    pthread_join(l->thread, NULL);
    loop_remove(l->loop, l->event);
    close(l->event);
    pthread_cond_destroy(&l->changed);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

void lane_push(struct lane *l, struct job *j)
{
    pthread_mutex_lock(&l->lock);
    append(&l->todo, j);
    l->waiting++;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
}

size_t lane_waiting(struct lane *l)
{
    pthread_mutex_lock(&l->lock);
    size_t n = l->waiting;
    pthread_mutex_unlock(&l->lock);
    return n;
}
