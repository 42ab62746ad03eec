# memory import from MLflow: all runs of a database, and of a tracking server: a real one's answers, kept by tests/fixtures/memory/record_mlflow.py,
# are replayed.
. "$(dirname "$0")/lib.sh"
cd "$WORK" || exit 1
PYTHON=${PYTHON-python3}
"$PYTHON" -c 'import http.server' 2>/dev/null || { echo "skipped: no python3 to replay a server with"; exit 77; }
ldconfig -p 2>/dev/null | grep -q 'libcurl.*\.so' || [ -e /usr/lib/x86_64-linux-gnu/libcurl.so.4 ] || { echo "skipped: libcurl is not installed"; exit 77; }
json_of() { "$MLWATCH" memory "$@" --json | tail -1; }
count() { jq -r ".$2" <<<"$1"; }

# the database: every run that has a metric and is not in the bin
cp "$SOURCE_DIR/tests/fixtures/mlflow/database/mlflow.db" .
runs=$("$PYTHON" - <<'END'
import sqlite3
db = sqlite3.connect("mlflow.db")
print(db.execute("SELECT count(DISTINCT m.run_uuid), count(*) FROM metrics m JOIN runs r USING(run_uuid) WHERE r.lifecycle_stage <> 'deleted'").fetchone())
END
)
before=$(sha256sum mlflow.db)
said=$(json_of import mlflow.db)
[ "($(count "$said" runs), $(count "$said" points))" = "$runs" ] || fail "runs and points $runs, not: $said"
[ "$(count "$(json_of import "$WORK")" known)" = "$(count "$said" runs)" ] || fail "the runs of a database are not known again"
[ "$(sha256sum mlflow.db)" = "$before" ] && [ ! -e mlflow.db-wal ] || fail "the database was written"

# the server
cat >replay.py <<'END'
import http.server, json, os, sys, urllib.parse
kept = sys.argv[1]
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, name):
        path = os.path.join(kept, name)
        there = os.path.exists(path)
        self.give(200 if there else 404, open(path, "rb").read() if there else b'{"error_code": "RESOURCE_DOES_NOT_EXIST"}')
    def give(self, code, data):
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/api/2.0/mlflow/runs/search":
            runs = json.load(open(os.path.join(kept, "runs.json")))["runs"]
            self.give(200, json.dumps({"runs": [r for r in runs if r["info"]["experiment_id"] in asked["experiment_ids"]]}).encode())
        else:
            self.answer("experiments.json" if self.path == "/api/2.0/mlflow/experiments/search" else "none")
    def do_GET(self):
        url = urllib.parse.urlparse(self.path)
        q = urllib.parse.parse_qs(url.query)
        key = urllib.parse.quote(q["metric_key"][0], safe="")
        self.answer(f"history/{q['run_id'][0]}/{key}.json" if url.path.endswith("metrics/get-history") else "none")
    def log_message(self, *arguments):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
END
"$PYTHON" replay.py "$SOURCE_DIR/tests/fixtures/memory/mlflow_server" >port &
wait_until 20 test -s port || fail "the replaying server does not start"
url=http://127.0.0.1:$(cat port)
said=$(json_of import "$url/")
[ "$(count "$said" runs) $(count "$said" points)" = "3 492" ] || fail "three runs of 164 values, not: $said"
[ "$(count "$said" incidents)" = 2 ] || fail "the NaN and the infinity: $said"
[ "$(count "$(json_of import "$url")" known)" = 3 ] || fail "the runs of a server are not known again"
expect "its page" "$url/#/experiments/" "$("$MLWATCH" memory export | jq -r '.run.path // empty')"
expect "an infinity is one" 'Infinity' "$("$MLWATCH" search infinity --json)"
said=$("$MLWATCH" memory import http://127.0.0.1:1/ 2>&1)
expect_code "nobody answers" 3 $?
expect "who does not" "127.0.0.1:1/" "$said"
