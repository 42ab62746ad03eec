#include "judge.h"

#include <stdarg.h>
#include <stdio.h>

#include "../../base/hash.h"
#include "machine.h"
#include "policy.h"

enum { SAID_BYTES = 120, GLOBALS_MAX = 1 << 14, APPLIED_MAX = 8 };

/* A name of the file as a sentence can bear it. */
static void put_printable(char *out, size_t room, struct span text)
{
    size_t to = strlen(out);
    for (size_t i = 0; i < text.n && to + 1 < room; i++) {
        unsigned char c = (unsigned char)text.p[i];
        out[to++] = (char)(c > 0x20 && c < 0x7F ? c : '?');
    }
    out[to] = 0;
}

static struct global *find(const struct judge *j, size_t bucket, struct span module, struct span name)
{
    for (struct global *g = j->buckets[bucket]; g; g = g->same_bucket)
        if (g->module.n == module.n && g->name.n == name.n && !memcmp(g->module.p, module.p, module.n) &&
            !memcmp(g->name.p, name.p, name.n))
            return g;
    return NULL;
}

static struct global *make(struct pickle *p, struct span module, struct span name)
{
    struct arena *a = p->arena;
    struct global *g = arena_alloc(a, sizeof *g);
    char said[SAID_BYTES] = "";
    if (!g || !(g->node = node_new(a, NODE_GLOBAL))) return NULL;
    g->node->global = g;
    g->module = module;
    g->name = name;
    put_printable(said, sizeof said / 2, module);
    put_printable(said, sizeof said, (struct span){".", 1});
    put_printable(said, sizeof said, name);
    g->said = arena_copy(a, said, strlen(said));
    struct verdict v = policy_of(module, name);
    g->policy = (uint8_t)v.policy;
    g->guard = (uint8_t)v.guard;
    g->does = v.does;
    return g->said ? g : NULL;
}

struct node *judge_import(struct pickle *p, struct span module, struct span name)
{
    struct judge *j = &p->judge;
    size_t bucket = (size_t)(hash64(name.p, name.n, hash64(module.p, module.n, 0)) % JUDGE_BUCKETS);
    struct global *g = find(j, bucket, module, name);
    if (g) return g->node;
    g = j->n_globals < GLOBALS_MAX ? make(p, module, name) : NULL;
    if (!g) return machine_stop(p, PICKLE_LIMIT, "it imports more than %d names, or names that are too long", GLOBALS_MAX), NULL;
    g->same_bucket = j->buckets[bucket];
    j->buckets[bucket] = g;
    if (j->last) j->last->next = g;
    else j->first = g;
    j->last = g;
    j->n_globals++;
    return g->node;
}

void judge_event(struct pickle *p, enum event e) { p->judge.events |= UINT32_C(1) << e; }

void judge_sentence(struct pickle *p, enum ckpt_safety s, const char *format, ...)
{
    struct judge *j = &p->judge;
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (size_t i = 0; i < j->n_sentences; i++)
        if (strcmp(j->sentences[i].text, text) == 0) return;
    size_t at = j->n_sentences;
    if (at == JUDGE_SENTENCES) { /* the mildest makes place */
        for (size_t i = at = 0; i < JUDGE_SENTENCES; i++)
            if (j->sentences[i].safety < j->sentences[at].safety) at = i;
        if (j->sentences[at].safety >= s) return;
    } else j->n_sentences++;
    const char *copy = arena_copy(p->arena, text, strlen(text));
    j->sentences[at] = (struct sentence){s, copy ? copy : "does something that there was no memory left to tell"};
}

/* What a value is, for a sentence: an import, what an import returned, or its kind. */
static const char *what(const struct node *n, char *out, size_t room)
{
    static const char *const kinds[] = {"None",
                                        "a truth value",
                                        "a number",
                                        "a number",
                                        "a number",
                                        "a text",
                                        "bytes",
                                        "a tuple",
                                        "a list",
                                        "a set",
                                        "a dict",
                                        "an import",
                                        "what a call returned",
                                        "a persistent object",
                                        "an unknown value"};
    const struct global *g = node_global(n), *class = node_class(n);
    if (g) snprintf(out, room, "%s", g->said);
    else if (class) snprintf(out, room, "what %s returned", class->said);
    else snprintf(out, room, "%s", kinds[n->kind]);
    return out;
}

