/* view_fixture - fabricated but realistic views of runs, so that reports and plots can be looked at and tested without logs.
 *
 * fixture_diverging   a language model of 6,000 steps that spikes, diverges at step 4,820 and ends in NaN, with one restart
 * fixture_clean       a run without findings;  fixture_unreadable   nothing could be read
 * fixture_gan         a generator that collapses;  all are deterministic (a seeded generator makes the noise). */
#ifndef MLWATCH_VIEW_FIXTURE_H
#define MLWATCH_VIEW_FIXTURE_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../../daemon/report/report.h"

enum { FIXTURE_SERIES = 8, FIXTURE_BUCKETS = 256, FIXTURE_FINDINGS = 8 };
struct fixture {
    struct view view;
    uint64_t random;
    struct bucket buckets[FIXTURE_SERIES][FIXTURE_BUCKETS];
    struct curve curves[FIXTURE_SERIES];
    struct series_view series[FIXTURE_SERIES];
    struct finding_view findings[FIXTURE_FINDINGS];
    struct cause_view causes[DIAGNOSIS_MAX];
    struct source_view sources[3];
    struct checkpoint_view checkpoints[3];
    struct event_view events[2];
    struct seam seams[1];
    const struct separator *needs[2];
};

static const struct separator fixture_separator = {"per-layer gradient norms",
                                                   "separates exploding_gradients from corrupt_or_invalid_data",
                                                   "log the norm of every parameter group's gradient each 10 steps",
                                                   ROLE_GRAD_PART,
                                                   {0}};
/* Framework, what it is told in, and what the run does not log. */
static const struct kit fixture_kit = {"huggingface", "Hugging Face Trainer", "pytorch"};
static const struct wording fixture_wordings[] = {{"pytorch", "torch.optim.AdamW(model.parameters(), lr=3e-4)"},
                                                  {"huggingface", "TrainingArguments(learning_rate=3e-4)"}};
static const char *const fixture_hidden[] = {"grad_explosion", "grad_spike"};
static const struct wording fixture_norm[] = {{"huggingface", "TrainingArguments(logging_steps=10)"}};
static const struct artifact fixture_artifacts[] = {
    {.id = "gradient_norm",
     .artifact = "gradient norm",
     .how = "log it as grad_norm | each step",
     .role = ROLE_GRAD_NORM,
     .in = {fixture_norm, 1},
     .usual = true},
    {.id = "learning_rate", .artifact = "learning rate", .how = "log it as lr", .role = ROLE_LEARNING_RATE, .usual = true},
    {.id = "memory", .artifact = "memory in use", .how = "log it as memory_mib", .role = ROLE_MEMORY}};
static const struct unseen_view fixture_unseen[] = {
    {&fixture_artifacts[0], fixture_hidden, 2}, {&fixture_artifacts[1], fixture_hidden, 1}, {&fixture_artifacts[2], NULL, 0}};
static const struct clue fixture_clues[] = {
    {.finding = "loss_divergence", .ratio = 9, .why = "the loss rose and stayed there"},
    {.fact = "learning_rate", .min = 1e-3, .max = 1, .ratio = 4, .why = "the rate is above 0.001 with an Adam-type optimizer"},
    {.fact = "clip", .ratio = 0.6, .why = "the gradient is clipped at 1.0"}};
static const struct cause fixture_lr_too_high = {
    .id = "lr_too_high",
    .title = "Learning rate too high",
    .explanation = "Steps are larger than the curvature of the loss allows, so that each one overshoots; a spike that the "
                   "optimizer cannot return from becomes a divergence.",
    .source = "Cohen et al. 2021, arXiv:2103.00065",
    .prior = 0.2};
static const struct cause fixture_bad_batch = {.id = "corrupt_or_invalid_data",
                                               .title = "Corrupt or invalid training data",
                                               .explanation = "A batch holds values no model can fit.",
                                               .prior = 0.1};
static const struct fix fixture_lower_lr = {
    .id = "lower_lr",
    .title = "Cut the learning rate 3–10×",
    .action = "Set learning_rate to 0.0003 and resume from checkpoints/checkpoint-4500, with the warm-up kept as it is.",
    .expect = "The loss is back below 2.4 within 300 steps and the gradient norm stays under 2.",
    .verify = "Watch train/loss and grad_norm over 500 steps after the restart: no rise above 2.6.",
    .risk = "Slower progress: about a third more steps to the same loss.",
    .gain = 0.8,
    .in = {fixture_wordings, 2}};
