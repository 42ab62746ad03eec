/* role - the table of names that training tools give to their numbers.
 *
 * A name is cut into lower-case words at every character that is no letter or digit. Words that only say which split it is
 * (train, val ...) or where it was logged (metrics, epoch ...) are taken off; what is left is looked up, whole first, then by its
 * last or first word. Sources of the names: the tools' own documentation and logs (Hugging Face, Lightning, Keras, Ultralytics,
 * Stable-Baselines3, fairseq, Megatron-LM, llm.c, StudioGAN, XGBoost, LightGBM ...). */
#include "role.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 12, WORD_BYTES = 32 };
struct words {
    char at[WORDS_MAX][WORD_BYTES];
    int n;
};
enum split { SPLIT_NONE, SPLIT_TRAIN, SPLIT_EVAL };
enum how { WHOLE, LAST, FIRST };

struct row {
    const char *words;
    enum how how;
    enum role train, eval;
    enum better better;
    bool bounded;
    const char *metric, *unit;
};
#define SCORE_UP(words, how, bounded)                                                                                            \
    {                                                                                                                            \
        words, how, ROLE_SCORE_TRAIN, ROLE_SCORE_EVAL, BETTER_HIGHER, bounded, NULL, ""                                          \
    }
#define SCORE_DOWN(words, how)                                                                                                   \
    {                                                                                                                            \
        words, how, ROLE_SCORE_TRAIN, ROLE_SCORE_EVAL, BETTER_LOWER, false, NULL, ""                                             \
    }
#define EVAL_UP(words, how, bounded)                                                                                             \
    {                                                                                                                            \
        words, how, ROLE_SCORE_EVAL, ROLE_SCORE_EVAL, BETTER_HIGHER, bounded, NULL, ""                                           \
    }
#define EVAL_DOWN(words, how)                                                                                                    \
    {                                                                                                                            \
        words, how, ROLE_SCORE_EVAL, ROLE_SCORE_EVAL, BETTER_LOWER, false, NULL, ""                                              \
    }
#define SAME(words, how, role, better)                                                                                           \
    {                                                                                                                            \
        words, how, role, role, better, false, "", ""                                                                            \
    }
#define UNIT(words, how, role, unit)                                                                                             \
    {                                                                                                                            \
        words, how, role, role, BETTER_UNKNOWN, false, "", unit                                                                  \
    }

