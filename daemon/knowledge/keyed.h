/* keyed - JSON objects into structs by tables of keys: a key is a name, a type and an offset. An unknown key is an error, because
 * in knowledge it is a misspelt one and would be silently without effect. */
#ifndef MLWATCH_KEYED_H
#define MLWATCH_KEYED_H

#include "../base/arena.h"
#include "../base/err.h"
#include "../base/span.h"

enum type { TYPE_TEXT, TYPE_NUMBER, TYPE_FLAG, TYPE_ROLE, TYPE_ROLES, TYPE_TEXTS, TYPE_WORDINGS, TYPE_OBJECTS, TYPE_OBJECT };
enum need { OPTIONAL, REQUIRED };

struct keyed_object;
struct keyed_key {
    const char *name; /* NULL ends a table */
    enum type type;
    enum need need;
    size_t offset, count_offset;       /* of the value; of the size_t beside an array */
    const struct keyed_object *object; /* of TYPE_OBJECTS and TYPE_OBJECT */
};
struct keyed_object {
    const struct keyed_key *keys;
    size_t size;         /* 0: its keys belong to the struct around it */
    const void *initial; /* its value before a key is read; NULL: zeroed */
};

struct keyed_reader {
    const char *file;
    struct arena *arena;
    struct err *err;
    char path[128]; /* of what is being read, "clues[3]": for errors */
};

/* keyed_read - a file that is one object.
 *   r     file, arena and err are set, path is empty
 *   ret   what the keys point into; texts and lists lie in the arena
 * Errors: E_FORMAT "cannot use 'causes/overfitting.json': clues[3].ratio must be a number"; E_MEMORY. */
enum status keyed_read(struct keyed_reader *r, struct span text, const struct keyed_object *object, void *ret);
/* keyed_wrong - E_FORMAT with a sentence that names the file and the key at r->path. */
enum status keyed_wrong(const struct keyed_reader *r, const char *key, const char *what);

#endif
