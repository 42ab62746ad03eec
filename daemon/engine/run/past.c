/* run_past - one curve of each series for all analyzers (analyzers/stats/past.h), and one for plots.
 *
 * The plot's curve holds every value of all segments; an analyzer's holds the finite ones of the segment. Until a value is not finite, or a
 * segment ends, the two are the same, and only one is kept. Where sources are joined, the segment of a point is the leading source's: for
 * those who hear the whole run there is a past of its own as soon as that differs.
 *
 * A daemon watches thousands of runs, and looks at the curves of each now and then: in between they are frozen (stats/frozen.h). Analyzers see
 * the fine one through past_fine; of the coarse ones those that look into them are shown a copy, for one point. Where that came often they are
 * thawed, until they are frozen with the others. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

enum { FIRST = 4, SPARE = 8, SPARE_BYTES = 16 };

/* Its first buckets; false when memory ran out. */
static bool begin(struct curve *c)
{
    struct bucket *buckets = malloc(FIRST * sizeof *buckets);
    if (buckets) curve_init(c, buckets, FIRST);
    return buckets != NULL;
}

static void resize(struct curve *c, uint32_t capacity)
{
    struct bucket *buckets = realloc(c->buckets, capacity * sizeof *buckets);
    if (buckets) c->buckets = buckets, c->capacity = capacity;
}

/* As many buckets as were needed so far, of `most`, and SPARE at most beyond those, also when all were joined in pairs. Without memory it stays
 * coarser. */
static void add(struct curve *c, uint32_t most, const struct point *p)
{
    if (!c->buckets && !begin(c)) return;
    uint32_t used = c->used, more = used > SPARE ? used + SPARE : 2 * c->capacity;
    if (used == c->capacity && used < most) resize(c, more < most ? more : most);
    curve_add(c, p->step, p->value, p->line);
    if (c->used < used) resize(c, used / 2 + SPARE);
}

/* ---- put away ----------------------------------------------------------------------------------------------------------------- */

/* Room for four times as many buckets, each as those so far, and no more than there may be: a curve that is full is joined in pairs, and grows
 * into the same room again. False, and nothing has changed, when memory ran out. */
static bool make_room(struct frozen *f, uint32_t used, uint32_t buckets, uint32_t most)
{
    uint32_t then = 4 * buckets < most ? 4 * buckets : most, room = used * then / buckets + SPARE_BYTES;
    uint8_t *more = realloc(f->bytes, room);
    if (!more) return false;
    f->bytes = more, f->room = room;
    return true;
}

/* One more bucket of a frozen curve of so many, which takes far less than it might; false, and nothing has changed, when memory ran out. */
static bool put(struct frozen *f, const struct bucket *b, const struct curve *c)
{
    uint8_t bytes[FROZEN_BUCKET_BYTES];
    struct frozen one = *f;
    one.bytes = bytes, one.used = 0;
    frozen_put(&one, b, c->width);
    if (f->room - f->used < one.used && !make_room(f, f->used + one.used, c->used, c->capacity)) return false;
    memcpy(f->bytes + f->used, bytes, one.used);
    f->used += one.used;
    f->at = one.at;
    return true;
}

/* All of a curve, which may have so many buckets; false, and nothing has changed, when memory ran out. */
static bool freeze_curve(struct frozen *f, const struct curve *c, const struct bucket *buckets, uint32_t most)
{
    uint8_t bytes[CURVE_MAX * FROZEN_BUCKET_BYTES];
    struct frozen all = {.bytes = bytes};
    frozen_begin(&all, buckets, c->used);
    for (uint32_t i = 0; i + 1 < c->used; i++) frozen_put(&all, &buckets[i], c->width);
    if (f->room < all.used && !make_room(f, all.used, c->used - 1, most)) return false;
    if (all.used) memcpy(f->bytes, bytes, all.used);
    all.bytes = f->bytes, all.room = f->room, all.newest = buckets[c->used - 1];
    *f = all;
    return true;
}

void run_frozen_free(struct frozen *f)
{
    if (f) free(f->bytes);
    free(f);
}

