/* memory_made - a memory filled by seeded chance with all that a store can hold, hostile texts and numbers among it. */
#ifndef MLWATCH_TEST_MEMORY_MADE_H
#define MLWATCH_TEST_MEMORY_MADE_H

#include "../../daemon/base/hash.h"
#include "chance.h"
#include "store_fixture.h"

static inline uint64_t any_bits(void)
{
    uint64_t high = below(1ULL << 32);
    return high << 32 | below(1ULL << 32);
}

static inline double any_double(void)
{
    static const double special[] = {0.0, -0.0, 1e308, -1e-310, 9007199254740993.0, 0.1, 1e22};
    uint64_t bits = any_bits();
    double v;
    if (bits % 5 == 0) return special[bits / 5 % 7];
    if (bits % 5 == 1) return (double)(bits % 1000) / 8;
    bits = any_bits(); /* any bits at all: infinities and NaNs of every kind among them */
    if (bits % 7 == 0) bits |= UINT64_C(0x7ff0000000000000);
    memcpy(&v, &bits, sizeof v);
    return v;
}

static inline const char *any_text(void)
{
    static const char *const texts[] = {"",
                                        "loss",
                                        "a \"quoted\" \\ line\nand a tab\t",
                                        "\xff\xfe bytes \x80",
                                        "\xe6\xa2\xaf\xe5\xba\xa6 \xf0\x9f\x94\xa5",
                                        "\x01\x7f",
                                        "{\"end\":{}}\n",
                                        "NaN",
                                        "\xed\xa0\x80 lone",
                                        "ordinary words of a log"};
    return texts[any_bits() % (sizeof texts / sizeof *texts)];
}

enum { POINTS_MAX = 3000 };

static inline void fill_run(struct store *s, const char *id)
{
    static struct point_row points[POINTS_MAX];
    struct err err;
    const struct series_row series[] = {
        {0, 0, "train/loss", AXIS_STEP}, {1, 0, any_text(), AXIS_EPOCH}, {2, 1, "lr", AXIS_RECORD}};
    const struct source_row sources[] = {
        {.index = 0,
         .path = "/r/log",
         .format = "jsonl",
         .offset = any_bits(),
         .head_hash = any_bits() << 1 | 1,
         .head_bytes = UINT32_MAX},
        {.index = 1, .path = any_text(), .format = "csv", .records = UINT64_C(1) << 62, .device = UINT64_MAX}};
    const struct fact facts[] = {{"lr", any_text()}, {any_text(), "x"}};
    const struct event_row events[] = {{0, 7, EVENT_TRACEBACK, any_text()}, {1, UINT64_MAX, EVENT_CHECKPOINT, NULL}};
    size_t n = any_bits() % POINTS_MAX;
    for (size_t i = 0; i < n; i++)
        points[i] = (struct point_row){(uint32_t)(any_bits() % 3),
                                       (uint16_t)(any_bits() % 2),
                                       (uint16_t)(i / 1000),
                                       i % 17 ? (int64_t)i : (int64_t)any_bits(),
                                       i % 3 ? NAN : any_double(),
                                       any_double(),
                                       i};
    struct incident_row incident = {.incident = {.run_name = "x",
                                                 .kind = "loss_spike",
                                                 .series = any_text(),
                                                 .severity = "warning",
                                                 .state = any_bits() % 2 ? "open" : "closed",
                                                 .cause = any_bits() % 2 ? "lr_too_high" : NULL,
                                                 .cause_probability = any_bits() % 2 ? 0.7 : NAN,
                                                 .opened = 1.7e9 + (double)(any_bits() % 1000) / 7,
                                                 .closed = NAN,
                                                 .onset_step = -(int64_t)(any_bits() % 100),
                                                 .message = any_text()},
                                    .causes = {{"lr_too_high", 0.7}, {"bad_batch", 0.1}},
                                    .n_causes = 2,
                                    .offered = {{"lower_learning_rate", 0.5}},
                                    .n_offered = 1,
                                    .text = any_text()};
    hash_name(incident.incident.id, 'i', any_bits());
    struct commit c = {
        .run = {.name = any_text(), .path = "/r", .project = "p", .first_seen = 1.5, .last_data = 1.7e9, .state = RUN_FAILED},
        .sources = sources,
        .n_sources = 2,
        .series = series,
        .n_series = 3,
        .points = points,
        .n_points = n,
        .facts = facts,
        .n_facts = 2,
        .events = events,
        .n_events = 2,
        .incidents = &incident,
        .n_incidents = 1};
    snprintf(c.run.id, sizeof c.run.id, "%s", id);
    if (store_commit(s, &c, &err)) fail_msg("%s", err.text);
    if (any_bits() % 2 && store_outcome(s, incident.incident.id, "lower_learning_rate", "yes", any_text(), 1.8e9 + 0.1, &err))
        fail_msg("%s", err.text);
}

/* fill - so many runs with all that belongs to them, some outcomes, and five notes. */
static inline void fill(struct store *s, uint64_t from, size_t runs)
{
    struct err err;
    bool fresh;
    seed = from;
    for (size_t i = 0; i < runs; i++) {
        char id[12];
        hash_name(id, 'r', any_bits());
        fill_run(s, id);
    }
    for (size_t i = 0; i < 5; i++) {
        char text[40];
        snprintf(text, sizeof text, "it failed in way %zu", i);
        struct note n = {.text = text,
                         .symptoms = i % 2 ? "a\nb" : NULL,
                         .when = 1.5e9,
                         .fixes = {{"x", "yes"}, {any_text(), NULL}},
                         .n_fixes = 1 + i % 2};
        if (i == 3) n.fixes[0].fix = "\xff";
        note_identify(&n);
        if (note_put(s, &n, &fresh, &err)) fail_msg("%s", err.text);
    }
}

#endif
