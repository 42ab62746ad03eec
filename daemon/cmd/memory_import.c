/* memory import - old runs and what was told in words, into the memory.
 *
 * Runs are found, read and judged here, and written in lots to a spool file beside the database, which the daemon, the one process that
 * writes, takes in. So a log that brings a reader down brings down this process, and the daemon is never long at it. */
#include "memory.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../engine/client.h"
#include "../engine/ingest/ingest.h"

enum { LOT_RUNS = 64, LOT_BYTES = 4 << 20, SAID_MAX = 20 };

struct import {
    struct recall recall;
    struct study study;
    struct ingest_list list;
    struct cmd_memory_bar bar;
    FILE *spool;
    char *path; /* of the spool */
    size_t in_lot;
    uint64_t runs, points, incidents, known, watched, notes, outcomes, known_rows, refused; /* as the daemon counts */
    uint64_t unreadable, empty, said;
    bool failed; /* something could not be read or stored: exit code 3 */
    int code;    /* of the daemon */
    double began;
};

/* ---- saying ------------------------------------------------------------------------------------------------------------------ */

static void say(void *arg, const char *text)
{
    struct import *m = arg;
    if (m->said++ > SAID_MAX) return;
    cmd_memory_bar_end(&m->bar);
    cmd_say(m->said > SAID_MAX ? "more of the kind is only counted" : text);
}

static void complain(struct import *m, const struct err *err)
{
    m->failed = true;
    say(m, err->text);
}

/* ---- the daemon -------------------------------------------------------------------------------------------------------------- */

static void add(uint64_t *to, const json_t *message, const char *name)
{
    *to += (uint64_t)json_integer_value(json_object_get(message, name));
}

static void hear(void *arg, const json_t *message)
{
    struct import *m = arg;
    const char *what = json_string_value(json_object_get(message, "say")),
               *text = json_string_value(json_object_get(message, "text"));
    if (!what) return;
    if (strcmp(what, "error") == 0 || strcmp(what, "note") == 0) m->failed = true, say(m, text ? text : "");
    if (strcmp(what, "progress") == 0 && m->list.n_runs == 0)
        cmd_memory_bar_at(&m->bar, (uint64_t)json_integer_value(json_object_get(message, "done")) >> 20,
                          (uint64_t)json_integer_value(json_object_get(message, "of")) >> 20, "MiB");
    if (strcmp(what, "imported") != 0) return;
    add(&m->runs, message, "runs"), add(&m->points, message, "points"), add(&m->incidents, message, "incidents");
    add(&m->known, message, "known"), add(&m->watched, message, "watched"), add(&m->notes, message, "notes");
    add(&m->outcomes, message, "outcomes"), add(&m->known_rows, message, "known_rows"), add(&m->refused, message, "refused");
}

static enum status ask(struct import *m, const char *path, struct err *err)
{
    int code = 0;
    enum status s = client_call(true, json_pack("{s:s, s:o}", "do", "import", "path", json_text(path)), hear, m, &code, err);
    if (!s && code) m->code = code;
    return s;
}

static enum status begin_lot(struct import *m, struct err *err)
{
    struct str line = {0};
    dump_schema(&line);
    bool ok = fflush(m->spool) == 0 && ftruncate(fileno(m->spool), 0) == 0;
    rewind(m->spool);
    ok = ok && !line.failed && fwrite(line.p, 1, line.n, m->spool) == line.n;
    str_done(&line);
    m->in_lot = 0;
    return ok ? OK : err_errno(err, E_IO, "cannot write '%s'", m->path);
}

static enum status ship(struct import *m, struct err *err)
{
    if (!m->in_lot) return OK;
    if (fflush(m->spool) != 0) return err_errno(err, E_IO, "cannot write '%s'", m->path);
    enum status s = ask(m, m->path, err);
    return s ? s : begin_lot(m, err);
}

static enum status open_spool(struct import *m, struct err *err)
{
    enum status s = cmd_memory_spool("import", &m->path, err);
    if (s) return s;
    m->spool = fopen(m->path, "w+e");
    m->study.spill = tmpfile();
    if (!m->spool || !m->study.spill) return err_errno(err, E_IO, "cannot keep what is read in '%s'", m->path);
    return begin_lot(m, err);
}

/* ---- the work ---------------------------------------------------------------------------------------------------------------- */

static void block(sigset_t *before)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, before);
}

/* Somebody wants it to end: the signal stays pending, and ends us once what was read is stored. */
static bool interrupted(void)
{
    sigset_t pending;
    return sigpending(&pending) == 0 && (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1);
}

static void take_run(struct import *m, const struct ingest_run *r)
{
    struct err err = {0};
    enum studied what = STUDIED_EMPTY;
    if (study_run(&m->study, r, m->spool, &what, &err)) {
        m->unreadable++;
        complain(m, &err);
        return;
    }
    if (what == STUDIED) m->in_lot++;
    if (what == STUDIED_KNOWN) m->known++;
    if (what == STUDIED_EMPTY) m->empty++;
}

