/* faulty_vfs - SQLite's door to the operating system with one call in it that fails: the n-th that opens, writes, syncs, cuts, locks or
 * deletes. (sqlite.org/vfs.html; SQLite's own tests do the same, sqlite.org/testing.html, section 3.2) */
#ifndef MLWATCH_FAULTY_VFS_H
#define MLWATCH_FAULTY_VFS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The n-th call fails with `code`; 0: none does. done: it has. */
struct fault {
    long n;
    int code;
    bool done;
};
static struct fault fault;
static sqlite3_vfs *faulty_below;

struct faulty_file {
    sqlite3_file base;
    sqlite3_file *real; /* behind this struct */
};
static inline sqlite3_file *real_of(sqlite3_file *f) { return ((struct faulty_file *)(void *)f)->real; }

static inline bool faulty_now(void)
{
    if (fault.n <= 0 || --fault.n > 0) return false;
    return fault.done = true;
}

#define FORWARD(name, parameters, ...)                                                                                           \
    static int faulty_##name parameters { return real_of(f)->pMethods->x##name(real_of(f), __VA_ARGS__); }
#define FORWARD_OR_FAIL(name, parameters, ...)                                                                                   \
    static int faulty_##name parameters                                                                                          \
    {                                                                                                                            \
        return faulty_now() ? fault.code : real_of(f)->pMethods->x##name(real_of(f), __VA_ARGS__);                               \
    }

static int faulty_Close(sqlite3_file *f) { return real_of(f)->pMethods ? real_of(f)->pMethods->xClose(real_of(f)) : SQLITE_OK; }
static int faulty_SectorSize(sqlite3_file *f) { return real_of(f)->pMethods->xSectorSize(real_of(f)); }
static int faulty_DeviceCharacteristics(sqlite3_file *f) { return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f)); }
static void faulty_ShmBarrier(sqlite3_file *f) { real_of(f)->pMethods->xShmBarrier(real_of(f)); }
FORWARD(Read, (sqlite3_file * f, void *p, int n, sqlite3_int64 at), p, n, at)
FORWARD_OR_FAIL(Write, (sqlite3_file * f, const void *p, int n, sqlite3_int64 at), p, n, at)
FORWARD_OR_FAIL(Truncate, (sqlite3_file * f, sqlite3_int64 n), n)
/* Nothing here is about a power cut: nobody waits for the disk. */
static int faulty_Sync(sqlite3_file *f, int flags)
{
    (void)f, (void)flags;
    return faulty_now() ? fault.code : SQLITE_OK;
}
FORWARD(FileSize, (sqlite3_file * f, sqlite3_int64 *n), n)
FORWARD_OR_FAIL(Lock, (sqlite3_file * f, int lock), lock)
FORWARD(Unlock, (sqlite3_file * f, int lock), lock)
FORWARD(CheckReservedLock, (sqlite3_file * f, int *ret), ret)
FORWARD(FileControl, (sqlite3_file * f, int op, void *arg), op, arg)
FORWARD_OR_FAIL(ShmMap, (sqlite3_file * f, int page, int bytes, int extend, void volatile **ret), page, bytes, extend, ret)
FORWARD(ShmLock, (sqlite3_file * f, int offset, int n, int flags), offset, n, flags)
FORWARD(ShmUnmap, (sqlite3_file * f, int delete), delete)

/* Without shared memory there is no WAL: SQLite keeps a rollback journal. */
static const sqlite3_io_methods faulty_wal = {2,
                                              faulty_Close,
                                              faulty_Read,
                                              faulty_Write,
                                              faulty_Truncate,
                                              faulty_Sync,
                                              faulty_FileSize,
                                              faulty_Lock,
                                              faulty_Unlock,
                                              faulty_CheckReservedLock,
                                              faulty_FileControl,
                                              faulty_SectorSize,
                                              faulty_DeviceCharacteristics,
                                              faulty_ShmMap,
                                              faulty_ShmLock,
                                              faulty_ShmBarrier,
                                              faulty_ShmUnmap,
                                              NULL,
                                              NULL};
static sqlite3_io_methods faulty_journal;
static bool faulty_has_wal = true;

static int faulty_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *f, int flags, int *out)
{
    struct faulty_file *file = (struct faulty_file *)(void *)f;
    (void)vfs;
    f->pMethods = NULL;
    if (faulty_now()) return fault.code == SQLITE_FULL ? SQLITE_FULL : SQLITE_CANTOPEN;
    file->real = (sqlite3_file *)(void *)(file + 1);
    int rc = faulty_below->xOpen(faulty_below, name, file->real, flags, out);
    if (file->real->pMethods) f->pMethods = faulty_has_wal ? &faulty_wal : &faulty_journal;
    return rc;
}

static int faulty_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    return faulty_now() ? SQLITE_IOERR_DELETE : faulty_below->xDelete(faulty_below, name, sync);
}

/* From now on every database is opened through it. */
static inline void faulty_install(bool wal)
{
    static sqlite3_vfs vfs;
    faulty_has_wal = wal;
    faulty_journal = faulty_wal;
    faulty_journal.iVersion = 1;
    if (faulty_below) return;
    faulty_below = sqlite3_vfs_find(NULL);
    vfs = *faulty_below;
    vfs.zName = "faulty";
    vfs.szOsFile = (int)sizeof(struct faulty_file) + faulty_below->szOsFile;
    vfs.xOpen = faulty_open;
    vfs.xDelete = faulty_delete;
    sqlite3_vfs_register(&vfs, 1);
}

#endif
