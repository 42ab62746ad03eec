#!/usr/bin/env bash
# floors.sh SPLIT - score the program on one part of the zoo and hold it against floors.csv; "measures" tests the scorer itself, "textbook" asks
# for curves drawn by a formula.
#   MLWATCH, FOLLOW  the program and tool_follow;  SOURCE_DIR  the sources.  Exit 1 below a floor, 77 when it could not be tried.
set -u
rates=$SOURCE_DIR/tests/rates
command -v python3 >/dev/null || { echo "SKIP: no python3 here, so the accuracy is not scored"; exit 77; }
export PYTHONDONTWRITEBYTECODE=1
[ "$1" != measures ] || exec python3 -m unittest discover -q -s "$rates"
[ "$1" != textbook ] || exec python3 "$rates/textbook.py" "$MLWATCH"
[ -r "$rates/labels.csv" ] || { echo "SKIP: no labelled runs in tests/rates"; exit 77; }
exec python3 "$rates/score.py" --program "$MLWATCH" --tool "$FOLLOW" --split "$1" --floors "$rates/floors.csv" --no-rules --rows wrong "$rates/labels.csv"