static const struct row rows[] = {
    /* whole names first: the surest */
    {"loss", WHOLE, ROLE_LOSS_TRAIN, ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss", ""},
    {"lm loss", WHOLE, ROLE_LOSS_TRAIN, ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss", ""},
    {"lm loss value", WHOLE, ROLE_LOSS_EVAL, ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss", ""},
    {"total loss", WHOLE, ROLE_LOSS_TRAIN, ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss", ""},
    {"avg loss", WHOLE, ROLE_LOSS_TRAIN, ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss", ""},
    {"average loss", WHOLE, ROLE_LOSS_TRAIN, ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss", ""},
    {"global avg loss", WHOLE, ROLE_LOSS_TRAIN, ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss", ""},
    {"loss metrics global avg loss", WHOLE, ROLE_LOSS_TRAIN, ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss", ""},
    {"running loss", WHOLE, ROLE_LOSS_TRAIN, ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss", ""},
    {"trl", WHOLE, ROLE_LOSS_TRAIN, ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss", ""},
    {"tel", WHOLE, ROLE_LOSS_EVAL, ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss", ""},
    {"objective", WHOLE, ROLE_LOSS_TRAIN, ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss", ""},
    {"ctc loss", WHOLE, ROLE_LOSS_TRAIN, ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss", ""},
    {"cost", WHOLE, ROLE_LOSS_TRAIN, ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss", ""},
    {"learn", WHOLE, ROLE_LOSS_TRAIN, ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss", ""},
    {"nll", WHOLE, ROLE_LOSS_TRAIN, ROLE_LOSS_EVAL, BETTER_LOWER, false, "nll", ""},
    {"logloss", WHOLE, ROLE_LOSS_TRAIN, ROLE_LOSS_EVAL, BETTER_LOWER, false, "logloss", ""},
    {"mlogloss", WHOLE, ROLE_LOSS_TRAIN, ROLE_LOSS_EVAL, BETTER_LOWER, false, "logloss", ""},
    {"binary logloss", WHOLE, ROLE_LOSS_TRAIN, ROLE_LOSS_EVAL, BETTER_LOWER, false, "logloss", ""},
    {"multi logloss", WHOLE, ROLE_LOSS_TRAIN, ROLE_LOSS_EVAL, BETTER_LOWER, false, "logloss", ""},
    {"cross entropy", WHOLE, ROLE_LOSS_TRAIN, ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss", ""},
    {"crossentropy", WHOLE, ROLE_LOSS_TRAIN, ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss", ""},
    {"multiclass", WHOLE, ROLE_LOSS_PART, ROLE_LOSS_EVAL, BETTER_LOWER, false, NULL, ""}, /* CatBoost */
    /* what a booster is trained by; without a split in the name it may be a penalty or one of several scores */
    {"rmse", WHOLE, ROLE_LOSS_PART, ROLE_LOSS_EVAL, BETTER_LOWER, false, NULL, ""},
    {"rmsle", WHOLE, ROLE_LOSS_PART, ROLE_LOSS_EVAL, BETTER_LOWER, false, NULL, ""},
    {"l2", WHOLE, ROLE_LOSS_PART, ROLE_LOSS_EVAL, BETTER_LOWER, false, NULL, ""},

    SAME("discriminator loss", WHOLE, ROLE_LOSS_DISCRIMINATOR, BETTER_UNKNOWN),
    SAME("disc loss", WHOLE, ROLE_LOSS_DISCRIMINATOR, BETTER_UNKNOWN),
    SAME("d loss", WHOLE, ROLE_LOSS_DISCRIMINATOR, BETTER_UNKNOWN),
    SAME("loss d", WHOLE, ROLE_LOSS_DISCRIMINATOR, BETTER_UNKNOWN),
    SAME("loss disc", WHOLE, ROLE_LOSS_DISCRIMINATOR, BETTER_UNKNOWN),
    SAME("errd", WHOLE, ROLE_LOSS_DISCRIMINATOR, BETTER_UNKNOWN),
    SAME("dis loss", WHOLE, ROLE_LOSS_DISCRIMINATOR, BETTER_UNKNOWN),
    SAME("loss discriminator", WHOLE, ROLE_LOSS_DISCRIMINATOR, BETTER_UNKNOWN),
    SAME("generator loss", WHOLE, ROLE_LOSS_GENERATOR, BETTER_UNKNOWN),
    SAME("gen loss", WHOLE, ROLE_LOSS_GENERATOR, BETTER_UNKNOWN),
    SAME("g loss", WHOLE, ROLE_LOSS_GENERATOR, BETTER_UNKNOWN),
    SAME("loss g", WHOLE, ROLE_LOSS_GENERATOR, BETTER_UNKNOWN),
    SAME("loss gen", WHOLE, ROLE_LOSS_GENERATOR, BETTER_UNKNOWN),
    SAME("errg", WHOLE, ROLE_LOSS_GENERATOR, BETTER_UNKNOWN),
    SAME("loss generator", WHOLE, ROLE_LOSS_GENERATOR, BETTER_UNKNOWN),
    SAME("g gan", WHOLE, ROLE_LOSS_GENERATOR, BETTER_UNKNOWN),

    SAME("grad norm", WHOLE, ROLE_GRAD_NORM, BETTER_UNKNOWN),
    SAME("gnorm", WHOLE, ROLE_GRAD_NORM, BETTER_UNKNOWN),
    SAME("gradient norm", WHOLE, ROLE_GRAD_NORM, BETTER_UNKNOWN),
    SAME("gradnorm", WHOLE, ROLE_GRAD_NORM, BETTER_UNKNOWN),
    SAME("total norm", WHOLE, ROLE_GRAD_NORM, BETTER_UNKNOWN),
    SAME("norm", WHOLE, ROLE_GRAD_NORM, BETTER_UNKNOWN),
    SAME("global grad norm", WHOLE, ROLE_GRAD_NORM, BETTER_UNKNOWN),
    SAME("grad 2 0 norm total", WHOLE, ROLE_GRAD_NORM, BETTER_UNKNOWN),
    SAME("grad norm total", WHOLE, ROLE_GRAD_NORM, BETTER_UNKNOWN),
    SAME("actor grad norm", WHOLE, ROLE_GRAD_NORM, BETTER_UNKNOWN),

    SAME("lr", WHOLE, ROLE_LEARNING_RATE, BETTER_UNKNOWN),
    SAME("learning rate", WHOLE, ROLE_LEARNING_RATE, BETTER_UNKNOWN),
    SAME("adjusted lr", WHOLE, ROLE_LEARNING_RATE, BETTER_UNKNOWN),
    SAME("actor lr", WHOLE, ROLE_LEARNING_RATE, BETTER_UNKNOWN),
    SAME("lr", FIRST, ROLE_LEARNING_RATE, BETTER_UNKNOWN),
    SAME("samples lr", WHOLE, ROLE_LEARNING_RATE, BETTER_UNKNOWN),
    SAME("loss scale", WHOLE, ROLE_LOSS_SCALE, BETTER_UNKNOWN),
    SAME("samples loss scale", WHOLE, ROLE_LOSS_SCALE, BETTER_UNKNOWN),

    SAME("grad scale", WHOLE, ROLE_LOSS_SCALE, BETTER_UNKNOWN),
    SAME("grad scaler scale", WHOLE, ROLE_LOSS_SCALE, BETTER_UNKNOWN),
    SAME("scaler scale", WHOLE, ROLE_LOSS_SCALE, BETTER_UNKNOWN),
    SAME("amp scale", WHOLE, ROLE_LOSS_SCALE, BETTER_UNKNOWN),
    SAME("clip", WHOLE, ROLE_CLIPPED_SHARE, BETTER_UNKNOWN), /* fairseq: per cent of the updates */
    SAME("grad clip fraction", WHOLE, ROLE_CLIPPED_SHARE, BETTER_UNKNOWN),
    SAME("grad clipped", WHOLE, ROLE_CLIPPED_SHARE, BETTER_UNKNOWN),
    SAME("grad clipped share", WHOLE, ROLE_CLIPPED_SHARE, BETTER_UNKNOWN),

    SAME("r", WHOLE, ROLE_RETURN, BETTER_HIGHER),
    SAME("reward", WHOLE, ROLE_RETURN, BETTER_HIGHER),
    SAME("return", WHOLE, ROLE_RETURN, BETTER_HIGHER),
    SAME("episode reward", WHOLE, ROLE_RETURN, BETTER_HIGHER),
    SAME("episode return", WHOLE, ROLE_RETURN, BETTER_HIGHER),
    SAME("episodic return", WHOLE, ROLE_RETURN, BETTER_HIGHER),
    SAME("charts episodic return", WHOLE, ROLE_RETURN, BETTER_HIGHER),
    SAME("ep rew mean", WHOLE, ROLE_RETURN, BETTER_HIGHER),
    SAME("ep reward mean", WHOLE, ROLE_RETURN, BETTER_HIGHER),
    SAME("mean reward", WHOLE, ROLE_RETURN, BETTER_HIGHER),
    SAME("avg reward", WHOLE, ROLE_RETURN, BETTER_HIGHER),
    SAME("average reward", WHOLE, ROLE_RETURN, BETTER_HIGHER),
    SAME("mean 100 episode reward", WHOLE, ROLE_RETURN, BETTER_HIGHER),
    SAME("mean episode reward", WHOLE, ROLE_RETURN, BETTER_HIGHER),
    SAME("episode reward mean", WHOLE, ROLE_RETURN, BETTER_HIGHER),
    SAME("mean return", WHOLE, ROLE_RETURN, BETTER_HIGHER),
    SAME("rewards mean", WHOLE, ROLE_RETURN, BETTER_HIGHER),
    SAME("critic rewards mean", WHOLE, ROLE_RETURN, BETTER_HIGHER),
    SAME("rlhf reward", WHOLE, ROLE_RETURN, BETTER_HIGHER),
    SAME("averageepret", WHOLE, ROLE_RETURN, BETTER_HIGHER),
    SAME("l", WHOLE, ROLE_EPISODE_LENGTH, BETTER_UNKNOWN),
    SAME("ep len mean", WHOLE, ROLE_EPISODE_LENGTH, BETTER_UNKNOWN),
    SAME("episode length", WHOLE, ROLE_EPISODE_LENGTH, BETTER_UNKNOWN),
    SAME("entropy", WHOLE, ROLE_ENTROPY, BETTER_UNKNOWN),
    SAME("entropy loss", WHOLE, ROLE_ENTROPY, BETTER_UNKNOWN),
    SAME("policy entropy", WHOLE, ROLE_ENTROPY, BETTER_UNKNOWN),
    SAME("actor entropy", WHOLE, ROLE_ENTROPY, BETTER_UNKNOWN),
    SAME("kl", WHOLE, ROLE_KL_REFERENCE, BETTER_UNKNOWN),
    SAME("kl loss", WHOLE, ROLE_KL_REFERENCE, BETTER_UNKNOWN),
    SAME("actor kl loss", WHOLE, ROLE_KL_REFERENCE, BETTER_UNKNOWN),
    SAME("approxkl", WHOLE, ROLE_KL, BETTER_UNKNOWN),
    SAME("policy approxkl avg", WHOLE, ROLE_KL, BETTER_UNKNOWN),
    SAME("approx kl", WHOLE, ROLE_KL, BETTER_UNKNOWN),
    SAME("ppo kl", WHOLE, ROLE_KL, BETTER_UNKNOWN),
    SAME("actor ppo kl", WHOLE, ROLE_KL, BETTER_UNKNOWN),
    SAME("value loss", WHOLE, ROLE_LOSS_VALUE, BETTER_UNKNOWN),
    SAME("critic loss", WHOLE, ROLE_LOSS_VALUE, BETTER_UNKNOWN),
    SAME("vf loss", WHOLE, ROLE_LOSS_VALUE, BETTER_UNKNOWN),
    SAME("critic vf loss", WHOLE, ROLE_LOSS_VALUE, BETTER_UNKNOWN),
    SAME("value function loss", WHOLE, ROLE_LOSS_VALUE, BETTER_UNKNOWN),
    SAME("loss value avg", WHOLE, ROLE_LOSS_VALUE, BETTER_UNKNOWN),
    SAME("loss policy avg", WHOLE, ROLE_LOSS_POLICY, BETTER_UNKNOWN),
    SAME("policy entropy avg", WHOLE, ROLE_ENTROPY, BETTER_UNKNOWN),
    SAME("mean entropy", WHOLE, ROLE_ENTROPY, BETTER_UNKNOWN),
    SAME("qf loss", WHOLE, ROLE_LOSS_VALUE, BETTER_UNKNOWN),
    SAME("policy loss", WHOLE, ROLE_LOSS_POLICY, BETTER_UNKNOWN),
    SAME("policy gradient loss", WHOLE, ROLE_LOSS_POLICY, BETTER_UNKNOWN),
    SAME("pg loss", WHOLE, ROLE_LOSS_POLICY, BETTER_UNKNOWN),
    SAME("actor loss", WHOLE, ROLE_LOSS_POLICY, BETTER_UNKNOWN),
    SAME("actor pg loss", WHOLE, ROLE_LOSS_POLICY, BETTER_UNKNOWN),
    SAME("explained variance", WHOLE, ROLE_EXPLAINED_VARIANCE, BETTER_HIGHER),

    EVAL_DOWN("fid", WHOLE),
    EVAL_DOWN("fid score", WHOLE),
    EVAL_DOWN("kid", WHOLE),
    EVAL_UP("inception score", WHOLE, false),
    EVAL_UP("is", WHOLE, false),
    EVAL_UP("f 8 score", WHOLE, true),
    EVAL_UP("f 1 8 score", WHOLE, true),
    EVAL_UP("modes covered", WHOLE, false),
    SCORE_DOWN("wer", LAST),
    SCORE_DOWN("cer", LAST),
    SCORE_DOWN("ppl", LAST),
    SCORE_DOWN("perplexity", LAST),
    SCORE_DOWN("rmse", LAST),
    SCORE_DOWN("mae", LAST),
    SCORE_DOWN("mse", LAST),
    SCORE_DOWN("error", WHOLE),
    SCORE_DOWN("merror", WHOLE),
    SCORE_DOWN("l1", WHOLE),
    SCORE_DOWN("bpb", LAST),
    SCORE_DOWN("bpc", LAST),
    SCORE_UP("accuracy", LAST, true),
    SCORE_UP("acc", LAST, true),
    SCORE_UP("accuracy", FIRST, true),
    SCORE_UP("acc", FIRST, true),
    SCORE_UP("accuracies", LAST, true),
    SCORE_UP("top1", LAST, true),
    SCORE_UP("top5", LAST, true),
    SCORE_UP("bleu", LAST, false),
    SCORE_UP("map", LAST, true),
    SCORE_UP("map50", FIRST, true),
    SCORE_UP("map50", LAST, true),
    SCORE_UP("mean average precision", WHOLE, true),
    SCORE_UP("precision", LAST, true),
    SCORE_UP("recall", LAST, true),
    SCORE_UP("precision", FIRST, true),
    SCORE_UP("recall", FIRST, true),
    SCORE_UP("f1", LAST, true),
    SCORE_UP("f1 score", WHOLE, true),
    SCORE_UP("auc", LAST, true),
    SCORE_UP("ssim", LAST, true),
    SCORE_UP("psnr", LAST, false),
    SCORE_UP("iou", LAST, true),
    SCORE_UP("miou", LAST, true),
    SCORE_UP("dice", LAST, true),
    SCORE_UP("mcc", LAST, false),
    SCORE_UP("rouge1", LAST, false),
    SCORE_UP("rougel", LAST, false),
    SCORE_UP("meteor", LAST, false),
    SCORE_UP("ndcg", LAST, true),
    SCORE_UP("r2", LAST, false),
    SCORE_UP("margins", LAST, false),

    UNIT("tokens per second", WHOLE, ROLE_THROUGHPUT, "tokens/s"),
    UNIT("tokens per sec", WHOLE, ROLE_THROUGHPUT, "tokens/s"),
    UNIT("tokens per second per gpu", WHOLE, ROLE_THROUGHPUT, "tokens/s"),
    UNIT("tps", WHOLE, ROLE_THROUGHPUT, "tokens/s"),
    UNIT("wps", WHOLE, ROLE_THROUGHPUT, "words/s"),
    UNIT("ups", WHOLE, ROLE_THROUGHPUT, "updates/s"),
    UNIT("samples per second", LAST, ROLE_THROUGHPUT, "samples/s"),
    UNIT("fps", WHOLE, ROLE_THROUGHPUT, "frames/s"),
    UNIT("it s", WHOLE, ROLE_THROUGHPUT, "steps/s"),
    UNIT("runningavgsamplespersec", WHOLE, ROLE_THROUGHPUT, "samples/s"),
    UNIT("mfu", WHOLE, ROLE_THROUGHPUT, "%"),
    UNIT("tflops", WHOLE, ROLE_THROUGHPUT, "TFLOP/s"),
    UNIT("step time", WHOLE, ROLE_STEP_TIME, "s"),
    UNIT("step avg", WHOLE, ROLE_STEP_TIME, "ms"),
    UNIT("ms batch", WHOLE, ROLE_STEP_TIME, "ms"),
    UNIT("elapsed time per iteration ms", WHOLE, ROLE_STEP_TIME, "ms"),
    UNIT("batch time", WHOLE, ROLE_STEP_TIME, "s"),
    UNIT("iter time", WHOLE, ROLE_STEP_TIME, "s"),
    UNIT("end to end", WHOLE, ROLE_STEP_TIME, "s"),
    UNIT("data time", WHOLE, ROLE_DATA_TIME, "s"),
    UNIT("data loading", WHOLE, ROLE_DATA_TIME, "s"),
    UNIT("data loading time", WHOLE, ROLE_DATA_TIME, "s"),
    UNIT("dataload time", WHOLE, ROLE_DATA_TIME, "s"),
    UNIT("dataloader time", WHOLE, ROLE_DATA_TIME, "s"),
    UNIT("data wait", WHOLE, ROLE_DATA_TIME, "s"),
    UNIT("data wait time", WHOLE, ROLE_DATA_TIME, "s"),
    UNIT("gpu util", WHOLE, ROLE_UTILISATION, "%"),
    UNIT("gpu utilization", WHOLE, ROLE_UTILISATION, "%"),
    UNIT("gpu usage", WHOLE, ROLE_UTILISATION, "%"),
    UNIT("system gpu 0 gpu", WHOLE, ROLE_UTILISATION, "%"),
    UNIT("gpu 0 gpu", WHOLE, ROLE_UTILISATION, "%"),
    {"tp", WHOLE, ROLE_CONFUSION, ROLE_CONFUSION, BETTER_UNKNOWN, false, "tp", ""},
    {"fp", WHOLE, ROLE_CONFUSION, ROLE_CONFUSION, BETTER_UNKNOWN, false, "fp", ""},
    {"tn", WHOLE, ROLE_CONFUSION, ROLE_CONFUSION, BETTER_UNKNOWN, false, "tn", ""},
    {"fn", WHOLE, ROLE_CONFUSION, ROLE_CONFUSION, BETTER_UNKNOWN, false, "fn", ""},
    {"true positives", WHOLE, ROLE_CONFUSION, ROLE_CONFUSION, BETTER_UNKNOWN, false, "tp", ""},
    {"false positives", WHOLE, ROLE_CONFUSION, ROLE_CONFUSION, BETTER_UNKNOWN, false, "fp", ""},
    {"true negatives", WHOLE, ROLE_CONFUSION, ROLE_CONFUSION, BETTER_UNKNOWN, false, "tn", ""},
    {"false negatives", WHOLE, ROLE_CONFUSION, ROLE_CONFUSION, BETTER_UNKNOWN, false, "fn", ""},
    UNIT("predicted classes", LAST, ROLE_PREDICTION_SPREAD, "classes"),
    UNIT("unique predictions", LAST, ROLE_PREDICTION_SPREAD, "classes"),
    UNIT("distinct predictions", LAST, ROLE_PREDICTION_SPREAD, "classes"),
    UNIT("unique preds", LAST, ROLE_PREDICTION_SPREAD, "classes"),
    UNIT("prediction entropy", WHOLE, ROLE_PREDICTION_SPREAD, "nats"),
    UNIT("pred entropy", WHOLE, ROLE_PREDICTION_SPREAD, "nats"),
    UNIT("predicted class entropy", WHOLE, ROLE_PREDICTION_SPREAD, "nats"),
    UNIT("top class share", WHOLE, ROLE_PREDICTION_SPREAD, "share"),
    UNIT("majority prediction share", WHOLE, ROLE_PREDICTION_SPREAD, "share"),
    UNIT("distinct 1", LAST, ROLE_DIVERSITY, "distinct"),
    UNIT("distinct 2", LAST, ROLE_DIVERSITY, "distinct"),
    UNIT("distinct n", LAST, ROLE_DIVERSITY, "distinct"),
    UNIT("dist 1", LAST, ROLE_DIVERSITY, "distinct"),
    UNIT("dist 2", LAST, ROLE_DIVERSITY, "distinct"),
    UNIT("unique token ratio", LAST, ROLE_DIVERSITY, "distinct"),
    UNIT("type token ratio", LAST, ROLE_DIVERSITY, "distinct"),
    UNIT("repeat share", LAST, ROLE_DIVERSITY, "repeated"),
    UNIT("repetition", LAST, ROLE_DIVERSITY, "repeated"),
    UNIT("repetition rate", LAST, ROLE_DIVERSITY, "repeated"),
    UNIT("rep 2", LAST, ROLE_DIVERSITY, "repeated"),
    UNIT("rep 4", LAST, ROLE_DIVERSITY, "repeated"),
    UNIT("seq rep 4", LAST, ROLE_DIVERSITY, "repeated"),
    UNIT("completions clipped ratio", LAST, ROLE_DIVERSITY, "endless"),
    UNIT("peak mem", WHOLE, ROLE_MEMORY, ""),
    UNIT("peak memory", FIRST, ROLE_MEMORY, ""),
    UNIT("gpu memory", FIRST, ROLE_MEMORY, ""),
    UNIT("cuda memory", FIRST, ROLE_MEMORY, ""),
    UNIT("cpu memory", FIRST, ROLE_MEMORY, ""),
    UNIT("host memory", FIRST, ROLE_MEMORY, ""),
    UNIT("process memory", FIRST, ROLE_MEMORY, ""),
    UNIT("max memory allocated", FIRST, ROLE_MEMORY, ""),
    UNIT("mem allocated", FIRST, ROLE_MEMORY, ""),
    UNIT("rss mb", WHOLE, ROLE_MEMORY, ""),
    UNIT("rss gb", WHOLE, ROLE_MEMORY, ""),
    UNIT("memory rssmb", LAST, ROLE_MEMORY, "MB"),
    UNIT("gpu 0 memoryallocatedbytes", LAST, ROLE_MEMORY, "bytes"),
    UNIT("memory", FIRST, ROLE_MEMORY, ""),
    UNIT("gpu mem", WHOLE, ROLE_MEMORY, ""),
    UNIT("max mem", WHOLE, ROLE_MEMORY, ""),
    UNIT("memallocated", WHOLE, ROLE_MEMORY, ""),

    UNIT("epoch", WHOLE, ROLE_PROGRESS, ""),
    UNIT("step", WHOLE, ROLE_PROGRESS, ""),
    UNIT("num examples", WHOLE, ROLE_PROGRESS, ""),
    UNIT("samples", WHOLE, ROLE_PROGRESS, ""),
    UNIT("consumed samples", WHOLE, ROLE_PROGRESS, ""),
    UNIT("duration", LAST, ROLE_PROGRESS, "s"),
    UNIT("runtime", LAST, ROLE_PROGRESS, "s"),
    UNIT("time", LAST, ROLE_PROGRESS, ""),
    UNIT("steps", LAST, ROLE_PROGRESS, ""),
    UNIT("num tokens", WHOLE, ROLE_PROGRESS, ""),
    UNIT("iterations", LAST, ROLE_PROGRESS, ""),
    UNIT("timesteps", LAST, ROLE_PROGRESS, ""),
    /* a term of the loss: any other name that starts or ends with loss */
    {"loss", LAST, ROLE_LOSS_PART, ROLE_LOSS_EVAL, BETTER_LOWER, false, NULL, ""},
    {"loss", FIRST, ROLE_LOSS_PART, ROLE_LOSS_EVAL, BETTER_LOWER, false, NULL, ""},
    {"ploss", FIRST, ROLE_LOSS_PART, ROLE_LOSS_EVAL, BETTER_LOWER, false, NULL, ""},
};

static const char *const train_words[] = {"train", "training", "tr", "learn", NULL}; /* learn: CatBoost */
static const char *const eval_words[] = {"val", "valid", "validation", "eval", "evaluation", "test", "dev", "heldout", NULL};
static const char *const first_places[] = {"metrics", "metric", "epoch",   "rollout", "objective",
                                           "losses",  "charts", "samples", "time",    NULL};
static const char *const last_places[] = {"epoch", "step", NULL};
/* Names that hold a known word and mean something else: a restated best, an extreme, a counter, another tool's verdict. */
static const char *const refused_words[] = {"best",     "min",      "max", "num",    "count",  "std", "runtime", "oscillation",
                                            "decrease", "increase", "gap", "target", "weight", "var", NULL};

static void cut(const char *name, struct words *w)
{
    size_t at = 0;
    w->n = 0;
    for (const char *p = name; w->n < WORDS_MAX; p++) {
        if (isalnum((unsigned char)*p)) {
            if (at + 1 < WORD_BYTES) w->at[w->n][at++] = (char)tolower((unsigned char)*p);
            continue;
        }
        if (at) w->at[w->n++][at] = 0, at = 0;
        if (!*p || *p == '(') break; /* "memory(GiB)", "precision(B)": the unit or class is no part of the name */
    }
}

static bool among(const char *const *list, const char *word)
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
    return among(eval_words, stem);
}

static void drop(struct words *w, int at)
{
    memmove(w->at[at], w->at[at + 1], (size_t)(w->n - at - 1) * WORD_BYTES);
    w->n--;
}

/* Take the split off: it stands first ("val_loss", "eval/loss") or, in some tools, second or last ("loss/train"). */
static enum split take_split(struct words *w)
{
    for (int i = 0; i < w->n; i++) {
        bool train = among(train_words, w->at[i]), eval = is_eval(w->at[i]);
        if (!train && !eval) continue;
        if (w->n > 1) drop(w, i);
        if (eval && i < w->n && w->n > 1 && strspn(w->at[i], "0123456789") == strlen(w->at[i])) drop(w, i); /* valid_0 */
        if (i < w->n && w->n > 1 && strcmp(w->at[i], "s") == 0) drop(w, i);                                 /* valid_0's */
        return train ? SPLIT_TRAIN : SPLIT_EVAL;
    }
    return SPLIT_NONE;
}

/* Returns whether the name said "metrics/", which tools use for evaluations. */
static bool take_places(struct words *w)
{
    bool metrics = false;
    while (w->n > 1 && among(first_places, w->at[0])) {
        metrics = metrics || strcmp(w->at[0], "metrics") == 0;
        drop(w, 0);
    }
    while (w->n > 1 && among(last_places, w->at[w->n - 1])) w->n--;
    return metrics;
}

static void spell(const struct words *w, int from, int to, char *out, size_t size)
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

static bool fits(const struct row *r, const char *whole)
{
    size_t n = strlen(r->words), m = strlen(whole);
    if (r->how == WHOLE || m <= n) return strcmp(r->words, whole) == 0;
    if (r->how == FIRST) return strncmp(whole, r->words, n) == 0 && whole[n] == ' ';
    return strcmp(whole + m - n, r->words) == 0 && whole[m - n - 1] == ' ';
}

/* "grad_norm/layers.0", "grad_2.0_norm/fc1.weight", "gradients/encoder": one layer's norm. */
static bool is_grad_part(const struct words *w, int *part)
{
    bool grad =
        w->n > 1 && (strcmp(w->at[0], "grad") == 0 || strcmp(w->at[0], "gradient") == 0 || strcmp(w->at[0], "gradients") == 0);
    for (int i = 1; grad && i < w->n && i < 4; i++)
        if (strcmp(w->at[i], "norm") == 0 && i + 1 < w->n) return *part = i + 1, strcmp(w->at[i + 1], "total") != 0;
    if (grad && strcmp(w->at[0], "gradients") == 0) return *part = 1, true;
    return false;
}

static int count_words(const char *words)
{
    int n = 1;
    for (; *words; words++) n += *words == ' ';
    return n;
}

/* What is logged of the weights and units, of the whole model or of the part that stands behind: "weight_norm/fc1". */
static const struct {
    const char *words;
    enum role whole, part;
} parted[] = {
    {"weight norm", ROLE_WEIGHT_NORM, ROLE_WEIGHT_PART},
    {"weights norm", ROLE_WEIGHT_NORM, ROLE_WEIGHT_PART},
    {"param norm", ROLE_WEIGHT_NORM, ROLE_WEIGHT_PART},
    {"params norm", ROLE_WEIGHT_NORM, ROLE_WEIGHT_PART},
    {"parameter norm", ROLE_WEIGHT_NORM, ROLE_WEIGHT_PART},
    {"update ratio", ROLE_UPDATE_RATIO, ROLE_UPDATE_RATIO},
    {"update to weight ratio", ROLE_UPDATE_RATIO, ROLE_UPDATE_RATIO},
    {"update to weight", ROLE_UPDATE_RATIO, ROLE_UPDATE_RATIO},
    {"update weight ratio", ROLE_UPDATE_RATIO, ROLE_UPDATE_RATIO},
    {"update param ratio", ROLE_UPDATE_RATIO, ROLE_UPDATE_RATIO},
    {"dead units", ROLE_DEAD_SHARE, ROLE_DEAD_SHARE},
    {"dead neurons", ROLE_DEAD_SHARE, ROLE_DEAD_SHARE},
    {"dead relu", ROLE_DEAD_SHARE, ROLE_DEAD_SHARE},
    {"dead relus", ROLE_DEAD_SHARE, ROLE_DEAD_SHARE},
    {"dead share", ROLE_DEAD_SHARE, ROLE_DEAD_SHARE},
    {"dead fraction", ROLE_DEAD_SHARE, ROLE_DEAD_SHARE},
    {"activation sparsity", ROLE_ZERO_SHARE, ROLE_ZERO_SHARE},
};

static bool is_parted(const struct words *w, struct role_match *m)
{
    char whole[sizeof m->metric];
    spell(w, 0, w->n, whole, sizeof whole);
    for (size_t i = 0; i < sizeof parted / sizeof *parted; i++) {
        size_t n = strlen(parted[i].words);
        if (strncmp(whole, parted[i].words, n) != 0 || (whole[n] && whole[n] != ' ')) continue;
        m->role = whole[n] ? parted[i].part : parted[i].whole;
        snprintf(m->metric, sizeof m->metric, "%s", parted[i].words);
        spell(w, count_words(parted[i].words), w->n, m->part, sizeof m->part);
        return true;
    }
    return false;
}

/* A number of a histogram, or of a table of tensors: "fc1.weight/max", "parameters/fc1.bias/mean", "activations/relu1/zero_share".
 * Those of gradients are no norms, and are left alone. Returns false where the name is none. */
static bool is_statistic(const struct words *w, struct role_match *m)
{
    static const char *const gradients[] = {"grad", "grads", "gradient", "gradients", NULL};
    static const char *const firsts[] = {"weight", "weights", "param", "params", "parameter", "parameters", NULL};
    static const char *const lasts[] = {"weight", "weights", "kernel", "kernels", NULL};
    static const char *const units[] = {"activation", "activations", "act", "acts", "relu", NULL};
    static const char *const extremes[] = {"min", "max", NULL};
    int n = w->n - 1;
    const char *what = n > 0 ? w->at[n] : "";
    bool zeros = n > 1 && strcmp(what, "share") == 0 && strcmp(w->at[n - 1], "zero") == 0, mean = strcmp(what, "mean") == 0;
    if (!zeros && !mean && !among(extremes, what)) return false;
    n -= zeros;
    n -= n > 1 && strcmp(w->at[n - 1], "histogram") == 0; /* Keras */
    for (int i = 0; i < n; i++)
        if (among(gradients, w->at[i])) return true;
    int last = n > 1 && strspn(w->at[n - 1], "0123456789") == strlen(w->at[n - 1]) ? n - 2 : n - 1; /* kernel_0 */
    bool weights = n > 1 && (among(firsts, w->at[0]) || among(lasts, w->at[last]));
    if (zeros && n > 1 && among(units, w->at[0])) m->role = ROLE_ZERO_SHARE;
    if (weights && !zeros) m->role = mean ? ROLE_WEIGHT_MEAN : ROLE_WEIGHT_PART;
    if (m->role == ROLE_NONE) return weights;
    snprintf(m->metric, sizeof m->metric, "%s %s", zeros ? "activation" : "weight", zeros ? "zeros" : what);
    spell(w, among(firsts, w->at[0]) || among(units, w->at[0]), n, m->part, sizeof m->part);
    return true;
}

static bool refused(const struct words *w, int role_words)
{
    for (int i = 0; i < w->n; i++)
        if (among(refused_words, w->at[i]) && w->n > role_words) return true;
    return false;
}

struct role_match role_of(const char *name)
{
    struct role_match m = {.unit = ""};
    struct words w;
    char whole[sizeof m.metric];
    int part = 0;
    cut(name, &w);
    if (!w.n || is_statistic(&w, &m)) return m;
    if (is_grad_part(&w, &part)) {
        m.role = ROLE_GRAD_PART;
        spell(&w, part, w.n, m.part, sizeof m.part);
        return m;
    }
    enum split split = take_split(&w);
    if (take_places(&w) && split == SPLIT_NONE) split = SPLIT_EVAL;
    if (is_parted(&w, &m)) return m;
    spell(&w, 0, w.n, whole, sizeof whole);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *r = &rows[i];
        if (!fits(r, whole)) continue;
        if (r->how != WHOLE && refused(&w, count_words(r->words))) return m;
        m.role = split == SPLIT_EVAL ? r->eval : r->train;
        if (m.role == ROLE_LOSS_PART && split == SPLIT_TRAIN) m.role = ROLE_LOSS_TRAIN;
        m.better = r->better;
        m.bounded = r->bounded;
        m.unit = r->unit;
        if (r->better != BETTER_UNKNOWN || (r->metric && *r->metric))
            snprintf(m.metric, sizeof m.metric, "%s", r->metric ? r->metric : whole);
        return m;
    }
    return m;
}

static const char *const names[ROLE_COUNT] = {[ROLE_NONE] = "none",
                                              [ROLE_LOSS_TRAIN] = "loss_train",
                                              [ROLE_LOSS_EVAL] = "loss_eval",
                                              [ROLE_LOSS_PART] = "loss_part",
                                              [ROLE_LOSS_GENERATOR] = "loss_generator",
                                              [ROLE_LOSS_DISCRIMINATOR] = "loss_discriminator",
                                              [ROLE_SCORE_TRAIN] = "score_train",
                                              [ROLE_SCORE_EVAL] = "score_eval",
                                              [ROLE_RETURN] = "return",
                                              [ROLE_EPISODE_LENGTH] = "episode_length",
                                              [ROLE_GRAD_NORM] = "grad_norm",
                                              [ROLE_GRAD_PART] = "grad_part",
                                              [ROLE_LEARNING_RATE] = "learning_rate",
                                              [ROLE_LOSS_SCALE] = "loss_scale",
                                              [ROLE_ENTROPY] = "entropy",
                                              [ROLE_KL] = "kl",
                                              [ROLE_LOSS_VALUE] = "loss_value",
                                              [ROLE_LOSS_POLICY] = "loss_policy",
                                              [ROLE_EXPLAINED_VARIANCE] = "explained_variance",
                                              [ROLE_THROUGHPUT] = "throughput",
                                              [ROLE_STEP_TIME] = "step_time",
                                              [ROLE_MEMORY] = "memory",
                                              [ROLE_DATA_TIME] = "data_time",
                                              [ROLE_UTILISATION] = "utilisation",
                                              [ROLE_CONFUSION] = "confusion",
                                              [ROLE_PREDICTION_SPREAD] = "prediction_spread",
                                              [ROLE_DIVERSITY] = "diversity",
                                              [ROLE_KL_REFERENCE] = "kl_reference",
                                              [ROLE_CLIPPED_SHARE] = "clipped_share",
                                              [ROLE_WEIGHT_NORM] = "weight_norm",
                                              [ROLE_WEIGHT_PART] = "weight_part",
                                              [ROLE_WEIGHT_MEAN] = "weight_mean",
                                              [ROLE_UPDATE_RATIO] = "update_ratio",
                                              [ROLE_DEAD_SHARE] = "dead_share",
                                              [ROLE_ZERO_SHARE] = "zero_share",
                                              [ROLE_PROGRESS] = "progress",
                                              [ROLE_EVENT] = "event",
                                              [ROLE_SILENCE] = "silence"};

const char *role_name(enum role role) { return role < ROLE_COUNT ? names[role] : "none"; }

enum role role_from_name(const char *name)
{
    for (int i = 0; i < ROLE_COUNT; i++)
        if (strcmp(names[i], name) == 0) return (enum role)i;
    return ROLE_NONE;
}
