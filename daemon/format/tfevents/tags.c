#include "tags.h"

#include "../../base/hash.h"

enum { FIRST_CAP = 32, NAME_MAX_BYTES = PLACE_MAX_BYTES + TAG_MAX_BYTES + 16 };

/* Directories that say on which data a run's numbers were taken: Keras (train, validation), CatBoost (learn, test), TensorFlow's estimators
 * (eval, eval_NAME), and what people name theirs. */
static const char *const splits[] = {"train", "training", "validation", "valid", "val",     "eval", "evaluation",
                                     "test",  "testing",  "learn",      "dev",   "heldout", NULL};
static const char estimator_split[] = "eval_";

/* Megatron-LM writes each curve again over other counts: "lm loss" over steps, "lm loss vs samples", "lm loss vs tokens". */
static const char *const copies[] = {" vs samples", " vs tokens", NULL};

static const char *const numbers[HISTOGRAM_NUMBERS] = {"/min", "/max", "/mean", "/zero_share"};

static const struct {
    const char *name;
    enum plugin plugin;
} plugins[] = {
    {"scalars", PLUGIN_SCALARS}, {"histograms", PLUGIN_HISTOGRAMS}, {"text", PLUGIN_TEXT}, {"hparams", PLUGIN_HPARAMS}};

void tags_place(struct tags *t, const char *path)
{
    const char *end = path ? strrchr(path, '/') : NULL, *from = end;
    while (from && from > path && from[-1] != '/') from--;
    size_t n = end ? (size_t)(end - from) : 0;
    t->place_bytes = (uint8_t)(n < PLACE_MAX_BYTES ? n : 0);
    if (t->place_bytes) memcpy(t->place, from, n);
}

static struct span place_of(const struct tags *t) { return (struct span){t->place, t->place_bytes}; }

static bool is_split(struct span place)
{
    for (size_t i = 0; splits[i]; i++)
        if (span_is(place, splits[i])) return true;
    return span_starts(place, estimator_split);
}

/* ---- the table --------------------------------------------------------------------------------------------------------- */

static uint32_t *slot_of(const struct tags *t, struct span name)
{
    size_t mask = t->n_slots - 1, at = (size_t)hash64(name.p, name.n, 0) & mask;
    for (;; at = (at + 1) & mask) {
        uint32_t *slot = &t->slots[at];
        const struct tag *tag = *slot ? &t->at[*slot - 1] : NULL;
        if (!tag || (tag->length == name.n && memcmp(tag->name, name.p, name.n) == 0)) return slot;
    }
}

/* The old table stays in the arena: all of them together are no larger than the new one. */
static bool grow(struct tags *t, struct arena *a)
{
    uint32_t cap = t->cap ? t->cap * 2 : FIRST_CAP;
    if (t->n < t->cap) return true;
    if (cap > TAGS_MAX) return false;
    struct tag *at = arena_alloc(a, cap * sizeof *at);
    uint32_t *slots = at ? arena_alloc(a, cap * 2 * sizeof *slots) : NULL;
    if (!slots) return false;
    if (t->n) memcpy(at, t->at, t->n * sizeof *at);
    t->at = at;
    t->slots = slots;
    t->cap = cap;
    t->n_slots = cap * 2;
    for (uint32_t i = 0; i < t->n; i++) *slot_of(t, (struct span){at[i].name, at[i].length}) = i + 1;
    return true;
}

/* "x vs samples" while "x" is there. */
static bool is_copy(const struct tags *t, struct span name)
{
    for (size_t i = 0; copies[i]; i++) {
        size_t n = strlen(copies[i]);
        if (name.n > n && memcmp(name.p + name.n - n, copies[i], n) == 0)
            return *slot_of(t, (struct span){name.p, name.n - n}) != 0;
    }
    return false;
}

static int refuse(struct tags *t, uint64_t line, const struct format_out *out)
{
    if (!t->full) out->bad(out->arg, line, "too many tags: the ones after this are not read");
    t->full = true;
    return -1;
}

