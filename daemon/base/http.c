#include "http.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "libcurl.h"
#include "redact.h"

enum { HEADERS_MAX = 64 << 10, REFUSAL_MAX = 2000, REFUSAL_SHOWN = 200, POLL_MS = 100, HEADER_BYTES = 8192 };

struct transfer {
    const struct http_request *r;
    struct str *answer, refusal; /* refusal: the body of an answer that is not 2xx */
    struct libcurl curl;
    CURL *easy;
    struct curl_slist *headers;
    size_t body_bytes, header_bytes;
    double began;
    char why[CURL_ERROR_SIZE];
    /* Why we, and not the server or the network, ended it. */
    enum { NOT_ENDED, ENDED_BY_TAKER, STOPPED, NOT_LOCAL, TOO_LARGE, NO_FIRST_BYTE, NO_END, NO_MEMORY } end;
};

/* ---- what libcurl calls ---------------------------------------------------------------------------------------------------- */

static bool is_loopback(const struct sockaddr *a)
{
    if (a->sa_family == AF_INET) return ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr) >> 24 == 127;
    if (a->sa_family != AF_INET6) return false;
    const struct in6_addr *v6 = &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(v6) || (IN6_IS_ADDR_V4MAPPED(v6) && v6->s6_addr[12] == 127);
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
    struct transfer *t = arg;
    (void)purpose;
    if (t->r->remote || is_loopback(&a->addr)) return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
    t->end = NOT_LOCAL;
    return CURL_SOCKET_BAD;
}

/* A server may send headers without end as well. */
static size_t take_header(char *p, size_t one, size_t n, void *arg)
{
    struct transfer *t = arg;
    (void)p;
    t->header_bytes += n * one;
    if (t->header_bytes <= HEADERS_MAX) return n * one;
    t->end = TOO_LARGE;
    return 0;
}

static bool is_good(const struct transfer *t)
{
    long status = 0;
    t->curl.easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    return status >= 200 && status < 300;
}

static bool take_body(struct transfer *t, struct span piece)
{
    t->body_bytes += piece.n;
    if (!is_good(t)) {
        if (t->refusal.n < REFUSAL_MAX) str_add_span(&t->refusal, piece);
        return t->body_bytes <= t->r->answer_max;
    }
    if (t->body_bytes > t->r->answer_max) return t->end = TOO_LARGE, false;
    if (t->r->take) return t->r->take(t->r->arg, piece) || (t->end = ENDED_BY_TAKER, false);
    str_add_span(t->answer, piece);
    return !t->answer->failed || (t->end = NO_MEMORY, false);
}

static size_t take_piece(char *p, size_t one, size_t n, void *arg)
{
    return take_body(arg, (struct span){p, n * one}) ? n * one : 0;
}

/* ---- one request ----------------------------------------------------------------------------------------------------------- */

static double or_next(double s, double next) { return s > 0 ? s : next; }

static bool add_header(struct transfer *t, const char *text)
{
    struct curl_slist *longer = t->curl.slist_append(t->headers, text);
    if (longer) t->headers = longer;
    return longer != NULL;
}

/* A key with an end of line in it would be a second header. */
static enum status add_headers(struct transfer *t, struct err *err)
{
    char bearer[HEADER_BYTES];
    bool done = add_header(t, "Content-Type: application/json") && add_header(t, "Accept: application/json, text/event-stream");
    if (t->r->key && *t->r->key) {
        for (const char *c = t->r->key; *c; c++)
            if (iscntrl((unsigned char)*c))
                return err_set(err, E_USAGE, "the key for '%s' has a control character in it", t->r->url);
        if ((size_t)snprintf(bearer, sizeof bearer, "Authorization: Bearer %s", t->r->key) >= sizeof bearer)
            return err_set(err, E_USAGE, "the key for '%s' is too long", t->r->url);
        done = done && add_header(t, bearer);
    }
    return done ? OK : err_set(err, E_MEMORY, "no memory");
}

