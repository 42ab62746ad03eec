/* text_smp - see text/smp.h. Source: qubvel-org/segmentation_models.pytorch, segmentation_models_pytorch/utils/train.py (Epoch.run). */
#include "smp.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../base/num.h"

static const char dash[] = " - ";

/* trains - "train:" or "valid:"; false for any other title. */
static bool titled(struct span body, bool *trains)
{
    *trains = span_starts(body, "train: ");
    return *trains || span_starts(body, "valid: ");
}

bool text_smp_may(struct span body)
{
    bool trains;
    return titled(body, &trains) && span_has(body, "%|") && body.p[body.n - 1] == ']';
}

/* tell - "dice_loss - 0.4375" as a point. */
static bool tell(struct text_run *r, const struct text_line *l, struct span pair, bool trains, struct text_where at,
                 const struct format_out *out)
{
    enum { NAME_MAX_BYTES = 64 };
    char name[NAME_MAX_BYTES + 8];
    double value;
    pair = span_trim(pair);
    const char *sign = memmem(pair.p, pair.n, dash, sizeof dash - 1);
    size_t n = sign ? (size_t)(sign - pair.p) : 0;
    if (!n || n > NAME_MAX_BYTES || !num_parse(span_trim(span_from(pair, n + sizeof dash - 1)), &value)) return false;
    int used = snprintf(name, sizeof name, "%s%.*s", trains ? "train " : "", (int)n, pair.p);
    text_point(r, l, (struct span){name, (size_t)used}, value, at, out);
    return true;
}

bool text_smp(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
              const struct format_out *out)
{
    bool trains, any = false, whole = span_has(l->body, " 100%|");
    double epoch = text_place_under_heading(&r->place, l->line);
    const char *open = memchr(l->body.p, '[', l->body.n), *end = l->body.p + l->body.n - 1;
    (void)f;
    if (!open || !titled(l->body, &trains) || !memmem(open, (size_t)(end - open), dash, sizeof dash - 1)) return false;
    *rest = (struct span){"", 0};
    if (!whole) return true;
    if (isnan(epoch)) epoch = (double)(r->place.record += trains);
    struct text_where at = {(int64_t)epoch, AXIS_EPOCH, trains ? SPLIT_NONE : SPLIT_VALID};
    for (const char *p = open + 1; p < end;) {
        const char *comma = memchr(p, ',', (size_t)(end - p)), *stop = comma ? comma : end;
        any |= tell(r, l, (struct span){p, (size_t)(stop - p)}, trains, at, out);
        p = stop + 1;
    }
    return any;
}
