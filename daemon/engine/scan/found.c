/* scan_found - what the walk found is kept: runs by their root, sources with the reason why they are sources, what was passed over. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

enum { NOTE_BYTES = 300, NOTE_NAME_CHARS = 60, SUMMARY_BYTES = 80 };

static bool grow(void **array, size_t used, size_t element)
{
    if (used & (used - 1)) return true; /* room doubles at powers of two */
    void *p = realloc(*array, (used ? used * 2 : 1) * element);
    if (p) *array = p;
    return p != NULL;
}

/* ---- passed over --------------------------------------------------------------------------------------------------------------- */

void scan_skip_entry(void *arg, const char *path, const char *why)
{
    struct scan *s = arg;
    if (s->n_skips >= SCAN_MAX_SKIPS || !grow((void **)&s->skips, s->n_skips, sizeof *s->skips)) return;
    char *copy = str_dup(span_of(path));
    if (copy) s->skips[s->n_skips++] = (struct scan_skip){copy, why};
}

void scan_note(struct scan_walk *w, const char *path, const char *why)
{
    w->scan->skipped++;
    scan_skip_entry(w->scan, path, why);
    if (w->note.n > NOTE_BYTES) return;
    str_add(&w->note, w->note.n ? "; '" : "'");
    str_add_printable(&w->note, span_of(path_name(path)), NOTE_NAME_CHARS);
    str_addf(&w->note, "' %s", why);
}

/* ---- runs ---------------------------------------------------------------------------------------------------------------------- */

static struct scan_run *run_at(struct scan_walk *w, const char *root)
{
    struct scan *s = w->scan;
    for (size_t i = s->n_runs; i-- > 0;)
        if (strcmp(s->runs[i].root, root) == 0) return &s->runs[i];
    if (!grow((void **)&s->runs, s->n_runs, sizeof *s->runs)) return NULL;
    char *copy = str_dup(span_of(root));
    if (!copy) return NULL;
    s->runs[s->n_runs] = (struct scan_run){.root = copy};
    return &s->runs[s->n_runs++];
}

bool scan_knows(const struct scan *s, const char *root)
{
    for (size_t i = 0; i < s->n_runs; i++)
        if (strcmp(s->runs[i].root, root) == 0) return s->runs[i].n_sources || s->runs[i].n_checkpoints;
    return false;
}

/* How sure it is, as a person says it. */
static const char *sureness(int confidence)
{
    static const struct {
        int from;
        const char *word;
    } words[] = {{95, "certain"}, {75, "sure"}, {50, "likely"}, {0, "a guess"}};
    size_t i = 0;
    while (confidence < words[i].from) i++;
    return words[i].word;
}

/* "by its name and its first bytes: JSON lines (sure)" */
static void say_why(struct scan_source *s)
{
    const char *summary = s->format->summary;
    size_t n = strlen(summary) > SUMMARY_BYTES || s->format->growth != GROWTH_QUERIED ? strcspn(summary, ":;") : strlen(summary);
    const char *own = s->format->called ? s->format->called(s->path) : NULL;
    bool usual = s->format->globs && scan_named(path_name(s->path), s->format->globs);
    snprintf(s->why, sizeof s->why, "by %sits first bytes: %.*s (%s)", usual ? "its name and " : "",
             n > SUMMARY_BYTES ? SUMMARY_BYTES : (int)n, summary, sureness(s->confidence));
    if (own) snprintf(s->why, sizeof s->why, "by its name: your format '%.60s' (%s)", own, sureness(s->confidence));
}

void scan_add_source(struct scan_walk *w, const char *root, const char *path, const struct stat *st, const struct format *f,
                     int confidence)
{
    struct scan_run *r = run_at(w, root);
    if (!r || w->sources >= SCAN_MAX_SOURCES || !grow((void **)&r->sources, r->n_sources, sizeof *r->sources)) return;
    struct scan_source s = {.path = str_dup(span_of(path)),
                            .format = f,
                            .confidence = confidence,
                            .mtime = (double)st->st_mtim.tv_sec + 1e-9 * (double)st->st_mtim.tv_nsec,
                            .size = (uint64_t)st->st_size};
    if (!s.path) return;
    say_why(&s);
    r->sources[r->n_sources++] = s;
    w->sources++;
}

void scan_add_checkpoint(struct scan_walk *w, const char *root, const char *path, const struct stat *st)
{
    struct scan_run *r = run_at(w, root);
    if (!r || !grow((void **)&r->checkpoints, r->n_checkpoints, sizeof *r->checkpoints)) return;
    char *copy = str_dup(span_of(path));
    if (copy)
        r->checkpoints[r->n_checkpoints++] =
            (struct scan_checkpoint){copy, scan_step_in_name(path_name(path)), (double)st->st_mtim.tv_sec};
}

/* ---- the end ------------------------------------------------------------------------------------------------------------------- */

void scan_source_done(struct scan_source *s)
{
    for (size_t i = 0; i < s->n_older; i++) free(s->older[i]);
    free(s->older);
    free(s->path);
}

void scan_run_done(struct scan_run *r)
{
    for (size_t i = 0; i < r->n_sources; i++) scan_source_done(&r->sources[i]);
    for (size_t i = 0; i < r->n_checkpoints; i++) free(r->checkpoints[i].path);
    free(r->sources);
    free(r->checkpoints);
    free(r->root);
}

/* ---- order --------------------------------------------------------------------------------------------------------------------- */

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct scan_source *)a)->path, ((const struct scan_source *)b)->path);
}
static int by_root(const void *a, const void *b)
{
    return strcmp(((const struct scan_run *)a)->root, ((const struct scan_run *)b)->root);
}
static int by_step(const void *a, const void *b)
{
    const struct scan_checkpoint *x = a, *y = b;
    return x->step != y->step ? (x->step < y->step ? -1 : 1) : strcmp(x->path, y->path);
}
static int skips_by_path(const void *a, const void *b)
{
    return strcmp(((const struct scan_skip *)a)->path, ((const struct scan_skip *)b)->path);
}

static bool has_logs(const struct scan_run *r)
{
    for (size_t i = 0; i < r->n_sources; i++)
        if (r->sources[i].format->growth != GROWTH_SETTINGS) return true;
    return false;
}

static void tidy_run(struct scan *s, struct scan_run *r)
{
    if (r->n_sources) qsort(r->sources, r->n_sources, sizeof *r->sources, by_path);
    if (r->n_checkpoints) qsort(r->checkpoints, r->n_checkpoints, sizeof *r->checkpoints, by_step);
    scan_keep_last_state(r, scan_skip_entry, s);
    scan_join_rotated(r, scan_skip_entry, s);
    if (r->n_sources) qsort(r->sources, r->n_sources, sizeof *r->sources, by_path);
}

void scan_tidy(struct scan *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->n_runs; i++) tidy_run(s, &s->runs[i]);
    for (size_t i = 0; i < s->n_runs; i++)
        if (has_logs(&s->runs[i])) s->runs[kept++] = s->runs[i];
        else scan_run_done(&s->runs[i]);
    s->n_runs = kept;
    if (kept) qsort(s->runs, kept, sizeof *s->runs, by_root);
    if (s->n_skips) qsort(s->skips, s->n_skips, sizeof *s->skips, skips_by_path);
}

void scan_done(struct scan *s)
{
    if (!s) return;
    for (size_t i = 0; i < s->n_runs; i++) scan_run_done(&s->runs[i]);
    for (size_t i = 0; i < s->n_skips; i++) free(s->skips[i].path);
    free(s->skips);
    free(s->runs);
    free(s->note);
    *s = (struct scan){0};
}
