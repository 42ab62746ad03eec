/* test_safety_benign - pickles as frameworks write them, made at random: none is called malicious, and next to none suspicious.
 *
 * State dicts, optimizers, modules pickled whole, training arguments, estimators, random states, in protocols 0 to 5. Seeded. */
#include "pickle_random.h"

enum { DEPTH_MAX = 4 };
static void put_value(struct stream *s, struct dice *d, int depth);

static const char *const words[] = {"weight",  "bias",  "running_mean", "encoder.layers.0.attn.q_proj",
                                    "lr",      "betas", "params",       "step",
                                    "exp_avg", "epoch", "state",        "0"};
static const char *word(struct dice *d) { return words[roll(d, sizeof words / sizeof *words)]; }

static void put_plain(struct stream *s, struct dice *d)
{
    static const char real[] = "G\x3f\x50\x62\x4d\xd2\xf1\xa9\xfc";
    switch (roll(d, 6)) {
    case 0: put_op(s, "K"), put_byte(s, (int)roll(d, 256)); break;
    case 1: put(s, real, sizeof real - 1); break;
    case 2: put_op(s, "N"); break;
    case 3: put_op(s, "I01\n"); break;
    case 4: put_op(s, "J"), put_u32(s, roll(d, UINT32_MAX)); break;
    default: put_text(s, d, word(d)); break;
    }
}

/* A tensor as torch writes it: a view of a storage that a persistent id names. */
static void put_tensor(struct stream *s, struct dice *d)
{
    static const char *const storages[] = {"FloatStorage", "HalfStorage",   "BFloat16Storage", "LongStorage",
                                           "BoolStorage",  "DoubleStorage", "CharStorage"};
    put_global(s, d, "torch._utils", "_rebuild_tensor_v2");
    put_op(s, "((");
    put_text(s, d, "storage");
    put_global(s, d, "torch", storages[roll(d, sizeof storages / sizeof *storages)]);
    put_text(s, d, "0");
    put_text(s, d, "cpu");
    put_op(s, "K\x06tQK");
    put_byte(s, 0);
    put_op(s, "(K\x02K\x03tK\x03K\x01");
    put_byte(s, 0x86);
    put_byte(s, 0x89);
    put_global(s, d, "collections", "OrderedDict");
    put_op(s, ")RtR");
    if (roll(d, 3)) return;
    put_byte(s, 0x88); /* a parameter around it */
    put_op(s, "0");
}

static void put_array(struct stream *s, struct dice *d)
{
    put_global(s, d, roll(d, 2) ? "numpy.core.multiarray" : "numpy._core.multiarray", "_reconstruct");
    put_op(s, "(");
    put_global(s, d, "numpy", "ndarray");
    put_op(s, "(I0\ntC\x01"
              "btR(K\x01(K\x02t");
    put_global(s, d, "numpy", "dtype");
    put_op(s, "(U\x02"
              "f4I00\nI01\ntR");
    put_byte(s, 0x89);
    put_op(s, "C\x08"
              "abcdefghtb");
}

/* Objects of known classes, with a dict as their state. */
static void put_object(struct stream *s, struct dice *d, int depth)
{
    static const struct {
        const char *module, *name;
    } classes[] = {{"torch.nn.modules.linear", "Linear"},
                   {"torch.nn.modules.container", "Sequential"},
                   {"transformers.training_args", "TrainingArguments"},
                   {"sklearn.linear_model._logistic", "LogisticRegression"},
                   {"sklearn.ensemble._forest", "RandomForestClassifier"},
                   {"ultralytics.nn.modules.conv", "Conv"},
                   {"lightning.fabric.utilities.data", "AttributeDict"},
                   {"accelerate.state", "PartialState"},
                   {"argparse", "Namespace"},
                   {"torch.optim.adamw", "AdamW"},
                   {"pandas.core.frame", "DataFrame"}};
    uint32_t c = roll(d, sizeof classes / sizeof *classes);
    put_global(s, d, classes[c].module, classes[c].name);
    put_op(s, ")");
    put_byte(s, 0x81);
    put_op(s, "}(");
    for (uint32_t i = roll(d, 4); i > 0; i--) put_text(s, d, word(d)), put_value(s, d, depth + 1);
    put_op(s, "ub");
}

static void put_call(struct stream *s, struct dice *d)
{
    static const struct {
        const char *module, *name, *args;
    } calls[] = {{"torch", "device", "(S'cuda'\nK\x01t"},
                 {"torch", "Size", "((K\x02K\x03tt"},
                 {"transformers.trainer_utils", "IntervalStrategy", "(S'steps'\nt"},
                 {"transformers.trainer_utils", "SchedulerType", "(Vlinear\nt"},
                 {"collections", "defaultdict", ")"},
                 {"_codecs", "encode", "(Vabc\nVlatin1\nt"},
                 {"pathlib", "PosixPath", "(S'/'\nS'home'\nS'me'\nt"},
                 {"datetime", "timedelta", "(K\x01K\x02K\x03t"},
                 {"builtins", "set", "(]t"},
                 {"__builtin__", "complex", "(F1\nF2\nt"}};
    uint32_t c = roll(d, sizeof calls / sizeof *calls);
    put_global(s, d, calls[c].module, calls[c].name);
    put_op(s, calls[c].args);
    put_op(s, "R");
}

static void put_value(struct stream *s, struct dice *d, int depth)
{
    uint32_t kind = roll(d, depth < DEPTH_MAX ? 8 : 5);
    switch (kind) {
    case 0:
    case 1: put_plain(s, d); break;
    case 2: put_tensor(s, d); break;
    case 3: put_array(s, d); break;
    case 4: put_call(s, d); break;
    case 5: put_object(s, d, depth); break;
    case 6:
        put_op(s, "](");
        for (uint32_t i = roll(d, 5); i > 0; i--) put_value(s, d, depth + 1);
        put_op(s, "e");
        break;
    default:
        if (roll(d, 2)) put_op(s, "}(");
        else put_global(s, d, "collections", "OrderedDict"), put_op(s, ")R(");
        for (uint32_t i = roll(d, 5); i > 0; i--) put_text(s, d, word(d)), put_value(s, d, depth + 1);
        put_op(s, "u");
        break;
    }
    put_detour(s, d);
}

enum { PICKLES = 10000 };

static void what_frameworks_write_is_safe(void **state)
{
    struct stream s;
    size_t malicious = 0, suspicious = 0, unread = 0;
    (void)state;
    for (size_t seed = 1; seed <= PICKLES; seed++) {
        struct dice d = {.x = seed * UINT64_C(0x9E3779B97F4A7C15)};
        put_begin(&s, &d);
        size_t from = s.n;
        put_op(&s, "}(");
        for (uint32_t i = 1 + roll(&d, 8); i > 0; i--) put_text(&s, &d, word(&d)), put_value(&s, &d, 0);
        put_op(&s, "u.");
        if (roll(&d, 2)) put_frame(&s, from);
        struct said said = judge_bytes(s.p, s.n);
        malicious += said.safety == CKPT_MALICIOUS;
        suspicious += said.safety == CKPT_SUSPICIOUS;
        unread += said.state != CKPT_WHOLE || said.safety == CKPT_SAFETY_UNVERIFIED;
        if (said.safety || said.state) print_error("seed %zu: %s\n", seed, said.text);
    }
    assert_int_equal(malicious, 0);
    assert_true(suspicious * 1000 <= PICKLES);
    assert_int_equal(unread, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_frameworks_write_is_safe)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
