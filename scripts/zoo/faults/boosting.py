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
    if plan.split == "everyday":
        plan.rate, plan.rounds = plan.rng.choice([0.05, 0.1, 0.2]), plan.rng.choice([60, 80, 120])
    if plan.split == "familiar":
        plan.rate, plan.rounds = plan.rng.choice([0.05, 0.1, 0.2]), plan.rng.choice([60, 100, 200])
    if plan.split == "handy":
        plan.rate, plan.rounds = plan.rng.choice([0.06, 0.1, 0.25]), plan.rng.choice([50, 80, 120])
    if plan.split == "homely":
        plan.rate, plan.rounds = plan.rng.choice([0.05, 0.1, 0.3]), plan.rng.choice([60, 100, 150])
    if plan.split == "likely":
        plan.rate, plan.rounds = plan.rng.choice([0.06, 0.1, 0.3]), plan.rng.choice([50, 90, 150])
    if plan.split == "common":
        plan.rate, plan.rounds = plan.rng.choice([0.05, 0.1, 0.3]), plan.rng.choice([50, 100, 150])
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


ONLY = dict(frameworks="boosting", data="table", only="common everyday likely familiar handy homely")


@fault("F37", "trees_too_short", "still_improving", "insufficient_training lr_too_low", runs=1.5, **ONLY)
def trees_too_short(plan):
    """num_boost_round was left at a handful: every round still takes off some per cent."""
    base(plan)
    plan.rate, plan.rounds = 0.1, plan.rng.choice([12, 15, 20])

    def happened():
        v = curves.vals(plan)
        return when(len(v) == plan.rounds and v[-1] < 0.9 * v[0] and v[-1] < 0.975 * v[int(0.75 * len(v)) - 1])

    return happened


@fault(
    "F31",
    "trees_rate_huge",
    "loss_divergence loss_oscillation loss_nonfinite validation_divergence loss_not_decreasing loss_plateau loss_spike",
    "lr_too_high oscillating_loss exploding_gradients",
    runs=1.5,
    **ONLY,
)
def trees_rate_huge(plan):
    """eta of 2.5 where 0.25 was meant: every round overshoots what it should mend."""
    base(plan)
    plan.rate = plan.rng.choice([2.2, 2.5, 3.0])

    def happened():
        v = curves.vals(plan)
        return when(not curves.finite(v) or v[-1] > 1.5 * min(v))

    return happened


@fault(
    "F09",
    "trees_labels_shuffled",
    "overfitting validation_divergence loss_plateau loss_not_decreasing score_stuck",
    "prediction_order_misaligned label_noise low_quality_data wrong_preprocessing overfitting",
    runs=1.5,
    **ONLY,
)
def trees_labels_shuffled(plan):
    """Labels were joined to rows of another order: what is learned by heart helps nobody."""
    base(plan)
    g = torch.Generator().manual_seed(plan.seed)
    for part in (plan.data.Y, plan.data.VY):
        part.copy_(part[torch.randperm(len(part), generator=g)])
    return lambda: when(curves.vals(plan)[-1] > 0.99 * curves.vals(plan)[0])


@fault(
    "F07",
    "trees_eval_preprocessing",
    "gap_from_start validation_divergence overfitting loss_plateau",
    "train_serve_preprocessing_skew wrong_preprocessing missing_preprocessing distribution_shift padding_mask_error",
    runs=1.5,
    **ONLY,
)
def trees_eval_preprocessing(plan):
    """Held-out columns stand in another order than those of training."""
    base(plan)
    plan.data.VX = plan.data.VX.flip(1)
    return lambda: when(curves.vals(plan)[-1] > 1.6 * plan.history.loss[-1] and curves.vals(plan)[-1] > 0.8 * curves.vals(plan)[0])


@control("trees_stopped_in_time", runs=2, **ONLY)
def trees_stopped_in_time(plan):
    """early_stopping_rounds ends it, a few rounds after the best one."""
    base(plan)
    plan.rounds, plan.patience, plan.rate = 400, plan.rng.choice([5, 10]), plan.rng.choice([0.15, 0.3])

    def happened():
        v = curves.vals(plan)
        stopped = len(v) < plan.rounds and v[-1] < 1.04 * min(v) and v[-1] < 0.9 * v[0]
        plan.rounds = len(v)
        return when(stopped)

    return happened


@control("trees_in_dollars", runs=1.5, **ONLY)
def trees_in_dollars(plan):
    """What is asked is a price: the loss is of thousands, and falls as it should."""
    base(plan)
    unit = plan.rng.choice([900.0, 40000.0])
    for part in (plan.data.Y, plan.data.VY):
        if plan.data.kind == "reg":
            part.mul_(unit).add_(3 * unit)
    return lambda: when(plan.data.kind == "reg" and falls(plan))


@control("trees_finished", runs=2, **ONLY)
def trees_finished(plan):
    """Everything is learned by the middle; the other half changes next to nothing."""
    base(plan)
    plan.rate, plan.rounds, plan.leaves = 0.2, 120, 7

    def happened():
        v = curves.vals(plan)
        return when(falls(plan) and v[-1] > 0.93 * v[len(v) // 2])

    return happened


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
