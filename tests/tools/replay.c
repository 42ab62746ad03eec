/* replay - read a kept run and hold what is said about it against its expect.json.
 *   usage   replay CASE            every log of the directory through its format, then clock.tsv; 1 and the differences when it fails
 *           replay --coverage DIR  have all cases together one for each kind that an analyzer may emit, and for 15 causes?
 *
 * expect.json
 *   findings    [{"kind", "severity", "series", "onset": [lo, hi], "open": true, "quote"}]   each must be shown; all but kind are
 *               optional; an array of words means one of them; quote is a part of the log's own words
 *   absent      ["kind", ...]      none of these may be shown
 *   best_cause  "id" or ["accepted", ...]
 *   needs       true: no cause is certain, so the view must ask for an artifact; or the name of the one it asks for first
 *   verdict     "clean" | "info" | "warning" | "critical", or an array of those;  state, as `status` says it
 *   segments    how often the run was started
 *   known       why it fails for now: the differences are printed, and the exit code is 77 (skipped)
 * clock.tsv: one line `time<TAB>silence`, seconds, is one look of a live watch at a run that stays as it is. */
#include <dirent.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../analyzers/kind.h"
#include "../../daemon/engine/read.h"

enum { CAUSES_WANTED = 15 };

static int differs(const char *what, const char *wanted)
{
    printf("  %s: wanted %s\n", what, wanted);
    return 1;
}

/* Is word the text of want, or one of its texts? Anything is, where nothing is wanted. */
static bool accepted(const json_t *want, const char *word)
{
    if (!want) return true;
    if (json_is_string(want)) return strcmp(json_string_value(want), word) == 0;
    for (size_t i = 0; i < json_array_size(want); i++)
        if (strcmp(json_string_value(json_array_get(want, i)), word) == 0) return true;
    return false;
}

static bool is_wanted(const json_t *want, const struct finding_view *shown)
{
    const struct finding *f = &shown->finding;
    const char *quote = json_string_value(json_object_get(want, "quote"));
    const json_t *onset = json_object_get(want, "onset"), *open = json_object_get(want, "open");
    if (!accepted(json_object_get(want, "kind"), f->kind)) return false;
    if (!accepted(json_object_get(want, "severity"), severity_name(f->severity))) return false;
    if (!accepted(json_object_get(want, "series"), f->series ? f->series->name : "")) return false;
    if (quote && !(shown->quote && strstr(shown->quote, quote))) return false;
    if (open && json_is_true(open) != (f->phase != PHASE_CLOSED)) return false;
    return !onset || (f->onset_step >= json_integer_value(json_array_get(onset, 0)) &&
                      f->onset_step <= json_integer_value(json_array_get(onset, 1)));
}

static int compare_findings(const json_t *expect, const struct view *v)
{
    int failed = 0;
    const json_t *list = json_object_get(expect, "findings"), *absent = json_object_get(expect, "absent");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *want = json_array_get(list, i);
        size_t at = 0;
        while (at < v->n_findings && !is_wanted(want, &v->findings[at])) at++;
        if (at < v->n_findings) continue;
        char *text = json_dumps(want, JSON_COMPACT);
        failed |= differs("a finding is missing", text ? text : "?");
        free(text);
    }
    for (size_t i = 0; absent && i < v->n_findings; i++)
        if (json_array_size(absent) && accepted(absent, v->findings[i].finding.kind))
            failed |= differs(v->findings[i].finding.kind, "absent");
    return failed;
}

static int compare(const json_t *expect, const struct view *v)
{
    int failed = compare_findings(expect, v);
    const char *best = v->n_causes ? v->causes[0].diagnosis.cause->id : "none";
    const struct {
        const char *name, *is;
    } words[] = {{"best_cause", best}, {"verdict", verdict_name(v->verdict)}, {"state", run_state_name(v->state)}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (accepted(json_object_get(expect, words[i].name), words[i].is)) continue;
        char *text = json_dumps(json_object_get(expect, words[i].name), JSON_ENCODE_ANY | JSON_COMPACT);
        printf("  %s is %s: wanted %s\n", words[i].name, words[i].is, text ? text : "?");
        free(text);
        failed = 1;
    }
    const json_t *segments = json_object_get(expect, "segments");
    if (segments && json_integer_value(segments) != v->segments) failed |= differs("segments", "another number of them");
    const json_t *needs = json_object_get(expect, "needs");
    if (json_is_true(needs) && !v->n_needs) failed |= differs("needs", "an artifact that would decide");
    if (json_is_string(needs) && (!v->n_needs || strcmp(v->needs[0]->artifact, json_string_value(needs)) != 0))
        failed |= differs("needs", json_string_value(needs));
    return failed;
}

static void show(const struct view *v)
{
    printf("  verdict %s\n", verdict_name(v->verdict));
    for (size_t i = 0; i < v->n_findings; i++) {
        const struct finding *f = &v->findings[i].finding;
        printf("  found %s %s %s at %s %lld%s: %s\n", severity_name(f->severity), f->kind, f->series ? f->series->name : "-",
               f->series ? axis_name(f->series->axis) : "step", (long long)f->onset_step,
               f->phase == PHASE_CLOSED ? " (over)" : "", v->findings[i].message);
    }
    for (size_t i = 0; i < v->n_causes; i++)
        printf("  cause %s %.2f\n", v->causes[i].diagnosis.cause->id, v->causes[i].diagnosis.probability);
}

