/* text_said - see text/said.h. */
#include "said.h"

#include "../field.h"
#include "../json_scan.h"

struct seen {
    struct span message;
    bool trains; /* a number of the training stands beside it */
};

static void scalar(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    static const char *const keys[] = {"message", "msg", "log", "event"};
    struct seen *s = arg;
    (void)value;
    if (kind == JSON_NUMBER) s->trains |= field_speaks_of_training(path);
    for (size_t i = 0; kind == JSON_TEXT && !s->message.n && i < sizeof keys / sizeof *keys; i++)
        if (span_is(path, keys[i])) s->message = raw;
}

struct span text_said(struct span line, char buffer[TEXT_SAID_MAX_BYTES])
{
    struct seen s = {.trains = false};
    struct json_sink sink = {&s, scalar};
    struct json_cursor c = {.p = line.p, .end = line.p + line.n};
    if (!json_scan_object(&c, &sink) || c.p != c.end || s.trains || !s.message.n) return (struct span){"", 0};
    return (struct span){buffer, json_scan_unescape(s.message, buffer, TEXT_SAID_MAX_BYTES)};
}
