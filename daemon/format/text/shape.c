/* text_shape - see text/shape.h. Lines: darknet/src/detector.c, sklearn/linear_model/_sgd_fast.pyx.tp, detectron2/evaluation/testing.py,
 * keras/src/callbacks/reduce_lr_on_plateau.py, caffe/src/caffe/solver.cpp, pytorch/tutorials, introyt/trainingyt.py, torch/optim/lr_scheduler.py, sklearn/ensemble/_hist_gradient_boosting/gradient_boosting.py. */
#include "shape.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>

#include "../../base/num.h"

/* here - where held-out data stands: at the last record of the training. */
static struct text_where here(const struct text_run *r, enum text_split split)
{
    return (struct text_where){r->place.step, r->place.known ? r->place.axis : AXIS_RECORD, split};
}

/* behind - the text behind a literal; empty when it is not there. */
static struct span behind(struct span s, const char *literal)
{
    const char *at = memmem(s.p, s.n, literal, strlen(literal));
    return at ? span_from(s, (size_t)(at - s.p) + strlen(literal)) : (struct span){"", 0};
}

bool text_shape_darknet(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                        const struct format_out *out)
{
    double loss, rate, score;
    (void)f, (void)rest;
    if (l->body.p[0] == 'm') {
        bool scored = num_prefix(behind(l->body, ") = "), &score) > 0;
        if (scored) text_point(r, l, span_of("mAP"), score, here(r, SPLIT_VALID), out);
        return scored;
    }
    int64_t round = r->ranks.front >= 0 ? r->ranks.front : r->ranks.rank;
    struct span after = behind(l->body, " avg"), second = behind(l->body, ", ");
    if (round < 0 || !num_prefix(l->body, &loss) || !num_prefix(second, &rate) || !span_has(after, " rate,")) return false;
    after = behind(after, ", ");
    r->ranks.rank = TEXT_NO_RANK; /* the number in front counts */
    r->place.step = text_place_step(&r->place, round, NAN, NAN);
    r->place.axis = AXIS_STEP;
    text_point(r, l, span_of("loss"), loss, here(r, SPLIT_NONE), out);
    if (num_prefix(after, &rate)) text_point(r, l, span_of("lr"), rate, here(r, SPLIT_NONE), out);
    return true;
}

bool text_shape_linear(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                       const struct format_out *out)
{
    struct text_pairs *ps = &f->pairs;
    double epoch = text_place_under_heading(&r->place, l->line);
    (void)rest;
    if (isnan(epoch)) return false;
    text_pairs(l->body, ps);
    for (size_t i = 0; i < ps->n; i++) {
        struct text_pair *p = &ps->pair[i];
        if (span_is(p->key, "Norm")) p->key = span_of("coef norm"), p->last = 5, p->words = 2;
        else if (span_is(p->key, "NNZs") || span_is(p->key, "T")) p->key.n = 0;
    }
    text_place_epoch(&r->place, epoch);
    return text_emit(r, l, ps, (struct text_where){(int64_t)epoch, AXIS_EPOCH, SPLIT_NONE}, out) > 0;
}

/* The three words of a line of build-nanogpt: count, what, value. */
struct counted {
    int64_t step;
    struct span what;
    double value;
};

static bool counted_of(struct span body, struct counted *c)
{
    const char *a = memchr(body.p, ' ', body.n), *end = body.p + body.n;
    const char *b = a ? memchr(a + 1, ' ', (size_t)(end - a) - 1) : NULL;
    if (!b || !num_integer((struct span){body.p, (size_t)(a - body.p)}, &c->step) || c->step < 0) return false;
    struct span number = {b + 1, (size_t)(end - b) - 1};
    c->what = (struct span){a + 1, (size_t)(b - a) - 1};
    if (!span_is(c->what, "train") && !span_is(c->what, "val") && !span_is(c->what, "hella")) return false;
    bool fraction = memchr(number.p, '.', number.n) || !isdigit((unsigned char)*number.p); /* "nan" too */
    return fraction && num_parse(number, &c->value);
}