static const struct fix fixture_clip = {.id = "clip_gradient",
                                        .title = "Clip the gradient norm at 1.0",
                                        .action = "Set max_grad_norm to 1.0.",
                                        .expect = "Single large gradients no longer move the weights far.",
                                        .verify = "grad_norm after clipping is at most 1.0.",
                                        .risk = "Hides a rate that is too high.",
                                        .gain = 0.5};
static const struct fact fixture_facts[] = {
    {"learning_rate", "0.003"}, {"optimizer", "AdamW"},           {"batch_size", "64"},
    {"warmup_steps", "400"},    {"max_grad_norm", "1.0"},         {"torch_version", "2.4.1"},
    {"cuda", "12.4"},           {"gpu", "NVIDIA A100-SXM4-80GB"}, {"api_key", "[redacted]"}};

/* A standard normal number: Marsaglia's polar method over xorshift64. */
static inline double fixture_uniform(struct fixture *f)
{
    f->random ^= f->random << 13, f->random ^= f->random >> 7, f->random ^= f->random << 17;
    return (double)(f->random >> 11) / 9007199254740992.0;
}
static inline double fixture_normal(struct fixture *f)
{
    double u, v, s;
    do u = 2 * fixture_uniform(f) - 1, v = 2 * fixture_uniform(f) - 1, s = u * u + v * v;
    while (s >= 1 || s == 0);
    return u * sqrt(-2 * log(s) / s);
}

static inline void fixture_begin(struct fixture *f, const char *run)
{
    memset(f, 0, sizeof *f);
    f->random = 88172645463325252ull;
    f->view = (struct view){.run = run,
                            .id = "rab3kq7zd",
                            .name = run,
                            .path = "/data/runs",
                            .project = "runs",
                            .segments = 1,
                            .elapsed_s = 0.04,
                            .first_time = 1740924000,
                            .last_time = 1740924000 + 11520,
                            .series = f->series,
                            .findings = f->findings,
                            .causes = f->causes,
                            .sources = f->sources,
                            .checkpoints = f->checkpoints,
                            .events = f->events,
                            .seams = f->seams,
                            .needs = f->needs};
    f->sources[0] = (struct source_view){"train.jsonl", "jsonl", 0, 0, "JSON objects, one a line, with a step"};
    f->view.n_sources = 1;
}

static inline size_t fixture_series(struct fixture *f, const char *name, enum role role, const char *metric)
{
    size_t i = f->view.n_series++;
    curve_init(&f->curves[i], f->buckets[i], FIXTURE_BUCKETS);
    f->series[i] = (struct series_view){
        .series = {.name = name, .unit = "", .metric = metric, .depth = -1, .id = (uint32_t)i, .role = role, .axis = AXIS_STEP},
        .source = "train.jsonl",
        .curve = &f->curves[i],
        .first_step = INT64_MAX};
    return i;
}

static inline void fixture_point(struct fixture *f, size_t i, int64_t step, double value)
{
    struct series_view *s = &f->series[i];
    curve_add(&f->curves[i], step, value, ++f->sources[0].points);
    s->points++;
    s->nonfinite += isfinite(value) ? 0 : 1;
    if (step < s->first_step) s->first_step = step;
    if (step > s->last_step) s->last_step = step;
    if (step > f->view.last_step) f->view.last_step = step;
    s->last = value;
}

static inline struct finding *fixture_finding(struct fixture *f, const char *kind, enum severity severity, size_t series,
                                              int64_t onset, int64_t last, const char *message)
{
    struct finding_view *v = &f->findings[f->view.n_findings++];
    v->finding = (struct finding){.kind = kind,
                                  .severity = severity,
                                  .confidence = 0.93,
                                  .series = &f->series[series].series,
                                  .onset_step = onset,
                                  .first_step = onset,
                                  .last_step = last,
                                  .first_line = (uint64_t)onset / 10 + 1};
    snprintf(v->id, sizeof v->id, "f%zu", f->view.n_findings);
    v->message = message;
    v->source = f->sources[0].path;
    return &v->finding;
}

static inline void fixture_evidence(struct finding *f, const char *name, double value, const char *unit)
{
    f->evidence[f->n_evidence++] = (struct evidence){name, unit, value};
}

