"""The loop and what it keeps: optimizer groups, cleared gradients, restarts, memory and time (section E, G)."""

import time

import numpy as np
import torch

from loops import loggers, plain
from tasks import nets
from tasks.plan import LATER, SCHEDULES, cosine
from verify import curves, twin
from .fault import TORCH, fault, when


@fault(
    "F43",
    "frozen",
    "weights_frozen loss_not_decreasing loss_at_chance loss_plateau grad_zero score_stuck",
    "params_not_updated lr_too_low",
    frameworks=TORCH,
)
def frozen(plan):
    """The optimizer was built before the network was replaced: it moves weights that nobody uses."""
    torch.manual_seed(plan.seed)
    other = nets.build(plan.family, plan.data, **plan.size)
    for p in other.parameters():
        p.grad = torch.zeros_like(p)
    plan.history.notes["weights"] = list(other.parameters())
    return lambda: when(curves.stuck(plan, 0.97))


@fault(
    "F44",
    "not_cleared",
    "loss_divergence grad_explosion loss_oscillation loss_plateau loss_spike loss_nonfinite grad_nonfinite score_drop loss_not_decreasing "
    "loss_at_chance score_stuck",
    "gradient_not_cleared lr_too_high exploding_gradients oscillating_loss",
    frameworks="plain",
    data="cls reg",
)
def not_cleared(plan):
    """zero_grad() was forgotten: each step moves along the sum of all gradients so far."""
    plan.clear, plan.clip, plan.schedule_name, plan.log_grad = False, 0, "constant", plan.rng.random() < 0.8
    plan.optimizer = plan.rng.choice(["sgd", "adam"])

    def happened():
        """It ended far from solved, and far above where it ends with gradients that are cleared."""
        last = curves.ends(plan.history.loss)[1]
        return when(not np.isfinite(last) or (last > 0.15 * plan.data.chance() and twin.ends(plan) < 0.6 * last))

    return happened


