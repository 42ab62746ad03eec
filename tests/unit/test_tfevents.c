/* tfevents: what a user sees of an event file, and what each kind of damage costs. Files are made in the words of tfevents_made.h; those
 * that the real tools wrote are read by test_fixtures. */
#include "format_probe.h"
#include "tfevents_made.h"

enum { FILE_MAX_BYTES = 1 << 20 };

static struct str made(const char *words)
{
    struct str file = {0};
    tfevents_made(&file, words);
    return file;
}

static const struct format *tfevents(void) { return format_by_name("tfevents"); }

/* told_at - what is told of the described file in this directory; probe_close frees it. */
static struct probe *told_at(const char *path, const char *words)
{
    struct str file = made(words);
    struct probe *p = probe_open_at(tfevents(), PROBE_ARENA_BYTES, path);
    probe_read(p, (struct span){file.p, file.n}, file.n, 1);
    str_add(&p->text, "");
    str_done(&file);
    return p;
}
static struct probe *told(const char *words) { return told_at("runs/a/events.out.tfevents.1", words); }

/* ---- what is told ------------------------------------------------------------------------------------------------------ */

static void scalars_are_points_at_their_step_and_time(void **unused)
{
    (void)unused;
    struct probe *p = told("V\ns loss 0 2.5\ns loss 10 nan\ns loss 20 -inf\ns loss -3 1");
    probe_expect(p, "series loss step");
    probe_expect(p, "point loss 0 2.5 @2 t1600000000.000");
    probe_expect(p, "point loss 10 NaN @3 t1600000010.000");
    probe_expect(p, "point loss 20 -inf @4 t1600000020.000");
    probe_expect(p, "point loss -3 1 @5 t1599999997.000");
    assert_int_equal(p->points, 4);
    assert_int_equal(p->bad, 0);
    probe_close(p);
}

/* Ultralytics 8.0 logs at every batch, at the step of the epoch. Another curve may be logged so by who forgets to count. */
static void running_means_of_an_epoch_are_its_last_one(void **unused)
{
    (void)unused;
    struct probe *p =
        told("V\ns train/box_loss 1 4\ns mine 1 4\ns train/box_loss 1 3\ns mine 1 3\ns train/box_loss 1 2.5\n"
             "s train/box_loss 2 3.5\ns mine 2 2\ns train/box_loss 2 2\ns train/box_loss 3 3\ns train/box_loss 3 1.5");
    probe_expect(p, "point train/box_loss 1 2.5 @6 t1600000001.000");
    probe_expect(p, "point train/box_loss 2 2 @9 t1600000002.000");
    probe_expect(p, "point train/box_loss 3 1.5 @11 t1600000003.000");
    probe_expect(p, "point mine 1 3 @5 t1600000001.000");
    assert_int_equal(p->points, 7);
    probe_close(p);
    p = told("V\ns train/box_loss 1 4\ns train/box_loss 2 3\ns train/box_loss 3 2");
    assert_int_equal(p->points, 3);
    probe_close(p);
}

static void a_file_of_the_version_alone_tells_nothing(void **unused)
{
    (void)unused;
    struct probe *p = told("V");
    assert_string_equal(p->text.p, "");
    probe_close(p);
}

/* The plugin comes with a tag's first value only; without it the shape tells. */
static void tensors_are_scalars_with_and_without_their_plugin(void **unused)
{
    (void)unused;
    struct probe *p = told("V\nt epoch_loss 0 2.5\nu epoch_loss 1 0.5\nu late 7 3");
    probe_expect(p, "point epoch_loss 0 2.5 @2 t1600000000.000");
    probe_expect(p, "point epoch_loss 1 0.5 @3 t1600000001.000");
    probe_expect(p, "point late 7 3 @4 t1600000007.000");
    probe_close(p);
}

