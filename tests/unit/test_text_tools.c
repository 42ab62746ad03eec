/* test_text_tools - one console log of each tool, in the tool's own lines, and the points that are in it. Numbers are made up. */
#include "format_probe.h"

enum { LINES_MAX = 24 };

/* What must be told, and what no line may start with. */
struct tool {
    const char *name, *log;
    const char *told[LINES_MAX], *never[6];
};

static const struct tool tools[] = {
    {"fairseq, JSON",
     "2026-01-05 10:00:01 | INFO | train_inner | {\"epoch\": 1, \"update\": 0.048, \"loss\": \"8.5\", \"num_updates\": \"100\", "
     "\"lr\": "
     "\"0.5\", \"gnorm\": \"nan\", \"train_wall\": \"48\"}\n"
     "2026-01-05 10:00:03 | INFO | valid | {\"epoch\": 1, \"valid_loss\": \"6.5\", \"valid_num_updates\": \"2100\", "
     "\"valid_best_loss\": \"6.5\"}\n"
     "2026-01-05 10:00:04 | INFO | train | {\"epoch\": 1, \"train_loss\": \"7.5\", \"train_num_updates\": \"2100\", "
     "\"train_wall\": "
     "\"148\"}\n",
     {"point loss 100 8.5 @1 t1767607201.000", "point gnorm 100 NaN @1 t1767607201.000",
      "point valid_loss 2100 6.5 @2 t1767607203.000", "point train_loss 2100 7.5 @3 t1767607204.000"},
     {"point valid_num", "point train_num", "point valid_best", "point train_wall"}},
    {"litgpt",
     "Epoch 1 | iter 16 step 4 | loss train: 10.5, val: n/a | iter time: 812.5 ms (step) remaining time: 3:12:01\n"
     "Epoch 1 | iter 32 step 8 | loss train: 10.25, val: n/a | iter time: 812.5 ms (step) remaining time: 3:12:01\n"
     "iter 32: val loss 5.5, val time: 9211.5 ms\n",
     {"point loss train 4 10.5 @1", "point iter time 4 812.5 @1", "point loss train 8 10.25 @2", "point val loss 8 5.5 @3"},
     {"point val 4", "point loss train 16"}},
    {"torchtitan, in colours",
     "[titan] 2026-01-05 10:00:01,500 - root - INFO - \x1b[31mstep: 10  \x1b[32mloss:  8.5  \x1b[38;2;180;60;0mgrad_norm:  3.5  "
     "\x1b[38;2;54;234;195mmemory: 42.5GiB(53.10%)  \x1b[34mtps: 7,421  \x1b[36mtflops: 301.5  \x1b[35mmfu: 30.5%\x1b[39m\n"
     "[rank0]:[titan] 2026-01-05 10:00:02,500 - root - INFO - validate step: 100  loss:  5.5  memory: 42.5GiB(53.10%)\n",
     {"point loss 10 8.5 @1 t1767607201.500", "point tps 10 7421 @1 t1767607201.500", "point memory 10 42.5 @1 t1767607201.500",
      "point valid loss 100 5.5 @2 t1767607202.500"},
     {NULL}},
    {"the ImageNet example",
     "Epoch: [0][   1/5005]\tTime  4.5 ( 4.5)\tData  3.000 ( 3.000)\tLoss 6.5e+00 (6.9e+00)\tAcc@1   0.50 (  0.10)\n"
     "Epoch: [0][  11/5005]\tTime  0.5 ( 0.5)\tData  0.000 ( 0.300)\tLoss 6.25e+00 (6.85e+00)\tAcc@1   0.25 (  0.20)\n"
     "Test: [ 1/98]\tTime  4.123 ( 4.123)\tLoss 5.9e+00 (5.9e+00)\tAcc@1   0.00 (  0.10)\n"
     "Test: [97/98]\tTime  4.123 ( 4.123)\tLoss 5.5e+00 (5.75e+00)\tAcc@1   0.00 (  0.25)\n"
     " *   Acc@1 12.500 Acc@5 30.500\n"
     "Epoch: [1][   1/5005]\tTime  4.5 ( 4.5)\tData  3.000 ( 3.000)\tLoss 5.5e+00 (5.9e+00)\tAcc@1   0.75 (  0.10)\n",
     {"point Loss 1 6.5 @1", "point Loss 11 6.25 @2", "point test Loss 11 5.75 @4", "point test Acc@1 11 12.5 @5",
      "point test Acc@5 11 30.5 @5", "point Loss 5006 5.5 @6"},
     {"point Test", "point test Loss 1 ", "point test Loss 0"}},
    {"fastai",
     "epoch     train_loss  valid_loss  error_rate  time    \n"
     "0         0.671875    0.343750    0.125000    00:12     \n"
     "Better model found at epoch 0 with valid_loss value: 0.34375.\n"
     "1         0.578125    0.242111    nan         00:11     \n",
     {"series train_loss epoch", "point train_loss 0 0.671875 @2", "point valid_loss 0 0.34375 @2",
      "point valid error_rate 0 0.125 @2", "point train_loss 1 0.578125 @4", "point valid error_rate 1 NaN @4"},
     {"point time", "point with", "point valid time"}},
    {"the table of a notebook, copied",
     "Step   Training Loss   Validation Loss   Accuracy\n100   1.812500   1.750000   0.156250\n200   1.781250   1.718750   "
     "0.187500\n",
     {"point Training Loss 100 1.8125 @2", "point Validation Loss 100 1.75 @2", "point valid Accuracy 200 0.1875 @3"},
     {"point Accuracy"}},
    {"the same with scores of both",
     "Step   Training Loss   Validation Loss   Accuracy   Val Accuracy\n100   1.8   1.7   0.25   0.5\n200   1.6   1.5   0.5   "
     "0.75\n",
     {"point Accuracy 100 0.25 @2", "point Val Accuracy 200 0.75 @3"},
     {"point valid Accuracy"}},
    {"skorch",
     "  epoch    train_loss    valid_acc    valid_loss     dur\n-------  ------------  -----------  ------------  ------\n"
     "      1        0.6875       0.5000        0.6250  0.0312\n      2        0.5625       0.7500        0.5000  0.0312\n",
     {"point train_loss 1 0.6875 @3", "point valid_acc 2 0.75 @4", "point valid_loss 2 0.5 @4"},
     {"point dur"}},
    {"spaCy",
     "\xe2\x84\xb9 Initial learn rate: 0.001\nE    #       LOSS TOK2VEC  LOSS NER  ENTS_F  SCORE \n"
     "---  ------  ------------  --------  ------  ------\n  0       0          0.00     45.50    0.00    0.00\n"
     "  1     400         22.50    845.25   50.50    0.50\n",
     {"series LOSS NER step", "point LOSS NER 0 45.5 @4", "point LOSS NER 400 845.25 @5", "point valid SCORE 400 0.5 @5"},
     {"point epoch", "point E "}},
    {"darknet",
     "1: 1012.5, 1012.0 avg loss, 0.5 rate, 3.456789 seconds, 64 images, 12.3 hours left\n"
     " 2: -nan, -nan avg loss, 0.001000 rate, 3.456789 seconds, 128 images, 12.3 hours left\n"
     "3: 2.25, 2.5 avg, 0.25 rate, 3.456789 seconds, 192 images\n mean_average_precision (mAP@0.50) = 0.75 \n",
     {"point loss 1 1012.5 @1", "point lr 1 0.5 @1", "point loss 2 NaN @2", "point loss 3 2.25 @3", "point valid mAP 3 0.75 @4"},
     {"point avg", "point seconds"}},
    {"conlleval, of two sets, behind a logger that is called like its file",
     "2026-01-05 10:00:01,500 - log\\train.log - INFO - evaluate:dev\n"
     "2026-01-05 10:00:01,500 - log\\train.log - INFO - processed 745 tokens with 56 phrases; found: 160 phrases; correct: "
     "28.\n\n"
     "2026-01-05 10:00:01,500 - log\\train.log - INFO - accuracy:   7.50%; precision:   1.25%; recall:   2.50%; FB1:   2.00\n\n"
     "2026-01-05 10:00:01,500 - log\\train.log - INFO -               LOC: precision:   0.50%; recall:   0.25%; FB1:   0.75  28\n"
     "2026-01-05 10:00:02,500 - log\\train.log - INFO - evaluate:test\n"
     "2026-01-05 10:00:02,500 - log\\train.log - INFO - processed 745 tokens with 56 phrases; found: 160 phrases; correct: "
     "28.\n\n"
     "2026-01-05 10:00:02,500 - log\\train.log - INFO - accuracy:   8.50%; precision:   3.25%; recall:   4.50%; FB1:   5.00\n"
     "2026-01-05 10:00:03,500 - log\\train.log - INFO - evaluate:dev\n"
     "2026-01-05 10:00:03,500 - log\\train.log - INFO - processed 745 tokens with 56 phrases; found: 160 phrases; correct: "
     "28.\n\n"
     "2026-01-05 10:00:03,500 - log\\train.log - INFO - accuracy:  50.00%; precision:  25.00%; recall:  12.50%; FB1:  18.50\n",
     {"series valid FB1 record", "point valid accuracy 1 7.5 @4 t1767607201.500", "point valid FB1 1 2 @4 t1767607201.500",
      "point valid classwise LOC precision 1 0.5 @6 t1767607201.500", "point test FB1 1 5 @10 t1767607202.500",
      "point valid FB1 2 18.5 @14 t1767607203.500"},
     {"point FB1", "point correct", "point valid correct"}},
    {"Deeplearning4j",
     "10:00:01.500 [main] INFO org.deeplearning4j.optimize.listeners.ScoreIterationListener - Score at iteration 0 is 1.625\n"
     "10:00:02.500 [main] INFO org.deeplearning4j.optimize.listeners.ScoreIterationListener - Score at iteration 100 is 1.5\n",
     {"series loss (Score) step", "point loss (Score) 0 1.625 @1", "point loss (Score) 100 1.5 @2"},
     {"point Score"}},
    {"YOLOv7, whose buffered lines come behind the next epoch's header",
     "     Epoch   gpu_mem       box       obj       cls     total    labels  img_size\n"
     "     0/2      1.81G   0.5    0.25         0   0.75        37       640: 100%|##| 38/38 [00:10<00:00,  3.7it/s]\n"
     "               Class      Images      Labels           P           R      mAP@.5  mAP@.5:.95: 100%|##| 7/7 [00:02<00:00,  "
     "3it/s]\n\n"
     "     Epoch   gpu_mem       box       obj       cls     total    labels  img_size\n"
     "                 all         195         882     0.125       0.375     0.0625    0.03125\n"
     "     1/2      1.81G   0.25    0.125         0   0.375        37       640: 100%|##| 38/38 [00:10<00:00,  3.7it/s]\n",
     {"point box_loss 0 0.5 @2", "point valid mAP50 0 0.0625 @6", "point valid recall 0 0.375 @6", "point box_loss 1 0.25 @7"},
     {NULL}},
    {"a share and what it was counted from",
     "epoch   1\nloss: 6.5\ntest accuracy: 20.50%, (41/200)\n\nepoch   2\nloss: 5.5\ntest accuracy: 30.5%, (61/200)\n",
     {"series test accuracy epoch", "point loss 1 6.5 @2", "point test accuracy 1 20.5 @3", "point test accuracy 2 30.5 @7"},
     {"point test accuracy 41", "point test accuracy 61"}},
    {"a score right below the loss of the same data",
     "[Epoch 1] Train Loss=0.75 T=207.5s\nTest loss=0.5\nOutput Distribution={2: 1120}\nAccuracy=0.625\n---\n"
     "[Epoch 2] Train Loss=0.5 T=207.5s\nTest loss=0.25\nOutput Distribution={2: 1120}\nAccuracy=0.75\n---\n",
     {"point Train Loss 1 0.75 @1", "point Test loss 1 0.5 @2", "point test Accuracy 1 0.625 @4",
      "point test Accuracy 2 0.75 @9"},
     {"point Accuracy"}},
    {"words and numbers between bars",
     "step   710 | loss 4.5 | lm 5.75 | ppl 374.5 | lr 2.5e-04 | 414 tok/s | mesoLG 0.5 | NT[DA=0.80 NE=0.70]\n"
     "step   720 | loss 4.25 | lm 5.5 | ppl 350.5 | lr 2.5e-04 | 457 tok/s | mesoLG 0.25 | NT[DA=0.80 NE=0.70]\n",
     {"point loss 710 4.5 @1", "point lm 710 5.75 @1", "point mesoLG 710 0.5 @1", "point lm 720 5.5 @2",
      "point mesoLG 720 0.25 @2"},
     {NULL}},
    {"settings in a grid, each ruled off",
     "+-------------+-----------+\n| Batch size  |     2     |\n+=============+===========+\n| Bins        | 16        |\n"
     "+-------------+-----------+\n| Dropout     | 0.500     |\n+-------------+-----------+\n\nTraining Loss: 0.5\n\n"
     "Model test error: 0.625\nTraining Loss: 0.25\n\nModel test error: 0.5\nTraining Loss: 0.125\n\nModel test error: 0.375\n",
     {"fact Batch size=2", "fact Bins=16", "fact Dropout=0.5", "point Training Loss 1 0.5 @9",
      "point Model test error 1 0.625 @11", "point Training Loss 3 0.125 @15"},
     {"point Bins", "point Dropout"}},
    {"Julia's @info, and named tuples of single precision",
     "\u250c Info: Epoch 1\n\u2502   loss = 0.75f0\n\u2502   acc = 0.5\n\u2514 @ Main train.jl:12\n"
     "\u250c Info: training\n\u2502   epoch = 2\n\u2502   loss = 5.0f-1\n\u2514   acc = 0.75\n"
     "\u250c Info: Epoch 3\n\u2502   loss = 0.25\n\u250c Info: Epoch 4\n\u2514   loss = 0.125\n(epoch = 5, loss = 2.5f-1, acc = "
     "0.625)\n",
     {"series loss epoch", "point loss 1 0.75 @1", "point acc 1 0.5 @1", "point loss 2 0.5 @5", "point acc 2 0.75 @5",
      "point loss 3 0.25 @9", "point loss 4 0.125 @11", "point loss 5 0.25 @13"},
     {"point Main"}},
    {"a mean so far",
     "Starting epoch 0 current lr is 0.5\nEpoch 0, Step 25, total used time 10.5 (s), avg loss so far is 0.25\n"
     "Epoch 0, Step 50, total used time 17.5 (s), avg loss so far is 0.125\nEpoch 0, val loss is 0.75, val mse is 0.0625.\n",
     {"point loss 25 0.25 @2", "point loss 50 0.125 @3", "point val loss 0 0.75 @4"},
     {"point avg loss so far", "point far"}},
    {"PaddleClas",
     "[2026/01/05 10:00:01] ppcls INFO: [Train][Epoch 1/120][Iter: 10/312]lr(LinearWarmup): 0.5, top1: 0.25, loss: 6.5, "
     "batch_cost: 2.5s, ips: 30.5 samples/s, eta: 22:01:02\n"
     "[2026/01/05 10:00:03] ppcls INFO: [Eval][Epoch 1][Avg]CELoss: 3.5, loss: 3.25, top1: 0.5\n",
     {"point loss 10 6.5 @1 t1767607201.000", "point ips 10 30.5 @1 t1767607201.000",
      "point eval loss 10 3.25 @2 t1767607203.000"},
     {"point loss 1 3.25", "point epoch"}},
    {"MXNet",
     "INFO:root:Epoch[0] Batch [20]\tSpeed: 1234.5 samples/sec\taccuracy=0.125\n"
     "INFO:root:Epoch[0] Batch [20-40]\tSpeed: 1234 samples/sec accuracy=0.25\nINFO:root:Epoch[0] Train-accuracy=0.5\n"
     "INFO:root:Epoch[0] Validation-accuracy=0.625\nINFO:root:Epoch[1] Batch [0-20]\tSpeed: 1234.5 samples/sec\taccuracy=0.75\n",
     {"point accuracy 20 0.125 @1", "point Speed 40 1234 @2", "point accuracy 40 0.25 @2", "point Train-accuracy 0 0.5 @3",
      "point Validation-accuracy 0 0.625 @4", "point accuracy 60 0.75 @5"},
     {"point samples"}},
    {"tf.estimator",
     "INFO:tensorflow:loss = 9.5, step = 0\nINFO:tensorflow:global_step/sec: 8.26\nINFO:tensorflow:loss = 8.5, step = 100 (12.1 "
     "sec)\nI0105 10:00:01.123456 140735 basic_session_run_hooks.py:260] loss = 7.5, step = 200 (12.100 sec)\n"
     "INFO:tensorflow:Saving dict for global step 200: accuracy = 0.5, global_step = 200, loss = 0.25\n"
     "INFO:tensorflow:Loss for final step: 0.25.\n",
     {"point loss 0 9.5 @1", "point loss 100 8.5 @3", "point loss 200 7.5 @4", "point eval loss 200 0.25 @5",
      "event finished @6 Loss for final step: 0.25."},
     {"point basic", "point global_step/sec"}},
    {"Spinning Up",
     "------------------------\n|  AverageReturn | 12.5 |\n|         LossPi | 1.5  |\n| TotalEnvInteracts | 12000 "
     "|\n------------------------\n",
     {"point AverageReturn 12000 12.5 @2"},
     {"point TotalEnv"}},
    {"Lightning's bar",
     "\rSanity Checking DataLoader 0: 100%|##| 2/2 [00:00<00:00, 10.1it/s]\n"
     "\rEpoch 0:   0%|          | 0/20 [00:00<?, ?it/s]\rEpoch 0: 100%|##| 20/20 [00:01<00:00, 20.0it/s, v_num=0, loss=0.75]"
     "\rEpoch 0: 100%|##| 20/20 [00:01<00:00, 20.0it/s, v_num=0, loss=0.500]\rValidation DataLoader 0: 100%|##| 4/4 "
     "[00:00<00:00, 40it/s]"
     "\rEpoch 0: 100%|##| 20/20 [00:01<00:00, 20.0it/s, v_num=0, loss=0.500, val_loss=0.625]"
     "\rEpoch 0:   0%|  | 0/20 [00:00<?, ?it/s, v_num=0, loss=0.500, val_loss=0.625]"
     "\rEpoch 1:   0%|  | 0/20 [00:00<?, ?it/s, v_num=0, loss=0.500, val_loss=0.625]"
     "\rEpoch 1:  25%|# | 5/20 [00:00<00:00, 20.0it/s, v_num=0, loss=nan.0, val_loss=0.625]\n"
     "`Trainer.fit` stopped: `max_epochs=2` reached.\n",
     {"point loss 20 0.5 @2", "point val_loss 20 0.625 @2", "point loss 25 NaN @2",
      "event finished @3 `Trainer.fit` stopped: `max_epochs=2` reached."},
     {"point loss 20 0.75", "point val_loss 25", "point loss 0", "point v_num"}},
    {"a bar without an end",
     "\r0it [00:00, ?it/s]\r450it [01:23, 5.41it/s, loss=0.25]\r451it [01:23, 5.41it/s, loss=0.125]\n",
     {"point loss 450 0.25 @1", "point loss 451 0.125 @1"},
     {NULL}},
    {"Ultralytics",
     "      Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size\n"
     "\r      1/100      2.5G      1.375      1.930      1.469         41        640:  50%|##   | 60/120 [00:06<00:06,  9.6it/s]"
     "\r      1/100      2.5G      1.25      1.75      1.5         41        640: 100%|#####| 120/120 [00:12<00:00,  9.6it/s]\n"
     "\r                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): 100%|###| 4/4 [00:01<00:00,  "
     "3.6it/s]\n                   all        128        929      0.625      0.5      0.75      0.25\n"
     "      Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size\n"
     "      2/100      2.5G      1.125        nan      1.25         51        640: 100% \xe2\x94\x81\xe2\x94\x81 8/8 1.3it/s "
     "6.1s\n"
     "\n2 epochs completed in 0.012 hours.\n",
     {"series box_loss epoch", "point box_loss 1 1.25 @2", "point valid precision 1 0.625 @4", "point valid recall 1 0.5 @4",
      "point valid mAP50-95 1 0.25 @4", "point cls_loss 2 NaN @6", "event finished @8 2 epochs completed in 0.012 hours."},
     {"point box_loss 1 1.375", "point Instances", "point Size", "point valid Images"}},
    {"YOLOv5",
     "     Epoch   gpu_mem       box       obj       cls    labels  img_size\n"
     "     0/299     3.42G   0.5   0.25    0.125       213       640: 100%|###| 8/8 [00:06<00:00,  1.31it/s]\n"
     "               Class     Images     Labels          P          R     mAP@.5 mAP@.5:.95: 100%|###| 4/4 [00:02<00:00,  "
     "1.7it/s]\n"
     "                 all        128        929      0.5      0.25      0.75      0.125\n",
     {"point box_loss 0 0.5 @2", "point obj_loss 0 0.25 @2", "point valid mAP50 0 0.75 @4", "point valid mAP50-95 0 0.125 @4"},
     {"point labels", "point Class"}},
    {"LightGBM",
     "[1]\ttraining's binary_logloss: 0.5\tvalid_1's binary_logloss: 0.625\n[2]\ttraining's binary_logloss: 0.25\tvalid_1's "
     "binary_logloss: 0.75\nEarly stopping, best iteration is:\n[1]\ttraining's binary_logloss: 0.5\tvalid_1's binary_logloss: "
     "0.625\n[LightGBM] [Info] Iteration:3, valid_1 binary_logloss : 0.5\n[4]\tcv_agg's l2: 0.25 + 0.5\n",
     {"point training's binary_logloss 2 0.25 @2", "point valid_1's binary_logloss 2 0.75 @2",
      "point valid_1 binary_logloss 3 0.5 @5", "point cv_agg's l2 4 0.25 @6", "point cv_agg's l2/std 4 0.5 @6"},
     {"point training's binary_logloss 1 0.5 @4", "point binary_logloss"}},
    {"scikit-learn",
     "      Iter       Train Loss      OOB Improve   Remaining Time \n         1           1.25           0.125           1.05m\n"
     "-- Epoch 3\nNorm: 9.50, NNZs: 20, Bias: -0.250000, T: 2700, Avg. loss: 0.5\nTotal training time: 0.01 seconds.\n"
     "Validation score did not improve more than tol=0.000100 for 10 consecutive epochs. Stopping.\n",
     {"point Train Loss 1 1.25 @2", "point OOB Improve 1 0.125 @2", "point coef norm 3 9.5 @4", "point loss 3 0.5 @4"},
     {"point Norm", "point T ", "point NNZs", "point Validation"}},
    {"MMEngine",
     "2026/01/05 10:00:01 - mmengine - INFO - Epoch(train)  [1][  50/100]  lr: 0.5  eta: 1 day, 3:10:22  time: 0.5  grad_norm: "
     "nan  "
     "loss: 1.5\n2026/01/05 10:00:02 - mmengine - INFO - Epoch(val)  [1][  4/10]  eta: 0:00:34  time: 0.25\n"
     "2026/01/05 10:00:03 - mmengine - INFO - Epoch(val) [1][10/10]    coco/bbox_mAP: 0.25  time: 0.125\n"
     "2026/01/05 10:00:04 - mmengine - INFO - Epoch(train)  [2][  50/100]  lr: 0.5  loss: 1.25\n",
     {"point loss 50 1.5 @1 t1767607201.000", "point grad_norm 50 NaN @1 t1767607201.000",
      "point valid coco/bbox_mAP 50 0.25 @3 t1767607203.000", "point loss 150 1.25 @4 t1767607204.000"},
     {"point valid time 4 "}},
    {"detectron2",
     "\x1b[32m[11/18 10:02:11 d2.utils.events]: \x1b[0m eta: 1 day, 0:10:01  iter: 19  total_loss: 1.5  loss_cls: 0.5  lr: 0.25  "
     "max_mem: "
     "2710M\n\x1b[32m[11/18 10:02:13 d2.evaluation.testing]: \x1b[0mcopypaste: Task: bbox\n"
     "[11/18 10:02:13 d2.evaluation.testing]: copypaste: AP,AP50,APs\n[11/18 10:02:13 d2.evaluation.testing]: copypaste: "
     "20.5,40.25,nan\nFloatingPointError: Loss became infinite or NaN at iteration=40!\n",
     {"point total_loss 19 1.5 @1", "point valid bbox/AP 19 20.5 @4", "point valid bbox/AP50 19 40.25 @4",
      "point valid bbox/APs 19 NaN @4", "event nonfinite @5 FloatingPointError: Loss became infinite or NaN at iteration=40!"},
     {NULL}},
    {"verl, through Ray",
     "\x1b[36m(TaskRunner pid=1234)\x1b[0m step:8 - actor/pg_loss:np.float64(0.5) - actor/grad_norm:np.float32(nan) - "
     "response_length/mean:512.0 - training/global_step:8\n",
     {"point actor/pg_loss 8 0.5 @1", "point actor/grad_norm 8 NaN @1", "point response_length/mean 8 512 @1"},
     {"point TaskRunner"}},
    {"torchtune",
     "Step 12 | loss:1.5 lr:0.5 tokens_per_second_per_gpu:812.5 \n1|14|Loss: 1.25:   3%|#  | 14/400 [00:31<12:20,  1.94s/it]\n",
     {"point loss 12 1.5 @1", "point tokens_per_second_per_gpu 12 812.5 @1", "point Loss 14 1.25 @2"},
     {NULL}},
    {"DeepSpeed",
     "[2026-01-05 10:00:01,500] [INFO] [logging.py:128:log_dist] [Rank 0] step=10, skipped=0, lr=[0.5], mom=[(0.9, 0.999)]\n"
     "[2026-01-05 10:00:02,500] [INFO] [fused_optimizer.py:1:x] [deepspeed] fp16 dynamic loss scale overflow! Skipping step. "
     "Attempted "
     "loss scale: 32768.0, reducing to 16384.0\n",
     {"point lr 10 0.5 @1 t1767607201.500", "point loss_scale 10 16384 @2 t1767607202.500"},
     {NULL}},
    {"fairseq before it said so",
     "| epoch 002 | loss 6.5 | num_updates 90 | loss_scale 0.5\n| WARNING: overflow detected, setting loss scale to: 0.25\n",
     {"point loss_scale 90 0.5 @1", "point loss_scale 90 0.25 @2"},
     {NULL}},
    {"torch's schedulers",
     "Epoch 3, Loss: 0.5\nEpoch 00003: reducing learning rate of group 0 to 2.5000e-01.\n",
     {"point Loss 3 0.5 @1", "point learning rate 3 0.25 @2"},
     {NULL}},
    {"Keras' early stopping",
     "Epoch 2/9\n938/938 - 14s - 15ms/step - loss: 0.5 - val_loss: 0.25 - learning_rate: 0.125\nEpoch 2: ReduceLROnPlateau "
     "reducing "
     "learning rate to 0.0625.\nEpoch 2: early stopping\n",
     {"point loss 2 0.5 @2", "point learning_rate 2 0.125 @2", "event finished @4 Epoch 2: early stopping"},
     {"point learning rate", "point learning_rate 2 0.0625"}},
    {"plain logging",
     "2026-01-05 10:00:05.500 | INFO     | __main__:train:42 - step 40 | loss 0.5 | lr 0.25\n"
     "I0105 10:00:01.123456 140735 train.py:42] step 50: loss=0.25\nWARNING:trainer:step 60 loss 0.125\n",
     {"point loss 40 0.5 @1 t1767607205.500", "point loss 50 0.25 @2", "point loss 60 0.125 @3"},
     {"point train"}},
    {"spellings of NaN, and of nothing",
     "step 1 loss -nan(ind) acc 0.5\nstep 2 loss 1.#QNAN\nstep 3 loss None acc 0.25\nstep 4 loss n/a acc 0.125\nstep 5 loss: NA, "
     "acc: "
     "0.5\nstep 6 loss: tensor(nan, device='cuda:0', grad_fn=<NllLossBackward0>) acc 0.75\nstep 7 loss: tensor(0.5) acc 1\n",
     {"point loss 1 NaN @1", "point loss 2 NaN @2", "point acc 3 0.25 @3", "point acc 4 0.125 @4", "point acc 5 0.5 @5",
      "point loss 6 NaN @6", "point acc 6 0.75 @6", "point loss 7 0.5 @7"},
     {"point loss 3", "point loss 4", "point loss 5", "point loss None"}},
    {"a restart",
     "step 1 loss 3\nstep 2 loss 2\nTraceback (most recent call last):\n  File \"a\"\nRuntimeError: x\nstep 2 loss 2.5\nstep 3 "
     "loss 1\n",
     {"point loss 2 2 @2", "event traceback @5 RuntimeError: x", "point loss 2 2.5 @6", "point loss 3 1 @7"},
     {NULL}},
};

