# memory import: old runs of every kind are remembered, known again, never watched, and not doubled by a watch; an export comes back the same.
. "$(dirname "$0")/lib.sh"
cd "$WORK" || exit 1
fixtures=$SOURCE_DIR/tests/fixtures
json_of() { "$MLWATCH" memory "$@" --json | tail -1; }
count() { jq -r ".$2" <<<"$1"; }

# plain trees: three healthy runs, two that fail, one that holds nothing
for i in 1 2 3 4 5; do
    mkdir -p runs/run$i
    json_log runs/run$i/log.jsonl 0 $((500 + i))
done
for i in 4 5; do printf '{"step": 600, "loss": NaN, "lr": 0.001}\n%.0s' 1 2 3 >>runs/run$i/log.jsonl; done
said=$(json_of import runs)
[ "$(count "$said" runs)" = 5 ] || fail "five runs, not: $said"
[ "$(count "$said" incidents)" -ge 2 ] || fail "incidents: $said"
[ "$(count "$said" points)" -ge 5000 ] || fail "points: $said"
[ "$("$MLWATCH" status --json | jq -s '[.[] | select(.watched)] | length')" -eq 0 ] || fail "what was imported is watched"

# the same again is known, under any spelling of the path, also from elsewhere
said=$(json_of import ./runs/ "$WORK/runs/run1")
[ "$(count "$said" runs) $(count "$said" known)" = "0 6" ] || fail "known: $said"
# what grew is imported anew, and not twice
json_log runs/run1/log.jsonl 501 700
said=$(json_of import runs)
[ "$(count "$said" runs) $(count "$said" known)" = "1 4" ] || fail "one that grew: $said"
[ "$(has_points run1 1400 && points run1 | wc -l)" -eq 1400 ] || fail "points of run1: $(points run1 | wc -l)"

# an incident is found, and the report needs no directory
hits=$("$MLWATCH" search nan --json)
[ "$(jq '[.hits[] | select(.from == "memory")] | length' <<<"$hits")" -ge 2 ] || fail "search: $hits"
mv runs runs-away
"$MLWATCH" report run4 >out 2>err
expect "a report without its directory" 'loss_nonfinite' "$(cat out err)"
mv runs-away runs

# a watch goes on where the import ended
"$MLWATCH" attach runs/run4 --detach >/dev/null 2>&1
printf '{"step": 700, "loss": 0.5, "lr": 0.001}\n' >>runs/run4/log.jsonl
wait_until 20 has_points run4 1016 || fail "a watch after an import: $(points run4 | wc -l)"
sleep 0.5
[ "$(points run4 | grep -c 'loss')" -eq 508 ] || fail "a watch after an import doubled points: $(points run4 | grep -c loss)"
said=$(json_of import runs/run4 2>err)
[ "$(count "$said" runs)" = 0 ] || fail "a run that is watched was imported: $said"
"$MLWATCH" detach runs/run4 >/dev/null

# what the frameworks' own tools wrote
for tree in wandb tensorboard_torch mlflow/store lightning_csv; do
    cp -r "$fixtures/$tree" "tree-${tree%%/*}"
    said=$(json_of import "tree-${tree%%/*}")
    [ "$(count "$said" runs)" -ge 1 ] || fail "$tree: $said"
    [ "$(count "$(json_of import "tree-${tree%%/*}")" runs)" = 0 ] || fail "$tree is not known again"
done

# one that cannot be read does not hide the others; nothing new is no failure
mkdir -p mixed/ok && json_log mixed/ok/log.jsonl 0 300
said=$("$MLWATCH" memory import nowhere mixed 2>&1)
expect_code "one of two" 3 $?
expect "the one that is not there" "'nowhere'" "$said"
expect "the other" '1 run,' "$said"
"$MLWATCH" memory import mixed >/dev/null 2>&1
expect_code "nothing new" 0 $?

