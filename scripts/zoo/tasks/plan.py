"""The plan of one training: what is learned, by what, how fast. A fault is a change of the plan; frameworks carry it out.

Faults reach into every framework the same way: Watched wraps the network, so that what happens to a batch, to the weights before a step
and to the loss happens inside the model, where a user's own code has its faults too.
"""

import random
import time

import torch
from torch import nn
from torch.nn import functional as F

from . import data as data_sets
from . import nets
from .optimizers import MAKERS, RATES, SCHEDULES, cosine, linear  # noqa: F401 - the schedules for those who import them here


class History:
    """What truly happened, whatever a logger keeps of it: the loss of each step, evaluations as (step, loss, accuracy)."""

    def __init__(self):
        self.loss, self.grad, self.evals, self.notes = [], [], [], {}


def default_loss(out, y):
    if y.is_floating_point():
        return F.mse_loss(out, y)
    return F.cross_entropy(out.reshape(-1, out.shape[-1]), y.reshape(-1))


LATER = ("unseen", "fresh", "wider", "other", "newer", "genuine", "common", "everyday", "likely", "familiar", "handy", "homely")  # the splits made after the others were looked at
USUAL = ("common", "everyday", "likely", "familiar", "handy", "homely")  # what people usually have; each faulty run beside healthy twins
WRITTEN = ("everyday", "likely", "familiar", "handy", "homely")  # those of which each faulty run must be shown by its own log
OPTIMIZERS = dict(
    unseen=["nesterov", "nadam", "adamax", "adagrad", "lion", "adamw", "rmsprop"],
    fresh=["radam", "amsgrad", "heavyball", "adabelief", "lamb", "adafactor", "adamw"],
    wider=["adam", "adamw", "momentum", "sgd", "yogi", "muon", "adadelta", "lookahead"],
    other=["adam", "adam", "adamw", "adamw", "sgd", "momentum", "rmsprop"],
    newer=["adamw", "adamw", "adan", "ademamix", "cautious", "signum", "sm3", "asgd"],
    genuine=["adamw", "adamw", "adam", "adam", "sgd", "momentum", "radam", "nadam"],
    common=["adam", "adam", "adam", "adamw", "adamw", "sgd", "momentum"],
    everyday=["adam", "adam", "adamw", "adamw", "adamw", "sgd", "momentum", "rmsprop"],
    likely=["adam", "adam", "adamw", "adamw", "momentum", "nesterov", "radam", "nadam"],
    familiar=["adamw", "adamw", "adamw", "adam", "adam", "sgd", "momentum", "nesterov", "rmsprop", "adagrad"],
    handy=["adam", "adam", "adam", "adamw", "adamw", "adamw", "sgd", "momentum", "nadam", "radam"],
    homely=["adam", "adam", "adam", "adamw", "adamw", "adamw", "sgd", "momentum", "rmsprop", "nesterov", "adamax"],
)
WAYS = dict(
    unseen=["constant", "onecycle", "invsqrt", "wsd", "polynomial"],
    fresh=["constant", "flatcos", "exponential", "rootdown", "triangles"],
    wider=["constant", "constant", "sgdr", "halves", "warmcos", "tofifth", "onecycle", "cosine"],
    other=["constant", "constant", "constant", "step", "cosine", "linear", "exponential"],
    newer=["constant", "constant", "multistep", "timedecay", "stairs", "plateau", "triangular2", "power"],
    genuine=["constant", "constant", "linear", "cosine", "onecycle", "warmcos", "exponential", "multistep"],
    common=["constant", "constant", "constant", "cosine", "linear", "step", "onecycle", "warmcos"],
    everyday=["constant", "constant", "constant", "cosine", "cosine", "linear", "warmcos", "exponential", "multistep"],
    likely=["constant", "constant", "constant", "cosine", "cosine10", "linear", "linear", "step", "onecycle"],
    familiar=["constant", "constant", "constant", "cosine", "warmcos", "warmcos", "onecycle", "linear", "exponential", "step"],
    handy=["constant", "constant", "constant", "cosine", "cosine", "linear", "warmcos", "multistep", "onecycle", "cosine10"],
    homely=["constant", "constant", "constant", "cosine", "cosine", "linear", "linear", "warmcos", "step", "exponential", "polynomial"],
)
SIZES = dict(
    unseen=dict(batch=[10, 24, 48, 100], steps=[240, 600, 900, 1500], text_batch=[6, 12, 20], text_steps=[250, 450, 700]),
    fresh=dict(batch=[8, 16, 32, 64], steps=[200, 400, 640, 1000], text_batch=[5, 10, 16], text_steps=[220, 360, 500]),
    wider=dict(batch=[4, 12, 20, 40, 128], steps=[160, 350, 700, 1300], text_batch=[4, 8, 24], text_steps=[200, 320, 600]),
    other=dict(batch=[8, 16, 32, 64, 128], steps=[150, 400, 800, 1600], text_batch=[8, 16, 32], text_steps=[200, 400, 700]),
    newer=dict(batch=[6, 14, 30, 50, 80], steps=[140, 300, 750, 1400], text_batch=[3, 7, 14], text_steps=[180, 300, 540]),
    genuine=dict(batch=[8, 20, 36, 64, 100], steps=[150, 320, 700, 1300], text_batch=[4, 9, 18], text_steps=[190, 320, 560]),
    common=dict(batch=[16, 32, 32, 64, 128], steps=[150, 300, 500, 900], text_batch=[8, 16], text_steps=[150, 250, 400]),
    everyday=dict(batch=[16, 24, 32, 64, 100], steps=[180, 250, 400, 750], text_batch=[8, 12], text_steps=[160, 220, 340]),
    likely=dict(batch=[20, 32, 48, 64, 128], steps=[200, 300, 450, 800], text_batch=[10, 16], text_steps=[150, 200, 300]),
    familiar=dict(batch=[16, 25, 32, 50, 64, 96], steps=[150, 240, 360, 600, 450], text_batch=[8, 14, 20], text_steps=[140, 240, 180]),
    handy=dict(batch=[16, 20, 32, 40, 64, 80], steps=[160, 220, 300, 400, 560], text_batch=[10, 12, 16], text_steps=[130, 200, 170]),
    homely=dict(batch=[12, 24, 32, 32, 50, 64], steps=[150, 200, 250, 350, 500], text_batch=[8, 12, 18], text_steps=[120, 150, 180]),
)


