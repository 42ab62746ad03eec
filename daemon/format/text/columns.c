/* text_columns - see text/columns.h. Headers: fastai/learner.py (Recorder), skorch/callbacks/logging.py (PrintLog),
 * MATLAB's trainNetwork, spacy/training/loggers.py, sklearn/ensemble/_gb.py (VerboseReporter), ultralytics/engine/trainer.py and validator.py. Without one:
 * yolov5/train.py up to 5.0, yolov7/train.py. */
#include "columns.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "../../base/num.h"
#include "../held_out.h"

struct cells {
    size_t n;
    struct span at[TEXT_COLUMNS_MAX];
};

/* What a word of a header is called here: in a table the meaning of a letter is clear. NULL: the column is no metric. */
static const struct meaning {
    const char *word, *name;
} meanings[] = {{"e", "epoch"},
                {"#", "step"},
                {"p", "precision"},
                {"r", "recall"},
                {"map@.5", "mAP50"},
                {"map@0.5", "mAP50"},
                {"map@.5:.95", "mAP50-95"},
                {"map@0.5:0.95", "mAP50-95"},
                {"box", "box_loss"},
                {"obj", "obj_loss"},
                {"cls", "cls_loss"},
                {"dfl", "dfl_loss"},
                {"instances", NULL},
                {"labels", NULL},
                {"targets", NULL},
                {"size", NULL},
                {"img_size", NULL},
                {"images", NULL},
                {"class", NULL},
                {"classes", NULL},
                {"remaining time", NULL},
                {"time", NULL},
                {"dur", NULL},
                {"cp", NULL}};

static const struct meaning *meaning_of(struct span word)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (word.n == strlen(meanings[i].word) && strncasecmp(word.p, meanings[i].word, word.n) == 0) return &meanings[i];
    return NULL;
}

static void add_cell(struct cells *c, struct span cell)
{
    cell = span_trim(cell);
    if (cell.n && c->n < TEXT_COLUMNS_MAX) c->at[c->n++] = cell;
}

/* framed - the cells of a line between bars at both of its ends, those without a value too: MATLAB's table tells an evaluation in few rows. */
static struct cells framed(struct span s)
{
    struct cells c = {0};
    if (s.n < 3 || s.p[0] != '|' || s.p[s.n - 1] != '|') return c;
    s = (struct span){s.p + 1, s.n - 2};
    for (;;) {
        const char *bar = memchr(s.p, '|', s.n);
        if (c.n < TEXT_COLUMNS_MAX) c.at[c.n++] = span_trim((struct span){s.p, bar ? (size_t)(bar - s.p) : s.n});
        if (!bar) return c;
        s = span_from(s, (size_t)(bar - s.p) + 1);
    }
}

/* split - the cells of a line: between bars, or `blanks` blanks apart; a tab parts as well. */
static struct cells split(struct span s, size_t blanks)
{
    struct cells c = {0};
    const char *from = s.p, *end = s.p + s.n;
    bool bars = memchr(s.p, '|', s.n) != NULL;
    for (const char *p = s.p; p < end; p++) {
        size_t gap = 0;
        while (!bars && p + gap < end && p[gap] == ' ') gap++;
        if (bars ? *p != '|' : *p != '\t' && gap < blanks) continue;
        add_cell(&c, (struct span){from, (size_t)(p - from)});
        p += gap ? gap - 1 : 0;
        from = p + 1;
    }
    add_cell(&c, (struct span){from, (size_t)(end - from)});
    return c;
}

/* commas - the cells of a line of comma-separated values, empty ones too. */
static struct cells commas(struct span s)
{
    struct cells c = {0};
    for (;;) {
        const char *comma = memchr(s.p, ',', s.n);
        if (c.n == TEXT_COLUMNS_MAX) return (struct cells){0};
        c.at[c.n++] = span_trim((struct span){s.p, comma ? (size_t)(comma - s.p) : s.n});
        if (!comma) return c;
        s = span_from(s, (size_t)(comma - s.p) + 1);
    }
}

