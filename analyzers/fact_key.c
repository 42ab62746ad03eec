/* fact_key - the table of spellings, from the option parsers of the common trainers: Hugging Face, Keras, Lightning, fairseq,
 * timm, detectron2, mmengine, Ultralytics, Stable-Baselines3, nanoGPT and its children, the usual GAN repositories. */
#include "fact_key.h"

#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "diagnose.h"

enum { KEY_MAX = 96 };

struct spelling {
    const char *canonical, *also;
}; /* also: spaces between, lower case, '_' for every separator */

/* The first row with a spelling wins. */
static const struct spelling spellings[] = {
    {"d_learning_rate",
     "d_lr lr_d disc_lr lr_disc discriminator_lr discriminator_learning_rate critic_lr lr_critic net_d_lr netd_lr "
     "optimizer_d_lr optim_d_lr opt_d_lr dlr"},
    {"g_learning_rate", "g_lr lr_g gen_lr lr_gen generator_lr generator_learning_rate net_g_lr netg_lr optimizer_g_lr optim_g_lr "
                        "opt_g_lr glr"},
    {"learning_rate", "lr base_lr train_lr init_lr initial_lr lr_init lr0 max_lr peak_lr lr_max learningrate base_learning_rate "
                      "initial_learning_rate init_learning_rate max_learning_rate peak_learning_rate blr optimizer_lr optim_lr"},
    {"adam_learning_rate", ""},
    {"optimizer", "optim opt optimiser optimizer_type optimizer_name optim_type optim_name opt_type opt_name optimizer_class "
                  "optimizer_class_path "
                  "optimizer_class_name optimizer_target"},
    {"batch_size",
     "batch bs bsz batchsize train_batch_size per_device_train_batch_size per_gpu_train_batch_size micro_batch_size "
     "train_micro_batch_size_per_gpu ims_per_batch samples_per_gpu samples_per_batch minibatch_size mini_batch_size "
     "device_batch_size batch_size_per_gpu batch_size_per_device total_batch_size global_batch_size"},
    {"activation", "activation_function activation_fn hidden_act act_fn nonlinearity non_linearity activ act act_layer "
                   "hidden_activation activation_type"},
    {"precision", "dtype torch_dtype mixed_precision compute_dtype model_dtype param_dtype mixed_precision_dtype opt_level"},
    {"weight_decay", "wd weightdecay decay_weight l2 l2_reg l2_regularization l2_penalty optimizer_weight_decay"},
    {"dropout", "dropout_rate drop_rate dropout_p dropout_prob drop drop_prob hidden_dropout hidden_dropout_prob resid_pdrop "
                "resid_dropout attention_dropout"},
    {"epochs",
     "num_epochs n_epochs max_epochs max_epoch num_train_epochs nb_epochs nb_epoch epochs_num train_epochs total_epochs "
     "num_epoch epoch_num niter"},
    {"max_steps",
     "max_iters max_iter num_steps total_steps n_steps_total train_steps num_train_steps max_update max_updates "
     "max_train_steps num_iterations max_iterations total_iters total_timesteps num_train_iters train_iters training_steps "
     "num_training_steps"},
    {"warmup_steps", "warmup warmup_iters num_warmup_steps warmup_updates warmup_step warmup_iterations lr_warmup_steps "
                     "lr_warmup_iters"},
    {"warmup_epochs", "warmup_epoch lr_warmup_epochs"},
    {"seed", "random_seed rng_seed manual_seed manualseed global_seed seed_everything"},
    {"model", "arch architecture model_name model_type model_name_or_path network backbone base_model"},
    {"framework", "library trainer_framework"},
    {"gradient_clip", "grad_clip clip_grad max_grad_norm clip_norm gradient_clip_val clip_grad_norm gradient_clipping clip "
                      "grad_norm_clip gradient_clip_norm max_norm clipnorm clip_gradients grad_clip_norm global_clipnorm"},
    {"loss_function", "loss_fn loss criterion loss_type objective loss_name"},
    {"scheduler", "lr_scheduler lr_scheduler_type lr_schedule sched schedule scheduler_type scheduler_name lr_policy lr_sched "
                  "lr_decay_style lr_scheduler_name lr_decay_type"},
    {"momentum", "sgd_momentum optimizer_momentum"},
    {"beta1", "adam_beta1 beta_1 b1 adam_b1 optimizer_beta1"},
    {"beta2", "adam_beta2 beta_2 b2 adam_b2 optimizer_beta2"},
    {"epsilon", "eps adam_eps adam_epsilon opt_eps optimizer_eps optimizer_epsilon"},
    {"hidden_layers", "num_layers number_of_layers n_layers n_layer num_hidden_layers depth layers nlayers num_hidden "
                      "n_hidden_layers encoder_layers"},
    {"hidden_size", "hidden_dim n_embd d_model embed_dim hidden nhid hidden_units dim width n_hidden"},
    {"d_steps",
     "n_critic num_d_steps d_updates_per_step critic_iters critic_steps disc_steps d_iters num_d_iters ncritic k_disc"},
    {"g_steps", "n_generator num_g_steps g_updates_per_step gen_steps g_iters num_g_iters"},
    {"gradient_accumulation",
     "gradient_accumulation_steps grad_accum accumulate_grad_batches update_freq grad_accumulation_steps "
     "accum_iter accumulation_steps grad_accum_steps accum_steps"},
    {"init", "initializer weight_init init_type init_method kernel_initializer weights_init initialization init_scheme "
             "weight_initialization"},
    {"normalization", "norm norm_layer norm_type normalisation normalize_layers layer_norm_type"},
    {"env_id", "env env_name environment gym_id envid"},
    {"dataset", "dataset_name data_name"},
    {"dataset_size", "num_train_examples train_size n_train num_examples num_training_examples num_samples n_samples"},
    {"gamma", "discount discount_factor"},
    {"entropy_coefficient", "ent_coef entropy_coef entropy_coeff entropy_weight entropy_bonus"},
    {"clip_range", "clip_coef clip_param ppo_clip clip_epsilon clip_ratio"},
    {"label_smoothing", "label_smoothing_factor smoothing"},
};

