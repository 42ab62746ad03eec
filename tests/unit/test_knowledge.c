/* knowledge: the walk over every cause and fix, what is refused and with which words, and that the numbers mean what they say. */
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../analyzers/kind.h"
#include "../../daemon/knowledge/kit.h"
#include "../../daemon/knowledge/knowledge.h"
#include "../../daemon/knowledge/vocabulary.h"

/* Emitted kinds that no cause explains, and why. */
static const struct {
    const char *kind, *reason;
} no_cause[] = {{NULL, NULL}};

static int open_knowledge(void **state)
{
    struct knowledge *k = calloc(1, sizeof *k);
    struct err err = {0};
    unsetenv("MLWATCH_TEMPLATES");
    if (knowledge_open(k, &err)) print_error("%s\n", err.text);
    *state = k;
    return err.status;
}

static int close_knowledge(void **state)
{
    knowledge_done(*state);
    free(*state);
    return 0;
}

static bool points_to(const struct cause *c, const char *kind)
{
    for (size_t i = 0; i < c->n_clues; i++)
        if (c->clues[i].finding && c->clues[i].ratio > 1 && !strcmp(c->clues[i].finding, kind)) return true;
    return false;
}

static bool is_emitted(const struct cause *c)
{
    for (const struct kind *kind = kinds; kind->name; kind++)
        if (points_to(c, kind->name)) return true;
    return false;
}

static void every_cause_can_be_found_asked_for_and_mended(void **state)
{
    const struct knowledge *k = *state;
    assert_true(k->n_causes >= 20);
    for (size_t i = 0; i < k->n_causes; i++) {
        const struct cause *c = &k->causes[i];
        if (!is_emitted(c)) fail_msg("no finding of this version points to %s", c->id);
        if (c->n_separators == 0) fail_msg("%s asks for nothing", c->id);
        if (!(c->prior > 0 && c->prior < 1)) fail_msg("the prior of %s is %g", c->id, c->prior);
        if (c->n_fixes == 0) fail_msg("%s has no fix", c->id);
        for (size_t f = 0; f < c->n_fixes; f++) assert_non_null(knowledge_fix(k, c->fixes[f]));
    }
}

static void every_clue_says_why_and_weighs_something(void **state)
{
    const struct knowledge *k = *state;
    for (size_t i = 0; i < k->n_causes; i++) {
        for (size_t n = 0; n < k->causes[i].n_clues; n++) {
            const struct clue *c = &k->causes[i].clues[n];
            if (!c->why) fail_msg("clue %zu of %s has no why", n, k->causes[i].id);
            if (!(c->ratio > 0) || c->ratio == 1) fail_msg("clue %zu of %s has ratio %g", n, k->causes[i].id, c->ratio);
        }
    }
}

static void every_finding_leads_to_a_cause_or_says_why_none(void **state)
{
    const struct knowledge *k = *state;
    for (const struct kind *kind = kinds; kind->name; kind++) {
        bool led = false;
        assert_true(kind_known(kind->name));
        for (size_t c = 0; c < k->n_causes && !led; c++) led = points_to(&k->causes[c], kind->name);
        for (size_t n = 0; no_cause[n].kind && !led; n++) led = !strcmp(no_cause[n].kind, kind->name) && no_cause[n].reason;
        if (!led) fail_msg("%s leads nowhere", kind->name);
    }
}

static void every_fix_belongs_to_a_cause_and_says_how_to_verify_it(void **state)
{
    const struct knowledge *k = *state;
    for (size_t f = 0; f < k->n_fixes; f++) {
        size_t users = 0;
        for (size_t i = 0; i < k->n_causes; i++)
            for (size_t n = 0; n < k->causes[i].n_fixes; n++) users += !strcmp(k->causes[i].fixes[n], k->fixes[f].id);
        if (!users) fail_msg("%s is used by no cause", k->fixes[f].id);
        assert_true(strlen(k->fixes[f].verify) > 10 && strlen(k->fixes[f].action) > 10 && strlen(k->fixes[f].risk) > 3);
    }
}

