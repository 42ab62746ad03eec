/* table_format - what every format of the list keeps: any split of the bytes tells the same; no bytes crash it; it allocates from
 * the arena only and stays under its cap; a record without end costs only itself. */
#include "format_probe.h"

#include <malloc.h>
#include <unistd.h>

#include "../../daemon/format/pattern_file.h"

enum { SAMPLES_MAX = 16, MUTANTS = 60, GARBAGE = 200, LONG_BYTES = 3 << 20, FLOOD = 20000, SMALL_ARENA_BYTES = 192 << 10 };

/* samples: documents, nasty ones too. around: what stands before and behind an endless line, each with a point in the series of
 * `series`; flood: a document of FLOOD names is open, item ... item, shut, with printf's %d in item. */
struct subject {
    const char *format, *before, *after, *series, *open, *item, *shut;
    const char *samples[SAMPLES_MAX];
};

static const struct subject subjects[] = {
    {"jsonl",
     "{\"step\":1,\"loss\":2}\n{\"x\":\"",
     "\"}\n{\"step\":2,\"loss\":3}\n",
     "loss",
     "",
     "{\"k%d\": 1}\n",
     "",
     {"{\"step\": 1, \"loss\": 2.5}\n{\"step\": 2, \"loss\": NaN}\n{\"step\": 3, \"loss\": -Infinity}\n",
      "\xEF\xBB\xBF{\"step\": 1, \"a\": {\"b\": [1, 2, 3], \"c\": null}, \"t\": \"x\\\"y\"}\r\n\r\n{\"step\": 2, \"a\": {\"b\": "
      "[1]}}",
      "{\"step\":7,\"data\":{\"actor/loss\":1e-3,\"n\":\"NaN\"}}\n{\"step\":8,\"data\":{\"actor/loss\":2,\"n\":null}}\n",
      "{\"loss\": 1,}\n{loss: 1}\n{\"loss\": 1 2}\n[1]\nnull\n{\"loss\": 01}\n{\"a\":{\"b\":1}\n{\"ok\": 1}\n{\"torn\": 1",
      "{\"global_step/max_steps\": \"10/300\", \"loss\": \"1.5\", \"elapsed_time\": \"0:00:21\", \"optimizer\": \"adam\"}\n",
      "{\"k\\u00e9\\ud83d\\ude00\": 1, \"epoch\": 0.5, \"timestamp\": \"2026-01-05T10:00:01Z\"}\n{}\n{\"e\": true}\n",
      "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":[[[[[[1]]]]]]}}}}}}}}}}}}\n", "",
      "\n\n"}},
    {"csv",
     "step,loss\n1,2\n",
     "\n2,3\n",
     "loss",
     "step",
     ",k%d",
     "\n1,1\n2,2\n",
     {"epoch,step,loss\n0,1,0.5\n0,2,nan\n\n1,3,-inf\n", "step;loss;note\r\n1;0.5;\"a;\r\nb\"\r\n2;;\"say \"\"hi\"\"\"\r\n3;1e-3",
      "#{\"t_start\": 1600000000.5, \"env_id\": \"Env-v0\"}\nr,l,t\n1.5,10,0.25\n2.5,11,0.75\n",
      "  epoch,   train/loss,  val/loss\n      1,      0.5,    None\n      2,      NA,    0.25\n1,2,3,4\n5\n",
      "99,0.5,0.25\n199,0.125,True\n99,0.5,0.25\n", "step,loss\n1,2\nstep,loss\n1,3\nstep,loss,acc\n2,4,5\n",
      "a\n1\n\"never closed\n2\n3\n", "# step, loss\n1,2\n2,3\n", "\"\"\"\n\",\"\n", "\tstep\tloss\n0\t1\t2\n", ",,\n1,2,3", "",
      "\n\r\n"}},
    {"pattern",
     "upd 1 2\n",
     "\nupd 2 3\n",
     "loss",
     "",
     "has k%d=1\n",
     "",
     {"upd 1 2.5\r\nupd 2 nan\n\nhas lr=3e-4\nalarm 7\nupd 3 1", "\033[1mupd 1 2\033[0m\nhas a=1\nupd x 2\nupd 2 \xff\xfe\n",
      "Traceback (most recent call last):\n  File \"a.py\", line 3\nValueError: no\nupd 4 1\n", "alarm", "", "\n\n"}},
    {"settings",
     "",
     "",
     NULL,
     "",
     "k%d: 1\n",
     "",
     {"{\n \"lr\": 0.01,\n \"optim\": {\"name\": \"adam\", \"betas\": [0.9, 0.999]},\n \"x\": null\n}\n", "{\"a\": 1,}",
      "{\"a\": ",
      "lr: 0.001\nmodel:\n  name: 'gru'\n  layers: 2   # deep\noptim:\n    name: \"adam w\"\n  back: 1\nlist:\n  - a: 1\ntorn: 5",
      "a:\r\n  b: |\r\n    text\r\n: 1\nx:y\n--- \n", "", "\n \n"}},
    {"trainer_state",
     "{\"log_history\": [{\"step\": 1, \"loss\": 2},\n{\"x\": \"",
     "\"}, {\"step\": 2, \"loss\": 3}]}\n",
     "loss",
     "{\"log_history\": [{\"step\": 1}",
     ", {\"k%d\": 1}",
     "]}",
     {"{\n  \"best_metric\": null,\n  \"epoch\": 1.5,\n  \"log_history\": [\n    {\n      \"epoch\": 0.5,\n      \"loss\": 2.5,\n"
      "      \"step\": 10\n    },\n    {\n      \"eval_loss\": 2.25,\n      \"step\": 10\n    },\n    {\n      \"step\": 20,\n"
      "      \"train_loss\": 2,\n      \"train_runtime\": 9.5\n    }\n  ],\n  \"max_steps\": 20,\n  \"trial\": {\"a\": [1, "
      "\"]\"]}\n}\n",
      "{\"log_history\": [{\"step\": 1, \"loss\": 0.0, \"grad_norm\": NaN}, {\"step\": 2, \"loss\": 1e400, \"grad_norm\": 1}], "
      "\"x\": -Infinity}",
      "{\"log_history\": [{\"step\": 1, \"loss\": 2}, {\"step\": 2, \"lo", "{\"log_history\": [{\"step\": 1, \"loss\": 2},]}",
      "{\"a\": 1 \"log_history\": []}", "{\"log_history\": [], \"a\": Inf}", "\xEF\xBB\xBF \n{} trailing", "[]", "",
      "{\"a\": \"\\u00e9\\\\\"}"}},
    {"text",
     "step 1: loss 2\n",
     "\nstep 2: loss 3\n",
     "loss",
     "",
     "step %d k%d=1\n",
     "",
     {"step 1: loss 2.5\nstep 2: loss 2.25\n", "iter 10: loss nan, time 1.5ms\r\niter 20: loss inf, time 1.5ms",
      "\r 10%|#  | 1/10 [00:01<00:09, 1.0it/s, loss=0.5]\r 20%|## | 2/10 [00:02<00:08, 1.0it/s, loss=0.25]\n",
      "\x1b[1m32/938\x1b[0m - loss: 2.5\b\b\b\n{'loss': 2.5, 'epoch': 0.5}\n",
      "Traceback (most recent call last):\n  File \"x.py\", line 1, in f\n    g()\nRuntimeError: CUDA out of memory.\n", "",
      "\n"}},
};
enum { N_SUBJECTS = sizeof subjects / sizeof *subjects };

