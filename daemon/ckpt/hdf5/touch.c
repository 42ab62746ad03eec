/* touch - read once what the tensors do not need: attributes, text, the index of chunks. Nothing is kept. Who loads the file reads them, so what is
 * broken in them is the file's verdict, and a file may be broken nowhere else. */
#include "../h5.h"

#ifdef MLWATCH_HDF5

#include <stdlib.h>

#include "parts.h"

enum { CHUNKS_MAX = 1 << 16, ATTRIBUTES_MAX = 1 << 12 };
#define TOUCHED_BYTES (UINT64_C(1) << 20)

/* No dimension is above its own maximum, and the whole is countable: else a reader that multiplies reserves too little (CVE-2021-37501). */
static bool is_sane(hid_t type, hid_t space)
{
    hsize_t dims[H5S_MAX_RANK], most[H5S_MAX_RANK];
    int n = H5Sget_simple_extent_dims(space, dims, most);
    uint64_t bytes = H5Tget_size(type);
    for (int i = 0; i < n; i++)
        if (dims[i] > most[i] || __builtin_mul_overflow(bytes, (uint64_t)dims[i], &bytes)) return false;
    return true;
}

/* An object is a group, a dataset or a type: with the messages of two it is read by each reader in another way (CVE-2024-32619). */
static bool is_of_one_kind(const H5O_info_t *info)
{
    enum { SPACE = 1 << 1, LINKS = 1 << 2, TYPE = 1 << 3, LAYOUT = 1 << 8, LINKS_OLD = 1 << 17 };
    bool group = info->hdr.mesg.present & (LINKS | LINKS_OLD);
    return !group || !(info->hdr.mesg.present & (SPACE | TYPE | LAYOUT));
}

/* Bytes that n elements take in memory; 0 when they are none or too many. */
static size_t room_of(hid_t type, hid_t space)
{
    hssize_t n = H5Sget_simple_extent_npoints(space);
    uint64_t bytes;
    if (n <= 0 || __builtin_mul_overflow((uint64_t)n, (uint64_t)H5Tget_size(type), &bytes)) return 0;
    return bytes <= TOUCHED_BYTES ? (size_t)bytes : 0;
}

static void judge_references(struct h5_walk *w, hid_t object, hid_t type, const void *p, size_t n)
{
    if (h5_references_lead(object, type, p, n)) return;
    ckpt_say_state(w->out, w->fault, "a reference in it leads to no object");
    w->broken = true;
}

static bool read_attribute(struct h5_walk *w, hid_t attribute, hid_t type, hid_t space)
{
    size_t n = room_of(type, space);
    void *p = n ? calloc(1, n) : NULL;
    bool ok = !p || H5Aread(attribute, type, p) >= 0;
    if (p && ok) judge_references(w, attribute, type, p, n);
    if (p && ok) H5Dvlen_reclaim(type, space, H5P_DEFAULT, p);
    free(p);
    return ok;
}

struct attributes {
    struct h5_walk *walk;
    unsigned n;
};

static herr_t at_attribute(hid_t object, const char *name, const H5A_info_t *info, void *arg)
{
    struct attributes *a = arg;
    (void)info;
    if (a->n++ == ATTRIBUTES_MAX) return 1;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    hid_t type = attribute >= 0 ? H5Aget_type(attribute) : -1, space = attribute >= 0 ? H5Aget_space(attribute) : -1;
    if (type < 0 || space < 0 || !is_sane(type, space) || !read_attribute(a->walk, attribute, type, space))
        a->walk->broken = true;
    if (type >= 0) H5Tclose(type);
    if (space >= 0) H5Sclose(space);
    if (attribute >= 0) H5Aclose(attribute);
    return 0;
}

void h5_touch_object(struct h5_walk *w, hid_t object)
{
    struct attributes a = {w, 0};
    hsize_t at = 0;
    H5O_info_t info;
    if (H5Oget_info2(object, &info, H5O_INFO_ALL) < 0 || !is_of_one_kind(&info)) w->broken = true;
    if (H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &at, at_attribute, &a) < 0) w->broken = true;
}

/* Text, references, records: no tensor's cursor will read them. */
void h5_touch_opaque(struct h5_walk *w, hid_t dataset)
{
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    size_t n = type >= 0 && space >= 0 ? room_of(type, space) : 0;
    void *p = n ? calloc(1, n) : NULL;
    if (type < 0 || space < 0 || (p && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, p) < 0)) w->broken = true;
    else if (p) {
        judge_references(w, dataset, type, p, n);
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, p);
    }
    free(p);
    if (type >= 0) H5Tclose(type);
    if (space >= 0) H5Sclose(space);
}

/* Does every chunk lie in the file? */
void h5_touch_chunks(struct h5_walk *w, hid_t dataset, const char *path)
{
    hsize_t n = 0;
    hid_t space = H5Dget_space(dataset);
    if (space < 0 || H5Dget_num_chunks(dataset, space, &n) < 0) w->broken = true, n = 0;
    for (hsize_t i = 0; i < n && i < CHUNKS_MAX; i++) {
        hsize_t at[CKPT_MAX_DIMS + 1], bytes = 0;
        unsigned masked = 0;
        haddr_t address = HADDR_UNDEF;
        if (H5Dget_chunk_info(dataset, space, i, at, &masked, &address, &bytes) < 0) {
            w->broken = true;
            break;
        }
        if (address != HADDR_UNDEF && (address > w->file->size || bytes > w->file->size - address)) {
            ckpt_say_state(w->out, w->fault, "a chunk of dataset '%s' lies outside the file", path);
            w->broken = true;
            break;
        }
    }
    if (space >= 0) H5Sclose(space);
}

#endif