/* Causes whose best first step is not the repair that fits them most closely: it is free, or it also works where the cause is wrong. */
static const char *const other_first[] = {"catastrophic_forgetting", "device_throttled", "distribution_shift", "label_noise"};

static void the_fix_that_fits_a_sure_cause_comes_first(void **state)
{
    const struct knowledge *k = *state;
    for (size_t i = 0; i < k->n_causes; i++) {
        struct ranked ranked[RANK_MAX];
        bool excepted = false;
        for (size_t e = 0; e < sizeof other_first / sizeof *other_first; e++)
            excepted |= !strcmp(other_first[e], k->causes[i].id);
        size_t n = rank(&k->causes[i], 0.9, k->fixes, k->n_fixes, NULL, 0, ranked);
        assert_true(n >= 1);
        if (!excepted && strcmp(ranked[0].fix->id, k->causes[i].fixes[0]))
            fail_msg("%s is mended by %s before %s", k->causes[i].id, ranked[0].fix->id, k->causes[i].fixes[0]);
    }
}

/* ---- in the words of a framework, and what cannot be seen ---- */

static bool emits(const struct analyzer *a, const char *kind)
{
    for (const char *const *k = a->kinds; *k; k++)
        if (!strcmp(*k, kind)) return true;
    return false;
}

/* Would an analyzer that can make the finding look at the artifact? */
static bool is_looked_at(uint64_t roles, const char *kind)
{
    for (const struct analyzer *const *a = analyzers; *a; a++)
        if (emits(*a, kind) && (*a)->wants & roles) return true;
    return false;
}

static void every_missing_artifact_hides_findings_that_look_at_it(void **state)
{
    const struct knowledge *k = *state;
    assert_true(k->n_artifacts >= 10);
    for (size_t i = 0; i < k->n_artifacts; i++) {
        const struct artifact *a = &k->artifacts[i];
        assert_true(i == 0 || k->artifacts[i - 1].place <= a->place);
        for (size_t f = 0; f < a->n_findings; f++)
            if (!is_looked_at(WANTS(a->role) | a->also, a->findings[f])) fail_msg("%s hides no %s", a->id, a->findings[f]);
    }
}

