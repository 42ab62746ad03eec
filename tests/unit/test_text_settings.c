/* test_text_settings - what is no record: code, models and prose are left alone, settings are facts; and which files are logs at all. */
#include "text_probe.h"

static void code_models_and_configurations_are_no_records(void **unused)
{
    (void)unused;
    no_points("          (bn): BatchNorm2d(384, eps=0.0001, momentum=0.1, affine=False, track_running_stats=True)\n");
    no_points("step = 0\nloss = model(x)\nlr=args.lr\noptimizer = Adam(model.parameters(), lr=0.001, step=10)\nval_loss = 0.0\n");
    no_points("print(f\"step:{step} loss:{loss:.4f}\")\n    def step(self, epoch=3, loss=0.5):\n    if step == 10: loss = 0.5\n  "
              "  total += 1 # step 10: loss 0.5 += x\n");
    no_points("{'optimization': {'optimizer': 'Adam', 'd_lr': 0.0002, 'epoch': 10, 'loss': 0.5}}\nNamespace(epoch=3, lr=0.1, "
              "loss='mse')\n");
    no_points("| N/A   29C    P0    48W / 300W |      0MiB / 16160MiB |      0%      Default |\n+++ '[' 2 -lt 1 ']'\n");
    no_points("python train.py --epochs 10 --lr 0.1 --loss-scale 128\n  train_iters ..................... 1000\n    validation: "
              "112640\n");
    no_points("Epoch 7: early stopping\nEpoch 3: val_loss improved from 0.47 to 0.45, saving model to best.keras\n[1/3] c++ "
              "-DX=1 -O3 a.cpp\n");
    no_points("We trained for 10 epochs and the loss was 0.5 in version 1.2.3 of 2026-01-05.\n");
}

static void settings_are_facts(void **unused)
{
    (void)unused;
    WITH("Namespace(batch_size=20, data='./data/x, y', lr=20, betas=(0.9, 0.95))\n{'optimization': {'optimizer': 'Adam', 'd_lr': "
         "0.0002}, 'seed': 1}\n"
         "cmd = deepspeed main.py --learning_rate 9.65e-6 --weight_decay 0. --deepspeed --name=\"a\"\n  learning_rate "
         "................................... 0.00015\n"
         "seed: 7\ndropout = self.dropout\n",
         p);
    probe_expect(p, "fact lr=20");
    probe_expect(p, "fact data=./data/x, y");
    probe_expect(p, "fact betas=(0.9, 0.95)");
    probe_expect(p, "fact optimization/optimizer=Adam");
    probe_expect(p, "fact optimization/d_lr=0.0002");
    probe_expect(p, "fact learning_rate=9.65e-6");
    probe_expect(p, "fact weight_decay=0.");
    probe_expect(p, "fact deepspeed=true");
    probe_expect(p, "fact learning_rate=0.00015");
    probe_expect(p, "fact seed=7");
    probe_refuse(p, "fact dropout");
    probe_close(p);
}

static void the_head_of_a_log_tells_settings_by_any_name_of_theirs(void **unused)
{
    (void)unused;
    WITH("                 act: relu\n                  lr: 0.0002      \t[default: 0.001]\n# wd: 0.1\noptimizer = "
         "adamw\nargs.depth = "
         "4\nnum_layers          6\n - drop_rate: 0.2\npython train.py data.batch_size=64 model.gamma=0.9 seed=3\nnote: this\n"
         "epoch 1 loss 0.5\nepoch 2 loss 0.4\nwidth: 7\n",
         p);
    probe_expect(p, "fact act=relu");
    probe_expect(p, "fact lr=0.0002");
    probe_refuse(p, "default");
    probe_expect(p, "fact wd=0.1");
    probe_expect(p, "fact optimizer=adamw");
    probe_expect(p, "fact args.depth=4");
    probe_expect(p, "fact num_layers=6");
    probe_expect(p, "fact drop_rate=0.2");
    probe_expect(p, "fact data.batch_size=64");
    probe_refuse(p, "fact note");
    probe_refuse(p, "fact width");
    probe_close(p);
}