# out and back: byte for byte, in another memory
"$MLWATCH" memory note "the fans were dirty and the GPU slowed down" --symptom "throughput fell" --fix "cleaned them" --worked yes >/dev/null
first=$("$MLWATCH" search nan --json | jq -r '[.hits[] | select(.from == "memory") | .incident][0]')
"$MLWATCH" resolve "$first" --fix lower_learning_rate --worked yes --note "3e-4" >/dev/null || fail "resolve"
"$MLWATCH" memory export -o one.jsonl 2>/dev/null || fail "export"
expect "the schema" '^\{"schema":"mlwatch.memory/1"\}$' "$(head -1 one.jsonl)"
jq -es 'length > 10' one.jsonl >/dev/null || fail "lines of the export are not JSON"
"$MLWATCH" daemon --stop >/dev/null 2>&1
MLWATCH_HOME="$WORK/other" "$MLWATCH" memory import one.jsonl >/dev/null || fail "import of an export"
MLWATCH_HOME="$WORK/other" "$MLWATCH" memory export >two.jsonl || fail "export to the terminal"
cmp one.jsonl two.jsonl || fail "an export is not what it was before it came back"
expect "the same again" 'nothing new imported' "$(MLWATCH_HOME="$WORK/other" "$MLWATCH" memory import one.jsonl)"
expect "its outcome counts there too" 'lower_learning_rate' "$(MLWATCH_HOME="$WORK/other" "$MLWATCH" search nan)"
head -c $(($(stat -c %s one.jsonl) / 2)) one.jsonl >torn.jsonl
MLWATCH_HOME="$WORK/third" "$MLWATCH" memory import torn.jsonl >out 2>err
expect_code "a torn export" 3 $?
expect "where it is torn" 'line [0-9]+: ' "$(cat err)"
for home in other third; do MLWATCH_HOME="$WORK/$home" "$MLWATCH" daemon --stop >/dev/null 2>&1; done

# an import that is interrupted goes on when it is asked for again
for i in $(seq 25); do
    mkdir -p many/m$i
    json_log many/m$i/log.jsonl 0 $((400 + i))
done
"$MLWATCH" memory import many >out 2>&1 &
pid=$!
sleep 0.1
kill -INT $pid 2>/dev/null
wait $pid
said=$(json_of import many)
[ $(($(count "$said" runs) + $(count "$said" known))) = 25 ] || fail "after an interruption: $said"
[ "$(find "$MLWATCH_HOME" -name 'import-*' | wc -l)" = 0 ] || fail "a spool was left: $(find "$MLWATCH_HOME" -name 'import-*')"

# measured, grouped, made small
stats=$("$MLWATCH" memory stats --json)
[ "$(count "$stats" schema)" = mlwatch.memory-stats/1 ] || fail "stats: $stats"
[ "$(count "$stats" runs)" -ge 31 ] || fail "stats: $stats"
expect "bytes a point" 'bytes a point' "$("$MLWATCH" memory stats)"
expect "groups" 'loss_nonfinite' "$("$MLWATCH" memory clusters 2>/dev/null)"
expect "groups as JSON" '"schema":"mlwatch.memory-clusters/1"' "$("$MLWATCH" memory clusters --json 2>/dev/null)"
before=$(count "$stats" runs)
dry=$(json_of prune --older-than 2099-01-01 --dry-run)
[ "$(count "$("$MLWATCH" memory stats --json)" runs)" = "$before" ] || fail "a dry run takes something away"
"$MLWATCH" attach many/m1 --detach >/dev/null 2>&1
gone=$(json_of prune --older-than 2099-01-01)
[ "$(count "$dry" healthy_runs)" -ge "$(count "$gone" healthy_runs)" ] && [ "$(count "$gone" healthy_runs)" -ge 24 ] || fail "pruned: $dry $gone"
[ "$(count "$gone" watched)" = 1 ] || fail "what is watched was pruned: $gone"
[ "$(count "$gone" bytes_after)" -lt "$(count "$gone" bytes_before)" ] || fail "nothing was given back: $gone"
has_points m1 800 || fail "the points of a run that is watched are gone"
expect "an incident with an outcome stays" "$first" "$("$MLWATCH" search nan)"
out=$("$MLWATCH" memory reembed 2>/dev/null)
expect "reembed" 'all are of ' "$out"
printf 'embed: "openai:http://127.0.0.1:9/v1#m"\n' >nobody.conf
expect "reembed asks whom a search would ask" '127.0.0.1:9' "$(MLWATCH_CONFIG=$PWD/nobody.conf "$MLWATCH" memory reembed 2>&1)"

# bad input in one sentence
for words in "" "stat" "import" "note" "export more" "prune" "prune --older-than soon" "clusters --nearness 7" "note x --worked yes" \
    "note x --fix y --worked perhaps" "note x --cause Not_An_Id"; do
    said=$("$MLWATCH" memory $words 2>&1)
    expect_code "memory $words" 2 $?
    [ "$(wc -l <<<"$said")" -eq 1 ] || fail "memory $words says: $said"
done
