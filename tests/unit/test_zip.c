/* test_zip - two readers may see two things in a zip: whatever is said twice and differs makes it corrupt, and is looked at all the same. */
#include "zip_made.h"

#include "../../daemon/ckpt/zip.h"

/* What posix.system("x") is as a pickle. */
static const char evil[] = "\x80\x02"
                           "cposix\nsystem\nX\x01\x00\x00\x00x\x85R.";
static const char plain[] = "\x80\x02"
                            "K\x07.";
static const char text[] = "only words";
static struct made m;
static struct probe p;

static void begin(void) { memset(&m, 0, sizeof m); }

/* Two members: a pickle that only holds a number, stored, and text, deflated. */
static void make_usual(void)
{
    begin();
    made_add(&m, "data.pkl", plain, sizeof plain - 1, 0, 0);
    made_add(&m, "words.txt", text, sizeof text - 1, 8, 0);
    made_finish(&m);
}

static void scan(void) { made_scan(&m, &p, "made.zip", "zip", NULL); }

static void expect(enum ckpt_state state, enum ckpt_safety safety, const char *named)
{
    scan();
    if (p.state != state || p.safety != safety || (named && !strstr(p.reasons.p ? p.reasons.p : "", named)))
        fail_msg("%s, %s: %s", inspection_state_name(p.state), inspection_safety_name(p.safety), p.reasons.p ? p.reasons.p : "");
    probe_done(&p);
}

static void what_agrees_is_whole_and_safe(void **state)
{
    (void)state;
    make_usual();
    expect(CKPT_WHOLE, CKPT_SAFE, NULL);
    begin();
    made_add(&m, "streamed.pkl", plain, sizeof plain - 1, 8, 8);
    made_finish(&m);
    expect(CKPT_WHOLE, CKPT_SAFE, NULL);
}

static void a_pickle_is_judged_under_any_name_and_packing(void **state)
{
    (void)state;
    for (unsigned method = 0; method <= 8; method += 8) {
        begin();
        made_add(&m, "picture.png", evil, sizeof evil - 1, method, 0);
        made_finish(&m);
        expect(CKPT_WHOLE, CKPT_MALICIOUS, "posix.system");
    }
}

/* One field of one header changed: where, how wide, to what. */
struct change {
    const char *what;
    int in; /* 0 the local header of the first member, 1 its entry, 2 the end record, 3 the local header of the second, 4 its entry */
    size_t at;
    unsigned bytes;
    uint64_t xor ;
};
static const struct change changes[] = {
    {"local signature", 0, 0, 4, 0x100},
    {"local method", 0, 8, 2, 8},
    {"local time", 0, 10, 2, 1},
    {"local date", 0, 12, 2, 1},
    {"local crc", 0, 14, 4, 1},
    {"local packed size", 0, 18, 4, 1},
    {"local size", 0, 22, 4, 1},
    {"local name length", 0, 26, 2, 1},
    {"local extra length", 0, 28, 2, 4},
    {"local name", 0, 30, 1, 1},
    {"local flags", 0, 6, 2, 1},
    {"signature", 1, 0, 4, 0x100},
    {"method", 1, 10, 2, 8},
    {"time", 1, 12, 2, 4},
    {"date", 1, 14, 2, 4},
    {"crc", 1, 16, 4, 2},
    {"packed size", 1, 20, 4, 1},
    {"packed size, huge", 1, 20, 4, 0x7FFF0000},
    {"size", 1, 24, 4, 1},
    {"name length", 1, 28, 2, 1},
    {"extra length", 1, 30, 2, 2},
    {"comment length", 1, 32, 2, 2},
    {"volume", 1, 34, 2, 1},
    {"offset", 1, 42, 4, 1},
    {"offset, huge", 1, 42, 4, 0x7FFF0000},
    {"name", 1, 46, 1, 1},
    {"members here", 2, 8, 2, 1},
    {"members", 2, 10, 2, 3},
    {"directory size", 2, 12, 4, 1},
    {"directory size, large", 2, 12, 4, 0xFFFF0000},
    {"directory offset", 2, 16, 4, 1},
    {"directory offset, large", 2, 16, 4, 0x7FFFFFFF},
    {"volume of the end", 2, 4, 2, 1},
    {"volume of the directory", 2, 6, 2, 1},
    {"comment of the end", 2, 20, 2, 9},
    {"signature of the end", 2, 0, 4, 0x1000000},
    {"second crc", 4, 16, 4, 1},
    {"second size", 4, 24, 4, 1},
    {"second flags", 3, 6, 2, 0x40},
    {"streamed without descriptor", 3, 6, 2, 8},
};

