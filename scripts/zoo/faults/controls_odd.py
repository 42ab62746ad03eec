"""Healthy runs of the splits since `unseen` that look odd by their schedule, their sizes, or what is logged when."""

import copy
import time

import numpy as np
import torch

from tasks import nets
from tasks.plan import evaluate, told_loss
from verify import curves
from .fault import TORCH, control, when
from .state import timed

HERE = dict(only="unseen fresh wider other newer genuine common everyday likely familiar handy homely")
AS_IT_IS = dict(only="unseen fresh wider other newer genuine common everyday likely familiar handy homely", as_it_is=True)


@control("one_cycle", data="cls reg lm", **HERE)
def one_cycle(plan):
    """A rate that climbs to three times the usual one and comes down to nothing."""
    plan.schedule_name, plan.optimizer, plan.rate = "onecycle", plan.optimizer, plan.rate * 3
    return lambda: when(curves.learned(plan))


@control("warm_restarts", frameworks="plain lightning", data="cls reg lm", **HERE)
def warm_restarts(plan):
    """A cosine that begins anew four times: the loss is a saw."""
    plan.steps, plan.schedule_name = plan.rng.choice([600, 1200]), "cosine with restarts"
    period = plan.steps // plan.rng.choice([3, 4])
    plan.schedule = lambda s: 0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * (s % period) / period))
    plan.declared = {"restart_every": period}
    return lambda: when(curves.learned(plan, rise=0.3))


@control("early_stopped", frameworks="plain", data="cls reg", runs=1.5, **HERE)
def early_stopped(plan):
    """Patience ends it, as it should: far before the last step that was planned."""
    plan.optimizer, plan.schedule_name, plan.evals, plan.steps = "adam", "constant", 40, plan.so_many(2000, 1200)
    plan.declared, plan.rate, patience = {"max_steps": plan.steps}, plan.rate * 1.5, plan.rng.choice([4, 6])

    def hook(step, net):
        v = curves.smooth(curves.vals(plan), 2)
        if len(v) > patience + 4 and v[-patience:].min() > 0.985 * v[:-patience].min():
            plan.steps = step
            plan.last_words = f"Early stopping: validation loss did not improve for {patience} evaluations. Best: {v.min():.4f}\n"

    plan.step_hooks.append(hook)
    return lambda: when(curves.learned(plan, val_rise=1.1) and plan.last_words)


@control("fine_tuned", data="cls reg lm", runs=1.5, **HERE)
def fine_tuned(plan):
    """Begins with weights that have learned most of it already: there is little left to fall."""
    torch.manual_seed(plan.seed)
    plan.net = nets.build(plan.family, plan.data, **plan.size)
    optimizer = torch.optim.Adam(plan.net.parameters(), 2e-3)
    for _ in range(plan.rng.choice([150, 300])):
        rows = torch.randint(0, len(plan.data.X), (48,))
        optimizer.zero_grad()
        told_loss(plan, plan.net, plan.net(plan.data.X[rows]), plan.data.Y[rows]).backward()
        optimizer.step()
    plan.schedule_name, plan.rate, plan.declared = "wsd", plan.rate * 0.3, {"init_from": "pretrained.pt"}

    def happened():
        first, last = curves.ends(plan.history.loss)
        v = curves.vals(plan)
        fell = np.mean(plan.history.loss[-60:]) < 0.97 * np.mean(plan.history.loss[:15])
        return when(curves.finite(plan.history.loss) and first < 0.7 * plan.data.chance() and fell and len(v) > 2 and v[-1] < 1.05 * min(v))

    return happened


@control("averaged", frameworks="plain", data="cls reg lm", **HERE)
def averaged(plan):
    """What is evaluated is the mean of the last weights: it lags, and then is better than the network itself."""
    plan.evals, held, keep = 20, {}, plan.rng.choice([0.98, 0.99])

    def hook(step, net):
        mean = held.setdefault("net", copy.deepcopy(net))
        with torch.no_grad():
            for a, b in zip(mean.parameters(), net.parameters()):
                a.lerp_(b, 1 - keep)

    def spoil(step, told):
        now, plan.net = plan.net, held["net"]
        shown = type("Shown", (), {"net": held["net"], "training": True, "train": lambda self, was: None})()
        plan.history.evals.pop()
        loss, right = evaluate(plan, shown, step)
        plan.net = now
        return {"loss": loss, **({} if right is None else {"accuracy": right})}

    plan.step_hooks.append(hook)
    plan.history.notes["spoil_eval"], plan.declared = spoil, {"ema_decay": keep}
    return lambda: when(curves.learned(plan, val_rise=1.1))