bool text_shape_may_count(struct span body)
{
    struct counted c;
    return counted_of(body, &c);
}

bool text_shape_counted(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                        const struct format_out *out)
{
    struct counted c;
    (void)f, (void)rest;
    if (!counted_of(l->body, &c)) return false;
    bool trained = span_is(c.what, "train"), answers = span_is(c.what, "hella");
    r->place.known = true;
    r->place.axis = AXIS_STEP;
    if (trained) r->place.step = text_place_step(&r->place, c.step, NAN, NAN);
    struct text_where at = {trained ? r->place.step : c.step, AXIS_STEP, trained ? SPLIT_NONE : SPLIT_VALID};
    text_point(r, l, span_of(answers ? "hella accuracy" : "loss"), c.value, at, out);
    return true;
}

bool text_shape_episodes(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                         const struct format_out *out)
{
    struct span values = behind(l->body, " mean/median reward ");
    double mean, median;
    size_t n = num_prefix(values, &mean);
    (void)f, (void)rest;
    if (!n || n >= values.n || values.p[n] != '/' || !num_prefix(span_from(values, n + 1), &median)) return false;
    if (!r->place.known) return false;
    text_point(r, l, span_of("mean reward"), mean, here(r, SPLIT_NONE), out);
    text_point(r, l, span_of("median reward"), median, here(r, SPLIT_NONE), out);
    return true;
}

/* item - the next of "AP,AP50,AP75". */
static struct span item(struct span *list)
{
    const char *comma = memchr(list->p, ',', list->n);
    struct span word = {list->p, comma ? (size_t)(comma - list->p) : list->n};
    *list = span_from(*list, word.n + (comma != NULL));
    return span_trim(word);
}

static void keep(char *to, size_t size, struct span text)
{
    size_t n = text.n < size - 1 ? text.n : size - 1;
    memcpy(to, text.p, n);
    to[n] = 0;
}

bool text_shape_copypaste(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                          const struct format_out *out)
{
    struct span values = span_trim(behind(l->body, "copypaste: ")), names = span_of(f->copied.names),
                task = behind(values, "Task: ");
    double value;
    char name[sizeof f->copied.task + sizeof f->copied.names];
    (void)rest;
    if (task.n) keep(f->copied.task, sizeof f->copied.task, task);
    else if (!num_prefix(values, &value)) keep(f->copied.names, sizeof f->copied.names, values);
    else
        while (values.n && names.n) {
            struct span metric = item(&names), number = item(&values);
            int n = snprintf(name, sizeof name, "%s/%.*s", f->copied.task, (int)metric.n, metric.p);
            if (!num_parse(number, &value)) continue;
            text_point(r, l, (struct span){name, (size_t)n}, value, here(r, SPLIT_VALID), out);
        }
    return true;
}

bool text_shape_caffe(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                      const struct format_out *out)
{
    bool test = l->body.p[1] == 'e';
    struct span named = behind(behind(l->body, " net output #"), ": "), number = behind(named, " = ");
    int64_t step;
    double value;
    (void)f, (void)rest;
    if (l->body.p[0] == 'I') {
        struct span count = behind(l->body, "Iteration ");
        const char *comma = memchr(count.p, ',', count.n);
        if (!comma || !num_integer((struct span){count.p, (size_t)(comma - count.p)}, &step)) return false;
        r->place.step = text_place_step(&r->place, step, NAN, NAN);
        r->place.axis = AXIS_STEP;
        r->place.known = true;
        return true;
    }
    named.n -= number.n ? number.n + strlen(" = ") : 0;
    if (!number.n || !num_prefix(number, &value)) return false;
    bool again = !test && span_is(named, "loss");
    if (!again && r->place.known) text_point(r, l, named, value, here(r, test ? SPLIT_TEST : SPLIT_NONE), out);
    return r->place.known;
}

