/* dump_points RUN - every stored point of a run, one a line: series, step, value (%.17g). RUN as for `mlwatch status`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/engine/paths.h"
#include "../../daemon/store/store.h"

struct dump {
    char id[12];
    char **names;
    size_t n;
};

static bool take_run(void *arg, const struct run_row *r)
{
    memcpy(((struct dump *)arg)->id, r->id, sizeof r->id);
    return false;
}

static bool take_series(void *arg, const struct series_row *s)
{
    struct dump *d = arg;
    if (s->id >= d->n) {
        d->names = realloc(d->names, (s->id + 1) * sizeof *d->names);
        while (d->n <= s->id) d->names[d->n++] = NULL;
    }
    d->names[s->id] = strdup(s->name);
    return true;
}

static bool print_point(void *arg, const struct point_row *p)
{
    const struct dump *d = arg;
    const char *name = p->series < d->n && d->names[p->series] ? d->names[p->series] : "?";
    if (strcmp(name, "silence") != 0 && strcmp(name, "event") != 0) printf("%s %lld %.17g\n", name, (long long)p->step, p->value);
    return true;
}

static enum status dump(struct store *s, const char *run, struct dump *d, struct err *err)
{
    enum status status = store_run(s, run, take_run, d, err);
    if (!status) status = store_series(s, d->id, take_series, d, err);
    if (!status) status = store_points(s, d->id, print_point, d, err);
    store_close(s);
    return status;
}

int main(int argc, char **argv)
{
    struct paths p = {0};
    struct store *s;
    struct err err = {0};
    struct dump d = {0};
    if (argc != 2) return fputs("usage: dump_points RUN\n", stderr), 2;
    enum status status = paths_find(&p, &err);
    if (!status) status = store_open(p.database, false, &s, &err);
    if (!status) status = dump(s, argv[1], &d, &err);
    if (status) fprintf(stderr, "dump_points: %s\n", err.text);
    paths_done(&p);
    for (size_t i = 0; i < d.n; i++) free(d.names[i]);
    free(d.names);
    return status ? 3 : 0;
}