void judge_touched(struct pickle *p, const struct node *object, enum touch t)
{
    static const char *const ways[] = {"BUILD on an imported object", "SETITEM on an imported object",
                                       "APPEND on an imported object"};
    char name[SAID_BYTES + 32];
    judge_sentence(p, CKPT_MALICIOUS, "%s: it changes %s in the running program", ways[t], what(object, name, sizeof name));
}

void judge_computed(struct pickle *p, const struct node *module, const struct node *name)
{
    char first[SAID_BYTES + 32], second[SAID_BYTES + 32];
    bool made = module->kind >= NODE_GLOBAL || name->kind >= NODE_GLOBAL;
    judge_sentence(p, made ? CKPT_MALICIOUS : CKPT_SUSPICIOUS, "STACK_GLOBAL with non-literal operands: module %s, name %s",
                   what(module, first, sizeof first), what(name, second, sizeof second));
}

/* Texts and numbers, as deep as an enum's value or a namedtuple goes; a path or an address is not plain. */
static bool is_plain(const struct node *n, int depth)
{
    enum { DEPTH_MAX = 3, ITEMS_MAX = 64 };
    if (!n) return true;
    if (n->kind == NODE_TEXT) return n->text.p && !memchr(n->text.p, '/', n->n) && !memchr(n->text.p, '\\', n->n);
    if (n->kind < NODE_TUPLE || n->kind > NODE_DICT || depth == DEPTH_MAX) return true;
    for (uint64_t i = 0; i < n->n && i < ITEMS_MAX; i++)
        if (!is_plain(n->items[i], depth + 1)) return false;
    return true;
}

static bool is_constant_name(struct span s)
{
    if (!s.n || s.p[0] < 'A' || s.p[0] > 'Z') return false;
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'A' && s.p[i] <= 'Z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_')) return false;
    return true;
}

/* Is this call of a denied name one of the few that do no harm? */
static bool is_excused(const struct global *g, const struct node *args)
{
    const struct node *first = node_item(args, 0), *second = node_item(args, 1);
    const struct global *of = node_global(first);
    if (!args || args->kind != NODE_TUPLE) return false;
    switch ((enum guard)g->guard) {
    case GUARD_GETATTR: return args->n == 2 && of && of->policy == POLICY_CLASS && is_constant_name(node_text(second));
    case GUARD_TYPE: return args->n == 1;
    case GUARD_UFUNC: return args->n == 2 && (node_is(first, "numpy") || node_is(first, "scipy.special")) && node_text(second).n;
    default: return false;
    }
}

static void judge_global_call(struct pickle *p, struct global *g, const struct node *args, enum how how)
{
    char name[SAID_BYTES + 32];
    const struct node *first = node_item(args, 0);
    if (!g->calls++) {
        g->how = (uint8_t)how;
        if (node_class(first)) {
            what(first, name, sizeof name);
            g->with = arena_copy(p->arena, name, strlen(name));
        }
    }
    if (g->policy == POLICY_DENIED && is_excused(g, args)) g->excused++;
    if (g->policy == POLICY_CLASS && how != HOW_INSTANCE && !is_plain(args, 0))
        judge_sentence(p, CKPT_SUSPICIOUS, "calls %s with a path or an address", g->said);
    if (g->guard == GUARD_UNPICKLES && first && global_is(g, NULL, "loads load _load_from_bytes"))
        nested_judge(p, first, g->said);
    if (g->guard != GUARD_APPLIES || !first) return;
    if (p->judge.depth >= APPLIED_MAX) {
        judge_event(p, EVENT_NESTED_TOO_DEEP);
        return;
    }
    p->judge.depth++;
    const struct node *rest = node_item(args, 2);
    judge_call(p, (struct node *)first, rest ? rest : args, HOW_CALL);
    p->judge.depth--;
}

void judge_call(struct pickle *p, struct node *callee, const struct node *args, enum how how)
{
    char name[SAID_BYTES + 32];
    if (callee->kind == NODE_GLOBAL) {
        judge_global_call(p, callee->global, args, how);
        return;
    }
    if (callee->kind < NODE_GLOBAL) {
        machine_flaw(p, "a call of %s", what(callee, name, sizeof name));
        return;
    }
    judge_sentence(p, CKPT_SUSPICIOUS, "calls %s", what(callee, name, sizeof name));
}
