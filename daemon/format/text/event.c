/* text_event - see text/event.h.
 *
 * Literals stand at the start of a word, outside quotes and comments: a source dump that holds `raise RuntimeError("CUDA out of
 * memory")` tells nothing. A traceback is told by its last line, the first that is not indented ("Name: message"), and what that
 * line says decides the kind; in a chain ("During handling of the above exception ...") the first one is the cause, and where an error
 * only carries another process's traceback, the end of that one is.
 * Words: the tools' own messages, torch/c10 (CUDACachingAllocator, ProcessGroupNCCL), slurmstepd, the kernel's NVRM Xid. */
#include "event.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum place { ANYWHERE, START, WHOLE };
struct row {
    const char *literal;
    enum event kind;
    enum place place;
    const char *also; /* must stand behind it; or NULL */
};

/* Sorted by first letter; rows of one letter: the more special first. */
static const struct row rows[] = {
    {"A worker process managed by the executor was unexpectedly terminated", EVENT_KILLED, ANYWHERE, NULL},
    {"after training is done", EVENT_FINISHED, START, NULL},
    {"Bus error", EVENT_HARDWARE, ANYWHERE, NULL},
    {"bestTest = ", EVENT_FINISHED, START, NULL},
    {"Cannot allocate memory", EVENT_OUT_OF_MEMORY, ANYWHERE, NULL},
    {"CUDA out of memory", EVENT_OUT_OF_MEMORY, ANYWHERE, NULL},
    {"CUDA error: out of memory", EVENT_OUT_OF_MEMORY, ANYWHERE, NULL},
    {"CUDA error: device-side assert", EVENT_TRACEBACK, ANYWHERE, NULL},
    {"CUDA error: an illegal memory access", EVENT_TRACEBACK, ANYWHERE, NULL},
    {"CUDA error: uncorrectable ECC", EVENT_HARDWARE, ANYWHERE, NULL},
    {"CUDNN_STATUS_ALLOC_FAILED", EVENT_OUT_OF_MEMORY, ANYWHERE, NULL},
    {"CUBLAS_STATUS_ALLOC_FAILED", EVENT_OUT_OF_MEMORY, ANYWHERE, NULL},
    {"CudaNdarray_ZEROS: allocation failed", EVENT_OUT_OF_MEMORY, ANYWHERE, NULL},
    {"Current loss scale already at minimum", EVENT_NONFINITE, ANYWHERE, NULL},
    {"Checkpoint saved", EVENT_CHECKPOINT, START, NULL},
    {"Convergence after ", EVENT_FINISHED, START, NULL},
    {"DataLoader worker (pid", EVENT_KILLED, ANYWHERE, "killed by signal"},
    {"DataLoader worker (pid", EVENT_KILLED, ANYWHERE, "exited unexpectedly"},
    {"DefaultCPUAllocator: ", EVENT_OUT_OF_MEMORY, ANYWHERE, "allocate"},
    {"Detected 1 oom-kill event", EVENT_OUT_OF_MEMORY, ANYWHERE, NULL},
    {"DUE TO TIME LIMIT", EVENT_KILLED, ANYWHERE, NULL},
    {"device-side assert triggered", EVENT_TRACEBACK, ANYWHERE, NULL},
    {"done training in ", EVENT_FINISHED, START, NULL},
    {"Done training", EVENT_FINISHED, START, NULL},
    {"End of training", EVENT_FINISHED, START, NULL},
    {"exits successfully", EVENT_FINISHED, ANYWHERE, NULL},
    {"Early stopping!", EVENT_FINISHED, START, NULL},
    {"EarlyStopping: Training stopped early", EVENT_FINISHED, START, NULL},
    {"Epoch ", EVENT_FINISHED, START, ": early stopping"},
    {"epochs completed in ", EVENT_FINISHED, ANYWHERE, "hours"},
    {"exiting program at iteration", EVENT_FINISHED, START, NULL},
    {"Fatal Python error", EVENT_TRACEBACK, START, NULL},
    {"Finished training", EVENT_FINISHED, START, NULL},
    {"Finished Training", EVENT_FINISHED, START, NULL},
    {"Found NaN", EVENT_NONFINITE, START, NULL},
    {"Found Inf", EVENT_NONFINITE, START, NULL},
    {"Function '", EVENT_NONFINITE, ANYWHERE, "returned nan values"},
    {"HIP out of memory", EVENT_OUT_OF_MEMORY, ANYWHERE, NULL},
    {"Invalid loss, terminating training", EVENT_NONFINITE, ANYWHERE, NULL},
    {"JOB ", EVENT_KILLED, START,
     " CANCELLED AT "}, /* slurmstepd's without its name: "[2026-01-05T10:00:01.123] error: *** JOB 7 ON" */
    {"Killed", EVENT_KILLED, WHOLE, NULL},
    {"KeyboardInterrupt", EVENT_INTERRUPTED, START, NULL},
    {"line ", EVENT_KILLED, ANYWHERE, " Killed  "},
    {"Loss is nan", EVENT_NONFINITE, ANYWHERE, NULL},
    {"Loss is NaN", EVENT_NONFINITE, ANYWHERE, NULL},
    {"loss is NaN", EVENT_NONFINITE, ANYWHERE, NULL},
    {"loss is nan", EVENT_NONFINITE, ANYWHERE, NULL},
    {"Loss for final step", EVENT_FINISHED, START, NULL},
    {"Loss became infinite or NaN", EVENT_NONFINITE, ANYWHERE, NULL},
    {"loss is infinite or NaN", EVENT_NONFINITE, ANYWHERE, NULL},
    {"Loss is infinite or NaN", EVENT_NONFINITE, ANYWHERE, NULL},
    {"Main process received SIGTERM", EVENT_KILLED, START, NULL},
    {"Model diverged with loss = NaN", EVENT_NONFINITE, ANYWHERE, NULL},
    {"Minimum loss scale reached", EVENT_NONFINITE, ANYWHERE, NULL},
    {"Model saved to", EVENT_CHECKPOINT, START, NULL},
    {"MemoryError", EVENT_OUT_OF_MEMORY, START, NULL},
    {"MPS backend out of memory", EVENT_OUT_OF_MEMORY, ANYWHERE, NULL},
    {"Monitored metric ", EVENT_NONFINITE, ANYWHERE, "is not finite"},
    {"Monitored metric ", EVENT_FINISHED, ANYWHERE, "Signaling Trainer to stop"},
    {"NVRM: Xid", EVENT_HARDWARE, ANYWHERE, NULL},
    {"No space left on device", EVENT_DISK_FULL, ANYWHERE, NULL},
    {"Non-finite", EVENT_NONFINITE, START, NULL},
    {"NaN detected", EVENT_NONFINITE, ANYWHERE, NULL},
    {"nan detected", EVENT_NONFINITE, ANYWHERE, NULL},
    {"Out of memory: Kill", EVENT_OUT_OF_MEMORY, ANYWHERE, NULL},
    {"Out of memory while trying to allocate", EVENT_OUT_OF_MEMORY, ANYWHERE, NULL},
    {"Out Of Memory", EVENT_OUT_OF_MEMORY, START, NULL},
    {"oom-kill", EVENT_OUT_OF_MEMORY, ANYWHERE, NULL},
    {"OOM when allocating tensor", EVENT_OUT_OF_MEMORY, ANYWHERE, NULL},
    {"out of memory", EVENT_OUT_OF_MEMORY, START, NULL},
    {"OutOfMemoryError", EVENT_OUT_OF_MEMORY, ANYWHERE, NULL},
    {"Overall training speed: ", EVENT_FINISHED, START, NULL},
    {"RESOURCE_EXHAUSTED", EVENT_OUT_OF_MEMORY, ANYWHERE, NULL},
    {"Saved model to", EVENT_CHECKPOINT, START, NULL},
    {"Save model to", EVENT_CHECKPOINT, START, NULL},
    {"Saving model checkpoint to", EVENT_CHECKPOINT, START, NULL},
    {"Saving checkpoint", EVENT_CHECKPOINT, START, NULL},
    {"Saved checkpoint", EVENT_CHECKPOINT, START, NULL},
    {"saving checkpoint", EVENT_CHECKPOINT, START, NULL},
    {"saved checkpoint", EVENT_CHECKPOINT, START, NULL},
    {"stopped: `max_", EVENT_FINISHED, ANYWHERE, NULL},
    {"successfully saved checkpoint", EVENT_CHECKPOINT, START, NULL},
    {"Segmentation fault", EVENT_TRACEBACK, ANYWHERE, NULL},
    {"STEP ", EVENT_KILLED, START, " CANCELLED AT "},
    {"slurmstepd: error: *** ", EVENT_KILLED, START, "CANCELLED"},
    {"slurmstepd-", EVENT_KILLED, START, "CANCELLED AT "}, /* the node's name behind it */
    {"slurmstepd: error: ", EVENT_OUT_OF_MEMORY, START, "oom"},
    {"Some NCCL operations have failed or timed out", EVENT_COLLECTIVE_HANG, ANYWHERE, NULL},
    {"std::bad_alloc", EVENT_OUT_OF_MEMORY, ANYWHERE, NULL},
    {"Saving checkpoints for ", EVENT_CHECKPOINT, START, NULL},
    {"Saved pipeline to output directory", EVENT_CHECKPOINT, ANYWHERE, NULL},
    {"saving model to ", EVENT_CHECKPOINT, ANYWHERE, NULL},
    {"Saving the checkpoint", EVENT_CHECKPOINT, START, NULL},
    {"timeout: sending signal ", EVENT_KILLED, START, NULL}, /* GNU timeout --verbose */
    {"terminate called after throwing", EVENT_TRACEBACK, START, NULL},
    {"Terminated", EVENT_KILLED, WHOLE, NULL},
    {"Training completed", EVENT_FINISHED, START, NULL},
    {"Training complete", EVENT_FINISHED, START, NULL},
    {"Training done", EVENT_FINISHED, START, NULL},
    {"Training finished", EVENT_FINISHED, START, NULL},
    {"training done", EVENT_FINISHED, START, NULL},
    {"training completed", EVENT_FINISHED, START, NULL},
    {"Training loss did not improve more than tol", EVENT_FINISHED, START, "Stopping"},
    {"uncorrectable ECC error", EVENT_HARDWARE, ANYWHERE, NULL},
    {"Validation score did not improve more than tol", EVENT_FINISHED, START, "Stopping"},
    {"Watchdog caught collective operation timeout", EVENT_COLLECTIVE_HANG, ANYWHERE, NULL},
    {"watchdog got stuck", EVENT_COLLECTIVE_HANG, ANYWHERE, NULL},
    {"Your loss is probably exploding", EVENT_NONFINITE, ANYWHERE, NULL},
};
enum { N_ROWS = sizeof rows / sizeof *rows };