/* One tensor of each type and each way to write it, as bytes. */
static void tensors_of_every_number_type_are_read(void **unused)
{
    (void)unused;
    static const struct {
        const char *hex; /* of the TensorProto */
        double value;
    } cases[] = {
        {"0801 1200 2204 00002040", 2.5},
        {"0801 1200 2d 00002040", 2.5},   /* float_val, one */
        {"0801 1200 2a04 00002040", 2.5}, /* float_val, packed */
        {"0801 2d 00002040", 2.5},        /* no shape: rank 0 */
        {"0802 1200 2208 0000000000000440", 2.5},
        {"0802 1200 31 0000000000000440", 2.5},
        {"0802 1200 3208 0000000000000440", 2.5},
        {"0803 1200 2204 feffffff", -2},
        {"0803 1200 38 feffffffffffffffff01", -2}, /* int_val */
        {"0803 1200 3a01 07", 7},
        {"0804 1200 2201 ff", 255},
        {"0806 1200 2201 ff", -1},
        {"0805 1200 2202 feff", -2},
        {"0811 1200 2202 feff", 65534},
        {"0809 1200 2208 feffffffffffffff", -2},
        {"0809 1200 50 ac02", 300},
        {"080a 1200 58 01", 1},
        {"080e 1200 2202 2040", 2.5}, /* bfloat16 */
        {"080e 1200 68 a08001", 2.5}, /* half_val: 0x4020 */
        {"0813 1200 2202 0041", 2.5}, /* half */
        {"0813 1200 68 808201", 2.5},
        {"0813 1200 2202 0100", 0x1p-24},
        {"0813 1200 2202 00fc", -INFINITY},
        {"0816 1200 2204 ffffffff", 4294967295.0},
        {"0817 1200 2208 ffffffffffffffff", 0x1p64},
        {"0817 1200 880105", 5},
        {"0801 1204 12020801 2204 00002040", 2.5}, /* shape [1] */
        {"0801 1202 1200 2204 00002040", NAN},     /* shape [0]: no number */
        {"0807 1200 4201 61", NAN},                /* a text */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str file = {0}, tensor = {0}, summary = {0};
        unsigned byte;
        for (const char *h = cases[i].hex; *h;)
            if (*h == ' ') h++;
            else if (sscanf(h, "%2x", &byte) == 1) tf_put(&tensor, byte, 1), h += 2;
        tf_value(&summary, "x", 8, &tensor, NULL, (struct span){0});
        tf_event(&file, 1, &summary);
        struct probe *p = probe_open(tfevents(), PROBE_ARENA_BYTES);
        probe_read(p, (struct span){file.p, file.n}, file.n, 1);
        struct str wanted = {0};
        str_addf(&wanted, "point x 1 %.17g @1 t1600000001.000", cases[i].value);
        if (cases[i].value == cases[i].value) probe_expect(p, wanted.p);
        else assert_int_equal(p->points, 0);
        assert_int_equal(p->bad, 0);
        probe_close(p);
        str_done(&wanted);
        str_done(&file);
    }
}

static void histograms_are_four_numbers(void **unused)
{
    (void)unused;
    struct probe *p = told("V\nh grads 4\nk weights 5\nu nothing 1 1");
    probe_expect(p, "point grads/min 4 -0.5 @2 t1600000004.000");
    probe_expect(p, "point grads/max 4 3 @2 t1600000004.000");
    probe_expect(p, "point grads/mean 4 1.5 @2 t1600000004.000");
    probe_expect(p, "point grads/zero_share 4 0.29999999999999999 @2 t1600000004.000");
    probe_expect(p, "point weights/min 5 -1 @3 t1600000005.000");
    probe_expect(p, "point weights/max 5 3 @3 t1600000005.000");
    probe_expect(p, "point weights/mean 5 0.625 @3 t1600000005.000");
    probe_expect(p, "point weights/zero_share 5 0.5 @3 t1600000005.000");
    assert_int_equal(p->points, 9);
    probe_close(p);
}

