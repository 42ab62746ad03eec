/* text: names and values that are laid out in ways of their own. */
#include "text_probe.h"

static void values_in_brackets_behind_their_names_are_read(void **unused)
{
    (void)unused;
    WITH("INFO epoch(1/90) losses: x_recon(18.5) kl(0.25) loss(2.5)\n"
         "INFO epoch(2/90) losses: x_recon(12.5) kl(0.125) loss(nan)\n",
         p);
    probe_expect(p, "point x_recon 1 18.5 @1");
    probe_expect(p, "point kl 2 0.125 @2");
    probe_expect(p, "point loss 2 NaN @2");
    probe_close(p);
    no_points("epoch 1 Adam(0.001) Dropout(0.5)x\nepoch 2 Linear(in=3) Conv(64)\n");
    WITH("epoch 1 loss 0.5(0.625) acc 0.75(0.7)\n", meters);
    probe_expect(meters, "point loss 1 0.5 @1");
    probe_close(meters);
}

static void lists_of_names_share_out_lists_of_values(void **unused)
{
    (void)unused;
    WITH("Epoch 1/40 loss, acc, f1: 0.5, 0.75, 0.625\nEpoch 2/40, loss, acc, f1: 0.25, 0.875, 0.75\n", p);
    probe_expect(p, "point loss 1 0.5 @1");
    probe_expect(p, "point acc 1 0.75 @1");
    probe_expect(p, "point f1 2 0.75 @2");
    probe_close(p);
    WITH("Epoch 1 [loss, acc] = [0.5, 0.75]\nEpoch 2 [loss, acc] = [0.25, nan]\n", q);
    probe_expect(q, "point loss 2 0.25 @2");
    probe_expect(q, "point acc 2 NaN @2");
    probe_close(q);
}

static void a_list_of_values_alone_takes_no_names_from_its_neighbours(void **unused)
{
    (void)unused;
    WITH("step 700 loss: nan, lr: 0.5, 4.5 ms/step\nstep 720 loss: 0.5, lr: 0.25, 4.5 ms/step\n", p);
    probe_expect(p, "point loss 700 NaN @1");
    probe_expect(p, "point lr 720 0.25 @2");
    probe_refuse(p, "point lr 720 4.5");
    probe_close(p);
    WITH("epoch 1 a, b, loss: 0.5, 0.25\n", more); /* three names, two values: whose is which nobody knows */
    probe_refuse(more, "point b");
    probe_close(more);
}

static void sockeye_counts_with_letters(void **unused)
{
    (void)unused;
    WITH("[INFO:sockeye.training] E=0 B=50\ts/sec=228.5 tok/sec=4378.5 u/sec=0.5\tppl=1847.5 \n"
         "[INFO:sockeye.training] E=0 B=100\ts/sec=1797.5 tok/sec=30691.5 u/sec=3.75\tppl=1484.75 \n",
         p);
    probe_expect(p, "point ppl 50 1847.5 @1");
    probe_expect(p, "point ppl 100 1484.75 @2");
    probe_close(p);
}

static void a_counter_may_stand_behind_its_number(void **unused)
{
    (void)unused;
    WITH("1 epoch, loss: 0.5,  loss_test: 0.625, time: 0:11:54.5\n2 epoch, loss: 0.25,  loss_test: 0.375, time: 0:11:53.5\n", p);
    probe_expect(p, "point loss 1 0.5 @1");
    probe_expect(p, "point loss_test 2 0.375 @2");
    probe_close(p);
    no_points("12 epochs, batch size: 32\n3 steps: download, unpack, train\n");
}

static void what_stands_before_a_dict_is_read(void **unused)
{
    (void)unused;
    WITH("Episode 1/90 finished, total reward  : 1.5, actions taken : {'hold': 20, 'buy': 3}\n"
         "Episode 2/90 finished, total reward  : 2.5, actions taken : {'hold': 18, 'buy': 5}\n",
         p);
    probe_expect(p, "point total reward 1 1.5 @1");
    probe_expect(p, "point total reward 2 2.5 @2");
    probe_refuse(p, "point buy");
    probe_close(p);
}

