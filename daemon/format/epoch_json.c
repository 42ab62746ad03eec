/* epoch_json - one JSON object in a file of its own for each epoch: AllenNLP's metrics_epoch_3.json (allennlp/training/gradient_descent_trainer.py).
 *
 *   {"best_epoch": 2, "training_duration": "0:01:10", "epoch": 3, "training_loss": 0.25, "validation_loss": 0.5, "best_validation_loss": 0.4}
 *
 * Such files are parts of one log, the lowest number first (scan/rotated.c), and go through one state. What says again what was best, how many
 * epochs there were and what the machine used is left out. The object may stand on many
 * lines. */
#include "format.h"
#include "json_row.h"
#include "json_scan.h"
#include "record.h"

enum { SURE = 75 };

struct state {
    struct record record;
    uint64_t line;
    bool lost; /* within what could not be read */
};
struct reading {
    struct state *s;
    const struct format_out *out;
};

/* restates - a key that tells nothing of this epoch. */
static bool restates(struct span key)
{
    static const char *const starts[] = {"best_", "peak_", "training_start_epoch", "training_epochs"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (span_starts(key, starts[i])) return true;
    return false;
}

static void scalar(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    struct reading *r = arg;
    (void)raw;
    if (!path.n || kind != JSON_NUMBER || restates(path)) return;
    int column = record_column(&r->s->record, path, NULL, r->s->line + 1, r->out);
    if (column >= 0) record_number(&r->s->record, column, value);
}

/* pass - done with the first n bytes. */
static struct span pass(struct state *s, struct span rest, size_t n)
{
    for (size_t i = 0; i < n; i++) s->line += rest.p[i] == '\n';
    return span_from(rest, n);
}

/* to_next - behind what could not be read the next object begins a line. */
static struct span to_next(struct state *s, struct span rest)
{
    const char *at = memmem(rest.p, rest.n, "\n{", 2);
    s->lost = !at;
    return pass(s, rest, at ? (size_t)(at - rest.p) + 1 : rest.n - (rest.n && rest.p[rest.n - 1] == '\n'));
}

static size_t blanks(struct span s)
{
    size_t n = 0;
    while (n < s.n && (span_blank_char(s.p[n]) || s.p[n] == '\n' || s.p[n] == '\r')) n++;
    return n;
}

/* object - the one at the start of rest, of n bytes. */
static void object(struct state *s, struct span rest, size_t n, const struct format_out *out)
{
    struct reading r = {s, out};
    struct json_cursor c = {.p = rest.p, .end = rest.p + n};
    record_begin(&s->record);
    bool endless = n >= FORMAT_RECORD_MAX_BYTES;
    if (!endless && json_scan_object(&c, &(struct json_sink){&r, scalar}) && c.p == c.end)
        record_end(&s->record, s->line + 1, out);
    else out->bad(out->arg, s->line + 1, "not a JSON object");
}

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    struct state *s = state;
    struct span rest = in;
    for (;;) {
        if (s->lost) rest = to_next(s, rest);
        if (s->lost) break;
        rest = pass(s, rest, blanks(rest));
        if (!rest.n) break;
        struct json_cursor c = {.p = rest.p, .end = rest.p + rest.n};
        bool whole = json_scan_skip(&c);
        if (!whole && c.state == JSON_TORN && !at_end && rest.n < FORMAT_RECORD_MAX_BYTES) break;
        if (whole) object(s, rest, (size_t)(c.p - rest.p), out);
        else out->bad(out->arg, s->line + 1, "not a JSON object");
        if (whole) rest = pass(s, rest, (size_t)(c.p - rest.p));
        s->lost = !whole;
    }
    if (at_end) s->lost = false; /* the next part begins anew */
    return at_end ? in.n : in.n - rest.n;
}

/* numbered - does the name end in "epoch" and a number, as metrics_epoch_3.json? */
static bool numbered(const char *path)
{
    const char *name = path_name(path), *at = strcasestr(name, "epoch");
    if (!at) return false;
    at += strlen("epoch");
    at += strspn(at, "_-.");
    size_t digits = strspn(at, "0123456789");
    return digits && strcmp(at + digits, ".json") == 0;
}

static int sniff(const char *path, struct span head)
{
    struct span text = span_trim(head);
    if (!text.n || text.p[0] != '{' || !numbered(path)) return 0;
    return json_row(text) ? SURE : 0;
}

const struct format format_epoch_json = {
    .name = "epoch_json",
    .summary = "a JSON object an epoch, each in a file of its own: AllenNLP",
    .globs = "metrics_epoch_*.json",
    .growth = GROWTH_REWRITTEN,
    .state_size = sizeof(struct state),
    .sniff = sniff,
    .feed = feed,
};
