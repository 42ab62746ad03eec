/* What was told in words: which files are tables of it, near spellings, bad rows, and notes as the memory keeps them. */
#include "../../daemon/engine/ingest/ingest.h"
#include "../../daemon/store/note.h"
#include "chance.h"
#include "ingest_fixture.h"

struct heard {
    char text[4096];
};

static void hear(void *arg, const char *text)
{
    struct heard *h = arg;
    size_t n = strlen(h->text);
    snprintf(h->text + n, sizeof h->text - n, "%s\n", text);
}

static struct account_counts told(struct two *t, const char *text, struct str *out, struct heard *h)
{
    struct account_counts counts = {0};
    struct err err;
    write_file(t->file, text, strlen(text));
    enum account_kind kind = account_kind(t->file);
    assert_true(kind == ACCOUNT_JSON || kind == ACCOUNT_CSV);
    if (account_read(t->file, kind, 1.5e9, out, &counts, hear, h, &err)) fail_msg("%s", err.text);
    return counts;
}

static void near_spellings_mean_the_same_note(void **state)
{
    static const char *const files[] = {
        "{\"description\":\"loss "
        "explodes\",\"symptoms\":[\"inf\",\"late\"],\"attempted_fixes\":[\"warmup\",\"clip\"],\"worked\":[false,true]}\n",
        "{\"Description\":\" loss explodes \",\"Symptom\":\"inf; "
        "late\",\"Fixes\":[{\"fix\":\"warmup\",\"worked\":\"no\"},{\"name\":\"clip\","
        "\"helped\":true}]}\n",
        "{\"fixes\":[{\"fix\":\"warmup\",\"worked\":\"no\"},{\"fix\":\"clip\",\"worked\":\"fixed\"}],\"symptoms\":\"inf|late\","
        "\"description\":\"loss "
        "explodes\"}\n"};
    struct two t = places(state);
    struct str first = {0};
    for (size_t i = 0; i < 3; i++) {
        struct str out = {0};
        struct heard h = {""};
        struct account_counts c = told(&t, files[i], &out, &h);
        assert_int_equal(c.notes, 1);
        assert_int_equal(c.bad, 0);
        if (i == 0) str_add(&first, out.p);
        assert_string_equal(first.p, out.p);
        str_done(&out);
    }
    str_done(&first);
    clean(&t);
}

static void bad_rows_are_named_by_line_and_the_rest_is_taken(void **state)
{
    struct two t = places(state);
    struct str out = {0};
    struct heard h = {""};
    struct account_counts c = told(&t,
                                   "description;symptoms;attempted fixes;worked\n"
                                   "\"it broke\nlate\";x;y;yes\n"
                                   ";;;\n"
                                   "slow;;more workers;perhaps\n"
                                   "fine;a|b;;\n",
                                   &out, &h);
    assert_int_equal(c.notes, 2);
    assert_int_equal(c.bad, 2);
    assert_non_null(strstr(h.text, "line 4 "));
    assert_non_null(strstr(h.text, "line 5 "));
    assert_null(strstr(h.text, "line 2 "));
    str_done(&out);
    clean(&t);
}

static void secrets_do_not_become_notes(void **state)
{
    struct two t = places(state);
    struct str out = {0};
    struct heard h = {""};
    told(&t, "{\"description\":\"upload failed with hf_abcdefghijklmnopqrstuvwxyzABCD\",\"cause\":\"x\"}\n", &out, &h);
    assert_null(strstr(out.p, "hf_abcdef"));
    assert_non_null(strstr(out.p, "[redacted]"));
    str_done(&out);
    clean(&t);
}

static void logs_are_no_tables_of_words(void **state)
{
    static const char *const logs[] = {"{\"step\": 1, \"loss\": 2.5}\n",
                                       "step,loss,time\n1,2,3\n",
                                       "epoch 1 loss 2\n",
                                       "",
                                       "{\"message\": \"starting\", \"time\": 3}\n",
                                       "\xff\xd8\xff"};
    struct two t = places(state);
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
        write_file(t.file, logs[i], strlen(logs[i]));
        assert_int_equal(account_kind(t.file), ACCOUNT_NO);
    }
    clean(&t);
}

static void any_bytes_are_a_table_or_not_and_never_a_crash(void **state)
{
    static const char start[] = "description,symptoms,fix,worked\n";
    struct two t = places(state);
    seed = 4;
    for (int round = 0; round < 200; round++) {
        char text[400];
        memcpy(text, start, sizeof start - 1);
        for (size_t i = sizeof start - 1; i < sizeof text; i++) text[i] = "\",;\n\r\t|aZ0 \xff"[below(12)];
        write_file(t.file, text, sizeof text);
        struct str out = {0};
        struct account_counts c;
        struct heard h = {""};
        struct err err;
        assert_int_equal(account_read(t.file, round % 2 ? ACCOUNT_CSV : ACCOUNT_JSON, 0, &out, &c, hear, &h, &err), OK);
        str_done(&out);
    }
    clean(&t);
}

static bool keep_id(void *arg, const struct note *n)
{
    strcat(arg, n->id);
    return true;
}

static void a_note_told_twice_is_one_and_is_found_by_its_words(void **state)
{
    struct two t = places(state);
    struct err err;
    bool fresh = false;
    char ids[64] = "", found[64] = "";
    struct store *s = open_or_fail(t.place->path, true);
    struct note n = {.text = "the dataloader starved the GPU",
                     .cause = "input_starved",
                     .when = 5,
                     .fixes = {{"more workers", "yes"}},
                     .n_fixes = 1};
    note_identify(&n);
    assert_int_equal(note_put(s, &n, &fresh, &err), OK);
    assert_true(fresh);
    n.when = 6; /* when it was told is no part of what it says */
    note_identify(&n);
    assert_int_equal(note_put(s, &n, &fresh, &err), OK);
    assert_false(fresh);
    assert_int_equal(note_each(s, NOTE_ALL, NULL, 10, keep_id, ids, &err), OK);
    assert_string_equal(ids, n.id);
    assert_int_equal(note_each(s, NOTE_WORDS, "are dataloaders \" OR ( NEAR", 10, keep_id, found, &err), OK);
    assert_string_equal(found, n.id);
    *found = 0;
    assert_int_equal(note_each(s, NOTE_WORDS, "xylophone", 10, keep_id, found, &err), OK);
    assert_string_equal(found, "");
    store_close(s);
    clean(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(near_spellings_mean_the_same_note),
        WITH_PLACE(bad_rows_are_named_by_line_and_the_rest_is_taken),
        WITH_PLACE(secrets_do_not_become_notes),
        WITH_PLACE(logs_are_no_tables_of_words),
        WITH_PLACE(any_bytes_are_a_table_or_not_and_never_a_crash),
        WITH_PLACE(a_note_told_twice_is_one_and_is_found_by_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
