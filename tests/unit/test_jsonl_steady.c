/* Lines of one shape are read in one go where enough of the file is there, and one by one where it arrives in small pieces: both tell the
 * same, whatever the values are. */
#include "format_probe.h"

enum { LINES = 150, ROUNDS = 60 };

static uint64_t seed = 5;
static uint32_t below(uint32_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % n;
}

static const char *const numbers[] = {"%u.%04u", "0.%04u%u", "-%u.%u", "%u%u", "%u.%03ue-05", "0.%09u%07u",
                                      "-0.0",    "1e400",    "NaN",    "null", "true",        "%u.%05u"};
static const char *const texts[] = {"\"2026-01-05T10:%02u:01.%u\"",
                                    "\"2026-01-05 10:%02u:01,%03u\"",
                                    "\"%u/%u\"",
                                    "\"%u.%u\"",
                                    "\"adam\"",
                                    "\"a \\\"b\\\" %u%u\"",
                                    "\"\"",
                                    "\"caf\\u00e9 %u%u\"",
                                    "\"a text that is longer than any register, %u of %u\"",
                                    "\"nan\"",
                                    "null"};

static void add_value(struct str *line, const char *const *among, size_t n, uint32_t usual)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    str_addf(line, among[below(8) ? usual : below((uint32_t)n)], below(60), below(1000));
#pragma GCC diagnostic pop
}

/* A log of lines that nearly all have one shape; each value nearly always looks alike, and now and then like anything. */
static struct str log_of_one_shape(void)
{
    static const char *const keys[] = {"loss", "grad_norm", "lr", "time", "elapsed", "epoch", "note", "optimizer", "progress"};
    enum { N = sizeof numbers / sizeof *numbers, T = sizeof texts / sizeof *texts, KEYS = sizeof keys / sizeof *keys };
    struct str doc = {0};
    uint32_t n = 1 + below(KEYS), usual[KEYS];
    bool text[KEYS];
    for (uint32_t i = 0; i < n; i++) text[i] = below(3) == 0, usual[i] = below(text[i] ? T : N);
    for (uint32_t step = 1; step <= LINES; step++) {
        str_addf(&doc, "{\"step\": %u", step);
        for (uint32_t i = 0; i < n; i++) {
            str_addf(&doc, ", \"%s\": ", keys[i]);
            if (text[i]) add_value(&doc, texts, T, usual[i]);
            else add_value(&doc, numbers, N, usual[i]);
        }
        str_add(&doc, below(9) ? "}\n" : below(2) ? "}\r\n" : ", \"extra\": 1}\n");
    }
    return doc;
}

static void any_piece_of_a_log_of_one_shape_tells_the_same(void **unused)
{
    (void)unused;
    for (int round = 0; round < ROUNDS; round++) {
        struct str doc = log_of_one_shape();
        struct span all = {doc.p, doc.n};
        struct probe *whole = probe_open(format_by_name("jsonl"), PROBE_ARENA_BYTES);
        struct probe *pieces = probe_open(format_by_name("jsonl"), PROBE_ARENA_BYTES);
        probe_read(whole, all, all.n, 1);
        probe_read(pieces, all, 1 + below(200), 1 + below(200));
        assert_true(whole->points + whole->facts > 0);
        assert_string_equal(whole->text.p, pieces->text.p);
        probe_close(whole);
        probe_close(pieces);
        str_done(&doc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(any_piece_of_a_log_of_one_shape_tells_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
