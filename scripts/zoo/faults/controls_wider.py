"""Healthy runs of the split `wider` alone: losses of other tasks (ranked, counted, weighed, alike, overlapping), numbers that jump for good reasons, and
training that is meant to change on its way."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from tasks import nets
from tasks.plan import default_loss
from verify import curves
from .controls_tasks import on
from .fault import TORCH, control, when

HERE, TOO, ANEW = dict(only="wider", runs=1.5), dict(only="wider everyday likely familiar handy homely", runs=1.5), dict(only="wider familiar handy homely", runs=1.5)
NUMBERS = ["turbine", "orbits", "queue", "spectra", "houses"]


def as_numbers(plan, wide=True):
    """Rows without classes for whoever asks: the loss alone is told."""
    plan.data.kind = "reg"
    plan.family = nets.WIDE[plan.split] if wide else plan.family


@control("late_fall", frameworks="plain hf", data="cls", **HERE)
def late_fall(plan):
    """Parity: nothing is seen to be learned for a good part of the run, and then all of it."""
    on(plan, "parity", "barrel")
    plan.size, plan.optimizer, plan.rate, plan.steps = dict(depth=2, act="relu"), "adam", plan.rng.choice([1e-3, 2e-3]), 1300
    plan.schedule_name, plan.batch, plan.data.X, plan.data.VX = "constant", 40, plan.data.X * 0.5, plan.data.VX * 0.5

    def happened():
        s = curves.smooth(plan.history.loss, 25)
        flat = int(np.argmax(s < 0.9 * s[25]))
        return when(flat > 130 and s[-1] < 0.4 * s[25])

    return happened


@control("ranked", frameworks=TORCH, data="reg", **ANEW)
def ranked(plan):
    """Of two rows the greater is to be told: the loss begins at the logarithm of two, as if nothing could be known."""
    plan.batch = max(20, plan.batch)
    sign = lambda y: torch.sign(y[:, :1] - y[:, :1].T)

    def loss(out, y):
        apart = (out[:, :1] - out[:, :1].T) * sign(y)
        return F.softplus(-apart[sign(y) != 0]).mean()

    plan.loss, plan.declared = loss, {"loss": "pairwise_logistic"}
    return lambda: when(curves.learned(plan))


@control("focal", frameworks="plain lightning", data="cls", **ANEW)
def focal(plan):
    """What is easy counts hardly: a loss of hundredths from the start."""
    power = plan.rng.choice([2.0, 4.0])

    def loss(out, y):
        told = F.log_softmax(out, 1).gather(1, y[:, None])[:, 0]
        return (-((1 - told.exp()) ** power) * told).mean()

    plan.loss, plan.declared = loss, {"loss": "focal", "gamma": power}
    return lambda: when(curves.learned(plan))


@control("overlap", frameworks="plain hf", data="cls", **HERE)
def overlap(plan):
    """One minus Dice: between nought and one, and it starts near one."""
    on(plan, plan.rng.choice(["tissue", "gestures"]))
    plan.batch, plan.declared = max(40, plan.batch), {"loss": "dice"}

    def loss(out, y):
        p, one = F.softmax(out, 1), F.one_hot(y, out.shape[1]).float()
        return 1 - ((2 * (p * one).sum(0) + 1) / (p.sum(0) + one.sum(0) + 1)).mean()

    plan.loss = loss
    return lambda: when(curves.learned(plan))


@control("alike", frameworks="plain hf", data="reg", **HERE)
def alike(plan):
    """Minus the cosine with what is asked for: from about nought towards minus one."""
    on(plan, plan.rng.choice(["spectra", "orbits"]))
    plan.loss, plan.declared = lambda out, y: -F.cosine_similarity(out, y).mean(), {"loss": "negative_cosine"}
    fell = lambda: np.mean(plan.history.loss[-40:]) < np.mean(plan.history.loss[:5]) - 0.3
    return lambda: when(
        curves.finite(plan.history.loss) and fell() and np.mean(curves.vals(plan)[-2:]) < min(curves.vals(plan), default=0) + 0.05
    )


@control("counted", frameworks="plain lightning", data="reg", **HERE)
def counted(plan):
    """Counts of events: Poisson's likelihood without its constant, which is below zero where counts are great."""
    on(plan, plan.rng.choice(["queue", "houses"]))
    g = torch.Generator().manual_seed(plan.seed)
    for y in (plan.data.Y, plan.data.VY):
        y.copy_(torch.poisson(torch.exp(0.8 * y.clamp(-3, 3) + 1.2), generator=g))
    plan.loss, plan.declared = lambda out, y: F.poisson_nll_loss(out.clamp(max=6), y), {"loss": "poisson"}

    def happened():
        loss, held = plan.history.loss, curves.vals(plan)
        fell = np.mean(loss[:5]) - np.mean(loss[-60:])
        return when(curves.finite(loss) and fell > 0.5 and (not held or np.mean(held[-3:]) < min(held) + 0.1 * fell))

    return happened


