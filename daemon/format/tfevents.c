/* tfevents - TensorBoard event files: scalars and histograms become points, texts and hyper-parameters facts, pictures are passed over.
 *
 * Written by torch.utils.tensorboard, tensorboardX, TensorFlow, Keras, Lightning, Hugging Face, Stable-Baselines3, CatBoost, Megatron-LM. A file
 * is a TFRecord file (tfevents/frame.h) of Event messages (tfevents/event.h), the first of which has the version and nothing else.
 *   a data checksum that does not fit     costs that record
 *   a length checksum that does not fit   costs the rest of the file: nothing says where the next record begins
 *   a torn record, zeros at the end       wait: the writer is within it, or the space is reserved and will be filled
 * A run may have several files, each is read by itself. The line of a point is the number of its record. */
#include <ctype.h>

#include "sample.h"
#include "tfevents/facts.h"
#include "tfevents/frame.h"
#include "tfevents/long.h"
#include "tfevents/numbers.h"

enum { SURE = 100, SURE_BY_NAME = 90, DAMAGED = 60, YOUNG = 40 };

struct state {
    struct tags tags;
    struct long_record record; /* while it is open */
    uint64_t line;             /* finished records */
    uint64_t torn_told;        /* the record that was reported as torn */
    bool ended;                /* nothing more can be read of this file */
};

static const char first_words[] = "brain.Event:";

/* is_named - "events.out.tfevents.1700000000.host", and CatBoost's "events.out.tfevents", which has no version in front either. */
static bool is_named(const char *name)
{
    static const char word[] = "tfevents";
    const char *at = strstr(name, word);
    return at && strchr(".", at[sizeof word - 1]) != NULL;
}

static int sniff(const char *path, struct span head)
{
    bool named = is_named(path_name(path));
    struct event_record e = {0};
    size_t n;
    if (head.n < FRAME_HEADER_BYTES) return named && head.n ? YOUNG : 0;
    if (!frame_length(head.p, &n)) return named && memchr(head.p, 0, FRAME_HEADER_BYTES) ? DAMAGED : 0;
    struct span data = span_from(head, FRAME_HEADER_BYTES);
    if (n < data.n) data.n = n;
    if (event_parse(data, &e) && span_starts(e.file_version, first_words)) return SURE;
    return named ? SURE_BY_NAME : 0;
}

static void init(void *state, const char *path) { tags_place(&((struct state *)state)->tags, path); }

/* ---- one event --------------------------------------------------------------------------------------------------------- */

static void tell_texts(struct tag *tag, const struct value_record *v, const struct format_out *out)
{
    static const char session_start[] = "session_start_info";
    struct span name = {tag->name, tag->length};
    struct tensor t;
    if (tag->plugin == PLUGIN_HPARAMS && v->content.n && span_has(name, session_start)) facts_hparams(v->content, out);
    if (tag->plugin != PLUGIN_TEXT || v->kind != VALUE_TENSOR || tag->told || !tensor_parse(v->body, &t)) return;
    tag->told = true;
    facts_text(name, tensor_text(&t), out);
}

/* measure_text - a text that the model made, by its tag: how much it repeats itself, as TAG/text_repetition. SummaryWriter.add_text
 * puts "/text_summary" behind the tag. */
static void measure_text(struct state *s, struct span tag, const struct event_record *e, const struct value_record *v,
                         const struct format_out *out)
{
    static const char summary[] = "/text_summary";
    char name[TAG_MAX_BYTES];
    struct tensor t;
    struct sample sample;
    size_t n = sizeof summary - 1;
    if (tag.n > n && memcmp(tag.p + tag.n - n, summary, n) == 0) tag.n -= n;
    if (!sample_named(tag) || tag.n + sizeof SAMPLE_SERIES > sizeof name || !tensor_parse(v->body, &t)) return;
    sample_begin(&sample);
    sample_add(&sample, tensor_text(&t));
    double repetition = sample_repetition(&sample);
    memcpy(name, tag.p, tag.n);
    memcpy(name + tag.n, SAMPLE_SERIES, sizeof SAMPLE_SERIES);
    int at = isnan(repetition) ? -1 : tags_find(&s->tags, span_of(name), s->line, out);
    int series = at < 0 ? -1 : tags_series(&s->tags, &s->tags.at[at], TAG_SCALAR, out);
    if (series >= 0) out->point(out->arg, series, e->step, e->time, repetition, s->line);
}

static void tell_held(struct state *s, struct tag *tag, const struct format_out *out)
{
    struct running_mean *m = tag->mean;
    int series = m->held ? tags_series(&s->tags, tag, TAG_SCALAR, out) : -1;
    if (series >= 0) out->point(out->arg, series, m->step, m->time, m->value, m->line);
    m->held = false;
}

/* is_held_back - a running mean that another one at its step may follow. */
static bool is_held_back(struct state *s, struct tag *tag, const struct event_record *e, double value,
                         const struct format_out *out)
{
    struct running_mean *m = tag->mean;
    bool same = m->any && e->step == m->step;
    m->repeats |= same;
    if (!same) tell_held(s, tag, out);
    *m = (struct running_mean){e->step, e->time, value, s->line, true, m->repeats, m->repeats};
    return m->held;
}

