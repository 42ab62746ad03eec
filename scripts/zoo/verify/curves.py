"""Questions to the true history of a training, each a number or yes or no. Windows are tenths of the run."""

import math

import numpy as np


def smooth(values, width):
    v = np.asarray(values, float)
    width = max(1, min(width, len(v)))
    return np.array([np.median(v[max(0, i - width + 1) : i + 1]) for i in range(len(v))])


def ends(values):
    n = max(1, len(values) // 10)
    return float(np.median(values[: min(n, 5)])), float(np.median(values[-n:]))


def half(step, steps):
    """The rate of half a cosine, from one to nothing."""
    return 0.5 * (1 + math.cos(math.pi * min(1.0, step / max(1, steps))))


def vals(plan):
    """The losses on held-out rows."""
    return [v for _, v, _ in plan.history.evals]


def finite(values):
    return bool(np.isfinite(np.asarray(values, float)).all())


def learned(plan, gain=0.85, rise=0.15, val_rise=1.08):
    """The loss fell by 15 %, ended near its best, and so did the held-out loss."""
    loss = plan.history.loss
    if len(loss) < 20 or not finite(loss):
        return False
    s = smooth(loss, max(3, len(loss) // 15))
    first, last = ends(loss)
    if last > gain * first or last - s.min() > rise * (first - s.min()):
        return False
    val = vals(plan)
    if len(val) > 3:
        best, end = smooth(val, 3).min(), float(np.median(val[-3:]))
        return finite(val) and (end <= val_rise * best or end - best <= 0.05 * (val[0] - best))
    return True


def stuck(plan, share=0.93):
    """Never got far below where it started, or below the best constant answer."""
    first, last = ends(plan.history.loss)
    return finite(plan.history.loss) and last > share * min(first, max(plan.data.chance(), 1e-9))


def hardly(plan, share=0.8):
    first, last = ends(plan.history.loss)
    return finite(plan.history.loss) and last > share * first


def diverged(plan, factor=2.0):
    s = smooth(plan.history.loss, max(3, len(plan.history.loss) // 30))
    return not finite(plan.history.loss) or s[-1] > factor * np.nanmin(s)


def doubled_at(plan, after=0):
    """The step (from 1) from which on the smoothed loss stood above twice its least value so far; None when it does not at the end."""
    s = smooth(plan.history.loss, 15 if len(plan.history.loss) > 150 else 3)
    s = np.where(np.isfinite(s), s, np.inf)
    low = np.minimum.accumulate(s)
    calm = np.nonzero(s <= 2 * low)[0]
    last = int(calm[-1]) + 1 if len(calm) else 0
    return last + 1 if after <= last < len(s) else None


def overfitted(plan, rise=1.2):
    val = vals(plan)
    if len(val) < 6 or not finite(val):
        return False
    s = smooth(val, 3)
    first, last = ends(plan.history.loss)
    return np.median(val[-3:]) > rise * s.min() and int(s.argmin()) < 0.75 * len(s) and last < 0.75 * first


def gap(plan):
    """Held-out loss over training loss, at the last evaluations."""
    return float(np.median(vals(plan)[-3:])) / max(1e-9, ends(plan.history.loss)[1])


def bad_gap(plan):
    """Fine on training rows, useless on the held-out ones."""
    held = vals(plan)
    return bool(held) and finite(plan.history.loss) and gap(plan) > 2.5 and np.median(held[-3:]) > 0.4 * plan.data.chance()


def nonfinite_at(plan):
    return next((i + 1 for i, v in enumerate(plan.history.loss) if not math.isfinite(v)), None)
