"""Healthy runs, the plain and the tricky. Each must have learned; that it looks odd is the point."""

import numpy as np
import psutil
import torch
from torch.nn import functional as F

from tasks.plan import default_loss
from verify import curves
from .fault import TORCH, control, when
from .state import timed


@control("ordinary", frameworks=TORCH + " keras", runs=5)
def ordinary(plan):
    return lambda: when(curves.learned(plan))


@control("by_epoch", frameworks="plain keras", data="cls reg", runs=2)
def by_epoch(plan):
    if plan.split == "fresh":
        plan.batch = max(40, plan.batch)
    plan.per_epoch, plan.steps = True, plan.steps_per_epoch * plan.rng.choice([10, 20, 30])
    return lambda: when(curves.learned(plan))


@control("cosine_end", data="cls lm")
def cosine_end(plan):
    """The last tenth of a cosine changes nothing."""
    plan.schedule_name, plan.steps, plan.evals = "cosine", plan.so_many(1000, 600), 20
    return lambda: when(curves.learned(plan))


@control("converged_plateau", data="cls reg", runs=1.5)
def converged_plateau(plan):
    """Learned in the first fifth, then flat at the noise of the problem."""
    plan.optimizer, plan.steps, plan.schedule_name, plan.log_every = "adam", plan.so_many(1500, 900), plan.rng.choice(["constant", "cosine10"]), 10
    g = torch.Generator().manual_seed(plan.seed)
    if plan.data.kind == "reg":
        plan.batch_hooks.append(lambda s, x, y: (x, y + 0.5 * torch.randn(y.shape, generator=g)))
    else:
        plan.batch_hooks.append(
            lambda s, x, y: (
                x,
                torch.where(torch.rand(y.shape, generator=g) < 0.15, torch.randint(0, plan.data.classes, y.shape, generator=g), y),
            )
        )
    return lambda: when(curves.learned(plan, 0.85, 0.2, 1.15))


@control("large_gradients", data="cls reg")
def large_gradients(plan):
    """A loss of sums instead of means: gradient norms in the thousands, and steady."""
    factor = plan.rng.choice([300.0, 3000.0])
    plan.loss = lambda out, y: factor * default_loss(out, y)
    plan.optimizer, plan.log_grad, plan.clip, plan.rate = "adam", True, 0, 2e-3
    return lambda: when(curves.learned(plan))


@control("tiny_validation", data="cls", runs=1.5)
def tiny_validation(plan):
    """Sixteen held-out rows: their loss and accuracy jump about."""
    n = plan.rng.choice([16, 24])
    plan.data.VX, plan.data.VY, plan.evals = plan.data.VX[:n], plan.data.VY[:n], 20
    return lambda: when(curves.learned(plan, val_rise=1.15))


@control("batch_of_one", frameworks="plain hf", data="cls reg")
def batch_of_one(plan):
    plan.batch, plan.steps, plan.log_every, plan.evals = plan.rng.choice([1, 2]), plan.so_many(1500, 900), plan.rng.choice([1, 5, 10]), 10
    plan.optimizer, plan.rate = plan.rng.choice([("sgd", 5e-3), ("adam", 5e-4)])
    if plan.size:
        plan.size["act"] = "tanh"
    first_rest = lambda v: (np.mean(v[:150]), np.mean(v[-300:]))
    return lambda: when(curves.finite(plan.history.loss) and first_rest(plan.history.loss)[1] < 0.75 * first_rest(plan.history.loss)[0])


@control("honest_gap", data="cls reg lm")
def honest_gap(plan):
    """The held-out rows are somewhat harder, by the same factor all the time."""
    plan.evals, g = 20, torch.Generator().manual_seed(plan.seed)
    if plan.data.kind == "lm":
        wrong = torch.rand(plan.data.VX.shape, generator=g) < 0.05
        plan.data.VX[wrong] = torch.randint(0, plan.data.classes, (int(wrong.sum()),), generator=g)
    else:
        plan.data.VX = plan.data.VX + 0.4 * torch.randn(plan.data.VX.shape, generator=g)
    return lambda: when(curves.learned(plan, val_rise=1.1) and 1.1 < curves.gap(plan) < 2)


@control("augmented", data="cls")
def augmented(plan):
    """Training rows are disturbed, held-out ones are not: validation is better than training, and rightly so."""
    plan.evals, g = 20, torch.Generator().manual_seed(plan.seed)
    plan.batch_hooks.append(lambda s, x, y: (x + 0.5 * torch.randn(x.shape, generator=g), y))
    return lambda: when(curves.learned(plan) and curves.gap(plan) < 1.0)


@control("few_epochs", frameworks="plain keras", data="cls reg lm")
def few_epochs(plan):
    plan.per_epoch, plan.epochs = True, plan.rng.choice([3, 4, 5])
    plan.steps, plan.optimizer = plan.steps_per_epoch * plan.epochs, "adam"
    return lambda: when(curves.finite(plan.history.loss) and curves.ends(plan.history.loss)[1] < 0.8 * plan.history.loss[0])


@control("two_heads", frameworks="plain", data="cls")
def two_heads(plan):
    """A sum of losses, logged with its parts; one part may rise while the sum falls."""
    parts = {}

    def loss(out, y):
        a, b = F.cross_entropy(out, y), 0.05 * (out**2).mean()
        parts.update(loss_cls=float(a), loss_reg=float(b))
        return a + b

    plan.loss, plan.optimizer = loss, "adam"
    plan.extras.append(lambda m, o: dict(parts))
    return lambda: when(curves.learned(plan))


@control("steady_machine", frameworks="plain", data="cls reg lm")
def steady_machine(plan):
    """Times and memory are logged, and vary as they do."""
    plan.steps, process = 250, psutil.Process()
    logged = timed(plan, lambda step: plan.rng.uniform(0.0002, 0.0004), compute=0.006)
    plan.extras.append(lambda m, o: {"memory_mb": round(process.memory_info().rss / 2**20)})

    def happened():
        share, half = [d / s for d, s in logged], len(logged) // 2
        early, late = (np.median([s for _, s in part]) for part in (logged[2:half], logged[half:]))
        return when(curves.learned(plan) and np.median(share) < 0.15 and 0.6 < late / early < 1.6)

    return happened


@control("declared_rate", frameworks="hf lightning", data="cls reg lm")
def declared_rate(plan):
    """Weight decay, accumulation and warm-up as people set them."""
    plan.accumulate, plan.optimizer, plan.options = plan.rng.choice([1, 2]), "adamw", {"weight_decay": 0.05}
    plan.schedule, plan.schedule_name = None, "cosine"
    return lambda: when(curves.learned(plan))
