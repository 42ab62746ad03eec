/* sqlite_open - a database opened as its owner, as a reader, or as the guest of another program, and closed. */
#include "sqlite_handle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "str.h"

enum { BUSY_MS = 5000, VALUE_MAX_BYTES = 64 << 20 };

/* File systems on which memory is not shared between all who may open the file: f_type of statfs(2), linux/magic.h and the
 * file systems' own sources. */
static bool shares_memory(const char *path)
{
    static const uint32_t remote[] = {
        0x6969 /* NFS */,      0x0BD00BD0 /* Lustre */, 0x47504653 /* GPFS */, 0x65735546 /* FUSE */,  0xFF534D42 /* CIFS */,
        0xFE534D42 /* SMB2 */, 0x517B /* SMB */,        0x01021997 /* 9p */,   0x00C36400 /* Ceph */,  0x19830326 /* BeeGFS */,
        0x5346414F /* AFS */,  0x61636673 /* ACFS */,   0x01161970 /* GFS2 */, 0x7461636F /* OCFS2 */,
    };
    struct statfs fs;
    if (statfs(path, &fs) != 0) return true;
    for (size_t i = 0; i < sizeof remote / sizeof *remote; i++)
        if ((uint32_t)fs.f_type == remote[i]) return false;
    return true;
}

/* Make the file private before SQLite sees it. An existing one is never opened here: closing it would drop the POSIX locks that
 * other connections of this process hold on it. */
static enum status create_private(const char *path, struct err *err)
{
    struct stat st;
    if (stat(path, &st) == 0) {
        if (!S_ISREG(st.st_mode)) return err_set(err, E_STORE, "cannot write '%s': it is not a file", path);
        if ((st.st_mode & 0077) && chmod(path, 0600) != 0) return err_errno(err, E_STORE, "cannot make '%s' private", path);
        return OK;
    }
    int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return err_errno(err, E_STORE, "cannot create '%s'", path);
    close(fd);
    return OK;
}

/* Written while the lock is held, taken away when the writer closes. */
static const char at_work[] = "a writer is at work, or did not come to its end\n";

