/* account - failures told in words become notes: one a line as JSON, or a CSV with a header. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../../base/redact.h"
#include "account_words.h"
#include "ingest.h"
#include "table.h"

enum { FILE_BYTES_MAX = 64 << 20, SAID_MAX = 20 };

const char *account_keep(struct arena *a, struct span text)
{
    struct str clean = {0}, plain = {0};
    redact_text(&clean, text);
    str_add_printable(&plain, (struct span){clean.p ? clean.p : "", clean.n}, ACCOUNT_TEXT_BYTES_MAX);
    const char *kept = arena_copy(a, plain.p ? plain.p : "", plain.n);
    str_done(&clean);
    str_done(&plain);
    return kept;
}

/* ---- one row ---------------------------------------------------------------------------------------------------------------- */

/* A note as it grows: texts are kept without secrets and controls, and cut where they are too long. */
struct telling {
    struct arena arena;
    struct note note;
    struct str symptoms;
    const char *worked; /* for all fixes that do not say themselves */
    const char *bad;
};

static const char *keep(struct telling *t, struct span text)
{
    text = span_trim(text);
    if (text.n > ACCOUNT_TEXT_BYTES_MAX) text.n = ACCOUNT_TEXT_BYTES_MAX;
    const char *kept = account_keep(&t->arena, text);
    if (!kept) t->bad = "it is more than fits";
    return kept ? kept : "";
}

static void add_symptom(struct telling *t, struct span text)
{
    const char *kept = keep(t, text);
    if (!*kept || t->symptoms.n > NOTE_TEXT_BYTES_MAX) return;
    if (t->symptoms.n) str_add(&t->symptoms, "\n");
    str_add(&t->symptoms, kept);
}

static void add_fix(struct telling *t, struct span text, const char *worked)
{
    const char *kept = keep(t, text);
    if (!*kept || t->note.n_fixes == NOTE_FIXES_MAX) return;
    t->note.fixes[t->note.n_fixes].fix = kept;
    t->note.fixes[t->note.n_fixes++].worked = worked;
}

static const char *answer_of(struct telling *t, const char *word)
{
    const char *worked = account_worked(word);
    if (!worked && span_trim(span_of(word)).n) t->bad = "whether the fix worked is told as none of yes, no, worse";
    return worked;
}

/* Several in one field: between ';' or '|' or newlines. */
static void each_part(struct telling *t, const char *text, void (*add)(struct telling *t, struct span part))
{
    for (const char *p = text;;) {
        size_t n = strcspn(p, ";|\n");
        add(t, (struct span){p, n});
        if (!p[n]) return;
        p += n + 1;
    }
}

static void add_plain_fix(struct telling *t, struct span part) { add_fix(t, part, NULL); }

static void take_text(struct telling *t, enum meaning m, const char *text)
{
    if (m == TEXT && !t->note.text) t->note.text = keep(t, span_of(text));
    if (m == SYMPTOMS) each_part(t, text, add_symptom);
    if (m == FIXES) each_part(t, text, add_plain_fix);
    if (m == WORKED) t->worked = answer_of(t, text);
    if (m == CAUSE) t->note.cause = keep(t, span_of(text));
    if (m == WHEN && *text && !account_time(text, &t->note.when)) t->bad = "when it happened is no date (2026-01-31)";
}

static void begin(struct telling *t, double now)
{
    *t = (struct telling){.note = {.when = now}};
    arena_init(&t->arena, 1 << 20);
}

/* The line of the note, or why it is none. */
static const char *finish(struct telling *t, struct str *out)
{
    struct note *n = &t->note;
    if (n->text && !*n->text) n->text = NULL;
    if (n->cause && !*n->cause) n->cause = NULL;
    if (!n->text && t->symptoms.n) n->text = arena_copy(&t->arena, t->symptoms.p, t->symptoms.n), str_clear(&t->symptoms);
    if (!n->text && !t->bad) t->bad = "it does not say what happened: no description and no symptoms";
    n->symptoms = t->symptoms.n ? t->symptoms.p : NULL;
    for (size_t i = 0; i < n->n_fixes; i++)
        if (!n->fixes[i].worked) n->fixes[i].worked = t->worked;
    if (!t->bad) note_identify(n), dump_note(out, n);
    arena_done(&t->arena);
    str_done(&t->symptoms);
    return t->bad;
}

/* ---- JSON ------------------------------------------------------------------------------------------------------------------- */

static void take_number(struct telling *t, enum meaning m, const json_t *v)
{
    char text[32];
    snprintf(text, sizeof text, "%.15g", json_number_value(v));
    take_text(t, m, text);
}

static void take_fix_object(struct telling *t, const json_t *o)
{
    const char *key, *fix = NULL, *worked = NULL;
    json_t *v;
    json_object_foreach((json_t *)o, key, v)
    {
        enum meaning m = account_meaning(key);
        if ((m == FIXES || m == TEXT || strcmp(key, "name") == 0) && json_is_string(v)) fix = json_string_value(v);
        if (m == WORKED && json_is_string(v)) worked = answer_of(t, json_string_value(v));
        if (m == WORKED && json_is_boolean(v)) worked = json_is_true(v) ? "yes" : "no";
    }
    if (fix) add_fix(t, span_of(fix), worked);
    else t->bad = "a fix has no name";
}

