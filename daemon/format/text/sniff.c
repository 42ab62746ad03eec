/* text_sniff - see text/sniff.h. The head is read for real, into a sink that counts. */
#include "sniff.h"
#include "../csv/sniff.h"
#include "said.h"
#include "wide.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MISNAMED = 30 }; /* as sure as a log of few words */

struct tally {
    unsigned points, events;
    int series;
};

static int tally_series(void *arg, struct span name, enum axis axis)
{
    (void)name, (void)axis;
    return ((struct tally *)arg)->series++;
}
static void tally_point(void *arg, int series, int64_t step, double time, double value, uint64_t line)
{
    (void)series, (void)step, (void)time, (void)value, (void)line;
    ((struct tally *)arg)->points++;
}
static void tally_fact(void *arg, struct span key, struct span value) { (void)arg, (void)key, (void)value; }
static void tally_event(void *arg, uint64_t line, enum event kind, struct span text)
{
    (void)line, (void)text;
    ((struct tally *)arg)->events += kind != EVENT_CHECKPOINT;
}
static void tally_bad(void *arg, uint64_t line, const char *why) { (void)arg, (void)line, (void)why; }

static struct tally tally_of(struct span head)
{
    struct tally tally = {0};
    struct arena arena;
    void *state = calloc(1, format_text.state_size);
    if (!state) return tally;
    arena_init(&arena, 256 << 10);
    struct format_out out = {&tally, &arena, tally_series, tally_point, tally_fact, tally_event, tally_bad};
    format_text.init(state, "");
    format_text.feed(state, head, head.n < FORMAT_HEAD_BYTES, &out); /* a head that is cut ends inside a line */
    arena_done(&arena);
    free(state);
    return tally;
}

/* is_binary - NUL bytes, or more than one in ten bytes a control character other than those of consoles. */
static bool is_binary(struct span head)
{
    size_t odd = 0;
    for (size_t i = 0; i < head.n; i++) {
        unsigned char c = (unsigned char)head.p[i];
        if (!c) return true;
        odd += c < 0x20 && !strchr("\t\n\r\b\033\a\f", c);
    }
    return odd * 10 > head.n;
}

/* without_hole - what stands behind the NUL bytes that a log begins with when it was emptied while its writer went on at the old place. */
static struct span without_hole(struct span head)
{
    size_t n = 0;
    while (n < head.n && !head.p[n]) n++;
    return n < head.n ? span_from(head, n) : head;
}

static bool ends_in(const char *name, const char *list)
{
    const char *dot = strrchr(name, '.');
    size_t n = dot ? strlen(dot) : 0;
    for (const char *p = list; n && (p = strcasestr(p, dot)) != NULL; p += n)
        if (p[n] == ' ' || !p[n]) return true;
    return false;
}

static bool begins_in(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (strncasecmp(name, *list, strlen(*list)) == 0) return true;
    return false;
}

static int sniff_bytes(const char *path, struct span head);

/* sniff_wide - the head of UTF-16 as UTF-8. */
static __attribute__((noinline, cold)) int sniff_wide(const char *path, enum text_wide is, struct span head)
{
    size_t size = head.n * 2; /* two bytes become three at most */
    char *bytes = malloc(size);
    if (!bytes) return 0;
    size_t n = text_wide_utf8(is, span_from(head, WIDE_MARK_BYTES), bytes, size);
    while (head.n == FORMAT_HEAD_BYTES && n && bytes[n - 1] != '\n') n--;
    int sure = sniff_bytes(path, (struct span){bytes, n});
    free(bytes);
    return sure;
}

int text_sniff(const char *path, struct span head)
{
    enum text_wide is = head.n ? text_wide_of(head) : WIDE_NOT;
    return is > WIDE_NOT ? sniff_wide(path, is, head) : sniff_bytes(path, head);
}

/* is_misnamed - is a file that is called a table none, but what a program printed? open("rewards.csv", "a").write(f"Episode {i}, Reward: {r}") */
static bool is_misnamed(const char *path, const char *name, struct span head)
{
    enum { TABLE = 20, RECORDS = 10 };
    return ends_in(name, ".csv .tsv") && csv_sniff(path, head) < TABLE && tally_of(head).points >= RECORDS;
}

/* is_said - JSON lines whose numbers are in what they say. */
static __attribute__((noinline)) bool is_said(const char *name, struct span head)
{
    enum { RECORDS = 10 };
    char buffer[TEXT_SAID_MAX_BYTES];
    const char *nl = head.n ? memchr(head.p, '\n', head.n) : NULL;
    struct span first = span_trim((struct span){head.p, nl ? (size_t)(nl - head.p) : 0});
    if (!ends_in(name, ".json .jsonl .ndjson") || !text_said_may(first) || !text_said(first, buffer).n) return false;
    return tally_of(head).points >= RECORDS;
}

static int sniff_bytes(const char *path, struct span head)
{
    static const char code[] =
        ".py .pyc .c .h .cc .cpp .cu .rs .go .js .ts .sh .bash .json .jsonl .ipynb .yaml .yml .toml .cfg .ini .csv .tsv .html "
        ".xml .tex .rst .lock .diff .patch .sql .css .bib .svg";
    static const char *const documents[] = {"readme",       "license",      "licence",    "notice", "changelog",
                                            "contributing", "requirements", "cmakelists", "vocab",  "merges",
                                            "copying",      "authors",      "citation",   NULL};
    static const char *const plain[] = {"train", "nohup", "stdout", "stderr", "output", "slurm", "log", NULL};
    const char *name = path ? path_name(path) : "";
    head = without_hole(head);
    if (is_binary(head)) return 0;
    if (is_misnamed(path, name, head) || is_said(name, head)) return MISNAMED;
    if (ends_in(name, code)) return head.n ? 5 : 0;
    bool document = begins_in(name, documents);
    if ((document && !ends_in(name, ".txt .log")) || (ends_in(name, ".md") && span_starts(span_trim(head), "#")))
        return head.n ? 10 : 5;
    struct tally tally = tally_of(head);
    if (document && tally.points < 3) return head.n ? 10 : 5; /* "readme_output.txt" may hold the output itself */
    if (tally.points >= 3) return 45;
    if (tally.points) return 40;
    if (tally.events) return 30;
    if (ends_in(name, ".log .out .err .txt")) return 25;
    if (!ends_in(name, ".md") && begins_in(name, plain)) return 20;
    return head.n ? 10 : 5;
}