static enum status prepare(struct transfer *t, struct err *err)
{
    const struct http_request *r = t->r;
    CURL *c = t->easy;
    __typeof__(curl_easy_setopt) *set = t->curl.easy_setopt;
    if (strncasecmp(r->url, "http://", 7) != 0 && strncasecmp(r->url, "https://", 8) != 0)
        return err_set(err, E_USAGE, "'%s' is not an http:// or https:// address", r->url);
    enum status s = add_headers(t, err);
    if (s) return s;
    set(c, CURLOPT_URL, r->url);
    set(c, CURLOPT_PROTOCOLS_STR, "http,https");
    set(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    set(c, CURLOPT_USERAGENT, "mlwatch/" MLWATCH_VERSION);
    set(c, CURLOPT_HTTPHEADER, t->headers);
    set(c, CURLOPT_NOSIGNAL, 1L);
    set(c, CURLOPT_CONNECTTIMEOUT_MS, (long)(1000 * or_next(r->connect_s, or_next(r->first_byte_s, r->total_s))));
    set(c, CURLOPT_ERRORBUFFER, t->why);
    set(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    set(c, CURLOPT_OPENSOCKETDATA, t);
    set(c, CURLOPT_HEADERFUNCTION, take_header);
    set(c, CURLOPT_HEADERDATA, t);
    set(c, CURLOPT_WRITEFUNCTION, take_piece);
    set(c, CURLOPT_WRITEDATA, t);
    if (!r->remote) set(c, CURLOPT_PROXY, "");
    if (!r->body.p) return OK;
    set(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
    set(c, CURLOPT_POSTFIELDS, r->body.p);
    return OK;
}

/* Deadlines that libcurl does not keep. */
static bool is_over(struct transfer *t)
{
    const double taken = clock_now() - t->began;
    if (taken > t->r->total_s) t->end = NO_END;
    else if (!t->body_bytes && taken > or_next(t->r->first_byte_s, t->r->total_s)) t->end = NO_FIRST_BYTE;
    else if (t->r->stop && t->r->stop(t->r->arg)) t->end = STOPPED;
    return t->end != NOT_ENDED;
}

static CURLcode run(struct transfer *t, CURLM *multi)
{
    int running = 1, left;
    while (running && !is_over(t)) {
        if (t->curl.multi_perform(multi, &running) != CURLM_OK) return CURLE_FAILED_INIT;
        if (running) t->curl.multi_poll(multi, NULL, 0, POLL_MS, NULL);
    }
    if (t->end != NOT_ENDED) return CURLE_ABORTED_BY_CALLBACK;
    const CURLMsg *m = t->curl.multi_info_read(multi, &left);
    return m && m->msg == CURLMSG_DONE ? m->data.result : CURLE_ABORTED_BY_CALLBACK;
}

/* ---- what came of it ------------------------------------------------------------------------------------------------------- */

static enum status ended(const struct transfer *t, const char *url, struct err *err)
{
    switch (t->end) {
    case ENDED_BY_TAKER: return OK;
    case STOPPED: return err_set(err, E_IO, "the request to '%s' was given up", url);
    case NOT_LOCAL:
        return err_set(err, E_USAGE, "'%s' is not on this machine, and nobody allowed text to be sent to another one", url);
    case TOO_LARGE: return err_set(err, E_LIMIT, "'%s' answers with more than %zu bytes", url, t->r->answer_max);
    case NO_FIRST_BYTE:
        return err_set(err, E_IO, "'%s' does not answer within %g s", url, or_next(t->r->first_byte_s, t->r->total_s));
    case NO_END: return err_set(err, E_IO, "'%s' has not finished its answer within %g s", url, t->r->total_s);
    case NO_MEMORY: return err_set(err, E_MEMORY, "no memory");
    default: return OK;
    }
}

static enum status refused(const struct transfer *t, const char *url, struct err *err)
{
    struct str said = {0};
    long status = 0;
    t->curl.easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    str_add_printable(&said, (struct span){t->refusal.p, t->refusal.n}, REFUSAL_SHOWN);
    err_set(err, E_IO, said.n ? "'%s' answers with status %ld: %s" : "'%s' answers with status %ld%s", url, status,
            said.n ? said.p : "");
    str_done(&said);
    return E_IO;
}

static enum status not_reached(const struct transfer *t, const char *url, struct err *err)
{
    long number = 0;
    t->curl.easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &number);
    errno = (int)number;
    return number ? err_errno(err, E_IO, "cannot reach '%s'", url) : err_set(err, E_IO, "cannot reach '%s'", url);
}

/* Our own words for why we ended it; else libcurl's, in lower case. */
static enum status judge(struct transfer *t, CURLcode code, const char *url, struct err *err)
{
    if (t->end != NOT_ENDED) return ended(t, url, err);
    if (code == CURLE_URL_MALFORMAT) return err_set(err, E_USAGE, "'%s' is not an http:// or https:// address", url);
    if (code == CURLE_UNSUPPORTED_PROTOCOL) return err_set(err, E_IO, "'%s' does not speak HTTP", url);
    if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && !is_good(t))) return is_good(t) ? OK : refused(t, url, err);
    if (code == CURLE_COULDNT_CONNECT) return not_reached(t, url, err);
    if (!*t->why) snprintf(t->why, sizeof t->why, "%s", t->curl.easy_strerror(code));
    t->why[0] = (char)tolower((unsigned char)t->why[0]);
    return err_set(err, E_IO, "cannot get an answer from '%s': %s", url, t->why);
}

static enum status perform(struct transfer *t, const char *url, struct err *err)
{
    CURLM *multi = t->curl.multi_init();
    if (!multi) return err_set(err, E_MEMORY, "no memory");
    enum status s = prepare(t, err);
    if (!s) {
        t->curl.multi_add_handle(multi, t->easy);
        s = judge(t, run(t, multi), url, err);
        t->curl.multi_remove_handle(multi, t->easy);
    }
    t->curl.multi_cleanup(multi);
    return s;
}

static enum status ask(struct transfer *t, struct err *err)
{
    struct str url = {0};
    redact_text(&url, span_of(t->r->url));
    enum status s = t->easy && url.p ? perform(t, url.p, err) : err_set(err, E_MEMORY, "no memory");
    str_done(&url);
    return s;
}

/* curl_easy_init sets libcurl up, safely from any thread (since 7.84). */
enum status http_ask(const struct http_request *r, struct str *answer, struct err *err)
{
    struct transfer t = {.r = r, .answer = answer, .began = clock_now()};
    enum status s = libcurl_load(&t.curl, err);
    if (s) return s;
    t.easy = t.curl.easy_init();
    s = ask(&t, err);
    t.curl.easy_cleanup(t.easy);
    t.curl.slist_free_all(t.headers);
    str_done(&t.refusal);
    return s;
}
