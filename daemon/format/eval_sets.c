/* eval_sets - see eval_sets.h. */
#include "eval_sets.h"

#include "json_scan.h"

/* A booster's first set; what is beside it; the metrics by which it is known where both names are anybody's. */
static const struct sets {
    const char *first, *other, *library;
    const char *metrics; /* or NULL */
    bool numbered;       /* of several the first is what was trained on: its documents and most programs have
                            eval_set=[(X_train, y_train), (X_test, y_test)] */
} known[] = {
    {"validation_0", "\"validation_1\"", "xgboost", NULL, true},
    {"training", "\"valid_", "lightgbm", NULL, false},
    {"learn", "\"validation\"", "catboost", NULL, false},
    {"train", NULL, "xgboost", " rmse rmsle logloss mlogloss error merror aucpr mphe gamma-nloglik poisson-nloglik ", false},
};

/* key_of - the key that opens an object. */
static enum json_state key_of(struct span *rest, struct span *key)
{
    struct json_cursor c = {.p = rest->p, .end = rest->p + rest->n};
    bool escaped;
    if (!json_scan_take(&c, '{') || !json_scan_string(&c, key, &escaped) || !json_scan_take(&c, ':')) return c.state;
    *rest = span_from(*rest, (size_t)(c.p - rest->p));
    return JSON_OK;
}

/* is_word - is it one of the words between blanks? */
static bool is_word(const char *words, struct span s)
{
    for (const char *at = words; s.n && (at = strchr(at, ' ')) && at[1]; at++)
        if (strncmp(at + 1, s.p, s.n) == 0 && at[1 + s.n] == ' ') return true;
    return false;
}

bool eval_sets_tell(struct span in, bool at_end, const struct format_out *out)
{
    bool last = at_end || in.n >= FORMAT_RECORD_MAX_BYTES;
    struct span rest = in.n > FORMAT_RECORD_MAX_BYTES ? (struct span){in.p, FORMAT_RECORD_MAX_BYTES} : in, all = rest, first,
                metric;
    enum json_state state = key_of(&rest, &first);
    if (state == JSON_OK) state = key_of(&rest, &metric);
    if (state != JSON_OK) return last || state != JSON_TORN;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct sets *k = &known[i];
        if (!span_is(first, k->first) || (k->metrics && !is_word(k->metrics, metric))) continue;
        bool beside = k->other && span_has(all, k->other);
        if (k->other && !beside && !last) return false;
        if (k->other && !beside && !k->numbered) return true;
        out->fact(out->arg, span_of("boosting_library"), span_of(k->library));
        if (beside && k->numbered) out->fact(out->arg, span_of("first_eval_set"), span_of("train"));
        return true;
    }
    return true;
}
