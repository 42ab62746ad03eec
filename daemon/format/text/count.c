/* text_count - see text/count.h.
 *
 * A counter with a name comes first, then a fraction without one, then the number in front of the line, then the epoch. A number in
 * front that stands still is a rank (text_place_crowded), and counts no more. */
#include "count.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "parts.h"

/* about_held_out - does a name of the line say so? */
static bool about_held_out(const struct text_pairs *ps)
{
    for (size_t i = 0; i < ps->n; i++)
        if (text_key_split(&ps->pair[i])) return true;
    return ps->label.n && text_split_of(ps->label);
}

/* parts_of_share - "accuracy: 20.78%, (512570/2466133)": what the share in front was counted from. */
static bool parts_of_share(struct text_run *r, struct text_pairs *ps, size_t i, struct arena *arena)
{
    static const double half_a_percent = 0.5; /* shares are rounded to that at worst */
    struct text_pair *share = i ? &ps->pair[i - 1] : NULL, *p = &ps->pair[i];
    if (!share || !share->percent || !share->key.n || !(p->total > 0)) return false;
    if (fabs(100 * p->value / p->total - share->value) > half_a_percent) return false;
    const struct text_name *e = text_resolve(r, share, arena);
    return e && e->flags & NAME_STRONG;
}

/* unnamed_counter - "[2/5][100/600]" at the start are epoch and batch, "epoch 3 | 200/ 2983 batches" a batch, and so is what ends
 * "loss: 2.3  [6400/60000]", also where more stands behind it: "loss: 2.3  [6400/60000]  lr: 0.1". */
static const struct text_pair *unnamed_counter(struct text_run *r, struct text_pairs *ps, struct text_count *c,
                                               struct arena *arena)
{
    bool has_epoch = !isnan(c->epoch);
    double *epoch = &c->epoch;
    enum text_split *split = &c->cut;
    const struct text_pair *found = NULL;
    for (size_t i = 0; i < ps->n && i < 4; i++) {
        struct text_pair *p = &ps->pair[i];
        if (p->key.n && p->words == 1 && p->separator == ':' && p->total >= 0 && text_key_split(p))
            *split = p->key.p[p->key.n - 1] == ')' ? SPLIT_EVAL : text_key_split(p), p->key.n = 0,
            p->key_split = SPLIT_NONE; /* timm's "Test (EMA)" */
        if (p->key.n || isnan(p->total) || !field_is_step(p->value) || parts_of_share(r, ps, i, arena)) continue;
        if (found && !has_epoch && found == p - 1) return *epoch = found->value, p;
        if (!found) found = p;
    }
    if (!found || has_epoch || found == ps->pair || found == ps->pair + ps->n - 1) return found;
    return found->bracketed && !about_held_out(ps) ? found : NULL;
}

/* leading_epoch - "[2/5] batch 100/600": a fraction without a name in front of a count that is told with its end is the epoch. */
static double leading_epoch(const struct text_pairs *ps, const struct text_pair *count)
{
    const struct text_pair *p = ps->pair;
    bool plain = count > p && !p->key.n && p->total > 0 && p->value <= p->total && field_is_step(p->value);
    return plain && count->total > 0 ? p->value : (double)NAN;
}

/* titled_epoch - "Train: 3 [  40/262" of timm: the number behind what a line is about, in front of a count without a name, is the epoch. */
static double titled_epoch(struct text_pairs *ps)
{
    static const char *const words[] = {"Train", "train", "Training", "training"};
    struct text_pair *p = ps->pair;
    bool counted = ps->n > 1 && p->words == 1 && isnan(p->total) && field_is_step(p->value) && !p[1].key.n && p[1].total > 0;
    for (size_t i = 0; counted && i < sizeof words / sizeof *words; i++) {
        if (!span_is(p->key, words[i])) continue;
        p->key.n = 0;
        p->key_split = SPLIT_NONE;
        p->name = NULL;
        return p->value;
    }
    return NAN;
}

/* leads_far - "Task [8/20000], loss: 0.5": what one word in front counts, with an end beyond any number of folds, clients or trials. */
static bool leads_far(const struct text_pairs *ps)
{
    enum { FAR = 500 };
    const struct text_pair *p = ps->pair;
    bool counts =
        ps->n > 1 && p->key.n > 1 && p->words == 1 && p->total >= FAR && p->value <= p->total && field_is_step(p->value);
    for (size_t i = 0; counts && i < p->key.n; i++) counts = span_letter_char(p->key.p[i]);
    return counts && !p->percent && !text_key_split(p);
}

/* tells_worth - "accuracy 930/1000" counts right answers. */
static bool tells_worth(struct text_run *r, struct text_pair *p, struct arena *arena)
{
    const struct text_name *e = text_resolve(r, p, arena);
    return e && e->flags & (NAME_STRONG | NAME_METRIC);
}

/* is_flag - "--epochs 10" of a command line. */
static bool is_flag(struct span key) { return key.n > 2 && key.p[0] == '-' && key.p[1] == '-' && key.p[2] != ' '; }

/* counts_letter - "s:250" of llm.c. */
static bool counts_letter(const struct text_pairs *ps, const struct text_pair *p)
{
    return p == ps->pair && p->separator == ':' && span_is(p->key, "s");
}

