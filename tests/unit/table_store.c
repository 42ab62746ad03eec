/* table_store: one script of calls against every store of MLWATCH_TEST_STORES (URLs of empty stores, separated by spaces; by default
 * a SQLite file in a temporary directory). Whatever the back end, the answers are these. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/base/str.h"
#include "../../daemon/store/store.h"

static const char *url; /* the store that the script runs against now */

static void ok(enum status status, const struct err *err)
{
    if (status) fail_msg("%s: %s", url, err->text);
}

static struct store *open_store(bool writing)
{
    struct store *s = NULL;
    struct err err;
    ok(store_open(url, writing, &s, &err), &err);
    return s;
}

static void commit(struct store *s, const struct commit *c)
{
    struct err err;
    ok(store_commit(s, c, &err), &err);
}

static struct run_row run_a(void)
{
    return (struct run_row){.id = "raaaaaaaa",
                            .name = "resnet",
                            .path = "/runs/resnet",
                            .project = "vision",
                            .framework = "keras",
                            .tags = "gpu=1\nwho=me",
                            .first_seen = 100,
                            .last_data = 200.5,
                            .state = RUN_RUNNING,
                            .watched = true};
}
static struct run_row run_b(void)
{
    return (struct run_row){.id = "raabbbbbb",
                            .name = "bert",
                            .path = "/runs/bert",
                            .project = "vision",
                            .first_seen = 300,
                            .last_data = NAN,
                            .state = RUN_FAILED};
}
static struct run_row run_c(void)
{
    return (struct run_row){.id = "rccccccc2",
                            .name = "bert",
                            .path = "/other/bert",
                            .project = "text",
                            .first_seen = 400,
                            .last_data = 401,
                            .state = RUN_FINISHED};
}

static struct incident_row divergence(const char *id, const char *run, double opened)
{
    struct incident_row r = {.incident = {.run_name = "ignored: the run's own name counts",
                                          .kind = "loss_divergence",
                                          .series = "train/loss",
                                          .severity = "critical",
                                          .state = "open",
                                          .cause = "lr_too_high",
                                          .cause_probability = 0.84,
                                          .opened = opened,
                                          .closed = NAN,
                                          .onset_step = 4820,
                                          .message = "train/loss rose from 2.31 to 7.90 in 140 steps"},
                             .causes = {{"lr_too_high", 0.84}, {"exploding_gradients", 0.4}},
                             .n_causes = 2,
                             .offered = {{"lower_learning_rate", 0.7}},
                             .n_offered = 1,
                             .text = "learning rate too high; Adam; warmup_steps 0; naïve baseline"};
    snprintf(r.incident.id, sizeof r.incident.id, "%s", id);
    snprintf(r.incident.run_id, sizeof r.incident.run_id, "%s", run);
    return r;
}

static struct incident_row stall(const char *id, const char *run, double opened)
{
    struct incident_row r = {.incident = {.kind = "run_stalled",
                                          .severity = "warning",
                                          .state = "closed",
                                          .cause = NULL,
                                          .cause_probability = NAN,
                                          .opened = opened,
                                          .closed = opened + 5,
                                          .onset_step = -3,
                                          .message = "no new data for 20 minutes"}};
    snprintf(r.incident.id, sizeof r.incident.id, "%s", id);
    snprintf(r.incident.run_id, sizeof r.incident.run_id, "%s", run);
    return r;
}

