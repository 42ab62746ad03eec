/* text_environment - see text/environment.h. Lines of torch's collect_env, mmengine, Lightning, Megatron-LM, DeepSpeed, torchtitan,
 * Ultralytics, timm, and of people. */
#include "environment.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum value { VERSION, HASH, NUMBER, LINE, FIXED }; /* what has to stand behind the words */

/* Sorted by first letter, in any case. */
static const struct row {
    const char *words, *key;
    enum value value;
    const char *fixed;
} rows[] = {
    {"commit hash", "git_commit", HASH, NULL},
    {"commit", "git_commit", HASH, NULL},
    {"CUDA version", "cuda_version", VERSION, NULL},
    {"CUDA runtime version", "cuda_version", VERSION, NULL},
    {"DeepSpeed info: version", "deepspeed_version", VERSION, NULL},
    {"git commit", "git_commit", HASH, NULL},
    {"git hash", "git_commit", HASH, NULL},
    {"git sha", "git_commit", HASH, NULL},
    {"git rev", "git_commit", HASH, NULL},
    {"Global seed set to", "seed", NUMBER, NULL},
    {"GPU 0", "gpu", LINE, NULL},
    {"lightning", "lightning_version", VERSION, NULL},
    {"MMEngine", "mmengine_version", VERSION, NULL},
    {"numpy version", "numpy_version", VERSION, NULL},
    {"Python version", "python_version", VERSION, NULL},
    {"Python", "python_version", VERSION, NULL},
    {"PyTorch version", "torch_version", VERSION, NULL},
    {"pytorch-lightning", "lightning_version", VERSION, NULL},
    {"PyTorch", "torch_version", VERSION, NULL},
    {"random seed", "seed", NUMBER, NULL},
    {"revision", "git_commit", HASH, NULL},
    {"Running pytorch", "torch_version", VERSION, NULL},
    {"Seed set to", "seed", NUMBER, NULL},
    {"Setting seed", "seed", NUMBER, NULL},
    {"setting random seeds to", "seed", NUMBER, NULL},
    {"sha", "git_commit", HASH, NULL},
    {"TensorFlow version", "tensorflow_version", VERSION, NULL},
    {"torch version", "torch_version", VERSION, NULL},
    {"torch", "torch_version", VERSION, NULL},
    {"transformers version", "transformers_version", VERSION, NULL},
    {"transformers", "transformers_version", VERSION, NULL},
    {"trl", "trl_version", VERSION, NULL},
    {"Ultralytics", "ultralytics_version", VERSION, NULL},
    {"Using 16bit Automatic Mixed Precision", "precision", FIXED, "fp16"},
    {"Using 16bit native Automatic Mixed Precision", "precision", FIXED, "fp16"},
    {"Using bfloat16 Automatic Mixed Precision", "precision", FIXED, "bf16"},
    {"using torch.float16 for parameters", "precision", FIXED, "fp16"},
    {"using torch.bfloat16 for parameters", "precision", FIXED, "bf16"},
    {"using torch.float32 for parameters", "precision", FIXED, "fp32"},
    {"XGBoost version", "xgboost_version", VERSION, NULL},
};

