/* jsonl_sniff - is a file JSON lines of a training? */
#include <strings.h>

#include "../../base/num.h"
#include "parts.h"

enum { SNIFF_LINES = 20 };

struct glance {
    bool number, counter, known;
};

static void glance(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    struct glance *g = arg;
    if (kind != JSON_NUMBER && (kind != JSON_TEXT || (span_is(path, "time") && !num_parse(raw, &value)))) return; /* a date */
    g->number = g->number || kind == JSON_NUMBER;
    g->counter = g->counter || field_rank(field_of(path)) < FIELD_UNRANKED;
    g->known = g->known || g->counter || field_speaks_of_training(path);
}

static bool has_suffix(const char *path, const char *suffix)
{
    size_t n = strlen(path), k = strlen(suffix);
    return n >= k && strcasecmp(path + n - k, suffix) == 0;
}

int jsonl_sniff(const char *path, struct span head)
{
    struct glance g = {false, false, false};
    struct json_sink sink = {&g, glance};
    int lines = 0;
    bool ended = false;
    bool named = has_suffix(path, ".jsonl") || has_suffix(path, ".ndjson");
    if (span_starts(head, "\xEF\xBB\xBF")) head = span_from(head, 3);
    while (head.n && lines < SNIFF_LINES) {
        const char *newline = memchr(head.p, '\n', head.n);
        size_t n = newline ? (size_t)(newline - head.p) : head.n;
        struct span line = span_trim((struct span){head.p, n});
        struct json_cursor c = {.p = line.p, .end = line.p + line.n};
        head = span_from(head, n + 1);
        if (!line.n) continue;
        if (!json_scan_object(&c, &sink)) {
            if (lines == 0 && !(c.state == JSON_TORN && !newline && named && line.p[0] == '{')) return 0;
            if (lines == 0) return 40; /* one torn line */
            break;
        }
        if (c.p != c.end || (lines == 0 && span_has(line, "\"log_history\""))) return 0;
        lines++;
        ended = newline != NULL;
    }
    if (!g.number) return 0;
    if (!g.known) return 10; /* a data set */
    if (named) return 90;
    return lines > 1 ? 80 : g.counter && ended ? 60 : 15;
}
