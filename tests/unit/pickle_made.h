/* pickle_made - pickles written opcode by opcode, and what is judged of them. */
#ifndef MLWATCH_TEST_PICKLE_MADE_H
#define MLWATCH_TEST_PICKLE_MADE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../daemon/base/inspection.h"
#include "../../daemon/base/str.h"
#include "../../daemon/ckpt/pickle/pickle.h"

struct stream {
    char p[1 << 16];
    size_t n;
};
static inline void put(struct stream *s, const void *p, size_t n)
{
    assert_true(s->n + n <= sizeof s->p);
    memcpy(s->p + s->n, p, n);
    s->n += n;
}
/* put_op - opcodes given as text, for those that have no operand or whose operand is text. PUT_BYTES - a literal that holds NULs. */
static inline void put_op(struct stream *s, const char *text) { put(s, text, strlen(text)); }
#define PUT_BYTES(s, literal) put(s, literal, sizeof(literal) - 1)
static inline void put_byte(struct stream *s, int c) { put(s, &(char){(char)c}, 1); }
static inline void put_u32(struct stream *s, uint32_t n)
{
    for (int i = 0; i < 4; i++, n >>= 8) put_byte(s, (int)(n & 0xFF));
}

struct said {
    enum ckpt_state state;
    enum ckpt_safety safety;
    size_t streams, arena_bytes;
    enum status status;
    char text[8192];
};
static inline void said_line(struct said *s, const char *word, const char *why)
{
    size_t n = strlen(s->text);
    snprintf(s->text + n, sizeof s->text - n, "%s: %s\n", word, why);
}
static inline void said_state(void *arg, enum ckpt_state state, const char *why)
{
    struct said *s = arg;
    if (state > s->state) s->state = state;
    said_line(s, inspection_state_name(state), why);
}
static inline void said_safety(void *arg, enum ckpt_safety safety, const char *why)
{
    struct said *s = arg;
    if (safety > s->safety) s->safety = safety;
    said_line(s, inspection_safety_name(safety), why);
}
/* judge_with - pickle_judge of these bytes, with a cap on memory. */
static inline struct said judge_with(const void *p, size_t n, const struct ckpt_limits *max, size_t cap)
{
    struct said s = {0};
    struct err err;
    struct arena arena;
    char *exact = malloc(n ? n : 1); /* of its own size, so that one byte beyond is seen */
    assert_non_null(exact);
    memcpy(exact, p, n);
    struct pickle_input in = {.fd = -1, .bytes = exact, .size = n};
    arena_init(&arena, cap);
    struct ckpt_sink out = {.arg = &s, .arena = &arena, .state = said_state, .safety = said_safety};
    s.status = pickle_judge(&in, NULL, max, &out, &s.streams, &err);
    s.arena_bytes = arena.used_bytes;
    arena_done(&arena);
    free(exact);
    return s;
}
static inline struct said judge_bytes(const void *p, size_t n) { return judge_with(p, n, &ckpt_limits_usual, 64 << 20); }
#define JUDGE(literal) judge_bytes(literal, sizeof(literal) - 1)

#endif