static void the_names_that_are_asked_for_mean_what_they_are_asked_for(void **unused)
{
    (void)unused;
    static const struct {
        const char *name;
        enum role role;
    } names[] = {{"train_loss", ROLE_LOSS_TRAIN},
                 {"val_loss", ROLE_LOSS_EVAL},
                 {"val_accuracy", ROLE_SCORE_EVAL},
                 {"train_accuracy", ROLE_SCORE_TRAIN},
                 {"grad_norm", ROLE_GRAD_NORM},
                 {"train/grad_norm", ROLE_GRAD_NORM},
                 {"grad_norm/body.0.weight", ROLE_GRAD_PART},
                 {"grad_2.0_norm_total", ROLE_GRAD_NORM},
                 {"lr", ROLE_LEARNING_RATE},
                 {"lr-Adam", ROLE_LEARNING_RATE},
                 {"epoch_learning_rate", ROLE_LEARNING_RATE},
                 {"memory_mib", ROLE_MEMORY},
                 {"tokens_per_second", ROLE_THROUGHPUT},
                 {"step_time", ROLE_STEP_TIME},
                 {"data_time", ROLE_DATA_TIME},
                 {"weight_norm", ROLE_WEIGHT_NORM},
                 {"update_ratio", ROLE_UPDATE_RATIO},
                 {"activation_sparsity/layer1", ROLE_ZERO_SHARE},
                 {"predicted_classes", ROLE_PREDICTION_SPREAD},
                 {"eval_predicted_classes", ROLE_PREDICTION_SPREAD},
                 {"loss_scale", ROLE_LOSS_SCALE},
                 {"fid", ROLE_SCORE_EVAL},
                 {"ep_rew_mean", ROLE_RETURN},
                 {"rollout/ep_rew_mean", ROLE_RETURN},
                 {"entropy", ROLE_ENTROPY},
                 {"train/entropy_loss", ROLE_ENTROPY},
                 {"approx_kl", ROLE_KL},
                 {"value_loss", ROLE_LOSS_VALUE},
                 {"explained_variance", ROLE_EXPLAINED_VARIANCE}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (role_of(names[i].name).role != names[i].role)
            fail_msg("%s is %s, not %s", names[i].name, role_name(role_of(names[i].name).role), role_name(names[i].role));
}

static void a_line_of_code_is_for_one_framework_and_short(const struct wordings *w, const char *of)
{
    for (size_t i = 0; i < w->n; i++) {
        if (!kit_by_id(w->items[i].kit)) fail_msg("%s speaks to %s", of, w->items[i].kit);
        if (strlen(w->items[i].text) > 300) fail_msg("%s for %s is no line any more", of, w->items[i].kit);
        for (size_t j = 0; j < i; j++) assert_string_not_equal(w->items[i].kit, w->items[j].kit);
    }
}

static void every_line_of_code_is_one(void **state)
{
    const struct knowledge *k = *state;
    for (size_t f = 0; f < k->n_fixes; f++) a_line_of_code_is_for_one_framework_and_short(&k->fixes[f].in, k->fixes[f].id);
    for (size_t a = 0; a < k->n_artifacts; a++)
        a_line_of_code_is_for_one_framework_and_short(&k->artifacts[a].in, k->artifacts[a].id);
    for (size_t c = 0; c < k->n_causes; c++)
        for (size_t s = 0; s < k->causes[c].n_separators; s++)
            a_line_of_code_is_for_one_framework_and_short(&k->causes[c].separators[s].in, k->causes[c].id);
}

static void the_commonest_fixes_are_worded_for_every_framework_of_networks(void **state)
{
    static const char *const fixes[] = {"lower_learning_rate", "clip_gradients",      "add_warmup",  "keep_best_checkpoint",
                                        "use_bfloat16",        "raise_learning_rate", "train_longer"};
    static const char *const frameworks[] = {"huggingface", "lightning", "keras", "pytorch"};
    for (size_t f = 0; f < sizeof fixes / sizeof *fixes; f++)
        for (size_t i = 0; i < sizeof frameworks / sizeof *frameworks; i++)
            if (!wording_in(&knowledge_fix(*state, fixes[f])->in, kit_by_id(frameworks[i])))
                fail_msg("%s says nothing to %s", fixes[f], frameworks[i]);
}

/* ---- what the numbers mean ---- */

struct seen {
    struct finding findings[8];
    size_t n;
    struct fact facts[4];
    size_t n_facts;
    uint64_t roles;
    uint32_t events;
    struct said said[2];
    size_t n_said;
};

static struct finding *see(struct seen *s, const char *kind)
{
    s->findings[s->n] = (struct finding){.kind = kind, .confidence = 0.95};
    return &s->findings[s->n++];
}
static void set(struct seen *s, const char *key, const char *value) { s->facts[s->n_facts++] = (struct fact){key, value}; }

static struct diagnosis found[DIAGNOSIS_MAX];
static size_t ask(const struct knowledge *k, const struct seen *s)
{
    struct case_file run = {.findings = s->findings,
                            .n_findings = s->n,
                            .facts = s->facts,
                            .n_facts = s->n_facts,
                            .roles = s->roles,
                            .events = s->events,
                            .said = s->said,
                            .n_said = s->n_said};
    return diagnose(k->causes, k->n_causes, &run, found);
}
static double probability(size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(found[i].cause->id, id)) return found[i].probability;
    return 0;
}
static bool asks_for(const struct diagnosis *d, const char *artifact)
{
    for (size_t i = 0; i < d->n_missing; i++)
        if (!strcmp(d->missing[i]->artifact, artifact)) return true;
    return false;
}

static void a_divergence_alone_suggests_the_rate_and_asks_for_the_gradient_norm(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN)};
    see(&s, "loss_divergence");
    size_t n = ask(*state, &s);
    assert_true(n >= 1);
    assert_string_equal(found[0].cause->id, "lr_too_high");
    assert_true(found[0].probability > 0.4 && found[0].probability < 0.8);
    assert_true(asks_for(&found[0], "gradient norm"));
}

static void a_logged_gradient_norm_is_not_asked_for(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_GRAD_NORM)};
    see(&s, "loss_divergence");
    ask(*state, &s);
    assert_false(asks_for(&found[0], "gradient norm"));
}

