/* test_recall: a run is judged alike from its directory and from the memory, the memories of all hosts are one, and what is explained
 * cites what it rests on. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/engine/explanation.h"
#include "../../daemon/engine/read.h"

enum { POINTS_MAX = 8192 };

static char home[] = "/tmp/mlwatch-recall-XXXXXX";

static const char *in_home(const char *name)
{
    static char path[4][256];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", home, name);
    return path[turn];
}

static void must(enum status s, const struct err *err)
{
    if (s) fail_msg("%s", err->text);
}

/* ---- a log, and a memory that watched it ---------------------------------------------------------------------------------- */

/* A loss that falls for 300 steps, then is NaN for the rest; a rate that is far too high; a crash with a hostile last word. */
static void write_log(const char *directory)
{
    char path[300];
    mkdir(directory, 0700);
    snprintf(path, sizeof path, "%s/log.jsonl", directory);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "{\"config\": {\"learning_rate\": 8.0, \"optimizer\": \"sgd\"}}\n");
    for (int i = 0; i < 400; i++) {
        if (i < 300) fprintf(f, "{\"step\": %d, \"train/loss\": %.4f, \"lr\": 8.0}\n", i, 3.0 / (1 + 0.01 * i) + 0.02 * (i % 7));
        else fprintf(f, "{\"step\": %d, \"train/loss\": NaN, \"lr\": 8.0}\n", i);
    }
    fclose(f);
    snprintf(path, sizeof path, "%s/stderr.log", directory);
    f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "starting\nTraceback (most recent call last):\n  File \"train.py\", line 3, in <module>\nRuntimeError: "
               "\x1b[31mboom\x1b[0m\a\n");
    fclose(f);
}

struct batch {
    struct commit commit;
    struct series_row series[64];
    struct point_row points[POINTS_MAX];
    struct fact facts[64];
    struct event_row events[64];
    struct source_row sources[8];
};

static const char *dup_text(const char *text)
{
    char *copy = strdup(text); /* lives as long as the test program: a leak that is reachable */
    static const char *kept[4096];
    static size_t n;
    assert_true(copy && n < 4096);
    return kept[n++] = copy;
}

static void on_series(void *arg, const struct series *s)
{
    struct batch *b = arg;
    b->series[b->commit.n_series++] = (struct series_row){s->id, s->source, dup_text(s->name), s->axis};
}
static void on_point(void *arg, const struct point *p)
{
    struct batch *b = arg;
    assert_true(b->commit.n_points < POINTS_MAX);
    b->points[b->commit.n_points++] =
        (struct point_row){p->series->id, p->source, p->segment, p->step, p->time, p->value, p->line};
}
static void on_fact(void *arg, const char *key, const char *value)
{
    struct batch *b = arg;
    b->facts[b->commit.n_facts++] = (struct fact){dup_text(key), dup_text(value)};
}
static void on_event(void *arg, uint16_t source, uint64_t line, enum event kind, const char *text)
{
    struct batch *b = arg;
    b->events[b->commit.n_events++] = (struct event_row){source, line, kind, dup_text(text)};
}

static struct incident_row incident(const char *id, const char *run, const char *cause, double opened)
{
    struct incident_row r = {.incident = {.run_name = "unused",
                                          .kind = "loss_nonfinite",
                                          .series = "train/loss",
                                          .severity = "critical",
                                          .state = "open",
                                          .cause = cause,
                                          .cause_probability = 0.9,
                                          .opened = opened,
                                          .closed = NAN,
                                          .onset_step = 300,
                                          .message = "train/loss became NaN at step 300"},
                             .text = "train/loss became NaN at step 300 with a learning rate of 8"};
    snprintf(r.incident.id, sizeof r.incident.id, "%s", id);
    snprintf(r.incident.run_id, sizeof r.incident.run_id, "%s", run);
    return r;
}

static struct store *open_host(const char *host)
{
    struct store *s = NULL;
    struct err err = {0};
    char path[300];
    mkdir(in_home(host), 0700);
    snprintf(path, sizeof path, "%s/%s/memory.db", home, host);
    must(store_open(path, true, &s, &err), &err);
    return s;
}

/* What the daemon would have kept of the run in `directory`, in the memory of `host`. */
static void remember(const char *host, const char *directory, const char *id, const char *name, struct incident_row *about)
{
    struct err err = {0};
    struct scan scan = {0};
    struct batch *b = calloc(1, sizeof *b);
    struct run_options o = {.hooks = {b, on_series, on_point, on_fact, on_event, NULL}};
    struct run *r = run_new(name, directory, &o);
    assert_true(b && r);
    must(scan_directory(directory, &scan, &err), &err);
    must(read_run(r, &scan.runs[0], INFINITY, &err), &err);
    for (size_t i = 0; i < scan.runs[0].n_sources; i++)
        b->sources[i] = (struct source_row){
            .index = (uint16_t)i, .path = scan.runs[0].sources[i].path, .format = scan.runs[0].sources[i].format->name};
    b->commit.run =
        (struct run_row){.name = name, .path = directory, .project = "p", .first_seen = 1, .last_data = 2, .state = RUN_FAILED};
    snprintf(b->commit.run.id, sizeof b->commit.run.id, "%s", id);
    b->commit.sources = b->sources, b->commit.n_sources = scan.runs[0].n_sources;
    b->commit.series = b->series, b->commit.points = b->points, b->commit.facts = b->facts, b->commit.events = b->events;
    b->commit.incidents = about, b->commit.n_incidents = about != NULL;
    struct store *s = open_host(host);
    must(store_commit(s, &b->commit, &err), &err);
    store_close(s);
    scan_done(&scan);
    run_free(r);
    free(b);
}

