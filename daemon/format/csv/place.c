/* csv_place - see csv/place.h. */
#include "place.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../../../analyzers/role.h"
#include "../../base/num.h"
#include "../held_out.h"
#include "cell.h"

static void of_dvclive(struct csv_place *p, const char *path)
{
    static const char folder[] = "plots/metrics/";
    const char *at = strstr(path, folder), *base = path_name(path);
    if (!at || (at > path && at[-1] != '/')) return;
    at += sizeof folder - 1;
    if (at < base && base - at < CSV_PLACE_BYTES) memcpy(p->prefix, at, (size_t)(base - at));
}

void csv_place_of(struct csv_place *p, const char *path)
{
    const char *base = path_name(path);
    *p = (struct csv_place){.sets = strcmp(base, "test_error.tsv") == 0};
    const char *dot = strrchr(base, '.');
    p->evolves = strcmp(base, "fitness_history.csv") == 0;
    p->table = dot && !p->evolves && (strcasecmp(dot, ".csv") == 0 || strcasecmp(dot, ".tsv") == 0);
    p->says = file_says(path, p->file);
    if (p->sets || strcmp(base, "learn_error.tsv") == 0) snprintf(p->prefix, sizeof p->prefix, p->sets ? "test/" : "learn/");
    else of_dvclive(p, path);
}

/* set_of - the number behind "RMSE:1", which is cut off; -1 for none. Metrics have colons of their own: "Quantile:alpha=0.5". */
static int64_t set_of(struct span *cell)
{
    const char *colon = memrchr(cell->p, ':', cell->n);
    int64_t set;
    if (!colon || !num_integer(span_from(*cell, (size_t)(colon - cell->p) + 1), &set) || set < 0 || set > 999) return -1;
    cell->n = (size_t)(colon - cell->p);
    return set;
}

enum { NAMES_MAX = 32 };

/* scores_beside - see held_out_beside. */
static bool scores_beside(struct span line, char delimiter)
{
    struct csv_row r = {line.p, line.p + line.n, delimiter, true};
    struct span names[NAMES_MAX];
    size_t n = 0;
    while (r.more && n < NAMES_MAX) names[n++] = csv_next(&r).span;
    return !r.more && held_out_beside(names, n);
}

void csv_place_header(struct csv_place *p, struct span line, char delimiter)
{
    struct csv_row r = {line.p, line.p + line.n, delimiter, true};
    p->exported = p->file[0] && span_is(span_trim(line), "Wall time,Step,Value");
    p->last = 0;
    p->beside = scores_beside(line, delimiter);
    while (p->sets && r.more) {
        struct span cell = csv_next(&r).span;
        int64_t set = cell.n ? set_of(&cell) : -1;
        if (set >= (int64_t)p->last) p->last = (unsigned)set + 1;
    }
}

struct span csv_place_column(const struct csv_place *p, size_t i, size_t cells)
{
    static const char *const generation[CSV_PLACE_GENERATION] = {"best fitness", "mean fitness"};
    return p->evolves && cells == CSV_PLACE_GENERATION ? span_of(generation[i]) : (struct span){NULL, 0};
}

char csv_place_delimiter(const struct csv_place *p, struct span line)
{
    return p->table ? csv_delimiter(line) : csv_delimiter_or_blank(line);
}

static struct span prefixed(const char *prefix, struct span cell, char *out)
{
    int n = snprintf(out, FIELD_NAME_MAX_BYTES, "%s%.*s", prefix, (int)cell.n, cell.p);
    return n > 0 && n < FIELD_NAME_MAX_BYTES ? (struct span){out, (size_t)n} : cell;
}

static bool is_open_score(struct span cell)
{
    char name[FIELD_NAME_MAX_BYTES];
    snprintf(name, sizeof name, "%.*s", (int)cell.n, cell.p);
    return role_of(name).role == ROLE_SCORE_TRAIN && held_out_open(name);
}

struct span csv_place_name(const struct csv_place *p, struct span cell, char *out)
{
    if (p->exported && span_is(cell, "Value")) return span_of(p->file);
    bool known = !cell.n || field_of(cell)->kind != FIELD_VALUE || memchr(cell.p, '/', cell.n);
    if (p->beside && !known && is_open_score(cell)) return prefixed(held_out_prefix(HELD_VALID), cell, out);
    if (!p->prefix[0] || known) return cell;
    int64_t set = p->sets ? set_of(&cell) : -1;
    unsigned number = set < 0 ? p->last : (unsigned)set;
    if (!p->sets || !number) return prefixed(p->prefix, cell, out);
    int n = snprintf(out, FIELD_NAME_MAX_BYTES, "test%u/%.*s", number, (int)cell.n, cell.p);
    return n > 0 && n < FIELD_NAME_MAX_BYTES ? (struct span){out, (size_t)n} : cell;
}