static enum status take_runs(struct import *m, struct err *err)
{
    enum status s = OK;
    size_t i = 0;
    for (; i < m->list.n_runs && !s && !m->code && !interrupted(); i++) {
        cmd_memory_bar_at(&m->bar, i, m->list.n_runs, "runs");
        take_run(m, &m->list.runs[i]);
        if (m->in_lot >= LOT_RUNS || ftello(m->spool) > LOT_BYTES) s = ship(m, err);
    }
    if (!s) s = ship(m, err);
    cmd_memory_bar_end(&m->bar);
    if (interrupted())
        fprintf(stderr, "mlwatch: stopped after %zu of %zu runs; the same command goes on from there\n", i, m->list.n_runs);
    return s;
}

static enum status take_words(struct import *m, const char *path, enum account_kind kind, struct err *err)
{
    struct str lines = {0};
    struct account_counts counts;
    enum status s = account_read(path, kind, clock_wall(), &lines, &counts, say, m, err);
    if (!s && lines.n && fwrite(lines.p, 1, lines.n, m->spool) != lines.n) s = err_errno(err, E_IO, "cannot write '%s'", m->path);
    m->in_lot += counts.notes > 0;
    m->refused += counts.bad;
    m->failed = m->failed || counts.bad;
    str_done(&lines);
    return s ? s : ship(m, err);
}

static enum status take_files(struct import *m, struct err *err)
{
    enum status s = OK;
    for (size_t i = 0; i < m->list.n_files && !s && !m->code && !interrupted(); i++) {
        enum account_kind kind = account_kind(m->list.files[i]);
        s = kind == ACCOUNT_EXPORT ? ask(m, m->list.files[i], err) : take_words(m, m->list.files[i], kind, err);
        cmd_memory_bar_end(&m->bar);
    }
    return s;
}

/* What cannot be looked at does not keep the rest from being imported. */
static void list(struct import *m, const struct opt_result *given)
{
    for (int i = 1; i < given->n_words; i++) {
        struct err err = {0};
        if (ingest_list_add(&m->list, given->words[i], say, m, &err)) m->unreadable++, complain(m, &err);
    }
}

static enum status work(struct import *m, const struct opt_result *given, struct err *err)
{
    sigset_t before;
    enum status s = open_spool(m, err);
    if (!s) s = recall_open(&m->recall, err);
    if (s) return s;
    m->study.recall = &m->recall;
    block(&before);
    list(m, given);
    s = take_runs(m, err);
    if (!s) s = take_files(m, err);
    unlink(m->path);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return s;
}

/* ---- the end ----------------------------------------------------------------------------------------------------------------- */

static void add_count(struct str *out, uint64_t n, const char *one, const char *many)
{
    if (n) str_addf(out, "%s%llu %s", out->n ? ", " : "", (unsigned long long)n, n == 1 ? one : many);
}

static int print_text(const struct import *m)
{
    struct str s = {0};
    add_count(&s, m->runs, "run", "runs");
    add_count(&s, m->points, "point", "points");
    add_count(&s, m->incidents, "incident", "incidents");
    add_count(&s, m->notes, "note", "notes");
    add_count(&s, m->outcomes, "outcome", "outcomes");
    if (!s.n) str_add(&s, "nothing new");
    str_add(&s, " imported");
    add_count(&s, m->known, "run was known", "runs were known");
    add_count(&s, m->known_rows, "note or outcome was known", "notes and outcomes were known");
    add_count(&s, m->watched, "is being watched", "are being watched");
    add_count(&s, m->empty, "held no record", "held no record");
    add_count(&s, m->unreadable, "could not be read", "could not be read");
    add_count(&s, m->refused, "row was left out", "rows were left out");
    str_addf(&s, " (%.1f s)\n", clock_now() - m->began);
    int code = cmd_print((struct span){s.p ? s.p : "", s.n});
    str_done(&s);
    return code;
}

static int print_counts(const struct import *m)
{
    return cmd_memory_json(
        json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f}", "schema", "mlwatch.memory-import/1",
                  "runs", (json_int_t)m->runs, "points", (json_int_t)m->points, "incidents", (json_int_t)m->incidents, "notes",
                  (json_int_t)m->notes, "outcomes", (json_int_t)m->outcomes, "known", (json_int_t)m->known, "known_rows",
                  (json_int_t)m->known_rows, "watched", (json_int_t)m->watched, "empty", (json_int_t)m->empty, "unreadable",
                  (json_int_t)m->unreadable, "refused", (json_int_t)m->refused, "elapsed_s", clock_now() - m->began));
}

static void done(struct import *m)
{
    if (m->spool) fclose(m->spool);
    if (m->path) unlink(m->path);
    if (m->study.spill) fclose(m->study.spill);
    study_done(&m->study);
    ingest_list_done(&m->list);
    recall_close(&m->recall);
    free(m->path);
}

int cmd_memory_import(const struct opt_result *given)
{
    struct err err = {0};
    struct import m = {.began = clock_now()};
    if (given->n_words < 2)
        return err_set(&err, E_USAGE, "import what? A directory of old runs, an MLflow server's URL, or a file"), cmd_fail(&err);
    cmd_memory_bar_begin(&m.bar);
    enum status s = work(&m, given, &err);
    cmd_memory_bar_end(&m.bar);
    int code = s ? cmd_fail(&err) : cmd_memory_wants_json(given) ? print_counts(&m) : print_text(&m);
    if (!code && m.code) code = m.code;
    if (!code && (m.failed || m.refused)) code = EXIT_UNREADABLE;
    done(&m);
    return code;
}
