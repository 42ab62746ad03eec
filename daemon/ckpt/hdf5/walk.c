/* walk - every object that hard links lead to, each once; other links are told. */
#include "../h5.h"

#ifdef MLWATCH_HDF5

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unwritten.h"
#include "parts.h"

enum { DEPTH_MAX = 64, PATH_MAX_BYTES = 1024, SEEN_FIRST = 1 << 10 };
#define OBJECTS_MAX (UINT64_C(1) << 20)

struct step {
    struct h5_walk *walk;
    const char *path; /* of the group, without the first slash; "" for the root */
    unsigned depth;
};

/* Was this address met before? It is noted. */
static bool seen(struct h5_walk *w, haddr_t address)
{
    size_t mask = w->seen_room - 1;
    if (w->objects * 2 >= w->seen_room) {
        haddr_t *old = w->seen, *more = calloc(w->seen_room * 2, sizeof *more);
        if (!more) return w->status = err_set(w->err, E_MEMORY, "no memory for an HDF5 file"), true;
        size_t n = w->seen_room;
        w->seen = more, w->seen_room *= 2, mask = w->seen_room - 1, w->objects = 0;
        for (size_t i = 0; i < n; i++)
            if (old[i]) seen(w, old[i] - 1);
        free(old);
    }
    size_t i = (address * 0x9E3779B97F4A7C15u >> 20) & mask;
    for (; w->seen[i]; i = (i + 1) & mask)
        if (w->seen[i] == address + 1) return true;
    w->seen[i] = address + 1;
    return w->objects++, false;
}

/* "a/b", without what would not fit a line; NULL when the arena is full. */
static const char *join(struct h5_walk *w, const char *path, const char *name)
{
    char text[PATH_MAX_BYTES];
    snprintf(text, sizeof text, "%s%s%s", path, *path ? "/" : "", name);
    return arena_copy(w->out->arena, text, strlen(text));
}

static void say_link(const struct h5_walk *w, H5L_type_t type, const char *path)
{
    char said[200];
    snprintf(said, sizeof said, "%s", path);
    for (char *p = said; *p; p++)
        if (*p < ' ' || *p > '~') *p = '?';
    if (type == H5L_TYPE_EXTERNAL)
        ckpt_say_safety(w->out, CKPT_SUSPICIOUS, "'%s' is an external link: it would be read from another file", said);
    else if (type == H5L_TYPE_SOFT) ckpt_say_safety(w->out, CKPT_SUSPICIOUS, "'%s' is a soft link, which is not followed", said);
    else ckpt_say_safety(w->out, CKPT_SUSPICIOUS, "'%s' is a link of a kind that a program defines", said);
}

static bool walk_group(struct h5_walk *w, hid_t group, const char *path, unsigned depth);

static bool walk_object(struct h5_walk *w, hid_t object, const char *path, unsigned depth)
{
    H5O_info_t info;
    if (H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0) return w->broken = true;
    bool again = seen(w, info.addr);
    if (w->status != OK) return false;
    if (w->objects > OBJECTS_MAX) {
        w->status = err_set(w->err, E_LIMIT, "an HDF5 file of more than %" PRIu64 " objects is above the limit", OBJECTS_MAX);
        return false;
    }
    if (!again) h5_touch_object(w, object);
    if (info.type == H5O_TYPE_DATASET) return h5_describe(w, object, info.addr, path, again);
    return info.type != H5O_TYPE_GROUP || again || walk_group(w, object, path, depth);
}

static herr_t at_link(hid_t group, const char *name, const H5L_info_t *info, void *arg)
{
    const struct step *s = arg;
    struct h5_walk *w = s->walk;
    const char *path = join(w, s->path, name);
    if (!path) {
        w->status = err_set(w->err, E_LIMIT, "the names of an HDF5 file are above the limit on memory");
        return 1;
    }
    if (info->type != H5L_TYPE_HARD) return say_link(w, info->type, path), 0;
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    if (object < 0) return w->broken = true, 0;
    bool on = walk_object(w, object, path, s->depth + 1);
    H5Oclose(object);
    return on ? 0 : 1;
}

static bool note_label(struct h5_walk *w, hid_t group, const char *path)
{
    const char *name = h5_text(group, "name", 256, w->out->arena);
    struct h5_label *l = name ? arena_alloc(w->out->arena, sizeof *l) : NULL;
    if (!l) return name == NULL;
    *l = (struct h5_label){path, name, w->found->labels};
    w->found->labels = l;
    return true;
}

static bool walk_group(struct h5_walk *w, hid_t group, const char *path, unsigned depth)
{
    if (depth > DEPTH_MAX) {
        ckpt_say_safety(w->out, CKPT_SAFETY_UNVERIFIED, "its groups are nested deeper than the limit of %d (depth)", DEPTH_MAX);
        return true;
    }
    struct step step = {w, path, depth};
    hsize_t index = 0;
    note_label(w, group, path);
    if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &index, at_link, &step) < 0) w->broken = true;
    return w->status == OK;
}

static void read_root(hid_t root, struct h5 *ret, size_t max, struct arena *a)
{
    ret->model_config = h5_text(root, "model_config", max, a);
    ret->training_config = h5_text(root, "training_config", max, a);
    ret->keras_version = h5_text(root, "keras_version", 64, a);
    ret->backend = h5_text(root, "backend", 64, a);
}

/* A file that cannot be read and ends in zeros got its size before its bytes. */
static bool ends_blank(const struct ckpt_file *f)
{
    enum { LAST_BYTES = 64 };
    return f->size >= LAST_BYTES && unwritten_from(f, f->size - LAST_BYTES + 1);
}

enum status h5_collect(const struct ckpt_file *f, const struct ckpt_limits *max, const struct ckpt_sink *out, struct h5 *ret,
                       struct err *err)
{
    enum { CONFIG_MAX_BYTES = 16 << 20 };
    *ret = (struct h5){0};
    struct h5_walk w = {
        .file = f, .max = max, .out = out, .found = ret, .last = &ret->first, .seen_room = SEEN_FIRST, .err = err};
    w.fault = ends_blank(f) ? CKPT_INCOMPLETE : CKPT_CORRUPT;
    hid_t file = h5_open_file(f->fd, f->base, f->size), root = file >= 0 ? H5Gopen2(file, "/", H5P_DEFAULT) : H5I_INVALID_HID;
    w.seen = calloc(w.seen_room, sizeof *w.seen);
    if (!w.seen) w.status = err_set(err, E_MEMORY, "no memory for an HDF5 file");
    if (root >= 0 && w.seen) {
        read_root(root, ret, CONFIG_MAX_BYTES, out->arena);
        walk_object(&w, root, "", 0);
    }
    if (w.status == OK && (root < 0 || w.broken)) {
        if (w.fault == CKPT_INCOMPLETE) ckpt_say_state(out, w.fault, "its last bytes are not written yet");
        else ckpt_say_state(out, w.fault, root < 0 ? "libhdf5 cannot open it" : "some of its objects cannot be read");
        ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "not all of it could be read");
    }
    if (w.status == OK && root >= 0 && !ret->n && w.fault == CKPT_INCOMPLETE)
        ckpt_say_state(out, w.fault, "its last bytes, and all of its datasets, are not written yet");
    if (w.status == OK && root >= 0 && !ret->n && !ret->model_config)
        ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "it holds no dataset: nothing in it could be looked at");
    free(w.seen);
    if (root >= 0) H5Gclose(root);
    if (file >= 0) H5Fclose(file);
    return w.status;
}

#endif
