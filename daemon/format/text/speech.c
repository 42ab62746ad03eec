/* text_speech - see text/speech.h. Lines: vits/train.py (and Bert-VITS2, GPT-SoVITS, RVC: the order of the losses is theirs), so-vits-svc/train.py,
 * wenet/utils/executor.py and train_utils.py (log_per_step), kaldi/src/nnet3/nnet-training.cc. */
#include "speech.h"

#include <math.h>
#include <stdio.h>

#include "../../base/num.h"
#include "parts.h"

enum { ITEMS_MAX = 16, HEADING_LINES = 4 };

/* items - "[0.5, 2, ...]" at the start of s as numbers; their count, 0 for anything else. *used: the bytes taken. */
static size_t items(struct span s, double value[ITEMS_MAX], size_t *used)
{
    size_t n = 0, i = 1;
    if (s.n < 3 || s.p[0] != '[') return 0;
    while (i < s.n && n < ITEMS_MAX) {
        size_t length = num_prefix(span_from(s, i), &value[n]);
        if (!length) return 0;
        n++;
        i += length;
        if (i < s.n && s.p[i] == ']') return *used = i + 1, n;
        if (i + 1 >= s.n || s.p[i] != ',' || s.p[i + 1] != ' ') return 0;
        i += 2;
    }
    return 0;
}

/* name_of - the nth of the losses. */
static struct span name_of(size_t n, size_t losses, char *buffer, size_t room)
{
    static const char *const with_duration[] = {"loss_disc", "loss_gen", "loss_fm", "loss_mel", "loss_dur", "loss_kl"};
    static const char *const without[] = {"loss_disc", "loss_gen", "loss_fm", "loss_mel", "loss_kl"};
    if (losses == 6) return span_of(with_duration[n]);
    if (losses == 5 || losses == 4) return span_of(without[n]);
    int length = losses == 1 ? snprintf(buffer, room, "loss") : snprintf(buffer, room, "losses/%zu", n + 1);
    return (struct span){buffer, (size_t)length};
}

static void tell_list(struct text_run *r, const struct text_line *l, const double *value, size_t losses,
                      const struct format_out *out)
{
    char buffer[24];
    struct text_where at = {r->place.step, r->place.axis, SPLIT_NONE};
    for (size_t i = 0; i < losses; i++) text_point(r, l, name_of(i, losses, buffer, sizeof buffer), value[i], at, out);
}

/* step_at - the step is at `step`; metrics may stand below. */
static void step_at(struct text_run *r, const struct text_line *l, double step)
{
    r->place.step = text_place_step(&r->place, (int64_t)step, NAN, NAN);
    r->place.axis = AXIS_STEP;
    r->standing.count = (struct text_count){.value = step,
                                            .total = NAN,
                                            .epoch = NAN,
                                            .episode = NAN,
                                            .axis = AXIS_STEP,
                                            .named = true,
                                            .field = field_of(span_of("global_step"))};
    r->standing.at = (struct text_where){r->place.step, AXIS_STEP, SPLIT_NONE};
    r->standing.line = l->line;
    r->standing.placed = true;
}

bool text_speech_list(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                      const struct format_out *out)
{
    static const char label[] = "Losses: ";
    double value[ITEMS_MAX], rate;
    size_t used = 0, n;
    (void)rest;
    if (span_starts(l->body, label)) {
        n = items(span_from(l->body, sizeof label - 1), value, &used);
        if (!n) return false;
        text_pairs(span_from(l->body, sizeof label - 1 + used), &f->pairs);
        struct text_count c;
        if (!text_count_of(r, &f->pairs, out->arena, &c) || c.axis != AXIS_STEP) return false;
        step_at(r, l, c.value);
        tell_list(r, l, value, n, out);
        text_emit(r, l, &f->pairs, r->standing.at, out);
        return true;
    }
    bool below = r->place.heading && l->line - r->place.heading_line <= HEADING_LINES;
    n = below ? items(l->body, value, &used) : 0;
    if (n < 2 || used != l->body.n) return false;
    rate = value[n - 1];
    if (!field_is_step(value[n - 2]) || value[n - 2] < 0 || !(rate >= 0 && rate < 1)) return false;
    step_at(r, l, value[n - 2]);
    tell_list(r, l, value, n - 2, out);
    text_point(r, l, span_of("lr"), rate, r->standing.at, out);
    return true;
}