/* Three runs. The first holds everything, in two commits; the others incidents. */
static void a_store_takes_commits(void **state)
{
    (void)state;
    struct store *s = open_store(true);
    const struct source_row source = {.index = 0,
                                      .path = "/runs/resnet/log.csv",
                                      .format = "csv",
                                      .device = 7,
                                      .inode = UINT64_MAX,
                                      .offset = 1000,
                                      .lines = 10,
                                      .records = 9,
                                      .head_hash = UINT64_C(0xFEDCBA9876543210),
                                      .tail_hash = 5,
                                      .head_bytes = 4096,
                                      .tail_bytes = 64};
    const struct series_row series[] = {{0, 0, "train/loss", AXIS_STEP}, {1, 0, "val acc", AXIS_EPOCH}};
    const struct point_row points[] = {{0, 0, 0, 1, NAN, 2.5, 2}, {1, 0, 0, 1, 150.25, -0.0, 2}, {0, 0, 0, 2, NAN, NAN, 3}};
    const struct fact facts[] = {{"learning_rate", "0.1"}, {"optimizer", "adam"}};
    const struct event_row event = {0, 4, EVENT_TRACEBACK, "RuntimeError: \xFF hostile"};
    const struct notice_row notice = {"n1", "webhook", "{}", 160};
    const struct incident_row first = divergence("iaaaaaaaa", "raaaaaaaa", 150);
    commit(s, &(struct commit){run_a(), &source, 1, series, 2, points, 3, facts, 2, &event, 1, &first, 1, &notice, 1});

    struct source_row further = source;
    further.offset = 2000;
    const struct fact changed = {"learning_rate", "0.01"};
    const struct point_row more[] = {{0, 0, 1, 1, 151, INFINITY, 4}};
    struct run_row later = run_a();
    later.framework = later.tags = NULL;
    later.first_seen = 999;
    later.state = RUN_STALLED;
    struct incident_row closed = first;
    closed.incident.state = "closed", closed.incident.closed = 180;
    closed.n_causes = 1;
    commit(s, &(struct commit){.run = later,
                               .sources = &further,
                               .n_sources = 1,
                               .points = more,
                               .n_points = 1,
                               .facts = &changed,
                               .n_facts = 1,
                               .incidents = &closed,
                               .n_incidents = 1,
                               .notices = &notice,
                               .n_notices = 1});

    const struct incident_row b[] = {divergence("iaabbbbbb", "raabbbbbb", 350), stall("ibbbbbbb2", "raabbbbbb", 360)};
    const struct incident_row c = stall("iccccccc2", "rccccccc2", 400);
    commit(s, &(struct commit){.run = run_b(), .incidents = b, .n_incidents = 2});
    commit(s, &(struct commit){.run = run_c(), .incidents = &c, .n_incidents = 1});
    store_close(s);
}

/* Readers answer in lines of text, so that a test is a comparison. */
static bool add_run(void *arg, const struct run_row *r)
{
    str_addf(arg, "%s %s %s %s %s %s %g %g %d %d\n", r->id, r->name, r->path, r->project, r->framework ? r->framework : "-",
             r->tags ? r->tags : "-", r->first_seen, isnan(r->last_data) ? -1 : r->last_data, r->state, r->watched);
    return true;
}
static bool add_source(void *arg, const struct source_row *r)
{
    str_addf(arg, "%d %s %s %llu %llx %llu %llu %llu %llx %llu %u %u\n", r->index, r->path, r->format,
             (unsigned long long)r->device, (unsigned long long)r->inode, (unsigned long long)r->offset,
             (unsigned long long)r->lines, (unsigned long long)r->records, (unsigned long long)r->head_hash,
             (unsigned long long)r->tail_hash, r->head_bytes, r->tail_bytes);
    return true;
}
static bool add_series(void *arg, const struct series_row *r)
{
    str_addf(arg, "%u %d %s %s\n", r->id, r->source, r->name, r->axis == AXIS_EPOCH ? "epoch" : "step");
    return true;
}
static bool add_point(void *arg, const struct point_row *p)
{
    uint64_t bits;
    memcpy(&bits, &p->value, sizeof bits);
    str_addf(arg, "%u/%d step %lld time %g line %llu %llx\n", p->series, p->segment, (long long)p->step,
             isnan(p->time) ? -1 : p->time, (unsigned long long)p->line, (unsigned long long)bits);
    return true;
}
static bool add_fact(void *arg, const struct fact *f)
{
    str_addf(arg, "%s=%s\n", f->key, f->value);
    return true;
}
static bool add_event(void *arg, const struct event_row *e)
{
    str_addf(arg, "%d %llu %s %s\n", e->source, (unsigned long long)e->line, e->kind == EVENT_TRACEBACK ? "traceback" : "?",
             e->text);
    return true;
}
static bool add_incident(void *arg, const struct incident_row *i)
{
    str_addf(arg, "%s of %s (%s) %s %s", i->incident.id, i->incident.run_id, i->incident.run_name, i->incident.kind,
             i->incident.state);
    for (size_t k = 0; k < i->n_causes; k++) str_addf(arg, " %s:%g", i->causes[k].cause, i->causes[k].probability);
    for (size_t k = 0; k < i->n_offered; k++) str_addf(arg, " try %s:%g", i->offered[k].fix, i->offered[k].confidence);
    str_add(arg, "\n");
    return true;
}
static bool add_outcome(void *arg, const struct outcome *o)
{
    str_addf(arg, "[%s] %s %s %s %s %g/%g/%g %u of %u\n", o->cause, o->fix, o->kind ? o->kind : "-",
             o->project ? o->project : "-", o->framework ? o->framework : "-", o->worked, o->failed, o->worse, o->times_worked,
             o->times);
    return true;
}
static bool add_outcome_line(void *arg, const char *fix, const char *worked, const char *note, double when)
{
    str_addf(arg, "%s %s %s %g\n", fix, worked, note ? note : "-", when);
    return true;
}
static bool add_hit(void *arg, const struct search_hit *h)
{
    str_addf(arg, "%s", h->incident.id);
    for (size_t i = 0; i < h->n_why; i++) str_addf(arg, "%s%s", i ? "; " : " ", h->why[i]);
    if (h->fix) str_addf(arg, " (%s: %s)", h->fix, h->worked);
    str_add(arg, "\n");
    return true;
}

