/* bulk_probe - is a log told alike when all of it lies ready and when it comes line by line? Readers take short cuts where many bytes
 * are at hand; where only one line is there they cannot. */
#ifndef MLWATCH_BULK_PROBE_H
#define MLWATCH_BULK_PROBE_H

#include <inttypes.h>

#include "chance.h"
#include "format_probe.h"

/* bulk_number - a literal: mostly as loggers print it, sometimes an odd one. */
static inline void bulk_number(struct str *to)
{
    static const char *const odd[] = {
        "NaN",  "-Infinity", "inf", "nan",  "1e400", "-0",    "1E+05", "0.1e-7", "12345678901234567890",
        "0e0",  "5e-324",    "00",  "1.",   ".5",    "-",     "+1",    "1e",     "0.00000000000000000000000001",
        "1.#J", "--1",       "1_0", "0x10", "99.",   "1.2.3", "",      "null",   "true"};
    double x = (chance() - 0.3) * (double)(1 << below(20)) / (double)(1 << below(24));
    size_t kind = below(40);
    if (kind == 0) str_add(to, odd[below(sizeof odd / sizeof *odd)]);
    else if (kind == 1) str_addf(to, "%.17g", x * 1e-30);
    else if (kind == 2) str_addf(to, "%.25f", x);
    else if (kind < 13) str_addf(to, "%.17g", x);
    else if (kind < 18) str_addf(to, "%.3e", x);
    else if (kind < 25) str_addf(to, "%zu", below((size_t)1 << below(31)));
    else str_addf(to, "%.*f", 1 + (int)below(9), x);
}

/* bulk_compare - read log in one piece, and offering one more line at a time; frees the log. */
static inline void bulk_compare(const char *format, struct str *log)
{
    struct span doc = {log->p, log->n};
    struct probe *whole = probe_open(format_by_name(format), PROBE_ARENA_BYTES);
    struct probe *slow = probe_open(format_by_name(format), PROBE_ARENA_BYTES);
    probe_read(whole, doc, doc.n, 1);
    for (size_t taken = 0, there = 0; there < doc.n;) {
        const char *newline = memchr(doc.p + there, '\n', doc.n - there);
        there = newline ? (size_t)(newline + 1 - doc.p) : doc.n;
        taken += probe_feed(slow, (struct span){doc.p + taken, there - taken}, there == doc.n);
    }
    assert_true(whole->points > 1000);
    assert_string_equal(whole->text.p, slow->text.p);
    probe_close(whole);
    probe_close(slow);
    str_done(log);
}

#endif
