#include "sentences.h"

#include <strings.h>

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

static struct span without_marks(struct span t)
{
    t = span_trim(t);
    while (t.n && (strchr("-*+#> ", t.p[0]) || span_starts(t, "\xE2\x80\xA2"))) t = span_from(t, t.p[0] == '\xE2' ? 3 : 1);
    size_t n = 0;
    while (n < t.n && n < 3 && span_digit_char(t.p[n])) n++;
    if (n && n + 1 < t.n && strchr(".)", t.p[n]) && t.p[n + 1] == ' ') t = span_from(t, n + 2);
    return span_trim(t);
}

/* ---- where it ends --------------------------------------------------------------------------------------------------------- */

static bool is_abbreviation(struct span before)
{
    static const char *const known[] = {"e.g", "i.e", "vs", "approx", "cf", "resp", "ca", "Fig", "No", "Eq"};
    size_t n = 0;
    while (n < before.n && !is_blank(before.p[before.n - 1 - n]) && before.p[before.n - 1 - n] != '(') n++;
    struct span word = span_from(before, before.n - n);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (word.n == strlen(known[i]) && strncasecmp(word.p, known[i], word.n) == 0) return true;
    return false;
}

/* "1." at the beginning numbers an item. */
static bool is_only_a_number(struct span before)
{
    before = span_trim(before);
    for (size_t i = 0; i < before.n; i++)
        if (!span_digit_char(before.p[i]) && !strchr("-*# ", before.p[i])) return false;
    return true;
}

/* The end of one bracket with numbers in it that begins at `at`; 0 when there is none. *more: nobody can tell yet. */
static size_t bracket(struct span t, size_t at, bool *more)
{
    size_t i = at + 1;
    if (at >= t.n || t.p[at] != '[') return 0;
    while (i < t.n && (span_digit_char(t.p[i]) || strchr(" ,-", t.p[i]))) i++;
    if (i == t.n) return *more = i - at < 24, 0;
    return t.p[i] == ']' && i > at + 1 ? i + 1 : 0;
}

/* Behind the mark at i: quotes and brackets that close, then brackets that cite. 0: the sentence goes on, or nobody can tell yet (*more). */
static size_t end_behind(struct span t, size_t i, bool *more)
{
    size_t end = i + 1, at, next;
    while (end < t.n && strchr("\"')*`", t.p[end])) end++;
    if (end == t.n) return *more = true, 0;
    if (!is_blank(t.p[end]) && t.p[end] != '\n' && t.p[end] != '[') return 0;
    for (at = end;; at = end = next) {
        while (at < t.n && is_blank(t.p[at])) at++;
        if (at == t.n) return *more = true, 0;
        next = bracket(t, at, more);
        if (*more) return 0;
        if (!next) return end;
        if (next < t.n && t.p[next] == '.') next++;
    }
}

/* What a line cites at its beginning holds for all of it. */
static bool cites_first(struct span t)
{
    t = without_marks(t);
    return t.n > 1 && t.p[0] == '[' && span_digit_char(t.p[1]);
}

/* Bytes of the first sentence, without its line's end; 0: it is not whole. */
static size_t first_end(struct span t, bool *more)
{
    const bool whole_line = cites_first(t);
    for (size_t i = 0; i < t.n && !*more; i++) {
        if (t.p[i] == '\n') return i ? i : 1;
        if (whole_line || !strchr(".!?", t.p[i])) continue;
        if (t.p[i] == '.' && (is_only_a_number((struct span){t.p, i}) || is_abbreviation((struct span){t.p, i}))) continue;
        size_t end = end_behind(t, i, more);
        if (end) return end;
    }
    return 0;
}

/* ---- what it is ------------------------------------------------------------------------------------------------------------ */

static bool give(struct sentences *s, struct span sentence)
{
    struct str plain = {0};
    bool more = true;
    sentence = without_marks(sentence);
    for (size_t i = 0; i < sentence.n; i++)
        if (sentence.p[i] != '*') str_add_span(&plain, (struct span){sentence.p + i, 1});
    if (s->skipping) s->skipping = false;
    else if (plain.n) more = s->each(s->arg, span_trim((struct span){plain.p, plain.n}));
    str_done(&plain);
    return more;
}

/* ---- a model that thinks aloud --------------------------------------------------------------------------------------------- */

static void drop(struct sentences *s, size_t n)
{
    struct str rest = {0};
    str_add_span(&rest, span_from((struct span){s->text.p, s->text.n}, n));
    str_done(&s->text);
    s->text = rest;
}

/* false: nothing can be said yet. */
static bool is_past_thoughts(struct sentences *s)
{
    static const char begin[] = "<think>", end[] = "</think>";
    struct span t = span_trim((struct span){s->text.p, s->text.n});
    if (!s->begun && !s->thinking) {
        if (t.n < sizeof begin - 1 && strncmp(t.p, begin, t.n) == 0) return false;
        s->thinking = span_starts(t, begin);
        s->begun = true;
    }
    if (!s->thinking) return true;
    const char *close = memmem(s->text.p, s->text.n, end, sizeof end - 1);
    if (close) drop(s, (size_t)(close - s->text.p) + sizeof end - 1), s->thinking = false;
    else if (s->text.n > sizeof end) drop(s, s->text.n - sizeof end);
    return close != NULL;
}

/* ---- the outside ----------------------------------------------------------------------------------------------------------- */

bool sentences_feed(struct sentences *s, struct span text)
{
    bool more = false;
    str_add_span(&s->text, text);
    if (!s->text.n || !is_past_thoughts(s)) return true;
    for (size_t n; (n = first_end((struct span){s->text.p, s->text.n}, &more)) > 0; more = false) {
        if (!give(s, (struct span){s->text.p, n})) return false;
        while (n < s->text.n && span_blank_char(s->text.p[n])) n++;
        drop(s, n);
    }
    if (s->text.n <= SENTENCE_BYTES_MAX) return true;
    str_clear(&s->text);
    if (s->skipping) return true;
    s->skipping = true;
    return s->each(s->arg, (struct span){NULL, 0});
}

/* What was cut off may still end in a whole sentence. */
void sentences_end(struct sentences *s, bool whole)
{
    struct span rest = span_trim((struct span){s->text.p, s->text.n});
    if (s->thinking || !rest.n) return;
    if (whole || strchr(".!?]", rest.p[rest.n - 1])) sentences_feed(s, span_of("\n"));
    else if (!s->skipping) s->each(s->arg, (struct span){NULL, 0});
}

void sentences_done(struct sentences *s) { str_done(&s->text); }
