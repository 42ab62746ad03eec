# checkpoints beside a log: check and the daemon look into them, name the last good one, and remember what was found when they are gone.
. "$(dirname "$0")/lib.sh"
# safetensors FILE FLOAT-BYTES [MORE]: one tensor of two floats; MORE of the header, whose bytes are there, too
safetensors() {
    local header='{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'"${3-}}" size
    printf -v size '\\x%02x' ${#header}
    { printf "$size\\0\\0\\0\\0\\0\\0\\0%s" "$header" && printf "$2"; } >"$1"
}
old() { touch -d '2 hours ago' "$@"; }
cd "$WORK" || exit 1

mkdir run
json_log run/log.jsonl 0 400
safetensors run/ckpt_100.safetensors '\0\0\x80\x3f\0\0\0\x40'
safetensors run/ckpt_200.safetensors '\0\0\x81\x3f\0\0\1\x40'
old run/ckpt_*

# ---- all in order
view=$("$MLWATCH" check --json run); expect_code "in order" 0 $?
[ "$(jq -c '[.checkpoints[] | [.step, .state, .safety]]' <<<"$view")" = '[[100,"whole","safe"],[200,"whole","safe"]]' ] ||
    fail "checkpoints: $(jq -c .checkpoints <<<"$view")"
[ "$(jq .last_good.step <<<"$view")" = 200 ] || fail "last good of $view"
[ "$(jq '[.findings[] | select(.kind | startswith("checkpoint"))] | length' <<<"$view")" = 0 ] || fail "findings in $view"

# ---- what they hold are points of the run: (1, 2) weighs 2.236
page=$("$MLWATCH" plot --terminal run checkpoint/weight_norm); expect_code "the weights' curve" 0 $?
expect "the weights' curve" '2\.2[34]' "$page"

# ---- one that is cut: nothing is said while it may still be written, later it is
head -c 60 run/ckpt_200.safetensors >run/ckpt_300.safetensors
view=$("$MLWATCH" check --json run)
[ "$(jq '[.findings[] | select(.kind == "checkpoint_incomplete")] | length' <<<"$view")" = 0 ] || fail "told while it is written: $view"
old run/ckpt_300.safetensors
view=$("$MLWATCH" check --json --fail-on warning run); expect_code "cut" 1 $?
[ "$(jq -r '.findings[] | select(.kind == "checkpoint_incomplete") | [.severity, .onset_step] | @csv' <<<"$view")" = '"warning",300' ] ||
    fail "cut: $view"
[ "$(jq .last_good.step <<<"$view")" = 200 ] || fail "last good of $view"
page=$("$MLWATCH" check run)
expect "where to go back to" 'go back to +ckpt_200\.safetensors, step 200: the newest in order; whole, safe to load' "$page"
expect "why" 'ckpt_300.safetensors is not complete.* it said ' "$(tr -s ' \n' ' ' <<<"$page")"

# ---- one that would run code
printf 'cposix\nsystem\n(S"id"\ntR.' >run/ckpt_350.pt
old run/ckpt_350.pt
view=$("$MLWATCH" check --json run); expect_code "malicious" 1 $?
expect "what it calls" 'posix\.system' "$(jq -r '.findings[] | select(.kind == "checkpoint_unsafe") | .quote' <<<"$view")"
[ "$(jq -r '.checkpoints[] | select(.step == 350) | .safety' <<<"$view")" = malicious ] || fail "safety in $view"
[ "$(jq -r '.causes[0].id' <<<"$view")" = unsafe_checkpoint ] || fail "cause of $view"
[ ! -e id ] || fail "it was run"

# ---- each twice as large as the one before: no pair says so, all of them do; and as many that grow no more say nothing
mkdir grows settles
i=0
for float in '\0\0\x80\x3f' '\0\0\0\x40' '\0\0\x80\x40' '\0\0\0\x41' '\0\0\x80\x41' '\0\0\0\x42' '\0\0\x80\x42'; do
    i=$((i + 1))
    safetensors grows/ckpt_${i}0.safetensors "$float$float"
    safetensors settles/ckpt_${i}0.safetensors "\\0\\0\\x$((80 + i))\\x40$(((i > 1)) && echo '\0\0\0\x41' || echo '\0\0\0\x3f')"
done
json_log grows/log.jsonl 0 100
json_log settles/log.jsonl 0 100
old grows/ckpt_* settles/ckpt_*
trend() { jq -c '[.findings[] | select(.series | startswith("checkpoint/")) | [.kind, .severity, .onset_step]]' <<<"$1"; }
view=$("$MLWATCH" check --json grows)
[ "$(trend "$view")" = '[["weights_exploding","warning",10]]' ] || fail "slow growth: $(jq -c '[.findings[] | [.kind, .series, .severity]]' <<<"$view")"
view=$("$MLWATCH" check --json settles); expect_code "no growth" 0 $?
[ "$(trend "$view")" = '[]' ] || fail "told of weights that settle: $(trend "$view")"

# ---- the budget: with nothing to read, verdicts all the same
view=$(printf 'thresholds:\n  checkpoint_read_gib: 0\n' >none.conf && MLWATCH_CONFIG=none.conf "$MLWATCH" check --json run)
[ "$(jq -r '[.checkpoints[].state] | join(" ")' <<<"$view")" = "whole whole incomplete whole" ] || fail "verdicts only: $(jq -c .checkpoints <<<"$view")"

# ---- the daemon: the same, as they appear, and remembered
mkdir live
json_log live/log.jsonl 0 400
cp run/ckpt_100.safetensors live/
mkdir other
json_log other/log.jsonl 0 400
safetensors other/ckpt_100.safetensors '\0\0\x80\x3f\0\0\0\x40'
safetensors other/ckpt_200.safetensors '\0\0\x81\x3f\0\0\1\x40\0\0\0\x40' ',"v":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}'
old other/ckpt_*
"$MLWATCH" attach live --detach >/dev/null 2>&1
"$MLWATCH" attach other --detach >/dev/null 2>&1
worst() { [ "$("$MLWATCH" status live --json | jq -r .worst.kind)" = "$1" ]; }
cp -p run/ckpt_300.safetensors live/
json_log live/log.jsonl 400 420
wait_until 40 worst checkpoint_incomplete || fail "the cut one: $("$MLWATCH" status live --json)"
told() { jq -c '[.findings[] | select(.kind | startswith("checkpoint")) | [.kind, .onset_step, .severity]] | sort'; }
mismatch() { [ "$("$MLWATCH" status other --json | jq -r .worst.kind)" = checkpoint_mismatch ]; }
wait_until 40 mismatch || fail "beside the one before: $("$MLWATCH" status other --json)"
"$MLWATCH" daemon --stop >/dev/null 2>&1
after=$("$MLWATCH" check --json other | told)
[ "$after" = '[["checkpoint_mismatch",200,"warning"]]' ] || fail "check beside the one before: $after"
[ "$("$MLWATCH" report other --json | told)" = "$after" ] || fail "the daemon: $("$MLWATCH" report other --json), check: $after"
rm -r live other
expect "the curve, from memory" 'checkpoint/wei' "$("$MLWATCH" plot --terminal other checkpoint/weight_norm 2>&1)"
view=$("$MLWATCH" report live --json)
[ "$(jq -r '.findings[0].kind' <<<"$view")" = checkpoint_incomplete ] || fail "forgotten: $view"
[ "$(jq .last_good.step <<<"$view")" = 100 ] || fail "last good, from memory: $view"
