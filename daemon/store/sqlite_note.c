/* Notes: failures told in words, the fixes that were tried, an index of their words and their vectors. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/str.h"
#include "note.h"
#include "sqlite_store.h"

enum { WORDS_MAX = 32 };

/* ---- writing ------------------------------------------------------------------------------------------------------------- */

static enum status put_fixes(struct sqlite *db, const struct note *n, int64_t key, struct err *err)
{
    enum status status = OK;
    for (size_t i = 0; !status && i < n->n_fixes; i++)
        status = sqlite_run(
            db, "INSERT INTO note_fix(note, place, fix, worked) VALUES(?1, ?2, ?3, ?4)",
            BOUND(bound_int(key), bound_int((int64_t)i), bound_text(n->fixes[i].fix), bound_text(n->fixes[i].worked)), err);
    return status;
}

static enum status put_words(struct sqlite *db, int64_t key, struct err *err)
{
    return sqlite_run(db,
                      "INSERT INTO note_words(rowid, text, symptoms, cause, fixes) SELECT key, text, symptoms, cause,"
                      " (SELECT group_concat(fix, ' ') FROM note_fix WHERE note = ?1) FROM note WHERE key = ?1",
                      BOUND(bound_int(key)), err);
}

static enum status insert(struct sqlite *db, const struct note *n, struct err *err)
{
    int64_t key = 0;
    enum status status = sqlite_run(
        db, "INSERT INTO note(id, text, symptoms, cause, time) VALUES(?1, ?2, ?3, ?4, ?5)",
        BOUND(bound_text(n->id), bound_text(n->text), bound_text(n->symptoms), bound_text(n->cause), bound_real(n->when)), err);
    if (!status) status = sqlite_integer(db, "SELECT key FROM note WHERE id = ?1", BOUND(bound_text(n->id)), 0, &key, err);
    if (!status) status = put_fixes(db, n, key, err);
    return status ? status : put_words(db, key, err);
}

static enum status put(struct store *s, const struct note *n, bool *fresh, struct err *err)
{
    struct sqlite *db = memory_of(s)->db;
    int64_t known = 0;
    enum status status = check_writing(memory_of(s), err);
    if (!status) status = sqlite_integer(db, "SELECT key FROM note WHERE id = ?1", BOUND(bound_text(n->id)), 0, &known, err);
    if (status) return status;
    *fresh = !known;
    if (known) return OK;
    if ((status = sqlite_begin(db, err))) return status;
    return end_transaction(db, insert(db, n, err), err);
}

/* ---- reading ------------------------------------------------------------------------------------------------------------- */

#define NOTE_COLUMNS "n.key, n.id, n.text, n.symptoms, n.cause, n.time"
static const char *const queries[] = {
    [NOTE_ALL] = "SELECT " NOTE_COLUMNS " FROM note n WHERE ?1 IS NULL ORDER BY n.id LIMIT ?2",
    [NOTE_ID] = "SELECT " NOTE_COLUMNS " FROM note n WHERE n.id BETWEEN ?1 AND ?1 || '~' ORDER BY n.id LIMIT ?2",
    [NOTE_WORDS] = "SELECT " NOTE_COLUMNS " FROM note_words w JOIN note n ON n.key = w.rowid WHERE note_words MATCH ?1"
                   " ORDER BY bm25(note_words), n.id LIMIT ?2",
};

/* Each word in quotes, so that nothing in it is an operator; any of them will do. */
static void match_of(const char *words, struct str *out)
{
    size_t n = 0;
    for (const char *p = words; p && *p && n < WORDS_MAX;) {
        size_t length = 0;
        while (isalnum((unsigned char)p[length]) || (unsigned char)p[length] >= 0x80) length++;
        if (length > 1) str_addf(out, "%s\"%.*s\"", n++ ? " OR " : "", (int)(length < 64 ? length : 64), p);
        p += length ? length : 1;
    }
}

/* The fixes' texts lie in `texts`, behind one another, until it no longer grows. */
static enum status read_fixes(struct sqlite *db, int64_t key, struct note *n, struct str *texts, struct err *err)
{
    struct rows *r = NULL;
    size_t at[NOTE_FIXES_MAX][2];
    enum status status = sqlite_query(db, "SELECT fix, worked FROM note_fix WHERE note = ?1 ORDER BY place LIMIT 16",
                                      BOUND(bound_int(key)), &r, err);
    if (status) return status;
    for (n->n_fixes = 0; n->n_fixes < NOTE_FIXES_MAX && rows_next(r); n->n_fixes++)
        for (int column = 0; column < 2; column++) {
            const char *text = rows_text(r, column);
            at[n->n_fixes][column] = text ? texts->n : SIZE_MAX;
            if (text) str_add_span(texts, (struct span){text, strlen(text) + 1});
        }
    status = rows_done(r, err);
    if (!status && texts->failed) status = err_set(err, E_MEMORY, "no memory to read notes");
    for (size_t i = 0; !status && i < n->n_fixes; i++) {
        n->fixes[i].fix = at[i][0] == SIZE_MAX ? "" : texts->p + at[i][0];
        n->fixes[i].worked = at[i][1] == SIZE_MAX ? NULL : texts->p + at[i][1];
    }
    return status;
}

