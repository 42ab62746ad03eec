/* test_torch - checkpoints that frameworks wrote: every tensor under its name, in its part, with its numbers, and the file's verdicts. */
#include "ckpt_probe.h"

#include <math.h>

enum { ELEMENTS_MAX = 64 };

static void probe_fixture(struct probe *p, const char *name, int *fd)
{
    char path[512];
    snprintf(path, sizeof path, SOURCE_DIR "/tests/fixtures/ckpt/torch/%s", name);
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(*fd >= 0);
    probe_fd(p, *fd, name, NULL, &ckpt_limits_usual);
}

static const struct ckpt_tensor *tensor(const struct probe *p, const char *name)
{
    for (size_t i = 0; i < p->n_tensors; i++)
        if (strcmp(p->tensors[i].name, name) == 0) return &p->tensors[i];
    print_error("there is no tensor '%s'\n", name);
    fail();
    return NULL;
}

/* All elements, read in blocks of three elements so that blocks end anywhere. */
static size_t elements(int fd, const struct ckpt_tensor *t, void *p, size_t room)
{
    struct ckpt_cursor c;
    struct err err;
    size_t n = 0, block = 3 * tensor_dtype_bytes(t->dtype);
    assert_int_equal(ckpt_open(fd, t, &c, &err), OK);
    for (ssize_t got; n + block <= room && (got = c.next(&c, (char *)p + n, block, &err)) != 0; n += (size_t)got)
        assert_true(got > 0);
    ckpt_close(&c);
    return n;
}

static void check_floats(const struct probe *p, int fd, const char *name, size_t n, float (*expected)(size_t i))
{
    float values[ELEMENTS_MAX];
    assert_int_equal(elements(fd, tensor(p, name), values, sizeof values), n * sizeof *values);
    for (size_t i = 0; i < n; i++) assert_true(values[i] == expected(i));
}

static float counted(size_t i) { return (float)i; }
static float transposed(size_t i) { return (float)(i % 4 * 6 + i / 4); }
static float row_one(size_t i) { return (float)(6 + i); }
static float column_two(size_t i) { return (float)(6 * i + 2); }
static float stepped(size_t i) { return (float)(i / 2 * 12 + 1 + i % 2 * 2); }
static float one(size_t i) { return (void)i, 1; }

static void check_views(const char *file)
{
    struct probe p;
    int fd;
    probe_fixture(&p, file, &fd);
    assert_int_equal(p.state, CKPT_WHOLE);
    assert_int_equal(p.safety, CKPT_SAFE);
    assert_int_equal(p.n_tensors, 9);
    check_floats(&p, fd, "whole", 24, counted);
    check_floats(&p, fd, "transposed", 24, transposed);
    check_floats(&p, fd, "row", 6, row_one);
    check_floats(&p, fd, "column", 4, column_two);
    check_floats(&p, fd, "stepped", 4, stepped);
    check_floats(&p, fd, "expanded", 15, one);
    check_floats(&p, fd, "empty", 0, one);
    check_floats(&p, fd, "channels_last", 48, counted);
    assert_int_equal(tensor(&p, "transposed")->shape[0], 6);
    assert_true(tensor(&p, "transposed")->shares);
    assert_false(tensor(&p, "whole")->shares);
    assert_int_equal(tensor(&p, "scalar")->n_dims, 0);
    probe_done(&p);
    close(fd);
}

static void views_are_read_in_their_own_order(void **state)
{
    (void)state;
    check_views("views.pt");
    check_views("views_legacy.pt");
}

static void a_big_endian_file_reads_alike(void **state)
{
    (void)state;
    check_views("bigendian.pt");
}

static void every_dtype_has_its_values(void **state)
{
    static const enum tensor_dtype dtypes[] = {
        TENSOR_F64, TENSOR_F32,     TENSOR_F16,     TENSOR_BF16,        TENSOR_I64,         TENSOR_I32,    TENSOR_I16,
        TENSOR_I8,  TENSOR_U8,      TENSOR_BOOL,    TENSOR_C64,         TENSOR_C128,        TENSOR_U16,    TENSOR_U32,
        TENSOR_U64, TENSOR_F8_E4M3, TENSOR_F8_E5M2, TENSOR_F8_E4M3FNUZ, TENSOR_F8_E5M2FNUZ, TENSOR_F8_E8M0};
    enum { DTYPES = sizeof dtypes / sizeof *dtypes };
    struct probe p;
    int fd;
    (void)state;
    probe_fixture(&p, "dtypes.pt", &fd);
    assert_int_equal(p.n_tensors, DTYPES);
    for (size_t i = 0; i < DTYPES; i++) {
        char bytes[64];
        struct tensor_stream s;
        assert_int_equal(p.tensors[i].dtype, dtypes[i]);
        assert_int_equal(p.tensors[i].count, 3);
        assert_int_equal(elements(fd, &p.tensors[i], bytes, sizeof bytes), 3 * tensor_dtype_bytes(dtypes[i]));
        tensor_begin(&s, dtypes[i], 0);
        tensor_add(&s, bytes, 3);
        bool complex = dtypes[i] == TENSOR_C64 || dtypes[i] == TENSOR_C128, boolean = dtypes[i] == TENSOR_BOOL;
        assert_true(tensor_end(&s).max == (boolean ? 1 : 4));
        assert_true(tensor_end(&s).min == (complex ? 0 : 1));
    }
    probe_done(&p);
    close(fd);
}

