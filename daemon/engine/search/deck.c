#include "deck.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../base/hash.h"
#include "../../base/json.h"
#include "../../base/templates.h"

enum { TEXTS_MAX = 256 };

static enum status no_memory(struct err *err) { return err_set(err, E_MEMORY, "no memory to read the knowledge"); }

/* ---- one card ----------------------------------------------------------------------------------------------------------- */

static const char *kept(struct deck *d, const json_t *text)
{
    return json_is_string(text) ? arena_copy(&d->arena, json_string_value(text), json_string_length(text)) : NULL;
}

static bool keep_texts(struct deck *d, const json_t *list, const char *const **ret, size_t *n)
{
    size_t size = json_array_size(list);
    const char **texts = size && size <= TEXTS_MAX ? arena_alloc(&d->arena, size * sizeof *texts) : NULL;
    if (!texts) return false;
    for (size_t i = 0; i < size; i++)
        if (!(texts[i] = kept(d, json_array_get(list, i)))) return false;
    *ret = texts;
    *n = size;
    return true;
}

static bool keep_own(struct deck *d, const json_t *o, struct card *c)
{
    c->title = kept(d, json_object_get(o, "title"));
    c->explanation = kept(d, json_object_get(o, "explanation"));
    c->evidence = kept(d, json_object_get(o, "evidence"));
    return c->title && c->explanation && c->evidence && json_is_string(json_object_get(o, "source")) &&
           keep_texts(d, json_object_get(o, "fixes"), &c->fixes, &c->n_fixes);
}

static struct card *card_of(struct deck *d, const char *id)
{
    for (size_t i = 0; i < d->n; i++)
        if (strcmp(d->cards[i].id, id) == 0) return &d->cards[i];
    return NULL;
}

static enum status add_card(struct deck *d, const char *file, const json_t *o, struct err *err)
{
    const char *id = json_string_value(json_object_get(o, "id"));
    struct card *c = id ? card_of(d, id) : NULL;
    if (!id) return err_set(err, E_FORMAT, "cannot use '%s': a card has no id", file);
    if (c && (!c->cause || c->n_symptoms)) return err_set(err, E_FORMAT, "cannot use '%s': a second card '%s'", file, id);
    if (!c && d->n == DECK_CARDS_MAX) return err_set(err, E_LIMIT, "cannot use '%s': too many cards", file);
    if (!c) {
        c = &d->cards[d->n];
        *c = (struct card){.id = kept(d, json_object_get(o, "id"))};
        if (!c->id || !keep_own(d, o, c))
            return err_set(err, E_FORMAT,
                           "cannot use '%s': '%s' is no cause, so its card needs title, explanation, evidence, fixes and source",
                           file, id);
        d->n++;
    }
    const json_t *words = json_object_get(o, "words");
    if (!keep_texts(d, json_object_get(o, "symptoms"), &c->symptoms, &c->n_symptoms))
        return err_set(err, E_FORMAT, "cannot use '%s': symptoms of '%s' must be a list of sentences", file, id);
    if (words && !keep_texts(d, words, &c->words, &c->n_words))
        return err_set(err, E_FORMAT, "cannot use '%s': words of '%s' must be a list of texts", file, id);
    return OK;
}

static enum status add_elsewhere(struct deck *d, const char *file, const json_t *list, struct err *err)
{
    const json_t *one;
    size_t i;
    if (list && !json_is_array(list))
        return err_set(err, E_FORMAT, "cannot use '%s': 'elsewhere' must be a list of sentences", file);
    json_array_foreach(list, i, one)
    {
        if (d->n_elsewhere == DECK_ELSEWHERE_MAX) return err_set(err, E_LIMIT, "cannot use '%s': too much is elsewhere", file);
        const char *text = kept(d, one);
        if (!text) return err_set(err, E_FORMAT, "cannot use '%s': 'elsewhere' must be a list of sentences", file);
        d->elsewhere[d->n_elsewhere++] = text;
    }
    return OK;
}

/* ---- files -------------------------------------------------------------------------------------------------------------- */

