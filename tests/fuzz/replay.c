/* replay - a fuzz target's corpus as a plain test: every file of the directories (or every file) given, and each of them cut short at a
 * few places. A crash or a sanitizer's word is the failure; a corpus that is empty fails too. */
#include <dirent.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX_BYTES = 1 << 20, CUTS = 16 };

static int replay_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *data = malloc(INPUT_MAX_BYTES);
    if (!f || !data) return perror(path), 0;
    size_t n = fread(data, 1, INPUT_MAX_BYTES, f);
    fclose(f);
    for (size_t cut = 0; cut <= CUTS; cut++) {
        size_t size = n * cut / CUTS;
        uint8_t *exact = malloc(size ? size : 1); /* of its own size, so that one byte beyond is seen */
        if (!exact) return 0;
        memcpy(exact, data, size);
        LLVMFuzzerTestOneInput(exact, size);
        free(exact);
    }
    free(data);
    return 1;
}

static int replay(const char *path)
{
    struct stat st;
    int replayed = 0;
    if (stat(path, &st) != 0) return perror(path), 0;
    if (S_ISREG(st.st_mode)) return replay_file(path);
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));) {
        char name[PATH_MAX];
        if (e->d_name[0] == '.' || snprintf(name, sizeof name, "%s/%s", path, e->d_name) >= (int)sizeof name) continue;
        replayed += replay_file(name);
    }
    if (d) closedir(d);
    return replayed;
}

int main(int argc, char **argv)
{
    int replayed = 0;
    for (int i = 1; i < argc; i++) replayed += replay(argv[i]);
    printf("%d inputs, each cut at %d places\n", replayed, CUTS);
    return replayed > 0 ? 0 : 1;
}