/* A live watch looks at the clock: one row, one look. */
static void watch_clock(struct run *r, const char *directory)
{
    char path[4096];
    double now, silence;
    snprintf(path, sizeof path, "%s/clock.tsv", directory);
    FILE *f = fopen(path, "r");
    while (f && fscanf(f, "%lf\t%lf ", &now, &silence) == 2) run_silence(r, now, silence);
    if (f) fclose(f);
}

static bool is_log(const struct scan_source *s)
{
    const char *name = strrchr(s->path, '/');
    name = name ? name + 1 : s->path;
    return strcmp(name, "clock.tsv") != 0 && strcmp(name, "expect.json") != 0;
}

/* The runs of a case are one: its logs, and its checkpoints by their names. */
static enum status read_logs(struct run *r, const struct scan *scan, struct err *err)
{
    for (size_t i = 0; i < scan->n_runs; i++) {
        const struct scan_run *run = &scan->runs[i];
        for (size_t j = 0; j < run->n_sources; j++) {
            const struct scan_source *s = &run->sources[j];
            if (!is_log(s)) continue;
            int source = run_source(r, s->path, s->format->name, s->why);
            if (source < 0 || read_source(r, source, s->path, s->format, INFINITY, err)) return E_IO;
        }
        for (size_t j = 0; j < run->n_checkpoints; j++)
            run_checkpoint(r, run->checkpoints[j].path, run->checkpoints[j].step, "unverified", "unverified");
    }
    return OK;
}

static json_t *load_expect(const char *directory)
{
    char path[4096];
    json_error_t e;
    snprintf(path, sizeof path, "%s/expect.json", directory);
    json_t *expect = json_load_file(path, 0, &e);
    if (!expect) fprintf(stderr, "cannot read '%s': %s\n", path, e.text);
    return expect;
}

/* A failure that is known is a skipped test; one that is gone must be struck from the list. */
static int excused(const json_t *expect, int failed)
{
    const char *known = json_string_value(json_object_get(expect, "known"));
    if (known) printf("  known: %s%s\n", known, failed ? "" : " - it holds now, strike \"known\"");
    return known && failed ? 77 : failed;
}

static int replay(const char *directory)
{
    struct knowledge knowledge;
    struct scan scan;
    struct err err = {0};
    json_t *expect = load_expect(directory);
    if (!expect) return 1;
    if (knowledge_open(&knowledge, &err)) return fprintf(stderr, "%s\n", err.text), 1;
    if (scan_directory(directory, &scan, &err)) return fprintf(stderr, "%s\n", err.text), 1;
    struct run_options options = {.knowledge = &knowledge};
    struct run *r = run_new(directory, directory, &options);
    int failed = 1;
    if (!r || read_logs(r, &scan, &err) || !run_points(r)) fprintf(stderr, "nothing to read: %s\n", err.text);
    else {
        watch_clock(r, directory);
        run_finish(r);
        const struct view *v = run_view(r);
        failed = compare(expect, v);
        show(v);
        failed = excused(expect, failed);
    }
    run_free(r);
    scan_done(&scan);
    knowledge_done(&knowledge);
    json_decref(expect);
    return failed;
}

/* What the cases of a directory ask for, all together. */
struct asked {
    json_t *kinds, *causes;
};

static void set_all(json_t *set, const json_t *words)
{
    if (json_is_string(words)) json_object_set_new(set, json_string_value(words), json_true());
    for (size_t i = 0; i < json_array_size(words); i++) set_all(set, json_array_get(words, i));
}

static void ask(struct asked *a, const char *directory)
{
    json_t *expect = load_expect(directory), *best = json_object_get(expect, "best_cause");
    const json_t *findings = json_object_get(expect, "findings");
    for (size_t i = 0; i < json_array_size(findings); i++)
        set_all(a->kinds, json_object_get(json_array_get(findings, i), "kind"));
    if (json_is_array(best)) best = json_array_get(best, 0);
    if (best) json_object_set_new(a->causes, json_string_value(best), json_true());
    json_decref(expect);
}

static int coverage(const char *directory)
{
    struct asked a = {json_object(), json_object()};
    int failed = 0;
    DIR *d = opendir(directory);
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[4096];
        if (e->d_name[0] == '.' || e->d_type == DT_REG) continue;
        snprintf(path, sizeof path, "%s/%s", directory, e->d_name);
        ask(&a, path);
    }
    if (d) closedir(d);
    for (size_t i = 0; analyzers[i]; i++)
        for (const char *const *kind = analyzers[i]->kinds; *kind; kind++)
            if (!json_object_get(a.kinds, *kind)) failed |= differs(analyzers[i]->name, *kind);
    printf("%zu kinds, %zu causes\n", json_object_size(a.kinds), json_object_size(a.causes));
    if (json_object_size(a.causes) < CAUSES_WANTED) failed |= differs("causes that a case has as its best", "15 at least");
    json_decref(a.kinds);
    json_decref(a.causes);
    return failed;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--coverage") == 0) return coverage(argv[2]);
    if (argc == 2) return replay(argv[1]);
    fprintf(stderr, "usage: replay CASE | replay --coverage DIR\n");
    return 2;
}