static enum status take_lock(struct sqlite *db, const char *name, struct err *err)
{
    struct stat st;
    db->writer_lock = open(name, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (db->writer_lock < 0) return err_errno(err, E_STORE, "cannot write '%s'", name);
    db->locked = flock(db->writer_lock, LOCK_EX | LOCK_NB) == 0;
    if (!db->locked && errno == EWOULDBLOCK)
        return err_set(err, E_STORE, "cannot write '%s': another process writes it", db->path);
    db->unclean = fstat(db->writer_lock, &st) == 0 && st.st_size > 0;
    (void)!pwrite(db->writer_lock, at_work, sizeof at_work - 1, 0);
    return OK;
}

static enum status lock_writer(struct sqlite *db, struct err *err)
{
    struct str name = {0};
    str_addf(&name, "%s-writer", db->path);
    enum status status = name.failed ? err_set(err, E_MEMORY, "no memory to open '%s'", db->path) : take_lock(db, name.p, err);
    str_done(&name);
    return status;
}

/* Before the database is closed nothing may say that it was. */
static void unlock_writer(struct sqlite *db, bool closed)
{
    if (db->writer_lock < 0) return;
    if (closed && db->locked && !db->unclean && !db->damaged) (void)!ftruncate(db->writer_lock, 0);
    close(db->writer_lock);
}

static enum status open_handle(struct sqlite *db, const char *name, int flags, struct err *err)
{
    int rc = sqlite3_open_v2(name, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (!db->handle) return err_set(err, E_MEMORY, "no memory to open '%s'", db->path);
    if (rc != SQLITE_OK) return sqlite_failed(db, "open", err);
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, VALUE_MAX_BYTES);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return OK;
}

/* The first version that has all that is called here (sqlite3_changes64), and those that can lose a WAL when two write it at once. */
enum { SQLITE_OLDEST = 3037000, WAL_RESETS_FROM = 3007000, WAL_RESETS_TO = 3051002 };

static bool wal_is_safe(const struct sqlite *db)
{
    const int version = sqlite3_libversion_number();
    return shares_memory(db->path) && (db->locked || version < WAL_RESETS_FROM || version > WAL_RESETS_TO);
}

/* NORMAL in WAL: one write a commit and an fsync a checkpoint; a power cut may lose the last commits, each of them whole. */
static enum status open_writing(struct sqlite *db, struct err *err)
{
    int keep = 1;
    if (sqlite3_libversion_number() < SQLITE_OLDEST)
        return err_set(err, E_STORE, "cannot write '%s': SQLite %s is too old, 3.37.0 is needed", db->path, sqlite3_libversion());
    enum status status = create_private(db->path, err);
    if (!status) status = lock_writer(db, err);
    if (!status) status = open_handle(db, db->path, SQLITE_OPEN_READWRITE, err);
    if (status) return status;
    sqlite3_file_control(db->handle, NULL, SQLITE_FCNTL_PERSIST_WAL, &keep);
    return sqlite_script(db,
                         wal_is_safe(db)
                             ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA journal_size_limit=16777216;"
                               "PRAGMA temp_store=MEMORY;"
                             : "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;",
                         err);
}

/* Does what a writer did not finish lie beside the database: a write-ahead log or a rollback journal with something in it? */
static bool has_unfinished(const char *path)
{
    static const char *const ends[] = {"-wal", "-journal"};
    bool there = false;
    for (size_t i = 0; i < sizeof ends / sizeof *ends && !there; i++) {
        struct str name = {0};
        struct stat st;
        str_addf(&name, "%s%s", path, ends[i]);
        there = name.failed || (stat(name.p, &st) == 0 && st.st_size > 0);
        str_done(&name);
    }
    return there;
}

static enum status reopen(struct sqlite *db, const char *name, int flags, struct err *err)
{
    sqlite3_close(db->handle);
    db->handle = NULL;
    return open_handle(db, name, flags, err);
}

/* The first read, which finds out what SQLite needs to read this file: its extended result code. */
static int try_reading(struct sqlite *db)
{
    return sqlite3_exec(db->handle, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
}

/* A directory that this reader may not write, without the writer's shared memory: nobody writes, so the file is read as it lies. */
static enum status open_immutable(struct sqlite *db, struct err *err)
{
    struct str uri = {0};
    str_add(&uri, "file:");
    for (const char *p = db->path; *p; p++) str_addf(&uri, strchr("%?#", *p) ? "%%%02X" : "%c", (unsigned char)*p);
    str_add(&uri, "?immutable=1");
    enum status status = uri.failed ? err_set(err, E_MEMORY, "no memory to open '%s'", db->path)
                                    : reopen(db, uri.p, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
    str_done(&uri);
    return status;
}

/* A rollback journal of a writer that died: opened for writing, SQLite undoes the half commit under its locks; then read as usual. */
static enum status undo_half_commit(struct sqlite *db, struct err *err)
{
    enum status status = reopen(db, db->path, SQLITE_OPEN_READWRITE, err);
    if (!status && try_reading(db) != SQLITE_OK) status = sqlite_failed(db, "undo the half commit in", err);
    return status ? status : reopen(db, db->path, SQLITE_OPEN_READONLY, err);
}

static enum status open_reading(struct sqlite *db, struct err *err)
{
    struct stat st;
    if (stat(db->path, &st) != 0)
        return errno == ENOENT || errno == ENOTDIR ? err_set(err, E_ABSENT, "there is no memory at '%s'", db->path)
                                                   : err_errno(err, E_STORE, "cannot read '%s'", db->path);
    if (!S_ISREG(st.st_mode)) return err_set(err, E_STORE, "cannot read '%s': it is not a file", db->path);
    enum status status = open_handle(db, db->path, SQLITE_OPEN_READONLY, err);
    if (status) return status;
    int rc = try_reading(db);
    if (rc == SQLITE_READONLY_ROLLBACK) return undo_half_commit(db, err);
    bool may_not_write = (rc & 0xFF) == SQLITE_CANTOPEN || (rc & 0xFF) == SQLITE_READONLY;
    if (may_not_write && !has_unfinished(db->path)) return open_immutable(db, err);
    return rc == SQLITE_OK ? OK : sqlite_failed(db, "read", err);
}

static bool there(const char *path, const char *end)
{
    struct str name = {0};
    struct stat st;
    str_addf(&name, "%s%s", path, end);
    bool found = name.failed || stat(name.p, &st) == 0;
    str_done(&name);
    return found;
}

/* Is the open database in WAL mode, by byte 18 of its header (sqlite.org/fileformat2.html)? Read by SQLite's own descriptor: closing
 * another one would drop the locks that this process holds. */
static bool in_wal_mode(struct sqlite *db)
{
    unsigned char header[20] = {0};
    sqlite3_file *file = NULL;
    if (sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || !file->pMethods) return false;
    return file->pMethods->xRead(file, header, sizeof header, 0) == SQLITE_OK && header[18] == 2;
}

/* A database in WAL mode that nobody has open is read as it lies: SQLite would make its -wal and -shm files, and they would be ours. */
static enum status open_guest(struct sqlite *db, int wait_ms, struct err *err)
{
    struct stat st;
    if (stat(db->path, &st) != 0)
        return err_errno(err, errno == ENOENT || errno == ENOTDIR ? E_ABSENT : E_STORE, "cannot read '%s'", db->path);
    if (!S_ISREG(st.st_mode)) return err_set(err, E_STORE, "cannot read '%s': it is not a file", db->path);
    enum status status = open_immutable(db, err);
    if (!status && !(in_wal_mode(db) && !there(db->path, "-wal"))) status = reopen(db, db->path, SQLITE_OPEN_READONLY, err);
    if (status) return status;
    sqlite3_busy_timeout(db->handle, wait_ms);
    return try_reading(db) == SQLITE_OK ? OK : sqlite_failed(db, "read", err);
}

static enum status new_sqlite(const char *path, struct sqlite **ret, struct err *err)
{
    struct sqlite *db = calloc(1, sizeof *db);
    if (!db || !(db->path = str_dup(span_of(path)))) {
        free(db);
        return err_set(err, E_MEMORY, "no memory to open '%s'", path);
    }
    db->writer_lock = -1;
    *ret = db;
    return OK;
}

bool sqlite_is_unclean(const struct sqlite *db) { return db->unclean; }

enum status sqlite_check(struct sqlite *db, struct err *err)
{
    struct rows *r = NULL;
    enum status status = sqlite_query(db, "PRAGMA quick_check(1)", UNBOUND, &r, err);
    if (!status && rows_next(r)) {
        const char *said = rows_text(r, 0);
        db->damaged = !said || strcmp(said, "ok") != 0;
        if (db->damaged) status = err_set(err, E_FORMAT, "'%s' is damaged: %.200s", db->path, said ? said : "");
    }
    enum status done = rows_done(r, status ? NULL : err);
    if (!status) status = done;
    if (!status) db->unclean = false;
    return status && db->damaged ? E_FORMAT : status;
}

enum status sqlite_check_file(const char *path, struct err *err)
{
    struct sqlite *db = NULL;
    enum status status = new_sqlite(path, &db, err);
    if (!status) status = open_handle(db, db->path, SQLITE_OPEN_READWRITE, err);
    if (!status) status = sqlite_check(db, err);
    else if (db && db->damaged) status = E_FORMAT;
    sqlite_close(db);
    return status;
}

enum status sqlite_open_foreign(const char *path, int wait_ms, struct sqlite **ret, struct err *err)
{
    struct sqlite *db = NULL;
    enum status status = new_sqlite(path, &db, err);
    if (!status) status = open_guest(db, wait_ms, err);
    if (status) sqlite_close(db);
    else *ret = db;
    return status;
}

enum status sqlite_open(const char *path, bool writing, struct sqlite **ret, struct err *err)
{
    struct sqlite *db = NULL;
    enum status status = new_sqlite(path, &db, err);
    if (!status) status = writing ? open_writing(db, err) : open_reading(db, err);
    if (status) sqlite_close(db);
    else *ret = db;
    return status;
}

void sqlite_close(struct sqlite *db)
{
    if (!db) return;
    for (size_t i = 0; i < KEPT_STATEMENTS; i++) sqlite3_finalize(db->kept[i].stmt);
    unlock_writer(db, sqlite3_close(db->handle) == SQLITE_OK && db->handle);
    free(db->path);
    free(db);
}
