"""What loops of the split `unseen` write for programs to read: nested JSON, tables in long form and in two files, TensorBoard with the tags of
PyTorch's manual, MLflow's file store. Same methods as in loggers.py."""

import csv
import json
import os

from .lines import Quiet, rest


class Nested(Quiet):
    """One object a line, with the phases inside."""

    name, files = "nested jsonl", ["stats.jsonl", "metrics.json", "train_log.jsonl"]
    aside = "stderr.txt"

    def write(self, step, epoch, phases):
        self.file.write(json.dumps({"iteration": step, "epoch": round(epoch, 3), **phases}) + "\n")

    def train(self, step, epoch, values):
        own = {k: v for k, v in values.items() if k in ("lr", "grad_norm")}
        self.write(step, epoch, {"train": rest(values, "lr", "grad_norm"), **({"optim": own} if own else {})})

    def evaluation(self, step, epoch, values):
        self.write(step, epoch, {"validation": rest(values)})


class Long(Nested):
    """step,phase,metric,value: a row a number."""

    name, files = "long csv", ["metrics_long.csv", "results.csv"]

    def put(self, step, phase, values):
        if self.file.tell() == 0:
            self.file.write("step,phase,metric,value\n")
        self.file.writelines(f"{step},{phase},{k},{v:.6g}\n" for k, v in rest(values).items())

    def train(self, step, epoch, values):
        self.put(step, "train", values)

    def evaluation(self, step, epoch, values):
        self.put(step, "valid", values)


class Two(Nested):
    """train.csv and valid.csv."""

    name, files = "two csv", ["train.csv"]
    other = None

    def row(self, file, values):
        w = csv.writer(file)
        if file.tell() == 0:
            w.writerow(values)
        w.writerow([f"{v:.6g}" if isinstance(v, float) else v for v in values.values()])

    def train(self, step, epoch, values):
        self.row(self.file, {"iteration": step, **rest(values)})

    def evaluation(self, step, epoch, values):
        self.other = self.other or open(os.path.join(self.directory, "valid.csv"), "a", encoding="utf-8")
        self.row(self.other, {"iteration": step, **rest(values)})

    def close(self):
        super().close()
        if self.other:
            self.other.close()


class Tags(Nested):
    """SummaryWriter with the tags of its manual: Loss/train, Loss/test, Accuracy/test."""

    name, heavy = "tensorboard tags", True
    names = {"loss": "Loss/{}", "accuracy": "Accuracy/{}", "lr": "LearningRate", "grad_norm": "GradNorm"}

    def __init__(self, directory, rng):
        from torch.utils.tensorboard import SummaryWriter

        self.directory, self.writer, self.where = directory, SummaryWriter(directory), rng.choice(["file", "nowhere"])

    def put(self, step, values, phase):
        for k, v in rest(values).items():
            self.writer.add_scalar(self.names.get(k, k).format(phase), v, step)

    def train(self, step, epoch, values):
        self.put(step, values, "train")

    def evaluation(self, step, epoch, values):
        self.put(step, values, "test")

    def close(self):
        self.writer.close()


class Mlflow(Nested):
    """MLflow's own client and its folders: a file a metric, a line a value."""

    name, heavy = "mlflow", True

    def __init__(self, directory, rng):
        os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", MLFLOW_ALLOW_FILE_STORE="true", GIT_PYTHON_REFRESH="quiet")
        from mlflow.tracking import MlflowClient

        self.client, self.directory = MlflowClient(os.path.abspath(os.path.join(directory, "mlruns"))), directory
        self.id = self.client.create_run("0", run_name="train").info.run_id

    def settings(self, values):
        for k, v in values.items():
            self.client.log_param(self.id, k, v)

    def put(self, step, values, prefix):
        for k, v in rest(values).items():
            self.client.log_metric(self.id, prefix + k if k in ("loss", "accuracy") else k, v, step=step)

    def train(self, step, epoch, values):
        self.put(step, values, "train_")

    def evaluation(self, step, epoch, values):
        self.put(step, values, "val_")

    def close(self):
        self.client.set_terminated(self.id)