static size_t run_of(struct span s, bool (*is)(char))
{
    size_t n = 0;
    while (n < s.n && is(s.p[n])) n++;
    return n;
}
static bool in_version(char c) { return isalnum((unsigned char)c) || c == '.' || c == '+' || c == '-'; }
static bool in_hash(char c) { return isdigit((unsigned char)c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }
static bool in_number(char c) { return isdigit((unsigned char)c) != 0; }

static bool ends(struct span s, size_t n) { return n == s.n || strchr(" ,;.)\t(", s.p[n]) != NULL; }

/* value_length - the bytes of s that are such a value; 0 when it is none. */
static size_t value_length(enum value value, struct span s)
{
    enum { HASH_MIN = 7, HASH_MAX = 40, LINE_MAX_BYTES = 80 };
    size_t n;
    switch (value) {
    case VERSION:
        n = run_of(s, in_version);
        return n && isdigit((unsigned char)s.p[0]) && memchr(s.p, '.', n) && ends(s, n) ? n : 0;
    case HASH: n = run_of(s, in_hash); return n >= HASH_MIN && n <= HASH_MAX && ends(s, n) ? n : 0;
    case NUMBER: n = run_of(s, in_number); return n && ends(s, n) ? n : 0;
    case LINE: return s.n <= LINE_MAX_BYTES ? s.n : 0;
    case FIXED: break;
    }
    return 0;
}

static bool row_fits(const struct row *r, struct text_facts *f, struct span s, const struct format_out *out)
{
    size_t n = strlen(r->words);
    if (s.n < n || strncasecmp(s.p, r->words, n) != 0) return false;
    if (r->value == FIXED) return text_fact(f, span_of(r->key), span_of(r->fixed), out), true;
    if (s.n <= n || !strchr(" :=-v", s.p[n])) return false;
    struct span value = span_from(s, n);
    while (value.n && strchr(" :=-v", value.p[0])) value = span_from(value, 1);
    n = value_length(r->value, value);
    if (n) text_fact(f, span_of(r->key), (struct span){value.p, n}, out);
    return n > 0;
}

/* banner - "Ultralytics 8.3.0 Python-3.11.4 torch-2.3.0+cu121 CUDA:0 (...)": the versions behind the first. */
static void banner(struct text_facts *f, struct span s, const struct format_out *out)
{
    static const char *const words[] = {" Python-", " torch-"};
    static const char *const keys[] = {"python_version", "torch_version"};
    for (size_t i = 0; i < 2; i++) {
        const char *at = memmem(s.p, s.n, words[i], strlen(words[i]));
        struct span value = at ? span_from(s, (size_t)(at - s.p) + strlen(words[i])) : (struct span){"", 0};
        size_t n = value_length(VERSION, value);
        if (n) text_fact(f, span_of(keys[i]), (struct span){value.p, n}, out);
    }
}

/* sizes - torchtitan: "Training starts at step 1, with local batch size 8, global batch size 64, ... total steps 1000 (warmup 200)". */
static bool sizes(struct text_facts *f, struct span s, const struct format_out *out)
{
    static const struct {
        const char *words, *key;
    } named[] = {{"local batch size ", "local_batch_size"},
                 {"global batch size ", "global_batch_size"},
                 {"gradient accumulation steps ", "gradient_accumulation_steps"},
                 {"sequence length ", "seq_len"},
                 {"total steps ", "max_steps"},
                 {"(warmup ", "warmup_steps"}};
    if (!span_has(s, named[0].words)) return false;
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        const char *at = memmem(s.p, s.n, named[i].words, strlen(named[i].words));
        struct span value = at ? span_from(s, (size_t)(at - s.p) + strlen(named[i].words)) : (struct span){"", 0};
        size_t n = value_length(NUMBER, value);
        if (n) text_fact(f, span_of(named[i].key), (struct span){value.p, n}, out);
    }
    return true;
}

bool text_environment(struct text_facts *f, struct span s, const struct format_out *out)
{
    enum { LINE_MAX_BYTES = 240 };
    while (s.n && (s.p[0] == '>' || s.p[0] == ' ')) s = span_from(s, 1);
    if (s.n < 6 || s.n > LINE_MAX_BYTES || !strchr("cdglmnprstux", s.p[0] | 0x20)) return false;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *w = rows[i].words;
        if ((w[0] | 0x20) != (s.p[0] | 0x20) || (w[1] | 0x20) != (s.p[1] | 0x20) || !row_fits(&rows[i], f, s, out)) continue;
        if (span_is(span_of(rows[i].key), "ultralytics_version")) banner(f, s, out);
        return true;
    }
    return (s.p[0] | 0x20) == 't' && sizes(f, s, out);
}
