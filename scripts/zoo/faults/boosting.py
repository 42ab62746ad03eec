"""Boosted trees: rounds in place of steps."""

import torch

from loops.boosting import OVERFITS, library
from verify import curves
from .fault import control, fault, when


def base(plan):
    plan.boost, plan.leaves, plan.rate, plan.rounds = {}, plan.rng.choice([7, 15]), plan.rng.choice([0.05, 0.1]), plan.rng.choice([60, 100])
    if plan.split == "unseen":
        plan.rate, plan.rounds = plan.rng.choice([0.08, 0.15, 0.25]), plan.rng.choice([40, 80, 200])
    if plan.split == "other":
        plan.rate, plan.rounds = plan.rng.choice([0.05, 0.1, 0.3]), plan.rng.choice([40, 80, 150])
    if plan.split == "newer":
        plan.rate, plan.rounds = plan.rng.choice([0.07, 0.15, 0.3]), plan.rng.choice([45, 75, 160])
    if plan.split == "genuine":
        plan.rate, plan.rounds = plan.rng.choice([0.08, 0.15, 0.3]), plan.rng.choice([40, 80, 140])
    if plan.split == "wider":
        plan.rate, plan.rounds = plan.rng.choice([0.1, 0.3]), plan.rng.choice([30, 70, 120])
    if plan.split == "fresh":
        plan.rate, plan.rounds = plan.rng.choice([0.06, 0.12, 0.2]), plan.rng.choice([50, 90, 150])


def falls(plan):
    val = curves.vals(plan)
    return curves.finite(val) and val[-1] < 0.9 * val[0] and val[-1] < 1.04 * min(val)


@control("boosting", frameworks="boosting", data="table", runs=3)
def boosting(plan):
    base(plan)
    return lambda: when(falls(plan))


@fault("F17", "trees_overfit", "overfitting validation_divergence", "overfitting", frameworks="boosting", data="table", runs=2)
def trees_overfit(plan):
    """Deep trees, a large step, noisy labels, no regularisation."""
    base(plan)
    plan.leaves, plan.rate, plan.rounds = 40, plan.rng.choice([0.3, 0.5]), 150
    plan.data.keep(plan.rng.choice([150, 250]))
    g = torch.Generator().manual_seed(plan.seed)
    if plan.data.kind == "cls":
        wrong = torch.rand(len(plan.data.Y), generator=g) < 0.2
        plan.data.Y[wrong] = torch.randint(0, plan.data.classes, (int(wrong.sum()),), generator=g)
    else:
        plan.data.Y += torch.randn(plan.data.Y.shape, generator=g)
    plan.boost = dict(OVERFITS[library(plan)])
    return lambda: when(curves.overfitted(plan, 1.12) and plan.family != "gradient")  # which tells of no held-out rows


@fault(
    "F32",
    "trees_too_slow",
    "still_improving loss_plateau loss_not_decreasing",
    "lr_too_low insufficient_training",
    frameworks="boosting",
    data="table",
    runs=1.5,
)
def trees_too_slow(plan):
    base(plan)
    plan.rate, plan.rounds = plan.rng.choice([1e-3, 3e-3]), plan.rng.choice([50, 100])
    return lambda: when(curves.hardly(plan, 0.85))


@fault(
    "F01",
    "trees_leak",
    "validation_too_good",
    "data_leakage_split target_leakage metric_computation_bug eval_protocol_violation",
    frameworks="boosting",
    data="table",
    runs=1,
)
def trees_leak(plan):
    """A column that carries the answer, although two labels in ten were drawn by lot and nobody could know them."""
    base(plan)
    g = torch.Generator().manual_seed(plan.seed)
    for X, Y in ((plan.data.X, plan.data.Y), (plan.data.VX, plan.data.VY)):
        if plan.data.kind == "cls":
            lots = torch.rand(len(Y), generator=g) < 0.2
            Y[lots] = torch.randint(0, plan.data.classes, (int(lots.sum()),), generator=g)
        X[:, 0] = Y.float().view(-1)
    return lambda: when(plan.family != "gradient" and plan.data.kind == "cls" and plan.history.evals[-1][1] < 0.01)
