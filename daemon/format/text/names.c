/* text_names - see text/names.h.
 *
 * Of several words before a value an identifier ("no Discriminator_loss") or a counter ("end of epoch") stands for itself, and
 * "average" is implied; else all of them are the name ("lm loss", "number of nan iterations"). */
#include "names.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

static uint32_t hash_of(struct span s)
{
    uint64_t h = s.n * 0x9e3779b97f4a7c15u, chunk;
    for (; s.n >= 8; s = span_from(s, 8)) {
        memcpy(&chunk, s.p, 8);
        h = (h ^ chunk) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    chunk = 0;
    for (size_t i = 0; i < s.n; i++) chunk = chunk << 8 | (unsigned char)s.p[i];
    h = (h ^ chunk) * 0xff51afd7ed558ccdu;
    return (uint32_t)(h >> 32);
}

static const char *const strong_parts[] = {"loss",      "acc",    "score",  "error",   "reward",   "perplex",
                                           "precision", "recall", "return", "entropy", "deviance", "accuracy"};
static const char *const strong_words[] = {"ppl", "auc",  "f1",   "f",       "mse",     "mae",  "rmse", "bleu", "iou",   "miou",
                                           "map", "dice", "fid",  "kl",      "nll",     "elbo", "trl",  "tel",  "r2",    "wer",
                                           "cer", "top1", "top5", "psnr",    "ssim",    "cost", "ap",   "err",  "bpb",   "bpc",
                                           "l1",  "l2",   "ndcg", "logloss", "frechet", "giou", "ciou", "mrr",  "mpjpe", "map50"};
static const char *const metric_words[] = {
    "gradnorm", "lrate",       "lr",  "rate",   "grad",  "norm",  "gnorm",      "time",   "ms", "mfu", "tps", "wps",
    "tok",      "tokens",      "mem", "memory", "scale", "speed", "throughput", "tflops", "dt", "fps", "sec", "s",
    "momentum", "temperature", "len", "length", "std",   "mean",  "mb",         "mib",    "gb", "gib"};

static bool word_in(struct span w, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (w.n == strlen(list[i]) && strncasecmp(w.p, list[i], w.n) == 0) return true;
    return false;
}

static bool part_in(struct span w)
{
    for (size_t i = 0; i < sizeof strong_parts / sizeof *strong_parts; i++)
        for (size_t at = 0, n = strlen(strong_parts[i]); at + n <= w.n; at++)
            if (strncasecmp(w.p + at, strong_parts[i], n) == 0) return true;
    return false;
}

static struct span next_word(struct span *rest)
{
    size_t i = 0, n = 0;
    while (i < rest->n && !isalnum((unsigned char)rest->p[i])) i++;
    while (i + n < rest->n && isalnum((unsigned char)rest->p[i + n])) n++;
    struct span w = {rest->p + i, n};
    *rest = span_from(*rest, i + n);
    return w;
}

static enum text_split split_word(struct span w)
{
    static const struct {
        const char *word;
        enum text_split split;
    } words[] = {{"valid", SPLIT_VALID},   {"validation", SPLIT_VALID}, {"val", SPLIT_VALID},       {"validate", SPLIT_VALID},
                 {"dev", SPLIT_VALID},     {"validating", SPLIT_VALID}, {"test", SPLIT_TEST},       {"testing", SPLIT_TEST},
                 {"eval", SPLIT_EVAL},     {"evaluation", SPLIT_EVAL},  {"evaluating", SPLIT_EVAL}, {"evaluate", SPLIT_EVAL},
                 {"holdout", SPLIT_VALID}, {"heldout", SPLIT_VALID}};
    if (span_is(w, "CV")) return SPLIT_VALID; /* "cv_loss" is a name of its own */
    if (w.n < 3 || !strchr("vdteh", w.p[0] | 0x20)) return SPLIT_NONE;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if ((w.p[0] | 0x20) == words[i].word[0] && w.n == strlen(words[i].word) && strncasecmp(w.p, words[i].word, w.n) == 0)
            return words[i].split;
    return SPLIT_NONE;
}

enum text_split text_split_of(struct span words)
{
    enum text_split split = SPLIT_NONE;
    while (words.n && !split) {
        struct span w = next_word(&words);
        split = w.n ? split_word(w) : SPLIT_NONE;
    }
    return split;
}

/* of_east - Chinese and Japanese words: loss, accuracy, error, reward, score, recall, F1; validation, test; which role a name has,
 * analyzers/role_words.c says. */
static uint8_t of_east(struct span name)
{
    static const struct {
        const char *word;
        uint8_t flags;
    } words[] = {{"损失", NAME_STRONG | NAME_METRIC},
                 {"損失", NAME_STRONG | NAME_METRIC},
                 {"准确率", NAME_STRONG | NAME_METRIC},
                 {"精度", NAME_STRONG | NAME_METRIC},
                 {"正确率", NAME_STRONG | NAME_METRIC},
                 {"正解率", NAME_STRONG | NAME_METRIC},
                 {"误差", NAME_STRONG | NAME_METRIC},
                 {"誤差", NAME_STRONG | NAME_METRIC},
                 {"奖励", NAME_STRONG | NAME_METRIC},
                 {"报酬", NAME_STRONG | NAME_METRIC},
                 {"報酬", NAME_STRONG | NAME_METRIC},
                 {"得分", NAME_STRONG | NAME_METRIC},
                 {"召回率", NAME_STRONG | NAME_METRIC},
                 {"精确率", NAME_STRONG | NAME_METRIC},
                 {"学习率", NAME_METRIC},
                 {"学習率", NAME_METRIC},
                 {"验证", NAME_SPLIT},
                 {"驗證", NAME_SPLIT},
                 {"検証", NAME_SPLIT},
                 {"测试", NAME_SPLIT},
                 {"テスト", NAME_SPLIT},
                 {"最佳", NAME_IGNORED},
                 {"最高", NAME_IGNORED},
                 {"最好", NAME_IGNORED}};
    uint8_t flags = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_has(name, words[i].word)) flags |= words[i].flags;
    return flags;
}

