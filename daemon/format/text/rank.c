/* text_rank - see text/rank.h. Prefixes: torch.distributed.elastic's "[role" "rank]:", Slurm's srun --label, Open MPI's --tag-output
 * ("[job,rank]<stdout>:"), Ray's "(function pid=71, ip=10.0.0.2)". */
#include "rank.h"

#include <string.h>
#include <strings.h>

#include "prefix.h"

enum { DIGITS_MAX = 7, HEIR_RECORDS = 8, STEPS_ENOUGH = 8, RANKS_MAX = 4096 };

/* digits - the number at the start of s; returns its bytes, 0 for none. */
static size_t digits(struct span s, int64_t *value)
{
    size_t n = 0;
    *value = 0;
    while (n < s.n && n < DIGITS_MAX && span_digit_char(s.p[n])) *value = *value * 10 + (s.p[n++] - '0');
    return n < s.n && !span_digit_char(s.p[n]) ? n : 0;
}

/* word_length - "rank", "local_rank", "gpu": what a number behind it makes a rank. */
static size_t word_length(struct span s, bool bracketed)
{
    static const char *const words[] = {"rank",    "local_rank", "global_rank", "gpu", "cuda",
                                        "default", "trainer",    "worker",      "proc"};
    for (size_t i = 0; i < (bracketed ? sizeof words / sizeof *words : 3); i++) {
        if (!s.n || (s.p[0] | 0x20) != words[i][0]) continue;
        size_t n = strlen(words[i]);
        if (s.n > n && strncasecmp(s.p, words[i], n) == 0) return n;
    }
    return 0;
}

/* named - "rank3", "Rank 3", "rank: 3", "rank=3": bytes up to the end of the number; "Rank-1" is a score. */
static size_t named(struct span s, bool bracketed, int64_t *rank)
{
    size_t n = word_length(s, bracketed), d;
    if (!n) return 0;
    while (n < s.n && strchr(" =:_", s.p[n])) n++;
    d = digits(span_from(s, n), rank);
    return d ? n + d : 0;
}

/* tagged - "[1,3]<stdout>:". */
static size_t tagged(struct span s, int64_t *rank)
{
    int64_t job;
    size_t n = digits(span_from(s, 1), &job), d;
    if (!n || s.p[1 + n] != ',' || !(d = digits(span_from(s, n + 2), rank))) return 0;
    struct span rest = span_from(s, n + 2 + d);
    const char *end = span_starts(rest, "]<std") ? memchr(rest.p, ':', rest.n < 12 ? rest.n : 12) : NULL;
    return end ? (size_t)(end - s.p) + 1 : 0;
}

/* role - "[train3]:", as torchrun calls a process by its role's name. */
static size_t role(struct span s, int64_t *rank)
{
    size_t n = 1, d;
    while (n < s.n && n < 32 && ((s.p[n] | 0x20) >= 'a' && (s.p[n] | 0x20) <= 'z')) n++;
    d = n > 1 ? digits(span_from(s, n), rank) : 0;
    return d && n + d + 1 < s.n && s.p[n + d] == ']' && s.p[n + d + 1] == ':' ? n + d + 2 : 0;
}

static size_t bracketed(struct span s, int64_t *rank)
{
    if (span_digit_char(s.p[1])) return tagged(s, rank);
    size_t n = named(span_from(s, 1), true, rank);
    if (n && 1 + n < s.n && s.p[1 + n] == ']') return n + 2 + (n + 2 < s.n && s.p[n + 2] == ':');
    return role(s, rank);
}

/* ray - "(TaskRunner pid=71, ip=10.0.0.2)": the process stands for the rank. */
static size_t ray(struct span s, int64_t *rank)
{
    const char *close = memchr(s.p, ')', s.n < 120 ? s.n : 120);
    const char *pid = close ? memmem(s.p, (size_t)(close - s.p), " pid=", 5) : NULL;
    return pid && digits(span_from(s, (size_t)(pid - s.p) + 5), rank) ? (size_t)(close - s.p) + 1 : 0;
}

/* host - "node-1: {" and "node-1: [20", as pdsh marks the lines of a node; its name tells no rank. */
static size_t host(struct span s)
{
    enum { NAME_MAX_BYTES = 64 };
    size_t n = 0, d = 0;
    for (; n < s.n && n < NAME_MAX_BYTES && s.p[n] != ':'; n++) {
        char c = s.p[n], letter = (char)(c | 0x20);
        if (span_digit_char(c)) d++;
        else if (!(letter >= 'a' && letter <= 'z') && c != '-' && c != '.') return 0;
    }
    if (!d || n + 3 >= s.n || n == NAME_MAX_BYTES || s.p[n + 1] != ' ' || span_digit_char(s.p[0])) return 0;
    struct span rest = span_from(s, n + 2);
    return span_starts(rest, "{'") || span_starts(rest, "[20") ? n + 2 : 0;
}

