/* text_family - see text/family.h. The table is at the end: a cheap test first, then the shape's own reader. */
#include "family.h"

#include <ctype.h>
#include <math.h>

#include "../../base/num.h"
#include "bar.h"
#include "conll.h"
#include "dict.h"
#include "espnet.h"
#include "event.h"
#include "flower.h"
#include "glue.h"
#include "listed.h"
#include "shape.h"
#include "smp.h"
#include "speech.h"
#include "stylegan.h"
#include "told_at.h"

/* loss_scale - DeepSpeed "OVERFLOW! ... Attempted loss scale: 65536, reducing to 32768" (or "but hysteresis is 2"), fairseq
 * "gradient overflow detected, ..., setting loss scale to: 64.0", apex "Gradient overflow. Skipping step, loss scaler 0 reducing
 * loss scale to 32768.0". The scale told is the one that holds from now on. */
static bool loss_scale(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                       const struct format_out *out)
{
    static const char *const before[] = {"reducing to ", "loss scale to: ", "loss scale to ", "loss scale: "};
    (void)f, (void)rest;
    double value;
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        const char *at = memmem(l->body.p, l->body.n, before[i], strlen(before[i]));
        if (!at) continue;
        struct span number = span_from(l->body, (size_t)(at - l->body.p) + strlen(before[i]));
        if (!num_prefix(number, &value)) continue;
        text_point(r, l, span_of("loss_scale"), value, (struct text_where){r->place.step, AXIS_STEP, SPLIT_NONE}, out);
        break;
    }
    text_event_tell(l, EVENT_LOSS_SCALE, out);
    return true;
}

static bool may_overflow(struct span body)
{
    return span_has(body, "verflow") || (strchr("OGN", body.p[0]) && span_has(body, "OVERFLOW!"));
}

/* round_at - "[12]<tab>" of XGBoost and LightGBM, "12:<tab>" of CatBoost: the bytes it takes, 0 for anything else. */
static size_t round_at(struct span body, int64_t *round)
{
    size_t from = body.n && body.p[0] == '[', i = from;
    while (i < body.n && isdigit((unsigned char)body.p[i])) i++;
    char after = from ? ']' : ':';
    if (i == from || i + 1 >= body.n || body.p[i] != after || body.p[i + 1] != '\t') return 0;
    return num_integer((struct span){body.p + from, i - from}, round) ? i + 2 : 0;
}

/* tell_booster - whose rounds they are, and whether there are several sets to evaluate: of XGBoost's, which are numbered, the first is what was
 * trained on then (its documents and most programs have eval_set=[(X_train, y_train), (X_test, y_test)]). */
static void tell_booster(const struct text_pairs *ps, bool bracket, const struct format_out *out)
{
    bool first = false, second = false, lightgbm = false;
    for (size_t i = 0; i < ps->n; i++) {
        first |= span_starts(ps->pair[i].key, "validation_0-");
        second |= span_starts(ps->pair[i].key, "validation_1-");
        lightgbm |= span_has(ps->pair[i].key, "'s ");
    }
    out->fact(out->arg, span_of("boosting_library"), span_of(!bracket ? "catboost" : lightgbm ? "lightgbm" : "xgboost"));
    if (first && second) out->fact(out->arg, span_of("first_eval_set"), span_of("train"));
}

static bool boosting(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                     const struct format_out *out)
{
    (void)rest;
    int64_t round;
    size_t n = round_at(l->body, &round);
    if (!n) return false;
    if (f->restating) return f->restating = false, true;
    text_pairs(span_from(l->body, n), &f->pairs);
    struct text_where at = {text_place_step(&r->place, round, NAN, NAN), AXIS_STEP, SPLIT_NONE};
    if (!f->booster && f->pairs.n) f->booster = true, tell_booster(&f->pairs, l->body.p[0] == '[', out);
    if (text_emit(r, l, &f->pairs, at, out)) r->place.step = at.step, r->place.axis = AXIS_STEP;
    return true;
}

/* after - "Cost after iteration 100: 0.69", the counter between a metric and its value. */
static bool after(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                  const struct format_out *out)
{
    (void)f, (void)rest;
    struct span s = l->body, count = span_from(s, (size_t)((const char *)memmem(s.p, s.n, " after ", 7) - s.p) + 7);
    struct span name = {s.p, s.n - count.n - 7};
    const char *colon = memchr(count.p, ':', count.n), *blank = memchr(count.p, ' ', count.n);
    int64_t n;
    double value;
    if (!colon || !blank || blank > colon) return false;
    size_t at = (size_t)(colon - count.p), word = (size_t)(blank - count.p);
    struct span first = {count.p, word}, second = span_trim((struct span){blank, at - word}),
                number = span_trim(span_from(count, at + 1));
    bool turned = num_integer(first, &n); /* "after 20 epochs" */
    if (turned && second.n > 3 && second.p[second.n - 1] == 's') second.n--;
    const struct field *field = field_of(turned ? second : first);
    const struct text_name *metric = text_name_of(&r->names, name, 0, out->arena);
    if (!metric || !(metric->flags & NAME_STRONG) || field_rank(field) == FIELD_UNRANKED || !num_prefix(number, &value))
        return false;
    if (!turned && !num_integer(second, &n)) return false;
    text_point(r, l, name, value, (struct text_where){n, field_axis(field->kind), text_split_of(name)}, out);
    return true;
}