/* behind - the text behind a literal; empty when it is not there. */
static struct span behind(struct span s, const char *literal)
{
    const char *at = memmem(s.p, s.n, literal, strlen(literal));
    return at ? span_from(s, (size_t)(at - s.p) + strlen(literal)) : (struct span){"", 0};
}

/* fraction - "1/200 " at the start of s. */
static size_t fraction(struct span s, int64_t *n, int64_t *of)
{
    size_t a = 0, b;
    while (a < s.n && s.p[a] >= '0' && s.p[a] <= '9') a++;
    for (b = a + 1; b < s.n && s.p[b] >= '0' && s.p[b] <= '9';) b++;
    if (!a || a >= s.n || s.p[a] != '/' || b >= s.n || s.p[b] != ' ') return 0;
    return num_integer((struct span){s.p, a}, n) && num_integer((struct span){s.p + a + 1, b - a - 1}, of) ? b : 0;
}

/* cross_validation - "Epoch 1 CV info cv_loss 90.7", "Epoch 1 Step 400 CV info cv_loss 80.7 lr 1e-5 rank 0 acc 0.3". */
static bool cross_validation(struct text_families *f, struct text_run *r, const struct text_line *l, const struct format_out *out)
{
    struct span info = behind(l->body, " CV info ");
    double epoch;
    if (!info.n || !f->epoch_and_batch || !num_prefix(span_from(l->body, 6), &epoch)) return false;
    text_pairs(info, &f->pairs);
    text_weigh(r, &f->pairs, out->arena);
    text_emit(r, l, &f->pairs, (struct text_where){r->place.step, AXIS_STEP, SPLIT_VALID}, out);
    return true;
}

/* no_part - "0/0" is no part of a whole, and neither is "0/3" before "0/6". */
static bool no_part(struct text_families *f, int64_t epoch, int64_t batch)
{
    bool goes_on = f->batch.told && epoch == f->batch.epoch && batch > f->batch.number;
    f->batch.told = true, f->batch.epoch = epoch, f->batch.number = batch;
    return !batch || goes_on;
}

bool text_speech_may_be_batch(struct span body) { return span_starts(body, "steps/sec "); }

bool text_speech_batch(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                       const struct format_out *out)
{
    struct span s = behind(l->body, "Batch ");
    int64_t epoch, batch;
    (void)rest;
    if (l->body.p[0] == 'E') return cross_validation(f, r, l, out);
    bool held_out = span_starts(l->body, "CV ") || span_is(l->tag, "CV");
    if (!held_out && !span_starts(l->body, "TRAIN ") && !span_is(l->tag, "TRAIN")) return false;
    size_t used = s.n ? fraction(s, &epoch, &batch) : 0;
    if (used && !f->epoch_and_batch) f->epoch_and_batch = no_part(f, epoch, batch);
    if (!used || !f->epoch_and_batch) return false;
    if (held_out) return true;
    text_pairs(span_from(s, used), &f->pairs);
    text_weigh(r, &f->pairs, out->arena);
    r->place.step = text_place_step(&r->place, batch, NAN, (double)epoch);
    r->place.axis = AXIS_STEP;
    text_emit(r, l, &f->pairs, (struct text_where){r->place.step, AXIS_STEP, SPLIT_NONE}, out);
    return true;
}

bool text_speech_objective(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                           const struct format_out *out)
{
    struct span s = behind(l->body, "verage objective function for '"), is = behind(s, " is "),
                range = behind(s, " for minibatches ");
    const char *quote = memchr(s.p, '\'', s.n), *dash = memchr(range.p, '-', range.n);
    char name[64];
    double value, last;
    (void)f, (void)rest;
    if (!quote || !is.n || !span_has(is, " over ")) return false;
    if (!range.n) return true; /* "Overall average": all of them again */
    struct span sum = behind(is, " = ");
    if (!dash || !num_prefix(sum.n ? sum : is, &value)) return false;
    if (!num_prefix(span_from(range, (size_t)(dash - range.p) + 1), &last) || !field_is_step(last)) return false;
    int n = snprintf(name, sizeof name, "%.*s log-likelihood", (int)(quote - s.p), s.p);
    struct text_where at = {(int64_t)last + 1, AXIS_STEP, SPLIT_NONE};
    r->place.step = at.step, r->place.axis = at.axis, r->place.known = true;
    if (n > 0 && n < (int)sizeof name) text_point(r, l, (struct span){name, (size_t)n}, value, at, out);
    return true;
}
