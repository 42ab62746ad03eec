/* csv_plain - rows of plain numbers, read in one go. */
#include "parts.h"

static bool plain_room(struct csv *s, const struct format_out *out)
{
    if (s->n_columns <= s->plain_cap) return true;
    uint32_t cap = s->n_columns < 2 * s->plain_cap ? 2 * s->plain_cap : s->n_columns;
    struct plain *plain = arena_alloc(out->arena, cap * sizeof *plain);
    if (plain) s->plain = plain, s->plain_cap = cap;
    return plain != NULL;
}

void csv_plain_settle(struct csv *s, const struct format_out *out)
{
    s->steady = false;
    bool watched = s->index.counts && !s->index.proven;
    if (s->fallen || s->t_column >= 0 || watched || s->delimiter == ' ' || !plain_room(s, out)) return;
    s->kinds = 0;
    for (uint32_t i = 0; i < s->n_columns; i++) {
        if (s->columns[i] < 0) return;
        s->plain[i] = (struct plain){.cell = record_cell(&s->record, s->columns[i], NAN)};
        s->kinds |= 1u << s->plain[i].cell.kind;
    }
    s->steady = s->n_columns > 0;
}

const char *csv_plain_row(struct csv *s, const char *p, const char *end)
{
    struct record *r = &s->record;
    if (!s->steady || (size_t)(end - p) < (size_t)s->n_columns * NUM_SCAN_BYTES || *p == '\n' || *p == '\r') return NULL;
    struct plain *known = s->plain, *last = known + s->n_columns - 1;
    record_begin(r);
    for (struct cell *cell = r->cells;; known++, p++) {
        double value;
        const char *behind = num_form_scan(&known->form, p, &value);
        if (behind) *cell = known->cell, cell++->value = value, p = behind;
        else if (s->kinds & 1u << FIELD_SUMMARY) return NULL; /* what a row is depends on the cells that it has */
        if (known == last) {
            r->n_cells = (uint32_t)(cell - r->cells);
            break;
        }
        if (*p != s->delimiter) return NULL;
    }
    r->kinds = s->kinds;
    p += *p == '\r';
    return *p == '\n' ? p : NULL;
}