@control("thawed", frameworks="plain hf", data="cls", **HERE)
def thawed(plan):
    """The head alone first, then everything: a step down of the loss, and of the gradient a step up."""
    plan.optimizer, plan.steps, plan.schedule_name, plan.log_grad = "adamw", 600, "constant", True
    at = plan.rng.randrange(100, 220)
    plan.declared = {"unfreeze_at": at}

    def hook(step, net):
        weights = list(net.parameters())
        for p in weights[:-2]:
            p.requires_grad_(step >= at)

    plan.step_hooks.append(hook)
    return lambda: when(curves.learned(plan) and np.median(plan.history.loss[-40:]) < 0.9 * np.median(plan.history.loss[at - 30 : at]))


@control("batch_grows", frameworks="plain", data="cls reg lm", **HERE)
def batch_grows(plan):
    """An eighth of the batch in the first half: the noise of the loss falls at once, and nothing is wrong."""
    plan.batch, plan.steps = (16 if plan.data.kind == "lm" else 96), plan.rng.choice([500, 900])
    half, few = plan.steps // 2, plan.batch // 8
    plan.batch_hooks.append(lambda s, x, y: (x[:few], y[:few]) if s < half else (x, y))
    return lambda: when(curves.learned(plan, rise=0.25))


@control("few_evaluations", data="cls reg lm", runs=1.5, **HERE)
def few_evaluations(plan):
    plan.evals, plan.steps = plan.rng.choice([2, 3]), plan.rng.choice([450, 1200])
    return lambda: when(curves.learned(plan))


@control("no_evaluation", frameworks="plain hf", data="cls reg lm", **HERE)
def no_evaluation(plan):
    plan.evals = 0
    return lambda: when(curves.learned(plan))


@control("twenty_points", frameworks="plain hf", data="cls reg lm", runs=1.5, **AS_IT_IS)
def twenty_points(plan):
    plan.log_every = plan.rng.choice([10, 25, 50])
    plan.steps, plan.evals = plan.log_every * plan.rng.choice([20, 28]), plan.rng.choice([4, 7])
    return lambda: when(curves.learned(plan))


@control("long_and_rare", frameworks="plain hf", data="cls reg", **AS_IT_IS)
def long_and_rare(plan):
    plan.log_every, plan.steps, plan.evals, plan.batch = 100, plan.rng.choice(plan.so_many([4000, 6000], [2500])), plan.rng.choice([12, 40]), 24
    plan.rate *= 0.6
    return lambda: when(curves.learned(plan, 0.85, 0.2, 1.1))


@control("each_small_step", frameworks="plain", data="cls reg lm", runs=1.5, lines=True, **AS_IT_IS)
def each_small_step(plan):
    """Batches of three or six, each logged: nothing but noise to the eye."""
    plan.batch, plan.log_every, plan.steps, plan.evals = plan.rng.choice([3, 6]), 1, plan.rng.choice([500, 900]), 15
    plan.optimizer, plan.rate = plan.rng.choice([("adamw", 7e-4), ("nadam", 7e-4), ("nesterov", 2e-3)])
    mean = lambda part: np.mean(plan.history.loss[part])
    return lambda: when(
        curves.finite(plan.history.loss)
        and mean(slice(-150, None)) < 0.8 * mean(slice(0, 40))
        and np.mean(curves.vals(plan)[-3:]) < 1.08 * min(curves.vals(plan))
    )


@control("pauses", frameworks="plain", data="cls reg lm", **HERE)
def pauses(plan):
    """Every so often a checkpoint is written: the step takes ten times as long, and then all is as before."""
    plan.steps, every = 240, plan.rng.choice([30, 40])
    logged = timed(plan, lambda s: 0.0003, compute=0.004)
    plan.step_hooks.append(lambda step, net: time.sleep(0.06) if step % every == every - 1 else None)
    return lambda: when(curves.learned(plan) and np.median([d / s for d, s in logged]) < 0.2)


@control("cache_fills", frameworks="plain", data="cls reg", **HERE)
def cache_fills(plan):
    """Rows are kept once they were read: memory grows through the first epoch and then stands still."""
    kept, base, most = {}, plan.rng.uniform(300, 800), plan.rng.randrange(40, 90)

    def keep(s, x, y):
        if s < most:
            kept[s] = x.repeat(200, *[1] * (x.ndim - 1))
        return x, y

    plan.batch_hooks.append(keep)
    plan.steps = 600
    plan.extras.append(lambda m, o: {"memory_allocated_mb": round(base + sum(t.numel() * 4 for t in kept.values()) / 2**20, 1)})

    def happened():
        kept.clear()
        return when(curves.learned(plan))

    return happened


@control("usual_numbers", frameworks=TORCH + " keras", data="cls reg lm", runs=4, **HERE)
def usual_numbers(plan):
    """Nothing special, in whatever size comes."""
    plan.steps = plan.rng.choice([180, 400, 1000])
    return lambda: when(curves.learned(plan))
