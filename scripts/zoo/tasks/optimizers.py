"""Optimizers by name, with the step size that suits each; Lion is written here. SCHEDULES: the step size over a run, as a share of the rate.

A schedule is made for a number of steps and then says the factor at each."""

import math

import torch

RATES = dict(sgd=0.05, momentum=0.01, adam=2e-3, adamw=2e-3, rmsprop=1e-3)
RATES.update(nesterov=0.015, nadam=2e-3, adamax=4e-3, adagrad=0.02, lion=3e-4)


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


SCHEDULES = dict(
    constant=lambda steps: lambda s: 1.0,
    cosine=cosine,
    linear=linear,
    cosine10=lambda steps: cosine(steps, floor=0.1),
    step=lambda steps: lambda s: 0.1 ** min(2, 3 * s // steps),
    onecycle=onecycle,
    invsqrt=invsqrt,
    wsd=stable_then_down,
    polynomial=lambda steps: lambda s: max(0.0, 1 - s / steps) ** 2,
)
