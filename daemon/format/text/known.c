/* text_known - see text/known.h. The names of the Hugging Face Trainer's "***** Running training *****" are among them. */
#include "known.h"

#include <ctype.h>
#include <string.h>

#include "../../../analyzers/diagnose.h"
#include "../../base/num.h"
#include "../field.h"

enum { NAME_BYTES = 48 };

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

/* suits - is this what a setting of that name is set to: a number, or a word where settings are words? `lr = args.lr` is source code. */
static bool suits(const char *setting, struct span value)
{
    static const char *const words[] = {"optimizer", "activation", "loss_function", "scheduler", "normalization",
                                        "model",     "init",       "dataset",       "env_id"};
    double number;
    bool is_number = num_parse(value, &number);
    if (strcmp(setting, "precision") == 0) return !is_number || number == 16 || number == 32 || number == 64;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(setting, words[i]) == 0) return !is_number && value.n && isalpha((unsigned char)value.p[0]);
    return is_number || (value.n > 2 && strchr("[(", value.p[0]));
}

/* of_cause - a name that causes know (analyzers/fact_key.c), with a value that suits it: enough before the first record. */
static bool of_cause(struct span key, struct span value)
{
    char name[NAME_BYTES];
    if (key.n >= sizeof name) return false;
    memcpy(name, key.p, key.n);
    name[key.n] = '\0';
    const char *setting = fact_key(name);
    return setting && suits(setting, text_unquote(value));
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

/* uncommented - a value without the Python comment behind it, or what it would have been (pix2pix: base_options.py). */
static struct span uncommented(struct span v)
{
    const char *comment = v.n > 1 ? memmem(v.p + 1, v.n - 1, " #", 2) : NULL;
    if (!comment) comment = v.n > 1 ? memmem(v.p + 1, v.n - 1, "[default: ", 10) : NULL;
    return comment ? span_trim((struct span){v.p, (size_t)(comment - v.p)}) : v;
}

/* unmarked - a line of a list, of a commented head, without what marks it. */
static struct span unmarked(struct span s)
{
    static const char *const marks[] = {"# ", "- ", "* ", "// "};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (span_starts(s, marks[i])) return span_trim(span_from(s, strlen(marks[i])));
    return s;
}

/* text_head - one setting of a log's head, of any name that causes know: "act: relu", "optimizer = adamw", "args.wd = 0.1", "depth    4". */
static bool text_head(struct text_facts *f, struct span s, const struct format_out *out)
{
    s = unmarked(s);
    size_t n = 0, end;
    while (n < s.n &&
           (word_char(s.p[n]) || s.p[n] == '.' || s.p[n] == '-' || (s.p[n] == ' ' && n + 1 < s.n && word_char(s.p[n + 1]))))
        n++;
    for (end = n; end < s.n && span_blank_char(s.p[end]);) end++;
    if (!n || n >= NAME_BYTES || end >= s.n) return false;
    bool assigned = s.p[end] == ':' || s.p[end] == '=', apart = end > n + 1 || (end > n && s.p[n] == '\t');
    if (assigned ? end + 1 == s.n || s.p[end + 1] == '=' : !apart) return false;
    struct span key = {s.p, n}, value = uncommented(span_trim(span_from(s, end + assigned)));
    if (!is_literal(value, ':') || !of_cause(key, value)) return false;
    text_fact(f, key, text_unquote(value), out);
    return true;
}

static bool by_name(struct text_facts *f, struct span s, const struct format_out *out)
{
    char name[NAME_BYTES], digits[32];
    size_t n = 0, at = 0;
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

bool text_known(struct text_facts *f, struct span s, const struct format_out *out)
{
    if (of_evaluation(f, s)) return false;
    return by_name(f, s, out) || (!f->begun && text_head(f, s, out));
}

/* next - the "key=value", or "key: value", at the start of rest; false at the end, or when something else stands there (then rest is not
 * empty). */
static bool next(struct span *rest, char assign, struct span *key, struct span *value)
{
    size_t n = 0, v, depth = 0;
    char quote = 0;
    *rest = span_trim(*rest);
    while (n < rest->n && (word_char(rest->p[n]) || rest->p[n] == '.')) n++;
    if (!n || n + 1 >= rest->n || rest->p[n] != assign || rest->p[n + 1] == '=') return false;
    if ((rest->p[n + 1] == ' ') != (assign == ':')) return false;
    size_t from = n + 1 + (assign == ':');
    for (v = from; v < rest->n; v++) {
        char c = rest->p[v];
        if (quote) quote = c == quote ? 0 : quote;
        else if (c == '\'' || c == '"') quote = c;
        else if (strchr("([{", c)) depth++;
        else if (strchr(")]}", c)) depth -= depth > 0;
        else if (!depth && (c == ',' || c == ' ' || c == ';')) break;
    }
    *key = (struct span){rest->p, n};
    *value = (struct span){rest->p + from, v - from};
    *rest = span_from(*rest, v + (v < rest->n && rest->p[v] != ' '));
    return true;
}

/* counts - "step", "iter", "epoch": a record; "epochs" and "batch" are settings here. */
static bool counts(struct span key)
{
    return field_rank(field_of(key)) != FIELD_UNRANKED && !span_is(key, "epochs") && !span_is(key, "batch");
}

/* is_measured - "loss=0.7": a record, whatever stands beside it. */
static bool is_measured(struct span key, struct span value)
{
    double number;
    return num_parse(value, &number) && (span_has(key, "loss") || span_has(key, "acc")) && !span_has(key, "accum");
}

/* pairs_of - the part of a line from its first pair on: behind a colon, or behind words without a number, "python train.py lr=0.1". */
static struct span pairs_of(struct span s, char assign)
{
    const char *first = memchr(s.p, assign, s.n), *from = first;
    if (!first) return (struct span){s.p, 0};
    while (from > s.p && (word_char(from[-1]) || from[-1] == '.')) from--;
    if (from > s.p && !span_blank_char(from[-1]) && from[-1] != ':') return (struct span){s.p, 0};
    for (const char *p = s.p; p < from; p++)
        if (isdigit((unsigned char)*p) && (p == s.p || !word_char(p[-1])) && !memchr(p, ':', (size_t)(from - p)))
            return (struct span){s.p, 0};
    return (struct span){from, (size_t)(s.p + s.n - from)};
}

static bool all_settings(struct text_facts *f, struct span rest, char assign, const struct format_out *out)
{
    enum { ENOUGH = 3 };
    struct span all = rest, key, value;
    unsigned n = 0, settings = 0;
    for (; next(&rest, assign, &key, &value); n++) {
        if (counts(key) || is_measured(key, value)) return false;
        settings += is_name(key) || field_of(key)->kind == FIELD_SETTING || of_cause(key, value);
    }
    if (rest.n || n < ENOUGH || settings < 2) return false;
    while (next(&all, assign, &key, &value)) text_fact(f, key, text_unquote(value), out);
    return true;
}

bool text_assignments(struct text_facts *f, struct span s, const struct format_out *out)
{
    if (memchr(s.p, '=', s.n)) return all_settings(f, pairs_of(s, '='), '=', out);
    return memchr(s.p, ':', s.n) && all_settings(f, pairs_of(s, ':'), ':', out);
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
