#!/usr/bin/env bash
# The failure memory from outside: watch two runs fail, then find them again, learn what fixed them, and do so without the daemon, without
# the directories, and from another host's database.
set -u
PYTHON=${PYTHON-python3}
scratch=$(mktemp -d)
export MLWATCH_HOME=$scratch/home XDG_CONFIG_HOME=$scratch/config LC_ALL=C.UTF-8 COLUMNS=100
trap '"$MLWATCH" daemon --stop >/dev/null 2>&1; rm -rf "$scratch"' EXIT
mkdir -p "$scratch/home" "$scratch/here" && cd "$scratch/here" || exit 1
failed=0
fail() { echo "FAIL: $*"; failed=1; }
has() { grep -qF -- "$2" <<<"$1" || fail "expected '$2' in: $1"; }
code() { [ "$1" = "$2" ] || fail "exit code $1, expected $2: $3"; }
query() { "$PYTHON" -c 'import json, sys; o = json.loads(sys.argv[1]); print(eval(sys.argv[2]))' "$1" "$2"; }

# Before anything was watched: an answer, not an error.
out=$("$MLWATCH" search nan 2>err); code $? 0 "$(cat err)"
has "$out" "emory is empty"
remembered='[h for h in o["hits"] if h["from"] == "memory"]'
[ "$(query "$("$MLWATCH" search nan --json)" "o['schema'], o['refused'], len(o['hits']) > 0, $remembered")" = "('mlwatch.search/1', False, True, [])" ] || fail "an empty memory as JSON"
"$MLWATCH" resolve i2345 --fix lower_learning_rate --worked yes >out 2>err; code $? 3 "$(cat err)"

make_run() {
    mkdir -p "$1"
    awk -v seed="$2" 'BEGIN { srand(seed); print "{\"config\": {\"learning_rate\": 8.0, \"optimizer\": \"sgd\"}}"
        for (i = 0; i < 400; i++) printf "{\"step\": %d, \"train/loss\": %s, \"lr\": 8.0}\n", i,
            i < 200 + seed ? sprintf("%.4f", 3 / (1 + i / 100) + 0.02 * rand()) : "NaN" }' >"$1/log.jsonl"
}
make_run runs/first 1
make_run runs/second 9
"$MLWATCH" attach runs/first runs/second --detach >out 2>err || fail "attach: $(cat out err)"
for _ in $(seq 300); do
    hits=$("$MLWATCH" search nan --json)
    [ "$(query "$hits" "len($remembered)")" = 2 ] && break
    sleep 0.1
done

# search: words, facets, why, refusal.
[ "$(query "$hits" "sorted(h['run'] for h in $remembered)")" = "['first', 'second']" ] || fail "two runs failed, found: $hits"
[ "$(query "$hits" "all(h['kind'] == 'loss_nonfinite' and h['why'] and h['when'] and h['score'] > 0 for h in $remembered)")" = True ] ||
    fail "hits lack what was promised: $hits"
first=$(query "$hits" '[h["incident"] for h in o["hits"] if h["run"] == "first"][0]')
second=$(query "$hits" '[h["incident"] for h in o["hits"] if h["run"] == "second"][0]')
has "$("$MLWATCH" search nan)" "$first"
[ "$(query "$("$MLWATCH" search nan --limit 1 --json)" 'len(o["hits"])')" = 1 ] || fail "--limit"
[ "$(query "$("$MLWATCH" search --kind loss_spike --json)" 'o["refused"], len(o["hits"])')" = "(False, 0)" ] || fail "--kind of something else"
[ "$(query "$("$MLWATCH" search --kind loss_nonfinite --since 1h --json)" 'len(o["hits"])')" = 2 ] || fail "--kind and --since"
[ "$(query "$("$MLWATCH" search --since 2099-01-01 --json)" 'len(o["hits"])')" = 0 ] || fail "--since tomorrow"
[ "$(query "$("$MLWATCH" search --like runs/second --json)" '[h["run"] for h in o["hits"]]')" = "['first']" ] || fail "--like a directory"
has "$("$MLWATCH" search --kind loss_nonfinit)" "did you mean 'loss_nonfinite'"
out=$("$MLWATCH" search xylophone quark 2>err); code $? 0 "$(cat err)"
has "$out" xylophone
[ "$(query "$("$MLWATCH" search xylophone --json)" 'o["refused"], o["hits"]')" = "(True, [])" ] || fail "an unknown word is not refused"
for hostile in '"' '*' 'nan OR' 'NEAR(' "'; drop table run; --" '-' $'\xff\xfe' ''; do
    "$MLWATCH" search -- "$hostile" >out 2>err; code $? 0 "search '$hostile': $(cat err)"
done
"$MLWATCH" search nan --since yesterday >out 2>err; code $? 2 "$(cat err)"
"$MLWATCH" search nan --limit 0 >out 2>err; code $? 2 "$(cat err)"
"$MLWATCH" search --like nobody >out 2>err; code $? 3 "$(cat err)"