HABITS = ["mean", "mean", "last", "last", "smooth", "epoch", "no rate", "no rate"]  # which loss a loop shows, and whether its rate


class Plan:
    def __init__(self, split, seed, kind=None, **wish):
        rng = self.rng = random.Random(seed)
        self.split, self.seed = split, rng.randrange(1 << 30)
        kind = kind or rng.choice(["cls", "cls", "reg", "lm"])
        name = wish.get("data") or rng.choice(data_sets.OF_SPLIT[split][kind])
        self.data = data_sets.make(name, self.seed)
        self.family = wish.get("family") or rng.choice(nets.families(split, self.data))
        self.size = dict(depth=rng.choice([1, 2, 3]), act=rng.choice(["relu", "gelu", "tanh"])) if kind != "lm" else {}
        self.optimizer = rng.choice(["adam", "adamw", "rmsprop"] if kind == "lm" else ["sgd", "adam", "adamw", "rmsprop"])
        self.rate = RATES[self.optimizer] * rng.choice([0.5, 1, 1.5])
        self.schedule_name = rng.choice(["constant", "cosine", "cosine10", "linear", "step"])
        self.batch, self.steps = (8 if kind == "lm" else rng.choice([16, 32, 64])), rng.choice(
            [300, 400] if kind == "lm" else [300, 500, 800]
        )
        if split == "development":
            self.rate *= rng.choice([0.4, 1, 2])
            self.batch, self.steps = rng.choice([4, 8, 16] if kind == "lm" else [4, 16, 64, 128, 256]), rng.choice([200, 400, 1000, 2000])
        if split in LATER:
            self.other_sizes(rng, kind)
        self.log_every, self.options, self.clip = rng.choice([1, 5, 5, 10]), {}, rng.choice([0, 1.0])
        self.evals, self.declared, self.per_epoch = rng.choice([10, 20]), {}, False
        self.batch_hooks, self.step_hooks, self.extras, self.loss = [], [], [], default_loss
        self.eval_mode, self.framework, self.accumulate, self.shuffle, self.clear, self.start = True, "plain", 1, True, True, 0
        self.history, self.schedule, self.net, self.log_grad = History(), None, None, rng.random() < 0.7
        self.last_words, self.habit = None, rng.choice(HABITS) if split in ("wider", "other", "newer", "genuine", *USUAL) else "mean"

    def other_sizes(self, rng, kind):
        self.optimizer, self.schedule_name, size = rng.choice(OPTIMIZERS[self.split]), rng.choice(WAYS[self.split]), SIZES[self.split]
        self.rate = RATES[self.optimizer] * rng.choice([0.6, 1, 1.4])
        text = "text_" if kind == "lm" else ""
        self.batch, self.steps = rng.choice(size[text + "batch"]), rng.choice(size[text + "steps"])

    @property
    def optimizer(self):
        return self.chosen_optimizer

    @optimizer.setter
    def optimizer(self, name):
        """Where another one is wished for in a later split, the step size goes with it: theirs lie further apart."""
        if self.split in LATER and hasattr(self, "chosen_optimizer"):
            self.rate *= RATES[name] / RATES[self.chosen_optimizer]
        self.chosen_optimizer = name

    def ready(self):
        """Weights and schedule, after a fault changed the plan. The settings are what the user believes to run."""
        torch.manual_seed(self.seed)
        self.net = self.net or nets.build(self.family, self.data, **self.size)
        self.schedule = self.schedule or SCHEDULES[self.schedule_name](self.steps)
        self.settings = {
            "model": self.family,
            "dataset": self.data.name,
            **self.size,
            "optimizer": self.optimizer,
            "lr": self.rate,
            "batch_size": self.batch,
            "max_steps": self.steps,
            "lr_scheduler": self.schedule_name,
            "seed": self.seed % 10000,
            **({"max_grad_norm": self.clip} if self.clip else {}),
            **self.declared,
        }
        return Watched(self)

    def build_optimizer(self, weights):
        return MAKERS[self.optimizer](weights, **{"lr": self.rate, **self.options})

    def so_many(self, usual, homely):
        """Steps and what hangs on them; the split `homely` was made where little time was."""
        return homely if self.split == "homely" else usual

    @property
    def steps_per_epoch(self):
        return max(1, len(self.data.X) // self.batch)

    @property
    def eval_every(self):
        if self.per_epoch:
            return self.steps_per_epoch
        return max(self.log_every, self.steps // self.evals // self.log_every * self.log_every) if self.evals else 0


def told_loss(plan, net, out, y):
    """With what the network itself asks for: a variational one has a price on its code."""
    return plan.loss(out, y) + (net.penalty() if hasattr(net, "penalty") else 0.0)


class Watched(nn.Module):
    """The network with the plan's faults inside; says the loss itself, as Hugging Face models do."""

    def __init__(self, plan):
        super().__init__()
        self.net, self.step = plan.net, plan.start
        object.__setattr__(self, "plan", plan)

    def forward(self, x=None, labels=None):
        plan = self.plan
        if self.training:
            for hook in plan.step_hooks:
                hook(self.step, self.net)
            for hook in plan.batch_hooks:
                x, labels = hook(self.step, x, labels)
        out = self.net(x)
        loss = told_loss(plan, self.net, out, labels)
        if self.training:
            plan.history.loss.append(loss.item())
            plan.history.notes.setdefault("times", []).append(time.perf_counter())
            if getattr(plan, "optimizer_now", None) is not None:
                plan.history.notes.setdefault("rates", []).append(plan.optimizer_now.param_groups[0]["lr"])
            self.step += 1
        return {"loss": loss, "logits": out}


@torch.no_grad()
def evaluate(plan, model, step):
    """Loss and accuracy on the held-out rows. eval_mode False is the fault of forgetting eval()."""
    was = model.training
    model.net.train(not plan.eval_mode)
    out = model.net(plan.data.VX)
    loss = float(told_loss(plan, model.net, out, plan.data.VY))
    right = None if plan.data.kind == "reg" else float((out.argmax(-1) == plan.data.VY).float().mean())
    plan.history.evals.append((step, loss, right))
    model.train(was)
    return loss, right
