"""Step size, schedule, optimizer (failure knowledge, section C)."""

import numpy as np
import torch

from tasks.plan import linear
from verify import curves, twin
from .fault import TORCH, fault, when

SLOW = "loss_plateau loss_not_decreasing still_improving update_ratio_low score_stuck loss_at_chance"
RISES = "loss_divergence loss_nonfinite grad_explosion grad_nonfinite validation_divergence grad_spike loss_spike"


@fault(
    "F31",
    "rate_diverges",
    RISES + " loss_oscillation loss_not_decreasing loss_plateau score_drop loss_at_chance score_stuck",
    "lr_too_high exploding_gradients",
    data="cls reg",
)
def rate_diverges(plan):
    plan.optimizer = plan.rng.choice(["sgd", "momentum"])
    plan.rate, plan.clip, plan.schedule_name = plan.rng.choice([1.0, 2.0, 5.0]), 0, plan.rng.choice(["constant", "cosine10"])

    def happened():
        """It ends far above its best and far from solved, or went out of all bounds."""
        lost = curves.diverged(plan, 3) and not curves.ends(plan.history.loss)[1] < 0.3 * plan.data.chance()
        return when(lost or max(plan.history.loss) > 20 * plan.history.loss[0], onset=curves.doubled_at(plan))

    return happened


@fault(
    "F31",
    "rate_sticks",
    "loss_plateau loss_not_decreasing loss_at_chance loss_oscillation loss_divergence grad_explosion score_stuck loss_spike "
    "prediction_collapse dead_units",
    "lr_too_high dying_relu oscillating_loss",
    frameworks=TORCH + " keras",
    data="cls cls lm",
)
def rate_sticks(plan):
    plan.optimizer, plan.rate = plan.rng.choice(["adam", "rmsprop"]), plan.rng.choice([0.1, 0.3, 1.0])
    plan.schedule_name = plan.rng.choice(["constant", "cosine10"])
    if plan.size:
        plan.size.update(depth=3, act="relu")
    return lambda: when(curves.finite(plan.history.loss) and np.median(plan.history.loss[-20:]) > 0.8 * plan.data.chance())


@fault("F32", "rate_low", SLOW, "lr_too_low insufficient_training", frameworks=TORCH + " keras")
def rate_low(plan):
    plan.rate *= plan.rng.choice([1e-3, 3e-3])
    plan.schedule_name = plan.rng.choice(["constant", "cosine"])
    return lambda: when(curves.hardly(plan, 0.85))


@fault(
    "F33",
    "slow_divergence",
    RISES + " lr_out_of_schedule score_drop",
    "lr_too_high exploding_gradients lr_schedule_misconfigured optimizer_misconfigured",
    frameworks="plain",
    runs=3,
    lines=True,
)
def slow_divergence(plan):
    """A rate that creeps up instead of down: the exponent of the decay has the wrong sign."""
    plan.optimizer, plan.clip, plan.steps, plan.log_grad = plan.rng.choice(["sgd", "adam", "momentum"]), 0, plan.so_many(800, 520), plan.rng.random() < 0.8
    plan.rate *= plan.rng.choice([0.5, 1])
    at, growth = plan.rng.randrange(*plan.so_many((150, 350), (100, 220))), plan.rng.uniform(*plan.so_many((1.008, 1.02), (1.012, 1.03)))
    plan.schedule, plan.schedule_name = (lambda s: growth ** max(0, s - at)), "exponential"
    plan.history.notes["sets_in"] = at
    plan.log_every = plan.rng.choice([1, 5])

    def happened():
        doubles = curves.doubled_at(plan, at)
        return when(doubles and doubles > at + 40 and curves.diverged(plan, 2.5), doubles=doubles)

    return happened


@fault(
    "F34",
    "decay_sign",
    RISES + " weights_exploding score_drop",
    "optimizer_misconfigured exploding_gradients lr_too_high",
    frameworks="plain",
    data="cls reg lm",
    runs=2,
    lines=True,
)
def decay_sign(plan):
    """Weight decay written by hand, with the wrong sign: the weights grow a little every step."""
    plan.optimizer, plan.clip, plan.steps, plan.log_grad = plan.rng.choice(["sgd", "adam"]), 0, plan.so_many(800, 520), True
    grow, at = plan.rng.uniform(*plan.so_many((1.006, 1.015), (1.009, 1.022))), plan.rng.randrange(*plan.so_many((100, 300), (80, 200)))
    plan.log_every, plan.history.notes["sets_in"] = plan.rng.choice([1, 5]), at

    def hook(step, net):
        if step >= at:
            with torch.no_grad():
                for p in net.parameters():
                    p.mul_(grow)

    plan.step_hooks.append(hook)
    if plan.rng.random() < 0.5:
        plan.extras.append(lambda model, o: {"weight_norm": float(sum((p.detach() ** 2).sum() for p in model.parameters()) ** 0.5)})

    def happened():
        doubles = curves.doubled_at(plan, at)
        return when(doubles and doubles > at + 30 and curves.diverged(plan, 2.5), doubles=doubles)

    return happened


