# A failure memory that is damaged: the next daemon sets it aside, begins a new one, reads again the logs that are still there, keeps what
# people said, and says so.
. "$(dirname "$0")/lib.sh"

cd "$WORK" || exit 1
mkdir -p runs/stays runs/goes
for run in stays goes; do
    json_log runs/$run/train.jsonl 0 300
    awk 'BEGIN { for (i = 300; i < 420; i++) printf "{\"step\": %d, \"loss\": %s, \"lr\": 0.001}\n", i, i < 330 ? 0.4 : "NaN" }' >>runs/$run/train.jsonl
done
"$MLWATCH" attach runs/stays runs/goes --detach >/dev/null || fail "attach"
wait_until 20 has_points "$PWD/runs/stays" 840 || fail "the first run was not stored"
wait_until 20 has_points "$PWD/runs/goes" 840 || fail "the second run was not stored"
told() { "$MLWATCH" search --kind loss_nonfinite --json | grep -o '"incident":"i[a-z2-7]*","run":"'"$1"'"'; }
wait_until 20 told stays >/dev/null || fail "no incident"
wait_until 20 told goes >/dev/null || fail "no incident of the second run"
incident=$(told stays | cut -d'"' -f4)
"$MLWATCH" resolve "$incident" --fix lower_learning_rate --worked yes --note "a tenth of it" >/dev/null || fail "resolve"
points "$PWD/runs/stays" >before
"$MLWATCH" daemon --stop
database=$(echo "$MLWATCH_HOME"/*/memory.db)

# A clean end is not looked into: nothing was damaged, and nothing is said.
"$MLWATCH" daemon || fail "the daemon did not start"
[ -z "$("$MLWATCH" status 2>&1 >/dev/null)" ] || fail "a sound memory is complained about"

# One page of the table of points is overwritten, and the daemon killed: the next one looks, and finds it.
kill -9 "$("$MLWATCH" daemon --pid)"
rm -rf runs/goes
python3 - "$database" <<'PY' || exit 77
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'points'").fetchone()[0]
size = db.execute("PRAGMA page_size").fetchone()[0]
db.close()
with open(sys.argv[1], "r+b") as f:
    f.seek((page - 1) * size)
    f.write(b"\x5a" * size)
PY
"$MLWATCH" daemon || fail "the daemon did not start on a damaged memory"
ls "$database".damaged-* >/dev/null 2>&1 || fail "the damaged memory was not set aside"
said=$("$MLWATCH" status 2>&1 >/dev/null)
expect "status" "the failure memory was damaged and is kept as '.*memory\.db\.damaged-" "$said"
expect "status" "1 outcomes and notes came over, and 1 of 2 runs are read again" "$said"
expect "attach" "the failure memory was damaged" "$("$MLWATCH" attach runs/stays --detach 2>&1)"
again() { points "$PWD/runs/stays" | cmp -s - before; }
wait_until 20 again || fail "what is still there was not read again"
wait_until 20 told stays >/dev/null || fail "the incident was not found again"
[ "$(told stays | cut -d'"' -f4)" = "$incident" ] || fail "the incident has another id"
expect "search" "lower_learning_rate helped" "$("$MLWATCH" search --kind loss_nonfinite)"

# No database at all.
"$MLWATCH" daemon --stop
head -c 20000 /dev/urandom >"$database"
rm -f "$database-wal" "$database-shm"
"$MLWATCH" daemon || fail "the daemon did not start on garbage"
[ "$(ls -d "$database".damaged-* | grep -vcE -- '-(wal|shm)$')" = 2 ] || fail "garbage was not set aside: $(ls "$MLWATCH_HOME"/*)"
wait_until 20 again || fail "the attached run was not read again"

# A newer schema is no damage: it stays where it is, and nothing is remembered meanwhile.
"$MLWATCH" daemon --stop
python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute("PRAGMA user_version = 99")' "$database"
"$MLWATCH" daemon || fail "the daemon did not start beside a newer memory"
expect "status" "a newer mlwatch wrote it" "$("$MLWATCH" status 2>&1)"
[ "$(ls -d "$database".damaged-* | grep -vcE -- '-(wal|shm)$')" = 2 ] || fail "a newer memory was set aside"

# One of an older schema is not read before it was brought up to date, and never called empty.
"$MLWATCH" daemon --stop
python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute("PRAGMA user_version = 1")' "$database"
said=$("$MLWATCH" search loss is nan 2>&1)
expect "an older memory, what to do" 'older schema 1; `mlwatch daemon` brings it up to date' "$said"
expect "an older memory, whose answers" 'No memory could be read; this is what is known' "$said"
grep -q 'memory is empty' <<<"$said" && fail "a memory that was not read is called empty: $said"
exit 0
