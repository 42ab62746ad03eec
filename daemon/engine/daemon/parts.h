/* daemon_parts - what the daemon is made of; shared by these files, and by nobody else.
 *
 *   daemon.c             its life, what it knows
 *   daemon/start.c       as a process of its own
 *   daemon/places.c      what it watches
 *   daemon/turns.c       who is read next
 *   daemon/followers.c   those who look on
 *   answer.c             requests */
#ifndef MLWATCH_DAEMON_PARTS_H
#define MLWATCH_DAEMON_PARTS_H

#include "../control.h"
#include "../daemon.h"
#include "../place.h"

enum { DAEMON_TOLD = 16 };

/* Somebody who looks on: a connection that asked to attach, and one of its places. */
struct follower {
    struct client *client;
    struct place *place;
    bool stays;            /* else it leaves after what was found (--detach) */
    bool found_said, told; /* told: the history's alerts were sent; from now on news go out at once */
    double since;          /* loop clock */
    char (*known)[12];
    size_t n_known;  /* runs it was told of */
    char *last_line; /* so that nothing is sent twice */
    struct follower *next;
};
struct retired {
    struct knowledge knowledge;
    struct outcome *outcomes;
    size_t n_outcomes;
    struct retired *next;
};

/* An event told of more bytes. Both are hashes (whose.h). */
struct grown {
    uint64_t directory, name;
};

struct daemon {
    const struct daemon_options *options;
    struct loop *loop;
    struct paths paths;
    struct lane *look;
    struct watch *watch;
    struct control *control;
    struct engine engine;
    struct watched watched;
    struct config config; /* thresholds and sensitivity as they were set; runs look when they wake */
    struct knowledge knowledge;
    struct retired *retired; /* of before a SIGHUP or a new outcome: runs that are awake still point to it */
    struct place **places;
    size_t n_places;
    struct follower *followers;
    struct grown grown[DAEMON_TOLD];    /* events, until there are some whose files are looked up together */
    struct live_told told[DAEMON_TOLD]; /* and files, until there are some to be looked at together */
    size_t n_grown, n_told;
    struct loop_timer pump, keep, follow;
    double lonely_since; /* loop clock; when the last watched thing went; < 0 while there is some */
    double linger_s;
    int lock;
    bool tight;                         /* more files than descriptors: said */
    char memory_off[512], polling[256]; /* why; "" when not so */
};

/* daemon_say - a sentence for everybody who looks on. */
void daemon_say(struct daemon *d, const char *text);
/* daemon_place - watch a path; the place that does so already, or a new one. NULL when memory ran out. */
struct place *daemon_place(struct daemon *d, const char *path, const struct live_options *o);
/* daemon_forget_place - and its runs. */
void daemon_forget_place(struct daemon *d, struct place *p, bool forget);
/* daemon_learn - an outcome was written: fixes are ranked by it from now on, in the runs that are watched too. */
void daemon_learn(struct daemon *d);
/* daemon_save_places - for the next daemon. daemon_restore_places - what the last one watched. */
void daemon_save_places(struct daemon *d);
void daemon_restore_places(struct daemon *d);
/* daemon_keep - a timer: what is over is forgotten; the end of the lingering time. */
void daemon_keep(void *arg);

/* daemon_pump - a timer: give turns. daemon_changed - somebody waits for one. */
void daemon_pump(void *arg);
void daemon_changed(void *arg);
/* daemon_touched, daemon_told, daemon_overflow - the watch's hooks. */
void daemon_touched(void *arg, void *who, uint64_t directory, const char *name, bool names);
void daemon_told(void *arg);
void daemon_overflow(void *arg);

/* daemon_add_follower - a client looks on at a place from now on; nothing happens when memory ran out.
 *   stays   else it leaves after what was found
 * daemon_has_followers - does this client look on anywhere? */
void daemon_add_follower(struct daemon *d, struct client *c, struct place *p, bool stays);
bool daemon_has_followers(const struct daemon *d, const struct client *c);
/* daemon_follow - a timer: tell them what is new. daemon_pass_on - an alert, to everybody who follows the place of this run. */
void daemon_follow(void *arg);
void daemon_pass_on(struct daemon *d, struct live *l, json_t *message);

/* answer_request, daemon_client_gone - the control socket's hooks. */
void answer_request(void *arg, struct client *c, const json_t *request);
void daemon_client_gone(void *arg, struct client *c);

#endif
