/* test_episodes - a count of steps beside a count of episodes: of the run, of the episode, or the episode's length. */
#include "../../daemon/format/episodes.h"
#include "format_probe.h"

static enum steps_of told(const int64_t *steps, const double *episodes, size_t n)
{
    struct episodes e = {0};
    enum steps_of what = STEPS_OF_RUN;
    for (size_t i = 0; i < n; i++) what = episodes_steps(&e, steps[i], episodes[i]);
    return what;
}

static void steps_that_go_on_are_of_the_run(void **unused)
{
    (void)unused;
    assert_int_equal(told((const int64_t[]){30, 62, 95, 95, 140}, (const double[]){1, 2, 3, 4, 5}, 5), STEPS_OF_RUN);
}

static void a_restart_with_its_episodes_is_no_length(void **unused)
{
    (void)unused;
    int64_t steps[] = {100, 200, 300, 400, 150, 250, 350, 200, 300};
    double episodes[] = {10, 20, 30, 40, 15, 25, 35, 20, 30};
    assert_int_equal(told(steps, episodes, 9), STEPS_OF_RUN);
}

static void steps_that_begin_again_in_an_episode_of_several_records_are_a_part(void **unused)
{
    (void)unused;
    int64_t steps[] = {0, 1, 2, 0, 1, 2, 0, 1, 2};
    double episodes[] = {0, 0, 0, 1, 1, 1, 2, 2, 2};
    assert_int_equal(told(steps, episodes, 9), STEPS_OF_PART);
}

static void lengths_go_back_as_often_as_chance_allows(void **unused)
{
    (void)unused;
    assert_int_equal(told((const int64_t[]){27, 53, 31, 80, 12}, (const double[]){1, 2, 3, 4, 5}, 5), STEPS_ARE_LENGTHS);
}

static void a_table_of_episodes_and_their_lengths_counts_episodes(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "Episode,Total_Reward,Steps\n1,-4,27\n2,1.5,53\n3,-2,31\n4,2,80\n5,7,12\n6,9,200\n");
    probe_expect(p, "series Total_Reward episode");
    probe_expect(p, "point Total_Reward 5 7 @6");
    probe_expect(p, "point Total_Reward 6 9 @7");
    probe_expect(p, "point Steps 6 200 @7");
    probe_close(p);
}

static void a_column_called_steps_holds_lengths_from_the_first_record(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "episode,reward,steps\n1,-4,640\n2,1.5,763\n3,-2,630\n4,2,605\n");
    probe_expect(p, "series reward episode");
    probe_expect(p, "point reward 1 -4 @2");
    probe_expect(p, "point reward 2 1.5 @3");
    probe_expect(p, "point steps 1 640 @2");
    probe_close(p);
    p = probe_text("csv", "episode,reward,total_steps\n1,-4,640\n2,1.5,1403\n");
    probe_expect(p, "point reward 1403 1.5 @3");
    probe_close(p);
}

static void steps_within_an_episode_are_no_lengths_by_any_name(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "episode,steps,loss\n1,10,4\n1,20,3\n1,30,2.5\n1,40,2\n2,10,1.5\n2,20,1\n");
    probe_expect(p, "point loss 40 2 @5");
    probe_expect(p, "point loss 60 1 @7");
    probe_close(p);
}

static void lines_of_episodes_and_their_lengths_count_episodes(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("text", "Episode: 1, Steps: 27, Reward: -4\nEpisode: 2, Steps: 53, Reward: 1.5\n"
                                         "Episode: 3, Steps: 31, Reward: -2\nEpisode: 4, Steps: 12, Reward: 2\n"
                                         "Episode: 5, Steps: 80, Reward: 7\n");
    probe_expect(p, "series Reward episode");
    probe_expect(p, "point Reward 5 7 @5");
    probe_close(p);
}

static void steps_within_episodes_are_joined(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "episode,step,loss\n0,1,4\n0,2,3\n1,1,2.5\n1,2,2\n2,1,1.5\n");
    probe_expect(p, "point loss 2 3 @3");
    probe_expect(p, "point loss 3 2.5 @4");
    probe_expect(p, "point loss 5 1.5 @6");
    probe_close(p);
    p = probe_text("text", "Episode 0 Step 1: loss = 4\nEpisode 0 Step 2: loss = 3\nEpisode 1 Step 1: loss = 2.5\n");
    probe_expect(p, "point loss 3 2.5 @3");
    probe_close(p);
}

