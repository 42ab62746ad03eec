/* account_kind - what a file is, by how it begins. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account_words.h"
#include "ingest.h"
#include "table.h"

enum { HEAD_BYTES = 65536 };

static enum account_kind kind_of_json(struct span line)
{
    json_t *o = json_loadb(line.p, line.n, 0, NULL), *v;
    const char *key, *schema = json_string_value(json_object_get(o, "schema"));
    bool text = false, words = false;
    if (schema && strncmp(schema, "mlwatch.memory/", 15) == 0) return json_decref(o), ACCOUNT_EXPORT;
    json_object_foreach(o, key, v)
    {
        enum meaning m = account_meaning(key);
        text = text || ((m == TEXT || m == SYMPTOMS) && (json_is_string(v) || (json_is_array(v) && m == SYMPTOMS)));
        words = words || m == SYMPTOMS || m == FIXES || m == CAUSE || strcmp(key, "description") == 0;
    }
    json_decref(o);
    return text && words ? ACCOUNT_JSON : ACCOUNT_NO;
}

static enum account_kind kind_of_table(struct span head)
{
    struct table t;
    bool text = false, words = false;
    table_init(&t, head);
    if (table_next(&t))
        for (size_t i = 0; i < t.n; i++) {
            enum meaning m = account_meaning(t.fields[i]);
            text = text || m == TEXT || m == SYMPTOMS;
            words = words || m == SYMPTOMS || m == FIXES || m == CAUSE || strcasecmp(t.fields[i], "description") == 0;
        }
    table_done(&t);
    return text && words ? ACCOUNT_CSV : ACCOUNT_NO;
}

/* The first line that tells; the first ones may be bad, and are then named when they are read. */
static enum account_kind kind_of_lines(struct span text)
{
    enum { LOOKED_AT = 16 };
    enum account_kind kind = ACCOUNT_NO;
    for (int i = 0; i < LOOKED_AT && text.n && kind == ACCOUNT_NO; i++) {
        const char *newline = memchr(text.p, '\n', text.n);
        struct span line = {text.p, newline ? (size_t)(newline - text.p) : text.n};
        kind = line.n && line.p[0] == '{' ? kind_of_json(line) : ACCOUNT_NO;
        text = span_from(text, newline ? line.n + 1 : line.n);
    }
    return kind;
}

enum account_kind account_kind(const char *path)
{
    char *head = malloc(HEAD_BYTES);
    FILE *f = head ? fopen(path, "re") : NULL;
    size_t n = f ? fread(head, 1, HEAD_BYTES, f) : 0;
    if (f) fclose(f);
    struct span text = span_trim((struct span){head, n});
    const char *newline = text.n ? memchr(text.p, '\n', text.n) : NULL;
    struct span line = {text.p, newline ? (size_t)(newline - text.p) : text.n};
    enum account_kind kind = !line.n ? ACCOUNT_NO : line.p[0] == '{' ? kind_of_lines(text) : kind_of_table(line);
    free(head);
    return kind;
}
