/* help - finding the verb, and what `--help` prints. */
#ifndef MLWATCH_HELP_H
#define MLWATCH_HELP_H

#include "cmd.h"

/* cmd_main - run the verb in argv[1]; returns the exit code. */
int cmd_main(int argc, char **argv);

#endif
