/* test_hdf5 - nothing outside the file is ever opened; what links outside is told; packed datasets give their numbers. Files are made by libhdf5. */
#include "ckpt_numbers.h"

#ifdef MLWATCH_HDF5
#include <hdf5.h>

static struct probe p;

/* An HDF5 file in memory, filled by `fill`, as bytes; free them. */
static char *make(void (*fill)(hid_t file), size_t *n)
{
    hid_t fapl = H5Pcreate(H5P_FILE_ACCESS);
    assert_true(H5Pset_fapl_core(fapl, 1 << 16, 0) >= 0);
    hid_t file = H5Fcreate("made", H5F_ACC_TRUNC, H5P_DEFAULT, fapl);
    assert_true(file >= 0);
    fill(file);
    assert_true(H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0);
    ssize_t bytes = H5Fget_file_image(file, NULL, 0);
    assert_true(bytes > 0);
    char *image = malloc((size_t)bytes);
    assert_int_equal(H5Fget_file_image(file, image, (size_t)bytes), bytes);
    H5Fclose(file);
    H5Pclose(fapl);
    return *n = (size_t)bytes, image;
}

static void scan_bytes(const char *bytes, size_t n)
{
    int fd = probe_bytes(bytes, n);
    probe_fd(&p, fd, "m.h5", NULL, &ckpt_limits_usual);
    close(fd);
}

static void scan(void (*fill)(hid_t file))
{
    size_t n;
    char *bytes = make(fill, &n);
    scan_bytes(bytes, n);
    free(bytes);
}

static void put_floats(hid_t at, const char *name, hid_t dcpl)
{
    static const float values[6] = {1, 2, 3, 4, 5, 6};
    hsize_t dims[2] = {2, 3};
    hid_t space = H5Screate_simple(2, dims, NULL),
          d = H5Dcreate2(at, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, dcpl, H5P_DEFAULT);
    assert_true(d >= 0);
    H5Dwrite(d, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    H5Dclose(d);
    H5Sclose(space);
}

static void fill_plain(hid_t f) { put_floats(f, "w", H5P_DEFAULT); }

static void plain_datasets_lie_where_they_are_said_to_lie(void **state)
{
    (void)state;
    scan(fill_plain);
    assert_int_equal(p.state, CKPT_WHOLE);
    assert_int_equal(p.safety, CKPT_SAFE);
    assert_int_equal(p.n_tensors, 1);
    assert_null(p.tensors[0].open);
    assert_true(p.tensors[0].offset > 0);
    probe_done(&p);
}

static void fill_links(hid_t f)
{
    put_floats(f, "w", H5P_DEFAULT);
    H5Lcreate_external("/etc/passwd", "/x", f, "outside", H5P_DEFAULT, H5P_DEFAULT);
}
static void fill_soft(hid_t f)
{
    put_floats(f, "w", H5P_DEFAULT);
    H5Lcreate_soft("/w", f, "soft", H5P_DEFAULT, H5P_DEFAULT);
}
static void fill_external(hid_t f)
{
    hsize_t dims[1] = {10};
    hid_t dcpl = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(1, dims, NULL);
    H5Pset_external(dcpl, "/etc/passwd", 0, 10);
    H5Dclose(H5Dcreate2(f, "stolen", H5T_STD_U8LE, space, H5P_DEFAULT, dcpl, H5P_DEFAULT));
    H5Sclose(space);
    H5Pclose(dcpl);
}
static void fill_virtual(hid_t f)
{
    hsize_t dims[1] = {10};
    hid_t dcpl = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(1, dims, NULL);
    H5Pset_virtual(dcpl, space, "/etc/passwd", "/x", space);
    H5Dclose(H5Dcreate2(f, "patched", H5T_STD_U8LE, space, H5P_DEFAULT, dcpl, H5P_DEFAULT));
    H5Sclose(space);
    H5Pclose(dcpl);
}

static void what_leads_out_of_the_file_is_told_and_not_opened(void **state)
{
    static const struct {
        void (*fill)(hid_t);
        const char *named;
    } out[] = {
        {fill_links, "external link"}, {fill_soft, "soft link"}, {fill_external, "/etc/passwd"}, {fill_virtual, "virtual"}};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        scan(out[i].fill);
        assert_int_equal(p.safety, CKPT_SUSPICIOUS);
        assert_non_null(strstr(p.reasons.p, out[i].named));
        for (size_t k = 0; k < p.n_tensors; k++)
            if (strcmp(p.tensors[k].name, "w") != 0) assert_int_equal(p.tensors[k].dtype, TENSOR_OPAQUE);
        probe_done(&p);
    }
}

