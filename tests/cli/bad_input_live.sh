# What cannot be watched gets one sentence and the right code; nothing hangs, nothing stored is lost.
. "$(dirname "$0")/lib.sh"
cd "$WORK" || exit 1
attach() { timeout 20 "$MLWATCH" attach "$@" --detach 2>&1; }
one_sentence() { [ "$(grep -c '^mlwatch: ' <<<"$2")" -eq 1 ] || fail "$1: not one sentence: $2"; }

said=$(attach missing)
expect_code missing 3 $?
one_sentence missing "$said"
mkdir missing
json_log missing/log.jsonl 0 50
wait_until 20 has_points "$WORK/missing" 100 || fail "a directory that came later is not watched"

mkdir empty
said=$(attach empty)
expect_code empty 0 $?
one_sentence empty "$said"

mkdir garbage
head -c 300000 /dev/urandom >garbage/train.log
said=$(attach garbage)
expect_code garbage 0 $?

mkdir special
mkfifo special/train.log
ln -s ../special special/loop
said=$(attach special)
expect_code "a FIFO and a loop" 0 $?
expect "a FIFO" "train.log" "$said"
said=$(attach special/train.log)
expect_code "a FIFO itself" 3 $?
one_sentence "a FIFO itself" "$said"
said=$(attach /dev/zero)
expect_code "a device" 3 $?

if [ "$(id -u)" -ne 0 ]; then
    mkdir closed
    chmod 0 closed
    said=$(attach closed)
    expect_code unreadable 3 $?
    one_sentence unreadable "$said"
fi

# 1 GiB without a newline, sparse: read and dropped, while another run is watched
mkdir huge
truncate -s 1G huge/train.log
printf '\n{"step": 1, "loss": 0.5}\n' >>huge/train.log
attach huge >/dev/null
json_log missing/log.jsonl 50 60
wait_until 30 has_points "$WORK/missing" 120 || fail "a huge line stops the others"
pid=$("$MLWATCH" daemon --pid) || fail "the daemon died"
[ "$(awk '/VmRSS/ { print $2 }' /proc/"$pid"/status)" -lt 100000 ] || fail "a huge line is held in memory"

"$MLWATCH" attach >/dev/null 2>&1
expect_code "no directory" 2 $?
"$MLWATCH" attach empty --tag nonsense >/dev/null 2>&1
expect_code "a tag without =" 2 $?
"$MLWATCH" status nobody >/dev/null 2>&1
expect_code "status of nobody" 3 $?
"$MLWATCH" daemon --stop

# a full disk (a file system of 1 MiB): said once, watched on, and written when there is room
mkdir small
if mount -t tmpfs -o size=1m,mode=0700 none small 2>/dev/null; then
    export MLWATCH_HOME="$WORK/small/home"
    mkdir -p "$MLWATCH_HOME" full
    json_log full/log.jsonl 0 200
    "$MLWATCH" attach full >full.out 2>full.err &
    viewer=$!
    wait_until 20 grep -qE '^full: ' full.out || fail "attach: $(cat full.err)"
    wait_until 20 has_points "$WORK/full" 400 || fail "nothing was stored"
    head -c 1M /dev/zero >small/ballast 2>/dev/null
    json_log full/log.jsonl 200 30000
    wait_until 30 grep -qE 'watching goes on' full.err || fail "a full disk is not told: $(cat full.err)"
    printf '{"step": 30000, "loss": NaN}\n' >>full/log.jsonl
    wait_until 20 grep -qE '[A-Z]+ full loss_nonfinite' full.out || fail "no alert on a full disk: $(cat full.out)"
    [ "$(grep -c 'watching goes on' full.err)" -eq 1 ] || fail "told more than once: $(cat full.err)"
    mount -o remount,size=64m small
    wait_until 60 has_points "$WORK/full" 60001 || fail "not written when there was room: $(points "$WORK/full" | wc -l)"
    [ "$(points "$WORK/full" | sort | uniq -d | wc -l)" -eq 0 ] || fail "points were doubled"
    kill $viewer
    wait $viewer 2>/dev/null
    "$MLWATCH" daemon --stop
    umount small
else
    echo "skipped: a full disk (mounting needs root)"
fi

# a data directory that cannot be written
if mkdir ro && mount -t tmpfs -o size=1m none ro 2>/dev/null && mount -o remount,ro ro; then
    export MLWATCH_HOME="$WORK/ro/home"
    said=$(attach missing)
    expect_code "read-only" 0 $?
    expect "read-only" 'nothing will be remembered' "$said"
    expect "read-only, watched" '^missing: 1 source' "$said"
    "$MLWATCH" daemon --stop
    umount ro
else
    echo "skipped: a read-only data directory (mounting needs root)"
fi
echo "bad input, live: passed"
