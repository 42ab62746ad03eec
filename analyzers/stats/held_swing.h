/* held_swing - a held-out loss that goes up and down and gets nowhere.
 *
 * It has no batches: the same rows are asked each time, so what it moves by from one evaluation to the next is the weights. Where it goes up and
 * down by a good part of its level, far from converged, while the training loss gets nowhere either, the steps are too long for where they lead.
 * Where it does so far above a training loss that it once met, it is what evaluation adds to the weights that moves, as statistics of batches
 * do that do not follow them: how far apart the two are is told for the causes. And where it moves by little, the weights lie still, and
 * what swings in a training loss is the batches. */
#ifndef MLWATCH_HELD_SWING_H
#define MLWATCH_HELD_SWING_H

#include "swing.h"
#include "track.h"

struct held_swing_knobs {
    double points, few;      /* evaluations; as few as can be judged */
    double swing, swing_few; /* the middle move from one to the next, of their level; of few, or far above the training loss */
    double calm;             /* the same, below which the weights lie still */
    double net;              /* of all the way it went that it is farther at the end, at most */
    double fall;             /* share that the training loss may fall meanwhile */
    double score;            /* of the scale, at which a held-out score says that there is nowhere left to get */
};
/* What is looked at: tracks of one run. */
struct held_swing {
    const struct track *held;         /* NULL: none */
    const struct track *loss, *score; /* training losses; held-out scores that should rise */
    uint32_t n_loss, n_score;
};
struct held_swing_seen {
    size_t from; /* bucket */
    struct swing swing;
    double period; /* buckets a wave */
    double apart;  /* its level, in training losses */
};

/* held_swing_calm - do its moves in the second half say that the weights lie still? Cost: O(buckets log buckets) */
bool held_swing_calm(const struct held_swing *h, const struct held_swing_knobs *k);
/* held_swing_found - does it swing and get nowhere?
 *   converged   share of the first training losses below which a loss may swing as it likes
 * Cost          O(buckets^2) */
bool held_swing_found(const struct held_swing *h, const struct held_swing_knobs *k, double converged,
                      struct held_swing_seen *ret);

#endif