static bool is_ascii(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80) return false;
    return true;
}

/* is_symbol - a quantity as papers write it: the loss L or J, the norm |g| of the gradient, the step size; "TRAIN J". Case matters. */
static bool is_symbol(struct span name)
{
    const char *blank = memrchr(name.p, ' ', name.n);
    if (blank && !span_is(name, "step size")) name = span_from(name, (size_t)(blank - name.p) + 1);
    if (name.n == 1) return name.p[0] == 'L' || name.p[0] == 'J';
    return span_is(name, "step_size") || span_is(name, "step size") ||
           (name.n > 2 && name.p[0] == '|' && name.p[name.n - 1] == '|');
}

/* is_player - "D_total", "G/total": what a player of a GAN loses, where no word of it says loss. A letter alone is none. */
static bool is_player(struct span name)
{
    char text[TEXT_NAME_MAX_BYTES + 1];
    if (name.n < 3 || name.n >= sizeof text || !strchr("dgDG", name.p[0]) || !strchr("_/.", name.p[1])) return false;
    memcpy(text, name.p, name.n);
    text[name.n] = 0;
    enum role role = role_of(text).role;
    return role == ROLE_LOSS_DISCRIMINATOR || role == ROLE_LOSS_GENERATOR;
}

static uint8_t flags_of(struct span name)
{
    static const char *const ignored[] = {"v_num", "micro_step", "pid", "worker",  "gpu",          "eta",   "progress",
                                          "total", "max depth",  "s",   "#Images", "num examples", "record"};
    static const char *const ranks[] = {"rank", "local_rank", "global_rank"};
    uint8_t flags = 0;
    struct span rest = name;
    if (word_in(name, ignored, sizeof ignored / sizeof *ignored)) flags |= NAME_IGNORED;
    if (word_in(name, ranks, sizeof ranks / sizeof *ranks)) flags |= NAME_IGNORED | NAME_RANK;
    bool ascii = is_ascii(name);
    if (!ascii) flags |= of_east(name);
    while (rest.n) {
        struct span w = next_word(&rest);
        if (!w.n) break;
        if (!ascii && w.n <= 2 && !isdigit((unsigned char)w.p[w.n - 1]))
            continue; /* "f" and "ms" lie in any bytes; "F1值" does not */
        bool last = !rest.n || !memchr(rest.p, ' ', rest.n);
        if (w.n == 4 && strncasecmp(w.p, "best", 4) == 0) flags |= NAME_IGNORED;
        if (part_in(w) || word_in(w, strong_words, sizeof strong_words / sizeof *strong_words))
            flags |= NAME_STRONG | (last ? NAME_METRIC : 0);
        if (last && word_in(w, metric_words, sizeof metric_words / sizeof *metric_words)) flags |= NAME_METRIC;
        if (split_word(w)) flags |= NAME_SPLIT;
    }
    if (is_player(name)) flags |= NAME_STRONG | NAME_METRIC;
    if (is_symbol(name)) flags |= NAME_METRIC | (strchr("LJ", name.p[name.n - 1]) ? NAME_STRONG : 0);
    if (span_is(name, "tel") || span_is(name, "eval")) flags |= NAME_SPLIT | NAME_STRONG | NAME_METRIC; /* llm.c */
    return flags;
}

