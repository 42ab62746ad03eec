/* use - what a tensor is for, by the words of its name and by its shape.
 *
 * Names are those of torch ("layer1.0.bn2.running_var"), Keras ("dense_1/kernel:0", "layers/dense/vars/0") and JAX ("params/Dense_0/kernel").
 * Only the last words count, and only whole ones: "norm" in "layer_norm" and "LayerNorm", not "ln" in "kiln". */
#include <ctype.h>
#include <string.h>

#include "parts.h"

enum { WORD = 64, WORDS = 4 };
struct words {
    char word[WORDS][WORD]; /* the last ones, lower case, the last first */
    size_t n;
};

static bool parts(char c) { return c == '.' || c == '/'; }

static struct words words_of(const char *name)
{
    struct words w = {.n = 0};
    size_t end = strcspn(name, ":");
    while (end && w.n < WORDS) {
        size_t begin = end;
        while (begin && !parts(name[begin - 1])) begin--;
        size_t n = end - begin < WORD - 1 ? end - begin : WORD - 1;
        for (size_t i = 0; i < n; i++) w.word[w.n][i] = (char)tolower((unsigned char)name[begin + i]);
        w.word[w.n][n] = 0;
        if (n) w.n++;
        end = begin ? begin - 1 : 0;
    }
    return w;
}

static bool is(const struct words *w, size_t i, const char *word) { return i < w->n && strcmp(w->word[i], word) == 0; }
static bool has(const struct words *w, size_t i, const char *piece) { return i < w->n && strstr(w->word[i], piece); }

static bool of_norm(const struct words *w)
{
    static const char *const pieces[] = {"norm", "bn", "ln_", "_ln"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        if (has(w, 1, pieces[i])) return true;
    return is(w, 1, "ln") || is(w, 1, "ln1") || is(w, 1, "ln2");
}

static bool is_embedding(const struct words *w)
{
    static const char *const pieces[] = {"embed", "emb_", "_emb", "lookup", "codebook"};
    static const char *const whole[] = {"wte", "wpe", "emb", "shared", "tok", "relative_attention_bias"};
    for (size_t word = 0; word < 2; word++) {
        for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
            if (has(w, word, pieces[i])) return true;
        for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
            if (is(w, word, whole[i])) return true;
    }
    return false;
}

enum tensor_use checkup_use(const char *name, uint32_t n_dims, const uint64_t *shape)
{
    struct words w = words_of(name);
    bool vector = n_dims == 1;
    (void)shape;
    if (is(&w, 0, "running_mean") || is(&w, 0, "moving_mean")) return USE_RUNNING_MEAN;
    if (is(&w, 0, "running_var") || is(&w, 0, "moving_variance")) return USE_RUNNING_VARIANCE;
    if (is(&w, 0, "gamma")) return USE_SCALE;
    if (is(&w, 0, "beta")) return USE_SHIFT;
    if (vector && has(&w, 0, "bias")) return of_norm(&w) ? USE_SHIFT : USE_BIAS;
    if (vector && (is(&w, 0, "weight") || is(&w, 0, "scale"))) return USE_SCALE;
    if (n_dims < 2) return USE_OTHER;
    if (n_dims == 2 && is_embedding(&w)) return USE_EMBEDDING;
    if (has(&w, 0, "weight_hh") || is(&w, 0, "recurrent_kernel")) return USE_RECURRENT;
    return USE_WEIGHT;
}

const char *checkup_plain_name(const char *name)
{
    static const char *const wrappers[] = {"module.", "_orig_mod.", "_forward_module.", "_fsdp_wrapped_module."};
    for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers; i++)
        if (strncmp(name, wrappers[i], strlen(wrappers[i])) == 0) return checkup_plain_name(name + strlen(wrappers[i]));
    return name;
}
