/* record - see record.h. */
#include "record.h"

#include <stdio.h>
#include <strings.h>

#include "../base/num.h"

enum { FIRST_CAP = 2, TWINS_SOUGHT = 16, SETTING_CHANGES_MAX = 8, SETTING_TEXT_MAX = 128, SAME_EPOCH_MAX = 2 };

static uint32_t hash_of(struct span s) /* FNV-1a */
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < s.n; i++) h = (h ^ (unsigned char)s.p[i]) * 16777619u;
    return h;
}

static uint32_t *slot_of(const struct record *r, struct span name)
{
    uint32_t mask = r->n_slots - 1, i = hash_of(name) & mask;
    for (; r->slots[i]; i = (i + 1) & mask) {
        const struct column *c = &r->columns[r->slots[i] - 1];
        if (c->length == name.n && memcmp(c->name, name.p, name.n) == 0) break;
    }
    return &r->slots[i];
}

/* grow - room for one more column. Old tables stay in the arena: doubling wastes at most as much as is used. */
static bool grow(struct record *r, const struct format_out *out)
{
    if (r->n_columns < r->cap) return true;
    uint32_t cap = r->cap ? r->cap * 2 : FIRST_CAP;
    if (cap > RECORD_COLUMNS_MAX) return false;
    struct column *columns = arena_alloc(out->arena, cap * sizeof *columns);
    struct cell *cells = arena_alloc(out->arena, cap * sizeof *cells);
    uint32_t *slots = arena_alloc(out->arena, 2 * cap * sizeof *slots);
    if (!columns || !cells || !slots) return false;
    if (r->n_columns) memcpy(columns, r->columns, r->n_columns * sizeof *columns);
    if (r->n_cells) memcpy(cells, r->cells, r->n_cells * sizeof *cells);
    r->columns = columns, r->cells = cells, r->slots = slots, r->cap = cap, r->n_slots = 2 * cap;
    r->arena = out->arena;
    for (uint32_t i = 0; i < r->n_columns; i++) *slot_of(r, (struct span){columns[i].name, columns[i].length}) = i + 1;
    return true;
}

static int add_column(struct record *r, struct span name, const struct field *field, const struct format_out *out)
{
    if (!grow(r, out)) return -1;
    char *copy = arena_copy(out->arena, name.p, name.n);
    if (!copy) return -1;
    if (!field) field = field_of(name);
    r->columns[r->n_columns] = (struct column){.name = copy,
                                               .length = (uint32_t)name.n,
                                               .field = field,
                                               .rank = field_rank(field),
                                               .setting = NAN,
                                               .axis = AXIS_UNTOLD,
                                               .held_axis = {AXIS_UNTOLD, AXIS_UNTOLD},
                                               .splits = held_out_column(name),
                                               .open = field->kind == FIELD_VALUE && held_out_open(copy),
                                               .kind_bit = 1u << field->kind};
    *slot_of(r, name) = ++r->n_columns;
    return (int)r->n_columns - 1;
}

int record_find(const struct record *r, struct span name)
{
    if (name.n > FIELD_NAME_MAX_BYTES) name.n = FIELD_NAME_MAX_BYTES;
    return r->n_slots ? (int)*slot_of(r, name) - 1 : -1;
}

int record_column(struct record *r, struct span name, const struct field *field, uint64_t line, const struct format_out *out)
{
    if (name.n > FIELD_NAME_MAX_BYTES) name.n = FIELD_NAME_MAX_BYTES;
    int known = record_find(r, name);
    if (known >= 0) return known;
    int column = r->full ? -1 : add_column(r, name, field, out);
    if (column < 0 && !r->full) {
        r->full = true;
        out->bad(out->arg, line, "too many different names in one file; the rest are left out");
    }
    return column;
}

void record_begin(struct record *r)
{
    r->stamp++;
    r->n_cells = r->n_texts = r->kinds = 0;
    r->time = NAN;
    r->held = HELD_NONE;
    r->evaluates = false;
}

/* Most logs hold numbers alone. */
static bool room_for_texts(struct record *r)
{
    if (!r->texts) r->texts = arena_alloc(r->arena, RECORD_TEXTS_MAX * sizeof *r->texts);
    return r->texts != NULL;
}