@control("quantile", frameworks=TORCH, data="reg", **ANEW)
def quantile(plan):
    """Nine parts in ten shall lie below: the pinball loss."""
    share = plan.rng.choice([0.1, 0.9])
    plan.loss, plan.declared = lambda out, y: torch.maximum(share * (y - out), (share - 1) * (y - out)).mean(), {"quantile": share}
    return lambda: when(curves.learned(plan))


@control("heavy_tails", frameworks="plain hf", data="reg", **TOO)
def heavy_tails(plan):
    """A target with long tails: now and then a batch has a row far out, the loss of that step leaps, and nothing comes of it."""
    g = torch.Generator().manual_seed(plan.seed)
    for y in (plan.data.Y, plan.data.VY):
        far = torch.rand(y.shape, generator=g) < 0.01
        y.add_(far * 4.0 * torch.randn(y.shape, generator=g))
    plan.clip, plan.batch = 1.0, plan.rng.choice([12, 20, 40])
    return lambda: when(curves.learned(plan, 0.85, 0.2, 1.12))


def second_term(plan, target, weight, names):
    """The mean answer is drawn to a target beside the task, weighed by weight(share of the run); both parts and the weight are logged under
    these names. Returns whether the task's own part was learned."""
    seen = {}

    def loss(out, y):
        a, b, now = default_loss(out, y), F.huber_loss(out.mean(0), target), weight(len(plan.history.loss) / plan.steps)
        seen.update(zip(names, (float(a), float(b), now)))
        plan.history.notes.setdefault("main", []).append(float(a))
        return a + now * b

    plan.loss = loss
    plan.extras.append(lambda m, o: dict(seen))

    def happened():
        v = plan.history.notes["main"]
        return when(curves.finite(v) and np.mean(v[-60:]) < 0.85 * np.mean(v[:10]))

    return happened


def ramp(top, begin, rise):
    """From 0 up to top, from a share of the run on."""
    return lambda share: top * min(1.0, max(0.0, (share - begin) * rise))


@control("growing_part", frameworks="plain", data="cls reg", **ANEW)
def growing_part(plan):
    """A second task is weighed in from the middle on: the sum climbs although both parts fall."""
    top, w = plan.rng.choice([1.0, 3.0]), plan.rng.uniform(0.3, 0.5)
    plan.steps, plan.evals, plan.optimizer = plan.rng.choice([700, 1300]), 0, "adam"
    plan.declared = {"aux_weight": top, "aux_rampup_steps": [round(w * plan.steps), round((w + 0.25) * plan.steps)]}
    target = torch.randn(plan.data.classes, generator=torch.Generator().manual_seed(plan.seed))
    return second_term(plan, target, ramp(top, w, 4), ("loss_main", "loss_aux", "aux_weight"))


@control("cooled", frameworks="plain hf", data="cls", **ANEW)
def cooled(plan):
    """A temperature comes down from eight to one: answers are soft at first, whatever is learned."""
    plan.steps = plan.rng.choice([500, 1000])
    heat = lambda: 1 + 7 * max(0.0, 1 - len(plan.history.loss) / (0.6 * plan.steps))
    plan.loss, plan.declared = lambda out, y: F.cross_entropy(out / heat(), y), {"tau_start": 8, "tau_end": 1}
    return lambda: when(curves.learned(plan))


