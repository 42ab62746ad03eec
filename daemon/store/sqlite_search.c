/* Search by words and facets: which incidents of the memory tell of something like this.
 *
 * A question is cut into words as the index cuts texts (letters, digits, bytes above ASCII), each quoted, so that nothing in it is an
 * operator. Words that every sentence has are set aside; of the rest those count that the memory knows: one match is enough (OR),
 * BM25 puts rare words first, and the last word may still be unfinished (prefix). When the memory knows none of them, the question
 * is refused: a list of whatever is left over would be a guess.
 * Source: Robertson, Zaragoza 2009, The Probabilistic Relevance Framework: BM25 and Beyond; Porter 1980 (stems). */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/str.h"
#include "sqlite_store.h"

enum { WORDS_MAX = 24, WORD_MAX_BYTES = 64 };

struct word {
    char text[WORD_MAX_BYTES + 1];
    char match[2 * WORD_MAX_BYTES + 16];
};
struct question {
    struct word words[WORDS_MAX];
    size_t n;
    bool asked;
}; /* asked: it had words before the unknown ones left */

/* Of English sentences, not of training. */
static const char common[] =
    " a about after all am an and any are as at be been but by can could did do does for from had has have "
    "how i if in into is it its me my no not of on or our so some than that the their then there these this "
    "to was we were what when where which while who why will with would you your ";

static bool is_common(const char *word)
{
    char padded[WORD_MAX_BYTES + 3];
    snprintf(padded, sizeof padded, " %s ", word);
    return strstr(common, padded) != NULL;
}

static bool in_word(char c) { return isalnum((unsigned char)c) || (unsigned char)c >= 0x80; }

/* Append the next word of text; returns what is behind it. Words longer than WORD_MAX_BYTES are cut, words beyond WORDS_MAX left. */
static const char *cut_word(const char *text, struct question *q)
{
    struct word *w = q->words + q->n;
    size_t n = 0;
    for (; in_word(*text); text++)
        if (n < WORD_MAX_BYTES) w->text[n++] = (char)tolower((unsigned char)*text);
    w->text[n] = 0;
    snprintf(w->match, sizeof w->match, "\"%s\"", w->text);
    q->n += n > 0;
    return text;
}

static void set_common_aside(struct question *q)
{
    size_t n = 0, rare = 0;
    for (size_t i = 0; i < q->n; i++) rare += !is_common(q->words[i].text);
    for (size_t i = 0; rare && i < q->n; i++)
        if (!is_common(q->words[i].text)) q->words[n++] = q->words[i];
    if (rare) q->n = n;
}

static void cut(const char *text, struct question *q)
{
    q->asked = text[strspn(text, " \t\r\n")] != 0;
    while (*text && q->n < WORDS_MAX) {
        while (*text && !in_word(*text)) text++;
        if (*text) text = cut_word(text, q);
    }
    set_common_aside(q);
    if (q->n == 0) return;
    struct word *last = q->words + q->n - 1;
    if (strlen(last->text) > 2) snprintf(last->match, sizeof last->match, "(\"%s\" OR \"%s\"*)", last->text, last->text);
}

/* Keep the words that occur in the memory. */
static enum status keep_known(struct sqlite *db, struct question *q, struct err *err)
{
    size_t n = 0;
    for (size_t i = 0; i < q->n; i++) {
        int64_t known = 0;
        enum status status = sqlite_integer(db, "SELECT 1 FROM incident_words WHERE incident_words MATCH ?1 LIMIT 1",
                                            BOUND(bound_text(q->words[i].match)), 0, &known, err);
        if (status) return status;
        if (known) q->words[n++] = q->words[i];
    }
    q->n = n;
    return OK;
}

/* "words: loss, divergence", of those that this incident has. */
static enum status add_words(struct sqlite *db, const struct question *q, int64_t key, struct str *why, struct err *err)
{
    size_t n = 0;
    for (size_t i = 0; i < q->n; i++) {
        int64_t there = 0;
        enum status status = sqlite_integer(db, "SELECT 1 FROM incident_words WHERE incident_words MATCH ?1 AND rowid = ?2",
                                            BOUND(bound_text(q->words[i].match), bound_int(key)), 0, &there, err);
        if (status) return status;
        if (there) str_addf(why, "%s%s", n++ ? ", " : "words: ", q->words[i].text);
    }
    return OK;
}

/* ?1 the match or NULL, ?2 kind, ?3 since, ?4 the run to be like, ?5 limit. Weights: an incident's kind and cause say more than its
 * text; a shared kind or cause says as much as a rare word or two, a shared project less. */
