/* gate - findings after diagnosis become incidents: one trouble, one incident, one alert.
 *
 * A finding joins an incident that has the same kind, series and segment, or whose findings the same likely cause explains, or whose trouble it
 * follows from (the same quantity of the same segment, critical and open). Else it opens one. Told are: a new incident; that its
 * severity rose; that its best cause first passed 0.8; and, once, that it is over. An incident's id is a hash of the run and of
 * its first finding, so every host gives the same one, and it is never recomputed. */
#ifndef MLWATCH_GATE_H
#define MLWATCH_GATE_H

#include "../base/model.h"
#include "../store/store.h"

enum news { NEWS_OPENED, NEWS_WORSE, NEWS_CAUSE, NEWS_RESOLVED };

/* What was said about an incident; comes from the memory too. */
struct told {
    char id[12];
    char kind[32], series[128]; /* of its first finding; series cut off at the end */
    uint16_t segment;
    int64_t onset_step;
    enum severity severity; /* the highest that was told */
    bool cause_told, resolved;
    double opened, closed; /* seconds since 1970; closed NaN while open */
    bool open;
    uint64_t *members;
    size_t n_members; /* keys of its findings */
};
struct gate {
    struct told *incidents;
    size_t n, room;
};

/* One incident as it stands, for alerts and for the memory. Borrowed from the view. */
struct incident_news {
    enum news news;
    const struct told *told;
    const struct finding_view *finding; /* its worst finding, for the message; NULL when the view has none any more */
    const struct cause_view *cause;     /* best cause that explains it, or NULL */
    bool speak;                         /* tell people; otherwise only the memory */
};
struct gate_out {
    void *arg;
    void (*tell)(void *arg, const struct incident_news *n);
};

/* gate_restore - one incident that was told before a restart, so that it is not told again. Before the first gate_update. */
void gate_restore(struct gate *g, const struct told *t);
/* gate_update - compare a view with what was told. Findings below a warning open no incident.
 *   now   seconds since 1970.  Cost: findings x incidents */
void gate_update(struct gate *g, const struct view *v, double now, const struct gate_out *out);
void gate_done(struct gate *g);

/* gate_incident_id - i + 8 base-32 characters over run id, kind, series name ("" for the run), segment and onset. */
void gate_incident_id(char id[12], const char *run_id, const char *kind, const char *series, uint16_t segment,
                      int64_t onset_step);

#endif