/* column - what stands below a word; group: "mask " behind "Mask(P". */
static bool column(struct text_column *to, struct span word, const char *group, enum text_split part)
{
    const struct meaning *m = meaning_of(word);
    struct span name = m ? m->name ? span_of(m->name) : word : word;
    size_t n = strlen(group);
    if (name.n + n >= TEXT_COLUMN_BYTES) return false;
    memcpy(to->name, group, n);
    memcpy(to->name + n, name.p, name.n);
    to->name[n + name.n] = 0;
    enum field_kind kind = field_of(span_of(to->name))->kind;
    to->skipped = (m && !m->name) || kind != FIELD_VALUE;
    to->split = text_split_of(name) ? SPLIT_NONE : part;
    return true;
}

/* counter_of - the best counter among the columns, -1 for none. */
static int counter_of(const struct text_columns *t, size_t n, enum axis *axis)
{
    int best = -1, rank = FIELD_UNRANKED;
    for (size_t i = 0; i < n; i++) {
        const struct field *f = field_of(span_of(t->column[i].name));
        if (field_rank(f) < rank) rank = field_rank(f), best = (int)i, *axis = field_axis(f->kind);
    }
    return best;
}

/* is_comma_header - "epoch,loss,val_loss", ",loss,acc": identifiers between commas, without a blank; the first may be missing. */
static bool is_comma_header(struct span s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == ',') n++;
        if (s.p[i] == ',' && (i + 1 == s.n || s.p[i + 1] == ',')) return false;
        if (s.p[i] != ',' && !span_letter_char(s.p[i]) && !span_digit_char(s.p[i]) && !strchr("_/-@.", s.p[i])) return false;
    }
    return n >= 2;
}

static bool header(struct text_columns *t, struct text_run *r, struct span body, const struct format_out *out)
{
    bool comma = is_comma_header(body), strong = false;
    struct cells c = comma ? commas(body) : split(body, 2);
    double number;
    if (comma && !c.at[0].n) c.at[0] = span_of("epoch"); /* pandas' index of a history */
    if (c.n < (body.p[0] == '|' && body.p[body.n - 1] == '|' ? 2 : 3)) return false;
    bool beside = held_out_beside(c.at, c.n);
    t->n = 0; /* what follows makes the columns anew: the table above is over */
    bool spacy = span_is(c.at[0], "E") && span_is(c.at[1], "#"); /* whose scores are of the development set */
    for (size_t i = 0; i < c.n; i++) {
        bool held = (beside && i > 2) || (spacy && i > 1 && !span_starts(c.at[i], "LOSS"));
        if (num_parse(c.at[i], &number) || !column(&t->column[i], c.at[i], "", held ? SPLIT_VALID : SPLIT_NONE)) return false;
        const struct text_name *e = text_name_of(&r->names, span_of(t->column[i].name), 0, out->arena);
        strong |= e && e->flags & NAME_STRONG;
    }
    t->counter = counter_of(t, c.n, &t->axis);
    if (!strong || t->counter < 0 || t->counter > 1) return false;
    t->drawn = strcasecmp(t->column[0].name, "epoch") == 0 && strcasecmp(t->column[1].name, "gpu_mem") == 0;
    t->headed = t->drawn ? t->headed + 1 : 0;
    t->n = c.n;
    t->comma = comma;
    t->last = -1; /* a row of scores may still come: stdout is buffered where the bar above it is not */
    return true;
}

/* scores - "Class Images Instances Box(P R mAP50 mAP50-95) Mask(P ...": the columns of an evaluation, above its row "all". */
static bool scores(struct text_columns *t, struct span body)
{
    const char *colon = memchr(body.p, ':', body.n), *dotted = memmem(body.p, body.n, "@.5:.95", 7);
    if (dotted && colon == dotted + 3) colon = memchr(colon + 1, ':', (size_t)(body.p + body.n - colon) - 1);
    struct cells c = split((struct span){body.p, colon ? (size_t)(colon - body.p) : body.n}, 1);
    const char *group = "";
    t->n_scores = 0;
    for (size_t i = 0; i < c.n; i++) {
        struct span word = c.at[i];
        const char *open = memchr(word.p, '(', word.n);
        if (open) group = span_starts(word, "Mask") ? "mask " : span_starts(word, "Pose") ? "pose " : "";
        if (open) word = span_from(word, (size_t)(open - word.p) + 1);
        while (word.n && word.p[word.n - 1] == ')') word.n--;
        if (!word.n || !column(&t->score[i], word, group, SPLIT_VALID)) return false;
    }
    t->n_scores = c.n >= 3 ? c.n : 0;
    return t->n_scores > 0;
}