static void outcome(const char *host, const char *id, const char *fix, const char *worked, const char *note)
{
    struct err err = {0};
    struct store *s = open_host(host);
    must(store_outcome(s, id, fix, worked, note, 100, &err), &err);
    store_close(s);
}

/* ---- the tests ------------------------------------------------------------------------------------------------------------ */

static void summary(const struct view *v, char *text, size_t size)
{
    size_t n = (size_t)snprintf(text, size, "%s %lld %u;", verdict_name(v->verdict), (long long)v->last_step, v->segments);
    for (size_t i = 0; i < v->n_findings && n < size; i++)
        n += (size_t)snprintf(text + n, size - n, " %s@%lld '%s' '%s'", v->findings[i].finding.kind,
                              (long long)v->findings[i].finding.onset_step, v->findings[i].message,
                              v->findings[i].quote ? v->findings[i].quote : "");
    for (size_t i = 0; i < v->n_causes && n < size; i++)
        n += (size_t)snprintf(text + n, size - n, " %s %.6f", v->causes[i].diagnosis.cause->id,
                              v->causes[i].diagnosis.probability);
}

static void a_run_is_judged_alike_from_its_directory_and_from_the_memory(void **state)
{
    (void)state;
    struct recall c;
    struct err err = {0};
    const struct view *v;
    char read[4096], replayed[4096];
    must(recall_open(&c, &err), &err);
    must(recall_view(&c, in_home("run-a"), INFINITY, &v, &err), &err);
    summary(v, read, sizeof read);
    assert_non_null(strstr(read, "loss_nonfinite@300"));
    assert_string_equal(c.run_id, "raaaaaaaa");
    char whole[300], gone[300];
    snprintf(whole, sizeof whole, "%s", in_home("run-a"));
    snprintf(gone, sizeof gone, "%s", in_home("gone"));
    assert_int_equal(rename(whole, gone), 0);
    const char *names[] = {"alpha", "raaaaaaaa", "raaa", whole};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        must(recall_view(&c, names[i], INFINITY, &v, &err), &err);
        summary(v, replayed, sizeof replayed);
        assert_string_equal(replayed, read);
        assert_string_equal(v->name, "alpha");
    }
    assert_int_equal(rename(gone, whole), 0);
    recall_close(&c);
}

static void what_is_nowhere_is_said_to_be_nowhere(void **state)
{
    (void)state;
    struct recall c;
    struct err err = {0};
    const struct view *v = NULL;
    must(recall_open(&c, &err), &err);
    assert_int_equal(recall_view(&c, "no-such-run", INFINITY, &v, &err), E_ABSENT);
    assert_non_null(strstr(err.text, "'no-such-run'"));
    mkdir(in_home("empty"), 0700);
    assert_int_equal(recall_view(&c, in_home("empty"), INFINITY, &v, &err), E_FORMAT);
    assert_null(v);
    assert_int_equal(recall_view(&c, home, INFINITY, &v, &err), E_USAGE);
    assert_non_null(strstr(err.text, "run-a"));
    assert_int_equal(recall_view(&c, "alpha", 0, &v, &err), E_LIMIT);
    recall_close(&c);
}

static void the_memories_of_all_hosts_are_one(void **state)
{
    (void)state;
    struct recall c;
    struct err err = {0};
    const struct incident_row *one;
    const struct search_hit *hits;
    bool refused = true;
    size_t n = 0;
    must(recall_open(&c, &err), &err);
    assert_int_equal(c.hosts.n_stores, 2);
    assert_non_null(strstr(c.hosts.note, "broken"));
    must(hosts_incident(&c.hosts, "iaaa", &one, &err), &err);
    assert_string_equal(one->incident.run_name, "alpha");
    must(hosts_incident(&c.hosts, "ibbb", &one, &err), &err);
    assert_string_equal(one->incident.run_name, "beta");
    assert_int_equal(hosts_incident(&c.hosts, "i", &one, &err), E_USAGE);
    assert_int_equal(hosts_incident(&c.hosts, "izzz", &one, &err), E_ABSENT);
    struct search_query q = {.words = "nan learning rate", .limit = 10};
    must(hosts_search(&c.hosts, &q, &refused, &hits, &n, &err), &err);
    assert_false(refused);
    assert_int_equal(n, 2);
    q.words = "xylophone";
    must(hosts_search(&c.hosts, &q, &refused, &hits, &n, &err), &err);
    assert_true(refused);
    assert_int_equal(n, 0);
    recall_close(&c);
}

