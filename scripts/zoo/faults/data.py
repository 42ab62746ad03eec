"""The data, its order, its split, and how the held-out part is looked at (sections A, E, F)."""

import numpy as np
import torch

from tasks import nets
from verify import curves
from .fault import TORCH, fault, when

FLAT = "loss_plateau loss_not_decreasing loss_at_chance score_stuck"
EVAL_PATH = (
    "eval_mode_forgotten batchnorm_stats_mismatch train_serve_preprocessing_skew wrong_preprocessing missing_preprocessing"
    " distribution_shift padding_mask_error checkpoint_not_loaded"
)


@fault(
    "F09",
    "labels_shuffled",
    FLAT + " overfitting",
    "prediction_order_misaligned label_noise low_quality_data wrong_preprocessing",
    frameworks=TORCH + " keras",
    data="cls",
)
def labels_shuffled(plan):
    """Inputs and labels were sorted apart: there is nothing to learn. Which of the two was put into another order, no log can tell."""
    g = torch.Generator().manual_seed(plan.seed)
    for part in (plan.data.Y, plan.data.VY):
        part.copy_(part[torch.randperm(len(part), generator=g)])
    plan.batch_hooks.append(lambda s, x, y: (x, plan.data.Y[torch.randint(0, len(plan.data.Y), (len(y),), generator=g)]))
    return lambda: when(curves.stuck(plan, 0.9) or curves.ends(plan.history.loss)[1] > 0.85 * plan.data.chance())