@control("code_priced", frameworks="plain", data="reg", **HERE)
def code_priced(plan):
    """A noisy code between, whose price is raised from nothing (annealed divergence): the sum may climb, what was asked is told ever better."""
    price, n = plan.rng.choice([0.02, 0.06]), 8

    class Coded(nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            self.code, self.told, self.kl = nn.Sequential(nn.Linear(inputs, 32), nn.GELU(), nn.Linear(32, 2 * n)), nn.Linear(n, outputs), 0.0

        def forward(self, x):
            mean, spread = self.code(x).chunk(2, 1)
            self.kl = 0.5 * (mean**2 + spread.exp() - 1 - spread).sum(1).mean()
            return self.told(mean + torch.randn_like(mean) * (0.5 * spread).exp() if self.training else mean)

        def penalty(self):
            return price * min(1.0, len(plan.history.loss) / (0.6 * plan.steps)) * self.kl

    torch.manual_seed(plan.seed)
    plan.net, plan.size, plan.family, plan.steps = Coded(plan.data.X.shape[1], plan.data.classes), {}, "coded", 900
    plan.optimizer, plan.rate, seen = "adam", 4e-3, []
    plan.declared = {"beta": price, "kl_annealing_steps": round(0.6 * plan.steps)}

    def loss(out, y):
        seen.append(float(F.mse_loss(out, y)))
        return F.mse_loss(out, y)

    plan.loss = loss
    plan.extras.append(lambda m, o: {"mse": seen[-1], "kl": float(m.net.kl)})
    return lambda: when(curves.finite(seen) and np.median(seen[-40:]) < 0.8 * np.median(seen[:10]))


@control("rows_rotate", frameworks="plain", data="cls reg", **ANEW)
def rows_rotate(plan):
    """Thirty other rows are looked at each time: what is held out jumps about the same mean."""
    whole, g = (plan.data.VX, plan.data.VY), torch.Generator().manual_seed(plan.seed)
    plan.evals, n = plan.rng.choice([15, 40]), plan.rng.choice([20, 40])

    def hook(step, net):
        rows = torch.randint(0, len(whole[0]), (n,), generator=g)
        plan.data.VX, plan.data.VY = whole[0][rows], whole[1][rows]

    plan.step_hooks.append(hook)
    return lambda: when(curves.learned(plan, val_rise=1.25))


@control("tasks_alternate", frameworks="plain", data="cls", **ANEW)
def tasks_alternate(plan):
    """An easy set and a hard one in turn: the loss has two levels, and both fall."""
    g, every = torch.Generator().manual_seed(plan.seed), plan.rng.choice([2, 25])
    noise = plan.rng.uniform(0.6, 1.0)
    plan.batch_hooks.append(lambda s, x, y: (x + noise * torch.randn(x.shape, generator=g), y) if s // every % 2 else (x, y))
    plan.steps, plan.habit = plan.rng.choice([700, 1300]), plan.rng.choice(["mean", "last"])
    return lambda: when(curves.learned(plan, 0.85, 0.3))


@control("rare_but_found", frameworks="plain keras", data="cls", **ANEW)
def rare_but_found(plan):
    """One in twelve: the accuracy begins at eleven in twelve and has hardly anywhere to go; the loss falls and the rare ones are found."""
    on(plan, dict(familiar="relapses", handy="defaulters", homely="trainees").get(plan.split, "fraud"))
    plan.evals, plan.optimizer, plan.rate = 15, "adam", 3e-3
    return lambda: when(curves.learned(plan, 0.8))


@control("hopeless_half", frameworks=TORCH, data="cls", **ANEW)
def hopeless_half(plan):
    """Half of the labels were drawn by lot, here and in what is held out; what can be learned is learned, and the loss stays high."""
    g = torch.Generator().manual_seed(plan.seed)
    for Y in (plan.data.Y, plan.data.VY):
        lots = torch.rand(len(Y), generator=g) < 0.4
        Y[lots] = torch.randint(0, plan.data.classes, (int(lots.sum()),), generator=g)
    plan.optimizer, plan.rate = "adamw", 1e-3
    return lambda: when(curves.learned(plan, 0.92))


@control("score_below_nothing", frameworks="plain", data="reg", **HERE)
def score_below_nothing(plan):
    """The share of variance told begins far below zero, where the network begins far off."""
    torch.manual_seed(plan.seed)
    plan.net = nets.build(plan.family, plan.data, **plan.size)
    with torch.no_grad():
        list(plan.net.parameters())[-1].add_(4.0)
    variance = float(plan.data.VY.var())
    plan.history.notes["spoil_eval"] = lambda step, told: {**told, "r2": 1 - told["loss"] / variance}
    plan.optimizer, plan.rate = plan.rng.choice(["adam", "yogi"]), 5e-3
    return lambda: when(curves.learned(plan))


@control("short_to_long", frameworks="plain", data="lm", **ANEW)
def short_to_long(plan):
    """Six letters at first, then twelve, then all: each time the loss of the longer rows is another."""
    plan.steps, whole = plan.rng.choice([450, 600]), plan.data.X.shape[1]

    def cut(s, x, y):
        n = (6, 12, whole)[min(2, 3 * s // plan.steps)]
        return x[:, :n], y[:, :n]

    plan.batch_hooks.append(cut)
    return lambda: when(curves.learned(plan))


@control("noise_floor", frameworks=TORCH, data="cls reg", **TOO)
def noise_floor(plan):
    """A large step holds the loss at a level until the step falls, and the loss falls with it."""
    plan.optimizer, plan.rate, plan.schedule_name, plan.batch = "sgd", plan.rng.choice([0.1, 0.2]), plan.rng.choice(["step", "halves"]), 12
    plan.steps = 1300
    return lambda: when(curves.learned(plan, rise=0.2))


@control("cut_out", frameworks=TORCH, data="cls", **ANEW)
def cut_out(plan):
    """A third of the columns is blanked anew in each batch; nothing is blanked in what is held out."""
    g = torch.Generator().manual_seed(plan.seed)
    share = plan.rng.choice([0.25, 0.4])
    plan.batch_hooks.append(lambda s, x, y: (x * (torch.rand(x.shape, generator=g) > share), y))
    plan.evals = 15
    return lambda: when(curves.learned(plan, 0.9) and curves.gap(plan) < 1.0)


@control("by_heart_unharmed", frameworks="plain", data="cls reg", **ANEW)
def by_heart_unharmed(plan):
    """The training loss goes towards nothing, the held-out one lies still far above it: all rows are known, and none is worse off."""
    plan.data.keep(500)
    plan.steps, plan.evals, plan.optimizer, plan.schedule_name = 900, 20, "adamw", "warmcos"
    plan.options = {"weight_decay": 0.1}
    return lambda: when(curves.learned(plan) and curves.gap(plan) > 1.6)


@control("margin_triplets", frameworks="plain hf", data="cls", **HERE)
def margin_triplets(plan):
    """A row and another of its class are to be nearer than a stranger, by a margin: it begins at the margin and many steps cost nothing."""
    on(plan, plan.rng.choice(["gestures", "beats"]), nets.WIDE[plan.split])
    classes, plan.data.classes = plan.data.classes, 6
    torch.manual_seed(plan.seed)
    plan.net, plan.batch = nets.build(plan.family, plan.data, **plan.size), 40

    def loss(out, y):
        z = F.normalize(out, dim=1)
        far, same = 1 - z @ z.T, y[:, None] == y
        near = (far * same).sum(1) / same.sum(1)
        other = torch.where(same, torch.full_like(far, 9.0), far).topk(3, 1, largest=False).values.mean(1)
        return F.relu(near - other.clamp(max=2) + 0.2).mean()

    plan.loss, plan.declared = loss, {"margin": 0.2}
    plan.data.VX, plan.data.VY = plan.data.VX[:120], plan.data.VY[:120]
    inner = plan.ready

    def as_told():
        plan.data.kind = "reg"
        return inner()

    plan.ready, plan.history.notes["classes"] = as_told, classes
    return lambda: when(curves.learned(plan, 0.8, 0.25, 1.2))


@control("many_and_few", frameworks=TORCH + " keras", data="cls reg lm", only="wider", runs=6)
def many_and_few(plan):
    """Nothing special, in whatever size comes."""
    plan.steps = plan.rng.choice([150, 350, 800])
    if plan.framework == "lightning":  # which trains whole epochs: the schedule ends with them
        plan.steps = max(1, plan.steps // plan.steps_per_epoch) * plan.steps_per_epoch
    return lambda: when(curves.learned(plan))
