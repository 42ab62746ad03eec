/* table_format - what every format of the list keeps: any split of the bytes tells the same; no bytes crash it; it allocates from
 * the arena only and stays under its cap; a record without end costs only itself. */
#include "format_probe.h"

#include <malloc.h>
#include <unistd.h>

#include "../../daemon/format/pattern_file.h"
#include "tfevents_made.h"
#include "wandb_made.h"

enum { SAMPLES_MAX = 16, MUTANTS = 60, GARBAGE = 200, LONG_BYTES = 3 << 20, FLOOD = 20000, SMALL_ARENA_BYTES = 192 << 10 };

/* samples: documents, nasty ones too. around: what stands before and behind an endless line, each with a point in the series of
 * `series`; flood: a document of FLOOD names is open, item ... item, shut, with printf's %d in item. Of a binary format
 * the texts describe the documents, in the words of its maker. */
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
    {"json_named",
     "{\"step\":1,\"name\":\"loss\",\"value\":2}\n{\"x\":\"",
     "\"}\n{\"step\":2,\"name\":\"loss\",\"value\":3}\n",
     "loss",
     "",
     "{\"step\": 1, \"name\": \"k%d\", \"value\": 1}\n",
     "",
     {":::MLLOG {\"time_ms\": 1700000000001, \"key\": \"train_loss\", \"value\": 2.5, \"metadata\": {\"step_num\": 2}}\n"
      ":::MLLOG {\"key\": \"opt_name\", \"value\": \"lamb\", \"metadata\": {}}\nout of memory\n:::MLLOG {\"key\": \n"
      "0: :::MLLOG {\"key\": \"stats\", \"value\": {\"loss\": NaN}, \"metadata\": {\"samples_count\": 9}}",
      "DLLL {\"type\": \"LOG\", \"step\": \"PARAMETER\", \"data\": {\"lr\": 0.1}}\nDLLL {\"step\": [0, 5], \"data\": {\"loss\": "
      "1}}\r\n"
      "DLLL {\"step\": [], \"data\": {\"a\": 1}}\nDLLL {\"step\": 3, \"data\": {\"a\": [1, 2]}}\nDLLL \nDLLL {",
      "[{\"metric\": \"a\", \"variant\": \"b\", \"iter\": 1, \"value\": 2}, {\"metric\": \"a\", \"iter\": 2, \"value\": "
      "-Infinity}]\n"
      "[]\n[{}]\n[1, 2]\n[{\"metric\": \"a\"}, 7, {\"value\": 1}]\n[{\"metric\": \"a\"",
      "{\"name\": \"a\\n\", \"value\": 1, \"step\": 1}\n{\"name\": 1, \"value\": \"x\"}\n{}\nnull\n", "", "\n\n"}},
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
    {"numbers",
     "1 2\n",
     "\n2 3\n",
     "value",
     "",
     "%d 1\n",
     "",
     {"0.5\n0.25\nnan\n-inf\n1e-3", "loss\n0 0.5\n1 0.25\nthree\n2 0.125\n", "0.5 0\n0.25 100\n",
      "[0.5, 0.25, 0.125]\n[1, 2, 3]\n", "[0.5]\n[0.25]\n[[0.5],[1]]", "epoch1\t0.5\nepoch 2: 0.25\nEpoch_3 0.125",
      "[[1700000000.5, 0, 2], [1700000001.5, 100, 1]]", "1 2 3 4 5 6 7 8 9\n1 2\n", "]]][[[1,2]\n,,;;\n::1",
      "(0.5, 0.25)\r\n(1, 2)\r\n", "", "\n\n"}},
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
    {"training_metrics",
     "{\"steps\": [1, 2],\n\"loss\": [2],\n\"x\": \"",
     "\", \"loss\": [9, 3]}\n",
     "loss",
     "{\"steps\": [1]",
     ", \"k%d\": [1]",
     "}",
     {"{\"about\": [\"a\"], \"run\": {\"lr\": 0.1}, \"steps\": [0, 10], \"loss\": [2.5, NaN], \"acc\": {\"0\": 0.5}}",
      "# a\nrun:\n  lr: 0.1 # b\nsteps: [0, 1,\n  2]\nloss: [2.5, .nan, null, 7]\nval: {0: 0.5, 2: 1}\nlate: 7\n",
      "rows:\n  - {step: 1, loss: 2.5, t: \"a\"}\n  - step: 2\n    loss: -.inf\n  - {step: 3\n",
      "steps:\n- 0\n- 1.5\nloss:\r\n- 1\r\n- ~\nloss: [1, 2]\nsteps: [1]\n", "\xEF\xBB\xBFsteps: [1]\n---\nloss: [1, 2, 3]\n",
      "\xEF\xBB\xBF {\"steps\": [1], \"rows\": [{\"step\": 1, \"loss\": 2}]}", "loss: [1]\nsteps: [1]", "steps: [", "- ", "{",
      "\n \n", "", "rows:\n- step: 1\n  loss: 2"}},
    {"epoch_json",
     "{\n  \"epoch\": 1,\n  \"loss\": 2\n}\n{\"x\": \"",
     "\"}\n{\"epoch\": 2, \"loss\": 3}\n",
     "loss",
     "{\"epoch\": 1, \"k\": 1",
     ", \"k%d\": 1",
     "}",
     {"{\"best_epoch\": 1, \"epoch\": 3, \"training_loss\": NaN, \"validation_loss\": 0.5, \"training_duration\": \"0:01:10\"}",
      "{\"epoch\": 1, \"loss\": 2} {\"epoch\": 2, \"loss\": 1e400}", "{\"epoch\": 1, \"loss\"}\n{\"epoch\": 2, \"loss\": 1}",
      "{}", "[1, 2]", "{\"a\": {\"b\": [1, {\"c\": 2}]}", "\xEF\xBB\xBF{}", "", "{\"epoch\": 0, \"loss\": 1, \"lo"}},
    {"history",
     "{\"loss\": [9, 2],\n\"x\": \"",
     "\", \"loss\": [9, 8, 3]}\n",
     "loss",
     "{\"k\": [1]",
     ", \"k%d\": [1]",
     "}",
     {"{\"loss\": [2.5, NaN, -Infinity, null, \"0.5\"], \"val_loss\": [1e400, 2], \"epochs\": 5, \"opt\": \"adam\"}",
      "{\"loss\":{\"0\":2.5,\"1\":null},\"val_loss\":{\"0\":0.25,\"1\":0.5}}",
      "[{\"loss\": 2.5, \"val_loss\": 1}, {\"loss\": NaN, \"lr\": \"0.1\"}, 7, [1]]",
      "{\"history\": {\"loss\": [1, 2], \"cm\": [[1, 2], [3, 4]]}, \"params\": {\"epochs\": 2}, \"epoch\": [0, 1]}",
      "{\"loss\": [1, 2,]}", "{\"loss\": [1 2]}",
      "{\"a\\u00e9/\\\"\": [1], \"b\": {\"c\": {\"d\": {\"e\": {\"f\": {\"g\": [1]}}}}}}", "{\"loss\": [1, 2], \"val_lo",
      "\xEF\xBB\xBF {} {}", "{}", "{\"a\" 1}", "", "{\"validation_0\": {\"rmse\": [2, 1]}, \"validation_1\": {\"rmse\": [2, 3]}}",
      "{'loss': [2, nan], 'a': None}", "\"{ 'loss': [2, 1]}\"\n"}},
    {"deepxde",
     "# step, loss_train, loss_test, metrics_test\n1 0.5 1.5 0.5 1.5\n",
     "\n2 1 2 1 2\n",
     "loss_train",
     "# step, loss_train, loss_test, metrics_test\n0",
     " %d",
     "\n",
     {"# step, loss_train, loss_test, metrics_test\n0.0e+00 1.5e-02 4.5e-01 1.6e-02 4.4e-01 9.0e-01\n1.0e+03 3 nan 2 -inf 0\n",
      "# step, loss_train, loss_test, metrics_test\r\n0 1 1\r\n5 0 0\r\n\r\n10 1 2 3\n0.5 1 2\n15 x 2\n20 1 2",
      "# step, loss_train, loss_test, metrics_test\n", "# step\n1 2 3\n", "1 2 3\n", "", "\n\n"}},
    {"catboost",
     "{\n\"meta\":{\"learn_metrics\":[{\"name\":\"RMSE\"}]},\n\"iterations\":[\n{\"learn\":[2],\"iteration\":1},\n{\"x\":\"",
     "\"},\n{\"learn\":[3],\"iteration\":2}\n]}",
     "learn/RMSE",
     "{\n\"meta\":{},\n\"iterations\":[\n{\"iteration\":0}",
     ",\n{\"iteration\":%d,\"k%d\":[1]}",
     "\n]}",
     {"{\n\"meta\":{\"test_sets\":[\"test\"],\"test_metrics\":[{\"best_value\":\"Max\",\"name\":\"AUC\"},{\"name\":\"Logloss\"}],"
      "\"learn_metrics\":[{\"best_value\":\"Min\",\"name\":\"Log\\u006coss\"}],\"iteration_count\":2,\"name\":\"e\"},\n"
      "\"iterations\":[\n{\"learn\":[0.5],\"iteration\":0,\"passed_time\":0.1,\"test\":[1,\"nan\"]},\n"
      "{\"learn\":[\"-inf\"],\"iteration\":1,\"test\":[0.75,0.5,0.25]}\n]}",
      "{\"meta\":{},\"iterations\":[{\"iteration\":3,\"learn\":[]},{\"learn\":[1]},{\"iteration\":4,\"learn\":[1, {}]}]}  \n ",
      "{\n\"meta\":{},\n\"iterations\":[\n]}", "{\n\"meta\":{},\n\"iterations\":[\n{\"learn\":[1],\"iter", "{\"iterations\":[{]}",
      "[]", ""}},
    {"mlflow_metric",
     "1700000000001 2 1\n",
     "\n1700000000002 3 2\n",
     "",
     "",
     "1700000000000 %d %d\n",
     "",
     {"1700000000001 2.5 0\n1700000000002 nan 0\n1700000000003 -inf 0\n1700000000004 0.1 0\n1700000000005 1e-05 7\n",
      "1 2\n1 2 3 4\n1 2 3 data 5ea3\n\nx y z\n1.5 2 3\n1 2 3.5\n17 0.5 1", "", "\n"}},
    {"mlflow_param", "", "", NULL, "", "k%d: 1\n", "", {"adam", "a\nb", "run_id: 1\nstatus: 3\n", ""}},
    {"mlflow_db", "", "", NULL, "", "", "", {NULL}},  /* is asked, never fed: test_mlflow */
    {"trackio_db", "", "", NULL, "", "", "", {NULL}}, /* likewise: test_trackio */
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
    {"swanlab",
     "S\nn loss 1 2",
     "pad\nn loss 2 3",
     "loss",
     "S\n",
     "n k%d 1 1\n",
     "",
     {"S\nn loss 1 2.5\nn __swanlab__.gpu.0.pct 1 80\nn loss 2 nan\nl step 2\nf 1",
      "S\nl Traceback (most recent call last):\nl   File \"x.py\"\nl ValueError: no\nf 2",
      "S\nn loss 1 1\nflip 1\nn loss 2 2\nn loss 3 3\ncut 3", "S\nr 6a060a0261ff1002\nr 6a050a01612a00\nf 3\nf 7", "", "S\n",
      "n loss 1 1"}},
    {"wandb_files",
     "",
     "",
     NULL,
     "",
     "k%d:\n  value: 1\n",
     "",
     {"wandb_version: 1\n\n_wandb:\n    desc: null\n    value:\n        cli_version: 0.16.6\nlr:\n    desc: null\n    value: "
      "0.001\n"
      "opt:\n    value:\n        name: adam\n        values: 3\n",
      "{\"a\": {\"value\": 1, \"desc\": 2}, \"b\": 3, \"value\": {\"value\": {\"value\": true}}}",
      "{\"a\": ", "value:\n  value:\n", "", "a:\n value: 'x"}},
    {"wandb",
     "W\nh _step=1 loss=2",
     "pad\nh _step=2 loss=3",
     "loss",
     "W\n",
     "h k%d=1\n",
     "",
     {"W\nc lr=0.001 opt={\"name\":\"adam\"}\nh loss=2.5 _step=1 _timestamp=1.7e9\nh loss=\"NaN\" _step=2 a|b=-Infinity\nx 0",
      "W\ns gpu.0.temp=41.5\nh h|_type=\"histogram\" h|values=[3,1] h|bins=[-1,0,1] _step=4\nu best=\"x\\u00e9\" loss=1",
      "W\np Trace\np back (most recent call last):\no \no   File \"x.py\"\np ValueError: \no no\nx 1",
      "W\nh _step=1 loss=1\nflip 1\nh _step=2 loss=2\nflip 30\nh _step=3 loss=3\nh _step=4 loss=4\ncut 3",
      "W\nm train/global_step\nh _step=0 train/global_step=10 loss=1\nh _step=1 loss=null\nh "
      "i={\"_type\":\"image-file\",\"width\":3} n={\"a\":{\"b\":1}}",
      "W\nr 0a\nr 12020a\nr 120512030a016b\nr \nh _step=1 a=1.2.3 b={ c=tru\nr 1a0b0a09", "", "W\n", "h _step=1 loss=1"}},
    {"tfevents",
     "V\ns loss 1 2\nhead 3145728",
     "foot\ns loss 2 3",
     "loss",
     "V",
     "\ns k%d 1 1",
     "",
     {"V\ns loss 0 2.5\ns lr 0 1e-3\ns loss 1 nan\ns lr 1 -inf\ns loss -3 1\ni picture 1 40\ns loss 2 0.1",
      "V\nt loss 1 2.5\nu loss 2 0.5\nk weights 1\nu weights 2 1\nh gradients 3\nx args/text_summary {\"lr\": 0.1, \"n\": [1]}",
      "V\np lr=0.001\np optimizer=adam\np amp=true\nc model.ckpt-10\nx note |a|b|\ns lm%sloss 1 1\nr \nr 0a\nr 09",
      "V\ns loss 1 1\nflip 1\ns loss 2 2\nflip 20\ns loss 3 3\ns loss 4 4\ncut 3", "V\ns loss 1 1\nzeros 40",
      "V\ns loss 1 1\nzeros 13\ns loss 2 2", "V\ns loss 1 1\ns loss 2 2\nflip 38\ns loss 3 3",
      "V\nm 3 100 loss 1.5\nr 2a060a040a0161\nr 2a080a060a01612a017f\nr 2a030a0142\nr 2aff\nr 0b0c", "V", "", "s loss 1 1",
      "head 2147483648", "V\ns loss 1 1\ncut 4\nzeros 4"}},
};
enum { N_SUBJECTS = sizeof subjects / sizeof *subjects };

