/* kind - HDF5's datatypes as element types: what h5py and Keras write for each of numpy's. */
#include "../h5.h"

#ifdef MLWATCH_HDF5

#include <stdio.h>
#include <stdlib.h>

#include "parts.h"

struct shape_of_float {
    enum tensor_dtype dtype;
    uint8_t bytes, sign, exponent_at, exponent, mantissa;
    const char *name;
};
static const struct shape_of_float floats[] = {
    {TENSOR_F64, 8, 63, 52, 11, 52, "float64"},     {TENSOR_F32, 4, 31, 23, 8, 23, "float32"},
    {TENSOR_F16, 2, 15, 10, 5, 10, "float16"},      {TENSOR_BF16, 2, 15, 7, 8, 7, "bfloat16"},
    {TENSOR_F8_E5M2, 1, 7, 2, 5, 2, "float8_e5m2"},
};
struct spelling {
    const char *name;
    uint8_t bytes;
    enum tensor_dtype dtype;
};
/* Opaque bytes with the "dtype" attribute of Keras. */
static const struct spelling spellings[] = {
    {"bfloat16", 2, TENSOR_BF16},
    {"float8_e4m3fn", 1, TENSOR_F8_E4M3},
    {"float8_e5m2", 1, TENSOR_F8_E5M2},
    {"int4", 1, TENSOR_OPAQUE},
};

static enum tensor_dtype whole_number(size_t bytes, bool has_sign)
{
    switch (bytes) {
    case 1: return has_sign ? TENSOR_I8 : TENSOR_U8;
    case 2: return has_sign ? TENSOR_I16 : TENSOR_U16;
    case 4: return has_sign ? TENSOR_I32 : TENSOR_U32;
    case 8: return has_sign ? TENSOR_I64 : TENSOR_U64;
    default: return TENSOR_OPAQUE;
    }
}

static bool little(hid_t type) { return H5Tget_size(type) == 1 || H5Tget_order(type) == H5T_ORDER_LE; }

static void kind_of_integer(hid_t type, struct h5_kind *k, char name[64])
{
    size_t bytes = H5Tget_size(type);
    bool has_sign = H5Tget_sign(type) == H5T_SGN_2;
    if (H5Tget_precision(type) == 8 * bytes && H5Tget_offset(type) == 0) k->dtype = whole_number(bytes, has_sign);
    k->plain = k->dtype != TENSOR_OPAQUE && little(type);
    snprintf(name, 64, "%sint%zu", has_sign ? "" : "u", 8 * bytes);
}

static void kind_of_float(hid_t type, struct h5_kind *k, char name[64])
{
    size_t sign = 0, at = 0, exponent = 0, mantissa_at = 0, mantissa = 0, bytes = H5Tget_size(type);
    snprintf(name, 64, "float%zu", 8 * bytes);
    if (H5Tget_fields(type, &sign, &at, &exponent, &mantissa_at, &mantissa) < 0) return;
    for (const struct shape_of_float *f = floats; f < floats + sizeof floats / sizeof *floats; f++) {
        if (f->bytes != bytes || f->sign != sign || f->exponent_at != at || f->exponent != exponent || f->mantissa != mantissa ||
            mantissa_at)
            continue;
        k->dtype = f->dtype;
        k->plain = little(type);
        snprintf(name, 64, "%s", f->name);
    }
}

/* h5py: a truth value is an enumeration of FALSE and TRUE over int8. */
static void kind_of_enumeration(hid_t type, struct h5_kind *k, char name[64])
{
    hid_t base = H5Tget_super(type);
    char *first = H5Tget_nmembers(type) == 2 ? H5Tget_member_name(type, 0) : NULL;
    kind_of_integer(base, k, name);
    if (first && strcmp(first, "FALSE") == 0 && k->dtype == TENSOR_I8) {
        k->dtype = TENSOR_BOOL;
        snprintf(name, 64, "bool");
    } else if (!k->plain) {
        k->dtype = TENSOR_OPAQUE; /* libhdf5 turns no enumeration round */
    }
    H5free_memory(first);
    H5Tclose(base);
}

