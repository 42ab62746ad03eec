/* test_safety - what imports, calls and tricks are called: each of the ways by which public scanners were passed is told and named. */
#include "pickle_made.h"

struct case_of {
    const char *p;
    size_t n;
    enum ckpt_safety safety;
    const char *named; /* what the reasons must hold; NULL: nothing is said */
};
#define CASE(literal, safety, named)                                                                                             \
    {                                                                                                                            \
        literal, sizeof(literal) - 1, safety, named                                                                              \
    }

static void check(const struct case_of *cases, size_t n)
{
    size_t wrong = 0;
    for (size_t i = 0; i < n; i++) {
        struct said said = judge_bytes(cases[i].p, cases[i].n);
        bool right = said.safety == cases[i].safety && (!cases[i].named || strstr(said.text, cases[i].named));
        if (!right)
            wrong++, print_error("case %zu is %s, wanted %s naming '%s':\n%s", i, inspection_safety_name(said.safety),
                                 inspection_safety_name(cases[i].safety), cases[i].named ? cases[i].named : "", said.text);
    }
    assert_int_equal(wrong, 0);
}
#define CHECK(cases) check(cases, sizeof(cases) / sizeof *(cases))

static void what_attackers_import_is_malicious_and_named(void **state)
{
    static const struct case_of cases[] = {
        CASE("cos\nsystem\n(S'id'\ntR.", CKPT_MALICIOUS, "imports os.system and calls it"),
        CASE("cos\nsystem\n0N.", CKPT_MALICIOUS, "imports os.system"),                              /* the import alone */
        CASE("(S'id'\nios\nsystem\n.", CKPT_MALICIOUS, "os.system and calls it"),                   /* INST */
        CASE("(cos\nsystem\nS'id'\no0N.", CKPT_MALICIOUS, "os.system and calls it"),                /* OBJ, popped */
        CASE("cos\nsystem\n(S'id'\nt\x81.", CKPT_MALICIOUS, "os.system"),                           /* NEWOBJ */
        CASE("cos\nsystem\n(S'id'\nt}\x92.", CKPT_MALICIOUS, "os.system"),                          /* NEWOBJ_EX */
        CASE("\x80\x04\x8c\x07pathlib\x8c\x09os.system\x93.", CKPT_MALICIOUS, "pathlib.os.system"), /* through another module */
        CASE("\x80\x04\x8c\x05torch\x8c\x02os\x93.", CKPT_MALICIOUS, "torch.os"),
        CASE("\x80\x04\x8c\x08"
             "builtins\x8c\x0c__import__.x\x93.",
             CKPT_MALICIOUS, "builtins.__import__"),
        CASE("\x80\x04\x8c\x05numpy\x8c\x0e"
             "ndarray.tofile\x93.",
             CKPT_MALICIOUS, "numpy.ndarray.tofile"), /* a method of what is allowed */
        CASE("ctorch._utils\n_import_dotted_name\n(S'os.system'\ntR.", CKPT_MALICIOUS, "torch._utils._import_dotted_name"),
        CASE("cnumpy.core\n_ufunc_reconstruct\n(S'os'\nS'system'\ntR.", CKPT_MALICIOUS, "_ufunc_reconstruct"),
        CASE("ccopyreg\nadd_extension\n(S'os'\nS'system'\nK\x01tR.", CKPT_MALICIOUS, "copyreg.add_extension"),
        CASE("c__builtin__\ngetattr\n(ctorch.nn.modules.linear\nLinear\nS'forward'\ntR.", CKPT_MALICIOUS, "getattr"),
        CASE("c__builtin__\ntype\n(S'A'\n)}tR.", CKPT_MALICIOUS, "__builtin__.type"),
        CASE("cV_u\nx\n0V\\u006fs\nVsyste\\u006d\n\x93.", CKPT_MALICIOUS, "os.system"),
        CASE("S'o\\x73'\nS'\\163ystem'\n\x93.", CKPT_MALICIOUS, "os.system"),
        CASE("\x80\x02"
             "ctorch._tensor\n_rebuild_from_type_v2\n(cos\nsystem\nctorch\nTensor\n(S'id'\ntNtR.",
             CKPT_MALICIOUS, "os.system and calls it"),
    };
    (void)state;
    CHECK(cases);
}

