# A log that is cut anywhere, and goes on when the daemon has kept running, was stopped, or was killed: each record once, none half.
# MLWATCH_DEEP=1 makes three hundred cuts of what are thirty here.
. "$(dirname "$0")/lib.sh"
cd "$WORK" || exit 1
RUNS=10 RECORDS=120
batches=1
[ -z "${MLWATCH_DEEP:-}" ] || batches=10
RANDOM=4711

# log RUN: all of a log, and what it holds, as dump_points prints it
log() {
    awk -v seed="$1" 'BEGIN { srand(seed); for (i = 0; i < '$RECORDS'; i++) printf "{\"step\": %d, \"loss\": %d.%03d, \"note\": \"%s\"}\n", i, 1 + i % 3, rand() * 1000, substr("a, b} c", 1, i % 8) }' >"$1.whole"
    awk -F'[:,]' '{ printf "loss %d %.17g\n", $2, $4 }' "$1.whole" | sort >"$1.truth"
}
is_whole() { cmp -s "$1.truth" <(points "$WORK/$2"); }
# Of the records that are there no one is half used, and all will be given
before() { comm -13 "$1.truth" <(points "$WORK/$2") | grep -q . && fail "$2: $(comm -13 "$1.truth" <(points "$WORK/$2") | head -2)"; [ "$(points "$WORK/$2" | wc -l)" -eq "$(head -c "$3" "$1.whole" | wc -l)" ]; }
go_away() {
    case $1 in
    stopped) "$MLWATCH" daemon --stop >/dev/null ;;
    killed) kill -9 "$("$MLWATCH" daemon --pid)" ;;
    esac
}

n=0
for ((batch = 1; batch <= batches; batch++)); do
    for how in running stopped killed; do
        top="$how$batch" cuts=()
        for ((i = 0; i < RUNS; i++)); do
            mkdir -p "$top/r$i"
            log "$batch$i"
            size=$(wc -c <"$batch$i.whole")
            cuts[i]=$(((RANDOM * 32768 + RANDOM) % size))
            [ "${cuts[i]}" -gt 60 ] || cuts[i]=60
            head -c "${cuts[i]}" "$batch$i.whole" >"$top/r$i/log.jsonl"
        done
        "$MLWATCH" attach "$top" --detach >/dev/null || fail "attach $top"
        for ((i = 0; i < RUNS; i++)); do
            wait_until 20 before "$batch$i" "$top/r$i" "${cuts[i]}" || fail "$top/r$i, cut at ${cuts[i]}: $(points "$WORK/$top/r$i" | wc -l) points"
        done
        go_away $how
        for ((i = 0; i < RUNS; i++)); do tail -c +$((cuts[i] + 1)) "$batch$i.whole" >>"$top/r$i/log.jsonl"; done
        [ $how = running ] || "$MLWATCH" daemon || fail "the daemon did not start"
        for ((i = 0; i < RUNS; i++)); do
            wait_until 20 is_whole "$batch$i" "$top/r$i" ||
                fail "$top/r$i, cut at ${cuts[i]}: $(diff "$batch$i.truth" <(points "$WORK/$top/r$i") | head -4)"
            n=$((n + 1))
        done
    done
done
echo "$n cuts: 0 records lost, 0 doubled"