static inline void fixture_lm_curves(struct fixture *f)
{
    size_t loss = fixture_series(f, "train/loss", ROLE_LOSS_TRAIN, "loss"),
           grad = fixture_series(f, "grad_norm", ROLE_GRAD_NORM, ""),
           lr = fixture_series(f, "learning_rate", ROLE_LEARNING_RATE, ""),
           eval = fixture_series(f, "eval/loss", ROLE_LOSS_EVAL, "loss"),
           speed = fixture_series(f, "tokens_per_s", ROLE_THROUGHPUT, "");
    for (int64_t step = 0; step <= 6000; step += 10) {
        double t = (double)step, clean = 2.05 + 8.4 * exp(-t / 420), blow = step > 4820 ? (t - 4820) / 140 : 0;
        double spike = step >= 2600 && step < 2650 ? 2.2 * exp(-(t - 2600) / 18) : 0;
        double value =
            clean + 0.05 * fixture_normal(f) + spike + (blow > 0 ? 5.6 * (1 - exp(-blow)) + 0.35 * fixture_normal(f) : 0);
        double norm = (0.75 + 1.9 * exp(-t / 300)) * exp(0.22 * fixture_normal(f)) * (1 + 5 * spike) * exp(blow > 4 ? 4 : blow);
        bool lost = step > 5560;
        fixture_point(f, loss, step, lost ? NAN : value);
        fixture_point(f, grad, step, lost ? NAN : norm);
        fixture_point(f, lr, step, 0.003 * (step < 400 ? t / 400 : 0.55 + 0.45 * cos(3.14159 * (t - 400) / 7000)));
        fixture_point(f, speed, step, 51200 * (1 + 0.02 * fixture_normal(f)));
        if (step % 250 == 0 && step)
            fixture_point(f, eval, step,
                          lost ? NAN : clean + 0.12 + 0.02 * fixture_normal(f) + (blow > 0 ? 5.9 * (1 - exp(-blow)) : 0));
    }
}

static inline void fixture_lm_findings(struct fixture *f)
{
    struct finding *a = fixture_finding(f, "loss_divergence", SEVERITY_CRITICAL, 0, 4820, 5560,
                                        "train/loss 2.05 → 7.62 in 740 steps while grad_norm grew 0.75 → 41");
    fixture_evidence(a, "before", 2.05, "");
    fixture_evidence(a, "after", 7.62, "");
    fixture_evidence(a, "within", 740, "steps");
    fixture_evidence(a, "z", 111.4, "MAD");
    fixture_finding(f, "loss_nonfinite", SEVERITY_CRITICAL, 0, 5570, 6000, "train/loss is NaN from step 5,570 on (44 values)");
    fixture_evidence(&f->findings[1].finding, "nonfinite", 44, "values");
    f->findings[1].quote = "RuntimeError: \033[31mloss is nan\033[0m, check <input> | \a stopping";
    struct finding *g = fixture_finding(f, "grad_explosion", SEVERITY_WARNING, 1, 4830, 5560, "grad_norm 0.75 → 41 in 560 steps");
    fixture_evidence(g, "ratio", 54.6, "");
    struct finding *s = fixture_finding(f, "loss_spike", SEVERITY_WARNING, 0, 2600, 2640,
                                        "train/loss jumped 2.07 → 4.25 at step 2,600 and returned after 4 records");
    fixture_evidence(s, "z", 43.2, "MAD");
    s->phase = PHASE_CLOSED;
}

static inline void fixture_lm_causes(struct fixture *f, double probability)
{
    struct cause_view *c = &f->causes[0];
    c->diagnosis = (struct diagnosis){.cause = &fixture_lr_too_high,
                                      .probability = probability,
                                      .n_because = 2,
                                      .because = {0, 2},
                                      .n_against = 1,
                                      .against = {3},
                                      .n_clues = 3,
                                      .clues = {&fixture_clues[0], &fixture_clues[1], &fixture_clues[2]},
                                      .n_missing = 1,
                                      .missing = {&fixture_separator}};
    c->fixes[0] = (struct fix_view){.fix = &fixture_lower_lr, .confidence = 0.71};
    c->fixes[1] = (struct fix_view){.fix = &fixture_clip, .confidence = 0.44};
    c->n_fixes = 2;
    f->causes[1].diagnosis = (struct diagnosis){.cause = &fixture_bad_batch, .probability = 0.24, .n_because = 1, .because = {3}};
    f->causes[1].fixes[0] = (struct fix_view){.fix = &fixture_clip, .confidence = 0.31};
    f->causes[1].n_fixes = 1;
    f->view.n_causes = 2;
    f->needs[0] = &fixture_separator;
    f->view.n_needs = probability < 0.8;
}

