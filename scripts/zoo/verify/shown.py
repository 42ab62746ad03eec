"""Does the log say so? A faulty run of the splits since `everyday` is asked once more, without twins, by what stands in its own log (written.py): would an expert who
has this log alone point to something? OF_FAULT names, for each fault, what that may be; each answer is a number, and above one it is shown: how far what
is seen lies beyond three of the log's own noises (what neighbouring points differ by) and beyond what nobody would remark on. A run of which none is
shown is dropped. What no single log can tell is thereby in where it shows alone: a loss
that stands high and still, as that of too small a network does, is no such question, as 17 of 62 healthy logs have it."""

import math

import numpy as np

from . import written

NOISES = 3.0


def noise(v):
    """Of one point, from the differences of neighbours; not below what four digits show."""
    d = np.diff(v)
    return max(1.4826 * float(np.median(abs(d - np.median(d)))) / math.sqrt(2), 1e-3 * float(np.median(abs(v)))) if len(d) > 1 else math.inf


def part(v, a, b):
    """The median between two shares of the curve, of three points at least where it has them."""
    n = len(v)
    i, j = int(a * n), max(int(a * n) + 1, int(round(b * n)))
    if j - i < 3:
        i, j = (max(0, j - 3), j) if b == 1 else (i, min(n, i + 3))
    return float(np.median(v[i:j]))


class Log:
    """The curves of a log by name; none is an empty one. Not finite values are counted and left out."""

    def __init__(self, plan, directory):
        self.plan, self.directory, self.rows, self.lost = plan, directory, written.rows(plan), 0

    def __getattr__(self, name):
        v = np.array([row[name] for row in self.rows if name in row], float)
        return v[np.isfinite(v)]

    def chance(self):
        """The score of whoever always says what is most frequent, with three of its binomial spreads."""
        Y = self.plan.data.VY.flatten()
        most = float(np.bincount(Y.numpy()).max()) / len(Y) if self.plan.data.kind != "reg" else 0.0
        return most, NOISES * math.sqrt(most * (1 - most) / max(1, len(Y)))


def beyond(size, v, points, least):
    """A difference of two medians of so many points each, in thresholds."""
    return size / max(NOISES * noise(v) / math.sqrt(max(1, points)), least, 1e-12) if len(v) > 3 else 0.0


def not_a_number(log):
    bad = [k for row in log.rows for k, v in row.items() if not math.isfinite(v) and k in ("loss", "held", "grad_norm")]
    return 2.0 * bool(bad)


def fell(v, least=0.15):
    """How far it fell from its first points to its last fifth, in what would be called a fall."""
    return beyond(part(v, 0, 0.04) - part(v, 0.8, 1), v, len(v) / 5, least * abs(part(v, 0, 0.04))) if len(v) > 3 else math.nan


def never_fell(log):
    """The loss, or where there are no others the held-out one, ends less than 15 % below its beginning."""
    v = log.loss if len(log.loss) > 3 else log.held
    return min(9.0, 1 / max(fell(v), 0.1)) if len(v) > 3 else 0.0


def held_never_fell(log):
    return min(9.0, 1 / max(fell(log.held, 0.05), 0.1)) if len(log.held) > 3 else 0.0


