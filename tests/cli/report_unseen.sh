#!/usr/bin/env bash
# What a report says of what was not logged, fixes in the words of the framework, and the two templates for metrics laid out by hand.
. "$(dirname "$0")/lib.sh"
cd "$WORK" || exit 1
export COLUMNS=200

# Both templates are read as they stand, and tell the same.
mkdir json yaml
cp "$SOURCE_DIR/templates/loss-curve-template.json" json/ && cp "$SOURCE_DIR/templates/training-metrics.yaml" yaml/
for d in json yaml; do
    timeout 20 "$MLWATCH" check --json $d >$d.out 2>err
    expect_code "check $d" 0 $?
    jq -e '.verdict == "clean" and .sources[0].format == "training_metrics" and .sources[0].bad_records == 0' $d.out >/dev/null ||
        fail "the template as $d: $(cat $d.out)"
done
series='[.series[] | [.name, .role, .axis, .points, .first_step, .last_step, .last]]'
[ "$(jq -c "$series" json.out)" = "$(jq -c "$series" yaml.out)" ] || fail "the templates differ: $(jq -c "$series" json.out yaml.out)"
[ "$(jq '.series | length' json.out)" = 5 ] || fail "series of the template: $(jq -c "$series" json.out)"

# Filled in with a loss that becomes NaN: found, and the fix is a line of that framework.
filled() { # filled DIRECTORY FRAMEWORK
    mkdir -p "$1"
    { printf 'run: {framework: %s, learning_rate: 5}\nrows:\n' "$2"
      awk 'BEGIN { srand(2); for (i = 0; i < 300; i++) printf "  - {step: %d, train_loss: %s, grad_norm: %.3f}\n", i,
          i < 200 ? sprintf("%.4f", 0.4 + 2 * exp(-i / 60) + 0.02 * rand()) : ".nan", 1 + rand() / 5 }'; } >"$1/training-metrics.yaml"
}
filled torch pytorch && filled hf huggingface && filled keras keras && filled other some-own-thing
for d in torch hf keras other; do
    timeout 20 "$MLWATCH" check --json $d >$d.out 2>err
    expect_code "check $d" 1 $?
    jq -e '.findings[0] | .kind == "loss_nonfinite" and .onset_step == 200' $d.out >/dev/null || fail "$d: $(jq -c .findings $d.out)"
done
fix() { jq -r '[.causes[].fixes[] | select(.id == "lower_learning_rate") | .change.code] | first' "$1.out"; }
expect "the fix for PyTorch" 'torch\.optim' "$(fix torch)"
expect "the fix for the Trainer" '^TrainingArguments\(learning_rate=' "$(fix hf)"
expect "the fix for Keras" '^keras\.optimizers\.' "$(fix keras)"
expect "the fix where the framework is not known" '^null$' "$(fix other)"
expect "check says it as a line" 'change +in Hugging Face Trainer: TrainingArguments' "$("$MLWATCH" check hf)"

# What was not logged: one short line in check, a chapter in report, a key in the JSON.
expect "check" 'not judged +validation loss or score, learning rate \(not logged\): [0-9]+ kinds of findings out of sight' "$("$MLWATCH" check hf)"
jq -e '[.unseen[] | select(.role == "learning_rate")][0] | .findings == ["lr_out_of_schedule", "lr_zero"] and (.how | test("logging_steps"))' hf.out >/dev/null ||
    fail "unseen: $(jq -c .unseen hf.out)"
jq -e '[.unseen[].role] | index("grad_norm") == null' hf.out >/dev/null || fail "the gradient norm was logged"
report=$("$MLWATCH" report hf 2>err)
expect "the chapter" 'What could not be seen, because it is not logged' "$report"
expect "what is impossible" 'validation loss or.*overfitting, gap_from_start.*eval_strategy' "$(tr '\n' ' ' <<<"$report")"
report=$("$MLWATCH" report --format md keras 2>err)
expect "the table" '^\| learning rate \| lr_out_of_schedule, lr_zero \| ' "$report"

# A directory of one's own may do without what is said of missing artifacts; a misspelt framework in it is told.
mkdir own && cp -r "$SOURCE_DIR/templates/causes" "$SOURCE_DIR/templates/fixes" own/
MLWATCH_TEMPLATES=own "$MLWATCH" check --json hf >own.out 2>err
jq -e '.unseen == [] and (.causes | length) > 0' own.out >/dev/null || fail "a directory without unseen: $(cat err)"
sed -i 's/"huggingface":/"huggingfase":/' own/fixes/clip_gradients.json
MLWATCH_TEMPLATES=own "$MLWATCH" check hf >/dev/null 2>err
expect "a misspelt framework" 'clip_gradients\.json.*in names a framework' "$(cat err)"
echo "report_unseen: ok"
