/* all-MiniLM-L6-v2 as sentence-transformers runs it: 200 kept texts (scripts/model-reference), on every instruction set; and what its
 * file may not be. What needs the weights is skipped where they are not installed. */
#include <math.h>

#include "embed_fixture.h"

#include "../../daemon/embed/embed.h"
#include "../../daemon/embed/encoder.h"
#include "../../daemon/embed/weights.h"
#include "../../daemon/embed/wordpiece.h"

/* Sanitized arithmetic takes ten times as long: there every eighth text does. */
#ifdef __SANITIZE_ADDRESS__
enum { EVERY = 8 };
#else
enum { EVERY = 1 };
#endif
enum { DIMS = ENCODER_DIMS, TEXTS = 200, SHORT_BYTES = 60 };

/* A half: 1 sign, 5 exponent (bias 15), 10 fraction. */
static double half(const unsigned char p[2])
{
    const int bits = p[0] | p[1] << 8, exponent = bits >> 10 & 31, fraction = bits & 1023;
    double v = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
    return bits >> 15 ? -v : v;
}

struct kept {
    unsigned char vectors[TEXTS][DIMS][2];
    struct wordpiece *v;
    struct encoder *e;
    size_t most_bytes, compared;
    double least;
};

static double cosine(const float *a, unsigned char (*b)[2])
{
    double ab = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < DIMS; i++) {
        const double x = (double)a[i], y = half(b[i]);
        ab += x * y, aa += x * x, bb += y * y;
    }
    return ab / sqrt(aa * bb);
}

static void compare(void *arg, size_t i, json_t *text)
{
    struct kept *k = arg;
    uint32_t token[ENCODER_TOKENS_MAX];
    float got[DIMS];
    assert_true(i < TEXTS);
    if (text_of(text).n > k->most_bytes || i % EVERY) return;
    encoder_forward(k->e, token, wordpiece_tokens(k->v, text_of(text), token, ENCODER_TOKENS_MAX), got);
    const double c = cosine(got, k->vectors[i]);
    if (c < 0.9999) fail_msg("text %zu: cosine %.6f", i + 1, c);
    k->least = fmin(k->least, c);
    k->compared++;
}

static void compare_all(const struct simd *simd, size_t most_bytes, size_t at_least)
{
    char *weights = installed("model.safetensors"), *vocabulary = installed("vocab.txt");
    struct kept *k = calloc(1, sizeof *k);
    struct err err;
    FILE *f = fopen(KEPT "vectors.f16", "r");
    assert_non_null(f);
    assert_int_equal(fread(k->vectors, 1, sizeof k->vectors, f), sizeof k->vectors);
    fclose(f);
    if (wordpiece_open(vocabulary, &k->v, &err) || encoder_open(weights, simd, &k->e, &err)) fail_msg("%s", err.text);
    k->most_bytes = most_bytes;
    k->least = 1;
    each_line(KEPT "texts.jsonl", compare, k);
    assert_true(k->compared >= at_least / EVERY);
    print_message("%s: %zu texts, least cosine %.7f\n", simd->name, k->compared, k->least);
    wordpiece_close(k->v);
    encoder_close(k->e);
    free(k), free(weights), free(vocabulary);
}

static void all_kept_texts_are_embedded_as_by_sentence_transformers(void **state)
{
    (void)state;
    compare_all(simd_best(), SIZE_MAX, TEXTS);
}

static void every_instruction_set_agrees_on_the_short_ones(void **state)
{
    (void)state;
    for (size_t i = 0; simd_all[i]; i++)
        if (simd_all[i]->runs_here() && simd_all[i] != simd_best()) compare_all(simd_all[i], SHORT_BYTES, 50);
}

static void the_embedder_gives_unit_vectors_and_the_same_ones_again(void **state)
{
    char *models = installed("");
    struct embed *e;
    struct err err;
    float a[DIMS], b[DIMS], other[DIMS];
    double squares = 0;
    (void)state;
    if (embed_open(&(struct embed_choice){.models = models}, &e, &err)) fail_msg("%s", err.text);
    assert_null(embed_note(e));
    assert_string_equal(embed_model(e), "all-MiniLM-L6-v2");
    assert_int_equal(embed_dims(e), DIMS);
    assert_int_equal(embed_text(e, span_of("loss became nan"), a, &err), OK);
    assert_int_equal(embed_text(e, span_of("an unrelated and longer text about the weather in spring"), other, &err), OK);
    assert_int_equal(embed_text(e, span_of("loss became nan"), b, &err), OK);
    assert_memory_equal(a, b, sizeof a);
    for (size_t i = 0; i < DIMS; i++) squares += (double)a[i] * (double)a[i];
    assert_true(fabs(squares - 1) < 1e-6);
    embed_close(e);
    free(models);
}

