/* accuracy - is a score the share of right answers? Loops call it accuracy, acc, Acc@1, top1. */
#ifndef MLWATCH_ACCURACY_H
#define MLWATCH_ACCURACY_H

#include <stdbool.h>
#include <string.h>

/* is_accuracy - by the name of the metric, in whatever case. An error of the same name counts what is wrong. */
static inline bool is_accuracy(const char *metric)
{
    return (strcasestr(metric, "acc") || strcasestr(metric, "top1")) && !strcasestr(metric, "err");
}

#endif