static uint64_t next_random(uint64_t *seed) /* xorshift64* (Vigna 2016) */
{
    *seed ^= *seed >> 12, *seed ^= *seed << 25, *seed ^= *seed >> 27;
    return *seed * 2685821657736338717u;
}

/* told - everything a format tells of a document in this split; the caller frees it. */
static char *told(const struct format *f, struct span doc, size_t first, size_t chunk)
{
    struct probe *p = probe_open(f, PROBE_ARENA_BYTES);
    probe_read(p, doc, first, chunk);
    str_add(&p->text, "");
    char *text = str_take(&p->text);
    probe_close(p);
    assert_non_null(text);
    return text;
}

static void assert_same_told(const struct format *f, struct span doc, const char *whole, size_t first, size_t chunk)
{
    char *parts = told(f, doc, first, chunk);
    if (strcmp(whole, parts) != 0)
        fail_msg("%s told differently when cut at %zu, then every %zu bytes, of\n%.*s\nwhole:\n%sin parts:\n%s", f->name, first,
                 chunk, (int)doc.n, doc.p, whole, parts);
    free(parts);
}

static void every_format_of_the_list_is_walked_here(void **unused)
{
    (void)unused;
    for (size_t i = 0; formats[i]; i++) {
        size_t found = 0;
        for (size_t k = 0; k < N_SUBJECTS; k++) found += strcmp(subjects[k].format, formats[i]->name) == 0;
        assert_int_equal(found, 1);
        assert_non_null(formats[i]->summary);
        assert_non_null(formats[i]->globs);
        assert_ptr_equal(format_by_name(formats[i]->name), formats[i]);
    }
    assert_null(format_by_name("no such format"));
}

