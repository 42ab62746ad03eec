/* zip - an archive that is none of the formats that lie in one: each member is looked at as what it is (members.h). Stable-Baselines3 keeps torch files in
 * one, and so does who wants them overlooked. What is nothing known was not looked at, and the archive is not safe then. */
#include "zip.h"

#include "list.h"
#include "members.h"
#include "suffix.h"

static int sniff(const struct ckpt_file *f)
{
    bool named = suffix_is(f->path, ".zip");
    if (span_starts(f->head, "PK\3\4") || span_starts(f->head, "PK\5\6")) return named ? 70 : 40;
    return named ? 30 : 0;
}

static enum status scan(const struct ckpt_file *f, const struct ckpt_limits *max, const struct ckpt_sink *out, struct err *err)
{
    size_t looked_at = 0;
    struct zip *z = arena_alloc(out->arena, sizeof *z); /* tensors' cursors ask for it later */
    if (!z) return err_set(err, E_MEMORY, "no memory to read a zip");
    enum status s = zip_read(z, f->fd, f->base, f->size, max, out, err);
    if (s != OK) return s;
    if (z->directory_last) zip_fault(z, "its directory is whole, and the record that ends an archive is not there");
    for (size_t i = 0; s == OK && i < z->n; i++) s = members_look(f, z, &z->entries[i], &looked_at, err);
    zip_done(z);
    if (s != OK || looked_at) return s;
    ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "nothing in the zip is a checkpoint of a kind that is known here");
    if (!z->corrupt && z->ended)
        ckpt_say_state(out, CKPT_STATE_UNVERIFIED, "nothing in the zip is a checkpoint of a kind that is known here");
    return OK;
}

const struct ckpt ckpt_zip = {"zip", "any zip archive: its members one by one", sniff, scan};
