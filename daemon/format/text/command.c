/* text_command - see text/command.h. */
#include "command.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "../../base/num.h"
#include "known.h"

static struct span next_token(struct span *rest)
{
    size_t i = 0, n = 0;
    while (i < rest->n && span_blank_char(rest->p[i])) i++;
    char quote = i < rest->n && (rest->p[i] == '"' || rest->p[i] == '\'') ? rest->p[i] : 0;
    while (i + n < rest->n && (quote ? !n || rest->p[i + n - 1] != quote || n < 2 : !span_blank_char(rest->p[i + n]))) n++;
    struct span token = {rest->p + i, n};
    *rest = span_from(*rest, i + n);
    return token;
}

static bool is_flag(struct span t) { return t.n > 3 && t.p[0] == '-' && t.p[1] == '-' && isalpha((unsigned char)t.p[2]); }

/* count_flags - how many flags a line has; *first is the number of words in front of them. */
static size_t count_flags(struct span s, size_t *first)
{
    size_t n = 0, words = 0;
    for (struct span rest = s, t = next_token(&rest); t.n; t = next_token(&rest), words++) {
        if (is_flag(t) && !n++) *first = words;
    }
    return n;
}

/* command_of - the line from the program's name on: "$ python train.py --lr 1e-3" and "+ torchrun ..." lose what is in front. */
static struct span command_of(struct span s)
{
    static const char *const starts[] = {"$ ", "+ ", "cmd = ", "cmd: ", "Command: ", "command: ", "Running command: "};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (span_starts(s, starts[i])) return span_from(s, strlen(starts[i]));
    return s;
}

/* is_program - does a command begin with what starts a training? Options alone, or a variable of a script, are no command. */
static bool is_program(struct span s)
{
    static const char *const programs[] = {"python", "torchrun", "deepspeed", "accelerate", "srun", "mpirun", "./", "/"};
    size_t n = 0;
    while (n < s.n && s.p[n] != ' ') n++;
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (span_starts(s, programs[i])) return true;
    return n > 3 && memcmp(s.p + n - 3, ".py", 3) == 0;
}

/* is_short - "-lr", "-b" of a script's own options. */
static bool is_short(struct span t) { return t.n > 1 && t.p[0] == '-' && isalpha((unsigned char)t.p[1]); }

/* spelled - what a script means by one letter, where the value suits it; any other flag is its own name. */
static struct span spelled(struct span flag, struct span value)
{
    int64_t n;
    bool whole = num_integer(value, &n) && n > 0;
    if (whole && span_is(flag, "ep")) return span_of("epochs");
    if (flag.n > 1 || !whole) return flag;
    return *flag.p == 'b' ? span_of("batch_size") : *flag.p == 'e' ? span_of("epochs") : flag;
}

/* short_flags - "python train.py -lr 0.1 -b 256": the options with one dash behind a script's name. Those of python and its launchers stand in front
 * of it. Returns how many there are; tells them where out is not NULL. */
static size_t short_flags(struct text_facts *f, struct span s, const struct format_out *out)
{
    size_t n = 0;
    bool behind = false;
    struct span rest = command_of(s), token = next_token(&rest);
    for (; token.n && !behind; token = next_token(&rest)) behind = token.n > 3 && memcmp(token.p + token.n - 3, ".py", 3) == 0;
    while (token.n) {
        struct span flag = token, value = {"true", 4};
        token = next_token(&rest);
        if (!is_short(flag)) continue;
        if (token.n && !is_short(token) && !is_flag(token)) value = token, token = next_token(&rest);
        flag = span_from(flag, 1);
        if (out) text_fact(f, spelled(flag, value), text_unquote(value), out);
        n++;
    }
    return n;
}

bool text_command(struct text_facts *f, struct span s, const struct format_out *out)
{
    enum { WORDS_MAX = 4 };
    size_t first = 0;
    struct span command = command_of(s);
    bool program = is_program(command);
    size_t shorts = program && memmem(s.p, s.n, ".py ", 4) ? short_flags(f, s, NULL) : 0,
           longs = memmem(s.p, s.n, "--", 2) ? count_flags(s, &first) : 0;
    if (longs + shorts < 2) return false;
    if (shorts) short_flags(f, s, out);
    if (!program && first > WORDS_MAX) return false; /* of a compiler, say */
    if (program) text_fact(f, span_of("command"), command, out);
    struct span rest = s, token = next_token(&rest);
    while (token.n) {
        struct span flag = token, value = {"true", 4};
        token = next_token(&rest);
        if (!is_flag(flag)) continue;
        const char *eq = memchr(flag.p, '=', flag.n);
        if (eq) {
            value = span_from(flag, (size_t)(eq - flag.p) + 1);
            flag.n = (size_t)(eq - flag.p);
        } else if (token.n && !is_flag(token) && token.p[0] != '\\') {
            value = token;
            token = next_token(&rest);
        }
        text_fact(f, span_from(flag, 2), text_unquote(value), out);
    }
    return true;
}
