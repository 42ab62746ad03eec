/* wordpiece - one pass over the text, a character at a time: a word is collected until something ends it, then covered with pieces.
 *
 * What took comparing with the original to get right:
 *   - controls are dropped before white space is asked for: U+0085 is both, and is dropped
 *   - unassigned code points stay (and make their word [UNK]); formats (U+200D, U+FEFF) and private use go
 *   - the five names of special tokens, written in a text exactly so, are those tokens
 *   - what looks like an accent is decided after decomposition, what is punctuation after that: U+2260 is '=' and an accent */
#include "wordpiece.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "characters.h"
#include "pieces.h"

enum { WORD_CHARS_MAX = 100, CHAR_BYTES_MAX = 4, DECOMPOSED_MAX = 32, SPECIALS = 5 };

static const char *const special_names[SPECIALS] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
enum { PAD, UNK, CLS, SEP, MASK };

struct wordpiece {
    struct pieces pieces;
    int32_t special[SPECIALS];
};

struct tokens {
    const struct wordpiece *v;
    uint32_t *to;
    size_t n, max;
    char word[WORD_CHARS_MAX * CHAR_BYTES_MAX];
    size_t word_bytes, word_chars; /* chars go on counting when the word is over-long */
};

enum status wordpiece_open(const char *path, struct wordpiece **ret, struct err *err)
{
    struct wordpiece *v = calloc(1, sizeof *v);
    if (!v) return err_set(err, E_MEMORY, "no memory");
    enum status s = pieces_open(&v->pieces, path, err);
    for (int i = 0; !s && i < SPECIALS; i++) v->special[i] = pieces_number(&v->pieces, special_names[i]);
    if (!s && (v->special[CLS] < 0 || v->special[SEP] < 0 || v->special[UNK] < 0))
        s = err_set(err, E_FORMAT, "'%s' is no vocabulary of a BERT model: [CLS], [SEP] or [UNK] is not in it", path);
    if (s) wordpiece_close(v);
    else *ret = v;
    return s;
}

void wordpiece_close(struct wordpiece *v)
{
    if (!v) return;
    pieces_done(&v->pieces);
    free(v);
}

size_t wordpiece_count(const struct wordpiece *v) { return v->pieces.count; }

/* ---- a word -> its pieces ------------------------------------------------------------------------------------------------ */

static void emit(struct tokens *t, int32_t number)
{
    if (t->n < t->max) t->to[t->n++] = (uint32_t)number;
}

static bool starts_char(char c) { return ((unsigned char)c & 0xc0) != 0x80; }

/* The longest piece that the word has from `from` on. Returns where it ends, 0 when there is none. */
static size_t longest_piece(const struct tokens *t, size_t from, int32_t *number)
{
    const struct pieces *p = &t->v->pieces;
    const struct span prefix = span_of(from ? "##" : "");
    uint32_t h = PIECES_HASH_EMPTY;
    size_t found = 0;
    for (size_t i = 0; i < prefix.n; i++) h = pieces_hash_step(h, prefix.p[i]);
    for (size_t to = from; to < t->word_bytes && to - from < p->longest_bytes;) {
        do h = pieces_hash_step(h, t->word[to++]);
        while (to < t->word_bytes && !starts_char(t->word[to]));
        int32_t n = pieces_find(p, prefix, (struct span){t->word + from, to - from}, h);
        if (n != PIECES_NONE) *number = n, found = to;
    }
    return found;
}

/* Pieces are written as they are found and taken back when the word turns out to have no cover. */
static void end_word(struct tokens *t)
{
    const size_t before = t->n, bytes = t->word_bytes;
    bool known = t->word_chars <= WORD_CHARS_MAX;
    for (size_t at = 0; known && at < bytes;) {
        int32_t number = 0;
        at = longest_piece(t, at, &number);
        known = at != 0;
        if (known) emit(t, number);
    }
    if (!known) t->n = before, emit(t, t->v->special[UNK]);
    t->word_bytes = t->word_chars = 0;
}

static void flush(struct tokens *t)
{
    if (t->word_chars) end_word(t);
}

/* ---- a text -> its words ------------------------------------------------------------------------------------------------- */

static void append(struct tokens *t, utf8proc_int32_t c)
{
    if (t->word_chars++ < WORD_CHARS_MAX)
        t->word_bytes += (size_t)utf8proc_encode_char(c, (utf8proc_uint8_t *)t->word + t->word_bytes);
}

/* One of the characters that another one decomposes to. */
static void take_part(struct tokens *t, utf8proc_int32_t c)
{
    if (character_of(c) == CHARACTER_ACCENT) return;
    c = utf8proc_tolower(c);
    const bool alone = character_of(c) == CHARACTER_PUNCTUATION;
    if (alone) flush(t);
    append(t, c);
    if (alone) flush(t);
}

static void take_decomposed(struct tokens *t, utf8proc_int32_t c)
{
    utf8proc_int32_t parts[DECOMPOSED_MAX];
    int boundary = 0;
    utf8proc_ssize_t n = utf8proc_decompose_char(c, parts, DECOMPOSED_MAX, UTF8PROC_DECOMPOSE, &boundary);
    for (utf8proc_ssize_t i = 0; i < n && i < DECOMPOSED_MAX; i++) take_part(t, parts[i]);
}

static void take(struct tokens *t, utf8proc_int32_t c)
{
    const enum character kind = character_of(c);
    if (kind == CHARACTER_NO_TEXT) return;
    if (kind == CHARACTER_SPACE || kind == CHARACTER_IDEOGRAPH) flush(t);
    if (kind != CHARACTER_SPACE) take_decomposed(t, c);
    if (kind == CHARACTER_IDEOGRAPH) flush(t);
}

/* Is the name of a special token next? Returns its bytes, 0 when not. */
static size_t take_special(struct tokens *t, struct span rest)
{
    if (rest.p[0] != '[') return 0;
    for (int i = 0; i < SPECIALS; i++) {
        if (!span_starts(rest, special_names[i]) || t->v->special[i] == PIECES_NONE) continue;
        flush(t);
        emit(t, t->v->special[i]);
        return strlen(special_names[i]);
    }
    return 0;
}

/* Returns the bytes of the next character; at least 1, for a byte that is none. */
static size_t take_next(struct tokens *t, struct span rest)
{
    size_t special = take_special(t, rest);
    if (special) return special;
    utf8proc_int32_t c;
    utf8proc_ssize_t bytes = utf8proc_iterate((const utf8proc_uint8_t *)rest.p, (utf8proc_ssize_t)rest.n, &c);
    if (bytes <= 0) return 1;
    take(t, c);
    return (size_t)bytes;
}

size_t wordpiece_tokens(const struct wordpiece *v, struct span text, uint32_t *ret, size_t max)
{
    struct tokens t = {.v = v, .to = ret, .max = max - 1};
    emit(&t, v->special[CLS]);
    for (size_t at = 0; at < text.n && t.n < t.max;) at += take_next(&t, span_from(text, at));
    flush(&t);
    t.max = max;
    emit(&t, v->special[SEP]);
    return t.n;
}
