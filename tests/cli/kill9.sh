# kill -9 of the daemon at random moments while seeded writers append, rotate, truncate and rewrite, seven at a time: in the end the memory
# holds every record once. 30 kills; MLWATCH_DEEP=1: 300.
. "$(dirname "$0")/lib.sh"

KILLS=30 RUNS=7 RECORDS=600
[ -z "${MLWATCH_DEEP-}" ] || KILLS=300
VARIANTS=(append rename copytruncate truncate rewrite replace rotate)

complete() { [ -s "$1.truth" ] && cmp -s <(sort "$1.truth") <(points "$1"); }
# The truncating writer waits until all it wrote is stored.
let_go() {
    [ -e "$1.go.wait" ] && [ ! -e "$1.go" ] && cmp -s <(sort "$1.go.wait") <(points "$1") && touch "$1.go"
    return 0
}
start() { "$MLWATCH" daemon || fail "the daemon did not start"; }

kills=0 round=0
while [ $kills -lt $KILLS ]; do
    round=$((round + 1))
    runs=() writers=()
    RANDOM=$((7000 + round))
    start
    for i in $(seq 0 $((RUNS - 1))); do
        seed=$((round * 100 + i)) format=jsonl
        [ $(((round + i) % 2)) -eq 0 ] && format=csv
        run="$WORK/r$seed"
        mkdir -p "$run"
        "$TOOLS_DIR/tool_log_writer" $seed "${VARIANTS[$i]}" $format $RECORDS "$run/metrics.$format" "$run.truth" "$run.go" &
        writers+=($!) runs+=("$run")
    done
    for run in "${runs[@]}"; do
        wait_until 20 test -s "$run/metrics.jsonl" -o -s "$run/metrics.csv"
        "$MLWATCH" attach "$run" --detach >/dev/null || fail "attach $run"
    done
    running=1
    while [ $running = 1 ]; do
        sleep "0.$((RANDOM % 9))$((RANDOM % 10))"
        pid=$("$MLWATCH" daemon --pid) && kill -9 "$pid" && kills=$((kills + 1))
        start
        running=0
        for w in "${writers[@]}"; do kill -0 "$w" 2>/dev/null && running=1; done
        for run in "${runs[@]}"; do let_go "$run"; done
    done
    wait "${writers[@]}"
    for i in $(seq 0 $((RUNS - 1))); do
        run=${runs[$i]}
        wait_until 20 complete "$run" && continue
        echo "round $round, ${VARIANTS[$i]}, $(basename "$(ls "$run"/metrics.* | head -1)"):" >&2
        echo "$(comm -23 <(sort "$run.truth") <(points "$run") | wc -l) points lost," \
            "$(comm -13 <(sort "$run.truth") <(points "$run") | wc -l) too many" >&2
        diff <(sort -k2n "$run.truth") <("$TOOLS_DIR/tool_dump_points" "$run" | sort -k2n) | head -6 >&2
        fail "the memory is not what was logged"
    done
    "$MLWATCH" daemon --stop
done
echo "$kills kills, $((round * RUNS)) runs, 0 records lost, 0 doubled"
