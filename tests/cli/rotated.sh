# A run that is attached between the two steps of a rotation, when metrics.jsonl.1 is there and no metrics.jsonl: its records are stored
# once, and so are those of the new log, of the next rotation and of two at once; also when the daemon is killed or sleeps in any of these moments.
. "$(dirname "$0")/lib.sh"
cd "$WORK" || exit 1

stored() { wait_until 20 has_points "$1" "$2" || fail "$1, $3: $(points "$1" | wc -l) points, not $2"; }
# exactly RUN COUNT WHEN: so many points, and none twice; a daemon that reads something again has done so after two looks
exactly() {
    stored "$@"
    sleep 1.5
    [ "$(points "$1" | wc -l)" -eq "$2" ] || fail "$1, $3: $(points "$1" | wc -l) points, not $2"
    [ "$(points "$1" | sort -u | wc -l)" -eq "$2" ] || fail "$1, $3: some points are another's"
}
kill_daemon() { kill -9 "$("$MLWATCH" daemon --pid)"; }
start() { "$MLWATCH" daemon || fail "the daemon did not start"; }
# each moment once with a daemon that runs on, once killed and started at once, once dead while the file changes
moment() { # running|killed|asleep before|after
    case "$1-$2" in
        killed-after) kill_daemon && start ;;
        asleep-before) kill_daemon ;;
        asleep-after) start ;;
    esac
}

for daemon in running killed asleep; do
    run="$WORK/$daemon"
    mkdir "$run"
    json_log "$run/metrics.jsonl.1" 0 350
    "$MLWATCH" attach "$run" --detach >/dev/null || fail "attach $run"
    stored "$run" 700 "what the rotation left"

    moment $daemon before
    json_log "$run/metrics.jsonl" 350 400
    moment $daemon after
    exactly "$run" 800 "a new log"

    moment $daemon before
    mv "$run/metrics.jsonl.1" "$run/metrics.jsonl.2"
    mv "$run/metrics.jsonl" "$run/metrics.jsonl.1"
    json_log "$run/metrics.jsonl" 400 450
    moment $daemon after
    exactly "$run" 900 "the next rotation"

    moment $daemon before
    mv "$run/metrics.jsonl.2" "$run/metrics.jsonl.4"
    mv "$run/metrics.jsonl.1" "$run/metrics.jsonl.3"
    mv "$run/metrics.jsonl" "$run/metrics.jsonl.2"
    json_log "$run/metrics.jsonl.1" 450 500
    : >"$run/metrics.jsonl"
    [ $daemon != asleep ] || sleep 2.5 # the times of the directory are old by then
    moment $daemon after
    exactly "$run" 1000 "two rotations, and an empty log"
    rm -r "$run"
    expect "the source's name in memory" 'metrics.jsonl +jsonl, 1,000 points' "$("$MLWATCH" report "$run")"
done
echo "a rotation seen half way: every record once"
