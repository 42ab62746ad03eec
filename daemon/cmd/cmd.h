/* cmd - one verb a file, each ending in one `const struct command`; cmd.c holds the list, --help and "did you mean". */
#ifndef MLWATCH_CMD_H
#define MLWATCH_CMD_H

#include "../base/err.h"
#include "../base/opt.h"
#include "../base/span.h"

/* Exit codes, the same for every verb. */
enum { EXIT_CLEAN = 0, EXIT_FINDINGS = 1, EXIT_USAGE = 2, EXIT_UNREADABLE = 3, EXIT_DAEMON = 4, EXIT_DEADLINE = 124 };

struct command {
    const char *name, *usage, *summary; /* usage: the arguments behind the verb; summary: one line */
    const struct opt *options;          /* a NULL name ends them */
    const char *help;                   /* lines below the options: details, then an example; at most 80 columns */
    int (*run)(const struct opt_result *given);
    bool reads_logs; /* the user's own formats (pattern_file.h) must be in order before it starts */
};
extern const struct command *const commands[]; /* NULL ends the list; in the order of `mlwatch --help` */

/* cmd_say - "mlwatch: <sentence>" on stderr; file names in it may be hostile, so it is made printable. */
void cmd_say(const char *sentence);
/* cmd_fail - print "mlwatch: <sentence>" to stderr and return the exit code that belongs to the status. */
int cmd_fail(const struct err *err);
/* cmd_print - text to stdout, at once. Returns EXIT_CLEAN, also when nobody reads it any more; else it has said, once, why it could not. */
int cmd_print(struct span text);
/* cmd_colour, cmd_columns - is this stream a terminal that wants colour (NO_COLOR, TERM=dumb); how wide (COLUMNS, else the terminal, else 100). */
bool cmd_colour(int fd);
int cmd_columns(int fd);
/* cmd_unicode - may block characters be printed (the locale's character set is UTF-8)? */
bool cmd_unicode(void);

#endif