def at_chance(log):
    """The score is never better than the most frequent answer's, all through the last two thirds."""
    if len(log.score) < 3:
        return 0.0
    most, spread = log.chance()
    over = float(np.max(log.score[len(log.score) // 3 :])) - most
    return 9.0 if over <= 0 else spread / over


def still_falls(log):
    """Over the last fifth it loses more than four per cent more; of a handful of epochs, in the last one, after as many falls as there were."""
    v = log.held if hasattr(log.plan, "rounds") else log.loss
    if len(v) < 3:
        return 0.0
    if len(v) < 8:
        return bool((np.diff(v) < 0).all()) * (v[-2] - v[-1]) / (0.04 * abs(v[-1]))
    now = part(v, 0.9, 1)
    return beyond(part(v, 0.7, 0.85) - now, v, len(v) / 8, 0.04 * abs(now))


def rose_of(v):
    """The end lies above the least that was reached, by a quarter of it."""
    if len(v) < 5:
        return 0.0
    n = max(1, len(v) // 20)
    low = min(part(v, k / 20, (k + 1) / 20) for k in range(20)) if len(v) >= 60 else float(np.min([np.median(v[max(0, i - 2) : i + 1]) for i in range(len(v))]))
    return beyond(part(v, 0.9, 1) - low, v, n, 0.25 * abs(low) + 1e-9)


def rose(log):
    return max(rose_of(log.loss), rose_of(log.held))


def turned_up(log):
    """Held out, it ends above its own minimum, by three of its noises and a tenth; the training loss does not."""
    v = log.held
    if len(v) < 5:
        return 0.0
    low = float(np.min([np.median(v[max(0, i - 2) : i + 1]) for i in range(len(v))]))
    trained = len(log.loss) < 5 or part(log.loss, 0.9, 1) < 1.1 * part(log.loss, 0.4, 0.6)
    return trained * beyond(part(v, 0.85, 1) - low, v, 1, 0.1 * abs(low))


def score_fell(log):
    v = log.score
    if len(v) < 5:
        return 0.0
    best = max(float(np.median(v[max(0, i - 2) : i + 1])) for i in range(len(v)))
    return beyond(best - part(v, 0.85, 1), v, 1, 0.04)


def swings(log):
    """Over the last two thirds the loss goes up and down by more than half of itself, and is no lower at their end; or so does what is held out."""
    out = 0.0
    for v, least in ((log.loss, 0.8), (log.held, 0.4)):
        if len(v) >= 10:
            tail = v[len(v) // 3 :]
            wide = float(np.percentile(tail, 90) - np.percentile(tail, 10)) / max(1e-9, abs(float(np.median(tail))))
            out = max(out, (part(tail, 0.7, 1) > 0.8 * part(tail, 0, 0.3)) * wide / least)
    return out


def leaps_of(v, least):
    """One value far above the median of those before it: six of their noises, and so many times as high."""
    most = 0.0
    for i in range(max(5, len(v) // 20), len(v)):
        before = v[max(0, i - 20) : i]
        most = max(most, (v[i] - np.median(before)) / max(2 * NOISES * noise(before), (least - 1) * abs(np.median(before)), 1e-9))
    return float(most)


def leaps(log):
    return max(leaps_of(log.loss, 1.5), leaps_of(log.grad_norm, 5))


def gradient_rises(log):
    v = log.grad_norm
    return part(v, 0.8, 1) / (10 * part(v, 0, 0.2) + 1e-9) if len(v) > 8 else 0.0


def gradient_great(log):
    """Its norm is in the hundreds times what such losses have."""
    return part(log.grad_norm, 0, 0.3) / 100 if len(log.grad_norm) > 3 else 0.0


def gradient_gone(log):
    return 1e-5 / max(part(log.grad_norm, 0.4, 1), 1e-9) if len(log.grad_norm) > 3 else 0.0


def rate_gone(log):
    """For the last third the rate is a hundredth of its highest, while nearly a third of the first loss is left."""
    if len(log.lr) < 6 or len(log.loss) < 6:
        return 0.0
    left = part(log.loss, 0.8, 1) / max(1e-9, part(log.loss, 0, 0.04))
    return (left > 0.3) * 0.01 / max(1e-4, part(log.lr, 0.6, 0.75) / max(float(log.lr.max()), 1e-12))


def rate_odd(log):
    """It rises to the very end, as no schedule does, or leaps up late."""
    v = log.lr
    if len(v) < 6:
        return 0.0
    return max(1.5 * (v[-1] >= v.max() and v[-1] > 1.5 * v[len(v) // 2]), leaps_of(v, 5) * (np.argmax(v) > len(v) // 3))


def weights_grow(log):
    return part(log.weight_norm, 0.9, 1) / (2 * part(log.weight_norm, 0, 0.1)) if len(log.weight_norm) > 5 else 0.0


def weights_shrink(log):
    return 0.2 * part(log.weight_norm, 0, 0.1) / max(1e-9, part(log.weight_norm, 0.9, 1)) if len(log.weight_norm) > 5 else 0.0


def gap(log):
    """Held-out beside training loss: half as much again and more, from the first third on, and beyond three noises of their ratio."""
    if len(log.held) < 4 or len(log.loss) < 4:
        return 0.0
    trained = np.interp(np.linspace(0, 1, len(log.held)), np.linspace(0, 1, len(log.loss)), [part(log.loss, k / len(log.loss), (k + 1) / len(log.loss)) for k in range(len(log.loss))])
    ratio = np.log(np.maximum(log.held, 1e-9) / np.maximum(trained, 1e-9))
    early = part(ratio, 0.2, 0.5) > math.log(1.3)
    return early * beyond(part(ratio, 0.6, 1), ratio, 0.4 * len(ratio), math.log(1.5))


def too_good(log):
    """Next to nothing wrong, and soon: from the first third of the run on."""
    if hasattr(log.plan, "rounds"):
        return 0.02 * log.held[0] / max(log.held[-1], 1e-9) if len(log.held) > 3 else 0.0
    right = log.score[len(log.score) // 3 :]
    return 2.0 * (len(right) > 2 and float(right.min()) >= 0.995)


def right_but_dear(log):
    """Most answers are right, and the loss stands where guessing is."""
    if len(log.score) < 3 or log.plan.data.kind != "cls":
        return 0.0
    return (part(log.score, 0.7, 1) > 0.7) * part(log.held, 0.7, 1) / (0.45 * math.log(log.plan.data.classes))


def score_same(log):
    """The score is one number, while the losses fall."""
    return 2.0 * (len(log.score) >= 4 and np.ptp(log.score) == 0 and fell(log.loss if len(log.loss) > 3 else log.held) > 1)


def rare_missed(log):
    return 2.0 * (len(log.recall) > 2 and float(log.recall[len(log.recall) // 3 :].max()) == 0)


def scale_sinks(log):
    return log.loss_scale[0] / (32 * log.loss_scale[-1]) if len(log.loss_scale) > 3 else 0.0


def memory_grows(log):
    v = log.memory_allocated_mb
    return (np.mean(np.diff(v) >= 0) > 0.9) * v[-1] / (1.2 * v[0]) if len(v) > 4 else 0.0


def starved(log):
    return part(log.data_time / np.maximum(log.step_time, 1e-9), 0.1, 1) / 0.5 if len(log.step_time) > 4 else 0.0


def slowed(log):
    v = log.step_time[1:]
    return part(v, 0.7, 1) / (2 * part(v, 0, 0.3)) if len(v) > 8 else 0.0


def ended(log):
    return 2.0 * written.ended(log.directory)


def samples_lost(log):
    """The distance ends at twice its least, or modes that were there are gone."""
    modes = len(log.modes) > 4 and part(log.modes, 0.85, 1) < 0.7 * log.modes.max()
    return max(2.0 * modes, beyond(part(log.fid, 0.85, 1) - float(log.fid.min()), log.fid, 1, float(log.fid.min())) if len(log.fid) > 4 else 0.0)


def judge_certain(log):
    return min(0.15 / max(part(log.d, 0.7, 1), 1e-9), part(log.g, 0.7, 1) / 3) if len(log.d) > 4 else 0.0


def judge_still(log):
    """The judge's loss is one number."""
    return 0.02 / max(float(np.ptp(log.d[len(log.d) // 3 :])), 1e-9) if len(log.d) > 4 else 0.0


def return_fell(log):
    v = log.returned
    return beyond(max(part(v, k / 10, (k + 1) / 10) for k in range(10)) - part(v, 0.85, 1), v, 1, 0.25 * abs(v).max()) if len(v) > 6 else 0.0


def return_flat(log):
    v = log.returned
    return min(9.0, 1 / max(0.1, beyond(part(v, 0.7, 1) - part(v, 0, 0.2), v, len(v) / 5, 0.25 * abs(part(v, 0, 0.2))))) if len(v) > 6 else 0.0


def certain_soon(log):
    """The entropy is less than a tenth of what it was, before half of the run is over."""
    v = abs(log.entropy)
    return 0.1 * v[0] / max(part(v, 0.4, 0.6), 1e-9) if len(v) > 5 else 0.0


def values_great(log):
    return part(log.value, 0.85, 1) / (50 * max(part(log.value, 0, 0.3), 1e-9)) if len(log.value) > 6 else 0.0


OUT = [rose, not_a_number, leaps, gradient_rises, rate_odd]
FLAT = [never_fell, at_chance]
OF_FAULT = dict(
    rate_diverges=OUT + FLAT + [swings], rate_sticks=FLAT + [swings], rate_low=[never_fell, still_falls], clip_tiny=[never_fell, still_falls], stopped_early=[still_falls],
    slow_divergence=OUT, decay_sign=OUT + [weights_grow], warms_up_past=OUT, bonus_not_penalty=OUT, targets_drift=OUT, units_change=OUT, rate_leaps=OUT,
    schedule_ends_early=[rate_gone, never_fell], decay_per_batch=[rate_gone, never_fell], warms_for_ever=[rate_odd, never_fell, still_falls], oscillates=[swings],
    nan_rows=[not_a_number], log_of_zero=[not_a_number], explodes=OUT + [gradient_great, never_fell, swings], eval_nan=[not_a_number],
    half_overflow=[not_a_number, scale_sinks], bad_batch=[leaps], bad_pocket=[leaps], deep_sigmoid=FLAT + [gradient_gone], dead_relu=FLAT + [gradient_gone, leaps],
    zero_weights=FLAT + [gradient_gone], double_softmax=[right_but_dear, never_fell], too_small=FLAT, wrong_sign=OUT + FLAT, broadcast=FLAT,
    labels_shuffled=FLAT + [held_never_fell, turned_up], not_shuffled=[swings, leaps], imbalance=[rare_missed], unscaled=FLAT + OUT + [gradient_great],
    leak=[too_good], stale_batchnorm=[gap], eval_preprocessing=[gap, held_never_fell], narrow_batches=[gap], overfits=[turned_up, gap], forgets=[turned_up, score_fell],
    frozen=FLAT, not_cleared=OUT + FLAT + [swings], weights_lost=[leaps], state_lost=[leaps], memory_leak=[memory_grows], slow_loader=[starved], slows_down=[slowed],
    sums_of_batches=OUT + FLAT + [swings, gradient_great], score_frozen=[score_same], dollars=[never_fell, gradient_great], heavy_momentum=OUT + FLAT + [swings],
    no_memory=[ended], disk_full=[ended], shapes=[ended], killed=[ended], unreachable=[ended], decay_huge=FLAT + [weights_shrink],
    collapses=[samples_lost], discriminator_wins=[judge_certain], dead_critic=[judge_still], policy_collapses=[return_fell], never_learns=[return_flat],
    stops_exploring=[certain_soon], values_explode=[values_great], trees_overfit=[turned_up], trees_too_slow=[never_fell, still_falls], trees_too_short=[still_falls],
    label_out_of_range=[ended], zero_variance=[not_a_number], relu_output=FLAT, halves_at_once=[rate_gone, never_fell],
    drops_everything=FLAT, all_masked=[not_a_number], one_row_left=[ended], worker_dies=[ended], collective_hangs=[ended], steps_once_an_epoch=[never_fell, still_falls, at_chance],
    built_anew=[swings, leaps] + FLAT, held_out_shuffled=[held_never_fell, gap, turned_up, at_chance], noise_grows=OUT, epsilon_huge=FLAT + [still_falls],
    first_weights_only=FLAT, fitted_too_slowly=[never_fell, still_falls], fitted_too_fast=OUT + FLAT + [swings],
    same_batch=[turned_up, gap], held_out_in_units=[gap, held_never_fell], double_sigmoid=[right_but_dear, never_fell], tunes_too_fast=OUT + FLAT + [swings], time_limit=[ended],
    wrong_dtype=[ended], paid_for_wrong=[return_fell], generator_lost=[samples_lost, judge_certain], softmax_one_unit=[never_fell],
    plateau_upside_down=[rate_gone, never_fell, still_falls], metric_breaks=[ended], shard_missing=[ended], generator_asleep=[judge_certain],
    trees_rate_huge=[rose, swings], trees_labels_shuffled=[held_never_fell, turned_up], trees_eval_preprocessing=[gap, held_never_fell], trees_leak=[too_good],
)  # fmt: skip


def foreseen(plan, doubles, least=4):
    """Between where the logged loss was least, not before the fault set in, and where it has doubled there are so many of its records: with fewer nobody could
    have said so in time."""
    told = [(row["step"], row["loss"]) for row in written.rows(plan) if "loss" in row and row["step"] < doubles and math.isfinite(row["loss"])]
    v = [one for _, one in told]
    calm = [float(np.median(v[max(0, i - 1) : i + 2])) for i in range(len(v))]
    lowest = told[int(np.argmin(calm))][0] if told else doubles
    begins = max(lowest, plan.history.notes.get("sets_in", 0))
    return sum(step > begins for step, _ in told) >= least


def answers(name, plan, directory):
    """What is shown of one fault: the names of the questions that say yes, with their numbers."""
    with np.errstate(all="ignore"):
        told = {question.__name__: float(question(Log(plan, directory))) for question in OF_FAULT[name]}
    return {k: round(v, 1) for k, v in told.items() if v > 1}


MACHINE = {"run_crashed", "run_stalled", "out_of_memory", "memory_growth", "input_starved", "throughput_drop"}


def come_to(entry, plan, directory):
    """The kinds that this run came to and others of its fault need not: numbers that are none, a score that fell, an end in an exception."""
    log = Log(plan, directory)
    lost = lambda *names: any(not math.isfinite(row[k]) for row in log.rows for k in names if k in row)
    with np.errstate(all="ignore"):
        seen = dict(loss_nonfinite=lost("loss"), grad_nonfinite=lost("grad_norm"), metric_nonfinite=lost("held"), run_crashed=ended(log) > 1, score_drop=score_fell(log) > 1)
    return " ".join(kind for kind, yes in seen.items() if yes) if not set(entry.kinds.split()) <= MACHINE and not entry.is_control else ""


def said(entry, plan, directory):
    found = [answers(name, plan, directory) for name in entry.name.split("+")] if not entry.is_control else [{"healthy": 1}]
    if not entry.is_control:
        print("  in its log:", entry.name, " / ".join(" ".join(f"{k} {v:.3g}" for k, v in one.items()) or "nothing" for one in found), flush=True)
    return all(found)