static void an_explosion_at_an_extreme_rate_is_the_rate(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_GRAD_NORM)};
    see(&s, "grad_explosion");
    set(&s, "args.lr", "20"), set(&s, "optimizer", "SGD");
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "lr_too_high");
    assert_true(found[0].probability > 0.8);
}

static void an_explosion_alone_is_named_after_itself(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_GRAD_NORM)};
    see(&s, "grad_explosion");
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "exploding_gradients");
    assert_true(found[0].probability < 0.8);
}

static void a_nan_from_the_first_step_is_ambiguous_without_settings(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN)};
    struct finding *f = see(&s, "loss_nonfinite");
    finding_add(f, "from_start", 1, ""), finding_add(f, "first_step_share", 0, "");
    size_t n = ask(*state, &s);
    assert_true(probability(n, "nan_invalid_math") >= 0.2);
    assert_true(probability(n, "corrupt_or_invalid_data") >= 0.2);
    assert_true(probability(n, "lr_too_high") >= 0.2);
    assert_true(found[0].probability < 0.8);
}

static void the_same_nan_seen_in_three_series_is_still_ambiguous(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_GRAD_NORM)};
    finding_add(see(&s, "loss_nonfinite"), "from_start", 1, "");
    see(&s, "grad_nonfinite"), see(&s, "metric_nonfinite");
    ask(*state, &s);
    assert_true(found[0].probability < 0.8);
}

static void a_nan_from_the_first_step_with_a_huge_rate_is_the_rate(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN)};
    finding_add(see(&s, "loss_nonfinite"), "from_start", 1, "");
    set(&s, "learning_rate", "100");
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "lr_too_high");
    assert_true(found[0].probability > 0.8);
}

static void skipped_steps_in_half_precision_are_named(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN), .events = 1u << EVENT_LOSS_SCALE};
    see(&s, "loss_nonfinite");
    set(&s, "fp16", "True");
    size_t n = ask(*state, &s);
    assert_string_equal(found[0].cause->id, "mixed_precision_numeric");
    assert_true(found[0].probability > 0.8);
    set(&s, "bf16", "True");
    s.events = 0;
    n = ask(*state, &s);
    assert_true(probability(n, "mixed_precision_numeric") < 0.2);
}

static void a_crash_is_what_the_log_says_it_is(void **state)
{
    static const struct {
        enum event event;
        const char *cause;
    } cases[] = {{EVENT_OUT_OF_MEMORY, "out_of_memory"},
                 {EVENT_KILLED, "process_killed"},
                 {EVENT_DISK_FULL, "disk_full"},
                 {EVENT_HARDWARE, "hardware_fault"},
                 {EVENT_COLLECTIVE_HANG, "hang_in_collective"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct seen s = {.events = 1u << cases[i].event | 1u << EVENT_TRACEBACK};
        see(&s, "run_crashed");
        ask(*state, &s);
        assert_string_equal(found[0].cause->id, cases[i].cause);
        assert_true(found[0].probability > (cases[i].event == EVENT_OUT_OF_MEMORY ? 0.9 : 0.79));
    }
}

/* Libraries name their trouble: the last line of a traceback says which kind of error it was. */
static void an_error_is_what_its_last_line_says(void **state)
{
    static const struct {
        const char *words, *cause;
    } cases[] = {
        {"RuntimeError: mat1 and mat2 shapes cannot be multiplied (64x15 and 16x64)", "tensor_shape_mismatch"},
        {"ValueError: operands could not be broadcast together with shapes (3,) (4,)", "tensor_shape_mismatch"},
        {"IndexError: Target 3 is out of bounds.", "label_out_of_range"},
        {"../aten/src/ATen/native/cuda/Loss.cu:240: Assertion `t >= 0 && t < n_classes` failed.", "label_out_of_range"},
        {"urllib.error.URLError: <urlopen error [Errno 111] Connection refused>", "dependency_unavailable"},
        {"RuntimeError: unbound_buffer.cc:78] Timed out waiting 3000ms for recv operation to complete", "hang_in_collective"},
        {"ImportError: cannot import name 'AdamW' from 'transformers'", "library_version_mismatch"},
        {"KeyError: 'input_ids'", "program_error"},
        {"AttributeError: 'NoneType' object has no attribute 'shape'", "program_error"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct seen s = {.events = 1u << EVENT_TRACEBACK, .said = {{EVENT_TRACEBACK, cases[i].words}}, .n_said = 1};
        see(&s, "run_crashed");
        assert_true(ask(*state, &s) >= 1);
        if (strcmp(found[0].cause->id, cases[i].cause))
            fail_msg("%s: %s, not %s", cases[i].words, found[0].cause->id, cases[i].cause);
    }
}

static void a_traceback_alone_is_an_error_of_the_program_and_asks_for_the_versions(void **state)
{
    struct seen s = {.events = 1u << EVENT_TRACEBACK};
    see(&s, "run_crashed");
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "program_error");
    assert_true(found[0].probability < 0.8);
    assert_true(asks_for(&found[0], "the versions in use"));
}

static void overfitting_is_sure_unless_the_gap_was_there_from_the_first_evaluation(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL)};
    struct finding *f = see(&s, "overfitting");
    finding_add(f, "best_step", 40, "");
    size_t n = ask(*state, &s);
    assert_string_equal(found[0].cause->id, "overfitting");
    assert_true(found[0].probability > 0.8);
    f->evidence[0].value = 0;
    n = ask(*state, &s);
    assert_true(probability(n, "overfitting") < 0.8);
    f->evidence[0].value = 40;
    see(&s, "gap_from_start");
    n = ask(*state, &s);
    assert_true(probability(n, "overfitting") < 0.5);
}