/* Settings whose truth is the value: what is meant when they are on. */
static const struct {
    const char *spelling, *canonical, *on;
} switches[] = {
    {"fp16", "precision", "fp16"},
    {"use_fp16", "precision", "fp16"},
    {"float16", "precision", "fp16"},
    {"half", "precision", "fp16"},
    {"bf16", "precision", "bf16"},
    {"use_bf16", "precision", "bf16"},
    {"bfloat16", "precision", "bf16"},
    {"amp", "precision", "mixed"},
    {"use_amp", "precision", "mixed"},
    {"fp16_enabled", "precision", "fp16"},
    {"bf16_enabled", "precision", "bf16"},
    {"native_amp", "precision", "mixed"},
    {"mixed_precision", "precision", "mixed"},
};

/* As written in the table: lower case, '_' between words, path separators kept as '/', learningRate parted. Of an overlong key
 * the tail counts: the leaf names the setting. */
static void normalise(const char *key, char out[KEY_MAX])
{
    size_t n = 0, length = strlen(key);
    if (length > KEY_MAX / 2) key += length - KEY_MAX / 2;
    while (*key == '-' || *key == '_' || isspace((unsigned char)*key)) key++;
    for (const char *p = key; *p && n + 2 < KEY_MAX; p++) {
        unsigned char c = (unsigned char)*p;
        bool path = c == '/' || c == '.' || c == ':';
        bool hump = p > key && isupper(c) && islower((unsigned char)p[-1]);
        if (hump) out[n++] = '_';
        out[n++] = path ? '/' : isalnum(c) ? (char)tolower(c) : '_';
    }
    while (n && (out[n - 1] == '_' || out[n - 1] == '/')) n--;
    out[n] = '\0';
}

static bool in_words(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = words; (p = strstr(p, word)); p += n) {
        bool starts = p == words || p[-1] == ' ';
        if (starts && (p[n] == ' ' || p[n] == '\0')) return true;
    }
    return false;
}

static const char *look_up(const char *name)
{
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        if (!strcmp(spellings[i].canonical, name) || in_words(spellings[i].also, name)) return spellings[i].canonical;
    }
    return NULL;
}

/* Each tail of the path, longest first, its separators written as '_'; returns the first thing that find() knows. */
static const char *by_tail(const char *normal, const char *(*find)(const char *name))
{
    for (const char *tail = normal; tail; tail = strchr(tail, '/')) {
        char name[KEY_MAX];
        if (*tail == '/') tail++;
        strcpy(name, tail);
        for (char *p = name; *p; p++)
            if (*p == '/') *p = '_';
        const char *found = *name ? find(name) : NULL;
        if (found) return found;
    }
    return NULL;
}

static const char *look_up_switch(const char *name)
{
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        if (!strcmp(switches[i].spelling, name)) return switches[i].spelling;
    return NULL;
}

const char *fact_key(const char *key)
{
    if (!key) return NULL;
    char normal[KEY_MAX];
    normalise(key, normal);
    const char *found = by_tail(normal, look_up);
    if (found) return found;
    return by_tail(normal, look_up_switch) ? "precision" : NULL;
}

bool fact_canonical(const char *key, const char *value, const char **ret_key, const char **ret_value)
{
    if (!key || !value) return false;
    char normal[KEY_MAX];
    normalise(key, normal);
    const char *name = by_tail(normal, look_up_switch);
    bool on = fact_says(value, "true|1|yes|on"), off = fact_says(value, "false|0|off|none|null");
    for (size_t i = 0; name && i < sizeof switches / sizeof *switches; i++) {
        if (strcmp(switches[i].spelling, name) || (!on && !off)) continue;
        if (off) return false;
        *ret_key = switches[i].canonical;
        *ret_value = switches[i].on;
        return true;
    }
    const char *canonical = fact_key(key);
    if (!canonical) return false;
    *ret_key = canonical;
    *ret_value = value;
    return true;
}

bool fact_number(const char *text, double *value)
{
    if (!text) return false;
    while (isspace((unsigned char)*text) || (*text && strchr("[({'\"", *text))) text++;
    if (!*text || !strchr("+-.0123456789", *text)) return false;
    char *end;
    double number = strtod(text, &end);
    if (end == text || isalnum((unsigned char)*end) || *end == '_' || *end == '%' || !isfinite(number)) return false;
    if (memchr(text, 'x', (size_t)(end - text)) || memchr(text, 'X', (size_t)(end - text))) return false;
    *value = number;
    return true;
}

static bool says_word(const char *text, const char *word, size_t n)
{
    for (const char *p = text; *p; p++) {
        bool starts = p == text || !isalnum((unsigned char)p[-1]);
        if (starts && !strncasecmp(p, word, n) && !isalnum((unsigned char)p[n])) return true;
    }
    return false;
}

bool fact_says(const char *text, const char *alternatives)
{
    if (!text || !alternatives) return false;
    for (const char *p = alternatives; *p;) {
        size_t n = strcspn(p, "|");
        if (n && says_word(text, p, n)) return true;
        p += n + (p[n] == '|');
    }
    return false;
}
