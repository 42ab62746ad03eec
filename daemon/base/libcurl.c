#include "libcurl.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#define NAME "libcurl.so.4"

#define ROW(name)                                                                                                                \
    {                                                                                                                            \
        "curl_" #name, offsetof(struct libcurl, name)                                                                            \
    }
static const struct {
    const char *name;
    size_t offset;
} functions[] = {ROW(easy_init),  ROW(easy_cleanup),    ROW(easy_setopt),      ROW(easy_getinfo),        ROW(easy_strerror),
                 ROW(multi_init), ROW(multi_cleanup),   ROW(multi_add_handle), ROW(multi_remove_handle), ROW(multi_perform),
                 ROW(multi_poll), ROW(multi_info_read), ROW(slist_append),     ROW(slist_free_all)};
enum { N_FUNCTIONS = sizeof functions / sizeof *functions };
_Static_assert(sizeof(struct libcurl) == N_FUNCTIONS * sizeof(void *), "every function has its row");

/* RTLD_NODELETE: what it registered to be called at exit has to be there then. */
enum status libcurl_load(struct libcurl *ret, struct err *err)
{
    void *library = dlopen(NAME, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!library) return err_set(err, E_ABSENT, "no server can be asked: " NAME " is not installed (apt-get install libcurl4)");
    enum status s = OK;
    for (size_t i = 0; !s && i < N_FUNCTIONS; i++) {
        void *function = dlsym(library, functions[i].name);
        if (!function) s = err_set(err, E_ABSENT, "no server can be asked: " NAME " is too old, it has no %s", functions[i].name);
        memcpy((char *)ret + functions[i].offset, &function, sizeof function);
    }
    dlclose(library);
    return s;
}
