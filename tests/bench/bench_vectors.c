/* bench_vectors - a file of vectors from a file of texts, for bench_memory and memory_against.py.
 *
 *   bench_vectors MODELS TEXTS OUT     MODELS: the directory of all-MiniLM-L6-v2; TEXTS: one JSON string a line; OUT: floats, a row a text
 *
 * OUT is written under another name and renamed when it is whole. Prints how many, and milliseconds of CPU a text. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../../daemon/base/json.h"
#include "../../daemon/base/str.h"
#include "../../daemon/embed/embed.h"

static void check(enum status s, const struct err *err)
{
    if (!s) return;
    fprintf(stderr, "bench_vectors: %s\n", err->text);
    exit(3);
}

static size_t embed_lines(struct embed *e, FILE *in, FILE *out)
{
    float v[EMBED_DIMS_MAX];
    char *line = NULL;
    size_t room = 0, n = 0;
    struct err err;
    for (ssize_t got; (got = getline(&line, &room, in)) > 0; n++) {
        json_t *text = json_loadb(line, (size_t)got, JSON_DECODE_ANY, NULL);
        check(embed_text(e, (struct span){json_string_value(text), json_string_length(text)}, v, &err), &err);
        if (fwrite(v, sizeof *v, embed_dims(e), out) != embed_dims(e)) exit(3);
        json_decref(text);
    }
    free(line);
    return n;
}

int main(int argc, char **argv)
{
    struct embed *e;
    struct err err;
    struct str beside = {0};
    if (argc != 4) return fprintf(stderr, "usage: bench_vectors MODELS TEXTS OUT\n"), 2;
    check(embed_open(&(struct embed_choice){.url = "minilm:", .models = argv[1]}, &e, &err), &err);
    str_addf(&beside, "%s.part", argv[3]);
    FILE *in = fopen(argv[2], "re"), *out = fopen(beside.p, "we");
    if (!in || !out) return perror("bench_vectors"), 3;
    size_t n = embed_lines(e, in, out);
    fclose(in);
    if (fclose(out) != 0 || rename(beside.p, argv[3]) != 0) return perror("bench_vectors"), 3;
    printf("%zu texts, %.2f ms of CPU each\n", n, n ? (double)clock() / CLOCKS_PER_SEC / (double)n * 1e3 : 0);
    embed_close(e);
    str_done(&beside);
    return 0;
}