#define ANSWERS(call, expected)                                                                                                  \
    do {                                                                                                                         \
        struct store *s = open_store(false);                                                                                     \
        struct str out = {0};                                                                                                    \
        struct err err;                                                                                                          \
        ok(call, &err);                                                                                                          \
        store_close(s);                                                                                                          \
        assert_string_equal(out.p ? out.p : "", expected);                                                                       \
        str_done(&out);                                                                                                          \
    } while (0)

static void runs_are_listed_newest_data_first(void **state)
{
    (void)state;
    ANSWERS(store_runs(s, add_run, &out, &err), "rccccccc2 bert /other/bert text - - 400 401 3 0\n"
                                                "raaaaaaaa resnet /runs/resnet vision keras gpu=1\nwho=me 100 200.5 2 1\n"
                                                "raabbbbbb bert /runs/bert vision - - 300 -1 4 0\n");
}

static bool add_id(void *arg, const struct run_row *r)
{
    str_add(arg, r->id);
    return true;
}

static void a_run_is_found_by_id_prefix_name_and_path(void **state)
{
    (void)state;
    ANSWERS(store_run(s, "raabbbbbb", add_id, &out, &err), "raabbbbbb");
    ANSWERS(store_run(s, "rc", add_id, &out, &err), "rccccccc2");
    ANSWERS(store_run(s, "resnet", add_id, &out, &err), "raaaaaaaa");
    ANSWERS(store_run(s, "/other/bert", add_id, &out, &err), "rccccccc2");
}

static void an_ambiguous_or_unknown_run_is_not_guessed(void **state)
{
    (void)state;
    struct store *s = open_store(false);
    struct str out = {0};
    struct err err;
    assert_int_equal(store_run(s, "bert", add_id, &out, &err), E_USAGE);
    assert_non_null(strstr(err.text, "raabbbbbb"));
    assert_non_null(strstr(err.text, "rccccccc2"));
    assert_int_equal(store_run(s, "raa", add_id, &out, &err), E_USAGE);
    assert_int_equal(store_run(s, "gpt", add_id, &out, &err), E_ABSENT);
    assert_int_equal(store_run(s, "", add_id, &out, &err), E_ABSENT);
    assert_int_equal(store_run(s, "r%", add_id, &out, &err), E_ABSENT);
    assert_int_equal(store_points(s, "rzzzzzzzz", add_point, &out, &err), E_ABSENT);
    assert_int_equal(out.n, 0);
    str_done(&out);
    store_close(s);
}

