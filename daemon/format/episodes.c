/* episodes - see episodes.h. */
#include "episodes.h"

/* A restart goes back with its episodes, and parallel environments that report out of order do so rarely; lengths go back every other
 * time by chance, and one time in five even while they grow. */
enum { BACKS_LEAST = 2, BACKS_ONE_IN = 5 };

bool episodes_called(struct episodes *e, bool lengths, int64_t steps, double episode)
{
    if (!e->n && lengths) e->called = true;
    if (!e->called) return false;
    e->backs += e->n && episode == e->episode && steps > e->steps; /* once it may be a restart */
    e->called = e->backs < BACKS_LEAST;
    e->inside = !e->called;
    e->n++;
    e->episode = episode, e->steps = steps;
    return e->called;
}

enum steps_of episodes_steps(struct episodes *e, int64_t steps, double episode)
{
    bool later = e->n && episode > e->episode;
    e->inside = e->inside || (e->n && episode == e->episode);
    e->backs += later && steps < e->steps;
    e->n++;
    e->episode = episode, e->steps = steps;
    if (!e->inside && e->backs >= BACKS_LEAST && e->backs >= e->n / BACKS_ONE_IN) e->lengths = true;
    if (e->lengths) return STEPS_ARE_LENGTHS;
    return e->inside ? STEPS_OF_PART : STEPS_OF_RUN;
}