void text_events_init(struct text_events *e)
{
    for (int i = N_ROWS - 1; i >= 0; i--) {
        unsigned char c = (unsigned char)tolower((unsigned char)rows[i].literal[0]);
        e->first[c] = e->first[toupper(c)] = (uint8_t)(i + 1);
    }
}

/* is_source - what stands before the literal makes it code, a comment or a quotation. */
static bool is_source(struct span before)
{
    static const char *const words[] = {"raise ", "print", "def ",    "assert ",  "return ",
                                        "if ",    "echo ", "logger.", "logging.", "grep "};
    struct span s = span_trim(before);
    if (s.n == 3 && span_is(s, "***")) return false;
    if (s.n && (s.p[0] == '#' || s.p[0] == '/' || s.p[0] == '*' || s.p[0] == '>')) return true;
    if (before.n && (memchr(before.p, '"', before.n) || before.p[before.n - 1] == '\'' || before.p[before.n - 1] == '`'))
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_starts(s, words[i])) return true;
    return false;
}

/* begins - nothing but a table's bar or a few signs stands before. */
static bool begins(struct span body, size_t at)
{
    for (size_t i = 0; i < at && at <= 4; i++)
        if (isalnum((unsigned char)body.p[i])) return false;
    return at <= 4;
}

static bool row_holds(const struct row *r, struct span body, size_t at)
{
    struct span rest = span_from(body, at);
    if (rest.n < 2 || rest.p[1] != r->literal[1] || !span_starts(rest, r->literal)) return false;
    size_t n = strlen(r->literal);
    if (r->place == WHOLE ? at : r->place == START && !begins(body, at)) return false;
    if (r->place == WHOLE && rest.n != n) return false;
    if (r->place == START && rest.n > n && span_letter_char(rest.p[n]) && span_letter_char(r->literal[n - 1])) return false;
    if (r->also && !span_has(span_from(rest, n), r->also)) return false;
    return !is_source((struct span){body.p, at});
}

