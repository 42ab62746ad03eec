/* report - the list of formats. */
#include "report.h"

#include <string.h>

#include "formats.h"

const struct report_format *const report_formats[] = {&report_text, &report_markdown, &report_json, NULL};

const struct report_format *report_format_by_name(const char *name)
{
    for (size_t i = 0; name && report_formats[i]; i++)
        if (strcmp(report_formats[i]->name, name) == 0) return report_formats[i];
    return NULL;
}
