/* text_known - see text/known.h. The names of the Hugging Face Trainer's "***** Running training *****" are among them. */
#include "known.h"

#include <ctype.h>
#include <string.h>

#include "../../base/num.h"
#include "../field.h"

static const char *const names[] = {"learning_rate",
                                    "lr",
                                    "lr0",
                                    "batch_size",
                                    "batch",
                                    "optimizer",
                                    "optim",
                                    "weight_decay",
                                    "num_epochs",
                                    "epochs",
                                    "max_epochs",
                                    "seed",
                                    "dropout",
                                    "momentum",
                                    "warmup_steps",
                                    "warmup",
                                    "max_steps",
                                    "gradient_accumulation_steps",
                                    "max_grad_norm",
                                    "grad_clip",
                                    "clip_grad",
                                    "scheduler",
                                    "lr_scheduler",
                                    "lr_scheduler_type",
                                    "precision",
                                    "fp16",
                                    "bf16",
                                    "dtype",
                                    "hidden_size",
                                    "num_layers",
                                    "n_layer",
                                    "n_head",
                                    "n_embd",
                                    "block_size",
                                    "max_iters",
                                    "eval_interval",
                                    "gamma",
                                    "num_workers",
                                    "loss_function",
                                    "number_of_parameters",
                                    "number_of_trainable_parameters",
                                    "total_optimization_steps",
                                    "total_train_batch_size",
                                    "instantaneous_batch_size_per_device",
                                    "num_examples",
                                    "activation",
                                    "init",
                                    "min_lr",
                                    "beta1",
                                    "beta2",
                                    "adam_beta1",
                                    "adam_beta2",
                                    "adam_epsilon",
                                    "initial_learn_rate",
                                    "random_seed",
                                    "manual_seed",
                                    "logging_steps",
                                    "numpy_random_seed",
                                    "torch_dtype",
                                    "global_batch_size",
                                    "micro_batch_size",
                                    "train_batch_size",
                                    "world_size",
                                    "base_lr",
                                    "ims_per_batch",
                                    "max_iter",
                                    "lr_decay_iters",
                                    "warmup_iters",
                                    "warmup_factor"};

static bool word_char(char c) { return isalnum((unsigned char)c) || c == '_'; }

static bool is_name(struct span key)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i][0] == key.p[0] && span_is(key, names[i])) return true;
    return false;
}

/* is_literal - a number, a quoted text, True, False, None; behind ':' any single word: `lr = group['lr']` is source code. */
static bool is_literal(struct span v, char separator)
{
    double number;
    struct span inner = text_unquote(v);
    if (!v.n || v.n > 100) return false;
    if (num_parse(v, &number) || span_is(v, "True") || span_is(v, "False") || span_is(v, "None")) return true;
    for (size_t i = 0; i < inner.n; i++)
        if (!word_char(inner.p[i]) && !strchr("-+./,", inner.p[i])) return false;
    return inner.n < v.n || separator == ':' || (v.p[0] >= '0' && v.p[0] <= '9');
}

/* grouped - "1,200" without its commas. */
static struct span grouped(struct span v, char out[32])
{
    size_t n = 0;
    if (!v.n || v.n >= 32 || !memchr(v.p, ',', v.n) || v.p[0] < '0' || v.p[0] > '9') return v;
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] != ',' && !isdigit((unsigned char)v.p[i])) return v;
        if (v.p[i] != ',') out[n++] = v.p[i];
    }
    return (struct span){out, n};
}

/* of_evaluation - the Trainer's "***** Running Evaluation *****" is followed by settings that are not the training's. */
static bool of_evaluation(struct text_facts *f, struct span s)
{
    if (span_starts(s, "*****")) f->evaluating = span_has(s, "valuati") || span_has(s, "rediction");
    return f->evaluating;
}

/* is_score - "precision: 0.85" is a metric; 16, 32, 64 bits and words such as bf16 are the setting. */
static bool is_score(struct span name, struct span value)
{
    double bits;
    return span_is(name, "precision") && num_parse(value, &bits) && bits != 16 && bits != 32 && bits != 64;
}

/* uncommented - a value without the Python comment behind it. */
static struct span uncommented(struct span v)
{
    const char *hash = v.n > 1 ? memmem(v.p + 1, v.n - 1, " #", 2) : NULL;
    return hash ? span_trim((struct span){v.p, (size_t)(hash - v.p)}) : v;
}