bool text_shape_train_valid(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                            const struct format_out *out)
{
    double train, valid;
    (void)f, (void)rest;
    if (!num_prefix(behind(l->body, "LOSS train "), &train) || !num_prefix(behind(l->body, " valid "), &valid)) return false;
    double epoch = text_place_under_heading(&r->place, l->line);
    struct text_where at = here(r, SPLIT_NONE);
    if (!r->place.known && !isnan(epoch)) at = (struct text_where){(int64_t)epoch, AXIS_EPOCH, SPLIT_NONE};
    text_point(r, l, span_of("train loss"), train, at, out);
    at.split = SPLIT_VALID;
    text_point(r, l, span_of("loss"), valid, at, out);
    return true;
}

bool text_shape_trees(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                      const struct format_out *out)
{
    static const char *const names[] = {"train loss", "val loss", "train score", "val score"};
    double round, trees, value;
    char number[16];
    unsigned told = 0;
    struct span after = behind(l->body, "] ");
    (void)rest;
    if (!num_prefix(span_from(l->body, 1), &round) || !num_prefix(after, &trees) || !field_is_step(round) ||
        !(trees >= 1 && trees <= 10000) || !span_has(after, " tree"))
        return false;
    r->place.step = text_place_step(&r->place, (int64_t)round, NAN, NAN);
    r->place.axis = AXIS_STEP;
    if (!f->trees) {
        int n = snprintf(number, sizeof number, "%d", (int)trees);
        out->fact(out->arg, span_of("trees_per_round"), (struct span){number, (size_t)n});
    }
    f->trees = true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!num_prefix(span_trim(behind(behind(after, names[i]), ":")), &value)) continue;
        text_point(r, l, span_of(names[i]), value, here(r, SPLIT_NONE), out);
        told++;
    }
    return told > 0;
}

/* rate_known - do records tell the rate themselves? */
static bool rate_known(const struct text_run *r)
{
    static const char *const names[] = {"lr", "learning_rate", "LR"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text_name_known(&r->names, span_of(names[i]))) return true;
    return false;
}

bool text_shape_rate(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                     const struct format_out *out)
{
    struct span number = behind(behind(l->body, "learning rate"), " to "), count = behind(l->body, "poch ");
    double value, epoch;
    (void)f, (void)rest;
    if (!num_prefix(number, &value)) return false;
    if (span_has(l->body, "ReduceLROnPlateau") || rate_known(r)) return true; /* Keras: the epoch's own line tells it */
    struct text_where at = here(r, SPLIT_NONE);
    bool told = count.n && num_prefix(count, &epoch) && field_is_step(epoch);
    if (told && !r->place.known) at.step = (int64_t)epoch, at.axis = AXIS_EPOCH;
    text_point(r, l, span_of("learning rate"), value, at, out);
    return true;
}

bool text_shape_ngboost(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                        const struct format_out *out)
{
    (void)r, (void)rest;
    if (f->booster || !span_starts(l->body, "[iter ") || !span_has(l->body, " norm=")) return false;
    f->booster = true;
    out->fact(out->arg, span_of("boosting_library"), span_of("ngboost"));
    return false;
}

bool text_shape_unconverged(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                            const struct format_out *out)
{
    static const char before[] = "Stochastic Optimizer: Maximum iterations (";
    (void)f, (void)r, (void)rest;
    const char *at = memmem(l->body.p, l->body.n, before, sizeof before - 1);
    struct span number = at ? span_from(l->body, (size_t)(at - l->body.p) + sizeof before - 1) : (struct span){"", 0};
    const char *end = number.n ? memchr(number.p, ')', number.n) : NULL;
    if (end) out->fact(out->arg, span_of("stopped_at_iterations"), (struct span){number.p, (size_t)(end - number.p)});
    return end != NULL;
}
