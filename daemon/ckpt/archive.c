/* archive - what is packed in a way that is not unpacked here, and what nobody knows: told by name, never called safe.
 *
 * Torch once wrote tar files, and models have been put into 7z to be passed by scanners that only log that they cannot open one
 * (ReversingLabs 2025, "nullifAI"). */
#include "list.h"
#include "suffix.h"

struct magic {
    const char *bytes;
    uint16_t at;
    uint8_t n, sure;
    const char *name;
};
static const struct magic magics[] = {
    {"7z\xBC\xAF\x27\x1C", 0, 6, 60, "a 7z archive"},
    {"Rar!\x1A\x07", 0, 6, 60, "a rar archive"},
    {"ustar", 257, 5, 60, "a tar archive"},
    {"\x1F\x8B", 0, 2, 30, "packed with gzip"},
    {"BZh", 0, 3, 30, "packed with bzip2"},
    {"\3757zXZ", 0, 6, 60, "packed with xz"},
    {"\x28\xB5\x2F\xFD", 0, 4, 60, "packed with zstd"},
    {"\x04\x22\x4D\x18", 0, 4, 60, "packed with lz4"},
    {"\x5D\x00\x00", 0, 3, 25, "packed with lzma"},
    {"\x89PNG", 0, 4, 40, "a PNG image"},
    {"\xFF\xD8\xFF", 0, 3, 30, "a JPEG image"},
    {"GIF8", 0, 4, 20, "a GIF image"},
    {"%PDF", 0, 4, 30, "a PDF document"},
    {"\177ELF", 0, 4, 40, "a program (ELF)"},
    {"MZ", 0, 2, 20, "a program (PE)"},
    {"SQLite format 3", 0, 15, 60, "an SQLite database"},
};

static const struct magic *magic_of(struct span head)
{
    for (const struct magic *m = magics; m < magics + sizeof magics / sizeof *magics; m++)
        if (head.n >= m->at + m->n && memcmp(head.p + m->at, m->bytes, m->n) == 0) return m;
    return NULL;
}

static int sniff_archive(const struct ckpt_file *f)
{
    const struct magic *m = magic_of(f->head);
    return m ? m->sure : 0;
}

static enum status scan_archive(const struct ckpt_file *f, const struct ckpt_limits *max, const struct ckpt_sink *out,
                                struct err *err)
{
    (void)max, (void)err;
    const struct magic *m = magic_of(f->head);
    ckpt_say_state(out, CKPT_STATE_UNVERIFIED, "it is %s, which is not looked into", m ? m->name : "packed");
    ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "it is %s, which is not looked into", m ? m->name : "packed");
    return OK;
}

const struct ckpt ckpt_archive = {"archive", "7z, rar, tar and other things that are not checkpoints: told, not unpacked",
                                  sniff_archive, scan_archive};