/* value_of - a number, or the terms of a loss that DeepXDE lists, "[2.5e-01, 1.0e-03]", as their sum. The bytes it takes, 0 for none. */
static size_t value_of(struct span cell, double *value)
{
    if (cell.n < 3 || cell.p[0] != '[' || cell.p[cell.n - 1] != ']') return num_prefix(cell, value);
    double term;
    *value = 0;
    for (size_t i = 1; i + 1 < cell.n;) {
        struct span rest = {cell.p + i, cell.n - 1 - i};
        size_t n = strchr(", ", rest.p[0]) ? 1 : num_prefix(rest, &term);
        if (!n) return 0;
        if (!strchr(", ", rest.p[0])) *value += term;
        i += n;
    }
    return cell.n;
}

/* tell - the cells of a row that are numbers; the others are clocks, or missing. */
static unsigned tell(struct text_run *r, const struct text_line *l, const struct text_column *columns, const struct cells *c,
                     struct text_where at, const struct format_out *out)
{
    unsigned n = 0;
    for (size_t i = 0; i < c->n; i++) {
        double value;
        size_t used = columns[i].skipped || !c->at[i].n ? 0 : value_of(c->at[i], &value);
        bool unit = used && used + 1 == c->at[i].n && strchr("GM%", c->at[i].p[used]);
        if (!used || (used != c->at[i].n && !unit)) continue;
        at.split = columns[i].split;
        text_point(r, l, span_of(columns[i].name), value, at, out);
        n++;
    }
    return n;
}

static struct text_where place(struct text_run *r, const struct text_columns *t, int64_t count)
{
    struct text_where at = {count, t->axis, SPLIT_NONE};
    if (t->axis == AXIS_EPOCH) text_place_epoch(&r->place, (double)count);
    else r->place.step = at.step = text_place_step(&r->place, count, NAN, NAN), r->place.axis = t->axis;
    return at;
}

static bool row(struct text_columns *t, struct text_run *r, const struct text_line *l, const struct format_out *out)
{
    struct cells c = t->comma ? commas(l->body) : split(l->body, 2);
    int64_t count;
    double value;
    if (t->comma && c.n != t->n) return false;
    if (c.n != t->n) c = framed(l->body);
    if (c.n != t->n) c = split(l->body, 1);
    if (c.n != t->n || !num_integer(c.at[t->counter], &count)) return false;
    for (size_t i = 0; i < c.n; i++)
        if (!t->column[i].skipped && c.at[i].n && !value_of(c.at[i], &value) && c.at[i].n > 4) return false;
    tell(r, l, t->column, &c, place(r, t, count), out);
    return true;
}

/* drawn_row - "1/100 2.31G 1.276 1.830 41 640: 100%|####| 120/120": its values count when the bar is complete. */
static bool drawn_row(struct text_columns *t, struct text_run *r, const struct text_line *l, const struct format_out *out)
{
    const char *colon = memchr(l->body.p, ':', l->body.n);
    struct cells c = split((struct span){l->body.p, colon ? (size_t)(colon - l->body.p) : l->body.n}, 1);
    const char *slash = c.n ? memchr(c.at[0].p, '/', c.at[0].n) : NULL;
    int64_t count;
    if (c.n != t->n || !slash || !num_integer((struct span){c.at[0].p, (size_t)(slash - c.at[0].p)}, &count)) return false;
    bool percent = memchr(l->body.p, '%', l->body.n) != NULL, whole = span_has(l->body, "100%");
    if ((percent && !whole) || count == t->last) return true;
    t->last = count;
    t->headed = 0;
    tell(r, l, t->column, &c, place(r, t, count), out);
    return true;
}