static bool is_qualifier(struct span w)
{
    static const char *const words[] = {"average", "avg", "avg.", "averaged"};
    return word_in(w, words, sizeof words / sizeof *words);
}

/* is_part_of_data - "training's binary_logloss", "valid_1 binary_logloss": the word in front belongs to the name. */
static bool is_part_of_data(struct span w)
{
    static const char *const words[] = {"train", "training", "trn"};
    bool owns = w.n > 2 && memcmp(w.p + w.n - 2, "'s", 2) == 0;
    return owns || word_in(w, words, sizeof words / sizeof *words) || text_split_of(w);
}

static struct span trim_key(struct span key)
{
    key = span_trim(key);
    while (key.n && strchr("'*->", key.p[0])) key = span_trim(span_from(key, 1));
    while (key.n && strchr("'\"", key.p[key.n - 1])) key.n--;
    return span_trim(key);
}

/* counter_word - the last word, without what mmengine puts behind it: "Epoch(train)". */
static struct span counter_word(struct span key, size_t last)
{
    struct span word = span_from(key, last);
    const char *open = word.n && word.p[word.n - 1] == ')' ? memchr(word.p, '(', word.n) : NULL;
    if (open && open > word.p && open[-1] != ' ') word.n = (size_t)(open - word.p); /* "iteration (ms)" has a unit */
    return word;
}

/* without_last - the words before the last one. Moves last to the last word that is left. */
static struct span without_last(struct span key, size_t *last)
{
    key = span_trim((struct span){key.p, *last});
    const char *blank = memrchr(key.p, ' ', key.n);
    *last = blank ? (size_t)(blank - key.p) + 1 : 0;
    return key;
}

/* without_verb - "val loss is 0.3", "avg loss so far is 0.3": the name is what stands before. */
static struct span without_verb(struct span key, size_t *last)
{
    if (!*last || !span_is(span_from(key, *last), "is")) return key;
    key = without_last(key, last);
    if (*last > 3 && span_is(span_from(key, *last - 3), "so far")) key = without_last(key, last), key = without_last(key, last);
    return key;
}

/* counts_down - "BAD EPOCHS", "Patience epochs": epochs of something else than training. */
static bool counts_down(struct span key)
{
    static const char *const starts[] = {"bad ", "patience ", "early "};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (key.n > strlen(starts[i]) && strncasecmp(key.p, starts[i], strlen(starts[i])) == 0) return true;
    return false;
}

static struct span settle(struct span key, size_t last, enum text_split *cut)
{
    key = without_verb(key, &last);
    struct span word = span_from(key, last), counter = counter_word(key, last);
    const char *blank = memchr(key.p, ' ', key.n);
    *cut = SPLIT_NONE;
    if (counts_down(key)) return trim_key(key);
    if (field_rank(field_of(key)) != FIELD_UNRANKED) return trim_key(key);
    if (field_rank(field_of(counter)) != FIELD_UNRANKED) {
        *cut = text_split_of(key);
        return trim_key(counter);
    }
    if (!last || !blank) return trim_key(key);
    struct span first = {key.p, (size_t)(blank - key.p)};
    if (memchr(word.p, '_', word.n) && !is_part_of_data(first)) return trim_key(word);
    if (span_is(word, "value")) key.n = last; /* Megatron: "lm loss value" */
    return trim_key(is_qualifier(first) ? span_from(key, first.n) : key);
}

