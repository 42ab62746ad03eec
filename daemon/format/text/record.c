/* text_record - see text/record.h.
 *
 * A name alone is weak evidence: `loss=0.5` in a sentence, a configuration or source code is no metric. What makes a record is a
 * counter on the same line (step, iteration, epoch, "[100/600]"), or a line of nothing but metrics below a heading that counts. */
#include "record.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "parts.h"
#include "section.h"

enum { PROSE_MAX = 6 };

/* resumes - "resume training from ckpt.pt, start from epoch 15": where a checkpoint stands, and nothing that begins. */
static bool resumes(struct span body)
{
    static const char *const words[] = {"resum", "Resum", "oaded", "oading", "estored", "start from", "starting from"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_has(body, words[i])) return true;
    return false;
}

static void note_heading(struct text_run *r, const struct text_line *l, const struct text_pairs *ps, double epoch)
{
    for (size_t i = 0; i < ps->n; i++)
        if (ps->pair[i].separator == '=') return;
    if (l->body.n >= 120 || ps->calls || ps->code || (ps->prose && resumes(l->body))) return;
    enum text_split split = text_split_of(l->body);
    text_place_heading(&r->place, epoch, split, l->line);
    if (!split) text_place_counts(&r->place, epoch);
}

/* is_prose - too many words for a record, or too little that is worth one. */
static bool is_prose(const struct text_pairs *ps, const struct text_count *c, const struct text_weight *w)
{
    bool bare = !c->named && isnan(c->epoch) && c->axis != AXIS_RECORD;
    if (ps->prose > PROSE_MAX + ps->n) return true;
    if (bare && c->leading && ps->prose > (ps->lead_bracketed ? 3u : 0u)) return true;
    return (ps->calls || bare || w->settings) && !w->strong;
}

/* note_rank - a bare number in front of a record that counts by itself. */
static void note_rank(struct text_run *r, const struct text_pairs *ps, const struct text_count *c, const struct text_name *main)
{
    bool bracketed = r->ranks.front < 0 && ps->lead_bracketed && !isnan(ps->lead);
    int64_t front = bracketed ? (int64_t)ps->lead : r->ranks.front;
    if (front < 0 || r->ranks.rank >= 0) return;
    if (bracketed && r->ranks.front_is == FRONT_RANK) r->ranks.rank = front;
    else if (main) text_ranks_counts(&r->ranks, front, main, (int64_t)c->value);
}

/* progress - "Test: [11/98] Loss 5.8 (5.9)": the values on the way through an evaluation are none; at its end the means are. */
static unsigned progress(struct text_run *r, const struct text_line *l, struct text_pairs *ps, const struct text_count *c,
                         enum text_split split, const struct format_out *out)
{
    struct text_place *p = &r->place;
    struct text_where at = {p->step, p->axis, split};
    p->progress_split = split;
    p->progress_whole |= c->value == c->total;
    if (c->value + (p->progress_whole ? 0 : 1) < c->total) return 1;
    if (!p->known && !isnan(c->epoch)) at.step = (int64_t)c->epoch, at.axis = AXIS_EPOCH;
    else if (!p->known) at.step = ++p->record, at.axis = AXIS_RECORD;
    for (size_t i = 0; i < ps->n; i++)
        if (!isnan(ps->pair[i].mean)) ps->pair[i].value = ps->pair[i].mean;
    return text_emit(r, l, ps, at, out);
}

/* counts_images - "Sample 17, validation mIoU: 0.41": a mean on the way through the held-out data. What it comes to is told at its end. */
static bool counts_images(const struct text_pairs *ps, const struct text_count *c)
{
    static const char *const words[] = {"sample", "image", "img"};
    const struct text_pair *p = ps->pair;
    if (!field_is_step(p->value) || isfinite(c->epoch)) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (p->key.n == strlen(words[i]) && strncasecmp(p->key.p, words[i], p->key.n) == 0) return true;
    return false;
}

/* sums_epoch - "Training Results - Epoch: 3  Avg loss: 0.31" where the training loop counts steps. */
static bool sums_epoch(const struct text_run *r, const struct text_pairs *ps, const struct text_count *c)
{
    bool trains = ps->titled && (span_starts(ps->label, "Train") || span_starts(ps->label, "train"));
    return trains && c->axis == AXIS_EPOCH && r->place.known && r->place.axis == AXIS_STEP;
}

