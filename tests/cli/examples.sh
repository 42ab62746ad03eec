#!/usr/bin/env bash
# Each example's kept report is what the program says of its logs today, the fault it is named after is found, and the healthy run is clean.
set -u
cd "$SOURCE_DIR" || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export MLWATCH_HOME=$work/home LC_ALL=C.UTF-8
failed=0
while read -r run kind code; do
    "$MLWATCH" check --format json --fail-on warning "examples/$run" >"$work/$run.json"
    [ $? = "$code" ] || { echo "$run: check did not exit with $code"; failed=1; }
    if [ "$kind" = - ]; then
        grep -q '"verdict": *"clean"' "$work/$run.json" || { echo "$run: is not clean"; failed=1; }
    else
        grep -q "\"kind\": *\"$kind\"" "$work/$run.json" || { echo "$run: $kind was not found"; failed=1; }
    fi
    "$MLWATCH" report "examples/$run" --format md -o "$work/$run.md" --plot "$work/$run.png" >"$work/out" 2>&1 || { cat "$work/out"; failed=1; }
    sed -i "s|$work/$run.png|examples/$run/plot.png|g; s|$run.png|plot.png|g" "$work/$run.md"
    diff -u "examples/$run/report.md" "$work/$run.md" || { echo "$run: report.md is out of date; run examples/refresh"; failed=1; }
    [ -s "examples/$run/plot.png" ] || { echo "$run: has no plot.png"; failed=1; }
    [ ! -e "$work/$run.png" ] || head -c 8 "$work/$run.png" | grep -q PNG || { echo "$run: its picture is no PNG"; failed=1; }
done <<'RUNS'
vanishing-gradients grad_vanishing 1
overfitting overfitting 1
divergence loss_divergence 1
mode-collapse mode_collapse 1
nan loss_nonfinite 1
healthy - 0
RUNS
exit $failed