#define SEARCH_REST                                                                                                              \
    ", near AS (SELECT i.key, hit.score, i.kind IN (SELECT kind FROM incident WHERE run = ?4) AS kind,"                          \
    "  coalesce(i.cause IN (SELECT cause FROM incident WHERE run = ?4 AND cause IS NOT NULL), 0) AS cause,"                      \
    "  coalesce(r.project = (SELECT project FROM run WHERE key = ?4), 0) AS project"                                             \
    "  FROM hit JOIN incident i ON i.key = hit.key JOIN run r ON r.key = i.run"                                                  \
    "  WHERE (?2 IS NULL OR i.kind = ?2) AND (?3 <= 0 OR i.opened >= ?3) AND (?4 IS NULL OR i.run <> ?4))"                       \
    " SELECT " INCIDENT_COLUMNS ", near.score + 2.0 * near.kind + 2.0 * near.cause + near.project AS total,"                     \
    "  near.kind, near.cause, near.project, o.fix, o.worked"                                                                     \
    " FROM near JOIN incident i ON i.key = near.key JOIN run r ON r.key = i.run"                                                 \
    " LEFT JOIN outcome o ON o.key = (SELECT max(key) FROM outcome WHERE incident = i.id)"                                       \
    " WHERE ?4 IS NULL OR near.kind OR near.cause OR near.project"                                                               \
    " ORDER BY total DESC, i.opened DESC, i.key DESC LIMIT ?5"
static const char by_words[] =
    "WITH hit AS MATERIALIZED (SELECT rowid AS key, -bm25(incident_words, 8, 6, 4, 1, 3, 1) AS score FROM incident_words"
    " WHERE incident_words MATCH ?1)" SEARCH_REST;
static const char by_facets[] = "WITH hit AS (SELECT key, 0.0 AS score FROM incident WHERE ?1 IS NULL)" SEARCH_REST;

static enum status give_hit(struct sqlite *db, const struct question *q, struct rows *r,
                            bool (*each)(void *arg, const struct search_hit *h), void *arg, bool *more, struct err *err)
{
    static const char *const shared[] = {"same kind", "same cause", "same project"};
    struct str words = {0};
    struct search_hit hit = {.incident = incident_of(r), .score = rows_real(r, INCIDENT_COLUMN_COUNT)};
    enum status status = add_words(db, q, rows_int(r, 0), &words, err);
    if (!status && words.failed) status = err_set(err, E_MEMORY, "no memory to search");
    if (words.n) hit.why[hit.n_why++] = words.p;
    for (int i = 0; i < 3; i++)
        if (rows_int(r, INCIDENT_COLUMN_COUNT + 1 + i)) hit.why[hit.n_why++] = shared[i];
    hit.title = hit.incident.message ? hit.incident.message : hit.incident.kind;
    hit.fix = rows_text(r, INCIDENT_COLUMN_COUNT + 4);
    hit.worked = rows_text(r, INCIDENT_COLUMN_COUNT + 5);
    if (!status) *more = each(arg, &hit);
    str_done(&words);
    return status;
}

static enum status find(struct sqlite *db, const struct search_query *query, const struct question *q, struct bound like,
                        bool (*each)(void *arg, const struct search_hit *h), void *arg, struct err *err)
{
    struct str match = {0};
    struct rows *r = NULL;
    bool more = true;
    for (size_t i = 0; i < q->n; i++) str_addf(&match, "%s%s", i ? " OR " : "", q->words[i].match);
    enum status status =
        match.failed ? err_set(err, E_MEMORY, "no memory to search")
                     : sqlite_query(db, q->n ? by_words : by_facets,
                                    BOUND(bound_text(q->n ? match.p : NULL), bound_text(query->kind), bound_real(query->since),
                                          like, bound_int(query->limit ? (int64_t)query->limit : -1)),
                                    &r, err);
    while (!status && more && rows_next(r)) status = give_hit(db, q, r, each, arg, &more, err);
    enum status done = rows_done(r, status ? NULL : err);
    str_done(&match);
    return status ? status : done;
}

static bool copy_run_id(void *arg, const struct run_row *r)
{
    memcpy(arg, r->id, sizeof r->id);
    return false;
}

/* The key of the run to be like, however it is named; NULL when none is asked for. */
static enum status like_key(struct store *s, const char *like_run, struct bound *key, struct err *err)
{
    char id[12] = "";
    int64_t run = 0;
    if (!like_run) return OK;
    enum status status = sqlite_store_run(s, like_run, copy_run_id, id, err);
    if (!status) status = run_key(memory_of(s)->db, id, &run, err);
    if (!status) *key = bound_int(run);
    return status;
}

enum status sqlite_store_search(struct store *s, const struct search_query *query, bool *refused,
                                bool (*each)(void *arg, const struct search_hit *h), void *arg, struct err *err)
{
    struct sqlite *db = memory_of(s)->db;
    struct bound like = bound_null();
    struct question *q = calloc(1, sizeof *q);
    if (!q) return err_set(err, E_MEMORY, "no memory to search");
    cut(query->words ? query->words : "", q);
    enum status status = like_key(s, query->like_run, &like, err);
    if (!status) status = keep_known(db, q, err);
    if (!status) {
        *refused = q->asked && q->n == 0;
        if (!*refused) status = find(db, query, q, like, each, arg, err);
    }
    free(q);
    return status;
}
