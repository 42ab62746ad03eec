/* kit - the marks that frameworks leave. Rows are tried in order: the first that is there decides. Names as written by transformers
 * 4.57, lightning 2.6, keras 3.15, xgboost 3.2, lightgbm 4.7, catboost 1.2, stable-baselines3 2.9. */
#include "kit.h"

#include "../../analyzers/fact_key.h"

enum { HUGGINGFACE, LIGHTNING, KERAS, PYTORCH, XGBOOST, LIGHTGBM, CATBOOST, SB3, SB3_REPLAY, KITS };

static const struct kit kits[KITS] = {
    [HUGGINGFACE] = {"huggingface", "Hugging Face Trainer", "pytorch"},
    [LIGHTNING] = {"lightning", "Lightning", "pytorch"},
    [KERAS] = {"keras", "Keras", NULL},
    [PYTORCH] = {"pytorch", "PyTorch", NULL},
    [XGBOOST] = {"xgboost", "XGBoost", NULL},
    [LIGHTGBM] = {"lightgbm", "LightGBM", NULL},
    [CATBOOST] = {"catboost", "CatBoost", NULL},
    [SB3] = {"sb3", "Stable-Baselines3", NULL},
    [SB3_REPLAY] = {"sb3_replay", "Stable-Baselines3", "sb3"},
};

enum where { FORMAT, SERIES, BEGINS, FACT, LIES, SAID, DECLARED, SET };
/* FORMAT, SERIES, FACT: is its name; BEGINS: a series' name starts so; LIES: stands in a path; SAID: stands in an event's text;
 * DECLARED: the setting "framework" has one of the words; SET: "key=value" is a setting, as readers tell whose console they read. */
struct mark {
    int kit;
    enum where where;
    const char *text;
};

/* clang-format off */
static const struct mark marks[] = {
    {SB3, SERIES, "rollout/ep_rew_mean"},     {SB3, SAID, "stable_baselines3/"},
    {HUGGINGFACE, FORMAT, "trainer_state"},   {HUGGINGFACE, SERIES, "eval_runtime"},
    {HUGGINGFACE, SERIES, "eval/runtime"},    {HUGGINGFACE, SERIES, "eval_samples_per_second"},
    {HUGGINGFACE, SERIES, "train/train_samples_per_second"},
    {HUGGINGFACE, FACT, "train_runtime"},     {HUGGINGFACE, FACT, "per_device_train_batch_size"},
    {HUGGINGFACE, SAID, "transformers/trainer.py"},
    {LIGHTNING, BEGINS, "lr-Adam"},           {LIGHTNING, BEGINS, "lr-SGD"},
    {LIGHTNING, BEGINS, "lr-RMSprop"},        {LIGHTNING, BEGINS, "grad_2.0_norm"},
    {LIGHTNING, SERIES, "train_loss_step"},   {LIGHTNING, SERIES, "hp_metric"},
    {LIGHTNING, LIES, "lightning_logs/"},     {LIGHTNING, SAID, "lightning/pytorch/"},
    {LIGHTNING, SAID, "pytorch_lightning/"},
    {KERAS, FORMAT, "history"},               {KERAS, SERIES, "epoch_loss"},
    {KERAS, SERIES, "train/epoch_loss"},      {KERAS, SERIES, "validation/epoch_loss"},
    {KERAS, SAID, "keras/src/"},              {KERAS, SET, "progress_bar=keras"},
    {XGBOOST, BEGINS, "validation_0-"},       {XGBOOST, SERIES, "train-logloss"},
    {XGBOOST, SERIES, "train-mlogloss"},      {XGBOOST, SERIES, "train-rmse"},
    {XGBOOST, SERIES, "train-error"},         {XGBOOST, SERIES, "train-auc"},
    {XGBOOST, SAID, "xgboost/"},
    {LIGHTGBM, BEGINS, "training's "},        {LIGHTGBM, BEGINS, "valid_0's "},
    {LIGHTGBM, BEGINS, "valid_1's "},         {LIGHTGBM, BEGINS, "train's "},
    {LIGHTGBM, BEGINS, "valid's "},           {LIGHTGBM, BEGINS, "eval's "},
    {LIGHTGBM, BEGINS, "test's "},            {LIGHTGBM, SAID, "lightgbm/"},
    {XGBOOST, SET, "boosting_library=xgboost"},             {LIGHTGBM, SET, "boosting_library=lightgbm"},
    {CATBOOST, SET, "boosting_library=catboost"},           {CATBOOST, LIES, "catboost_info/"},
    {CATBOOST, BEGINS, "learn/"},             {CATBOOST, SAID, "catboost/"},
    {HUGGINGFACE, DECLARED, "huggingface|hf|trl"},
    {LIGHTNING, DECLARED, "lightning"},       {SB3, DECLARED, "baselines3|sb3"},
    {KERAS, DECLARED, "keras|tensorflow"},    {XGBOOST, DECLARED, "xgboost|xgb"},
    {LIGHTGBM, DECLARED, "lightgbm"},         {CATBOOST, DECLARED, "catboost"},
    {PYTORCH, DECLARED, "torch|pytorch|transformers|accelerate|fabric|timm"}, /* transformers: imported, but no sign of its Trainer */
    {PYTORCH, FACT, "torch_version"},         {PYTORCH, SAID, "torch/"},
};
/* clang-format on */

