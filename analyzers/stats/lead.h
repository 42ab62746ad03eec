/* lead - which of several series of a role is the main one, whatever was read first. */
#ifndef MLWATCH_LEAD_H
#define MLWATCH_LEAD_H

#include <string.h>

#include "../analyzer.h"

/* lead_of - is a the main one of the two? "loss" before "loss/aux", then by the alphabet. */
static inline bool lead_of(const struct series *a, const struct series *b)
{
    size_t m = strlen(a->name), n = strlen(b->name);
    return m != n ? m < n : strcmp(a->name, b->name) < 0;
}

#endif