static const char *all_text(const struct explanation *e, const char *section)
{
    static char text[16384];
    size_t n = 0;
    text[0] = 0;
    for (size_t i = 0; i < e->n; i++)
        if (!section || strcmp(e->sentences[i].section, section) == 0)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s [%s]\n", e->sentences[i].text, e->sentences[i].cites);
    return text;
}

static void every_sentence_cites_and_obeys_no_log(void **state)
{
    (void)state;
    static const char *const cited[] = {"finding f", "cause ", "rule ", "incident i"};
    struct recall c;
    struct explanation e;
    struct err err = {0};
    const struct view *v;
    must(recall_open(&c, &err), &err);
    must(recall_view(&c, in_home("run-a"), INFINITY, &v, &err), &err);
    must(explanation_make(&e, &c, v, NULL, &err), &err);
    assert_true(e.n >= 8);
    for (size_t i = 0; i < e.n; i++) {
        bool known = false;
        for (size_t k = 0; k < 4; k++) known |= strncmp(e.sentences[i].cites, cited[k], strlen(cited[k])) == 0;
        if (!known) fail_msg("'%s' cites '%s'", e.sentences[i].text, e.sentences[i].cites);
        assert_null(strpbrk(e.sentences[i].text, "{}\x1b\a\n"));
    }
    assert_non_null(strstr(all_text(&e, "happened"), "incident iaaaaaaaa"));
    assert_non_null(strstr(all_text(&e, "alike"), "beta"));
    assert_non_null(strstr(all_text(&e, "alike"), "clip_gradients"));
    assert_non_null(strstr(all_text(&e, "alike"), "helped (“norm 1.0”)"));
    assert_string_equal(e.cause->id, "lr_too_high");
    explanation_done(&e);
    recall_close(&c);
}

static void an_incident_whose_run_is_gone_is_explained_by_itself(void **state)
{
    (void)state;
    struct recall c;
    struct explanation e;
    struct err err = {0};
    const struct incident_row *one;
    must(recall_open(&c, &err), &err);
    must(hosts_incident(&c.hosts, "ibbb", &one, &err), &err);
    must(explanation_make(&e, &c, NULL, one, &err), &err);
    assert_non_null(strstr(all_text(&e, "happened"), "beta"));
    assert_string_equal(e.cause->id, "lr_too_high");
    assert_true(e.n_fixes >= 2);
    assert_true(*all_text(&e, "do"));
    explanation_done(&e);
    recall_close(&c);
}

static void first_fix(char *id, size_t size)
{
    struct recall c;
    struct explanation e;
    struct err err = {0};
    const struct view *v;
    must(recall_open(&c, &err), &err);
    must(recall_view(&c, "alpha", INFINITY, &v, &err), &err);
    must(explanation_make(&e, &c, v, NULL, &err), &err);
    assert_true(e.n_fixes >= 2);
    snprintf(id, size, "%s", e.fixes[0].fix->id);
    explanation_done(&e);
    recall_close(&c);
}

static void a_fix_that_failed_goes_down(void **state)
{
    (void)state;
    char before[64], after[64];
    first_fix(before, sizeof before);
    for (int i = 0; i < 8; i++) outcome("memory/one", "iaaaaaaaa", before, "no", NULL);
    first_fix(after, sizeof after);
    assert_string_not_equal(before, after);
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(home)) return -1;
    setenv("MLWATCH_HOME", in_home("memory"), 1);
    mkdir(in_home("memory"), 0700);
    write_log(in_home("run-a"));
    write_log(in_home("run-b"));
    struct incident_row a = incident("iaaaaaaaa", "raaaaaaaa", "lr_too_high", 1000),
                        b = incident("ibbbbbbbb", "rbbbbbbbb", "lr_too_high", 2000);
    char run_a[300], run_b[300];
    snprintf(run_a, sizeof run_a, "%s", in_home("run-a"));
    snprintf(run_b, sizeof run_b, "%s", in_home("run-b"));
    remember("memory/one", run_a, "raaaaaaaa", "alpha", &a);
    remember("memory/two", run_b, "rbbbbbbbb", "beta", &b);
    outcome("memory/two", "ibbbbbbbb", "clip_gradients", "yes", "norm 1.0");
    mkdir(in_home("memory/broken"), 0700);
    FILE *f = fopen(in_home("memory/broken/memory.db"), "w");
    if (!f) return -1;
    fputs("this is no database, but long enough to be taken for something that might be one if nobody looks closely", f);
    return fclose(f);
}

static int tear_down(void **state)
{
    char command[300];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", home);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_judged_alike_from_its_directory_and_from_the_memory),
        cmocka_unit_test(what_is_nowhere_is_said_to_be_nowhere),
        cmocka_unit_test(the_memories_of_all_hosts_are_one),
        cmocka_unit_test(every_sentence_cites_and_obeys_no_log),
        cmocka_unit_test(an_incident_whose_run_is_gone_is_explained_by_itself),
        cmocka_unit_test(a_fix_that_failed_goes_down),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
