/* test_safety_rewritten - known attacks, each written in thousands of other ways that Python runs alike, are called malicious every time.
 *
 * Seeded: a failure names its seed and shows the stream. */
#include "pickle_random.h"

static const struct {
    const char *module, *name;
} attacks[] = {
    {"os", "system"},
    {"posix", "system"},
    {"nt", "popen"},
    {"subprocess", "Popen"},
    {"builtins", "eval"},
    {"builtins", "exec"},
    {"__builtin__", "eval"},
    {"builtins", "getattr"},
    {"builtins", "open"},
    {"builtins", "__import__"},
    {"runpy", "_run_code"},
    {"pydoc", "locate"},
    {"pip", "main"},
    {"socket", "socket"},
    {"requests.api", "get"},
    {"ctypes", "CDLL"},
    {"importlib", "import_module"},
    {"operator", "attrgetter"},
    {"functools", "partial"},
    {"pickle", "loads"},
    {"_pickle", "loads"},
    {"torch", "load"},
    {"torch.hub", "load"},
    {"torch.serialization", "load"},
    {"numpy", "load"},
    {"code", "interact"},
    {"bdb", "Bdb.run"},
    {"cProfile", "run"},
    {"timeit", "timeit"},
    {"shutil", "rmtree"},
    {"webbrowser", "open"},
    {"sys", "exit"},
    {"venv", "create"},
    {"multiprocessing.util", "spawnv_passfds"},
    {"types", "FunctionType"},
    {"marshal", "loads"},
    {"pty", "spawn"},
    {"asyncio.unix_events", "_UnixSubprocessTransport._start"},
    {"logging.config", "dictConfig"},
    {"urllib.request", "urlopen"},
    {"pathlib", "os.system"},
    {"torch._inductor.codecache", "compile_file"},
    {"numpy.testing._private.utils", "runstring"},
    {"cloudpickle.cloudpickle", "_make_function"},
    {"uuid", "_get_command_stdout"},
};
enum { ATTACKS = sizeof attacks / sizeof *attacks };

static void put_argument(struct stream *s, struct dice *d)
{
    put_text(s, d, "echo");
    put_detour(s, d);
}

static void put_tuple_of_one(struct stream *s, struct dice *d)
{
    bool marked = roll(d, 2);
    if (marked) put_op(s, "(");
    put_argument(s, d);
    if (marked) put_op(s, "t");
    else put_byte(s, 0x85);
    put_detour(s, d);
}

/* INST names its class itself, so it fits undotted names alone. */
static void put_inst(struct stream *s, struct dice *d, uint32_t a)
{
    put_op(s, "(");
    put_argument(s, d);
    put_op(s, "i"), put_op(s, attacks[a].module), put_op(s, "\n"), put_op(s, attacks[a].name), put_op(s, "\n");
}

static void put_attack(struct stream *s, struct dice *d, uint32_t a)
{
    enum { REDUCED, INSTANCE, INSTANCE_NAMED, OBJECT, INST, IMPORT_ALONE, APPLIED, WAYS };
    uint32_t way = roll(d, WAYS);
    if (way == INST && strchr(attacks[a].name, '.')) way = REDUCED;
    if (way == INST) put_inst(s, d, a);
    else if (way == OBJECT) {
        put_op(s, "(");
        put_global(s, d, attacks[a].module, attacks[a].name);
        put_argument(s, d);
        put_op(s, "o");
    } else if (way == APPLIED) {
        put_global(s, d, "torch._tensor", "_rebuild_from_type_v2");
        put_op(s, "(");
        put_global(s, d, attacks[a].module, attacks[a].name);
        put_op(s, "N");
        put_tuple_of_one(s, d);
        put_op(s, "NtR");
    } else {
        put_global(s, d, attacks[a].module, attacks[a].name);
        if (way == IMPORT_ALONE) return;
        put_tuple_of_one(s, d);
        if (way == INSTANCE_NAMED) put_op(s, "}"), put_byte(s, 0x92);
        else if (way == INSTANCE) put_byte(s, 0x81);
        else put_op(s, "R");
    }
    put_detour(s, d);
}

/* The attack as bytes that an allowed function unpickles. */
static void nest(struct stream *s, struct dice *d)
{
    struct stream inner = *s;
    s->n = 0;
    d->memo = 0;
    put_global(s, d, "torch.storage", "_load_from_bytes");
    put_op(s, "B"), put_u32(s, (uint32_t)inner.n), put(s, inner.p, inner.n);
    put_byte(s, 0x85);
    put_op(s, "R.");
}

static void write_attack(struct stream *s, struct dice *d)
{
    static const char *const broken_ends[] = {"\xff", "0000000", "t",
                                              "h\xfe"
                                              "0",
                                              "X\xff\xff\xff"};
    put_begin(s, d);
    size_t from = s->n;
    if (roll(d, 4) == 0)
        put_op(s, "]K\x01"
                  "a.\x80\x02"); /* a harmless stream before it */
    put_noise(s, d);
    put_attack(s, d, roll(d, ATTACKS));
    if (roll(d, 2)) put_op(s, "0]");
    put_noise(s, d);
    put_op(s, roll(d, 4) ? "." : broken_ends[roll(d, sizeof broken_ends / sizeof *broken_ends)]);
    if (roll(d, 4) == 0) put_frame(s, from);
    if (roll(d, 8) == 0 && s->n < 10000) nest(s, d);
    if (roll(d, 8) == 0) put_op(s, "I1\n.");
}

enum { REWRITINGS = 10000 };

static void no_rewriting_is_taken_for_safe(void **state)
{
    struct stream s;
    size_t missed = 0;
    (void)state;
    for (size_t seed = 1; seed <= REWRITINGS; seed++) {
        struct dice d = {.x = seed * UINT64_C(0x9E3779B97F4A7C15)};
        write_attack(&s, &d);
        struct said said = judge_bytes(s.p, s.n);
        if (said.safety == CKPT_MALICIOUS) continue;
        missed++;
        print_error("seed %zu is %s: %s\n", seed, inspection_safety_name(said.safety), said.text);
        for (size_t i = 0; i < s.n && i < 300; i++)
            print_error(s.p[i] >= ' ' && s.p[i] < 127 ? "%c" : "\\x%02x", (unsigned char)s.p[i]);
        print_error("\n");
    }
    assert_int_equal(missed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_rewriting_is_taken_for_safe)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
