/* http - ask a server and take its answer: through libcurl, which is loaded at the first request.
 *
 * Servers are not trusted: an answer has a size it may not pass and a time for each of its parts, redirections are not followed, nothing
 * is unpacked. A server has to be on a loopback address (127.0.0.0/8, ::1), whatever its name says, unless the caller allows another:
 * what is looked at is the address that is about to be connected to. Then no proxy is used either. */
#ifndef MLWATCH_HTTP_H
#define MLWATCH_HTTP_H

#include <stdbool.h>

#include "err.h"
#include "str.h"

struct http_request {
    const char *url;  /* http:// or https:// */
    struct span body; /* JSON to POST; with p NULL the URL is only asked for (GET) */
    const char *key;  /* sent as a bearer token; NULL: none */
    bool remote;      /* may the server be on another machine? */
    /* Seconds: until connected; until the first byte of the answer's body; all of it. 0 is that of the next one. */
    double connect_s, first_byte_s, total_s;
    size_t answer_max; /* bytes of the body */
    /* take - a piece of the body of a good answer (status 2xx), as it comes; false ends the request, which then is OK. NULL: the
     * answer is collected. stop - asked ten times a second whether to give up; NULL: never. */
    bool (*take)(void *arg, struct span piece);
    bool (*stop)(void *arg);
    void *arg;
};

/* http_ask - wait for the whole answer. Any thread; blocks for at most total_s.
 *   answer  gets the body, when there is no take; may then not be NULL
 * Errors  E_USAGE no such URL, or not on this machine; E_IO not reached, too slow, broken off, stopped, or a status that is not 2xx (the
 *         sentence has the beginning of what it said); E_LIMIT more than answer_max; E_ABSENT libcurl is not installed; E_MEMORY */
enum status http_ask(const struct http_request *r, struct str *answer, struct err *err);

#endif
