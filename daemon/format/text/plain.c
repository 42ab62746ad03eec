/* text_plain - see text/parts.h. Lines of metrics where nothing in the line counts: what counts stands above, or nothing does, and then
 * they are held (text/pending.h) until it is certain that such lines are the records. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "parts.h"

enum { RATE_LINES = 20, STANDING_LINES = 12, BARE_PROSE_MAX = 2 };

/* assigns - "PolicyLoss=0.25 Adv(mean=0.5, std=0.1) KL=0.01": values enough that what stands in brackets beside them is no code. */
static bool assigns(const struct text_pairs *ps)
{
    enum { ENOUGH = 3 };
    unsigned n = 0;
    for (size_t i = 0; i < ps->n; i++) n += ps->pair[i].separator == '=' && ps->pair[i].words == 1;
    return n >= ENOUGH && ps->calls <= n;
}

/* all_named - nothing but metrics and their values; no code, no model, no long text. */
static bool all_named(const struct text_line *l, const struct text_pairs *ps)
{
    for (size_t i = 0; i < ps->n; i++) {
        bool parts = i && ps->pair[i].total > 0 && ps->pair[i - 1].percent; /* "accuracy: 95%, (950/1000)" */
        if (!ps->pair[i].key.n && !parts) return false;
    }
    return ps->n && ps->prose <= 3 && (!ps->calls || assigns(ps)) && !ps->braces && l->body.n <= TEXT_PENDING_BYTES;
}

/* count_held - held-out data told again, and nothing of training since: another record. Training's own records count by themselves. */
static void count_held(struct text_run *r, const struct text_pairs *ps)
{
    const struct text_name *first = NULL;
    for (size_t i = 0; i < ps->n && !first; i++)
        if (text_is_metric(ps->pair[i].name, &ps->pair[i]) && ps->pair[i].name->flags & NAME_STRONG) first = ps->pair[i].name;
    if (r->place.known || !first) return;
    r->place.record += !r->place.record || (first == r->held.metric && r->place.record == r->held.record);
    r->held.metric = first;
    r->held.record = r->place.record;
}

static unsigned numbered(struct text_run *r, const struct text_line *l, struct text_pairs *ps, const struct format_out *out)
{
    static const struct text_count nothing = {.axis = AXIS_RECORD};
    struct text_weight w = text_weigh(r, ps, out->arena);
    enum text_split split = text_line_split(r, l, ps);
    if (!w.strong || w.settings) return 0;
    if (!split) split = text_leading_split(ps);
    if (split) count_held(r, ps);
    return text_emit(r, l, ps, text_where_by_epoch(r, &nothing, split, text_main_metric(ps)), out);
}

/* rising - do the bare numbers in front of the held lines grow from line to line? Then they are the steps. */
static bool rising(const struct text_pending *h)
{
    for (size_t i = 0; i < h->n; i++)
        if (h->held[i].front < 0 || (i && h->held[i].front <= h->held[i - 1].front)) return false;
    return h->n > 0;
}

/* retell - a held line, now that it is known to be a record. */
static unsigned retell(struct text_run *r, const struct text_pending_line *held, const struct format_out *out)
{
    struct text_pairs ps;
    struct text_line l = {.body = {held->body, held->n}, .time = held->time, .line = held->line};
    bool step = held->front >= 0 && r->ranks.front_is == FRONT_STEP;
    text_pairs(l.body, &ps);
    r->ranks.rank = held->front >= 0 && !step ? held->front : held->rank;
    if (!step) return numbered(r, &l, &ps, out);
    r->place.known = true;
    r->place.step = held->front;
    r->place.axis = AXIS_STEP;
    return text_emit(r, &l, &ps, (struct text_where){held->front, AXIS_STEP, text_leading_split(&ps)}, out);
}

/* hold - a line of metrics where nothing counts. When it is certain that such lines are the records, all that are held are told. */
static unsigned hold(struct text_run *r, const struct text_line *l, const struct text_pairs *ps, const struct format_out *out)
{
    struct text_pending *h = &r->pending;
    unsigned n = 0;
    bool enough = text_pending_add(h, ps, l->body, l->line, l->time);
    if (h->n && h->held[h->n - 1].line == l->line)
        h->held[h->n - 1].rank = r->ranks.rank, h->held[h->n - 1].front = r->ranks.front;
    if (!enough) return 0;
    if (r->ranks.front >= 0) r->ranks.front_is = rising(h) ? FRONT_STEP : FRONT_RANK;
    bool steps = r->ranks.front >= 0 && r->ranks.front_is == FRONT_STEP;
    if (!steps) text_place_by_record(&r->place);
    r->place.bare = !steps;
    for (size_t i = 0; i < h->n; i++) {
        struct text_place before = r->place;
        n += retell(r, &h->held[i], out);
        if (text_ranks_others(&r->ranks)) r->place = before;
    }
    r->ranks.rank = TEXT_NO_RANK; /* the line in hand was among them */
    h->n = 0;
    return n;
}