static void a_discriminator_near_zero_names_both_sides_of_the_collapse(void **state)
{
    struct seen wins = {.roles = WANTS(ROLE_LOSS_DISCRIMINATOR)}, collapse = wins;
    see(&wins, "discriminator_wins");
    finding_add(see(&collapse, "mode_collapse"), "discriminator_loss", 0.01, "");
    const struct seen *cases[] = {&wins, &collapse};
    for (size_t i = 0; i < 2; i++) {
        size_t n = ask(*state, cases[i]);
        assert_string_equal(found[0].cause->id, "discriminator_overpowers");
        assert_true(found[0].probability > 0.7);
        assert_true(probability(n, "mode_collapse") >= 0.2);
    }
}

static void vanishing_gradients_below_a_flat_loss_are_named(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_GRAD_NORM)};
    see(&s, "grad_vanishing"), see(&s, "loss_not_decreasing");
    ask(*state, &s);
    assert_string_equal(found[0].cause->id, "vanishing_gradients");
    assert_true(found[0].probability > 0.8);
}

static void returns_that_fall_are_never_called_overfitting(void **state)
{
    struct seen s = {.roles = WANTS(ROLE_RETURN)};
    finding_add(see(&s, "score_drop"), "recovered", 0, "");
    size_t n = ask(*state, &s);
    assert_string_equal(found[0].cause->id, "policy_update_too_large");
    assert_true(probability(n, "overfitting") == 0);
}

static void no_kind_alone_makes_a_cause_more_than_nearly_sure(void **state)
{
    for (const struct kind *kind = kinds; kind->name; kind++) {
        struct seen s = {.roles = WANTS_ALL & ~WANTS(ROLE_LOSS_DISCRIMINATOR) & ~WANTS(ROLE_RETURN)};
        see(&s, kind->name);
        size_t n = ask(*state, &s);
        if (n < 1) fail_msg("%s alone leads to no cause", kind->name);
        for (size_t d = 0; d < n; d++) assert_true(found[d].probability <= 0.97 && found[d].n_because == 1);
    }
}

/* ---- what is refused ---- */

static char root[64];

static void put(const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}
static void drop(const char *name)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", root, name);
    unlink(path);
    rmdir(path);
}

#define FIX_TEXT                                                                                                                 \
    "{\"id\":\"f\",\"title\":\"t\",\"action\":\"a\",\"expect\":\"e\",\"verify\":\"v\",\"risk\":\"r\",\"source\":\"s\","          \
    "\"works\":{\"for\":1,\"against\":1},\"gain\":0.5,\"cost\":0.1}"
