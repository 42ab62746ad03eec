"""Optimizers by name, with the step size that suits each; Lion is written here. SCHEDULES: the step size over a run, as a share of the rate.

A schedule is made for a number of steps and then says the factor at each."""

import math

import torch

from . import optimizers_newer

RATES = dict(sgd=0.05, momentum=0.01, adam=2e-3, adamw=2e-3, rmsprop=1e-3)
RATES.update(nesterov=0.015, nadam=2e-3, adamax=4e-3, adagrad=0.02, lion=3e-4)
RATES.update(yogi=3e-3, muon=6e-3, adadelta=0.5, lookahead=3e-3)
RATES.update(radam=3e-3, amsgrad=2e-3, heavyball=5e-3, adabelief=2e-3, lamb=6e-3, adafactor=1e-2)
RATES.update(optimizers_newer.RATES)


class Lion(torch.optim.Optimizer):
    """Chen and others 2023: steps of the sign of two averages of the gradient."""

    def __init__(self, weights, lr=3e-4, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(weights, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    def step(self, closure=None):
        loss = closure() if closure else None
        self.move()
        return loss

    @torch.no_grad()
    def move(self):
        for group in self.param_groups:
            fast, slow = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                mean = self.state[p].setdefault("mean", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"]).sub_(mean.lerp(p.grad, 1 - fast).sign(), alpha=group["lr"])
                mean.lerp_(p.grad, 1 - slow)


class Foreach(torch.optim.Optimizer):
    """Averages of the gradient and of its squares, all tensors at once; what is made of them is the subclass's."""

    def __init__(self, weights, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(weights, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay))

    def step(self, closure=None):
        loss = closure() if closure else None
        with torch.no_grad():
            for group in self.param_groups:
                self.move(group, [p for p in group["params"] if p.grad is not None])
        return loss

    def averages(self, group, weights, surprise):
        """Corrected for their start at zero; the squares are of the gradient, or of how far it is from its average."""
        (fast, slow), grads = group["betas"], [p.grad for p in weights]
        state = [self.state[p] for p in weights]
        for one, p in zip(state, weights):
            if not one:
                one.update(step=0, mean=torch.zeros_like(p), square=torch.zeros_like(p))
            one["step"] += 1
        mean, square = [one["mean"] for one in state], [one["square"] for one in state]
        torch._foreach_lerp_(mean, grads, 1 - fast)
        far = torch._foreach_sub(grads, mean) if surprise else grads
        torch._foreach_mul_(square, slow)
        torch._foreach_addcmul_(square, far, far, 1 - slow)
        t = [one["step"] for one in state]
        size = torch._foreach_sqrt(torch._foreach_div(square, [1 - slow**n for n in t]))
        torch._foreach_add_(size, group["eps"])
        return torch._foreach_div(torch._foreach_div(mean, [1 - fast**n for n in t]), size)


class AdaBelief(Foreach):
    """Zhuang and others 2020."""

    def move(self, group, weights):
        if weights:
            steps = self.averages(group, weights, True)
            torch._foreach_mul_(weights, 1 - group["lr"] * group["weight_decay"])
            torch._foreach_add_(weights, steps, alpha=-group["lr"])


class Lamb(Foreach):
    """You and others 2019: each tensor's step is as long as the tensor, within bounds."""

    def move(self, group, weights):
        if weights:
            steps = self.averages(group, weights, False)
            torch._foreach_add_(steps, weights, alpha=group["weight_decay"])
            long, wide = torch._foreach_norm(weights), torch._foreach_norm(steps)
            trust = [float((a.clamp(0.1, 10) / b.clamp_min(1e-6)).clamp(0.01, 10)) for a, b in zip(long, wide)]
            torch._foreach_mul_(steps, [-group["lr"] * t for t in trust])
            torch._foreach_add_(weights, steps)


class Yogi(Foreach):
    """Zaheer and others 2018: the average of the squares moves by a bounded step."""

    def move(self, group, weights):
        for p in weights:
            one = self.state[p]
            if not one:
                one.update(mean=p.grad * 0, square=p.grad**2)
            square = p.grad**2
            one["mean"].lerp_(p.grad, 1 - group["betas"][0])
            one["square"].sub_((one["square"] - square).sign() * square, alpha=1 - group["betas"][1])
            p.mul_(1 - group["lr"] * group["weight_decay"]).addcdiv_(one["mean"], one["square"].sqrt() + 1e-3, value=-group["lr"])


class Muon(Foreach):
    """Jordan and others 2024: the momentum of a matrix made orthogonal by five steps of Newton and Schulz; for the rest, its sign."""

    @staticmethod
    def orthogonal(m):
        x = m / (m.norm() + 1e-7)
        for _ in range(5):
            a = x @ x.T
            x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
        return x * max(1.0, m.shape[0] / m.shape[1]) ** 0.5

    def move(self, group, weights):
        for p in weights:
            mean = self.state[p].setdefault("mean", torch.zeros_like(p)).mul_(0.95).add_(p.grad)
            step = self.orthogonal(mean) if p.ndim == 2 else 0.2 * mean.sign()
            p.mul_(1 - group["lr"] * group["weight_decay"]).sub_(step, alpha=group["lr"])


class Lookahead(torch.optim.Adam):
    """Zhang and others 2019: every fifth step half way back to where the slow weights are."""

    def step(self, closure=None):
        told = super().step(closure)
        self.steps = getattr(self, "steps", 0) + 1
        for p in (p for group in self.param_groups for p in group["params"]):
            slow = self.slow.setdefault(p, p.detach().clone())
            if self.steps % 5 == 0:
                p.data.copy_(slow.lerp_(p.detach(), 0.5))
        return told

    def __init__(self, weights, **options):
        self.slow = {}
        super().__init__(weights, **options)


MAKERS = dict(
    sgd=torch.optim.SGD,
    momentum=lambda weights, **o: torch.optim.SGD(weights, **{"momentum": 0.9, **o}),
    nesterov=lambda weights, **o: torch.optim.SGD(weights, **{"momentum": 0.9, "nesterov": True, **o}),
    adam=torch.optim.Adam,
    adamw=torch.optim.AdamW,
    rmsprop=torch.optim.RMSprop,
    nadam=torch.optim.NAdam,
    adamax=torch.optim.Adamax,
    adagrad=torch.optim.Adagrad,
    lion=Lion,
    radam=torch.optim.RAdam,
    amsgrad=lambda weights, **o: torch.optim.Adam(weights, **{"amsgrad": True, **o}),
    heavyball=lambda weights, **o: torch.optim.SGD(weights, **{"momentum": 0.95, **o}),
    adabelief=AdaBelief,
    lamb=Lamb,
    adafactor=torch.optim.Adafactor,
    yogi=Yogi,
    muon=Muon,
    adadelta=torch.optim.Adadelta,
    lookahead=Lookahead,
    **optimizers_newer.MAKERS,
)


def half_cosine(x):
    return 0.5 * (1 + math.cos(math.pi * min(1.0, max(0.0, x))))


def cosine(steps, warmup=0.05, floor=0.0):
    w = max(1, int(steps * warmup))
    return lambda s: min(1.0, (s + 1) / w) * (floor + (1 - floor) * half_cosine(max(0, s - w) / max(1, steps - w)))


def linear(steps, warmup=0.05):
    w = max(1, int(steps * warmup))
    return lambda s: min(1.0, (s + 1) / w) * max(0.0, 1 - max(0, s - w) / max(1, steps - w))


def onecycle(steps):
    """Up for three tenths, from a twenty-fifth; then down to nothing."""
    top = max(1, int(0.3 * steps))
    return lambda s: 0.04 + 0.96 * half_cosine(1 - s / top) if s < top else half_cosine((s - top) / max(1, steps - top))


def invsqrt(steps):
    w = max(1, steps // 20)
    return lambda s: min((s + 1) / w, (w / (s + 1)) ** 0.5)


def stable_then_down(steps):
    """Warm-up, constant, and a straight fall over the last fifth."""
    w = max(1, steps // 25)
    return lambda s: min(1.0, (s + 1) / w, max(0.0, (steps - s) / max(1, steps // 5)))


def flat_then_cosine(steps):
    """Three quarters of it constant, then half a cosine."""
    return lambda s: half_cosine(max(0.0, s / steps - 0.72) / 0.28)


def root_down(steps):
    """Warm-up, and down by one minus a root over the last third."""
    w, fall = max(1, steps // 20), steps - steps // 3
    return lambda s: min(1.0, (s + 1) / w) * (1.0 if s < fall else max(0.0, 1 - ((s - fall) / max(1, steps - fall)) ** 0.5))


def triangles(steps):
    """Up and down four times between a fifth and the whole, as cyclical rates are."""
    half = max(1, steps // 8)
    return lambda s: 0.2 + 0.8 * (1 - abs(s % (2 * half) / half - 1))


def longer_cosines(steps):
    """Cosines that begin anew, each twice as long as the one before."""
    ends = [steps / 7, steps * 3 / 7, steps + 1]

    def at(s):
        k = next(i for i, end in enumerate(ends) if s < end)
        begin = ends[k - 1] if k else 0
        return 0.02 + 0.98 * half_cosine((s - begin) / (ends[k] - begin))

    return at


SCHEDULES = dict(
    sgdr=longer_cosines,
    halves=lambda steps: lambda s: 0.5 ** (6 * s // steps),
    warmcos=lambda steps: cosine(steps, 0.15, 0.01),
    tofifth=lambda steps: lambda s: 1 - 0.8 * s / steps,
    constant=lambda steps: lambda s: 1.0,
    cosine=cosine,
    linear=linear,
    cosine10=lambda steps: cosine(steps, floor=0.1),
    step=lambda steps: lambda s: 0.1 ** min(2, 3 * s // steps),
    onecycle=onecycle,
    invsqrt=invsqrt,
    wsd=stable_then_down,
    flatcos=flat_then_cosine,
    rootdown=root_down,
    triangles=triangles,
    exponential=lambda steps: lambda s: 0.03 ** (s / steps),
    polynomial=lambda steps: lambda s: max(0.0, 1 - s / steps) ** 2,
    **optimizers_newer.SCHEDULES,
)
