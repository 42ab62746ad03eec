#!/usr/bin/env bash
# What is no run: one sentence each, exit code 3, within seconds, without much memory.
. "$(dirname "$0")/lib.sh"
cd "$WORK" || exit 1

# refused WHAT PATTERN DIR: check refuses DIR with one sentence that says PATTERN.
refused() {
    timeout 20 "$MLWATCH" check "$3" >out 2>err </dev/null
    local code=$?
    [ $code = 124 ] && fail "$1: it hangs"
    expect_code "$1" 3 $code
    [ "$(wc -l <err)" = 1 ] || fail "$1: more or less than one sentence: $(cat err)"
    expect "$1" "^mlwatch: .*$2" "$(cat err)"
    grep -qF -- "$(basename "$3" | tr '[:cntrl:]' '?' | cut -c1-4)" err || fail "$1: it is not named in: $(cat err)"
    LC_ALL=C grep -q $'\e' out && fail "$1: an escape sequence reaches the terminal"
    LC_ALL=C grep -q $'\e' err && fail "$1: an escape sequence reaches the terminal through stderr"
    timeout 20 "$MLWATCH" check --json "$3" 2>/dev/null | jq -se '.[0].verdict == "unreadable" and .[0].findings == []' >/dev/null ||
        fail "$1: no JSON line that says unreadable"
}

refused "a directory that is missing" 'no such file' missing
mkdir empty
refused "an empty directory" 'empty' empty
mkdir prose && printf 'Dear diary,\nnothing was trained today.\n' >prose/notes.txt
refused "no known log" 'no training log|no record' prose
mkdir garbage && head -c 300000 /dev/urandom >garbage/train.log && head -c 5000 /dev/zero >garbage/metrics.csv
refused "binary garbage" 'no ' garbage
mkdir hollow && : >hollow/train.log
refused "an empty log" 'no training log|empty' hollow
mkdir fifo && mkfifo fifo/train.log
refused "a FIFO named train.log" 'FIFO' fifo
refused "a FIFO itself" 'neither|no regular' fifo/train.log
mkdir loop && ln -s loop.log loop/loop.log && ln -s . loop/again && ln -s train.log loop/other.log && ln -s other.log loop/train.log
refused "a symlink loop" 'symbolic link' loop
mkdir outside && ln -s /etc/passwd outside/train.log
refused "a link that leaves the directory" 'leaves' outside
refused "a device itself" 'neither|no regular' /dev/null
mkdir "$(printf 'evil\e[31m')" && refused "a name with an escape sequence" 'empty' "$(printf 'evil\e[31m')"

# A full disk takes no output: whoever asked must not believe that all is well.
mkdir whole && for i in $(seq 60); do echo "{\"step\": $i, \"loss\": $((200 / i)).5}"; done >whole/log.jsonl
if [ -w /dev/full ]; then
    for verb in "check whole" "check --json whole" "check --sources whole whole" "report whole" "config show" "--help" "check --help"; do
        # shellcheck disable=SC2086 # the words are the verb and its arguments
        "$MLWATCH" $verb >/dev/full 2>err
        expect_code "$verb into a full disk" 3 $?
        [ "$(cat err)" = "mlwatch: cannot write to the output: no space left on device" ] || fail "$verb into a full disk says: $(cat err)"
    done
fi
(trap '' PIPE && sleep 0.3 && "$MLWATCH" check whole 2>err; echo $? >code) | true
expect_code "a reader that has gone" 0 "$(cat code)"
[ ! -s err ] || fail "a reader that has gone: $(cat err)"

mkdir device
if mknod device/train.log c 1 5 2>/dev/null; then
    refused "a device named train.log" 'no regular file' device
else
    echo "SKIP: mknod is not allowed here; no device named train.log"
fi

# Whom the mode keeps out: root is never kept out, so somebody else asks.
mkdir closed && cp /dev/null closed/train.log && printf '{"step": 1, "loss": 2}\n' >closed/train.log
if [ "$(id -u)" != 0 ]; then
    chmod 000 closed
    refused "an unreadable directory" 'permission denied' closed
    chmod 755 closed && chmod 000 closed/train.log
    refused "an unreadable log" 'may not be read|permission denied' closed
elif command -v setpriv >/dev/null && chmod 755 "$WORK" && setpriv --reuid=65534 --clear-groups test -x "$MLWATCH"; then
    chmod 700 closed
    setpriv --reuid=65534 --clear-groups timeout 20 "$MLWATCH" check closed >out 2>err
    expect_code "an unreadable directory" 3 $?
    expect "an unreadable directory" "closed.*permission denied" "$(cat err)"
    chmod 755 closed && chmod 600 closed/train.log
    setpriv --reuid=65534 --clear-groups timeout 20 "$MLWATCH" check closed >out 2>err
    expect_code "an unreadable log" 3 $?
    expect "an unreadable log" 'may not be read|permission denied' "$(cat err)"
else
    echo "SKIP: root, and no setpriv that reaches the program; unreadable directories are not checked"
fi

# A line of 1 GiB (a sparse file) among good ones: quick, little memory, the good ones are read.
mkdir endless
{ json_log endless/log.jsonl 0 200; } && truncate -s 1G endless/log.jsonl && printf '\n' >>endless/log.jsonl
json_log endless/log.jsonl 200 400
measured() { # measured SECONDS MEBIBYTES COMMAND...: prints what it took; the sanitizers' shadow is not counted
    "${PYTHON-python3}" - "$@" <<'END'
import resource, subprocess, sys, time
began = time.monotonic()
try:
    code = subprocess.run(sys.argv[3:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=float(sys.argv[1])).returncode
except subprocess.TimeoutExpired:
    sys.exit(f"longer than {sys.argv[1]} s")
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
print(f"exit {code}, {time.monotonic() - began:.1f} s, {peak} MiB")
sys.exit(0 if peak <= float(sys.argv[2]) else 1)
END
}
limit=150
grep -qa __asan_init "$MLWATCH" && limit=1000
took=$(measured 60 $limit "$MLWATCH" check endless) || fail "a line of 1 GiB: $took"
echo "a line of 1 GiB: $took"
"$MLWATCH" check --json endless 2>/dev/null | jq -se '.[0].sources[0] | .points >= 800 and .bad_records >= 1' >/dev/null ||
    fail "a line of 1 GiB hides the records around it: $("$MLWATCH" check --json endless 2>&1 | cut -c1-400)"
mkdir onlyendless && truncate -s 1G onlyendless/train.log && printf '\n' >>onlyendless/train.log
timeout 60 "$MLWATCH" check onlyendless >out 2>err
expect_code "nothing but a line of 1 GiB" 3 $?
echo "bad input: ok"
