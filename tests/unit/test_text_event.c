/* test_text_event - which lines of a log are events, which are only talk about them. */
#include "format_probe.h"

static void one_event(const char *doc, const char *event)
{
    struct probe *p = probe_text("text", doc);
    probe_expect(p, event);
    if (p->events != 1) fail_msg("%d events, not 1, of\n%s%s", (int)p->events, doc, p->text.p);
    probe_close(p);
}

static void no_event(const char *doc)
{
    struct probe *p = probe_text("text", doc);
    if (p->events) fail_msg("an event was told of\n%s%s", doc, p->text.p);
    probe_close(p);
}

static void a_traceback_is_told_by_its_last_line(void **unused)
{
    (void)unused;
    one_event(
        "Traceback (most recent call last):\n  File \"a.py\", line 3, in <module>\n    main()\n  File \"a.py\", line 2, in main\n"
        "    raise ValueError(\"CUDA out of memory\")\nValueError: shapes (3,) and (4,) differ\n",
        "event traceback @6 ValueError: shapes (3,) and (4,) differ");
    one_event("[rank1]: Traceback (most recent call last):\n[rank1]:   File \"a.py\", line 3\n[rank1]:     main()\n[rank1]: "
              "AssertionError\n",
              "event traceback @4 AssertionError");
    one_event(
        "venv\\python.exe : Traceback (most recent call last):\nAt line:1 char:1\n+ python.exe train.py 2>&1\n"
        "    + CategoryInfo : NotSpecified: (Traceback (most recent call last)::String) []\n  File \"a.py\", line 3\n    main()\n"
        "KeyError: 'lr'\n",
        "event traceback @7 KeyError: 'lr'"); /* Windows PowerShell's */
    one_event("python : Traceback (most recent call \nlast):\nAt line:1 char:1\n+ python train.py --epochs 9 ...\n"
              "    + CategoryInfo : NotSpec \n   ified: (Traceback (most recent ca  \n  File "
              "\"C:\\Users\\x\\Py\nthon\\train.py\", \nline 463\n"
              "UnicodeEncodeError: 'charmap' codec \ncan't encode\n",
              "event traceback @10 UnicodeEncodeError: 'charmap' codec"); /* in a narrow window */
}

/* Keras and TensorFlow announce an error and say it on a line of its own. */
static void an_announced_error_is_told_by_what_it_says(void **unused)
{
    (void)unused;
    one_event("Traceback (most recent call last):\n  File \"a.py\", line 3, in <module>\n    model.fit(x, y)\n"
              "ValueError: Exception encountered when calling Sequential.call().\n\n"
              "\x1b[1mInput 0 of layer \"dense\" is incompatible with the layer: expected axis -1\x1b[0m\n\n"
              "Arguments received by Sequential.call():\n  - inputs=x\n",
              "event traceback @6 Input 0 of layer \"dense\" is incompatible with the layer: expected axis -1");
    one_event("Traceback (most recent call last):\n  File \"a.py\", line 3, in <module>\n    model.fit(x, y)\n"
              "tensorflow.python.framework.errors_impl.InvalidArgumentError: Graph execution error:\n\n"
              "Detected at node sparse/Assert defined at (most recent call last):\n  File \"a.py\", line 9, in loss\n\n"
              "Received a label value of 10 which is outside the valid range of [0, 10).\n\t [[{{node sparse/Assert}}]]\n",
              "event traceback @9 Received a label value of 10 which is outside the valid range of [0, 10).");
    one_event("Traceback (most recent call last):\n  File \"a.py\", line 3, in <module>\n    model.fit(x, y)\n"
              "ValueError: Exception encountered when calling Sequential.call().\n",
              "event traceback @1 ValueError: Exception encountered when calling Sequential.call().");
    one_event("Traceback (most recent call last):\n  File \"a.py\", line 3, in <module>\n"
              "_pickle.UnpicklingError: pickle data was truncated\n",
              "event traceback @3 _pickle.UnpicklingError: pickle data was truncated");
}

/* Python's logging prints what is wrong with a message, and the program goes on. */
static void an_error_of_logging_is_no_crash(void **unused)
{
    (void)unused;
    no_event("--- Logging error ---\nTraceback (most recent call last):\n  File \"/usr/lib/python3.11/logging/__init__.py\", "
             "line 1110, in emit\n"
             "    msg = self.format(record)\nTypeError: not all arguments converted during string formatting\nCall stack:\n"
             "  File \"train.py\", line 7, in <module>\nMessage: 'lr'\nArguments: (0.5,)\n");
    one_event("slurmstepd-node07: error: *** JOB 11 ON node07 CANCELLED AT 2026-01-05T10:00:01 ***\n",
              "event killed @1 slurmstepd-node07: error: *** JOB 11 ON node07 CANCELLED AT 2026-01-05T10:00:01 ***");
}

