"""Ultralytics: results.csv, args.yaml and the console of three epochs of a detector with random weights on eight drawn pictures. Real.

Also results.csv as its first 8.0 versions wrote it (ultralytics/ultralytics 8.0:ultralytics/yolo/engine/trainer.py, save_metrics): cells padded to 23
characters, epochs from 0; the same numbers in that shape."""
# requires: torch==2.15.0 numpy==2.4.6 lightning==2.6.6 transformers==4.57.6 accelerate==1.15.0 tensorboard==2.21.0 stable-baselines3==2.9.2 gymnasium==1.4.0 pandas==3.1.1
# requires: opencv-python-headless==5.0.0.93 polars==2.1.0 psutil==7.2.2 py-cpuinfo==9.0.0 scipy==1.17.1 matplotlib==3.11.2 requests numpy==2.4.6
# requires: --no-deps ultralytics==8.4.190 ultralytics-thop==2.2.3 torchvision==0.29.2
import csv
import os
import re
import shutil
import sys

from fixture import Case, console, console_lines, csv_rows, files

os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", YOLO_CONFIG_DIR=os.getcwd())
import cv2
import numpy
import torch
import ultralytics

RULES = ("results.csv by the csv module: every number at its epoch, from 1; time is the seconds since the start, a number like the others.",
         "console.log: the row below the header \"Epoch GPU_mem box_loss ..\" when its bar is whole, at the epoch; Instances and Size are no metrics.",
         "The row \"all\" below \"Class Images Instances Box(P ..\": valid precision, recall, mAP50, mAP50-95; the last one is of the best weights, after the training.",
         "The line \"engine/trainer: ..\" is settings, no points.")
NUMBER = r"([-+.\w]+)"
EPOCH = re.compile(rf" +(\d+)/\d+ +([.\d]+)G +{NUMBER} +{NUMBER} +{NUMBER} +\d+ +\d+: 100% ")
ALL = re.compile(rf" +all +\d+ +\d+ +{NUMBER} +{NUMBER} +{NUMBER} +{NUMBER} *$")


def draw(folder):
    """Eight pictures of 64 by 64 with one rectangle each, and the labels."""
    noise = numpy.random.default_rng(2)
    for kind in ("images", "labels"):
        os.makedirs(f"{folder}/{kind}/train")
    for i in range(8):
        x, y, w, h = noise.integers(4, 24, 4) + (0, 0, 8, 8)
        picture = noise.integers(0, 60, (64, 64, 3)).astype("uint8")
        cv2.rectangle(picture, (int(x), int(y)), (int(x + w), int(y + h)), (200, 180, 40), -1)
        cv2.imwrite(f"{folder}/images/train/{i}.png", picture)
        with open(f"{folder}/labels/train/{i}.txt", "w", encoding="utf-8") as f:
            f.write(f"0 {(x + w / 2) / 64} {(y + h / 2) / 64} {w / 64} {h / 64}\n")
    with open(f"{folder}/data.yaml", "w", encoding="utf-8") as f:
        f.write(f"path: {os.path.abspath(folder)}\ntrain: images/train\nval: images/train\nnames: [box]\n")


def padded(path, rows):
    """The old shape: names and numbers right-aligned in 23 characters, the epoch from 0."""
    names = [n for n in rows[0] if n != "time"]
    with open(path, "w", encoding="utf-8") as f:
        f.write("".join(f"{n:>23}," for n in names).rstrip(",") + "\n")
        for i, row in enumerate(rows):
            f.write((f"{i:>23}," + "".join(f"{float(row[n]):23.5g}," for n in names[1:])).rstrip(",") + "\n")


def poison(trainer):
    """From the second epoch on the weights are not numbers."""
    if trainer.epoch >= 1:
        with torch.no_grad():
            next(trainer.model.parameters()).fill_(float("nan"))


def console_points(case, path):
    """The rows of the table that is drawn anew below its header in each epoch."""
    epoch = 0
    for line in console_lines(path):
        row, held = EPOCH.match(line), ALL.match(line)
        if row:
            epoch = int(row.group(1))
            case.record(path, epoch, dict(zip(("GPU_mem", "box_loss", "cls_loss", "dfl_loss"), map(float, row.groups()[1:]))))
        if held:
            case.record(path, epoch, dict(zip(("valid precision", "valid recall", "valid mAP50", "valid mAP50-95"), map(float, held.groups()))))


def run(out, name, rate=0.01, broken=False):
    with Case(out, name, *RULES) as c:
        draw("data")
        with console("console.log"):
            try:
                model = ultralytics.YOLO("yolov8n.yaml")
                if broken:
                    model.add_callback("on_train_epoch_start", poison)
                model.train(data="data/data.yaml", epochs=3, imgsz=64, batch=4, device="cpu", workers=0, seed=1, lr0=rate, optimizer="SGD",
                            project=os.path.abspath("runs"), name="train", plots=False, amp=False, warmup_epochs=0)
            except RuntimeError as stopped:
                print(stopped)
        for path in files():
            if os.path.basename(path) in ("results.csv", "args.yaml"):
                shutil.move(path, os.path.basename(path))
        c.keep("results.csv", "args.yaml", "console.log")
        for row in csv_rows("results.csv"):
            c.record("results.csv", row["epoch"], row, skip=("epoch",))
        with open("console.log", encoding="utf-8", newline="") as f:
            text = f.read()
        with open("console.log", "w", encoding="utf-8", newline="") as f:
            f.write(re.sub(r" CPU \([^)]*\)", " CPU (processor)", text))
        console_points(c, "console.log")
        for key, value in (("lr0", rate), ("optimizer", "SGD"), ("batch", 4), ("epochs", 3), ("seed", 1), ("model", "yolov8n.yaml")):
            c.fact("console.log", key, value)
        for key, value in (("lr0", rate), ("optimizer", "SGD"), ("batch", 4), ("epochs", 3), ("seed", 1), ("model", "yolov8n.yaml")):
            c.fact("args.yaml", key, value)
        with open("results.csv", newline="", encoding="utf-8") as f:
            rows = list(csv.DictReader(f))
    return rows


def old(out, rows):
    with Case(out, "old", "results.csv by the csv module, cells trimmed: every number at its epoch, from 0.") as c:
        padded("results.csv", rows)
        for row in csv_rows("results.csv"):
            c.record("results.csv", row["epoch"], row, skip=("epoch",))


if __name__ == "__main__":
    old(sys.argv[1], run(sys.argv[1], "healthy"))
    run(sys.argv[1], "nan", broken=True)
