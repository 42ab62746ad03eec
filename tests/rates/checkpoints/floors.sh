#!/usr/bin/env bash
# floors.sh SPLIT - score the checks of checkpoints on one half of their zoo and hold it against floors.csv.
#   TOOL  tool_checkup;  SOURCE_DIR  the sources.  Exit 1 below a floor, 77 when it could not be tried.
set -u
here=$SOURCE_DIR/tests/rates/checkpoints
command -v python3 >/dev/null || { echo "SKIP: no python3 here, so the checks of checkpoints are not scored"; exit 77; }
[ -r "$here/$1.jsonl.gz" ] || { echo "SKIP: no checkpoints of the $1 split in tests/rates/checkpoints"; exit 77; }
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$here/score.py" --tool "$TOOL" "$1"
