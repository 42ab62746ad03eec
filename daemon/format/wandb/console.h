/* wandb_console - the console that W&B recorded: pieces of text as the program wrote them, put together to lines that are asked for
 * events (text/event.h). The numbers on them are not read: what is logged stands in the history.
 *
 *   OutputRecord, OutputRawRecord   1 stream (0 stderr, 1 stdout)  2 timestamp  3 line: any piece, with '\r' and escapes
 *   AlertRecord                     1 title  2 text */
#ifndef MLWATCH_WANDB_CONSOLE_H
#define MLWATCH_WANDB_CONSOLE_H

#include "../proto.h"
#include "../text/event.h"

enum { CONSOLE_LINE_MAX_BYTES = 4 << 10, CONSOLE_STREAMS = 2 };

struct console_stream {
    struct text_events events;
    uint64_t lines;
    uint32_t n; /* bytes of the line that has no end yet; what is longer than the limit is cut */
    char text[CONSOLE_LINE_MAX_BYTES];
};
struct wandb_console { /* zeroed before wandb_console_init */
    struct console_stream streams[CONSOLE_STREAMS];
    bool failed; /* an event that ends a run was told */
};

/* wandb_console_init - before the first output; c is zeroed. */
void wandb_console_init(struct wandb_console *c);
/* wandb_console_output, wandb_console_alert - one record.
 *   line    the record's number: where its events are told to stand
 *   points  records with points so far: repetitions of an event between two of them are told once */
void wandb_console_output(struct wandb_console *c, struct span message, uint64_t line, uint64_t points,
                          const struct format_out *out);
void wandb_console_alert(struct wandb_console *c, struct span message, uint64_t line, uint64_t points,
                         const struct format_out *out);
/* wandb_console_lines - whole lines that came in another way. */
void wandb_console_lines(struct wandb_console *c, struct span text, uint64_t line, uint64_t points, const struct format_out *out);
/* wandb_console_end - nothing more comes for now: lines without an end are lines. */
void wandb_console_end(struct wandb_console *c, uint64_t line, uint64_t points, const struct format_out *out);

#endif