void record_text(struct record *r, int column, struct span text)
{
    if (column < 0) return;
    enum field_kind kind = r->columns[column].field->kind;
    double value;
    if (r->columns[column].splits) r->held = held_out_of(span_trim(text));
    if (kind == FIELD_STEP_OF_ALL && field_step_of_all(text, &value)) record_number(r, column, value);
    else if (kind == FIELD_TIME && isfinite(value = field_time_text(text))) r->time = value;
    else if (num_parse(span_trim(text), &value)) record_number(r, column, value);
    else if (r->n_texts < RECORD_TEXTS_MAX && room_for_texts(r))
        r->texts[r->n_texts++] = (struct text_cell){(uint32_t)column, text};
}

/* --- the step --- */

static int tier_of(const struct column *c) /* 1 is best */
{
    return c->field->kind == FIELD_STEP_OF_ALL ? (int)FIELD_STEP : (int)c->field->kind;
}

/* fractional - finite, and not whole; larger ones have no fraction. */
static bool fractional(double v) { return fabs(v) < 0x1p53 && (double)(int64_t)v != v; }
static bool can_be_step(double v) { return fabs(v) <= 0x1p53 && !fractional(v); }

/* choose - the cell that is the step, or -1; writes the record's epoch or NaN, and how many cells count steps. Lengths are none. */
static int choose(struct record *r, double *epoch, int *counters)
{
    int best = -1, rank = FIELD_UNRANKED, epoch_rank = FIELD_UNRANKED;
    bool sized = r->kinds & 1u << FIELD_SAMPLE && r->kinds & 1u << FIELD_EPOCH;
    *epoch = NAN;
    *counters = 0;
    for (const struct cell *c = r->cells, *end = c + r->n_cells; c < end; c++) {
        if (c->rank >= FIELD_UNRANKED) continue;
        if (c->kind == FIELD_EPOCH) {
            if (c->rank < epoch_rank) epoch_rank = c->rank, *epoch = c->value;
            r->epochs_unfit = r->epochs_unfit || fractional(c->value);
        }
        if (c->kind == FIELD_STEP && (r->both.lengths || r->both.called)) continue;
        if (sized && field_is_size(r->columns[c->column].field)) continue;
        *counters += c->kind == FIELD_STEP;
        if (c->rank < rank && can_be_step(c->value)) rank = c->rank, best = (int)(c - r->cells);
    }
    return best;
}

/* counted_twice - have two counters the value of the chosen one? */
static bool counted_twice(const struct record *r, double value)
{
    int n = 0;
    for (uint32_t i = 0; i < r->n_cells; i++) n += r->cells[i].kind == FIELD_STEP && r->cells[i].value == value;
    return n > 1;
}

/* counts_epochs - is the only counter of this record the epoch just trained? MMEngine's evaluation says "step": 2 behind training
 * records of "epoch": 2, "iter": 40, "step": 40 (open-mmlab/mmengine: mmengine/hooks/logger_hook.py). A record with one counter alone among
 * such twins is an evaluation's, also where no epochs are counted. */
static bool counts_epochs(struct record *r, double value, double epoch, int counters)
{
    r->twins = r->twins || (counters > 1 && r->records <= TWINS_SOUGHT && counted_twice(r, value));
    r->evaluates = r->twins && counters == 1 && isnan(epoch);
    if (isfinite(epoch)) r->epoch = epoch, r->epoch_told = true;
    return r->evaluates && r->epoch_told && value == r->epoch && value < (double)r->step;
}

/* crowded - does a series get more points in one epoch than a repeated evaluation explains? */
RARELY static bool crowded(struct record *r, int64_t epoch)
{
    bool many = false;
    if (r->held) return false;
    for (uint32_t i = 0; i < r->n_cells; i++) {
        struct column *c = &r->columns[r->cells[i].column];
        if (c->field->kind == FIELD_EPOCH) continue;
        c->repeats = c->axis != AXIS_UNTOLD && c->last_step == epoch ? (uint16_t)(c->repeats + 1) : 0;
        c->last_step = epoch;
        many = many || c->repeats >= SAME_EPOCH_MAX;
    }
    return many;
}

/* episode_of - the record's count of episodes, or NaN. */
RARELY static double episode_of(const struct record *r)
{
    for (uint32_t i = 0; i < r->n_cells; i++)
        if (r->cells[i].kind == FIELD_EPISODE && can_be_step(r->cells[i].value)) return r->cells[i].value;
    return NAN;
}

