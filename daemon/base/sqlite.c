#include "sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "str.h"

enum { KEPT_STATEMENTS = 64, BUSY_MS = 5000, VALUE_MAX_BYTES = 64 << 20 };

struct rows {
    struct sqlite *db;
    sqlite3_stmt *stmt;
    const char *sql; /* address it is found by; NULL for a second copy of a statement in use */
    int rc;
    bool busy;
};
struct sqlite {
    sqlite3 *handle;
    char *path;
    int writer_lock; /* descriptor, or -1 */
    struct rows kept[KEPT_STATEMENTS];
};

/* What a person can act on; other codes keep SQLite's own words. */
static const struct {
    int code;
    const char *words;
} reasons[] = {
    {SQLITE_READONLY_ROLLBACK, "its writer died within a commit, which the next to open it undoes"},
    {SQLITE_FULL, "the disk is full"},
    {SQLITE_NOTADB, "it is not a database"},
    {SQLITE_CORRUPT, "its contents are damaged"},
    {SQLITE_BUSY, "another process holds it locked"},
    {SQLITE_READONLY, "it may only be read"},
};

static enum status failed(struct sqlite *db, const char *verb, struct err *err)
{
    int code = sqlite3_extended_errcode(db->handle), os = sqlite3_system_errno(db->handle);
    if (code == SQLITE_OK || code == SQLITE_NOMEM) return err_set(err, E_MEMORY, "no memory to %s '%s'", verb, db->path);
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].code == code || reasons[i].code == (code & 0xFF))
            return err_set(err, E_STORE, "cannot %s '%s': %s", verb, db->path, reasons[i].words);
    if (os && ((code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_CANTOPEN)) {
        errno = os;
        return err_errno(err, E_STORE, "cannot %s '%s'", verb, db->path);
    }
    return err_set(err, E_STORE, "cannot %s '%s': %s", verb, db->path, sqlite3_errmsg(db->handle));
}

const char *sqlite_path(const struct sqlite *db) { return db->path; }
int64_t sqlite_changes(const struct sqlite *db) { return sqlite3_changes64(db->handle); }

enum status sqlite_script(struct sqlite *db, const char *sql, struct err *err)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? OK : failed(db, "use", err);
}

/* A free statement for sql: the kept one, a new one that is kept, or a copy when that one is in use or the table is full. */
static struct rows *statement(struct sqlite *db, const char *sql)
{
    struct rows *free_slot = NULL, *r;
    for (r = db->kept; r < db->kept + KEPT_STATEMENTS; r++) {
        if (r->sql == sql && !r->busy) return r;
        if (!r->sql && !free_slot) free_slot = r;
        if (r->sql == sql || !r->sql) break;
    }
    bool copy = !free_slot;
    r = copy ? calloc(1, sizeof *r) : free_slot;
    if (!r) return NULL;
    r->db = db;
    if (sqlite3_prepare_v3(db->handle, sql, -1, copy ? 0 : SQLITE_PREPARE_PERSISTENT, &r->stmt, NULL) != SQLITE_OK) {
        if (copy) free(r);
        return NULL;
    }
    r->sql = copy ? NULL : sql;
    return r;
}

static int bind_one(sqlite3_stmt *s, int i, const struct bound *v)
{
    switch (v->type) {
    case BOUND_INT: return sqlite3_bind_int64(s, i, v->integer);
    case BOUND_REAL: return sqlite3_bind_double(s, i, v->real);
    case BOUND_TEXT: return sqlite3_bind_text64(s, i, v->bytes.p, v->bytes.n, SQLITE_STATIC, SQLITE_UTF8);
    case BOUND_BLOB: return sqlite3_bind_blob64(s, i, v->bytes.p ? v->bytes.p : "", v->bytes.n, SQLITE_STATIC);
    case BOUND_NULL: break;
    }
    return sqlite3_bind_null(s, i);
}

enum status sqlite_query(struct sqlite *db, const char *sql, const struct bound *v, size_t n, struct rows **ret, struct err *err)
{
    struct rows *r = statement(db, sql);
    if (!r) return failed(db, "use", err);
    r->busy = true;
    r->rc = SQLITE_OK;
    for (size_t i = 0; i < n && r->rc == SQLITE_OK; i++) r->rc = bind_one(r->stmt, (int)i + 1, v + i);
    if (r->rc != SQLITE_OK) return rows_done(r, err);
    *ret = r;
    return OK;
}

bool rows_next(struct rows *r)
{
    if (r->rc != SQLITE_OK && r->rc != SQLITE_ROW) return false;
    r->rc = sqlite3_step(r->stmt);
    return r->rc == SQLITE_ROW;
}

enum status rows_done(struct rows *r, struct err *err)
{
    if (!r) return OK;
    enum status status = OK;
    if (r->rc != SQLITE_OK && r->rc != SQLITE_ROW && r->rc != SQLITE_DONE)
        status = failed(r->db, sqlite3_stmt_readonly(r->stmt) ? "read" : "write", err);
    sqlite3_reset(r->stmt);
    sqlite3_clear_bindings(r->stmt);
    r->busy = false;
    if (!r->sql) {
        sqlite3_finalize(r->stmt);
        free(r);
    }
    return status;
}