/* is_length - "Train steps: 12" beside an epoch, as Poutyne sums one up: how many steps a part of it had, and not where the run stands. */
static bool is_length(const struct text_pair *p)
{
    static const char *const parts[] = {"train", "training", "val", "valid", "validation", "eval", "test"}, *const counted[] = {
                                                                                                                "steps",
                                                                                                                "batches"};
    struct span part = span_trim((struct span){p->key.p, p->last}), last = span_from(p->key, p->last);
    bool of_part = false, several = false;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        of_part |= part.n == strlen(parts[i]) && strncasecmp(part.p, parts[i], part.n) == 0;
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
        several |= last.n == strlen(counted[i]) && strncasecmp(last.p, counted[i], last.n) == 0;
    return p->words == 2 && of_part && several && isnan(p->total);
}

/* counts_epochs - is the first thing that the line tells how far the epochs are: "Epoch: 1/12"? */
static bool counts_epochs(const struct text_pairs *ps)
{
    const struct text_pair *p = ps->pair;
    return ps->n && p->words == 1 && p->key.n == 5 && strncasecmp(p->key.p, "epoch", 5) == 0 && p->total > 0;
}

/* named_count - the best of the counters with a name; NULL when there is none. Notes the epoch on the way. */
static const struct text_pair *named_count(struct text_run *r, struct text_pairs *ps, struct arena *arena, struct text_count *c)
{
    const struct text_pair *best = NULL, *epoch = NULL;
    int rank = FIELD_UNRANKED;
    bool of_epoch = counts_epochs(ps);
    for (size_t i = 0; i < ps->n; i++) {
        struct text_pair *p = &ps->pair[i];
        if (of_epoch && is_length(p)) continue;
        if (!p->name || !p->key.n) p->name = text_name_known(&r->names, p->key);
        const struct text_name *e = p->name;
        if (p->percent || is_flag(p->key)) continue;
        bool letter = counts_letter(ps, p), whole = field_is_step(p->value);
        if (!e && (letter || text_name_counts(&r->names, p->key, p->last)))
            e = p->name = text_name_of(&r->names, p->key, p->last, arena);
        if (!e || (e->rank == FIELD_UNRANKED && !letter)) continue;
        if (!whole && !best && e->field->kind == FIELD_EPOCH && isfinite(p->value)) c->axis = AXIS_RECORD;
        if (!whole) continue;
        if (e->field->kind == FIELD_EPOCH && isnan(c->epoch)) c->epoch = p->value, epoch = p;
        if (e->field->kind == FIELD_EPISODE && isnan(c->episode)) c->episode = p->value;
        if (e->field->kind == FIELD_STEP && r->place.both.lengths) continue;
        if (!letter && e->rank >= rank && e->field->kind == FIELD_STEP) c->lesser = e->field;
        if (letter || e->rank < rank) {
            if (best && c->field && c->field->kind == FIELD_STEP) c->lesser = c->field;
            best = p, rank = letter ? 0 : e->rank, c->axis = letter ? AXIS_STEP : field_axis(e->field->kind);
            c->field = e->field;
        }
        if (e->cut) c->cut = e->cut;
    }
    if (best && epoch && best->name && field_is_size(best->name->field))
        best = epoch, c->field = epoch->name->field, c->axis = AXIS_EPOCH;
    return best;
}

/* short_epoch - "Ep 3 loss: 0.5": nothing on the line is earned in an episode. */
static bool short_epoch(const struct text_pairs *ps, const struct text_pair *best)
{
    static const char *const words[] = {"reward", "return", "score", "eps", "step", "len"};
    if (best->key.n - best->last != 2 || strncasecmp(best->key.p + best->last, "ep", 2) != 0) return false;
    for (size_t i = 0; i < ps->n; i++) {
        struct span key = ps->pair[i].key;
        if (key.n == 1 && (key.p[0] == 'R' || key.p[0] == 'r')) return false;
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            for (size_t at = 0, n = strlen(words[k]); at + n <= key.n; at++)
                if (strncasecmp(key.p + at, words[k], n) == 0) return false;
    }
    return true;
}

bool text_count_of(struct text_run *r, struct text_pairs *ps, struct arena *arena, struct text_count *c)
{
    *c = (struct text_count){.total = NAN, .epoch = NAN, .episode = NAN, .axis = AXIS_STEP};
    const struct text_pair *best = named_count(r, ps, arena, c);
    if (best && c->axis == AXIS_EPISODE && short_epoch(ps, best)) c->axis = AXIS_EPOCH, c->epoch = best->value, c->episode = NAN;
    if (best && c->axis == AXIS_STEP && isnan(c->epoch)) c->epoch = leading_epoch(ps, best);
    if (!best && leads_far(ps) && !tells_worth(r, ps->pair, arena)) best = ps->pair;
    if (!best) c->epoch = titled_epoch(ps);
    bool stands = r->place.lead_flat && !isnan(ps->lead), part = !best && c->axis == AXIS_RECORD;
    if (!best || c->axis == AXIS_EPOCH) {
        const struct text_pair *fraction = unnamed_counter(r, ps, c, arena);
        if (fraction) best = fraction, c->axis = AXIS_STEP;
        else if (!isnan(ps->lead) && !r->place.lead_flat) c->leading = true, c->axis = AXIS_STEP;
    }
    r->place.fractional |= part;
    c->named = best && best->key.n;
    c->value = c->leading ? ps->lead : best ? best->value : 0;
    if (best && !c->leading) c->total = best->total;
    if (!c->leading && !best && stands) c->axis = AXIS_RECORD;
    return c->leading || best || part || stands;
}
