/* test_keras - what a Keras config would run, said with its name; and the names that people gave their layers. */
#include "zip_made.h"

#include "../../daemon/ckpt/keras_config.h"

static struct probe p;

static enum ckpt_safety judge(const char *config)
{
    p = (struct probe){0};
    arena_init(&p.arena, 1 << 20);
    struct ckpt_sink sink = {&p, &p.arena, probe_tensor, probe_group, probe_fact, probe_state, probe_safety};
    keras_judge(config, &sink);
    return p.safety;
}

static void configs_of_keras_itself_are_safe(void **state)
{
    static const char *const good[] = {
        "{\"module\": \"keras\", \"class_name\": \"Sequential\", \"config\": {\"name\": \"s\", \"layers\": []}, "
        "\"registered_name\": null}",
        "{\"module\": \"keras.layers\", \"class_name\": \"Dense\", \"config\": {\"activation\": \"relu\", \"vocabulary\": "
        "\"x\"}}",
        "{\"module\": \"keras.src.models.functional\", \"class_name\": \"Functional\", \"config\": {}, \"registered_name\": "
        "\"Functional\"}",
        "{\"class_name\": \"Sequential\", \"config\": [{\"class_name\": \"Dense\", \"config\": {\"name\": \"os\"}}]}",
        "{}",
        "[]",
        "{\"module\": \"keras_hub.src.models\", \"class_name\": \"Backbone\", \"config\": {\"lambda\": \"exec\"}}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (judge(good[i]) != CKPT_SAFE) fail_msg("%s: %s", good[i], p.reasons.p);
        probe_done(&p);
    }
}

static void configs_that_run_something_are_told_with_its_name(void **state)
{
    static const struct {
        const char *config, *named;
        enum ckpt_safety safety;
    } bad[] = {
        {"{\"class_name\": \"Lambda\", \"config\": {\"function\": {\"class_name\": \"__lambda__\", \"config\": {\"code\": "
         "\"4wEAAAA=\"}}}}",
         "Lambda", CKPT_SUSPICIOUS},
        /* "....exec.": a name in the bytecode */
        {"{\"class_name\": \"__lambda__\", \"config\": {\"code\": \"4wEAAAAAAADaBGV4ZWMp\"}}", "'exec'", CKPT_MALICIOUS},
        {"{\"class_name\": \"Lambda\", \"config\": {\"function\": [\"4wEAAAAAAADaBnN5c3RlbSk=\", null, null], \"function_type\": "
         "\"lambda\"}}",
         "'system'", CKPT_MALICIOUS},
        {"{\"class_name\": \"Lambda\", \"config\": {\"function\": \"named\", \"function_type\": \"function\", \"module\": "
         "\"__main__\"}}",
         "Lambda", CKPT_SUSPICIOUS},
        {"{\"module\": \"os\", \"class_name\": \"function\", \"config\": \"system\", \"registered_name\": \"function\"}",
         "os.system", CKPT_MALICIOUS},
        {"{\"a\": [{\"module\": \"subprocess\", \"class_name\": \"Popen\", \"config\": {}}]}", "subprocess.Popen",
         CKPT_MALICIOUS},
        {"{\"module\": \"builtins\", \"class_name\": \"function\", \"config\": \"exec\"}", "builtins.exec", CKPT_MALICIOUS},
        {"{\"module\": \"builtins\", \"class_name\": \"function\", \"config\": \"my_activation\"}", "builtins.my_activation",
         CKPT_SUSPICIOUS},
        {"{\"module\": \"keras.config\", \"class_name\": \"function\", \"config\": \"enable_unsafe_deserialization\"}",
         "enable_unsafe_deserialization", CKPT_MALICIOUS},
        {"{\"module\": \"keras.utils\", \"class_name\": \"get_file\", \"config\": {\"origin\": \"http://x\"}}",
         "keras.utils.get_file", CKPT_MALICIOUS},
        {"{\"module\": \"keras.layers\", \"class_name\": \"TorchModuleWrapper\", \"config\": {}}", "TorchModuleWrapper",
         CKPT_SUSPICIOUS},
        {"{\"module\": \"keras.layers\", \"class_name\": \"StringLookup\", \"config\": {\"vocabulary\": \"/etc/passwd\"}}",
         "/etc/passwd", CKPT_SUSPICIOUS},
        {"{\"module\": \"mypackage.layers\", \"class_name\": \"Mine\", \"config\": {}}", "mypackage.layers.Mine",
         CKPT_SUSPICIOUS},
        {"{\"module\": null, \"class_name\": \"Mine\", \"config\": {}, \"registered_name\": \"Pack>Mine\"}", "Pack>Mine",
         CKPT_SUSPICIOUS},
        {"{\"module\": \"kerasevil\", \"class_name\": \"Dense\", \"config\": {}}", "kerasevil.Dense", CKPT_SUSPICIOUS},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (judge(bad[i].config) != bad[i].safety || !strstr(p.reasons.p, bad[i].named))
            fail_msg("%s is %s: %s", bad[i].config, inspection_safety_name(p.safety), p.reasons.p ? p.reasons.p : "");
        probe_done(&p);
    }
}