#define CAUSE_TEXT(prior, clue, fix)                                                                                             \
    "{\"id\":\"c\",\"title\":\"t\",\"explanation\":\"e\",\"source\":\"s\",\"prior\":" prior ",\"clues\":[" clue                  \
    "],\"separators\":[],\"fixes\":[\"" fix "\"]}"
#define CLUE "{\"finding\":\"loss_spike\",\"ratio\":4}"

static int make_directory(void **state)
{
    (void)state;
    strcpy(root, "/tmp/mlwatch-knowledge-XXXXXX");
    if (!mkdtemp(root)) return 1;
    char path[96];
    snprintf(path, sizeof path, "%s/causes", root), mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/fixes", root), mkdir(path, 0700);
    put("fixes/f.json", FIX_TEXT);
    return setenv("MLWATCH_TEMPLATES", root, 1);
}
static int remove_directory(void **state)
{
    (void)state;
    drop("causes/c.json"), drop("causes"), drop("fixes/f.json"), drop("fixes"), drop("");
    return unsetenv("MLWATCH_TEMPLATES");
}

static void a_directory_replaces_what_is_compiled_in(void **state)
{
    (void)state;
    struct knowledge k;
    struct err err = {0};
    put("causes/c.json", CAUSE_TEXT("0.5", CLUE, "f"));
    put("causes/.c.json.swp", "an editor's file");
    assert_int_equal(knowledge_open(&k, &err), OK);
    assert_int_equal(k.n_causes, 1);
    assert_non_null(knowledge_cause(&k, "c"));
    assert_null(knowledge_cause(&k, "lr_too_high"));
    assert_true(k.causes[0].clues[0].min == -INFINITY && k.fixes[0].harm == 0.29);
    knowledge_done(&k);
    drop("causes/.c.json.swp");
}

static void a_fault_in_the_data_names_file_key_and_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {CAUSE_TEXT("1.5", CLUE, "f"), "prior must lie between 0 and 1"},
        {CAUSE_TEXT("0.5", "{\"finding\":\"loss_spkie\",\"ratio\":4}", "f"), "clues[0]: finding is no finding kind"},
        {CAUSE_TEXT("0.5", "{\"finding\":\"loss_spike\",\"ratio\":-1}", "f"), "clues[0]: ratio must be above 0"},
        {CAUSE_TEXT("0.5", "{\"finding\":\"loss_spike\",\"ratio\":\"4\"}", "f"), "clues[0].ratio must be a number"},
        {CAUSE_TEXT("0.5", "{\"finding\":\"loss_spike\",\"ratoi\":4}", "f"), "clues[0].ratoi is no key"},
        {CAUSE_TEXT("0.5", "{\"finding\":\"loss_spike\"}", "f"), "clues[0].ratio is missing"},
        {CAUSE_TEXT("0.5", "{\"ratio\":4}", "f"), "clues[0]: has no condition"},
        {CAUSE_TEXT("0.5", "4", "f"), "clues[0] must be an object"},
        {CAUSE_TEXT("0.5", "{\"role\":\"los\",\"ratio\":4}", "f"), "clues[0].role names no role"},
        {CAUSE_TEXT("0.5", "{\"absent\":\"loss_spike\",\"ratio\":4}", "f"), "absent needs the role"},
        {CAUSE_TEXT("0.5", "{\"fact\":\"lr\",\"max\":1,\"ratio\":4}", "f"), "fact is no canonical setting"},
        {CAUSE_TEXT("0.5", "{\"fact\":\"dropout\",\"ratio\":4}", "f"), "needs min or max"},
        {CAUSE_TEXT("0.5", "{\"fact\":\"dropout\",\"min\":2,\"max\":1,\"ratio\":4}", "f"), "min is above max"},
        {CAUSE_TEXT("0.5", "{\"event\":\"killd\",\"ratio\":4}", "f"), "event is no event"},
        {CAUSE_TEXT("0.5", CLUE, "g"), "fixes[0] 'g' is no file of templates/fixes"},
        {"{\"id\":\"c\",\"title\":\"t\",\"explanation\":\"e\",\"source\":\"s\",\"prior\":0.5,\"clues\":[" CLUE
         "],\"fixes\":[\"f\"],"
         "\"separators\":[{\"artifact\":\"a\",\"why\":\"w\",\"how\":\"h\",\"in\":{\"pytroch\":\"x\"}}]}",
         "separators[0].in names a framework that is not known"},
        {"{\"id\":\"c\"", "line 1"},
        {"", "line 1"},
        {"[]", "the file must be an object"},
        {"{\"id\":\"d\"}", "title is missing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct knowledge k = {.n_causes = 99};
        struct err err = {0};
        put("causes/c.json", cases[i].text);
        assert_int_equal(knowledge_open(&k, &err), E_FORMAT);
        if (!strstr(err.text, cases[i].says)) fail_msg("expected \"%s\" in \"%s\"", cases[i].says, err.text);
        assert_non_null(strstr(err.text, "causes/c.json"));
        assert_int_equal(k.n_causes, 99);
    }
}

