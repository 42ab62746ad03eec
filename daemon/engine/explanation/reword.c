#include "reword.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../base/clock.h"
#include "../../llm/prompt.h"
#include "../../llm/sentences.h"
#include "parts.h"
#include "retrieve.h"

enum { TOKENS_MAX = 400, FACT_BYTES = 500, LOG_LINE_BYTES = 400, DROPPED_IN_A_ROW = 5, MORE_THAN_FACTS = 2, TOLD_MAX = 64 };

const struct knob reword_knobs[] = {
    {"llm_connect_s", "s", 3, 0.05, 600, 3, 3, 0, "until the language model's server takes the connection",
     "our choice: it is on this machine, or near"},
    {"llm_first_byte_s", "s", 60, 0.05, 3600, 60, 60, 0,
     "until the first byte of an answer: a server may have to load the model first", "our choice: 8 GB from a disk"},
    {"llm_total_s", "s", 120, 0.05, 3600, 120, 120, 0, "for all it says about one run",
     "our choice: 600 words at 7 tokens a second"},
    {0}};

static double knob(const struct config *c, const char *name)
{
    for (const struct knob *k = reword_knobs; k->name; k++)
        if (strcmp(k->name, name) == 0) return config_knob(c, k, SENSITIVITY_NORMAL, NULL);
    return NAN;
}

enum status reword_model(const struct config *c, const char *url, struct llm **ret, struct err *err)
{
    const struct llm_choice choice = {.url = url ? url : config_word(c, CONFIG_LLM, NULL),
                                      .key = getenv("MLWATCH_LLM_KEY"),
                                      .remote = config_is_yes(c, CONFIG_LLM_REMOTE),
                                      .connect_s = knob(c, "llm_connect_s"),
                                      .first_byte_s = knob(c, "llm_first_byte_s")};
    *ret = NULL;
    return llm_off(choice.url) ? OK : llm_open(&choice, ret, err);
}

/* ---- one section ----------------------------------------------------------------------------------------------------------- */

struct telling {
    struct explanation *e;
    const struct view *view;
    const struct teller *teller;
    struct llm *model; /* NULL from the first trouble on */
    double until;
    struct phrases prompts;
    char nonce[PROMPT_NONCE_BYTES];
    struct sentence retrieved[RETRIEVED_MAX];
    size_t n_retrieved;
    struct reworded *is;
};
struct section {
    struct telling *t;
    const char *id;
    const struct sentence *from[GROUND_FACTS_MAX];
    struct ground_fact facts[GROUND_FACTS_MAX];
    struct str said[GROUND_FACTS_MAX]; /* what was told of each fact */
    size_t n, own;                     /* the first `own` facts are the explanation's, the others were retrieved */
    char *told[TOLD_MAX];              /* no sentence twice */
    size_t n_told, bad;                /* bad: dropped since the last that was told */
};

/* A log's own words are no fact: only whoever wrote them vouches for them. They are shown to the model, and told as a quotation. */
static void collect(struct section *s, const struct sentence *from, size_t n)
{
    for (size_t i = 0; i < n && s->n < GROUND_FACTS_MAX; i++) {
        if (strcmp(from[i].section, s->id) != 0 || from[i].quotation) continue;
        s->from[s->n] = &from[i];
        s->facts[s->n++] = (struct ground_fact){from[i].text, from[i].cites};
    }
}

/* ---- what is asked --------------------------------------------------------------------------------------------------------- */

/* Facts that no longer fit are not shown, and so cannot be cited. Returns the bytes they take. */
static size_t add_facts(struct section *s, struct str *out)
{
    struct str lines = {0};
    for (size_t i = 0; i < s->n; i++) {
        const size_t before = lines.n;
        str_addf(&lines, "[%zu] ", i + 1);
        prompt_add_data(&lines, span_of(s->facts[i].text), FACT_BYTES);
        str_add(&lines, "\n");
        if (lines.n <= PROMPT_DATA_MAX) continue;
        lines.n = before;
        s->n = i;
        if (s->own > i) s->own = i;
    }
    const size_t n = lines.n;
    prompt_add_fence(out, "FACTS", s->t->nonce, (struct span){lines.p ? lines.p : "", n});
    str_done(&lines);
    return n;
}