static uint64_t next_random(uint64_t *seed) /* xorshift64* (Vigna 2016) */
{
    *seed ^= *seed >> 12, *seed ^= *seed << 25, *seed ^= *seed >> 27;
    return *seed * 2685821657736338717u;
}

/* Makers append what a text describes. */
static const struct {
    const char *format;
    void (*make)(struct str *to, const char *text);
} makers[] = {{"wandb", wandb_made}, {"swanlab", wandb_made}, {"tfevents", tfevents_made}};

/* document - what the text of a subject stands for, behind what is in `to` already. */
static void document(const struct subject *s, struct str *to, const char *text)
{
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        if (strcmp(makers[i].format, s->format) == 0) {
            makers[i].make(to, text);
            return;
        }
    str_add(to, text);
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
            struct str bytes = {0};
            document(&subjects[k], &bytes, subjects[k].samples[i]);
            struct span doc = {bytes.p, bytes.n};
            char *whole = told(f, doc, doc.n, 1);
            for (size_t cut = 0; cut <= doc.n; cut++) assert_same_told(f, doc, whole, cut, doc.n);
            for (size_t chunk = 1; chunk < 8; chunk++) assert_same_told(f, doc, whole, 0, chunk);
            free(whole);
            str_done(&bytes);
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
            struct str bytes = {0};
            document(&subjects[k], &bytes, sample);
            assert_true(bytes.n < sizeof text);
            if (bytes.n) memcpy(text, bytes.p, bytes.n);
            struct span doc = {text, mutate(text, bytes.n, sizeof text, &seed)};
            str_done(&bytes);
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
        for (size_t i = 0; f->feed && i < GARBAGE; i++) {
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
        document(s, &doc, s->before);
        size_t from = doc.n;
        for (size_t i = 0; i < LONG_BYTES / 16; i++) str_add(&doc, "xxxxxxxxxxxxxxxx");
        assert_true(doc.n - from == LONG_BYTES);
        document(s, &doc, s->after);
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
        struct str doc = {0}, text = {0};
        if (!format_by_name(s->format)->feed) continue;
        str_add(&text, s->open);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
        for (int i = 0; i < FLOOD; i++) str_addf(&text, s->item, i, i);
#pragma GCC diagnostic pop
        str_add(&text, s->shut);
        document(s, &doc, text.p);
        str_done(&text);
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
        {"run/files/config.yaml", "wandb_version: 1\n\nlr:\n  value: 0.1\n", "wandb_files"},
        {"wandb/debug-internal.log", "{\"level\":\"INFO\",\"msg\":\"wandb-core\"}\n", "wandb_files"},
        {"run/trainer_log.jsonl", "{\"loss\": 1.5, \"step\": 1}\n", "jsonl"},
        {"run/metrics.json", "{\"iteration\": 19, \"loss\": 1.5}\n{\"iteration\": 39, \"loss\": 1.25}\n", "jsonl"},
        {"run/result_0.txt", ":::MLLOG {\"key\": \"seed\", \"value\": 3, \"metadata\": {}}\n", "json_named"},
        {"run/log.json", "DLLL {\"type\": \"LOG\", \"step\": [0, 1], \"data\": {\"loss\": 1.5}}\n", "json_named"},
        {"run/metrics.jsonl", "{\"step\": 1, \"name\": \"loss\", \"value\": 1.5}\n", "json_named"},
        {"run/metrics.jsonl", "{\"step\": 1, \"name\": \"try\", \"value\": 1.5, \"loss\": 0.5}\n", "jsonl"},
        {"run/history.json", "{\"loss\": [0.5, 0.25], \"val_loss\": [0.5, NaN]}", "history"},
        {"run/metrics_epoch_3.json", "{\n  \"epoch\": 3,\n  \"training_loss\": 0.5,\n  \"validation_loss\": 0.75\n}",
         "epoch_json"},
        {"run/training_log.json",
         "[\n {\n  \"Policy_Loss\": -0.5,\n  \"Avg_Reward\": 1.5\n },\n {\n  \"Policy_Loss\": -0.25,\n  \"Avg_Reward\": 2.5\n "
         "}\n]",
         "history"},
        {"run/training_log.json",
         "[{\"step\": 0, \"train\": 2.5, \"val_perplexity\": 12.5}, {\"step\": 10, \"train\": 2.25, \"val_perplexity\": 9.5}]",
         "history"},
        {"run/loss-curve-template.json", "{\"about\": [\"x\"],\n \"steps\": [0, 1], \"train_loss\": [2, 1]}", "training_metrics"},
        {"run/anything.json", "{\"steps\": [0, 1], \"train_loss\": [2, 1]}", "training_metrics"},
        {"run/training-metrics.yaml", "# x\nsteps: [0, 1]\ntrain_loss: [2, 1]\n", "training_metrics"},
        {"run/training_metrics.yml", "rows:\n - {step: 1, loss: 2}\n", "training_metrics"},
        {"run/hparams.yaml", "steps: 100\nloss: mse\n", "settings"},
        {"run/model_1.json", "{\"loss\": {\"0\": 0.5, \"1\": 0.25}, \"acc\": {\"0\": 0.5, \"1\": 1}}", "history"},
        {"run/train_loss.txt", "0.5\n0.25\n", "numbers"},
        {"run/episode_rewards.txt", "0.5\n0.25\n", "numbers"},
        {"run/long_term_reward.txt", "0.5\n0.25\n", "numbers"},
        {"run/readme_output.txt", "Epoch 1, loss: 0.5\nEpoch 2, loss: 0.25\nEpoch 3, loss: 0.125\n", "text"},
        {"run/loss_history.json", "[0.5, 0.25]", "numbers"},
        {"run/log.txt", "epoch loss acc\n1 0.5 0.25\n2 0.25 0.5\n", "csv"},
        {"run/loss.dat", "# step, loss_train, loss_test, metrics_test\n0 1 1\n", "deepxde"},
        {"run/catboost_training.json", "{\n\"meta\":{\"test_sets\":[],\"learn_metrics\":[]},\n\"iterations\":[\n", "catboost"},
        {"mlruns/0/0123456789abcdef0123456789abcdef/metrics/train/loss", "1700000000123 0.5 1\n", "mlflow_metric"},
        {"mlruns/0/0123456789abcdef0123456789abcdef/params/optimizer", "step: 1 loss: 2", "mlflow_param"},
        {"mlruns/0/0123456789abcdef0123456789abcdef/tags/step", "step=1 loss=2\n", "mlflow_param"},
        {"mlruns/0/0123456789abcdef0123456789abcdef/meta.yaml", "run_id: 0123\nstatus: 1\n", "mlflow_param"},
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