static void a_bracketed_fraction_before_a_counted_batch_is_the_epoch(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("text", "[1/3] batch 50/100 loss=3.5 lr=1e-3\n[1/3] batch 100/100 loss=3.25 lr=1e-3\n"
                                         "[2/3] batch 50/100 loss=3 lr=1e-3\n");
    probe_expect(p, "point loss 100 3.25 @2");
    probe_expect(p, "point loss 150 3 @3");
    probe_close(p);
    p = probe_text("text", "[1/8] step 50 loss=3.5\n[1/8] step 60 loss=3.25\n");
    probe_expect(p, "point loss 60 3.25 @2");
    probe_close(p);
}

static void an_evaluation_that_counts_its_own_batches_stands_at_the_last_step(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("text", "epoch:[1/9] train step:0 loss: 4 lr: 0.5\nepoch:[1/9] train step:100 loss: 3.5 lr: 0.5\n"
                           "epoch:[1/9] val step:0 loss: 3.75\nepoch:[2/9] train step:0 loss: 3 lr: 0.5\n"
                           "epoch:[2/9] train step:100 loss: 2.5 lr: 0.5\nepoch:[2/9] val step:0 loss: 3.25\n");
    probe_expect(p, "point valid loss 100 3.75 @3");
    probe_refuse(p, "point valid loss 0 ");
    probe_close(p);
}

static void batches_begin_again_behind_the_line_that_sums_an_epoch_up(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("text", "train batch:50/100 loss:4\ntrain batch:100/100 loss:3.5\nEpoch [0]/[9] train loss: 3.75\n"
                           "val batch:20/20 loss:3.25\nEpoch [0]/[9] val loss: 3.25\n"
                           "train batch:50/100 loss:3\ntrain batch:100/100 loss:2.5\nEpoch [1]/[9] train loss: 2.75\n"
                           "train batch:50/100 loss:2\n");
    probe_expect(p, "point loss 100 3.5 @2");
    probe_expect(p, "point loss 150 3 @6");
    probe_expect(p, "point loss 250 2 @9");
    probe_refuse(p, "point valid loss 20 ");
    probe_close(p);
}

static void a_number_of_samples_beside_an_epoch_is_no_counter(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("text", "Epoch 4 - Average Loss: 2.5, Samples: 900\nEpoch 5 - Average Loss: 2, Samples: 900\n");
    probe_expect(p, "point Loss 5 2 @2");
    probe_close(p);
    p = probe_text("csv", "epoch,samples,loss\n4,900,2.5\n5,900,2\n");
    probe_expect(p, "point loss 5 2 @3");
    probe_close(p);
    p = probe_text("csv", "samples,loss\n900,2.5\n1800,2\n");
    probe_expect(p, "point loss 1800 2 @3");
    probe_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_that_go_on_are_of_the_run),
        cmocka_unit_test(a_restart_with_its_episodes_is_no_length),
        cmocka_unit_test(steps_that_begin_again_in_an_episode_of_several_records_are_a_part),
        cmocka_unit_test(lengths_go_back_as_often_as_chance_allows),
        cmocka_unit_test(a_table_of_episodes_and_their_lengths_counts_episodes),
        cmocka_unit_test(a_column_called_steps_holds_lengths_from_the_first_record),
        cmocka_unit_test(steps_within_an_episode_are_no_lengths_by_any_name),
        cmocka_unit_test(lines_of_episodes_and_their_lengths_count_episodes),
        cmocka_unit_test(steps_within_episodes_are_joined),
        cmocka_unit_test(an_evaluation_that_counts_its_own_batches_stands_at_the_last_step),
        cmocka_unit_test(batches_begin_again_behind_the_line_that_sums_an_epoch_up),
        cmocka_unit_test(a_number_of_samples_beside_an_epoch_is_no_counter),
        cmocka_unit_test(a_bracketed_fraction_before_a_counted_batch_is_the_epoch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