static void every_field_that_disagrees_is_told(void **state)
{
    (void)state;
    for (const struct change *c = changes; c < changes + sizeof changes / sizeof *changes; c++) {
        make_usual();
        size_t where[] = {m.members[0].local, m.members[0].central, m.end, m.members[1].local, m.members[1].central};
        size_t at = where[c->in] + c->at;
        made_set(&m, at, made_get(&m, at, c->bytes) ^ c->xor, c->bytes);
        scan();
        if (p.state != CKPT_CORRUPT || p.safety == CKPT_SAFE)
            fail_msg("%s: %s, %s: %s", c->what, inspection_state_name(p.state), inspection_safety_name(p.safety),
                     p.reasons.p ? p.reasons.p : "");
        probe_done(&p);
    }
}

static void no_change_hides_a_pickle_whose_bytes_are_there(void **state)
{
    (void)state;
    for (const struct change *c = changes; c < changes + sizeof changes / sizeof *changes; c++) {
        begin();
        made_add(&m, "data.pkl", evil, sizeof evil - 1, 0, 0);
        made_add(&m, "words.txt", text, sizeof text - 1, 8, 0);
        made_finish(&m);
        size_t where[] = {m.members[0].local, m.members[0].central, m.end, m.members[1].local, m.members[1].central};
        size_t at = where[c->in] + c->at;
        made_set(&m, at, made_get(&m, at, c->bytes) ^ c->xor, c->bytes);
        scan();
        assert_int_not_equal(p.safety, CKPT_SAFE);
        if (c->in > 1 && p.safety != CKPT_MALICIOUS) fail_msg("%s: %s", c->what, p.reasons.p);
        probe_done(&p);
    }
}

static void marks_that_python_refuses_and_torch_ignores_hide_nothing(void **state)
{
    static const unsigned marks[] = {1, 0x20, 0x40, 0x2000};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        begin();
        made_add(&m, "model/data.pkl", evil, sizeof evil - 1, 0, marks[i]);
        made_finish(&m);
        expect(CKPT_WHOLE, CKPT_MALICIOUS, "posix.system");
        begin();
        made_add(&m, "model/data.pkl", plain, sizeof plain - 1, 0, marks[i]);
        made_finish(&m);
        expect(CKPT_WHOLE, CKPT_SUSPICIOUS, "hidden from scanners");
    }
}

static void what_is_encrypted_was_not_looked_at(void **state)
{
    (void)state;
    begin();
    made_add(&m, "data.pkl", plain, sizeof plain - 1, 0, 1);
    m.told[0].crc ^= 1; /* of the text before it was encrypted */
    made_set(&m, m.members[0].local + 14, m.told[0].crc, 4);
    made_finish(&m);
    scan();
    assert_int_equal(p.safety, CKPT_SAFETY_UNVERIFIED);
    assert_non_null(strstr(p.reasons.p, "encrypted"));
    probe_done(&p);
}

