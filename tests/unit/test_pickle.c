/* test_pickle - the machine does with stack, marks, memo, frames and texts what CPython does, and meets its limits before it meets the host's. */
#include "pickle_made.h"

/* The value of one stream; nodes live in the arena until the caller ends it. */
static const struct node *value_of(struct arena *a, const void *p, size_t n, enum pickle_end *end)
{
    const struct node *value = NULL;
    struct pickle_input in = {.fd = -1, .bytes = p, .size = n};
    arena_init(a, 8 << 20);
    struct pickle *machine = pickle_new(&in, &ckpt_limits_usual, a, 0);
    assert_non_null(machine);
    *end = pickle_next(machine, &value);
    pickle_free(machine);
    return value;
}
#define VALUE(a, literal) value_of(a, literal, sizeof(literal) - 1, &(enum pickle_end){0})

static void numbers_are_read_in_every_spelling(void **state)
{
    static const struct {
        const char *p;
        size_t n;
        double value;
    } cases[] = {
#define NUMBER(literal, value) {literal, sizeof(literal) - 1, value}
        NUMBER("I42\n.", 42),
        NUMBER("I-7\n.", -7),
        NUMBER("I01\n.", 1),
        NUMBER("L12345678901L\n.", 12345678901.0),
        NUMBER("F2.5e-3\n.", 0.0025),
        NUMBER("J\xff\xff\xff\xff.", -1),
        NUMBER("K\xff.", 255),
        NUMBER("M\x00\x01.", 256),
        NUMBER("\x80\x02\x8a\x00.", 0),
        NUMBER("\x80\x02\x8a\x02\x00\x80.", -32768),
        NUMBER("\x80\x02\x8a\x02\xff\x00.", 255),
        NUMBER("\x8b\x01\x00\x00\x00\x05.", 5),
        NUMBER("G\x40\x04\x00\x00\x00\x00\x00\x00.", 2.5),
        NUMBER("I0x10\n.", 16),
        NUMBER("I007\n.", 7),
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena a;
        double value = 0;
        enum pickle_end end;
        const struct node *n = value_of(&a, cases[i].p, cases[i].n, &end);
        assert_true(n && node_number(n, &value));
        assert_true(value == cases[i].value);
        arena_done(&a);
    }
}

