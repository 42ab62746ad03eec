/* bench_embed - seconds that a text takes from bytes to vector, for embed_against.py, which asks others for the same one in turn.
 *
 *   bench_embed DIRECTORY [SIMD]    DIRECTORY of model.safetensors and vocab.txt; SIMD as simd.h names them, else the best
 *
 * One JSON string a line in, "SECONDS TOKENS" a line out. Before the first, "SIMD SECONDS": how long reading the model took. */
#include <stdio.h>
#include <stdlib.h>

#include "../../daemon/base/clock.h"
#include "../../daemon/base/json.h"
#include "../../daemon/base/str.h"
#include "../../daemon/embed/encoder.h"
#include "../../daemon/embed/wordpiece.h"

static void check(enum status s, const struct err *err)
{
    if (!s) return;
    fprintf(stderr, "bench_embed: %s\n", err->text);
    exit(3);
}

static const struct simd *simd_of(const char *name)
{
    for (size_t i = 0; name && simd_all[i]; i++)
        if (strcmp(simd_all[i]->name, name) == 0 && simd_all[i]->runs_here()) return simd_all[i];
    if (!name) return simd_best();
    fprintf(stderr, "bench_embed: this processor does not have '%s'\n", name);
    exit(3);
}

static const char *in(struct str *path, const char *directory, const char *name)
{
    str_clear(path);
    str_addf(path, "%s/%s", directory, name);
    return path->p;
}

static void time_text(const struct wordpiece *v, struct encoder *e, struct span text)
{
    uint32_t token[ENCODER_TOKENS_MAX];
    float vector[ENCODER_DIMS];
    const double began = clock_now();
    const size_t n = wordpiece_tokens(v, text, token, ENCODER_TOKENS_MAX);
    encoder_forward(e, token, n, vector);
    printf("%.9f %zu\n", clock_now() - began, n);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct wordpiece *v;
    struct encoder *e;
    struct err err;
    struct str path = {0};
    if (argc < 2) return 2;
    const struct simd *simd = simd_of(argc > 2 ? argv[2] : NULL);
    const double began = clock_now();
    check(wordpiece_open(in(&path, argv[1], "vocab.txt"), &v, &err), &err);
    check(encoder_open(in(&path, argv[1], "model.safetensors"), simd, &e, &err), &err);
    printf("%s %.9f\n", simd->name, clock_now() - began);
    fflush(stdout);
    char *line = NULL;
    size_t room = 0;
    for (ssize_t n; (n = getline(&line, &room, stdin)) > 0;) {
        json_t *text = json_loadb(line, (size_t)n, JSON_DECODE_ANY, NULL);
        if (json_is_string(text)) time_text(v, e, (struct span){json_string_value(text), json_string_length(text)});
        json_decref(text);
    }
    free(line);
    str_done(&path);
    wordpiece_close(v);
    encoder_close(e);
    return 0;
}
