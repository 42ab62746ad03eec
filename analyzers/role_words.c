/* role_words - see role_words.h. */
#include "role_words.h"

#include <ctype.h>
#include <string.h>

static const char *const train_words[] = {"train", "training", "tr", "trn", "learn", NULL}; /* learn: CatBoost */
static const char *const eval_words[] = {"val",  "valid",      "validation", "validate", "vali",    "validating", "eval",
                                         "test", "evaluation", "testing",    "dev",      "heldout", "va",         "vl",
                                         "cv",   "holdout",    "tst",        "vld",      NULL};
static const char *const first_places[] = {"metrics", "metric", "epoch", "rollout",   "objective", "losses", "charts",
                                           "samples", "time",   "optim", "optimizer", "scheduler", "opt",    "sched",
                                           "model",   "gan",    "stats", "trainer",   NULL};
static const char *const last_places[] = {"epoch", "step", NULL};

/* names_split - "loss (val)": what stands in brackets at p is a split, and no unit. */
static bool names_split(const char *p)
{
    char word[WORD_BYTES];
    size_t n = strcspn(p + 1, ")");
    if (!p[1 + n] || n >= sizeof word) return false;
    for (size_t i = 0; i < n; i++) word[i] = (char)tolower((unsigned char)p[1 + i]);
    word[n] = 0;
    return role_words_among(train_words, word) || role_words_among(eval_words, word);
}

/* behind_unit - what follows the "(...)" at p: "memory(GiB)", "precision(B)" end there, "phase (2). loss" does not. */
static const char *behind_unit(const char *p)
{
    const char *close = strchr(p, ')');
    if (!close) return p + strlen(p);
    for (const char *c = close; *c; c++)
        if (isalnum((unsigned char)*c)) return close;
    return p + strlen(p);
}

/* Words of Chinese logs, which stand without blanks: "验证集损失" is the loss of the validation set. Longer ones first. */
static const struct {
    const char *theirs, *ours;
} foreign[] = {
    {"训练集", "train"},     {"训练", "train"},    {"验证集", "val"}, {"验证", "val"},
    {"测试集", "test"},      {"测试", "test"},     {"损失", "loss"},  {"准确率", "accuracy"},
    {"精确率", "precision"}, {"召回率", "recall"}, {"学习率", "lr"},  {"奖励", "reward"},
};

/* translated - the length of the foreign word at p, which is put behind the others; 0 when there is none. */
static size_t translated(const char *p, struct role_words *w)
{
    for (size_t i = 0; (unsigned char)*p >= 0x80 && i < sizeof foreign / sizeof *foreign; i++) {
        size_t n = strlen(foreign[i].theirs);
        if (strncmp(p, foreign[i].theirs, n) == 0) return strcpy(w->at[w->n++], foreign[i].ours), n;
    }
    return 0;
}

static void cut(const char *name, bool camel, struct role_words *w)
{
    size_t at = 0;
    w->n = 0;
    for (const char *p = name; w->n < WORDS_MAX; p++) {
        bool hump = camel && at && isupper((unsigned char)*p) && islower((unsigned char)p[-1]);
        if (hump) w->at[w->n++][at] = 0, at = 0;
        if (w->n == WORDS_MAX) break;
        if (isalnum((unsigned char)*p)) {
            if (at + 1 < WORD_BYTES) w->at[w->n][at++] = (char)tolower((unsigned char)*p);
            continue;
        }
        if (at) w->at[w->n++][at] = 0, at = 0;
        size_t word = w->n < WORDS_MAX ? translated(p, w) : 0;
        if (word) p += word - 1;
        if (*p == '(' && !names_split(p)) p = behind_unit(p);
        if (!*p) break;
    }
}

/* folds_mean - what the cv() of XGBoost, LightGBM and CatBoost tells of all folds: "train-mlogloss-mean" is mlogloss of training, and
 * "-std", "-stdv" beside it is a spread. The split stands first. */
static void folds_mean(const char *name, struct role_words *w)
{
    static const char mean[] = "-mean";
    size_t n = strlen(name), k = sizeof mean - 1;
    if (w->n < 3 || !(role_words_among(train_words, w->at[0]) || role_words_among(eval_words, w->at[0]))) return;
    if (strcmp(w->at[w->n - 1], "stdv") == 0) strcpy(w->at[w->n - 1], "std");
    w->n -= n > k && strcmp(name + n - k, mean) == 0;
}

/* join_held_out - "hold-out", "held out". */
static void join_held_out(struct role_words *w)
{
    for (int i = 0; i + 1 < w->n; i++) {
        if ((strcmp(w->at[i], "held") != 0 && strcmp(w->at[i], "hold") != 0) || strcmp(w->at[i + 1], "out") != 0) continue;
        strcpy(w->at[i], "heldout");
        memmove(w->at[i + 1], w->at[i + 2], (size_t)(w->n - i - 2) * WORD_BYTES);
        w->n--;
    }
}

void role_words_cut(const char *name, bool camel, struct role_words *w)
{
    cut(name, camel, w);
    join_held_out(w);
    folds_mean(name, w);
}

static bool is_number(const char *word) { return word[strspn(word, "0123456789")] == 0; }

