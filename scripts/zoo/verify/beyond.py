"""Did it matter? A faulty run of the split `common` beside healthy twins: the same data set, network, framework, optimizer as it was meant, and number of
steps, other seeds for weights and batches, no fault. What the kinds of the fault say must be seen in what the run logs: some number of it lies beyond
the mean of the twins by more than three of their spreads, on the bad side, or the run ended before they did.

The numbers are those of told(); which of them a kind speaks of is OF_KIND. A spread is the deviation among the twins and never below LEAST, which is what
two good seeds may differ by where three of them happened not to."""

import math

import numpy as np

from . import curves

SPREADS = 3.0
LEAST = dict(end=0.05, first=0.1, held=0.06, score=0.012, gap=0.08, rise=0.06, wobble=0.08, peak=0.15, lost=0.1, held_lost=0.1, rate=0.15)
LEAST.update(gradient_high=0.15, gradient_low=0.15, pace=0.15, slows=0.2, memory=0.05, done=0.02, fid=0.15, modes=0.1, returned=0.05, entropy=0.1, values=0.3)
LEVEL = [("end", 1), ("held", 1), ("score", -1)]
OF_KIND = {
    "loss_spike": [("peak", 1), ("end", 1)],
    "grad_spike": [("peak", 1), ("gradient_high", 1)],
    "restart_discontinuity": [("peak", 1)],
    "loss_oscillation": [("wobble", 1), ("peak", 1)],
    "loss_divergence": [("end", 1), ("lost", 1)],
    "loss_nonfinite": [("lost", 1)],
    "metric_nonfinite": [("held_lost", 1)],
    "grad_nonfinite": [("lost", 1)],
    "loss_scale_collapse": [("lost", 1)],
    "grad_explosion": [("gradient_high", 1), ("end", 1), ("lost", 1)],
    "grad_vanishing": [("gradient_low", -1), *LEVEL],
    "grad_zero": [("gradient_low", -1), *LEVEL],
    "loss_starts_high": [("first", 1)],
    "lr_zero": [("rate", -1), *LEVEL],
    "lr_out_of_schedule": [("rate", -1), ("rate", 1), *LEVEL],
    "validation_divergence": [("held", 1), ("rise", 1)],
    "overfitting": [("gap", 1), ("rise", 1)],
    "gap_from_start": [("gap", 1)],
    "validation_too_good": [("held", -1), ("score", 1)],
    "memory_growth": [("memory", 1)],
    "input_starved": [("pace", 1)],
    "throughput_drop": [("pace", 1), ("slows", 1)],
    "run_crashed": [("done", -1)],
    "out_of_memory": [("done", -1)],
    "run_stalled": [("done", -1)],
    "mode_collapse": [("modes", -1), ("fid", 1)],
    "discriminator_wins": [("fid", 1)],
    "generator_wins": [("fid", 1)],
    "adversarial_stalemate": [("fid", 1)],
    "score_stuck": [("score", -1)],
    "score_drop": [("score", -1), ("fid", 1), ("returned", -1)],
    "policy_collapse": [("returned", -1)],
    "return_flat": [("returned", -1)],
    "entropy_collapse": [("entropy", -1)],
    "kl_blowup": [("values", 1)],
    "value_loss_explosion": [("values", 1)],
}


def log(v):
    return math.log(max(float(v), 1e-9)) if math.isfinite(v) else math.nan


def median(values):
    values = np.asarray(values, float)
    values = values[np.isfinite(values)]
    return float(np.median(values)) if len(values) else math.nan


def scores(plan):
    """As they were told, where a fault sits in the telling."""
    told = [t.get("recall", t.get("accuracy")) for t in plan.history.notes.get("told_evals", [])] or [r for _, _, r in plan.history.evals]
    return [r for r in told if r is not None]