/* drawn_bare - "0/299 5.67G 0.0456 0.0681 0.0219 0.1356 41 640 0.312 0.612 0.512 0.312 0.0432 0.0611 0.0189" without a header: results.txt of
 * YOLOv5 and YOLOv7, an epoch a line. Where poses are learned there are two losses more, of the keypoints and of whether they can be seen. */
static __attribute__((noinline, cold)) bool drawn_bare(struct text_columns *t, struct span body)
{
    static const char *const drawn[] = {"Epoch",     "gpu_mem",    "box_loss", "obj_loss", "cls_loss", "kpt_loss",
                                        "kptv_loss", "loss",       "labels",   "img_size", "P",        "R",
                                        "mAP@.5",    "mAP@.5:.95", "box_loss", "obj_loss", "cls_loss"};
    enum { N_POSES = sizeof drawn / sizeof *drawn, KEYPOINTS = 5, KEYPOINT_LOSSES = 2, HELD_OUT = 7 };
    const char *names[N_POSES];
    const char *blank = memchr(body.p, ' ', body.n), *slash = memchr(body.p, '/', body.n);
    double value;
    if (!blank || !slash || slash > blank || body.n < 2 * (N_POSES - KEYPOINT_LOSSES) || body.n > 400) return false;
    struct cells c = split(body, 1);
    bool poses = c.n == N_POSES;
    if ((!poses && c.n != N_POSES - KEYPOINT_LOSSES) || c.at[1].p[c.at[1].n - 1] != 'G') return false;
    for (size_t i = 0; i < c.n; i++) names[i] = drawn[i < KEYPOINTS || poses ? i : i + KEYPOINT_LOSSES];
    for (size_t i = 2; i < c.n; i++)
        if (num_prefix(c.at[i], &value) != c.at[i].n) return false;
    for (size_t i = 0; i < c.n; i++)
        if (!column(&t->column[i], span_of(names[i]), "", i + HELD_OUT >= c.n ? SPLIT_VALID : SPLIT_NONE)) return false;
    t->n = c.n;
    t->drawn = true;
    t->axis = AXIS_EPOCH;
    t->last = -1;
    return true;
}

/* scores_row - "all 128 929 0.661 0.531 0.605 0.445". */
static bool scores_row(struct text_columns *t, struct text_run *r, const struct text_line *l, const struct format_out *out)
{
    struct cells c = split(l->body, 1);
    if (c.n != t->n_scores) return false;
    struct text_where at = {r->place.step, r->place.axis, SPLIT_NONE};
    if (r->place.epoch_known) at.step = (int64_t)r->place.epoch, at.axis = AXIS_EPOCH;
    t->n_scores = 0;
    return tell(r, l, t->score, &c, at, out) > 0;
}

/* scores_alone - the same row right below an epoch's header, of a program whose bars, and with them the header of the scores, are in another
 * file: which epoch it is of, the headers tell. */
static __attribute__((noinline, cold)) bool scores_alone(struct text_columns *t, struct text_run *r, const struct text_line *l,
                                                         const struct format_out *out)
{
    static const char *const names[] = {"Class", "Images", "Instances", "P", "R", "mAP50", "mAP50-95"};
    enum { N_NAMES = sizeof names / sizeof *names };
    struct cells c = split(l->body, 1);
    double value;
    if (c.n != N_NAMES || t->last >= 0) return false;
    for (size_t i = 1; i < N_NAMES; i++)
        if (num_prefix(c.at[i], &value) != c.at[i].n) return false;
    for (size_t i = 0; i < N_NAMES; i++)
        if (!column(&t->score[i], span_of(names[i]), "", SPLIT_VALID)) return false;
    t->axis = AXIS_EPOCH;
    return tell(r, l, t->score, &c, place(r, t, t->headed), out) > 0;
}

