/* machine - the inside of the pickle machine, for the files of this folder only: stack, marks, memo, and what an opcode may do to them. */
#ifndef MLWATCH_MACHINE_H
#define MLWATCH_MACHINE_H

#include "judge.h"
#include "memo.h"
#include "pickle.h"
#include "window.h"

struct stack {
    struct node **items;
    size_t n, room;
};
struct marks {
    size_t *at; /* how high the stack was at each MARK */
    size_t n, room;
};
struct pickle {
    struct window in;
    const struct ckpt_limits *max;
    struct arena *arena;
    unsigned options;
    struct stack stack;
    struct marks marks;
    struct memo memo;
    struct node *none, *persistent; /* one for all; a list of all persistent ids */
    uint64_t opcodes, began;        /* executed so far; where this stream begins */
    uint64_t frame_end;             /* of the frame that is open; 0: none */
    int protocol;
    bool running, used_joblib;
    enum pickle_end end;
    char why[200], flaw[200];
    struct judge judge;
};

/* What stands behind an opcode byte, read. */
struct operand {
    uint64_t number; /* unsigned operands; signed ones as two's complement */
    double real;
    struct span text;   /* lines without their newline, counted bytes; p NULL where they were not kept */
    struct span second; /* of the opcodes with two lines */
    uint64_t n, offset; /* counted bytes: how many, and where */
};
enum operand_kind {
    NO_OPERAND,
    U8,
    U16,
    S32,
    U32,
    U64,
    F64_BIG,
    LINE,
    TWO_LINES,
    BYTES_8,
    BYTES_32,
    BYTES_S32,
    BYTES_64,
    TEXT_8,
    TEXT_32,
    TEXT_S32,
    TEXT_64
};
struct opcode {
    const char *name;
    uint8_t operand; /* enum operand_kind */
    void (*run)(struct pickle *p, const struct operand *o);
};
extern const struct opcode opcodes[256]; /* name NULL: there is no such opcode */

/* operand_read - false when the stream ends or breaks in it; said already. */
bool operand_read(struct pickle *p, enum operand_kind kind, struct operand *o);

/* machine_stop - this is how the stream ends. machine_flaw - Python would stop here; the first one is kept, and the machine reads on. */
void machine_stop(struct pickle *p, enum pickle_end end, const char *format, ...) __attribute__((format(printf, 3, 4)));
void machine_flaw(struct pickle *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* machine_node - as node_new; NULL stops the machine. machine_push takes NULL for "stopped already". */
struct node *machine_node(struct pickle *p, enum node_kind kind);
void machine_push(struct pickle *p, struct node *n);
/* machine_pop, machine_top - NULL stops the machine: nothing lies above the last MARK. */
struct node *machine_pop(struct pickle *p);
struct node *machine_top(struct pickle *p);
void machine_mark(struct pickle *p);
/* machine_since_mark - forget the last MARK; *n items above it lie at the returned place until the next push. NULL stops the machine. */
struct node **machine_since_mark(struct pickle *p, size_t *n);
/* machine_box - a box of a kind with these n items. */
struct node *machine_box(struct pickle *p, enum node_kind kind, struct node *const *items, size_t n);
void machine_add(struct pickle *p, struct node *box, struct node *item);

/* Opcode handlers, by file. */
#define HANDLER(name) void name(struct pickle *p, const struct operand *o)
/* op_value.c */
HANDLER(op_none);
HANDLER(op_true);
HANDLER(op_false);
HANDLER(op_int_line);
HANDLER(op_long_line);
HANDLER(op_float_line);
HANDLER(op_int32);
HANDLER(op_uint);
HANDLER(op_long);
HANDLER(op_float);
HANDLER(op_string_line);
HANDLER(op_unicode_line);
HANDLER(op_string);
HANDLER(op_unicode);
HANDLER(op_bytes);
/* op_box.c */
HANDLER(op_mark);
HANDLER(op_pop);
HANDLER(op_pop_mark);
HANDLER(op_dup);
HANDLER(op_empty_tuple);
HANDLER(op_empty_list);
HANDLER(op_empty_dict);
HANDLER(op_empty_set);
HANDLER(op_tuple);
HANDLER(op_tuple1);
HANDLER(op_tuple2);
HANDLER(op_tuple3);
HANDLER(op_list);
HANDLER(op_dict);
HANDLER(op_frozenset);
HANDLER(op_append);
HANDLER(op_appends);
HANDLER(op_setitem);
HANDLER(op_setitems);
HANDLER(op_additems);
HANDLER(op_put_line);
HANDLER(op_put);
HANDLER(op_memoize);
HANDLER(op_get_line);
HANDLER(op_get);
/* op_object.c */
HANDLER(op_global);
HANDLER(op_stack_global);
HANDLER(op_inst);
HANDLER(op_obj);
HANDLER(op_reduce);
HANDLER(op_newobj);
HANDLER(op_newobj_ex);
HANDLER(op_build);
HANDLER(op_ext);
HANDLER(op_persid);
HANDLER(op_binpersid);
HANDLER(op_next_buffer);
HANDLER(op_readonly_buffer);
/* machine.c */
HANDLER(op_proto);
HANDLER(op_frame);
HANDLER(op_stop);
#undef HANDLER

/* joblib_array - the raw bytes that follow object, a NumpyArrayWrapper whose state has just been built. */
void joblib_array(struct pickle *p, struct node *object);
/* nested_judge - bytes that a call unpickles again: their streams judged as this one's. */
void nested_judge(struct pickle *p, const struct node *bytes, const char *by);

#endif
