/* tail_append - the short way of a file that only grew.
 *
 * Thousands of logs grow by a line now and then, and each line is wanted at once. The long way (tail_look, tail_read, tail_advance, tail_look
 * again) makes some twenty system calls for it, because it also finds out what else may have happened. Here one read gives the bytes
 * before the offset, by which the file is known, together with those behind it:
 *
 *   offset up to TAIL_HEAD_BYTES    [ head ............ | new ]      one read from the first byte
 *   beyond                          [ head ] ... [ foot | new ]      and the head in another read, after it
 *
 * followed by one fstat for size and time. Anything that is not as expected changes nothing here: the long way is gone then. It alone looks
 * at the path, so a rename is noticed by the event that tells of it, or by the next tick; until then the open file is the one to
 * read anyway. */
#include <string.h>
#include <unistd.h>

#include "../../base/hash.h"
#include "../tail.h"

enum { APPENDED_MAX_BYTES = 4096 }; /* more is read twice by the long way, for it may be being rewritten */

static bool simple(const struct tail *t)
{
    uint64_t head = t->offset < TAIL_HEAD_BYTES ? t->offset : TAIL_HEAD_BYTES;
    uint64_t foot = t->offset < TAIL_FOOT_BYTES ? t->offset : TAIL_FOOT_BYTES;
    return t->fd >= 0 && t->after < 0 && !t->old && !t->unpacked && !t->cut && t->offset > 0 && t->offered >= t->offset &&
           t->offered - t->offset <= APPENDED_MAX_BYTES && t->id.head_bytes == head && t->id.tail_bytes == foot;
}

static bool same(const char *bytes, size_t n, uint64_t hash) { return hash64(bytes, n, 0) == hash; }

static bool same_head(const struct tail *t, const char *from_start)
{
    char head[TAIL_HEAD_BYTES];
    if (from_start) return same(from_start, t->id.head_bytes, t->id.head_hash);
    return pread(t->fd, head, t->id.head_bytes, 0) == (ssize_t)t->id.head_bytes && same(head, t->id.head_bytes, t->id.head_hash);
}

bool tail_appended(struct tail *t, char *buffer, size_t room, struct span *ret)
{
    struct stat st;
    uint64_t from = t->offset <= TAIL_HEAD_BYTES ? 0 : t->offset - TAIL_FOOT_BYTES;
    size_t before = (size_t)(t->offset - from), rest = (size_t)(t->offered - t->offset);
    size_t want = before + rest + APPENDED_MAX_BYTES;
    if (!simple(t) || room < want) return false;
    ssize_t n = pread(t->fd, buffer, want, (off_t)from);
    if (n < (ssize_t)(before + rest) || n == (ssize_t)want) return false;
    if (!same(buffer + before - t->id.tail_bytes, t->id.tail_bytes, t->id.tail_hash)) return false;
    if (rest && !same(buffer + before, rest < TAIL_HEAD_BYTES ? rest : TAIL_HEAD_BYTES, t->rest_hash)) return false;
    if (!same_head(t, from ? NULL : buffer)) return false;
    if (fstat(t->fd, &st) != 0 || (uint64_t)st.st_size < from + (uint64_t)n) return false;
    tail_take_stat(t, &st);
    t->size = from + (uint64_t)n;
    if (t->size > t->seen) t->seen = t->size;
    *ret = (struct span){buffer + before, (size_t)n - before};
    return true;
}

void tail_advance_appended(struct tail *t, size_t used, struct span read)
{
    uint64_t offset = t->offset + used;
    uint32_t foot = offset < TAIL_FOOT_BYTES ? (uint32_t)offset : TAIL_FOOT_BYTES;
    if (t->offset < TAIL_HEAD_BYTES) {
        t->id.head_bytes = offset < TAIL_HEAD_BYTES ? (uint32_t)offset : TAIL_HEAD_BYTES;
        t->id.head_hash = hash64(read.p - t->offset, t->id.head_bytes, 0);
    }
    t->id.tail_bytes = foot;
    t->id.tail_hash = hash64(read.p + used - foot, foot, 0);
    t->offset = offset;
    t->offered = offset + (read.n - used);
    if (used < read.n) t->rest_hash = hash64(read.p + used, read.n - used < TAIL_HEAD_BYTES ? read.n - used : TAIL_HEAD_BYTES, 0);
}
