/* judge/unseen - which artifacts of templates/unseen the run does not log, and which findings that rules out. */
#include "../../../analyzers/fact_key.h"
#include "../../knowledge/kit.h"
#include "parts.h"

/* Does the run have the setting that makes the artifact worth asking for? */
static bool set_so(const struct run *r, const struct artifact *a)
{
    const char *key, *value;
    for (size_t i = 0; a->fact && i < r->n_facts; i++)
        if (fact_canonical(r->facts[i].key, r->facts[i].value, &key, &value) && strcmp(key, a->fact) == 0 &&
            fact_says(value, a->equals))
            return true;
    return !a->fact;
}

static bool has_no_such_thing(const struct kit *kit, const struct artifact *a)
{
    for (size_t i = 0; kit && i < a->n_not_in; i++)
        if (strcmp(a->not_in[i], kit->id) == 0) return true;
    return false;
}

static bool is_missed(const struct run *r, const struct kit *kit, const struct artifact *a)
{
    if (has_no_such_thing(kit, a)) return false;
    if (r->roles & (WANTS(a->role) | a->also | a->unless)) return false;
    if (r->seen_within & WANTS(a->role)) return false;
    if (a->only_with && !(r->roles & a->only_with)) return false;
    return set_so(r, a);
}

static bool was_found(const struct view *v, const char *kind)
{
    for (size_t i = 0; i < v->n_findings; i++)
        if (strcmp(v->findings[i].finding.kind, kind) == 0) return true;
    return false;
}

static void add(struct run *r, struct view *v, const struct artifact *a, struct unseen_view *ret)
{
    const char **kinds = judge_room(r, a->n_findings, sizeof *kinds);
    *ret = (struct unseen_view){a, kinds, 0};
    for (size_t i = 0; i < a->n_findings; i++)
        if (!was_found(v, a->findings[i])) kinds[ret->n_findings++] = a->findings[i];
}

void judge_unseen(struct run *r, struct view *v)
{
    const struct knowledge *k = r->options.knowledge;
    v->kit = kit_of(v);
    if (!k || !r->seq) return;
    struct unseen_view *unseen = judge_room(r, k->n_artifacts, sizeof *unseen);
    for (size_t i = 0; i < k->n_artifacts; i++)
        if (is_missed(r, v->kit, &k->artifacts[i])) add(r, v, &k->artifacts[i], &unseen[v->n_unseen++]);
    v->unseen = unseen;
}
