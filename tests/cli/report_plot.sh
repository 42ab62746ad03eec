#!/usr/bin/env bash
# report and plot on runs made here: what a person and a program get, where files go, what is said when it cannot be done.
set -u
PYTHON=${PYTHON-python3}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export MLWATCH_HOME=$scratch/home XDG_CONFIG_HOME=$scratch/config LC_ALL=C.UTF-8 COLUMNS=100
unset NO_COLOR
mkdir -p "$scratch/home" "$scratch/here" && cd "$scratch/here" || exit 1
failed=0
fail() { echo "FAIL: $*"; failed=1; }
has() { grep -qF -- "$2" <<<"$1" || fail "expected '$2' in: $1"; }
hasnt() { ! grep -qF -- "$2" <<<"$1" || fail "did not expect '$2' in: $1"; }
code() { [ "$1" = "$2" ] || fail "exit code $1, expected $2: $3"; }

# A run that goes well until step 300 and is NaN from then on, its settings with a secret, its name with an escape sequence.
make_run() {
    mkdir -p "$1"
    awk 'BEGIN { srand(7); print "{\"config\": {\"learning_rate\": 8.0, \"api_key\": \"sk-abcdefghijklmnopqrstuvwx\"}}"
        for (i = 0; i < 400; i++) printf "{\"step\": %d, \"train/loss\": %s, \"grad_norm\": %.3f, \"lr\": 8.0}\n", i,
            i < 300 ? sprintf("%.4f", 3 / (1 + i / 100) + 0.02 * rand()) : "NaN", 1 + rand() / 5 }' >"$1/log.jsonl"
}
make_run runs/broken
mkdir -p runs/fine
awk 'BEGIN { srand(3); print "step,train_loss,eval_loss,learning_rate"
    for (i = 0; i < 500; i++) printf "%d,%.4f,%s,0.001\n", i, 0.5 + 2 * exp(-i / 90) + 0.02 * rand(), i % 25 ? "" : sprintf("%.4f", 0.55 + 2 * exp(-i / 90)) }' >runs/fine/metrics.csv

# report: text, Markdown, JSON; to stdout and to a file.
text=$("$MLWATCH" report runs/broken 2>err); code $? 0 "$(cat err)"
has "$text" loss_nonfinite
has "$text" 300
hasnt "$text" $'\e['
hasnt "$text" sk-abcdefghijklmnopqrstuvwx
[ -s err ] && fail "report speaks on stderr: $(cat err)"
[ "$(wc -L <<<"$text")" -le 100 ] || fail "lines wider than COLUMNS: $(awk 'length($0) > 100' <<<"$text")"
fine=$("$MLWATCH" report runs/fine); code $? 0 "$fine"
has "$fine" clean
"$MLWATCH" report runs/broken -o post.md >out 2>err; code $? 0 "$(cat err)"
[ -s out ] && fail "report -o prints on stdout"
grep -q '^# ' post.md || fail "a file that ends in .md is no Markdown: $(head -3 post.md)"
has "$(cat err)" post.md
json=$("$MLWATCH" report runs/broken --json); code $? 0 "$json"
"$PYTHON" - "$json" <<'PY' || fail "report --json"
import json, sys
o = json.loads(sys.argv[1])
assert o["schema"] == "mlwatch.check/1" and o["verdict"] == "critical", o["verdict"]
assert o["findings"][0]["kind"] == "loss_nonfinite" and o["findings"][0]["onset_step"] == 300, o["findings"][0]
assert o["incidents"] == [] and o["similar"] == [] and o["project"], o
PY
"$MLWATCH" report runs/broken --format json -o post.json 2>err || fail "$(cat err)"
[ "$(tr -d '0-9.' <post.json)" = "$(tr -d '0-9.' <<<"$json")" ] || fail "the file and stdout differ"
echo kept >readonly.md
"$MLWATCH" report runs/broken -o no-such-directory/post.md >out 2>err; code $? 3 "$(cat err)"
has "$(cat err)" "no-such-directory/post.md"

