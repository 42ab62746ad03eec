/* fuzz_inspection - what a reader that was taken over may send through the pipe; the first byte says in pieces of what size it comes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/base/inspection.h"

static size_t length_of(const char *text) { return text ? strlen(text) : 0; }

/* Everything is read once, so that a pointer that leads nowhere is met. */
static size_t touch(const struct inspection *i)
{
    size_t n = strlen(i->format);
    for (size_t k = 0; k < i->n_reasons; k++) n += strlen(i->reasons[k]);
    for (size_t k = 0; k < i->n_facts; k++) n += strlen(i->facts[k].key) + strlen(i->facts[k].value);
    for (size_t k = 0; k < i->n_tensors; k++) {
        const struct inspected_tensor *t = &i->tensors[k];
        n += strlen(t->name) + strlen(t->dtype) + length_of(t->slot) + length_of(t->parameter) + t->n_dims;
        if (t->n_dims > INSPECTION_MAX_DIMS || t->part > INSPECTED_OTHER) abort();
    }
    for (size_t k = 0; k < i->n_groups; k++)
        for (size_t m = 0; m < i->groups[k].n_parameters; m++)
            n += (size_t)(i->groups[k].parameters[m] & 1) + length_of(i->groups[k].names ? i->groups[k].names[m] : NULL);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inspection i;
    struct inspection_reader r;
    size_t piece = size ? data[0] + 1u : 1;
    enum status s = OK;
    inspection_read(&r, &i);
    for (size_t at = 1; !s && at < size; at += piece)
        s = inspection_feed(&r, (struct span){(const char *)data + at, size - at < piece ? size - at : piece}, NULL);
    inspection_close(&r, NULL);
    if (i.state > INSPECTED_STATE_UNVERIFIED || i.safety > INSPECTED_MALICIOUS) abort();
    if (!i.ended && (i.state == INSPECTED_WHOLE || i.safety == INSPECTED_SAFE)) abort();
    touch(&i);
    inspection_done(&i);
    return 0;
}
