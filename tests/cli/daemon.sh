# The daemon itself: one at a time, found again, restarted, told to stop, ending by itself, in the foreground.
. "$(dirname "$0")/lib.sh"
cd "$WORK" || exit 1
mkdir run
json_log run/log.jsonl 0 200

"$MLWATCH" daemon --pid >/dev/null 2>&1
expect_code "--pid without a daemon" 4 $?
"$MLWATCH" daemon --stop >/dev/null
expect_code "--stop without a daemon" 0 $?

# many clients at once start one daemon
for i in 1 2 3 4 5; do "$MLWATCH" attach run --detach >/dev/null 2>&1 & done
wait
pid=$("$MLWATCH" daemon --pid) || fail "no daemon after attach"
[ "$("$MLWATCH" daemon --pid)" = "$pid" ] || fail "the pid changes"
[ "$("$MLWATCH" status --json | wc -l)" -eq 1 ] || fail "one run, several watches"

# of its own: session, directory, descriptors, mode of what it makes
[ "$(ps -o sid= -p "$pid" | tr -d ' ')" != "$(ps -o sid= -p $$ | tr -d ' ')" ] || fail "it shares our session"
[ "$(readlink /proc/"$pid"/cwd)" = / ] || fail "it holds a directory"
[ "$(readlink /proc/"$pid"/fd/1)" = /dev/null ] || fail "it holds our terminal"
[ "$(find "$MLWATCH_HOME" -mindepth 1 -perm /077 ! -type s | wc -l)" -eq 0 ] || fail "others may read: $(find "$MLWATCH_HOME" -perm /077)"

# a socket that is removed comes back
socket=$(jq -r .socket "$MLWATCH_HOME"/*/lock)
rm "$socket"
"$MLWATCH" attach run --detach >/dev/null || fail "the socket did not come back"

# SIGHUP reads again and watches on; SIGTERM writes everything down
kill -HUP "$pid"
json_log run/log.jsonl 200 300
wait_until 20 has_points "$WORK/run" 600 || fail "nothing is read after SIGHUP"
json_log run/log.jsonl 300 400
seen() { [ "$("$MLWATCH" status run --json | jq .step)" = 399 ]; }
wait_until 20 seen || fail "new lines were not seen"
kill -TERM "$pid"
gone() { ! "$MLWATCH" daemon --pid >/dev/null 2>&1; }
wait_until 20 gone || fail "SIGTERM did not end it"
[ "$(points "$WORK/run" | wc -l)" -eq 800 ] || fail "SIGTERM lost points"

# the next one goes on from there
json_log run/log.jsonl 400 500
"$MLWATCH" daemon || fail "restart"
wait_until 20 has_points "$WORK/run" 1000 || fail "the watch was not taken up again"
[ "$(points "$WORK/run" | wc -l)" -eq 1000 ] || fail "points were doubled"

# a daemon that is killed is replaced
kill -9 "$("$MLWATCH" daemon --pid)"
"$MLWATCH" attach run --detach >/dev/null || fail "attach after kill -9"
"$MLWATCH" daemon --stop || fail "--stop"

# it ends by itself when nothing is watched
MLWATCH_LINGER_S=1 "$MLWATCH" daemon || fail "start"
"$MLWATCH" detach run >/dev/null || fail "detach"
wait_until 20 gone || fail "it lingers"

# in the foreground it prints what it finds, and obeys SIGTERM
printf '{"step": 500, "loss": NaN}\n' >>run/log.jsonl
"$MLWATCH" daemon --foreground --attach run >front.out 2>&1 &
front=$!
wait_until 20 grep -qE '[A-Z]+ run loss_nonfinite' front.out || fail "foreground: $(cat front.out)"
kill -TERM $front
wait $front
expect_code "foreground" 0 $?
echo "daemon: passed"