static void names_that_are_there_twice_or_lead_out_are_told(void **state)
{
    static const char *const out[] = {"../x.pkl", "a/../../x", "/etc/x", "\\x", "C:x", "a\\..\\x"};
    (void)state;
    begin();
    made_add(&m, "data.pkl", plain, sizeof plain - 1, 0, 0);
    made_add(&m, "data.pkl", evil, sizeof evil - 1, 0, 0);
    made_finish(&m);
    expect(CKPT_CORRUPT, CKPT_MALICIOUS, "two members are named 'data.pkl'");
    for (size_t i = 0; i < sizeof out / sizeof *out; i++) {
        begin();
        made_add(&m, out[i], plain, sizeof plain - 1, 0, 0);
        made_finish(&m);
        expect(CKPT_WHOLE, CKPT_SUSPICIOUS, "outside its folder");
    }
    begin();
    made_add(&m, "a..b/c", plain, sizeof plain - 1, 0, 0);
    made_finish(&m);
    expect(CKPT_WHOLE, CKPT_SAFE, NULL);
}

static void a_nul_in_a_name_is_corrupt(void **state)
{
    (void)state;
    make_usual();
    m.bytes[m.members[0].local + 33] = m.bytes[m.members[0].central + 49] = 0;
    expect(CKPT_CORRUPT, CKPT_SAFETY_UNVERIFIED, "NUL");
}

/* Two entries, one header: the way to petabytes in kilobytes. */
static void members_that_overlap_are_corrupt(void **state)
{
    (void)state;
    make_usual();
    memcpy(m.bytes + m.members[1].central + 42, m.bytes + m.members[0].central + 42, 4);
    expect(CKPT_CORRUPT, CKPT_SAFETY_UNVERIFIED, "overlaps");
}

static void bytes_that_belong_to_nothing_are_told(void **state)
{
    (void)state;
    begin();
    made_put(&m, 0x12345678, 4);
    made_add(&m, "data.pkl", plain, sizeof plain - 1, 0, 0);
    made_finish(&m);
    expect(CKPT_CORRUPT, CKPT_SAFETY_UNVERIFIED, "before its first member");
    begin();
    made_add(&m, "data.pkl", plain, sizeof plain - 1, 0, 0);
    made_put(&m, 0, 3);
    made_finish(&m);
    expect(CKPT_CORRUPT, CKPT_SAFETY_UNVERIFIED, "belong to nothing");
    make_usual();
    made_put(&m, 0, 5);
    expect(CKPT_CORRUPT, CKPT_SAFETY_UNVERIFIED, "follow the record");
}

/* An archive put behind other bytes: offsets are all wrong by as much, and its members are still looked at. */
static void a_moved_archive_is_corrupt_and_still_looked_into(void **state)
{
    (void)state;
    begin();
    made_add(&m, "data.pkl", evil, sizeof evil - 1, 0, 0);
    made_finish(&m);
    memmove(m.bytes + 100, m.bytes, m.n);
    memset(m.bytes, '#', 100);
    m.n += 100;
    expect(CKPT_CORRUPT, CKPT_MALICIOUS, "posix.system");
}

static void a_bomb_meets_its_limit_before_it_is_unpacked(void **state)
{
    static char zeros[100000];
    struct ckpt_limits small = ckpt_limits_usual;
    (void)state;
    begin();
    made_add(&m, "data.pkl", plain, sizeof plain - 1, 0, 0);
    made_add(&m, "zeros", zeros, sizeof zeros, 8, 0);
    made_finish(&m);
    small.unpacked_bytes = 50000;
    made_scan(&m, &p, "made.zip", "zip", &small);
    assert_int_equal(p.safety, CKPT_SAFETY_UNVERIFIED);
    assert_non_null(strstr(p.reasons.p, "limit"));
    probe_done(&p);
}

static void an_archive_packed_into_an_archive_is_not_called_safe(void **state)
{
    static struct made inner;
    (void)state;
    memset(&inner, 0, sizeof inner);
    made_add(&inner, "data.pkl", evil, sizeof evil - 1, 0, 0);
    made_finish(&inner);
    begin();
    made_add(&m, "data.pkl", plain, sizeof plain - 1, 0, 0);
    made_add(&m, "inner.zip", inner.bytes, inner.n, 8, 0);
    made_finish(&m);
    expect(CKPT_WHOLE, CKPT_SAFETY_UNVERIFIED, "limit");
    begin();
    made_add(&m, "inner.zip", inner.bytes, inner.n, 0, 0);
    made_finish(&m);
    expect(CKPT_WHOLE, CKPT_MALICIOUS, "posix.system");
}