static void the_points_of_each_tool_are_read(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof tools / sizeof *tools; i++) {
        struct probe *p = probe_text("text", tools[i].log);
        struct str all = {0};
        str_addf(&all, "\n%s", p->text.p);
        for (size_t k = 0; k < LINES_MAX && tools[i].told[k]; k++) {
            struct str line = {0};
            str_addf(&line, "\n%s\n", tools[i].told[k]);
            if (!strstr(all.p, line.p)) fail_msg("%s: not told: %s\nbut:%s", tools[i].name, tools[i].told[k], all.p);
            str_done(&line);
        }
        for (size_t k = 0; k < 6 && tools[i].never[k]; k++) {
            struct str start = {0};
            str_addf(&start, "\n%s", tools[i].never[k]);
            if (strstr(all.p, start.p)) fail_msg("%s: told, but must not be: %s\nin:%s", tools[i].name, tools[i].never[k], all.p);
            str_done(&start);
        }
        str_done(&all);
        probe_close(p);
    }
}

static void any_split_of_a_tools_log_gives_the_same(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof tools / sizeof *tools; i++) {
        struct probe *whole = probe_text("text", tools[i].log);
        size_t n = strlen(tools[i].log);
        for (size_t first = 1; first < n; first += 1 + n / 64) {
            struct probe *p = probe_open(format_by_name("text"), PROBE_ARENA_BYTES);
            probe_read(p, span_of(tools[i].log), first, 5);
            if (strcmp(p->text.p, whole->text.p))
                fail_msg("%s, cut at %zu:\n%s\nbut whole:\n%s", tools[i].name, first, p->text.p, whole->text.p);
            probe_close(p);
        }
        probe_close(whole);
    }
}

