/* test_text_wide - logs in UTF-16, as PowerShell's `>` writes them, tell what the same lines tell in UTF-8, wherever they are split. */
#include "format_probe.h"

#include "../../daemon/format/text/wide.h"

enum { DOCUMENT_MAX = 4096 };

/* widen - text in UTF-8, of one and three bytes a character, as UTF-16 behind its mark. */
static size_t widen(const char *text, bool lower_first, char out[DOCUMENT_MAX])
{
    size_t n = 0;
    unsigned units[DOCUMENT_MAX / 2], k = 0;
    units[k++] = 0xFEFF;
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        bool three = *p >= 0xE0;
        units[k++] = three ? (*p & 0xFu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu) : *p;
        p += three ? 2 : 0;
    }
    for (unsigned i = 0; i < k; i++) {
        out[n++] = (char)(lower_first ? units[i] & 0xFF : units[i] >> 8);
        out[n++] = (char)(lower_first ? units[i] >> 8 : units[i] & 0xFF);
    }
    return n;
}

static const char document[] =
    "Epoch 1: loss 0.5 acc 0.25\r\n│ Epoch 2: loss 0.25 acc 0.5\r\n\r\nEpoch 3: loss nan acc 0.75\r\nEpoch 4: loss 0.125";

static void each_order_of_bytes_is_read(void **unused)
{
    (void)unused;
    for (int lower_first = 0; lower_first < 2; lower_first++) {
        char doc[DOCUMENT_MAX];
        size_t n = widen(document, lower_first, doc);
        struct probe *p = probe_open(format_by_name("text"), 1 << 20);
        probe_read(p, (struct span){doc, n}, n, n);
        probe_expect(p, "series loss epoch");
        probe_expect(p, "point loss 1 0.5 @1");
        probe_expect(p, "point loss 2 0.25 @2");
        probe_expect(p, "point loss 3 NaN @4");
        probe_expect(p, "point acc 3 0.75 @4");
        probe_expect(p, "point loss 4 0.125 @5");
        probe_close(p);
    }
}

static void any_split_tells_the_same(void **unused)
{
    (void)unused;
    char doc[DOCUMENT_MAX];
    size_t n = widen(document, true, doc);
    struct probe *whole = probe_open(format_by_name("text"), 1 << 20);
    probe_read(whole, (struct span){doc, n}, n, n);
    for (size_t first = 1; first < n; first++) {
        struct probe *p = probe_open(format_by_name("text"), 1 << 20);
        probe_read(p, (struct span){doc, n}, first, 7);
        assert_string_equal(p->text.p, whole->text.p);
        probe_close(p);
    }
    probe_close(whole);
}

static void an_endless_line_costs_itself(void **unused)
{
    (void)unused;
    enum { LONG = 3 << 20 };
    static char doc[LONG];
    size_t head = widen("step 1 loss 2\nx", true, doc), at = head;
    while (at + 64 < LONG) doc[at++] = 'x', doc[at++] = 0;
    char tail[DOCUMENT_MAX];
    size_t n = widen("\nstep 2 loss 3\n", true, tail);
    memcpy(doc + at, tail + WIDE_MARK_BYTES, n - WIDE_MARK_BYTES);
    struct probe *p = probe_open(format_by_name("text"), 1 << 20);
    probe_read(p, (struct span){doc, at + n - WIDE_MARK_BYTES}, 4096, 65536);
    probe_expect(p, "point loss 1 2 @1");
    probe_expect(p, "point loss 2 3 @3");
    probe_close(p);
}

static void it_is_sniffed_like_any_log(void **unused)
{
    (void)unused;
    char doc[DOCUMENT_MAX];
    size_t n = widen(document, true, doc);
    assert_true(format_by_name("text")->sniff("run/output.log", (struct span){doc, n}) >= 40);
    n = widen("a letter\nto nobody\n", true, doc);
    assert_true(format_by_name("text")->sniff("run/letter.rtf", (struct span){doc, n}) < 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_order_of_bytes_is_read),
        cmocka_unit_test(any_split_tells_the_same),
        cmocka_unit_test(an_endless_line_costs_itself),
        cmocka_unit_test(it_is_sniffed_like_any_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
