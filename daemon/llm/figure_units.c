#include "figure_units.h"

static const struct {
    const char *word;
    enum unit unit;
} units[] = {
    {"%", UNIT_PERCENT},
    {"percent", UNIT_PERCENT},
    {"pct", UNIT_PERCENT},
    {"\xC3\x97", UNIT_TIMES},
    {"x", UNIT_TIMES},
    {"times", UNIT_TIMES},
    {"time", UNIT_TIMES},
    {"fold", UNIT_TIMES},
    {"factor of", UNIT_TIMES},
    {"step", UNIT_STEP},
    {"steps", UNIT_STEP},
    {"iteration", UNIT_STEP},
    {"iterations", UNIT_STEP},
    {"update", UNIT_STEP},
    {"updates", UNIT_STEP},
    {"epoch", UNIT_EPOCH},
    {"epochs", UNIT_EPOCH},
    {"episode", UNIT_EPISODE},
    {"episodes", UNIT_EPISODE},
    {"record", UNIT_RECORD},
    {"records", UNIT_RECORD},
    {"sample", UNIT_SAMPLE},
    {"samples", UNIT_SAMPLE},
    {"example", UNIT_SAMPLE},
    {"examples", UNIT_SAMPLE},
    {"batch", UNIT_BATCH},
    {"batches", UNIT_BATCH},
    {"line", UNIT_LINE},
    {"lines", UNIT_LINE},
    {"ms", UNIT_MILLISECOND},
    {"s", UNIT_SECOND},
    {"sec", UNIT_SECOND},
    {"second", UNIT_SECOND},
    {"seconds", UNIT_SECOND},
    {"min", UNIT_MINUTE},
    {"minute", UNIT_MINUTE},
    {"minutes", UNIT_MINUTE},
    {"h", UNIT_HOUR},
    {"hour", UNIT_HOUR},
    {"hours", UNIT_HOUR},
    {"day", UNIT_DAY},
    {"days", UNIT_DAY},
    {"kb", UNIT_KB},
    {"kib", UNIT_KB},
    {"mb", UNIT_MB},
    {"mib", UNIT_MB},
    {"gb", UNIT_GB},
    {"gib", UNIT_GB},
    {"sd", UNIT_SD},
    {"\xCF\x83", UNIT_SD},
};
enum { N_UNITS = sizeof units / sizeof *units };

/* Spaces, U+00A0 among them, and one hyphen ("360-fold"). */
static size_t skip_gap(struct span t, size_t i)
{
    bool hyphen = true;
    while (i < t.n) {
        if (t.p[i] == ' ') i++;
        else if (i + 1 < t.n && t.p[i] == '\xC2' && t.p[i + 1] == '\xA0') i += 2;
        else if (hyphen && t.p[i] == '-' && i + 1 < t.n && figure_is_letter(t.p[i + 1])) i++, hyphen = false;
        else break;
    }
    return i;
}

size_t figure_unit_behind(struct span t, size_t i, enum unit *ret)
{
    size_t from = skip_gap(t, i), to = from;
    while (to < t.n && figure_is_letter(t.p[to])) to++;
    if (to == from && to < t.n) to += t.p[to] == '%' ? 1 : (t.p[to] & 0xC0) == 0xC0 && to + 1 < t.n ? 2 : 0;
    for (size_t u = 0; u < N_UNITS; u++)
        if (figure_is_word((struct span){t.p + from, to - from}, units[u].word)) return *ret = units[u].unit, to;
    return i;
}

enum unit figure_unit_before(struct span t, size_t i)
{
    while (i && (strchr(" :=#", t.p[i - 1]) || (t.p[i - 1] == '\xA0' && i > 1 && t.p[i - 2] == '\xC2')))
        i -= t.p[i - 1] == '\xA0' ? 2 : 1;
    for (size_t u = 0; u < N_UNITS; u++) {
        const size_t n = strlen(units[u].word);
        const bool counts =
            units[u].unit == UNIT_TIMES ? n != 1 && n != 4 && n != 5 : units[u].unit >= UNIT_STEP && units[u].unit <= UNIT_LINE;
        if (counts && i >= n && strncasecmp(t.p + i - n, units[u].word, n) == 0 &&
            (i == n || !figure_is_letter(t.p[i - n - 1]) || n == 2))
            return units[u].unit;
    }
    return UNIT_NONE;
}
