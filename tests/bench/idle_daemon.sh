# What 50 attached finished runs cost: CPU of one core over 60 s, and resident memory. Prints one line; fails above 0.2 % or 30 MB.
#   MLWATCH=program bash idle_daemon.sh [RUNS [SECONDS]]
: "${TOOLS_DIR:=.}"
. "$(dirname "$0")/../cli/lib.sh"
runs=${1:-50} seconds=${2:-60}

for i in $(seq 1 "$runs"); do
    mkdir -p "$WORK/runs/r$i"
    json_log "$WORK/runs/r$i/log.jsonl" 0 $((2000 + i))
    touch -d '2 days ago' "$WORK/runs/r$i/log.jsonl"
    "$MLWATCH" attach "$WORK/runs/r$i" --detach >/dev/null || fail "attach r$i"
done
pid=$("$MLWATCH" daemon --pid) || fail "no daemon"
ticks() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' /proc/"$pid"/stat; }
# Runs fall asleep once they have been quiet for a minute.
sleep 75
before=$(ticks)
sleep "$seconds"
after=$(ticks)
kib=$(awk '/VmRSS/ { print $2 }' /proc/"$pid"/status)
awk -v t=$((after - before)) -v hz="$(getconf CLK_TCK)" -v s="$seconds" -v kib="$kib" -v n="$runs" 'BEGIN {
    cpu = 100 * t / hz / s
    printf "idle daemon, %d finished runs: %.2f %% of a core over %d s, %.1f MB resident\n", n, cpu, s, kib / 1000
    exit cpu > 0.2 || kib > 30000
}'
