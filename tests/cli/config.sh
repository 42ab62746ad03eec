#!/usr/bin/env bash
# config show, and that a setting changes what check says.
. "$(dirname "$0")/lib.sh"
cd "$WORK" || exit 1
mkdir run && awk 'BEGIN { for (i = 0; i < 600; i++) printf "{\"step\": %d, \"loss\": %.4f}\n", i, (i == 400 ? 2.0 : 1) * (0.3 + 2 * exp(-i / 90) + 0.02 * ((i * 7919) % 13) / 13) }' >run/log.jsonl

"$MLWATCH" check --json --fail-on info run >out; code=$?
expect_code "a spike" 1 $code
expect "a spike" '"kind":"loss_spike"' "$(cat out)"
"$MLWATCH" check --set loss_spike_factor=5 --fail-on info run >out
expect_code "a spike below the threshold that was set" 0 $?
printf 'thresholds:\n  loss_spike_factor: 5   # our batches are small\n' >"$MLWATCH_HOME/mlwatch.conf"
"$MLWATCH" check --fail-on info run >out
expect_code "a threshold of the user's file" 0 $?
expect "where it comes from" 'loss_spike_factor: 5 +# .*/mlwatch.conf:2$' "$("$MLWATCH" config show --origin)"
expect "the built-in one" 'loss_spike_factor: 1.5 +#' "$("$MLWATCH" config show --defaults)"
MLWATCH_SENSITIVITY=loud "$MLWATCH" check run >out 2>err
expect_code "a sensitivity that is none" 2 $?
expect "a sensitivity that is none" "not 'loud'" "$(cat err)"
"$MLWATCH" check --set nonsense run 2>err
expect_code "--set without a value" 2 $?
"$MLWATCH" config 2>err
expect_code "config without a word" 2 $?
"$MLWATCH" config show --json | jq -es 'length > 50 and (map(select(.analyzer)) | all(.min <= .value and .value <= .max and (.source | length) > 0)) and
    (map(.name) | contains(["sensitivity", "llm", "embed", "llm_connect_s", "checkpoint_settle_s"])) and all(.origin)' >/dev/null ||
    fail "config show --json"

# The daemon judges by the same settings; a sensitivity that is none is refused before it is asked.
"$MLWATCH" attach run --detach >out 2>&1
wait_until 20 has_points run 600 || fail "the run was not read: $(cat out)"
sleep 0.5
"$MLWATCH" status --json >out
jq -e '.worst == null or .worst.kind != "loss_spike"' out >/dev/null || fail "the daemon knows nothing of the threshold: $(cat out)"
"$MLWATCH" daemon --stop
rm "$MLWATCH_HOME/mlwatch.conf"
"$MLWATCH" attach run --sensitivity loud 2>err
expect_code "attach at a sensitivity that is none" 2 $?

# templates/debug-config.yaml is what this program would write, and it is accepted.
diff <("$MLWATCH" config show --defaults) "$SOURCE_DIR/templates/debug-config.yaml" || fail "templates/debug-config.yaml: scripts/readme makes it anew"
MLWATCH_CONFIG=$SOURCE_DIR/templates/debug-config.yaml "$MLWATCH" check --fail-on info run >out
expect_code "the template as configuration" 1 $?