static void fill_loop(hid_t f)
{
    hid_t g = H5Gcreate2(f, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_hard(f, "/", g, "up", H5P_DEFAULT, H5P_DEFAULT);
    put_floats(g, "w", H5P_DEFAULT);
    H5Lcreate_hard(g, "w", f, "again", H5P_DEFAULT, H5P_DEFAULT);
    H5Gclose(g);
}

static void groups_that_hold_each_other_end(void **state)
{
    (void)state;
    scan(fill_loop);
    assert_int_equal(p.state, CKPT_WHOLE);
    assert_int_equal(p.n_tensors, 2);
    assert_int_equal(p.tensors[0].shares + p.tensors[1].shares, 1);
    probe_done(&p);
}

static void fill_deep(hid_t f)
{
    hid_t g = H5Gopen2(f, "/", H5P_DEFAULT);
    for (int i = 0; i < 200; i++) {
        hid_t inner = H5Gcreate2(g, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        H5Gclose(g);
        g = inner;
    }
    put_floats(g, "w", H5P_DEFAULT);
    H5Gclose(g);
}

static void groups_nested_too_deeply_are_unverified(void **state)
{
    (void)state;
    scan(fill_deep);
    assert_int_equal(p.safety, CKPT_SAFETY_UNVERIFIED);
    assert_non_null(strstr(p.reasons.p, "limit"));
    probe_done(&p);
}

/* 10^12 numbers that take no byte: reading them would take a day. */
static void fill_bomb(hid_t f)
{
    hsize_t dims[2] = {1000000, 1000000}, chunk[2] = {1000, 1000};
    hid_t dcpl = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, dims, NULL);
    H5Pset_chunk(dcpl, 2, chunk);
    H5Pset_deflate(dcpl, 9);
    H5Dclose(H5Dcreate2(f, "bomb", H5T_IEEE_F32LE, space, H5P_DEFAULT, dcpl, H5P_DEFAULT));
    H5Pclose(dcpl);
    dcpl = H5Pcreate(H5P_DATASET_CREATE);
    chunk[0] = chunk[1] = 10000;
    H5Pset_chunk(dcpl, 2, chunk);
    dims[0] = dims[1] = 1000;
    H5Sset_extent_simple(space, 2, dims, dims);
    hid_t d = H5Dcreate2(f, "chunk", H5T_IEEE_F32LE, space, H5P_DEFAULT, dcpl, H5P_DEFAULT);
    if (d >= 0) H5Dclose(d);
    H5Sclose(space);
    H5Pclose(dcpl);
}

static void a_bomb_meets_its_limit(void **state)
{
    (void)state;
    scan(fill_bomb);
    assert_int_equal(p.safety, CKPT_SAFETY_UNVERIFIED);
    assert_non_null(strstr(p.reasons.p, "unpacked_bytes"));
    for (size_t i = 0; i < p.n_tensors; i++) assert_int_equal(p.tensors[i].dtype, TENSOR_OPAQUE);
    probe_done(&p);
}

static void fill_filter(hid_t f)
{
    hsize_t chunk[2] = {1, 3};
    hid_t dcpl = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(dcpl, 2, chunk);
    H5Pset_scaleoffset(dcpl, H5Z_SO_INT, 2);
    hsize_t dims[2] = {2, 3};
    hid_t space = H5Screate_simple(2, dims, NULL), d = H5Dcreate2(f, "w", H5T_STD_I32LE, space, H5P_DEFAULT, dcpl, H5P_DEFAULT);
    assert_true(d >= 0);
    H5Dclose(d);
    H5Sclose(space);
    H5Pclose(dcpl);
}

static void filters_other_than_three_are_not_run(void **state)
{
    (void)state;
    scan(fill_filter);
    assert_int_equal(p.safety, CKPT_SAFETY_UNVERIFIED);
    assert_int_equal(p.tensors[0].dtype, TENSOR_OPAQUE);
    probe_done(&p);
}

static void a_file_that_goes_on_behind_its_end_is_still_open(void **state)
{
    size_t n;
    (void)state;
    char *bytes = make(fill_plain, &n), *more = calloc(1, n + 100);
    memcpy(more, bytes, n);
    scan_bytes(more, n + 100);
    assert_int_equal(p.state, CKPT_INCOMPLETE);
    probe_done(&p);
    memset(more, 0, 64);
    scan_bytes(more, n);
    assert_int_equal(p.state, CKPT_INCOMPLETE);
    probe_done(&p);
    memcpy(more, bytes, n);
    more[8] = 9; /* a version that is none */
    scan_bytes(more, n);
    assert_int_equal(p.state, CKPT_CORRUPT);
    probe_done(&p);
    free(more);
    free(bytes);
}

static void fill_references(hid_t f)
{
    hobj_ref_t reference;
    hsize_t dims[1] = {1};
    put_floats(f, "w", H5P_DEFAULT);
    H5Rcreate(&reference, f, "w", H5R_OBJECT, -1);
    hid_t space = H5Screate_simple(1, dims, NULL),
          d = H5Dcreate2(f, "r", H5T_STD_REF_OBJ, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(d, H5T_STD_REF_OBJ, H5S_ALL, H5S_ALL, H5P_DEFAULT, &reference);
    H5Dclose(d);
    H5Sclose(space);
}

static void what_is_neither_numbers_nor_text_was_not_looked_into(void **state)
{
    (void)state;
    scan(fill_references);
    assert_int_equal(p.state, CKPT_WHOLE);
    assert_int_equal(p.safety, CKPT_SAFETY_UNVERIFIED);
    probe_done(&p);
}

/* A sequence of one reference to "w", which stands in the global heap. */
static void fill_reference(hid_t f)
{
    hobj_ref_t reference;
    hvl_t sequence = {1, &reference};
    put_floats(f, "w", H5P_DEFAULT);
    H5Rcreate(&reference, f, "w", H5R_OBJECT, -1);
    hsize_t dims[1] = {1};
    hid_t space = H5Screate_simple(1, dims, NULL), type = H5Tvlen_create(H5T_STD_REF_OBJ),
          a = H5Acreate2(f, "to", type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(a, type, &sequence);
    H5Aclose(a);
    H5Tclose(type);
    H5Sclose(space);
}

/* In the heap: signature @0, its size @8; object: number @16, size @24, bytes @32. */
static void a_file_with_a_reference_out_of_it_is_not_whole(void **state)
{
    size_t n;
    (void)state;
    char *bytes = make(fill_reference, &n), *heap = memmem(bytes, n, "GCOL", 4);
    assert_non_null(heap);
    for (unsigned char turn = 0; turn < 3; turn++) {
        if (turn == 1) heap[32 + 7] = 0x48;
        if (turn == 2) memset(heap + 32, 0, 8); /* none */
        scan_bytes(bytes, n);
        assert_int_equal(p.state == CKPT_WHOLE, turn != 1);
        assert_int_equal(p.safety, turn == 1 ? CKPT_SAFETY_UNVERIFIED : CKPT_SAFE);
        probe_done(&p);
    }
    free(bytes);
}

static void fill_attribute(hid_t f)
{
    static const int32_t values[3] = {1, 2, 3};
    put_floats(f, "w", H5P_DEFAULT);
    hsize_t dims[1] = {3};
    hid_t space = H5Screate_simple(1, dims, dims), a = H5Acreate2(f, "a", H5T_STD_I32LE, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(a, H5T_NATIVE_INT32, values);
    H5Aclose(a);
    H5Sclose(space);
}

static void an_attribute_of_an_impossible_shape_is_corrupt(void **state)
{
    static const char three[] = "\3\0\0\0\0\0\0\0\3\0\0\0\0\0\0"; /* its length, and the most that it may have */
    size_t n;
    (void)state;
    char *bytes = make(fill_attribute, &n), *at = memmem(bytes, n, three, sizeof three);
    assert_non_null(at);
    assert_null(memmem(at + 1, n - (size_t)(at + 1 - bytes), three, sizeof three));
    scan_bytes(bytes, n);
    assert_int_equal(p.state, CKPT_WHOLE);
    probe_done(&p);
    for (size_t k = 0; k < 8; k += 7) {
        at[k] |= 0x40;
        scan_bytes(bytes, n);
        assert_int_equal(p.state, CKPT_CORRUPT);
        assert_int_equal(p.safety, CKPT_SAFETY_UNVERIFIED);
        probe_done(&p);
    }
    free(bytes);
}
#endif

static void without_a_first_record_nothing_is_judged(void **state)
{
    static struct probe q;
    (void)state;
    int fd = probe_bytes("no HDF5 at all, though it is named so; and long enough to hold a first record, which it does not", 90);
    probe_fd(&q, fd, "m.h5", NULL, &ckpt_limits_usual);
    assert_int_equal(q.state, CKPT_CORRUPT);
    assert_int_equal(q.safety, CKPT_SAFETY_UNVERIFIED);
    probe_done(&q);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_first_record_nothing_is_judged),
#ifdef MLWATCH_HDF5
        cmocka_unit_test(plain_datasets_lie_where_they_are_said_to_lie),
        cmocka_unit_test(what_leads_out_of_the_file_is_told_and_not_opened),
        cmocka_unit_test(groups_that_hold_each_other_end),
        cmocka_unit_test(groups_nested_too_deeply_are_unverified),
        cmocka_unit_test(a_bomb_meets_its_limit),
        cmocka_unit_test(filters_other_than_three_are_not_run),
        cmocka_unit_test(a_file_that_goes_on_behind_its_end_is_still_open),
        cmocka_unit_test(what_is_neither_numbers_nor_text_was_not_looked_into),
        cmocka_unit_test(an_attribute_of_an_impossible_shape_is_corrupt),
        cmocka_unit_test(a_file_with_a_reference_out_of_it_is_not_whole),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
