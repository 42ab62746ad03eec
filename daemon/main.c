/* main - hands argv to a verb, nothing else. */
#include "cmd/cmd.h"
#include "cmd/help.h"

int main(int argc, char **argv) { return cmd_main(argc, argv); }