/* lengths_by_name - "episode,reward,steps": the steps are those of the episode. */
RARELY static void lengths_by_name(struct record *r)
{
    double episode = episode_of(r);
    const struct cell *steps = NULL;
    if (isnan(episode) || (r->both.n && !r->both.called)) return;
    for (uint32_t i = 0; i < r->n_cells; i++) {
        if (r->cells[i].kind != FIELD_STEP) continue;
        if (steps || strcasecmp(r->columns[r->cells[i].column].name, "steps") != 0) return;
        steps = &r->cells[i];
    }
    if (steps && can_be_step(steps->value)) episodes_called(&r->both, true, (int64_t)steps->value, episode);
}

/* place - set r->step and r->axis; returns the cell that was used for it, or -1. */
static int place(struct record *r)
{
    double epoch;
    if (r->kinds & 1u << FIELD_EPISODE) lengths_by_name(r);
    int counters, best = choose(r, &epoch, &counters);
    const struct column *c = best < 0 ? NULL : &r->columns[r->cells[best].column];
    if (c && c->field->kind == FIELD_EPOCH) {
        double at = fabs(epoch) <= 0x1p53 ? epoch : r->cells[best].value; /* another cell's epoch may be NaN, or out of range */
        if (!r->tier || r->tier == FIELD_EPOCH) r->epochs_unfit = r->epochs_unfit || crowded(r, (int64_t)at);
        if (r->epochs_unfit) best = -1;
    }
    if (r->tier == FIELD_EPOCH && r->epochs_unfit) r->tier = 0;
    if (c && c->field->kind == FIELD_STEP && counts_epochs(r, r->cells[best].value, epoch, counters)) return best;
    double episode = r->kinds & 1u << FIELD_EPISODE && c && c->field->kind == FIELD_STEP ? episode_of(r) : (double)NAN;
    enum steps_of steps = isfinite(episode) ? episodes_steps(&r->both, (int64_t)r->cells[best].value, episode) : STEPS_OF_RUN;
    if (steps == STEPS_ARE_LENGTHS) {
        r->tier = 0;
        return place(r);
    }
    if (best >= 0 && (!r->tier || tier_of(c) <= r->tier)) {
        if (r->tier != tier_of(c)) r->tier = tier_of(c), r->axis = field_axis(c->field->kind);
        int64_t raw = (int64_t)r->cells[best].value;
        if (isnan(epoch) && steps == STEPS_OF_PART) epoch = episode;
        r->step = r->tier == FIELD_STEP ? stepper_next(&r->stepper, raw, epoch) : raw;
        return best;
    }
    if (!r->tier) r->axis = r->episodes ? AXIS_EPISODE : AXIS_RECORD, r->step = (int64_t)r->records;
    return -1;
}

/* --- facts --- */

static bool no_setting(const char *name)
{
    static const char *const per_record[] = {"message", "msg",   "text",  "level",  "levelname",  "event",
                                             "logger",  "name",  "type",  "prompt", "completion", "response",
                                             "status",  "phase", "split", "mode",   "id"};
    for (size_t i = 0; i < sizeof per_record / sizeof *per_record; i++)
        if (strcasecmp(name, per_record[i]) == 0) return true;
    return false;
}

static bool setting_like(struct span t)
{
    size_t words = 0;
    bool letter = false;
    if (!t.n || t.n > SETTING_TEXT_MAX) return false;
    for (size_t i = 0; i < t.n; i++) {
        unsigned char c = (unsigned char)t.p[i];
        if (c < ' ' || c == '\\') return false;
        words += c == ' ';
        letter = letter || (c | 32) >= 'a';
    }
    return letter && words < 8;
}

/* judge_text - is the text of a cell to be told as a setting now? A setting's name is enough, a few times; of another name the text
 * must not vary, and in a record that has a step it must come again. */
static bool judge_text(struct column *c, struct span text, bool has_step)
{
    uint32_t hash = hash_of(text);
    bool first = !c->text_seen, again = !first && hash == c->text_hash;
    c->text_seen = true;
    c->text_hash = hash;
    if (c->field->kind == FIELD_SETTING) return !again && c->facts < SETTING_CHANGES_MAX && setting_like(text);
    if (no_setting(c->name) || !setting_like(text) || (!first && !again)) c->closed = true;
    return !c->closed && (again || !has_step);
}

RARELY static void text_fact(struct record *r, const struct text_cell *t, bool has_step, const struct format_out *out)
{
    struct column *c = &r->columns[t->column];
    enum field_kind kind = c->field->kind;
    struct span text = span_trim(t->text);
    if ((kind != FIELD_VALUE && kind != FIELD_SETTING) || c->closed || r->n_facts >= RECORD_FACTS_MAX) return;
    if (!judge_text(c, text, has_step)) return;
    c->closed = kind == FIELD_VALUE;
    c->facts++, r->n_facts++;
    out->fact(out->arg, (struct span){c->name, c->length}, text);
}