static const struct row *match_at(const struct text_events *e, struct span body, size_t at)
{
    unsigned i = e->first[(unsigned char)body.p[at]];
    if (!i) return NULL;
    for (int c = tolower((unsigned char)body.p[at]); i <= N_ROWS && tolower((unsigned char)rows[i - 1].literal[0]) == c; i++)
        if (row_holds(&rows[i - 1], body, at)) return &rows[i - 1];
    return NULL;
}

static const struct row *match(const struct text_events *e, struct span body)
{
    enum { LOOKED_AT_BYTES = 4096 };
    const struct row *r = NULL;
    bool inside = false;
    if (body.n > LOOKED_AT_BYTES) body.n = LOOKED_AT_BYTES;
    for (size_t i = 0; i < body.n && !r; i++) {
        bool letter = span_letter_char(body.p[i]);
        if (letter && !inside) r = match_at(e, body, i);
        inside = letter || body.p[i] == '_';
    }
    return r;
}

/* quote_of - the line, cut to TEXT_QUOTE_MAX_BYTES between two characters. */
static struct span quote_of(struct span body)
{
    struct span quote = {body.p, body.n < TEXT_QUOTE_MAX_BYTES ? body.n : TEXT_QUOTE_MAX_BYTES};
    while (quote.n < body.n && quote.n && (quote.p[quote.n] & 0xc0) == 0x80) quote.n--;
    return quote;
}

