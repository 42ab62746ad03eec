/* driver - a libhdf5 file driver that preads one descriptor. Whatever path it is given, there is no other file. */
#include "../h5.h"

#ifdef MLWATCH_HDF5

#include <stdlib.h>

#include "parts.h"

struct where {
    int fd;
    uint64_t base, size;
};
struct stretch {
    H5FD_t pub; /* libhdf5's own part, first */
    struct where where;
    haddr_t eoa;
};

static H5FD_t *open_stretch(const char *name, unsigned flags, hid_t fapl, haddr_t maxaddr)
{
    const struct where *where = H5Pget_driver_info(fapl);
    (void)name, (void)maxaddr;
    if (!where || flags & H5F_ACC_RDWR) return NULL;
    struct stretch *s = calloc(1, sizeof *s);
    if (s) s->where = *where;
    return (H5FD_t *)s;
}

static herr_t close_stretch(H5FD_t *f) { return free(f), 0; }

/* Two of them are one file when they are the same stretch: libhdf5 shares what it has read then. */
static int compare(const H5FD_t *f, const H5FD_t *g)
{
    const struct where *x = &((const struct stretch *)f)->where, *y = &((const struct stretch *)g)->where;
    if (x->fd != y->fd) return x->fd < y->fd ? -1 : 1;
    return x->base < y->base ? -1 : x->base > y->base;
}

static herr_t query(const H5FD_t *f, unsigned long *flags)
{
    (void)f;
    if (flags) *flags = H5FD_FEAT_DATA_SIEVE;
    return 0;
}

static haddr_t get_eoa(const H5FD_t *f, H5FD_mem_t type) { return (void)type, ((const struct stretch *)f)->eoa; }

static herr_t set_eoa(H5FD_t *f, H5FD_mem_t type, haddr_t at) { return (void)type, ((struct stretch *)f)->eoa = at, 0; }

static haddr_t get_eof(const H5FD_t *f, H5FD_mem_t type) { return (void)type, ((const struct stretch *)f)->where.size; }

static herr_t read_bytes(H5FD_t *f, H5FD_mem_t type, hid_t dxpl, haddr_t at, size_t n, void *p)
{
    const struct where *w = &((const struct stretch *)f)->where;
    (void)type, (void)dxpl;
    if (at > w->size || n > w->size - at) return -1;
    return ckpt_pread(w->fd, p, n, w->base + at, NULL) == OK ? 0 : -1;
}

static herr_t write_bytes(H5FD_t *f, H5FD_mem_t type, hid_t dxpl, haddr_t at, size_t n, const void *p)
{
    return (void)f, (void)type, (void)dxpl, (void)at, (void)n, (void)p, -1;
}

static const H5FD_class_t stretch_class = {
    .name = "stretch",
    .maxaddr = INT64_MAX,
    .fc_degree = H5F_CLOSE_STRONG,
    .fapl_size = sizeof(struct where),
    .open = open_stretch,
    .close = close_stretch,
    .cmp = compare,
    .query = query,
    .get_eoa = get_eoa,
    .set_eoa = set_eoa,
    .get_eof = get_eof,
    .read = read_bytes,
    .write = write_bytes,
    .fl_map = H5FD_FLMAP_SINGLE,
};

hid_t h5_open_file(int fd, uint64_t base, uint64_t size)
{
    struct where where = {fd, base, size};
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLset_loading_state(0); /* no filter from a shared library */
    hid_t driver = H5FDregister(&stretch_class), fapl = H5Pcreate(H5P_FILE_ACCESS), file = H5I_INVALID_HID;
    if (driver >= 0 && fapl >= 0 && H5Pset_driver(fapl, driver, &where) >= 0) file = H5Fopen("checkpoint", H5F_ACC_RDONLY, fapl);
    if (fapl >= 0) H5Pclose(fapl);
    if (driver >= 0) H5FDunregister(driver);
    return file;
}

#endif