bool role_words_plain(struct role_words *w)
{
    int n = w->n;
    while (w->n > 1 && is_number(w->at[w->n - 1])) w->n--;
    if (w->n < n) return true;
    if (!w->n) return false;
    char *last = w->at[w->n - 1];
    size_t length = strlen(last), stem = length;
    while (stem > 0 && isdigit((unsigned char)last[stem - 1])) stem--;
    if (stem == length && stem > 3 && last[stem - 1] == 's') stem -= strcmp(last, "losses") == 0 ? 2 : 1;
    if (stem < 2 || stem == length) return false;
    last[stem] = 0;
    return true;
}

bool role_words_among(const char *const *list, const char *word)
{
    for (; *list; list++)
        if (strcmp(*list, word) == 0) return true;
    return false;
}

/* "test", and "test1", "valid0" of tools that take several held-out sets. */
static bool is_eval(const char *word)
{
    char stem[WORD_BYTES];
    size_t n = strcspn(word, "0123456789");
    if (word[n + strspn(word + n, "0123456789")]) return false;
    memcpy(stem, word, n);
    stem[n] = 0;
    return role_words_among(eval_words, stem);
}

static void drop(struct role_words *w, int at)
{
    memmove(w->at[at], w->at[at + 1], (size_t)(w->n - at - 1) * WORD_BYTES);
    w->n--;
}

/* drop_again - a tool, a file or a folder says the split and the name says it too: "eval cv/loss", valid_loss in valid_loss.txt. */
static void drop_again(struct role_words *w, bool eval)
{
    for (int i = 0; i < w->n && w->n > 1;) {
        if (eval ? role_words_among(eval_words, w->at[i]) : role_words_among(train_words, w->at[i])) drop(w, i);
        else i++;
    }
}

/* drop_where - "psnr on the validation set": the words around the split at i, which was taken off, say nothing more. */
static void drop_where(struct role_words *w, int i)
{
    static const char *const before[] = {"on", "over", "in", "the", NULL};
    static const char *const behind[] = {"set", "data", "dataset", "split", NULL};
    if (!i || i > w->n || !role_words_among(before, w->at[i - 1])) return;
    if (i < w->n && role_words_among(behind, w->at[i])) drop(w, i);
    while (i-- > 1 && role_words_among(before, w->at[i])) drop(w, i);
}

enum split role_words_split(struct role_words *w)
{
    for (int i = 0; i < w->n; i++) {
        bool train = role_words_among(train_words, w->at[i]), eval = is_eval(w->at[i]);
        if (!train && !eval) continue;
        if (w->n > 1) drop(w, i);
        if (eval && i < w->n && w->n > 1 && strspn(w->at[i], "0123456789") == strlen(w->at[i])) drop(w, i); /* valid_0 */
        if (i < w->n && w->n > 1 && strcmp(w->at[i], "s") == 0) drop(w, i);                                 /* valid_0's */
        drop_where(w, i);
        drop_again(w, eval);
        return train ? SPLIT_TRAIN : SPLIT_EVAL;
    }
    return SPLIT_NONE;
}

/* behind_learner - RLlib: "info/learner/POLICY/learner_stats/vf_loss", since 2.10 "learners/default_policy/vf_loss". What it calls kl is
 * of an update. */
static void behind_learner(struct role_words *w)
{
    int from = 0;
    bool module = w->n > 3 && strcmp(w->at[0], "learners") == 0 && strcmp(w->at[1], "default") == 0;
    if (module && strcmp(w->at[2], "policy") == 0) from = 3;
    for (int i = 1; !from && i + 1 < w->n; i++)
        if (strcmp(w->at[i - 1], "learner") == 0 && strcmp(w->at[i], "stats") == 0) from = i + 1;
    if (!from) return;
    bool kl = from + 1 == w->n && strcmp(w->at[from], "kl") == 0;
    memmove(w->at, w->at + from, (size_t)(w->n - from) * WORD_BYTES);
    w->n -= from;
    if (kl) strcpy(w->at[0], "ppo"), strcpy(w->at[w->n++], "kl");
}

bool role_words_places(struct role_words *w)
{
    static const char *const players[] = {"generator", "discriminator", "gen", "disc", "g", "d", NULL};
    behind_learner(w);
    if (w->n == 2 && strcmp(w->at[0], "losses") == 0 && role_words_among(players, w->at[1])) strcpy(w->at[0], "loss");
    bool metrics = false;
    static const char *const joined[] = {"cost", "per", "s", "sec", NULL}; /* "time cost" is no cost, "samples/s" no s */
    while (w->n > 1 && role_words_among(first_places, w->at[0]) && !role_words_among(joined, w->at[1])) {
        metrics = metrics || strcmp(w->at[0], "metrics") == 0;
        drop(w, 0);
    }
    while (w->n > 1 && role_words_among(last_places, w->at[w->n - 1]) && strcmp(w->at[w->n - 2], "per") != 0) w->n--;
    return metrics && w->n &&
           strcmp(w->at[w->n - 1], "loss") != 0; /* detectors keep scores of held-out data there; a loop, its loss */
}

void role_words_spell(const struct role_words *w, int from, int to, char *out, size_t size)
{
    size_t n = 0;
    out[0] = 0;
    for (int i = from; i < to; i++) {
        size_t more = strlen(w->at[i]);
        if (n + more + 2 > size) return;
        if (i > from) out[n++] = ' ';
        memcpy(out + n, w->at[i], more + 1);
        n += more;
    }
}

int role_words_count(const char *words)
{
    int n = 1;
    for (; *words; words++) n += *words == ' ';
    return n;
}
