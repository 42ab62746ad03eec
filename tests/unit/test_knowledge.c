/* knowledge: the walk over every cause, fix and artifact that travels with the program. */
#include <string.h>

#include "../../analyzers/kind.h"
#include "../../daemon/knowledge/kit.h"
#include "../../daemon/knowledge/vocabulary.h"
#include "knowledge_fixture.h"

/* Emitted kinds that no cause explains, and why. */
static const struct {
    const char *kind, *reason;
} no_cause[] = {{"optimizer_steps_differ", "experts that are rarely chosen have it by design"},
                {"embedding_rows_untouched", "a vocabulary is larger than a data set by design"},
                {"spectrum_overtrained", "a small task needs few directions"},
                {NULL, NULL}};

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cause_can_be_found_asked_for_and_mended),
        cmocka_unit_test(every_clue_says_why_and_weighs_something),
        cmocka_unit_test(every_finding_leads_to_a_cause_or_says_why_none),
        cmocka_unit_test(every_fix_belongs_to_a_cause_and_says_how_to_verify_it),
        cmocka_unit_test(the_fix_that_fits_a_sure_cause_comes_first),
        cmocka_unit_test(every_missing_artifact_hides_findings_that_look_at_it),
        cmocka_unit_test(the_names_that_are_asked_for_mean_what_they_are_asked_for),
        cmocka_unit_test(every_line_of_code_is_one),
        cmocka_unit_test(the_commonest_fixes_are_worded_for_every_framework_of_networks),
    };
    return cmocka_run_group_tests_name("the knowledge that is built in", tests, open_knowledge, close_knowledge);
}