static void pictures_are_passed_over(void **unused)
{
    (void)unused;
    struct probe *p = told("V\ni picture 1 100\ns loss 1 2\ni picture 2 900000\ns loss 2 1");
    assert_int_equal(p->points, 2);
    assert_int_equal(p->bad, 0);
    probe_expect(p, "point loss 2 1 @5 t1600000002.000");
    assert_null(strstr(p->text.p, "picture"));
    probe_close(p);
}

/* TensorFlow 1 merges all of a step's summaries into one record. */
static void scalars_around_a_large_picture_are_read(void **unused)
{
    (void)unused;
    struct probe *p = told("V\nm 3 3000000 loss 1.5\ns loss 4 1");
    probe_expect(p, "point loss 3 1.5 @2 t1600000003.000");
    probe_expect(p, "point loss2 3 1.5 @2 t1600000003.000");
    probe_expect(p, "point loss 4 1 @3 t1600000004.000");
    assert_int_equal(p->bad, 0);
    probe_close(p);
}

static void a_large_record_that_is_damaged_tells_nothing(void **unused)
{
    (void)unused;
    struct probe *p = told("V\nm 3 700000 loss 1.5\nflip 300000\ns lr 4 1");
    probe_expect(p, "bad @2 a record is damaged: its checksum does not fit");
    assert_int_equal(p->points, 1);
    assert_null(strstr(p->text.p, "loss"));
    probe_close(p);
}

static void memory_does_not_grow_with_pictures(void **unused)
{
    (void)unused;
    struct str file = made("V\ni picture 1 5000000");
    struct probe *p = probe_open(tfevents(), 64 << 10);
    probe_read(p, (struct span){file.p, file.n}, 300000, 300000);
    assert_true(p->arena.used_bytes == 0);
    assert_int_equal(p->bad, 0);
    probe_close(p);
    str_done(&file);
}

static void texts_that_are_settings_are_facts(void **unused)
{
    (void)unused;
    struct probe *p = told("V\nx args/text_summary {\"learning_rate\": 0.001, \"optim\": \"adamw\", \"fsdp\": null}\n"
                           "x model_config/text_summary {\"hidden_size\": 64, \"id2label\": {\"0\": \"cat\"}}\n"
                           "x commit/text_summary 5ea3c0de\nx sample once\nx sample upon");
    probe_expect(p, "fact learning_rate=0.001");
    probe_expect(p, "fact optim=adamw");
    probe_expect(p, "fact model_config/hidden_size=64");
    probe_expect(p, "fact commit=5ea3c0de");
    probe_expect(p, "fact sample=once");
    assert_int_equal(p->facts, 5);
    assert_int_equal(p->points, 0);
    probe_close(p);
}

static void a_table_of_settings_is_facts(void **unused)
{
    (void)unused;
    struct str file = {0}, summary = {0};
    tf_text(&summary, "hyperparameters/text_summary",
            "|param|value|\n|-|-|\n|learning_rate|0.0003|\n|env_id|CartPole-v1|\n|a|b|c|");
    tf_event(&file, 0, &summary);
    struct probe *p = probe_open(tfevents(), PROBE_ARENA_BYTES);
    probe_read(p, (struct span){file.p, file.n}, file.n, 1);
    probe_expect(p, "fact learning_rate=0.0003");
    probe_expect(p, "fact env_id=CartPole-v1");
    assert_int_equal(p->facts, 2);
    probe_close(p);
    str_done(&file);
}

static void hyper_parameters_are_facts(void **unused)
{
    (void)unused;
    struct probe *p = told("V\np lr=0.001\np batch_size=32\np optimizer=adam\np amp=true");
    probe_expect(p, "fact lr=0.001");
    probe_expect(p, "fact batch_size=32");
    probe_expect(p, "fact optimizer=adam");
    probe_expect(p, "fact amp=true");
    assert_int_equal(p->points, 0);
    assert_int_equal(p->bad, 0);
    probe_close(p);
}

static void a_checkpoint_is_an_event(void **unused)
{
    (void)unused;
    struct probe *p = told("V\nc model.ckpt-10");
    probe_expect(p, "event checkpoint @2 model.ckpt-10");
    probe_close(p);
}

