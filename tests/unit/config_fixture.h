/* config_fixture - a configuration file for one test, and settings forgotten behind it. */
#ifndef MLWATCH_CONFIG_FIXTURE_H
#define MLWATCH_CONFIG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/engine/config.h"

static char path[64]; /* of the file that write_file wrote last */

static void write_file(const char *text)
{
    snprintf(path, sizeof path, "/tmp/mlwatch-config.XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    setenv("MLWATCH_CONFIG", path, 1);
}

/* forget - a teardown. */
static int forget(void **unused)
{
    static const char *const variables[] = {"MLWATCH_CONFIG",     "MLWATCH_SENSITIVITY", "MLWATCH_LLM",
                                            "MLWATCH_LLM_REMOTE", "MLWATCH_EMBED",       "MLWATCH_EMBED_REMOTE"};
    (void)unused;
    if (*path) unlink(path);
    *path = 0;
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) unsetenv(variables[i]);
    return 0;
}

#endif
