"""What loops of the split `fresh` write for programs to read: Ultralytics' results.csv, timm's summary.csv, a table of Polars, AllenNLP's files of an
epoch, Sacred's metrics.json, structlog's JSON, tensorboardX with groups of scalars. Same methods as in loggers.py."""

import csv
import datetime
import json
import os
import time

from .lines import Quiet, rest


class Ultralytics(Quiet):
    """Columns of the first row, blanks where an epoch has none."""

    name, files, row, columns = "ultralytics", ["results.csv"], None, None

    def train(self, step, epoch, values):
        self.flush()
        named, self.total = {"loss": "train/loss", "lr": "lr/pg0"}, getattr(self, "total", 0.0) + self.took()
        self.row = {"epoch": round(epoch), "time": round(self.total, 3), **{named.get(k, k): v for k, v in rest(values).items()}}

    def evaluation(self, step, epoch, values):
        named = {"loss": "val/loss", "accuracy": "metrics/accuracy_top1"}
        if self.row:
            self.row.update({named.get(k, "metrics/" + k): v for k, v in rest(values).items()})

    def flush(self):
        if self.row:
            if self.columns is None:
                self.columns = list(self.row)
                self.file.write(",".join(self.columns) + "\n")
            self.file.write(",".join(f"{self.row[k]:.6g}" if k in self.row else "" for k in self.columns) + "\n")
        self.row = None

    def close(self):
        self.flush()
        super().close()


class Summary(Ultralytics):
    name, files = "timm summary", ["summary.csv"]

    def train(self, step, epoch, values):
        self.flush()
        self.row = {"epoch": round(epoch) - 1, "train_loss": values["loss"], **rest(values, "loss")}

    def evaluation(self, step, epoch, values):
        named = {"loss": "eval_loss", "accuracy": "eval_top1"}
        if self.row:
            self.row.update({named.get(k, "eval_" + k): 100 * v if k == "accuracy" else v for k, v in rest(values).items()})


class Polars(Quiet):
    """Rows are collected and written as one table in the end: training and evaluation have rows of their own, and nulls elsewhere."""

    name, files = "polars csv", ["metrics.csv", "history.csv"]

    def settings(self, values):
        super().settings(values)
        self.rows = []

    def train(self, step, epoch, values):
        self.rows.append({"step": step, "epoch": epoch, **{"train_loss" if k == "loss" else k: float(v) for k, v in rest(values).items()}})

    def evaluation(self, step, epoch, values):
        self.rows.append({"step": step, "epoch": epoch, **{"val_" + k: float(v) for k, v in rest(values).items()}})

    def close(self):
        import polars

        if self.rows:
            polars.DataFrame(self.rows, infer_schema_length=None).write_csv(self.path)
        super().close()


class Allen(Quiet):
    """metrics_epoch_N.json, each with what was best so far."""

    name, files, waiting, best = "allennlp", ["out.log"], None, None

    def train(self, step, epoch, values):
        self.flush()
        self.waiting = {"epoch": round(epoch) - 1, **{"training_" + k: v for k, v in rest(values).items()}}

    def evaluation(self, step, epoch, values):
        if self.waiting:
            self.waiting.update({"validation_" + k: v for k, v in rest(values).items()})

    def flush(self):
        if not self.waiting:
            return
        one = self.waiting
        loss = one.get("validation_loss")
        if loss is not None and (self.best is None or loss < self.best["best_validation_loss"]):
            self.best = {"best_epoch": one["epoch"], **{"best_" + k: v for k, v in one.items() if k.startswith("validation_")}}
        took = str(datetime.timedelta(seconds=round(time.perf_counter() - self.now, 3)))
        with open(os.path.join(self.directory, f"metrics_epoch_{one['epoch']}.json"), "w", encoding="utf-8") as f:
            json.dump(
                {"best_epoch": (self.best or {}).get("best_epoch", 0), "training_duration": took, **one, **(self.best or {})}, f, indent=2
            )
        self.waiting = None

    def close(self):
        self.flush()
        super().close()
        if os.path.getsize(self.path) == 0:
            os.remove(self.path)


