/* game - the adversaries of a generative adversarial network, by the roles of their losses.
 *
 * A Wasserstein discriminator is called a critic, and so is an agent's value function: critic_loss is the discriminator's where a generator's
 * loss is logged beside it. What hears of both wants GAME_DISCRIMINATOR and needs GAME_NEEDS, which no agent has. */
#ifndef MLWATCH_GAME_H
#define MLWATCH_GAME_H

#include "track_level.h"

#define GAME_DISCRIMINATOR (WANTS(ROLE_LOSS_DISCRIMINATOR) | WANTS(ROLE_LOSS_VALUE))
#define GAME_NEEDS         (WANTS(ROLE_LOSS_DISCRIMINATOR) | WANTS(ROLE_LOSS_GENERATOR))

/* game_discriminates - is it the discriminator's loss, in a run that has a generator? */
static inline bool game_discriminates(enum role role) { return role == ROLE_LOSS_DISCRIMINATOR || role == ROLE_LOSS_VALUE; }

/* game_discriminator - its track: that of a critic where none is called a discriminator; NULL where there is neither. */
static inline const struct track *game_discriminator(const struct track *tracks, uint32_t n)
{
    const struct track *d = track_of_role(tracks, n, ROLE_LOSS_DISCRIMINATOR);
    return d ? d : track_of_role(tracks, n, ROLE_LOSS_VALUE);
}

#endif