@fault(
    "F33",
    "schedule_ends_early",
    "lr_zero lr_out_of_schedule loss_plateau score_stuck loss_not_decreasing",
    "lr_schedule_misconfigured lr_too_low",
)
def schedule_ends_early(plan):
    """total_steps of the scheduler without the epochs: the rate is 0 for most of the run."""
    end = plan.steps // plan.rng.choice([4, 6, 10])
    plan.schedule, plan.schedule_name = linear(end), "linear"
    return lambda: when(curves.finite(plan.history.loss), onset=end)


@fault(
    "F33",
    "decay_per_batch",
    "lr_out_of_schedule lr_zero loss_plateau loss_not_decreasing score_stuck",
    "lr_schedule_misconfigured lr_too_low",
    frameworks="plain lightning",
)
def decay_per_batch(plan):
    """ExponentialLR stepped once a batch instead of once an epoch."""
    gamma = plan.rng.choice([0.8, 0.9, 0.95])
    plan.schedule, plan.schedule_name, plan.declared = (lambda s: gamma**s), "exponential", {"gamma": gamma, "step_lr": "epoch"}
    return lambda: when(curves.hardly(plan, 0.7))


@fault(
    "F35",
    "oscillates",
    "loss_oscillation loss_spike loss_plateau score_drop grad_spike loss_divergence",
    "oscillating_loss lr_too_high batch_size_unsuitable",
    frameworks=TORCH,
    data="cls",
)
def oscillates(plan):
    plan.family = "mlp" if plan.split == "calibration" else plan.family
    plan.optimizer, plan.rate, plan.clip = "adam", plan.rng.choice([0.05, 0.1]), 0
    plan.batch, plan.schedule_name, plan.steps, plan.log_every = 8, "constant", plan.so_many(800, 500), 5
    plan.evals = 20

    def happened():
        tail = curves.smooth(plan.history.loss, 5)[len(plan.history.loss) // 3 :]
        swing = (np.percentile(tail, 90) - np.percentile(tail, 10)) / np.median(tail)
        return when(curves.finite(tail) and swing > 0.6 and 0.15 * plan.data.chance() < np.median(tail) < 3 * plan.data.chance())

    return happened


@fault("F34", "epsilon_huge", SLOW, "optimizer_misconfigured lr_too_low insufficient_training", data="cls lm")
def epsilon_huge(plan):
    plan.optimizer, plan.options = "adam", {"eps": plan.rng.choice([1.0, 10.0])}
    plan.rate, plan.declared = 1e-3, {"adam_epsilon": plan.options["eps"]}
    return lambda: when(curves.hardly(plan, 0.85))


@fault(
    "F34",
    "decay_huge",
    "loss_plateau loss_not_decreasing loss_at_chance score_stuck weights_decaying prediction_collapse",
    "optimizer_misconfigured underfit_capacity",
    data="cls reg",
)
def decay_huge(plan):
    plan.optimizer, plan.rate = plan.rng.choice([("adamw", 3e-3), ("sgd", 0.05)])
    plan.options = {"weight_decay": plan.rng.choice([30.0, 60.0]) if plan.optimizer == "adamw" else plan.rng.choice([1.0, 3.0])}
    plan.declared, plan.schedule_name = {"weight_decay": plan.options["weight_decay"]}, "constant"
    if plan.rng.random() < 0.5:
        plan.extras.append(lambda model, o: {"weight_norm": float(sum((p.detach() ** 2).sum() for p in model.parameters()) ** 0.5)})
    return lambda: when(curves.stuck(plan, 0.9) and twin.ends(plan, options={}) < 0.7 * curves.ends(plan.history.loss)[1])


@fault(
    "",
    "clip_tiny",
    SLOW + " clipping_always_on",
    "lr_too_low optimizer_misconfigured insufficient_training exploding_gradients",
    frameworks=TORCH,
)
def clip_tiny(plan):
    plan.optimizer, plan.rate, plan.clip, plan.log_grad = "sgd", 0.05, plan.rng.choice([1e-3, 3e-3]), True
    plan.schedule_name = "constant"
    return lambda: when(curves.hardly(plan, 0.85))


@fault("F37", "stopped_early", "still_improving", "insufficient_training lr_too_low", frameworks=TORCH + " keras")
def stopped_early(plan):
    plan.rate, plan.steps, plan.schedule_name, plan.log_every = plan.rate * 0.25, 120, "constant", plan.rng.choice([1, 5])
    plan.epochs = 4

    def happened():
        s, n = curves.smooth(plan.history.loss, 7), len(plan.history.loss)
        return when(curves.finite(s) and 0.3 * plan.data.chance() < s[-1] < 0.9 * s[0] and s[-1] < (1 - 0.04) * s[int(0.8 * n) - 1])

    return happened
