/* reference - do the references in attributes and datasets lead anywhere?
 *
 * A reference is the address of an object header, or of a selection in the global heap that begins with one; 0 for none. No tensor needs one,
 * but tools that copy or print a file follow them, and one that leads out of the file has crashed them (CVE-2024-32611). They stand alone,
 * in records, in arrays and in sequences of any length. */
#include "../h5.h"

#ifdef MLWATCH_HDF5

#include <string.h>

#include "parts.h"

enum { REFERENCES_MAX = 1 << 12, NESTED_MAX = 16, REFERENCE_BYTES_MAX = 64 };

struct look {
    hid_t object;
    unsigned n, depth;
};

static bool at_value(struct look *l, hid_t type, const char *p);

/* A reference of nothing but zeros is none. */
static bool at_reference(struct look *l, hid_t type, const char *p)
{
    static const char none[REFERENCE_BYTES_MAX];
    size_t bytes = H5Tget_size(type);
    bool to_object = H5Tequal(type, H5T_STD_REF_OBJ) > 0, to_region = !to_object && H5Tequal(type, H5T_STD_REF_DSETREG) > 0;
    H5O_type_t kind;
    if ((!to_object && !to_region) || bytes > sizeof none || memcmp(p, none, bytes) == 0) return true;
    return l->n++ >= REFERENCES_MAX || H5Rget_obj_type2(l->object, to_object ? H5R_OBJECT : H5R_DATASET_REGION, p, &kind) >= 0;
}

static bool at_members(struct look *l, hid_t type, const char *p)
{
    int n = H5Tget_nmembers(type);
    bool ok = true;
    for (int i = 0; i < n && ok; i++) {
        hid_t member = H5Tget_member_type(type, (unsigned)i);
        ok = member >= 0 && at_value(l, member, p + H5Tget_member_offset(type, (unsigned)i));
        if (member >= 0) H5Tclose(member);
    }
    return ok;
}

static bool at_elements(struct look *l, hid_t type, const char *p, size_t n)
{
    hid_t element = H5Tget_super(type);
    size_t bytes = element >= 0 ? H5Tget_size(element) : 0;
    bool ok = bytes > 0;
    for (size_t i = 0; i < n && ok && l->n < REFERENCES_MAX; i++) ok = at_value(l, element, p + i * bytes);
    if (element >= 0) H5Tclose(element);
    return ok;
}

static bool at_value(struct look *l, hid_t type, const char *p)
{
    bool ok = true;
    hvl_t sequence;
    if (l->depth >= NESTED_MAX || H5Tdetect_class(type, H5T_REFERENCE) <= 0) return true;
    l->depth++;
    switch (H5Tget_class(type)) {
    case H5T_REFERENCE: ok = at_reference(l, type, p); break;
    case H5T_COMPOUND: ok = at_members(l, type, p); break;
    case H5T_VLEN: memcpy(&sequence, p, sizeof sequence), ok = at_elements(l, type, sequence.p, sequence.len); break;
    case H5T_ARRAY: {
        hid_t element = H5Tget_super(type);
        size_t bytes = element >= 0 ? H5Tget_size(element) : 0;
        if (element >= 0) H5Tclose(element);
        ok = bytes && at_elements(l, type, p, H5Tget_size(type) / bytes);
        break;
    }
    default: break;
    }
    l->depth--;
    return ok;
}

bool h5_references_lead(hid_t object, hid_t type, const void *values, size_t bytes)
{
    struct look l = {.object = object};
    size_t size = H5Tget_size(type);
    if (!size || H5Tdetect_class(type, H5T_REFERENCE) <= 0) return true;
    for (size_t at = 0; at + size <= bytes && l.n < REFERENCES_MAX; at += size)
        if (!at_value(&l, type, (const char *)values + at)) return false;
    return true;
}

#endif