void text_event_tell(const struct text_line *l, enum event kind, const struct format_out *out)
{
    out->event(out->arg, l->line, kind, quote_of(l->body));
}

/* exception_name - bytes of "module.Name" that end the line or stand before ": message"; 0 when the line is something else. */
static size_t exception_name(struct span s)
{
    size_t n = 0;
    bool capital = false;
    while (n < s.n && (isalnum((unsigned char)s.p[n]) || s.p[n] == '.' || s.p[n] == '_'))
        capital |= isupper((unsigned char)s.p[n++]) != 0;
    bool begins = n && (span_letter_char(s.p[0]) || s.p[0] == '_'); /* "_pickle.UnpicklingError", "_catboost.CatBoostError" */
    if (n < 3 || n > 120 || !begins || !capital) return 0;
    return n == s.n || s.p[n] == ':' ? n : 0;
}

static bool ends_with(struct span s, const char *text)
{
    size_t n = strlen(text);
    return s.n >= n && memcmp(s.p + s.n - n, text, n) == 0;
}

/* exception_kind - what the last line of a traceback says. EVENT_NONE for warnings and an orderly exit. */
static enum event exception_kind(const struct text_events *e, struct span body, size_t n_name)
{
    struct span name = {body.p, n_name};
    if (ends_with(name, "Warning") || span_is(name, "SystemExit") || span_is(name, "StopIteration")) return EVENT_NONE;
    if (ends_with(name, "KeyboardInterrupt")) return EVENT_INTERRUPTED;
    if (ends_with(name, "MemoryError") || span_has(name, "ResourceExhausted")) return EVENT_OUT_OF_MEMORY;
    const struct row *r = match(e, body);
    bool fatal = r && (r->kind != EVENT_FINISHED && r->kind != EVENT_CHECKPOINT);
    return fatal ? r->kind : EVENT_TRACEBACK;
}

/* keep_quote - a line of the open traceback, for text_event_end. */
static void keep_quote(struct text_events *e, struct span body)
{
    struct span quote = quote_of(body);
    memcpy(e->quote, quote.p, quote.n);
    e->n_quote = (uint32_t)quote.n;
}

void text_event_end(struct text_events *e, const struct format_out *out)
{
    if (!e->open || !e->n_quote || e->skip) return;
    out->event(out->arg, e->began, EVENT_TRACEBACK, (struct span){e->quote, e->n_quote});
    e->n_quote = 0;
}

/* in_logging - the first frame of "--- Logging error ---": Python's logging shows what is wrong with a message, and the program goes on. */
static bool in_logging(struct span frame) { return span_has(frame, "logging/__init__.py\"") && ends_with(frame, ", in emit"); }

/* by_shell - "python : Traceback (most recent call last):": Windows PowerShell makes an error of its own of the first line that a program writes
 * to stderr, behind the program's name, and breaks it where the window ends. */
static bool by_shell(struct span body)
{
    static const char said[] = " : Traceback (most recent call";
    size_t name = 0, n = strlen(said);
    while (name < body.n && body.p[name] != ' ') name++;
    struct span rest = span_from(body, name);
    bool names = name && span_letter_char(body.p[name - 1]) && span_starts(rest, said);
    rest = span_trim(span_from(rest, n < rest.n ? n : rest.n));
    return names && (!rest.n || span_is(rest, "last):"));
}