const char *rows_text(struct rows *r, int column) { return (const char *)sqlite3_column_text(r->stmt, column); }

struct span rows_blob(struct rows *r, int column)
{
    const char *p = sqlite3_column_blob(r->stmt, column);
    return (struct span){p, p ? (size_t)sqlite3_column_bytes(r->stmt, column) : 0};
}

int64_t rows_int(struct rows *r, int column) { return sqlite3_column_int64(r->stmt, column); }

double rows_real(struct rows *r, int column)
{
    return sqlite3_column_type(r->stmt, column) == SQLITE_NULL ? (double)NAN : sqlite3_column_double(r->stmt, column);
}

enum status sqlite_run(struct sqlite *db, const char *sql, const struct bound *v, size_t n, struct err *err)
{
    struct rows *r = NULL;
    enum status status = sqlite_query(db, sql, v, n, &r, err);
    if (status) return status;
    while (rows_next(r)) continue;
    return rows_done(r, err);
}

enum status sqlite_integer(struct sqlite *db, const char *sql, const struct bound *v, size_t n, int64_t fallback, int64_t *ret,
                           struct err *err)
{
    struct rows *r = NULL;
    enum status status = sqlite_query(db, sql, v, n, &r, err);
    if (status) return status;
    int64_t value = fallback;
    if (rows_next(r) && sqlite3_column_type(r->stmt, 0) != SQLITE_NULL) value = rows_int(r, 0);
    status = rows_done(r, err);
    if (!status) *ret = value;
    return status;
}

enum status sqlite_begin(struct sqlite *db, struct err *err) { return sqlite_run(db, "BEGIN IMMEDIATE", UNBOUND, err); }

enum status sqlite_commit(struct sqlite *db, struct err *err)
{
    enum status status = sqlite_run(db, "COMMIT", UNBOUND, err);
    if (status) sqlite_rollback(db);
    return status;
}

void sqlite_rollback(struct sqlite *db)
{
    if (!sqlite3_get_autocommit(db->handle)) sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

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

static enum status lock_writer(struct sqlite *db, struct err *err)
{
    struct str name = {0};
    enum status status = OK;
    str_addf(&name, "%s-writer", db->path);
    if (name.failed) return err_set(err, E_MEMORY, "no memory to open '%s'", db->path);
    db->writer_lock = open(name.p, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (db->writer_lock < 0) status = err_errno(err, E_STORE, "cannot write '%s'", name.p);
    else if (flock(db->writer_lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        status = err_set(err, E_STORE, "cannot write '%s': another process writes it", db->path);
    str_done(&name);
    return status;
}

static enum status open_handle(struct sqlite *db, const char *name, int flags, struct err *err)
{
    int rc = sqlite3_open_v2(name, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (!db->handle) return err_set(err, E_MEMORY, "no memory to open '%s'", db->path);
    if (rc != SQLITE_OK) return failed(db, "open", err);
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, VALUE_MAX_BYTES);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return OK;
}

/* NORMAL in WAL: one write a commit and an fsync a checkpoint; a power cut may lose the last commits, each of them whole. */
static enum status open_writing(struct sqlite *db, struct err *err)
{
    enum status status = create_private(db->path, err);
    int keep = 1;
    if (!status) status = lock_writer(db, err);
    if (!status) status = open_handle(db, db->path, SQLITE_OPEN_READWRITE, err);
    if (status) return status;
    sqlite3_file_control(db->handle, NULL, SQLITE_FCNTL_PERSIST_WAL, &keep);
    return sqlite_script(db,
                         shares_memory(db->path)
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
    if (!status && try_reading(db) != SQLITE_OK) status = failed(db, "undo the half commit in", err);
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
    return rc == SQLITE_OK ? OK : failed(db, "read", err);
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
    return try_reading(db) == SQLITE_OK ? OK : failed(db, "read", err);
}

enum status sqlite_open_foreign(const char *path, int wait_ms, struct sqlite **ret, struct err *err)
{
    struct sqlite *db = calloc(1, sizeof *db);
    if (!db || !(db->path = str_dup(span_of(path)))) {
        free(db);
        return err_set(err, E_MEMORY, "no memory to open '%s'", path);
    }
    db->writer_lock = -1;
    enum status status = open_guest(db, wait_ms, err);
    if (status) sqlite_close(db);
    else *ret = db;
    return status;
}

enum status sqlite_open(const char *path, bool writing, struct sqlite **ret, struct err *err)
{
    struct sqlite *db = calloc(1, sizeof *db);
    if (!db || !(db->path = str_dup(span_of(path)))) {
        free(db);
        return err_set(err, E_MEMORY, "no memory to open '%s'", path);
    }
    db->writer_lock = -1;
    enum status status = writing ? open_writing(db, err) : open_reading(db, err);
    if (status) sqlite_close(db);
    else *ret = db;
    return status;
}

void sqlite_close(struct sqlite *db)
{
    if (!db) return;
    for (size_t i = 0; i < KEPT_STATEMENTS; i++) sqlite3_finalize(db->kept[i].stmt);
    sqlite3_close(db->handle);
    if (db->writer_lock >= 0) close(db->writer_lock);
    free(db->path);
    free(db);
}