/* keeps_time - "Epoch: 03 | Epoch Time: 0m 12s", "End of epoch 3 / 100  Time Taken: 12 sec" and "epoch 3 lr 0.025" tell what the lines below
 * are about. */
static bool keeps_time(const struct text_pairs *ps)
{
    static const char time_word[] = "time";
    for (size_t i = 0; i < ps->n; i++) {
        const struct text_pair *p = &ps->pair[i];
        struct span key = p->key;
        bool time = key.n >= 4 && (strncasecmp(key.p + key.n - 4, time_word, 4) == 0 || strncasecmp(key.p, time_word, 4) == 0);
        bool rate = span_is(key, "lr") || span_is(key, "learning rate") || span_is(key, "learning_rate");
        if (p->key.n && !time && !rate && !(p->name && p->name->rank != FIELD_UNRANKED)) return false;
    }
    return true;
}

static unsigned read_record(struct text_run *r, const struct text_line *l, struct text_pairs *ps, const struct format_out *out)
{
    struct text_count c;
    enum text_split split;
    if (ps->code || (ps->braces && ps->quoted) || !ps->n) return 0;
    text_section_scores(ps);
    text_section_game(ps);
    text_bare_losses(ps, &r->bare);
    if (!text_count_of(r, ps, out->arena, &c)) return text_plain(r, l, ps, out);
    struct text_weight w = text_weigh(r, ps, out->arena);
    if (!w.metrics) {
        if (!isnan(c.epoch) && c.axis == AXIS_EPOCH) note_heading(r, l, ps, c.epoch);
        else text_stand(r, l, ps, &c);
        return 0;
    }
    if (is_prose(ps, &c, &w)) return 0;
    r->standing.line = 0;
    if (!w.strong && c.axis == AXIS_EPOCH && keeps_time(ps)) note_heading(r, l, ps, c.epoch);
    if (!(split = text_line_split(r, l, ps))) split = c.cut ? c.cut : text_leading_split(ps);
    if (split && counts_images(ps, &c)) return 1;
    bool announced = r->place.announced && c.axis == AXIS_STEP && c.total >= 0;
    r->place.progress_whole |= announced; /* Paddle counts from 1 */
    if (announced) return progress(r, l, ps, &c, split, out);
    bool beside = split && r->place.known && c.total == r->place.total && (int64_t)c.value == r->place.raw;
    if (beside && !c.named && !c.leading) /* "[ Valid | 004/030 ]" below "[ Train | 004/030 ]" */
        return text_emit(r, l, ps, (struct text_where){r->place.step, r->place.axis, split}, out);
    if (split && !c.named && !c.leading && c.total >= 0 && !text_labelled(l, ps)) return progress(r, l, ps, &c, split, out);
    const struct text_name *main = text_main_metric(ps);
    if (c.named && c.axis == AXIS_STEP) note_rank(r, ps, &c, main);
    if (c.leading && !split &&
        (text_ranks_lead(&r->ranks, (int64_t)c.value) || text_place_crowded(&r->place, main, (int64_t)c.value))) {
        r->place.lead_flat = true; /* a rank in front of the lines: count again without it */
        r->place.known = false;
        return read_record(r, l, ps, out);
    }
    if (c.axis == AXIS_EPOCH) {
        r->place.passed += !r->place.epoch_known || c.epoch != r->place.epoch;
        text_place_epoch(&r->place, c.epoch);
    }
    bool epoch_summary = span_is(l->tag, "train") && !isnan(c.epoch) && c.axis == AXIS_STEP;
    epoch_summary |= sums_epoch(r, ps, &c);
    if (epoch_summary) split = split ? split : SPLIT_EPOCH;
    bool step = c.axis != AXIS_EPOCH && c.axis != AXIS_RECORD;
    if (!r->points && r->pending.n && c.axis == AXIS_STEP && c.value <= 1 && !split) text_plain_before(r, (int64_t)c.value, out);
    return text_emit(r, l, ps, step ? text_where_counted(r, &c, split, out) : text_where_by_epoch(r, &c, split, main), out);
}

unsigned text_record(struct text_run *r, const struct text_line *l, struct text_pairs *ps, const struct format_out *out)
{
    struct text_place before = r->place;
    unsigned n = read_record(r, l, ps, out);
    if (text_ranks_others(&r->ranks)) r->place = before;
    return n;
}