/* opens - the first line of a traceback. */
static bool opens(struct span body) { return span_starts(body, "Traceback (most recent call last)") || by_shell(body); }

/* carries_another - an error that only hands on what went wrong in a loader's worker, a replica or a spawned process: that traceback follows.
 * Words: torch/_utils.py, ExceptionWrapper; torch before 1.2 put the whole traceback into the message; torch.multiprocessing.spawn. */
static bool carries_another(struct span body, size_t n_name)
{
    struct span name = {body.p, n_name}, said = span_from(body, n_name);
    return span_has(said, " in DataLoader worker process ") || span_has(said, " in replica ") ||
           ends_with(body, "Traceback (most recent call last):") || ends_with(name, "ProcessRaisedException");
}

/* announces - the last line of Keras and of TensorFlow's graphs, behind which the words come on a line of their own. Words: keras/src/utils/
 * traceback_utils.py, inject_argument_info_in_traceback; tensorflow/core/common_runtime. */
static bool announces(struct span body)
{
    return ends_with(body, ": Graph execution error:") || span_has(body, ": Exception encountered when calling ");
}

/* wrapped_words - of an error that was announced, the line that says it; false while it has not come. */
static bool wrapped_words(struct span body)
{
    static const char *const before[] = {"Detected at node", "<stack traces unavailable>", "Node: '", "File \"",
                                         "(most recent call"};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        if (span_starts(body, before[i])) return false;
    return body.n && !ends_with(body, " root error(s) found.");
}

static bool tell_wrapped(struct text_events *e, const struct text_line *l, const struct format_out *out)
{
    if ((l->indented && !span_starts(l->body, "(0) ")) || !wrapped_words(l->body)) return true;
    const struct row *r = match(e, l->body);
    e->last = r && r->kind != EVENT_FINISHED && r->kind != EVENT_CHECKPOINT ? r->kind : EVENT_TRACEBACK;
    text_event_tell(l, e->last, out);
    e->chained = true;
    e->open = e->wrapped = false;
    return true;
}

static bool traceback(struct text_events *e, const struct text_line *l, const struct format_out *out)
{
    bool another = e->open && e->rank >= 0 && e->speaker >= 0 && e->speaker != e->rank; /* ranks fail side by side */
    if (another) return opens(l->body);
    e->rank = e->speaker;
    if (opens(l->body)) {
        e->open = true;
        e->wrapped = false;
        e->began = l->line;
        keep_quote(e, l->body);
        return true;
    }
    bool chain = span_starts(l->body, "During handling of the above exception") ||
                 span_starts(l->body, "The above exception was the direct cause");
    if (chain) e->skip = e->chained;
    if (chain || !e->open) return chain;
    if (l->line - e->began > 400) e->open = false;
    if (e->wrapped && e->open) return tell_wrapped(e, l, out);
    if (l->indented && l->line == e->began + 1 && in_logging(l->body)) e->skip = true;
    size_t n = l->indented ? 0 : exception_name(l->body);
    if (!n && l->indented) keep_quote(e, l->body);
    if (!n) return l->indented;
    if (carries_another(l->body, n)) {
        keep_quote(e, l->body);
        return true;
    }
    enum event kind = exception_kind(e, l->body, n);
    if (kind == EVENT_TRACEBACK && !e->skip && announces(l->body)) {
        keep_quote(e, l->body);
        return e->wrapped = true;
    }
    if (kind != EVENT_NONE && !e->skip) {
        text_event_tell(l, kind, out);
        e->last = kind;
    }
    e->chained = kind != EVENT_NONE;
    e->open = e->skip = false;
    return true;
}

/* reports_metrics - "***** predict metrics *****" of Transformers' own scripts: what they end with, in good order. */
static bool reports_metrics(struct span body) { return span_starts(body, "***** ") && ends_with(body, " metrics *****"); }

bool text_event(struct text_events *e, const struct text_line *l, uint64_t points, const struct format_out *out)
{
    if (traceback(e, l, out)) {
        e->points = points;
        return true;
    }
    if (e->open && l->indented && e->rank == e->speaker) return true;
    const struct row *r = match(e, l->body);
    enum event kind = r ? r->kind : reports_metrics(l->body) ? EVENT_FINISHED : EVENT_NONE;
    if (kind == EVENT_NONE) return false;
    bool again = kind == e->last && points == e->points && kind != EVENT_CHECKPOINT;
    if (!again) text_event_tell(l, kind, out);
    e->last = kind;
    e->points = points;
    return true;
}
