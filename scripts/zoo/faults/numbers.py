"""Numbers that stop being numbers, and batches that are none (sections A, C, D)."""

import math

import numpy as np
import torch
from torch.nn import functional as F

from tasks import nets
from tasks.plan import LATER
from verify import curves
from .fault import BY_EPOCH, TORCH, fault, when

NAN = "loss_nonfinite grad_nonfinite metric_nonfinite weights_nonfinite"


@fault("F05", "nan_rows", NAN, "corrupt_or_invalid_data nan_invalid_math", frameworks=TORCH + " keras", data="cls reg")
def nan_rows(plan):
    """A few rows of the file hold no number: the loss is NaN from the first batch with one of them on."""
    start = plan.rng.randrange(0, 3)
    rows = torch.randperm(len(plan.data.X), generator=torch.Generator().manual_seed(plan.seed))[: 1 + start]
    plan.data.X[rows, plan.rng.randrange(plan.data.X.shape[1])] = math.nan
    if plan.framework in BY_EPOCH:
        return lambda: when(curves.nonfinite_at(plan))
    return lambda: when(curves.nonfinite_at(plan), onset=curves.nonfinite_at(plan))


@fault(
    "F40",
    "zero_variance",
    NAN,
    "nan_invalid_math corrupt_or_invalid_data missing_preprocessing lr_too_high",
    frameworks=TORCH + " keras",
    data="cls reg",
)
def zero_variance(plan):
    """Standardised by hand: a column that never changes is divided by its deviation, 0 / 0."""
    column = plan.rng.randrange(plan.data.X.shape[1])
    plan.data.X[:, column] = math.nan
    plan.data.VX[:, column] = math.nan
    return lambda: when(curves.nonfinite_at(plan) == 1)


@fault(
    "F40",
    "log_of_zero",
    NAN + " loss_divergence loss_spike",
    "nan_invalid_math lr_too_high mixed_precision_numeric exploding_gradients",
    frameworks=TORCH,
    data="cls",
    runs=1.5,
)
def log_of_zero(plan):
    """Cross-entropy written by hand, one class against the rest: once the network is sure of itself 1 - p is 0, and 0 * log(0) is NaN."""
    if plan.data.name == "photos" or plan.split in LATER:
        plan.data.X, plan.data.Y = plan.data.X[:40], plan.data.Y[:40]
    plan.family = nets.WIDE[plan.split]
    plan.schedule_name, plan.optimizer, plan.rate, plan.steps, plan.batch, plan.clip = (
        "constant",
        "adam",
        plan.rng.choice([8e-3, 1.5e-2]),
        600,
        32,
        0,
    )

    def loss(out, y):
        p, one = torch.sigmoid(out), F.one_hot(y, out.shape[-1]).float()
        return -(one * torch.log(p) + (1 - one) * torch.log(1 - p)).sum(1).mean()

    plan.loss = loss
    return lambda: when((at := curves.nonfinite_at(plan)) and at > 20, onset=curves.nonfinite_at(plan))


@fault(
    "F41",
    "half_overflow",
    "loss_scale_collapse " + NAN,
    "mixed_precision_numeric nan_invalid_math corrupt_or_invalid_data",
    frameworks="plain",
    data="cls reg",
)
def half_overflow(plan):
    """float16 with dynamic loss scaling: from some step on an input passes 65,504, every step is skipped, the scale halves."""
    plan.steps, at, scale = 400, plan.rng.randrange(80, 250), [65536.0]
    plan.log_every, plan.log_grad, plan.declared = plan.rng.choice([1, 5]), True, {"fp16": True}

    def halved(step, x, y):
        """What comes back from float16: a sensor that from some step on gives a million."""
        plan.history.notes["skip"] = step >= at
        return (x + 1e6).half().float() if step >= at else x, y

    plan.batch_hooks.append(halved)

    def note(model, optimizer):
        return {"loss_scale": scale[0]}

    def halve(step, net):
        last = plan.history.loss[-1] if plan.history.loss else 0.0
        if not math.isfinite(last):
            scale[0] = max(scale[0] / 2, 2**-40)

    plan.step_hooks.append(halve)
    plan.extras.append(note)
    return lambda: when(curves.nonfinite_at(plan) == at + 1, onset=at)