static void check_state_dict(const char *file, enum ckpt_safety safety)
{
    struct probe p;
    int fd;
    probe_fixture(&p, file, &fd);
    assert_int_equal(p.state, CKPT_WHOLE);
    assert_int_equal(p.safety, safety);
    assert_int_equal(p.n_tensors, 9);
    check_floats(&p, fd, "0.weight", 12, counted);
    assert_int_equal(tensor(&p, "0.weight")->part, CKPT_PARAMETER);
    assert_int_equal(tensor(&p, "1.running_var")->part, CKPT_BUFFER);
    assert_int_equal(tensor(&p, "1.num_batches_tracked")->part, CKPT_BUFFER);
    assert_int_equal(tensor(&p, "1.num_batches_tracked")->dtype, TENSOR_I64);
    assert_true(tensor(&p, "2.weight")->shape[0] == 2 && tensor(&p, "2.weight")->shape[1] == 3);
    assert_non_null(strstr(p.facts.p, "framework=pytorch\n"));
    probe_done(&p);
    close(fd);
}

static void a_model_has_the_same_tensors_however_it_was_saved(void **state)
{
    (void)state;
    check_state_dict("state_dict.pt", CKPT_SAFE);
    check_state_dict("state_dict_legacy.pt", CKPT_SAFE);
    check_state_dict("module.pt", CKPT_SAFE);
}

static void check_slot(const struct probe *p, const char *name, const char *slot, int64_t index, const char *parameter)
{
    const struct ckpt_tensor *t = tensor(p, name);
    assert_int_equal(t->part, CKPT_OPTIMIZER);
    assert_string_equal(t->slot, slot);
    assert_int_equal(t->index, index);
    if (parameter) assert_string_equal(t->parameter, parameter);
    else assert_null(t->parameter);
}

static void an_optimizer_is_told_by_slot_and_parameter(void **state)
{
    struct probe p;
    int fd;
    (void)state;
    probe_fixture(&p, "optimizer.pt", &fd);
    assert_int_equal(p.n_tensors, 18);
    assert_int_equal(p.n_groups, 1);
    check_slot(&p, "optimizer.state.0.exp_avg", "exp_avg", 0, NULL);
    check_slot(&p, "optimizer.state.5.step", "step", 5, NULL);
    probe_done(&p);
    close(fd);
    probe_fixture(&p, "optimizer_named.pt", &fd);
    check_slot(&p, "optimizer.state.4.momentum_buffer", "momentum_buffer", 4, "2.weight");
    probe_done(&p);
    close(fd);
    probe_fixture(&p, "optimizer_fsdp.pt", &fd);
    check_slot(&p, "optimizer.state.1.weight.exp_avg_sq", "exp_avg_sq", 2, "1.weight");
    probe_done(&p);
    close(fd);
}

struct groups {
    struct ckpt_group last;
    int64_t indices[16];
    size_t n;
};
static void take_group(void *arg, const struct ckpt_group *g)
{
    struct groups *all = arg;
    all->last = *g;
    all->n++;
    for (uint64_t i = 0; i < g->n_parameters && i < 16; i++) all->indices[i] = g->parameters[i];
}
static void ignore_tensor(void *arg, const struct ckpt_tensor *t) { (void)arg, (void)t; }
static void ignore_fact(void *arg, const char *key, const char *value) { (void)arg, (void)key, (void)value; }
static void ignore_state(void *arg, enum ckpt_state s, const char *why) { (void)arg, (void)s, (void)why; }
static void ignore_safety(void *arg, enum ckpt_safety s, const char *why) { (void)arg, (void)s, (void)why; }