size_t text_rank_length(struct span s, int64_t *rank)
{
    size_t n = 0;
    int64_t value = TEXT_NO_RANK;
    char c = s.n > 4 ? s.p[0] : ' ';
    if (c == '[') n = bracketed(s, &value);
    else if (c == '(') n = ray(s, &value);
    else if ((c | 0x20) == 'r' || (c | 0x20) == 'l' || (c | 0x20) == 'g') {
        n = named(s, false, &value);
        bool ends = n && n < s.n && strchr(s.p[4] == '=' ? " ,|:" : "|,:", s.p[n]);
        if (n && !ends && n + 1 < s.n && s.p[n] == ' ') ends = strchr("|-:>", s.p[n + 1]) != NULL, n++;
        n = ends ? n + 1 : 0;
    }
    if (!n && ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')) return host(s);
    if (n) *rank = value;
    return n;
}

size_t text_rank_front(struct span s, int64_t *front)
{
    int64_t value;
    size_t n = s.n && span_digit_char(s.p[0]) ? digits(s, &value) : 0;
    if (!n || n + 1 >= s.n || s.p[n] != ':' || s.p[n + 1] != ' ') return 0;
    *front = value;
    return n + 2;
}

void text_ranks_init(struct text_ranks *r)
{
    *r = (struct text_ranks){
        .rank = TEXT_NO_RANK, .front = TEXT_NO_RANK, .main = TEXT_NO_RANK, .old = TEXT_NO_RANK, .heir = TEXT_NO_RANK};
}

/* judge - what the numbers so far are: all of one value, or few that come again and again, are ranks. */
static void judge(struct text_ranks *r)
{
    int64_t range = r->fronts.most - r->fronts.least + 1;
    bool one = range == 1 && r->fronts.n >= 3, few = r->fronts.downs >= 2 && r->fronts.n >= 2 * (uint64_t)range;
    if (r->fronts.most < RANKS_MAX && (one || few)) r->front_is = FRONT_RANK;
    else if (r->front_is == FRONT_UNKNOWN && r->fronts.ups >= STEPS_ENOUGH && !r->fronts.downs) r->front_is = FRONT_STEP;
}

static void count_front(struct text_ranks *r, int64_t front)
{
    bool first = !r->fronts.n++;
    r->fronts.downs += !first && front < r->fronts.last;
    r->fronts.ups += !first && front > r->fronts.last;
    if (first || front < r->fronts.least) r->fronts.least = front;
    if (first || front > r->fronts.most) r->fronts.most = front;
    r->fronts.last = front;
    judge(r);
}

void text_ranks_line(struct text_ranks *r, int64_t rank, int64_t front)
{
    r->rank = rank;
    r->front = front;
    if (front < 0) return;
    if (r->front_is != FRONT_RANK) count_front(r, front);
    if (r->front_is == FRONT_RANK && rank < 0) r->rank = front, r->front = TEXT_NO_RANK;
}

bool text_ranks_lead(struct text_ranks *r, int64_t lead)
{
    if (r->front_is != FRONT_RANK) count_front(r, lead);
    if (r->front_is == FRONT_RANK && r->rank < 0) r->rank = lead;
    return r->front_is == FRONT_RANK;
}

void text_ranks_counts(struct text_ranks *r, int64_t front, const void *metric, int64_t count)
{
    bool again = metric && r->metric == metric && r->count == count && r->metric_front != front && front < RANKS_MAX;
    if (again && r->main < 0) r->main = r->metric_front;
    if (again) r->front_is = FRONT_RANK, r->rank = front, r->front = TEXT_NO_RANK;
    if (!again && metric) r->metric = metric, r->count = count, r->metric_front = front;
}

void text_ranks_told(struct text_ranks *r)
{
    if (r->rank < 0) return;
    if (r->main < 0) r->main = r->rank;
    if (r->rank == r->main) r->heir = TEXT_NO_RANK, r->heir_records = 0;
    else if (r->heir < 0) r->heir = r->rank, r->heir_records = 1;
    else if (r->rank == r->heir && ++r->heir_records >= HEIR_RECORDS) {
        r->old = r->main;
        r->main = r->heir;
        r->heir = TEXT_NO_RANK;
    }
}
