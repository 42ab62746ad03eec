"""Healthy runs in which something happens that looks like trouble: a bump, a step, a restart, skipped steps."""

import numpy as np
import torch

from loops import loggers, plain
from tasks.plan import SCHEDULES, cosine
from verify import curves
from .controls_tasks import on
from .fault import control, when


@control("warmup_bump", frameworks="plain", data="cls lm", runs=1.5)
def warmup_bump(plan):
    """A rise during warm-up, below 1.5 times the first loss, that is made good again."""
    plan.optimizer, plan.steps, plan.log_every, plan.clip = "adam", 600, plan.rng.choice([1, 5]), 1.0
    at, high = plan.rng.randrange(8, 25), plan.rng.uniform(8, 20)
    calm = cosine(600, 0.05)
    plan.schedule, plan.schedule_name = (lambda s: calm(s) * (high if at <= s < at + 10 else 1)), "cosine with warmup"

    def happened():
        v = curves.smooth(plan.history.loss, 3)
        early = v[: len(v) // 4]
        bump = max(early[i] / early[: i + 1].min() for i in range(len(early)))
        return when(curves.learned(plan) and 1.08 < bump and v.max() < 1.5 * v[0])

    return happened


@control("curriculum", frameworks="plain", data="cls", runs=1.5)
def curriculum(plan):
    """Easy rows first; when the hard ones come the loss steps up, and falls again."""
    plan.family = "mlp" if plan.split == "calibration" else plan.family
    at, noise = plan.rng.randrange(250, 400), plan.rng.uniform(0.4, 0.8)
    plan.steps, plan.optimizer, plan.schedule_name, plan.evals, plan.log_every = 1000, "adam", "constant", 0, 5
    plan.declared = {"curriculum": f"noise {noise:.2f} from step {at}"}
    g = torch.Generator().manual_seed(plan.seed)
    plan.batch_hooks.append(lambda s, x, y: (x + noise * torch.randn(x.shape, generator=g) if s >= at else x, y))

    def happened():
        v = plan.history.loss
        before, peak = np.median(v[at - 40 : at]), np.median(v[at : at + 20])
        return when(curves.finite(v) and 1.3 * before < peak < 0.7 * v[0] and np.mean(v[-60:]) < 0.85 * peak)

    return happened


@control("double_descent", frameworks="plain", data="cls")
def double_descent(plan):
    """The held-out loss rises for a while and then falls below where it was: in between few rows come by, and are learned by heart."""
    plan.family = "mlp" if plan.split == "calibration" else plan.family
    if plan.split == "homely":  # its other classes are soon learned as well as they can be
        on(plan, plan.rng.choice(["smileys", "balance", "balance"]))
    plan.steps, plan.evals, plan.optimizer, plan.rate, plan.schedule_name = plan.so_many(1200, 900), 40, "adamw", 2e-3, "cosine10"
    at, wide, g = plan.rng.randrange(*plan.so_many((200, 300), (150, 220))), plan.rng.randrange(150, 250), torch.Generator().manual_seed(plan.seed)

    def rows(s, x, y):
        if not at <= s < at + wide:
            return x, y
        few = torch.randint(0, plan.so_many(60, 40), (len(y),), generator=g)
        return plan.data.X[few], plan.data.Y[few]

    plan.batch_hooks.append(rows)

    def happened():
        val, steps = curves.smooth(curves.vals(plan), 2), np.array([step for step, _, _ in plan.history.evals])
        before, within = val[steps <= at].min(), val[(steps > at) & (steps <= at + wide + plan.eval_every)].max()
        return when(curves.learned(plan, val_rise=1.05) and within > 1.08 * before and val[-3:].max() < before)

    return happened


@control("clean_restart", frameworks="plain", data="cls lm", runs=1.5)
def clean_restart(plan):
    """Stopped and resumed with all of its state; some steps are trained twice."""
    stop, back = plan.rng.randrange(250, 400) // 10 * 10, plan.rng.choice([0, 20, 50])
    plan.steps, plan.log_every, plan.optimizer = 800, plan.rng.choice([1, 5, 10]), "sgd" if plan.data.kind == "cls" else "adam"
    if plan.data.kind == "cls":
        plan.rate = 0.1

    def carry_out(directory):
        logger, seed, whole, state = loggers.choose(plan, "lines"), plan.rng.random(), plan.steps, {}
        plan.schedule = SCHEDULES[plan.schedule_name](whole)
        plan.rng.seed(seed)

        def save(step, net):
            if step == stop - back:
                state.update({k: v.clone() for k, v in net.state_dict().items()})

        plan.step_hooks.append(save)
        plan.steps = stop
        plain.train(plan, directory, logger)
        plan.step_hooks.clear()
        if back:
            plan.net.load_state_dict(state)
        old, build = plan.optimizer_now.state_dict(), plan.build_optimizer

        def restored(weights):
            optimizer = build(weights)
            optimizer.load_state_dict(old)
            return optimizer

        plan.build_optimizer, plan.start, plan.steps = restored, stop - back, whole
        plan.rng.seed(seed)
        plain.train(plan, directory, logger)
        return "step"

    plan.carry_out = carry_out
    return lambda: when(curves.learned(plan))


@control("gradient_spikes", frameworks="plain hf", data="cls lm")
def gradient_spikes(plan):
    """Some batches with huge gradients that clipping takes away; the loss does not notice."""
    hits = set(plan.rng.sample(range(150, 480), 3))
    plan.steps, plan.clip, plan.log_grad, plan.log_every, plan.optimizer = 500, 0.5, True, 1, "adam"
    inner = plan.loss

    class Steeper(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.clone()

        @staticmethod
        def backward(ctx, g):
            return g * 30

    count = [0]

    def loss(out, y):
        if out.requires_grad:
            count[0] += 1
        return Steeper.apply(inner(out, y)) if count[0] in hits and out.requires_grad else inner(out, y)

    plan.loss = loss
    return lambda: when(curves.learned(plan))


@control("rate_drops", data="cls lm")
def rate_drops(plan):
    """Steps of the schedule are steps of the loss."""
    plan.schedule_name, plan.steps, plan.batch, plan.optimizer = "step", 900, 8, plan.rng.choice(["momentum", "adam"])
    return lambda: when(curves.learned(plan, rise=0.2))


@control("loss_scale", frameworks="plain", data="cls lm")
def loss_scale(plan):
    """Dynamic loss scaling finds its level: a few skipped steps at the start, one later."""
    scale, skip = [65536.0], set(range(plan.rng.randrange(2, 4))) | {plan.rng.randrange(200, 280)}
    plan.log_every, plan.log_grad, plan.declared = plan.rng.choice([1, 5]), True, {"fp16": True}

    def hook(step, net):
        if step in skip:
            plan.history.notes["skip"], scale[0] = True, scale[0] / 2

    plan.step_hooks.append(hook)
    plan.extras.append(lambda m, o: {"loss_scale": scale[0]})
    return lambda: when(curves.learned(plan))