/* may_head - does a line begin like a header: a counter's name, and words far from it? No word of a header is a number. */
static bool may_head(struct span s)
{
    static const char *const words[] = {"epoch", "iter", "step", "E ", "round", "n_iter", "#"};
    switch (s.p[0] | 0x20) {
    case 'e':
    case 'i':
    case 's':
    case 'r':
    case 'n':
    case '#':
    case '|':
    case ',': break;
    default: return false;
    }
    if (memchr(s.p, ',', s.n) && !memchr(s.p, ' ', s.n)) return is_comma_header(s);
    size_t n = 0, bars = s.p[0] == '|';
    for (size_t i = bars; i < s.n && bars && s.p[i] == ' '; i++) bars++;
    struct span rest = span_from(s, bars);
    for (size_t i = 0; i < sizeof words / sizeof *words && !n; i++)
        if (rest.n > 8 && (words[i][0] | 0x20) == (rest.p[0] | 0x20) && strncasecmp(rest.p, words[i], strlen(words[i])) == 0)
            n = strlen(words[i]);
    if (!n) return false;
    while (n < rest.n && rest.p[n] != ' ' && rest.p[n] != '\t') n++;
    if (n + 2 >= rest.n || (rest.p[n] == ' ' && rest.p[n + 1] != ' ' && rest.p[n + 1] != '|' && rest.p[1] != ' ')) return false;
    for (; n + 1 < rest.n; n++)
        if (rest.p[n] == ':' || rest.p[n] == '=' || (rest.p[n] == ' ' && rest.p[n + 1] >= '0' && rest.p[n + 1] <= '9'))
            return false;
    return true;
}

/* keep_upper - a line between bars that heads a table and names no metric: the line below it may go on. */
static void keep_upper(struct text_columns *t, const struct text_line *l)
{
    struct span s = l->body;
    t->upper_line = 0;
    if (s.p[0] != '|' || s.p[s.n - 1] != '|' || s.n > sizeof t->upper) return;
    memcpy(t->upper, s.p, t->n_upper = (uint32_t)s.n);
    t->upper_line = l->line;
}

/* two_lines - a header in two lines: each word with the one below it. */
static bool two_lines(struct text_columns *t, struct text_run *r, const struct text_line *l, const struct format_out *out)
{
    char joined[2 * TEXT_HEADER_BYTES + 4 * TEXT_COLUMNS_MAX];
    struct cells upper = framed((struct span){t->upper, t->n_upper}), lower = framed(l->body);
    size_t n = 0;
    t->upper_line = 0;
    if (upper.n != lower.n || l->body.n > TEXT_HEADER_BYTES) return false;
    for (size_t i = 0; i < upper.n; i++) {
        bool more = lower.at[i].n && lower.at[i].p[0] != '(';
        memcpy(joined + n, "| ", 2);
        memcpy(joined + n + 2, upper.at[i].p, upper.at[i].n);
        n += 2 + upper.at[i].n;
        if (more) joined[n++] = ' ';
        if (more) memcpy(joined + n, lower.at[i].p, lower.at[i].n);
        n += more ? lower.at[i].n : 0;
        joined[n++] = ' ';
    }
    joined[n++] = '|';
    return header(t, r, (struct span){joined, n}, out);
}

bool text_columns(struct text_columns *t, struct text_run *r, const struct text_line *l, const struct format_out *out)
{
    char c = l->body.p[0];
    bool digit = c >= '0' && c <= '9';
    if ((digit || c == '|') && t->n && (t->drawn ? drawn_row(t, r, l, out) : row(t, r, l, out))) return true;
    if (digit && !t->n && l->indented && drawn_bare(t, l->body)) return drawn_row(t, r, l, out);
    if (digit) return false;
    if ((c == 'C' || c == 'c') && span_starts(span_from(l->body, 1), "lass") && t->n && t->drawn) return scores(t, l->body);
    if (c == 'a' && !t->n_scores && t->headed && span_starts(l->body, "all ")) return scores_alone(t, r, l, out);
    if (c == 'a' && t->n_scores && span_starts(l->body, "all ")) return scores_row(t, r, l, out);
    struct span body = l->body, bare = c == '#' ? span_trim(span_from(body, 1)) : body;
    if (c == '#' && bare.n && bare.p[0] != '#' && may_head(bare)) body = bare; /* "#  step  rmse_val" of DeePMD's lcurve.out */
    if (c == '|' && t->upper_line && l->line == t->upper_line + 1 && two_lines(t, r, l, out)) return true;
    if (!may_head(body)) return false;
    if (header(t, r, body, out)) return true;
    keep_upper(t, l);
    return false;
}
