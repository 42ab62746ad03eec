#!/usr/bin/env bash
# check --sources: what each file was taken for and why, rotated and packed logs as one, sources that confirm or disagree, what was passed
# over, and numbers that are missing where they always were.
. "$(dirname "$0")/lib.sh"
cd "$WORK" || exit 1

check() { timeout 20 "$MLWATCH" check "$@" >out 2>err; }
# lines FROM TO [FACTOR]: a console log;  rows FROM TO [FACTOR]: the same as a table's rows
lines() { awk -v a="$1" -v b="$2" -v f="${3-1}" 'BEGIN { for (i = a; i < b; i++) printf "step %d: loss %.3f, lr 0.001\n", i, f * (0.3 + 2 * exp(-i / 90) + 0.02 * ((i * 7919) % 13) / 13) }'; }
rows() { awk -v a="$1" -v b="$2" -v f="${3-1}" 'BEGIN { for (i = a; i < b; i++) printf "%d,%.6f\n", i, f * (0.3 + 2 * exp(-i / 90) + 0.02 * ((i * 7919) % 13) / 13) }'; }

# One source is preferred, the other confirms it; what is no log is passed over with the reason.
mkdir -p run && lines 0 400 >run/console.log && { echo step,train_loss; rows 0 400; } >run/metrics.csv
mkfifo run/pipe.log && ln -s /etc/passwd run/out.log && : >run/empty.log && printf 'a,b\nx,y\nz,w\n' >run/data.csv
check --sources run
expect_code "a healthy run with two sources" 0 $?
expect "the preferred source" 'preferred for train_loss' "$(tr -s ' \n' ' ' <out)"
expect "the confirming source" 'confirms loss' "$(tr -s ' \n' ' ' <out)"
expect "why a file was taken" 'by its name and its first bytes: console output' "$(tr -s ' \n' ' ' <out)"
expect "the FIFO" '  pipe.log +is a FIFO, not opened' "$(cat out)"
expect "the link" '  out.log +is a symbolic link that leaves the directory' "$(cat out)"
expect "the data set" '  data.csv +reads as no training log' "$(cat out)"
expect "the empty file" '  empty.log +is empty' "$(cat out)"
grep -q 'different numbers' err && fail "sources that agree are said to differ: $(cat err)"
check run && grep -q 'Passed over' out && fail "what was passed over is listed unasked"
check --json --sources run
jq -e '[.recognised[] | [.path, .format]] == [["run/console.log", "text"], ["run/metrics.csv", "csv"], ["run/data.csv", null],
    ["run/empty.log", null], ["run/out.log", null], ["run/pipe.log", null]]' out >/dev/null || fail "the JSON list: $(jq -c .recognised out)"
jq -e '.recognised | all(.why | length > 5)' out >/dev/null || fail "the JSON list gives no reasons: $(jq -c .recognised out)"
check --json run && jq -e 'has("recognised") | not' out >/dev/null || fail "the JSON list unasked: $(cat out)"

# It fits a terminal, and names obey nothing in it.
mkdir -p wide/$'\e[31mred' && cp run/console.log run/metrics.csv run/data.csv wide/
cp run/console.log wide/$'\e[31mred'/a-name-that-is-longer-than-most-people-would-type-by-hand.log
cp run/data.csv wide/$'\e[31mred'/
COLUMNS=80 check --sources wide
[ "$(wc -L <out)" -le 80 ] || fail "wider than 80 columns: $(awk 'length($0) > 80' out)"
grep -q $'\e' out && fail "an escape sequence of a name reaches the terminal"

# Sources that tell other numbers: said once on stderr and beside the source, and no finding.
mkdir -p differ && lines 0 400 2.5 >differ/console.log && cp run/metrics.csv differ/
check --sources differ
expect_code "a disagreement is no finding" 0 $?
expect "the disagreement" "two sources tell different numbers for loss: at step [0-9]+ it is [0-9.]+ in 'differ/metrics.csv'" "$(cat err)"
expect "the disagreement beside the source" 'loss disagrees at step' "$(tr -s ' \n' ' ' <out)"

