"""Optimizers and schedules of the split `newer`, written here: Adan, AdEMAMix, cautious AdamW, signum, SM3; steps at milestones, by time, by stairs, a plateau
after the warm-up, triangles that become smaller, a power of time."""

import math

import torch

RATES = dict(adan=4e-3, ademamix=1.5e-3, cautious=2.5e-3, signum=4e-4, sm3=0.05, asgd=0.05)


class Each(torch.optim.Optimizer):
    """Each tensor by itself: step() asks direction(state, gradient, group) where to go, and weights decay as AdamW has it."""

    def __init__(self, weights, lr=1e-3, weight_decay=0.0, **more):
        super().__init__(weights, dict(lr=lr, weight_decay=weight_decay, eps=1e-8, **more))

    def step(self, closure=None):
        loss = closure() if closure else None
        with torch.no_grad():
            for group in self.param_groups:
                for p in (p for p in group["params"] if p.grad is not None):
                    p.mul_(1 - group["lr"] * group["weight_decay"])
                    p.add_(self.direction(self.state[p], p.grad, group), alpha=-group["lr"])
        return loss


def average(state, name, value, keep):
    """The average under this name, moved towards the value; it begins at nought."""
    if name not in state:
        state[name] = torch.zeros_like(value)
    return state[name].lerp_(value, 1 - keep)


def counted(state):
    state["t"] = state.get("t", 0) + 1
    return state["t"]


class Adan(Each):
    """Xie and others 2022: the gradient, how it changed, and the squares of both."""

    def direction(self, state, g, group):
        t, change = counted(state), g - state.get("last", g)
        state["last"] = g.clone()
        mean, turn = average(state, "mean", g, 0.98), average(state, "turn", change, 0.92)
        size = average(state, "size", (g + 0.92 * change) ** 2, 0.99)
        fair = lambda keep: 1 - keep**t
        return (mean / fair(0.98) + 0.92 * turn / fair(0.92)) / ((size / fair(0.99)).sqrt() + group["eps"])


class AdEmaMix(Each):
    """Pagliardini and others 2024: a quick average of the gradient and a slow one."""

    def direction(self, state, g, group):
        t = counted(state)
        quick, slow = average(state, "quick", g, 0.9), average(state, "slow", g, 0.995)
        size = average(state, "size", g**2, 0.999)
        return (quick / (1 - 0.9**t) + 1.5 * slow) / ((size / (1 - 0.999**t)).sqrt() + group["eps"])


class Cautious(Each):
    """Liang and others 2024: AdamW, but no step against the gradient of now."""

    def direction(self, state, g, group):
        t = counted(state)
        mean, size = average(state, "mean", g, 0.9), average(state, "size", g**2, 0.999)
        step = mean / (1 - 0.9**t) / ((size / (1 - 0.999**t)).sqrt() + group["eps"])
        agrees = (step * g > 0).to(g.dtype)
        return step * agrees / agrees.mean().clamp_min(0.1)


class Signum(Each):
    """Bernstein and others 2018: the sign of the momentum."""

    def direction(self, state, g, group):
        return average(state, "mean", g, 0.9).sign()


class Sm3(Each):
    """Anil and others 2019: sums of squares, kept by row and by column."""

    def direction(self, state, g, group):
        flat = g.reshape(len(g), -1) if g.ndim > 1 else g[None]
        rows, columns = state.setdefault("rows", torch.zeros(len(flat), 1)), state.setdefault("columns", torch.zeros(1, flat.shape[1]))
        size = torch.minimum(rows, columns) + flat**2
        state["rows"], state["columns"] = size.amax(1, keepdim=True), size.amax(0, keepdim=True)
        return average(state, "mean", (flat / (size.sqrt() + 1e-12)).view_as(g), 0.9)


MAKERS = dict(adan=Adan, ademamix=AdEmaMix, cautious=Cautious, signum=Signum, sm3=Sm3, asgd=torch.optim.ASGD)


def smaller_triangles(steps):
    """Up and down five times, each time half as high."""
    half = max(1, steps // 10)
    return lambda s: 0.1 + 0.9 * (1 - abs(s % (2 * half) / half - 1)) * 0.5 ** (s // (2 * half))


def plateau_then_down(steps):
    """Warm-up, four tenths of the run at the whole rate, and a cosine down to a twentieth."""
    w = max(1, steps // 12)
    fall = lambda s: 0.5 * (1 + math.cos(math.pi * min(1.0, max(0.0, s / steps - 0.4) / 0.6)))
    return lambda s: min(1.0, (s + 1) / w) * (0.05 + 0.95 * fall(s))


SCHEDULES = dict(
    multistep=lambda steps: lambda s: 0.3 ** sum(s >= share * steps for share in (0.5, 0.75, 0.9)),
    timedecay=lambda steps: lambda s: 1 / (1 + 6 * s / steps),
    stairs=lambda steps: lambda s: 0.85 ** (16 * s // steps),
    plateau=plateau_then_down,
    triangular2=smaller_triangles,
    power=lambda steps: lambda s: min(1.0, (s + 1) / (steps // 30 + 1), ((s + 1) / (steps // 30 + 1)) ** -0.35),
)
