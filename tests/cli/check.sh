#!/usr/bin/env bash
# check: exit codes, --fail-on, several directories, JSON against its schema, what is said to a mistyped word.
. "$(dirname "$0")/lib.sh"
cd "$WORK" || exit 1
PYTHON=${PYTHON-python3}

# Three runs: one that learns, one whose accuracy metric alone is NaN at the end (warning), one whose loss becomes NaN (critical).
make_runs() {
    mkdir -p runs/well runs/warned runs/broken
    awk 'BEGIN { srand(3); print "step,train_loss,val_loss"
        for (i = 0; i < 400; i++) printf "%d,%.4f,%s\n", i, 0.4 + 2 * exp(-i / 80) + 0.02 * rand(), i % 20 ? "" : sprintf("%.4f", 0.45 + 2 * exp(-i / 80)) }' >runs/well/metrics.csv
    awk 'BEGIN { srand(4); print "step,train_loss,val_f1"
        for (i = 0; i < 400; i++) printf "%d,%.4f,%s\n", i, 0.4 + 2 * exp(-i / 80) + 0.02 * rand(), (i % 20 ? "" : (i > 200 ? "nan" : sprintf("%.4f", 0.8 - 0.6 * exp(-i / 60)))) }' >runs/warned/metrics.csv
    awk 'BEGIN { srand(5); for (i = 0; i < 400; i++) printf "{\"step\": %d, \"loss\": %s}\n", i, i < 300 ? sprintf("%.4f", 0.4 + 2 * exp(-i / 80) + 0.02 * rand()) : "NaN" }' >runs/broken/log.jsonl
}
make_runs

# Exit codes follow the worst finding and --fail-on.
code() { # code WANTED ARGUMENTS...
    local wanted=$1
    shift
    timeout 20 "$MLWATCH" check "$@" >out 2>err
    expect_code "check $*" "$wanted" $?
}
code 0 runs/well
code 0 runs/warned
code 1 runs/broken
code 1 --fail-on warning runs/warned
code 0 --fail-on warning runs/well
code 1 --fail-on=info runs/broken
code 1 runs/well runs/broken
code 3 runs/well runs/missing
code 3 runs/broken runs/missing runs/well
code 2
expect "check without a directory" 'example|run directory' "$(cat err)"
code 2 --fail-on fatal runs/well
expect "an unknown severity" 'info, warning or critical' "$(cat err)"
code 2 --format tex runs/well
expect "an unknown format" "'tex'" "$(cat err)"
code 2 --jsn runs/well
expect "an option that was mistyped" '--json' "$(cat err)"

# The deadline ends a reading that takes too long: far more lines than fit into a millisecond.
mkdir long && awk 'BEGIN { for (i = 0; i < 400000; i++) printf "{\"step\": %d, \"loss\": %.5f}\n", i, 0.3 + 2 * exp(-i / 9000) }' >long/log.jsonl
code 124 --deadline 0.001 long
code 0 --deadline 60 long

# Words that are nearly right, and help that fits a terminal.
"$MLWATCH" chekc runs/well >out 2>err
expect_code "a mistyped verb" 2 $?
expect "a mistyped verb" "did you mean .?check" "$(cat err)"
"$MLWATCH" check --help >out 2>err
expect_code "help" 0 $?
[ "$(wc -L <out)" -le 80 ] || fail "check --help is wider than 80 columns: $(awk 'length($0) > 80' out)"
expect "help" 'mlwatch check ' "$(tail -n 2 out)"

# What is asked for goes to stdout, in the order of the directories; one line a run; a directory of runs counts each.
code 3 --json runs/well runs/missing runs/broken
[ "$(jq -r .run out | tr '\n' ' ')" = "runs/well runs/missing runs/broken " ] || fail "runs in another order: $(jq -r .run out)"
[ "$(jq -r .verdict out | tr '\n' ' ')" = "clean unreadable critical " ] || fail "verdicts: $(jq -r .verdict out)"
jq -se '.[1] | .findings == [] and .causes == [] and .sources == [] and .series == []' out >/dev/null || fail "an unreadable run has empty arrays"
expect "what cannot be read is said on stderr too" "runs/missing" "$(cat err)"
code 1 --format json runs
[ "$(jq -r .run out | tr '\n' ' ')" = "runs/broken runs/warned runs/well " ] || fail "several runs below one directory: $(jq -r .run out)"
jq -se '.[0].findings[0] | .kind == "loss_nonfinite" and .line == 301 and .onset_step == 300 and .severity == "critical"' out >/dev/null ||
    fail "the finding of runs/broken: $(jq -c '.findings[0]' out | head -n 1)"
code 1 --sources runs/broken
expect "--sources" 'log.jsonl.*(JSON lines|jsonl)' "$(tr '\n' ' ' <out)"
grep -q $'\e' out && fail "colour without a terminal"

# Every line against the schema, the kept runs too.
schema=$SOURCE_DIR/../shared/checks/check.schema.json
if [ ! -r "$schema" ]; then
    echo "SKIP: no ../shared/checks/check.schema.json here; the schema is not checked"
elif ! "$PYTHON" -c 'import jsonschema' 2>/dev/null; then
    echo "SKIP: no python3-jsonschema here; the schema is not checked"
else
    "$MLWATCH" check --json runs/well runs/missing runs/broken runs/warned "$SOURCE_DIR"/tests/replay/*/ >all.json 2>/dev/null
    "$MLWATCH" check --json --sources runs/well runs/missing "$SOURCE_DIR"/tests/fixtures/*/ >>all.json 2>/dev/null
    "$PYTHON" - "$schema" all.json <<'END' || fail "check --format json leaves its schema"
import json, sys
import jsonschema
validator = jsonschema.Draft202012Validator(json.load(open(sys.argv[1])))
bad = 0
for line in open(sys.argv[2]):
    record = json.loads(line, parse_constant=lambda word: sys.exit(f"{word} is no JSON"))
    for error in validator.iter_errors(record):
        bad = 1
        print(record["run"], error.json_path, error.message[:200])
sys.exit(bad)
END
fi
echo "check: ok"