RARELY static void number_fact(struct record *r, struct column *c, double value, const struct format_out *out)
{
    char text[32];
    if (value == c->setting || isnan(value) || c->facts >= SETTING_CHANGES_MAX || r->n_facts >= RECORD_FACTS_MAX) return;
    c->setting = value;
    c->facts++, r->n_facts++;
    int n = snprintf(text, sizeof text, "%.10g", value);
    out->fact(out->arg, (struct span){c->name, c->length}, (struct span){text, (size_t)n});
}

/* --- points --- */

/* tell_first_set - XGBoost numbers the sets that it evaluates; beside a second one the first is what it was trained on (text/family.c). */
static void tell_first_set(const struct record *r, const struct column *c, const struct format_out *out)
{
    static const char first[] = "validation_0";
    char second[FIELD_NAME_MAX_BYTES];
    if (c->length <= sizeof first || c->length > sizeof second || memcmp(c->name, first, sizeof first - 1) != 0) return;
    memcpy(second, c->name, c->length);
    second[sizeof first - 2] = '1';
    if (record_find(r, (struct span){second, c->length}) >= 0) out->fact(out->arg, span_of("first_eval_set"), span_of("train"));
}

RARELY static void name_series(const struct record *r, struct column *c, const struct format_out *out)
{
    if (c->name[0] == 'v') tell_first_set(r, c, out);
    c->series = out->series(out->arg, (struct span){c->name, c->length}, r->axis);
    c->axis = (uint8_t)r->axis;
}

/* held_series - the series "val/loss" of the column "loss". */
RARELY static int held_series(const struct record *r, struct column *c, const struct format_out *out)
{
    char text[FIELD_NAME_MAX_BYTES + 16];
    int which = r->held == HELD_TEST;
    if (c->held_axis[which] == r->axis) return c->held_series[which];
    int n = snprintf(text, sizeof text, "%s%.*s", held_out_prefix(r->held), (int)c->length, c->name);
    c->held_axis[which] = (uint8_t)r->axis;
    return c->held_series[which] = out->series(out->arg, (struct span){text, (size_t)n}, r->axis);
}

/* tell - the cells as points, but for the one that was used as the step. */
static void tell(struct record *r, int used, uint64_t line, const struct format_out *out)
{
    const struct cell *cell = r->cells, *end = cell + r->n_cells, *as_step = used < 0 ? NULL : cell + used;
    struct column *columns = r->columns;
    double time = r->time;
    int64_t step = r->step;
    if (r->evaluates && !r->held) r->held = HELD_VALID;
    const enum held_out part = r->held;
    const enum axis axis = r->axis;
    for (; cell < end; cell++) {
        struct column *c = &columns[cell->column];
        if (cell == as_step) continue;
        bool held = part && c->open;
        if (!held && c->axis != axis) name_series(r, c, out);
        int series = held ? held_series(r, c, out) : c->series;
        if (series >= 0) out->point(out->arg, series, step, time, cell->value, line);
    }
}

/* set_aside - take clocks and settings out of the cells: they are no points. */
RARELY static void set_aside(struct record *r, const struct format_out *out)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < r->n_cells; i++) {
        double at;
        if (r->cells[i].kind == FIELD_TIME && isfinite(at = field_time(r->cells[i].value))) {
            if (isnan(r->time)) r->time = at;
            continue;
        }
        if (r->cells[i].kind == FIELD_SETTING) {
            number_fact(r, &r->columns[r->cells[i].column], r->cells[i].value, out);
            continue;
        }
        r->cells[kept++] = r->cells[i];
    }
    r->n_cells = kept;
}

void record_end(struct record *r, uint64_t line, const struct format_out *out)
{
    bool sums_up = r->kinds & 1u << FIELD_SUMMARY;
    if (sums_up)
        for (uint32_t i = 0; i < r->n_cells; i++) number_fact(r, &r->columns[r->cells[i].column], r->cells[i].value, out);
    else if (r->kinds & (1u << FIELD_TIME | 1u << FIELD_SETTING)) set_aside(r, out);
    r->records += r->n_cells != 0;
    int used = r->n_cells && !sums_up ? place(r) : -1;
    for (uint32_t i = 0; i < r->n_texts; i++) text_fact(r, &r->texts[i], used >= 0, out);
    if (!sums_up) tell(r, used, line, out);
}