/* Without memory the curve stays as it is.  most: buckets that it may have */
static void freeze(struct curve *c, struct frozen **ret, uint32_t most)
{
    if (*ret || !c->used) return;
    struct frozen *f = calloc(1, sizeof *f);
    if (!f || !freeze_curve(f, c, c->buckets, c->capacity > most ? c->capacity : most)) {
        run_frozen_free(f);
        return;
    }
    free(c->buckets);
    c->buckets = NULL;
    *ret = f;
}

/* Its buckets can be seen, for as long as nothing is added to it. False when memory ran out. */
static bool show(struct curve *c, const struct frozen *f)
{
    if (!f) return true;
    struct bucket *buckets = realloc(c->buckets, c->capacity * sizeof *buckets);
    if (!buckets) return false;
    frozen_open(f, c, buckets);
    c->buckets = buckets;
    return true;
}

/* False when memory ran out. */
static bool thaw(struct curve *c, struct frozen **f)
{
    if (!show(c, *f)) return false;
    run_frozen_free(*f);
    *f = NULL;
    return true;
}

static void show_frozen(struct run_series *s)
{
    struct run_past *k = &s->kept;
    k->past.frozen = k->finite ? k->finite->frozen : s->frozen;
}

bool run_show(struct run_series *s) { return show(&s->curve, s->frozen); }

/* For what becomes of the curves otherwise than by one more value. */
static bool thaw_fine(struct run_series *s)
{
    struct run_finite *f = s->kept.finite;
    bool all = thaw(&s->curve, &s->frozen) && (!f || thaw(&f->curve, &f->frozen));
    show_frozen(s);
    return all;
}

static bool thaw_coarse(struct run_series *s) { return thaw(&s->kept.past.coarse, &s->kept.coarse_frozen); }
static bool show_coarse(struct run_series *s) { return show(&s->kept.past.coarse, s->kept.coarse_frozen); }

static void freeze_coarse(struct run *r, struct run_series *s)
{
    struct curve *c = &s->kept.past.coarse;
    if (s->whole) return;
    freeze(c, &s->kept.coarse_frozen, PAST_COARSE);
    if (!s->kept.coarse_frozen) return;
    free(c->buckets), c->buckets = NULL;
    r->out.closed = true;
}

void run_freeze(struct run *r)
{
    for (size_t i = 0; r->options.curve_buckets && i < r->n_series; i++) {
        struct run_series *s = r->series[i];
        if (s->frozen) free(s->curve.buckets), s->curve.buckets = NULL;
        if (s->whole) continue;
        freeze(&s->curve, &s->frozen, r->options.curve_buckets);
        if (s->kept.finite) freeze(&s->kept.finite->curve, &s->kept.finite->frozen, r->options.curve_buckets);
        show_frozen(s);
        freeze_coarse(r, s);
    }
}

/* What was shown so far costs no more than a curve a point. */
bool run_open_curves(void *arg)
{
    struct run *r = arg;
    const bool often = ++r->opened * r->n_series > r->seq;
    for (size_t i = 0; i < r->n_series; i++)
        if (!(often ? thaw_coarse(r->series[i]) : show_coarse(r->series[i]))) return false;
    r->out.closed = false;
    r->close = !often;
    return true;
}

void run_close_curves(struct run *r)
{
    r->close = false;
    for (size_t i = 0; i < r->n_series; i++) freeze_coarse(r, r->series[i]);
}

/* All buckets are used: they are joined in pairs, which is done in the open. False, and nothing has changed, when memory ran out. */
static bool join_frozen(struct curve *open, struct frozen *f, const struct point *p)
{
    struct bucket buckets[CURVE_MAX];
    frozen_open(f, open, buckets);
    open->buckets = buckets;
    curve_add(open, p->step, p->value, p->line);
    return freeze_curve(f, open, buckets, open->capacity);
}

