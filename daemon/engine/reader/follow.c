/* reader_follow - what happens when a file is not simply appended to: it ends, moves, is truncated, rewritten, replaced.
 *
 * A rename leaves the file whole beside the path: its rest is read, then those that were rotated meanwhile, then what is at the path,
 * all of it new. A copy of a file that was truncated is read the same way, but the path may repeat it (a tool that saves a
 * backup before it writes all anew), so it is compared. So is what replaces a file that was deleted, and every document. */
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "parts.h"

static const char *const cut_packed = "a packed log is damaged: only its beginning could be read";
static const char *const cut_line = "a line was cut off when its file was rotated or replaced";

void reader_begin_again(struct reader *r, bool compare)
{
    r->restarted = r->now;
    r->spent = 0;
    if (r->items || r->tail.offset) r->ended.offset = 0;
    r->items = r->known_items = 0;
    r->at = r->regain_until = 0;
    r->compare_first = r->copied = false;
    if (r->compare) r->compare->on = false;
    history_close(&r->history);
    if (compare) reader_compare(r);
    reader_fresh(r, true);
    if (r->tail.cut) r->to->bad(r->to->arg, 0, cut_packed);
}

static bool truncated_in_place(const struct reader *r)
{
    struct stat st;
    return stat(r->tail.path, &st) == 0 && (uint64_t)st.st_ino == r->tail.id.inode;
}

/* What was never seen before may have been rotated away since somebody looked last, and be another file now. */
enum tail_state reader_look_at(struct reader *r)
{
    double changed = r->tail.changed;
    bool unknown = r->run && r->tail.fd < 0 && !r->tail.offset && !r->tail.id.head_bytes;
    enum tail_state s = tail_look(&r->tail);
    if (!unknown || r->tail.fd < 0) return s;
    r->tail.changed = changed;
    tail_go_on(&r->tail);
    return tail_look(&r->tail);
}

/* There is no file at the path, and nobody has it open: was it moved since? A run that sleeps need not be woken to find out. */
bool reader_gone_elsewhere(struct reader *r)
{
    bool told = r->items > 0 || r->known_items > 0;
    if (r->tail.fd >= 0 || !tail_directory_changed(&r->tail)) return false;
    if (!r->tail.offset) r->tail.id.inode = 0;          /* it was seen and not read: it may be rotated itself */
    bool within = r->at > 0 && r->at < r->regain_until; /* its state is that of another file: let it be recovered */
    if (r->tail.offset && !within && tail_adopt_moved(&r->tail, told)) return r->run || r->tail.size > r->tail.offset;
    return within || tail_is_followed(&r->tail);
}

bool reader_recover(struct reader *r, enum tail_state s)
{
    bool regaining = r->at < r->regain_until, in_place = truncated_in_place(r);
    bool told = r->items > 0 || r->known_items > 0; /* a header alone is no sign: others have it too */
    uint64_t unread = r->tail.seen > r->tail.offered ? r->tail.seen - r->tail.offered : 0;
    if (tail_adopt_moved(&r->tail, told)) {
        r->copied = in_place;
        if (r->tail.cut) r->to->bad(r->to->arg, 0, cut_packed);
        if (!regaining) return true;
        r->items = 0;
        r->at = 0;
        return reader_fresh(r, true);
    }
    if (s == TAIL_GONE && !tail_is_followed(&r->tail)) return false;
    tail_leave_behind(&r->tail);
    r->tail.id.inode = 0; /* under its inode there is something else now, which may have been rotated too */
    tail_go_on(&r->tail);
    reader_begin_again(r, true);
    if (reader_compares(r)) r->compare->unread = unread;
    else if (r->format->growth == GROWTH_APPENDED && unread)
        r->to->bad(r->to->arg, 0, "bytes were overwritten before they could be read");
    return true;
}

/* How much of the rest may be used, although no more will come? Whole lines; all of it when it closes what JSON opened. */
static size_t usable(const struct reader *r, struct span rest)
{
    struct span text = span_trim(rest);
    char last = text.n ? text.p[text.n - 1] : 0;
    if (last == '}' || last == ']' || r->format->growth == GROWTH_SETTINGS) return rest.n;
    while (rest.n && rest.p[rest.n - 1] != '\n' && rest.p[rest.n - 1] != '\r') rest.n--;
    return rest.n;
}

/* A writer was killed within the line, or cut it in two at a rotation: half a number is no number. */
static void use_rest(struct reader *r, char *buffer, size_t room)
{
    ssize_t n = tail_read(&r->tail, r->tail.offset, buffer, room);
    if (n < 0) return;
    struct span rest = {buffer, (size_t)n};
    size_t whole = usable(r, rest);
    r->format->feed(r->state, (struct span){buffer, whole}, 1, &r->out);
    if (whole < rest.n) r->out.bad(r->out.arg, 0, cut_line);
    if (reader_compares(r)) reader_decide(r);
    tail_advance(&r->tail, r->tail.offset + rest.n, r->tail.offset + rest.n, rest);
}

void reader_ended(struct reader *r, char *buffer, size_t room)
{
    bool moved = tail_was_moved(&r->tail) && !r->copied, told = r->items > 0 || r->known_items > 0;
    if (told && tail_adopt_original(&r->tail)) {
        r->copied = false;
        return;
    }
    use_rest(r, buffer, room);
    bool precise = moved && !reader_compares(r) && r->tail.offset > 0;
    struct tail_identity id = r->tail.id;
    uint64_t offset = r->tail.offset, items = r->items, kept = r->ended.offset;
    bool nothing = !r->items && !r->tail.offset;
    bool left = r->tail.after >= 0; /* what was read has taken its place, and may hold what it holds */
    bool compare = !moved || left || reader_compares(r) || r->format->growth != GROWTH_APPENDED;
    tail_go_on(&r->tail);
    reader_begin_again(r, compare);
    if (precise) r->ended.id = id, r->ended.offset = offset, r->ended.items = items;
    else r->ended.offset = nothing && moved ? kept : 0;
}

bool reader_torn_goes_on(struct reader *r)
{
    if (!r->flushed || r->tail.size <= r->tail.offset || tail_ends_line(&r->tail)) return false;
    tail_rewind(&r->tail);
    reader_begin_again(r, true);
    return true;
}

bool reader_too_soon(const struct reader *r, enum tail_state s, double now)
{
    bool again = s == TAIL_RESTARTED || (s == TAIL_ENDED && !tail_was_moved(&r->tail));
    return again && r->restarted > 0 && now < r->restarted + fmax(READER_REREAD_S, READER_REREAD_SHARE * r->spent);
}