def restarted(plan, again, when_stopped=(200, 320), jump=0.1, percentile=60):
    """Trained to a checkpoint, stopped, and started again from it in the same directory; again(plan) is what was not restored."""
    stop, back = plan.rng.randrange(*when_stopped), plan.rng.choice([0, 30])
    plan.log_every = plan.rng.choice([1, 5])

    def carry_out(directory):
        logger, whole = loggers.choose(plan, "lines"), plan.steps
        plan.schedule = plan.schedule or SCHEDULES[plan.schedule_name](whole)
        seed = plan.rng.random()
        plan.rng.seed(seed)
        plan.steps = stop
        plain.train(plan, directory, logger)
        plan.first = list(plan.history.loss)
        plan.start, plan.steps = max(0, (stop - back) // plan.log_every * plan.log_every), whole
        again(plan)
        plan.rng.seed(seed)
        plain.train(plan, directory, logger)
        return "step"

    plan.carry_out, plan.steps, plan.schedule_name, plan.optimizer = carry_out, 700, plan.rng.choice(["constant", "cosine10"]), "adam"

    def happened():
        after = plan.history.loss[len(plan.first) :]
        before = np.median(plan.first[-15:])
        return when(
            curves.finite(plan.history.loss)
            and np.percentile(after[:30], percentile) > max(1.4 * before, before + jump * (plan.first[0] - before)),
            onset=plan.start + 1,
        )

    return happened


@fault(
    "F48",
    "weights_lost",
    "restart_discontinuity loss_spike score_drop",
    "checkpoint_not_loaded resume_state_lost",
    frameworks="plain",
    data="cls lm",
    runs=1.5,
)
def weights_lost(plan):
    """load_state_dict(strict=False) with names that no longer fit: the network starts anew, the step counter does not."""
    return restarted(plan, lambda p: setattr(p, "net", None), jump=0.4)


@fault(
    "F47",
    "state_lost",
    "restart_discontinuity loss_spike score_drop grad_spike loss_divergence lr_out_of_schedule",
    "resume_state_lost checkpoint_not_loaded lr_too_high lr_schedule_misconfigured",
    frameworks="plain",
    data="cls reg",
    runs=1.5,
)
def state_lost(plan):
    """Only the weights were saved: Adam's moments are gone, and the schedule begins anew at its full rate."""
    plan.family = "mlp" if plan.split == "calibration" else plan.family
    plan.schedule = cosine(700, 0.0, 0.02)
    question = restarted(plan, lambda p: setattr(p, "schedule", lambda s: cosine(700, 0.0, 0.02)(s - p.start)), (480, 600), 0.04, 85)
    plan.schedule_name, plan.rate = "cosine", plan.rng.choice([2e-2, 4e-2])
    return question


@fault("F46", "memory_leak", "memory_growth", "retained_graph_memory", frameworks="plain", data="cls reg")
def memory_leak(plan):
    """losses.append(loss): every graph is kept, with its activations. What is logged: a model's own share, and what really is alive."""
    plan.steps, plan.batch, kept = 400, 64, []
    wide = 300 if plan.split not in LATER else max(1, 3000 // plan.data.X.shape[1])  # some have a hundred columns
    base = plan.rng.uniform(200, 900)

    def keep(step, x, y):
        out = plan.net(x)
        kept.append((out, x.repeat(wide, *[1] * (x.ndim - 1)) * 1.5))
        return x, y

    plan.batch_hooks.append(keep)
    seen = []

    def note(model, optimizer):
        alive = sum(t.numel() * t.element_size() for pair in kept for t in pair)
        seen.append(base + alive / 2**20)
        return {"memory_allocated_mb": round(seen[-1], 1)}

    plan.extras.append(note)

    def happened():
        kept.clear()
        return when(len(seen) > 10 and seen[-1] > 1.4 * seen[0])

    return happened


def timed(plan, wait, compute=0.0):
    """Step and data time as many loops log them; wait(step) seconds are spent in the loader, compute in the network; where the machine had others on it five times as
    many. Returns what was logged: a list of (data, step) seconds."""
    busy = 5 if plan.split in ("familiar", "handy", "homely") else 1
    clock, logged = {"last": None, "data": 0.0}, []
    plan.step_hooks.append(lambda step, net: time.sleep(busy * compute))

    def load(step, x, y):
        begin = time.perf_counter()
        time.sleep(busy * wait(step))
        clock["data"] += time.perf_counter() - begin
        return x, y

    plan.batch_hooks.append(load)

    def note(model, optimizer):
        now = time.perf_counter()
        if clock["last"]:
            logged.append((clock["data"] / plan.log_every, (now - clock["last"]) / plan.log_every))
        clock.update(last=now, data=0.0)
        return (
            {"data_time": round(logged[-1][0], 5), "step_time": round(logged[-1][1], 5)} if logged else {"data_time": 0.0, "step_time": 0.0}
        )

    plan.extras.append(note)
    return logged


@fault("F66", "slow_loader", "input_starved throughput_drop", "input_pipeline_bottleneck", frameworks="plain", data="cls reg lm")
def slow_loader(plan):
    """One worker that decodes; the network waits two thirds of the time."""
    plan.steps, plan.log_every = 250, plan.rng.choice([1, 5])
    logged = timed(plan, lambda step: plan.rng.uniform(0.012, 0.02))
    return lambda: when(np.median([d / s for d, s in logged]) > 0.6)


@fault(
    "F66",
    "slows_down",
    "throughput_drop input_starved",
    "input_pipeline_bottleneck hardware_fault cpu_thread_oversubscription",
    frameworks="plain",
    data="cls reg lm",
)
def slows_down(plan):
    """A neighbour came to the node, or the disk became slow: from some step on everything takes several times as long."""
    at = plan.rng.randrange(120, 180)
    plan.steps, plan.log_every = 300, plan.rng.choice([1, 5])
    logged = timed(plan, lambda step: plan.rng.uniform(0.003, 0.004) * (8 if step >= at else 1))
    step_times = lambda a, b: np.median([s for _, s in logged[a // plan.log_every : b // plan.log_every]])
    return lambda: when(step_times(at, 300) > 2.5 * step_times(10, at), onset=at)