# Ranks: one metric of eight logs is judged once, the others confirm it; of one rank's NaN all is told.
for layout in 'ranks/rank%d.log' 'names/log_rank_%d.txt' 'torchrun/none_ab12/attempt_0/%d/stdout.log'; do
    dir=${layout%%/*}
    for rank in 0 1 2 3 4 5 6 7; do
        file=$(printf "$layout" $rank)
        mkdir -p "$(dirname "$file")" && lines 0 400 | awk -v r=$rank 'r != 1 || NR != 301 { print; next } { sub(/loss [0-9.]+/, "loss 90.0"); print }' >"$file"
    done
    check --sources $dir
    expect_code "ranks in $dir" 0 $?
    expect "the rank that is judged" 'preferred for loss, lr \(the first of several alike\)' "$(tr -s ' \n' ' ' <out)"
    expect "the others as one entry" '[67] files, text, .* confirms loss, lr' "$(tr -s ' \n' ' ' <out)"
    check --json $dir
    [ "$(wc -l <out)" = 1 ] && [ "$(jq '.sources | length' out)" = 8 ] || fail "$dir is not one run of 8 sources: $(jq -c .sources out)"
done
sed -i '301,$s/loss [0-9.]*/loss nan/' ranks/rank3.log
check --sources ranks
expect_code "NaN on one rank" 1 $?
expect "the rank that differs" 'rank3.log .*loss is NaN or infinite at step 300 here, a number in rank0.log' "$(tr -s ' \n' ' ' <out)"
expect "a note of it" "at step 300 it is NaN or infinite in 'ranks/rank3.log' and a number in 'ranks/rank0.log'" "$(cat err)"
check --json ranks
jq -e '[.findings[] | select(.kind == "loss_nonfinite")] | length == 1 and (.[0].source | endswith("rank3.log")) and .[0].onset_step == 300' out >/dev/null ||
    fail "NaN on one rank: $(jq -c .findings out)"
mkdir -p prefixed && lines 0 400 | awk '{ for (r = 0; r < 4; r++) { s = $0; if (r == 3 && NR > 300) sub(/loss [0-9.]+/, "loss nan", s); print "[rank" r "]: " s } }' >prefixed/train.log
check --json prefixed
jq -e '.findings | length == 1 and .[0].onset_step == 300 and ([.[0].evidence[] | select(.name == "from_start")][0].value == 0)' out >/dev/null ||
    fail "NaN on one rank of a common log: $(jq -c .findings out)"

# A rotated log is read as if it had never been: oldest part first, packed or not, a copied part once.
mkdir -p whole parts && lines 0 900 >all && awk 'NR == 701 { sub(/loss [0-9.]+/, "loss 60.0") } { print }' all >whole/train.log
cp whole/train.log all
sed -n 1,300p all | gzip >parts/train.log.3.gz
if command -v zstd >/dev/null; then sed -n 301,500p all | zstd -q >parts/train-20260102.log.zst && mv parts/train-20260102.log.zst parts/train.log.2.zst
else sed -n 301,500p all >parts/train.log.2; fi
sed -n 501,700p all >parts/train.log.1
sed -n 701,900p all >parts/train.log
check --json whole && whole=$(jq -c '[.findings[] | [.kind, .severity, .onset_step, .confidence]]' out)
check --json parts && parts=$(jq -c '[.findings[] | [.kind, .severity, .onset_step, .confidence]]' out)
[ "$whole" != "[]" ] || fail "the spike was not found: $(cat out)"
[ "$whole" = "$parts" ] || fail "a rotated log is judged otherwise: $parts, not $whole"
[ "$(jq '.sources | length' out)" = 1 ] || fail "a rotated log is several sources: $(jq -c .sources out)"
[ "$(jq '.sources[0].points' out)" = 1800 ] || fail "points are missing or doubled: $(jq -c .sources out)"
check --sources parts
expect "the parts" 'with 3 older parts' "$(tr -s ' \n' ' ' <out)"
check --json --sources parts
jq -e '.recognised | length == 1 and (.[0].older | length == 3) and (.[0].older[0] == "parts/train.log.3.gz")' out >/dev/null ||
    fail "the parts in the JSON: $(jq -c .recognised out)"

# A packed log alone is one; a torn one is read as far as it goes.
mkdir -p packed torn && lines 0 300 | gzip >packed/train.log.gz
check --json packed && [ "$(jq '.sources[0].points' out)" = 600 ] || fail "a packed log is not read: $(cat out)"
lines 0 3000 | gzip >whole.gz && head -c $(($(wc -c <whole.gz) * 2 / 3)) whole.gz >torn/train.log.gz
check --json torn
expect_code "a torn packed log" 0 $?
jq -e '.sources[0].points > 500 and .sources[0].bad_records >= 1' out >/dev/null || fail "a torn packed log: $(jq -c .sources out)"

# NaN that was written as nothing: null in JSON lines, an empty cell in a table.
mkdir -p nulls cells
awk 'BEGIN { for (i = 0; i < 300; i++) printf "{\"step\":%d,\"data\":{\"actor/pg_loss\":%s,\"actor/grad_norm\":0.4,\"actor/lr\":1e-6}}\n", i, i < 250 ? 0.4 + 2 * exp(-i / 80) : "null" }' >nulls/exp.jsonl
awk 'BEGIN { print "step,train_loss,grad_norm"; for (i = 0; i < 300; i++) printf "%d,%s,%.3f\n", i, i < 250 ? 0.4 + 2 * exp(-i / 80) : "", 0.4 + (i % 7) / 50 }' >cells/metrics.csv
for run in nulls cells; do
    check $run
    expect "a hole in $run" 'NaN is suspected' "$(tr -s ' \n' ' ' <out)"
    check --json $run
    jq -e '.findings[0] | .kind == "loss_nonfinite" and .severity == "warning" and .confidence <= 0.5 and .onset_step == 249' out >/dev/null ||
        fail "a hole in $run: $(jq -c .findings out)"
done

# Restarts: within one log, and from one file to the next.
mkdir -p again && { lines 0 300; lines 250 500; } >again/train.log
check again
expect "a restart" 'restarted +1 time: at step 299, going on from 250' "$(cat out)"
check --json again
jq -e '.segments == 2 and .seams == [{"step": 299, "resumed_at": 250}]' out >/dev/null || fail "a restart in the JSON: $(jq -c .seams out)"
mkdir -p files && lines 0 300 >files/start-1.log && lines 250 500 >files/start-2.log
check --sources files
expect "a restart into another file" 'restarted +1 time: at step 299, going on from 250' "$(cat out)"
expect "the file that goes on" 'start-2.log .*goes on where another start of the run ended' "$(tr -s ' \n' ' ' <out)"

# Stores that cannot be read are named where nothing else is there.
mkdir -p aim/.aim/meta && : >aim/.aim/meta/x
check aim
expect_code "a store of Aim alone" 3 $?
expect "a store of Aim" "'.aim' is a store of Aim, which cannot be read" "$(cat err)"