unsigned text_plain_before(struct text_run *r, int64_t step, const struct format_out *out)
{
    enum { LINES_BETWEEN = 2 };
    struct text_pending *h = &r->pending;
    unsigned n = 0;
    uint64_t told = 0; /* the line of held-out data before */
    for (size_t i = 0; i < h->n; i++) {
        struct text_pairs ps;
        struct text_line l = {.body = {h->held[i].body, h->held[i].n}, .time = h->held[i].time, .line = h->held[i].line};
        text_pairs(l.body, &ps);
        struct text_weight w = text_weigh(r, &ps, out->arena);
        enum text_split split = text_leading_split(&ps);
        if (!split && told && l.line <= told + 1 + LINES_BETWEEN)
            split = SPLIT_VALID; /* "accuracy: 0.25" below "validation loss: 10.9" */
        if (!split || !w.strong || w.settings || ps.prose || ps.calls || h->held[i].rank > 0) continue;
        told = l.line;
        n += text_emit(r, &l, &ps, (struct text_where){step, AXIS_STEP, split}, out);
    }
    h->n = 0;
    return n;
}

void text_stand(struct text_run *r, const struct text_line *l, const struct text_pairs *ps, const struct text_count *c)
{
    enum { BODY_MAX_BYTES = 80 };
    bool less = r->place.lesser && c->field == r->place.lesser; /* an evaluation's own steps */
    r->standing.line = 0;
    if (!c->named || c->axis == AXIS_RECORD || c->cut || l->split || less || ps->prose > 2 || ps->calls) return;
    if (l->body.n > BODY_MAX_BYTES || text_split_of(l->body) || (r->place.heading && r->place.heading_split)) return;
    for (size_t i = 0; i < ps->n; i++)
        if (ps->pair[i].words > 2 || (ps->pair[i].separator != ':' && isnan(ps->pair[i].total))) return;
    r->standing.count = *c;
    r->standing.line = l->line;
    r->standing.placed = false;
}

/* stands - is a line of metrics right below one that counts? */
static bool stands(const struct text_run *r, const struct text_line *l)
{
    bool headed = r->place.heading && r->place.heading_line > r->standing.line;
    return r->standing.line && !headed && l->line > r->standing.line && l->line - r->standing.line <= STANDING_LINES;
}

static struct text_where where_standing(struct text_run *r, enum text_split split, const struct format_out *out)
{
    if (!r->standing.placed) r->standing.at = text_where_counted(r, &r->standing.count, SPLIT_NONE, out);
    r->standing.placed = true;
    return (struct text_where){r->standing.at.step, r->standing.at.axis, split};
}

/* tells_loss - "iter images/0042.jpg, loss: 0.5, accuracy: 0.75": a few words more beside a loss. */
static bool tells_loss(const struct text_pairs *ps)
{
    for (size_t i = 0; i < ps->n; i++)
        if (ps->pair[i].key.n == 4 && strncasecmp(ps->pair[i].key.p, "loss", 4) == 0) return true;
    return false;
}