static void a_config_that_is_no_json_is_corrupt_and_not_safe(void **state)
{
    static char deep[5000];
    (void)state;
    memset(deep, '[', sizeof deep - 1);
    const char *const broken[] = {"{", "{\"a\": 1, \"a\": 2}", "nonsense", deep};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(judge(broken[i]), CKPT_SAFETY_UNVERIFIED);
        assert_int_equal(p.state, CKPT_CORRUPT);
        probe_done(&p);
    }
}

static void an_archive_without_its_parts_is_corrupt(void **state)
{
    static struct made m;
    (void)state;
    made_add(&m, "metadata.json", "{\"keras_version\": \"3.15.1\"}", 27, 0, 0);
    made_add(&m, "config.json", "{}", 2, 0, 0);
    made_finish(&m);
    made_scan(&m, &p, "model.keras", NULL, NULL);
    assert_string_equal(p.format, "keras");
    assert_int_equal(p.state, CKPT_CORRUPT);
    assert_non_null(strstr(p.reasons.p, "model.weights.h5"));
    assert_non_null(strstr(p.facts.p, "keras_version=3.15.1"));
    probe_done(&p);
}

static void what_else_lies_in_an_archive_is_looked_at(void **state)
{
    static const char evil[] = "\x80\x02"
                               "cposix\nsystem\nX\x01\x00\x00\x00x\x85R.";
    static struct made m;
    (void)state;
    memset(&m, 0, sizeof m);
    made_add(&m, "config.json", "{}", 2, 0, 0);
    made_add(&m, "assets/vocabulary.txt", evil, sizeof evil - 1, 8, 0);
    made_add(&m, "config.json", "{\"module\": \"os\", \"class_name\": \"system\"}", 41, 0, 0);
    made_finish(&m);
    made_scan(&m, &p, "model.keras", NULL, NULL);
    assert_int_equal(p.safety, CKPT_MALICIOUS);
    assert_non_null(strstr(p.reasons.p, "posix.system"));
    assert_non_null(strstr(p.reasons.p, "two members are named"));
    probe_done(&p);
}

#ifdef MLWATCH_HDF5
static const struct ckpt_tensor *tensor(const char *name)
{
    for (size_t i = 0; i < p.n_tensors; i++)
        if (strcmp(p.tensors[i].name, name) == 0) return &p.tensors[i];
    fail_msg("no tensor '%s'", name);
    return NULL;
}

static void open_fixture(const char *file)
{
    char path[512];
    snprintf(path, sizeof path, SOURCE_DIR "/tests/fixtures/ckpt/%s", file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    probe_fd(&p, fd, file, NULL, &ckpt_limits_usual);
    close(fd);
}

static void slots_of_the_optimizer_find_their_parameters(void **state)
{
    (void)state;
    open_fixture("model.keras");
    assert_int_equal(tensor("norm/moving_mean")->part, CKPT_BUFFER);
    assert_int_equal(tensor("first/kernel")->part, CKPT_PARAMETER);
    assert_string_equal(tensor("optimizer/vars/0")->slot, "step");
    assert_string_equal(tensor("optimizer/vars/2")->slot, "exp_avg");
    assert_string_equal(tensor("optimizer/vars/2")->parameter, "first/kernel");
    assert_string_equal(tensor("optimizer/vars/9")->slot, "exp_avg_sq");
    assert_int_equal(tensor("optimizer/vars/9")->index, 3);
    assert_string_equal(tensor("optimizer/vars/9")->parameter, "norm/beta");
    assert_int_equal(p.n_groups, 1);
    probe_done(&p);
    open_fixture("model.weights.h5");
    assert_string_equal(tensor("optimizer/vars/3")->slot, "exp_avg_sq");
    assert_null(tensor("optimizer/vars/3")->parameter); /* the order of layers is not in this file */
    probe_done(&p);
    open_fixture("legacy.h5");
    assert_string_equal(tensor("optimizer_weights/adam/sequential_last_bias_momentum")->parameter, "last/bias");
    assert_string_equal(tensor("optimizer_weights/adam/sequential_last_bias_momentum")->slot, "exp_avg");
    probe_done(&p);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(configs_of_keras_itself_are_safe),
        cmocka_unit_test(configs_that_run_something_are_told_with_its_name),
        cmocka_unit_test(a_config_that_is_no_json_is_corrupt_and_not_safe),
        cmocka_unit_test(an_archive_without_its_parts_is_corrupt),
        cmocka_unit_test(what_else_lies_in_an_archive_is_looked_at),
#ifdef MLWATCH_HDF5
        cmocka_unit_test(slots_of_the_optimizer_find_their_parameters),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
