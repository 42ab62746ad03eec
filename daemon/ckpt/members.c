#include "members.h"

#include <stdlib.h>

#include "list.h"
#include "pickle/pickle.h"
#include "within.h"

enum { HEAD_BYTES = 4096, PICKLE_SURE = 20 };
#define LOAD_BYTES (UINT64_C(64) << 20)

/* UTF-8 or ASCII without control characters: nothing that a program would run unasked. */
static bool is_text(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' && !span_blank_char(s.p[i])) return false;
    return true;
}

static enum status judge(struct zip *z, const struct zip_entry *e, struct span bytes, struct err *err)
{
    char said[128];
    size_t streams = 0;
    struct pickle_input in = {-1, 0, bytes.n, bytes.p};
    return pickle_judge(&in, zip_said_name(e, said), z->max, z->out, &streams, err);
}

static bool begins_an_archive(struct span head)
{
    const struct ckpt_file f = {.fd = -1, .path = "", .head = head};
    return ckpt_zip.sniff(&f) > 0 || ckpt_archive.sniff(&f) > 0;
}

static void say_unknown(const struct zip *z, const struct zip_entry *e, struct span bytes)
{
    char said[128];
    zip_said_name(e, said);
    if (begins_an_archive(bytes))
        ckpt_say_safety(z->out, CKPT_SAFETY_UNVERIFIED,
                        "member '%s' is an archive packed into an archive (%llu bytes): above the limit of one unpacking (depth)",
                        said, (unsigned long long)e->bytes);
    else if (span_has(bytes, ":serialized:"))
        ckpt_say_safety(z->out, CKPT_SAFETY_UNVERIFIED, "member '%s' holds pickles written as text, which are not looked into",
                        said);
    else if (!is_text(bytes))
        ckpt_say_safety(z->out, CKPT_SAFETY_UNVERIFIED, "member '%s' is of no kind that is looked into", said);
}

/* A member's bytes in memory: a pickle is one by its bytes, not by its name. */
static enum status look_at(const struct ckpt_file *outer, struct zip *z, const struct zip_entry *e, struct span bytes,
                           bool *known, struct err *err)
{
    struct span head = {bytes.p, bytes.n < HEAD_BYTES ? bytes.n : HEAD_BYTES};
    if (pickle_begins(head) >= PICKLE_SURE) return *known = true, judge(z, e, bytes, err);
    if (e->method == ZIP_STORED && e->packed_bytes == e->bytes && !is_text(head) &&
        !ckpt_archive.sniff(&(struct ckpt_file){.path = "", .head = head})) {
        enum status s = within_scan(outer, z, e, head, "", known, err);
        if (s != OK || *known) return s;
    }
    say_unknown(z, e, bytes);
    return OK;
}

/* A stored member of any size: its reader takes the bytes from the file. */
static enum status look_at_large(const struct ckpt_file *outer, struct zip *z, const struct zip_entry *e, bool *known,
                                 struct err *err)
{
    char head[HEAD_BYTES];
    struct span s = {head, sizeof head};
    enum status status = ckpt_pread(z->fd, head, sizeof head, e->offset, err);
    if (status == OK) status = within_scan(outer, z, e, s, "", known, err);
    if (status != OK) return status;
    if (!*known) say_unknown(z, e, s);
    return zip_check(z, e, err);
}

enum status members_look(const struct ckpt_file *outer, struct zip *z, const struct zip_entry *e, size_t *looked_at,
                         struct err *err)
{
    char *p = NULL;
    size_t n = 0;
    bool known = false;
    struct err why = {0};
    enum status s;
    if (e->directory || e->closed) return OK;
    if (e->method == ZIP_STORED && e->packed_bytes > LOAD_BYTES && !e->doubtful) {
        s = look_at_large(outer, z, e, &known, &why);
    } else if ((s = zip_load(z, e, LOAD_BYTES, &p, &n, &why)) == OK) {
        s = look_at(outer, z, e, (struct span){p, n}, &known, &why);
        free(p);
    }
    if (looked_at) *looked_at += known;
    if (s == OK || s == E_MEMORY || s == E_IO) return s == OK ? OK : err_set(err, s, "%s", why.text);
    ckpt_say_safety(z->out, CKPT_SAFETY_UNVERIFIED, "%s", why.text);
    return OK;
}
