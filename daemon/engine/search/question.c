#include "question.h"

#include <ctype.h>
#include <string.h>

enum { WORD_BYTES_MAX = 48 };

bool question_is_pasted(const char *text) { return strlen(text) >= QUESTION_PASTED_BYTES || strchr(text, '\n'); }

/* Bytes of other alphabets count as letters: there a long run without a blank is a sentence. */
static bool says_something(struct span word)
{
    size_t letters = 0;
    bool ascii = true;
    for (size_t i = 0; i < word.n; i++) {
        letters += isalpha((unsigned char)word.p[i]) != 0;
        ascii = ascii && (unsigned char)word.p[i] < 0x80;
    }
    if (!ascii) return true;
    return word.n <= WORD_BYTES_MAX && (letters || word.n <= 4) && !memmem(word.p, word.n, "://", 3);
}

void question_plain(const char *text, char *ret, size_t bytes)
{
    size_t n = 0;
    for (struct span rest = span_of(text); rest.n && n + 1 < bytes;) {
        size_t end = 0;
        while (end < rest.n && !span_blank_char(rest.p[end])) end++;
        struct span word = {rest.p, end};
        if (word.n && says_something(word))
            for (size_t i = 0; i < word.n && n + 1 < bytes; i++) ret[n++] = word.p[i];
        if (end < rest.n && n && n + 1 < bytes && !span_blank_char(ret[n - 1])) ret[n++] = rest.p[end] == '\n' ? '\n' : ' ';
        rest = span_from(rest, end + 1);
    }
    while (n && span_blank_char(ret[n - 1])) n--;
    ret[n] = 0;
}

struct span question_sentence(struct span *rest)
{
    size_t n = 0;
    while (n < rest->n && rest->p[n] != '\n' &&
           !(strchr(".?!;", rest->p[n]) && (n + 1 == rest->n || span_blank_char(rest->p[n + 1]))))
        n++;
    struct span sentence = span_trim((struct span){rest->p, n});
    *rest = span_from(*rest, n + 1);
    return sentence;
}

/* From U+3000 on, a character begins with a byte of E3 or above. */
double question_latin(struct span text)
{
    double latin = 0, other = 0;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        latin += isalpha(c) || (c >= 0xc2 && c < 0xe3);
        other += c >= 0xe3;
    }
    return latin + other > 0 ? latin / (latin + other) : 1;
}
