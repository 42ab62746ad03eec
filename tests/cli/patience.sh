# When many runs are awake, lines like those before them wait for their turn; what may be news does not. MLWATCH_PATIENCE_S makes one run wait
# as if there were thousands.
export MLWATCH_PATIENCE_S=6
. "$(dirname "$0")/lib.sh"
cd "$WORK" || exit 1

mkdir run
json_log run/log.jsonl 100 150
"$MLWATCH" attach run --detach >/dev/null || fail "attach"
wait_until 20 has_points "$WORK/run" 100 || fail "the beginning"
for ((i = 150; i < 153; i++)); do # read, and known from then on
    json_log run/log.jsonl $i $((i + 1))
    wait_until 20 has_points "$WORK/run" $((2 * i - 198)) || fail "line $i"
done

# ordinary lines wait; a look that is due takes them along, so the one after line 152 is let go by
sleep 1
json_log run/log.jsonl 153 154
sleep 1
json_log run/log.jsonl 154 156
sleep 1
! has_points "$WORK/run" 107 || fail "an ordinary line did not wait"

# and none of them is forgotten, though nothing else happens
wait_until 20 has_points "$WORK/run" 112 || fail "lines that waited are not read: $(points "$WORK/run" | wc -l)"

# news does not wait, and takes along what waited
"$MLWATCH" attach run >attached.txt 2>&1 &
viewer=$!
wait_until 10 grep -q run attached.txt || fail "the viewer"
json_log run/log.jsonl 156 158
sleep 0.5
started=${EPOCHREALTIME/./}
echo '{"step": 158, "loss": NaN, "lr": 0.001}' >>run/log.jsonl
wait_until 5 grep -q nonfinite attached.txt || fail "a NaN had to wait"
took=$(((${EPOCHREALTIME/./} - started) / 1000))
[ $took -lt 4000 ] || fail "a NaN waited for $took ms"
kill $viewer
wait_until 20 has_points "$WORK/run" 118 || fail "lines before the NaN are missing: $(points "$WORK/run" | wc -l)"

# a log that is truncated while lines wait is read anew, and what was destroyed is a gap
json_log run/log.jsonl 159 160
sleep 0.3
json_log run/log.jsonl 160 162
sleep 0.5
: >run/log.jsonl
json_log run/log.jsonl 162 172
wait_until 20 has_points "$WORK/run" 138 || fail "after the truncation: $(points "$WORK/run" | wc -l)"

"$MLWATCH" daemon --stop >/dev/null
[ "$(points "$WORK/run" | uniq -d | wc -l)" -eq 0 ] || fail "points are there twice"
echo "a NaN was told after $took ms, ordinary lines waited"