/* The words between a metric and its counter. */
static const char *const joints[] = {" at ", " for ", " over ", " of "};
enum { JOINTS = sizeof joints / sizeof *joints };

static bool may_be_told(struct span body)
{
    for (size_t i = 0; i < JOINTS; i++)
        if (span_has(body, joints[i])) return true;
    return false;
}

static bool told(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                 const struct format_out *out)
{
    (void)f, (void)rest;
    for (size_t i = 0; i < JOINTS; i++)
        if (text_told_at(r, l, joints[i], out)) return true;
    return false;
}

/* restatement - what says again which round was best. */
static bool restatement(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                        const struct format_out *out)
{
    static const char *const starts[] = {"Best ", "best ", "Better model", "New best", "new best"};
    (void)f, (void)r, (void)rest, (void)out;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (span_starts(l->body, starts[i])) return true;
    return false;
}

static const struct family {
    const char *first;             /* the letters a line may begin with; NULL for any */
    const char *literal;           /* must be in the line; NULL for none; of one byte it is found fastest */
    bool (*may)(struct span body); /* says by the words of the line alone that it is none; NULL when that is not worth it */
    bool (*read)(struct text_families *, struct text_run *, const struct text_line *, struct span *, const struct format_out *);
} families[] = {
    /* clang-format off */
    {"[0123456789", "\t", NULL, boosting},
    {"0123456789", " ", text_shape_may_count, text_shape_counted},
    {"0123456789", "/", NULL, text_bar_keras},
    {"0123456789", "epoch", NULL, text_espnet},
    {"[", " leaves", NULL, text_shape_trees},
    {"[", " scale=", NULL, text_shape_ngboost},
    {NULL, ": ConvergenceWarning: ", NULL, text_shape_unconverged},
    {"tv", " - ", text_smp_may, text_smp},
    {NULL, "[", text_bar_may_be_tqdm, text_bar_tqdm},
    {"f", "fit progress: (", NULL, text_flower_progress},
    {"aHr{'(", NULL, NULL, text_flower_history},
    {"{", "\"results\": {", NULL, text_stylegan_results},
    {"t", " kimg ", NULL, text_stylegan_tick},
    {"[{", "{", text_glue_may, text_glue},
    {"{", NULL, NULL, text_dict},
    {NULL, "{", NULL, text_dict_behind},
    {"[", ", ", NULL, text_speech_list},
    {"L", "Losses: [", NULL, text_speech_list},
    {NULL, "[", text_listed_may, text_listed},
    {"TC", "Batch ", NULL, text_speech_batch},
    {"s", "|", text_speech_may_be_batch, text_speech_batch},
    {"E", " CV info ", NULL, text_speech_batch},
    {"LAOa", "verage objective function for '", NULL, text_speech_objective},
    {"-n0123456789", " avg", NULL, text_shape_darknet},
    {"m", "mean_average_precision (", NULL, text_shape_darknet},
    {"N", "NNZs: ", NULL, text_shape_linear},
    {NULL, ";", text_conll_may, text_conll},
    {"c", "copypaste: ", NULL, text_shape_copypaste},
    {"EAR", "ing learning rate", NULL, text_shape_rate},
    {"OGNFfLl", NULL, may_overflow, loss_scale},
    {"oW|", "loss scale to", NULL, loss_scale},
    {"BbNn", NULL, NULL, restatement},
    {"CLTVcltv", " after ", NULL, after},
    {"T", " net output #", NULL, text_shape_caffe},
    {"L", "LOSS train ", NULL, text_shape_train_valid},
    {"L", " training episodes: mean/median reward ", NULL, text_shape_episodes},
    {"I", ", Testing net (#", NULL, text_shape_caffe},
    {"ACDELMPRSTVacdelmprtv", " ", may_be_told, told},
    /* clang-format on */
};

static bool holds(struct span s, const char *literal)
{
    return literal[1] ? span_has(s, literal) : memchr(s.p, literal[0], s.n) != NULL;
}

enum { N_FAMILIES = sizeof families / sizeof *families };
_Static_assert(N_FAMILIES <= 64, "text_families.rows has a bit for each");

void text_families_init(struct text_families *f)
{
    for (unsigned c = 1; c < 256; c++)
        for (unsigned i = 0; i < N_FAMILIES; i++)
            if (!families[i].first || strchr(families[i].first, (int)c)) f->rows[c] |= UINT64_C(1) << i;
}

uint64_t text_family_rows(const struct text_families *f, struct span body)
{
    uint64_t held = 0;
    for (uint64_t rows = f->rows[(unsigned char)body.p[0]]; rows; rows &= rows - 1) {
        const struct family *row = &families[__builtin_ctzll(rows)];
        if ((!row->literal || holds(body, row->literal)) && (!row->may || row->may(body))) held |= rows & -rows;
    }
    return held;
}

bool text_family(struct text_families *f, uint64_t rows, struct text_run *r, const struct text_line *l, struct span *rest,
                 const struct format_out *out)
{
    *rest = (struct span){"", 0};
    for (; rows; rows &= rows - 1)
        if (families[__builtin_ctzll(rows)].read(f, r, l, rest, out)) return true;
    return false;
}

void text_family_settle(struct text_families *f, struct text_run *r, const struct format_out *out)
{
    text_bar_settle(f, r, out);
    text_dict_settle(f, r, f->main, out);
}