static enum status add_file(struct deck *d, const char *file, json_t *root, const json_error_t *why, struct err *err)
{
    const json_t *cards = json_object_get(root, "cards"), *one;
    enum status s = OK;
    size_t i;
    if (!root) s = err_set(err, E_FORMAT, "cannot use '%s': line %d: %s", file, why->line, why->text);
    else if (!json_is_array(cards)) s = err_set(err, E_FORMAT, "cannot use '%s': it needs an array 'cards'", file);
    json_array_foreach(cards, i, one) if (!s) s = add_card(d, file, one, err);
    if (!s) s = add_elsewhere(d, file, json_object_get(root, "elsewhere"), err);
    json_decref(root);
    return s;
}

static bool is_ours(const char *path)
{
    size_t n = strlen(path);
    return strncmp(path, "knowledge/", 10) == 0 && n > 5 && strcmp(path + n - 5, ".json") == 0;
}

static enum status from_program(struct deck *d, struct err *err)
{
    json_error_t why;
    enum status s = OK;
    for (const struct template_file *t = template_files; t->path && !s; t++)
        if (is_ours(t->path)) s = add_file(d, t->path, json_loadb(t->text, t->n, JSON_REJECT_DUPLICATES, &why), &why, err);
    return s;
}

static int json_files(const struct dirent *e)
{
    size_t n = strlen(e->d_name);
    return e->d_name[0] != '.' && n > 5 && strcmp(e->d_name + n - 5, ".json") == 0;
}

static enum status from_directory(struct deck *d, const char *root, struct err *err)
{
    char path[PATH_MAX];
    struct dirent **entries = NULL;
    json_error_t why;
    enum status s = OK;
    snprintf(path, sizeof path, "%s/knowledge", root);
    int found = scandir(path, &entries, json_files, alphasort);
    for (int i = 0; i < found; i++) {
        int n = snprintf(path, sizeof path, "%s/knowledge/%s", root, entries[i]->d_name);
        if (!s && n > 0 && (size_t)n < sizeof path)
            s = add_file(d, path, json_load_file(path, JSON_REJECT_DUPLICATES, &why), &why, err);
        free(entries[i]);
    }
    free(entries);
    return s;
}

/* ---- the deck ----------------------------------------------------------------------------------------------------------- */

static void take_causes(struct deck *d, const struct knowledge *k)
{
    for (size_t i = 0; i < k->n_causes && d->n < DECK_CARDS_MAX; i++) {
        const struct cause *c = &k->causes[i];
        d->cards[d->n++] = (struct card){
            .id = c->id, .title = c->title, .explanation = c->explanation, .fixes = c->fixes, .n_fixes = c->n_fixes, .cause = c};
    }
}

static void count(struct deck *d)
{
    for (size_t i = 0; i < d->n; i++)
        for (size_t p = 0; p < deck_phrases(&d->cards[i]); p++, d->n_phrases++) {
            const char *text = deck_phrase(&d->cards[i], p);
            d->hash = hash64(text, strlen(text) + 1, d->hash);
        }
    for (size_t i = 0; i < d->n_elsewhere; i++, d->n_phrases++)
        d->hash = hash64(d->elsewhere[i], strlen(d->elsewhere[i]) + 1, d->hash);
}

enum status deck_open(struct deck *d, const struct knowledge *k, struct err *err)
{
    const char *root = getenv("MLWATCH_TEMPLATES");
    *d = (struct deck){0};
    arena_init(&d->arena, DECK_BYTES_MAX);
    d->cards = arena_alloc(&d->arena, DECK_CARDS_MAX * sizeof *d->cards);
    d->elsewhere = arena_alloc(&d->arena, DECK_ELSEWHERE_MAX * sizeof *d->elsewhere);
    enum status s = d->cards && d->elsewhere ? OK : no_memory(err);
    if (!s) take_causes(d, k);
    if (!s) s = root && *root ? from_directory(d, root, err) : from_program(d, err);
    if (s) deck_done(d);
    else count(d);
    return s;
}

void deck_done(struct deck *d)
{
    if (!d) return;
    arena_done(&d->arena);
    *d = (struct deck){0};
}

size_t deck_phrases(const struct card *c) { return 2 + c->n_symptoms; }

const char *deck_phrase(const struct card *c, size_t i)
{
    return i == 0 ? c->title : i == 1 ? c->explanation : c->symptoms[i - 2];
}
