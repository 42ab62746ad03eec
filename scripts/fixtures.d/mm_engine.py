"""MMEngine: vis_data/scalars.json, the dated .json beside it and the .log of a Runner. Real."""
# requires: torch==2.15.0 numpy==2.4.6 lightning==2.6.6 transformers==4.57.6 accelerate==1.15.0 tensorboard==2.21.0 stable-baselines3==2.9.2 gymnasium==1.4.0 pandas==3.1.1
# requires: mmengine==0.10.7 opencv-python-headless==5.0.0.93 numpy==2.4.6
import re
import shutil
import sys

from fixture import Case, console, console_lines, files, flat, json_lines

import torch
from mmengine.config import Config
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel
from mmengine.runner import Runner

RULES = ("vis_data/*.json by the json module: every number at \"step\"; that of an evaluation is the epoch, so it stands at the last training step, its metric below val/.",
         "run.log by regular expressions: an Epoch(train) line at its place in the run, (E - 1) n + i.",
         "An Epoch(val) line counts its own batches, so it stands at the last training step; its names are told with \"valid \" in front.")


class Net(BaseModel):
    def __init__(self, break_at=None):
        super().__init__()
        self.line, self.seen, self.break_at = torch.nn.Linear(4, 1), 0, break_at

    def forward(self, x, y, mode="tensor"):
        out = self.line(x)
        if mode == "predict":
            return list(zip(out, y))
        self.seen += 1
        loss = ((out - y) ** 2).mean()
        return {"loss_fit": loss * float("nan") if self.break_at and self.seen > self.break_at else loss, "loss_size": 1e-3 * self.line.weight.abs().sum()}


class Error(BaseMetric):
    def process(self, data_batch, data_samples):
        self.results += [float(((a - b) ** 2).mean()) for a, b in data_samples]

    def compute_metrics(self, results):
        return {"error": sum(results) / len(results)}


class Pairs(torch.utils.data.Dataset):
    def __init__(self, n):
        g = torch.Generator().manual_seed(6)
        self.x = torch.randn(n, 4, generator=g)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return {"x": self.x[i], "y": self.x[i].sum(0, keepdim=True)}


def train(net):
    loader = dict(batch_size=4, sampler=dict(type="DefaultSampler", shuffle=True), num_workers=0, collate_fn=dict(type="default_collate"))
    plan = dict(train_cfg=dict(by_epoch=True, max_epochs=4, val_interval=2), val_cfg=dict(),
                optim_wrapper=dict(optimizer=dict(type="SGD", lr=0.05, momentum=0.0), clip_grad=dict(max_norm=35)),
                param_scheduler=dict(type="StepLR", step_size=2), default_hooks=dict(logger=dict(type="LoggerHook", interval=5)),
                randomness=dict(seed=4), experiment_name="tiny")
    told = dict(plan, model=dict(type="Net"), train_dataloader=loader, val_dataloader=dict(loader, batch_size=8), work_dir="work")
    Runner(model=net, work_dir="work", train_dataloader=dict(dataset=Pairs(80), **loader), val_dataloader=dict(dataset=Pairs(16), **loader),
           val_evaluator=dict(type=Error), cfg=Config(told), **plan).train()


def run(out, name, **more):
    with Case(out, name, *RULES) as c:
        with console("console.log"):
            train(Net(**more))
        for path in files():
            if path.endswith("vis_data/scalars.json"):
                shutil.move(path, "scalars.json")
            elif path.endswith(".log"):
                shutil.move(path, "run.log")
        c.keep("scalars.json", "run.log")
        for row in json_lines("scalars.json"):
            step = row["step"] if "iter" in row else step
            held = {} if "iter" in row else {"error": "val/error"}
            c.record("scalars.json", step, {held.get(k, k): v for k, v in flat(row)}, skip=("step",))
        log_points(c, "run.log")
        for key, value in (("optim_wrapper/optimizer/type", "SGD"), ("optim_wrapper/optimizer/lr", "0.05"), ("train_dataloader/batch_size", "4"),
                           ("train_cfg/max_epochs", "4"), ("optim_wrapper/clip_grad/max_norm", "35"), ("model/type", "Net"),
                           ("mmengine_version", "0.10.7"), ("torch_version", torch.__version__), ("randomness/seed", "4")):
            c.fact("run.log", key, value)


def log_points(case, path):
    for text in console_lines(path):
        row = re.search(r"Epoch\(train\) +\[(\d+)\]\[ *(\d+)/(\d+)\] +(.*)", text)
        if row:
            epoch, i, n = (int(row.group(k)) for k in (1, 2, 3))
            cells = re.findall(r"(\S+): (-?[\d.]+(?:e[+-]\d+)?|nan|inf)(?=  |$)", row.group(4))
            step = (epoch - 1) * n + i
            case.record(path, step, {k: float(v) for k, v in cells})
        held = re.search(r"Epoch\(val\) +\[(\d+)\]\[(\d+)/\2\] +(.*)", text)
        if held:
            cells = re.findall(r"(\S+): (-?[\d.]+(?:e[+-]\d+)?|nan|inf)(?=  |$)", held.group(3))
            case.record(path, step, {"valid " + k: float(v) for k, v in cells})


if __name__ == "__main__":
    run(sys.argv[1], "healthy")
    run(sys.argv[1], "nan", break_at=33)