static void steps_without_a_bar_are_inferred_from_the_settings(void **unused)
{
    (void)unused;
    struct probe *p = probe_text(
        "text", "TrainingArguments(\nlogging_steps=25,\nseed=7,\n)\n{'loss': '2.5', 'epoch': '0.12', 'kl': None, 'x': [1, 2]}\n"
                "{'loss': '2.25', 'epoch': '0.24'}\n{'eval_loss': '2.0', 'epoch': '0.24'}\n");
    probe_expect(p, "series loss step");
    probe_expect(p, "point loss 25 2.5 @5");
    probe_expect(p, "point loss 50 2.25 @6");
    probe_expect(p, "point eval_loss 50 2 @7");
    probe_refuse(p, "point x");
    probe_refuse(p, "point kl");
    probe_close(p);
}

static void a_hidden_nan_of_the_trainer_is_told(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("text", "{'loss': 2.5, 'grad_norm': 1.5, 'epoch': 0.12}\n{'loss': 0.0, 'grad_norm': nan, 'epoch': 0.14}\n"
                           "{'loss': 0.0, 'grad_norm': nan, 'epoch': 0.16}\n");
    probe_expect(p, "event nonfinite @2 {'loss': 0.0, 'grad_norm': nan, 'epoch': 0.14}");
    probe_expect(p, "point grad_norm 2 NaN @2");
    assert_int_equal(p->events, 1);
    probe_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_points_of_each_tool_are_read),
        cmocka_unit_test(any_split_of_a_tools_log_gives_the_same),
        cmocka_unit_test(steps_without_a_bar_are_inferred_from_the_settings),
        cmocka_unit_test(a_hidden_nan_of_the_trainer_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