static inline void fixture_diverging(struct fixture *f, double probability)
{
    fixture_begin(f, "gpt-small-lr3e-3");
    f->view.verdict = VERDICT_CRITICAL;
    f->view.state = RUN_FAILED;
    f->view.framework = "Hugging Face Trainer";
    fixture_lm_curves(f);
    fixture_lm_findings(f);
    fixture_lm_causes(f, probability);
    f->sources[0].bad_records = 1;
    f->sources[1] = (struct source_view){"stdout.log", "text", 0, 0, "key=value pairs"};
    f->view.n_sources = 2;
    f->events[0] =
        (struct event_view){EVENT_TRACEBACK, 6121, "stdout.log", "RuntimeError: loss is nan, check <input> | stopping"};
    f->view.n_events = 1;
    f->seams[0] = (struct seam){1, 3120, 3000, 314};
    f->view.n_seams = 1;
    f->view.segments = 2;
    f->checkpoints[0] = (struct checkpoint_view){"checkpoints/checkpoint-3000", 3000, "whole", "safe", NULL};
    f->checkpoints[1] = (struct checkpoint_view){"checkpoints/checkpoint-4500", 4500, "whole", "safe", NULL};
    f->checkpoints[2] = (struct checkpoint_view){"checkpoints/checkpoint-6000", 6000, "incomplete", "unverified",
                                                 "the end of the archive is missing"};
    f->view.n_checkpoints = 3;
    f->view.last_good = &f->checkpoints[1];
    f->view.trouble_step = 4820;
    f->view.facts = fixture_facts;
    f->view.n_facts = sizeof fixture_facts / sizeof *fixture_facts;
}

static inline void fixture_clean(struct fixture *f)
{
    fixture_begin(f, "resnet18-cifar10");
    f->view.state = RUN_FINISHED;
    size_t loss = fixture_series(f, "loss", ROLE_LOSS_TRAIN, "loss"),
           eval = fixture_series(f, "val_loss", ROLE_LOSS_EVAL, "loss"),
           score = fixture_series(f, "val_accuracy", ROLE_SCORE_EVAL, "accuracy");
    for (int64_t step = 0; step < 20000; step += 50) {
        double t = (double)step / 20000;
        fixture_point(f, loss, step, 0.2 + 2.1 * exp(-5 * t) + 0.02 * fixture_normal(f));
        if (step % 1000) continue;
        fixture_point(f, eval, step, 0.32 + 2.0 * exp(-5 * t) + 0.01 * fixture_normal(f));
        fixture_point(f, score, step, 0.93 - 0.83 * exp(-6 * t));
    }
    f->view.unseen = fixture_unseen;
    f->view.n_unseen = sizeof fixture_unseen / sizeof *fixture_unseen;
}

static inline void fixture_gan(struct fixture *f)
{
    fixture_begin(f, "dcgan-faces");
    f->view.verdict = VERDICT_CRITICAL;
    size_t g = fixture_series(f, "G_loss", ROLE_LOSS_GENERATOR, "g_loss"),
           d = fixture_series(f, "D_loss", ROLE_LOSS_DISCRIMINATOR, "d_loss"),
           fid = fixture_series(f, "FID", ROLE_SCORE_EVAL, "fid");
    for (int64_t step = 0; step <= 40000; step += 100) {
        double gone = step > 22000 ? (double)(step - 22000) / 6000 : 0;
        fixture_point(f, g, step, 1.6 + 0.2 * fixture_normal(f) + 6 * (1 - exp(-gone)));
        fixture_point(f, d, step, (1.1 + 0.1 * fixture_normal(f)) * exp(-2 * gone) + 0.002);
        if (step % 2000 == 0) fixture_point(f, fid, step, 60 + 240 * exp(-(double)step / 5000) + 90 * (1 - exp(-gone)));
    }
    struct finding *a = fixture_finding(f, "discriminator_wins", SEVERITY_CRITICAL, d, 22400, 40000,
                                        "D_loss fell 1.1 → 0.004 and stays there while G_loss rose 1.6 → 7.4");
    fixture_evidence(a, "d_loss", 0.004, "");
    struct finding *b =
        fixture_finding(f, "score_drop", SEVERITY_WARNING, fid, 24000, 40000, "FID rose 64 → 150 after its best at step 22,000");
    fixture_evidence(b, "best", 64, "");
}

static inline void fixture_unreadable(struct fixture *f)
{
    fixture_begin(f, "runs/empty");
    f->view.n_sources = 0;
    f->view.verdict = VERDICT_UNREADABLE;
    f->view.unreadable = "no training log known to mlwatch in 'runs/empty'";
}

#endif