static double likeness(struct embed *e, const char *a, const char *b)
{
    float x[DIMS], y[DIMS];
    struct err err;
    double dot = 0;
    assert_int_equal(embed_text(e, span_of(a), x, &err), OK);
    assert_int_equal(embed_text(e, span_of(b), y, &err), OK);
    for (size_t i = 0; i < DIMS; i++) dot += (double)x[i] * (double)y[i];
    return dot;
}

static void meaning_counts_more_than_words(void **state)
{
    char *models = installed("");
    struct embed *e;
    struct err err;
    (void)state;
    if (embed_open(&(struct embed_choice){.url = "minilm:", .models = models}, &e, &err)) fail_msg("%s", err.text);
    const char *asked = "the loss explodes after a few epochs";
    assert_true(likeness(e, asked, "training diverges because the learning rate is too high") >
                likeness(e, asked, "the meeting is after a few days") + 0.1);
    embed_close(e);
    free(models);
}

/* ---- files that are not what they should be ------------------------------------------------------------------------------ */

static enum status open_header(const char *header, uint64_t claimed, size_t data_bytes, struct weights **w, struct err *err)
{
    char path[64], file[1024] = {0};
    for (int i = 0; i < 8; i++) file[i] = (char)(claimed >> (8 * i));
    memcpy(file + 8, header, strlen(header));
    write_file(path, file, 8 + strlen(header) + data_bytes);
    enum status s = weights_open(path, w, err);
    unlink(path);
    return s;
}

/* 68 bytes, a multiple of 4. */
#define HEADER "{\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},\"b\":7     }"

static void a_tensor_is_found_by_name_and_shape(void **state)
{
    struct weights *w;
    struct err err;
    const float *p = NULL;
    (void)state;
    assert_int_equal(open_header(HEADER, strlen(HEADER), 24, &w, &err), OK);
    assert_int_equal(weights_tensor(w, "a", 2, 3, &p, &err), OK);
    assert_true(p[5] == 0);
    assert_int_equal(weights_tensor(w, "a", 3, 2, &p, &err), E_FORMAT);
    assert_int_equal(weights_tensor(w, "a", 0, 6, &p, &err), E_FORMAT);
    assert_int_equal(weights_tensor(w, "b", 0, 6, &p, &err), E_FORMAT);
    assert_int_equal(weights_tensor(w, "c", 2, 3, &p, &err), E_ABSENT);
    weights_close(w);
}

static void a_file_that_is_cut_off_or_lies_is_refused(void **state)
{
    struct weights *w;
    struct err err;
    const float *p;
    (void)state;
    assert_int_equal(open_header(HEADER, strlen(HEADER), 20, &w, &err), OK);
    assert_int_equal(weights_tensor(w, "a", 2, 3, &p, &err), E_FORMAT);
    assert_non_null(strstr(err.text, "cut off"));
    weights_close(w);
    assert_int_equal(open_header(HEADER, 4096, 24, &w, &err), E_FORMAT);
    assert_int_equal(open_header(HEADER, UINT64_MAX, 24, &w, &err), E_LIMIT);
    assert_int_equal(open_header("[1, 2]  ", 8, 24, &w, &err), E_FORMAT);
    assert_int_equal(open_header("", 0, 0, &w, &err), E_FORMAT);
    assert_int_equal(weights_open("/nowhere/model.safetensors", &w, &err), E_ABSENT);
    assert_int_equal(weights_open("/tmp", &w, &err), E_FORMAT);
}

static void another_model_is_refused_with_the_tensor_that_is_missing(void **state)
{
    char path[64], file[8 + 68 + 24] = {68};
    struct encoder *e;
    struct err err;
    (void)state;
    memcpy(file + 8, HEADER, 68);
    write_file(path, file, sizeof file);
    assert_int_equal(encoder_open(path, simd_best(), &e, &err), E_ABSENT);
    assert_non_null(strstr(err.text, "embeddings.word_embeddings.weight"));
    unlink(path);
}

int main(void)
{
    _Static_assert(sizeof HEADER == 69, "the header has the length it claims");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_kept_texts_are_embedded_as_by_sentence_transformers),
        cmocka_unit_test(every_instruction_set_agrees_on_the_short_ones),
        cmocka_unit_test(the_embedder_gives_unit_vectors_and_the_same_ones_again),
        cmocka_unit_test(meaning_counts_more_than_words),
        cmocka_unit_test(a_tensor_is_found_by_name_and_shape),
        cmocka_unit_test(a_file_that_is_cut_off_or_lies_is_refused),
        cmocka_unit_test(another_model_is_refused_with_the_tensor_that_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