/* h5py: a complex number is a compound of r and i. */
static void kind_of_compound(hid_t type, struct h5_kind *k, char name[64])
{
    size_t bytes = H5Tget_size(type);
    struct h5_kind part = {0};
    snprintf(name, 64, "compound of %d, %zu bytes", H5Tget_nmembers(type), bytes);
    if (H5Tget_nmembers(type) != 2 || H5Tget_member_class(type, 0) != H5T_FLOAT || H5Tget_member_class(type, 1) != H5T_FLOAT)
        return;
    char *r = H5Tget_member_name(type, 0);
    hid_t half = H5Tget_member_type(type, 0);
    char ignored[64];
    kind_of_float(half, &part, ignored);
    bool complex =
        r && strcmp(r, "r") == 0 && part.plain && H5Tget_size(half) * 2 == bytes && H5Tget_member_offset(type, 1) * 2 == bytes;
    if (complex && (part.dtype == TENSOR_F32 || part.dtype == TENSOR_F64)) {
        k->dtype = part.dtype == TENSOR_F32 ? TENSOR_C64 : TENSOR_C128;
        k->plain = true;
        snprintf(name, 64, "complex%zu", 8 * bytes);
    }
    H5free_memory(r);
    H5Tclose(half);
}

static void kind_of_opaque(hid_t type, const char *spelled, struct h5_kind *k, char name[64])
{
    size_t bytes = H5Tget_size(type);
    snprintf(name, 64, "opaque of %zu bytes", bytes);
    for (const struct spelling *s = spellings; spelled && s < spellings + sizeof spellings / sizeof *spellings; s++) {
        if (s->bytes != bytes || strcmp(s->name, spelled) != 0) continue;
        k->dtype = s->dtype;
        k->plain = true;
        snprintf(name, 64, "%s", spelled);
    }
}

bool h5_kind_of(hid_t type, const char *spelled, struct arena *a, struct h5_kind *ret)
{
    char name[64] = "of a type that is not known";
    *ret = (struct h5_kind){.dtype = TENSOR_OPAQUE};
    switch (H5Tget_class(type)) {
    case H5T_INTEGER: kind_of_integer(type, ret, name); break;
    case H5T_FLOAT: kind_of_float(type, ret, name); break;
    case H5T_ENUM: kind_of_enumeration(type, ret, name); break;
    case H5T_COMPOUND: kind_of_compound(type, ret, name); break;
    case H5T_OPAQUE: kind_of_opaque(type, spelled, ret, name); break;
    case H5T_STRING: snprintf(name, sizeof name, "string"); break;
    case H5T_VLEN: snprintf(name, sizeof name, "variable length"); break;
    case H5T_REFERENCE: snprintf(name, sizeof name, "reference"); break;
    case H5T_ARRAY: snprintf(name, sizeof name, "array"); break;
    default: break;
    }
    H5T_class_t c = H5Tget_class(type);
    ret->strange = ret->dtype == TENSOR_OPAQUE && c != H5T_STRING && c != H5T_OPAQUE;
    return (ret->name = arena_copy(a, name, strlen(name))) != NULL;
}

static char *read_variable(hid_t attribute, hid_t type)
{
    char *text = NULL;
    return H5Aread(attribute, type, &text) < 0 ? NULL : text;
}

const char *h5_text(hid_t loc, const char *name, size_t max, struct arena *a)
{
    const char *ret = NULL;
    if (H5Aexists(loc, name) <= 0) return NULL;
    hid_t attribute = H5Aopen(loc, name, H5P_DEFAULT), type = attribute >= 0 ? H5Aget_type(attribute) : -1;
    hid_t space = attribute >= 0 ? H5Aget_space(attribute) : -1;
    bool one = space >= 0 && H5Sget_simple_extent_npoints(space) == 1 && type >= 0 && H5Tget_class(type) == H5T_STRING;
    if (one && H5Tis_variable_str(type) > 0) {
        char *text = read_variable(attribute, type);
        if (text) ret = arena_copy(a, text, strnlen(text, max));
        H5free_memory(text);
    } else if (one && H5Tget_size(type) <= max) {
        size_t n = H5Tget_size(type);
        char *text = arena_alloc(a, n + 1);
        if (text && H5Aread(attribute, type, text) >= 0) ret = text;
    }
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    if (attribute >= 0) H5Aclose(attribute);
    return ret;
}

#endif
