/* markdown_escape - see markdown_escape.h. */
#include "markdown_escape.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "words.h"

/* GitHub's autolinks start at "www." and "://"; the rest is CommonMark's punctuation that can begin a construct inside a line. */
void markdown_escaped(struct str *s, const char *text, size_t max)
{
    struct str clean = {0};
    str_add_printable(&clean, span_of(text), max);
    const char *begin = clean.p ? clean.p : "";
    for (const char *c = begin; *c; c++) {
        bool in_word = c > begin && isalnum((unsigned char)c[-1]) && isalnum((unsigned char)c[1]);
        if (*c == '<') str_add(s, "&lt;");
        else if (*c == '>') str_add(s, "&gt;");
        else if (*c == '&') str_add(s, "&amp;");
        else if (strchr("\\`*[]|~$", *c) || (*c == '_' && !in_word)) str_addf(s, "\\%c", *c);
        else if (*c == '/' && c > begin && c[-1] == ':') str_add(s, "\\/");
        else if (*c == '.' && c - begin >= 3 && strncasecmp(c - 3, "www", 3) == 0) str_add(s, "\\.");
        else if (*c == '@') str_add(s, "\\@");
        else str_add_span(s, (struct span){c, 1});
    }
    str_done(&clean);
}

void markdown_text(struct str *s, const char *text) { markdown_escaped(s, text, WORDS_TEXT_MAX); }

void markdown_target(struct str *s, const char *path)
{
    for (const unsigned char *c = (const unsigned char *)path; *c; c++)
        if (isalnum(*c) || strchr("/._-~", *c)) str_addf(s, "%c", *c);
        else str_addf(s, "%%%02X", *c);
}

void markdown_heading(struct str *s, const char *title) { str_addf(s, "\n## %s\n\n", title); }
