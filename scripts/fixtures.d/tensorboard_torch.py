"""TensorBoard event files from torch.utils.tensorboard and from TensorBoard's own Python writer. Real."""
# requires: torch==2.15.0 numpy==2.4.6 lightning==2.6.6 transformers==4.57.6 accelerate==1.15.0 tensorboard==2.21.0 stable-baselines3==2.9.2 gymnasium==1.4.0 pandas==3.1.1
import json
import os
import sys

from fixture import Case
import event_files

event_files.still_clock()

import numpy
import torch
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.plugins.histogram import summary_v2 as histogram
from tensorboard.plugins.scalar import summary_v2 as scalar
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from torch.utils.tensorboard import SummaryWriter

NAN, INF = float("nan"), float("inf")
FILE = f"events.out.tfevents.{event_files.BEGIN_S}.host.1."


def small(out):
    """One of each, in a file that a test can cut at every byte."""
    with Case(out, "small", *event_files.RULES) as c:
        w = SummaryWriter(".")
        for step, loss in enumerate((2.5, 1.25, NAN, INF, -INF, 0.1)):
            w.add_scalar("train/loss", loss, step * 10)
            w.add_scalar("lr", 1e-3 * 0.5 ** step, step * 10, new_style=True)
        w.add_scalar("no step", 7)
        w.add_scalar("back", 1.0, -5)
        w.add_text("note", "first run")
        w.add_image("picture", numpy.zeros((3, 2, 2), numpy.uint8), 10)
        w.add_histogram("weights", numpy.array([-1.0, 0.0, 0.0, 0.5, 2.0]), 10, bins=[-1.5, -0.5, 0.0, 1.0, 2.5])
        w.close()
        event_files.rename(".")
        event_files.points(c, FILE + "0")
        c.fact(FILE + "0", "note", "first run")


def everything(out):
    """What SummaryWriter can write: default histogram edges, sub-directories of add_scalars and add_hparams, curves, sound, tables."""
    with Case(out, "torch", *event_files.RULES,
              "add_scalars makes a directory for each curve, whose name is told as TAG/CURVE.") as c:
        torch.manual_seed(3)
        w = SummaryWriter(".")
        for step in range(40):
            w.add_scalar("Loss/train", 2.0 / (step + 1), step)
            w.add_scalar("Accuracy/train", step / 40, step)
            w.add_scalar("Loss/val", 2.2 / (step + 1), step)
            if step % 10 == 0:
                w.add_scalars("both", {"train": step * 0.5, "val": step * 0.25}, step)
                w.add_histogram("layer/weight", torch.randn(200), step)
                w.add_histogram("layer/relu", torch.relu(torch.randn(200)), step)
                w.add_image("sample", torch.rand(3, 16, 16), step)
        w.add_audio("sound", torch.rand(1, 400), 1, sample_rate=400)
        w.add_pr_curve("pr", torch.randint(2, (50,)), torch.rand(50), 1, num_thresholds=3)
        w.add_custom_scalars({"all": {"loss": ["Multiline", ["Loss/train", "Loss/val"]]}})
        w.add_text("hyperparameters", "|param|value|\n|-|-|\n|learning_rate|0.0003|\n|env_id|CartPole-v1|")
        w.add_text("args", json.dumps({"learning_rate": 0.01, "optim": "adamw_torch", "fp16": False}, indent=2))
        w.add_hparams({"lr": 0.01, "bsize": 32, "optimizer": "adam", "amp": True}, {"hparam/accuracy": 0.75}, run_name="trial")
        w.close()
        for folder in (".", "both_train", "both_val", "trial"):
            event_files.rename(folder)
        event_files.points(c, FILE + "0")
        event_files.points(c, "both_train/" + FILE + "0", lambda tag: "both/train")
        event_files.points(c, "both_val/" + FILE + "0", lambda tag: "both/val")
        event_files.points(c, "trial/" + FILE + "0")
        for key, value in (("learning_rate", "0.01"), ("env_id", "CartPole-v1"), ("optim", "adamw_torch"), ("fp16", "false")):
            c.fact(FILE + "0", key, value)
        for key, value in (("lr", "0.01"), ("bsize", "32"), ("optimizer", "adam"), ("amp", "1")):             # torch writes True as a number
            c.fact("trial/" + FILE + "0", key, value)


def restarted(out):
    """Two files of one directory: the second goes on from step 20 and says so (purge_step)."""
    with Case(out, "restarted", *event_files.RULES) as c:
        for first, suffix in ((0, ".a"), (20, ".b")):
            w = SummaryWriter(".", purge_step=first or None, filename_suffix=suffix)
            for step in range(first, first + 30):
                w.add_scalar("loss", 3.0 / (step + 1 + first), step)
            w.close()
        event_files.rename(".")
        for i in range(2):
            event_files.points(c, FILE + str(i))


def python_writer(out):
    """TensorBoard's own summaries, as JAX programs write them: tensors whose plugin is told once, 30 buckets."""
    with Case(out, "python", *event_files.RULES) as c:
        g = numpy.random.default_rng(5)
        w = EventFileWriter(".", filename_suffix="")
        for step in range(12):
            parts = (scalar.scalar_pb("loss", 2.0 / (step + 1)), scalar.scalar_pb("nan", NAN), scalar.scalar_pb("large", 1e30 if step else 16.0),
                     histogram.histogram_pb("grads", g.normal(size=64) * 10.0 ** -step), histogram.histogram_pb("one value", [2.0] * 5),
                     histogram.histogram_pb("no value", []))
            for part in parts:
                for value in part.value:
                    if step:
                        value.ClearField("metadata")
                w.add_event(Event(wall_time=event_files.BEGIN_S + step, step=step, summary=part))
        w.add_event(Event(wall_time=event_files.BEGIN_S + 99, step=99,
                          session_log=SessionLog(status=SessionLog.CHECKPOINT, checkpoint_path="/run/model.ckpt-99")))
        w.close()
        event_files.rename(".")
        event_files.points(c, FILE + "0")


if __name__ == "__main__":
    for case in (small, everything, restarted, python_writer):
        case(sys.argv[1])
