#include "retrieve.h"

#include <string.h>

#include "../../report/words.h"
#include "../search/find.h"
#include "parts.h"

enum { HITS_ASKED = 8, FINDINGS_ASKED = 3, CARDS_KEPT = 2 };

/* Symptoms in words, then the cause that is believed in: what a person would type. */
static void add_question(const struct explanation *e, const struct view *v, struct str *out)
{
    for (size_t i = 0; v && i < v->n_findings && i < FINDINGS_ASKED; i++) {
        if (i) str_add(out, ", ");
        words_kind(out, v->findings[i].finding.kind);
    }
    if (!v && e->incident) words_kind(out, e->incident->incident.kind);
    if (e->cause) str_add(out, out->n ? ", " : ""), words_clause(out, e->cause->title);
}

static bool is_told(const struct explanation *e, const char *incident)
{
    bool told = e->incident && strcmp(e->incident->incident.id, incident) == 0;
    for (size_t i = 0; i < e->n_similar; i++) told |= strcmp(e->similar[i]->incident.id, incident) == 0;
    return told;
}

struct retrieval {
    struct explanation *e;
    struct recall *recall;
    const struct view *view;
    const struct phrases *phrases;
    struct sentence *to;
    size_t n, cards;
};

static void add(struct retrieval *r, const char *section, const char *template, const char *cites, const struct slot *slots,
                size_t n)
{
    struct str text = {0};
    if (r->n < RETRIEVED_MAX && phrases_fill(r->phrases, template, slots, n, &text) && text.n)
        r->to[r->n++] = (struct sentence){.section = section, .text = explanation_keep(r->e, &text), .cites = cites};
    str_done(&text);
}

/* Of the knowledge only what could be the matter here: the causes that the findings speak for, beside the one that is told anyway. */
static bool is_candidate(const struct retrieval *r, const struct card *card)
{
    bool is = false;
    if (!card->cause || card->cause == r->e->cause) return false;
    for (size_t i = 0; r->view && i < r->view->n_causes; i++) is |= r->view->causes[i].diagnosis.cause == card->cause;
    return is;
}

static void add_card(struct retrieval *r, const struct card *card)
{
    const struct slot slots[] = {{"title", explanation_clause(r->e, card->title)}, {"explanation", card->explanation}};
    if (r->cards == CARDS_KEPT || !is_candidate(r, card)) return;
    r->cards++;
    add(r, "why", "card", explanation_keepf(r->e, "cause %s", card->id), slots, 2);
}

static void add_incident(struct retrieval *r, const struct find_hit *h)
{
    const struct incident *i = h->incident;
    if (is_told(r->e, i->id) || strcmp(i->run_id, r->recall->run_id) == 0) return;
    const struct slot slots[] = {{"run", i->run_name}, {"message", i->message}, {"fix", h->fix}, {"worked", h->worked}};
    const char *cites = explanation_keepf(r->e, "incident %s", i->id);
    add(r, "alike", "incident", cites, slots, 2);
    if (h->fix && h->worked) add(r, "alike", "incident_tried", cites, slots + 2, 2);
}

size_t explanation_retrieve(struct explanation *e, struct recall *c, const struct view *v, const struct phrases *phrases,
                            struct sentence ret[RETRIEVED_MAX])
{
    struct retrieval r = {.e = e, .recall = c, .view = v, .phrases = phrases, .to = ret};
    struct finder f = {0};
    struct found found = {0};
    struct str question = {0};
    struct err err;
    add_question(e, v, &question);
    const struct find_question q = {.text = question.p, .limit = HITS_ASKED};
    if (question.n && find_open(&f, c, &err) == OK && find(&f, &q, &found, &err) == OK)
        for (size_t i = 0; i < found.n; i++) {
            if (found.hits[i].card) add_card(&r, found.hits[i].card);
            else add_incident(&r, &found.hits[i]);
        }
    find_close(&f);
    str_done(&question);
    return r.n;
}