static void what_belongs_to_a_run_comes_back_as_it_was_given(void **state)
{
    (void)state;
    ANSWERS(store_sources(s, "raaaaaaaa", add_source, &out, &err),
            "0 /runs/resnet/log.csv csv 7 ffffffffffffffff 2000 10 9 fedcba9876543210 5 4096 64\n");
    ANSWERS(store_series(s, "raaaaaaaa", add_series, &out, &err), "0 0 train/loss step\n1 0 val acc epoch\n");
    ANSWERS(store_points(s, "raaaaaaaa", add_point, &out, &err), "0/0 step 1 time -1 line 2 4004000000000000\n"
                                                                 "1/0 step 1 time 150.25 line 2 8000000000000000\n"
                                                                 "0/0 step 2 time -1 line 3 7ff8000000000000\n"
                                                                 "0/1 step 1 time 151 line 4 7ff0000000000000\n");
    ANSWERS(store_facts(s, "raaaaaaaa", add_fact, &out, &err), "learning_rate=0.01\noptimizer=adam\n");
    ANSWERS(store_events(s, "raaaaaaaa", add_event, &out, &err), "0 4 traceback RuntimeError: \xFF hostile\n");
    ANSWERS(store_events(s, "raabbbbbb", add_event, &out, &err), "");
}

static void incidents_are_replaced_by_id_and_listed_newest_first(void **state)
{
    (void)state;
    ANSWERS(store_incidents(s, NULL, add_incident, &out, &err),
            "iccccccc2 of rccccccc2 (bert) run_stalled closed\n"
            "ibbbbbbb2 of raabbbbbb (bert) run_stalled closed\n"
            "iaabbbbbb of raabbbbbb (bert) loss_divergence open lr_too_high:0.84 exploding_gradients:0.4 try "
            "lower_learning_rate:0.7\n"
            "iaaaaaaaa of raaaaaaaa (resnet) loss_divergence closed lr_too_high:0.84 try lower_learning_rate:0.7\n");
    ANSWERS(store_incidents(s, "rccccccc2", add_incident, &out, &err), "iccccccc2 of rccccccc2 (bert) run_stalled closed\n");
    ANSWERS(store_incident(s, "ib", add_incident, &out, &err), "ibbbbbbb2 of raabbbbbb (bert) run_stalled closed\n");
}

static void an_incident_prefix_that_fits_several_or_none_is_refused(void **state)
{
    (void)state;
    struct store *s = open_store(false);
    struct str out = {0};
    struct err err;
    assert_int_equal(store_incident(s, "iaa", add_incident, &out, &err), E_USAGE);
    assert_non_null(strstr(err.text, "iaaaaaaaa (loss_divergence), iaabbbbbb"));
    assert_int_equal(store_incident(s, "ix", add_incident, &out, &err), E_ABSENT);
    assert_int_equal(out.n, 0);
    str_done(&out);
    store_close(s);
}

static bool stop_at_once(void *arg, const struct run_row *r)
{
    (void)r;
    ++*(int *)arg;
    return false;
}

static void a_callback_can_stop(void **state)
{
    (void)state;
    struct store *s = open_store(false);
    struct err err;
    int calls = 0;
    ok(store_runs(s, stop_at_once, &calls, &err), &err);
    assert_int_equal(calls, 1);
    store_close(s);
}

static void outcomes_are_kept_and_counted_by_cause_and_fix(void **state)
{
    (void)state;
    struct store *s = open_store(true);
    struct err err;
    ok(store_outcome(s, "iaaaa", "lower_learning_rate", "no", NULL, 500, &err), &err);
    ok(store_outcome(s, "iaaaa", "lower_learning_rate", "yes", "after a cleaner start", 510, &err), &err);
    ok(store_outcome(s, "iaab", "lower_learning_rate", "worse", NULL, 520, &err), &err);
    ok(store_outcome(s, "ib", "add_workers", "no", NULL, 530, &err), &err);
    ok(store_outcome(s, "izzzzzzz7", "lower_learning_rate", "yes", "of another host", 540, &err), &err);
    assert_int_equal(store_outcome(s, "izzz", "x", "yes", NULL, 1, &err), E_ABSENT);
    assert_int_equal(store_outcome(s, "ia", "x", "yes", NULL, 1, &err), E_USAGE);
    assert_int_equal(store_outcome(s, "iaaaaaaaa", "x", "maybe", NULL, 1, &err), E_USAGE);
    assert_int_equal(store_outcome(s, "iaaaaaaaa", "", "yes", NULL, 1, &err), E_USAGE);
    store_close(s);
    ANSWERS(store_outcomes(s, add_outcome, &out, &err),
            "[] add_workers run_stalled vision - 0/1/0 0 of 1\n"
            "[] lower_learning_rate - - - 1/0/0 1 of 1\n"
            "[lr_too_high] lower_learning_rate loss_divergence vision - 0/0/1 0 of 1\n"
            "[lr_too_high] lower_learning_rate loss_divergence vision keras 1/0/0 1 of 1\n");
    ANSWERS(store_outcome_lines(s, "iaaaaaaaa", add_outcome_line, &out, &err),
            "lower_learning_rate no - 500\n"
            "lower_learning_rate yes after a cleaner start 510\n");
    ANSWERS(store_outcome_lines(s, "izzzzzzz7", add_outcome_line, &out, &err), "lower_learning_rate yes of another host 540\n");
}

