/* questions - one question a line in, what search says of it a line out, by words, by meaning, by both, and by both without a floor: for tests/search/score.py.
 *
 *   {"model": "...", "refused": false, "evidence": 0.9, "words": ["cause", ...], "meaning": [...], "fused": [...], "order": [...]} */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/engine/search/find.h"

enum { TOLD = 20 };

static json_t *ids(struct finder *f, const char *text, enum find_by by, struct found *found)
{
    struct err err;
    const struct find_question q = {.text = text, .limit = TOLD, .by = by};
    json_t *list = json_array();
    if (find(f, &q, found, &err)) fprintf(stderr, "%s\n", err.text), exit(1);
    for (size_t i = 0; i < found->n; i++)
        if (found->hits[i].card) json_array_append_new(list, json_string(found->hits[i].card->id));
    return list;
}

/* Floors are for answers; what is ordered is measured without them. */
static void answer(struct recall *c, const char *text)
{
    static const char *const names[] = {
        [FIND_BOTH] = "fused", [FIND_WORDS] = "words", [FIND_MEANING] = "meaning", [FIND_ORDER] = "order"};
    struct finder f;
    struct err err;
    json_t *o = json_object();
    if (find_open(&f, c, &err)) fprintf(stderr, "%s\n", err.text), exit(1);
    for (int by = FIND_BOTH; by <= FIND_ORDER; by++) {
        struct found found;
        json_t *list = ids(&f, text, (enum find_by)by, &found);
        json_object_set_new(o, names[by], list);
        if (by == FIND_BOTH) json_object_set_new(o, "refused", json_boolean(found.refused));
        if (by == FIND_BOTH) json_object_set_new(o, "evidence", json_real(found.evidence));
    }
    json_object_set_new(o, "model", json_string(embed_model(f.meaning.embed)));
    json_dumpf(o, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(o);
    find_close(&f);
}

int main(void)
{
    struct recall c;
    struct err err;
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    if (recall_open(&c, &err)) return fprintf(stderr, "%s\n", err.text), 1;
    while ((n = getline(&line, &room, stdin)) > 0) {
        if (line[n - 1] == '\n') line[n - 1] = 0;
        answer(&c, line);
    }
    free(line);
    recall_close(&c);
    return 0;
}