def peak(loss):
    """The greatest leap above the median of what was before it, in logarithms."""
    v, most = np.where(np.isfinite(loss), np.maximum(loss, 1e-9), np.nan), 0.0
    for i in range(max(20, len(v) // 5), len(v)):
        before = v[max(0, i - 30) : i]
        if np.isfinite(v[i]) and np.isfinite(before).sum() > 5:
            most = max(most, math.log(v[i] / np.nanmedian(before)))
    return most


def of_training(plan):
    loss, held = np.asarray(plan.history.loss, float), curves.vals(plan)
    n = max(1, len(loss) // 10)
    unit = 1.0 if plan.data.kind == "cls" and plan.data.Y.is_floating_point() else max(plan.data.chance(), 1e-9)  # dollars beside thousands
    out = dict(end=log(median(loss[-n:]) / unit), first=log(loss[0] / unit), lost=float((~np.isfinite(loss)).mean()), done=len(loss) / max(1, plan.meant))
    if len(loss) > 30:
        tail = curves.smooth(loss, 5)[len(loss) // 3 :]
        out.update(wobble=log(1e-2 + (np.nanpercentile(tail, 90) - np.nanpercentile(tail, 10)) / (abs(np.nanmedian(tail)) + 1e-9)), peak=peak(loss))
    if held:
        out.update(held=log(median(held[-3:]) / unit), gap=log(median(held[-3:]) / unit) - out["end"], held_lost=float((~np.isfinite(held)).mean()))
        out["rise"] = log(median(held[-3:])) - log(np.nanmin(held)) if np.isfinite(held).any() else math.nan
    if len(scores(plan)) > 1:
        out["score"] = median(scores(plan)[-3:])
    return out


def of_machine(plan, whole):
    """Seconds and bytes, where the log has them."""
    times, out, kept = np.asarray(plan.history.notes.get("times", []), float), {}, plan.history.notes.get("extras", [])
    if len(times) > 30 and (whole or any("time" in k for k in (kept[-1] if kept else {}))):
        each = np.diff(times)
        out.update(pace=log(median(each)), slows=log(median(each[-len(each) // 5 :])) - log(median(each[: len(each) // 3])))
    memory = [v for row in kept for k, v in row.items() if "memory" in k]
    if memory:
        out["memory"] = log(memory[-1]) - log(memory[0])
    return out


def steady(plan, kinds):
    """Whether the machine was: a run that slowed down because somebody else came to it is neither healthy nor what its label says."""
    times = np.asarray(plan.history.notes.get("times", []), float)
    if len(times) < 90 or "throughput_drop" in kinds or "restart" in kinds:
        return True
    each = np.diff(times)
    return median(each[-len(each) // 3 :]) < 2.5 * median(each[: len(each) // 3])


def told(plan, whole=False):
    """The numbers of a run that its log lets one see; whole: all of them."""
    h, out = plan.history, {}
    if h.loss and plan.framework not in ("sb3", "agent", "adversarial"):
        out.update(of_training(plan))
    if h.grad and (whole or plan.log_grad or plan.framework == "hf"):
        grad = np.asarray(h.grad, float)
        out.update(gradient_high=log(np.nanpercentile(grad, 99)) if np.isfinite(grad).any() else math.nan, gradient_low=log(median(grad)))
    rates = h.notes.get("rates", [])
    if rates and (whole or plan.habit != "no rate" or plan.framework != "plain"):
        out["rate"] = math.log10(max(rates[-1] / max(rates), 1e-9)) if max(rates) > rates[-1] else math.log10(max(rates[-1] / plan.rate, 1e-9))
    out.update(of_machine(plan, whole))
    if getattr(h, "fid", None):
        out.update(fid=log(median(h.fid[-3:])), modes=median(h.modes[-3:]))
    if getattr(h, "returns", None):
        out["returned"] = median(h.returns[-max(2, len(h.returns) // 8) :]) / plan.agent["cap"]
    if getattr(h, "entropy", None):
        out["entropy"] = median(h.entropy[-max(2, len(h.entropy) // 6) :])
    if h.notes.get("value_loss"):
        out["values"] = log(median(h.notes["value_loss"][-max(2, len(h.notes["value_loss"]) // 6) :]))
    return out


def beyond(mine, twins, kinds):
    """The names of the numbers that lie beyond the twins', on the bad side; a twin without such a number (nothing of it was logged there) has nought."""
    out = []
    for name, side in sorted({pair for kind in kinds.split() for pair in OF_KIND.get(kind, LEVEL)}):
        if name not in mine or not math.isfinite(mine[name]):
            continue
        others = [t.get(name, 0.0 if name in ("memory", "slows") else math.nan) for t in twins]
        if not np.isfinite(others).all():
            continue
        spread = max(float(np.std(others, ddof=1)), LEAST[name])
        if side * (mine[name] - float(np.mean(others))) > SPREADS * spread:
            out.append(name)
    return out