static void add_log_line(struct str *lines, const char *text, size_t room)
{
    if (!text || lines->n + LOG_LINE_BYTES + 1 > room) return;
    prompt_add_data(lines, span_of(text), LOG_LINE_BYTES);
    str_add(lines, "\n");
}

/* What the facts leave of PROMPT_DATA_MAX. */
static void add_log(const struct view *v, const char *nonce, size_t room, struct str *out)
{
    struct str lines = {0};
    for (size_t i = 0; v && i < v->n_findings; i++) add_log_line(&lines, v->findings[i].quote, room);
    for (size_t i = 0; v && i < v->n_events; i++) add_log_line(&lines, v->events[i].text, room);
    if (lines.n) prompt_add_fence(out, "LOG", nonce, (struct span){lines.p, lines.n});
    str_done(&lines);
}

static void add_phrase(const struct telling *t, const char *id, const char *task, struct str *out)
{
    const struct slot slots[] = {{"nonce", t->nonce}, {"task", task}};
    phrases_fill(&t->prompts, id, slots, 2, out);
}

/* One question with its answer goes before the real one: small models learn the form from it. */
static void add_example(const struct telling *t, struct str *question, struct str *answer)
{
    struct str lines = {0};
    str_add(&lines, "[1] ");
    add_phrase(t, "example_1", "", &lines);
    str_add(&lines, "\n[2] ");
    add_phrase(t, "example_2", "", &lines);
    str_add(&lines, "\n");
    prompt_add_fence(question, "FACTS", t->nonce, (struct span){lines.p ? lines.p : "", lines.n});
    struct str task = {0};
    add_phrase(t, "example_task", "", &task);
    add_phrase(t, "task", task.p, question);
    add_phrase(t, "example_answer", "", answer);
    str_done(&task);
    str_done(&lines);
}

/* ---- what is answered ------------------------------------------------------------------------------------------------------ */

static bool is_new(struct section *s, const struct str *text)
{
    for (size_t i = 0; i < s->n_told; i++)
        if (strcmp(s->told[i], text->p) == 0) return false;
    if (s->n_told == TOLD_MAX) return false;
    s->told[s->n_told] = str_dup((struct span){text->p, text->n});
    return s->told[s->n_told] && ++s->n_told;
}

/* "finding f1, cause lr_too_high": each once, in the order of the facts. */
static const char *join_cites(struct section *s, uint32_t cited)
{
    struct str all = {0};
    for (size_t i = 0; i < s->n; i++)
        for (struct span rest = span_of(cited >> i & 1 ? s->facts[i].cites : ""); rest.n;) {
            const char *comma = memmem(rest.p, rest.n, ", ", 2);
            const size_t n = comma ? (size_t)(comma - rest.p) : rest.n;
            struct str marked = {0}, one = {0};
            str_addf(&marked, ", %s, ", all.p ? all.p : "");
            str_addf(&one, ", %.*s, ", (int)n, rest.p);
            if (marked.p && one.p && !strstr(marked.p, one.p)) str_addf(&all, "%s%.*s", all.n ? ", " : "", (int)n, rest.p);
            str_done(&marked);
            str_done(&one);
            rest = span_from(rest, n + 2);
        }
    return explanation_keep(s->t->e, &all);
}

static void tell_worded(struct section *s, struct str *text, uint32_t cited)
{
    const struct sentence told = {.section = s->id, .text = text->p, .cites = join_cites(s, cited)};
    for (size_t i = 0; i < s->n; i++)
        if (cited >> i & 1) str_addf(&s->said[i], "%s\n", text->p);
    s->t->teller->say(s->t->teller->arg, &told, true);
    s->t->is->worded++;
    s->bad = 0;
}

static bool take_sentence(void *arg, struct span sentence)
{
    struct section *s = arg;
    struct str text = {0};
    uint32_t cited = 0;
    enum ground g = ground_judge(s->facts, s->n, sentence, &cited, &text);
    if (g == GROUND_HOLDS && text.p && is_new(s, &text)) tell_worded(s, &text, cited);
    else if (g != GROUND_HOLDS) s->t->is->dropped++, s->t->is->why[g]++, s->bad++;
    else s->bad++;
    str_done(&text);
    return s->bad < DROPPED_IN_A_ROW && s->n_told < s->n + MORE_THAN_FACTS;
}

static bool take_piece(void *arg, struct span piece) { return sentences_feed(arg, piece); }