static void a_group_has_its_settings(void **state)
{
    struct groups groups = {.n = 0};
    struct arena arena;
    struct err err;
    struct stat st;
    char head[4096];
    (void)state;
    int fd = open(SOURCE_DIR "/tests/fixtures/ckpt/torch/training.pt", O_RDONLY | O_CLOEXEC);
    assert_int_equal(fstat(fd, &st), 0);
    struct ckpt_file f = {
        .fd = fd, .path = "training.pt", .size = (uint64_t)st.st_size, .head = {head, (size_t)pread(fd, head, sizeof head, 0)}};
    arena_init(&arena, 8 << 20);
    struct ckpt_sink out = {&groups, &arena, ignore_tensor, take_group, ignore_fact, ignore_state, ignore_safety};
    assert_int_equal(ckpt_of(&f)->scan(&f, &ckpt_limits_usual, &out, &err), OK);
    assert_int_equal(groups.n, 1);
    assert_true(groups.last.learning_rate == 1e-3 && groups.last.weight_decay == 0.1 && groups.last.beta2 == 0.999 &&
                groups.last.eps == 1e-8);
    assert_true(isnan(groups.last.momentum));
    assert_int_equal(groups.last.n_parameters, 6);
    assert_int_equal(groups.indices[5], 5);
    arena_done(&arena);
    close(fd);
}