static void what_changes_or_computes_is_malicious(void **state)
{
    static const struct case_of cases[] = {
        CASE("ctorch\nTensor\n}S'f'\nNsb.", CKPT_MALICIOUS, "BUILD on an imported object"),
        CASE("ctorch\nTensor\nS'f'\nNs.", CKPT_MALICIOUS, "SETITEM on an imported object"),
        CASE("ctorch\nTensor\nNa.", CKPT_MALICIOUS, "APPEND on an imported object"),
        CASE("\x80\x04"
             "c_codecs\nencode\n(S'os'\nS'utf8'\ntRS'system'\n\x93.",
             CKPT_MALICIOUS, "STACK_GLOBAL with non-literal operands"),
        CASE("\x80\x04h\x05\x8c\x06system\x93.", CKPT_MALICIOUS, "STACK_GLOBAL with non-literal operands"),
        CASE("\x80\x04K\x05\x8c\x06system\x93.", CKPT_SUSPICIOUS, "STACK_GLOBAL with non-literal operands"),
    };
    (void)state;
    CHECK(cases);
}

static void what_is_hidden_behind_or_within_is_found(void **state)
{
    static const struct case_of cases[] = {
        CASE("I1\n.cos\nsystem\n(S'id'\ntR.", CKPT_MALICIOUS, "os.system"), /* behind a STOP */
        CASE("cos\nsystem\n(S'id'\ntR\xff", CKPT_MALICIOUS, "os.system"),   /* before a break */
        CASE("cos\nsystem\n(S'id'\ntR0.", CKPT_MALICIOUS, "os.system"),
        CASE("cos\nsystem\n(X\xff\xff\xff\x7f", CKPT_MALICIOUS, "os.system"),
        CASE("\x80\x03"
             "ctorch.storage\n_load_from_bytes\nC\x15"
             "cos\nsystem\n(S'id'\ntR.\x85R.",
             CKPT_MALICIOUS, "given to torch.storage._load_from_bytes: imports os.system"),
        CASE("\x80\x03"
             "cpickle\nloads\nC\x15"
             "cos\nsystem\n(S'id'\ntR.\x85R.",
             CKPT_MALICIOUS, "given to pickle.loads: imports os.system"),
        CASE("\x80\x02"
             "ctorch.storage\n_load_from_bytes\n(c_codecs\nencode\n(Vcos\\u000asystem\\u000a(S'id'\\u000atR.\nVlatin1\ntRtR.",
             CKPT_MALICIOUS, "imports os.system"),
        CASE("ctorch.storage\n_load_from_bytes\n(K\x01tR.", CKPT_SUSPICIOUS, "not written in the pickle"),
    };
    (void)state;
    CHECK(cases);
}

static void what_nobody_can_know_is_not_safe(void **state)
{
    static const struct case_of cases[] = {
        CASE("cmylib.nets\nNet\n)\x81}b.", CKPT_SUSPICIOUS, "mylib.nets.Net"),
        CASE("c__main__\nNet\n)\x81}b.", CKPT_SUSPICIOUS, "code of the program that wrote the file"),
        CASE("\x80\x02\x82\x01.", CKPT_SUSPICIOUS, "EXT"),
        CASE("\x80\x05\x97.", CKPT_SAFETY_UNVERIFIED, "NEXT_BUFFER"),
        CASE("ctorch.nn.modules.linear\nLinear\n(K\x02K\x03tR(NtR.", CKPT_SUSPICIOUS,
             "calls what torch.nn.modules.linear.Linear returned"),
        CASE("ctorchvision.models.resnet\nResNet\n(S'/etc/passwd'\ntR.", CKPT_SUSPICIOUS, "with a path"),
        CASE("ctransformers.pipelines.base\nPipeline\n)R.", CKPT_SUSPICIOUS, "transformers.pipelines.base.Pipeline"),
    };
    (void)state;
    CHECK(cases);
}

