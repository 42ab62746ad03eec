#include "numbers.h"

#include <math.h>

static void take_one(struct numbers *to, double value)
{
    to->first = TAG_SCALAR;
    to->n = 1;
    to->at[0] = value;
}

/* zero_share, the last of the four, is left out where nothing was counted. */
static void take_four(struct numbers *to)
{
    to->n = isnan(to->at[HISTOGRAM_ZERO_SHARE]) ? HISTOGRAM_ZERO_SHARE : HISTOGRAM_NUMBERS;
}

/* Without a plugin, which only a tag has whose first value was lost, the shape says what it is. */
static const char *take_tensor(const struct value_record *v, enum plugin plugin, struct numbers *to)
{
    struct tensor t;
    double value;
    bool whole = tensor_parse(v->body, &t), known = plugin != PLUGIN_UNKNOWN;
    if (plugin == PLUGIN_SCALARS || !known) {
        if (whole && tensor_scalar(&t, &value)) return take_one(to, value), NULL;
        if (known) return "a scalar that is no single number";
    }
    if (plugin != PLUGIN_HISTOGRAMS && known) return NULL;
    if (whole && histogram_new(&t, to->at)) take_four(to);
    return known && !(whole && t.rank == 2) ? "a histogram that is no table of buckets" : NULL;
}

bool numbers_of(const struct value_record *v, struct tags *tags, uint64_t line, const struct format_out *out, struct numbers *ret)
{
    const char *wrong = NULL;
    int index = tags_next(tags, v->tag, line, out);
    if (index < 0) return false;
    struct tag *tag = &tags->at[index];
    ret->tag = (uint32_t)index;
    ret->first = ret->n = 0;
    if (v->described) tags_describe(tag, v->plugin);
    if (tag->copy) return true;
    if (v->kind == VALUE_SIMPLE) take_one(ret, (double)v->simple);
    if (v->kind == VALUE_HISTO && histogram_old(v->body, ret->at)) take_four(ret);
    if (v->kind == VALUE_TENSOR) wrong = take_tensor(v, (enum plugin)tag->plugin, ret);
    if (wrong) out->bad(out->arg, line, wrong);
    return true;
}
