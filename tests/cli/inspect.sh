# inspect: the page, the JSON, exit codes, several files, directories, names that are hostile to a terminal.
. "$(dirname "$0")/lib.sh"

# safetensors FILE NAME FLOAT-BYTES...: one tensor of two floats
safetensors() {
    local header
    printf -v header '{"%s":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}' "$2"
    printf -v size '\\x%02x' $((${#header} & 255))
    { printf "$size\\0\\0\\0\\0\\0\\0\\0%s" "$header" && printf "$3"; } >"$1"
}
cd "$WORK" || exit 1
safetensors good.safetensors w '\0\0\x80\x3f\0\0\0\x40'
safetensors before.safetensors w '\0\0\x80\x3f\0\0\x80\x3f'
safetensors nan.safetensors w '\0\0\xc0\x7f\0\0\0\x40'
head -c 60 good.safetensors >cut.safetensors
printf 'cposix\nsystem\n(S"id"\ntR.' >bad.pkl

# ---- verdicts and exit codes
page=$("$MLWATCH" inspect good.safetensors); expect_code "whole and safe" 0 $?
expect "verdict first" '^good\.safetensors: whole, safe$' "$(head -1 <<<"$page")"
expect "parameters" '1 tensor · 2 parameters \(F32\)' "$page"
page=$("$MLWATCH" inspect cut.safetensors); expect_code "cut" 1 $?
expect "cut" 'cut\.safetensors: incomplete' "$page"
expect "a reason" 'because ' "$page"
page=$("$MLWATCH" inspect bad.pkl); expect_code "a pickle that calls" 1 $?
expect "its global" 'posix\.system' "$page"
expect "malicious" 'malicious' "$(head -1 <<<"$page")"
page=$("$MLWATCH" inspect nan.safetensors)
expect "NaN" 'broken +w \[2\] F32: 1 NaN' "$page"
words=$("$MLWATCH" inspect nothing.pt 2>&1); expect_code "nothing there" 3 $?
expect "nothing there" "nothing.pt'?: no such file" "$words"
"$MLWATCH" inspect >/dev/null 2>&1; expect_code "no file" 2 $?
"$MLWATCH" inspect --format xml good.safetensors >/dev/null 2>&1; expect_code "no such format" 2 $?
words=$(MLWATCH_INSPECT=/nowhere/reader "$MLWATCH" inspect good.safetensors); expect_code "no reader" 3 $?
expect "no reader is no verdict" 'unverified, safety unverified' "$words"

# ---- several, and a directory of them
page=$("$MLWATCH" inspect good.safetensors cut.safetensors); expect_code "the worst decides" 1 $?
expect "both" 'cut\.safetensors: incomplete' "$page"
mkdir several && cp good.safetensors several/step_1.safetensors && cp good.safetensors several/step_20.safetensors && cp good.safetensors several/step_3.safetensors
order=$("$MLWATCH" inspect several | grep -o 'step_[0-9]*' | tr '\n' ' ')
[ "$order" = "step_1 step_3 step_20 " ] || fail "order of a directory: $order"
mkdir empty
"$MLWATCH" inspect empty 2>/dev/null; expect_code "no checkpoint in it" 3 $?

# ---- what moved
page=$("$MLWATCH" inspect good.safetensors --against before.safetensors)
expect "against" 'Against before\.safetensors' "$page"
expect "moved" 'moved by +median 0\.7071' "$page"
page=$("$MLWATCH" inspect good.safetensors --against good.safetensors)
expect "frozen" 'frozen +w' "$page"
"$MLWATCH" inspect good.safetensors --against nothing.safetensors 2>/dev/null; expect_code "nothing to compare with" 3 $?

# ---- JSON
json=$("$MLWATCH" inspect --json nan.safetensors good.safetensors)
[ "$(wc -l <<<"$json")" -eq 2 ] || fail "one line a file"
"${PYTHON:-python3}" - "$json" <<'PY' || fail "JSON"
import json, sys
nan, good = (json.loads(line) for line in sys.argv[1].splitlines())
for o in (nan, good):
    assert o["schema"] == "mlwatch.inspect/1" and o["state"] == "whole" and o["safety"] == "safe", o
    assert {"path", "format", "reasons", "step", "tensors", "findings", "elapsed_s"} <= set(o)
t = good["tensors"][0]
assert t["name"] == "w" and t["dtype"] == "F32" and t["shape"] == [2] and t["count"] == 2 and t["nan"] == 0, t
assert t["min"] == 1 and t["max"] == 2 and t["mean"] == 1.5 and abs(t["norm"] - 5 ** 0.5) < 1e-12 and t["std"] == 0.5, t
assert nan["tensors"][0]["nan"] == 1 and nan["tensors"][0]["max"] == 2
assert any(f["kind"] == "weights_nonfinite" for f in nan["findings"]) or nan["findings"] == [], nan["findings"]
PY

# ---- names are hostile
safetensors evil.safetensors $'\\u001b[31m\\u202egnp.exe' '\0\0\x80\x3f\0\0\0\x40'
page=$("$MLWATCH" inspect evil.safetensors)
grep -q $'\033' <<<"$page" && fail "an escape sequence of the file reached the terminal"
grep -q $'\xe2\x80\xae' <<<"$page" && fail "a direction override of the file reached the terminal"
cp good.safetensors -- '-o.safetensors'
"$MLWATCH" inspect -- -o.safetensors >/dev/null; expect_code "a name like an option" 0 $?

# ---- help
help=$("$MLWATCH" inspect --help)
expect "an example" '^  mlwatch inspect ' "$(tail -1 <<<"$help")"
[ "$(awk 'length > 80' <<<"$help")" = "" ] || fail "help is wider than 80 columns"

# ---- no file of the kept ones takes the reader down, and none is a surprise
if [ -d "$SOURCE_DIR/tests/fixtures/ckpt" ]; then
    while read -r file; do
        page=$("$MLWATCH" inspect --json "$file" 2>&1)
        grep -qE 'its reader (crashed|was|took|ended)' <<<"$page" && fail "$file: $page"
    done < <(find "$SOURCE_DIR/tests/fixtures/ckpt" -type f ! -name '*.json' ! -name '*.md' ! -name '*.csv' ! -name '*.txt' ! -name '*.py')
fi
exit 0
