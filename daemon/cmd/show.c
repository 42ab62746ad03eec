#include "show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"

enum { FOUND_SOURCES_MAX = 4, NAME_CHARS = 60 };

static double wall(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void show_start(struct show *s, FILE *out, bool plain)
{
    int fd = fileno(out);
    *s = (struct show){.out = out,
                       .live = !plain && isatty(fd) && getenv("TERM") && strcmp(getenv("TERM"), "dumb") != 0,
                       .style = {!plain && cmd_colour(fd), cmd_unicode(), isatty(fd) ? cmd_columns(fd) : 0}};
}

static const char *text_of(const json_t *m, const char *key)
{
    const char *text = json_string_value(json_object_get(m, key));
    return text ? text : "";
}

static double number_of(const json_t *m, const char *key)
{
    const json_t *v = json_object_get(m, key);
    return json_is_number(v) ? json_number_value(v) : NAN;
}

static void add_safe(struct str *s, const char *text, size_t max) { str_add_printable(s, span_of(text), max); }

static void erase(struct show *s)
{
    if (s->drawn) fputs("\r\033[K", s->out);
    s->drawn = false;
}

/* ---- what was found -------------------------------------------------------------------------------------------------------- */

static void add_sources(struct str *s, const json_t *list)
{
    size_t n = json_array_size(list), i;
    json_t *one;
    str_addf(s, "%zu source%s", n, n == 1 ? "" : "s");
    json_array_foreach(list, i, one)
    {
        if (i == FOUND_SOURCES_MAX) break;
        str_add(s, i ? ", " : ": ");
        add_safe(s, text_of(one, "path"), NAME_CHARS);
        str_addf(s, " (%s)", text_of(one, "format"));
    }
    if (n > FOUND_SOURCES_MAX) str_addf(s, ", and %zu more", n - FOUND_SOURCES_MAX);
}

static void found(struct show *s, const json_t *m)
{
    struct str out = {0};
    int checkpoints = (int)json_integer_value(json_object_get(m, "checkpoints"));
    add_safe(&out, text_of(m, "run"), NAME_CHARS);
    str_add(&out, ": ");
    add_sources(&out, json_object_get(m, "sources"));
    if (checkpoints) str_addf(&out, "; %d checkpoint%s", checkpoints, checkpoints == 1 ? "" : "s");
    if (*text_of(m, "missing")) str_addf(&out, "; missing: %s", text_of(m, "missing"));
    if (json_is_false(json_object_get(m, "caught_up"))) {
        double all = number_of(m, "bytes") / 1e6, read = number_of(m, "read") / 1e6;
        str_addf(&out, "; reading its history, %.0f of %.0f MB", read, all);
    }
    str_add(&out, "\n");
    fputs(out.p ? out.p : "", s->out);
    str_done(&out);
}

/* ---- alerts ------------------------------------------------------------------------------------------------------------------ */

static void alert(struct show *s, const json_t *m)
{
    struct str out = {0};
    const char *cause = json_string_value(json_object_get(m, "cause"));
    struct alert a = {.when = number_of(m, "when"),
                      .severity = severity_named(text_of(m, "severity")),
                      .run = text_of(m, "run"),
                      .kind = text_of(m, "kind"),
                      .where = text_of(m, "where"),
                      .message = text_of(m, "message"),
                      .incident = text_of(m, "incident"),
                      .cause = cause,
                      .fix = text_of(m, "fix"),
                      .missing = text_of(m, "missing"),
                      .probability = number_of(m, "probability"),
                      .news = text_of(m, "news")};
    terminal_alert(&a, &s->style, &out);
    fputs(out.p ? out.p : "", s->out);
    str_done(&out);
}

/* ---- the line ------------------------------------------------------------------------------------------------------------------ */

void show_age(struct str *out, double seconds)
{
    static const struct {
        double unit;
        const char *name;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    for (size_t i = 0; i < 4; i++)
        if (seconds >= 2 * units[i].unit || i == 3) {
            str_addf(out, "%.0f %s", floor(fmax(seconds, 0) / units[i].unit), units[i].name);
            return;
        }
}

static void add_line(struct str *out, const json_t *m, const struct terminal_style *style)
{
    double rate = number_of(m, "rate"), last = number_of(m, "last_data");
    const json_t *value = json_object_get(m, "value");
    add_safe(out, text_of(m, "run"), NAME_CHARS);
    if (json_is_integer(json_object_get(m, "step")))
        str_addf(out, "  step %lld", (long long)json_integer_value(json_object_get(m, "step")));
    if (*text_of(m, "series")) {
        str_add(out, "  ");
        add_safe(out, text_of(m, "series"), 24);
        str_add(out, " ");
        if (json_is_string(value)) str_add(out, json_string_value(value));
        else str_add_number(out, json_number_value(value));
        str_addf(out, " %s", text_of(m, style->unicode ? "spark" : "spark_ascii"));
    }
    if (isfinite(rate) && rate > 0) str_addf(out, rate < 10 ? "  %.2f steps/s" : "  %.0f steps/s", rate);
    str_add(out, "  data ");
    if (last > 0) show_age(out, wall() - last), str_add(out, " old");
    else str_add(out, "none yet");
    str_addf(out, "  %s", text_of(m, "state"));
    if (number_of(m, "others") > 0) str_addf(out, "  (+%.0f more)", number_of(m, "others"));
}

/* A line that wraps cannot be taken back: what does not fit is cut at a character's edge. */
static void cut(struct str *s, int columns)
{
    int cells = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (((unsigned char)s->p[i] & 0xC0) == 0x80) continue;
        if (++cells < columns) continue;
        s->n = i;
        s->p[i] = 0;
        return;
    }
}

void show_tick(struct show *s)
{
    struct str out = {0};
    if (!s->live || !s->line) return;
    add_line(&out, s->line, &s->style);
    s->style.columns = cmd_columns(fileno(s->out));
    if (out.p) cut(&out, s->style.columns);
    erase(s);
    fputs(out.p ? out.p : "", s->out);
    s->drawn = true;
    fflush(s->out);
    str_done(&out);
}

/* ---- the outside ----------------------------------------------------------------------------------------------------------------- */

static void sentence(struct show *s, const json_t *m)
{
    struct str out = {0};
    (void)s;
    add_safe(&out, text_of(m, "text"), 1000);
    fprintf(stderr, "mlwatch: %s\n", out.p ? out.p : "");
    str_done(&out);
}

static const struct {
    const char *what;
    void (*print)(struct show *s, const json_t *m);
} messages[] = {
    {"found", found},
    {"alert", alert},
    {"note", sentence},
    {"error", sentence},
};

void show_message(struct show *s, const json_t *m)
{
    const char *what = text_of(m, "say");
    if (strcmp(what, "live") == 0) {
        json_decref(s->line);
        s->line = json_deep_copy(m);
        show_tick(s);
        return;
    }
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        if (strcmp(what, messages[i].what) != 0) continue;
        erase(s);
        messages[i].print(s, m);
        fflush(s->out);
        show_tick(s);
    }
}

void show_end(struct show *s)
{
    erase(s);
    fflush(s->out);
    json_decref(s->line);
    s->line = NULL;
}
