/* Errors: libraries name their trouble, and the last line of a traceback says which kind it was. What it names is the first cause, and the
 * fix that comes first is that kind's. */
#include <string.h>

#include "../../analyzers/kind.h"
#include "knowledge_fixture.h"

static struct diagnosis found[DIAGNOSIS_MAX];

static size_t ask(const struct knowledge *k, enum event event, const char *words)
{
    const struct finding crashed = {.kind = "run_crashed", .confidence = 0.95};
    const struct said said = {event, words};
    struct case_file run = {.findings = &crashed, .n_findings = 1, .events = 1u << event, .said = &said, .n_said = 1};
    return diagnose(k->causes, k->n_causes, &run, found);
}

static void an_error_is_what_its_last_line_says(void **state)
{
    static const struct {
        const char *words, *cause, *fix;
    } cases[] = {
        {"RuntimeError: mat1 and mat2 shapes cannot be multiplied (64x15 and 16x64)", "tensor_shape_mismatch", "assert_shapes"},
        {"ValueError: operands could not be broadcast together with shapes (3,) (4,)", "tensor_shape_mismatch", "assert_shapes"},
        {"IndexError: Target 3 is out of bounds.", "label_out_of_range", "check_label_range"},
        {"../aten/src/ATen/native/cuda/Loss.cu:240: Assertion `t >= 0 && t < n_classes` failed.", "label_out_of_range",
         "check_label_range"},
        {"IndexError: index out of range in self", "id_out_of_vocabulary", "check_id_range"},
        {"Indexing.cu:1290: indexSelectLargeIndex: Assertion `srcIndex < srcSelectDimSize` failed.", "id_out_of_vocabulary",
         "check_id_range"},
        {"urllib.error.URLError: <urlopen error [Errno 111] Connection refused>", "dependency_unavailable", "check_dependencies"},
        {"requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://host/api/models",
         "dependency_unavailable", "check_dependencies"},
        {"RuntimeError: unbound_buffer.cc:78] Timed out waiting 3000ms for recv operation to complete", "hang_in_collective",
         "trace_the_hang"},
        {"RuntimeError: The server socket has failed to listen on any local network address (errno: 98 - Address already in "
         "use).",
         "address_in_use", "free_the_port"},
        {"ImportError: cannot import name 'AdamW' from 'transformers'", "library_version_mismatch", "pin_versions"},
        {"AttributeError: module 'numpy' has no attribute 'float'", "library_version_mismatch", "pin_versions"},
        {"ModuleNotFoundError: No module named 'einops'", "package_missing", "install_package"},
        {"ImportError: libGL.so.1: cannot open shared object file: No such file or directory", "package_missing",
         "install_package"},
        {"FileNotFoundError: [Errno 2] No such file or directory: 'data/train.csv'", "file_unavailable", "check_paths"},
        {"PermissionError: [Errno 13] Permission denied: '/scratch/out'", "file_unavailable", "check_paths"},
        {"RuntimeError: No CUDA GPUs are available", "device_not_visible", "choose_device"},
        {"AssertionError: Torch not compiled with CUDA enabled", "device_not_visible", "choose_device"},
        {"RuntimeError: CUDA error: no kernel image is available for execution on the device", "device_not_visible",
         "choose_device"},
        {"RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn", "gradient_graph_broken",
         "keep_the_graph"},
        {"RuntimeError: Trying to backward through the graph a second time", "gradient_graph_broken", "keep_the_graph"},
        {"RuntimeError: expected scalar type Float but found Double", "wrong_input_type_shape", "cast_inputs"},
        {"RuntimeError: Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!",
         "wrong_input_type_shape", "cast_inputs"},
        {"RuntimeError: Error(s) in loading state_dict for ResNet:", "checkpoint_does_not_fit", "match_checkpoint"},
        {"json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)", "corrupt_or_invalid_data", "validate_data"},
        {"PIL.UnidentifiedImageError: cannot identify image file 'train/0412.jpg'", "corrupt_or_invalid_data", "validate_data"},
        {"OSError: [Errno 24] Too many open files: 'shard-00012.tar'", "system_limit_reached", "raise_system_limits"},
        {"ValueError: Expected more than 1 value per channel when training, got input size torch.Size([1, 52])",
         "batch_size_unsuitable", "retune_batch_and_rate"},
        {"RuntimeError: stack expects each tensor to be equal size, but got [3, 64] at entry 0 and [1, 64] at entry 3",
         "tensor_shape_mismatch", "assert_shapes"},
        {"RuntimeError: Given groups=1, weight of size [8, 3, 3, 3], expected input[4, 1, 28, 28] to have 3 channels, but got 1 "
         "channels instead",
         "tensor_shape_mismatch", "assert_shapes"},
        {"ValueError: Using a target size (torch.Size([32])) that is different to the input size (torch.Size([32, 1])) is "
         "deprecated",
         "tensor_shape_mismatch", "assert_shapes"},
        {"ValueError: Input 0 of layer \"dense\" is incompatible with the layer: expected axis -1 of input shape to have value "
         "784",
         "tensor_shape_mismatch", "assert_shapes"},
        {"ValueError: Shapes (None, 1) and (None, 10) are incompatible", "tensor_shape_mismatch", "assert_shapes"},
        {"ValueError: X has 12 features, but LogisticRegression is expecting 13 features as input.", "tensor_shape_mismatch",
         "assert_shapes"},
        {"RuntimeError: all elements of input should be between 0 and 1", "wrong_output_layer", "match_output_layer"},
        {"RuntimeError: class values must be smaller than num_classes.", "label_out_of_range", "check_label_range"},
        {"xgboost.core.XGBoostError: SoftmaxMultiClassObj: label must be in [0, num_class).", "label_out_of_range",
         "check_label_range"},
        {"ValueError: Invalid classes inferred from unique values of `y`.  Expected: [0 1 2], got [1 2 3]", "label_out_of_range",
         "check_label_range"},
        {"ValueError: optimizer got an empty parameter list", "params_not_updated", "register_parameters"},
        {"ValueError: num_samples should be a positive integer value, but got num_samples=0", "file_unavailable", "check_paths"},
        {"ValueError: Attempting to unscale FP16 gradients.", "mixed_precision_numeric", "use_bfloat16"},
        {"AssertionError: No inf checks were recorded for this optimizer.", "gradient_graph_broken", "keep_the_graph"},
        {"xgboost.core.XGBoostError: Check failed: valid: Label contains NaN, infinity or a value too large.",
         "corrupt_or_invalid_data", "validate_data"},
        {"ValueError: Input X contains NaN.", "corrupt_or_invalid_data", "validate_data"},
        {"ValueError: feature_names mismatch: ['age', 'sex'] ['sex', 'age']", "wrong_input_type_shape", "cast_inputs"},
        {"_catboost.CatBoostError: Target contains only one unique value", "class_imbalance", "weigh_classes"},
        {"torch.multiprocessing.spawn.ProcessExitedException: process 0 terminated with signal SIGKILL", "process_killed",
         "raise_limits"},
        {"RuntimeError: Detected mismatch between collectives on ranks.", "hang_in_collective", "trace_the_hang"},
        {"OSError: [Errno 122] Disk quota exceeded", "disk_full", "free_disk"},
        {"KeyError: 'input_ids'", "program_error", "read_traceback"},
        {"AttributeError: 'NoneType' object has no attribute 'shape'", "program_error", "read_traceback"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(ask(*state, EVENT_TRACEBACK, cases[i].words) >= 1);
        const struct cause *first = found[0].cause;
        if (strcmp(first->id, cases[i].cause)) fail_msg("%s: %s, not %s", cases[i].words, first->id, cases[i].cause);
        if (found[0].probability < 0.7 && strcmp(first->id, "program_error") != 0)
            fail_msg("%s: %s at %.2f only", cases[i].words, first->id, found[0].probability);
        if (strcmp(first->fixes[0], cases[i].fix)) fail_msg("%s: %s, not %s", cases[i].words, first->fixes[0], cases[i].fix);
    }
}

/* An error that no library named leaves others in question, but not those that would have said so. */
static void what_would_have_said_so_is_not_suspected(void **state)
{
    size_t n = ask(*state, EVENT_TRACEBACK, "KeyError: 'input_ids'");
    for (size_t i = 0; i < n; i++)
        if (!strcmp(found[i].cause->id, "tensor_shape_mismatch")) assert_true(found[i].probability < 0.3);
}

static void a_kill_is_told_with_its_reason(void **state)
{
    static const char *const words[][2] = {
        {"slurmstepd: error: *** JOB 11 ON n07 CANCELLED AT 2026-01-05T10:00:01 DUE TO TIME LIMIT ***", "time limit"},
        {"slurmstepd: error: *** JOB 11 ON n07 CANCELLED AT 2026-01-05T10:00:01 DUE TO PREEMPTION ***", "another job"},
        {"Killed", "a signal or a limit"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        ask(*state, EVENT_KILLED, words[i][0]);
        assert_string_equal(found[0].cause->id, "process_killed");
        assert_true(found[0].n_clues >= 1);
        bool told = false;
        for (size_t b = 0; b < found[0].n_clues; b++) told = told || strstr(found[0].clues[b]->why, words[i][1]);
        if (!told) fail_msg("%s: %s", words[i][0], found[0].clues[0]->why);
    }
}

/* A loader that a signal ended for want of shared memory was not killed by the scheduler. */
static void a_bus_error_is_shared_memory_and_no_kill(void **state)
{
    ask(*state, EVENT_KILLED,
        "RuntimeError: DataLoader worker (pid 31) is killed by signal: Bus error. It is possible that "
        "dataloader's workers are out of shared memory.");
    assert_string_equal(found[0].cause->id, "system_limit_reached");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_is_what_its_last_line_says),
        cmocka_unit_test(what_would_have_said_so_is_not_suspected),
        cmocka_unit_test(a_kill_is_told_with_its_reason),
        cmocka_unit_test(a_bus_error_is_shared_memory_and_no_kill),
    };
    return cmocka_run_group_tests(tests, open_knowledge, close_knowledge);
}
