/* pattern_file - a user's own log formats: regular expressions with named captures, from a YAML file.
 *
 *   formats:
 *     - name: mytool                      shown by `check --sources`
 *       files: ["train-*.out"]            optional: file names, or path endings where they have a '/'
 *       lines:
 *         - '^upd (?<step>\d+) obj (?<train_loss>\S+) at (?<time>\S+)$'
 *         - match: '^VALID (?<epoch>\d+) (?<f1>\S+)'
 *           series: {f1: val/f1}          a capture's name can hold only letters, digits and '_'
 *         - match: 'DIVERGED'
 *           event: nonfinite              the whole line is quoted as evidence
 *
 * A capture is named like the field it holds: step, epoch, time, lr ... as in the table of field.c; a metric otherwise. `name` and
 * `value` together are a metric named by the log; `fact_KEY` is a setting. The first pattern that matches a line has it. */
#ifndef MLWATCH_PATTERN_FILE_H
#define MLWATCH_PATTERN_FILE_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "../../analyzers/analyzer.h"
#include "../base/err.h"
#include "../base/span.h"

enum { PATTERN_FORMATS_MAX = 64, PATTERN_LINES_MAX = 64, PATTERN_CAPTURES_MAX = 64 };

/* How hard a pattern may try on one line: calls of PCRE2's internal match(), as its pcre2_set_match_limit counts them, and its
 * backtracking memory. A pattern without nested repeats stays far below; (a+)+b would need 2^n. */
enum { PATTERN_MATCH_LIMIT = 100000, PATTERN_HEAP_KIB = 1024 };

enum capture_kind { CAPTURE_FIELD, CAPTURE_NAME, CAPTURE_VALUE, CAPTURE_FACT };
struct pattern_capture {
    char *name; /* of the field or the fact */
    enum capture_kind kind;
    uint32_t number; /* of the group */
};
struct pattern_line {
    pcre2_code *code;
    struct pattern_capture captures[PATTERN_CAPTURES_MAX];
    size_t n_captures;
    enum event event; /* EVENT_NONE: none */
};
struct pattern_format {
    char *name, **files;
    struct pattern_line *lines;
    size_t n_files, n_lines;
};
struct patterns {
    struct pattern_format *formats;
    size_t n_formats;
};

/* patterns_load - read and compile a pattern file into *ret (zeroed, or loaded before: formats are added behind).
 * Errors: E_ABSENT no such file; E_IO; E_LIMIT; E_FORMAT "FILE:LINE:COLUMN: why". On an error *ret keeps only what it had. */
enum status patterns_load(const char *path, struct patterns *ret, struct err *err);
void patterns_done(struct patterns *p);

/* patterns_use - the formats that this process knows besides the built-in ones. Once, before the first file is looked at: the
 * registry is read without locks by every thread. p must live to the end of the process; NULL for none. */
void patterns_use(const struct patterns *p);
const struct patterns *patterns_in_use(void);

/* patterns_open - load /etc/mlwatch/patterns.yaml and the user's own (MLWATCH_PATTERNS, else patterns.yaml in $MLWATCH_HOME,
 * $XDG_CONFIG_HOME/mlwatch or ~/.config/mlwatch) and use them. Files that are absent are no error, unless MLWATCH_PATTERNS names one. */
enum status patterns_open(struct err *err);

#endif
