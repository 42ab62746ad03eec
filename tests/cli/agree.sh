#!/usr/bin/env bash
# Watching live and reading afterwards agree: kept logs grow in a watched directory, a piece at a time; what the daemon remembers of them
# is what check says at the end. Also a log that was rotated before anybody watched, and one that is rotated meanwhile.
. "$(dirname "$0")/lib.sh"
cd "$WORK" || exit 1

runs=()
# begin NAME FROM...: the directory NAME, and the files that grow in it, empty so far
begin() {
    local name=$1 from
    shift
    runs+=("$name")
    for from in "$@"; do
        mkdir -p "$name" "from/$name"
        cp -r "$SOURCE_DIR/$from/." "from/$name/"
    done
    find "from/$name" \( -name '*.tsv' -o -name expect.json \) -delete # not the run's own
}
begin nan tests/replay/nan-in-mid-run-console
begin restart tests/replay/restart-lost-state-lightning
begin sources tests/fixtures/yolo/healthy
begin events tests/fixtures/tensorboard_torch/restarted
begin ranks tests/replay/nan-in-mid-run-console
rm from/ranks/expected* 2>/dev/null
log=$(find from/ranks -type f -size +1k | head -n 1)
mv "$log" from/ranks/rank0.log && sed 's/nan/0.5/gI' from/ranks/rank0.log >from/ranks/rank1.log
# A score that stands still beside a held-out loss alone: what was put away of the loss is looked at again.
mkdir -p held from/held && runs+=(held)
awk 'BEGIN { print "step,val_loss,val_accuracy"; for (i = 0; i < 120; i++) printf "%d,%.4f,0.5000\n", i * 10, 0.2 + 2 * exp(-i / 25) + 0.01 * (i * 7 % 5) }' >from/held/log.csv

# A log that is rotated while it is watched, and one that was before.
lines() { awk -v a="$1" -v b="$2" 'BEGIN { for (i = a; i < b; i++) printf "step %d: loss %.4f, lr 0.001\n", i, i == 777 ? 70 : 0.3 + 2 * exp(-i / 90) + 0.02 * ((i * 7919) % 13) / 13 }'; }
mkdir before rotating && runs+=(before rotating)
lines 0 300 | gzip >before/train.log.3.gz && lines 300 500 >before/train.log.2 && lines 500 776 >before/train.log.1 && lines 776 900 >before/train.log
lines 0 200 >rotating/train.log
cp -r before copied && touch -d '2026-01-05 10:00:00' copied/* && runs+=(copied) # by whatever does not keep times

"$MLWATCH" attach "${runs[@]}" --detach >/dev/null 2>&1 || fail "the directories cannot be watched"

# grow PIECE OF: append this piece of each file, in the order of their names
grow() {
    local file size
    while read -r file; do
        size=$(stat -c %s "from/$file")
        mkdir -p "$(dirname "$file")"
        tail -c +$((size * $1 / $2 + 1)) "from/$file" | head -c $((size * ($1 + 1) / $2 - size * $1 / $2)) >>"$file"
    done < <(cd from && find . -type f | sort)
}
for piece in 0 1 2 3 4 5 6; do
    grow $piece 7
    case $piece in
    1) lines 200 600 >>rotating/train.log ;;
    2) mv rotating/train.log rotating/train.log.1 && lines 600 800 >rotating/train.log ;;
    4) mv rotating/train.log.1 rotating/train.log.2 && mv rotating/train.log rotating/train.log.1 && lines 800 900 >rotating/train.log ;;
    esac
    sleep 0.3
done

findings() { jq -cS '[.segments, ([.sources[] | [(.path | split("/") | last), .format, .points]] | sort),
    ([.findings[] | [.kind, .severity, .series, .onset_step, .confidence]] | sort)]'; }
# What is remembered of the run in this directory; nothing while it is not known.
remembered() {
    local id
    id=$("$MLWATCH" status --json 2>/dev/null | jq -r --arg path "$(realpath "$1")" 'select(.path == $path) | .id' | head -n 1)
    [ -n "$id" ] && "$MLWATCH" report --json "$id" 2>/dev/null | findings
}
agree() { [ "$(remembered "$1")" = "$(cat wanted)" ]; }

said=0
for run in "${runs[@]}"; do
    for root in $("$MLWATCH" check --json "$run" 2>/dev/null | jq -r .run); do
        "$MLWATCH" check --json "$root" 2>/dev/null | findings >wanted
        wait_until 20 agree "$root" || fail "$root: remembered $(remembered "$root"), check says $(cat wanted)"
        [ "$(jq '.[2] | length' wanted)" = 0 ] || said=$((said + 1))
    done
done
[ $said -ge 5 ] || fail "only $said of the runs had findings to compare"
echo "agree: ok"