@fault(
    "F28",
    "explodes",
    "grad_explosion grad_spike grad_nonfinite loss_nonfinite loss_divergence loss_spike loss_oscillation loss_not_decreasing loss_plateau",
    "exploding_gradients lr_too_high bad_initialisation",
    frameworks=TORCH,
    data="cls reg",
)
def explodes(plan):
    """Deep, without normalisation, weights two to three times too large, no clipping."""
    plan.optimizer, plan.rate, plan.clip, plan.log_grad = "sgd", plan.rng.choice([0.02, 0.05]), 0, True
    plan.size.update(depth=6, act="relu")
    factor, done = plan.rng.uniform(1.8, 2.6), []
    if plan.split == "unseen":  # gates and gathered inputs hold more of it back
        factor, plan.family = 1.8 * factor, plan.rng.choice(["separable", "experts"])
    if plan.split == "other":
        factor, plan.family = 1.4 * factor, "tower"
    if plan.split == "genuine":
        factor, plan.family = 1.7 * factor, plan.rng.choice(["lowrank", "crelu"])
    if plan.split == "everyday":
        factor, plan.family = 1.5 * factor, "fc"
    if plan.split == "familiar":
        factor, plan.family = 1.6 * factor, "accordion"
    if plan.split == "handy":
        factor, plan.family = 1.6 * factor, "shoulder"
    if plan.split == "homely":
        factor, plan.family = 1.6 * factor, "wedge"
    if plan.split == "likely":
        factor, plan.family = 1.6 * factor, "trumpet"
    if plan.split == "common":
        factor, plan.family = 1.5 * factor, plan.rng.choice(["scaled", "reinjected"])
    if plan.split == "newer":
        factor, plan.family = 1.7 * factor, plan.rng.choice(["hourglass", "swiglu"])
    if plan.split == "wider":
        factor, plan.family = 1.6 * factor, "barrel"
    if plan.split == "fresh":
        factor, plan.family = 2.2 * factor, plan.rng.choice(["funnel", "squeeze"])

    def hook(step, net):
        if not done:
            done.append(1)
            with torch.no_grad():
                for p in net.parameters():
                    p.mul_(factor if p.ndim > 1 else 1)

    plan.step_hooks.append(hook)

    def happened():
        g = np.array(plan.history.grad or [0.0], float)
        return when(
            not curves.finite(plan.history.loss)
            or (len(g) > 5 and np.nanmax(g) > 1e3 and curves.ends(plan.history.loss)[1] > 0.7 * plan.data.chance())
        )

    return happened


@fault(
    "F53",
    "eval_nan",
    "metric_nonfinite loss_nonfinite",
    "metric_computation_bug nan_invalid_math corrupt_or_invalid_data",
    frameworks=TORCH,
    data="cls reg",
)
def eval_nan(plan):
    """One held-out row is NaN, and the mean over rows with it."""
    plan.evals = 20
    plan.data.VX[plan.rng.randrange(len(plan.data.VX)), 0] = math.nan
    return lambda: when(
        curves.finite(plan.history.loss) and plan.history.evals and not curves.finite(curves.vals(plan))
    )


@fault(
    "F36",
    "bad_batch",
    "loss_spike grad_spike",
    "loss_spike_bad_data corrupt_or_invalid_data lr_too_high exploding_gradients",
    data="cls reg",
    runs=1.5,
)
def bad_batch(plan):
    """One batch a thousand times too loud. Lightning logs single steps: one between two of them would leave no trace."""
    plan.steps, plan.log_every = plan.so_many(600, 400), plan.rng.choice([1, 1, 5])
    at, loud = plan.rng.randrange(*plan.so_many((250, 450), (170, 300))), plan.rng.choice([100, 300])
    if plan.framework == "lightning":
        at += -(at + 1) % plan.log_every
        plan.history.notes["each"] = plan.split == "fresh"  # each step is shown
    plan.batch_hooks.append(lambda s, x, y: (x * loud if s == at else x, y))
    plan.optimizer, plan.clip = plan.rng.choice(["adam", "adamw"]), 1.0

    def happened():
        loss = plan.history.loss
        before, after = np.median(loss[at - 30 : at]), np.median(loss[-20:])
        alone = plan.framework == "lightning"  # one step is logged there, elsewhere the mean of all since the last
        shown = plan.history.notes.get("each") or (at + 1) % plan.log_every == 0 if alone else loss[at] / plan.log_every > 2.5 * before
        return when(curves.finite(loss) and shown and loss[at] > 8 * before and after < 1.3 * before, onset=at + 1)

    return happened


@fault(
    "F36",
    "bad_pocket",
    "loss_spike grad_spike loss_divergence score_drop validation_divergence grad_explosion",
    "loss_spike_bad_data corrupt_or_invalid_data lr_too_high exploding_gradients",
    data="cls reg lm",
    runs=1.5,
)
def bad_pocket(plan):
    """A stretch of the data with labels of something else; the network follows, then recovers."""
    plan.steps, plan.log_every = 800, plan.rng.choice([1, 5])
    at, wide = plan.rng.randrange(350, 500), plan.rng.randrange(20, 50)
    plan.optimizer, plan.schedule_name = "adam", plan.rng.choice(["constant", "cosine10"])

    def garble(s, x, y):
        if not at <= s < at + wide:
            return x, y
        if y.is_floating_point():
            return x, -3 * y + 2
        return x, (y + 1) % plan.data.classes

    plan.batch_hooks.append(garble)

    def happened():
        loss = plan.history.loss
        before, peak = np.median(loss[at - 40 : at]), np.median(loss[at : at + 8])
        return when(curves.finite(loss) and peak > 2.5 * before and np.median(loss[-30:]) < 0.5 * peak, onset=at + 1)

    return happened
