#!/usr/bin/env bash
# compare: was the verification met, which settings differ, where do the curves part.
. "$(dirname "$0")/lib.sh"
cd "$WORK" || exit 1
# made DIR LR BAD_FROM STEPS: a run whose loss rises for good from BAD_FROM on
made() {
    mkdir -p "$1" && printf '{"learning_rate": %s, "batch_size": 32, "optimizer": "adam"}\n' "$2" >"$1/config.json"
    awk -v bad="$3" -v n="$4" 'BEGIN { for (i = 0; i < n; i++) { l = 0.3 + 2 * exp(-i / 90) + 0.02 * ((i * 7919) % 13) / 13
        if (i >= bad) l += (i - bad) / 40; printf "{\"step\": %d, \"loss\": %.4f}\n", i, l } }' >"$1/log.jsonl"
}
made old 0.1 400 700
made fixed 0.01 9999 700
made short 0.01 9999 300
made again 0.03 500 700
"$MLWATCH" check old >/dev/null
expect_code "the old run diverges" 1 $?

"$MLWATCH" compare old fixed >out
expect_code "a fix that helped" 0 $?
expect "the verdict" '^met +fixed against old' "$(cat out)"
expect "the symptom" 'gone +loss_divergence' "$(cat out)"
expect "the setting" 'learning_rate: 0.1 → 0.01' "$(cat out)"
grep -q batch_size out && fail "a setting that is the same is listed: $(cat out)"
"$MLWATCH" compare --json old fixed >out
jq -e '.schema == "mlwatch.compare/1" and .verification.state == "met" and (.curves[] | select(.series == "loss") | .parted and .step >= 400 and .step < 470)' out >/dev/null ||
    fail "where the curves part: $(cat out)"

"$MLWATCH" compare old short >out
expect_code "a new run that has not come so far" 1 $?
expect "not yet" '^not yet' "$(cat out)"
"$MLWATCH" compare old again >out
expect_code "a fix that did not help" 1 $?
expect "not met" '^not met' "$(cat out)"
expect "both tell it" 'there +loss_divergence · was: .* is: ' "$(tr -s ' \n' ' ' <out)"
"$MLWATCH" compare fixed fixed >out
expect_code "nothing to verify" 0 $?
expect "alike" 'loss runs alike' "$(cat out)"
"$MLWATCH" compare old 2>err
expect_code "one run" 2 $?
"$MLWATCH" compare old nowhere 2>err
expect_code "a run that is not there" 3 $?