bool text_known(struct text_facts *f, struct span s, const struct format_out *out)
{
    char name[48], digits[32];
    size_t n = 0, at = 0;
    if (of_evaluation(f, s)) return false;
    if (span_starts(s, "Overriding: ")) s = span_from(s, strlen("Overriding: ")); /* nanoGPT's configurator.py */
    for (; at < s.n && s.p[at] != ':' && s.p[at] != '=' && s.p[at] != '(' && at < sizeof name; at++)
        name[n++] = s.p[at] == ' ' || s.p[at] == '-' ? '_' : (char)tolower((unsigned char)s.p[at]);
    while (n && name[n - 1] == '_') n--;
    const char *close = at < s.n && s.p[at] == '(' ? memchr(s.p + at, ')', s.n - at) : NULL;
    if (close && at && s.p[at - 1] == ' ') at = (size_t)(close - s.p) + 1; /* "Total train batch size (w. parallel, ...) = 16" */
    while (close && at < s.n && s.p[at] == ' ') at++;
    if (!n || at + 1 >= s.n || (s.p[at] != ':' && s.p[at] != '=') || s.p[at + 1] == '=') return false;
    struct span value = grouped(uncommented(span_trim(span_from(s, at + 1))), digits);
    struct span key = {name, n};
    if (!is_literal(value, s.p[at]) || !is_name(key) || is_score(key, text_unquote(value))) return false;
    text_fact(f, key, text_unquote(value), out);
    return true;
}

/* next - the "key=value" at the start of rest; false at the end, or when something else stands there (then rest is not empty). */
static bool next(struct span *rest, struct span *key, struct span *value)
{
    size_t n = 0, v, depth = 0;
    char quote = 0;
    *rest = span_trim(*rest);
    while (n < rest->n && (word_char(rest->p[n]) || rest->p[n] == '.')) n++;
    if (!n || n + 1 >= rest->n || rest->p[n] != '=' || rest->p[n + 1] == '=' || rest->p[n + 1] == ' ') return false;
    for (v = n + 1; v < rest->n; v++) {
        char c = rest->p[v];
        if (quote) quote = c == quote ? 0 : quote;
        else if (c == '\'' || c == '"') quote = c;
        else if (strchr("([{", c)) depth++;
        else if (strchr(")]}", c)) depth -= depth > 0;
        else if (!depth && (c == ',' || c == ' ' || c == ';')) break;
    }
    *key = (struct span){rest->p, n};
    *value = (struct span){rest->p + n + 1, v - n - 1};
    *rest = span_from(*rest, v + (v < rest->n && rest->p[v] != ' '));
    return true;
}

/* counts - "step", "iter", "epoch": a record; "epochs" and "batch" are settings here. */
static bool counts(struct span key)
{
    return field_rank(field_of(key)) != FIELD_UNRANKED && !span_is(key, "epochs") && !span_is(key, "batch");
}

bool text_assignments(struct text_facts *f, struct span s, const struct format_out *out)
{
    enum { ENOUGH = 3 };
    const char *first = memchr(s.p, '=', s.n), *colon = first ? memrchr(s.p, ':', (size_t)(first - s.p)) : NULL;
    struct span rest = colon ? span_from(s, (size_t)(colon - s.p) + 1) : s, all = rest, key, value;
    unsigned n = 0, settings = 0;
    if (!first) return false;
    for (; next(&rest, &key, &value); n++) {
        if (counts(key)) return false;
        settings += is_name(key) || field_of(key)->kind == FIELD_SETTING;
    }
    if (rest.n || n < ENOUGH || settings < 2) return false;
    while (next(&all, &key, &value)) text_fact(f, key, text_unquote(value), out);
    return true;
}

bool text_printed(struct text_facts *f, struct span s, const struct format_out *out)
{
    const char *close = s.n > 4 && s.p[0] == '\'' ? memchr(s.p + 1, '\'', s.n - 1) : NULL;
    size_t n = close ? (size_t)(close - s.p) : 0;
    if (!n || n + 2 >= s.n || s.p[n + 1] != ':') return false;
    struct span key = {s.p + 1, n - 1}, value = span_trim(span_from(s, n + 2));
    while (value.n && strchr(",}", value.p[value.n - 1])) value.n--;
    if (!is_literal(value, ':') || span_is(value, "None") || counts(key)) return false;
    text_fact(f, key, text_unquote(value), out);
    return true;
}