/* ---- names ------------------------------------------------------------------------------------------------------------- */

static void directories_of_a_split_name_the_series(void **unused)
{
    (void)unused;
    static const struct {
        const char *path, *tag, *series;
    } cases[] = {
        {"logs/train/events.out.tfevents.1.v2", "epoch_loss", "series train/epoch_loss epoch"},
        {"logs/validation/events.out.tfevents.1.v2", "epoch_loss", "series validation/epoch_loss epoch"},
        {"logs/validation/events.out.tfevents.1.v2", "batch_loss", "series validation/batch_loss step"},
        {"catboost_info/test/events.out.tfevents", "Logloss", "series test/Logloss step"},
        {"model/eval_holdout/events.out.tfevents.1", "loss", "series eval_holdout/loss step"},
        {"runs/train/events.out.tfevents.1", "train/loss", "series train/loss step"},
        {"runs/loss_val/events.out.tfevents.1", "loss", "series loss/val step"},
        {"runs/Loss_all_val/events.out.tfevents.1", "Loss/all", "series Loss/all/val step"},
        {"runs/lossy/events.out.tfevents.1", "loss", "series loss step"},
        {"runs/Jan05/events.out.tfevents.1", "loss", "series loss step"},
        {"events.out.tfevents.1", "epoch_loss", "series epoch_loss step"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str words = {0};
        str_addf(&words, "V\ns %s 1 2", cases[i].tag);
        struct probe *p = told_at(cases[i].path, words.p);
        probe_expect(p, cases[i].series);
        probe_close(p);
        str_done(&words);
    }
}

static void a_curve_drawn_again_over_samples_is_told_once(void **unused)
{
    (void)unused;
    struct str file = {0}, summary = {0};
    static const char *const tags[] = {"lm loss", "lm loss vs samples", "lm loss vs tokens", "grad vs samples"};
    for (size_t i = 0; i < 4; i++) tf_simple(&summary, tags[i], 2), tf_event(&file, 8, &summary);
    struct probe *p = probe_open(tfevents(), PROBE_ARENA_BYTES);
    probe_read(p, (struct span){file.p, file.n}, file.n, 1);
    assert_int_equal(p->points, 2);
    probe_expect(p, "series lm loss step");
    probe_expect(p, "series grad vs samples sample");
    probe_close(p);
    str_done(&file);
}

static void the_order_of_tags_does_not_matter(void **unused)
{
    (void)unused;
    struct str words = {0};
    uint64_t seed = 5;
    str_add(&words, "V");
    for (int i = 0; i < 3000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        unsigned tag = i < 1000 ? (unsigned)i % 40 : (unsigned)(seed >> 40) % 700;
        str_addf(&words, "\ns t%u %d %u", tag, i, tag);
    }
    struct probe *p = told(words.p);
    assert_int_equal(p->points, 3000);
    for (const char *line = p->text.p; (line = strstr(line, "\npoint t")); line++) {
        unsigned tag, value;
        int step;
        assert_int_equal(sscanf(line, "\npoint t%u %d %u", &tag, &step, &value), 3);
        assert_int_equal(tag, value);
    }
    probe_close(p);
    str_done(&words);
}

/* ---- damage ------------------------------------------------------------------------------------------------------------ */

static void a_damaged_record_costs_only_itself(void **unused)
{
    (void)unused;
    struct probe *p = told("V\ns loss 1 1\ns loss 2 2\nflip 5\ns loss 3 3");
    probe_expect(p, "bad @3 a record is damaged: its checksum does not fit");
    probe_expect(p, "point loss 3 3 @4 t1600000003.000");
    assert_int_equal(p->points, 2);
    assert_int_equal(p->bad, 1);
    probe_close(p);
}

static void a_damaged_length_ends_the_file_with_one_notice(void **unused)
{
    (void)unused;
    struct str file = made("V\ns loss 1 1"), more = made("s loss 2 2\ns loss 3 3\ns loss 4 4");
    more.p[0] ^= 1;
    str_add_span(&file, (struct span){more.p, more.n});
    struct probe *p = probe_open(tfevents(), PROBE_ARENA_BYTES);
    probe_read(p, (struct span){file.p, file.n}, 7, 7);
    probe_expect(p, "bad @3 the length of a record is damaged: the rest of the file cannot be read");
    assert_int_equal(p->points, 1);
    assert_int_equal(p->bad, 1);
    probe_close(p);
    str_done(&more);
    str_done(&file);
}

static void a_record_that_is_no_event_is_bad(void **unused)
{
    (void)unused;
    struct probe *p = told("V\nr 0aff\ns loss 1 1\nr 2a040a020a7f");
    assert_int_equal(p->bad, 2);
    assert_int_equal(p->points, 1);
    probe_close(p);
}

static void zeros_at_the_end_wait(void **unused)
{
    (void)unused;
    struct str file = made("V\ns loss 1 1\nzeros 4096"), whole = made("V\ns loss 1 1\ns loss 2 2");
    struct probe *p = probe_open(tfevents(), PROBE_ARENA_BYTES);
    size_t used = probe_feed(p, (struct span){file.p, file.n}, 0);
    assert_int_equal(used, file.n - 4096);
    assert_int_equal(probe_feed(p, (struct span){file.p + used, 4096}, 1), 0);
    assert_int_equal(p->bad, 0);
    /* the space is filled byte by byte, as through a memory map; the checksum comes last */
    for (size_t n = used; n <= whole.n; n++) {
        memcpy(file.p, whole.p, n);
        used += probe_feed(p, (struct span){file.p + used, file.n - used}, 0);
        assert_int_equal(p->points, n < whole.n ? 1 : 2);
    }
    assert_int_equal(p->bad, 0);
    probe_close(p);
    str_done(&file);
    str_done(&whole);
}

static void a_torn_record_waits_and_is_reported_at_the_end(void **unused)
{
    (void)unused;
    struct str file = made("V\ns loss 1 1\ns loss 2 2");
    struct probe *p = probe_open(tfevents(), PROBE_ARENA_BYTES);
    size_t used = probe_feed(p, (struct span){file.p, file.n - 3}, 0);
    assert_int_equal(p->points, 1);
    assert_int_equal(p->bad, 0);
    for (int i = 0; i < 2; i++) used += probe_feed(p, (struct span){file.p + used, file.n - 3 - used}, 1);
    assert_int_equal(p->bad, 1);
    probe_expect(p, "bad @3 the last record is torn");
    used += probe_feed(p, (struct span){file.p + used, file.n - used}, 0);
    probe_expect(p, "point loss 2 2 @3 t1600000002.000");
    assert_int_equal(used, file.n);
    probe_close(p);
    str_done(&file);
}

static void a_torn_picture_is_reported_once(void **unused)
{
    (void)unused;
    struct str file = made("V\ni picture 1 900000\ncut 5");
    struct probe *p = probe_open(tfevents(), PROBE_ARENA_BYTES);
    probe_read(p, (struct span){file.p, file.n}, 100000, 100000);
    assert_int_equal(p->bad, 1);
    probe_expect(p, "bad @2 the last record is torn");
    probe_close(p);
    str_done(&file);
}

static void too_many_tags_are_said_once(void **unused)
{
    (void)unused;
    struct str words = {0};
    for (int i = 0; i < 20000; i++) str_addf(&words, "s k%d 1 1\n", i);
    str_add(&words, "s k5 2 1\n");
    struct str file = made(words.p);
    struct probe *p = probe_open(tfevents(), 256 << 10);
    p->quiet = true;
    probe_read(p, (struct span){file.p, file.n}, file.n, 1);
    assert_int_equal(p->bad, 1);
    assert_true(p->points > 500);
    probe_close(p);
    str_done(&file);
    str_done(&words);
}

/* ---- real files -------------------------------------------------------------------------------------------------------- */

static char *read_file(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    char *bytes = malloc(FILE_MAX_BYTES);
    assert_non_null(bytes);
    if (!f) fail_msg("cannot read %s", path);
    *n = fread(bytes, 1, FILE_MAX_BYTES, f);
    fclose(f);
    return bytes;
}

/* The points of the first n bytes; *bad is how many records were reported. */
static uint64_t points_of(const char *bytes, size_t n, uint64_t *bad)
{
    struct probe *p = probe_open(tfevents(), PROBE_ARENA_BYTES);
    p->quiet = true;
    size_t used = p->format->feed(p->state, (struct span){bytes, n}, 0, &p->out);
    p->format->feed(p->state, (struct span){bytes + used, n - used}, 1, &p->out);
    uint64_t points = p->points;
    *bad = p->bad;
    probe_close(p);
    return points;
}

/* Where the records of a good file end, in order; returns how many. */
static size_t ends_of(const char *bytes, size_t n, size_t *ends, size_t room)
{
    size_t count = 0, at = 0;
    while (at + 16 <= n && count < room) {
        at += 16 + ((size_t)(unsigned char)bytes[at] | (size_t)(unsigned char)bytes[at + 1] << 8);
        ends[count++] = at;
    }
    assert_int_equal(at, n);
    return count;
}

enum { RECORDS_MAX = 4096 };
static const char real_file[] = SOURCE_DIR "/tests/fixtures/tensorboard_torch/small/events.out.tfevents.1700000000.host.1.0";

static void every_truncation_of_a_real_file_reads_what_is_whole(void **unused)
{
    (void)unused;
    size_t n, ends[RECORDS_MAX], whole = 0;
    uint64_t bad, before = 0, all, last = 0;
    char *bytes = read_file(real_file, &n);
    ends_of(bytes, n, ends, RECORDS_MAX);
    all = points_of(bytes, n, &bad);
    assert_true(all > 15 && bad == 0);
    for (size_t cut = 0; cut <= n; cut++) {
        bool border = cut == 0 || (whole && cut == ends[whole - 1]);
        if (cut == ends[whole]) whole++, border = true;
        uint64_t points = points_of(bytes, cut, &bad);
        if (!border) assert_int_equal(points, last); /* a torn record tells nothing */
        assert_int_equal(bad, !border);
        assert_true(points >= before);
        before = last = points;
    }
    assert_int_equal(last, all);
    free(bytes);
}

static void the_rest_that_arrives_after_any_cut_makes_it_whole(void **unused)
{
    (void)unused;
    size_t n;
    char *bytes = read_file(real_file, &n);
    struct probe *whole = probe_open_at(tfevents(), PROBE_ARENA_BYTES, real_file);
    probe_read(whole, (struct span){bytes, n}, n, 1);
    for (size_t cut = 0; cut <= n; cut++) {
        struct probe *p = probe_open_at(tfevents(), PROBE_ARENA_BYTES, real_file);
        size_t used = probe_feed(p, (struct span){bytes, cut}, 0);
        used += probe_feed(p, (struct span){bytes + used, n - used}, 0);
        assert_int_equal(used, n);
        assert_string_equal(p->text.p, whole->text.p);
        probe_close(p);
    }
    probe_close(whole);
    free(bytes);
}

/* Every byte changed in turn: a length ends the file there, anything else costs one record. */
static void a_changed_byte_costs_a_record_or_the_rest(void **unused)
{
    (void)unused;
    size_t n, ends[RECORDS_MAX], record = 0;
    uint64_t bad, *upto = calloc(RECORDS_MAX + 1, sizeof *upto);
    char *bytes = read_file(real_file, &n);
    size_t count = ends_of(bytes, n, ends, RECORDS_MAX);
    assert_non_null(upto);
    for (size_t i = 0; i < count; i++) upto[i + 1] = points_of(bytes, ends[i], &bad);
    for (size_t at = 0; at < n; at++) {
        if (at == ends[record]) record++;
        size_t begin = record ? ends[record - 1] : 0;
        bytes[at] ^= (char)(1 << at % 8);
        uint64_t points = points_of(bytes, n, &bad);
        bytes[at] ^= (char)(1 << at % 8);
        assert_int_equal(bad, 1);
        if (at < begin + 12) assert_int_equal(points, upto[record]);
        else assert_true(points <= upto[count] && points >= upto[count] - (upto[record + 1] - upto[record]));
    }
    free(upto);
    free(bytes);
}

/* ---- which files ------------------------------------------------------------------------------------------------------- */

static void event_files_are_known_by_content_then_by_name(void **unused)
{
    (void)unused;
    struct str event = made("V\ns loss 1 1"), data = made("r 0a0161"), broken = made("V\nflip 40");
    const struct format *f = tfevents();
    struct span e = {event.p, event.n}, d = {data.p, data.n}, b = {broken.p, broken.n};
    assert_int_equal(f->sniff("runs/anything", e), 100);
    assert_int_equal(f->sniff("runs/events.out.tfevents.1.host.2.0.v2", e), 100);
    assert_int_equal(f->sniff("data/train-00000.tfrecord", d), 0);
    assert_true(f->sniff("runs/events.out.tfevents.1", d) >= 20);
    assert_true(f->sniff("runs/events.out.tfevents.1", b) >= 20);
    assert_true(f->sniff("catboost_info/learn/events.out.tfevents", d) >= 20); /* CatBoost's have no version in front */
    assert_int_equal(f->sniff("runs/other", b), 0);
    assert_int_equal(f->sniff("runs/events.out.tfevents.1.csv", span_of("step,loss\n1,2\n3,4\n")), 0);
    assert_int_equal(f->sniff("runs/events.out.tfevents.1", span_of("")), 0);
    str_done(&event);
    str_done(&data);
    str_done(&broken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_are_points_at_their_step_and_time),
        cmocka_unit_test(running_means_of_an_epoch_are_its_last_one),
        cmocka_unit_test(a_file_of_the_version_alone_tells_nothing),
        cmocka_unit_test(tensors_are_scalars_with_and_without_their_plugin),
        cmocka_unit_test(tensors_of_every_number_type_are_read),
        cmocka_unit_test(histograms_are_four_numbers),
        cmocka_unit_test(pictures_are_passed_over),
        cmocka_unit_test(scalars_around_a_large_picture_are_read),
        cmocka_unit_test(a_large_record_that_is_damaged_tells_nothing),
        cmocka_unit_test(memory_does_not_grow_with_pictures),
        cmocka_unit_test(texts_that_are_settings_are_facts),
        cmocka_unit_test(a_table_of_settings_is_facts),
        cmocka_unit_test(hyper_parameters_are_facts),
        cmocka_unit_test(a_checkpoint_is_an_event),
        cmocka_unit_test(directories_of_a_split_name_the_series),
        cmocka_unit_test(a_curve_drawn_again_over_samples_is_told_once),
        cmocka_unit_test(the_order_of_tags_does_not_matter),
        cmocka_unit_test(a_damaged_record_costs_only_itself),
        cmocka_unit_test(a_damaged_length_ends_the_file_with_one_notice),
        cmocka_unit_test(a_record_that_is_no_event_is_bad),
        cmocka_unit_test(zeros_at_the_end_wait),
        cmocka_unit_test(a_torn_record_waits_and_is_reported_at_the_end),
        cmocka_unit_test(a_torn_picture_is_reported_once),
        cmocka_unit_test(too_many_tags_are_said_once),
        cmocka_unit_test(every_truncation_of_a_real_file_reads_what_is_whole),
        cmocka_unit_test(the_rest_that_arrives_after_any_cut_makes_it_whole),
        cmocka_unit_test(a_changed_byte_costs_a_record_or_the_rest),
        cmocka_unit_test(event_files_are_known_by_content_then_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
