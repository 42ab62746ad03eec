/* json_jansson - every number of every line of a JSON lines file by jansson, keyed by its name: the tree that most C programs build.
 *   usage   json_jansson FILE
 * Prints CPU seconds, bytes, numbers and their sum. The file lies in memory before the clock starts and is read once to warm up. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static char *load(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0) return NULL;
    *n = (size_t)ftell(f);
    rewind(f);
    char *text = malloc(*n + 1);
    if (!text || fread(text, 1, *n, f) != *n) return NULL;
    fclose(f);
    return text;
}

struct totals {
    unsigned long points;
    double sum;
};

static void take(struct totals *t, json_t *object)
{
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        if (!json_is_number(value)) continue;
        t->points++;
        t->sum += json_number_value(value);
    }
}

static double read_all(const char *text, size_t n, struct totals *t)
{
    double from = now();
    for (const char *p = text, *end = text + n; p < end;) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        size_t length = (size_t)((newline ? newline : end) - p);
        json_t *object = json_loadb(p, length, 0, NULL);
        if (object) take(t, object);
        json_decref(object);
        p += length + 1;
    }
    return now() - from;
}

int main(int argc, char **argv)
{
    size_t n;
    struct totals warm = {0, 0}, t = {0, 0};
    char *text = argc == 2 ? load(argv[1], &n) : NULL;
    if (!text) return 2;
    read_all(text, n, &warm);
    double seconds = read_all(text, n, &t);
    printf("%.6f %zu %lu %.9g\n", seconds, n, t.points, t.sum);
    free(text);
    return 0;
}
