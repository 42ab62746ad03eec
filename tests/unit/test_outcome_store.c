/* trials and outcomes in the memory: once, whatever happens in between; a person's word before what was watched. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/base/str.h"
#include "../../daemon/store/store.h"

static char path[] = "/tmp/mlwatch-outcome.XXXXXX";
static struct store *store;
static struct err err;

static void ok(enum status status)
{
    if (status) fail_msg("%s", err.text);
}

static void add_run(const char *id, const char *project, const char *incident, const char *state)
{
    struct incident_row row = {.incident = {.kind = "loss_divergence",
                                            .series = "loss",
                                            .severity = "critical",
                                            .state = state,
                                            .cause = "lr_too_high",
                                            .cause_probability = 0.9,
                                            .opened = 100,
                                            .closed = NAN,
                                            .onset_step = 200,
                                            .message = "it rose"},
                               .offered = {{"lower_learning_rate", 0.8}, {"clip_gradients", 0.7}},
                               .n_offered = 2};
    struct commit c = {
        .run = {.name = id, .path = id, .project = project, .framework = "keras", .first_seen = 50, .last_data = 90},
        .incidents = &row,
        .n_incidents = 1};
    snprintf(c.run.id, sizeof c.run.id, "%s", id);
    snprintf(row.incident.id, sizeof row.incident.id, "%s", incident);
    ok(store_commit(store, &c, &err));
}

static int set_up(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/mlwatch-outcome.XXXXXX");
    int fd = mkstemp(path);
    if (fd < 0) return -1;
    close(fd);
    unlink(path);
    ok(store_open(path, true, &store, &err));
    add_run("rfirst", "vision", "iaaaaaaaa", "open");
    add_run("rsecond", "vision", "ibbbbbbbb", "closed");
    add_run("rthird", "text", "icccccccc", "open");
    return 0;
}

static int tear_down(void **state)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-writer"};
    char name[64];
    (void)state;
    store_close(store);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(name, sizeof name, "%s%s", path, endings[i]);
        unlink(name);
    }
    return 0;
}

/* ---- answers as text ------------------------------------------------------------------------------------------------------- */

static struct str out;

static bool add_trial(void *arg, const struct trial_row *t)
{
    (void)arg;
    str_addf(&out, "%s %s %s %s %g %s %s@%lld; ", t->incident, t->fix, t->state, t->changes, t->weight, t->note ? t->note : "-",
             t->of.kind, (long long)t->of.onset_step);
    return true;
}
static bool add_outcome(void *arg, const struct outcome_row *o)
{
    (void)arg;
    str_addf(&out, "%s %s %s %s %g %s; ", o->fix, o->worked, o->teller, o->run ? o->run : "-", o->weight,
             o->note ? o->note : "-");
    return true;
}
static bool add_sum(void *arg, const struct outcome *o)
{
    (void)arg;
    str_addf(&out, "%s %s %s %s %s %g/%g/%g %u of %u; ", o->cause, o->fix, o->kind, o->project, o->framework, o->worked,
             o->failed, o->worse, o->times_worked, o->times);
    return true;
}
static bool add_unsolved(void *arg, const struct incident_row *i, const struct run_row *r)
{
    (void)arg;
    str_addf(&out, "%s of %s, %zu offered, %g; ", i->incident.id, r->id, i->n_offered, r->last_data);
    return true;
}

static void says(enum status status, const char *expected)
{
    ok(status);
    assert_string_equal(out.p ? out.p : "", expected);
    str_done(&out);
}
#define TRIALS(expected)   says(store_trials(store, "rnew", add_trial, NULL, &err), expected)
#define OUTCOMES(expected) says(store_outcome_rows(store, "iaaaaaaaa", add_outcome, NULL, &err), expected)
#define SUMS(expected)     says(store_outcomes(store, add_sum, NULL, &err), expected)
#define UNSOLVED(expected) says(store_unsolved(store, "vision", "rnew", 9, add_unsolved, NULL, &err), expected)

static const struct trial_row lower = {
    .incident = "iaaaaaaaa", .fix = "lower_learning_rate", .changes = "learning_rate 1 → .1", .weight = 0.5, .began = 300};

static bool put(const struct trial_row *rows, size_t n)
{
    bool fresh[4] = {false};
    ok(store_trials_put(store, "rnew", rows, n, fresh, &err));
    return fresh[0];
}

static bool decide(const char *worked, const char *note)
{
    bool news;
    ok(store_verdict(store, "rnew", "iaaaaaaaa", "lower_learning_rate", worked, note, 400, &news, &err));
    return news;
}

/* ---- tests ----------------------------------------------------------------------------------------------------------------- */

