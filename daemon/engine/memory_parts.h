/* memory_parts - the memory as its files share it: memory.c writes and opens, memory_read.c reads, memory_embed.c works out what incidents
 * mean. */
#ifndef MLWATCH_MEMORY_PARTS_H
#define MLWATCH_MEMORY_PARTS_H

#include "../base/str.h"
#include "memory.h"

struct memory {
    struct loop *loop;
    struct lane *lane;
    struct store *store;
    struct batch *first, **last; /* waiting; the first of them may be on the lane */
    size_t n_waiting, waiting_points;
    bool writing, failing, closing;
    bool singly; /* a group failed: one batch at a time */
    double retry_s;
    struct loop_timer retry;
    double begun;    /* the last group; loop clock */
    struct str note; /* what became of a damaged database */
    char **lost;     /* directories of its runs */
    size_t n_lost;
    struct embedding *embedding; /* on the lane */
    struct embed *embed;         /* the lane's; opened at the first incident */
    void (*say)(void *arg, const char *text);
    void *arg;
};

#endif
