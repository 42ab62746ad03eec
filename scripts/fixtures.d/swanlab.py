"""SwanLab, offline: the .swanlab file and config.yaml of swanlab 0.10.3. Real, but for the records that hold this machine's paths: they are
left out when the file is written again, by SwanLab's own writer. Read for comparison by SwanLab's own reader and protobuf."""
# requires: swanlab==0.10.3 numpy==2.4.6
import glob
import os
import shutil
import subprocess
import sys

from fixture import Case

sys.path.pop(0)                                         # this script's own directory, where it is the swanlab
from swanlab.proto.swanlab.record.v1 import record_pb2
from swanlab.sdk.internal.core_python.store import DataStoreReader, DataStoreWriter

RULES = ("Scalar records in their order, at their step: NaN and infinities as they are; __swanlab__.NAME is system/NAME.",)
PROGRAM = """
import swanlab
swanlab.init(project="fixtures", experiment_name="small", mode="offline", logdir="swanlog", config=dict(learning_rate=0.003, optimizer=dict(name="adamw")))
for i in range(60):
    swanlab.log({"train/loss": 2.0 / (i + 1) if i < 50 else float("nan"), "low": float("-inf") if i > 55 else -i, "grad": {"norm": i * i}}, step=5 * i)
    if i % 10 == 0:
        print("step", i, flush=True)
FAIL
swanlab.finish()
"""


def train(fail):
    """Run the program; it may fail, as its user's would."""
    with open("train.py", "w", encoding="utf-8") as f:
        f.write(PROGRAM.replace("FAIL", 'raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")' if fail else ""))
    run = "exec(compile(open('train.py').read(), 'train.py', 'exec'), {'__name__': '__main__'})"
    subprocess.run([sys.executable, "-c", run], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    [made] = glob.glob("swanlog/run-*")
    [log] = glob.glob(made + "/run-*.swanlab")
    kept = "swanlog/run-20260105_100001-ab12cd34"
    os.makedirs(kept + "/files")
    shutil.copy(made + "/files/config.yaml", kept + "/files/config.yaml")
    rewrite(log, kept + "/run-ab12cd34.swanlab")
    return kept


def records(path):
    reader = DataStoreReader()
    reader.open(path)
    for raw in reader:
        record = record_pb2.Record()
        record.ParseFromString(raw)
        yield raw, record
    reader.close()


def rewrite(path, to):
    """The same records but for those with a path of this machine, or its random name and colour."""
    writer = DataStoreWriter()
    writer.open(to)
    for raw, record in records(path):
        if record.HasField("start"):
            record.start.id, record.start.color = "ab12cd34", "#528d59"
            raw = record.SerializeToString()
        if os.getcwd().encode() not in raw and b"/swanlog/" not in raw:
            writer.write(raw)
    writer.close()


def make(out, name, fail):
    with Case(out, name, *RULES) as case:
        kept = train(fail)
        log = kept + "/run-ab12cd34.swanlab"
        case.keep(kept)
        for _, record in records(log):
            if record.HasField("scalar"):
                case.point(log, record.scalar.key.replace("__swanlab__.", "system/"), record.scalar.step, record.scalar.value.number)
        case.fact(log, "project", "fixtures")
        case.fact(kept + "/files/config.yaml", "learning_rate", "0.003")
        case.fact(kept + "/files/config.yaml", "optimizer/name", "adamw")


if __name__ == "__main__":
    make(sys.argv[1], "healthy", False)
    make(sys.argv[1], "broken", True)
