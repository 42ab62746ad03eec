/* file_says - see file_says.h. TensorBoard: tensorboard/components/vz_line_chart and plugins/scalar name a download run-RUN-tag-TAG.csv,
 * older ones run_RUN,tag_TAG.csv; what is no letter or digit became '_'. */
#include "file_says.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../../analyzers/role.h"
#include "../base/span.h"

/* stem - the last component without its endings: "loss.csv.gz" is "loss"; a point within a number stays. */
static struct span stem(const char *path)
{
    struct span name = span_of(path_name(path));
    for (size_t i = name.n; i > 1; i--) {
        if (name.p[i - 1] != '.') continue;
        struct span ending = span_from(name, i);
        if (!ending.n || ending.n > 5 || (ending.p[0] >= '0' && ending.p[0] <= '9')) break;
        name.n = i - 1;
    }
    return name;
}

/* tag_of - the tag in "run-RUN-tag-TAG", and the run; false for any other name. */
static bool tag_of(struct span name, struct span *run, struct span *tag)
{
    if (!span_starts(name, "run-") && !span_starts(name, "run_") && !span_starts(name, "run,")) return false;
    for (size_t i = 4; i + 5 < name.n; i++) {
        struct span rest = span_from(name, i);
        if (!strchr("-_,", rest.p[0]) || (!span_starts(span_from(rest, 1), "tag-") && !span_starts(span_from(rest, 1), "tag_")))
            continue;
        *run = (struct span){name.p + 4, i - 4};
        *tag = span_from(name, i + 5);
        return true;
    }
    return false;
}

/* part - the data that a run of Keras' callback is about. */
static const char *part(struct span run)
{
    if (span_has(run, "valid")) return "validation/";
    if (span_has(run, "train")) return "train/";
    return "";
}

/* bare - without "history", "list" ... behind the metric, one word after the other. */
static struct span bare(struct span name)
{
    static const char *const words[] = {"history", "hist", "list", "log",    "logs", "record", "records",
                                        "curve",   "data", "all",  "values", "file", "result", "results"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        if (name.n < n + 4 || !strchr("_- ", name.p[name.n - n - 1])) continue;
        if (strncasecmp(name.p + name.n - n, words[i], n) != 0) continue;
        name.n -= n + 1;
        i = (size_t)-1;
    }
    return name;
}

static bool is_metric(const char *name)
{
    return role_of(name).role != ROLE_NONE || strcasestr(name, "loss") != NULL || strcasestr(name, "reward") != NULL;
}

bool file_says(const char *path, char out[FILE_SAYS_BYTES])
{
    struct span name = stem(path ? path : ""), run = {"", 0}, tag;
    const char *front = "";
    if (tag_of(name, &run, &tag)) {
        name = tag;
        if (!span_has(tag, "train") && !span_has(tag, "val")) front = part(run);
    } else name = bare(name);
    snprintf(out, FILE_SAYS_BYTES, "%s%.*s", front, (int)(name.n < FILE_SAYS_BYTES ? name.n : FILE_SAYS_BYTES), name.p);
    return is_metric(out);
}