static void take_value(struct telling *t, enum meaning m, const json_t *v)
{
    size_t i;
    const json_t *part;
    if (json_is_string(v)) take_text(t, m, json_string_value(v));
    else if (json_is_boolean(v)) take_text(t, m, json_is_true(v) ? "yes" : "no");
    else if (json_is_number(v)) take_number(t, m, v);
    else if (json_is_object(v) && m == FIXES) take_fix_object(t, v);
    else if (json_is_array(v) && m == WORKED) json_array_foreach(v, i, part)
        {
            const char *worked = json_is_string(part)    ? answer_of(t, json_string_value(part))
                                 : json_is_boolean(part) ? (json_is_true(part) ? "yes" : "no")
                                                         : NULL;
            if (i < t->note.n_fixes) t->note.fixes[i].worked = worked;
        }
    else if (json_is_array(v)) json_array_foreach(v, i, part)
        {
            if (json_is_string(part) && m == SYMPTOMS) add_symptom(t, span_of(json_string_value(part)));
            else if (json_is_string(part) && m == FIXES) add_fix(t, span_of(json_string_value(part)), NULL);
            else if (json_is_object(part) && m == FIXES) take_fix_object(t, part);
            else t->bad = "a list holds what is neither text nor a fix";
        }
    else if (!json_is_null(v)) t->bad = "a value is of a kind that tells nothing";
}

static void take_meaning(struct telling *t, const json_t *o, enum meaning m)
{
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)o, key, v) if (account_meaning(key) == m) take_value(t, m, v);
}

/* Answers after the fixes they are about. */
static const char *tell_json(struct span line, double now, struct str *out)
{
    static const enum meaning order[] = {TEXT, SYMPTOMS, FIXES, WORKED, CAUSE, WHEN};
    struct telling t;
    json_error_t e;
    json_t *o = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, &e);
    if (!json_is_object(o)) return json_decref(o), "it is no JSON object in UTF-8";
    begin(&t, now);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) take_meaning(&t, o, order[i]);
    json_decref(o);
    return finish(&t, out);
}

/* ---- files ------------------------------------------------------------------------------------------------------------------ */

struct reading {
    struct str *out;
    struct account_counts *counts;
    double now;
    const char *path;
    void (*say)(void *arg, const char *text);
    void *arg;
};

static void count(struct reading *r, const char *bad, unsigned long long line)
{
    struct str s = {0};
    if (!bad) {
        r->counts->notes++;
        return;
    }
    if (++r->counts->bad > SAID_MAX) return;
    str_addf(&s, "'%s', line %llu is left out: %s%s", r->path, line, bad,
             r->counts->bad == SAID_MAX ? "; what else is wrong is only counted" : "");
    if (s.p) r->say(r->arg, s.p);
    str_done(&s);
}

static void read_json(struct reading *r, struct span text)
{
    unsigned long long line = 0;
    while (text.n) {
        const char *newline = memchr(text.p, '\n', text.n);
        struct span one = {text.p, newline ? (size_t)(newline - text.p) : text.n};
        line++;
        if (span_trim(one).n) count(r, one.n > 1 << 20 ? "it is longer than 1 MiB" : tell_json(one, r->now, r->out), line);
        text = span_from(text, one.n + 1);
    }
}

static const char *tell_row(const struct table *t, const enum meaning *columns, size_t n, double now, struct str *out)
{
    struct telling told;
    if (t->bad) return t->bad;
    if (t->n > n) return "it has more fields than the header has names";
    begin(&told, now);
    for (size_t i = 0; i < t->n; i++)
        if (columns[i] != NONE && *t->fields[i]) take_text(&told, columns[i], t->fields[i]);
    return finish(&told, out);
}

static void read_csv(struct reading *r, struct span text)
{
    enum meaning columns[TABLE_FIELDS_MAX];
    struct table t;
    size_t n = 0;
    table_init(&t, text);
    if (table_next(&t))
        for (; n < t.n; n++) columns[n] = account_meaning(t.fields[n]);
    while (table_next(&t)) count(r, tell_row(&t, columns, n, r->now, r->out), t.row_line);
    table_done(&t);
}

static enum status read_whole(const char *path, struct str *text, struct err *err)
{
    struct stat st;
    char bytes[1 << 16];
    FILE *f = fopen(path, "re");
    if (!f) return err_errno(err, E_IO, "cannot read '%s'", path);
    enum status status = OK;
    if (fstat(fileno(f), &st) != 0 || !S_ISREG(st.st_mode))
        status = err_set(err, E_IO, "cannot read '%s': it is no regular file", path);
    else if (st.st_size > FILE_BYTES_MAX)
        status = err_set(err, E_LIMIT, "'%s' is larger than %d MiB; a table of failures told in words is not", path,
                         FILE_BYTES_MAX >> 20);
    for (size_t n; !status && (n = fread(bytes, 1, sizeof bytes, f)) > 0 && text->n <= FILE_BYTES_MAX;)
        str_add_span(text, (struct span){bytes, n});
    if (!status && ferror(f)) status = err_errno(err, E_IO, "cannot read '%s'", path);
    if (!status && text->failed) status = err_set(err, E_MEMORY, "no memory to read '%s'", path);
    fclose(f);
    return status;
}

enum status account_read(const char *path, enum account_kind kind, double now, struct str *out, struct account_counts *ret,
                         void (*say)(void *, const char *), void *arg, struct err *err)
{
    struct str text = {0};
    struct reading r = {out, ret, now, path, say, arg};
    *ret = (struct account_counts){0};
    enum status status = read_whole(path, &text, err);
    struct span all = {text.p ? text.p : "", text.n};
    if (!status && kind == ACCOUNT_CSV) read_csv(&r, all);
    else if (!status) read_json(&r, all);
    if (!status && out->failed) status = err_set(err, E_MEMORY, "no memory for what '%s' tells", path);
    str_done(&text);
    return status;
}