static void both_sides_behind_one_name_are_told_apart(void **unused)
{
    (void)unused;
    WITH("Epoch: 1 | Loss (train/val): 0.5 / 0.625 | Acc (train/val): 0.75 / 0.5\n"
         "Epoch: 2 | Loss (train/val): 0.25 / 0.375 | Acc (train/val): 0.875 / 0.75\n",
         p);
    probe_expect(p, "point train Loss 1 0.5 @1");
    probe_expect(p, "point val Loss 2 0.375 @2");
    probe_expect(p, "point val Acc 2 0.75 @2");
    probe_close(p);
}

static void losses_without_a_name_are_known_by_their_size(void **unused)
{
    (void)unused;
    WITH("epoch 1 of 9 -- train: 1.5 -- valid: 1.625\nepoch 2 of 9 -- train: 0.5 -- valid: 0.75\n", p);
    probe_expect(p, "point train loss 1 1.5 @1");
    probe_expect(p, "point valid loss 2 0.75 @2");
    probe_close(p);
    WITH("epoch 1: train=0.5 val=0.25 lr=0.5\nepoch 2: train=1.5 val=1.25 lr=0.5\n", shares);
    probe_refuse(shares, "point train loss"); /* the first line decides */
    probe_close(shares);
    WITH("epoch 1 train: 62.5 test: 50.5\n", percents);
    probe_refuse(percents, "point train loss");
    probe_close(percents);
    WITH("epoch=1 loss=0.5 (val=0.625, acc=75.0%)\n", beside);
    probe_expect(beside, "point valid loss 1 0.625 @1");
    probe_close(beside);
    WITH("Epoch 1/9: 100%|####| 50/50 [00:10<00:00,  9.9it/s, train=1.5, val=1.625]\n", bar);
    probe_expect(bar, "point valid loss 50 1.625 @1");
    probe_close(bar);
}

static void other_languages_count_and_lose_too(void **unused)
{
    (void)unused;
    WITH("Época 1/9 - pérdida: 0.5 - val_pérdida: 0.625\nÉpoca 2/9 - pérdida: 0.25 - val_pérdida: 0.375\n", es);
    probe_expect(es, "series loss epoch");
    probe_expect(es, "point loss 1 0.5 @1");
    probe_expect(es, "point val_loss 2 0.375 @2");
    probe_close(es);
    WITH("Epoche 1: Verlust 0.5, Genauigkeit 0.75\nEpoche 2: Verlust 0.25, Genauigkeit 0.875\n", de);
    probe_expect(de, "point loss 2 0.25 @2");
    probe_close(de);
    WITH("Эпоха 1/9, потери: 0.5, точность: 0.75\n", ru);
    probe_expect(ru, "point loss 1 0.5 @1");
    probe_close(ru);
    WITH("에포크 1/9, 손실: 0.5, 정확도: 0.75\n", ko);
    probe_expect(ko, "point accuracy 1 0.75 @1");
    probe_close(ko);
}

static void neat_tells_the_fitness_of_a_generation(void **unused)
{
    (void)unused;
    WITH("\n ****** Running generation 0 ****** \n\nPopulation's average fitness: 4.50000 stdev: 3.25000\n"
         "Best fitness: 9.25000 - size: (3, 5) - species 1 - id 12\nGeneration time: 1.25 sec\n"
         "\n ****** Running generation 1 ****** \n\nPopulation's average fitness: 6.50000 stdev: 3.25000\n",
         p);
    probe_expect(p, "point average fitness 0 4.5 @4");
    probe_expect(p, "point best fitness 0 9.25 @5");
    probe_expect(p, "point average fitness 1 6.5 @10");
    probe_close(p);
    no_points("Best fitness: 9.25000 - size: (3, 5)\n");
}

