/* What is old goes: healthy runs first, never what is watched or was learned from. */
#include "../../daemon/store/upkeep.h"
#include "store_fixture.h"

static void put_run(struct store *s, const char *id, double last_data, bool watched, const char *incident)
{
    static struct point_row points[500];
    struct err err;
    const struct series_row series = {0, 0, "loss", AXIS_STEP};
    const struct source_row source = {.path = "/x", .format = "jsonl", .offset = 100, .records = 500};
    struct incident_row i = {
        .incident = {.kind = "loss_spike", .severity = "warning", .state = "open", .opened = last_data, .closed = NAN}};
    for (size_t k = 0; k < 500; k++) points[k] = point_of(3 * k);
    for (size_t k = 0; k < 500; k++) points[k].series = 0;
    snprintf(i.incident.id, sizeof i.incident.id, "%s", incident ? incident : "");
    struct commit c = {.run = {.name = id, .path = id, .first_seen = last_data, .last_data = last_data, .watched = watched},
                       .series = &series,
                       .n_series = 1,
                       .sources = &source,
                       .n_sources = 1,
                       .points = points,
                       .n_points = 500,
                       .incidents = &i,
                       .n_incidents = incident != NULL};
    snprintf(c.run.id, sizeof c.run.id, "%s", id);
    if (store_commit(s, &c, &err)) fail_msg("%s", err.text);
}

static void fill_old_and_new(struct store *s)
{
    struct err err;
    put_run(s, "roldhealt", 1000, false, NULL);
    put_run(s, "roldwatch", 1000, true, NULL);
    put_run(s, "roldbroke", 1000, false, "ibroken22");
    put_run(s, "roldknown", 1000, false, "iknown222");
    put_run(s, "rnewhealt", 9000, false, NULL);
    assert_int_equal(store_outcome(s, "iknown222", "lower_learning_rate", "yes", NULL, 2000, &err), OK);
}

static int64_t points_left(struct store *s, const char *id)
{
    struct err err;
    int64_t n = 0;
    bool watched;
    return upkeep_points(s, id, &n, &watched, &err) == E_ABSENT ? -1 : n;
}

static void prune_spares_what_is_watched_new_or_learned_from(void **state)
{
    struct place *p = *state;
    struct upkeep_pruned n;
    struct err err;
    struct store *s = open_or_fail(p->path, true);
    fill_old_and_new(s);
    const struct upkeep_pruning how = {.before = 5000};
    assert_int_equal(upkeep_prune(s, &(struct upkeep_pruning){.before = 5000, .dry = true}, &n, &err), OK);
    assert_int_equal(points_left(s, "roldhealt"), 500); /* dry */
    assert_int_equal(n.healthy + n.troubled + n.emptied, 3);
    assert_int_equal(upkeep_prune(s, &how, &n, &err), OK);
    assert_int_equal(n.healthy, 1);
    assert_int_equal(n.troubled, 1);
    assert_int_equal(n.emptied, 1);
    assert_int_equal(n.watched, 1);
    assert_int_equal(n.points, 1500);
    assert_int_equal(points_left(s, "roldhealt"), -1);
    assert_int_equal(points_left(s, "roldbroke"), -1);
    assert_int_equal(points_left(s, "roldwatch"), 500);
    assert_int_equal(points_left(s, "roldknown"), 0); /* fixes are ranked by its incident */
    assert_int_equal(points_left(s, "rnewhealt"), 500);
    assert_int_equal(upkeep_prune(s, &how, &n, &err), OK);
    assert_int_equal(n.healthy + n.troubled + n.emptied, 0);
    store_close(s);
}

static void prune_keeps_incidents_when_asked_to(void **state)
{
    struct place *p = *state;
    struct upkeep_pruned n;
    struct upkeep_stats stats;
    struct err err;
    struct store *s = open_or_fail(p->path, true);
    fill_old_and_new(s);
    assert_int_equal(upkeep_prune(s, &(struct upkeep_pruning){.before = 5000, .keep_incidents = true}, &n, &err), OK);
    assert_int_equal(n.troubled, 0);
    assert_int_equal(n.emptied, 2);
    assert_int_equal(upkeep_stats(s, &stats, &err), OK);
    assert_int_equal(stats.incidents, 2);
    assert_int_equal(stats.runs, 4);
    assert_int_equal(stats.points, 1000);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(prune_spares_what_is_watched_new_or_learned_from),
        WITH_PLACE(prune_keeps_incidents_when_asked_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
