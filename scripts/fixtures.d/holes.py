"""NaN that is written as nothing: orjson's null (verl's FileLogger) and the empty cell of pandas' to_csv. The packages are real, the numbers made."""
# requires: orjson==3.11.4 pandas==3.1.1
import math
import random
import sys

from fixture import Case, csv_rows, flat, json_lines

import orjson
import pandas

OUT = sys.argv[1]
RULE = "A number that is not there is no point: that it was NaN is suspected, not known."
BROKEN, END = 46, 70


def rows():
    noise = random.Random(5)
    for step in range(1, END + 1):
        bad = step > BROKEN
        yield {"step": step, "loss": math.nan if bad else 0.3 + 2 * math.exp(-step / 20) + 0.02 * noise.random(),
               "grad_norm": math.nan if bad else 1 + noise.random(), "lr": 3e-4, "tokens_per_second": 7400 + noise.randrange(90)}


with Case(OUT, "orjson", RULE, "The wrapper \"data\" is no part of a name.") as c:
    with open("tiny.jsonl", "wb") as f:
        for row in rows():
            step = row.pop("step")
            data = {"actor/pg_loss": row["loss"], "actor/grad_norm": row["grad_norm"], "actor/lr": row["lr"], "perf/throughput": row["tokens_per_second"]}
            f.write(orjson.dumps({"step": step, "data": data}) + b"\n")
    for line in json_lines("tiny.jsonl"):
        c.record("tiny.jsonl", line["step"], dict(flat(line["data"])))

with Case(OUT, "pandas", RULE) as c:
    pandas.DataFrame(list(rows())).to_csv("log.csv", index=False)
    for row in csv_rows("log.csv"):
        c.record("log.csv", row["step"], row, skip=("step",))
