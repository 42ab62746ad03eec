#include "within.h"

#include <stdio.h>

enum { WITHIN_MAX = 8 };
struct relay {
    const struct ckpt_sink *out;
    const char *member, *prefix;
};

static void relay_tensor(void *arg, const struct ckpt_tensor *t)
{
    const struct relay *r = arg;
    struct ckpt_tensor named = *t;
    size_t before = strlen(r->prefix), n = strlen(t->name);
    char *name = before ? arena_alloc(r->out->arena, before + n + 1) : NULL;
    if (name) {
        memcpy(name, r->prefix, before);
        memcpy(name + before, t->name, n);
        named.name = name;
    }
    r->out->tensor(r->out->arg, &named);
}

static void relay_group(void *arg, const struct ckpt_group *g)
{
    const struct relay *r = arg;
    r->out->group(r->out->arg, g);
}

static void relay_fact(void *arg, const char *key, const char *value)
{
    const struct relay *r = arg;
    r->out->fact(r->out->arg, key, value);
}

/* Inside an archive that has come to its end a member that has none is broken, not on its way; and one that cannot be read does not make the
 * archive any less whole: it makes it no safer. */
static void relay_state(void *arg, enum ckpt_state s, const char *why)
{
    const struct relay *r = arg;
    if (s == CKPT_STATE_UNVERIFIED) ckpt_say_safety(r->out, CKPT_SAFETY_UNVERIFIED, "in '%s': %s", r->member, why);
    else ckpt_say_state(r->out, s == CKPT_INCOMPLETE ? CKPT_CORRUPT : s, "in '%s': %s", r->member, why);
}

static void relay_safety(void *arg, enum ckpt_safety s, const char *why)
{
    const struct relay *r = arg;
    ckpt_say_safety(r->out, s, "in '%s': %s", r->member, why);
}

enum status within_scan(const struct ckpt_file *outer, struct zip *z, const struct zip_entry *e, struct span head,
                        const char *prefix, bool *known, struct err *err)
{
    char said[128];
    struct err why = {0};
    struct ckpt_file f = {
        .fd = z->fd, .path = e->name, .size = e->packed_bytes, .base = e->offset, .within = outer->within + 1, .head = head};
    const struct ckpt *reader = ckpt_of(&f);
    *known = reader != NULL;
    if (!reader) return OK;
    struct relay relay = {z->out, zip_said_name(e, said), prefix};
    struct ckpt_sink out = {&relay, z->out->arena, relay_tensor, relay_group, relay_fact, relay_state, relay_safety};
    if (f.within > WITHIN_MAX) {
        ckpt_say_safety(&out, CKPT_SAFETY_UNVERIFIED, "it lies in %u archives: above the limit of %u (depth)", f.within,
                        WITHIN_MAX);
        return OK;
    }
    enum status s = reader->scan(&f, z->max, &out, &why);
    if (s != E_FORMAT && s != E_LIMIT) return s == OK ? OK : err_set(err, s, "%s", why.text);
    ckpt_say_safety(&out, CKPT_SAFETY_UNVERIFIED, "%s", why.text);
    ckpt_say_state(&out, CKPT_STATE_UNVERIFIED, "%s", why.text);
    return OK;
}