static void a_fault_in_what_is_said_of_missing_artifacts_is_told(void **state)
{
    (void)state;
#define ARTIFACT(more, findings)                                                                                                 \
    "{\"id\":\"a\",\"artifact\":\"t\",\"role\":\"grad_norm\",\"how\":\"h\",\"place\":1,\"findings\":[" findings "]" more "}"
    static const struct {
        const char *text, *says;
    } cases[] = {{ARTIFACT("", "\"grad_spkie\""), "findings holds a word that is no finding kind"},
                 {ARTIFACT("", ""), "findings is empty"},
                 {ARTIFACT(",\"in\":{\"torch\":\"x\"}", "\"grad_spike\""), "in names a framework"},
                 {ARTIFACT(",\"in\":{\"pytorch\":7}", "\"grad_spike\""), "in must be a text"},
                 {ARTIFACT(",\"not_in\":[\"trees\"]", "\"grad_spike\""), "not_in names a framework"},
                 {ARTIFACT(",\"also\":[\"grad\"]", "\"grad_spike\""), "also names no role"},
                 {ARTIFACT(",\"usual\":1", "\"grad_spike\""), "usual must be true or false"},
                 {ARTIFACT(",\"fact\":\"precision\"", "\"grad_spike\""), "fact and equals go together"}};
    put("causes/c.json", CAUSE_TEXT("0.5", CLUE, "f"));
    char path[96];
    snprintf(path, sizeof path, "%s/unseen", root), mkdir(path, 0700);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct knowledge k;
        struct err err = {0};
        put("unseen/a.json", cases[i].text);
        assert_int_equal(knowledge_open(&k, &err), E_FORMAT);
        if (!strstr(err.text, cases[i].says)) fail_msg("expected \"%s\" in \"%s\"", cases[i].says, err.text);
    }
    struct knowledge k;
    struct err err = {0};
    put("unseen/a.json", ARTIFACT(",\"in\":{\"keras\":\"x\"}", "\"grad_spike\""));
    assert_int_equal(knowledge_open(&k, &err), OK);
    assert_int_equal(k.n_artifacts, 1);
    assert_string_equal(wording_in(&k.artifacts[0].in, kit_by_id("keras")), "x");
    assert_null(wording_in(&k.artifacts[0].in, kit_by_id("lightning")));
    knowledge_done(&k);
    drop("unseen/a.json"), drop("unseen");
}

static void a_fix_may_not_promise_more_than_is_known(void **state)
{
    (void)state;
    struct knowledge k;
    struct err err = {0};
    put("fixes/f.json", "{\"id\":\"f\",\"title\":\"t\",\"action\":\"a\",\"expect\":\"e\",\"verify\":\"v\",\"risk\":\"r\","
                        "\"source\":\"s\",\"works\":{\"for\":9,\"against\":1},\"gain\":0.5,\"cost\":0.1}");
    assert_int_equal(knowledge_open(&k, &err), E_FORMAT);
    assert_non_null(strstr(err.text, "works may not start above 0.8"));
    put("fixes/f.json", FIX_TEXT);
}

