"""What loops of the split `newer` leave for programs: charts that people take out of W&B or TensorBoard as CSV, DeepSpeed's CSV monitor, DVCLive, ClearML,
verl, LLaMA-Factory, trackio, TensorBoard with two writers, numbers alone (np.savetxt), pairs, epochs as keys, YAML. Same methods as in loggers.py."""

import csv
import datetime
import json
import os
import sqlite3
import time

from .habits_free_newer import ByEpoch
from .lines import Quiet, rest, stamp


class Kept(Quiet):
    """Curves by name, written when all is over: curves[name] is a list of (step, value, time)."""

    files = ["out.log"]

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.curves, self.train_as, self.held_as = {}, *rng.choice([("train/", "val/"), ("train/", "eval/"), ("", "valid_"), ("train_", "test_")])

    def put(self, step, values, prefix):
        for k, v in rest(values).items():
            self.curves.setdefault((prefix if k in ("loss", "accuracy") else "") + k, []).append((step, v, time.time()))

    def train(self, step, epoch, values):
        self.put(step, values, self.train_as)

    def evaluation(self, step, epoch, values):
        self.put(step, values, self.held_as)

    def close(self):
        self.save()
        super().close()
        if os.path.getsize(self.path) == 0:
            os.remove(self.path)


class WandbExport(Kept):
    """A chart's own "Export CSV": the step, the run's curve, and its least and greatest where points were merged."""

    name = "wandb export"

    def save(self):
        for name, points in self.curves.items():
            head = [f"dandy-sound-17 - {name}{end}" for end in ("", "__MIN", "__MAX")]
            with open(os.path.join(self.directory, f"wandb_export_{name.replace('/', '_')}.csv"), "w", newline="", encoding="utf-8") as f:
                w = csv.writer(f, quoting=csv.QUOTE_ALL)
                w.writerow(["Step", *head])
                w.writerows([step, v, v, v] for step, v, _ in points)


class BoardExport(Kept):
    """What TensorBoard's page gives to download: a file a tag."""

    name = "tensorboard export"

    def save(self):
        for name, points in self.curves.items():
            with open(os.path.join(self.directory, f"run-.-tag-{name.replace('/', '_')}.csv"), "w", newline="", encoding="utf-8") as f:
                w = csv.writer(f)
                w.writerow(["Wall time", "Step", "Value"])
                w.writerows([now, step, v] for step, v, now in points)


class Monitor(Kept):
    """DeepSpeed's csv_monitor: a file a number."""

    name = "deepspeed csv"

    def save(self):
        folder = os.path.join(self.directory, "DeepSpeedJobName")
        os.makedirs(folder, exist_ok=True)
        for name, points in self.curves.items():
            part = name.replace("/", "_")
            with open(os.path.join(folder, f"Train_Samples_{part}.csv"), "a", newline="", encoding="utf-8") as f:
                w = csv.writer(f)
                w.writerow(["step", part])
                w.writerows([step, v] for step, v, _ in points)


class DvcLive(Kept):
    name = "dvclive"

    def save(self):
        last = {"step": 0}
        for name, points in self.curves.items():
            path = os.path.join(self.directory, "dvclive", "plots", "metrics", name + ".tsv")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                f.write(f"step\t{name.split('/')[-1]}\n" + "".join(f"{step}\t{v}\n" for step, v, _ in points))
            last.update({"step": points[-1][0], name: points[-1][1]})
        if len(last) > 1:
            with open(os.path.join(self.directory, "dvclive", "metrics.json"), "w", encoding="utf-8") as f:
                json.dump(last, f, indent=4)


class Pairs(Kept):
    """A list of pairs a name."""

    name = "json pairs"

    def save(self):
        with open(os.path.join(self.directory, "metrics.json"), "w", encoding="utf-8") as f:
            json.dump({name: [[step, v] for step, v, _ in points] for name, points in self.curves.items()}, f)


class SaveText(Kept):
    """np.savetxt(): a file a curve, or one file with a comment that names its columns."""

    name = "savetxt"

    def save(self):
        for name, points in self.curves.items():
            with open(os.path.join(self.directory, name.replace("/", "_") + ".txt"), "w", encoding="utf-8") as f:
                f.write(f"# step {name.replace('/', '_')}\n" + "".join(f"{step:.18e} {v:.18e}\n" for step, v, _ in points))


class ClearMl(Quiet):
    """The events of an offline session."""

    name, files = "clearml", ["metrics.jsonl"]

    def put(self, step, values, kind):
        now = int(time.time() * 1000)
        event = lambda k, v: {"metric": k, "variant": kind, "iter": step, "timestamp": now, "type": "training_stats_scalar", "value": v}
        self.file.write(json.dumps([event(k, v) for k, v in rest(values).items()]) + "\n")

    def train(self, step, epoch, values):
        self.put(step, values, "train")

    def evaluation(self, step, epoch, values):
        self.put(step, values, "validation")


class Verl(Quiet):
    """Its file logger: numbers one level down; what is no number becomes null there."""

    name, files = "verl", ["experiment.jsonl", "ppo_run.jsonl"]

    def put(self, step, values, kind):
        tell = lambda v: v if v == v and abs(v) != float("inf") else None
        self.file.write(json.dumps({"step": step, "data": {kind + k: tell(v) for k, v in rest(values).items()}}, separators=(",", ":")) + "\n")

    def train(self, step, epoch, values):
        self.put(step, values, "train/")

    def evaluation(self, step, epoch, values):
        self.put(step, values, "val/")


