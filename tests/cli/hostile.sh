# Checkpoints that were made to harm: every verdict right, every file within 2 s and 256 MiB.
. "$(dirname "$0")/lib.sh"
corpus=$SOURCE_DIR/../shared/hostile
[ -f "$corpus/index.csv" ] || { echo "SKIP: there is no $corpus here"; exit 77; }
command -v "${PYTHON:-python3}" >/dev/null || { echo "SKIP: there is no python3"; exit 77; }
factor=1
case $MLWATCH in */sanitized/*) factor=20 ;; esac
"${PYTHON:-python3}" "$(dirname "$0")/hostile.py" "$MLWATCH" "$corpus" --factor $factor