/* sums_training - "Training loss: 0.5" below the bar or the last batch of an epoch. */
static bool sums_training(const struct text_pairs *ps)
{
    static const char *const starts[] = {"Train ", "Training ", "train ", "training ", "Average train", "Average Train"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (span_starts(ps->pair[0].key, starts[i])) return !ps->prose;
    return false;
}

/* sums_both - "Train Acc: 0.8, Val Acc: 0.7" below the loss of an epoch: who tells both sides at once sums it up. */
static bool sums_both(const struct text_pairs *ps)
{
    for (size_t i = 1; i < ps->n; i++)
        if (text_split_of(ps->pair[i].key)) return sums_training(ps);
    return false;
}

/* asked - was a value of this name told of the training loop? */
static bool asked(const struct text_name *e)
{
    if (e->main) e = e->main;
    return e->series[SPLIT_NONE][0] != TEXT_UNASKED || e->series[SPLIT_NONE][1] != TEXT_UNASKED;
}

/* is_plain - of letters and signs that everybody has: what is no text may hold ": 5" anywhere. */
static bool is_plain(const struct text_name *e)
{
    for (size_t i = 0; i < e->n_name; i++)
        if (e->name[i] < ' ' || e->name[i] > '~') return false;
    return true;
}

/* scores_alone - "giou: 0.47, ciou: 0.55" between the records of a loop that counts, which tell no such thing: what an evaluation found, told
 * once between two of them; what comes again before the next record is told no more. */
static bool scores_alone(struct text_run *r, struct text_pairs *ps, int64_t step, struct arena *arena)
{
    if (ps->prose) return false;
    for (size_t i = 0; i < ps->n; i++) {
        struct text_name *e = text_resolve(r, &ps->pair[i], arena);
        bool score = e && text_is_metric(e, &ps->pair[i]) && e->flags & NAME_STRONG && ps->pair[i].separator != ' ';
        if (!score || !is_plain(e) || memmem(e->name, e->n_name, "oss", 3) || !isnan(ps->pair[i].total)) return false;
        if (asked(e) && !(e->flags & NAME_ALONE)) return false;
        if (e->flags & NAME_ALONE && e->alone_at == step) return false;
    }
    for (size_t i = 0; i < ps->n; i++) {
        struct text_name *e = ps->pair[i].name;
        e->flags |= NAME_ALONE;
        e->alone_at = step;
    }
    return true;
}

/* is_rate - "Current learning rate: 0.01" or "grad_norm 0.5", alone: below the heading of an epoch it is that epoch's. */
static bool is_rate(const struct text_pairs *ps)
{
    static const char *const names[] = {"lr",
                                        "learning rate",
                                        "current learning rate",
                                        "learning_rate",
                                        "current lr",
                                        "lrate",
                                        "step_size",
                                        "step size",
                                        "grad_norm",
                                        "grad norm",
                                        "gradnorm",
                                        "gnorm",
                                        "total_norm",
                                        "gradient norm",
                                        "gradient_norm",
                                        "|g|",
                                        "||g||",
                                        "grad",
                                        "weight_norm",
                                        "weight norm"};
    struct span key = ps->pair[0].key;
    if (ps->n != 1 || ps->prose || !isnan(ps->pair[0].total)) return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (key.n == strlen(names[i]) && strncasecmp(key.p, names[i], key.n) == 0) return true;
    return false;
}

/* goes_on - "Accuracy=0.65" right below "Test loss=0.9": the score of the same data. */
static bool goes_on(struct text_run *r, const struct text_line *l, struct text_pairs *ps, struct arena *arena)
{
    enum { LINES_BETWEEN = 2 };
    bool held_out = r->points && r->last.split != SPLIT_NONE && r->last.split != SPLIT_EPOCH;
    if (!held_out || ps->n != 1 || ps->prose || l->line > r->last_line + 1 + LINES_BETWEEN) return false;
    struct span key = ps->pair[0].key;
    if (key.n >= 5 && strncasecmp(key.p, "train", 5) == 0) return false;
    const struct text_name *e = text_resolve(r, &ps->pair[0], arena);
    return e && text_is_metric(e, &ps->pair[0]) && e->flags & NAME_STRONG && !memmem(e->name, e->n_name, "oss", 3);
}

/* beside_best - "Loss: 0.98, MeanIU: 0.731, Best_mIoU: 0.739": who keeps the best of a score has measured it on held-out data. */
static bool beside_best(const struct text_pairs *ps)
{
    static const char *const scores[] = {"acc", "iou", "f1", "map", "dice", "bleu", "auc", "top1", "score"};
    for (size_t i = 1; i < ps->n; i++) {
        struct span key = ps->pair[i].key;
        if (key.n < 7 || strncasecmp(key.p, "best", 4) != 0 || !strchr("_ ", key.p[4])) continue;
        for (size_t k = 0; k < sizeof scores / sizeof *scores; k++)
            for (size_t at = 5, n = strlen(scores[k]); at + n <= key.n; at++)
                if (strncasecmp(key.p + at, scores[k], n) == 0) return true;
    }
    return false;
}

/* averages_held - "Average loss: 1.2" below "Test loss: 1.0": a mean of what was tested, over folds perhaps, and nothing of the training loop. */
static bool averages_held(struct text_run *r, struct text_pairs *ps, struct arena *arena)
{
    bool held_out = r->points && r->last.split != SPLIT_NONE && r->last.split != SPLIT_EPOCH;
    const struct text_name *e = held_out && ps->n == 1 ? text_resolve(r, &ps->pair[0], arena) : NULL;
    return e && e->main && (e->key[0] | 0x20) == 'a';
}

/* of_training - "Train - Loss: 0.5, Acc: 0.75", beside "Val - Loss: ...": what the line is about, and a rule. */
static bool of_training(struct span body)
{
    static const char *const words[] = {"Training", "training", "TRAINING", "Train", "train", "TRAIN"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]), at = n;
        if (!span_starts(body, words[i])) continue;
        while (at < body.n && body.p[at] == ' ') at++;
        return at > n && at + 1 < body.n && strchr("-|", body.p[at]) && body.p[at + 1] == ' ';
    }
    return false;
}

