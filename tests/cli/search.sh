#!/usr/bin/env bash
# Search from outside: an empty memory answers from the shipped knowledge, facets narrow what is found, what is off topic is refused, vectors
# are kept between searches; and how well causes are found stays above tests/search/floors.json.
set -u
PYTHON=${PYTHON-python3}
models=$("$SOURCE_DIR/scripts/model" where) && models=${models%/*}
scratch=$(mktemp -d)
export MLWATCH_HOME=$scratch/home XDG_CONFIG_HOME=$scratch/config LC_ALL=C.UTF-8 COLUMNS=100
trap '"$MLWATCH" daemon --stop >/dev/null 2>&1; rm -rf "$scratch"' EXIT
mkdir -p "$scratch/home" "$scratch/here" && cd "$scratch/here" || exit 1
failed=0
fail() { echo "FAIL: $*"; failed=1; }
query() { "$PYTHON" -c 'import json, sys; o = json.loads(sys.argv[1]); print(eval(sys.argv[2]))' "$1" "$2"; }
search() { "$MLWATCH" search --json "$@" 2>/dev/null; }
causes() { query "$(search "$@")" '[h["cause"] for h in o["hits"][:3]]'; }

check_knowledge() {
    grep -q "'lr_too_high'" <<<"$(causes loss nan after warmup)" || fail "$1: loss nan after warmup: $(causes loss nan after warmup)"
    grep -q "'overfitting'" <<<"$(causes model overfits after increasing depth)" || fail "$1: overfits after increasing depth"
    grep -q "'lr_too_high'" <<<"$(causes training becomes unstable with high learning rate)" || fail "$1: unstable with high learning rate"
    grep -qE "'(lr_too_high|exploding_gradients)'" <<<"$(causes loss explodes after a few epochs)" || fail "$1: loss explodes after a few epochs"
    grep -q "'label_map_mismatch'" <<<"$(causes positive and negative are swapped)" || fail "$1: what no log can show"
    [ "$(query "$(search loss nan after warmup)" 'all(h["from"] == "knowledge" and h["incident"] is None and h["why"] and h["fix"] and h["title"] for h in o["hits"])')" = True ] ||
        fail "$1: hits of the knowledge lack something: $(search loss nan after warmup)"
    for off in 'best pizza in Naples' 'xylophone quark' 'how do I renew my passport'; do
        [ "$(query "$(search "$off")" 'o["refused"], o["hits"]')" = "(True, [])" ] || fail "$1: '$off' is not refused"
    done
}

# Without the model it says so, and words decide.
grep -q 'scripts/model install' <<<"$("$MLWATCH" search loss nan after warmup 2>&1 >/dev/null)" || fail "it is not said that there is no model"
check_knowledge "without the model"
[ -e "$MLWATCH_HOME/knowledge.vectors" ] || fail "vectors are not kept between searches"
before=$(search loss nan after warmup)
head -c 5000 "$MLWATCH_HOME/knowledge.vectors" >cut && mv cut "$MLWATCH_HOME/knowledge.vectors"
[ "$(search loss nan after warmup)" = "$before" ] || fail "a cut file of vectors changes answers"
grep -q mlwvec1 "$MLWATCH_HOME/knowledge.vectors" && [ "$(stat -c %s "$MLWATCH_HOME/knowledge.vectors")" -gt 100000 ] || fail "a cut file of vectors is not made anew"

# With it: the vectors of another model are made anew. The sanitizers make that minutes; there unit/test_minilm embeds a few texts.
case $MLWATCH in */sanitized/*) models=/nowhere ;; esac
if [ -e "$models/all-MiniLM-L6-v2/model.safetensors" ]; then
    mkdir -p "$MLWATCH_HOME/models" && ln -s "$models/all-MiniLM-L6-v2" "$MLWATCH_HOME/models/"
    [ -z "$("$MLWATCH" search loss nan after warmup 2>&1 >/dev/null)" ] || fail "a search with the model complains"
    check_knowledge "with the model"
else
    echo "skipped: no embedding model here (scripts/model install), or too slow a build for it: meaning is not tested"
fi

# Incidents: found by meaning and words, narrowed by facets, told with their cause's card.
make_run() {
    mkdir -p "$1"
    awk -v rate="$2" -v optimizer="$3" 'BEGIN { srand(7); printf "{\"config\": {\"learning_rate\": %s, \"optimizer\": \"%s\"}}\n", rate, optimizer
        for (i = 0; i < 400; i++) printf "{\"step\": %d, \"train/loss\": %s, \"lr\": %s}\n", i,
            i < 210 ? sprintf("%.4f", 3 / (1 + i / 100) + 0.02 * rand()) : "NaN", rate }' >"$1/log.jsonl"
}
make_run runs/big 8.0 sgd
make_run runs/small 0.002 adamw
"$MLWATCH" attach runs/big runs/small --detach >out 2>err || fail "attach: $(cat out err)"
runs() { query "$(search "$@")" 'sorted(h["run"] for h in o["hits"] if h["from"] == "memory")'; }
for _ in $(seq 100); do
    [ "$(runs nan)" = "['big', 'small']" ] && break
    sleep 0.2
done
[ "$(runs nan)" = "['big', 'small']" ] || fail "two runs failed, found: $(search nan)"
[ "$(runs nan 'lr>1')" = "['big']" ] || fail "lr>1: $(runs nan 'lr>1')"
[ "$(runs nan 'learning_rate<=0.002')" = "['small']" ] || fail "learning_rate<=0.002"
[ "$(runs optimizer:adamw)" = "['small']" ] || fail "optimizer:adamw: $(runs optimizer:adamw)"
[ "$(runs kind:loss_nonfinite optimizer:sgd since:1h)" = "['big']" ] || fail "three facets"
[ "$(runs kind:loss_spike)" = "[]" ] || fail "kind: of something else"
[ "$(runs nan since:2099-01-01)" = "[]" ] || fail "since: tomorrow"
[ "$(runs --like runs/big)" = "['small']" ] || fail "--like: $(search --like runs/big)"
"$MLWATCH" search nan since:yesterday >out 2>err
[ $? = 2 ] || fail "since:yesterday is no time"
[ "$(query "$(search cause:overfitting)" '[(h["from"], h["cause"]) for h in o["hits"]]')" = "[('knowledge', 'overfitting')]" ] || fail "cause: alone"

# How well causes are found.
"$PYTHON" "$SOURCE_DIR/tests/search/score.py" "$TOOLS_DIR/tool_questions" --floors "$SOURCE_DIR/tests/search/floors.json"
[ $? != 1 ] || fail "search finds less than it did"
exit $failed