static void what_only_looks_like_a_setting_is_none(void **unused)
{
    (void)unused;
    WITH("norm: 0.53\nlr  loss\nmodel = model(x)\nlr = args.lr\nEpoch 1 lr=0.1 momentum=0.9 loss=0.5\nepoch 2 loss 0.4\n", p);
    probe_refuse(p, "fact norm");
    probe_refuse(p, "fact lr");
    probe_refuse(p, "fact model");
    probe_refuse(p, "fact momentum");
    probe_close(p);
}

static void one_dash_is_an_option_behind_a_scripts_name(void **unused)
{
    (void)unused;
    WITH("+ python3 -u train.py -lr 0.1 -b 256 -e 90 -opt sgd -x\n", p);
    probe_expect(p, "fact lr=0.1");
    probe_expect(p, "fact batch_size=256");
    probe_expect(p, "fact epochs=90");
    probe_expect(p, "fact opt=sgd");
    probe_expect(p, "fact x=true");
    probe_refuse(p, "fact u=");
    probe_close(p);
    WITH("gcc -O3 -b 256 -e 90 main.c\npython -m pip install -b 2 -e 3\nls -l -a train.py\n", q);
    assert_int_equal(q->facts, 0);
    probe_close(q);
}

static void a_table_of_settings_in_markdown_is_read(void **unused)
{
    (void)unused;
    WITH("| Hyperparameters | Value |\n|:---|---:|\n| learning rate | 0.1 |\n| optimizer | SGD |\n\nepoch 1 loss 0.5\n", p);
    probe_expect(p, "fact learning rate=0.1");
    probe_expect(p, "fact optimizer=SGD");
    assert_int_equal(p->facts, 2);
    assert_int_equal(p->points, 1);
    probe_close(p);
}

static void facts_are_bounded(void **unused)
{
    (void)unused;
    struct str doc = {0};
    for (int i = 0; i < 2000; i++) str_addf(&doc, "  option_%d .......... %d\n", i, i);
    struct probe *p = probe_text("text", doc.p);
    assert_int_equal(p->facts, 512);
    probe_close(p);
    str_done(&doc);
}

static int sniff(const char *path, const char *head) { return format_by_name("text")->sniff(path, span_of(head)); }

static void sniffing_wants_a_record_or_the_name_of_a_log(void **unused)
{
    (void)unused;
    assert_true(sniff("out/strange.name", "hello\nstep 1: loss 0.5\n") >= 20);
    assert_true(sniff("notes.md", "step 1: loss 0.5\n") >= 20);
    assert_true(sniff("a/slurm-12.out", "module load cuda\n") >= 20);
    assert_true(sniff("train.log", "") >= 20);
    assert_true(sniff("README.md", "# Title\nTrain with --lr 0.1 --epochs 10. Test accuracy: 0.91\n") < 20);
    assert_true(sniff("train.py", "print('step 1: loss 0.5')\nstep 1: loss 0.5\n") < 20);
    assert_true(sniff("requirements.txt", "torch==2.1\n") < 20);
    assert_int_equal(format_by_name("text")->sniff("x.log", (struct span){"\0\1\2\3step 1: loss 0.5\n", 22}), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code_models_and_configurations_are_no_records),
        cmocka_unit_test(settings_are_facts),
        cmocka_unit_test(the_head_of_a_log_tells_settings_by_any_name_of_theirs),
        cmocka_unit_test(what_only_looks_like_a_setting_is_none),
        cmocka_unit_test(one_dash_is_an_option_behind_a_scripts_name),
        cmocka_unit_test(a_table_of_settings_in_markdown_is_read),
        cmocka_unit_test(facts_are_bounded),
        cmocka_unit_test(sniffing_wants_a_record_or_the_name_of_a_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
