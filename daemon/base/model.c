#include "model.h"

const char *verdict_name(enum verdict v)
{
    static const char *const names[] = {"clean", "info", "warning", "critical", "unreadable"};
    return names[v];
}

const char *run_state_name(enum run_state s)
{
    static const char *const names[] = {"unknown", "running", "stalled", "finished", "failed"};
    return names[s];
}
