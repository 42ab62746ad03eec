"""tqdm's bar with a postfix, and loops that print: print(), logging.basicConfig(), one JSON object a line. Real."""
# requires: tqdm==4.70.1
import json
import logging
import math
import random
import re
import sys
import time

from fixture import Case, console, console_lines

import tqdm as bars


def losses(n, broken=None):
    noise = random.Random(8)
    for i in range(1, n + 1):
        yield i, math.nan if broken and i >= broken else 2.3 * math.exp(-i / 40) + 0.1 * noise.random(), 0.001 * (1 - i / n)


def bar(out, name, broken=None):
    with Case(out, name, "by regular expressions: what the last redraw of each count shows, at that count.",
              "set_postfix draws before the count goes on, so that the loss of the first pass stands at 0.") as c:
        with console("train.err"):
            with bars.tqdm(losses(60, broken), total=60, desc="train", mininterval=0.05) as shown:
                for i, loss, rate in shown:
                    time.sleep(0.02)
                    shown.set_postfix(loss=loss, lr=rate)
        last = {}
        for text in console_lines("train.err"):
            row = re.match(r"train: +\d+%\|.*\| (\d+)/60 \[[^\]]*?, +[^,]*, (.*)\]", text)
            if row:
                last[int(row.group(1))] = re.findall(r"(\w+)=([^,\s]+)", row.group(2))
        for n, cells in last.items():
            c.record("train.err", n, {k: float(v) for k, v in cells})


def epochs(out):
    with Case(out, "tqdm-epochs", "by regular expressions: an epoch's bar goes from 0 to 20: the last redraw of each count, at 20 E + count.",
              "What is printed below the bar has its own count, the epoch.") as c:
        with console("train.log"):
            for epoch in range(3):
                total = 0.0
                with bars.tqdm(losses(20), total=20, desc=f"Epoch {epoch}", mininterval=0.0) as shown:
                    for i, loss, _ in shown:
                        total += loss
                        shown.set_postfix({"loss": f"{loss:.4f}"})
                print(f"epoch {epoch}: train_loss={total / 20:.5f} val_loss={total / 19:.5f}", flush=True)
        last = {}
        for text in console_lines("train.log"):
            row = re.match(r"Epoch (\d): +\d+%\|.*\| (\d+)/20 \[[^\]]*?, +[^,]*, loss=(\S+?)\]", text)
            if row:
                last[row.group(1), row.group(2)] = (int(row.group(1)) * 20 + int(row.group(2)), {"loss": float(row.group(3))})
            done = re.match(r"epoch (\d): train_loss=(\S+) val_loss=(\S+)", text)
            if done:
                last[done.group(1)] = int(done.group(1)), {"train_loss": float(done.group(2)), "val_loss": float(done.group(3))}
        for step, cells in last.values():
            c.record("train.log", step, cells)


def lines(out, name, broken=None):
    with Case(out, name, "by regular expressions: one record a line, at its own count; the words before the numbers are a clock and a logger's name.") as c:
        log = logging.getLogger("train")
        log.setLevel(logging.INFO)
        log.propagate = False
        for file, form in (("basic.log", "%(levelname)s:%(name)s:%(message)s"), ("timed.log", "%(asctime)s - %(name)s - %(levelname)s - %(message)s"),
                           ("plain.log", "%(message)s")):
            log.handlers = [logging.FileHandler(file)]
            log.handlers[0].setFormatter(logging.Formatter(form))
            log.info("start of training: lr=0.001 batch_size=32 seed=8")
            for i, loss, rate in losses(60, broken):
                if i % 5 == 0:
                    log.info("step %d/%d loss %.4f lr %.3e grad_norm %.3f", i, 60, loss, rate, math.nan if loss != loss else 1 + loss)
                if i % 20 == 0:
                    log.info("eval step %d val_loss %.4f", i, loss * 1.1)
            for text in console_lines(file):
                row = re.search(r"(?<!eval )step (\d+)/\d+ loss (\S+) lr (\S+) grad_norm (\S+)", text)
                if row:
                    c.record(file, row.group(1), {"loss": float(row.group(2)), "lr": float(row.group(3)), "grad_norm": float(row.group(4))})
                row = re.search(r"eval step (\d+) val_loss (\S+)", text)
                if row:
                    c.point(file, "val_loss", row.group(1), float(row.group(2)))
            for key, value in (("lr", "0.001"), ("batch_size", "32"), ("seed", "8")):
                c.fact(file, key, value)
        with open("train.jsonl", "w", encoding="utf-8") as f:
            for i, loss, rate in losses(60, broken):
                f.write(json.dumps({"step": i, "train": {"loss": loss, "lr": rate}, "time": 1767225600.0 + i}) + "\n")
                c.record("train.jsonl", i, {"train/loss": loss, "train/lr": rate})


if __name__ == "__main__":
    bar(sys.argv[1], "tqdm")
    bar(sys.argv[1], "tqdm-nan", broken=41)
    epochs(sys.argv[1])
    lines(sys.argv[1], "logging")
    lines(sys.argv[1], "logging-nan", broken=41)