/* One more point of a frozen curve, of which only the newest bucket is at hand. */
static void add_frozen(struct curve *c, struct frozen *f, uint32_t most, const struct point *p)
{
    struct curve open = *c;
    bool full = f->newest.n >= c->width;
    if (c->capacity < most) c->capacity = open.capacity = most;
    if (full && c->used == c->capacity) {
        if (!join_frozen(&open, f, p)) return;
        c->used = open.used;
    } else {
        if (full && !put(f, &f->newest, c)) return;
        open.buckets = &f->newest, open.used = !full;
        curve_add(&open, p->step, p->value, p->line);
        c->used += full;
    }
    c->width = open.width, c->points = open.points, c->nonfinite = open.nonfinite;
}

static void add_any(struct curve *c, struct frozen *f, uint32_t most, const struct point *p)
{
    if (f) add_frozen(c, f, most, p);
    else add(c, most, p);
}

static void empty(struct curve *c) { curve_init(c, c->buckets, c->capacity); }

/* A copy with its own buckets; false when memory ran out. */
static bool copy(struct curve *to, const struct curve *from)
{
    if (!from->buckets) return begin(to);
    struct bucket *buckets = realloc(to->buckets, from->capacity * sizeof *buckets);
    if (!buckets) return false;
    memcpy(buckets, from->buckets, from->used * sizeof *buckets);
    *to = *from;
    to->buckets = buckets;
    return true;
}

/* From now on the finite values are not all values. False when memory ran out. */
static bool part(struct run_past *k, const struct curve *all)
{
    if (k->finite) return true;
    struct run_finite *f = calloc(1, sizeof *f);
    if (!f || !copy(&f->curve, all)) return free(f), false;
    k->finite = f;
    k->past.fine = &f->curve;
    return true;
}

static void begin_segment(struct run_past *k, const struct curve *all)
{
    if (k->past.coarse.points) (void)part(k, all);
    if (k->finite) empty(&k->finite->curve);
    empty(&k->past.coarse);
}

static void remember(struct run_past *k, const struct curve *all, const struct point *p, uint16_t segment, uint32_t fine)
{
    if (!isfinite(p->value)) {
        (void)part(k, all);
        return;
    }
    if (k->segment != segment) begin_segment(k, all);
    k->segment = segment;
    if (PAST_LOG & WANTS((unsigned)p->series->role)) past_take_log(&k->past, p->value);
    if (k->finite) add_any(&k->finite->curve, k->finite->frozen, fine, p);
    add_any(&k->past.coarse, k->coarse_frozen, PAST_COARSE, p);
    k->past.coarse.segment = segment;
}

/* What those who hear the whole run are given: the same, until the segments part. */
static struct run_past *for_whole(struct run_series *s, uint16_t segment, uint16_t joined)
{
    if (s->whole || segment == joined) return s->whole;
    struct run_past *k = calloc(1, sizeof *k);
    if (!k || !copy(&k->past.coarse, &s->kept.past.coarse) || !part(k, s->kept.past.fine)) return run_past_free(k), free(k), NULL;
    k->past.newest = NAN;
    k->segment = s->kept.segment;
    return s->whole = k;
}

void run_remember(struct run *r, struct run_series *s, const struct point *p, uint16_t joined)
{
    const uint32_t fine = r->n_sources > 1 || !r->options.curve_buckets ? CURVE_MAX : r->options.curve_buckets;
    bool judged = run_has_past(&s->s);
    bool moves = p->segment != s->kept.segment || joined != p->segment;
    bool parts = !isfinite(p->value) && s->kept.past.fine == &s->curve;
    if (r->close) run_close_curves(r); /* else what is shown would lack this point */
    if (((moves || parts) && !thaw_fine(s)) || (moves && !thaw_coarse(s))) return;
    struct run_past *whole = judged ? for_whole(s, p->segment, joined) : NULL;
    if (whole) remember(whole, NULL, p, joined, fine);
    if (judged) remember(&s->kept, &s->curve, p, p->segment, fine);
    if (s->s.role != ROLE_SILENCE) add_any(&s->curve, s->frozen, fine, p); /* nobody draws that */
}

void run_past_free(struct run_past *k)
{
    if (!k) return;
    free(k->past.coarse.buckets);
    run_frozen_free(k->coarse_frozen);
    if (!k->finite) return;
    free(k->finite->curve.buckets);
    run_frozen_free(k->finite->frozen);
    free(k->finite);
}