static enum status give(struct sqlite *db, struct rows *r, bool (*each)(void *arg, const struct note *n), void *arg, bool *more,
                        struct err *err)
{
    struct str texts = {0};
    struct note n = {.text = rows_text(r, 2), .symptoms = rows_text(r, 3), .cause = rows_text(r, 4), .when = rows_real(r, 5)};
    const char *id = rows_text(r, 1);
    snprintf(n.id, sizeof n.id, "%s", id ? id : "");
    enum status status = read_fixes(db, rows_int(r, 0), &n, &texts, err);
    if (!status) *more = each(arg, &n);
    str_done(&texts);
    return status;
}

static enum status each_note(struct store *s, enum note_by by, const char *what, size_t limit,
                             bool (*each)(void *arg, const struct note *n), void *arg, struct err *err)
{
    struct sqlite *db = memory_of(s)->db;
    struct str match = {0};
    struct rows *r = NULL;
    bool more = true;
    if (by == NOTE_WORDS) match_of(what, &match);
    if (by == NOTE_WORDS && !match.n) return str_done(&match), OK;
    enum status status = match.failed ? err_set(err, E_MEMORY, "no memory to search")
                                      : sqlite_query(db, queries[by],
                                                     BOUND(bound_text(by == NOTE_WORDS ? match.p
                                                                      : by == NOTE_ID  ? what
                                                                                       : NULL),
                                                           bound_int(limit > INT32_MAX ? -1 : (int64_t)limit)),
                                                     &r, err);
    while (!status && more && rows_next(r)) status = give(db, r, each, arg, &more, err);
    enum status done = rows_done(r, status ? NULL : err);
    str_done(&match);
    return status ? status : done;
}

/* ---- vectors ------------------------------------------------------------------------------------------------------------- */

static enum status unembedded(struct store *s, const char *model, size_t max, bool (*each)(void *arg, const char *id), void *arg,
                              struct err *err)
{
    return give_unembedded(memory_of(s)->db,
                           "SELECT id FROM note n WHERE NOT EXISTS (SELECT 1 FROM note_meaning WHERE note = n.key AND model = ?1)"
                           " ORDER BY key DESC LIMIT ?2",
                           model, max, each, arg, err);
}

static enum status put_vector(struct store *s, const char *id, const char *model, const float *v, size_t n, struct err *err)
{
    enum status status = check_writing(memory_of(s), err);
    if (status) return status;
    return sqlite_run(memory_of(s)->db,
                      "REPLACE INTO note_meaning(note, model, vector) SELECT key, ?2, ?3 FROM note WHERE id = ?1",
                      BOUND(bound_text(id), bound_text(model), bound_blob((struct span){(const char *)v, n * sizeof *v})), err);
}

/* A blob need not lie where a float may. */
static enum status each_vector(struct store *s, const char *model, size_t dims,
                               bool (*each)(void *arg, const char *id, const float *v), void *arg, struct err *err)
{
    struct rows *r = NULL;
    float *v = malloc(dims * sizeof *v);
    if (!v) return err_set(err, E_MEMORY, "no memory to search by meaning");
    enum status status = sqlite_query(
        memory_of(s)->db, "SELECT n.id, m.vector FROM note_meaning m JOIN note n ON n.key = m.note WHERE m.model = ?1",
        BOUND(bound_text(model)), &r, err);
    while (!status && rows_next(r)) {
        const char *id = rows_text(r, 0);
        struct span blob = rows_blob(r, 1);
        if (!id || blob.n != dims * sizeof *v) continue;
        memcpy(v, blob.p, blob.n);
        if (!each(arg, id, v)) break;
    }
    enum status done = rows_done(r, status ? NULL : err);
    free(v);
    return status ? status : done;
}

const struct note_ops sqlite_note_ops = {
    .put = put,
    .each = each_note,
    .unembedded = unembedded,
    .vector = put_vector,
    .vectors = each_vector,
};
