#include "tidy.h"

#include <string.h>
#include <strings.h>

static const char *const names[] = {"metric", "metric_name", "name", "tag", "key", "variable", "series", "measure", NULL};
static const char *const values[] = {"value", "metric_value", "val", "scalar", NULL};

static bool is_one_of(const char *const *words, struct span s)
{
    for (; *words; words++)
        if (strlen(*words) == s.n && strncasecmp(*words, s.p, s.n) == 0) return true;
    return false;
}

void csv_tidy_begin(struct csv_tidy *t) { *t = (struct csv_tidy){.name = -1, .value = -1}; }

void csv_tidy_column(struct csv_tidy *t, struct span header, uint32_t i)
{
    if (is_one_of(names, header)) t->names++, t->name = (int32_t)i;
    if (is_one_of(values, header)) t->values++, t->value = (int32_t)i;
}

bool csv_tidy_end(struct csv_tidy *t, uint32_t n)
{
    bool is = t->names == 1 && t->values == 1 && n <= TIDY_COLUMNS_MAX;
    if (!is) t->name = t->value = -1;
    return is;
}