static void any_split_of_a_sample_tells_the_same(void **unused)
{
    (void)unused;
    for (size_t k = 0; k < N_SUBJECTS; k++) {
        const struct format *f = format_by_name(subjects[k].format);
        for (size_t i = 0; subjects[k].samples[i]; i++) {
            struct span doc = span_of(subjects[k].samples[i]);
            char *whole = told(f, doc, doc.n, 1);
            for (size_t cut = 0; cut <= doc.n; cut++) assert_same_told(f, doc, whole, cut, doc.n);
            for (size_t chunk = 1; chunk < 8; chunk++) assert_same_told(f, doc, whole, 0, chunk);
            free(whole);
        }
    }
}

/* mutate - change, drop, double or insert a few bytes, preferably those that mean something. */
static size_t mutate(char *text, size_t n, size_t cap, uint64_t *seed)
{
    static const char marks[] = "\"'{}[],:;|\t\r\n\b\\/ #=%-+.eE0123456789nNIi\x1b\xEF\x80";
    for (uint64_t times = 1 + next_random(seed) % 4; times && n && n + 1 < cap; times--) {
        size_t at = next_random(seed) % n;
        char mark = marks[next_random(seed) % (sizeof marks - 1)];
        switch (next_random(seed) % 4) {
        case 0: text[at] = mark; break;
        case 1: memmove(text + at, text + at + 1, n - at - 1), n--; break;
        case 2: memmove(text + at + 1, text + at, n - at), text[at] = mark, n++; break;
        default: n = at + 1; break;
        }
    }
    return n;
}

static void any_split_of_a_damaged_sample_tells_the_same(void **unused)
{
    (void)unused;
    uint64_t seed = 20260105;
    for (size_t k = 0; k < N_SUBJECTS; k++) {
        const struct format *f = format_by_name(subjects[k].format);
        for (size_t i = 0; i < MUTANTS * SAMPLES_MAX; i++) {
            char text[2048];
            const char *sample = subjects[k].samples[i % SAMPLES_MAX];
            if (!sample) continue;
            size_t n = strlen(sample);
            memcpy(text, sample, n);
            struct span doc = {text, mutate(text, n, sizeof text, &seed)};
            char *whole = told(f, doc, doc.n, 1);
            assert_same_told(f, doc, whole, 0, 1);
            assert_same_told(f, doc, whole, next_random(&seed) % (doc.n + 1), 1 + next_random(&seed) % 32);
            free(whole);
        }
    }
}

static void no_bytes_crash_a_format(void **unused)
{
    (void)unused;
    uint64_t seed = 77;
    for (size_t k = 0; k < N_SUBJECTS; k++) {
        const struct format *f = format_by_name(subjects[k].format);
        for (size_t i = 0; i < GARBAGE; i++) {
            char text[1024];
            size_t n = next_random(&seed) % sizeof text;
            for (size_t b = 0; b < n; b++) text[b] = (char)(next_random(&seed) % (i % 2 ? 256 : 96) + (i % 2 ? 0 : 9));
            f->sniff("dir/file.csv", (struct span){text, n});
            char *whole = told(f, (struct span){text, n}, n, 1);
            assert_same_told(f, (struct span){text, n}, whole, 0, 1 + next_random(&seed) % 9);
            free(whole);
        }
    }
}

static void an_endless_line_costs_only_itself(void **unused)
{
    (void)unused;
    for (size_t k = 0; k < N_SUBJECTS; k++) {
        const struct subject *s = &subjects[k];
        struct str doc = {0};
        if (!s->series) continue; /* it tells facts only */
        str_add(&doc, s->before);
        size_t from = doc.n;
        for (size_t i = 0; i < LONG_BYTES / 16; i++) str_add(&doc, "xxxxxxxxxxxxxxxx");
        assert_true(doc.n - from == LONG_BYTES);
        str_add(&doc, s->after);
        size_t chunks[] = {doc.n, 300000, 1 << 20};
        for (size_t i = 0; i < 3; i++) {
            struct probe *p = probe_open(format_by_name(s->format), PROBE_ARENA_BYTES);
            probe_read(p, (struct span){doc.p, doc.n}, chunks[i], chunks[i]);
            struct str first = {0}, last = {0};
            str_addf(&first, "point %s 1 2 @", s->series);
            str_addf(&last, "point %s 2 3 ", s->series);
            if (!strstr(p->text.p, first.p) || !strstr(p->text.p, last.p)) fail_msg("%s told only:\n%s", s->format, p->text.p);
            if (p->bad != 1) fail_msg("%s reported %d bad records, not 1", s->format, (int)p->bad);
            str_done(&first);
            str_done(&last);
            probe_close(p);
        }
        str_done(&doc);
    }
}