/* may_run - is it the loss of a detector's part, as Ultralytics calls them? */
static bool may_run(struct span name)
{
    static const char *const parts[] = {"train/box_loss", "train/cls_loss",  "train/dfl_loss",
                                        "train/seg_loss", "train/pose_loss", "train/kobj_loss"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (span_is(name, parts[i])) return true;
    return false;
}

int tags_find(struct tags *t, struct span name, uint64_t line, const struct format_out *out)
{
    if (name.n > TAG_MAX_BYTES) return out->bad(out->arg, line, "a tag of more than 512 bytes"), -1;
    uint32_t found = t->n_slots ? *slot_of(t, name) : 0;
    if (!found) {
        char *copy = grow(t, out->arena) ? arena_copy(out->arena, name.n ? name.p : "", name.n) : NULL;
        if (!copy) return refuse(t, line, out);
        t->at[t->n] = (struct tag){.name = copy, .length = (uint32_t)name.n, .next = t->n, .copy = is_copy(t, name)};
        if (may_run(name)) t->at[t->n].mean = arena_alloc(out->arena, sizeof *t->at[t->n].mean);
        found = *slot_of(t, name) = ++t->n;
    }
    t->at[t->last].next = found - 1;
    t->last = found - 1;
    return (int)found - 1;
}

void tags_describe(struct tag *tag, struct span plugin)
{
    if (!plugin.n) return;
    tag->plugin = PLUGIN_OTHER;
    for (size_t i = 0; i < sizeof plugins / sizeof *plugins; i++)
        if (span_is(plugin, plugins[i].name)) tag->plugin = (uint8_t)plugins[i].plugin;
}

/* ---- names of series --------------------------------------------------------------------------------------------------- */

struct name {
    char text[NAME_MAX_BYTES];
    size_t n;
};

static void add(struct name *to, struct span text)
{
    if (text.n > sizeof to->text - to->n) text.n = sizeof to->text - to->n;
    if (text.n) memcpy(to->text + to->n, text.p, text.n);
    to->n += text.n;
}

/* add_scalars("loss", {"train": ..}) makes a directory loss_train whose only tag is loss: the rest of the directory's name, "train". */
static struct span curve_of(struct span place, const struct tag *tag)
{
    if (place.n <= tag->length + 1u || place.p[tag->length] != '_') return (struct span){0};
    for (uint32_t i = 0; i < tag->length; i++)
        if (place.p[i] != (tag->name[i] == '/' ? '_' : tag->name[i])) return (struct span){0};
    return span_from(place, tag->length + 1u);
}

/* "train" says nothing new of the tag "train/loss" or "train_loss". */
static bool says_itself(struct span place, const struct tag *tag)
{
    return tag->length > place.n && memcmp(tag->name, place.p, place.n) == 0 &&
           (tag->name[place.n] == '/' || tag->name[place.n] == '_');
}

static void spell(const struct tags *t, const struct tag *tag, unsigned which, struct name *to)
{
    struct span place = place_of(t), curve = tag->length ? curve_of(place, tag) : (struct span){0};
    if (!curve.n && is_split(place) && !says_itself(place, tag)) add(to, place), add(to, span_of("/"));
    add(to, tag->length ? (struct span){tag->name, tag->length} : span_of("untitled"));
    if (curve.n) add(to, span_of("/")), add(to, curve);
    if (which < HISTOGRAM_NUMBERS) add(to, span_of(numbers[which]));
}

/* Keras counts epochs in what it names epoch_..., in its two directories. */
static enum axis axis_of(const struct tags *t, const struct tag *tag)
{
    struct span place = place_of(t), name = {tag->name, tag->length};
    bool keras = span_is(place, "train") || span_is(place, "validation");
    if (keras && span_starts(name, "epoch_")) return AXIS_EPOCH;
    return name.n > strlen(copies[0]) && span_is(span_from(name, name.n - strlen(copies[0])), copies[0]) ? AXIS_SAMPLE
                                                                                                         : AXIS_STEP;
}

int tags_series(struct tags *t, struct tag *tag, unsigned which, const struct format_out *out)
{
    if (!(tag->named >> which & 1)) {
        struct name name = {.n = 0};
        spell(t, tag, which, &name);
        tag->named |= (uint8_t)(1u << which);
        tag->series[which] = out->series(out->arg, (struct span){name.text, name.n}, axis_of(t, tag));
    }
    return tag->series[which];
}