static void a_trial_is_new_once_and_follows_what_is_told_late(void **state)
{
    (void)state;
    struct trial_row shared = lower;
    shared.changes = "learning_rate 1 → .1, dropout 0 → .1";
    shared.weight = 0.25;
    assert_true(put(&lower, 1));
    assert_false(put(&lower, 1));
    assert_false(put(&shared, 1));
    TRIALS("iaaaaaaaa lower_learning_rate watching learning_rate 1 → .1, dropout 0 → .1 0.25 - loss_divergence@200; ");
    put(NULL, 0); /* it was not tried after all */
    TRIALS("");
}

static void a_verdict_is_one_outcome_however_often_it_is_given(void **state)
{
    (void)state;
    put(&lower, 1);
    OUTCOMES("");
    assert_true(decide("yes", "stayed away"));
    assert_false(decide("yes", "stayed away still"));
    OUTCOMES("lower_learning_rate yes watched rnew 0.5 stayed away; ");
    assert_true(decide("no", "came back")); /* later */
    OUTCOMES("lower_learning_rate no watched rnew 0.5 came back; ");
    SUMS("lr_too_high lower_learning_rate loss_divergence vision keras 0/0.5/0 0 of 1; ");
    put(NULL, 0); /* what is decided stays */
    TRIALS("iaaaaaaaa lower_learning_rate no learning_rate 1 → .1 0.5 came back loss_divergence@200; ");
}

static void what_nobody_tries_cannot_be_decided(void **state)
{
    (void)state;
    assert_false(decide("yes", "stayed away"));
    OUTCOMES("");
}

static void a_persons_word_counts_whoever_came_first(void **state)
{
    (void)state;
    put(&lower, 1);
    decide("yes", "stayed away");
    ok(store_outcome(store, "iaaaaaaaa", "lower_learning_rate", "worse", NULL, 500, &err));
    SUMS("lr_too_high lower_learning_rate loss_divergence vision keras 0/0/1 0 of 1; ");
    decide("no", "came back"); /* changes what was watched, and not what counts */
    SUMS("lr_too_high lower_learning_rate loss_divergence vision keras 0/0/1 0 of 1; ");
}

static void after_a_persons_word_nothing_is_noted_beside_it(void **state)
{
    (void)state;
    put(&lower, 1);
    ok(store_outcome(store, "iaaaaaaaa", "lower_learning_rate", "no", "by hand", 500, &err));
    assert_true(decide("yes", "stayed away"));
    OUTCOMES("lower_learning_rate no person - 1 by hand; ");
}

static void open_incidents_of_the_project_are_unsolved_until_something_helped(void **state)
{
    (void)state;
    UNSOLVED("iaaaaaaaa of rfirst, 2 offered, 90; ");
    ok(store_outcome(store, "iaaaaaaaa", "clip_gradients", "no", NULL, 500, &err));
    UNSOLVED("iaaaaaaaa of rfirst, 2 offered, 90; ");
    ok(store_outcome(store, "iaaaaaaaa", "clip_gradients", "yes", NULL, 501, &err));
    UNSOLVED("");
}

static bool add_fact(void *arg, const struct fact *f)
{
    (void)arg;
    str_addf(&out, "%s=%s; ", f->key, f->value);
    return true;
}

static void a_measured_setting_is_the_last_one_measured(void **state)
{
    (void)state;
    ok(store_setting(store, "rnew", "learning_rate", "0.1", &err));
    ok(store_setting(store, "rnew", "learning_rate", "0.2", &err));
    says(store_settings(store, "rnew", add_fact, NULL, &err), "learning_rate=0.2; ");
    says(store_settings(store, "rfirst", add_fact, NULL, &err), "");
}

static void a_reader_cannot_write(void **state)
{
    (void)state;
    struct store *reader;
    bool flag;
    ok(store_open(path, false, &reader, &err));
    assert_int_equal(store_trials_put(reader, "rnew", &lower, 1, &flag, &err), E_STORE);
    assert_int_equal(store_verdict(reader, "rnew", "iaaaaaaaa", "x", "yes", "", 1, &flag, &err), E_STORE);
    assert_int_equal(store_setting(reader, "rnew", "x", "y", &err), E_STORE);
    store_close(reader);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(a_trial_is_new_once_and_follows_what_is_told_late),
        EACH(a_verdict_is_one_outcome_however_often_it_is_given),
        EACH(what_nobody_tries_cannot_be_decided),
        EACH(a_persons_word_counts_whoever_came_first),
        EACH(after_a_persons_word_nothing_is_noted_beside_it),
        EACH(open_incidents_of_the_project_are_unsolved_until_something_helped),
        EACH(a_measured_setting_is_the_last_one_measured),
        EACH(a_reader_cannot_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
