"""Published rules for training problems at their defaults, as far as a log allows: the yardstick beside our own table.

Each rule set takes Curves and returns the finding kinds it would name. Thresholds are those their papers and sources give. What needs
tensors that no log holds (saturation, activations, weights) is left out, so these are the most that a log lets each of them say.
"""

import math
import statistics


class Curves:
    """The series of one run by role, the longest of each; values without steps, as these rules take them."""

    def __init__(self, series):
        pick = lambda role: max((s["points"] for s in series if s["role"] == role), key=len, default=[])
        values = lambda role: [v for _, v in pick(role)]
        self.loss, self.val = values("loss_train") or values("loss_eval"), values("loss_eval")
        self.train_steps, self.val_steps = [s for s, _ in pick("loss_train")], [s for s, _ in pick("loss_eval")]
        self.acc, self.val_acc = self.share(values("score_train")), self.share(values("score_eval"))
        self.grad, self.lr = values("grad_norm"), values("learning_rate")
        self.parts = [[v for _, v in s["points"]] for s in series if s["role"] == "grad_part"]
        self.losses = [v for s in series if s["role"].startswith("loss_") and s["role"] != "loss_scale" for _, v in s["points"]]

    @staticmethod
    def share(values):
        """Scores that are shares: accuracy, not BLEU, FID or a return."""
        finite = [v for v in values if math.isfinite(v)]
        return values if finite and 0 <= min(finite) and max(finite) <= 1 else []

    def epochs(self, values, count=50):
        """Rules that look once an epoch: at most `count` even cuts of a log by steps."""
        step = max(1, len(values) // count)
        return [statistics.fmean(values[i : i + step]) for i in range(0, len(values) - step + 1, step)]


def finite(values):
    return [v for v in values if math.isfinite(v)]


def nan(c):
    """A number that is none, in any loss."""
    return {"loss_nonfinite"} if any(not math.isfinite(v) for v in c.losses) else set()


def early_stopping(c, patience=3):
    """Keras EarlyStopping with patience 3 on the validation loss (the training loss where there is none), and NaN."""
    best, since, out = math.inf, 0, nan(c)
    for v in c.val or c.epochs(c.loss):
        best, since = (v, 0) if v < best else (best, since + 1)
        if since >= patience:
            return out | {"overfitting", "loss_plateau"}
    return out


def deep_localize(c):
    """Wardat, ICSE 2021: NaN or infinity in what a layer gives or the loss says; accuracy exactly 0 or unchanged."""
    out = nan(c)
    if len(c.acc) > 3 and len(set(c.acc)) == 1:
        out |= {"score_stuck"}
    return out


def deep_diagnosis(c):
    """Wardat, ICSE 2022: numerical error, a loss that does not change, an accuracy that does not, gradients below 1e-7."""
    out = deep_localize(c)
    loss = finite(c.loss)
    if len(loss) > 3 and len({round(v, 12) for v in loss}) == 1:
        out |= {"loss_not_decreasing"}
    if c.grad and max(finite(c.grad), default=1) < 1e-7:
        out |= {"grad_vanishing"}
    return out


def auto_trainer(c):
    """Zhang, ICSE 2021: first layer's gradient < 1e-4 and first / last < 1e-3; last / first > 70 or NaN; accuracy that swings by 0.03
    in a fifth of the epochs; accuracy that gains less than 0.01 an epoch; a loss of 1e3 or NaN."""
    out = nan(c)
    if any(v >= 1e3 for v in finite(c.loss)):
        out |= {"loss_divergence", "grad_explosion"}
    if len(c.parts) >= 2 and finite(c.parts[0]) and finite(c.parts[-1]):
        first, last = finite(c.parts[0])[-1], finite(c.parts[-1])[-1]
        if first < 1e-4 and last > 0 and first / last < 1e-3:
            out |= {"grad_vanishing"}
        if first > 0 and last / first > 70:
            out |= {"grad_explosion"}
    acc = c.epochs(c.acc)
    if len(acc) >= 5:
        swings = sum(abs(b - a) >= 0.03 and abs(d - b) >= 0.03 and (b - a) * (d - b) < 0 for a, b, d in zip(acc, acc[1:], acc[2:]))
        if swings >= 0.2 * len(acc):
            out |= {"loss_oscillation"}
        if max(acc[:3]) - acc[0] < 0.01 and max(acc) < 0.6:
            out |= {"loss_not_decreasing", "score_stuck"}
    return out


def umlaut(c):
    """Schoop, CHI 2021: validation loss up while training loss falls on one epoch; rate above 0.01 or below 1e-7; validation accuracy
    0.05 above training, or above 0.95 in the first epochs; NaN."""
    out, loss, val = nan(c), c.epochs(c.loss, max(2, len(c.val))), c.val
    n = min(len(loss), len(val))
    if (
        any(val[i] > val[i - 1] and loss[i] < loss[i - 1] for i in range(max(1, n // 2), n))
        and n
        and val[n - 1] > 1.05 * min(finite(val[:n]) or [1])
    ):
        out |= {"overfitting"}
    if c.lr and max(finite(c.lr), default=0) > 0.01:
        out |= {"loss_divergence", "loss_oscillation"}
    if c.lr and 0 < max(finite(c.lr), default=1) < 1e-7:
        out |= {"loss_not_decreasing"}
    pairs = list(zip(c.acc, c.val_acc))
    if pairs and (pairs[-1][1] > pairs[-1][0] + 0.05 or max(c.val_acc[:2]) > 0.95):
        out |= {"validation_too_good"}
    return out


def deep_checker(c):
    """Ben Braiek, TOSEM 2022: loss at twice its minimum; falls less than 5 % in five checks; smoothness below 0.5 over 50 points; gradient
    mean above 1e6 or below 1e-6; NaN."""
    out, loss = nan(c), finite(c.loss)
    checks = c.epochs(loss)
    if checks and checks[-1] >= 2 * min(checks) > 0:
        out |= {"loss_divergence"}
    if len(checks) >= 6 and any(a - b < 0.05 * abs(a) for a, b in zip(checks[:5], checks[5:10])):
        out |= {"loss_plateau", "loss_not_decreasing"}
    for i in range(0, len(loss) - 50, 50):
        part = loss[i : i + 50]
        moved, length = abs(part[-1] - part[0]), sum(abs(b - a) for a, b in zip(part, part[1:]))
        if length > 0.5 * abs(part[0]) and moved / length < 0.5 / 10:
            out |= {"loss_oscillation"}
    if finite(c.grad):
        out |= {"grad_explosion"} if max(finite(c.grad)) > 1e6 else set()
        out |= {"grad_vanishing"} if 0 < statistics.fmean(finite(c.grad)) < 1e-6 else set()
    return out


def sagemaker(c):
    """SageMaker Debugger's six rules on losses: LossNotDecreasing (0.1 % in 10 steps), Overfit (ratio 0.1), Overtraining (no gain in 5
    training or 10 validation steps), ExplodingTensor, VanishingGradient (1e-7), UnchangedTensor."""
    out = nan(c)
    checks = c.epochs(c.loss)
    every_tenth = finite(c.loss)[::10]
    if any(b > a * (1 - 0.001) for a, b in zip(every_tenth, every_tenth[1:])):
        out |= {"loss_not_decreasing", "loss_plateau"}
    if (
        c.val
        and checks
        and math.isfinite(c.val[-1])
        and math.isfinite(checks[-1])
        and c.val[-1] > 0
        and (c.val[-1] - checks[-1]) / c.val[-1] > 0.1
    ):
        out |= {"overfitting"}
    if len(c.val) > 10 and min(c.val[-10:]) >= min(c.val[:-10]) - 0.01:
        out |= {"overfitting", "validation_divergence"}
    if len(checks) > 4 and len({round(v, 9) for v in checks[-4:]}) == 1:
        out |= {"loss_not_decreasing"}
    if finite(c.grad) and max(finite(c.grad)) < 1e-7:
        out |= {"grad_vanishing"}
    return out


SETS = {
    "SageMaker Debugger, six loss rules": sagemaker,
    "TheDeepChecker": deep_checker,
    "early stopping (3) + NaN": early_stopping,
    "AutoTrainer": auto_trainer,
    "UMLAUT": umlaut,
    "DeepLocalize": deep_localize,
    "DeepDiagnosis": deep_diagnosis,
    "NaN alone": nan,
}
SETS["all of them together"] = lambda c: set().union(*(rule(c) for name, rule in SETS.items() if not name.startswith("all")))