static void what_a_traceback_says_decides_its_kind(void **unused)
{
    (void)unused;
    one_event("Traceback (most recent call last):\n  File \"a.py\", line 3\ntorch.cuda.OutOfMemoryError: CUDA out of memory. "
              "Tried to allocate 2.00 GiB\n",
              "event out_of_memory @3 torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB");
    one_event(
        "^CTraceback (most recent call last):\nTraceback (most recent call last):\n  File \"a.py\", line 3\nKeyboardInterrupt\n",
        "event interrupted @4 KeyboardInterrupt");
    one_event(
        "Traceback (most recent call last):\n  File \"a.py\", line 3\nOSError: [Errno 28] No space left on device: 'ckpt.pt'\n",
        "event disk_full @3 OSError: [Errno 28] No space left on device: 'ckpt.pt'");
    no_event("Traceback (most recent call last):\n  File \"a.py\", line 3\nUserWarning: this is only a warning\n");
}

static void in_a_chain_the_first_exception_is_the_cause(void **unused)
{
    (void)unused;
    one_event("Traceback (most recent call last):\n  File \"a.py\", line 3\nKeyError: 'loss'\n\n"
              "During handling of the above exception, another exception occurred:\n\n"
              "Traceback (most recent call last):\n  File \"b.py\", line 9\nRuntimeError: worker died\n",
              "event traceback @3 KeyError: 'loss'");
}

/* What a loader's worker, a replica or a spawned process hands on is told by the end of its own traceback. */
static void an_error_that_carries_a_traceback_is_told_by_the_end_of_that(void **unused)
{
    (void)unused;
    one_event("Traceback (most recent call last):\n  File \"train.py\", line 9, in <module>\n    for batch in loader:\n"
              "KeyError: Caught KeyError in DataLoader worker process 0.\nOriginal Traceback (most recent call last):\n"
              "  File \"worker.py\", line 302, in _worker_loop\n    data = fetcher.fetch(index)\nKeyError: 'image_id'\n\n",
              "event traceback @8 KeyError: 'image_id'");
    one_event("Traceback (most recent call last):\n  File \"train.py\", line 9, in <module>\n    for batch in loader:\n"
              "FileNotFoundError: Traceback (most recent call last):\n  File \"dataloader.py\", line 138, in _worker_loop\n"
              "FileNotFoundError: [Errno 2] No such file or directory: '7.jpg'\n\n",
              "event traceback @6 FileNotFoundError: [Errno 2] No such file or directory: '7.jpg'");
    one_event("Traceback (most recent call last):\n  File \"train.py\", line 9, in <module>\n    spawn(main)\n"
              "torch.multiprocessing.spawn.ProcessRaisedException: \n\n-- Process 0 terminated with the following error:\n"
              "Traceback (most recent call last):\n  File \"train.py\", line 4, in main\nRuntimeError: CUDA out of memory.\n",
              "event out_of_memory @9 RuntimeError: CUDA out of memory.");
    one_event("Traceback (most recent call last):\n  File \"train.py\", line 9, in <module>\n    for batch in loader:\n"
              "KeyError: Caught KeyError in DataLoader worker process 0.\n",
              "event traceback @1 KeyError: Caught KeyError in DataLoader worker process 0.");
}

static void a_traceback_whose_end_never_comes_is_told_by_its_last_line(void **unused)
{
    (void)unused;
    one_event("step 1 loss 0.5\nTraceback (most recent call last):\n  File \"a.py\", line 3, in <module>\n    main()\n",
              "event traceback @2 main()");
    one_event("Traceback (most recent call last):\n  File \"a.py\", line 3, in <mo",
              "event traceback @1 File \"a.py\", line 3, in <mo");
    one_event("Traceback (most recent call last):\n", "event traceback @1 Traceback (most recent call last):");
}

static void a_traceback_behind_a_bar_is_seen(void **unused)
{
    (void)unused;
    one_event("  4%|#   | 60/1500 [00:31<12:20,  1.94it/s]Traceback (most recent call last):\n  File \"a.py\", line "
              "3\nValueError: no\n",
              "event traceback @3 ValueError: no");
}

