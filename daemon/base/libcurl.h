/* libcurl - its functions, looked up when a request is made. Linked in the ordinary way, libcurl and the 30 libraries behind it take 11 ms
 * of every start of the program, and few starts ask a server anything. Only http.c includes this. */
#ifndef MLWATCH_LIBCURL_H
#define MLWATCH_LIBCURL_H

#include <curl/curl.h>

#include "err.h"

struct libcurl {
    __typeof__(curl_easy_init) *easy_init;
    __typeof__(curl_easy_cleanup) *easy_cleanup;
    __typeof__(curl_easy_setopt) *easy_setopt;
    __typeof__(curl_easy_getinfo) *easy_getinfo;
    __typeof__(curl_easy_strerror) *easy_strerror;
    __typeof__(curl_multi_init) *multi_init;
    __typeof__(curl_multi_cleanup) *multi_cleanup;
    __typeof__(curl_multi_add_handle) *multi_add_handle;
    __typeof__(curl_multi_remove_handle) *multi_remove_handle;
    __typeof__(curl_multi_perform) *multi_perform;
    __typeof__(curl_multi_poll) *multi_poll;
    __typeof__(curl_multi_info_read) *multi_info_read;
    __typeof__(curl_slist_append) *slist_append;
    __typeof__(curl_slist_free_all) *slist_free_all;
};

/* libcurl_load - once loaded it stays until the program ends; looking the functions up again takes microseconds.
 * Errors: E_ABSENT when it is not installed, or older than 7.66. */
enum status libcurl_load(struct libcurl *ret, struct err *err);

#endif
