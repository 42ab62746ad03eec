#include "account_words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ingest.h"

enum { KEY_BYTES = 40 };

static const struct {
    enum meaning meaning;
    const char *names; /* between blanks; lower case, '_' for blanks and hyphens */
} meanings[] = {
    {TEXT, " description text summary problem failure what what_happened title issue incident desc "},
    {SYMPTOMS, " symptoms symptom signs observed observations observation evidence "},
    {FIXES, " attempted_fixes attempted_fix fixes fix tried attempts attempt solution solutions resolution action actions remedy "
            "what_was_tried "},
    {WORKED, " worked work fixed helped help outcome success successful result resolved did_it_work did_it_help fix_worked "
             "whether_they_worked "},
    {CAUSE, " cause root_cause reason diagnosis "},
    {WHEN, " when date time timestamp created created_at "},
};

enum meaning account_meaning(const char *name)
{
    char key[KEY_BYTES + 3] = " ";
    size_t n = 1;
    for (; *name && n <= KEY_BYTES; name++)
        if (isalnum((unsigned char)*name)) key[n++] = (char)tolower((unsigned char)*name);
        else if (n > 1 && key[n - 1] != '_') key[n++] = '_';
    while (n > 1 && key[n - 1] == '_') n--;
    if (*name || n == 1) return NONE;
    memcpy(key + n, " ", 2);
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (strstr(meanings[i].names, key)) return meanings[i].meaning;
    return NONE;
}

const char *account_worked(const char *word)
{
    static const char *const answers[][2] = {
        {"yes", " yes y true 1 1.0 worked works helped fixed success successful solved resolved ok "},
        {"no", " no n false 0 0.0 failed failure did not help did not work unsuccessful nothing "},
        {"worse", " worse harmful made it worse hurt -1 "},
    };
    char key[KEY_BYTES + 3] = " ";
    struct span w = span_trim(span_of(word));
    if (!w.n || w.n > KEY_BYTES) return NULL;
    for (size_t i = 0; i < w.n; i++) key[i + 1] = (char)tolower((unsigned char)w.p[i]);
    memcpy(key + w.n + 1, " ", 2);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (strstr(answers[i][1], key)) return answers[i][0];
    return NULL;
}

bool account_id(const char *word)
{
    size_t n = strlen(word);
    return n && n <= 64 && strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

bool account_time(const char *text, double *ret)
{
    struct tm tm = {0};
    char *end = NULL;
    double seconds = strtod(text, &end);
    if (end != text && !*end && seconds > 1e8 && seconds < 1e11) return *ret = seconds, true;
    const char *rest = strptime(text, "%Y-%m-%d", &tm);
    if (!rest) return false;
    if (*rest == 'T' || *rest == ' ') (void)strptime(rest + 1, "%H:%M:%S", &tm);
    *ret = (double)timegm(&tm);
    return true;
}
