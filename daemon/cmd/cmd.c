/* cmd - the list of verbs, and what they share. */
#include "cmd.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../base/str.h"
#include "../format/pattern_file.h"
#include "help.h"

extern const struct command command_attach, command_check, command_status, command_detach, command_report, command_plot,
    command_explain, command_search, command_resolve, command_daemon, command_config, command_compare, command_inspect,
    command_memory;

const struct command *const commands[] = {
    &command_attach,  &command_check,   &command_status,  &command_detach,  &command_report,
    &command_plot,    &command_compare, &command_inspect, &command_explain, &command_search,
    &command_resolve, &command_memory,  &command_daemon,  &command_config,  NULL,
};

void cmd_say(const char *sentence)
{
    struct str s = {0};
    str_add_printable(&s, span_of(sentence), 4096);
    fprintf(stderr, "mlwatch: %s\n", s.p ? s.p : "");
    str_done(&s);
}

int cmd_fail(const struct err *err)
{
    static const int code[] = {
        [OK] = EXIT_CLEAN,           [E_USAGE] = EXIT_USAGE,       [E_IO] = EXIT_UNREADABLE,    [E_FORMAT] = EXIT_UNREADABLE,
        [E_LIMIT] = EXIT_UNREADABLE, [E_MEMORY] = EXIT_UNREADABLE, [E_STORE] = EXIT_UNREADABLE, [E_DAEMON] = EXIT_DAEMON,
        [E_ABSENT] = EXIT_UNREADABLE};
    cmd_say(err->text);
    return code[err->status];
}

bool cmd_colour(int fd)
{
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fd) && !(none && *none) && term && strcmp(term, "dumb") != 0;
}

int cmd_columns(int fd)
{
    const char *given = getenv("COLUMNS");
    struct winsize w;
    int n = given ? atoi(given) : 0;
    if (n >= 20 && n <= 1000) return n;
    if (ioctl(fd, TIOCGWINSZ, &w) == 0 && w.ws_col >= 20) return w.ws_col;
    return 100;
}

bool cmd_unicode(void) { return strcmp(nl_langinfo(CODESET), "UTF-8") == 0; }

static void print_verbs(FILE *to)
{
    fputs("mlwatch watches training runs and says what is going wrong, why, and what to try.\n\nusage: mlwatch VERB ...\n\n", to);
    for (size_t i = 0; commands[i]; i++) fprintf(to, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n`mlwatch VERB --help` tells more. Start with:\n\n  mlwatch check RUN_DIR\n", to);
}

static void print_help(const struct command *c)
{
    printf("%s\n\nusage: mlwatch %s %s\n\n", c->summary, c->name, c->usage);
    for (const struct opt *o = c->options; o->name; o++) {
        char left[64];
        snprintf(left, sizeof left, "%c%c%c --%s%s%s", o->letter ? '-' : ' ', o->letter ? o->letter : ' ', o->letter ? ',' : ' ',
                 o->name, o->value ? " " : "", o->value ? o->value : "");
        printf("  %-24s %s\n", left, o->help);
    }
    printf("\n%s", c->help);
}

static const struct command *find(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (strcmp(commands[i]->name, name) == 0) return commands[i];
    return NULL;
}

static int no_such_verb(const char *word)
{
    const char *names[OPT_MAX];
    size_t n = 0;
    for (; commands[n] && n < OPT_MAX; n++) names[n] = commands[n]->name;
    const char *near = opt_nearest(word, names, n);
    fprintf(stderr, "mlwatch: there is no verb '%s'%s%s%s see `mlwatch --help`\n", word, near ? "; did you mean '" : "",
            near ? near : "", near ? "'?" : ";");
    return EXIT_USAGE;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return true;
    return false;
}

static int cannot_print(void)
{
    struct err err = {0};
    if (errno == EPIPE) return clearerr(stdout), EXIT_CLEAN;
    return err_errno(&err, E_IO, "cannot write to the output"), cmd_fail(&err);
}

int cmd_print(struct span text)
{
    if (ferror(stdout)) return EXIT_UNREADABLE;
    return fwrite(text.p, 1, text.n, stdout) == text.n && fflush(stdout) == 0 ? EXIT_CLEAN : cannot_print();
}

/* What a verb has written and not flushed yet. */
static int printed(int code)
{
    int lost = ferror(stdout) || fflush(stdout) == 0 ? EXIT_CLEAN : cannot_print();
    return lost ? lost : code;
}

static int dispatch(int argc, char **argv)
{
    struct opt_result given;
    struct err err;
    if (argc < 2) return print_verbs(stderr), EXIT_USAGE;
    if (strcmp(argv[1], "--version") == 0) return puts("mlwatch " MLWATCH_VERSION), EXIT_CLEAN;
    if (asks_for_help(1, argv + 1) || strcmp(argv[1], "help") == 0) return print_verbs(stdout), EXIT_CLEAN;
    const struct command *c = find(argv[1]);
    if (!c) return no_such_verb(argv[1]);
    if (asks_for_help(argc - 2, argv + 2)) return print_help(c), EXIT_CLEAN;
    if (opt_parse(c->options, argc - 2, argv + 2, &given, &err)) return cmd_fail(&err);
    if (c->reads_logs && patterns_open(&err)) return cmd_say(err.text), EXIT_USAGE;
    return c->run(&given);
}

int cmd_main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    return printed(dispatch(argc, argv));
}
