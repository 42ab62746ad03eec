"""What goes wrong in loops that somebody wrote by hand, in the splits since `other`: schedules that wait or end at once, too much of a good thing, sums where
a mean was meant, a score that is none, prices in dollars, a head on weights nobody trains, a sensor in other units."""

import numpy as np
import torch

from tasks import nets
from verify import curves, twin
from .fault import TORCH, fault, when
from .model import FLAT
from .rates import RISES, SLOW

ONLY = dict(only="other newer genuine common everyday likely familiar handy homely")


@fault(
    "F33",
    "warms_for_ever",
    SLOW + " lr_out_of_schedule",
    "lr_schedule_misconfigured lr_too_low insufficient_training",
    frameworks=TORCH,
    **ONLY
)
def warms_for_ever(plan):
    """Warm-up of as many epochs as was meant of steps: at the end the rate has come to a hundredth of what was wished."""
    far = plan.rng.choice([100, 400])
    plan.schedule, plan.schedule_name = (lambda s: (s + 1) / (far * plan.steps)), "warmup"
    return lambda: when(curves.hardly(plan, 0.85))


@fault("F33", "halves_at_once", "lr_out_of_schedule lr_zero " + FLAT, "lr_schedule_misconfigured lr_too_low", frameworks="plain", **ONLY)
def halves_at_once(plan):
    """ReduceLROnPlateau with a patience of nothing, told of every batch: each one that is no record halves the rate."""
    best, rate = [float("inf")], [1.0]

    def at(step):
        if plan.history.loss and plan.history.loss[-1] < best[0]:
            best[0] = plan.history.loss[-1]
        elif step:
            rate[0] = max(rate[0] * 0.5, 1e-8)
        return rate[0]

    plan.schedule, plan.schedule_name, plan.habit = at, "plateau", plan.rng.choice(["mean", "last", "no rate"])
    return lambda: when(curves.finite(plan.history.loss) and curves.hardly(plan, 0.6) and rate[0] < 1e-3)


@fault("F16", "drops_everything", FLAT + " still_improving", "underfit_capacity", frameworks=TORCH, data="cls", **ONLY)
def drops_everything(plan):
    """Nine in ten units are dropped in each of three layers: what is left learns hardly anything."""
    usual = dict(depth=3, act="relu")
    plan.family, plan.size = nets.BARE[plan.split], dict(usual, drop=0.92)
    plan.optimizer, plan.rate, plan.schedule_name, plan.steps = "adam", 3e-3, "constant", 1000
    plan.declared = {"dropout": 0.92}
    return lambda: when(
        curves.ends(plan.history.loss)[1] > 0.75 * plan.data.chance()
        and twin.ends(plan, size=usual) < 0.7 * curves.ends(plan.history.loss)[1]
    )


@fault(
    "F45",
    "sums_of_batches",
    RISES + " loss_oscillation loss_plateau loss_not_decreasing score_drop loss_starts_high loss_at_chance score_stuck",
    "gradient_accumulation_scaling lr_too_high exploding_gradients gradient_not_cleared",
    frameworks="plain",
    data="cls reg",
    **ONLY
)
def sums_of_batches(plan):
    """The gradients of 64 small batches are added up and never divided: the step is 64 times as long."""
    plan.optimizer, plan.rate, plan.clip, plan.schedule_name, plan.log_grad = "sgd", 0.1, 0, "constant", True
    plan.declared, k = {"gradient_accumulation_steps": 64}, 64
    plan.options = {}
    inner = plan.build_optimizer

    def build(weights):
        made = inner(weights)
        step = made.step

        def louder(closure=None):
            for p in (p for g in made.param_groups for p in g["params"] if p.grad is not None):
                p.grad.mul_(k)
            return step()

        made.step = louder
        return made

    plan.build_optimizer = build

    def happened():
        last = curves.ends(plan.history.loss)[1]
        return when(not np.isfinite(last) or last > 0.9 * plan.data.chance())

    return happened


@fault(
    "F53",
    "score_frozen",
    "score_stuck metric_nonfinite",
    "metric_computation_bug wrong_output_layer wrong_loss_function class_imbalance",
    frameworks="plain",
    data="cls",
    **ONLY
)
def score_frozen(plan):
    """The accuracy is counted over the wrong axis: it is the same number each time, while both losses fall."""
    plan.evals, plan.optimizer, plan.schedule_name = plan.rng.choice([12, 20]), "adam", "constant"
    wrong = round(plan.rng.uniform(0.02, 0.3), 3)
    plan.history.notes["spoil_eval"] = lambda step, told: {**told, "accuracy": wrong}
    return lambda: when(curves.learned(plan, 0.6) and plan.history.evals[-1][2] > wrong + 0.4)


@fault(
    "F06",
    "dollars",
    FLAT + " loss_starts_high still_improving loss_divergence loss_nonfinite loss_spike grad_explosion",
    "missing_preprocessing wrong_preprocessing lr_too_low bad_initialisation lr_too_high exploding_gradients insufficient_training",
    frameworks=TORCH,
    data="reg",
    **ONLY
)
def dollars(plan):
    """Prices as they stand in the file, in hundreds of thousands: the outputs would have to walk there in small steps."""
    unit = plan.rng.choice([3e3, 1e5])
    for y in (plan.data.Y, plan.data.VY):
        y.mul_(0.4).add_(2).mul_(unit)
    plan.optimizer, plan.rate, plan.schedule_name, plan.clip = "adam", 1e-3, "constant", 1.0
    return lambda: when(curves.ends(plan.history.loss)[1] > 1.5 * plan.data.chance())


