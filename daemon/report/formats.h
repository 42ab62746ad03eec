/* formats - the entries of the list in report.c, one a file. */
#ifndef MLWATCH_REPORT_FORMATS_H
#define MLWATCH_REPORT_FORMATS_H

#include "report.h"

extern const struct report_format report_text, report_markdown, report_json;

#endif
