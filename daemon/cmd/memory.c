/* memory - the store itself: taken out, put back, filled with what happened elsewhere, measured, kept small. Each part has its own file. */
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../engine/client.h"
#include "../engine/paths.h"

static const struct {
    const char *name;
    int (*run)(const struct opt_result *given);
} parts[] = {
    {"stats", cmd_memory_stats},     {"note", cmd_memory_note},     {"clusters", cmd_memory_clusters},
    {"reembed", cmd_memory_reembed}, {"export", cmd_memory_export}, {"import", cmd_memory_import},
    {"prune", cmd_memory_prune},
};
enum { PARTS = sizeof parts / sizeof *parts };

bool cmd_memory_wants_json(const struct opt_result *given)
{
    return opt_has(given, "json") || strcmp(opt_value(given, "format", "text"), "json") == 0;
}

int cmd_memory_json(json_t *o)
{
    struct str out = {0};
    char *text = json_dumps(o, JSON_COMPACT);
    str_add(&out, text);
    str_add(&out, "\n");
    int code = cmd_print((struct span){out.p ? out.p : "", out.n});
    str_done(&out);
    free(text);
    json_decref(o);
    return code;
}

enum status cmd_memory_no_words(const struct opt_result *given, struct err *err)
{
    if (given->n_words <= 1) return OK;
    return err_set(err, E_USAGE, "`mlwatch memory %s` takes no '%s'", given->words[0], given->words[1]);
}

enum status cmd_memory_spool(const char *what, char **ret, struct err *err)
{
    struct connection c;
    struct paths paths;
    struct str path = {0};
    enum status s = client_connect(true, &c, err);
    if (s) return s;
    client_close(&c);
    if ((s = paths_find(&paths, err))) return s;
    str_addf(&path, "%s/%s-%ld.jsonl", paths.data, what, (long)getpid());
    paths_done(&paths);
    *ret = str_take(&path);
    return *ret ? OK : err_set(err, E_MEMORY, "no memory to name the file of the %s", what);
}

/* ---- the bar ----------------------------------------------------------------------------------------------------------------- */

enum { BAR_CELLS = 30 };
static const double DRAW_S = 0.1;

void cmd_memory_bar_begin(struct cmd_memory_bar *b)
{
    const char *term = getenv("TERM");
    *b = (struct cmd_memory_bar){.shown = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0};
}

void cmd_memory_bar_at(struct cmd_memory_bar *b, uint64_t done, uint64_t of, const char *what)
{
    char cells[BAR_CELLS + 1];
    double now = clock_now();
    if (!b->shown || (now - b->drawn < DRAW_S && done < of)) return;
    size_t full = of ? (size_t)(done < of ? done * BAR_CELLS / of : BAR_CELLS) : 0;
    memset(cells, '.', BAR_CELLS);
    memset(cells, '#', full);
    cells[BAR_CELLS] = 0;
    fprintf(stderr, "\r[%s] %llu of %llu %s\033[K", cells, (unsigned long long)done, (unsigned long long)of, what);
    b->drawn = now;
}

void cmd_memory_bar_end(struct cmd_memory_bar *b)
{
    if (b->shown && b->drawn > 0) fputs("\r\033[K", stderr);
    b->drawn = 0;
}

/* ---- the verb ---------------------------------------------------------------------------------------------------------------- */

static int no_such_part(const char *word)
{
    const char *names[PARTS];
    struct err err;
    for (size_t i = 0; i < PARTS; i++) names[i] = parts[i].name;
    const char *near = word ? opt_nearest(word, names, PARTS) : NULL;
    if (!word) err_set(&err, E_USAGE, "memory what? stats, note, clusters, reembed, export, import or prune");
    else if (near) err_set(&err, E_USAGE, "there is no `memory %s`; did you mean '%s'?", word, near);
    else err_set(&err, E_USAGE, "there is no `memory %s`: stats, note, clusters, reembed, export, import, prune", word);
    return cmd_fail(&err);
}

static int run(const struct opt_result *given)
{
    const char *word = given->n_words ? given->words[0] : NULL;
    for (size_t i = 0; word && i < PARTS; i++)
        if (strcmp(parts[i].name, word) == 0) return parts[i].run(given);
    return no_such_part(word);
}

static const struct opt options[] = {
    {"output", 'o', "FILE", "export: write there, not to the terminal"},
    {"symptom", 0, "TEXT", "note: what was seen; may be repeated"},
    {"fix", 0, "FIX", "note: what was tried, an id or words; may be repeated"},
    {"worked", 0, "yes|no|worse", "note: whether the fix before it helped"},
    {"cause", 0, "CAUSE", "note: why, by its id: lr_too_high, ..."},
    {"older-than", 0, "AGE", "prune: runs without data since: 90d, 12w, 1y"},
    {"keep-incidents", 0, NULL, "prune: of runs with incidents, only the points"},
    {"dry-run", 0, NULL, "prune: only say what would go"},
    {"nearness", 0, "C", "clusters: least cosine to the group (0.8)"},
    {"anew", 0, NULL, "reembed: also vectors of this model that are there"},
    {"format", 'f', "FORMAT", "text or json"},
    {"json", 0, NULL, "short for --format json"},
    {NULL, 0, NULL, NULL},
};

const struct command command_memory = {
    .name = "memory",
    .usage = "stats|note|clusters|reembed|export|import|prune",
    .summary = "the failure memory itself: fill it, measure it, keep it small",
    .options = options,
    .help = "import DIR|URL|FILE...  old runs, diagnosed: any directory that `check` reads\n"
            "                        (W&B, TensorBoard, MLflow, logs), mlflow.db with all\n"
            "                        its runs, an MLflow server's http:// URL; failures told\n"
            "                        in words, as JSON lines or CSV with description,\n"
            "                        symptoms, attempted_fixes, worked; an export\n"
            "note TEXT               one failure in words\n"
            "export                  everything but vectors, as JSON lines\n"
            "stats, clusters         what is there; incidents that are alike\n"
            "prune                   healthy runs first, never what is watched; incidents\n"
            "                        that have an outcome stay\n"
            "reembed                 vectors of the configured model (`embed:`) for all\n\n"
            "What was imported is not watched, and what the memory has is passed over, so\n"
            "an import that was interrupted goes on when it is asked for again.\n\n"
            "  mlwatch memory import mlruns/ runs/ http://localhost:5000\n"
            "  mlwatch memory note \"loss explodes after warmup\" --fix lower_learning_rate \\\n"
            "      --worked yes --cause lr_too_high\n",
    .run = run,
    .reads_logs = true,
};
