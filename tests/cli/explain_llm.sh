#!/usr/bin/env bash
# A real language model behind real servers words explanations: llama.cpp's server with SmolLM2-135M, and Ollama with the same model where it was
# built. It reasons badly and words fluently, so what is tested is that nothing it invents is told: every sentence cites what was found,
# its numbers are those of what it cites, and the facts are byte-equal with the model and without. Skipped, aloud, without the model.
. "$(dirname "$0")/lib.sh"
PYTHON=${PYTHON-python3}
llm=$SOURCE_DIR/scripts/llm
"$llm" check || { echo "skipped: the language model for tests is not installed (scripts/llm install)"; exit 77; }
command -v "$PYTHON" >/dev/null || { echo "skipped: there is no $PYTHON"; exit 77; }
export XDG_CONFIG_HOME=$WORK/config COLUMNS=100
examples=$SOURCE_DIR/examples
cd "$WORK" || exit 1
facts() { jq -cS 'del(.sentences, .wording)'; }
free_port() { "$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# An independent reader: numbers of a worded sentence stand in what it cites, the explanation's own sentences or the knowledge's text.
cat >grounded.py <<'PY'
import glob, json, re, sys
own, worded, templates = json.load(open(sys.argv[1])), json.load(open(sys.argv[2])), sys.argv[3]
def numbers(text):
    return {float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?(?:e-?\d+)?", text)}
def known(cites):
    texts = [o["text"] for o in own["sentences"] if set(o["cites"]) & set(cites)]
    for cite in cites:
        if cite.startswith("cause "):
            texts += [open(p, encoding="utf-8").read() for p in glob.glob(f"{templates}/causes/{cite[6:]}.json")]
    return set().union(*map(numbers, texts)) if texts else set()
told = [s for s in worded["sentences"] if s["worded"]]
assert len(told) == worded["wording"]["worded"]
for s in worded["sentences"]:
    assert s["cites"] and s["text"].strip(), s
for s in told:
    strange = [n for n in numbers(s["text"]) if not any(abs(n - k) <= 0.05 * abs(k) for k in known(s["cites"]))]
    assert not strange, (s, strange)
    assert not re.search(r"[\x00-\x1f\x7f\[\]]", s["text"]), s
left = {o["text"] for o in own["sentences"] if o["section"] in ("check", "log")}
assert left <= {s["text"] for s in worded["sentences"]}, "a sentence was lost"
PY

# A server that shares its cores with other tests is slow; what is tested is not how fast it is.
patient() { printf 'thresholds:\n  llm_first_byte_s: %s\n  llm_total_s: %s\n' "$1" "$1" >"$MLWATCH_HOME/mlwatch.conf"; }

# try NAME URL RUN...: sets `told` and `dropped`
try() {
    local run name=$1 url=$2
    shift 2
    told=0 dropped=0
    for run; do
        "$MLWATCH" explain "$examples/$run" --json --no-llm >own.json || fail "$name: $run without the model"
        "$MLWATCH" explain "$examples/$run" --json --llm "$url" >worded.json 2>err || fail "$name: $run: $(cat err)"
        cmp -s <(facts <own.json) <(facts <worded.json) || fail "$name: $run: the facts differ"
        "$PYTHON" grounded.py own.json worded.json "$SOURCE_DIR/templates" || fail "$name: $run: what was told does not rest on what was found"
        told=$((told + $(jq .wording.worded worded.json))) dropped=$((dropped + $(jq .wording.dropped worded.json)))
        jq -e '.wording.trouble == null or (.wording.trouble | test(" within "))' worded.json >/dev/null || fail "$name: $run: $(jq .wording worded.json)"
    done
    echo "$name: $told sentences told, $dropped dropped"
    [ $((told + dropped)) -gt 0 ] || jq -e '.wording.trouble // "" | test(" within ")' worded.json >/dev/null ||
        fail "$name: the model said nothing: $(jq .wording worded.json)"
}

# ---- llama.cpp's server
port=$(free_port)
"$llm" serve "$port" >server 2>&1 &
wait_until 60 grep -q "^http://127.0.0.1:$port" server || fail "the server does not start: $(tail -n 3 server)"
url=openai:http://127.0.0.1:$port/v1#smollm2
patient 90
try "llama.cpp" "$url" divergence ${MLWATCH_DEEP:+nan overfitting mode-collapse}
if [ $((told + dropped)) -eq 0 ]; then
    echo "skipped: the model is too slow here to say anything in 90 s; that mlwatch's own words stand then was tested"
    exit 0
fi
[ $told -gt 0 ] || fail "nothing of what the model said could be told"

# As text: streamed, the table the same, who worded it said.
"$MLWATCH" explain "$examples/divergence" --no-llm >own.txt
"$MLWATCH" explain "$examples/divergence" --llm "$url" >worded.txt 2>err &
reader=$!
wait_until 100 grep -q '^  ~ ' worded.txt || fail "nothing is told: $(cat worded.txt err)"
! grep -q '^~ worded by' worded.txt || fail "sentences come only with the end"
wait $reader || fail "as text: $(cat err)"
cmp -s <(sed '/^What happened/,$d' own.txt) <(sed '/^What happened/,$d' worded.txt) || fail "the table differs"
expect "who worded it" '^~ worded by openai:smollm2: [0-9]+ sentence' "$(cat worded.txt)"

# A deadline that a real model cannot keep.
printf 'thresholds:\n  llm_total_s: 0.05\n' >"$MLWATCH_HOME/mlwatch.conf"
"$MLWATCH" explain "$examples/divergence" --llm "$url" >out 2>err || fail "a deadline: $(cat err)"
expect "a deadline" "within 0.0.* s; mlwatch's own words stand" "$(cat err)"
cmp -s own.txt out || fail "a deadline: $(diff own.txt out)"
rm "$MLWATCH_HOME/mlwatch.conf"


# ---- Ollama: another server before the same model, so once is enough
case $MLWATCH in */sanitized/*) exit 0 ;; esac
model=$("$llm" model)
ollama=$(command -v ollama || echo "$("$llm" where)/../ollama/ollama")
[ -x "$ollama" ] || { echo "skipped: no Ollama here (scripts/llm ollama builds one, with Go 1.24)"; exit 0; }
port=$(free_port)
export OLLAMA_HOST=127.0.0.1:$port OLLAMA_MODELS=$WORK/models OLLAMA_NUM_PARALLEL=1 HOME=$WORK
"$ollama" serve >ollama.log 2>&1 &
wait_until 60 "$ollama" list >/dev/null 2>&1 || fail "Ollama does not start: $(tail -n 3 ollama.log)"
printf 'FROM %s\nPARAMETER num_thread 1\n' "$model" >Modelfile
"$ollama" create smol -f Modelfile >create.log 2>&1 || fail "Ollama does not take the model: $(tail -n 3 create.log)"
patient 90
try "Ollama" "ollama:http://127.0.0.1:$port#smol" divergence
"$MLWATCH" explain "$examples/divergence" --llm "ollama:http://127.0.0.1:$port#nobody" >out 2>err
expect "a model that is not there" "status 404: .*not found.*mlwatch's own words stand" "$(cat err)"
cmp -s own.txt out || fail "a model that is not there"
