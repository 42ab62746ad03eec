"""Stable-Baselines3: progress.csv, progress.json, log.txt (the tables), stdout, monitor.csv. Real."""
# requires: torch==2.15.0 numpy==2.4.6 lightning==2.6.6 transformers==4.57.6 accelerate==1.15.0 tensorboard==2.21.0 stable-baselines3==2.9.2 gymnasium==1.4.0 pandas==3.1.1
import json
import os
import re
import sys

from fixture import Case, console, console_lines, csv_rows, json_lines

import gymnasium
import numpy
import pandas
import torch
from stable_baselines3 import A2C, PPO
from stable_baselines3.common.logger import configure
from stable_baselines3.common.monitor import Monitor

STEP = "time/total_timesteps"
RULES = ("progress.csv by the csv module, progress.json by json: every number at time/total_timesteps; empty cells are missing.",
         "log.txt, stdout.log: rows of the boxed tables; a row \"rollout/ |\" names the group of the indented rows below it.",
         "Counters and clocks (iterations, n_updates, time_elapsed) are no metrics in the tables.",
         "monitor.csv: one record an episode, counted from 1; t is its time, no metric; the line above the header names the environment.")
COUNTERS = (STEP, "time/iterations", "time/time_elapsed", "train/n_updates")


class Line(gymnasium.Env):
    """Walk to the right end of a line of nine cells."""
    observation_space = gymnasium.spaces.Box(0, 1, (1,), numpy.float32)
    action_space = gymnasium.spaces.Discrete(2)
    bad_from = None

    def __init__(self):
        self.taken = 0

    def see(self):
        broken = self.bad_from is not None and self.taken >= self.bad_from
        return numpy.array([self.at / 8], numpy.float32), float("nan") if broken else float(self.at == 8) - 0.01

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.at, self.n = 4, 0
        return self.see()[0], {}

    def step(self, action):
        self.at = min(8, max(0, self.at + (1 if action else -1)))
        self.n += 1
        self.taken += 1
        seen, reward = self.see()
        return seen, reward, self.at == 8, self.n >= 20, {}


def table_points(case, path):
    """The tables, row by row; a table that has no total_timesteps counts for nothing here."""
    group, cells = "", {}
    for line in console_lines(path):
        if re.fullmatch(r"-+", line):
            if cells:
                case.record(path, int(cells[STEP]), cells, skip=COUNTERS)
            group, cells = "", {}
            continue
        row = re.fullmatch(r"\| (.*?) *\| (.*?) *\|", line)
        if row and not row.group(2):
            group = row.group(1)
        elif row:
            cells[group + row.group(1).strip() if row.group(1).startswith(" ") else row.group(1)] = float(row.group(2))


def run(out, name, algorithm, bad_from=None, every=2, **more):
    with Case(out, name, *RULES) as c:
        torch.manual_seed(2)
        gymnasium.register("Line-v0", Line)
        env = gymnasium.make("Line-v0")
        env.unwrapped.bad_from = bad_from
        env = Monitor(env, "monitor.csv")
        model = algorithm("MlpPolicy", env, seed=2, device="cpu", verbose=1, policy_kwargs={"net_arch": [8]}, **more)
        model.set_logger(configure(".", ["stdout", "log", "csv", "json"]))
        with console("stdout.log"):
            try:
                model.learn(1024, log_interval=every)
            except ValueError:                                             # the policy is not a number any more
                pass
        c.keep("stdout.log", "log.txt", "progress.csv", "progress.json", "monitor.csv")
        for row in csv_rows("progress.csv"):
            c.record("progress.csv", row[STEP], row, skip=(STEP,))
        for row in json_lines("progress.json"):
            c.record("progress.json", row[STEP], row, skip=(STEP,))
        for path in ("log.txt", "stdout.log"):
            table_points(c, path)
        for i, row in enumerate(csv_rows("monitor.csv", skip_lines=1)):
            c.record("monitor.csv", i + 1, row, skip=("t",))
        c.fact("monitor.csv", "env_id", "Line-v0")


if __name__ == "__main__":
    run(sys.argv[1], "healthy", PPO, n_steps=64, batch_size=32, n_epochs=2, learning_rate=3e-3)
    run(sys.argv[1], "a2c", A2C, n_steps=16, every=8)
    run(sys.argv[1], "nan", PPO, n_steps=64, batch_size=32, n_epochs=2, bad_from=400, every=1)