static void an_oversized_file_a_fifo_and_a_missing_directory_end_in_a_sentence(void **state)
{
    (void)state;
    struct knowledge k;
    struct err err = {0};
    char path[96], *big = malloc((256 << 10) + 2);
    memset(big, ' ', (256 << 10) + 1), big[(256 << 10) + 1] = '\0';
    put("causes/c.json", big);
    free(big);
    assert_int_equal(knowledge_open(&k, &err), E_LIMIT);
    assert_non_null(strstr(err.text, "longer than 256 KiB"));
    drop("causes/c.json");
    snprintf(path, sizeof path, "%s/causes/c.json", root);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(knowledge_open(&k, &err), E_FORMAT);
    assert_non_null(strstr(err.text, "not a regular file"));
    drop("causes/c.json"), drop("causes");
    assert_int_equal(knowledge_open(&k, &err), E_IO);
    assert_non_null(strstr(err.text, "MLWATCH_TEMPLATES"));
    snprintf(path, sizeof path, "%s/causes", root), mkdir(path, 0700);
}

int main(void)
{
    const struct CMUnitTest ours[] = {
        cmocka_unit_test(every_cause_can_be_found_asked_for_and_mended),
        cmocka_unit_test(every_clue_says_why_and_weighs_something),
        cmocka_unit_test(every_finding_leads_to_a_cause_or_says_why_none),
        cmocka_unit_test(every_fix_belongs_to_a_cause_and_says_how_to_verify_it),
        cmocka_unit_test(the_fix_that_fits_a_sure_cause_comes_first),
        cmocka_unit_test(every_missing_artifact_hides_findings_that_look_at_it),
        cmocka_unit_test(the_names_that_are_asked_for_mean_what_they_are_asked_for),
        cmocka_unit_test(every_line_of_code_is_one),
        cmocka_unit_test(the_commonest_fixes_are_worded_for_every_framework_of_networks),
        cmocka_unit_test(a_divergence_alone_suggests_the_rate_and_asks_for_the_gradient_norm),
        cmocka_unit_test(a_logged_gradient_norm_is_not_asked_for),
        cmocka_unit_test(an_explosion_at_an_extreme_rate_is_the_rate),
        cmocka_unit_test(an_explosion_alone_is_named_after_itself),
        cmocka_unit_test(a_nan_from_the_first_step_is_ambiguous_without_settings),
        cmocka_unit_test(the_same_nan_seen_in_three_series_is_still_ambiguous),
        cmocka_unit_test(a_nan_from_the_first_step_with_a_huge_rate_is_the_rate),
        cmocka_unit_test(skipped_steps_in_half_precision_are_named),
        cmocka_unit_test(a_crash_is_what_the_log_says_it_is),
        cmocka_unit_test(an_error_is_what_its_last_line_says),
        cmocka_unit_test(a_traceback_alone_is_an_error_of_the_program_and_asks_for_the_versions),
        cmocka_unit_test(overfitting_is_sure_unless_the_gap_was_there_from_the_first_evaluation),
        cmocka_unit_test(a_discriminator_near_zero_names_both_sides_of_the_collapse),
        cmocka_unit_test(vanishing_gradients_below_a_flat_loss_are_named),
        cmocka_unit_test(returns_that_fall_are_never_called_overfitting),
        cmocka_unit_test(no_kind_alone_makes_a_cause_more_than_nearly_sure),
    };
    const struct CMUnitTest theirs[] = {
        cmocka_unit_test(a_directory_replaces_what_is_compiled_in),
        cmocka_unit_test(a_fault_in_the_data_names_file_key_and_reason),
        cmocka_unit_test(a_fault_in_what_is_said_of_missing_artifacts_is_told),
        cmocka_unit_test(a_fix_may_not_promise_more_than_is_known),
        cmocka_unit_test(an_oversized_file_a_fifo_and_a_missing_directory_end_in_a_sentence),
    };
    int failed = cmocka_run_group_tests_name("what we know", ours, open_knowledge, close_knowledge);
    return failed + cmocka_run_group_tests_name("what we refuse", theirs, make_directory, remove_directory);
}