# explain: every sentence rests on something that is there.
check_citations() {
    "$PYTHON" - "$1" "$2" <<'PY' || fail "explain $2: $1"
import json, re, sys
o = json.loads(sys.argv[1])
assert o["schema"] == "mlwatch.explain/1" and o["sentences"]
sections = {s["section"] for s in o["sentences"]}
assert {"happened", "why", "alike", "do", "check"} <= sections, sections
for s in o["sentences"]:
    assert s["cites"] and all(re.match(r"(finding f\d+|(cause|rule) [a-z_]+|incident i[a-z2-7]{8}|and \d+ more)$", c) for c in s["cites"]), s
assert o["cause"] == "lr_too_high", o["cause"]
PY
}
explained=$("$MLWATCH" explain runs/second --json); code $? 0 "$explained"
check_citations "$explained" runs/second
[ "$(query "$explained" 'o["incident"]')" = "$second" ] || fail "explain does not know the run's own incident"
[ "$(query "$explained" 'o["similar"]')" = "['$first']" ] || fail "explain does not see the run that failed alike: $explained"
check_citations "$("$MLWATCH" explain "${first:0:6}" --json)" "${first:0:6}"
has "$("$MLWATCH" explain "$first")" "[finding"

# resolve: what is wrong is said; what is right changes the ranking next time.
"$MLWATCH" resolve "$first" --worked yes >out 2>err; code $? 2 "$(cat err)"
has "$(cat err)" lower_learning_rate
"$MLWATCH" resolve "$first" --fix lower_learning_rte --worked yes >out 2>err; code $? 2 "$(cat err)"
has "$(cat err)" "did you mean 'lower_learning_rate'"
"$MLWATCH" resolve "$first" --fix lower_learning_rate --worked maybe >out 2>err; code $? 2 "$(cat err)"
"$MLWATCH" resolve izzzzzzzz --fix lower_learning_rate --worked yes >out 2>err; code $? 3 "$(cat err)"
order() { query "$("$MLWATCH" explain runs/second --json)" '[f["id"] for f in o["fixes"]]'; }
before=$(order)
best=$(query "$("$MLWATCH" explain runs/second --json)" 'o["fixes"][0]["id"]')
next=$(query "$("$MLWATCH" explain runs/second --json)" 'o["fixes"][1]["id"]')
out=$("$MLWATCH" resolve "${first:0:6}" --fix "$best" --worked no --note "still NaN" 2>err); code $? 0 "$(cat err)"
has "$out" "$first"
"$MLWATCH" resolve "$second" --fix "$best" --worked worse >out 2>err; code $? 0 "$(cat err)"
"$MLWATCH" resolve "$first" --fix "$next" --worked yes --note "norm 1.0" >out 2>err; code $? 0 "$(cat err)"
after=$(order)
[ "$before" != "$after" ] || fail "the order of fixes did not change: $before"
[ "$(query "$("$MLWATCH" explain runs/second --json)" 'o["fixes"][0]["id"]')" = "$next" ] || fail "$next helped, $best did not: $after"
told=$("$MLWATCH" explain runs/second | tr -s '\n ' ' ')
has "$told" "$next) was tried and helped (“norm 1.0”)"
reported=$("$MLWATCH" report runs/first --json)
[ "$(query "$reported" '[(p["fix"], p["worked"], p["note"]) for p in o["incidents"][0]["outcomes"]]')" = "[('$best', 'no', 'still NaN'), ('$next', 'yes', 'norm 1.0')]" ] ||
    fail "report does not tell the outcomes: $reported"
[ "$(query "$reported" 'o["causes"][0]["fixes"][0]["id"]')" = "$next" ] || fail "report ranks as before"

# Without the daemon and without the directories: the memory is enough. Findings are those of the directory.
from_directory=$(query "$("$MLWATCH" report runs/first --json)" '[(f["kind"], f["onset_step"], f["message"]) for f in o["findings"]], o["verdict"]')
"$MLWATCH" daemon --stop >/dev/null 2>&1
mv runs gone
for name in first runs/first; do
    from_memory=$(query "$("$MLWATCH" report $name --json)" '[(f["kind"], f["onset_step"], f["message"]) for f in o["findings"]], o["verdict"]')
    [ "$from_memory" = "$from_directory" ] || fail "report $name from the memory: $from_memory, from the directory: $from_directory"
done
"$MLWATCH" plot first --terminal >out 2>err; code $? 0 "$(cat err)"
LC_ALL=C grep -q $'\xe2[\xa0-\xa3]' out || fail "no curves from the memory"
"$MLWATCH" explain first >out 2>err; code $? 0 "$(cat err)"
[ "$(query "$("$MLWATCH" search nan --json)" "len($remembered)")" = 2 ] || fail "search needs the daemon"
"$MLWATCH" daemon --pid >/dev/null 2>&1 && fail "a verb that reads started a daemon"

# Another host's database is read along; a broken one is named and does not hide the others.
host=$(basename "$(dirname "$(echo "$MLWATCH_HOME"/*/memory.db)")")
mkdir "$MLWATCH_HOME/elsewhere" "$MLWATCH_HOME/broken"
cp "$MLWATCH_HOME/$host"/memory.db* "$MLWATCH_HOME/elsewhere/"
rm -rf "${MLWATCH_HOME:?}/$host"
head -c 8192 /dev/zero | tr '\0' x >"$MLWATCH_HOME/broken/memory.db"
hits=$("$MLWATCH" search nan --json 2>err); code $? 0 "$(cat err)"
[ "$(query "$hits" "len($remembered)")" = 2 ] || fail "the other host's memory is not read: $hits"
has "$(cat err)" broken
"$MLWATCH" resolve "$first" --fix add_warmup --worked yes >out 2>err; code $? 0 "an incident of another host: $(cat err)"
has "$("$MLWATCH" explain "$first" 2>/dev/null | tr -s '\n ' ' ')" "add_warmup) was tried and helped"
exit $failed
