/* memory note - one failure told in words. */
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../engine/client.h"
#include "../engine/ingest/ingest.h"

struct telling {
    struct note note;
    struct arena arena;
    struct str symptoms;
    bool fresh;
};

static const char *keep(struct telling *t, const char *text)
{
    const char *kept = account_keep(&t->arena, span_of(text));
    return kept ? kept : "";
}

static enum status check_length(const char *text, struct err *err)
{
    if (strlen(text) <= ACCOUNT_TEXT_BYTES_MAX) return OK;
    return err_set(err, E_USAGE, "that is too long for a note: %zu bytes, at most %d", strlen(text), ACCOUNT_TEXT_BYTES_MAX);
}

/* --worked is about the --fix before it. */
static enum status take_option(struct telling *t, const char *name, const char *value, struct err *err)
{
    struct note *n = &t->note;
    enum status s = check_length(value, err);
    if (s) return s;
    if (strcmp(name, "symptom") == 0) {
        if (t->symptoms.n) str_add(&t->symptoms, "\n");
        str_add(&t->symptoms, keep(t, value));
    } else if (strcmp(name, "fix") == 0) {
        if (n->n_fixes == NOTE_FIXES_MAX) return err_set(err, E_USAGE, "a note has room for %d fixes", NOTE_FIXES_MAX);
        n->fixes[n->n_fixes++].fix = keep(t, value);
    } else if (strcmp(name, "worked") == 0) {
        const char *worked = account_worked(value);
        if (!worked) return err_set(err, E_USAGE, "did it help? --worked yes, no or worse, not '%s'", value);
        if (!n->n_fixes) return err_set(err, E_USAGE, "what worked? --worked stands behind the --fix that it is about");
        n->fixes[n->n_fixes - 1].worked = worked;
    } else if (strcmp(name, "cause") == 0) {
        if (!account_id(value)) return err_set(err, E_USAGE, "'%s' is no id of a cause, such as lr_too_high", value);
        n->cause = keep(t, value);
    }
    return OK;
}

static enum status read_note(struct telling *t, const struct opt_result *given, struct err *err)
{
    struct str text = {0};
    for (int i = 1; i < given->n_words; i++) str_addf(&text, "%s%s", i > 1 ? " " : "", given->words[i]);
    enum status s =
        text.n ? check_length(text.p, err) : err_set(err, E_USAGE, "note what? `mlwatch memory note \"what happened\"`");
    t->note.text = s ? NULL : keep(t, text.p);
    str_done(&text);
    for (int i = 0; i < given->n_given && !s; i++)
        s = take_option(t, given->table[given->given[i].index].name, given->given[i].value ? given->given[i].value : "", err);
    t->note.symptoms = t->symptoms.n ? t->symptoms.p : NULL;
    t->note.when = clock_wall();
    if (!s && !span_trim(span_of(t->note.text)).n) s = err_set(err, E_USAGE, "the note says nothing");
    note_identify(&t->note);
    return s;
}

static void hear(void *arg, const json_t *message)
{
    struct telling *t = arg;
    const char *what = json_string_value(json_object_get(message, "say")),
               *text = json_string_value(json_object_get(message, "text"));
    if (what && strcmp(what, "imported") == 0) t->fresh = json_integer_value(json_object_get(message, "notes")) > 0;
    else if (text) cmd_say(text);
}

/* As one line of a spool, the way everything goes that is imported. */
static enum status write_spool(const struct note *n, char **path, struct err *err)
{
    struct str lines = {0};
    enum status s = cmd_memory_spool("note", path, err);
    if (s) return s;
    dump_schema(&lines);
    dump_note(&lines, n);
    FILE *f = fopen(*path, "we");
    bool ok = f && !lines.failed && fwrite(lines.p, 1, lines.n, f) == lines.n;
    ok = f && fclose(f) == 0 && ok;
    if (!ok) s = err_errno(err, E_IO, "cannot write '%s'", *path);
    str_done(&lines);
    return s;
}

static enum status tell(struct telling *t, int *code, struct err *err)
{
    char *path = NULL;
    enum status s = write_spool(&t->note, &path, err);
    if (!s)
        s = client_call(true, json_pack("{s:s, s:o, s:b}", "do", "import", "path", json_text(path), "remove", 1), hear, t, code,
                        err);
    if (path) unlink(path);
    free(path);
    return s;
}

int cmd_memory_note(const struct opt_result *given)
{
    struct err err = {0};
    struct telling t = {.fresh = false};
    int code = EXIT_CLEAN;
    arena_init(&t.arena, 1 << 20);
    if (read_note(&t, given, &err) || tell(&t, &code, &err)) code = cmd_fail(&err);
    else if (!code) printf("%s: %s\n", t.note.id, t.fresh ? "noted" : "was noted before");
    arena_done(&t.arena);
    str_done(&t.symptoms);
    return code;
}
