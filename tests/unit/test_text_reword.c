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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_in_brackets_behind_their_names_are_read),
        cmocka_unit_test(lists_of_names_share_out_lists_of_values),
        cmocka_unit_test(a_list_of_values_alone_takes_no_names_from_its_neighbours),
        cmocka_unit_test(sockeye_counts_with_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