#define FINDS(query, expected)                                                                                                   \
    do {                                                                                                                         \
        bool refused = true;                                                                                                     \
        ANSWERS(store_search(s, &(struct search_query)query, &refused, add_hit, &out, &err), expected);                          \
        assert_false(refused);                                                                                                   \
    } while (0)
#define Q(...)                                                                                                                   \
    {                                                                                                                            \
        __VA_ARGS__                                                                                                              \
    }

static void words_find_incidents_whatever_their_form(void **state)
{
    (void)state;
    FINDS(Q(.words = "loss divergence"), "iaaaaaaaa words: loss, divergence (lower_learning_rate: yes)\n"
                                         "iaabbbbbb words: loss, divergence (lower_learning_rate: worse)\n");
    FINDS(Q(.words = "why did it diverge?", .limit = 1), "iaaaaaaaa words: diverge (lower_learning_rate: yes)\n");
    FINDS(Q(.words = "resn"), "iaaaaaaaa words: resn (lower_learning_rate: yes)\n");
    FINDS(Q(.words = "unheard STALLED zebra", .since = 380), "iccccccc2 words: stalled\n");
    FINDS(Q(.words = "NAIVE zebra", .limit = 1), "iaaaaaaaa words: naive (lower_learning_rate: yes)\n");
}

static void nothing_in_a_question_is_an_operator(void **state)
{
    (void)state;
    FINDS(Q(.words = "\"stalled\" AND NOT (x* OR kind:y^2) - ;DROP TABLE zebra", .since = 380), "iccccccc2 words: stalled\n");
}

static void facets_narrow_and_explain(void **state)
{
    (void)state;
    FINDS(Q(.words = "", .kind = "run_stalled"), "iccccccc2\nibbbbbbb2 (add_workers: no)\n");
    FINDS(Q(.words = NULL, .limit = 1), "iccccccc2\n");
    FINDS(Q(.words = "", .like_run = "resnet"), "iaabbbbbb same kind; same cause; same project (lower_learning_rate: worse)\n"
                                                "ibbbbbbb2 same project (add_workers: no)\n");
    FINDS(Q(.words = "twenty minutes", .like_run = "rccccccc2"), "ibbbbbbb2 words: minutes; same kind (add_workers: no)\n");
}

static void a_question_of_unknown_words_is_refused(void **state)
{
    (void)state;
    static const char *const questions[] = {"zebra", "zebras on the moon", "?!"};
    struct store *s = open_store(false);
    struct str out = {0};
    struct err err;
    for (size_t i = 0; i < 3; i++) {
        bool refused = false;
        ok(store_search(s, &(struct search_query){.words = questions[i]}, &refused, add_hit, &out, &err), &err);
        assert_true(refused);
        assert_int_equal(out.n, 0);
    }
    bool refused;
    assert_int_equal(store_search(s, &(struct search_query){.words = "loss", .like_run = "gpt"}, &refused, add_hit, &out, &err),
                     E_ABSENT);
    str_done(&out);
    store_close(s);
}

static bool is_watched(void *arg, const struct run_row *r)
{
    *(bool *)arg = r->watched;
    return false;
}

static void a_watch_is_remembered(void **state)
{
    (void)state;
    struct store *s = open_store(true);
    struct err err;
    bool watched = true;
    ok(store_watch(s, "raaaaaaaa", false, &err), &err);
    assert_int_equal(store_watch(s, "rzzzzzzzz", true, &err), E_ABSENT);
    ok(store_run(s, "raaaaaaaa", is_watched, &watched, &err), &err);
    assert_false(watched);
    store_close(s);
}

