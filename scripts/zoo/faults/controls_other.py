"""Healthy runs of the split `other` alone: other tasks than one row and its label, nets that were trained before, terms weighed without a word, and loops
that tell little."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from tasks import nets
from tasks.plan import default_loss
from verify import curves
from .controls_tasks import on
from .controls_wider import ramp, second_term
from .fault import TORCH, control, when

HERE = dict(only="other", runs=1.5)


def trained(plan, steps, net, X, Y, loss):
    """The net, after a while with Adam."""
    optimizer, g = torch.optim.Adam(net.parameters(), 3e-3), torch.Generator().manual_seed(plan.seed + 9)
    for _ in range(steps):
        rows = torch.randint(0, len(X), (64,), generator=g)
        optimizer.zero_grad()
        loss(net(X[rows]), Y[rows]).backward()
        optimizer.step()
    return net


@control("itself", frameworks=TORCH + " keras", data="reg", **HERE)
def itself(plan):
    """An auto-encoder: the row is its own target, through a few units."""
    on(plan, plan.rng.choice(["tides", "yields"]), "tower")
    d = plan.data
    d.Y, d.VY, d.classes = d.X.clone(), d.VX.clone(), d.X.shape[1]
    plan.size = dict(depth=plan.rng.choice([2, 3]), act="tanh", width=24)
    return lambda: when(curves.learned(plan))


@control("pairs_told_apart", frameworks="plain", data="cls", **HERE)
def pairs_told_apart(plan):
    """Two disturbed views of a row shall find each other among all of the batch: it begins at the logarithm of the batch and ends well above nothing."""
    on(plan, plan.rng.choice(["gaits", "clocks"]), "preact")
    plan.batch, plan.data.kind, plan.data.classes, plan.evals = 64, "reg", 16, plan.rng.choice([0, 15])
    heat, g = plan.rng.choice([0.2, 0.5]), torch.Generator().manual_seed(plan.seed)
    noise = plan.rng.uniform(0.3, 0.6)
    torch.manual_seed(plan.seed)
    body = nets.build("preact", plan.data, depth=2, act="relu")

    class Views(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = body

        def forward(self, x):
            view = lambda: F.normalize(self.body(x + noise * torch.randn(x.shape, generator=g)), dim=1)
            return view() @ view().T / heat

    plan.net, plan.size, plan.declared = Views(), {}, {"loss": "infonce", "temperature": heat}
    plan.loss = lambda out, y: F.cross_entropy(out, torch.arange(len(out)))
    plan.data.VX, plan.data.VY = plan.data.VX[:64], plan.data.VY[:64]
    return lambda: when(curves.learned(plan))


@control("from_a_teacher", frameworks="plain hf", data="cls", **HERE)
def from_a_teacher(plan):
    """Half of what is asked is the label, half what a larger net said of the row, at a temperature: its floor is the teacher's own doubt."""
    heat, d = plan.rng.choice([2.0, 4.0]), plan.data
    torch.manual_seed(plan.seed + 1)
    teacher = trained(plan, 400, nets.build("preact", d, depth=2, act="relu", width=80), d.X, d.Y, F.cross_entropy).eval()
    seen = {}
    plan.batch_hooks.append(lambda s, x, y: (seen.update(x=x), (x, y))[1])

    def loss(out, y):
        x = d.VX if len(y) == len(d.VY) else seen["x"]
        with torch.no_grad():
            said = F.softmax(teacher(x) / heat, 1)
        return 0.5 * F.cross_entropy(out, y) - 0.5 * heat**2 * (said * F.log_softmax(out / heat, 1)).sum(1).mean()

    plan.loss, plan.declared = loss, {"distill_alpha": 0.5, "temperature": heat}
    return lambda: when(curves.learned(plan))


@control("laws_of_nature", frameworks="plain", data="reg", **HERE)
def laws_of_nature(plan):
    """A residual, a border and a few measures, each with its weight and each logged; the border is learned first and gives way later."""
    plan.optimizer, plan.steps, plan.evals, seen = "adam", plan.rng.choice([600, 1200]), 0, {}
    edge = torch.randn(32, plan.data.X.shape[1], generator=torch.Generator().manual_seed(plan.seed))
    weight = plan.rng.choice([1.0, 10.0])

    def loss(out, y):
        border = plan.net(edge)
        a, b, c = F.mse_loss(out, y), (border.mean(0) ** 2).mean(), 1e-3 * (border**2).mean()
        seen.update(loss_data=float(a), loss_bc=float(b), loss_res=float(c))
        return a + weight * b + c

    plan.loss = loss
    plan.extras.append(lambda m, o: dict(seen))
    return lambda: when(curves.learned(plan))


@control("goes_on", frameworks="plain hf", data="cls lm", **HERE)
def goes_on(plan):
    """Fine-tuning: the net knows nearly all there is when the run begins, warms up, and gets a little better."""
    torch.manual_seed(plan.seed)
    plan.net = nets.build(plan.family, plan.data, **plan.size)
    loss = lambda out, y: default_loss(out, y)
    trained(plan, plan.rng.choice([150, 300]), plan.net, plan.data.X, plan.data.Y, loss)
    plan.optimizer, plan.rate, plan.schedule_name = "adamw", 3e-4, "cosine"
    plan.declared = {"model_name_or_path": "pretrained", "warmup_ratio": 0.05}

    def happened():
        v = curves.vals(plan)
        fell = np.mean(plan.history.loss[-60:]) < 0.97 * np.mean(plan.history.loss[:20])
        return when(curves.finite(plan.history.loss) and fell and (len(v) < 3 or v[-1] < 1.05 * min(v)))

    return happened


