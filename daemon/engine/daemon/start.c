/* daemon_start - the daemon as a process of its own: nothing of whoever starts it is left but the environment. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../daemon.h"

static void reset_signals(void)
{
    sigset_t none;
    for (int i = 1; i < NSIG; i++) signal(i, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void detach_process(int ready)
{
    reset_signals();
    umask(077);
    (void)!chdir("/");
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 3 && null >= 0; fd++) dup2(null, fd);
    int keep_fd = dup2(ready, 3);
    fcntl(keep_fd, F_SETFD, FD_CLOEXEC);
    close_range(4, ~0u, 0);
}

static void child(int ready)
{
    struct err err = {0};
    struct daemon_options o = {.ready_fd = 3};
    setsid();
    if (fork() != 0) _exit(0);
    detach_process(ready);
    enum status s = daemon_run(&o, &err);
    if (s) (void)!write(3, err.text, strlen(err.text));
    _exit(s ? 1 : 0);
}

enum status daemon_start(struct err *err)
{
    int pipes[2];
    char answer[512];
    size_t n = 0;
    if (pipe2(pipes, O_CLOEXEC) != 0) return err_errno(err, E_DAEMON, "cannot start the daemon");
    pid_t pid = fork();
    if (pid < 0) return close(pipes[0]), close(pipes[1]), err_errno(err, E_DAEMON, "cannot start the daemon");
    if (pid == 0) child(pipes[1]);
    close(pipes[1]);
    waitpid(pid, NULL, 0);
    for (ssize_t got; n < sizeof answer - 1 && (got = read(pipes[0], answer + n, sizeof answer - 1 - n)) > 0;) n += (size_t)got;
    close(pipes[0]);
    answer[n] = 0;
    if (strncmp(answer, "ok", 2) == 0 || strstr(answer, "another daemon holds")) return OK;
    return err_set(err, E_DAEMON, "the daemon did not start: %s", n ? answer : "it ended at once");
}
