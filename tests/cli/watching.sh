# Nothing is lost when the events fail: a queue that overflows, no watches, few descriptors, a directory that may not be listed for a
# while, a file system without events, writes through a map. MLWATCH_DEEP=1 runs a hundred rounds of what runs a few times here.
. "$(dirname "$0")/lib.sh"
cd "$WORK" || exit 1
rounds=3
[ -z "${MLWATCH_DEEP:-}" ] || rounds=100
PYTHON=${PYTHON:-python3}

# append DIR FILES RECORDS FROM: records round robin, so that no two events in a row are alike
append() {
    "$PYTHON" - "$@" <<'PY'
import os, sys
directory, files, records, start = sys.argv[1], *map(int, sys.argv[2:])
fds = [os.open(f"{directory}/f{i}/log.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND) for i in range(files)]
for n in range(records):
    os.write(fds[n % files], b'{"step": %d, "loss": 1.5}\n' % (start + n // files))
PY
}
all_points() { # DIR FILES: how many points are stored of all runs below DIR
    local i n=0
    for ((i = 0; i < $2; i++)); do n=$((n + $(points "$1/f$i" | wc -l))); done
    echo $n
}
has_all() { [ "$(all_points "$1" "$2")" -ge "$3" ]; }
exactly() { [ "$(all_points "$2" "$3")" -eq "$4" ] || fail "$1: $(all_points "$2" "$3") points, not $4"; }

# 20,000 events while the daemon sleeps: the kernel's queue holds 16,384
mkdir -p flood/f{0..3}
append flood 4 40 0
"$MLWATCH" attach flood --detach >/dev/null || fail "attach flood"
wait_until 20 has_all "$WORK/flood" 4 40 || fail "flood: the first records"
want=40
for ((round = 1; round <= rounds; round++)); do
    pid=$("$MLWATCH" daemon --pid)
    kill -STOP "$pid"
    append flood 4 20000 $((want / 4))
    kill -CONT "$pid"
    started=${EPOCHREALTIME/./}
    want=$((want + 20000))
    wait_until 20 has_all "$WORK/flood" 4 $want || fail "overflow, round $round: $(all_points "$WORK/flood" 4) of $want"
    echo "overflow round $round: complete in $(((${EPOCHREALTIME/./} - started) / 1000)) ms"
done
exactly overflow "$WORK/flood" 4 $want

# writes through a map raise no event
mkdir -p mapped/f0
append mapped 1 10 0
"$MLWATCH" attach mapped --detach >/dev/null || fail "attach mapped"
"$PYTHON" - mapped/f0/log.jsonl $((rounds * 5)) <<'PY' || fail "the writer"
import mmap, os, sys, time
fd = os.open(sys.argv[1], os.O_RDWR)
for n in range(int(sys.argv[2])):
    record, at = b'{"step": %d, "loss": 1.5}\n' % (10 + n), os.fstat(fd).st_size
    os.ftruncate(fd, at + len(record))
    m = mmap.mmap(fd, 0)
    m[at:] = record
    m.flush()
    m.close()
    time.sleep(0.02)
PY
wait_until 20 has_all "$WORK/mapped" 1 $((10 + rounds * 5)) || fail "mapped writes: $(all_points "$WORK/mapped" 1)"
exactly "mapped writes" "$WORK/mapped" 1 $((10 + rounds * 5))

# a run directory that is deleted and made again, or moved away and made again, is followed
mkdir -p again/f0
append again 1 10 0
"$MLWATCH" attach again --detach >/dev/null || fail "attach again"
for ((round = 1; round <= rounds; round++)); do
    wait_until 20 has_all "$WORK/again" 1 $((round * 20 - 10)) || fail "made again, round $round: $(all_points "$WORK/again" 1)"
    rm -r again/f0 && mkdir again/f0
    append again 1 10 $((round * 100))
    wait_until 20 has_all "$WORK/again" 1 $((round * 20)) || fail "deleted and made again, round $round: $(all_points "$WORK/again" 1)"
    mv again "moved$round" && mkdir -p again/f0
    append again 1 10 $((round * 100 + 50))
done
wait_until 20 has_all "$WORK/again" 1 $((rounds * 20 + 10)) || fail "moved and made again: $(all_points "$WORK/again" 1)"
exactly "made again" "$WORK/again" 1 $((rounds * 20 + 10))

# few descriptors: more files than may be open
mkdir -p many/f{0..59}
append many 60 600 0
"$MLWATCH" daemon --stop
(ulimit -n 32 && exec "$MLWATCH" attach many --detach) >/dev/null 2>&1 || fail "attach with 32 descriptors"
append many 60 600 10
wait_until 40 has_all "$WORK/many" 60 1200 || fail "32 descriptors: $(all_points "$WORK/many" 60) of 1200"
exactly "32 descriptors" "$WORK/many" 60 1200
"$MLWATCH" daemon --stop

# no watches: looked at once a second, and said once
if unshare -Ur true 2>/dev/null; then
    mkdir -p poor/f{0..29}
    append poor 30 300 0
    export MLWATCH_HOME=$WORK/home-poor
    mkdir "$MLWATCH_HOME"
    unshare -Ur bash -c 'echo 5 >/proc/sys/user/max_inotify_watches && exec "$0" daemon --foreground --attach "$1"' \
        "$MLWATCH" "$WORK/poor" >poor.out 2>poor.err &
    wait_until 20 has_all "$WORK/poor" 30 300 || fail "5 watches: $(all_points "$WORK/poor" 30) of 300; $(cat poor.err)"
    append poor 30 300 10
    wait_until 20 has_all "$WORK/poor" 30 600 || fail "5 watches: $(all_points "$WORK/poor" 30) of 600"
    [ "$(cat poor.out poor.err | grep -c 'no more inotify watches')" -eq 1 ] || fail "5 watches are not said once: $(cat poor.out poor.err)"
    "$MLWATCH" daemon --stop
    wait
    export MLWATCH_HOME=$WORK/home
else echo "SKIP: no user namespaces here, so no limit on watches"; fi

# a directory that may not be listed for a while is not one whose files are deleted
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
    mkdir -p shut/f0 "$WORK/home-nobody"
    append shut 1 10 0
    chmod 755 "$WORK" && chown -R 65534:65534 shut "$WORK/home-nobody"
    export MLWATCH_HOME=$WORK/home-nobody
    nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    "${nobody[@]}" "$MLWATCH" attach shut --detach >shut.out 2>&1 || fail "attach as nobody: $(cat shut.out)"
    for ((round = 1; round <= rounds; round++)); do
        chmod 0 shut/f0
        sleep 1.2
        append shut 1 10 $((round * 10))
        chmod 755 shut/f0
        wait_until 20 has_all "$WORK/shut" 1 $((10 + round * 10)) || fail "shut and opened: $(all_points "$WORK/shut" 1)"
    done
    exactly "shut and opened" "$WORK/shut" 1 $((10 + rounds * 10))
    "${nobody[@]}" "$MLWATCH" daemon --stop
    export MLWATCH_HOME=$WORK/home
else echo "SKIP: only root can play somebody else"; fi

# a file system that tells no events: what is written below a bindfs mount is seen through it
mkdir -p below/f0 through
if command -v bindfs >/dev/null && [ -e /dev/fuse ] && bindfs below through 2>/dev/null; then
    append below 1 10 0
    "$MLWATCH" attach through --detach >/dev/null || fail "attach through bindfs"
    append below 1 50 10
    wait_until 20 has_all "$WORK/through" 1 60 || fail "bindfs: $(all_points "$WORK/through" 1) of 60"
    "$MLWATCH" daemon --stop
    umount through || fusermount -u through
else echo "SKIP: no bindfs or /dev/fuse here"; fi
exit 0