static void archives_within_archives_end_at_a_depth(void **state)
{
    static struct made inner;
    (void)state;
    begin();
    made_add(&m, "data.pkl", evil, sizeof evil - 1, 0, 0);
    made_finish(&m);
    for (int i = 0; i < 40; i++) {
        inner = m;
        begin();
        made_add(&m, "inner.zip", inner.bytes, inner.n, 0, 0);
        made_finish(&m);
    }
    expect(CKPT_WHOLE, CKPT_SAFETY_UNVERIFIED, "depth");
}

static void packed_bytes_that_break_are_corrupt_and_scanned_as_far_as_they_go(void **state)
{
    static char long_one[4096];
    (void)state;
    memcpy(long_one, evil, sizeof evil - 1);
    for (size_t i = sizeof evil - 1; i < sizeof long_one; i++) long_one[i] = (char)rand();
    begin();
    made_add(&m, "data.pkl", long_one, sizeof long_one, 8, 0);
    made_finish(&m);
    m.bytes[m.members[0].central - 40] ^= 0x55;
    expect(CKPT_CORRUPT, CKPT_MALICIOUS, "posix.system");
}

static void without_an_end_record_it_is_incomplete(void **state)
{
    (void)state;
    make_usual();
    for (size_t n = m.n - 1; n > m.end; n--) {
        m.n = n;
        expect(CKPT_INCOMPLETE, CKPT_SAFETY_UNVERIFIED, NULL);
    }
    m.n = m.end; /* nobody writes a directory and then nothing */
    expect(CKPT_CORRUPT, CKPT_SAFETY_UNVERIFIED, NULL);
}

/* Zip64 sizes in both headers, with an end record of each kind. */
static void make_64(uint64_t size_here)
{
    static const char data[] = "\x80\x02"
                               "K\x07.";
    unsigned crc = (unsigned)crc32(0, (const Bytef *)data, 5);
    begin();
    made_put(&m, 0x04034b50, 4), made_put(&m, 45, 2), made_put(&m, 0, 4), made_put(&m, 0, 2), made_put(&m, 33, 2),
        made_put(&m, crc, 4);
    made_put(&m, UINT32_MAX, 4), made_put(&m, UINT32_MAX, 4), made_put(&m, 1, 2), made_put(&m, 20, 2), made_put(&m, 'a', 1);
    made_put(&m, 1, 2), made_put(&m, 16, 2), made_put(&m, size_here, 8), made_put(&m, 5, 8);
    made_copy(&m, data, 5);
    m.directory = m.n;
    made_put(&m, 0x02014b50, 4), made_put(&m, 45, 2), made_put(&m, 45, 2), made_put(&m, 0, 4), made_put(&m, 0, 2),
        made_put(&m, 33, 2);
    made_put(&m, crc, 4), made_put(&m, UINT32_MAX, 4), made_put(&m, UINT32_MAX, 4), made_put(&m, 1, 2), made_put(&m, 28, 2);
    made_put(&m, 0, 6), made_put(&m, 0, 4), made_put(&m, UINT32_MAX, 4), made_put(&m, 'a', 1);
    made_put(&m, 1, 2), made_put(&m, 24, 2), made_put(&m, 5, 8), made_put(&m, 5, 8), made_put(&m, 0, 8);
    m.end = m.n;
    made_put(&m, 0x06064b50, 4), made_put(&m, 44, 8), made_put(&m, 45, 2), made_put(&m, 45, 2), made_put(&m, 0, 8),
        made_put(&m, 1, 8);
    made_put(&m, 1, 8), made_put(&m, m.end - m.directory, 8), made_put(&m, m.directory, 8);
    made_put(&m, 0x07064b50, 4), made_put(&m, 0, 4), made_put(&m, m.end, 8), made_put(&m, 1, 4);
    made_put(&m, 0x06054b50, 4), made_put(&m, 0, 4), made_put(&m, UINT16_MAX, 2), made_put(&m, UINT16_MAX, 2);
    made_put(&m, UINT32_MAX, 4), made_put(&m, UINT32_MAX, 4), made_put(&m, 0, 2);
}

