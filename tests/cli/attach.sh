# attach: what was found, history first, then what comes; one watch however often; -, detach, status.
. "$(dirname "$0")/lib.sh"
cd "$WORK" || exit 1

mkdir -p runs/seven
json_log runs/seven/log.jsonl 0 1500
printf '{"step": 1500, "loss": NaN}\n' >>runs/seven/log.jsonl
touch runs/seven/model-1000.pt

# it returns from $(...), and says what is there and what history holds
said=$("$MLWATCH" attach runs/seven --detach 2>&1)
expect_code "attach --detach" 0 $?
expect "sources" '^seven: 1 source: log.jsonl \(jsonl\)' "$said"
expect "checkpoints" '1 checkpoint;' "$said"
expect "missing" 'missing: .*gradient norm' "$said"
expect "history" '[A-Z]+ seven loss_nonfinite' "$said"
expect "what to do next" 'mlwatch explain i[a-z2-7]{8}' "$said"

# attaching twice is one watch; the second tells the same history
again=$("$MLWATCH" attach runs/seven --detach 2>&1)
expect "history again" '[A-Z]+ seven loss_nonfinite' "$again"
[ "$("$MLWATCH" status --json | wc -l)" -eq 1 ] || fail "two watches of one run"

status=$("$MLWATCH" status seven --json)
expect "schema" '"schema": "mlwatch.status/1"' "$status"
expect "worst" '"severity": "(critical|warning)"' "$status"
[ "$(jq -r .path <<<"$status")" = "$(realpath runs/seven)" ] || fail "path in $status"
[ "$(jq -r .step <<<"$status")" = 1500 ] || fail "step in $status"

# alerts come while it trains
mkdir runs/eight
json_log runs/eight/log.jsonl 0 800
"$MLWATCH" attach runs/eight >eight.out 2>eight.err &
viewer=$!
wait_until 20 grep -qE '^eight: 1 source' eight.out || fail "nothing found: $(cat eight.out eight.err)"
json_log runs/eight/log.jsonl 800 900
printf '{"step": 900, "loss": NaN}\n{"step": 901, "loss": NaN}\n' >>runs/eight/log.jsonl
wait_until 20 grep -qE '[A-Z]+ eight loss_nonfinite' eight.out || fail "no alert: $(cat eight.out eight.err)"
[ "$(grep -c loss_nonfinite eight.out)" -eq 1 ] || fail "one incident, several alerts: $(cat eight.out)"
grep -qE $'\033' eight.out && fail "escape sequences in a file"
kill -INT $viewer
wait $viewer
expect_code "Ctrl-C" 0 $?
expect "goodbye" 'the watch goes on; .mlwatch detach runs/eight. ends it' "$(cat eight.err)"
expect "still watched" '"watched": true' "$("$MLWATCH" status eight --json)"

# a new run below an attached directory is taken up
mkdir -p many/a
json_log many/a/log.jsonl 0 50
"$MLWATCH" attach many --detach >/dev/null || fail "attach many"
mkdir many/b
json_log many/b/log.jsonl 0 50
wait_until 20 has_points "$WORK/many/b" 100 || fail "a directory that came later is not watched"

# worst first; names are found without a daemon too
expect "worst first" "^(critical|warning) +(seven|eight)" "$("$MLWATCH" status | head -1)"
out=$("$MLWATCH" detach runs/eight)
expect_code "detach" 0 $?
expect "detach" 'eight is no longer watched' "$out"
"$MLWATCH" detach runs/eight 2>/dev/null
expect_code "detach twice" 3 $?
"$MLWATCH" daemon --stop || fail "stop"
expect "without a daemon" '"run": "seven"' "$("$MLWATCH" status seven --json)"

# standard input: copied byte by byte, drained to its end even when the daemon is killed, kept in a file
seq -f '{"step": %.0f, "loss": 0.5}' 0 4000 >input
{
    head -2000 input
    wait_until 20 "$MLWATCH" daemon --pid >/dev/null 2>&1 && kill -9 "$("$MLWATCH" daemon --pid)"
    tail -n +2001 input
} | "$MLWATCH" attach - --name piped >output 2>pipe.err
expect_code "attach -" 0 $?
cmp -s input output || fail "standard input was not copied byte by byte"
"$MLWATCH" daemon || fail "daemon"
stored() { [ "$("$MLWATCH" status piped --json | jq .step)" = 4000 ]; }
wait_until 20 stored || fail "the piped log was not stored: $("$MLWATCH" status; cat pipe.err)"
seq 1000000 | "$MLWATCH" attach - 2>/dev/null | head -1 >/dev/null
expect_code "a reader that goes away" 0 "${PIPESTATUS[1]}"
echo "attach: passed"