static void texts_are_read_in_every_spelling(void **state)
{
    static const struct {
        const char *p;
        size_t n;
        const char *text;
    } cases[] = {
#define TEXT(literal, text) {literal, sizeof(literal) - 1, text}
        TEXT("Vplain\n.", "plain"),
        TEXT("V\\u006fs\n.", "os"),
        TEXT("V\\U0000006fs\n.", "os"),
        TEXT("V\xe9\n.", "\xc3\xa9"), /* a byte above 127 is Latin-1 here */
        TEXT("Va\\nb\n.", "a\\nb"),   /* no other escape counts */
        TEXT("S'it\\'s'\n.", "it's"),
        TEXT("S\"\\x6f\\163\"\n.", "os"),
        TEXT("U\x02os.", "os"),
        TEXT("T\x02\x00\x00\x00os.", "os"),
        TEXT("X\x02\x00\x00\x00os.", "os"),
        TEXT("\x8c\x02os.", "os"),
        TEXT("\x8d\x02\x00\x00\x00\x00\x00\x00\x00os.", "os"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena a;
        enum pickle_end end;
        const struct node *n = value_of(&a, cases[i].p, cases[i].n, &end);
        assert_true(n && node_is(n, cases[i].text));
        arena_done(&a);
    }
}

static void boxes_hold_what_was_put_into_them(void **state)
{
    struct arena a;
    int64_t i = 0;
    (void)state;
    const struct node *n = VALUE(&a, "\x80\x02}(X\x01\x00\x00\x00"
                                     "aK\x01X\x01\x00\x00\x00"
                                     "b](K\x02K\x03"
                                     "eu.");
    assert_true(node_integer(node_get(n, "a"), &i) && i == 1);
    assert_int_equal(node_items(node_get(n, "b"))->n, 2);
    arena_done(&a);
    n = VALUE(&a, "(K\x01K\x02(K\x03tt."); /* (1, 2, (3,)) */
    assert_int_equal(n->n, 3);
    assert_int_equal(node_item(n, 2)->n, 1);
    arena_done(&a);
    n = VALUE(&a, "(S'k'\nK\x05"
                  "d."); /* {'k': 5} */
    assert_true(node_integer(node_get(n, "k"), &i) && i == 5);
    arena_done(&a);
    n = VALUE(&a, "\x80\x04\x8f(K\x01K\x02\x90."); /* {1, 2} */
    assert_int_equal(n->n, 2);
    arena_done(&a);
}

static void a_pop_on_an_empty_mark_takes_the_mark(void **state)
{
    struct arena a;
    (void)state;
    const struct node *n = VALUE(&a, "(K\x01(0t."); /* (1,): the second mark is popped */
    assert_non_null(n);
    assert_int_equal(n->n, 1);
    arena_done(&a);
}

static void memoize_counts_entries_not_numbers(void **state)
{
    struct arena a;
    int64_t i;
    (void)state;
    /* PUT 7 is the first entry, so MEMOIZE writes entry 1 */
    const struct node *n = VALUE(&a, "\x80\x04K\x09q\x07"
                                     "0K\x08\x94"
                                     "0h\x01.");
    assert_true(n && node_integer(n, &i) && i == 8);
    arena_done(&a);
    n = VALUE(&a, "K\x09p7\n0g7\n.");
    assert_true(n && node_integer(n, &i) && i == 9);
    arena_done(&a);
}

static void what_is_shared_is_not_copied(void **state)
{
    struct stream s = {.n = 0};
    (void)state;
    put_op(&s, "]");
    for (int level = 0; level < 1000; level++)
        put_op(&s, "q\x01"
                   "0](h\x01h\x01h\x01h\x01h\x01h\x01h\x01h\x01h\x01h\x01"
                   "e"); /* 10^1000 items */
    put_op(&s, ".");
    struct said said = judge_bytes(s.p, s.n);
    assert_int_equal(said.safety, CKPT_SAFE);
    assert_int_equal(said.state, CKPT_WHOLE);
    assert_true(said.arena_bytes < 1 << 20);
}

static void nesting_has_no_depth_at_which_it_breaks(void **state)
{
    enum { DEPTH = 1000000 };
    char *p = malloc(2 * DEPTH + 2);
    (void)state;
    assert_non_null(p);
    p[0] = ']';
    for (size_t i = 0; i < DEPTH; i++) memcpy(p + 1 + 2 * i, "\x85\x85", 2);
    p[2 * DEPTH + 1] = '.';
    struct said said = judge_with(p, 2 * DEPTH + 2, &ckpt_limits_usual, 256 << 20);
    free(p);
    assert_int_equal(said.streams, 1);
    assert_int_equal(said.state, CKPT_WHOLE);
}

static void limits_are_met_and_named(void **state)
{
    static char many[100000];
    struct ckpt_limits few = ckpt_limits_usual;
    (void)state;
    memset(many, ']', sizeof many);
    few.opcodes = 1000;
    struct said said = judge_with(many, sizeof many, &few, 64 << 20);
    assert_int_equal(said.safety, CKPT_SAFETY_UNVERIFIED);
    assert_int_equal(said.state, CKPT_STATE_UNVERIFIED);
    assert_non_null(strstr(said.text, "more than 1000 opcodes"));
    said = judge_with(many, sizeof many, &ckpt_limits_usual, 1 << 20);
    assert_int_equal(said.safety, CKPT_SAFETY_UNVERIFIED);
    assert_non_null(strstr(said.text, "larger than 1048576 bytes"));
}

static void a_memo_number_of_four_billion_costs_nothing(void **state)
{
    struct said said = JUDGE("\x80\x02K\x01r\xff\xff\xff\xff"
                             "0j\xff\xff\xff\xff.");
    (void)state;
    assert_int_equal(said.state, CKPT_WHOLE);
    assert_true(said.arena_bytes < 4096);
}

static void every_cut_is_told(void **state)
{
    static const char whole[] = "\x80\x04\x95\x1c\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x01"
                                "a\x94K\x01\x8c\x01"
                                "b\x94]\x94(K\x02G\x40\x04\x00\x00\x00\x00\x00\x00"
                                "eu.";
    (void)state;
    assert_int_equal(judge_bytes(whole, sizeof whole - 1).state, CKPT_WHOLE);
    for (size_t n = 1; n < sizeof whole - 1; n++) {
        struct said said = judge_bytes(whole, n);
        assert_int_equal(said.state, CKPT_INCOMPLETE);
        assert_int_equal(said.safety, CKPT_SAFETY_UNVERIFIED);
    }
}

static void what_python_would_refuse_is_corrupt(void **state)
{
    static const struct {
        const char *p;
        size_t n;
        enum ckpt_state state;
    } cases[] = {
#define REFUSED(literal, state) {literal, sizeof(literal) - 1, state}
        REFUSED("\x80\x02"
                "0.",
                CKPT_CORRUPT),                   /* pop of nothing */
        REFUSED("\x80\x02t.", CKPT_CORRUPT),     /* no mark */
        REFUSED("\x80\x02(.", CKPT_CORRUPT),     /* stop with nothing above the mark */
        REFUSED("\x80\x02h\x05.", CKPT_CORRUPT), /* a memo entry that was never made */
        REFUSED("\x80\x09N.", CKPT_CORRUPT),     /* protocol 9 */
        REFUSED("\x80\x02(K\x01"
                "d.",
                CKPT_CORRUPT), /* a key without a value */
        REFUSED("\x80\x02K\x01K\x02"
                "a.",
                CKPT_CORRUPT),                                       /* append to a number */
        REFUSED("\x80\x02\xff.", CKPT_CORRUPT),                      /* no such opcode */
        REFUSED("\x80\x02X\x02\x00\x00\x00\xc3\x28.", CKPT_CORRUPT), /* no UTF-8 */
        REFUSED("\x80\x02T\xff\xff\xff\xff.", CKPT_CORRUPT),         /* a length below 0 */
        REFUSED("\x80\x02K\x01.junk", CKPT_CORRUPT),                 /* behind the end */
        REFUSED("\x80\x02}\x00\x00\x00\x00", CKPT_INCOMPLETE),       /* a hole: being written */
        REFUSED("\x89PNG\r\n\x1a\n", CKPT_STATE_UNVERIFIED),         /* no pickle at all */
        REFUSED("cmod\n\xf8\n", CKPT_STATE_UNVERIFIED),
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct said said = judge_bytes(cases[i].p, cases[i].n);
        if (said.state != cases[i].state) print_error("case %zu: %s\n", i, said.text);
        assert_int_equal(said.state, cases[i].state);
        assert_int_not_equal(said.safety, CKPT_MALICIOUS);
    }
}

static void an_operand_across_its_frame_is_not_safe(void **state)
{
    struct said said = JUDGE("\x80\x04\x95\x03\x00\x00\x00\x00\x00\x00\x00\x8c\x05hello.");
    (void)state;
    assert_int_equal(said.safety, CKPT_SUSPICIOUS);
    said = JUDGE("\x80\x04\x95\x08\x00\x00\x00\x00\x00\x00\x00\x8c\x05hello.");
    assert_int_equal(said.safety, CKPT_SAFE);
}

static void streams_behind_each_other_are_all_read(void **state)
{
    struct said said = JUDGE("I1\n.I2\n.\x80\x02K\x03.");
    (void)state;
    assert_int_equal(said.streams, 3);
    assert_int_equal(said.state, CKPT_WHOLE);
    assert_int_equal(said.safety, CKPT_SAFE);
}

static void random_bytes_end_without_harm(void **state)
{
    uint64_t x = 88172645463325252u;
    char p[400];
    (void)state;
    for (int i = 0; i < 20000; i++) {
        for (size_t k = 0; k < sizeof p; k++) x ^= x << 13, x ^= x >> 7, x ^= x << 17, p[k] = (char)x;
        size_t n = (size_t)(x >> 33) % sizeof p;
        if (i % 2) p[0] = (char)0x80, p[1] = (char)(x % 6);
        struct said said = judge_bytes(p, n);
        assert_true(said.state != CKPT_WHOLE || said.streams || !n);
        assert_true(said.safety != CKPT_SAFE || said.streams || !n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_in_every_spelling),          cmocka_unit_test(texts_are_read_in_every_spelling),
        cmocka_unit_test(boxes_hold_what_was_put_into_them),           cmocka_unit_test(a_pop_on_an_empty_mark_takes_the_mark),
        cmocka_unit_test(memoize_counts_entries_not_numbers),          cmocka_unit_test(what_is_shared_is_not_copied),
        cmocka_unit_test(nesting_has_no_depth_at_which_it_breaks),     cmocka_unit_test(limits_are_met_and_named),
        cmocka_unit_test(a_memo_number_of_four_billion_costs_nothing), cmocka_unit_test(every_cut_is_told),
        cmocka_unit_test(what_python_would_refuse_is_corrupt),         cmocka_unit_test(an_operand_across_its_frame_is_not_safe),
        cmocka_unit_test(streams_behind_each_other_are_all_read),      cmocka_unit_test(random_bytes_end_without_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
