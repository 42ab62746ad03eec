/* attach - hand directories to the daemon, show what it says, leave by q or Ctrl-C while the watch goes on. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "../engine/client.h"
#include "../engine/config.h"
#include "../engine/paths.h"
#include "attach_pipe.h"
#include "cmd.h"
#include "show.h"

static const struct opt options[] = {
    {"name", 'n', "NAME", "call the run so; else it has its directory's name"},
    {"tag", 't', "K=V", "remember this with the run; may be given again"},
    {"sensitivity", 0, "WORD", "quiet, normal or paranoid"},
    {"detach", 'd', NULL, "say what was found, then leave"},
    {"plain", 0, NULL, "no colour and no line that is redrawn"},
    {0},
};

static json_t *request(const struct opt_result *given, bool follow)
{
    json_t *paths = json_array();
    struct str tags = {0};
    for (int i = 0; i < given->n_words; i++) {
        char *path = paths_absolute(given->words[i]);
        if (path) json_array_append_new(paths, json_string(path));
        free(path);
    }
    for (int i = 0; i < given->n_given; i++)
        if (strcmp(options[given->given[i].index].name, "tag") == 0)
            str_addf(&tags, "%s%s", tags.n ? "\n" : "", given->given[i].value);
    const char *sensitivity = opt_value(given, "sensitivity", getenv("MLWATCH_SENSITIVITY"));
    json_t *j = json_pack("{s:s, s:o, s:b, s:s?, s:s?, s:s?}", "do", "attach", "paths", paths, "follow", follow, "name",
                          opt_value(given, "name", NULL), "tags", tags.p, "sensitivity", sensitivity);
    str_done(&tags);
    return j;
}

/* ---- the terminal ------------------------------------------------------------------------------------------------------------ */

struct keys {
    bool raw;
    struct termios before;
    int signals;
};

static void take_keys(struct keys *k, bool terminal)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT), sigaddset(&set, SIGTERM), sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    k->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (!terminal || !isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &k->before) != 0) return;
    struct termios raw = k->before;
    raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
    k->raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

static void give_keys_back(struct keys *k)
{
    if (k->raw) tcsetattr(STDIN_FILENO, TCSANOW, &k->before);
    if (k->signals >= 0) close(k->signals);
}

static bool pressed_q(void)
{
    char c = 0;
    ssize_t n = read(STDIN_FILENO, &c, 1);
    return n == 0 || (n == 1 && (c == 'q' || c == 'Q'));
}

/* ---- following --------------------------------------------------------------------------------------------------------------- */

enum end { END_DONE, END_LEFT, END_LOST };

/* Every message that is there; true once the last one was among them. */
static bool take_messages(struct connection *c, struct show *show, int *code, bool *lost)
{
    json_t *message;
    int got;
    while ((got = client_next(c, false, &message)) == 1) {
        const char *what = json_string_value(json_object_get(message, "say"));
        bool done = what && strcmp(what, "done") == 0;
        if (done) *code = (int)json_integer_value(json_object_get(message, "code"));
        else show_message(show, message);
        json_decref(message);
        if (done) return true;
    }
    *lost = got < 0;
    return false;
}

static enum end follow(struct connection *c, struct show *show, const struct keys *keys, int *code)
{
    bool lost = false;
    struct pollfd wait[3] = {{c->fd, POLLIN, 0}, {keys->signals, POLLIN, 0}, {keys->raw ? STDIN_FILENO : -1, POLLIN, 0}};
    for (;;) {
        if (take_messages(c, show, code, &lost)) return END_DONE;
        if (lost) return END_LOST;
        int n = poll(wait, 3, show->live ? 1000 : -1);
        if (n == 0) show_tick(show);
        if (n > 0 && (wait[1].revents & POLLIN)) return END_LEFT;
        if (n > 0 && (wait[2].revents & (POLLIN | POLLHUP)) && pressed_q()) return END_LEFT;
    }
}

static void say_goodbye(const struct opt_result *given)
{
    struct str s = {0};
    for (int i = 0; i < given->n_words; i++) {
        str_add(&s, " ");
        str_add_printable(&s, span_of(given->words[i]), 200);
    }
    fprintf(stderr, "mlwatch: the watch goes on; `mlwatch detach%s` ends it, `mlwatch attach%s` comes back\n", s.p, s.p);
    str_done(&s);
}

/* A daemon that ends under us (killed, replaced by another version) left its places behind: another one goes on from there. */
static int watch(const struct opt_result *given, bool stay)
{
    struct show show;
    struct keys keys = {.signals = -1};
    struct err err;
    int code = EXIT_CLEAN;
    enum end end = END_LOST;
    show_start(&show, stdout, opt_has(given, "plain"));
    take_keys(&keys, show.live && stay);
    for (int tries = 0; end == END_LOST && tries < 3; tries++) {
        struct connection c;
        if (tries) fputs("mlwatch: the daemon ended; another one takes over\n", stderr);
        enum status s = client_connect(true, &c, &err);
        if (s == OK && (s = client_ask(&c, request(given, stay), &err)) != OK) client_close(&c);
        if (s) {
            show_end(&show);
            give_keys_back(&keys);
            return cmd_fail(&err);
        }
        end = follow(&c, &show, &keys, &code);
        client_close(&c);
    }
    show_end(&show);
    give_keys_back(&keys);
    if (end == END_LEFT) say_goodbye(given);
    if (end == END_LOST) return err_set(&err, E_DAEMON, "the daemon ended three times while it was asked"), cmd_fail(&err);
    return code;
}

static enum status check_words(const struct opt_result *given, struct err *err)
{
    enum sensitivity s;
    const char *word = opt_value(given, "sensitivity", getenv("MLWATCH_SENSITIVITY"));
    if (given->n_words == 0) return err_set(err, E_USAGE, "attach needs a directory, or - for a log on standard input");
    if (word && *word && !config_sensitivity(word, &s))
        return err_set(err, E_USAGE, "sensitivity is quiet, normal or paranoid, not '%s'", word);
    for (int i = 0; i < given->n_given; i++) {
        bool tag = strcmp(options[given->given[i].index].name, "tag") == 0;
        if (tag && !strchr(given->given[i].value, '='))
            return err_set(err, E_USAGE, "a tag is K=V, not '%s'", given->given[i].value);
    }
    return OK;
}

static int run(const struct opt_result *given)
{
    struct err err;
    if (check_words(given, &err)) return cmd_fail(&err);
    if (given->n_words == 1 && strcmp(given->words[0], "-") == 0)
        return attach_pipe(opt_value(given, "name", NULL), opt_has(given, "plain"));
    return watch(given, !opt_has(given, "detach"));
}

const struct command command_attach = {
    .name = "attach",
    .usage = "DIR...|- [--name N] [--tag K=V] [--detach]",
    .summary = "watch a run while it trains",
    .options = options,
    .help = "The daemon is started if none runs. It says what it found, which trouble the\n"
            "history holds, then every new trouble as it comes. q or Ctrl-C leaves; the watch\n"
            "goes on until `mlwatch detach`. With - the log comes on standard input and is\n"
            "copied to standard output byte by byte, whatever happens to the daemon.\n\n"
            "  mlwatch attach runs/7\n"
            "  python train.py 2>&1 | mlwatch attach -\n",
    .run = run,
    .reads_logs = true,
};
