/* knowledge_fixture - the built-in knowledge as the state of a group of tests. */
#ifndef MLWATCH_TEST_KNOWLEDGE_FIXTURE_H
#define MLWATCH_TEST_KNOWLEDGE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../daemon/knowledge/knowledge.h"

/* open_knowledge, close_knowledge - set a group up with a struct knowledge as *state, and take it down. */
static inline int open_knowledge(void **state)
{
    struct knowledge *k = calloc(1, sizeof *k);
    struct err err = {0};
    unsetenv("MLWATCH_TEMPLATES");
    if (knowledge_open(k, &err)) print_error("%s\n", err.text);
    *state = k;
    return err.status;
}

static inline int close_knowledge(void **state)
{
    knowledge_done(*state);
    free(*state);
    return 0;
}

#endif
