/* err - a status and, for the person at 3 a.m., a sentence.
 *
 * Every function that can fail returns enum status and takes the caller's struct err. The sentence
 * is lower case without a full stop and quotes its subject: cannot read 'run7/log.jsonl': permission denied */
#ifndef MLWATCH_ERR_H
#define MLWATCH_ERR_H

enum status {
    OK = 0,
    E_USAGE,  /* the user asked for something that makes no sense */
    E_IO,     /* the operating system said no */
    E_FORMAT, /* bytes are not what they claim to be */
    E_LIMIT,  /* a size met its limit */
    E_MEMORY, /* no memory */
    E_STORE,  /* the failure memory could not be read or written */
    E_DAEMON, /* the daemon could not be reached */
    E_ABSENT  /* what was asked for is not there */
};

struct err {
    enum status status;
    char text[512];
};

/* err_set - fill in the sentence; e may be NULL. Returns status, so that `return err_set(...)` reads well. */
enum status err_set(struct err *e, enum status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* err_errno - as err_set, with ": <strerror(errno)>" behind the sentence, in lower case. */
enum status err_errno(struct err *e, enum status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