static void what_else_is_known_of_the_training_is_a_fact(void **state)
{
    static const struct {
        const char *file, *facts[4];
    } cases[] = {
        {"training.pt", {"step=120\n", "epoch=3\n", "loss=0.5\n", "learning_rate=0.001\n"}},
        {"scaler.pt", {"loss_scale=1024\n", "loss_scale_growth_tracker=7\n", "", ""}},
        {"scheduler.pt", {"scheduler_last_epoch=0\n", "learning_rate=0.001\n", "", ""}},
        {"lightning.ckpt",
         {"step=4\n", "epoch=2\n", "framework=lightning\nepoch=2\nstep=4\nlightning_version=2.6",
          "hyper_parameters.rate=0.001\n"}},
        {"training_args.bin",
         {"framework=transformers\n", "training_args.learning_rate=0.0003\n", "training_args.lr_scheduler_type=linear\n",
          "training_args.fp16=false\n"}},
        {"estimator.joblib",
         {"framework=scikit-learn\n", "sklearn_version=1.", "class=sklearn.linear_model._logistic.LogisticRegression\n", ""}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct probe p;
        int fd;
        probe_fixture(&p, cases[i].file, &fd);
        assert_int_equal(p.safety, CKPT_SAFE);
        assert_int_equal(p.state, CKPT_WHOLE);
        for (size_t k = 0; k < 4; k++) {
            if (!strstr(p.facts.p, cases[i].facts[k]))
                print_error("%s lacks %s in\n%s", cases[i].file, cases[i].facts[k], p.facts.p);
            assert_non_null(strstr(p.facts.p, cases[i].facts[k]));
        }
        probe_done(&p);
        close(fd);
    }
}

static void tied_weights_share(void **state)
{
    struct probe p;
    int fd;
    (void)state;
    probe_fixture(&p, "tied.pt", &fd);
    assert_int_equal(p.n_tensors, 2);
    assert_true(tensor(&p, "head.weight")->shares);
    assert_int_equal(tensor(&p, "head.weight")->offset, tensor(&p, "embed.weight")->offset);
    probe_done(&p);
    close(fd);
}

static void a_random_state_is_no_parameter(void **state)
{
    struct probe p;
    int fd;
    (void)state;
    probe_fixture(&p, "rng_state.pth", &fd);
    assert_true(p.n_tensors >= 2);
    for (size_t i = 0; i < p.n_tensors; i++) assert_int_equal(p.tensors[i].part, CKPT_OTHER);
    probe_done(&p);
    close(fd);
}

static void code_within_is_not_safe(void **state)
{
    struct probe p;
    int fd;
    (void)state;
    probe_fixture(&p, "own_module.pt", &fd);
    assert_int_equal(p.safety, CKPT_SUSPICIOUS);
    assert_non_null(strstr(p.reasons.p, "__main__.Net"));
    check_floats(&p, fd, "layer.weight", 4, counted);
    probe_done(&p);
    close(fd);
    probe_fixture(&p, "script.pt", &fd);
    assert_int_equal(p.safety, CKPT_SUSPICIOUS);
    assert_non_null(strstr(p.reasons.p, "TorchScript"));
    probe_done(&p);
    close(fd);
}

static void arrays_of_numpy_are_read_where_pickles_put_them(void **state)
{
    static const char *const files[] = {"arrays_2.pkl", "arrays_5.pkl"};
    (void)state;
    for (size_t f = 0; f < 2; f++) {
        struct probe p;
        int fd;
        double values[6];
        int32_t integers[4];
        probe_fixture(&p, files[f], &fd);
        assert_int_equal(p.safety, CKPT_SAFE);
        assert_int_equal(elements(fd, tensor(&p, "plain"), values, sizeof values), sizeof values);
        for (size_t i = 0; i < 6; i++) assert_true(values[i] == (double)i);
        assert_int_equal(elements(fd, tensor(&p, "fortran"), values, sizeof values), sizeof values);
        for (size_t i = 0; i < 6; i++) assert_true(values[i] == (double)i);
        char room[sizeof integers + 12];
        assert_int_equal(elements(fd, tensor(&p, "big"), room, sizeof room), sizeof integers);
        memcpy(integers, room, sizeof integers);
        for (int i = 0; i < 4; i++) assert_int_equal(integers[i], i);
        probe_done(&p);
        close(fd);
    }
}

static void estimators_and_bare_tensors_are_read(void **state)
{
    static const char *const files[] = {"estimator.joblib", "estimator_zlib.joblib"};
    double coefficients[4];
    struct probe p;
    int fd;
    (void)state;
    for (size_t f = 0; f < 2; f++) {
        probe_fixture(&p, files[f], &fd);
        assert_int_equal(p.state, CKPT_WHOLE);
        assert_int_equal(p.safety, CKPT_SAFE);
        assert_int_equal(tensor(&p, "coef_")->shape[1], 2);
        assert_int_equal(elements(fd, tensor(&p, "coef_"), coefficients, sizeof coefficients), 16);
        assert_true(coefficients[0] > 0.1 && coefficients[0] < 2);
        probe_done(&p);
        close(fd);
    }
    probe_fixture(&p, "tensors.pkl", &fd);
    check_floats(&p, fd, "a", 4, counted);
    probe_done(&p);
    close(fd);
    probe_fixture(&p, "objects.joblib", &fd);
    assert_int_equal(p.safety, CKPT_SAFE);
    assert_int_equal(tensor(&p, "numbers")->count, 5);
    probe_done(&p);
    close(fd);
}

static void a_shard_of_a_distributed_checkpoint_is_read_part_by_part(void **state)
{
    struct probe p;
    int fd;
    (void)state;
    probe_fixture(&p, "distributed/__0_0.distcp", &fd);
    assert_int_equal(p.state, CKPT_WHOLE);
    assert_int_equal(p.safety, CKPT_SAFE);
    assert_int_equal(p.n_tensors, 2);
    check_floats(&p, fd, "shard.0", 6, counted);
    check_floats(&p, fd, "shard.1", 4, one);
    probe_done(&p);
    close(fd);
    probe_fixture(&p, "distributed/.metadata", &fd);
    assert_int_equal(p.safety, CKPT_SAFE);
    probe_done(&p);
    close(fd);
}

static void every_cut_of_a_file_is_told(void **state)
{
    static const char *const files[] = {"state_dict.pt", "state_dict_legacy.pt", "estimator.joblib", "estimator_zlib.joblib",
                                        "tensors.pkl"};
    (void)state;
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        char path[512];
        size_t n = 0;
        snprintf(path, sizeof path, SOURCE_DIR "/tests/fixtures/ckpt/torch/%s", files[f]);
        char *whole = probe_load(path, &n);
        assert_non_null(whole);
        for (size_t cut = 0; cut < n; cut++) {
            struct probe p;
            int fd = probe_bytes(whole, cut);
            probe_fd(&p, fd, files[f], NULL, &ckpt_limits_usual);

            if (p.state != CKPT_INCOMPLETE)
                print_error("%s cut at %zu is %s: %s\n", files[f], cut, inspection_state_name(p.state), p.reasons.p);
            assert_int_equal(p.state, CKPT_INCOMPLETE);
            probe_done(&p);
            close(fd);
        }
        free(whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_are_read_in_their_own_order),
        cmocka_unit_test(a_big_endian_file_reads_alike),
        cmocka_unit_test(every_dtype_has_its_values),
        cmocka_unit_test(a_model_has_the_same_tensors_however_it_was_saved),
        cmocka_unit_test(an_optimizer_is_told_by_slot_and_parameter),
        cmocka_unit_test(a_group_has_its_settings),
        cmocka_unit_test(what_else_is_known_of_the_training_is_a_fact),
        cmocka_unit_test(tied_weights_share),
        cmocka_unit_test(a_random_state_is_no_parameter),
        cmocka_unit_test(code_within_is_not_safe),
        cmocka_unit_test(arrays_of_numpy_are_read_where_pickles_put_them),
        cmocka_unit_test(estimators_and_bare_tensors_are_read),
        cmocka_unit_test(a_shard_of_a_distributed_checkpoint_is_read_part_by_part),
        cmocka_unit_test(every_cut_of_a_file_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
