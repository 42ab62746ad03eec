/* daemon - the process that watches: start it, stop it, or be it. */
#include "../engine/daemon.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../engine/client.h"
#include "../format/pattern_file.h"
#include "cmd.h"
#include "show.h"

static const struct opt options[] = {
    {"foreground", 'f', NULL, "stay here and print what is found; for containers"},
    {"attach", 'a', "DIR", "watch this from the start; may be given again"},
    {"stop", 0, NULL, "end the daemon; the next one goes on from there"},
    {"pid", 0, NULL, "print the process id of the daemon that runs"},
    {0},
};

static void print(void *arg, const json_t *message) { show_message(arg, message); }

static int foreground(const struct opt_result *given)
{
    char *directories[OPT_MAX];
    struct daemon_options o = {.attach = directories, .ready_fd = -1, .print = print};
    struct show show;
    struct err err = {0};
    for (int i = 0; i < given->n_given; i++)
        if (given->given[i].index == 1) directories[o.n_attach++] = (char *)given->given[i].value;
    show_start(&show, stdout, false);
    show.live = false;
    o.arg = &show;
    enum status s = daemon_run(&o, &err);
    show_end(&show);
    return s ? cmd_fail(&err) : EXIT_CLEAN;
}

/* The lock is free only when it has written everything down. */
static int stop(void)
{
    struct err err;
    int code = EXIT_CLEAN;
    long pid = client_pid();
    if (!pid) return puts("no daemon is running"), EXIT_CLEAN;
    enum status s = client_call(false, json_pack("{s:s}", "do", "stop"), NULL, NULL, &code, &err);
    for (int i = 0; i < 3000 && client_pid() == pid; i++) nanosleep(&(struct timespec){0, 10 * 1000 * 1000}, NULL);
    if (client_pid() != pid) return EXIT_CLEAN;
    if (s == OK) err_set(&err, E_DAEMON, "the daemon (process %ld) was told to stop and still runs", pid);
    return cmd_fail(&err);
}

static int run(const struct opt_result *given)
{
    struct err err;
    if (opt_has(given, "pid")) {
        long pid = client_pid();
        if (!pid) return err_set(&err, E_DAEMON, "no daemon is running"), cmd_fail(&err);
        return printf("%ld\n", pid), EXIT_CLEAN;
    }
    if (opt_has(given, "stop")) return stop();
    if (patterns_open(&err)) return cmd_say(err.text), EXIT_USAGE;
    if (opt_has(given, "foreground")) return foreground(given);
    if (opt_has(given, "attach"))
        return err_set(&err, E_USAGE, "--attach goes with --foreground; else use `mlwatch attach`"), cmd_fail(&err);
    struct connection c;
    if (client_connect(true, &c, &err)) return cmd_fail(&err);
    client_close(&c);
    return EXIT_CLEAN;
}

const struct command command_daemon = {
    .name = "daemon",
    .usage = "[--foreground [--attach DIR] | --stop | --pid]",
    .summary = "start or stop the process that watches",
    .options = options,
    .help = "`mlwatch attach` starts it when it is needed, and it ends by itself after ten\n"
            "minutes without anything to watch (MLWATCH_LINGER_S). In a container it ends\n"
            "with the container; the next one catches up.\n\n"
            "  mlwatch daemon --foreground --attach /runs\n",
    .run = run,
};