static void the_words_of_tools_are_known(void **unused)
{
    (void)unused;
    static const struct {
        const char *line, *kind;
    } rows[] = {
        {"RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB", "out_of_memory"},
        {"slurmstepd: error: Detected 1 oom-kill event(s) in StepId=1.0", "out_of_memory"},
        {"2026-01-05 10:00:01.1: W tensorflow: RESOURCE_EXHAUSTED: failed to allocate memory", "out_of_memory"},
        {"slurmstepd: error: *** JOB 1 ON n1 CANCELLED AT 2026-01-05T10:00:01 DUE TO TIME LIMIT ***", "killed"},
        {"[2026-01-05T10:00:01.123] error: *** JOB 1 ON n1 CANCELLED AT 2026-01-05T10:00:01 DUE TO TIME LIMIT ***", "killed"},
        {"Killed", "killed"},
        {"run.sh: line 3: 123 Killed   python train.py", "killed"},
        {"RuntimeError: DataLoader worker (pid 12) is killed by signal: Killed.", "killed"},
        {"[rank7]:[E1105 10:42:28 ProcessGroupNCCL.cpp:616] [Rank 7] Watchdog caught collective operation timeout: "
         "WorkNCCL(SeqNum=4486)",
         "collective_hang"},
        {"cp: error writing 'x': No space left on device", "disk_full"},
        {"NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off the bus.", "hardware"},
        {"Segmentation fault (core dumped)", "traceback"},
        {"ERROR:tensorflow:Model diverged with loss = NaN.", "nonfinite"},
        {"Batch 12: Invalid loss, terminating training", "nonfinite"},
        {"RuntimeError: Function 'MulBackward0' returned nan values in its 0th output.", "nonfinite"},
        {"[INFO] [launch.py:460:main] Process 73593 exits successfully.", "finished"},
        {"Training completed. Do not forget to share your model.", "finished"},
        {"saving checkpoint to out", "checkpoint"},
        {"Saving model checkpoint to out/checkpoint-500", "checkpoint"},
        {"[deepspeed] OVERFLOW! Rank 0 Skipping step. Attempted loss scale: 65536, but hysteresis is 2. Reducing hysteresis to 1",
         "loss_scale"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str doc = {0}, start = {0};
        str_addf(&doc, "%s\n", rows[i].line);
        str_addf(&start, "event %s @1 ", rows[i].kind);
        struct probe *p = probe_text("text", doc.p);
        if (p->events != 1 || !strstr(p->text.p, start.p)) fail_msg("'%s' was told as: %s", rows[i].line, p->text.p);
        probe_close(p);
        str_done(&doc);
        str_done(&start);
    }
}

static void source_code_and_comments_tell_nothing(void **unused)
{
    (void)unused;
    no_event("        raise RuntimeError(\"CUDA out of memory\")\n");
    no_event("# Killed\n# CUDA out of memory happens here\n// Segmentation fault\n");
    no_event("print('No space left on device')\nif 'CUDA out of memory' in str(e):\n    logger.error('Killed')\n");
    no_event("The process was Killed by hand yesterday\nwe are saving checkpoint files\n");
    no_event("x = \"Traceback (most recent call last):\"\n");
}

static void what_repeats_without_progress_is_told_once(void **unused)
{
    (void)unused;
    one_event("Process 1 exits successfully.\nProcess 2 exits successfully.\nProcess 3 exits successfully.\n",
              "event finished @1 Process 1 exits successfully.");
}

static void quotes_are_short_and_whole(void **unused)
{
    (void)unused;
    struct str doc = {0};
    str_add(&doc, "Killed by signal: No space left on device ");
    for (int i = 0; i < 500; i++) str_add(&doc, "\xc3\xa9");
    struct probe *p = probe_text("text", doc.p);
    assert_int_equal(p->events, 1);
    size_t n = strlen(p->text.p), quote = n - 1 - strlen("event disk_full @1 ");
    assert_true(quote <= 300 && quote > 290);
    assert_int_equal((unsigned char)p->text.p[n - 2], 0xa9); /* not cut inside a character */
    probe_close(p);
    str_done(&doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_traceback_is_told_by_its_last_line),
        cmocka_unit_test(an_announced_error_is_told_by_what_it_says),
        cmocka_unit_test(an_error_of_logging_is_no_crash),
        cmocka_unit_test(what_a_traceback_says_decides_its_kind),
        cmocka_unit_test(in_a_chain_the_first_exception_is_the_cause),
        cmocka_unit_test(an_error_that_carries_a_traceback_is_told_by_the_end_of_that),
        cmocka_unit_test(a_traceback_whose_end_never_comes_is_told_by_its_last_line),
        cmocka_unit_test(a_traceback_behind_a_bar_is_seen),
        cmocka_unit_test(the_words_of_tools_are_known),
        cmocka_unit_test(source_code_and_comments_tell_nothing),
        cmocka_unit_test(what_repeats_without_progress_is_told_once),
        cmocka_unit_test(quotes_are_short_and_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