static void zip64_is_read_and_compared(void **state)
{
    (void)state;
    make_64(5);
    expect(CKPT_WHOLE, CKPT_SAFE, NULL);
    make_64(6);
    expect(CKPT_CORRUPT, CKPT_SAFETY_UNVERIFIED, "two sizes");
    make_64(5);
    made_set(&m, m.end + 4, 40, 8);
    expect(CKPT_CORRUPT, CKPT_SAFETY_UNVERIFIED, "not as long as it says");
    make_64(5);
    made_set(&m, m.end + 32, UINT64_MAX, 8);
    expect(CKPT_CORRUPT, CKPT_SAFETY_UNVERIFIED, "members");
    make_64(5);
    made_set(&m, m.end + 56 + 8, 3, 8);
    expect(CKPT_CORRUPT, CKPT_SAFETY_UNVERIFIED, "locator");
    make_64(5);
    made_set(&m, m.end + 56 + 20 + 12, 7, 4);
    expect(CKPT_CORRUPT, CKPT_SAFETY_UNVERIFIED, "disagree");
}

static void cursors_give_any_range_and_compare_the_checksum(void **state)
{
    static char data[70000], got[70001];
    struct arena arena;
    struct zip z;
    struct err err = {0};
    struct ckpt_cursor c;
    (void)state;
    for (size_t i = 0; i < sizeof data; i++) data[i] = (char)(i * i >> 3);
    for (unsigned method = 0; method <= 8; method += 8) {
        begin();
        made_add(&m, "x", data, sizeof data, method, 0);
        made_finish(&m);
        static const size_t ranges[][2] = {{0, 70000}, {1, 69999}, {69999, 1}, {66000, 4000}, {100, 50000}, {70000, 0}};
        for (int broken = 0; broken < 2; broken++) {
            if (broken) m.bytes[m.members[0].data + m.told[0].packed / 2] ^= 1;
            int fd = probe_bytes(m.bytes, m.n);
            probe_fd(&p, fd, "made.zip", NULL, &ckpt_limits_usual);
            arena_init(&arena, 1 << 20);
            struct ckpt_sink sink = {&p, &arena, probe_tensor, probe_group, probe_fact, probe_state, probe_safety};
            assert_int_equal(zip_read(&z, fd, 0, m.n, &ckpt_limits_usual, &sink, &err), OK);
            for (size_t i = 0; i < 6; i++) {
                size_t n = 0;
                ssize_t k = 0;
                assert_int_equal(zip_open(&z, zip_find(&z, "x"), ranges[i][0], ranges[i][1], &c, &err), OK);
                while (n <= 70000 && (k = c.next(&c, got + n, 777, &err)) > 0) n += (size_t)k;
                bool sees_all = ranges[i][0] + ranges[i][1] == 70000 && ranges[i][0] <= 65536;
                if (broken && sees_all) assert_int_equal(k, -1);
                if (!broken)
                    assert_int_equal(k, 0), assert_int_equal(n, ranges[i][1]), assert_memory_equal(got, data + ranges[i][0], n);
                ckpt_close(&c);
            }
            arena_done(&arena);
            probe_done(&p);
            close(fd);
        }
    }
}

