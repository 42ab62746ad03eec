/* catalogue - the tables of README.md and analyzers/README.md, from the code's own lists.
 *
 *   tool_catalogue formats|findings|causes|analyzers      one Markdown table on stdout
 *   tool_catalogue update FILE...                         replace what stands between <!-- NAME --> and <!-- /NAME --> in each file
 *   tool_catalogue check FILE...                          exit 1 and say so when a file's tables are not those */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../analyzers/kind.h"
#include "../../daemon/base/str.h"
#include "../../daemon/format/format.h"
#include "../../daemon/knowledge/knowledge.h"

static const char *growth_words(enum growth g)
{
    return g == GROWTH_APPENDED    ? "appended"
           : g == GROWTH_REWRITTEN ? "appended or rewritten whole"
           : g == GROWTH_QUERIED   ? "asked again when it changes"
                                   : "written once; facts only";
}

static void formats_table(struct str *out)
{
    str_add(out, "| format | reads | files | grows |\n|---|---|---|---|\n");
    for (size_t i = 0; formats[i]; i++)
        str_addf(out, "| `%s` | %s | `%s` | %s |\n", formats[i]->name, formats[i]->summary, formats[i]->globs,
                 growth_words(formats[i]->growth));
}

static const struct analyzer *analyzer_of(const char *kind)
{
    for (size_t i = 0; analyzers[i]; i++)
        for (const char *const *k = analyzers[i]->kinds; *k; k++)
            if (strcmp(*k, kind) == 0) return analyzers[i];
    return NULL;
}

static void findings_table(struct str *out)
{
    str_add(out, "| finding | what was measured |\n|---|---|\n");
    for (const struct kind *k = kinds; k->name; k++)
        if (analyzer_of(k->name)) str_addf(out, "| `%s` | %s |\n", k->name, k->title);
}

static void causes_table(struct str *out)
{
    struct knowledge k;
    struct err err;
    if (knowledge_open(&k, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(3);
    }
    str_add(out, "| cause | in words | first fix |\n|---|---|---|\n");
    for (size_t i = 0; i < k.n_causes; i++) {
        const struct fix *f = knowledge_fix(&k, k.causes[i].fixes[0]);
        str_addf(out, "| `%s` | %s | %s |\n", k.causes[i].id, k.causes[i].title, f ? f->title : "");
    }
    knowledge_done(&k);
}

static void analyzers_table(struct str *out)
{
    static const char *const scopes[] = {"a series", "a metric", "a run"};
    str_add(out, "| analyzer | says that | sees | state | source |\n|---|---|---|---|---|\n");
    for (size_t i = 0; analyzers[i]; i++)
        str_addf(out, "| `%s` | %s | %s | %.1f KiB | %s |\n", analyzers[i]->name, analyzers[i]->summary,
                 scopes[analyzers[i]->scope], (double)analyzers[i]->state_size / 1024, analyzers[i]->source);
}

static const struct table {
    const char *name;
    void (*write)(struct str *out);
} tables[] = {{"formats", formats_table}, {"findings", findings_table}, {"causes", causes_table}, {"analyzers", analyzers_table}};
enum { N_TABLES = sizeof tables / sizeof *tables };

static char *read_file(const char *path)
{
    FILE *f = fopen(path, "r");
    struct str s = {0};
    char buffer[4096];
    if (!f) {
        perror(path);
        exit(3);
    }
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, f)) > 0;) str_add_span(&s, (struct span){buffer, n});
    fclose(f);
    return str_take(&s);
}

/* The text with its tables made anew. */
static void renew(const char *text, struct str *out)
{
    while (*text) {
        const struct table *t = NULL;
        const char *open = NULL, *close = NULL;
        for (size_t i = 0; i < N_TABLES; i++) {
            char mark[64], end[64];
            snprintf(mark, sizeof mark, "<!-- %s -->\n", tables[i].name);
            snprintf(end, sizeof end, "<!-- /%s -->", tables[i].name);
            const char *at = strstr(text, mark);
            if (!at || (open && at >= open) || !(close = strstr(at, end))) continue;
            open = at + strlen(mark);
            t = &tables[i];
        }
        if (!t) break;
        char end[64];
        snprintf(end, sizeof end, "<!-- /%s -->", t->name);
        str_add_span(out, (struct span){text, (size_t)(open - text)});
        t->write(out);
        text = strstr(open, end);
    }
    str_add(out, text);
}

static int each_file(bool update, int n, char **paths)
{
    int stale = 0;
    for (int i = 0; i < n; i++) {
        char *text = read_file(paths[i]);
        struct str now = {0};
        renew(text, &now);
        bool same = strcmp(text, now.p) == 0;
        stale |= !same;
        if (!same && update) {
            FILE *f = fopen(paths[i], "w");
            if (!f || fwrite(now.p, 1, now.n, f) != now.n || fclose(f)) exit(3);
        } else if (!same)
            fprintf(stderr, "%s: a table is not what the code has; run tool_catalogue update %s\n", paths[i], paths[i]);
        str_done(&now);
        free(text);
    }
    return update ? 0 : stale;
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "update") == 0) return each_file(true, argc - 2, argv + 2);
    if (argc > 2 && strcmp(argv[1], "check") == 0) return each_file(false, argc - 2, argv + 2);
    for (size_t i = 0; argc == 2 && i < N_TABLES; i++) {
        struct str s = {0};
        if (strcmp(tables[i].name, argv[1]) != 0) continue;
        tables[i].write(&s);
        fputs(s.p, stdout);
        str_done(&s);
        return 0;
    }
    fputs("usage: tool_catalogue formats|findings|causes|analyzers | update FILE... | check FILE...\n", stderr);
    return 2;
}
