/* tfevents_event - the fields of an Event and of the values in its Summary that this program reads. Nothing is copied.
 *
 *   Event    1 wall_time double · 2 step int64 · 3 file_version · 5 summary · 7 session_log      (4, 9 graphs: passed over)
 *   Summary  1 value, repeated
 *   Value    1 tag · 2 simple_value float · 5 histo · 8 tensor · 9 metadata                      (4 image, 6 audio: passed over)
 *   SummaryMetadata  1 plugin_data { 1 plugin_name · 2 content }
 *   SessionLog       1 status (3 is a checkpoint) · 2 checkpoint_path
 * Source: tensorflow/tensorboard:tensorboard/compat/proto/event.proto, summary.proto */
#ifndef MLWATCH_TFEVENTS_EVENT_H
#define MLWATCH_TFEVENTS_EVENT_H

#include "../proto.h"

enum {
    EVENT_WALL_TIME = 1,
    EVENT_STEP = 2,
    EVENT_FILE_VERSION = 3,
    EVENT_SUMMARY = 5,
    EVENT_SESSION_LOG = 7,
    SUMMARY_VALUE = 1,
    SESSION_CHECKPOINT = 3
};

struct event_record {
    double time;  /* NaN when it tells none */
    int64_t step; /* a missing field is 0, as protobuf has it */
    struct span file_version, summary, session_log;
};
/* event_parse - false when the data is no protobuf message. Cost: 3 ns for the order in which writers write. */
bool event_parse(struct span data, struct event_record *e);
/* event_field - put one field of an Event in its place. */
void event_field(struct event_record *e, const struct proto_field *f);

enum value_kind { VALUE_NONE, VALUE_SIMPLE, VALUE_HISTO, VALUE_TENSOR };
struct value_record {
    struct span tag, body; /* body: of a histogram or a tensor */
    struct span plugin, content;
    enum value_kind kind;
    float simple;
    bool described; /* it has metadata: plugin and content */
};
/* value_parse - one Summary.Value; false when it is no protobuf message. */
bool value_parse(struct span bytes, struct value_record *v);

/* session_checkpoint - the path of the checkpoint that a SessionLog tells of; no bytes for other ones. */
struct span session_checkpoint(struct span log);

#endif
