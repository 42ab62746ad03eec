/* memory reembed - vectors of another model for all there is. */
#include "memory.h"

#include <stdio.h>

#include "../engine/client.h"
#include "../engine/config.h"

struct reembedding_told {
    struct cmd_memory_bar bar;
    uint64_t of, done;
    char model[200];
};

static void hear_reembedded(void *arg, const json_t *message)
{
    struct reembedding_told *t = arg;
    const char *text = json_string_value(json_object_get(message, "text")),
               *model = json_string_value(json_object_get(message, "model"));
    if (text) cmd_memory_bar_end(&t->bar), cmd_say(text);
    else
        cmd_memory_bar_at(&t->bar, t->done = (uint64_t)json_integer_value(json_object_get(message, "done")), t->of,
                          "incidents and notes");
    if (model) snprintf(t->model, sizeof t->model, "%s", model);
}

/* How many there are, for the bar. */
static uint64_t all_of_them(void)
{
    struct hosts h = {0};
    struct upkeep_stats s = {0};
    struct err ignored;
    if (!hosts_open(&h, &ignored)) (void)cmd_memory_measure(&h, &s, &ignored);
    hosts_close(&h);
    return (uint64_t)(s.incidents + s.notes);
}

/* The embedder is that which a search from here would use, whatever the daemon was started with. */
static enum status request_of(const struct opt_result *given, json_t **ret, struct err *err)
{
    struct config c;
    enum status s = config_open(&c, err);
    if (!s)
        *ret = json_pack("{s:s, s:s, s:b}", "do", "reembed", "url", config_word(&c, CONFIG_EMBED, NULL), "anew",
                         opt_has(given, "anew"));
    config_done(&c);
    return s;
}

int cmd_memory_reembed(const struct opt_result *given)
{
    struct err err = {0};
    struct reembedding_told t = {.of = 0};
    json_t *request = NULL;
    int code = EXIT_CLEAN;
    if (cmd_memory_no_words(given, &err) || request_of(given, &request, &err)) return cmd_fail(&err);
    cmd_memory_bar_begin(&t.bar);
    if (t.bar.shown) t.of = all_of_them();
    enum status s = client_call(true, request, hear_reembedded, &t, &code, &err);
    cmd_memory_bar_end(&t.bar);
    if (s) return cmd_fail(&err);
    if (!code) printf("%llu vectors made; all are of %s now\n", (unsigned long long)t.done, t.model);
    return code;
}