class Sacred(Quiet):
    """The file storage's metrics.json, config.json and run.json."""

    name, files = "sacred", ["cout.txt"]

    def settings(self, values):
        self.metrics = {}
        with open(os.path.join(self.directory, "config.json"), "w", encoding="utf-8") as f:
            json.dump(values, f, indent=2)
        self.save("RUNNING")

    def put(self, step, kind, values):
        for k, v in rest(values).items():
            one = self.metrics.setdefault(f"{kind}.{k}", {"steps": [], "timestamps": [], "values": []})
            one["steps"].append(step)
            one["timestamps"].append(datetime.datetime.now().isoformat())
            one["values"].append(v)

    def train(self, step, epoch, values):
        self.put(step, "training", values)

    def evaluation(self, step, epoch, values):
        self.put(step, "validation", values)

    def save(self, status):
        with open(os.path.join(self.directory, "run.json"), "w", encoding="utf-8") as f:
            json.dump({"command": "train", "meta": {"options": {}}, "resources": [], "status": status}, f, indent=2)
        if self.metrics:
            with open(os.path.join(self.directory, "metrics.json"), "w", encoding="utf-8") as f:
                json.dump(self.metrics, f, indent=2)

    def close(self):
        self.save("COMPLETED")
        super().close()


class StructLog(Quiet):
    """One JSON object a line: an event, its level and time, and the numbers beside them."""

    name, files = "structlog", ["events.jsonl", "log.json"]

    def put(self, event, step, epoch, values):
        now = datetime.datetime.now().isoformat() + "Z"
        self.file.write(
            json.dumps({**values, "global_step": step, "epoch": round(epoch, 3), "event": event, "level": "info", "timestamp": now}) + "\n"
        )

    def train(self, step, epoch, values):
        self.put("train_step", step, epoch, rest(values))

    def evaluation(self, step, epoch, values):
        self.put("validation", step, epoch, {f"val_{k}": v for k, v in rest(values).items()})


class Groups(Quiet):
    """tensorboardX: add_scalars() puts each curve of a group into a folder of its own."""

    name, heavy = "tensorboardX groups", True

    def __init__(self, directory, rng):
        from tensorboardX import SummaryWriter

        self.directory, self.where, self.grouped = directory, rng.choice(["file", "nowhere"]), rng.random() < 0.5
        self.writer = SummaryWriter(directory)

    def put(self, step, kind, values):
        for k, v in rest(values).items():
            if self.grouped and k in ("loss", "accuracy"):
                self.writer.add_scalars(k, {kind: v}, step)
            else:
                self.writer.add_scalar(f"{kind}_{k}" if k in ("loss", "accuracy") else f"monitor/{k}", v, step)

    def train(self, step, epoch, values):
        self.put(step, "train", values)

    def evaluation(self, step, epoch, values):
        self.put(step, "valid", values)

    def close(self):
        self.writer.close()


class Rllib(Quiet):
    """progress.csv of an agent: columns with slashes, a row an iteration."""

    name, files, columns = "rllib csv", ["progress.csv"], None
    named = {"episode_reward_mean": "episode_reward_mean", "entropy": "info/learner/default_policy/learner_stats/entropy"}

    def train(self, step, epoch, values):
        inner = {k if k.startswith("episode") else f"info/learner/default_policy/learner_stats/{k}": v for k, v in rest(values).items()}
        row = {**inner, "timesteps_total": step}
        writer = csv.writer(self.file)
        if self.columns is None:
            self.columns = list(row)
            writer.writerow([*self.columns, "training_iteration"])
            self.count = 0
        self.count += 1
        writer.writerow([*[row.get(k, "") for k in self.columns], self.count])


class SpinningUp(Quiet):
    """progress.txt: a table with tabs."""

    name, files, columns = "spinning up", ["progress.txt"], None

    def train(self, step, epoch, values):
        self.count = getattr(self, "count", -1) + 1
        row = {"Epoch": self.count, **rest(values), "TotalEnvInteracts": step}
        if self.columns is None:
            self.columns = list(row)
            self.file.write("\t".join(self.columns) + "\n")
        self.file.write("\t".join(str(row[k]) for k in self.columns) + "\n")
