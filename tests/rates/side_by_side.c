#include "side_by_side.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file that is held in memory: how far it was fed, and when its next line was written (INFINITY: there is none). */
struct metric {
    const struct format_out *out;
    const struct format *format;
    void *state;
    char *text;
    size_t n, at;
    double next;
};

bool side_by_side_is(const struct scan_source *s) { return strcmp(s->format->name, "mlflow_metric") == 0; }

static char *content(const char *path, size_t *ret_n)
{
    FILE *f = fopen(path, "rb");
    long n = f && fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    char *text = n >= 0 ? malloc((size_t)n + 1) : NULL;
    if (text) rewind(f), *ret_n = fread(text, 1, (size_t)n, f), text[*ret_n] = '\0';
    else fprintf(stderr, "cannot read '%s'\n", path);
    if (f) fclose(f);
    return text;
}

static void look_ahead(struct metric *m) { m->next = m->at < m->n ? strtod(m->text + m->at, NULL) : (double)INFINITY; }

static void metric_open(struct metric *m, struct run *r, int source, const struct scan_source *s)
{
    *m = (struct metric){.out = run_out(r, source), .format = s->format, .next = INFINITY};
    m->state = calloc(1, m->format->state_size);
    m->text = m->state ? content(s->path, &m->n) : NULL;
    if (!m->text) return;
    m->format->init(m->state, s->path);
    look_ahead(m);
}

static void feed_line(struct metric *m)
{
    const char *end = memchr(m->text + m->at, '\n', m->n - m->at);
    size_t n = end ? (size_t)(end + 1 - (m->text + m->at)) : m->n - m->at;
    m->format->feed(m->state, (struct span){m->text + m->at, n}, m->at + n == m->n, m->out);
    m->at += n;
    look_ahead(m);
}

static struct metric *oldest(struct metric *m, size_t n)
{
    struct metric *first = NULL;
    for (size_t i = 0; i < n; i++)
        if (m[i].next < (first ? first->next : (double)INFINITY)) first = &m[i];
    return first;
}

void side_by_side_read(struct run *r, const struct scan_run *from, const int *source)
{
    struct metric *all = calloc(from->n_sources + 1, sizeof *all), *m;
    size_t n = 0;
    for (size_t i = 0; all && i < from->n_sources; i++)
        if (side_by_side_is(&from->sources[i])) metric_open(&all[n++], r, source[i], &from->sources[i]);
    while (all && (m = oldest(all, n))) feed_line(m);
    for (size_t i = 0; i < n; i++) free(all[i].state), free(all[i].text);
    free(all);
}
