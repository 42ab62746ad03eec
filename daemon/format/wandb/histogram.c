/* wandb_histogram - see wandb/histogram.h. Both arrays are walked at once, so their length needs no limit. */
#include "histogram.h"

#include <math.h>

#include "../json_scan.h"

const char *const histogram_part_names[HISTOGRAM_PARTS] = {"min", "max", "mean", "zero_share"};

/* element - the next number of an array, behind its '[' or ','. */
static bool element(struct span *in, double *value)
{
    while (in->n && span_blank_char(in->p[0])) *in = span_from(*in, 1);
    size_t n = json_scan_number(*in, value);
    *in = span_from(*in, n);
    while (in->n && span_blank_char(in->p[0])) *in = span_from(*in, 1);
    return n > 0;
}

static bool take(struct span *in, char c)
{
    bool there = in->n && in->p[0] == c;
    if (there) *in = span_from(*in, 1);
    return there;
}

bool wandb_histogram(struct span values, struct span bins, double parts[HISTOGRAM_PARTS])
{
    double all = 0, sum = 0, zeros = 0, min = NAN, max = NAN, left, right, count;
    bool more = true;
    if (!take(&values, '[') || !take(&bins, '[') || !element(&bins, &left)) return false;
    while (more) {
        if (!element(&values, &count) || !take(&bins, ',') || !element(&bins, &right)) return false;
        more = take(&values, ',');
        bool holds_zero = left <= 0 && (right > 0 || (right == 0 && !more));
        if (count > 0) {
            if (isnan(min)) min = left;
            max = right;
            all += count;
            sum += count * (left + right) / 2;
            zeros += holds_zero ? count : 0;
        }
        left = right;
    }
    if (!take(&values, ']') || !take(&bins, ']') || !(all > 0)) return false;
    parts[HISTOGRAM_MIN] = min;
    parts[HISTOGRAM_MAX] = max;
    parts[HISTOGRAM_MEAN] = sum / all;
    parts[HISTOGRAM_ZERO_SHARE] = zeros / all;
    return true;
}