static void spacy_tells_the_losses_of_its_pipes(void **unused)
{
    (void)unused;
    WITH("Epoch 1 Losses {'ner': 12.5}\nEpoch 2 Losses {'ner': 6.25}\n", p);
    probe_expect(p, "point loss 2 6.25 @2");
    probe_close(p);
    WITH("Losses {'ner': 12.5, 'tagger': 0.5}\nLosses {'ner': 6.25, 'tagger': 0.25}\nLosses {'ner': 3.125, 'tagger': 0.125}\n"
         "Losses {'ner': 2.125, 'tagger': 0.125}\n",
         several);
    probe_expect(several, "point ner loss 2 6.25 @2");
    probe_expect(several, "point tagger loss 3 0.125 @3");
    probe_close(several);
}

static void a_checkpoint_tells_what_it_was_kept_for(void **unused)
{
    (void)unused;
    WITH("Epoch 1, global step 10: 'val_loss' reached 0.75 (best 0.75), saving model to '/x/epoch=1.ckpt' as top 1\n"
         "Epoch 2, global step 20: 'val_loss' reached 0.5 (best 0.5), saving model to '/x/epoch=2.ckpt' as top 1\n",
         p);
    probe_expect(p, "point val_loss 20 0.5 @2");
    probe_close(p);
}

static void the_bars_of_segmentation_models_are_of_their_epoch(void **unused)
{
    (void)unused;
    WITH("\nEpoch: 0\ntrain:  50%|#####     | 1/2 [00:01<00:01,  1.0it/s, dice_loss - 0.75, iou_score - 0.25]\r"
         "train: 100%|##########| 2/2 [00:02<00:00,  1.0it/s, dice_loss - 0.5, iou_score - 0.375]\n"
         "valid: 100%|##########| 1/1 [00:01<00:00,  1.0it/s, dice_loss - 0.625, iou_score - 0.25]\n"
         "\nEpoch: 1\ntrain: 100%|##########| 2/2 [00:02<00:00,  1.0it/s, dice_loss - 0.25, iou_score - 0.75]\n"
         "valid: 100%|##########| 1/1 [00:01<00:00,  1.0it/s, dice_loss - 0.5, iou_score - 0.5]\n",
         p);
    probe_expect(p, "point train dice_loss 0 0.5 @3");
    probe_expect(p, "point train dice_loss 1 0.25 @7");
    probe_expect(p, "point valid iou_score 1 0.5 @8");
    probe_refuse(p, "point train dice_loss 0 0.75");
    probe_close(p);
}

static void lists_of_all_losses_are_curves(void **unused)
{
    (void)unused;
    WITH("train_loss = [2.5, 1.5, 0.75, 0.5, 0.375]\nval_losses: [2.25, 1.75, 1.25, 1.125, 1.0625]\n", p);
    probe_expect(p, "point train_loss 5 0.375 @1");
    probe_expect(p, "point val_loss 1 2.25 @2");
    probe_close(p);
    no_points("loss weights: [1.0, 0.5, 0.25, 0.5, 0.5]\nloss = [0.5, 0.25]\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_in_brackets_behind_their_names_are_read),
        cmocka_unit_test(lists_of_names_share_out_lists_of_values),
        cmocka_unit_test(a_list_of_values_alone_takes_no_names_from_its_neighbours),
        cmocka_unit_test(sockeye_counts_with_letters),
        cmocka_unit_test(a_counter_may_stand_behind_its_number),
        cmocka_unit_test(what_stands_before_a_dict_is_read),
        cmocka_unit_test(both_sides_behind_one_name_are_told_apart),
        cmocka_unit_test(losses_without_a_name_are_known_by_their_size),
        cmocka_unit_test(other_languages_count_and_lose_too),
        cmocka_unit_test(neat_tells_the_fitness_of_a_generation),
        cmocka_unit_test(spacy_tells_the_losses_of_its_pipes),
        cmocka_unit_test(a_checkpoint_tells_what_it_was_kept_for),
        cmocka_unit_test(the_bars_of_segmentation_models_are_of_their_epoch),
        cmocka_unit_test(lists_of_all_losses_are_curves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
