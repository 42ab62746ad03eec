# Failures told in words: as JSON lines, as CSV, one by one; found by their words; and what is asked most is answered before anything is told.
. "$(dirname "$0")/lib.sh"
cd "$WORK" || exit 1
export MLWATCH_EMBED=hashing:
found() { "$MLWATCH" search --json --limit 5 -- "$1" 2>/dev/null; }
asked=("Model overfits after increasing depth" "training becomes unstable with high learning rate" "loss explodes after a few epochs")
causes=("overfitting" "lr_too_high" "exploding_gradients|lr_too_high")

# an empty memory answers
for i in 0 1 2; do
    hits=$(found "${asked[$i]}")
    [ "$(jq .refused <<<"$hits")" = false ] || fail "an empty memory refuses '${asked[$i]}'"
    expect "'${asked[$i]}' on an empty memory" "^(${causes[$i]})$" "$(jq -r '.hits[0] | select(.from == "knowledge") | .cause' <<<"$hits")"
done

cat >told.jsonl <<'END'
{"description": "Model overfits after increasing depth from 12 to 48 layers", "symptoms": ["validation loss rises after epoch 5"], "attempted_fixes": ["more dropout", "early_stopping"], "worked": [false, true], "cause": "overfitting"}
{"Description": "Training becomes unstable with a high learning rate", "Symptoms": "loss oscillates; gradient norm spikes", "Fix": "lower_learning_rate", "Worked": "Yes", "root cause": "lr_too_high"}
{"description": "the data loader
{"step": 1, "loss": 2.0}
{"description": "The camera driver froze every capture on Mondays", "attempted fixes": "restarted the driver", "worked": true, "date": "2025-03-01"}
END
cat >told.csv <<'END'
Description,Symptoms,Attempted fixes,Worked
"Loss explodes after a few epochs, then NaN",loss is inf,gradient clipping,yes
,,,
"no end
END
said=$("$MLWATCH" memory import told.jsonl 2>&1)
expect_code "two bad rows of five" 3 $?
expect "the first bad row" 'line 3 is left out: ' "$said"
expect "the second" 'line 4 is left out: ' "$said"
expect "the others" '^3 notes imported' "$said"
said=$("$MLWATCH" memory import told.csv 2>&1)
expect "a table" '^1 note imported' "$said"
expect "its bad rows" 'line 4 is left out: a quote has no end' "$said"
expect "told again" '^nothing new imported, 3 notes' "$("$MLWATCH" memory import told.jsonl 2>/dev/null)"

printf '{"description": "the first line is torn\n{"description": "Boats drifted while the anchor was down", "worked": "no"}\n' >torn.jsonl
said=$("$MLWATCH" memory import torn.jsonl 2>&1)
expect "a file whose first row is bad" 'line 1 is left out: ' "$said"
expect "its other row" '^1 note imported' "$said"

# the right note first, with what was tried
for i in 0 1 2; do
    first=$(found "${asked[$i]}" | jq -c '[.hits[] | select(.from == "note")][0]')
    expect "'${asked[$i]}'" "^${asked[$i]:0:20}" "$(jq -r .title <<<"$first" | sed 's/^loss/loss/I; s/^Training/training/; s/^Loss/loss/')"
    [ "$(jq -r '.worked, .run, .incident' <<<"$first" | tr '\n' ' ')" = "yes null null " ] || fail "a note says: $first"
done
expect "words that no card knows" 'camera driver' "$(found "camera driver froze" | jq -r '.hits[0].title')"
expect "by its cause" 'overfits' "$(found "cause:overfitting kind:note" | jq -r '.hits[0].title')"
[ "$(found "kind:note since:2026-01-01" | jq '[.hits[] | select(.title | test("camera"))] | length')" = 0 ] || fail "since: does not hold for notes"
[ "$(found "kind:note lr>1" | jq '.hits | length')" = 0 ] || fail "a note has no settings"

# one by one: the same is the same, secrets and controls are not kept
one=$("$MLWATCH" memory note "upload failed with hf_abcdefghijklmnopqrstuvwxyzABCD" --symptom $'\e[31mred' --fix "new token" --worked yes --cause disk_full)
expect "an id" '^n[a-z2-7]{8}: noted$' "$one"
again=$("$MLWATCH" memory note "upload failed with hf_abcdefghijklmnopqrstuvwxyzABCD" --symptom $'\e[31mred' --fix "new token" --worked yes --cause disk_full)
[ "${again%%:*}" = "${one%%:*}" ] || fail "another id for the same note: $one $again"
"$MLWATCH" memory export >all.jsonl
! grep -q 'hf_abcdefghij' all.jsonl || fail "a secret is in the memory"
! grep -qE '\\u001b|'$'\e' all.jsonl || fail "a control character is in the memory"
[ "$(grep -c '^{"note"' all.jsonl)" = 6 ] || fail "notes: $(grep -c '^{"note"' all.jsonl)"

# hostile files: refused or left out, never half a note
head -c 200000 /dev/urandom >noise.csv
{ printf '{"description":"'; head -c 2000000 /dev/zero | tr '\0' a; printf '"}\n'; printf '{"description":"ok after it","cause":"x"}\n'; } >long.jsonl
printf 'description,cause\n"a\0b",x\n\xff\xfe,y\n' >bytes.csv
for file in noise.csv long.jsonl bytes.csv; do
    "$MLWATCH" memory import $file >out 2>err
    code=$?
    [ $code -le 3 ] || fail "$file: exit code $code, $(cat err)"
done
"$MLWATCH" search ok after it >/dev/null 2>&1 || fail "search after hostile files"
