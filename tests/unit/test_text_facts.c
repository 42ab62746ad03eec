/* test_text_facts - settings, versions and the like that a program prints before it trains. */
#include "format_probe.h"

enum { FACTS_MAX = 16 };

static const struct {
    const char *log, *told[FACTS_MAX], *never;
} dumps[] = {
    {"TrainingArguments(\n_n_gpu=8,\nlearning_rate=5e-05,\nlr_scheduler_kwargs={},\nbf16=True,\n)\n",
     {"fact _n_gpu=8", "fact learning_rate=5e-05", "fact bf16=True"},
     "point"},
    {"AdamW (\nParameter Group 0\n    betas: (0.9, 0.999)\n    eps: 1e-08\n    foreach: None\n    lr: 0.001\n    weight_decay: "
     "0.01\n\n"
     "Parameter Group 1\n    lr: 0.0001\n    weight_decay: 0.0\n)\n",
     {"fact optimizer=AdamW", "fact betas=(0.9, 0.999)", "fact lr=0.001", "fact weight_decay=0.01"},
     "fact lr=0.0001"},
    {"Model config GPT2Config {\n  \"n_embd\": 768,\n  \"archs\": [\n    \"a\",\n    \"b\"\n  ],\n  \"task\": {\n    "
     "\"max_length\": 50\n  },\n  "
     "\"torch_dtype\": \"bfloat16\"\n}\nstep 1 loss 0.5\n",
     {"fact n_embd=768", "fact task/max_length=50", "fact torch_dtype=bfloat16", "point loss 1 0.5 @12"},
     "fact a"},
    {"{\n  \"epoch\": 1,\n  \"seed\": 3\n}\n", {NULL}, "fact seed"}, /* a record, it seems */
    {"***** Running training *****\n  Num examples = 1,200\n  Total train batch size (w. parallel, distributed & accumulation) = "
     "16\n"
     "  Gradient Accumulation steps = 2\n***** Running Evaluation *****\n  Num examples = 100\n  Batch size = 8\n",
     {"fact num_examples=1200", "fact total_train_batch_size=16", "fact gradient_accumulation_steps=2"},
     "fact batch_size"},
    {"------------------------ arguments ------------------------\n  lr .............................................. 0.0003\n"
     "  seed ............................................ 1234\n-------------------- end of arguments ---------------------\n",
     {"fact lr=0.0003", "fact seed=1234"},
     "point"},
    {"start of training: lr=0.001 batch_size=32 seed=8\n", {"fact lr=0.001", "fact batch_size=32", "fact seed=8"}, "point"},
    {"engine/trainer: task=detect, mode=train, model=yolov8n.pt, epochs=100, batch=16, lr0=0.01, optimizer=auto, cls=0.5, "
     "seed=0\n",
     {"fact task=detect", "fact epochs=100", "fact batch=16", "fact lr0=0.01", "fact optimizer=auto"},
     "point"},
    {"$ python train.py --lr 1e-3 --batch-size 32 --fp16\n",
     {"fact command=python train.py --lr 1e-3 --batch-size 32 --fp16", "fact lr=1e-3", "fact fp16=true"},
     "point"},
    {"PyTorch version: 2.3.0+cu121\ntransformers==4.41.0\nPython 3.11.4\nCUDA version: 12.1\n",
     {"fact torch_version=2.3.0+cu121", "fact transformers_version=4.41.0", "fact python_version=3.11.4",
      "fact cuda_version=12.1"},
     "point"},
    {"Ultralytics 8.3.0 \xf0\x9f\x9a\x80 Python-3.11.4 torch-2.3.0+cu121 CUDA:0 (NVIDIA A100, 40536MiB)\n",
     {"fact ultralytics_version=8.3.0", "fact python_version=3.11.4", "fact torch_version=2.3.0+cu121"},
     "point"},
    {"git commit: 0123456789abcdef0123456789abcdef01234567\n",
     {"fact git_commit=0123456789abcdef0123456789abcdef01234567"},
     "point"},
    {"git:\n  sha: 0123456789abcdef0123456789abcdef01234567, status: clean, branch: main\n",
     {"fact git_commit=0123456789abcdef0123456789abcdef01234567"},
     "point"},
    {"Using 16bit Automatic Mixed Precision (AMP)\nSeed set to 42\n", {"fact precision=fp16", "fact seed=42"}, "point"},
    {"> setting random seeds to 1234 ...\nusing torch.bfloat16 for parameters ...\n",
     {"fact seed=1234", "fact precision=bf16"},
     "point"},
    {"optim_wrapper = dict(\n    optimizer=dict(lr=0.02, type='SGD'),\n    type='OptimWrapper')\nval_dataloader = dict(\n    "
     "batch_size=1)\n"
     "step 1 loss 0.5\n",
     {"fact optim_wrapper/optimizer/lr=0.02", "fact optim_wrapper/optimizer/type=SGD", "point loss 1 0.5 @6"},
     "fact val_dataloader"},
    {"model = dict(\n    pipeline=[\n        dict(lr=3),\n    ],\n    depth=50)\n", {"fact model/depth=50"}, "lr"},
    {"{'data': None,\n 'optimizer': {'class_path': 'torch.optim.AdamW',\n               'init_args': {'lr': 0.0004}},\n "
     "'precision': "
     "'bf16-true',\n"
     " 'eval': EvalArgs(max_iters=100),\n 'seed': 42}\n",
     {"fact optimizer/class_path=torch.optim.AdamW", "fact precision=bf16-true", "fact seed=42"},
     "max_iters"},
    {"Training starts at step 1, with local batch size 8, global batch size 64, sequence length 2048, total steps 1000 (warmup "
     "200)\n",
     {"fact local_batch_size=8", "fact global_batch_size=64", "fact max_steps=1000", "fact warmup_steps=200"},
     "point"},
    {"+-----------+-------+\n| Parameter | Value |\n+-----------+-------+\n| learning rate (LR) | 3e-04 |\n| micro batch size B "
     "| 4 |\n"
     "+-----------+-------+\nstep 1 loss 0.5\n",
     {"fact learning rate=3e-04", "fact micro batch size=4", "point loss 1 0.5 @7"},
     "point learning"},
    {"Overriding: learning_rate = 0.001\nbatch_size = 64 # fits\n", {"fact learning_rate=0.001", "fact batch_size=64"}, "point"},
    {"  optimizer_params ............. {'lr': 5e-05, 'betas': [0.9, 0.999]}\n",
     {"fact optimizer_params/lr=5e-05", "fact optimizer_params/betas=[0.9, 0.999]"},
     "point"},
    {"precision: bf16\n", {"fact precision=bf16"}, "point"},
    {"Precision: 0.85\n", {NULL}, "fact"}, /* a score */
    {"  - Build settings: BLAS=mkl, CUDA_FLAGS= -Xfatbin -compress-all -gencode x --threads 2 --expt-extended-lambda\n",
     {NULL},
     "fact"},
    {"commit your changes first\ntorch is fast, transformers are big\npython train.py failed\nrevision needed\n", {NULL}, "fact"},
};

static void settings_are_told(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof dumps / sizeof *dumps; i++) {
        struct probe *p = probe_text("text", dumps[i].log);
        for (size_t k = 0; k < FACTS_MAX && dumps[i].told[k]; k++) probe_expect(p, dumps[i].told[k]);
        probe_refuse(p, dumps[i].never);
        probe_close(p);
    }
}

static void a_dump_that_never_ends_hides_nothing(void **unused)
{
    (void)unused;
    struct probe *p = probe_text(
        "text",
        "config: {\n  \"lr\": 0.5,\nstep 1 loss 0.5\nTrainingArguments(\nseed=1,\nstep 2 loss 0.25\nAdam (\nstep 3 loss 0.125\n"
        "model = dict(\n    type='Net',\nstep 4 loss 0.0625\n");
    probe_expect(p, "point loss 1 0.5 @3");
    probe_expect(p, "point loss 2 0.25 @6");
    probe_expect(p, "point loss 3 0.125 @8");
    probe_expect(p, "point loss 4 0.0625 @11");
    probe_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_told),
        cmocka_unit_test(a_dump_that_never_ends_hides_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