static void bzip2_without_its_end_is_corrupt(void **state)
{
    static const unsigned char none[] = {'B', 'Z', 'h', '9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, 0, 0, 0, 0};
    (void)state;
    begin();
    made_add(&m, "x", none, sizeof none, 12, 0);
    made_finish(&m);
    expect(CKPT_STATE_UNVERIFIED, CKPT_SAFETY_UNVERIFIED, "not unpacked here");
    m.bytes[m.members[0].data + 6] ^= 3;
    expect(CKPT_CORRUPT, CKPT_SAFETY_UNVERIFIED, "bzip2");
}

/* Is the verdict one of those that a row of the corpus allows, and never "safe" where that is not among them? */
static bool is_allowed(const char *expected, const struct probe *v)
{
    bool unverified = v->safety == CKPT_SAFETY_UNVERIFIED || v->state == CKPT_STATE_UNVERIFIED;
    const struct {
        const char *word;
        bool holds;
    } words[] = {{"clean", v->state == CKPT_WHOLE && v->safety == CKPT_SAFE},
                 {"malformed", v->state == CKPT_CORRUPT},
                 {"truncated", v->state == CKPT_INCOMPLETE},
                 {"unverified", unverified},
                 {"limit", unverified && v->reasons.p && strstr(v->reasons.p, "limit")},
                 {"malicious", v->safety == CKPT_MALICIOUS}};
    bool any = false, clean = strstr(expected, "clean");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) any = any || (strstr(expected, words[i].word) && words[i].holds);
    return any && (clean || v->safety != CKPT_SAFE);
}

static void the_hostile_corpus_gets_its_verdicts(void **state)
{
    static const char folder[] = SOURCE_DIR "/../shared/hostile/";
    char line[2048], path[512], *field[4];
    size_t rows = 0;
    (void)state;
    FILE *index = fopen(SOURCE_DIR "/../shared/hostile/index.csv", "r");
    if (!index) {
        print_message("skipped: there is no %s\n", folder);
        skip();
    }
    while (fgets(line, sizeof line, index)) {
        char *at = line;
        for (size_t i = 0; i < 4; i++) field[i] = strsep(&at, ",");
        bool zip = field[0] && strstr(field[0], ".zip");
        if (!zip || !field[3]) continue;
        size_t n;
        snprintf(path, sizeof path, "%s%s", folder, field[0]);
        char *bytes = probe_load(path, &n);
        assert_non_null(bytes);
        int fd = probe_bytes(bytes, n);
        probe_fd(&p, fd, strrchr(path, '/') + 1, NULL, &ckpt_limits_usual);
        if (!is_allowed(field[3], &p)) fail_msg("%s: expected %s: %s", field[0], field[3], p.reasons.p ? p.reasons.p : "safe");
        probe_done(&p);
        close(fd);
        free(bytes);
        rows++;
    }
    fclose(index);
    assert_true(rows > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hostile_corpus_gets_its_verdicts),
        cmocka_unit_test(what_agrees_is_whole_and_safe),
        cmocka_unit_test(a_pickle_is_judged_under_any_name_and_packing),
        cmocka_unit_test(every_field_that_disagrees_is_told),
        cmocka_unit_test(no_change_hides_a_pickle_whose_bytes_are_there),
        cmocka_unit_test(marks_that_python_refuses_and_torch_ignores_hide_nothing),
        cmocka_unit_test(what_is_encrypted_was_not_looked_at),
        cmocka_unit_test(names_that_are_there_twice_or_lead_out_are_told),
        cmocka_unit_test(a_nul_in_a_name_is_corrupt),
        cmocka_unit_test(members_that_overlap_are_corrupt),
        cmocka_unit_test(bytes_that_belong_to_nothing_are_told),
        cmocka_unit_test(a_moved_archive_is_corrupt_and_still_looked_into),
        cmocka_unit_test(a_bomb_meets_its_limit_before_it_is_unpacked),
        cmocka_unit_test(an_archive_packed_into_an_archive_is_not_called_safe),
        cmocka_unit_test(archives_within_archives_end_at_a_depth),
        cmocka_unit_test(packed_bytes_that_break_are_corrupt_and_scanned_as_far_as_they_go),
        cmocka_unit_test(without_an_end_record_it_is_incomplete),
        cmocka_unit_test(zip64_is_read_and_compared),
        cmocka_unit_test(cursors_give_any_range_and_compare_the_checksum),
        cmocka_unit_test(bzip2_without_its_end_is_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