static void a_reader_cannot_write(void **state)
{
    (void)state;
    struct store *s = open_store(false);
    struct err err;
    assert_int_equal(store_commit(s, &(struct commit){.run = run_a()}, &err), E_STORE);
    assert_int_equal(store_outcome(s, "iaaaaaaaa", "x", "yes", NULL, 1, &err), E_STORE);
    assert_int_equal(store_watch(s, "raaaaaaaa", true, &err), E_STORE);
    store_close(s);
}

/* Commits of all sizes, so that journal, fold and direct chunks all occur: order and bits are those of arrival. */
struct expected {
    uint64_t next, wrong;
};
static struct point_row nth_point(uint64_t i)
{
    return (struct point_row){(uint32_t)(i * 7 % 5), (uint16_t)(i % 2),        0, (int64_t)(i / 5),
                              (double)i * 0.25,      (double)(i % 1000) / 100, i};
}
static bool expect_point(void *arg, const struct point_row *p)
{
    struct expected *e = arg;
    struct point_row want = nth_point(e->next++);
    e->wrong += p->series != want.series || p->source != want.source || p->step != want.step || p->line != want.line ||
                memcmp(&p->time, &want.time, 8) != 0 || memcmp(&p->value, &want.value, 8) != 0;
    return true;
}

static void points_keep_their_order_whatever_the_size_of_commits(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 3, 1019, 1, 1, 5000, 700, 400, 150000, 2, 1022, 66000, 10};
    struct store *s = open_store(true);
    struct err err;
    uint64_t n = 0;
    struct run_row run = {.id = "rpoints22", .name = "points", .path = "/points", .state = RUN_RUNNING};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct point_row *points = calloc(sizes[i], sizeof *points);
        assert_non_null(points);
        for (size_t k = 0; k < sizes[i]; k++) points[k] = nth_point(n++);
        commit(s, &(struct commit){.run = run, .points = points, .n_points = sizes[i]});
        free(points);
        struct expected e = {0};
        ok(store_points(s, "rpoints22", expect_point, &e, &err), &err);
        assert_int_equal(e.next, n);
        assert_int_equal(e.wrong, 0);
    }
    store_close(s);
}

static int run_script(void)
{
    const struct CMUnitTest script[] = {
        cmocka_unit_test(a_store_takes_commits),
        cmocka_unit_test(runs_are_listed_newest_data_first),
        cmocka_unit_test(a_run_is_found_by_id_prefix_name_and_path),
        cmocka_unit_test(an_ambiguous_or_unknown_run_is_not_guessed),
        cmocka_unit_test(what_belongs_to_a_run_comes_back_as_it_was_given),
        cmocka_unit_test(incidents_are_replaced_by_id_and_listed_newest_first),
        cmocka_unit_test(an_incident_prefix_that_fits_several_or_none_is_refused),
        cmocka_unit_test(a_callback_can_stop),
        cmocka_unit_test(outcomes_are_kept_and_counted_by_cause_and_fix),
        cmocka_unit_test(words_find_incidents_whatever_their_form),
        cmocka_unit_test(nothing_in_a_question_is_an_operator),
        cmocka_unit_test(facets_narrow_and_explain),
        cmocka_unit_test(a_question_of_unknown_words_is_refused),
        cmocka_unit_test(a_watch_is_remembered),
        cmocka_unit_test(a_reader_cannot_write),
        cmocka_unit_test(points_keep_their_order_whatever_the_size_of_commits),
    };
    return cmocka_run_group_tests_name(url, script, NULL, NULL);
}

int main(void)
{
    char dir[] = "/tmp/table-store-XXXXXX", path[64], stores[4096];
    const char *given = getenv("MLWATCH_TEST_STORES");
    int failed = 0;
    if (!mkdtemp(dir)) return 1;
    snprintf(path, sizeof path, "sqlite:%s/memory.db", dir);
    snprintf(stores, sizeof stores, "%s", given && *given ? given : path);
    for (char *next = NULL, *one = strtok_r(stores, " ", &next); one; one = strtok_r(NULL, " ", &next)) {
        url = one;
        failed += run_script();
    }
    static const char *const ends[] = {"", "-wal", "-shm", "-writer"};
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/memory.db%s", dir, ends[i]);
        unlink(path);
    }
    rmdir(dir);
    return failed;
}
