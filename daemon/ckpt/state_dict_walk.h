/* state_dict_walk - the walk itself, for the files of state_dict: what is still to be looked at, and how a tensor is told. */
#ifndef MLWATCH_STATE_DICT_WALK_H
#define MLWATCH_STATE_DICT_WALK_H

#include "state_dict_tensor.h"

/* One node that is still to be looked at; whatever lies below it inherits the rest. */
struct item {
    const struct node *node;
    const char *path; /* "" for the root */
    enum ckpt_part part;
    bool of_optimizer; /* slot is told: below it are the parts of a slot */
    const char *slot, *parameter;
    int64_t index;
};
struct walk {
    const struct state_from *from;
    const struct ckpt_limits *max;
    const struct ckpt_sink *out;
    struct err *err;
    struct item *work;
    size_t n, room;
    uint64_t tensors;
    size_t models, optimizers; /* roots met so far */
    uint32_t groups;
    uint64_t *storages; /* hash set of the storages that were met: their place + 1 */
    size_t n_storages, room_storages;
    uint64_t probed; /* keys compared so far: a small file may have one large box in a million places */
    enum status failed;
};

/* walk_push - look at it later; the last that was pushed comes first. */
void walk_push(struct walk *w, const struct item *i);
/* walk_run - look at all that was pushed, and at all below it. */
void walk_run(struct walk *w);
/* walk_path - path, a dot and key; path alone where key is empty. "" where memory ended, and the walk fails. */
const char *walk_path(struct walk *w, const char *path, struct span key);
/* walk_key - a dict's key as a part of a path: text or a whole number. false for all else. */
bool walk_key(const struct node *key, char number[24], struct span *ret);

/* member_of - a key of a dict, or an attribute of an object; NULL too where too much was asked, and the walk fails then. */
const struct node *member_of(struct walk *w, const struct node *n, const char *key);
/* is_optimizer - a dict or an object with 'state' and 'param_groups'. state_dict_optimizer - its groups and its slots. */
bool is_optimizer(struct walk *w, const struct node *n);
void state_dict_optimizer(struct walk *w, const struct node *n);

/* number_of - a number, a numpy scalar or a tensor of one element. */
bool number_of(struct walk *w, const struct node *n, double *ret);
/* state_dict_facts - numbers and words at the top, of schedulers, scalers, TrainingArguments and hyper-parameters. */
void state_dict_facts(struct walk *w, const struct node *value);

#endif
