#!/usr/bin/env bash
# A user's own log format: the kept example is read by its pattern file, from the configuration and from MLWATCH_PATTERNS, live and
# afterwards; a mistake in it is told with its place and exit code 2.
. "$(dirname "$0")/lib.sh"
example=$SOURCE_DIR/examples/own-format
cp -r "$example" "$WORK/run" && rm "$WORK/run/patterns.yaml"

out=$("$MLWATCH" check --sources "$WORK/run" 2>&1)
grep -q 'pattern, ' <<<"$out" && fail "a pattern was used that nobody gave"

out=$(MLWATCH_PATTERNS=$example/patterns.yaml "$MLWATCH" check --sources "$WORK/run")
expect_code "the example has a NaN" 1 $?
expect "the user's own name" "your format 'simulator'" "$out"
expect "the example" 'train.sim +pattern, [0-9]+ points' "$out"
expect "the example" 'loss_nonfinite' "$out"

cp "$example/patterns.yaml" "$MLWATCH_HOME/patterns.yaml"
again=$("$MLWATCH" check --sources "$WORK/run")
[ "$again" = "$out" ] || fail "the configured file reads differently: $again"

live=$("$MLWATCH" attach "$WORK/run" --detach 2>&1)
expect "attach" 'loss_nonfinite|NaN' "$live"

printf "formats:\n  - name: a\n    lines:\n      - 'upd (?<step>\\\\d+'\n" >"$WORK/bad.yaml"
out=$(MLWATCH_PATTERNS=$WORK/bad.yaml "$MLWATCH" check "$WORK/run" 2>&1)
expect_code "a bad pattern" 2 $?
expect "a bad pattern" 'bad.yaml:4:[0-9]+: missing closing parenthesis' "$out"
out=$(MLWATCH_PATTERNS=$WORK/none.yaml "$MLWATCH" check "$WORK/run" 2>&1)
expect_code "a pattern file that is not there" 2 $?
expect "a pattern file that is not there" 'none.yaml' "$out"
