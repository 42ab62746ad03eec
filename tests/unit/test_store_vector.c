/* Vectors of incidents: kept by model, gone when the incident says something else. */
#include "store_fixture.h"

static void tell(struct store *s, const char *id, const char *message)
{
    struct err err;
    struct incident_row row = {
        .incident = {.kind = "loss_spike", .state = "open", .severity = "warning", .message = message, .opened = 100}};
    struct commit c = {.run = {.id = RUN_ID, .name = "gpt", .path = "/run", .first_seen = 1, .last_data = 2},
                       .incidents = &row,
                       .n_incidents = 1};
    snprintf(row.incident.id, sizeof row.incident.id, "%s", id);
    memcpy(row.incident.run_id, RUN_ID, sizeof RUN_ID);
    if (store_commit(s, &c, &err)) fail_msg("%s", err.text);
}

static void keep(struct store *s, const char *id, const char *model, const float *v, size_t n)
{
    struct err err;
    if (store_vector(s, id, model, v, n, &err)) fail_msg("%s", err.text);
}

struct vectors {
    size_t n;
    float first, last;
    char incident[12], run[12];
};

static bool see(void *arg, const char *incident, const char *run, const float *v)
{
    struct vectors *s = arg;
    s->n++;
    s->first = v[0];
    s->last = v[2];
    snprintf(s->incident, sizeof s->incident, "%s", incident);
    snprintf(s->run, sizeof s->run, "%s", run);
    return true;
}

static struct vectors vectors_of(struct store *s, const char *model, size_t dims)
{
    struct vectors seen = {0};
    struct err err;
    if (store_vectors(s, NULL, model, dims, see, &seen, &err)) fail_msg("%s", err.text);
    return seen;
}

static bool count_one(void *arg, const char *incident)
{
    (void)incident;
    ++*(size_t *)arg;
    return true;
}

static size_t missing(struct store *s, const char *model, size_t max)
{
    size_t n = 0;
    struct err err;
    if (store_unembedded(s, model, max, count_one, &n, &err)) fail_msg("%s", err.text);
    return n;
}

static const float v[3] = {0.25f, -1, 0.5f};

static void vectors_of_models_do_not_mix(void **state)
{
    const struct place *p = *state;
    struct store *s = open_or_fail(p->path, true);
    tell(s, "iaaaaaaaa", "spiked");
    keep(s, "iaaaaaaaa", "one", v, 3);
    struct vectors seen = vectors_of(s, "one", 3);
    assert_int_equal(seen.n, 1);
    assert_string_equal(seen.incident, "iaaaaaaaa");
    assert_string_equal(seen.run, RUN_ID);
    assert_true(seen.first == 0.25f && seen.last == 0.5f);
    assert_int_equal(vectors_of(s, "other", 3).n, 0);
    assert_int_equal(vectors_of(s, "one", 4).n, 0); /* of another size: not this model's */
    assert_int_equal(missing(s, "one", 9), 0);
    assert_int_equal(missing(s, "other", 9), 1);
    store_close(s);
}

static void an_incident_that_says_something_else_has_no_vector(void **state)
{
    const struct place *p = *state;
    struct err err;
    struct store *s = open_or_fail(p->path, true);
    tell(s, "iaaaaaaaa", "spiked");
    keep(s, "iaaaaaaaa", "one", v, 3);
    tell(s, "iaaaaaaaa", "spiked");
    assert_int_equal(vectors_of(s, "one", 3).n, 1);
    tell(s, "iaaaaaaaa", "spiked higher");
    assert_int_equal(vectors_of(s, "one", 3).n, 0);
    keep(s, "iaaaaaaaa", "one", v, 3);
    assert_int_equal(store_outcome(s, "iaaaaaaaa", "clip_gradients", "yes", "norm 1.0", 5, &err), OK);
    assert_int_equal(vectors_of(s, "one", 3).n, 0); /* what people noted is part of what it means */
    keep(s, "ibbbbbbbb", "one", v, 3);              /* no such incident */
    assert_int_equal(vectors_of(s, "one", 3).n, 0);
    store_close(s);
}

static void no_more_are_named_than_asked_for(void **state)
{
    const struct place *p = *state;
    struct store *s = open_or_fail(p->path, true);
    char id[12];
    for (char c = 'a'; c < 'f'; c++) {
        snprintf(id, sizeof id, "iaaaaaaa%c", c);
        tell(s, id, "spiked");
    }
    assert_int_equal(missing(s, "one", 3), 3);
    assert_int_equal(missing(s, "one", 9), 5);
    store_close(s);
}

static void a_reader_keeps_no_vectors(void **state)
{
    const struct place *p = *state;
    struct err err;
    struct store *s = open_or_fail(p->path, true);
    tell(s, "iaaaaaaaa", "spiked");
    store_close(s);
    s = open_or_fail(p->path, false);
    assert_int_equal(store_vector(s, "iaaaaaaaa", "one", v, 3, &err), E_STORE);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(vectors_of_models_do_not_mix, make_place, remove_place),
        cmocka_unit_test_setup_teardown(an_incident_that_says_something_else_has_no_vector, make_place, remove_place),
        cmocka_unit_test_setup_teardown(no_more_are_named_than_asked_for, make_place, remove_place),
        cmocka_unit_test_setup_teardown(a_reader_keeps_no_vectors, make_place, remove_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