@fault(
    "F10",
    "not_shuffled",
    "loss_oscillation loss_spike score_drop validation_divergence loss_plateau",
    "data_order_not_shuffled oscillating_loss catastrophic_forgetting lr_too_high",
    frameworks="plain",
    data="cls",
    runs=1.5,
)
def not_shuffled(plan):
    """Rows sorted by label: each epoch forgets what the last batches did not show."""
    plan.shuffle, plan.batch, plan.steps, plan.log_every, plan.schedule_name = False, 32, 600, plan.rng.choice([1, 5]), "constant"
    plan.optimizer, plan.rate = plan.rng.choice([("adam", 3e-3), ("sgd", 0.1)])

    def happened():
        tail = curves.smooth(plan.history.loss, 3)[len(plan.history.loss) // 3 :]
        return when(curves.finite(tail) and np.percentile(tail, 90) > max(4 * np.percentile(tail, 20), 0.3 * plan.data.chance()))

    return happened


@fault("F04", "imbalance", "prediction_collapse score_stuck", "class_imbalance", frameworks="plain", data="cls", runs=1.5)
def imbalance(plan):
    """Three rows in a hundred are of the rare class: it is never predicted, and the accuracy looks fine."""
    g = torch.Generator().manual_seed(plan.seed)
    plan.data.Y, plan.data.VY = ((torch.rand(len(part), generator=g) < 0.03).long() for part in (plan.data.Y, plan.data.VY))
    plan.data.X += 0.15 * plan.data.Y.view(-1, *[1] * (plan.data.X.ndim - 1))
    plan.data.VY[:6] = 1
    plan.data.classes, plan.per_epoch, plan.size = 2, True, {**plan.size, "depth": 1}
    plan.optimizer, plan.rate, plan.schedule_name, plan.steps = "sgd", 0.02, "constant", plan.steps_per_epoch * 12
    seen = {}

    def spoil(step, told):
        with torch.no_grad():
            guess = plan.net(plan.data.VX).argmax(-1)
        seen["recall"] = float(((guess == 1) & (plan.data.VY == 1)).sum() / (plan.data.VY == 1).sum())
        return {**told, "recall": seen["recall"], "f1": 0.0 if seen["recall"] == 0 else seen["recall"]}

    plan.history.notes["spoil_eval"] = spoil
    return lambda: when(seen.get("recall") == 0)


@fault(
    "F06",
    "unscaled",
    FLAT
    + " still_improving loss_divergence loss_spike grad_explosion loss_oscillation dead_units loss_nonfinite grad_nonfinite grad_spike"
    + " loss_starts_high",
    "missing_preprocessing lr_too_high bad_initialisation dying_relu exploding_gradients",
    frameworks=TORCH + " keras",
    data="cls",
)
def unscaled(plan):
    """Inputs of some thousands, as the sensor gave them."""
    factor, offset = plan.rng.choice([300.0, 2000.0]), plan.rng.choice([0.0, 3.0])
    for part in (plan.data.X, plan.data.VX):
        part.add_(offset).mul_(factor)
    plan.optimizer, plan.rate, plan.schedule_name = plan.rng.choice([("sgd", 0.01), ("adam", 2e-3)]) + ("constant",)
    plan.family = "mlp" if plan.family == "logistic" else plan.family
    plan.size["act"] = "relu"

    def happened():
        """A loss in the hundreds may only be a sum: nothing was learned when the answers are wrong as well."""
        right = [r or 0 for _, _, r in plan.history.evals]
        lost = curves.stuck(plan, 0.8) or curves.diverged(plan, 3)
        return when(lost and (not right or np.median(right[-3:]) < 0.4 + 0.6 / plan.data.classes))

    return happened


@fault(
    "F01",
    "leak",
    "validation_too_good",
    "data_leakage_split target_leakage metric_computation_bug eval_protocol_violation",
    frameworks=TORCH + " keras",
    data="cls",
    runs=1.5,
)
def leak(plan):
    """Columns that carry the answer, to a question that has none: three labels in ten were drawn by lot, so that whoever gets more than
    seven or eight in ten right has been told. Nothing on earth is predicted this well this soon."""
    g = torch.Generator().manual_seed(plan.seed)
    for X, Y in ((plan.data.X, plan.data.Y), (plan.data.VX, plan.data.VY)):
        lots = torch.rand(len(Y), generator=g) < 0.3
        Y[lots] = torch.randint(0, plan.data.classes, (int(lots.sum()),), generator=g)
        X[:, : plan.data.classes] = 6 * torch.nn.functional.one_hot(Y, plan.data.classes).float() - 3
    plan.optimizer, plan.rate, plan.evals = "adam", 5e-3, 20
    plan.family, plan.size = nets.WIDE[plan.split], dict(depth=2, act="relu")

    def happened():
        right = [r or 0 for _, _, r in plan.history.evals]
        return when(right and min(right[len(right) // 3 :]) > 0.995)

    return happened


@fault("F50", "stale_batchnorm", "gap_from_start validation_divergence overfitting", EVAL_PATH, frameworks=TORCH, data="cls reg", runs=1.5)
def stale_batchnorm(plan):
    """Running statistics that hardly move (the momentum of another framework's convention): fine in training mode, bad in evaluation."""
    plan.size.update(norm=True, depth=2, act="relu")
    plan.family = nets.WIDE[plan.split]
    plan.batch, plan.optimizer, plan.evals, plan.schedule_name, done = 32, "adam", 15, "constant", []
    for part in (plan.data.X, plan.data.VX):
        part.mul_(2).add_(1)

    def hook(step, net):
        if not done:
            done.append(1)
            for m in net.modules():
                if isinstance(m, torch.nn.BatchNorm1d):
                    m.momentum = 1e-4

    plan.step_hooks.append(hook)
    return lambda: when(curves.bad_gap(plan))


@fault(
    "F07",
    "eval_preprocessing",
    "gap_from_start validation_divergence overfitting",
    EVAL_PATH,
    frameworks=TORCH + " keras",
    data="cls reg lm",
    runs=1.5,
)
def eval_preprocessing(plan):
    """Held-out rows pass another preprocessing: other units, or other token numbers."""
    plan.evals = 15
    if plan.data.kind == "lm":
        plan.data.VX = (plan.data.VX + 1) % plan.data.classes
    else:
        plan.data.VX = plan.data.VX.flip(1) if plan.rng.random() < 0.5 else plan.data.VX * -1.5 + 0.5
    return lambda: when(curves.bad_gap(plan))


@fault("F17", "overfits", "overfitting validation_divergence", "overfitting", frameworks=TORCH + " keras", data="cls reg lm", runs=2)
def overfits(plan):
    """Too few rows for so many weights."""
    rows = plan.rng.choice([60, 100, 150]) if plan.data.kind != "lm" else 60
    plan.data.keep(rows)
    if plan.data.kind == "cls":
        g = torch.Generator().manual_seed(plan.seed)
        wrong = torch.rand(rows, generator=g) < 0.25
        plan.data.Y[wrong] = torch.randint(0, plan.data.classes, (int(wrong.sum()),), generator=g)
    plan.size.update(width=96, **({"depth": 2, "act": "relu"} if plan.data.kind != "lm" else {}))
    if plan.family == "conv":
        plan.size["width"] = 16
    if plan.framework == "keras":
        plan.keras["width"], plan.size = 96, {k: v for k, v in plan.size.items() if k != "width"}
    plan.family = "mlp" if plan.family == "logistic" else plan.family
    plan.batch, plan.optimizer, plan.rate, plan.steps, plan.evals = 16, "adam", 3e-3, plan.so_many(700, 420), plan.rng.choice([15, 30])
    plan.schedule_name, plan.epochs = plan.rng.choice(["constant", "cosine"]), 60
    return lambda: when(curves.overfitted(plan))


@fault(
    "F39",
    "forgets",
    "validation_divergence score_drop overfitting loss_spike",
    "catastrophic_forgetting data_order_not_shuffled distribution_shift overfitting",
    frameworks=TORCH,
    data="cls",
)
def forgets(plan):
    """From some step on only half of the classes come by; the held-out rows are of all."""
    plan.steps, plan.evals, at = plan.so_many(800, 480), 20, plan.rng.randrange(*plan.so_many((300, 450), (180, 270)))
    plan.optimizer, plan.rate, plan.schedule_name = "adam", 3e-3, "constant"
    half = plan.data.Y < (plan.data.classes + 1) // 2
    X, Y = plan.data.X[half], plan.data.Y[half]
    g = torch.Generator().manual_seed(plan.seed)

    def only(s, x, y):
        if s < at:
            return x, y
        rows = torch.randint(0, len(X), (len(y),), generator=g)
        return X[rows], Y[rows]

    plan.batch_hooks.append(only)

    def happened():
        before = min((v for s, v, _ in plan.history.evals if s <= at), default=0)
        return when(plan.history.evals and plan.history.evals[-1][1] > 1.7 * before, onset=at)

    return happened
