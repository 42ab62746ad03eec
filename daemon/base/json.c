#include "json.h"

#include <math.h>

#include "str.h"

json_t *json_number(double value)
{
    if (isnan(value)) return json_string("NaN");
    if (isinf(value)) return json_string(value > 0 ? "Infinity" : "-Infinity");
    return json_real(value);
}

json_t *json_text(const char *text)
{
    if (!text) return json_null();
    json_t *plain = json_string(text);
    if (plain) return plain;
    struct str clean = {0};
    str_add_printable(&clean, span_of(text), strlen(text));
    json_t *mended = json_string(clean.p ? clean.p : "");
    str_done(&clean);
    return mended;
}