static void what_tensor_files_need_is_safe(void **state)
{
    static const struct case_of cases[] = {
        CASE("ccollections\nOrderedDict\n)R.", CKPT_SAFE, NULL),
        CASE("ctorch.nn.modules.linear\nLinear\n)\x81}S'training'\nI01\nsb.", CKPT_SAFE, NULL),
        CASE("ctransformers.trainer_utils\nIntervalStrategy\n(S'steps'\ntR.", CKPT_SAFE, NULL),
        CASE("c__builtin__\ngetattr\n(ctransformers.trainer_utils\nIntervalStrategy\nS'STEPS'\ntR.", CKPT_SAFE, NULL),
        CASE("c__builtin__\ntype\n(NtR.", CKPT_SAFE, NULL),
        CASE("cpathlib\nPosixPath\n(S'/'\nS'home'\ntR.", CKPT_SAFE, NULL),
        CASE("cuuid\nUUID\n)\x81}b.", CKPT_SAFE, NULL),
        CASE("cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(S'f8'\nI00\nI01\ntR(K\x03S'<'"
             "\nNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tbS'abcdefgh'\ntR.",
             CKPT_SAFE, NULL),
        CASE("csklearn.linear_model._base\nLinearRegression\n)\x81}b.", CKPT_SAFE, NULL),
        CASE("ccopy_reg\n_reconstructor\n(csklearn.svm._classes\nSVC\nc__builtin__\nobject\nNtR}b.", CKPT_SAFE, NULL),
    };
    (void)state;
    CHECK(cases);
}

/* A pickle that hides in the bytes of an array: joblib steps over them, pickle.load runs them. */
static void bytes_of_a_joblib_array_are_read_both_ways(void **state)
{
    static const char attack[] = "0cos\nsystem\n(S'id'\ntR."; /* 22 bytes, as u1 elements */
    struct stream s = {.n = 0};
    (void)state;
    PUT_BYTES(&s, "\x80\x03"
                  "cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(X\x05\x00\x00\x00shapeK");
    put_byte(&s, (int)sizeof attack - 1);
    PUT_BYTES(&s, "\x85X\x05\x00\x00\x00"
                  "dtypecnumpy\ndtype\n(X\x02\x00\x00\x00u1I00\nI01\ntRub");
    put(&s, attack, sizeof attack - 1);
    put_op(&s, ".");
    struct said said = judge_bytes(s.p, s.n);
    assert_int_equal(said.safety, CKPT_MALICIOUS);
    assert_int_equal(said.state, CKPT_WHOLE);
    memset(s.p + s.n - sizeof attack, 7, sizeof attack - 1);
    said = judge_bytes(s.p, s.n);
    assert_int_equal(said.safety, CKPT_SAFE);
    assert_int_equal(said.state, CKPT_WHOLE);
}

static void a_thousand_imports_do_not_hide_the_last(void **state)
{
    struct stream s = {.n = 0};
    char line[64];
    (void)state;
    for (int i = 0; i < 1000; i++) snprintf(line, sizeof line, "clib%d\nThing\n0", i), put_op(&s, line);
    put_op(&s, "cos\nsystem\n(S'id'\ntR.");
    struct said said = judge_bytes(s.p, s.n);
    assert_int_equal(said.safety, CKPT_MALICIOUS);
    assert_non_null(strstr(said.text, "os.system"));
    assert_true(strstr(said.text, "os.system") < strstr(said.text, "lib0"));
    assert_non_null(strstr(said.text, "imports 976 names more"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_attackers_import_is_malicious_and_named),
        cmocka_unit_test(what_changes_or_computes_is_malicious),
        cmocka_unit_test(what_is_hidden_behind_or_within_is_found),
        cmocka_unit_test(what_nobody_can_know_is_not_safe),
        cmocka_unit_test(what_tensor_files_need_is_safe),
        cmocka_unit_test(bytes_of_a_joblib_array_are_read_both_ways),
        cmocka_unit_test(a_thousand_imports_do_not_hide_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