/* A flood of names fills the arena to its cap and not beyond; nothing else is allocated. */
static void memory_stays_in_the_arena(void **unused)
{
    (void)unused;
    for (size_t k = 0; k < N_SUBJECTS; k++) {
        const struct subject *s = &subjects[k];
        struct str doc = {0};
        str_add(&doc, s->open);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
        for (int i = 0; i < FLOOD; i++) str_addf(&doc, s->item, i, i);
#pragma GCC diagnostic pop
        str_add(&doc, s->shut);
        struct probe *p = probe_open(format_by_name(s->format), SMALL_ARENA_BYTES);
        p->quiet = true;
        p->max_series = 0;
        size_t before = mallinfo2().uordblks;
        size_t used = 0;
        while (used < doc.n) {
            size_t took = p->format->feed(p->state, (struct span){doc.p + used, doc.n - used}, 1, &p->out);
            assert_true(took > 0);
            used += took;
        }
        size_t grown = mallinfo2().uordblks - before;
        assert_true(p->arena.used_bytes <= SMALL_ARENA_BYTES);
        assert_true(mallinfo2().uordblks < before || grown <= 2 * SMALL_ARENA_BYTES);
        probe_close(p);
        str_done(&doc);
    }
}

static void the_surest_format_is_chosen(void **unused)
{
    (void)unused;
    static const struct {
        const char *path, *head, *format;
    } cases[] = {
        {"run/metrics.csv", "epoch,step,loss\n0,1,0.5\n", "csv"},
        {"run/hparams.yaml", "lr: 0.1\n", "settings"},
        {"run/config.json", "{\n \"lr\": 0.1}\n", "settings"},
        {"run/trainer_log.jsonl", "{\"loss\": 1.5, \"step\": 1}\n", "jsonl"},
        {"run/metrics.json", "{\"iteration\": 19, \"loss\": 1.5}\n{\"iteration\": 39, \"loss\": 1.25}\n", "jsonl"},
        {"run/trainer_state.json", "{\n  \"best_metric\": null,\n  \"log_history\": [\n", "trainer_state"},
        {"run/trainer_state.json", "{\"log_history\": [{\"step\": 1, \"loss\": 2}]}", "trainer_state"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int sure = 0;
        const struct format *f = format_sniff(cases[i].path, span_of(cases[i].head), &sure);
        assert_non_null(f);
        assert_string_equal(f->name, cases[i].format);
        assert_in_range(sure, 20, 100);
    }
    int sure = 7;
    assert_null(format_sniff("run/weights.bin", (struct span){"\x80\x02\x8a\0\0\0", 6}, &sure));
    assert_int_equal(sure, 0);
    assert_null(format_sniff("run/empty.csv", span_of(""), NULL));
}

/* The user's formats that the rows of "pattern" are read by. */
static void use_patterns(struct patterns *p)
{
    char path[] = "/tmp/patterns.XXXXXX";
    static const char text[] = "formats:\n  - name: own\n    lines:\n"
                               "      - '^upd (?<step>\\d+) (?<loss>\\S+)$'\n      - '^has (?<name>\\w+)=(?<value>\\S+)$'\n"
                               "      - {match: '^alarm', event: hardware}\n";
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, text, sizeof text - 1) == sizeof text - 1);
    close(fd);
    assert_int_equal(patterns_load(path, p, NULL), OK);
    unlink(path);
    patterns_use(p);
}

int main(void)
{
    struct patterns patterns = {0};
    use_patterns(&patterns);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_of_the_list_is_walked_here),
        cmocka_unit_test(any_split_of_a_sample_tells_the_same),
        cmocka_unit_test(any_split_of_a_damaged_sample_tells_the_same),
        cmocka_unit_test(no_bytes_crash_a_format),
        cmocka_unit_test(an_endless_line_costs_only_itself),
        cmocka_unit_test(memory_stays_in_the_arena),
        cmocka_unit_test(the_surest_format_is_chosen),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    patterns_done(&patterns);
    return failed;
}