static struct text_name *name_new(struct text_names *names, struct span key, size_t last, struct arena *arena)
{
    enum text_split cut;
    struct span settled = settle(key, last, &cut);
    bool eta = span_is(settled, "eta");
    if (eta) settled = span_of("lr (eta)"); /* where it is small: text_is_metric */
    struct text_name *e = arena_alloc(arena, sizeof *e);
    if (!e || !settled.n) return NULL;
    e->key = arena_copy(arena, key.p, key.n);
    e->name = arena_copy(arena, settled.p, settled.n);
    if (!e->key || !e->name) return NULL;
    e->n_key = (uint32_t)key.n;
    e->n_name = (uint32_t)settled.n;
    e->field = field_of(settled);
    e->rank = (uint16_t)field_rank(e->field);
    e->flags = eta ? NAME_METRIC | NAME_SMALL : flags_of(settled);
    e->cut = cut;
    e->owner = TEXT_NO_RANK;
    e->drawn = NAN;
    for (int i = 0; i < SPLIT_COUNT; i++) e->series[i][0] = e->series[i][1] = TEXT_UNASKED;
    names->used++;
    return e;
}

enum { SLOTS = 2 * TEXT_NAMES_MAX };

/* slot_of - where the key is, or where it would go. */
static uint32_t slot_of(const struct text_names *names, struct span key, uint32_t hash)
{
    uint32_t at = hash % SLOTS;
    for (const struct text_name *e; (e = names->slot[at]) != NULL; at = (at + 1) % SLOTS)
        if (e->hash == hash && e->n_key == key.n && memcmp(e->key, key.p, key.n) == 0) break;
    return at;
}

struct text_name *text_name_known(const struct text_names *names, struct span key)
{
    return key.n && key.n <= TEXT_NAME_MAX_BYTES ? names->slot[slot_of(names, key, hash_of(key))] : NULL;
}

static bool has_digit(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= '0' && s.p[i] <= '9') return true;
    return false;
}

bool text_name_counts(struct text_names *names, struct span key, size_t last)
{
    struct span word = counter_word(key, last);
    if (!key.n || has_digit(word)) return false; /* no counter has one */
    uint32_t hash = hash_of(key), *uncounted = &names->uncounted[hash % TEXT_UNCOUNTED_MAX];
    if (*uncounted == hash) return false;
    bool counts = field_rank(field_of(key)) != FIELD_UNRANKED || field_rank(field_of(word)) != FIELD_UNRANKED;
    counts &= !counts_down(key);
    if (!counts) *uncounted = hash;
    return counts;
}

struct text_name *text_name_of(struct text_names *names, struct span key, size_t last, struct arena *arena)
{
    if (!key.n || key.n > TEXT_NAME_MAX_BYTES) return NULL;
    uint32_t hash = hash_of(key), at = slot_of(names, key, hash);
    if (names->slot[at]) return names->slot[at];
    struct text_name *e = names->used < TEXT_NAMES_MAX ? name_new(names, key, last, arena) : NULL;
    if (!e) return NULL;
    e->hash = hash;
    names->slot[at] = e;
    bool same = e->n_name == e->n_key; /* settling only cuts */
    if (!same) e->main = text_name_of(names, (struct span){e->name, e->n_name}, 0, arena);
    return e;
}

void text_names_anew(struct text_names *names)
{
    for (size_t i = 0; i < sizeof names->slot / sizeof *names->slot; i++)
        if (names->slot[i]) names->slot[i]->series[SPLIT_NONE][0] = TEXT_UNASKED;
}

/* is_score - "Score", which of an episode is what it earned. */
static bool is_score(const struct text_name *e)
{
    return (e->n_name == 5 || e->n_name == 6) && strncasecmp(e->name, "scores", e->n_name) == 0;
}

int text_name_series(struct text_name *e, enum text_split split, enum axis axis, const struct format_out *out)
{
    static const char *const prefixes[SPLIT_COUNT] = {"", "valid ", "test ", "eval ", "epoch "};
    bool epoch = axis == AXIS_EPOCH;
    if (e->main) return text_name_series(e->main, split, axis, out);
    if (e->flags & NAME_SPLIT) split = SPLIT_NONE;
    int *handle = &e->series[split][epoch];
    if (*handle != TEXT_UNASKED) return *handle;
    bool taken = axis != AXIS_RECORD && e->series[split][!epoch] >= 0;
    char text[TEXT_NAME_MAX_BYTES + 24];
    size_t n = 0;
    const char *parts[] = {taken ? epoch ? "epoch " : "step " : "", prefixes[split],
                           axis == AXIS_EPISODE && is_score(e) ? "episode " : ""};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) n += (size_t)(stpcpy(text + n, parts[i]) - (text + n));
    memcpy(text + n, e->name, e->n_name);
    return *handle = out->series(out->arg, (struct span){text, n + e->n_name}, axis);
}