class Factory(Quiet):
    """trainer_log.jsonl of LLaMA-Factory."""

    name, files = "llamafactory", ["trainer_log.jsonl"]

    def put(self, step, epoch, values):
        most = self.told.get("max_steps", step)
        self.total = getattr(self, "total", 0.0) + self.took()
        clock = lambda s: str(datetime.timedelta(seconds=int(s)))
        row = {"current_steps": step, "total_steps": most, **values, "epoch": round(epoch, 4), "percentage": round(100 * step / most, 2)}
        row.update(elapsed_time=clock(self.total), remaining_time=clock(self.total / step * max(0, most - step)))
        self.file.write(json.dumps(row) + "\n")

    def train(self, step, epoch, values):
        self.put(step, epoch, rest(values))

    def evaluation(self, step, epoch, values):
        self.put(step, epoch, {"eval_" + k: v for k, v in rest(values).items()})


class Trackio(Quiet):
    """A data base with a row a call; what is no number is text there."""

    name, files, heavy = "trackio", ["out.log"], True

    def settings(self, values):
        self.where = "nowhere"
        super().settings(values)
        self.base = sqlite3.connect(os.path.join(self.directory, "project.db"))
        self.base.execute(
            "CREATE TABLE metrics (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL, run_name TEXT NOT NULL, step INTEGER NOT NULL, metrics TEXT NOT NULL)"
        )
        self.base.execute("CREATE TABLE configs (id INTEGER PRIMARY KEY AUTOINCREMENT, run_name TEXT NOT NULL, config TEXT NOT NULL, created_at TEXT NOT NULL)")
        self.base.execute("INSERT INTO configs (run_name, config, created_at) VALUES (?, ?, ?)", ("run-0", json.dumps(values), self.now_()))

    @staticmethod
    def now_():
        return datetime.datetime.now(datetime.timezone.utc).isoformat()

    def put(self, step, values, kind):
        tell = lambda v: v if v == v and abs(v) != float("inf") else {"nan": "NaN", "inf": "Infinity"}.get(str(v), "-Infinity")
        told = json.dumps({(kind if k in ("loss", "accuracy") else "") + k: tell(v) for k, v in rest(values).items()})
        self.base.execute("INSERT INTO metrics (timestamp, run_name, step, metrics) VALUES (?, ?, ?, ?)", (self.now_(), "run-0", step, told))

    def train(self, step, epoch, values):
        self.put(step, values, "train/")

    def evaluation(self, step, epoch, values):
        self.put(step, values, "eval/")

    def close(self):
        self.base.commit()
        self.base.close()
        super().close()
        if os.path.getsize(self.path) == 0:
            os.remove(self.path)


class TwoWriters(Quiet):
    """TensorBoard with a writer for each of the two: the same tags in train/ and in validation/."""

    name, heavy = "tensorboard two", True

    def __init__(self, directory, rng):
        from torch.utils.tensorboard import SummaryWriter

        self.directory, self.where = directory, rng.choice(["file", "nowhere"])
        self.both = {kind: SummaryWriter(os.path.join(directory, kind)) for kind in ("train", "validation")}
        self.joint = rng.choice(["", "epoch_", "metrics/"])

    def put(self, step, values, kind):
        for k, v in rest(values).items():
            self.both[kind].add_scalar((self.joint if k in ("loss", "accuracy") else "") + k, v, step)

    def train(self, step, epoch, values):
        self.put(step, values, "train")

    def evaluation(self, step, epoch, values):
        self.put(step, values, "validation")

    def close(self):
        for writer in self.both.values():
            writer.close()


class Keyed(ByEpoch):
    """{"1": {...}, "2": {...}}: the epoch is the key; or YAML, a list of epochs."""

    name, files = "epoch keyed", ["history.json", "epochs.json"]

    def settings(self, values):
        self.where, self.known = "file" if self.where == "printed" else self.where, {}
        super().settings(values)

    def row(self, epoch, told, held):
        self.known[str(epoch)] = {"train_loss": told["loss"], **{"val_" + k: v for k, v in held.items()}, **rest(told, "loss")}

    def close(self):
        self.flush()
        json.dump(self.known, self.file, indent=1)
        self.file.close()

    words = Quiet.words
    aside = "err.log"


class Yaml(Keyed):
    name, files = "yaml", ["history.yaml", "log.yml"]

    def close(self):
        self.flush()
        tell = lambda v: {"nan": ".nan", "inf": ".inf", "-inf": "-.inf"}.get(str(v), str(v))
        for epoch, values in self.known.items():
            self.file.write(f"- epoch: {epoch}\n" + "".join(f"  {k}: {tell(v)}\n" for k, v in values.items()))
        self.file.close()


class Spread(ByEpoch):
    """A table as spreadsheets of some countries keep it: semicolons between, a comma in the number, spaces in the names, a date."""

    name, files, columns = "semicolons and commas", ["protocol.csv", "results.csv"], None

    def settings(self, values):
        self.where = "nowhere"
        super().settings(values)

    def row(self, epoch, told, held):
        right = {"Val Accuracy [%]": 100 * held["accuracy"]} if "accuracy" in held else {}
        held = {"Val Loss": held["loss"]} if held else {}
        row = {"Time": stamp("%d.%m.%Y %H:%M:%S"), "Epoch": epoch, "Train Loss": told["loss"], **held, **right, **rest(told, "loss")}
        if self.columns is None:
            self.columns = list(row)
            self.file.write(";".join(self.columns) + "\n")
        cell = lambda v: v if isinstance(v, str) else f"{v:.6g}".replace(".", ",")
        self.file.write(";".join(cell(row.get(k, "")) for k in self.columns) + "\n")

    words = Quiet.words
    aside = "err.log"