@fault("F43", "first_weights_only", FLAT, "params_not_updated underfit_capacity", frameworks=TORCH, data="cls", **ONLY)
def first_weights_only(plan):
    """A narrow net of random weights, of which the last layer alone is given to the optimizer."""
    plan.family, plan.size = nets.BARE[plan.split], dict(depth=4, act="tanh", width=16)
    plan.optimizer, plan.rate, plan.schedule_name, plan.steps = "adam", 3e-3, "constant", 1000
    torch.manual_seed(plan.seed)
    plan.net = nets.build(plan.family, plan.data, **plan.size)
    plan.history.notes["weights"] = list(plan.net.parameters())[-2:]
    return lambda: when(curves.finite(plan.history.loss) and twin.ends(plan) < 0.6 * curves.ends(plan.history.loss)[1])


@fault(
    "F34",
    "heavy_momentum",
    "loss_oscillation loss_spike loss_divergence loss_plateau grad_explosion score_drop loss_not_decreasing grad_spike loss_nonfinite grad_nonfinite "
    "loss_at_chance score_stuck",
    "optimizer_misconfigured oscillating_loss lr_too_high exploding_gradients",
    frameworks="plain",
    data="cls reg",
    steps=True,
    **ONLY
)
def heavy_momentum(plan):
    """A momentum of 0.998 at a rate for none: the loss goes up and down in long waves, some of them beyond all numbers."""
    plan.optimizer, plan.rate, plan.options, plan.clip = "sgd", plan.rng.choice([0.02, 0.05]), {"momentum": 0.998}, 0
    plan.declared, plan.schedule_name, plan.steps = {"momentum": 0.998}, "constant", plan.so_many(1000, 600)

    def happened():
        last = curves.ends(plan.history.loss)[1]
        return when(
            not np.isfinite(last)
            or twin.ends(plan, options={"momentum": 0.0}) < 0.5 * np.median(plan.history.loss[len(plan.history.loss) // 2 :])
        )

    return happened


@fault(
    "F31",
    "rate_leaps",
    RISES + " lr_out_of_schedule loss_plateau score_drop loss_oscillation",
    "lr_too_high lr_schedule_misconfigured exploding_gradients",
    frameworks="plain",
    data="cls reg",
    steps=True,
    **ONLY
)
def rate_leaps(plan):
    """Somebody typed a nought too many into the table of rates by epoch: from there on the loss is lost."""
    at, factor = plan.rng.uniform(0.35, 0.65), plan.rng.choice([100, 300])
    plan.steps, plan.optimizer, plan.clip = plan.rng.choice(plan.so_many([600, 1000], [400, 600])), plan.rng.choice(["adam", "sgd"]), 0
    plan.schedule, plan.schedule_name = (lambda s: factor if s >= at * plan.steps else 1.0), "table"

    def happened():
        v, k = plan.history.loss, int(at * plan.steps)
        before, after = np.median(v[k - 40 : k]), np.median(v[-40:])
        return when(not np.isfinite(after) or after > max(2.5 * before, 0.4 * plan.data.chance()), onset=k + 1)

    return happened


@fault(
    "F05",
    "units_change",
    "loss_divergence loss_spike validation_divergence score_drop grad_spike grad_explosion loss_plateau",
    "corrupt_or_invalid_data loss_spike_bad_data distribution_shift lr_too_high exploding_gradients wrong_preprocessing upstream_data_change",
    frameworks="plain",
    data="cls reg",
    steps=True,
    **ONLY
)
def units_change(plan):
    """From one day on the sensor tells inches: what comes in, and never what is held out, is two and a half times as large and its sign is turned."""
    plan.steps, plan.optimizer, plan.rate, plan.schedule_name = plan.rng.choice(plan.so_many([600, 1000], [400, 600])), "sgd", 0.02, "constant"
    at, g = int(plan.rng.uniform(0.4, 0.6) * plan.steps), torch.Generator().manual_seed(plan.seed)
    plan.batch_hooks.append(lambda s, x, y: (-2.5 * x + 3 * torch.randn(x.shape, generator=g), y) if s >= at else (x, y))

    def happened():
        v = plan.history.loss
        before, after = np.median(v[at - 40 : at]), np.median(v[-60:])
        return when(curves.finite(v) and after > max(1.8 * before, before + 0.3 * (v[0] - before)), onset=at + 1)

    return happened


@fault(
    "F50",
    "narrow_batches",
    "gap_from_start validation_divergence loss_oscillation overfitting loss_spike score_drop",
    "batchnorm_stats_mismatch batch_size_unsuitable eval_mode_forgotten",
    frameworks="plain",
    data="cls reg",
    **ONLY
)
def narrow_batches(plan):
    """Batches of rows that belong together (one patient's, one day's) under batch norm: what is normalised away in training is there in evaluation."""
    plan.size.update(norm=True, depth=2, act="relu")
    plan.family, plan.batch, plan.optimizer, plan.rate, plan.evals = nets.WIDE[plan.split], 16, "adam", 3e-3, 15
    plan.schedule_name, g = "constant", torch.Generator().manual_seed(plan.seed)
    plan.batch_hooks.append(lambda s, x, y: (x + 3.0 * torch.randn(1, *x.shape[1:], generator=g), y))
    return lambda: when(curves.bad_gap(plan))