static bool is(const char *text, const char *mark) { return text && strcmp(text, mark) == 0; }
static bool begins(const char *text, const char *mark) { return text && strncmp(text, mark, strlen(mark)) == 0; }
static bool has(const char *text, const char *mark) { return text && strstr(text, mark) != NULL; }

static bool in_sources(const struct view *v, const struct mark *m)
{
    if (m->where == LIES && has(v->path, m->text)) return true;
    for (size_t i = 0; i < v->n_sources; i++)
        if (m->where == FORMAT ? is(v->sources[i].format, m->text) : has(v->sources[i].path, m->text)) return true;
    return false;
}

static bool in_series(const struct view *v, const struct mark *m)
{
    for (size_t i = 0; i < v->n_series; i++) {
        const char *name = v->series[i].series.name;
        if (m->where == SERIES ? is(name, m->text) : begins(name, m->text)) return true;
    }
    return false;
}

static bool in_facts(const struct view *v, const struct mark *m)
{
    for (size_t i = 0; i < v->n_facts; i++)
        if (is(v->facts[i].key, m->text)) return true;
    return false;
}

static bool is_set(const struct view *v, const struct mark *m)
{
    size_t n = strcspn(m->text, "=");
    for (size_t i = 0; i < v->n_facts; i++)
        if (strlen(v->facts[i].key) == n && memcmp(v->facts[i].key, m->text, n) == 0 && is(v->facts[i].value, m->text + n + 1))
            return true;
    return false;
}

static bool in_events(const struct view *v, const struct mark *m)
{
    for (size_t i = 0; i < v->n_events; i++)
        if (has(v->events[i].text, m->text)) return true;
    return false;
}

static bool shows(const struct view *v, const struct mark *m)
{
    switch (m->where) {
    case FORMAT:
    case LIES: return in_sources(v, m);
    case SERIES:
    case BEGINS: return in_series(v, m);
    case FACT: return in_facts(v, m);
    case SAID: return in_events(v, m);
    case DECLARED: return fact_says(v->framework, m->text);
    case SET: return is_set(v, m);
    }
    return false;
}

const struct kit *kit_by_id(const char *id)
{
    for (size_t i = 0; id && i < KITS; i++)
        if (strcmp(kits[i].id, id) == 0) return &kits[i];
    return NULL;
}

/* Does Stable-Baselines3 learn from a replay buffer here (SAC, TD3, DDPG, DQN)? Clip ranges and rollouts are words of PPO and A2C. */
static bool replays(const struct view *v)
{
    static const struct mark of_replay[] = {{SB3_REPLAY, SERIES, "train/critic_loss"},
                                            {SB3_REPLAY, SERIES, "train/ent_coef"},
                                            {SB3_REPLAY, SERIES, "rollout/exploration_rate"},
                                            {SB3_REPLAY, SAID, "stable_baselines3/common/off_policy_algorithm.py"}};
    for (size_t i = 0; i < sizeof of_replay / sizeof *of_replay; i++)
        if (shows(v, &of_replay[i])) return true;
    return false;
}

const struct kit *kit_of(const struct view *v)
{
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (shows(v, &marks[i])) return &kits[marks[i].kit == SB3 && replays(v) ? SB3_REPLAY : marks[i].kit];
    return NULL;
}
