/* show - the daemon's messages on this terminal: what was found, alerts, and one line that is redrawn. */
#ifndef MLWATCH_SHOW_H
#define MLWATCH_SHOW_H

#include "../base/json.h"
#include <stdio.h>

#include "../alert/terminal.h"

struct show {
    FILE *out; /* data */
    bool live; /* out is a terminal: keep the line at its bottom */
    struct terminal_style style;
    bool drawn;   /* the line stands on the screen */
    json_t *line; /* the last one told */
};

/* show_start - out is stdout or stderr; plain: no colour, no line. */
void show_start(struct show *s, FILE *out, bool plain);
/* show_message - print it; "live" changes the line, "error" and "note" go to stderr. */
void show_message(struct show *s, const json_t *message);
/* show_tick - redraw the line: data grows older. show_end - take the line away, free. */
void show_tick(struct show *s);
void show_end(struct show *s);

/* show_age - "3 s", "12 min", "5 h", "3 d". */
void show_age(struct str *out, double seconds);

#endif