unsigned text_plain(struct text_run *r, const struct text_line *l, struct text_pairs *ps, const struct format_out *out)
{
    struct text_place *place = &r->place;
    if (!all_named(l, ps)) return 0;
    double heading = text_place_under_heading(place, l->line);
    enum text_split split = text_line_split(r, l, ps);
    if (!split) split = text_leading_split(ps);
    if (!split && (place->known || place->epoch_known) && beside_best(ps)) split = SPLIT_VALID;
    bool speaks = split || (ps->pair[0].key.n <= TEXT_NAME_MAX_BYTES && text_split_of(ps->pair[0].key));
    speaks |= of_training(l->body) || sums_both(ps);
    bool counted = place->known || place->epoch_known || !isnan(heading);
    if (stands(r, l)) {
        struct text_weight below = text_weigh(r, ps, out->arena);
        if (l->body.p[0] == '|') r->standing.line = l->line; /* a list goes on as long as it will */
        bool told = below.strong || (below.metrics && r->standing.placed);
        return told && !below.settings ? text_emit(r, l, ps, where_standing(r, split, out), out) : 0;
    }
    if (!speaks && ps->prose > (counted || !tells_loss(ps) ? 0 : BARE_PROSE_MAX)) return 0;
    if (place->bare && !place->known) return numbered(r, l, ps, out);
    if (!speaks && !sums_training(ps) && averages_held(r, ps, out->arena)) return 0;
    bool trains = !speaks && isnan(heading) && counted;
    if (trains && goes_on(r, l, ps, out->arena)) return text_emit(r, l, ps, r->last, out);
    struct text_where between = {place->step, place->axis, SPLIT_NONE};
    if (!place->known) between.step = (int64_t)place->epoch, between.axis = place->by_record ? AXIS_RECORD : AXIS_EPOCH;
    bool alone = trains && !sums_training(ps) && between.axis != AXIS_RECORD && scores_alone(r, ps, between.step, out->arena);
    if (alone) return text_emit(r, l, ps, between, out);
    if (trains && !(place->known && sums_training(ps))) return 0;
    struct text_weight w = text_weigh(r, ps, out->arena);
    if (is_rate(ps) && !place->known && !isnan(heading) && l->line - place->heading_line <= RATE_LINES)
        return text_emit(r, l, ps, (struct text_where){(int64_t)heading, AXIS_EPOCH, SPLIT_NONE}, out);
    if (!w.strong || w.settings) return 0;
    if (trains && (place->axis == AXIS_RECORD || place->step == r->summed)) return 0; /* nothing tells such lines apart */
    if (trains) r->summed = place->step;
    if (trains) return text_emit(r, l, ps, (struct text_where){place->step, place->axis, SPLIT_NONE}, out);
    if (!counted) return hold(r, l, ps, out);
    if (!split && !isnan(heading)) split = place->heading_split;
    bool progressed =
        split && split == place->progress_split && place->known; /* its progress stands at the last step, and so does it */
    if (progressed) return text_emit(r, l, ps, (struct text_where){place->step, place->axis, split}, out);
    if (speaks && !split && text_where_behind_step(r)) /* "val_loss: 0.5" below the bar of an epoch, as "val loss: 0.5" there */
        return text_emit(r, l, ps, (struct text_where){place->step, place->axis, SPLIT_NONE}, out);
    struct text_count c = {.axis = AXIS_EPOCH, .epoch = isnan(heading) ? place->epoch : heading};
    if (isnan(heading) && (place->fractional || !place->epoch_known)) c.axis = AXIS_RECORD;
    struct text_where at = text_where_by_epoch(r, &c, split, text_main_metric(ps));
    place->bare |= place->by_record && !isnan(heading);
    return text_emit(r, l, ps, at, out);
}