static void tell_value(struct state *s, const struct event_record *e, const struct value_record *v, const struct format_out *out)
{
    struct numbers numbers;
    if (!numbers_of(v, &s->tags, s->line, out, &numbers)) return;
    struct tag *tag = &s->tags.at[numbers.tag];
    if (tag->mean && numbers.n && numbers.first == TAG_SCALAR && is_held_back(s, tag, e, numbers.at[0], out)) return;
    for (unsigned i = 0; i < numbers.n; i++) {
        int series = tags_series(&s->tags, tag, numbers.first + i, out);
        if (series >= 0) out->point(out->arg, series, e->step, e->time, numbers.at[i], s->line);
    }
    if (v->kind != VALUE_SIMPLE) tell_texts(tag, v, out);
    if (v->kind == VALUE_TENSOR && tag->plugin == PLUGIN_TEXT) measure_text(s, (struct span){tag->name, tag->length}, e, v, out);
}

static bool tell_summary(struct state *s, const struct event_record *e, const struct format_out *out)
{
    struct span w = e->summary;
    struct proto_field f;
    struct value_record v;
    while (proto_next(&w, &f)) {
        if (f.number != SUMMARY_VALUE || f.wire != PROTO_BYTES) continue;
        if (!value_parse(f.bytes, &v)) return false;
        if (v.kind != VALUE_NONE || v.described) tell_value(s, e, &v, out);
    }
    return w.n == 0;
}

static void tell_event(struct state *s, struct span data, const struct format_out *out)
{
    struct event_record e;
    if (!event_parse(data, &e) || !tell_summary(s, &e, out)) {
        out->bad(out->arg, s->line, "a record is no TensorBoard event");
        return;
    }
    struct span checkpoint = e.session_log.n ? session_checkpoint(e.session_log) : (struct span){0};
    if (checkpoint.n) out->event(out->arg, s->line, EVENT_CHECKPOINT, checkpoint);
}

/* ---- records ----------------------------------------------------------------------------------------------------------- */

/* Nothing but zeros from the last byte of a checksum on: space that the writer has not filled yet, or a crash of its machine. */
static bool unwritten(struct span in, size_t from)
{
    if (in.n >= FORMAT_RECORD_MAX_BYTES) return false;
    for (size_t i = from; i < in.n; i++)
        if (in.p[i]) return false;
    return true;
}

static bool only_zeros(struct span in) { return in.n && !in.p[0] && memcmp(in.p, in.p + 1, in.n - 1) == 0; }

/* The header's checksum does not fit. */
static size_t no_length(struct state *s, struct span in, const struct format_out *out)
{
    if (unwritten(in, FRAME_HEADER_BYTES - 1)) return 0;
    if (only_zeros(in)) return in.n;
    s->ended = true;
    out->bad(out->arg, s->line + 1, "the length of a record is damaged: the rest of the file cannot be read");
    return in.n;
}

/* One record, or the header of a long one. Returns its bytes, 0 when it is not whole. */
static size_t take_record(struct state *s, struct span in, const struct format_out *out)
{
    size_t n;
    if (in.n < FRAME_HEADER_BYTES) return 0;
    if (!frame_length(in.p, &n)) return no_length(s, in, out);
    if (n > LONG_BYTES) return long_begin(&s->record, n), FRAME_HEADER_BYTES;
    size_t whole = FRAME_HEADER_BYTES + n + FRAME_FOOTER_BYTES;
    struct span data = {in.p + FRAME_HEADER_BYTES, n};
    if (in.n < whole) return 0;
    bool good = frame_good(data);
    if (!good && unwritten(in, whole - 1)) return 0;
    s->line++;
    if (good) tell_event(s, data, out);
    else out->bad(out->arg, s->line, "a record is damaged: its checksum does not fit");
    return whole;
}

static size_t take_long(struct state *s, struct span in, const struct format_out *out)
{
    size_t used = long_feed(&s->record, in, &s->tags, s->line + 1, out);
    s->line += !s->record.open;
    return used;
}

/* The end, and a record begun. Zeros alone are none. It stays where it is, for its rest may come. */
static void torn(struct state *s, struct span rest, const struct format_out *out)
{
    if (!s->record.open && (!rest.n || only_zeros(rest))) return;
    if (s->torn_told == s->line + 1) return;
    s->torn_told = s->line + 1;
    out->bad(out->arg, s->line + 1, "the last record is torn");
}

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    struct state *s = state;
    size_t used = 0;
    while (used < in.n && !s->ended) {
        struct span rest = span_from(in, used);
        size_t n = s->record.open ? take_long(s, rest, out) : take_record(s, rest, out);
        if (!n) break;
        used += n;
    }
    if (s->ended) return in.n;
    for (uint32_t i = 0; at_end && i < s->tags.n; i++)
        if (s->tags.at[i].mean) tell_held(s, &s->tags.at[i], out);
    if (at_end) torn(s, span_from(in, used), out);
    return used;
}

/* A picture costs a look at its first bytes. */
static uint64_t skip(void *state, uint64_t there)
{
    struct state *s = state;
    uint64_t n = s->ended ? there : long_skip(&s->record, there);
    s->line += n && !s->ended;
    return n;
}

const struct format format_tfevents = {
    .name = "tfevents",
    .summary = "TensorBoard event files: scalars, histograms as four numbers, texts and hparams as facts",
    .globs = "events.out.tfevents* *.tfevents.*",
    .growth = GROWTH_APPENDED,
    .state_size = sizeof(struct state),
    .sniff = sniff,
    .init = init,
    .feed = feed,
    .skip = skip};