# What is asked for wrongly.
"$MLWATCH" report >out 2>err; code $? 2 "$(cat err)"
"$MLWATCH" report runs/broken --format pdf >out 2>err; code $? 2 "$(cat err)"
has "$(cat err)" "text, md or json"
"$MLWATCH" report runs >out 2>err; code $? 2 "$(cat err)"
has "$(cat err)" runs/broken
"$MLWATCH" report runs/fine runs/broken >out 2>err; code $? 2 "$(cat err)"
"$MLWATCH" report gone >out 2>err; code $? 3 "$(cat err)"
has "$(cat err)" "'gone'"
mkdir empty
"$MLWATCH" report empty >out 2>err; code $? 3 "$(cat err)"
mkfifo fifo.log
timeout 10 "$MLWATCH" report fifo.log >out 2>err; code $? 3 "$(cat err)"
"$MLWATCH" report runs/broken --deadline 0 >out 2>err; code $? 124 "$(cat err)"

# plot: a name of its own in the current directory, three kinds of file, the terminal.
if command -v gnuplot >/dev/null; then
    where=$("$MLWATCH" plot runs/broken 2>err); code $? 0 "$(cat err)"
    [ "$where" = broken.png ] || fail "plot says '$where'"
    [ "$(head -c 8 broken.png | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] || fail "broken.png is no PNG"
    size=$(od -An -tu1 -j16 -N8 broken.png | awk '{ print $3 * 256 + $4, $7 * 256 + $8 }')
    [ "$size" = "1200 800" ] || fail "the picture has $size pixels"
    "$MLWATCH" plot runs/fine -o fine.svg >/dev/null 2>err; code $? 0 "$(cat err)"
    grep -q '<svg' fine.svg || fail "fine.svg is no SVG"
    "$MLWATCH" plot runs/broken train/loss -o one.pdf >/dev/null 2>err; code $? 0 "$(cat err)"
    [ "$(head -c 5 one.pdf)" = %PDF- ] || fail "one.pdf is no PDF"
    "$MLWATCH" plot runs/broken -o picture.bmp >out 2>err; [ $? != 0 ] || fail "a .bmp was drawn"
    "$MLWATCH" report runs/broken -o with.md --plot with.png 2>err; code $? 0 "$(cat err)"
    [ -s with.png ] && grep -q 'with.png' with.md || fail "the report does not show its picture"
fi
"$MLWATCH" plot runs/broken --terminal >braille 2>err; code $? 0 "$(cat err)"
LC_ALL=C grep -q $'\xe2[\xa0-\xa3]' braille || fail "no braille: $(head -3 braille)"
grep -q $'\e' braille && fail "colour into a file"
"$MLWATCH" plot runs/broken no/such/series --terminal >out 2>err && fail "drew a series that is not there"
has "$(cat err)" no/such/series

# Without gnuplot: the curves all the same, and what to install.
mkdir bin
for tool in bash env; do ln -s "$(command -v $tool)" bin/; done
PATH=$scratch/here/bin "$MLWATCH" plot runs/broken -o none.png >out 2>err; code $? 0 "$(cat err)"
LC_ALL=C grep -q $'\xe2[\xa0-\xa3]' out || fail "without gnuplot there is no braille"
has "$(cat err)" gnuplot
[ -e none.png ] && fail "without gnuplot a file was left"

# Help that fits and ends in an example.
for verb in report plot explain search resolve; do
    help=$("$MLWATCH" $verb --help); code $? 0 "$help"
    [ "$(wc -L <<<"$help")" -le 80 ] || fail "$verb --help is wider than 80 columns: $(awk 'length($0) > 80' <<<"$help")"
    tail -n 1 <<<"$help" | grep -q "^  mlwatch $verb " || fail "$verb --help does not end in an example"
done
exit $failed
