/* wandb_console - see wandb/console.h. */
#include "console.h"

#include "../text/clean.h"
#include "../text/prefix.h"

/* The event reader counts lines of a stream; the host wants records. */
struct relay {
    struct wandb_console *console;
    const struct format_out *out;
    uint64_t line, points;
};

void wandb_console_init(struct wandb_console *c)
{
    for (size_t i = 0; i < CONSOLE_STREAMS; i++) text_events_init(&c->streams[i].events);
}

static bool ends_a_run(enum event kind)
{
    return kind != EVENT_FINISHED && kind != EVENT_CHECKPOINT && kind != EVENT_LOSS_SCALE && kind != EVENT_NONFINITE;
}

static void relay_event(void *arg, uint64_t line, enum event kind, struct span text)
{
    struct relay *r = arg;
    (void)line;
    r->console->failed |= ends_a_run(kind);
    r->out->event(r->out->arg, r->line, kind, text);
}

static void line_of(struct relay *r, struct console_stream *s, struct span raw)
{
    char buffer[TEXT_CLEAN_MAX_BYTES];
    struct format_out out = {.arg = r, .event = relay_event};
    struct text_prefix prefix;
    struct span body = text_unprefix(text_is_clean(raw) ? raw : text_clean(raw, buffer), &prefix);
    s->lines++;
    if (!body.n) return;
    struct text_line l = {.body = body, .time = prefix.time, .line = s->lines, .tag = prefix.tag, .indented = prefix.indented};
    text_event(&s->events, &l, r->points, &out);
}

static void add(struct console_stream *s, struct span piece)
{
    size_t room = CONSOLE_LINE_MAX_BYTES - s->n, n = piece.n < room ? piece.n : room;
    memcpy(s->text + s->n, piece.p, n);
    s->n += (uint32_t)n;
}

static void end_line(struct relay *r, struct console_stream *s)
{
    if (s->n) line_of(r, s, (struct span){s->text, s->n});
    s->n = 0;
}

/* piece - text as it was written; a line ends where it says so. */
static void piece(struct relay *r, struct console_stream *s, struct span text)
{
    while (text.n) {
        size_t n = 0;
        while (n < text.n && text.p[n] != '\n' && text.p[n] != '\r') n++;
        add(s, (struct span){text.p, n});
        if (n < text.n) end_line(r, s);
        text = span_from(text, n + 1);
    }
}

void wandb_console_output(struct wandb_console *c, struct span message, uint64_t line, uint64_t points,
                          const struct format_out *out)
{
    enum { STREAM = 1, LINE = 3 };
    struct relay r = {c, out, line, points};
    struct proto_field f;
    size_t stream = 0;
    while (proto_next(&message, &f)) {
        if (f.number == STREAM) stream = f.value == 1;
        else if (f.number == LINE) piece(&r, &c->streams[stream], f.bytes);
    }
}

void wandb_console_lines(struct wandb_console *c, struct span text, uint64_t line, uint64_t points, const struct format_out *out)
{
    struct relay r = {c, out, line, points};
    end_line(&r, &c->streams[0]);
    piece(&r, &c->streams[0], text);
    end_line(&r, &c->streams[0]);
}

void wandb_console_alert(struct wandb_console *c, struct span message, uint64_t line, uint64_t points,
                         const struct format_out *out)
{
    enum { TITLE = 1, TEXT = 2 };
    struct proto_field f;
    while (proto_next(&message, &f))
        if (f.number == TITLE || f.number == TEXT) wandb_console_lines(c, f.bytes, line, points, out);
}

void wandb_console_end(struct wandb_console *c, uint64_t line, uint64_t points, const struct format_out *out)
{
    struct relay r = {c, out, line, points};
    struct format_out told = {.arg = &r, .event = relay_event};
    for (size_t i = 0; i < CONSOLE_STREAMS; i++) {
        end_line(&r, &c->streams[i]);
        text_event_end(&c->streams[i].events, &told);
    }
}
