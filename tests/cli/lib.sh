# What the tests of the real program share. Each test has a memory of its own and stops its daemon when it ends.
set -u
: "${MLWATCH:?the program to test}" "${TOOLS_DIR:?where the test tools are}"

WORK=$(mktemp -d "${TMPDIR:-/tmp}/mlwatch-test.XXXXXX")
export MLWATCH_HOME="$WORK/home"
export MLWATCH_LINGER_S=120 NO_COLOR=1 LC_ALL=C.UTF-8
mkdir -p "$MLWATCH_HOME"

finish() {
    local children
    children=$(jobs -p)
    [ -z "$children" ] || kill $children 2>/dev/null
    "$MLWATCH" daemon --stop >/dev/null 2>&1
    chmod -R u+rwx "$WORK" 2>/dev/null
    umount "$WORK"/*/ 2>/dev/null
    rm -rf "$WORK"
}
trap finish EXIT

fail() {
    echo "FAILED: $*" >&2
    exit 1
}
# expect WHAT PATTERN TEXT
expect() { grep -qE -- "$2" <<<"$3" || fail "$1: expected /$2/ in: $3"; }
expect_code() { [ "$2" -eq "$3" ] || fail "$1: exit code $3, not $2"; }
# wait_until SECONDS COMMAND...: until the command succeeds
wait_until() {
    local until=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $until ] || return 1
        sleep 0.05
    done
}
points() { "$TOOLS_DIR/tool_dump_points" "$1" 2>/dev/null | sort; }
has_points() { [ "$(points "$1" | wc -l)" -ge "$2" ]; }
# json_log FILE FROM TO [LOSS]: records of a healthy run
json_log() {
    awk -v a="$2" -v b="$3" 'BEGIN { for (i = a; i < b; i++) printf "{\"step\": %d, \"loss\": %.6f, \"lr\": 0.001}\n", i, 0.3 + 2 * exp(-i / 300) + 0.01 * ((i * 7919) % 13) / 13 }' >>"$1"
}