@control("weighed_in_silently", frameworks="plain", data="cls reg", steps=True, **HERE)
def weighed_in_silently(plan):
    """A second term whose weight grows and stands in the log beside both parts; no setting speaks of it. The sum climbs, the parts do not."""
    top, w = plan.rng.choice([0.5, 2.0]), plan.rng.uniform(0.2, 0.5)
    plan.steps, plan.evals, plan.optimizer = plan.rng.choice([800, 1400]), 0, "adam"
    target = 1 + torch.randn(plan.data.classes, generator=torch.Generator().manual_seed(plan.seed))
    return second_term(plan, target, ramp(top, w, 3), ("loss_task", "loss_prior", "prior_weight"))


@control("each_dot", frameworks="plain hf", data="cls", **HERE)
def each_dot(plan):
    """Each dot of a picture is told apart, mark or ground: most are ground, so the loss begins low and the share of right dots high."""
    on(plan, "marks", "tower")
    d = plan.data
    for X, Y in (("X", "Y"), ("VX", "VY")):
        clean = (getattr(d, X) > 0.9).float()
        setattr(d, Y, clean)
    d.kind, d.classes = "reg", d.X.shape[1]
    plan.size = dict(depth=2, act="relu", width=96)
    g = torch.Generator().manual_seed(plan.seed)
    plan.batch_hooks.append(lambda s, x, y: (x + 0.2 * torch.randn(x.shape, generator=g), y))
    plan.loss, plan.optimizer = lambda out, y: F.binary_cross_entropy_with_logits(out, y), "adam"
    plan.rate = 3e-3

    def spoil(step, told):
        with torch.no_grad():
            yes = plan.net(d.VX) > 0
        both, either = (yes & (d.VY > 0)).sum(), (yes | (d.VY > 0)).sum()
        return {**told, "iou": float(both / either.clamp_min(1))}

    plan.history.notes["spoil_eval"] = spoil
    return lambda: when(curves.learned(plan))


@control("stopped_in_time", frameworks="plain keras", data="cls reg", **HERE)
def stopped_in_time(plan):
    """Early stopping as it should be: the held-out loss stands for five looks, and the run ends with words to that effect."""
    plan.data.keep(600)
    plan.optimizer, plan.schedule_name, plan.rate = "adam", "constant", 3e-3
    plan.steps, plan.evals, plan.epochs, plan.batch = plan.rng.choice([300, 500]), 20, 12, 40
    plan.declared = {"early_stopping_patience": 5}
    plan.last_words = "Early stopping: no improvement in 5 evaluations, best model restored.\n"
    return lambda: when(curves.learned(plan, val_rise=1.12))


@control("in_other_units", frameworks="plain", data="lm", **HERE)
def in_other_units(plan):
    """Bits a letter beside the loss, and the perplexity of what is held out."""
    plan.extras.append(lambda m, o: {"bpc": plan.history.loss[-1] / np.log(2)})
    plan.history.notes["spoil_eval"] = lambda step, told: {**told, "perplexity": float(np.exp(told["loss"]))}
    return lambda: when(curves.learned(plan))


@control("weights_averaged_last", frameworks="plain", data="cls reg", **HERE)
def weights_averaged_last(plan):
    """Stochastic weight averaging: the last fifth runs at a high constant rate, the training loss steps up a little, the mean is what counts."""
    plan.optimizer, plan.steps, plan.evals = "adam", plan.rng.choice([600, 1000]), 15
    at = int(0.8 * plan.steps)
    plan.schedule = lambda s: 0.5 * (1 + np.cos(np.pi * s / plan.steps)) if s < at else 0.4
    plan.schedule_name, plan.declared = "cosine, swa", {"swa_start": at, "swa_lr": 0.4 * plan.rate}
    return lambda: when(curves.learned(plan, 0.8, 0.2, 1.15))


@control("ordinary_by_hand", frameworks="plain plain keras lightning", data="cls reg lm", only="other", runs=10)
def ordinary_by_hand(plan):
    """Nothing special, told as its author pleased."""
    plan.evals = plan.rng.choice([0, 8, 20])
    if plan.framework == "lightning":
        plan.steps = max(1, plan.steps // plan.steps_per_epoch) * plan.steps_per_epoch
    return lambda: when(curves.learned(plan))


@control("few_rows_noisy_score", frameworks="plain keras", data="cls", **HERE)
def few_rows_noisy_score(plan):
    """A dozen and a half held-out rows, looked at each epoch."""
    n = plan.rng.choice([15, 30])
    plan.data.VX, plan.data.VY, plan.evals = plan.data.VX[:n], plan.data.VY[:n], plan.rng.choice([15, 30])
    return lambda: when(curves.learned(plan, val_rise=1.2))