/* From the first trouble on the model is not asked again: what happened once to a section would happen to the next. */
static void ask(struct section *s, const struct llm_message *messages, size_t n)
{
    struct telling *t = s->t;
    struct sentences sentences = {.each = take_sentence, .arg = s};
    enum llm_end end = LLM_CUT;
    struct err err = {0};
    const struct llm_question q = {.messages = messages,
                                   .n = n,
                                   .max_tokens = TOKENS_MAX,
                                   .total_s = fmax(t->until - clock_now(), 0.001),
                                   .take = take_piece,
                                   .arg = &sentences};
    enum status status = llm_ask(t->model, &q, &end, &err);
    if (status || end != LLM_TAKEN) sentences_end(&sentences, !status && end == LLM_WHOLE);
    if (status) snprintf(t->is->trouble, sizeof t->is->trouble, "%s", err.text), t->model = NULL;
    sentences_done(&sentences);
}

static void word(struct section *s, const char *task)
{
    struct telling *t = s->t;
    struct str text[4] = {{0}};
    add_phrase(t, "system", "", &text[0]);
    add_example(t, &text[1], &text[2]);
    const size_t taken = add_facts(s, &text[3]);
    add_log(t->view, t->nonce, PROMPT_DATA_MAX - taken, &text[3]);
    add_phrase(t, "task", task, &text[3]);
    const struct llm_message messages[] = {
        {"system", text[0].p}, {"user", text[1].p}, {"assistant", text[2].p}, {"user", text[3].p}};
    if (s->n && text[0].p && text[1].p && text[2].p && text[3].p) ask(s, messages, 4);
    for (size_t i = 0; i < 4; i++) str_done(&text[i]);
}

/* ---- what is told ---------------------------------------------------------------------------------------------------------- */

static bool is_left(const struct section *s, const struct sentence *own)
{
    for (size_t i = 0; i < s->own; i++)
        if (s->from[i] == own) return !ground_says_all((struct span){s->said[i].p, s->said[i].n}, span_of(own->text));
    return true;
}

static const char *task_of(const struct telling *t, const char *section)
{
    const char *id, *task;
    for (size_t i = 0; phrases_section(&t->prompts, i, &id, &task); i++)
        if (strcmp(id, section) == 0) return task;
    return NULL;
}

static void tell_section(struct telling *t, const char *id)
{
    struct section s = {.t = t, .id = id};
    const char *task = t->model ? task_of(t, id) : NULL;
    collect(&s, t->e->sentences, t->e->n);
    s.own = s.n;
    collect(&s, t->retrieved, t->n_retrieved);
    if (task && s.own && s.n > 1) word(&s, task); /* to say one sentence again is not worth the wait */
    for (size_t i = 0; i < t->e->n; i++) {
        const struct sentence *own = &t->e->sentences[i];
        if (strcmp(own->section, id) == 0 && is_left(&s, own)) t->teller->say(t->teller->arg, own, false);
    }
    for (size_t i = 0; i < s.n_told; i++) free(s.told[i]);
    for (size_t i = 0; i < GROUND_FACTS_MAX; i++) str_done(&s.said[i]);
}

/* Without prompts, or without randomness, there is no model. */
static void get_ready(struct telling *t, struct recall *c, struct llm *model)
{
    struct err err = {0};
    snprintf(t->is->model, sizeof t->is->model, "%s", llm_model(model));
    if (phrases_open(&t->prompts, "prompts/explain.json", &err) || prompt_nonce(t->nonce, &err)) {
        snprintf(t->is->trouble, sizeof t->is->trouble, "%s", err.text);
        return;
    }
    t->model = model;
    t->n_retrieved = explanation_retrieve(t->e, c, t->view, &t->prompts, t->retrieved);
}

void reword_tell(struct explanation *e, struct recall *c, const struct view *v, struct llm *model, double deadline,
                 const struct teller *teller, struct reworded *ret)
{
    struct telling t = {.e = e, .view = v, .teller = teller, .is = ret};
    const char *id, *title;
    *ret = (struct reworded){0};
    if (model) get_ready(&t, c, model);
    t.until = fmin(clock_now() + knob(&c->config, "llm_total_s"), deadline);
    for (size_t i = 0; phrases_section(&e->phrases, i, &id, &title); i++) tell_section(&t, id);
    phrases_close(&t.prompts);
}
